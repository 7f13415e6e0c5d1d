//! The one place that makes sentences: what is wrong, what stands beside the caret, what to type.

use std::net::{Ipv4Addr, Ipv6Addr};

use ipnet::Ipv4Net;

use super::nearest::{list, name_like, nearest, suggest};
use super::retype::retype;
use super::{Measure, Principal, Problem, leaving, syntax};
use crate::blueprint::cron;
use crate::blueprint::keys::{Cluster, Environment};
use crate::blueprint::lock;
use crate::blueprint::migrate::OLDEST;
use crate::blueprint::pattern::Placeholder;
use crate::blueprint::scalar::{DeliveryEngine, Placement};
use crate::blueprint::usual::STATE_BUCKET;
use crate::model::access::SSO_PATH;
use crate::model::bill::{Misfit, Shortage, Unfit};
use crate::model::contract;
use crate::model::node_pool::capacity::Resources;

/// The sentences of one diagnostic.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Words {
    /// What is wrong.
    pub what: String,
    /// What stands beside the caret.
    pub label: Option<String>,
    /// What stands beside the other half of a conflict.
    pub also: Option<String>,
    /// What to type.
    pub help: Option<String>,
}

impl Words {
    pub(super) fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), ..Self::default() }
    }

    pub(super) fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    pub(super) fn also(mut self, also: impl Into<String>) -> Self {
        self.also = Some(also.into());
        self
    }

    pub(super) fn help(self, help: impl Into<String>) -> Self {
        self.maybe_help(Some(help))
    }

    fn maybe_help(mut self, help: Option<impl Into<String>>) -> Self {
        self.help = help.map(Into::into);
        self
    }
}

impl Problem {
    /// Makes the sentences.
    #[expect(clippy::too_many_lines, reason = "one place for all words, one arm for each problem")]
    pub fn words(&self) -> Words {
        match self {
            Self::Syntax { message, text } => syntax::words(message, text),
            Self::UnknownKey { key, table, allowed, home, is_table } => {
                let help = match (*table, key.as_str(), home) {
                    ("an add-on", "chart_version", _) => "did you mean `version`?".to_owned(),
                    _ if nearest(key, allowed).is_some() => suggest(key, allowed),
                    ("an environment", ..) if Cluster::TABLE.get(key).is_some() => {
                        format!("write `cluster.{key}`: what clusters have stands in the environment's `cluster`")
                    }
                    ("a cluster", ..) if Environment::TABLE.get(key).is_some() && key != "cluster" => {
                        format!("`{key}` is a key of an environment: move it there")
                    }
                    ("a cluster", "cluster", _) => "leave `cluster` out: its keys stand here".to_owned(),
                    ("a cluster", _, None) if *is_table => format!(
                        "write `[environments.E.clusters.{key}]`, if that is a cluster of environment E; otherwise {}",
                        suggest(key, allowed)
                    ),
                    ("an add-on", ..) => format!("write `values.{key}`, if it is a value of the chart; else {}", suggest(key, allowed)),
                    (_, _, Some(home)) if allowed.len() <= 4 => {
                        format!("{}; `{key}` is a key of {home}", suggest(key, allowed))
                    }
                    (_, _, Some(home)) => format!("`{key}` is a key of {home}: move it there"),
                    _ => suggest(key, allowed),
                };
                Words::new(format!("{} takes no key `{key}`", in_code(table))).label("unknown key").help(help)
            }
            Self::WrongType { expected, of, found, text } => Words::new(format!("expected {expected}, found {found}"))
                .label(format!("this is {found}"))
                .help(retype(expected, of.unwrap_or_default(), found, text.as_deref().unwrap_or_default())),
            Self::MissingKey { key, table } => Words::new(format!("{} has no `{key}`", in_code(table)))
                .label(format!("`{key}` is missing"))
                .help(example(table, key)),
            Self::UnknownValue { value, allowed }
                if allowed.contains(&"baseline") && nearest(value, &["privileged".to_owned()]).is_some() =>
            {
                Words::new(format!("`{value}` is not a value of this key"))
                    .label("such a pod can take over a node that others share")
                    .help("write `baseline`, which allows most, or `restricted`")
            }
            Self::UnknownValue { value, allowed } => {
                let allowed: Vec<String> = allowed.iter().map(ToString::to_string).collect();
                Words::new(format!("`{value}` is not a value of this key"))
                    .label("unknown value")
                    .help(suggest(value, &allowed))
            }
            Self::OutOfRange { value, from, to } => {
                let range = if *to == i64::from(u32::MAX) && value < from {
                    format!("{from} or more")
                } else {
                    format!("{from} to {to}")
                };
                Words::new(format!("`{value}` is out of range"))
                    .label(format!("{range} is allowed"))
                    .help(format!("write `{}`, or another number in that range", value.clamp(from, to)))
            }
            Self::UnknownFormat { format, known } => {
                let known_is = format!("it reads format {known}");
                let help = if *format > i64::from(*known) {
                    format!("install plinth {format}.0 or later: a format has the number of the release that brought it")
                } else if *format >= i64::from(OLDEST) {
                    "run `plinth migrate`: it moves the blueprint forward".to_owned()
                } else {
                    format!("write `format = {known}`")
                };
                Words::new(format!("this release does not read blueprint format {format}"))
                    .label(known_is)
                    .help(help)
            }
            Self::InvalidDate { value } => Words::new(format!("`{value}` is not a day"))
                .label(if value.len() == 10 && value.bytes().all(|b| b.is_ascii_digit() || b == b'-') {
                    "not in the calendar"
                } else {
                    "year, month and day are needed"
                })
                .help("write it as `\"2027-03-31\"`"),
            Self::InvalidDuration { value } => Words::new(format!("`{value}` is not a duration"))
                .label("numbers with `h`, `m` or `s`, or `Never`")
                .help(duration_like(value).map_or_else(
                    || "write a week as `\"168h\"`, half an hour as `\"30m\"`".to_owned(),
                    |meant| format!("write `\"{meant}\"`"),
                )),
            Self::InvalidQuantity { value, example } => {
                let help = quantity_like(value, example).map(|meant| format!("write `\"{meant}\"`"));
                Words::new(format!("`{value}` is not a quantity that this key takes"))
                    .label("a number, with a unit of Kubernetes")
                    .help(help.unwrap_or_else(|| format!("write it as {example}")))
            }
            Self::PlaceholderTooEarly { word } => {
                Words::new(format!("`{{{word}}}` cannot be used for a whole environment"))
                    .label("an environment has more than one of them, or will have")
                    .help("write `{environment}` in its place, or the name itself")
            }
            Self::InvalidInstanceType { value } => {
                let plain = value.trim().to_ascii_lowercase();
                let meant = if plain.contains('.') && plain != *value { plain } else { "m6i.large".to_owned() };
                Words::new(format!("`{value}` is not an EC2 instance type"))
                    .label("family and size are needed, in lower case")
                    .help(format!("write it as `\"{meant}\"`"))
            }
            Self::InvalidKubernetesVersion { value } => {
                Words::new(format!("`{value}` is not a Kubernetes minor version"))
                    .label("major and minor; EKS chooses the patch")
                    .help("write it as `\"1.36\"`")
            }
            Self::UnknownPlaceholder { word } => {
                let known: Vec<String> =
                    Placeholder::ALL.iter().map(|(name, _)| (*name).to_owned()).collect();
                let all = || known.iter().map(|name| format!("`{{{name}}}`")).collect::<Vec<_>>().join(", ");
                let help = match nearest(word, &known) {
                    Some(name) => format!("did you mean `{{{name}}}`?"),
                    None => format!("there are {}", all()),
                };
                Words::new(format!("`{{{word}}}` is not a placeholder")).label("stands for nothing").help(help)
            }
            Self::LoneBrace { brace } => Words::new(format!("`{brace}` has no other half"))
                .label("braces enclose a placeholder, as in `{account}`")
                .help(format!("write `{brace}{brace}` for the character itself")),
            Self::InvalidAccount { value } => {
                let digits: String = value.chars().filter(char::is_ascii_digit).collect();
                let help = match digits.len() {
                    12 => format!("write it as `\"{digits}\"`"),
                    // A number loses them where it is copied from a table.
                    8..12 => format!("write `\"{digits:0>12}\"`, if leading zeros were lost"),
                    _ => "write it as `\"111111111111\"`".to_owned(),
                };
                Words::new(format!("`{value}` is not an AWS account"))
                    .label("twelve digits are needed, and nothing else")
                    .help(help)
            }
            Self::InvalidRetention { value, allowed } => {
                let next = allowed.iter().find(|days| *days > value).or(allowed.last());
                Words::new(format!("CloudWatch does not keep logs for {value} days"))
                    .label("not a number of days that it takes")
                    .maybe_help(next.map(|days| format!("write `{days}`, the next that it takes")))
            }

            Self::InvalidInclude { value } => {
                Words::new(format!("`{value}` is not a pattern of files below the blueprint's folder"))
                    .label("names between `/`, in which `*` is any text")
                    .help(INCLUDE)
            }
            Self::InvalidImport { value } => {
                Words::new(format!("`{value}` is not a file below the blueprint's folder"))
                    .label("names between `/`")
                    .help("write its path from the blueprint's folder, such as `\"clusters/legacy.json\"`")
            }
            Self::IncludeFindsNothing { pattern } => Words::new(format!("no file is called `{pattern}`"))
                .label("includes nothing")
                .help("write it relative to the blueprint's folder, or remove it"),
            Self::IncludeUnreadable { why } => {
                Words::new("an included file cannot be read")
                    .label(why.clone())
                    .help("make it a file that can be read, or take it out here")
            }
            Self::ImportUnreadable { file, why: None } => Words::new(format!("no file is called `{file}`"))
                .label("imports nothing")
                .help("write it relative to the blueprint's folder; `plinth describe-cluster` prints the script that makes it"),
            Self::ImportUnreadable { file, why: Some(why) } => Words::new(format!("`{file}` cannot be read"))
                .label(why.clone())
                .help("make it a file that can be read, or take `import` out"),
            Self::NotAnswers { why } => Words::new("this is not JSON as the AWS CLI prints it")
                .label(why.clone())
                .help("gather the answers again, by `--output json` and as they are; `plinth describe-cluster` prints the script that does"),
            Self::UnknownAnswer { found, known } => {
                let found = match found.as_slice() {
                    [] => "this is".to_owned(),
                    keys => format!("an answer with {} is", list(keys)),
                };
                let known: Vec<String> = known.iter().map(ToString::to_string).collect();
                Words::new(format!("{found} none of those that are asked for"))
                    .label("unknown answer")
                    .help(format!("take it out; plinth reads {}", list(&known)))
            }
            Self::AnswerMissing { what, command } => Words::new(format!("{what} is missing among AWS' answers"))
                .label("what nobody asked for is not known to be absent")
                .help(format!("run `{command}`, and put what it prints behind the others")),
            Self::AnswerIncomplete { answer, path } => Words::new(format!("`{answer}` has no `{path}`"))
                .label("AWS always says it")
                .help("gather the answers again, as they are"),
            Self::AnswerOfOther { cluster, other } => {
                Words::new(format!("this is of cluster `{other}`, and the others are of `{cluster}`"))
                    .label("another cluster")
                    .help("gather the answers about one cluster in one file")
            }
            Self::NotAsExisting { key, cluster, has, says, why, is_written } => {
                let what = if says.is_empty() {
                    format!("cluster `{cluster}` has {}, and no `{key}` says so", bare(has))
                } else {
                    format!("`{key}` is {}, and cluster `{cluster}` has {}", bare(says), bare(has))
                };
                Words::new(what)
                    .label(*why)
                    .also(if *is_written { "the cluster that exists" } else { "which comes under the blueprint" })
                    .help(format!("write `{key} = {has}` for this cluster"))
            }
            Self::NotAdoptable { cluster, what, why, help } => {
                Words::new(format!("cluster `{cluster}` cannot come under the blueprint: {what}"))
                    .label(*why)
                    .help(help.clone())
            }
            Self::NestedInclude => Words::new("an included file includes no others")
                .label("not here")
                .help("move it to the `include` of the blueprint itself"),
            Self::KeyTwice { key } if key == "format" => Words::new("an included file has no `format`")
                .label("not here")
                .also("the format of all files")
                .help("remove it: the blueprint itself says it"),
            Self::KeyTwice { key } => Words::new(format!("`{key}` is set in two files"))
                .label("again")
                .also("first here")
                .help("remove one of them: files are put together, not laid over each other"),

            Self::PlaceholderNotTaken { word } => {
                Words::new(format!("`{{{word}}}` stands for nothing here"))
                    .label("this key takes no placeholders")
                    .help(
                        "write what is meant, in each environment if it differs: placeholders are for ARNs of roles and keys, \
                         and for the name of the state bucket",
                    )
            }
            Self::TooLittle { value, what, of } => {
                let is_number = value != "0" && value.bytes().all(|b| b.is_ascii_digit());
                let help = if is_number && *of == Measure::Bytes {
                    format!("write `\"{value}Gi\"`, if that is meant: without a unit it is bytes")
                } else if let Some(number) = value.strip_suffix('m').filter(|_| *of == Measure::Cpu) {
                    format!("write `{number}`, if that is meant: `m` is a thousandth; or remove the key")
                } else {
                    "write more, or remove the key".to_owned()
                };
                Words::new(format!("`{value}` is too little")).label(format!("not enough for {what}")).help(help)
            }

            Self::InvalidName { value } => Words::new(format!("`{value}` cannot be used as a name"))
                .label("lower-case letters, digits and single hyphens, a letter first, no hyphen last")
                .help(name_like(value).map_or_else(
                    || "choose a name such as `staging` or `team-a`".to_owned(),
                    |name| format!("call it `{name}`"),
                )),
            Self::InvalidClusterName { value } => Words::new(format!("`{value}` is not the name of an EKS cluster"))
                .label("at most 100 letters, digits, hyphens and underscores, a letter or digit first")
                .help("write the name that `aws eks list-clusters` prints"),
            Self::InvalidStateKey { value } => Words::new(format!("`{value}` is not the ARN of a KMS key or alias"))
                .label("the ARN of a key, or of its alias")
                .help("write it as `arn:aws:kms:us-east-1:111111111111:alias/azavea-staging-terraform-state`"),
            Self::InvalidModuleSource { value } => Words::new(format!("`{value}` is not a module in git at one tag"))
                .label("`git::`, a repository, `//` and a folder, `?ref=` and a tag")
                .help("write it as `git::https://example.com/platform.git//modules/attachment?ref=v1.0.0`"),
            Self::NameTooLong { name, what, limit, settle } => {
                let length = name.chars().count();
                let over = length.saturating_sub(*limit);
                let plural = if over == 1 { "" } else { "s" };
                let (which, settle) = match settle {
                    Some(key) => ("one of its parts", format!(", or set {key}")),
                    None => ("it", String::new()),
                };
                Words::new(format!("{what} would be called `{name}`, which is too long"))
                    .label(format!("makes {length} characters, where {limit} are allowed"))
                    .also("a part of it, and of every other name")
                    .help(format!("shorten {which} by {over} character{plural}{settle}"))
            }
            Self::DuplicateCluster { name } => {
                Words::new(format!("two clusters of one account would both be called `{name}`"))
                    .label("this one")
                    .also("and this one")
                    .help("set another `name` for the one that does not exist yet")
            }
            Self::UnknownEnvironment { value, known } => {
                Words::new(format!("there is no environment `{value}`"))
                    .label("unknown environment")
                    .help(cluster_like(value, known).map_or_else(
                        || suggest(value, known),
                        |reference| format!("did you mean `{reference}`? a cluster stands behind `/`"),
                    ))
            }
            Self::UnknownCluster { value, environment, known } => {
                Words::new(format!("environment `{environment}` has no cluster `{value}`"))
                    .label("unknown cluster")
                    .help(suggest(value, known))
            }
            Self::RepeatedReference { value } => Words::new(format!("`{value}` is listed twice"))
                .label("again")
                .also("first here")
                .help("remove one of them"),
            Self::ContractTooLong { cluster, document, bytes } => {
                let shorten = match *document {
                    "services" => "other values of the label `node-type` in its pools, and fewer zones in `addons.external-dns.access`",
                    _ => "a shorter `name`, and fewer `zones`",
                };
                Words::new(format!("what `{cluster}` publishes in `/plinth/{cluster}/{document}` is too long"))
                    .label(format!("makes up to {bytes} bytes, where SSM takes {}", contract::LARGEST))
                    .help(format!("give it {shorten}"))
            }
            Self::InvalidBucketName { name, why } => {
                Words::new(format!("S3 takes no bucket of the name `{name}`"))
                    .label(*why)
                    .help(format!("write `\"{STATE_BUCKET}\"`, or leave it out"))
            }
            Self::WaiverMatchesNothing { scope, nearest } => {
                let otherwise = "remove the waiver";
                Words::new(format!("no generated resource has the address `{scope}`"))
                    .label("this waiver would waive nothing")
                    .help(nearest.as_ref().map_or_else(
                        || otherwise.to_owned(),
                        |name| format!("did you mean `{name}`? otherwise {otherwise}"),
                    ))
            }
            Self::WaiverOutlives { scope } => {
                Words::new(format!("there is no `{scope}` any more"))
                    .label("this waiver waives nothing now")
                    .help("remove the waiver, unless such a resource is to come again")
            }
            Self::ReservedName { value, why } => Words::new(format!("`{value}` cannot be used as a name"))
                .label(*why)
                .help("choose another name"),
            Self::NoEnvironment => {
                Words::new("the blueprint has no environment").label("empty").help(FIRST_ENVIRONMENT)
            }
            Self::SharedBucket { name, one, other } => {
                Words::new(format!("`{one}` and `{other}` would share the state bucket `{name}`"))
                    .label("the same in both environments")
                    .help("put `{environment}` into it: each environment has a bucket of its own")
            }
            Self::SharedNamespace { namespace, app, other } => {
                Words::new(format!("`{app}` and `{other}` would share the namespace `{namespace}`"))
                    .label(format!("the namespace of `{app}`"))
                    .also(format!("the namespace of `{other}`"))
                    .help("set another `namespace` for one of them")
            }
            Self::SharedFolder { folder, one, other } => {
                Words::new(format!("`{one}` and `{other}` would both lie in `{folder}`"))
                    .label("this one")
                    .also("and this one")
                    .help(format!("rename environment `{other}`, or the cluster of `{one}`"))
            }

            Self::RepeatedWaiver { id, scope } => {
                Words::new(format!("`{id}` is waived twice for `{scope}`"))
                    .label("again")
                    .also("first here")
                    .help("remove one of them")
            }

            Self::SharedResourceName { name } => {
                Words::new(format!("`{name}` would be made twice in one account"))
                    .label("one of them")
                    .also("the other")
                    .help("set another `name` for a cluster, or rename one of the two")
            }

            Self::InvalidTag { key, why } => {
                Words::new(format!("`{key}` cannot be a tag of every resource"))
                    .label(*why)
                    .help(another_key(key, tag_like(key)))
            }
            Self::InvalidTagValue { value, why } => {
                let help = tag_like(value).map(|meant| format!("write `\"{meant}\"`"));
                Words::new(format!("`{}` cannot be the value of a tag", value.escape_debug())).label(*why).maybe_help(help)
            }
            Self::TooMany { what, count, most } => Words::new(format!("{count} {what} are too many"))
                .label(format!("{most} are allowed"))
                .help(match count - most {
                    1 => "remove one of them".to_owned(),
                    over => format!("remove {over} of them"),
                }),
            Self::AccountInTwoPartitions { account, partition, other } => {
                Words::new(format!("account {account} cannot be in `{partition}` and in `{other}`"))
                    .label(format!("`{partition}`, by its region"))
                    .also(format!("`{other}`"))
                    .help("an account lives in one partition: write the other account's number, or another region")
            }
            Self::InvalidWaiverId { value } => {
                let meant = value.to_ascii_uppercase();
                let meant = if meant.starts_with("CKV") { meant.replace('-', "_") } else { "CKV_AWS_18".to_owned() };
                Words::new(format!("`{value}` is not the id of a finding"))
                    .label("checkov's id is needed")
                    .help(format!("write it as `\"{meant}\"`"))
            }
            Self::WaiverWithoutReason => Words::new("a waiver must say why")
                .label("empty")
                .help("write why the finding is accepted: a reviewer reads it in the generated file"),
            Self::ExampleAccount { account } => Words::new(format!("account {account} is one of AWS' examples"))
                .label("nobody's")
                .help("write the account's own number, as `aws sts get-caller-identity` prints it"),

            Self::NotANumber => Words::new("JSON and YAML have no such number")
                .label("it would become `null`")
                .help("write a number, or the text in quotes"),
            Self::InvalidFolder { value } => Words::new(format!("`{}` is not a folder", value.escape_debug()))
                .label("empty, or with a character that no path has")
                .help("write it as `\"../generated\"`"),

            Self::InvalidCidr { value } if value.parse::<ipnet::Ipv6Net>().is_ok() || value.parse::<Ipv6Addr>().is_ok() => {
                Words::new(format!("`{value}` is an IPv6 range, and this key takes IPv4"))
                    .label("of the other family")
                    .help("write the IPv4 range of the same network: `\"203.0.113.0/24\"`")
            }
            Self::InvalidCidr { value } if value.parse::<Ipv4Addr>().is_ok() => {
                Words::new(format!("`{value}` is an address, not a range"))
                    .label("the prefix is missing")
                    .help(range_like(value))
            }
            Self::InvalidCidr { value } if address_of(value).is_some() => {
                let network = address_of(value).unwrap_or_default();
                Words::new(format!("`{value}` is not an IPv4 range"))
                    .label("a prefix is a number up to 32")
                    .help(range_like(&network))
            }
            Self::InvalidCidr { value } => Words::new(format!("`{value}` is not an IPv4 range"))
                .label("address and prefix are needed, without leading zeros")
                .help("write it as `\"10.1.0.0/16\"`"),
            Self::CidrHostBits { value, range } => {
                Words::new(format!("`{value}` does not start at the first address of its range"))
                    .label(format!("the range is {range}"))
                    .help(format!("write `\"{range}\"`"))
            }
            Self::CidrSize { range, largest, smallest } => {
                let size = range.prefix_len();
                let (fault, label) = if size < *largest {
                    ("large", format!("a /{size}, where AWS takes /{largest} at most"))
                } else if *smallest == 28 {
                    ("small", format!("a /{size}, where AWS takes /28 at least"))
                } else {
                    ("small", format!("a /{size}, where the planned subnets need a /{smallest} at least"))
                };
                let own = if fault == "small" && *smallest < 28 {
                    ", or give the ranges of every zone in `subnets`"
                } else {
                    ""
                };
                Words::new(format!("`{range}` is too {fault} for a VPC"))
                    .label(label)
                    .help(format!("choose a range from /{largest} to /{smallest}{own}"))
            }
            Self::NoCidr { cluster, is_existing: true } => {
                Words::new(format!("the range of cluster `{cluster}`'s VPC is not said"))
                    .label("`cidr` is missing")
                    .help(
                        "add the range that this VPC has, as `aws ec2 describe-vpcs` prints it: `cidr = \
                           \"10.1.0.0/16\"`; that of a layer below is another VPC's",
                    )
            }
            Self::NoCidr { cluster, .. } => Words::new(format!("cluster `{cluster}` has no VPC range"))
                .label("`network.cidr` is missing")
                .help(
                    "add `network.cidr = \"10.1.0.0/16\"` to the cluster, or \
                       `cluster.network.cidr` to its environment",
                ),
            Self::CidrOverlap { range, other, cluster, key } => {
                let what = if range == other {
                    format!("cluster `{cluster}` has the range `{range}`, too")
                } else {
                    format!("`{range}` overlaps `{other}` of cluster `{cluster}`")
                };
                Words::new(what).label("here").also("and here").help(format!(
                    "give each of them a `network.{key}` of its own: clusters of one account and region, and \
                     `peers`, can come to meet"
                ))
            }
            Self::ServiceCidrOverlap { range, vpc } => {
                let free = ["172.20.0.0/16", "10.100.0.0/16"].into_iter().find(|free| {
                    free.parse::<Ipv4Net>().is_ok_and(|free| !free.contains(vpc) && !vpc.contains(&free))
                });
                Words::new(format!("the Service range `{range}` overlaps the VPC's `{vpc}`"))
                    .label("shares addresses with the other")
                    .also("the VPC's range")
                    .maybe_help(free.map(|free| format!("write `service_cidr = \"{free}\"`")))
            }
            Self::ServiceCidrRange { range } => Words::new(format!("EKS takes no Service range `{range}`"))
                .label("a /12 to /24 within 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16 is needed")
                .help("write `service_cidr = \"172.20.0.0/16\"`"),
            Self::PublicVpcRange { range } => Words::new(format!("`{range}` is not a private range"))
                .label("the internet has other owners of these addresses, and the cluster would not reach them")
                .help("choose a part of 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16"),
            Self::RegionsOverlap { range, other, cluster } => {
                let what = if range == other {
                    format!("cluster `{cluster}` in another region has the range `{range}`, too")
                } else {
                    format!("`{range}` overlaps `{other}` of cluster `{cluster}` in another region")
                };
                Words::new(what)
                    .label("no peering and no transit gateway can ever connect the two")
                    .also("the other")
                    .help("give one of them another range while it can still change, if they could come to meet")
            }
            Self::OutsideParent { range, parent } => {
                Words::new(format!("`{range}` lies outside the VPC's range `{parent}`"))
                    .label("outside")
                    .also("the VPC's range")
                    .help(format!("choose a part of `{parent}`"))
            }
            Self::SubnetOverlap { range, other, is_planned } => {
                let words = Words::new(format!("subnet `{range}` overlaps subnet `{other}`"));
                if *is_planned {
                    words
                        .label("this subnet")
                        .also(format!("the plan takes `{other}` of it"))
                        .help("choose a range that the plan leaves free, or give both ranges of every zone")
                } else {
                    words.label("this subnet").also("and this one").help("choose ranges that share no address")
                }
            }
            Self::SubnetTooSmall { range } => Words::new(format!("`{range}` is too small for a subnet"))
                .label("AWS takes /28 at least")
                .help(
                    "choose a /28 or larger; a private subnet holds an address for each pod, so take a /22 or \
                     larger there",
                ),
            Self::UnknownRegion { value, known } => {
                Words::new(format!("`{value}` is not a region that plinth knows"))
                    .label("unknown region")
                    .help(suggest(value, known))
            }
            Self::ZoneNotInRegion { zone, region, known, in_zones } => {
                Words::new(format!("zone `{zone}` cannot be used in region `{region}`"))
                    .label("not a zone for EKS in this region")
                    .help(if nearest(zone, known).is_some() || !in_zones {
                        suggest(zone, known)
                    } else {
                        format!("{}, or write how many: `zones = 3`", suggest(zone, known))
                    })
            }
            Self::TooFewZones { region, asked, known } => {
                Words::new(format!("region `{region}` has {} zones for EKS, not {asked}", known.len()))
                    .label(format!("asks for {asked}"))
                    .help(format!("write `zones = {}`", known.len()))
            }
            Self::OneZone { named, key } => {
                let count = if *key == "zones" { ", or write how many: `zones = 3`" } else { "" };
                Words::new("EKS wants two zones at least")
                    .label(format!("names {}", if *named == 0 { "none" } else { "one" }))
                    .help(format!("name two or three{count}"))
            }
            Self::RepeatedZone { zone } => Words::new(format!("zone `{zone}` is listed twice"))
                .label("again")
                .also("first here")
                .help("remove one of them"),
            Self::SubnetsWithoutZone { zone, zones } => {
                Words::new(format!("the cluster does not use zone `{zone}`"))
                    .label("subnets for a zone that is not in `zones`")
                    .help(suggest(zone, zones))
            }
            Self::OpenToTheWorld { range, is_private } => {
                let (whom, ranges) = match (is_private, range.prefix_len()) {
                    (true, _) => {
                        ("every network that is routed to the VPC", "VPNs and peered VPCs: `[\"10.0.0.0/16\"]`")
                    }
                    (false, 0) => ("the whole internet", "offices, VPNs and runners: `[\"203.0.113.0/24\"]`"),
                    (false, _) => ("much of the internet", "offices, VPNs and runners: `[\"203.0.113.0/24\"]`"),
                };
                let label = if range.prefix_len() == 0 { "everybody" } else { "more addresses than anybody has" };
                Words::new(format!("`{range}` opens the Kubernetes API to {whom}"))
                    .label(label)
                    .help(format!("list the ranges of your {ranges}"))
            }
            Self::PrivateCidrAtPublicEndpoint { range, private } => {
                Words::new(format!("`{range}` never arrives at a public endpoint"))
                    .label(format!("a part of {private}, which the internet does not carry"))
                    .help(
                        "list the public ranges that these machines come out with, or reach the cluster by a private \
                         route: its private endpoint is always on",
                    )
            }
            Self::NoWayIn { cluster, has_endpoint: true } => {
                Words::new(format!("nothing can reach the Kubernetes API of cluster `{cluster}`"))
                    .label("lets nobody in")
                    .help(
                        "write `public_cidrs = [\"203.0.113.0/24\"]` in `endpoint`, or `runner = \"in-vpc\"` where engines \
                         run inside the VPC, or `private_cidrs` where they reach it from another network",
                    )
            }
            Self::NoWayIn { cluster, has_endpoint: false } => {
                Words::new(format!("nothing can reach the Kubernetes API of cluster `{cluster}`"))
                    .label("its endpoint is private")
                    .help(
                        "add `endpoint = { public_cidrs = [\"203.0.113.0/24\"] }`, or `endpoint = \
                           { runner = \"in-vpc\" }` where engines run inside the VPC, or `private_cidrs` where they \
                           reach it from another network",
                    )
            }
            Self::OtherPartition { region, partition, environment } => {
                Words::new(format!("region `{region}` is not of partition `{partition}`"))
                    .label("another partition than the environment's")
                    .help(format!("an account lives in one partition: make an environment beside `{environment}`"))
            }
            Self::InvalidId { value, prefix } => {
                let what = match *prefix {
                    "vpc-" => "VPC",
                    "sg-" => "security group",
                    _ => "subnet",
                };
                Words::new(format!("`{value}` is not the id of a {what}"))
                    .label(format!("`{prefix}` and 17 hexadecimal digits are needed"))
                    .help(format!("write it as `\"{prefix}0a1b2c3d4e5f60718\"`"))
            }
            Self::ControlPlaneZoneGone { cluster, zones, is_generated } => {
                let zones = list(zones);
                Words::new(format!("the control plane of cluster `{cluster}` is in {zones}, and stays there"))
                    .label("EKS never changes a control plane's set of zones")
                    .help(if *is_generated {
                        format!(
                            "keep {zones}; if the cluster was never applied, take its entry, `\"cluster {cluster}\"`, out of the \
                             `facts` in `.plinth/manifest.json`"
                        )
                    } else {
                        format!("add a subnet in {zones} to `private_subnets`")
                    })
            }
            Self::VpcOfTwoRanges { vpc, range, other } => {
                Words::new(format!("`{vpc}` cannot have both `{range}` and `{other}` as its range"))
                    .label("here")
                    .also("and here")
                    .help("write in both places the first range that `aws ec2 describe-vpcs` prints, or mend the `vpc_id`")
            }
            Self::SubnetOfTwoVpcs { subnet, vpc, other } => {
                Words::new(format!("`{subnet}` cannot be in both `{vpc}` and `{other}`"))
                    .label(format!("in `{vpc}`"))
                    .also(format!("in `{other}`"))
                    .help("`aws ec2 describe-subnets` prints the VPC of each: mend the subnet's id, or a `vpc_id`")
            }
            Self::ServiceCidrHidesPeer { range, other, cluster } => {
                Words::new(format!("the Service range `{range}` hides addresses of cluster `{cluster}`, `{other}`"))
                    .label("nodes here take these addresses for Services")
                    .also("of a VPC that it can come to meet")
                    .help(
                        "give the cluster that does not exist yet another range: a `service_cidr` that overlaps no \
                         VPC of its account and region or of `peers`, or another `cidr`",
                    )
            }
            Self::NotWithVpcId { key } => Words::new(format!("`{key}` is not for a VPC that exists already"))
                .label("plinth makes nothing in it")
                .also("the existing VPC")
                .help(match *key {
                    "zones" => "remove `zones`: they are those of `private_subnets`".to_owned(),
                    "subnets" => "write ids: `private_subnets = { us-east-1a = \"subnet-0a1b2c3d4e5f60718\", … }`".to_owned(),
                    "pod_cidr" => "write ids: `pod_subnets = { us-east-1a = \"subnet-0a1b2c3d4e5f60718\", … }`".to_owned(),
                    key => format!("remove `{key}`: whoever made the VPC answers for it"),
                }),
            Self::OnlyWithVpcId { key } => Words::new(format!("`{key}` is for a VPC that exists already"))
                .label("which VPC is not said")
                .help(format!("add `vpc_id = \"vpc-0a1b2c3d4e5f60718\"`, or remove `{key}`")),
            Self::NoPrivateSubnets { cluster } => {
                Words::new(format!("cluster `{cluster}` has no subnets in its VPC"))
                    .label("`private_subnets` is missing")
                    .help("add `private_subnets = { us-east-1a = \"subnet-0a1b2c3d4e5f60718\", … }`")
            }
            Self::ZoneWithoutPrivateSubnet { zone, zones } => {
                Words::new(format!("zone `{zone}` has no private subnet"))
                    .label("no nodes here")
                    .help(format!("add the zone to `private_subnets`, or take it out here; there are {}", list(zones)))
            }
            Self::ZoneWithoutPodSubnet { zone } => {
                Words::new(format!("zone `{zone}` has no subnet for pods"))
                    .label("no pod would start on its nodes")
                    .help(format!("add `{zone} = \"subnet-0a1b2c3d4e5f60718\"`"))
            }
            Self::SubnetTaggedTwice { subnet, cluster } => {
                Words::new(format!("cluster `{cluster}` puts tags on `{subnet}`, too"))
                    .label("whichever is destroyed first takes them from the other")
                    .also("and here")
                    .help("write `tag_subnets = false` for both, and have the tags made where the VPC is; or for all but one, which is destroyed last")
            }
            Self::PodRange { range, why } => Words::new(format!("`{range}` cannot be the range of pods"))
                .label(*why)
                .help("write `pod_cidr = \"100.64.0.0/16\"`"),
            Self::PodRangeOverlap { range, other, what } => {
                Words::new(format!("the range of pods `{range}` overlaps {what} `{other}`"))
                    .label("shares addresses with the other")
                    .also("the other")
                    .help("write `pod_cidr = \"100.64.0.0/16\"`, or another range that is free")
            }
            Self::NotWithIpv6 { key } => Words::new(format!("`{key}` does not go with IPv6"))
                .label(match *key {
                    "service_cidr" => "EKS chooses the Service range of an IPv6 cluster",
                    "pod_cidr" => "an IPv6 cluster has addresses enough",
                    _ => "plinth gives IPv6 ranges to a VPC of its own only",
                })
                .also("IPv6 here")
                .help(format!("remove `{key}`, or `ip_family`")),
            Self::UnknownEndpoint { name, known } => {
                Words::new(format!("there is no VPC endpoint `{name}` that plinth knows"))
                    .label("unknown endpoint")
                    .help(suggest(name.strip_prefix("com.amazonaws.").and_then(|rest| rest.split_once('.')).map_or(name, |(_, service)| service), known))
            }
            Self::EndpointOfS3 => Words::new("every VPC has an endpoint for S3 already")
                .label("a gateway, which costs nothing")
                .help("remove `\"s3\"`"),

            Self::NoCorePool { cluster, switched_off: true } => {
                Words::new(format!("cluster `{cluster}` has no node pool `core`"))
                    .label("system services have nowhere to run")
                    .help("remove `enabled = false`")
            }
            Self::NoCorePool { cluster, switched_off: false } => {
                Words::new(format!("cluster `{cluster}` has no node pool `core`"))
                    .label("system services have nowhere to run")
                    .help(
                        "add `[cluster.node_pools.core]` with `kind = \"managed\"`, `instance_types` \
                       and `size`",
                    )
            }
            Self::PoolNeeds { pool, key, example } => {
                let help = match key.split_once('.') {
                    Some((table, key)) => format!("add `{key} = {example}` to `{table}`"),
                    None => format!("add `{key} = {example}`"),
                };
                Words::new(format!("node pool `{pool}` has no `{key}`"))
                    .label(format!("`{key}` is missing"))
                    .help(help)
            }
            Self::KeyNotForKind { key, kind, others, .. } => {
                let others: Vec<String> = others.iter().map(|kind| format!("`kind = \"{kind}\"`")).collect();
                let or = if others.is_empty() { String::new() } else { format!(", or write {}", others.join(" or ")) };
                Words::new(format!("a {kind} node pool takes no `{key}`"))
                    .label(format!("not for `kind = \"{kind}\"`"))
                    .help(format!("remove `{key}`{or}"))
            }
            Self::KindChanges { pool, kind, other } => {
                Words::new(format!("node pool `{pool}` is {kind} here and {other} elsewhere"))
                    .label(format!("{kind} here"))
                    .also(format!("{other} here"))
                    .help("give one of them another name: a name is of one kind in every cluster")
            }
            Self::SizeOrder { min, desired, max } => {
                if *max == 0 {
                    Words::new("a node pool of no nodes is none")
                        .label("no node at all")
                        .also("the fewest")
                        .help("write `enabled = false` in place of `size`")
                } else if min > max {
                    Words::new(format!("a pool cannot have at least {min} and at most {max} nodes"))
                        .label("at most")
                        .also("at least")
                        .help(format!("write `max = {min}` or more, or a smaller `min`"))
                } else {
                    Words::new(format!("{desired} nodes are not between {min} and {max}"))
                        .label("`min` ≤ `desired` ≤ `max` is needed")
                        .also(if desired < min { "the fewest" } else { "the most" })
                        .help("leave `desired` out: it is `min` then")
                }
            }
            Self::CoreTooSmall { min, max } => {
                let plural = if *min == 1 { "" } else { "s" };
                Words::new(format!("{min} core node{plural} cannot hold the system services"))
                    .label("they run two replicas each, in two zones")
                    .help(if *max < 2 { "write `size = { min = 2, max = 3 }`" } else { "write `min = 2`" })
            }
            Self::CoreKind => Words::new("the node pool `core` is managed, or on Fargate")
                .label("Karpenter cannot make the nodes that it runs on")
                .help("write `\"managed\"`, and add `instance_types` and `size`; or write `\"fargate\"`"),
            Self::TooManyNamespaces { pool } => {
                Words::new(format!("Fargate pool `{pool}` has more than five namespaces"))
                    .label("the sixth")
                    .help("EKS takes five in a Fargate profile: make two pools of it")
            }
            Self::NamespacesDiffer { pool } => {
                Words::new(format!("the namespaces of Fargate pool `{pool}` differ between clusters"))
                    .label("not the same everywhere")
                    .also("elsewhere")
                    .help("set `namespaces` in `[cluster.node_pools]` only, or make two pools of it")
            }
            Self::CoreSpot => Words::new("the node pool `core` must be on-demand")
                .label("system services would stop whenever AWS takes a node back")
                .help("write `capacity = [\"on-demand\"]`, or leave it out"),
            Self::MixedArchitectures { one, other } => {
                Words::new(format!("`{one}` and `{other}` have different architectures"))
                    .label("another architecture")
                    .also("than this one")
                    .help("the nodes of a pool have one architecture: make two pools of it")
            }
            Self::TaintsDiffer { pool } => {
                Words::new(format!("the taints of managed pool `{pool}` differ between clusters"))
                    .label("not the same everywhere")
                    .also("elsewhere")
                    .help("set `taints` in `[cluster.node_pools]` only, or make two pools of it")
            }
            Self::CoreUnreachable { key } => Words::new(format!("`{key}` would keep system services off the core nodes"))
                .label("they look for `node-type = \"core\"`, and tolerate `CriticalAddonsOnly` alone")
                .help("remove it here, or give it to another pool"),
            Self::CoreLabelElsewhere { pool } => {
                Words::new(format!("node pool `{pool}` would pass for core"))
                    .label("system services run wherever this label is")
                    .help("remove it, or write another word, such as `\"worker\"`")
            }
            Self::OtherArchitecture { architecture, instance } => {
                Words::new(format!("`{instance}` is not of architecture `{architecture}`"))
                    .label("another architecture")
                    .also("than this")
                    .help("remove `architecture`: it follows from the instance types")
            }
            Self::ManagedCapacity { pool } => {
                Words::new(format!("managed node pool `{pool}` must be bought in one way"))
                    .label("EKS takes one capacity for a node group")
                    .help("write `[\"on-demand\"]` or `[\"spot\"]`")
            }

            Self::UnknownAmi { family } => {
                let label = if matches!(family.as_str(), "al2" | "AL2" | "amazon-linux-2") {
                    "EKS has built no image of it since 2025-11-26"
                } else {
                    "unknown family"
                };
                Words::new(format!("no node pool starts from `{family}`"))
                    .label(label)
                    .help("write `\"al2023\"` or `\"bottlerocket\"`")
            }
            Self::InvalidAmiVersion { version, family, kind, example } => {
                let newest = version == "latest";
                let label = match *kind {
                    "karpenter" if newest => "every node would be replaced on each release",
                    "karpenter" => "the release of the image is needed",
                    _ => "EKS' release version is needed",
                };
                let otherwise = if *kind == "karpenter" { "the catalog's" } else { "the newest when the group is made" };
                Words::new(format!("`{version}` is not a version of `{family}` that a {kind} node pool takes"))
                    .label(label)
                    .help(format!("write `\"{family}@{example}\"` with the release that you want, or `\"{family}\"` for {otherwise}"))
            }
            Self::AmiForOtherKubernetes { version, kubernetes } => {
                Words::new(format!("image `{version}` is not of Kubernetes {kubernetes}"))
                    .label("begins with another version than the cluster's")
                    .help(format!("pin a release of {kubernetes}, or remove `@{version}`"))
            }
            Self::AmiFamilyDiffers { pool } => {
                Words::new(format!("the image family of node pool `{pool}` differs between clusters"))
                    .label("not the same everywhere")
                    .also("elsewhere")
                    .help("make a second pool for the other family, and take the first one out when its pods have moved")
            }
            Self::RefusedInstance { instance, why } => {
                Words::new(format!("no node pool can use the accelerators of `{instance}`"))
                    .label(format!("has {why}"))
                    .help("remove it, or choose a type with NVIDIA GPUs, such as `\"g6.xlarge\"`")
            }
            Self::NoPrefixes { instance } => {
                Words::new(format!("`{instance}` takes no address prefixes"))
                    .label("not built on Nitro")
                    .also("the cluster uses prefixes")
                    .help("choose a newer family, such as `m6i` or `t3`")
            }
            Self::MixedGpus { with, without } => {
                Words::new(format!("`{with}` has GPUs and `{without}` has none"))
                    .label("without GPUs")
                    .also("with GPUs")
                    .help("image, taint and limits of a pool are for one of the two: make two pools of it")
            }
            Self::GpuLimitWithoutGpu { pool } => {
                Words::new(format!("node pool `{pool}` has no GPUs to limit"))
                    .label("no instance type has any")
                    .help("remove `gpu`, or name types with NVIDIA GPUs in `instance_types`")
            }
            Self::DiskTooSmall { iops, gib, needs } => {
                Words::new(format!("a volume of {gib} GiB cannot have {iops} I/O operations per second"))
                    .label("gp3 takes 500 for each GiB at most")
                    .also("of this size")
                    .help(format!("write `disk_gib = {needs}`, or fewer operations"))
            }
            Self::DiskTooSlow { throughput, iops, needs } => {
                Words::new(format!("{iops} I/O operations per second cannot move {throughput} MiB"))
                    .label("gp3 takes 0.25 MiB for each operation at most")
                    .also("with these operations")
                    .help(format!("write `disk_iops = {needs}`, or a smaller throughput"))
            }
            Self::InvalidKey { value } => Words::new(format!("`{value}` is not the ARN of a KMS key"))
                .label("the key's own ARN is needed, not an alias")
                .help("write it as `\"arn:{partition}:kms:{region}:{account}:key/1234abcd-12ab-34cd-56ef-1234567890ab\"`"),
            Self::KeyElsewhere { arn, region } => {
                Words::new(format!("`{arn}` cannot encrypt anything in `{region}`"))
                    .label("of another region")
                    .help("set the region's own key in each environment, or write `{partition}` and `{region}` for a key of several regions")
            }
            Self::ImageGcOrder { high, low } => {
                Words::new(format!("images would be deleted above {high} per cent, down to {low}"))
                    .label("the upper mark must be above the lower one, which are 85 and 80 unless set")
                    .also("the lower mark")
                    .help(format!("write `image_gc_low_percent = {}`", high.saturating_sub(5)))
            }
            Self::BottlerocketPid { key } => Words::new(format!("Bottlerocket takes no `pid` in `{key}`"))
                .label("it knows `cpu`, `memory` and `ephemeral-storage`")
                .help("remove `pid`, or write `ami = \"al2023\"`"),
            Self::InvalidBudget { value, of } => {
                let (label, example) = match *of {
                    "nodes" => ("a number, or a percentage up to 100", "`\"10%\"` or `0`"),
                    _ => ("hours, minutes, or hours and minutes", "`\"8h\"` or `\"1h30m\"`"),
                };
                Words::new(format!("`{value}` is not the `{of}` of a budget")).label(label).help(format!("write it as {example}"))
            }
            Self::InvalidSchedule { value, fault } => bad_schedule(value, fault),
            Self::HalfBudget { has, lacks } => Words::new(format!("a budget with `{has}` needs `{lacks}`"))
                .label(format!("`{lacks}` is missing"))
                .help(format!("add `{lacks}`, or remove `{has}`: without both it always applies")),
            Self::NowhereToRun { app, cluster } => {
                Words::new(format!("application `{app}` has no nodes to run on in cluster `{cluster}`"))
                    .label("its only node pool is `core`, which is for system services")
                    .help(
                        "add `[cluster.node_pools.worker]` with `kind = \"karpenter\"`, and `[cluster.addons.karpenter]`",
                    )
            }
            Self::FargateNamespaceTaken { namespace, owner } => {
                Words::new(format!("namespace `{namespace}` cannot run on Fargate"))
                    .label(format!("belongs to {owner}: its pods need nodes, and Pod Identity"))
                    .help("name namespaces of applications; what of core can run on Fargate does so with `core.kind = \"fargate\"`")
            }
            Self::UnknownInstance { value, near } => Words::new(format!("there is no EC2 instance type `{value}`"))
                .label("unknown")
                .help(near.as_ref().map_or_else(
                    || "look it up: `aws ec2 describe-instance-types`".to_owned(),
                    |near| format!("did you mean `{near}`?"),
                )),
            Self::UnknownFamily { value, near } => {
                let near = near.as_ref().map(|near| format!("did you mean `{near}`? ")).unwrap_or_default();
                Words::new(format!("the catalog does not know the family of `{value}`"))
                    .label("newer than this release, or misspelt")
                    .help(format!("{near}otherwise see that the region offers it: `aws ec2 describe-instance-type-offerings`"))
            }
            Self::GraceNeverEnds => Words::new("a grace period must end")
                .label("a pod could hold up its node, and with it every destroy, for ever")
                .help("write it as `\"24h\"`"),
            Self::UnknownPool { name, known } => Words::new(format!("there is no node pool `{name}` to switch off"))
                .label("no layer below has it")
                .help(match nearest(name, known) {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None => "remove it".to_owned(),
                }),
            Self::NothingLeft { value, what, instance, has, .. } => {
                Words::new(format!("where `{value}` is kept back, nothing of a node's {what} is left for pods"))
                    .label("more than is there, with what else is kept back")
                    .also(format!("`{instance}` has {has}"))
                    .help("write less, or choose a larger instance type")
            }
            Self::NoMoreNodes { pool } => Words::new(format!("Karpenter makes no nodes for pool `{pool}`"))
                .label("a limit of nothing")
                .help("write more, or `enabled = false` to take the pool out; nodes that it has stay until they expire"),
            Self::RepeatedTaint { key } => {
                Words::new(format!("taint `{key}` stands twice with the same effect"))
                    .label("again")
                    .also("first here")
                    .help("remove one of them: a node has one value for a key and an effect")
            }
            Self::EveryPoolTainted { cluster } => {
                Words::new(format!("every node pool of cluster `{cluster}` for applications has a taint"))
                    .label("pods that do not tolerate it wait for ever")
                    .help("add a pool without taints, or see that every application tolerates one of them")
            }
            Self::SamePods { pool, other } => {
                Words::new(format!("node pools `{pool}` and `{other}` take the same pods"))
                    .label("of the same weight, with the same labels and taints")
                    .also("and this one")
                    .help("set `weight` to say which comes first, or give one of them a label or a taint")
            }
            Self::ApplicationOnFargate { namespace } => {
                Words::new(format!("pods of namespace `{namespace}` have neither Pod Identity nor EBS volumes on Fargate"))
                    .label("on Fargate")
                    .help("run what needs rights in AWS, or a volume of its own, in a namespace on nodes")
            }
            Self::NamespaceOfNobody { namespace, known } => {
                let help = nearest(namespace, known).map(|near| format!("did you mean `{near}`?"));
                Words::new(format!("no application has the namespace `{namespace}`"))
                    .label("nothing of this blueprint's would run there")
                    .help(help.unwrap_or_else(|| "add the application, or remove the namespace; it may be made elsewhere".to_owned()))
            }
            Self::InvalidReservation { value } => {
                Words::new(format!("`{value}` is not the id of a capacity reservation"))
                    .label("`cr-` with digits and lower-case letters is needed")
                    .help("write it as `\"cr-0123456789abcdef0\"`")
            }
            Self::ManagedReservation { pool, key, is_core } => {
                let instead = match *key {
                    "capacity" => "write `capacity = [\"on-demand\"]`".to_owned(),
                    key => format!("remove `{key}`"),
                };
                let or = if *is_core { "" } else { ", or make a Karpenter pool of it" };
                Words::new(format!("managed node pool `{pool}` takes no capacity reservations"))
                    .label("it runs in open reservations of its instance types by itself")
                    .help(format!("{instead}{or}"))
            }
            Self::UnusedReservations { pool } => {
                Words::new(format!("node pool `{pool}` may not use its capacity reservations"))
                    .label("for capacity `reserved`")
                    .also("`reserved` is not among these")
                    .help("write `capacity = [\"reserved\", \"on-demand\"]`, or `[\"reserved\"]` for nodes in them alone")
            }
            Self::InvalidLabel { key, of, why } => {
                Words::new(format!("`{key}` cannot be the key of a {of}"))
                    .label(*why)
                    .help(another_key(key, label_key_like(key)))
            }
            Self::InvalidLabelValue { value } => {
                Words::new(format!("`{value}` cannot be the value of a label or taint"))
                    .label("63 letters, digits, `-`, `_` and `.` at most, with a letter or digit at both ends")
                    .maybe_help(label_like(value).map(|value| format!("write `\"{value}\"`")))
            }

            Self::ServicesDoNotFit { unfit } => does_not_fit(unfit),
            Self::TooFewAddresses { pods, instance, most, has_prefixes } => {
                let or = if *has_prefixes {
                    ", or choose a larger instance type"
                } else {
                    ", or `prefix_delegation = true` in the cluster's `network`"
                };
                Words::new(format!("a node cannot run {pods} pods: it has addresses for {most}"))
                    .label("more than that")
                    .also(format!("`{instance}` has addresses for {most} pods"))
                    .help(format!("write `max_pods = {most}`{or}"))
            }

            Self::PodsBeyondAddresses { pods, instance, most } => {
                Words::new(format!("a node of type `{instance}` would take {pods} pods, and has addresses for {most}"))
                    .label("the kubelet does not know of the subnets for pods")
                    .also("without prefixes, and none on a node's first interface")
                    .help(format!("write `kubelet = {{ max_pods = {most} }}`, or remove `prefix_delegation`"))
            }

            Self::UnknownAddon { name, is_service: true, .. } => {
                Words::new(format!("the catalog has no add-on `{name}`"))
                    .label("a core service")
                    .help(format!("write `[cluster.services.{name}]`, which brings the add-ons that give it"))
            }
            Self::UnknownAddon { name, known, switched_off, .. } => Words::new(format!("the catalog has no add-on `{name}`"))
                .label("unknown add-on")
                .help(match nearest(name, known) {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None if *switched_off => "remove it: there is nothing to switch off".to_owned(),
                    None => format!(
                        "for an add-on of your own, add `chart`, `repository` and `version`; the catalog has {}",
                        list(known)
                    ),
                }),
            Self::AddonRequired { addon, why, switched_off } => {
                let help = if *switched_off {
                    "remove `enabled = false`".to_owned()
                } else {
                    format!("add `[cluster.addons.{addon}]`")
                };
                Words::new(format!("add-on `{addon}` is missing")).label(why.clone()).help(help)
            }
            Self::UnsupportedKubernetes { version, supported } => {
                Words::new(format!("this release does not support Kubernetes `{version}` on EKS"))
                    .label("not in the catalog")
                    .help(format!("choose one of {}", list(supported)))
            }
            Self::AddonUnfit { addon, version, kubernetes, least, of_kubernetes } => {
                let words = Words::new(format!("`{addon}` {version} does not run on Kubernetes {kubernetes}"));
                if *of_kubernetes {
                    words
                        .label(format!("the add-on needs {least} or newer"))
                        .help("upgrade the cluster, or set an older `version` of the add-on")
                } else {
                    words
                        .label(format!("{least} or newer is needed"))
                        .help("remove `version` to take the catalog's")
                }
            }
            Self::InvalidVersion { value, is_own } => {
                let instead = if *is_own { "" } else { ", or remove it to take the catalog's" };
                Words::new(format!("`{value}` is not the version of a chart"))
                    .label("major, minor and patch are needed")
                    .help(format!("write it as `\"1.14.1\"`{instead}"))
            }
            Self::VersionNotTaken { addon, is_eks_addon } => {
                let (kind, label, help) = if *is_eks_addon {
                    (
                        "EKS add-on",
                        "follows the Kubernetes version",
                        "remove `version`: exact versions stand in `plinth.lock`, one for each Kubernetes version; \
                         `plinth catalog pin` writes them",
                    )
                } else {
                    ("add-on", "plinth carries its objects, and their version", "remove `version`")
                };
                Words::new(format!("the version of {kind} `{addon}` is not set here")).label(label).help(help)
            }
            Self::AddonsExclude { addon, other, why } => {
                Words::new(format!("add-ons `{addon}` and `{other}` cannot run in one cluster"))
                    .label(why.clone())
                    .also("the other one")
                    .help("remove one of them, or write `enabled = false` under it")
            }
            Self::AddonsInCircle { addon, other } => {
                Words::new(format!("add-on `{addon}` would be installed before itself"))
                    .label(format!("`{other}` comes before `{addon}`"))
                    .also("and comes after it")
                    .help("remove one of the two from `needs` or `after`")
            }
            Self::AccessMissing { addon, about, example } => {
                Words::new(format!("add-on `{addon}` names no {about}"))
                    .label("its role would be good for nothing, or for all of the account's")
                    .help(format!("name them by their ARNs: `access = [\"{example}\"]`"))
            }
            Self::AccessOfOtherKind { addon, arn, about, example } => {
                Words::new(format!("`{arn}` is not what add-on `{addon}` uses"))
                    .label(format!("`access` takes {about}"))
                    .help(format!("write ARNs such as `{example}`"))
            }
            Self::AccessTooLong { addon, characters, most } => {
                Words::new(format!("`access` of add-on `{addon}` does not fit into a policy"))
                    .label(format!("{characters} characters, of {most}"))
                    .help("name several by one prefix that ends with `*`, or leave some out")
            }
            Self::AccessInOtherPartition { addon, arn, region, partition } => {
                let own = with_part(arn, 1, "{partition}");
                Words::new(format!("add-on `{addon}` cannot reach `{arn}` from `{region}`"))
                    .label(format!("of another partition than `{partition}`"))
                    .help(format!("write `\"{own}\"`"))
            }
            Self::AccessUnused { addon } => {
                Words::new(format!("the role of add-on `{addon}` is not limited by the blueprint"))
                    .label("nothing would use it")
                    .help("remove `access`")
            }

            Self::LockFormat { format, known } => {
                Words::new(format!("this release does not read format {format} of `plinth.lock`"))
                    .label(format!("it reads format {known}"))
                    .help("use the release of plinth that wrote it, or remove the file and run `plinth catalog pin` again")
            }
            Self::InvalidLockedVersion { value } => {
                Words::new(format!("`{value}` is not the version of an EKS add-on"))
                    .label("not as EKS writes versions")
                    .help("write it as `\"v1.14.3-eksbuild.16\"`, or remove the line and run `plinth catalog pin` again")
            }
            Self::UnknownLockedAddon { name, known } => {
                Words::new(format!("the catalog has no EKS add-on `{name}`"))
                    .label("nothing takes this version")
                    .help(match nearest(name, known) {
                        Some(_) => suggest(name, known),
                        None => "remove the line: charts are pinned by the catalog".to_owned(),
                    })
            }
            Self::LockUnreadable { why } => Words::new(format!("the lock cannot be read: {why}"))
                .help("restore the file, or remove it and run `plinth catalog pin` again"),
            Self::LockSyntax { message, text } => {
                let words = syntax::words(message, text);
                let help = words.help.clone().unwrap_or_default();
                let (words, help) = if text.starts_with(lock::CONFLICT) {
                    (words.label("a merge conflict"), "keep one of its sides".to_owned())
                } else {
                    (words, help)
                };
                Words { what: "`plinth.lock` is not valid TOML".to_owned(), ..words }
                    .help(format!("{help}, or remove the file and run `plinth catalog pin` again"))
            }
            Self::LockMinorBare { minor, table } => {
                Words::new(format!("`{minor}` stands without quotes: for TOML that is a table in a table"))
                    .label("two keys")
                    .help(format!("write `[{table}.\"{minor}\"]`"))
            }
            Self::SupportEnds { version, ends, left, next } => {
                let days = if *left == 1 { "day" } else { "days" };
                Words::new(format!("standard support of Kubernetes {version} ends on {ends}"))
                    .label(format!("in {left} {days}; then EKS upgrades the cluster by itself"))
                    .help(upgrade(next.as_deref()))
            }
            Self::ExtendedSupport { version, since, next } => {
                Words::new(format!("standard support of Kubernetes {version} ended on {since}"))
                    .label("EKS upgrades the cluster by itself, when it chooses to")
                    .help(upgrade(next.as_deref()))
            }
            Self::SupportEnded { version, ended, next } => {
                Words::new(format!("EKS has not supported Kubernetes {version} since {ended}"))
                    .label("no cluster can have it")
                    .help(upgrade(next.as_deref()))
            }
            Self::KubernetesJump { cluster, version, present, next } => {
                Words::new(format!("cluster `{cluster}` cannot go from Kubernetes {present} to {version} at once"))
                    .label("EKS takes one minor version at a time")
                    .help(format!("write `\"{next}\"` and apply it, then the one after"))
            }
            Self::KubernetesBack { cluster, version, present } => {
                Words::new(format!("cluster `{cluster}` cannot go back from Kubernetes {present} to {version}"))
                    .label("older than what was generated last")
                    .help(format!(
                        "write `\"{present}\"`; if that was never applied, or EKS has rolled the cluster back, take \
                         `.plinth/manifest.json` back as well, out of version control"
                    ))
            }
            Self::PolicyNeedsKarpenter { policy, version, least } => {
                Words::new(format!("Karpenter {version} has no policy `{policy}`"))
                    .label(format!("{least} or newer is needed"))
                    .also("this release")
                    .help("remove `version` to take the catalog's, or write another policy")
            }
            Self::SettledValue { addon, key } => {
                Words::new(format!("`{key}` of add-on `{addon}` is not for the blueprint to set"))
                    .label("plinth fills it in, from the cluster and what it makes there")
                    .help("remove it")
            }
            Self::UnknownAddonKey { addon, key, near } => {
                let help = near.as_ref().map(|near| format!("did you mean `{near}`?"));
                Words::new(format!("the catalog does not know the value `{key}` of add-on `{addon}`"))
                    .label("newer than this release, or misspelt")
                    .help(help.unwrap_or_else(|| "see that the add-on's version has it: unknown ones are lost, or refused".to_owned()))
            }
            Self::UnknownNodeType { addon, value, known } => {
                Words::new(format!("no node has the label `node-type: {value}` that add-on `{addon}` looks for"))
                    .label("its pods would wait for ever")
                    .help(suggest(value, known))
            }
            Self::NotTolerated { addon, placement } => {
                Words::new(format!("add-on `{addon}` would not tolerate the taint of {placement}'s nodes"))
                    .label(format!("its pods look for nodes of {placement}"))
                    .help(if *placement == Placement::Core.word() {
                        "add `{ key = \"CriticalAddonsOnly\", operator = \"Exists\" }` to the list of tolerations".to_owned()
                    } else {
                        format!("write `placement = \"{placement}\"` in its place, which brings the toleration along")
                    })
            }
            Self::AddonRefused { addon, why, instead } => {
                Words::new(format!("no cluster gets add-on `{addon}`")).label(why.clone()).help(instead.clone())
            }
            Self::NoMiddlewareNodes { addon } => {
                Words::new(format!("add-on `{addon}` runs on nodes of pool `middleware`, and there are none"))
                    .label("without Karpenter, plinth makes no such pool by itself")
                    .help(
                        "add `[cluster.node_pools.middleware]` with `kind = \"managed\"`, or write `placement = \"core\"` \
                         under the add-on",
                    )
            }
            Self::PlacementNotTaken { addon, placement } => {
                Words::new(format!("add-on `{addon}` cannot be placed on `{placement}`"))
                    .label(if *placement == Placement::Everywhere.word() {
                        "not all of its pods are those of a DaemonSet"
                    } else {
                        "all of its pods are those of DaemonSets, which run on every node"
                    })
                    .help("remove `placement`")
            }
            Self::CatalogAddonKey { addon, key } => {
                Words::new(format!("`{key}` of add-on `{addon}` is the catalog's to say"))
                    .label("only an add-on that the catalog does not have takes it")
                    .help("remove it, or give your own add-on another name")
            }
            Self::VersionSpelling { addon, value, meant } => {
                let with = if meant.starts_with('v') { "with" } else { "without" };
                Words::new(format!("the chart of add-on `{addon}` has no version `{value}`"))
                    .label(format!("its versions are written {with} a `v`"))
                    .help(format!("write `\"{meant}\"`"))
            }
            Self::OwnAddonNeeds { addon, keys } => {
                let names: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
                let lines = keys.iter().map(|key| match *key {
                    "version" => "`version = \"1.2.3\"`".to_owned(),
                    key => format!("`{key} = \"https://charts.example.com\"`"),
                });
                let verb = if keys.len() == 1 { "is" } else { "are" };
                Words::new(format!("add-on `{addon}` has a chart and no {}", names.join(" and no ")))
                    .label(format!("{} {verb} missing", names.join(" and ")))
                    .help(format!("add {}", lines.collect::<Vec<String>>().join(" and ")))
            }
            Self::InvalidRepository { value, has_scheme } => {
                Words::new(format!("`{}` is not a chart repository", value.escape_debug()))
                    .label(if *has_scheme {
                        "no host stands behind the scheme, or a character that no address has"
                    } else {
                        "an address without a scheme that Helm knows"
                    })
                    .help(if *has_scheme {
                        "write it as `\"https://charts.example.com\"`, or as `\"oci://registry.example.com/charts\"`"
                    } else {
                        "begin it with `https://`, or with `oci://` for a registry"
                    })
            }
            Self::InvalidChart { value } => Words::new(format!("`{}` is not the name of a chart", value.escape_debug()))
                .label(if value.contains("://") { "an address" } else { "letters, digits, `.`, `_` and `-` are allowed" })
                .help("write the chart's name alone, and where it comes from in `repository`"),
            Self::InvalidValuePath { value } => {
                Words::new(format!("`{}` is not the path of a key of values", value.escape_debug()))
                    .label("a part of it is empty, or has a space")
                    .help("write the keys from the top, with dots between them: `\"controller.nodeSelector\"`")
            }
            Self::PolicyWithoutBounds { policy } => {
                Words::new(format!("managed policy `{policy}` gives the add-on the whole account"))
                    .label("whoever takes over its pod has these rights")
                    .help("name what it needs in `statements`, or a managed policy of the services that it uses")
            }
            Self::InvalidPolicyName { value } => {
                Words::new(format!("`{}` is not the name of an AWS managed policy", value.escape_debug()))
                    .label(if value.starts_with("arn:") { "an ARN" } else { "a character that no name has" })
                    .help(match value.split_once(":aws:policy/") {
                        Some((_, name)) if !name.is_empty() => format!("write `\"{name}\"`"),
                        _ => "write its name, `\"AmazonS3ReadOnlyAccess\"`; rights of your own belong in `statements`".to_owned(),
                    })
            }
            Self::StatementsTooLong { addon, characters, most } => {
                Words::new(format!("the statements of add-on `{addon}` do not fit into a policy"))
                    .label(format!("{characters} characters, of {most}"))
                    .help("name several resources by one prefix that ends with `*`, or leave some out")
            }
            Self::EmptyStatement { key } => Words::new(format!("the statement has no {key}"))
                .label("IAM takes no empty list")
                .help("name what is allowed, or remove the statement"),
            Self::InvalidResource { value } => {
                Words::new(format!("`{}` is not a resource of IAM's", value.escape_debug()))
                    .label("an ARN is needed, with all of its six parts")
                    .help("write it as `\"arn:{partition}:s3:::bucket/*\"`, or `\"*\"` where the actions take no less")
            }
            Self::InvalidSid { value } => {
                Words::new(format!("`{}` cannot be the name of a statement", value.escape_debug()))
                    .label("letters and digits are needed")
                    .help("write it as `\"ReadObjects\"`, or leave `sid` out")
            }
            Self::InvalidCondition { is_operator } => Words::new("IAM does not read this condition")
                .label(if *is_operator {
                    "an operator, without the key that it compares"
                } else {
                    "a text, a number, `true` or `false` is needed, or a list of such"
                })
                .help("write `conditions = { StringEquals = { \"aws:RequestedRegion\" = \"us-east-1\" } }`"),
            Self::RightsOfNobody { addon, key } => {
                Words::new(format!("`{key}` of add-on `{addon}` is for a role, and it has none"))
                    .label("no service account gets these rights")
                    .help("add `service_account`, the name of the one that its pods run as")
            }
            Self::TolerationsForOthers { selectors, tolerations } => {
                Words::new(format!("`node_selector` has {selectors} and `tolerations` has {tolerations}"))
                    .label("one for each key of `node_selector` is needed")
                    .help("name as many, in the same order; or remove it to take `tolerations` beside each selector")
            }
            Self::InvalidAction { value } => Words::new(format!("`{value}` is not an action that can be allowed"))
                .label(if value.starts_with('*') { "everything" } else { "a service and an action are needed" })
                .help("name actions as `\"s3:GetObject\"`"),
            Self::PassesEveryRole => Words::new("the add-on could hand over every role of the account")
                .label("every role")
                .also("whoever may do this with a role has its rights")
                .help("name the roles by ARN"),
            Self::PlaceholderOutsideModule { word } => {
                Words::new(format!("`{{{word}}}` cannot be used in a statement"))
                    .label("the add-on's module is the same for all clusters")
                    .help("write `*` in its place; `{project}`, `{account}`, `{region}` and `{partition}` can be used")
            }
            Self::OwnAddonDiffers { addon } => {
                Words::new(format!("add-on `{addon}` is another one in another cluster"))
                    .label("the clusters share its module")
                    .also("as it is there")
                    .help("only `version`, `values` and `placement` may differ; give the other one another name")
            }
            Self::UnknownService { name, is_addon: true, .. } => Words::new(format!("there is no core service `{name}`"))
                .label("an add-on")
                .help(format!("write `[cluster.addons.{name}]`")),
            Self::UnknownService { name, known, .. } => Words::new(format!("there is no core service `{name}`"))
                .label("unknown service")
                .help(suggest(name, known)),
            Self::NoSuchService { name, kind } => Words::new(format!("core service `{name}` does not come from `{kind}`"))
                .label("there is no such way")
                .help("remove `kind`"),

            Self::NoKubernetesVersion { cluster, newest } => {
                Words::new(format!("cluster `{cluster}` has no Kubernetes version"))
                    .label("`kubernetes_version` is missing")
                    .help(format!("add `kubernetes_version = \"{newest}\"` to `[cluster]`: plinth never chooses it, so that none of its releases upgrades a cluster"))
            }

            Self::InvalidArn { value } => Words::new(format!("`{value}` is not the ARN of an IAM role"))
                .label("the ARN of a role is needed")
                .help("write it as `\"arn:{partition}:iam::{account}:role/admin\"`"),
            Self::RoleInOtherAccount { arn, account, is_delivery } => {
                let own = with_part(arn, 4, "{account}");
                let otherwise = if *is_delivery {
                    "; a role of the delivery account belongs in `[delivery]`, and reaches the environment by assuming its roles"
                } else {
                    ", which is each environment's own"
                };
                Words::new(format!("`{arn}` is not a role of account {account}"))
                    .label("of another account")
                    .help(format!("write `\"{own}\"`{otherwise}"))
            }
            Self::RoleOutsideDelivery { arn, account } => {
                let own = with_part(&with_part(arn, 1, "{partition}"), 4, "{account}");
                Words::new(format!("`{arn}` is not a role of account {account}, which pipelines log in to"))
                    .label("of another account, or of another partition")
                    .help(format!("write `\"{own}\"`: here both are that account's"))
            }
            Self::DeliveryReachesNothing { partition, other } => {
                Words::new(format!("no environment can be reached from a delivery account of `{partition}`"))
                    .label("IAM ends with its partition")
                    .help(format!("write `partition = \"{other}\"`, or remove `[delivery]`"))
            }
            Self::SamePipelineRole { arn } => Words::new(format!("`{arn}` would plan and deploy alike"))
                .label("whoever opens a pull request could deploy")
                .also("the role that deploys")
                .help("write another role for `plan_role`, or remove it for `{project}-plan`"),
            Self::DeliverySaysNothing => {
                Words::new("`[delivery]` says neither what runs pipelines nor which account they log in to")
                    .help("write `engine = \"github-actions\"`, or `account`, or remove `[delivery]`")
            }
            Self::MeansNothingWithout { key, needs } => {
                let needs: Vec<String> = needs.iter().map(|need| format!("`{need}`")).collect();
                let needs = needs.join(" or ");
                Words::new(format!("`{key}` means nothing without {needs}"))
                    .help(format!("write {needs}, or remove `{key}`"))
            }
            Self::EngineNeeds { engine, key, example, why } => {
                Words::new(format!("`{engine}` needs `{key}` in `[delivery]`"))
                    .label(*why)
                    .help(format!("write `{key} = {example}`"))
            }
            Self::NoPlanRole { environment } => {
                Words::new(format!("environment `{environment}` has no `plan_role`"))
                    .label("whoever opens a pull request would plan as the role that deploys")
                    .help("write `plan_role = \"arn:{partition}:iam::{account}:role/plan\"`, a role that reads")
            }
            Self::LoginRoleIsItsTarget { arn } => {
                Words::new(format!("pipelines log in as `{arn}`, and would go on to it"))
                    .label("one of this environment's roles")
                    .help("write another `deploy_role` or `plan_role` in `[delivery]`: plinth makes that role")
            }
            Self::DeliveryRegionUnknown { account, regions } => {
                Words::new(format!("the states of account {account} could be in {}", list(regions)))
                    .label("there is no `region` here")
                    .help(format!("write `region = \"{}\"`; later it cannot change", regions[0]))
            }
            Self::NotARepository { value, engine: DeliveryEngine::GitlabCi } => {
                Words::new(format!("`{value}` is not a project"))
                    .label("its groups and its name, with `/` between them")
                    .help("write it as `acme/infrastructure/platform`")
            }
            Self::NotARepository { value, .. } => Words::new(format!("`{value}` is not a repository"))
                .label("its owner, `/` and its name")
                .help("write it as `acme/platform`, or with GitHub's numbers as `acme@1234/platform@5678`"),
            Self::InvalidBranch { value } => Words::new(format!("`{value}` is not a branch"))
                .label("letters, digits and `_ . / -`")
                .help("write it as `main`"),
            Self::InvalidRepositoryFile { value } => Words::new(format!("`{value}` is not a file in a repository"))
                .label("a path from the repository's root, of letters, digits and `_ . -`")
                .help("write it as `blueprints/fleet.toml`"),
            Self::TreeOutsideRepository { dir, blueprint } => {
                Words::new(format!("`{dir}` beside `{blueprint}` is no folder of the repository"))
                    .label("pipelines work in a clone of the repository")
                    .also("the tree's folder, relative to the blueprint")
                    .help("write the blueprint's path in the repository, `blueprint = \"blueprints/fleet.toml\"`")
            }
            Self::InvalidRunner { value } => Words::new(format!("`{value}` is not the label of a runner"))
                .label("letters, digits and `_ . -`")
                .help("write it as `runner = \"{environment}\"`"),
            Self::HcpRunsTerraform => Words::new("HCP Terraform does not run OpenTofu")
                .label("runs Terraform")
                .help("take `engine = \"opentofu\"` out of `[terraform]`, or have something else deliver"),
            Self::NotAnOrganization { value } => {
                Words::new(format!("`{value}` is not the name of an organization"))
                    .label("3 to 40 letters, digits, `-` and `_`")
                    .help("write it as HCP Terraform shows it, such as `acme`")
            }
            Self::NotAnHcpProject { value } => Words::new(format!("`{value}` is not the name of a project"))
                .label("3 to 40 letters, digits, blanks, `-` and `_`")
                .help("write it as HCP Terraform shows it, or take it out for `Default Project`"),
            Self::InvalidHost { value } => Words::new(format!("`{value}` is not a host"))
                .label("a name in lower case, with neither `https://` nor a port")
                .help("write it as `gitlab.example.com`"),
            Self::RoleInOtherPartition { arn, region, partition } => {
                let own = with_part(arn, 1, "{partition}");
                Words::new(format!("`{arn}` is not a role of `{partition}`, the partition of `{region}`"))
                    .label("of another partition")
                    .help(format!("write `\"{own}\"`"))
            }
            Self::NotARole { arn, principal } => not_a_role(arn, principal),
            Self::SameRole { arn, other } => {
                Words::new(format!("`{arn}` and `{other}` cannot be two roles"))
                    .label("a name is taken once in an account, whatever its path and its case")
                    .also("the other")
                    .help("write the ARN that `aws iam get-role` prints, in one of these places")
            }
            Self::PrincipalTaken { arn, rights: rights @ "deploys" } => {
                Words::new(format!("`{arn}` cannot plan and deploy alike"))
                    .label("whoever opens a pull request could deploy")
                    .also(format!("{rights} already"))
                    .help("write a role for `plan_role` that only reads, or remove it")
            }
            Self::PrincipalTaken { arn, rights } => {
                Words::new(format!("`{arn}` {rights} the whole cluster already"))
                    .label("EKS keeps one access entry for each role")
                    .also(format!("{rights} the cluster"))
                    .help("remove it here, or there")
            }
            Self::AdministersAlready { arn } => {
                Words::new(format!("`{arn}` administers the whole cluster already"))
                    .label("no entry is made for the namespace")
                    .help("leave it: it counts again when the role leaves `admins` of the cluster")
            }
            Self::NoHumanAdmin { environment } => {
                Words::new(format!("only the deploy role can administer the clusters of `{environment}`"))
                    .label("no `admins`")
                    .help(
                        "add `admins = [\"arn:{partition}:iam::{account}:role/platform-admin\"]` \
                           to `[cluster]`, for the day on which the deploy role is broken",
                    )
            }

            Self::NobodyNamed { what, known } => Words::new(format!("nobody is named who uses {what}"))
                .label("by which of the application's service accounts?")
                .help(format!("add `service_accounts`, with some of {}; or with none: `[]`", list(known))),
            Self::UnknownServiceAccount { value, known } => {
                Words::new(format!("the application has no service account `{value}`"))
                    .label("unknown service account")
                    .help(suggest(value, known))
            }
            Self::UnknownResource { value, word, app, key, known } => {
                let help = if known.is_empty() {
                    format!("add `[apps.{app}.{key}.{value}]`")
                } else {
                    suggest(value, known)
                };
                Words::new(format!("application `{app}` has no {word} `{value}`"))
                    .label(format!("unknown {word}"))
                    .help(help)
            }
            Self::InvalidDomainName { value } => {
                let plain = value.trim().trim_end_matches('.').to_ascii_lowercase();
                let help = if plain != *value && plain.contains('.') {
                    format!("write `\"{plain}\"`")
                } else {
                    "write it as `\"api.example.com\"`".to_owned()
                };
                Words::new(format!("`{value}` is not a name of DNS"))
                    .label("lower-case letters, digits and hyphens between dots")
                    .help(help)
            }
            Self::HostOutsideZone { domain_name, zone } => {
                let first = domain_name.split('.').next().unwrap_or_default();
                Words::new(format!("`{domain_name}` is not in zone `{zone}`"))
                    .label("does not end so")
                    .also("this is to be its end")
                    .help(format!("write `\"{first}.{zone}\"`, or the zone that the name is in"))
            }
            Self::StackLeaves { removed, stacks, heir } => leaving::words(removed, stacks, heir.as_deref()),
            Self::StateMoves { stack, from, to, is_bucket, renaming } => {
                let back = match renaming {
                    Some(renaming) => leaving::written(renaming),
                    None if *is_bucket => "take the bucket's name back".to_owned(),
                    None => "take the change of names back".to_owned(),
                };
                Words::new(format!("the state of stack `{stack}` would be looked for in `{to}`"))
                    .label(format!("it is in `{from}`, and everything would be made again"))
                    .help(format!(
                        "{back}; if the state has been copied there already, take the line `stack {stack}` out of `.plinth/manifest.json`"
                    ))
            }
            Self::RegionChanges { what, fact, from, to, is_cluster } => {
                let otherwise = if *is_cluster {
                    format!("a cluster in `{to}` is another one: add it, and retire this one once nobody needs it")
                } else {
                    format!("a cluster may have a `region` of its own, and what is to be in `{to}` as a whole is another environment")
                };
                Words::new(format!("{what} is in `{from}`, and never moves to `{to}`"))
                    .label("another region")
                    .help(format!(
                        "write `region = \"{from}\"` again; {otherwise}; if it was never made, take the line `{fact}` out of \
                         `.plinth/manifest.json`"
                    ))
            }
            Self::FormerNameInUse { what, old, name } => {
                let article = if what.starts_with(['a', 'e']) { "an" } else { "a" };
                Words::new(format!("`{name}` cannot be what `{old}` was: there is still {article} {what} `{old}`"))
                    .label("this name is in use")
                    .also("here")
                    .help(format!(
                        "give the {what} that is new another name; if `{name}` never was `{old}`, take `renamed_from` out"
                    ))
            }
            Self::FormerNameTwice { old } => Words::new(format!("two cannot both be what `{old}` was"))
                .label("the second")
                .also("the first")
                .help("leave it where the things are that were made under this name"),
            Self::RenamedToItself { name } => Words::new(format!("`{name}` is the name that it has"))
                .label("not another one")
                .help("write the name that it had before, or take the key out"),
            Self::RetiredElsewhere { value, known } => {
                Words::new(format!("the application is not in `{value}`, and cannot go from there"))
                    .label("not one of its `environments`")
                    .help(if known.is_empty() {
                        "take `retire` out: it has no `environments`".to_owned()
                    } else {
                        suggest(value, known)
                    })
            }
            Self::RenamedInPart { pool } => {
                Words::new(format!("node pool `{pool}` has other former names in another cluster"))
                    .label("the module is the same for all clusters")
                    .also("here it has these")
                    .help(format!("write `renamed_from` once for all, in `[cluster.node_pools.{pool}]`"))
            }
            Self::MadeAnew { what, fact, last, first, renaming } => {
                Words::new(format!("{what} `{last}` was made as `{first}`, and would be destroyed and made anew"))
                    .label("this would be another one")
                    .help(format!(
                        "{}\nif it is to be another one, take it out, run `plinth generate` and apply, and add it then; if it never was \
                         applied as `{first}`, take the line `{fact} {last}` out of `.plinth/manifest.json`",
                        leaving::written(renaming)
                    ))
            }
            Self::EksNameChanges { from, to, renaming } => {
                let back = renaming.as_ref().map_or_else(
                    || format!("write `name = \"{from}\"` into the cluster's table, or take the change of names back"),
                    |renaming| leaving::written(renaming),
                );
                Words::new(format!("cluster `{from}` would be called `{to}`"))
                    .label("AWS gives no cluster another name: it would be destroyed and made anew")
                    .help(format!("{back}\nif it is to go, retire it first: `retire = true`"))
            }
            Self::RenamedFromNothing { what, old, name, known } => {
                Words::new(format!("`{name}` cannot be what `{old}` was: there was no {what} `{old}`"))
                    .label(format!("no {what} had this name when plinth ran last"))
                    .help(suggest(old, known))
            }
            Self::HostWithoutZone { domain_name, cluster, zones } => {
                let label = match zones {
                    0 => format!("cluster `{cluster}` has no `external-dns`, which would say it"),
                    _ => format!("`external-dns` of cluster `{cluster}` has {zones} zones"),
                };
                let zone = domain_name.split_once('.').map_or("", |(_, zone)| zone);
                Words::new(format!("nothing says in which zone `{domain_name}` is"))
                    .label(label)
                    .help(format!("add `zone = \"{zone}\"`, the name of a hosted zone that is there"))
            }
            Self::HostTwice { domain_name } => {
                Words::new(format!("two load balancers would answer to `{domain_name}`"))
                    .label("a name leads to one cluster")
                    .also("and so does this one")
                    .help("write `{environment}` or `{cluster}` into it, or another name")
            }
            Self::InvalidInstanceClass { value } if value == "db.serverless" => {
                Words::new("Aurora Serverless is not offered".to_owned())
                    .label("not a class with a size")
                    .help("write it as `\"db.t4g.medium\"`")
            }
            Self::InvalidInstanceClass { value } => {
                let plain = value.trim().to_ascii_lowercase();
                let meant = if plain.starts_with("db.") || !plain.contains('.') {
                    "db.t4g.medium".to_owned()
                } else {
                    format!("db.{plain}")
                };
                Words::new(format!("`{value}` is not a class of database instances"))
                    .label("`db`, family and size are needed, in lower case")
                    .help(format!("write it as `\"{meant}\"`"))
            }
            Self::InvalidDatabaseVersion { value } => {
                let major: String = value.chars().take_while(char::is_ascii_digit).collect();
                let meant = if major.len() == 2 && !major.starts_with('0') { major.as_str() } else { "17" };
                Words::new(format!("`{value}` is not a major version of PostgreSQL"))
                    .label("minor versions follow by themselves")
                    .help(format!("write `\"{meant}\"`"))
            }
            Self::UnknownInDefinition { name, is_closed: false, .. } => {
                Words::new(format!("`${{{name}` has no end"))
                    .label("no `}` behind the name")
                    .help("write `}` behind the name, as in `${queues.jobs.url}`")
            }
            Self::UnknownInDefinition { name, is_closed: true, known } => {
                Words::new(format!("`${{{name}}}` is nothing that a definition can name"))
                    .label("a table of the application, a name in it and an output, as in `${queues.jobs.url}`")
                    .help(suggest(name, known))
            }
            Self::DatabasePortTwice { port, app, other } => {
                Words::new(format!("databases of `{app}` and `{other}` would have one port, {port}"))
                    .label("pods of either would get to both")
                    .also("the other")
                    .help(format!("write another one: `database_port = {}`", port.saturating_add(1)))
            }
            Self::ReservedDatabase { name, owner } => {
                Words::new(format!("no database can have the name `{name}`"))
                    .label(format!("{owner} keeps it"))
                    .help("choose another name: it becomes that of a database in the server")
            }
            Self::NamespaceChanges { app, former } => {
                Words::new(format!("application `{app}` has a namespace already, `{former}`"))
                    .label("in another one it begins anew: everything in the old one is destroyed, and everything in AWS that is named after it")
                    .help(format!(
                        "write `namespace = \"{former}\"`; to move, add an application beside it, and take this one out when it is empty"
                    ))
            }
            Self::StorageOfAurora => Words::new("the storage of Aurora has no size")
                .label("grows by itself")
                .also("Aurora")
                .help("remove `storage_gib`"),
            Self::LoginDomainTaken { domain, word } => {
                Words::new(format!("people would log in at `{domain}`, and Cognito keeps `{word}` for itself"))
                    .label("part of that domain")
                    .help("choose another name: the domain is made of cluster, namespace, this name and account")
            }
            Self::LoginToNothing { pool } => Words::new(format!("no host is behind user pool `{pool}`"))
                .label("nobody could log in to anything")
                .help(format!("write `user_pool = \"{pool}\"` at a host of the application, or remove the pool")),
            Self::NoStates => Words::new("a state machine has states, and begins with one of them")
                .label("no Amazon States Language")
                .help(
                    "write it as `{ StartAt = \"Wait\", States = { Wait = { Type = \"Wait\", Seconds = 5, End = true } } }`",
                ),
            Self::UnknownState { state } => Words::new(format!("there is no state `{state}` to begin with"))
                .label("not in `States`")
                .help("name one of `States`"),
            Self::HostLeadsNowhere { domain_name, cluster, addons } => {
                Words::new(format!("nothing on cluster `{cluster}` leads people to `{domain_name}`"))
                    .label(format!("needs {}", list(addons)))
                    .help("add it to the cluster's add-ons, or make load balancer and record by hand")
            }
            Self::EgressToNowhere => Words::new("the rule names nothing to reach")
                .label("neither `cidrs` nor `namespaces`")
                .help("name ranges as `cidrs = [\"10.9.0.0/16\"]`, or namespaces as `namespaces = [\"nats\"]`"),
            Self::NoSuchNamespace { namespace, cluster, known } => {
                Words::new(format!("nothing that plinth makes lives in namespace `{namespace}` of cluster `{cluster}`"))
                    .label("neither an application's nor an add-on's")
                    .help(suggest(namespace, known))
            }
            Self::EgressCoversVpc { range, vpc } => {
                Words::new(format!("`{range}` reaches nothing of the VPC `{vpc}`, which lies in it"))
                    .label("vpc-cni lets the narrowest range decide, and HTTPS is for outside the VPC")
                    .help("name the parts of the VPC that are meant, such as a subnet's range")
            }
            Self::OwnerWithoutRights { app, arn } => {
                Words::new(format!("`{arn}` cannot make the namespace of `{app}`"))
                    .label("making a namespace takes rights on the whole cluster")
                    .also("the role that applies its stub")
                    .help("write `owner = \"platform\"`, or add the role to `admins` of the cluster")
            }
            Self::AppOwnsNamespace { app } => {
                Words::new(format!("the stub of `{app}` makes its namespace, quota and policies itself"))
                    .label("its deploy role administers the whole cluster, and can raise the quota")
                    .help("write `owner = \"platform\"` where the team does not run the platform")
            }
            Self::AppNowhere { app } => Words::new(format!("application `{app}` is on no cluster"))
                .label("empty")
                .help("name an environment, `[\"staging\"]`, or remove the application"),
            Self::ReservedNamespace { namespace, owner } => {
                Words::new(format!("namespace `{namespace}` belongs to {owner}"))
                    .label("taken")
                    .help("set another `namespace` for the application")
            }

            Self::LockLacks { missing } => {
                let missing: Vec<String> = missing
                    .iter()
                    .map(|(minor, addons)| format!("{} for Kubernetes {minor}", list(addons)))
                    .collect();
                Words::new(format!(
                    "`plinth.lock` has no version of {}: a plan takes the default of the Kubernetes version",
                    missing.join(", nor of ")
                ))
                .help("give `plinth catalog pin` what `aws eks describe-addon-versions` prints")
            }
            Self::TemplateUnused { template, near } => Words::new(format!(
                "`templates/{template}` replaces no template of plinth's"
            ))
            .help(format!(
                "{}what makes a file more belongs below `templates/extra`, at the file's path",
                near.as_ref().map(|near| format!("did you mean `{near}`? ")).unwrap_or_default()
            )),
            Self::TemplateOutdated { template, difference } => Words::new(format!(
                "plinth has changed its template `{template}` since `templates/{template}` began as a copy of it\n\n{}",
                difference.trim_end()
            ))
            .help("run `plinth eject --update`, which merges the change into the copy"),
            Self::TypeUnknown { place, what } if what.ends_with(".tf.json") => {
                Words::new(format!("`{what}` is not checked: plinth reads no Terraform in JSON ({place})"))
                    .help("write it as `.tf`, or run `terraform validate` there")
            }
            Self::TypeUnknown { place, what } => Words::new(format!(
                "`{what}` is not checked: this plinth has no schema of it ({place})"
            ))
            .help("run `terraform validate` there, which asks the provider"),
            Self::AddonVersionsUnpinned { addons } => Words::new(format!(
                "no versions are pinned for the EKS add-ons {}: a plan takes the default of the Kubernetes \
                 version",
                list(addons)
            )),
            Self::AddonsUntested { addons, kubernetes } => {
                let (subject, verb, whose, them) =
                    if addons.len() == 1 { ("add-on", "is", "its project states", "it") } else { ("add-ons", "are", "their projects state", "them") };
                Words::new(format!("{subject} {} {verb} not tested by upstream on {kubernetes}", list(addons)))
                    .label(format!("newer than {whose}"))
                    .help(format!("try {them} on a cluster that can be lost first"))
            }
            Self::WaiverExpired { id, until } => Words::new(format!("the waiver of `{id}` has run out"))
                .label(format!("ended with {until}"))
                .help("mend the finding and remove the waiver, or set a later day"),
        }
    }
}

/// Says why system services do not fit on a pool, and what the smallest changes are with which they do.
fn does_not_fit(unfit: &Unfit) -> Words {
    let Unfit { pool, nodes, instance, node, misfit, remedy } = unfit;
    let Resources { cpu_milli, memory_mib, pods } = node;
    let together = Words::new(format!("the system services do not fit on {nodes} × `{instance}`"))
        .also(format!("one holds {pods} pods, {cpu_milli}m CPU and {memory_mib}Mi memory"));
    let mut ways = Vec::new();
    let words = match misfit {
        Misfit::Together { short } => together.label(format!("`{pool}` holds {}", shortages(short))),
        Misfit::Scattered { service } => {
            together.label(format!("with the others placed, no node has room for a pod of `{service}`"))
        }
        Misfit::Pod { service, short } => {
            Words::new(format!("a pod of `{service}` does not fit on a node of type `{instance}`"))
                .label(format!("holds {}, with what runs on every node", shortages(short)))
        }
        Misfit::Apart { service, replicas, key } => {
            ways.push(format!("set `{key} = {nodes}` in the values of `{service}`"));
            Words::new(format!("`{service}` has {replicas} pods, each on a node of its own"))
                .label(format!("`{pool}` has {nodes} nodes"))
        }
    };
    if let Some((nodes, max)) = remedy.nodes {
        let max = if nodes > max { format!(" and `max = {nodes}`") } else { String::new() };
        ways.push(format!("write `{} = {nodes}`{max}", remedy.key));
    }
    if let Some(types) = &remedy.types {
        let types: Vec<String> = types.iter().map(|name| format!("\"{name}\"")).collect();
        ways.push(format!("write `instance_types = [{}]`", types.join(", ")));
    }
    words.maybe_help((!ways.is_empty()).then(|| ways.join(", or ")))
}

/// Says what is wrong with a schedule, and what was probably meant.
fn bad_schedule(value: &str, fault: &cron::Fault) -> Words {
    let number = |at: usize, field: &cron::Field| match field.words {
        [] => if at == 0 { field.from } else { field.to }.to_string(),
        words => words[if at == 0 { 0 } else { words.len() - 1 }].to_owned(),
    };
    let words = Words::new(format!("`{value}` is not the `schedule` of a budget"));
    match fault {
        cron::Fault::Fields { .. } if value.starts_with('@') => {
            let known = cron::WORDS.map(str::to_owned);
            words.label("not one of the words that Karpenter takes").help(suggest(value, &known))
        }
        cron::Fault::Fields { count } => {
            let plural = if *count == 1 { "" } else { "s" };
            words.label(format!("{count} field{plural}, where cron has five")).help(SCHEDULE)
        }
        cron::Fault::Value { text, field } => {
            let or = match field.words {
                [] => String::new(),
                [first, .., last] => format!(", `{first}` to `{last}`"),
                [only] => format!(", `{only}`"),
            };
            let sunday = field.words.len() == 7 && text.ends_with('7');
            let help =
                if sunday { "write `0` or `sun` for Sunday, with which the week begins" } else { SCHEDULE };
            words
                .label(format!("`{text}` is no {}: {} to {}{or}", field.name, field.from, field.to))
                .help(help)
        }
        cron::Fault::Order { text, field } => {
            let range = text.split('/').next().unwrap_or_default();
            let (first, last) = range.split_once('-').unwrap_or((range, range));
            let halves = format!("{first}-{},{}-{last}", number(1, field), number(0, field));
            words
                .label(format!("`{text}` ends before it begins"))
                .help(format!("write two ranges, `{halves}`"))
        }
        cron::Fault::Never => words
            .label("none of its months has such a day")
            .help("write a day that the month has, `28` or less"),
    }
}

/// How a schedule is written.
const SCHEDULE: &str = "write it as `\"0 9 * * mon-fri\"` or `\"@daily\"`, in UTC";

/// Says what there is and what is asked for.
fn shortages(short: &[Shortage]) -> String {
    let short = short.iter().map(|Shortage { what, held, asked }| format!("{held} {what}, {asked} asked"));
    short.collect::<Vec<_>>().join("; ")
}

/// Says what to write in place of an ARN that is not a role's.
fn not_a_role(arn: &str, principal: &Principal) -> Words {
    let words = Words::new(format!("`{arn}` is not the ARN of an IAM role"));
    let of_identity_center = |role: &str| {
        format!(
            "write `\"arn:{{partition}}:iam::{{account}}:role/{SSO_PATH}…/{role}\"`, as `aws iam list-roles \
             --path-prefix /{SSO_PATH}` prints it"
        )
    };
    match principal {
        Principal::Session { role } => {
            let help = if role.starts_with("AWSReservedSSO_") {
                of_identity_center(role)
            } else {
                format!(
                    "write the role: `\"arn:{{partition}}:iam::{{account}}:role/{role}\"`, with its path if it has one"
                )
            };
            words.label("somebody who has taken on a role, for some hours").help(help)
        }
        Principal::User => words
            .label("a user, with keys that do not expire")
            .help("name a role that the user may assume, or that IAM Identity Center makes"),
        Principal::Group => words
            .label("a group cannot log in anywhere")
            .help("name a role that the group's members may assume, or that IAM Identity Center makes"),
        Principal::Account => {
            words.label("the account, and nobody in it").help("name the roles of those who are meant")
        }
        Principal::Wildcard => words
            .label("EKS compares whole ARNs")
            .help("name each role by itself; `{account}` and the like may stand in it"),
        Principal::ServiceLinked => Words::new(format!("nobody can take on the role `{arn}`"))
            .label("a service of AWS made it for itself")
            .help("name a role that people or pipelines can assume"),
        Principal::TooLong { what, length, most } => words
            .label(format!("a {what} of {length} characters, where IAM takes {most}"))
            .help("write the ARN that `aws iam get-role` prints"),
        Principal::SsoWithoutPath { role } => {
            words.label("roles of IAM Identity Center have a path").help(of_identity_center(role))
        }
        Principal::SsoWithoutSuffix { role } => words
            .label("names of IAM Identity Center end in 16 hexadecimal digits")
            .help(of_identity_center(&format!("{role}_0123456789abcdef"))),
    }
}

/// Says how to come to the next Kubernetes version.
fn upgrade(next: Option<&str>) -> String {
    next.map_or_else(
        || "install a newer release of plinth: this one knows no later version".to_owned(),
        |next| format!("write `kubernetes_version = \"{next}\"`"),
    )
}

/// Makes a quantity of what is nearly one: `64GB`, `64 gi`, `0,5`, `16 cores`.
fn quantity_like(text: &str, example: &str) -> Option<String> {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.' && c != ',').unwrap_or(text.len());
    let number = text[..end].replace(',', ".");
    number.parse::<f64>().ok()?;
    let unit = text[end..].trim().to_ascii_lowercase();
    let is_bytes = ["Gi", "Mi"].iter().any(|unit| example.contains(unit));
    if unit.is_empty() {
        return Some(number);
    }
    if !is_bytes {
        if !example.contains("m\"") {
            return None;
        }
        let is_milli = matches!(unit.as_str(), "m" | "milli" | "millicores" | "mcpu");
        return if is_milli { Some(format!("{number}m")) } else { unit.starts_with('c').then_some(number) };
    }
    let unit = unit.trim_end_matches("bytes").trim_end_matches('b').trim_end_matches('i');
    let letter = unit.chars().next().filter(|c| unit.len() == 1 && "kmgtp".contains(*c))?;
    Some(format!("{number}{}i", letter.to_ascii_uppercase()))
}

/// Makes a duration of what is nearly one: `7d`, `2 weeks`, `never`.
fn duration_like(text: &str) -> Option<String> {
    let plain = text.trim().to_ascii_lowercase();
    if plain == "never" {
        return Some("Never".to_owned());
    }
    let end = plain.find(|c: char| !c.is_ascii_digit())?;
    let number: u32 = plain[..end].parse().ok()?;
    let (times, unit) = match plain[end..].trim() {
        "d" | "day" | "days" => (24, "h"),
        "w" | "week" | "weeks" => (168, "h"),
        "hour" | "hours" | "hr" | "hrs" => (1, "h"),
        "min" | "mins" | "minute" | "minutes" => (1, "m"),
        "sec" | "second" | "seconds" => (1, "s"),
        _ => return None,
    };
    Some(format!("{}{unit}", number.checked_mul(times)?))
}

/// Says how to make a range of an address.
fn range_like(address: &str) -> String {
    match address {
        network if network.ends_with(".0.0") => format!("write `\"{network}/16\"`, or another size"),
        network if network.ends_with(".0") => format!("write `\"{network}/24\"`, or another size"),
        _ => format!("write `\"{address}/32\"` for this address alone"),
    }
}

/// Returns the address before a prefix that is none.
fn address_of(range: &str) -> Option<String> {
    let (address, _) = range.split_once('/')?;
    address.parse::<Ipv4Addr>().ok().map(|address| address.to_string())
}

/// Says what to write in place of a key that cannot be.
fn another_key(key: &str, meant: Option<String>) -> String {
    match meant.filter(|meant| meant != key) {
        Some(meant) => format!("write `\"{meant}\"`"),
        None => "remove it, or choose another key".to_owned(),
    }
}

/// Makes a label's key of text that is none.
fn label_key_like(key: &str) -> Option<String> {
    match key.split_once('/') {
        Some((domain, name)) => Some(format!("{}/{}", domain.to_ascii_lowercase(), label_like(name)?)),
        None => label_like(key),
    }
}

/// Makes `production/eu` of `production-eu`, where there is an environment `production`.
fn cluster_like(reference: &str, environments: &[String]) -> Option<String> {
    let mut clusters = environments.iter().filter_map(|environment| {
        let cluster = reference.strip_prefix(environment.as_str())?.strip_prefix(['-', '.', ':', '_'])?;
        Some(format!("{environment}/{cluster}"))
    });
    clusters.next()
}

/// Makes a tag's value of text that is none.
fn tag_like(text: &str) -> Option<String> {
    let plain: String = text
        .chars()
        .map(|c| {
            if c == '&' {
                '+'
            } else if c.is_alphanumeric() || "_.:/=+-@".contains(c) {
                c
            } else {
                ' '
            }
        })
        .collect();
    let mended: Vec<&str> = plain.split_whitespace().collect();
    let mended: String = mended.join(" ").chars().take(256).collect();
    (!mended.is_empty()).then_some(mended)
}

/// What to write in `include`.
const INCLUDE: &str = "write it as `\"environments/*.toml\"`";

/// Makes a label's value of text that is none.
fn label_like(text: &str) -> Option<String> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let words: Vec<&str> = text.split(|c| !is_plain(c)).filter(|word| !word.is_empty()).collect();
    let mended: String = words.join("-").chars().take(63).collect();
    let mended = mended.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    (!mended.is_empty()).then(|| mended.to_owned())
}

/// What to add to a blueprint without environments.
const FIRST_ENVIRONMENT: &str = "add `[environments.staging]` with `account`, `region` and `deploy_role`";

/// Puts `[cluster.network]` in backticks; a name in words stays as it is.
fn in_code(table: &str) -> String {
    if table.starts_with('[') || table == lock::FILE { format!("`{table}`") } else { table.to_owned() }
}

/// Replaces one of the parts of an ARN.
fn with_part(arn: &str, part: usize, by: &str) -> String {
    let mut parts: Vec<&str> = arn.split(':').collect();
    if let Some(old) = parts.get_mut(part) {
        *old = by;
    }
    parts.join(":")
}

/// Says what to type for a key that is missing.
fn example(table: &str, key: &str) -> String {
    let value = match (table, key) {
        ("the blueprint", "project") => return "add `[project]` with `name = \"acme\"`".to_owned(),
        ("the blueprint", "environments") => return FIRST_ENVIRONMENT.to_owned(),
        (_, "format") => "1",
        (_, "account") => "\"111111111111\"",
        (_, "region") => "\"us-east-1\"",
        (_, "deploy_role") => "\"arn:{partition}:iam::{account}:role/terraform\"",
        (_, "environments") => "[\"staging\"]",
        (_, "name") => "\"acme\"",
        (_, "team") => "\"platform\"",
        (_, "dir") => "\"generated\"",
        (_, "id") => "\"CKV_AWS_18\"",
        (_, "scope") => "\"aws_s3_bucket.state\"",
        (_, "reason") => "\"why it is accepted\"",
        (_, "key") => "\"dedicated\"",
        (_, "effect") => "\"NoSchedule\"",
        (_, "nodes") => "\"10%\"",
        _ => return format!("set `{key}`"),
    };
    format!("add `{key} = {value}`")
}

/// A value of TOML as it stands in a sentence: a text without its quotes.
fn bare(value: &str) -> String {
    let text = value.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    format!("`{}`", text.unwrap_or(value))
}
