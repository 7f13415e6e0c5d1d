//! Schedules: five fields of cron, as Karpenter reads them.
//!
//! Karpenter gives a budget's schedule to robfig/cron, `ParseStandard` (kubernetes-sigs/karpenter, `nodepool.go`;
//! robfig/cron v3, `parser.go`): Sunday is 0 and never 7, a range does not go over the end of the week, and there is no
//! `L`, `W` or `#`. Of its words the NodePool definition, v1.14.1, takes those below. Read 2026-11.

/// Schedules that have a name.
pub const WORDS: [&str; 7] =
    ["@annually", "@yearly", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"];

/// One of the five fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// What it counts.
    pub name: &'static str,
    /// The smallest number.
    pub from: u32,
    /// The largest.
    pub to: u32,
    /// Words for the numbers, from the smallest on.
    pub words: &'static [&'static str],
    /// Its numbers as a regular expression.
    pattern: &'static str,
}

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

const WEEKDAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

const FIELDS: [Field; 5] = [
    Field { name: "minute", from: 0, to: 59, words: &[], pattern: "[1-5]?[0-9]" },
    Field { name: "hour", from: 0, to: 23, words: &[], pattern: "(1?[0-9]|2[0-3])" },
    Field { name: "day of the month", from: 1, to: 31, words: &[], pattern: "([1-9]|[12][0-9]|3[01])" },
    Field { name: "month", from: 1, to: 12, words: &MONTHS, pattern: "([1-9]|1[0-2])" },
    Field { name: "day of the week", from: 0, to: 6, words: &WEEKDAYS, pattern: "[0-6]" },
];

/// What is wrong with a schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// It has not five fields.
    Fields {
        /// How many it has.
        count: usize,
    },
    /// A field has something that it does not take.
    Value {
        /// As written.
        text: String,
        /// The field.
        field: Field,
    },
    /// A range ends before it begins.
    Order {
        /// As written.
        text: String,
        /// The field.
        field: Field,
    },
    /// None of its months has such a day.
    Never,
}

impl Fault {
    /// Whether the text cannot be read; otherwise it names a time that there is not.
    pub fn is_of_form(&self) -> bool {
        matches!(self, Self::Fields { .. } | Self::Value { .. })
    }
}

/// Finds what is wrong with a schedule.
pub fn fault(schedule: &str) -> Option<Fault> {
    if WORDS.contains(&schedule) {
        return None;
    }
    let texts: Vec<&str> = schedule.split(' ').filter(|text| !text.is_empty()).collect();
    if texts.len() != FIELDS.len() {
        return Some(Fault::Fields { count: texts.len() });
    }
    let read: Vec<Result<Times, Fault>> =
        texts.into_iter().zip(FIELDS).map(|(text, field)| times(text, field)).collect();
    // What cannot be read is told before what makes no sense.
    let faults = || read.iter().filter_map(|times| times.as_ref().err());
    if let Some(fault) = faults().find(|fault| fault.is_of_form()).or(faults().next()) {
        return Some(fault.clone());
    }
    let [Ok(_), Ok(_), Ok(days), Ok(months), Ok(weekdays)] = read.as_slice() else { return None };
    // A day that is both of the month and of the week matches by either, unless one of the two is `*`.
    let longest = months.numbers.iter().map(|month| days_of(*month)).max();
    let never = weekdays.is_any && days.numbers.first() > longest.as_ref();
    never.then_some(Fault::Never)
}

/// The numbers that a field names, sorted, and whether it names all of them as `*`.
struct Times {
    numbers: Vec<u32>,
    is_any: bool,
}

fn times(text: &str, field: Field) -> Result<Times, Fault> {
    let mut times = Times { numbers: Vec::new(), is_any: false };
    for item in text.split(',') {
        let wrong = || Fault::Value { text: if item.is_empty() { text } else { item }.to_owned(), field };
        let (range, step) = item.split_once('/').map_or((item, None), |(range, step)| (range, Some(step)));
        let every = step.map_or(Some(1), number).filter(|step| (1..100).contains(step)).ok_or_else(wrong)?;
        let (first, last) = match range.split_once('-') {
            _ if matches!(range, "*" | "?") => {
                times.is_any |= every == 1;
                (field.from, field.to)
            }
            Some((first, last)) => {
                (value(first, field).ok_or_else(wrong)?, value(last, field).ok_or_else(wrong)?)
            }
            None => {
                let first = value(range, field).ok_or_else(wrong)?;
                // `5/10` is every tenth from the fifth on.
                (first, if step.is_some() { field.to } else { first })
            }
        };
        if first > last {
            return Err(Fault::Order { text: item.to_owned(), field });
        }
        times.numbers.extend((first..=last).step_by(every as usize));
    }
    times.numbers.sort_unstable();
    Ok(times)
}

/// Reads a number or a word of a field.
fn value(text: &str, field: Field) -> Option<u32> {
    let word = field.words.iter().position(|word| word.eq_ignore_ascii_case(text));
    let value = match word {
        Some(at) => field.from + u32::try_from(at).ok()?,
        None => number(text)?,
    };
    (field.from..=field.to).contains(&value).then_some(value)
}

fn number(text: &str) -> Option<u32> {
    let is_number = (1..=9).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|_| is_number)
}

/// How many days a month has, February one in four years.
fn days_of(month: u32) -> u32 {
    match month {
        2 => 29,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Returns the regular expression of what can be read.
pub fn pattern() -> String {
    let fields = FIELDS.map(|Field { words, pattern, .. }| {
        let letter = |letter: char| format!("[{letter}{}]", letter.to_ascii_uppercase());
        let words = words.iter().map(|word| word.chars().map(letter).collect::<String>());
        let value: Vec<String> = std::iter::once(format!("0{{0,7}}{pattern}")).chain(words).collect();
        let value = format!("({})", value.join("|"));
        let item = format!(r"([*?]|{value}(-{value})?)(/0{{0,7}}[1-9][0-9]?)?");
        format!("{item}(,{item})*")
    });
    format!("^({}| *{} *)$", WORDS.join("|"), fields.join(" +"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedules_are_read_as_karpenter_reads_them() {
        for good in [
            "@daily",
            "0 9 * * mon-fri",
            "*/15 0-8,18-23 * * *",
            "0 8 1,15 JAN-mar ?",
            " 0  8 29 2 * ",
            "5/10 * * * sun",
            "0 0 31 2 mon",
            "0 0 31 feb,mar *",
        ] {
            assert_eq!(fault(good), None, "{good}");
        }
        let field = |at: usize| FIELDS[at];
        let value = |text: &str, at| Some(Fault::Value { text: text.to_owned(), field: field(at) });
        assert_eq!(fault("0 8 * *"), Some(Fault::Fields { count: 4 }));
        assert_eq!(fault("@reboot"), Some(Fault::Fields { count: 1 }));
        assert_eq!(fault("60 8 * * *"), value("60", 0));
        assert_eq!(fault("0 25 * * *"), value("25", 1));
        assert_eq!(fault("0 8 0 * *"), value("0", 2));
        assert_eq!(fault("0 8 * 1,,2 *"), value("1,,2", 3));
        assert_eq!(fault("0 8 * * mon-fry"), value("mon-fry", 4));
        assert_eq!(fault("0 8 * * 7"), value("7", 4));
        assert_eq!(fault("*/0 8 * * *"), value("*/0", 0));
        assert_eq!(fault("0 8 L * *"), value("L", 2));
        let order = Fault::Order { text: "fri-mon".to_owned(), field: field(4) };
        assert_eq!(fault("0 8 * * fri-mon"), Some(order));
        assert_eq!(fault("0 8 31 2,4 *"), Some(Fault::Never));
        assert_eq!(fault("0 8 30 2 ?"), Some(Fault::Never));
    }
}
