//! Strings with rules: parsed once, here, so that they cannot be wrong further on.

use std::collections::BTreeMap;
use std::fmt;

use crate::diagnostic::{Span, Spanned};
use crate::problem::Problem;

use super::cron;
use super::node::{Node, Value};
use super::read::{Read, Reader};
use super::shape::{Shape, Text};

/// Declares a string with a rule: a newtype that only its rule can make.
///
/// For editors it says what it is called, the rule as a regular expression, and an example.
macro_rules! text {
    (
        $(#[doc = $doc:literal])*
        $Type:ident, $rule:expr,
        $what:literal, $pattern:expr, $example:literal $(, except $except:expr)?
    ) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
        #[serde(transparent)]
        pub struct $Type(String);

        impl $Type {
            /// Returns the text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $Type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl Read for $Type {
            fn read(node: &Node, reader: &mut Reader) -> Option<Self> {
                let text = String::read(node, reader)?;
                let rule: fn(&str) -> Result<(), Problem> = $rule;
                match rule(&text) {
                    Ok(()) => Some(Self(text)),
                    Err(problem) => reader.fail(problem, node.span),
                }
            }

            fn shape() -> Shape {
                Shape::Text(Text {
                    what: $what,
                    pattern: Some(String::from($pattern)),
                    example: Some($example),
                    except: <[Vec<&'static str>]>::concat(&[$( $except )?]),
                })
            }
        }
    };
}

text! {
    /// The name of a project, environment, cluster, node pool, add-on or application.
    ///
    /// It becomes part of folder names, Terraform identifiers, IAM names and Kubernetes names,
    /// so it obeys the strictest of their rules: lower-case letters, digits and single hyphens,
    /// a letter first.
    Name, is_name,
    "name", "^[a-z][a-z0-9]*(-[a-z0-9]+)*$", "staging", except [&DEVICES[..], &WORDS[..]].concat()
}
text! {
    /// A folder, relative to the blueprint or from the root.
    Folder, |text| {
        let is_path = !text.is_empty() && !text.chars().any(char::is_control);
        check(is_path, || Problem::InvalidFolder { value: text.into() })
    },
    "folder", r"^[^\u0000-\u001f\u007f-\u009f]+$", "terraform"
}
text! {
    /// Files below the blueprint's folder, `environments/*.toml`; `*` is any text within a name.
    Glob, |text| {
        check(is_below(text), || Problem::InvalidInclude { value: text.into() })
    },
    "pattern of files", below(""), "environments/*.toml"
}
text! {
    /// One file below the blueprint's folder, `clusters/legacy.json`.
    FilePath, |text| check(is_below(text) && !text.contains('*'), || Problem::InvalidImport { value: text.into() }),
    "file", below("*"), "clusters/legacy.json"
}
text! {
    /// An AWS account: twelve digits.
    AccountId, |text| check(is_account(text), || Problem::InvalidAccount { value: text.into() }),
    "account", "^[0-9]{12}$", "111111111111"
}
text! {
    /// The name of an EKS cluster, whoever made it (EKS API, `CreateCluster`, read 2026-11).
    EksName, |text| {
        let is_plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        let is_name = text.starts_with(|c: char| c.is_ascii_alphanumeric()) && text.len() <= 100 && text.bytes().all(is_plain);
        check(is_name, || Problem::InvalidClusterName { value: text.into() })
    },
    "cluster", "^[0-9A-Za-z][0-9A-Za-z_-]{0,99}$", "azavea-staging-main"
}
text! {
    /// The ARN of the key that encrypts states, or of an alias of it: the S3 backend takes both.
    StateKey, |text| {
        let parts: Vec<&str> = text.split(':').collect();
        let is_arn = matches!(parts.as_slice(), ["arn", partition, "kms", region, account, resource]
            if partition.starts_with("aws") && partition.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')
                && !region.is_empty() && region.bytes().all(is_kebab) && is_account(account)
                && resource.split_once('/').is_some_and(|(kind, id)| matches!(kind, "key" | "alias") && !id.is_empty()));
        let is_plain = text.bytes().all(|b| b.is_ascii_alphanumeric() || b":/_-".contains(&b));
        check(is_arn && is_plain, || Problem::InvalidStateKey { value: text.into() })
    },
    "key", "^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:(key|alias)/[A-Za-z0-9/_-]+$",
    "arn:aws:kms:us-east-1:111111111111:alias/azavea-staging-terraform-state"
}
text! {
    /// A module in git, at one tag or commit: without, it would change unasked.
    GitSource, |text| {
        let at_tag = text.strip_prefix("git::").and_then(|rest| rest.rsplit_once("?ref="));
        let is_source = at_tag.is_some_and(|(repository, tag)| !repository.is_empty() && !tag.is_empty())
            && text.bytes().all(|b| b.is_ascii_graphic() && b != b'"');
        check(is_source, || Problem::InvalidModuleSource { value: text.into() })
    },
    "module in git", r"^git::[!#-~]+\?ref=[!#-~]+$", "git::https://example.com/platform.git//modules/attachment?ref=v1.0.0"
}
text! {
    /// A host that IAM takes tokens of: by its name alone, without a port (IAM user guide, "Create an OpenID Connect (OIDC) identity
    /// provider in IAM", read 2026-11).
    Issuer, |text| {
        check(text.contains('.') && text.split('.').all(is_label), || Problem::InvalidHost { value: text.into() })
    },
    "host", r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+$", "gitlab.com"
}
text! {
    /// The name of a branch.
    Branch, |text| {
        let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"_./-".contains(&b);
        let is_edge = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let is_branch = text.starts_with(is_edge) && text.ends_with(is_edge) && text.bytes().all(is_plain);
        check(is_branch, || Problem::InvalidBranch { value: text.into() })
    },
    "branch", "^[A-Za-z0-9_]([A-Za-z0-9_./-]*[A-Za-z0-9_])?$", "main"
}
text! {
    /// A file below the repository's root.
    RepositoryFile, |text| {
        let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"_.-".contains(&b);
        let is_name = |name: &str| !matches!(name, "" | "." | "..") && name.bytes().all(is_plain);
        check(text.split('/').all(is_name), || Problem::InvalidRepositoryFile { value: text.into() })
    },
    "file",
    {
        let name = r"([A-Za-z0-9_-][A-Za-z0-9_.-]*|\.[A-Za-z0-9_-][A-Za-z0-9_.-]*|\.\.[A-Za-z0-9_.-]+)";
        format!("^{name}(/{name})*$")
    },
    "blueprint.toml"
}
text! {
    /// The id of a VPC, `vpc-0a1b2c3d4e5f60718`.
    VpcId, |text| check(is_id(text, "vpc-"), || Problem::InvalidId { value: text.into(), prefix: "vpc-" }),
    "VPC", "^vpc-([0-9a-f]{8}|[0-9a-f]{17})$", "vpc-0a1b2c3d4e5f60718"
}
text! {
    /// The id of a subnet, `subnet-0a1b2c3d4e5f60718`.
    SubnetId, |text| check(is_id(text, "subnet-"), || Problem::InvalidId { value: text.into(), prefix: "subnet-" }),
    "subnet", "^subnet-([0-9a-f]{8}|[0-9a-f]{17})$", "subnet-0a1b2c3d4e5f60718"
}
text! {
    /// The id of a security group, `sg-0a1b2c3d4e5f60718`.
    SecurityGroupId, |text| check(is_id(text, "sg-"), || Problem::InvalidId { value: text.into(), prefix: "sg-" }),
    "security group", "^sg-([0-9a-f]{8}|[0-9a-f]{17})$", "sg-0a1b2c3d4e5f60718"
}
text! {
    /// A Kubernetes minor version, `1.36`.
    KubernetesVersion, |text| check(minor(text).is_some(), || Problem::InvalidKubernetesVersion { value: text.into() }),
    "version", r"^1\.(0|[1-9][0-9]*)$", "1.36"
}
text! {
    /// A duration of Karpenter's: `168h`, `30m`, `Never`.
    Duration, |text| check(text == "Never" || is_duration(text), || Problem::InvalidDuration { value: text.into() }),
    "duration", "^(([0-9]+(s|m|h))+|Never)$", "168h"
}
text! {
    /// A duration of a disruption budget: hours, minutes, or hours and minutes, since its schedule knows no seconds (NodePool,
    /// v1.14.1, read 2026-11).
    BudgetDuration, |text| {
        let units = text.replace(|c: char| c.is_ascii_digit(), "");
        let is_good = is_duration(text) && ["h", "m", "hm"].contains(&units.as_str());
        check(is_good, || Problem::InvalidBudget { value: text.into(), of: "duration" })
    },
    "duration", "^([0-9]+(m|h)|[0-9]+h[0-9]+m)$", "8h"
}
text! {
    /// When a disruption budget begins: five fields of cron, or `@daily`; in UTC.
    ///
    /// Whether it names a time that there is, is looked at with the pool.
    Schedule, |text| match cron::fault(text) {
        Some(fault) if fault.is_of_form() => Err(Problem::InvalidSchedule { value: text.into(), fault }),
        _ => Ok(()),
    },
    "schedule", cron::pattern(), "0 9 * * mon-fri"
}
text! {
    /// The id of an EC2 capacity reservation or capacity block, `cr-0123456789abcdef0`.
    CapacityReservation, |text| {
        let id = text.strip_prefix("cr-").unwrap_or_default();
        let shaped = !id.is_empty() && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        check(shaped, || Problem::InvalidReservation { value: text.into() })
    },
    "capacity reservation", "^cr-[a-z0-9]+$", "cr-0123456789abcdef0"
}
text! {
    /// An EC2 instance type, `m6i.large`; its architecture follows from its family.
    InstanceType, |text| check(is_instance_type(text), || Problem::InvalidInstanceType { value: text.into() }),
    "instance type", r"^[a-z][a-z-]*[0-9][a-z0-9-]*\.[a-z0-9-]+$", "m6i.large"
}
text! {
    /// A class of database instances, `db.t4g.medium`.
    InstanceClass, |text| {
        let is_class = text.strip_prefix("db.").is_some_and(is_instance_type);
        check(is_class, || Problem::InvalidInstanceClass { value: text.into() })
    },
    "instance class", r"^db\.[a-z][a-z-]*[0-9][a-z0-9-]*\.[a-z0-9-]+$", "db.t4g.medium"
}
text! {
    /// A major version of PostgreSQL, `17`.
    DatabaseVersion, |text| {
        let is_major = text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit()) && !text.starts_with('0');
        check(is_major, || Problem::InvalidDatabaseVersion { value: text.into() })
    },
    "version", "^[1-9][0-9]$", "17"
}

/// Whether a path leads to something below the folder that it begins in.
fn is_below(text: &str) -> bool {
    let is_name = |name: &str| !matches!(name, "" | "." | "..");
    text.split('/').all(is_name) && !text.chars().any(|c| c.is_control() || c == '\\' || c == ':')
}

/// The same for editors, without some more characters.
fn below(but: &str) -> String {
    let not = format!(r"/\\:{but}\u0000-\u001f\u007f-\u009f");
    let any = format!("[^{not}]");
    let name = format!(r"([^.{not}]{any}*|\.[^.{not}]{any}*|\.\.{any}+)");
    format!("^{name}(/{name})*$")
}

impl FilePath {
    /// Returns the pattern that takes this file alone.
    pub fn glob(&self) -> Glob {
        Glob::file(&self.0)
    }
}

impl Glob {
    /// Makes the pattern that takes one file alone, beside the blueprint.
    pub fn file(name: &str) -> Self {
        Self(name.to_owned())
    }
}

impl InstanceType {
    /// Makes an instance type of text; `None` when it is not one.
    pub fn new(text: &str) -> Option<Self> {
        is_instance_type(text).then(|| Self(text.to_owned()))
    }

    /// Returns the family, `m6i`.
    pub fn family(&self) -> &str {
        self.0.split('.').next().unwrap_or_default()
    }

    /// Returns the size, `large`.
    pub fn size(&self) -> &str {
        self.0.split_once('.').map_or("", |(_, size)| size)
    }

    /// Returns the architecture.
    ///
    /// AWS marks Graviton families by a `g` after the generation (`m7g`, `c6gn`, `t4g`), the first
    /// one being `a1` (Amazon EC2 instance types guide, "Amazon EC2 instance type naming conventions", read 2026-11).
    pub fn architecture(&self) -> Architecture {
        let family = self.family();
        let after_generation = family.trim_start_matches(|c: char| c.is_ascii_alphabetic() || c == '-');
        let options = after_generation.trim_start_matches(|c: char| c.is_ascii_digit());
        if options.starts_with('g') || family == "a1" { Architecture::Arm64 } else { Architecture::Amd64 }
    }
}

/// The units of a duration, in seconds.
const UNITS: [(char, u64); 3] = [('h', 3_600), ('m', 60), ('s', 1)];

/// Returns a duration in seconds; none where it never ends.
pub fn seconds(duration: &str) -> Option<u64> {
    let mut rest = duration;
    let mut sum: u64 = 0;
    while let Some(at) = rest.find(|c: char| !c.is_ascii_digit()) {
        let (_, unit) = UNITS.into_iter().find(|(unit, _)| rest[at..].starts_with(*unit))?;
        sum = sum.saturating_add(rest[..at].parse::<u64>().unwrap_or(u64::MAX).saturating_mul(unit));
        rest = &rest[at + 1..];
    }
    Some(sum)
}

impl KubernetesVersion {
    /// Makes a version of text that the catalog holds; `None` when it is not one.
    pub fn new(text: &str) -> Option<Self> {
        minor(text).map(|_| Self(text.to_owned()))
    }

    /// Returns the number after the dot.
    ///
    /// # Panics
    /// Never: it was read as one.
    pub fn minor(&self) -> u32 {
        minor(&self.0).expect("a version was read as one")
    }
}

/// Returns the number after the dot, which has one way to be written: `1.036` would be another version to some.
fn minor(version: &str) -> Option<u32> {
    let digits = version.strip_prefix("1.")?;
    let is_number = digits.bytes().all(|b| b.is_ascii_digit()) && (digits == "0" || !digits.starts_with('0'));
    digits.parse().ok().filter(|_| is_number)
}

impl Name {
    /// Makes a name of text that obeys the rules.
    ///
    /// # Errors
    /// [`Problem::InvalidName`] when it does not.
    pub fn new(text: &str) -> Result<Self, Problem> {
        is_name(text).map(|()| Self(text.to_owned()))
    }

    /// Returns the name as a Terraform identifier: hyphens become underscores.
    ///
    /// Names hold no underscore, so two names never become one identifier.
    pub fn identifier(&self) -> String {
        self.0.replace('-', "_")
    }
}

/// Checks a table's key that is a name.
pub(super) fn name(text: &str) -> Result<Name, Problem> {
    Name::new(text)
}

fn is_name(text: &str) -> Result<(), Problem> {
    let shaped = text.starts_with(|c: char| c.is_ascii_lowercase())
        && !text.ends_with('-')
        && !text.contains("--")
        && text.bytes().all(is_kebab);
    check(shaped, || Problem::InvalidName { value: text.into() })?;
    let why = "no folder can be called so on Windows";
    check(!DEVICES.contains(&text), || Problem::ReservedName { value: text.into(), why })?;
    let why = "it is a word of Terraform's own language";
    check(!WORDS.contains(&text), || Problem::ReservedName { value: text.into(), why })
}

/// Words that HCL reads as something else than a name.
const WORDS: [&str; 5] = ["false", "for", "if", "null", "true"];

/// Names of devices, which no file or folder may have on Windows, whatever its extension.
const DEVICES: [&str; 4] = ["aux", "con", "nul", "prn"];

fn check(holds: bool, problem: impl Fn() -> Problem) -> Result<(), Problem> {
    if holds { Ok(()) } else { Err(problem()) }
}

/// EC2's ids have 17 hexadecimal digits, and 8 where they are from before 2016 (EC2 user guide, "Resource IDs", read
/// 2026-11).
fn is_id(text: &str, prefix: &str) -> bool {
    text.strip_prefix(prefix).is_some_and(|digits| {
        matches!(digits.len(), 8 | 17) && digits.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    })
}

fn is_duration(text: &str) -> bool {
    // Karpenter's own pattern: one or more numbers, each with a unit of s, m or h.
    let mut rest = text;
    while let Some(unit) = rest.find(['s', 'm', 'h']) {
        if unit == 0 || !rest[..unit].bytes().all(|b| b.is_ascii_digit()) {
            return false;
        }
        rest = &rest[unit + 1..];
    }
    !text.is_empty() && rest.is_empty()
}

/// Whether text is the number of an AWS account.
pub(crate) fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())
}

/// Whether a byte is a lower-case letter, a digit or a hyphen.
fn is_kebab(b: u8) -> bool {
    b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'
}

/// Whether text is a label of DNS, of 63 characters at most (RFC 1035, 2.3.4).
pub(crate) fn is_label(text: &str) -> bool {
    (1..=63).contains(&text.len())
        && text.bytes().all(is_kebab)
        && !text.starts_with('-')
        && !text.ends_with('-')
}

fn is_instance_type(text: &str) -> bool {
    let Some((family, size)) = text.split_once('.') else {
        return false;
    };
    let plain = |part: &str| !part.is_empty() && part.bytes().all(is_kebab);
    plain(family)
        && plain(size)
        && family.starts_with(|c: char| c.is_ascii_lowercase())
        && family.bytes().any(|b| b.is_ascii_digit())
}

impl Read for ipnet::Ipv4Net {
    fn read(node: &Node, reader: &mut Reader) -> Option<Self> {
        let text = String::read(node, reader)?;
        // The parser takes `010.0.0.0`, which is 10.0.0.0 to some and 8.0.0.0 to others.
        match text.parse::<Self>().ok().filter(|range| range.to_string() == text) {
            Some(range) if range.trunc() == range => Some(range),
            Some(range) => {
                reader.fail(Problem::CidrHostBits { value: text, range: range.trunc() }, node.span)
            }
            None => reader.fail(Problem::InvalidCidr { value: text }, node.span),
        }
    }

    fn shape() -> Shape {
        const BYTE: &str = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
        Shape::Text(Text {
            what: "range",
            pattern: Some(format!(r"^({BYTE}\.){{3}}{BYTE}/(3[0-2]|[12]?[0-9])$")),
            example: Some("10.0.0.0/16"),
            ..Text::default()
        })
    }
}

/// The blueprint's format. Another one than this release's is refused before anything else is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(transparent)]
pub struct Format(u32);

impl Read for Format {
    fn read(node: &Node, reader: &mut Reader) -> Option<Self> {
        u32::read(node, reader).map(Self)
    }

    fn shape() -> Shape {
        Shape::OneOf(&[super::FORMAT])
    }
}

/// For how many days CloudWatch keeps logs: it takes some numbers only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(transparent)]
pub struct RetentionDays(pub u32);

impl RetentionDays {
    /// What CloudWatch takes (API `PutRetentionPolicy`, read 2026-11).
    pub const ALLOWED: &'static [u32] = &[
        1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288,
        3653,
    ];
}

impl Read for RetentionDays {
    fn read(node: &Node, reader: &mut Reader) -> Option<Self> {
        let value = u32::read(node, reader)?;
        if Self::ALLOWED.contains(&value) {
            return Some(Self(value));
        }
        reader.fail(Problem::InvalidRetention { value, allowed: Self::ALLOWED }, node.span)
    }

    fn shape() -> Shape {
        Shape::OneOf(Self::ALLOWED)
    }
}

/// Declares an enumeration of the blueprint: the words that a key takes.
macro_rules! words {
    ($(#[doc = $doc:literal])* $Type:ident { $( $(#[doc = $about:literal])* $Variant:ident = $word:literal, )* }) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $Type { $( $(#[doc = $about])* $Variant, )* }

        impl $Type {
            /// The words, as written in the blueprint.
            pub const WORDS: &'static [&'static str] = &[$($word),*];

            /// Returns the word for the value.
            pub fn word(self) -> &'static str {
                match self { $( Self::$Variant => $word, )* }
            }
        }

        impl Read for $Type {
            fn read(node: &Node, reader: &mut Reader) -> Option<Self> {
                let text = String::read(node, reader)?;
                match text.as_str() {
                    $( $word => Some(Self::$Variant), )*
                    _ => reader.fail(Problem::UnknownValue { value: text, allowed: Self::WORDS }, node.span),
                }
            }

            fn shape() -> Shape {
                Shape::Words(&[$( ($word, concat!($($about),*)) ),*])
            }
        }

        impl fmt::Display for $Type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.word())
            }
        }

        impl serde::Serialize for $Type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.word())
            }
        }

        impl<'de> serde::Deserialize<'de> for $Type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                match text.as_str() {
                    $( $word => Ok(Self::$Variant), )*
                    _ => Err(serde::de::Error::unknown_variant(&text, Self::WORDS)),
                }
            }
        }
    };
}

words! {
    /// Which binary scripts and workflows call; the HCL runs on both.
    Engine {
        /// HashiCorp Terraform.
        Terraform = "terraform",
        /// OpenTofu.
        OpenTofu = "opentofu",
    }
}
words! {
    /// What delivers changes.
    DeliveryEngine {
        /// Workflows of GitHub Actions.
        GithubActions = "github-actions",
        /// Pipelines of GitLab CI, on gitlab.com or a server of one's own.
        GitlabCi = "gitlab-ci",
        /// An Atlantis server, by `atlantis.yaml`.
        Atlantis = "atlantis",
        /// Terramate, by a `stack.tm.hcl` in each root module.
        Terramate = "terramate",
        /// Workspaces of HCP Terraform or Terraform Enterprise, which keep the states, too.
        HcpTerraform = "hcp-terraform",
    }
}
words! {
    /// A part of AWS with accounts and an IAM of its own; the second word of every ARN.
    Partition {
        /// The commercial regions.
        Aws = "aws",
        /// GovCloud.
        UsGov = "aws-us-gov",
    }
}
words! {
    /// Where an attachment takes the facts of its cluster from.
    AttachmentMode {
        /// What the platform publishes.
        Contract = "contract",
        /// What AWS says alone: for a cluster that plinth did not make.
        DataOnly = "data-only",
    }
}
words! {
    /// How private subnets reach the internet.
    Nat {
        /// One NAT gateway, in the first zone: cheaper, and gone with that zone.
        Single = "single",
        /// One NAT gateway in each zone.
        PerZone = "per-zone",
    }
}
words! {
    /// Which addresses pods and Services have.
    IpFamily {
        /// IPv4.
        Ipv4 = "ipv4",
        /// IPv6; nodes have both.
        Ipv6 = "ipv6",
    }
}
words! {
    /// Who makes a pool's nodes.
    PoolKind {
        /// An EKS managed node group of fixed instance types.
        Managed = "managed",
        /// Karpenter: instance types follow from what pods ask for.
        Karpenter = "karpenter",
        /// Fargate: a machine for each pod, without labels, DaemonSets, EBS volumes and Pod Identity.
        Fargate = "fargate",
    }
}
words! {
    /// Nodes that the pods of an add-on run on.
    Placement {
        /// Those of system services.
        Core = "core",
        /// Those of middleware, which keeps volumes: the pool `middleware`.
        Middleware = "middleware",
        /// All nodes; for DaemonSets only.
        Everywhere = "everywhere",
    }
}
words! {
    /// Where a core service comes from.
    ServiceKind {
        /// Add-ons that run in the cluster.
        InCluster = "in-cluster",
        /// AWS' own service, which the cluster's objects ask for.
        Aws = "aws",
    }
}
words! {
    /// How nodes are bought.
    Capacity {
        /// Spare capacity, taken back with two minutes' notice.
        Spot = "spot",
        /// Full price, kept until returned.
        OnDemand = "on-demand",
        /// What `capacity_reservations` hold, paid for already.
        Reserved = "reserved",
    }
}
words! {
    /// Who builds the machine image. There is no AL2: EKS has built no image of it since 2025-11-26 (awslabs/amazon-eks-ami,
    /// read 2026-11).
    AmiFamily {
        /// Amazon Linux 2023.
        Al2023 = "al2023",
        /// Bottlerocket: no shell, no package manager, a system volume and a data volume.
        Bottlerocket = "bottlerocket",
    }
}
words! {
    /// Which nodes Karpenter may replace by cheaper ones.
    ConsolidationPolicy {
        /// Those without pods.
        WhenEmpty = "WhenEmpty",
        /// Those also whose pods fit elsewhere, or on a cheaper one.
        WhenEmptyOrUnderutilized = "WhenEmptyOrUnderutilized",
        /// Those also, where the saving is worth the disruption.
        Balanced = "Balanced",
    }
}
words! {
    /// Why Karpenter replaces a node by itself.
    DisruptionReason {
        /// Its pods fit elsewhere, or on a cheaper one.
        Underutilized = "Underutilized",
        /// It has no pods.
        Empty = "Empty",
        /// It is not what its pool says any more.
        Drifted = "Drifted",
    }
}
words! {
    /// A Pod Security Standard, enforced by a namespace's labels.
    PodSecurity {
        /// No root, no host access: for applications.
        Restricted = "restricted",
        /// No known privilege escalation. There is no `privileged`: such a pod can take over a node that others share.
        Baseline = "baseline",
    }
}
words! {
    /// Whose stack makes an application's namespace.
    TenantOwner {
        /// The platform's: no team can raise its own quota.
        Platform = "platform",
        /// The application's own, whose deploy role then administers the whole cluster.
        App = "app",
    }
}
words! {
    /// How pods get their role in AWS.
    PodIdentity {
        /// EKS Pod Identity: an agent on each node hands out credentials.
        PodIdentity = "pod-identity",
        /// IAM roles for service accounts: what pods on Fargate need, which have no such agent.
        Irsa = "irsa",
    }
}
words! {
    /// What runs a database.
    DatabaseEngine {
        /// An instance of RDS.
        Postgres = "postgres",
        /// A cluster of Aurora.
        AuroraPostgresql = "aurora-postgresql",
    }
}
words! {
    /// Whether a second factor is asked for.
    Mfa {
        /// Whoever wants to.
        Optional = "optional",
        /// Everybody.
        Required = "required",
    }
}
words! {
    /// A processor architecture as Kubernetes names it.
    Architecture {
        /// x86-64.
        Amd64 = "amd64",
        /// Graviton.
        Arm64 = "arm64",
    }
}

/// `zones`: how many, or which.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(untagged)]
pub enum Zones {
    /// The first so many that the catalog lists for the region.
    Count(u32),
    /// These, the first one holding a single NAT gateway.
    Names(Vec<Spanned<String>>),
}

impl PartialEq for Spanned<String> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl Eq for Spanned<String> {}

impl Read for Zones {
    fn read(node: &Node, reader: &mut Reader) -> Option<Self> {
        match &node.value {
            Value::Integer(_) => {
                let count = u32::read(node, reader)?;
                match count {
                    2..=6 => Some(Self::Count(count)),
                    // Two at least: EKS refuses a control plane in one zone.
                    _ => reader.fail(Problem::OutOfRange { value: count.into(), from: 2, to: 6 }, node.span),
                }
            }
            Value::Array(_) => Vec::read(node, reader).map(Self::Names),
            _ => reader.wrong_type(node, "a number of zones or an array of zone names"),
        }
    }

    fn shape() -> Shape {
        Shape::Either(vec![Shape::Number { from: 2, to: 6 }, Vec::<String>::shape()])
    }
}

/// `retire` of an application: everywhere, or in which places.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(untagged)]
pub enum Retire {
    /// Everywhere, or nowhere.
    Everywhere(bool),
    /// There.
    Places(Vec<Spanned<String>>),
}

impl Read for Retire {
    fn read(node: &Node, reader: &mut Reader) -> Option<Self> {
        match &node.value {
            Value::Boolean(_) => bool::read(node, reader).map(Self::Everywhere),
            Value::Array(_) => Vec::read(node, reader).map(Self::Places),
            _ => reader.wrong_type(node, "`true` or an array of places"),
        }
    }

    fn shape() -> Shape {
        Shape::Either(vec![Shape::Boolean, Vec::<String>::shape()])
    }
}

/// Names that something had before, the oldest first: one or several.
#[derive(Debug, Clone, serde::Serialize)]
#[serde(transparent)]
pub struct Former(pub Vec<Spanned<Name>>);

impl Read for Former {
    fn read(node: &Node, reader: &mut Reader) -> Option<Self> {
        match &node.value {
            Value::Array(_) => Vec::read(node, reader).map(Self),
            _ => Name::read(node, reader).map(|name| Self(vec![Spanned::new(name, node.span)])),
        }
    }

    fn shape() -> Shape {
        Shape::Either(vec![Name::shape(), Vec::<Name>::shape()])
    }
}

words! {
    /// Where engines run that must reach a private-only endpoint.
    Runner {
        /// On machines inside the VPC, or connected to it.
        InVpc = "in-vpc",
    }
}
words! {
    /// What happens to pods that do not tolerate a taint.
    TaintEffect {
        /// They are not scheduled.
        NoSchedule = "NoSchedule",
        /// They are scheduled elsewhere if possible.
        PreferNoSchedule = "PreferNoSchedule",
        /// They are evicted.
        NoExecute = "NoExecute",
    }
}

text! {
    /// A day, `2027-03-31`.
    Date, |text| check(is_date(text), || Problem::InvalidDate { value: text.into() }),
    "day",
    concat!(
        "^([0-9]{4}-((0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])|(0[13-9]|1[0-2])-(29|30)|(0[13578]|1[02])-31)",
        "|([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29)$"
    ),
    "2027-03-31"
}

/// Whether text is a day, `2027-03-31`.
pub fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts.as_slice() else {
        return false;
    };
    let number = |part: &str, width: usize| {
        (part.len() == width && part.bytes().all(|b| b.is_ascii_digit()))
            .then(|| part.parse::<u32>().ok())
            .flatten()
    };
    let (Some(year), Some(month), Some(day)) = (number(year, 4), number(month, 2), number(day, 2)) else {
        return false;
    };
    let is_leap = year % 4 == 0 && year % 100 != 0 || year % 400 == 0;
    let last = match month {
        2 => 28 + u32::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    (1..=12).contains(&month) && (1..=last).contains(&day)
}

/// Text by text, sorted by key: tags, labels.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
#[serde(transparent)]
pub struct Tags(pub BTreeMap<String, Tag>);

/// The value of a tag or label, and where its key stands.
#[derive(Debug, Clone)]
pub struct Tag {
    /// The place of the key.
    pub key: Span,
    /// The value.
    pub text: Spanned<String>,
}

impl std::ops::Deref for Tag {
    type Target = Spanned<String>;

    fn deref(&self) -> &Spanned<String> {
        &self.text
    }
}

impl PartialEq for Tag {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Tag {}

impl serde::Serialize for Tag {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.text.serialize(serializer)
    }
}

impl Read for Tags {
    fn read(node: &Node, reader: &mut Reader) -> Option<Self> {
        let Value::Table(table) = &node.value else {
            return reader.wrong_type(node, "a table of strings");
        };
        let read: Vec<Option<(String, Tag)>> = table
            .0
            .iter()
            .map(|(key, entry)| {
                let text = Spanned::read(&entry.node, reader)?;
                Some((key.clone(), Tag { key: entry.key, text }))
            })
            .collect();
        read.into_iter().collect::<Option<_>>().map(Self)
    }

    fn shape() -> Shape {
        Shape::Entries(Box::new(String::shape()))
    }
}

/// Something for each zone, by the zone's name and with the place of that name.
#[derive(Debug, Clone)]
pub struct Zoned<T>(pub BTreeMap<String, (Span, T)>);

impl<T> Default for Zoned<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<T: Read> Read for Zoned<T> {
    fn read(node: &Node, reader: &mut Reader) -> Option<Self> {
        let Value::Table(table) = &node.value else {
            return reader.wrong_type(node, "a table of subnets by zone");
        };
        let read: Vec<Option<(String, (Span, T))>> = table
            .0
            .iter()
            .map(|(zone, entry)| T::read(&entry.node, reader).map(|value| (zone.clone(), (entry.key, value))))
            .collect();
        read.into_iter().collect::<Option<_>>().map(Self)
    }

    fn shape() -> Shape {
        Shape::Entries(Box::new(T::shape()))
    }
}

impl<T: serde::Serialize> serde::Serialize for Zoned<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(zone, (_, value))| (zone, value)))
    }
}

/// `ami`: a family, and a version of its image where it is not the catalog's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ami {
    /// Who builds it.
    pub family: AmiFamily,
    /// What stands behind `@`.
    pub version: Option<String>,
}

impl Read for Ami {
    fn read(node: &Node, reader: &mut Reader) -> Option<Self> {
        let text = String::read(node, reader)?;
        let (name, version) = match text.split_once('@') {
            Some((family, version)) => (family, Some(version.to_owned())),
            None => (text.as_str(), None),
        };
        let families = [AmiFamily::Al2023, AmiFamily::Bottlerocket];
        match families.into_iter().find(|family| family.word() == name) {
            Some(family) => Some(Self { family, version }),
            None => reader.fail(Problem::UnknownAmi { family: name.to_owned() }, node.span),
        }
    }

    fn shape() -> Shape {
        Shape::Text(Text {
            what: "image",
            pattern: Some(format!(r"^({})(@[\s\S]*)?$", AmiFamily::WORDS.join("|"))),
            example: Some("bottlerocket"),
            ..Text::default()
        })
    }
}

impl serde::Serialize for Ami {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.version {
            Some(version) => serializer.collect_str(&format_args!("{}@{version}", self.family.word())),
            None => serializer.serialize_str(self.family.word()),
        }
    }
}

/// `nodes` of a disruption budget: a number of nodes, or a percentage of the pool's.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(transparent)]
pub struct BudgetNodes(pub String);

impl Read for BudgetNodes {
    fn read(node: &Node, reader: &mut Reader) -> Option<Self> {
        if let Value::Integer(_) = node.value {
            return u32::read(node, reader).map(|number| Self(number.to_string()));
        }
        let text = String::read(node, reader)?;
        let number = text.strip_suffix('%').unwrap_or(&text);
        let most = if number == text { u32::MAX } else { 100 };
        let digits = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
        match number.parse::<u32>() {
            Ok(count) if digits && count <= most => Some(Self(text)),
            _ => reader.fail(Problem::InvalidBudget { value: text, of: "nodes" }, node.span),
        }
    }

    fn shape() -> Shape {
        let text = Text {
            what: "percentage",
            pattern: Some("^([0-9]+|0*(100|[0-9]{1,2})%)$".to_owned()),
            example: Some("10%"),
            ..Text::default()
        };
        Shape::Either(vec![u32::shape(), Shape::Text(text)])
    }
}
