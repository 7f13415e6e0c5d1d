//! Whatever stands in a blueprint: plinth says what is wrong, or makes a tree that can be read. It never panics.
//!
//! Texts are made of the keys that are declared, with values right and wrong, and torn from the blueprints that are
//! committed. A plain run tries some, the same ones each time. `FUZZ_SECONDS=600 cargo test --test fuzz` goes on for
//! ten minutes; what it finds is written to `tests/fuzz`, from where each run tries it again.

mod harness;

use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use harness::{folders, make, repository};
use plinth::blueprint::explain::{Question, explain};
use plinth::blueprint::include::nothing;
use plinth::blueprint::keys::File;
use plinth::blueprint::read::Read as _;
use plinth::blueprint::shape::Shape;
use plinth::blueprint::{Reading, read};
use plinth::catalog::Catalog;
use plinth::diagnostic::Source;
use plinth::hcl::format::format;
use plinth::model::beneath::beneath;
use plinth::model::{self, Facts};

/// Random numbers, the same for the same seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % limit.max(1)
    }

    fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    fn pick<'t, T: ?Sized>(&mut self, items: &[&'t T]) -> &'t T {
        items[self.below(items.len())]
    }
}

/// Names that blueprints really have, so that references meet what they refer to.
const NAMES: &[&str] = &[
    "core",
    "worker",
    "main",
    "staging",
    "production",
    "eu",
    "karpenter",
    "coredns",
    "vpc-cni",
    "metrics-server",
    "aws-ebs-csi-driver",
    "aws-load-balancer-controller",
    "us-east-1a",
    "us-east-1b",
    "Name",
    "x",
    "module",
    "null",
    "A",
    "kube-system",
    "a-b",
];

/// Texts that mean something to some key.
const TEXTS: &[&str] = &[
    "",
    "x",
    "us-east-1",
    "eu-west-1",
    "us-gov-west-1",
    "us-east-1a",
    "us-east-1b",
    "staging",
    "production/eu",
    "production",
    "10.0.0.0/16",
    "10.1.0.0/16",
    "10.0.0.0/8",
    "0.0.0.0/0",
    "255.255.255.255/32",
    "100.64.0.0/16",
    "203.0.113.0/24",
    "111111111111",
    "1.36",
    "1.33",
    "1.99999999999",
    "arn:{partition}:iam::{account}:role/x",
    "arn:aws:iam::111111111111:role/y",
    "arn:aws:kms:us-east-1:111111111111:key/1",
    "{",
    "}",
    "{{",
    "{cluster}",
    "168h",
    "Never",
    "99999999999999999999h",
    "t3.large",
    "m7g.xlarge",
    "p5.48xlarge",
    "x1.y",
    "64Gi",
    "500m",
    "18446744073709551616Ti",
    "100%",
    "NoSchedule",
    "node-type",
    "CriticalAddonsOnly",
    "kubernetes.io/hostname",
    "2027-03-31",
    "CKV_AWS_18",
    "aws_s3_bucket.state",
    "${x}",
    "%{if}",
    "\u{0}",
    "é",
    "e\u{301}",
    "🚀",
    "\u{2028}",
    "../..",
    "a\nb",
    "\"",
    "'",
    "*/",
    "# x",
    "<<EOT",
    "1.14.1",
    "al2023@",
    "bottlerocket@v1",
    "vpc-0a1b2c3d4e5f60718",
    "subnet-0a1b2c3d4e5f60718",
    "cr-0123456789abcdef0",
    "* * * * *",
    "@daily",
    "sts",
    "ecr.api",
];

const NUMBERS: &[&str] =
    &["0", "1", "2", "3", "6", "7", "20", "64", "100", "110", "4294967295", "9223372036854775807", "-1"];

/// Makes a value for a shape, now and then a wrong one.
fn value(dice: &mut Dice, shape: &Shape, depth: usize) -> String {
    if depth > 6 || dice.one_in(40) {
        let wrong = [
            "true",
            "1.5",
            "nan",
            "2027-03-31",
            "[]",
            "{}",
            "[[]]",
            "[{}]",
            "\"x\"",
            "1",
            "0x10",
            "99999999999999999999",
        ];
        return dice.pick(&wrong).to_owned();
    }
    let text = |dice: &mut Dice| serde_json::Value::from(dice.pick(TEXTS)).to_string();
    match shape {
        Shape::Boolean => dice.pick(&["true", "false"]).to_owned(),
        Shape::Number { .. } => dice.pick(NUMBERS).to_owned(),
        Shape::OneOf(numbers) => numbers[dice.below(numbers.len())].to_string(),
        Shape::Text(rule) => match rule.example.filter(|_| !dice.one_in(3)) {
            Some(example) => serde_json::Value::from(example).to_string(),
            None => text(dice),
        },
        Shape::Words(words) => format!("\"{}\"", words[dice.below(words.len())].0),
        Shape::List(item) => {
            let items: Vec<String> = (0..dice.below(4)).map(|_| value(dice, item, depth + 1)).collect();
            format!("[{}]", items.join(", "))
        }
        Shape::Either(shapes) => {
            let at = dice.below(shapes.len());
            value(dice, &shapes[at], depth)
        }
        Shape::Table(_) | Shape::Layer | Shape::Fields(_) => {
            let keys = shape.keys();
            let entries = keys.into_iter().filter_map(|key| {
                let inner = shape.key(key).filter(|_| dice.one_in(3))?;
                Some((key.to_owned(), value(dice, &inner, depth + 1)))
            });
            table(&entries.collect::<Vec<_>>())
        }
        Shape::Named(inner) | Shape::Entries(inner) => {
            let mut entries: Vec<(String, String)> = Vec::new();
            for _ in 0..dice.below(4) {
                let name = dice.pick(NAMES).to_owned();
                if entries.iter().all(|(known, _)| *known != name) {
                    entries.push((name, value(dice, inner, depth + 1)));
                }
            }
            table(&entries)
        }
        Shape::Data => format!("{{ a = {}, b.c = [{}] }}", text(dice), text(dice)),
    }
}

fn table(entries: &[(String, String)]) -> String {
    let entries: Vec<String> = entries.iter().map(|(key, value)| format!("\"{key}\" = {value}")).collect();
    format!("{{ {} }}", entries.join(", "))
}

/// The path of some key, and its shape.
fn key(dice: &mut Dice) -> (String, Shape) {
    let (mut path, mut shape) = (String::new(), File::shape());
    loop {
        let name = match &shape {
            Shape::Named(_) | Shape::Entries(_) => dice.pick(NAMES).to_owned(),
            shape if shape.keys().is_empty() => return (path, shape.clone()),
            shape => {
                let keys = shape.keys();
                dice.pick(&keys).to_owned()
            }
        };
        let Some(inner) = shape.key(&name) else { return (path, shape) };
        path.push_str(if path.is_empty() { "" } else { "." });
        path.push_str(&name);
        shape = inner;
        if dice.one_in(6) {
            return (path, shape);
        }
    }
}

/// Makes a text of those that there are.
fn text(dice: &mut Dice, corpus: &[String]) -> String {
    // Right ones stand first, and lead further.
    let among = if dice.one_in(4) { corpus.len() } else { corpus.len() / 4 };
    let mut text = corpus[dice.below(among)].clone();
    for _ in 0..=dice.below(3) {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let at = dice.below(lines.len());
        match dice.below(8) {
            // A key more, where nothing stands in its way: at the top.
            0..=2 => {
                let (path, shape) = key(dice);
                lines.insert(0, format!("{path} = {}", value(dice, &shape, 0)));
            }
            // Another value for a key that is there.
            3 | 4 if !lines.is_empty() => {
                if let Some((name, _)) = lines[at].clone().split_once('=') {
                    let name = name.trim();
                    let keys = plinth::blueprint::shape::tables();
                    let known =
                        keys.iter().find_map(|table| table.get(name.rsplit('.').next().unwrap_or(name)));
                    if let Some(known) = known {
                        lines[at] = format!("{name} = {}", value(dice, &(known.shape)(), 0));
                    }
                }
            }
            5 if !lines.is_empty() => drop(lines.remove(at)),
            // A part of another text.
            6 => {
                let other = &corpus[dice.below(corpus.len())];
                let parts: Vec<&str> = other.split("\n\n").collect();
                lines.push(parts[dice.below(parts.len())].to_owned());
            }
            _ => {
                let mut at = dice.below(text.len() + 1);
                while !text.is_char_boundary(at) {
                    at -= 1;
                }
                let mut text = text.clone();
                text.insert_str(
                    at,
                    dice.pick(&["[", "]", "{", "}", "\"", ".", "=", "\n", "-", "0", "é", "#", ","]),
                );
                lines = text.lines().map(str::to_owned).collect();
            }
        }
        text = lines.join("\n") + "\n";
    }
    text
}

/// Tries one text through all stages; returns whether it made a tree, or says what is not as it should be.
fn judge(text: &str, dice: &mut Dice) -> Result<bool, String> {
    let source = Source { path: "blueprint.toml".to_owned(), text: text.to_owned() };
    let Reading { root, blueprint, sources, diagnostics } = read(source, &nothing);
    let _ = plinth::report::json(&diagnostics, &sources);
    let _ = plinth::report::github(&diagnostics, &sources);
    if let Some(blueprint) = &blueprint {
        let (path, _) = key(dice);
        let path = path.split('.').map(str::to_owned).collect();
        let catalog = Catalog::load();
        let _ = explain(
            &root,
            blueprint,
            &beneath(blueprint, &catalog),
            &Question { path, environment: None, cluster: None },
        );
        let (model, _) = model::resolve(blueprint, &catalog, &Facts::default(), "blueprint.toml");
        serde_json::to_value(&model).map_err(|error| format!("cannot be shown: {error}"))?;
    }
    match make(text, "blueprint.toml") {
        Err(said) if said.starts_with("error[E") && said.ends_with("nothing was written\n") => Ok(false),
        Err(said) => Err(format!("not said in words: {said}")),
        Ok(files) => {
            for (path, text) in &files {
                if Path::new(path).extension().is_some_and(|kind| kind == "tf" || kind == "tofu") {
                    text.parse::<hcl_edit::structure::Body>().map_err(|error| format!("{path}: {error}"))?;
                    if format(text).as_ref() != Ok(text) {
                        return Err(format!("{path} is not formatted"));
                    }
                }
            }
            if make(text, "blueprint.toml").as_ref() == Ok(&files) {
                Ok(true)
            } else {
                Err("not the same twice".to_owned())
            }
        }
    }
}

fn survives(text: &str, dice: &mut Dice) -> Result<bool, String> {
    catch_unwind(AssertUnwindSafe(|| judge(text, dice))).unwrap_or_else(|panic| {
        let said = panic.downcast_ref::<String>().map(String::as_str);
        Err(format!("panicked: {}", said.or(panic.downcast_ref::<&str>().copied()).unwrap_or("?")))
    })
}

/// Every blueprint that is committed, right ones first.
fn corpus() -> Vec<String> {
    let examples = files(&repository().join("blueprints"));
    let mut cases = folders("cases");
    cases.sort_by_key(|case| !case.join("expected").exists());
    let cases = cases.into_iter().map(|case| case.join("blueprint.toml"));
    let all = examples.into_iter().chain(cases).chain(files(&repository().join("tests/fuzz")));
    all.filter_map(|path| fs::read_to_string(path).ok()).collect()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let all = fs::read_dir(folder).into_iter().flatten();
    let mut files: Vec<PathBuf> = all.map(|entry| entry.expect("readable").path()).collect();
    files.sort();
    files
}

#[test]
fn what_was_found_stays_mended() {
    for path in files(&repository().join("tests/fuzz")) {
        let text = fs::read_to_string(&path).expect("readable");
        if let Err(said) = survives(&text, &mut Dice(1)) {
            panic!("{}: {said}", path.display());
        }
    }
}

#[test]
fn no_text_is_too_much() {
    let seconds: Option<u64> = std::env::var("FUZZ_SECONDS").ok().map(|text| text.parse().expect("seconds"));
    let now = || SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").subsec_nanos();
    let seed = if seconds.is_some() { u64::from(now()) } else { 7 };
    let corpus = corpus();
    let (mut dice, begin, mut found) = (Dice(seed), Instant::now(), Vec::new());
    let (mut tried, mut made) = (0, 0);
    let goes_on = |tried: usize| match seconds {
        Some(seconds) => begin.elapsed() < Duration::from_secs(seconds),
        None => tried < 250,
    };
    while goes_on(tried) && found.len() < 5 {
        let text = text(&mut dice, &corpus);
        match survives(&text, &mut dice) {
            Ok(is_made) => made += usize::from(is_made),
            Err(said) => {
                let mut hash = DefaultHasher::new();
                text.hash(&mut hash);
                let folder = repository().join("tests/fuzz");
                let path = folder.join(format!("{:016x}.toml", hash.finish()));
                fs::create_dir_all(folder).expect("writable");
                fs::write(&path, &text).expect("writable");
                found.push(format!("{}: {said}", path.display()));
            }
        }
        tried += 1;
    }
    println!("{tried} texts, {made} trees, seed {seed}");
    assert!(found.is_empty(), "after {tried} texts:\n{}", found.join("\n"));
    assert!(made > tried / 50, "{made} of {tried} texts made a tree: they do not come far");
}
