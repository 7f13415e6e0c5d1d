//! Every problem that plinth can report, with its code and its words.
//!
//! A variant holds the facts; [`Problem::words`] is the one place that makes sentences of them.
//! Codes never change their meaning: E01xx the text and its shape, E02xx names and references,
//! E03xx network, E04xx node pools, E05xx add-ons and versions, E06xx access, E07xx applications,
//! N0xxx notes.

/// One kind of mistake or note, with the facts of the case.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "variants are documented by the words below; fields are the facts in them")]
pub enum Problem {
    Syntax { message: String },
    UnknownKey { key: String, table: &'static str, allowed: Vec<String> },
    WrongType { expected: &'static str, found: &'static str },
    MissingKey { key: &'static str, table: &'static str },
    UnknownValue { value: String, allowed: &'static [&'static str] },
    OutOfRange { value: i64, from: i64, to: i64 },
    NewerFormat { format: i64, known: u32 },
    InvalidDate { value: String },
    InvalidDuration { value: String },
    InvalidQuantity { value: String },
    InvalidInstanceType { value: String },
    InvalidKubernetesVersion { value: String },
    InvalidAccount { value: String },
    UnknownPlaceholder { word: String },

    InvalidName { value: String },
    NameTooLong { name: String, what: String, limit: usize },
    DuplicateName { name: String, what: &'static str },
    UnknownEnvironment { value: String, known: Vec<String> },
    UnknownCluster { value: String, environment: String, known: Vec<String> },
    RepeatedReference { value: String },
    InvalidBucketName { name: String },
    WaiverMatchesNothing { scope: String, nearest: Option<String> },

    InvalidCidr { value: String },
    CidrHostBits { value: String, range: ipnet::Ipv4Net },
    CidrSize { range: ipnet::Ipv4Net },
    NoCidr { cluster: String },
    CidrOverlap { range: ipnet::Ipv4Net, other: ipnet::Ipv4Net, cluster: String },
    ServiceCidrOverlap { range: ipnet::Ipv4Net, vpc: ipnet::Ipv4Net },
    ServiceCidrRange { range: ipnet::Ipv4Net },
    OutsideParent { range: ipnet::Ipv4Net, parent: ipnet::Ipv4Net },
    SubnetOverlap { range: ipnet::Ipv4Net, other: ipnet::Ipv4Net },
    SubnetTooSmall { range: ipnet::Ipv4Net },
    UnknownRegion { value: String, known: Vec<String> },
    ZoneNotInRegion { zone: String, region: String, known: Vec<String> },
    TooFewZones { region: String, asked: u32, known: Vec<String> },
    OneZone { zone: String },
    RepeatedZone { zone: String },
    SubnetsWithoutZone { zone: String, zones: Vec<String> },
    OpenToTheWorld { range: ipnet::Ipv4Net },
    NoWayIn { cluster: String },
    RunnerWithoutNeed,

    NoCorePool { cluster: String },
    PoolNeeds { pool: String, key: &'static str, example: &'static str },
    KeyNotForKind { key: &'static str, kind: &'static str },
    KindChanges { pool: String, kind: &'static str, other: &'static str },
    SizeOrder { min: u32, desired: u32, max: u32 },
    CoreTooSmall { min: u32 },
    CoreKind,
    CoreSpot,
    MixedArchitectures { one: String, other: String },
    TaintsDiffer { pool: String },

    UnknownAddon { name: String, known: Vec<String> },
    AddonRequired { addon: String, why: String },
    UnsupportedKubernetes { version: String, supported: Vec<String> },
    AddonTooOldForKubernetes { addon: String, version: String, kubernetes: String, least: String },
    InvalidVersion { value: String },
    EksAddonVersion { addon: String },

    InvalidArn { value: String },
    RoleInOtherAccount { arn: String, account: String },
    AdminIsTenantAdmin { arn: String },
    NoHumanAdmin { environment: String },

    ReservedNamespace { namespace: String, owner: String },

    AddonVersionsUnpinned { addons: Vec<String> },
    WaiverExpired { id: String, until: String },
}

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
    fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), ..Self::default() }
    }

    fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    fn also(mut self, also: impl Into<String>) -> Self {
        self.also = Some(also.into());
        self
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl Problem {
    /// Returns the stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Syntax { .. } => "E0101",
            Self::UnknownKey { .. } => "E0102",
            Self::WrongType { .. } => "E0103",
            Self::MissingKey { .. } => "E0104",
            Self::UnknownValue { .. } => "E0105",
            Self::OutOfRange { .. } => "E0106",
            Self::NewerFormat { .. } => "E0107",
            Self::InvalidDate { .. } => "E0108",
            Self::InvalidDuration { .. } => "E0109",
            Self::InvalidQuantity { .. } => "E0110",
            Self::InvalidInstanceType { .. } => "E0111",
            Self::InvalidKubernetesVersion { .. } => "E0112",
            Self::UnknownPlaceholder { .. } => "E0113",
            Self::InvalidAccount { .. } => "E0114",
            Self::InvalidName { .. } => "E0201",
            Self::NameTooLong { .. } => "E0202",
            Self::DuplicateName { .. } => "E0203",
            Self::UnknownEnvironment { .. } => "E0204",
            Self::UnknownCluster { .. } => "E0205",
            Self::RepeatedReference { .. } => "E0206",
            Self::InvalidBucketName { .. } => "E0207",
            Self::WaiverMatchesNothing { .. } => "E0208",
            Self::InvalidCidr { .. } => "E0301",
            Self::CidrHostBits { .. } => "E0302",
            Self::CidrSize { .. } => "E0303",
            Self::NoCidr { .. } => "E0304",
            Self::CidrOverlap { .. } => "E0305",
            Self::ServiceCidrOverlap { .. } => "E0306",
            Self::ServiceCidrRange { .. } => "E0307",
            Self::OutsideParent { .. } => "E0308",
            Self::SubnetOverlap { .. } => "E0309",
            Self::SubnetTooSmall { .. } => "E0310",
            Self::UnknownRegion { .. } => "E0311",
            Self::ZoneNotInRegion { .. } => "E0312",
            Self::TooFewZones { .. } => "E0313",
            Self::OneZone { .. } => "E0314",
            Self::RepeatedZone { .. } => "E0315",
            Self::SubnetsWithoutZone { .. } => "E0316",
            Self::OpenToTheWorld { .. } => "E0317",
            Self::NoWayIn { .. } => "E0318",
            Self::RunnerWithoutNeed => "E0319",
            Self::NoCorePool { .. } => "E0401",
            Self::PoolNeeds { .. } => "E0402",
            Self::KeyNotForKind { .. } => "E0403",
            Self::KindChanges { .. } => "E0404",
            Self::SizeOrder { .. } => "E0405",
            Self::CoreTooSmall { .. } => "E0406",
            Self::CoreKind => "E0407",
            Self::CoreSpot => "E0408",
            Self::MixedArchitectures { .. } => "E0409",
            Self::TaintsDiffer { .. } => "E0410",
            Self::UnknownAddon { .. } => "E0501",
            Self::AddonRequired { .. } => "E0502",
            Self::UnsupportedKubernetes { .. } => "E0503",
            Self::AddonTooOldForKubernetes { .. } => "E0504",
            Self::InvalidVersion { .. } => "E0505",
            Self::EksAddonVersion { .. } => "E0506",
            Self::InvalidArn { .. } => "E0601",
            Self::RoleInOtherAccount { .. } => "E0602",
            Self::AdminIsTenantAdmin { .. } => "E0603",
            Self::NoHumanAdmin { .. } => "N0601",
            Self::ReservedNamespace { .. } => "E0701",
            Self::AddonVersionsUnpinned { .. } => "N0501",
            Self::WaiverExpired { .. } => "N0201",
        }
    }

    /// Names the keys whose absence this is about: where one of them was written but could not be read, this only
    /// follows from that.
    pub fn for_want_of(&self) -> &'static [&'static str] {
        match self {
            Self::NoCidr { .. } => &["network", "cidr"],
            Self::NoWayIn { .. } => &["endpoint", "public_cidrs", "runner"],
            Self::NoCorePool { .. } => &["node_pools"],
            Self::AddonRequired { .. } => &["addons"],
            Self::NoHumanAdmin { .. } => &["admins"],
            Self::PoolNeeds { key: "kind", .. } => &["kind"],
            Self::PoolNeeds { key: "instance_types", .. } => &["instance_types"],
            Self::PoolNeeds { key: "capacity", .. } => &["capacity"],
            Self::PoolNeeds { .. } => &["size", "min", "max"],
            _ => &[],
        }
    }

    /// Whether it is worth saying but stops nothing.
    pub fn is_note(&self) -> bool {
        self.code().starts_with('N')
    }

    /// Makes the sentences.
    #[expect(clippy::too_many_lines, reason = "one place for all words, one arm for each problem")]
    pub fn words(&self) -> Words {
        match self {
            Self::Syntax { message } => Words::new("the blueprint is not valid TOML").label(message.lines().collect::<Vec<_>>().join(", ")),
            Self::UnknownKey { key, table, allowed } => {
                Words::new(format!("{table} has no key `{key}`")).label("unknown key").help(suggest(key, allowed))
            }
            Self::WrongType { expected, found } => {
                Words::new(format!("expected {expected}, found {found}")).label(format!("this is {found}"))
            }
            Self::MissingKey { key, table } => {
                let words = Words::new(format!("{table} has no `{key}`")).label(format!("`{key}` is missing"));
                words.help(format!("add `{key} = {}`", example(key)))
            }
            Self::UnknownValue { value, allowed } => {
                let allowed: Vec<String> = allowed.iter().map(ToString::to_string).collect();
                Words::new(format!("`{value}` is not a value of this key")).label("unknown value").help(suggest(value, &allowed))
            }
            Self::OutOfRange { value, from, to } => {
                Words::new(format!("`{value}` is out of range")).label(format!("{from} to {to}"))
            }
            Self::NewerFormat { format, known } => Words::new(format!("this release does not read blueprint format {format}"))
                .label(format!("plinth {} reads format {known}", env!("CARGO_PKG_VERSION")))
                .help(format!("install the plinth release that introduced format {format}, or write `format = {known}`")),
            Self::InvalidDate { value } => Words::new(format!("`{value}` is not a date")).help("write it as `\"2027-03-31\"`"),
            Self::InvalidDuration { value } => Words::new(format!("`{value}` is not a duration"))
                .label("numbers with `h`, `m` or `s`, or `Never`")
                .help("a week is `\"168h\"`, half an hour `\"30m\"`"),
            Self::InvalidQuantity { value } => Words::new(format!("`{value}` is not a Kubernetes quantity"))
                .label("a number, with a unit where it is memory or storage")
                .help("write CPUs as `16` or `\"500m\"`, memory as `\"64Gi\"`"),
            Self::InvalidInstanceType { value } => {
                Words::new(format!("`{value}` is not an EC2 instance type")).help("write family and size, `\"m6i.large\"`")
            }
            Self::InvalidKubernetesVersion { value } => {
                Words::new(format!("`{value}` is not a Kubernetes minor version")).help("write major and minor, `\"1.36\"`; EKS chooses the patch")
            }
            Self::InvalidAccount { value } => Words::new(format!("`{value}` is not an AWS account"))
                .label("twelve digits are needed")
                .help("write it as text, `\"111111111111\"`, so that leading zeros stay"),
            Self::UnknownPlaceholder { word } => {
                let known: Vec<String> =
                    crate::blueprint::pattern::Placeholder::ALL.iter().map(|(name, _)| (*name).to_owned()).collect();
                let nearest = nearest(word, &known).map(|name| format!("did you mean `{{{name}}}`? "));
                let list = known.iter().map(|name| format!("`{{{name}}}`")).collect::<Vec<_>>().join(", ");
                Words::new(format!("`{{{word}}}` is not a placeholder"))
                    .help(format!("{}there are {list}; a brace itself is `{{{{`", nearest.unwrap_or_default()))
            }

            Self::InvalidName { value } => Words::new(format!("`{value}` cannot be used as a name"))
                .label("lower-case letters, digits and single hyphens, a letter first")
                .help(name_like(value).map_or_else(|| "choose another name".to_owned(), |name| format!("call it `{name}`"))),
            Self::NameTooLong { name, what, limit } => {
                let over = name.chars().count().saturating_sub(*limit);
                Words::new(format!("{what} would be called `{name}`, which is {over} too long"))
                    .label(format!("{} characters, {limit} are allowed", name.chars().count()))
                    .help(format!("shorten this name, or another part of `{name}`, by {over}"))
            }
            Self::DuplicateName { name, what } => Words::new(format!("two {what} would both be called `{name}`"))
                .label("this one")
                .also("and this one")
                .help("set another `name` for one of them"),
            Self::UnknownEnvironment { value, known } => {
                Words::new(format!("there is no environment `{value}`")).label("unknown environment").help(suggest(value, known))
            }
            Self::UnknownCluster { value, environment, known } => {
                Words::new(format!("environment `{environment}` has no cluster `{value}`")).label("unknown cluster").help(suggest(value, known))
            }
            Self::RepeatedReference { value } => {
                Words::new(format!("`{value}` is listed twice")).label("again").also("first here").help("remove one of them")
            }
            Self::InvalidBucketName { name } => Words::new(format!("`{name}` is not a bucket name"))
                .label("3 to 63 lower-case letters, digits, dots and hyphens, a letter or digit at both ends"),
            Self::WaiverMatchesNothing { scope, nearest } => Words::new(format!("no generated resource has the address `{scope}`"))
                .label("this waiver would waive nothing")
                .help(nearest.as_ref().map_or_else(|| "remove the waiver".to_owned(), |name| format!("did you mean `{name}`? otherwise remove the waiver"))),

            Self::InvalidCidr { value } => Words::new(format!("`{value}` is not an IPv4 range")).help("write address and prefix, `\"10.1.0.0/16\"`"),
            Self::CidrHostBits { value, range } => Words::new(format!("`{value}` does not start at the first address of its range"))
                .label(format!("the range is {range}"))
                .help(format!("write `\"{range}\"`")),
            Self::CidrSize { range } => Words::new(format!("`{range}` does not fit a VPC"))
                .label(format!("a /{}; AWS allows /16 at most, the subnet plan needs /19 at least", range.prefix_len()))
                .help("choose a range from /16 to /19, or give the ranges of each zone in `subnets`"),
            Self::NoCidr { cluster } => Words::new(format!("cluster `{cluster}` has no VPC range"))
                .label("`network.cidr` is missing")
                .help("add `cluster.network.cidr = \"10.1.0.0/16\"` to its environment"),
            Self::CidrOverlap { range, other, cluster } => Words::new(format!("`{range}` overlaps `{other}` of cluster `{cluster}`"))
                .label("this range")
                .also("overlaps this one")
                .help("clusters of one account and region can meet: give each a range of its own"),
            Self::ServiceCidrOverlap { range, vpc } => Words::new(format!("the Service range `{range}` overlaps the VPC's `{vpc}`"))
                .label("overlaps the VPC")
                .help("choose one of `172.16.0.0/12` or `10.0.0.0/8` that the VPC does not use"),
            Self::ServiceCidrRange { range } => Words::new(format!("EKS refuses `{range}` as Service range"))
                .label("a private range from /12 to /24 is needed")
                .help("write `service_cidr = \"172.20.0.0/16\"`"),
            Self::OutsideParent { range, parent } => Words::new(format!("`{range}` lies outside the VPC's range `{parent}`"))
                .label("outside")
                .also("the VPC's range")
                .help(format!("choose a part of `{parent}`")),
            Self::SubnetOverlap { range, other } => {
                Words::new(format!("subnet `{range}` overlaps subnet `{other}`")).label("this subnet").also("overlaps this one")
            }
            Self::SubnetTooSmall { range } => Words::new(format!("`{range}` is too small for a subnet"))
                .label("AWS takes /16 to /28")
                .help("a private subnet holds an address for each pod: /22 or larger is advised"),
            Self::UnknownRegion { value, known } => {
                Words::new(format!("`{value}` is not a region that plinth knows")).label("unknown region").help(suggest(value, known))
            }
            Self::ZoneNotInRegion { zone, region, known } => Words::new(format!("zone `{zone}` cannot be used in region `{region}`"))
                .label("not a zone for EKS in this region")
                .help(suggest(zone, known)),
            Self::TooFewZones { region, asked, known } => Words::new(format!("region `{region}` has {} zones for EKS, not {asked}", known.len()))
                .label(format!("{asked} zones asked"))
                .help(format!("write `zones = {}`", known.len())),
            Self::OneZone { zone } => Words::new(format!("`{zone}` is the only zone"))
                .label("EKS wants two zones at least")
                .help("name a second zone"),
            Self::RepeatedZone { zone } => Words::new(format!("zone `{zone}` is listed twice")).label("again").help("remove it"),
            Self::SubnetsWithoutZone { zone, zones } => Words::new(format!("the cluster has no zone `{zone}`"))
                .label("subnets for a zone that is not used")
                .help(suggest(zone, zones)),
            Self::OpenToTheWorld { range } => Words::new(format!("`{range}` opens the Kubernetes API to the whole internet"))
                .label("everybody")
                .help("list the ranges of your offices, VPNs and runners"),
            Self::NoWayIn { cluster } => Words::new(format!("nothing can reach the Kubernetes API of cluster `{cluster}`"))
                .label("its endpoint is private")
                .help("add `endpoint = { public_cidrs = [\"203.0.113.0/24\"] }`, or `endpoint = { runner = \"in-vpc\" }` where engines run inside the VPC"),
            Self::RunnerWithoutNeed => Words::new("`runner` is for endpoints without `public_cidrs`")
                .label("the endpoint is public")
                .help("remove `runner`, or `public_cidrs`"),

            Self::NoCorePool { cluster } => Words::new(format!("cluster `{cluster}` has no node pool `core`"))
                .label("system services have nowhere to run")
                .help("add `[cluster.node_pools.core]` with `kind = \"managed\"`, `instance_types` and `size`"),
            Self::PoolNeeds { pool, key, example } => Words::new(format!("node pool `{pool}` has no `{key}`"))
                .label(format!("`{key}` is missing"))
                .help(format!("add `{key} = {example}`")),
            Self::KeyNotForKind { key, kind } => Words::new(format!("a {kind} node pool takes no `{key}`"))
                .label(format!("not for `kind = \"{kind}\"`"))
                .help(format!("remove `{key}`, or change the pool's `kind`")),
            Self::KindChanges { pool, kind, other } => Words::new(format!("node pool `{pool}` is {kind} here and {other} elsewhere"))
                .label(format!("{kind} here"))
                .also(format!("{other} here"))
                .help("one name is one kind in every cluster: give one of them another name"),
            Self::SizeOrder { min, desired, max } => Words::new(format!("a pool cannot have min {min}, desired {desired} and max {max} nodes"))
                .label("min ≤ desired ≤ max is needed"),
            Self::CoreTooSmall { min } => Words::new(format!("{min} core node cannot hold the system services"))
                .label("Karpenter's two replicas want two nodes in two zones")
                .help("set `min = 2`"),
            Self::CoreKind => Words::new("the node pool `core` must be managed")
                .label("Karpenter cannot make the nodes that it runs on")
                .help("write `kind = \"managed\"`"),
            Self::CoreSpot => Words::new("the node pool `core` must be on-demand")
                .label("system services would stop whenever AWS takes the node back")
                .help("write `capacity = [\"on-demand\"]`, or leave it out"),
            Self::MixedArchitectures { one, other } => Words::new(format!("`{one}` and `{other}` have different architectures"))
                .label("another architecture")
                .also("than this one")
                .help("a managed pool has one machine image: split it in two pools"),
            Self::TaintsDiffer { pool } => Words::new(format!("the taints of managed pool `{pool}` differ between clusters"))
                .label("not the same everywhere")
                .help("set them in `[cluster.node_pools]` only, or use two pools"),

            Self::UnknownAddon { name, known } => {
                Words::new(format!("the catalog has no add-on `{name}`")).label("unknown add-on").help(suggest(name, known))
            }
            Self::AddonRequired { addon, why } => Words::new(format!("add-on `{addon}` is missing"))
                .label(why.clone())
                .help(format!("add `[cluster.addons.{addon}]`")),
            Self::UnsupportedKubernetes { version, supported } => Words::new(format!("Kubernetes `{version}` is not a version that EKS offers"))
                .label("not offered")
                .help(format!("choose one of {}", list(supported))),
            Self::AddonTooOldForKubernetes { addon, version, kubernetes, least } => {
                Words::new(format!("{addon} {version} does not run on Kubernetes {kubernetes}"))
                    .label(format!("Kubernetes {kubernetes} needs {addon} {least} or newer"))
                    .help(format!("remove `version` to take the catalog's, or set {least} or newer"))
            }
            Self::InvalidVersion { value } => Words::new(format!("`{value}` is not a version")).help("write it in full, `\"1.14.1\"`"),
            Self::EksAddonVersion { addon } => Words::new(format!("the version of EKS add-on `{addon}` is not set here"))
                .label("EKS add-on versions follow the Kubernetes version")
                .help("remove `version`"),

            Self::InvalidArn { value } => Words::new(format!("`{value}` is not the ARN of an IAM role"))
                .help("write it as `\"arn:aws:iam::111111111111:role/admin\"`, or with placeholders `\"arn:{partition}:iam::{account}:role/admin\"`"),
            Self::RoleInOtherAccount { arn, account } => Words::new(format!("`{arn}` is not a role of account {account}"))
                .label("another account")
                .help("write `{account}` in its place"),
            Self::AdminIsTenantAdmin { arn } => Words::new(format!("`{arn}` administers the whole cluster already"))
                .label("EKS keeps one access entry for each role")
                .also("cluster administrator here")
                .help("remove it from one of the two"),
            Self::NoHumanAdmin { environment } => Words::new(format!("only the deploy role can administer the clusters of `{environment}`"))
                .label("no `admins`")
                .help("add `admins = [\"arn:{partition}:iam::{account}:role/platform-admin\"]` to `[cluster]`, for the day on which the deploy role is broken"),

            Self::ReservedNamespace { namespace, owner } => Words::new(format!("namespace `{namespace}` belongs to {owner}"))
                .label("taken")
                .help("set another `namespace` for the application"),

            Self::WaiverExpired { id, until } => Words::new(format!("the waiver of `{id}` has run out"))
                .label(format!("after {until}"))
                .help("mend the finding and remove the waiver, or set a later day"),
            Self::AddonVersionsUnpinned { addons } => Words::new(format!(
                "no versions are pinned for the EKS add-ons {}: a plan takes the default version of the Kubernetes version",
                addons.join(", ")
            )),
        }
    }
}

/// Says which of the allowed words was meant, then lists them where the list is short.
fn suggest(word: &str, allowed: &[String]) -> String {
    let mut sorted = allowed.to_vec();
    sorted.sort();
    match nearest(word, &sorted) {
        Some(name) if sorted.len() > 8 => format!("did you mean `{name}`?"),
        Some(name) => format!("did you mean `{name}`? there are {}", list(&sorted)),
        None if sorted.is_empty() => "there are none".to_owned(),
        None => format!("choose one of {}", list(&sorted)),
    }
}

fn list(words: &[String]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

/// Returns the word that differs least, if it differs by no more than a third of its letters.
pub(crate) fn nearest<'a>(word: &str, words: &'a [String]) -> Option<&'a String> {
    let (distance, best) =
        words.iter().map(|known| (distance(word, known), known)).min_by_key(|(distance, _)| *distance)?;
    (distance <= best.chars().count().max(3) / 3).then_some(best)
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

/// Turns text into the name that its author probably wanted.
fn name_like(text: &str) -> Option<String> {
    let lower: String =
        text.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    let words: Vec<&str> = lower.split('-').filter(|word| !word.is_empty()).collect();
    let name = words.join("-");
    name.starts_with(|c: char| c.is_ascii_lowercase()).then_some(name)
}

/// A value to type for a key that is missing.
fn example(key: &str) -> &'static str {
    match key {
        "format" => "1",
        "account" => "\"111111111111\"",
        "region" => "\"us-east-1\"",
        "deploy_role" => "\"arn:{partition}:iam::{account}:role/terraform\"",
        "environments" => "[\"staging\"]",
        "project" => "{ name = \"acme\" }",
        "private" => "\"10.1.0.0/19\"",
        "public" => "\"10.1.224.0/22\"",
        "id" => "\"CKV_AWS_18\"",
        "scope" => "\"aws_s3_bucket.state\"",
        "effect" => "\"NoSchedule\"",
        _ => "\"…\"",
    }
}
