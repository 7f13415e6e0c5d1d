//! What was probably meant by a word that is unknown.

/// Returns the word that was probably meant: one that differs in case only; else the one that differs least, if by no more
/// than a third of its letters; else the only one that begins so, or that is the beginning.
pub fn nearest<'a>(word: &str, words: &'a [String]) -> Option<&'a String> {
    let plain = word.to_lowercase();
    if let Some(same) = words.iter().find(|known| known.to_lowercase() == plain) {
        return Some(same);
    }
    let (distance, best) = words
        .iter()
        .map(|known| (distance(&plain, &known.to_lowercase()), known))
        .min_by_key(|(distance, _)| *distance)?;
    if distance <= best.chars().count().max(3) / 3 {
        return Some(best);
    }
    let begins = |known: &&String| {
        let shorter = plain.len().min(known.len());
        shorter > 2 && (known.starts_with(&plain) || plain.starts_with(known.as_str()))
    };
    let mut beginnings = words.iter().filter(begins);
    beginnings.next().filter(|_| beginnings.next().is_none())
}

/// Counts the edits between two words; swapping two neighbours is one (optimal string alignment).
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for (i, row) in rows.iter_mut().enumerate() {
        row[0] = i;
    }
    rows[0] = (0..=b.len()).collect();
    for i in 1..=a.len() {
        for j in 1..=b.len() {
            let change = usize::from(a[i - 1] != b[j - 1]);
            let mut best = (rows[i - 1][j] + 1).min(rows[i][j - 1] + 1).min(rows[i - 1][j - 1] + change);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = best;
        }
    }
    rows[a.len()][b.len()]
}

/// Says which of the allowed words was meant, or lists them all where none is near.
pub fn suggest(word: &str, allowed: &[String]) -> String {
    let mut sorted = allowed.to_vec();
    sorted.sort();
    match nearest(word, &sorted) {
        Some(name) if sorted.len() == 1 => format!("write `{name}`"),
        Some(name) => format!("did you mean `{name}`?"),
        None if sorted.is_empty() => "there are none".to_owned(),
        None if sorted.len() == 1 => format!("there is only {}", list(&sorted)),
        None => {
            // Of many, those are meant that begin with the same word.
            let first = |word: &str| word.split(['_', '-']).next().map(str::to_owned);
            let akin: Vec<String> =
                sorted.iter().filter(|known| first(known) == first(word)).cloned().collect();
            format!("choose one of {}", list(if akin.len() > 1 { &akin } else { &sorted }))
        }
    }
}

/// Lists words, each in backticks.
pub(super) fn list(words: &[String]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

/// Turns text into the name that its author probably wanted.
pub(super) fn name_like(text: &str) -> Option<String> {
    let lower: String =
        text.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    let words: Vec<&str> = lower.split('-').filter(|word| !word.is_empty()).collect();
    let name = words.join("-");
    name.starts_with(|c: char| c.is_ascii_lowercase()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn finds_what_was_meant() {
        let keys = words(&["cidr", "zones", "nat", "service_cidr", "subnets"]);
        for (typed, meant) in [
            ("zone", Some("zones")),
            ("nta", Some("nat")),
            ("crid", None),
            ("cidrs", Some("cidr")),
            ("", None),
            ("CIDR", Some("cidr")),
            ("service", Some("service_cidr")),
            ("s", None),
            ("natgateway", Some("nat")),
        ] {
            assert_eq!(nearest(typed, &keys).map(String::as_str), meant, "{typed}");
        }
    }

    #[test]
    fn lists_where_none_is_near() {
        let two = words(&["single", "per-zone"]);
        assert_eq!(suggest("per_zone", &two), "did you mean `per-zone`?");
        assert_eq!(suggest("many", &two), "choose one of `per-zone`, `single`");
        assert_eq!(suggest("x", &[]), "there are none");
        let disks = words(&["disk_gib", "disk_throughput", "weight"]);
        assert_eq!(suggest("disk_size", &disks), "choose one of `disk_gib`, `disk_throughput`");
    }

    #[test]
    fn makes_names_of_titles() {
        assert_eq!(name_like("Raster Foundry").as_deref(), Some("raster-foundry"));
        assert_eq!(name_like("_x__Y"), Some("x-y".to_owned()));
        assert_eq!(name_like("9lives"), None);
        assert_eq!(name_like("über"), Some("ber".to_owned()), "what is left of it");
    }
}
