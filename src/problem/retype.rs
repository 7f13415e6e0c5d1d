//! What to write in place of a value of another type.

/// Says what to write in place of a value of another type; `of` is the table that is expected, or whose key it is.
pub(super) fn retype(expected: &str, of: &str, found: &str, text: &str) -> String {
    let help = match (expected, found) {
        ("a string", "an array") => "remove the brackets: one is allowed",
        ("a string", "a table") => "write one text, in quotes",
        ("a string", _) => "put it in quotes",
        ("a whole number", "a string") => {
            let digits = text.find(|c: char| !c.is_ascii_digit()).map_or(text, |end| &text[..end]);
            return if digits.is_empty() {
                "write a number, without quotes".to_owned()
            } else {
                format!("write `{digits}`, without quotes")
            };
        }
        ("a whole number" | ZONES, "a float") => {
            return format!("write `{}`, without a fraction", text.split('.').next().unwrap_or_default());
        }
        ("a whole number", "an integer of more than 64 bits") => "write a smaller number",
        ("a whole number", _) => "write a number",
        ("`true` or `false`", "a string") => "write `true` or `false`, without quotes",
        ("`true` or `false`", _) => "write `true` or `false`",
        ("an array", "a string") if text.len() < 40 => return format!("put it in brackets: `[\"{text}\"]`"),
        ("an array", "a table") => "write a list in brackets: `[…]`",
        ("an array", _) => "put it in brackets: `[…]`",
        ("an array of tables", "a table") => {
            "write its header in double brackets, `[[…]]`, or brackets around its braces: `[{ … }]`"
        }
        ("an array of tables", _) => "write tables in brackets: `[{ … }]`",
        (ZONES, "a string") => {
            return match text {
                count if count.parse::<u32>().is_ok() => format!("write `{count}`, without quotes"),
                zone => format!("put it in brackets, with the others: `[\"{zone}\", …]`"),
            };
        }
        (ZONES, _) => "write `3`, or names: `[\"us-east-1a\", \"us-east-1b\"]`",
        ("a table of strings", _) => "write `{ key = \"text\" }`",
        ("a table of subnets by zone", _) => "write them by zone: `{ us-east-1a = …, us-east-1b = … }`",
        (quantity, "a float") if quantity.starts_with("a quantity") => {
            return format!("put it in quotes: `\"{text}\"`");
        }
        (quantity, _) if quantity.starts_with(QUANTITY) => {
            return format!("write {}", quantity.trim_start_matches(QUANTITY));
        }
        ("a table of tables", "an array") => {
            "write a table for each name, `name = { … }`; a header has one pair of brackets"
        }
        ("a table", "an array") => "write one pair of brackets around a header, or braces around keys",
        ("a table of tables", _) => "write a table for each name: `name = { … }`",
        ("a table", "a boolean") if matches!(of, "a cluster" | "a node pool" | "an add-on") => {
            "write `{ enabled = false }` to take it out, or a table with its keys"
        }
        ("a table", "a string") if of == "a taint" => {
            // As kubectl writes it.
            let (taint, effect) = text.split_once(':').unwrap_or(("dedicated=batch", "NoSchedule"));
            let (key, value) = taint.split_once('=').unwrap_or((taint, "true"));
            return format!("write `{{ key = \"{key}\", value = \"{value}\", effect = \"{effect}\" }}`");
        }
        _ => return format!("write a table: `{}`", example_of(of)),
    };
    help.to_owned()
}

/// What `zones` takes.
const ZONES: &str = "a number of zones or an array of zone names";

/// What a quantity is called, before its examples.
const QUANTITY: &str = "a quantity such as ";

/// A short table of those that stand in braces, or the form of one.
fn example_of(table: &str) -> &'static str {
    match table {
        "[project]" => "{ name = \"acme\" }",
        "[output]" => "{ dir = \"generated\" }",
        "[terraform]" => "{ engine = \"opentofu\" }",
        "[delivery]" => "{ account = \"111111111111\" }",
        "a node pool" => "{ kind = \"karpenter\" }",
        "an add-on" => "{ version = \"1.14.1\" }",
        "a core service" => "{ kind = \"aws\" }",
        "an application" => "{ team = \"platform\", environments = [\"staging\"] }",
        "size" => "{ min = 2, max = 4 }",
        "limits" => "{ cpu = 1000, memory = \"4000Gi\" }",
        "kubelet" => "{ max_pods = 110 }",
        "disruption" => "{ consolidate_after = \"5m\" }",
        "a budget" => "{ nodes = \"10%\" }",
        "a taint" => "{ key = \"dedicated\", value = \"batch\", effect = \"NoSchedule\" }",
        "a quota" => "{ cpu = 16, memory = \"64Gi\" }",
        "[cluster.endpoint]" => "{ public_cidrs = [\"203.0.113.0/24\"] }",
        "[cluster.network]" => "{ cidr = \"10.1.0.0/16\" }",
        "subnets of a zone" => "{ private = \"10.1.0.0/19\", public = \"10.1.224.0/22\" }",
        "a reservation of the kubelet" => "{ cpu = \"100m\", memory = \"500Mi\" }",
        "`eviction_hard`" => "{ \"memory.available\" = \"500Mi\" }",
        _ => "{ key = value }",
    }
}
