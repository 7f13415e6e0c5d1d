//! What charts really made of values: `helm-effects.json`.

use std::path::Path;

use serde_json::Value;

use crate::tree::read;

/// Charts that are alike: rendered under the second's name, and the parts of their names in which they differ.
const ALIKE: [(&str, &str, [&str; 2]); 2] =
    [("ack-sfn", "ack-sqs", ["sfn", "sqs"]), ("ack-sns", "ack-sqs", ["sns", "sqs"])];

/// All renderings.
pub struct Effects {
    charts: serde_json::Map<String, Value>,
}

impl Effects {
    /// Reads them.
    pub fn load(folder: &Path) -> Self {
        let file: Value = serde_json::from_str(&read(&folder.join("helm-effects.json"))).expect("JSON");
        let Some(Value::Object(charts)) = file.get("charts").cloned() else { panic!("no charts") };
        Self { charts }
    }

    /// Returns the renderings of an add-on's chart, `NAME` and `NAME (what is special)`.
    pub fn of(&self, addon: &str) -> Vec<Value> {
        let alike = ALIKE.iter().find(|(own, ..)| *own == addon);
        let chart = alike.map_or(addon, |(_, chart, _)| chart);
        let charts = self.charts.iter().filter(|(title, _)| title.split(" (").next() == Some(chart));
        let renamed = |rendering: &Value| match alike {
            Some((_, _, [own, seen])) => {
                rendering.to_string().replace(seen, own).parse().expect("names have no quotes")
            }
            None => rendering.clone(),
        };
        charts.map(|(_, rendering)| renamed(rendering)).collect()
    }
}
