//! Every problem that plinth can report, with its code and its words.
//!
//! The table below declares each problem: a sentence for the reference, the code, the facts of a case.
//! [`Problem::words`] makes sentences of the facts, [`nearest()`] finds what was probably meant. Codes never
//! change their meaning: E01xx the text and its shape, E02xx names and references, E03xx network, E04xx node
//! pools, E05xx add-ons and versions, E06xx access, E07xx applications, E08xx what leaves or is renamed,
//! E09xx clusters that exist already, N0xxx notes.

mod leaving;
mod nearest;
mod retype;
pub mod syntax;
mod words;

use ipnet::Ipv4Net;

use crate::blueprint::cron;
use crate::blueprint::scalar::DeliveryEngine;
use crate::model::bill::Unfit;
use crate::model::removal::{Heir, Left, Removed};
use crate::model::rename::Renaming;

pub use nearest::{nearest, suggest};
pub use words::Words;

/// A code and what it stands for, for the reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code {
    /// `E0101`
    pub code: &'static str,
    /// One sentence about every case of it.
    pub about: &'static str,
}

/// Declares the problems: the enum, the codes, and the list of codes for the reference.
macro_rules! problems {
    ($( #[doc = $about:literal] $code:ident $Problem:ident $({ $( $field:ident: $ty:ty ),* })?, )*) => {
        /// One kind of mistake or note, with the facts of the case.
        #[derive(Debug, Clone, PartialEq, Eq)]
        #[expect(missing_docs, reason = "the fields are the facts in the words")]
        pub enum Problem {
            $( #[doc = $about] $Problem $({ $( $field: $ty ),* })?, )*
        }

        impl Problem {
            /// Every code, in the order of the declaration.
            pub const CODES: &'static [Code] =
                &[ $( Code { code: stringify!($code), about: $about.trim_ascii() }, )* ];

            /// Returns the stable code.
            pub fn code(&self) -> &'static str {
                match self { $( Self::$Problem { .. } => stringify!($code), )* }
            }
        }
    };
}

/// What an ARN names in place of a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Principal {
    /// Somebody who has taken on a role, for some hours.
    Session {
        /// The role's name, without its path.
        role: String,
    },
    /// An IAM or a federated user.
    User,
    /// An IAM group.
    Group,
    /// The account itself.
    Account,
    /// Every role whose name is alike.
    Wildcard,
    /// A role that a service of AWS made for itself.
    ServiceLinked,
    /// A role with a longer name or path than IAM takes.
    TooLong {
        /// `name` or `path`.
        what: &'static str,
        /// How long it is.
        length: usize,
        /// How long it may be.
        most: usize,
    },
    /// A role of IAM Identity Center, without the path that such roles have.
    SsoWithoutPath {
        /// The role's name.
        role: String,
    },
    /// A role of IAM Identity Center, without the digits that such names end in.
    SsoWithoutSuffix {
        /// The name as far as it was written.
        role: String,
    },
}

/// What a quantity measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// CPU, in cores.
    Cpu,
    /// Memory or storage.
    Bytes,
    /// A number, or a time.
    Other,
}

problems! {
    /// The file is not TOML.
    E0101 Syntax { message: String, text: String },
    /// A table holds a key that it does not take.
    E0102 UnknownKey { key: String, table: &'static str, allowed: Vec<String>, home: Option<&'static str>, is_table: bool },
    /// A value is of another type than its key takes.
    E0103 WrongType { expected: &'static str, of: Option<&'static str>, found: &'static str, text: Option<String> },
    /// A key that must be set is not.
    E0104 MissingKey { key: &'static str, table: &'static str },
    /// A key takes one of a few words, and this is none of them.
    E0105 UnknownValue { value: String, allowed: &'static [&'static str] },
    /// A number is smaller or larger than its key takes.
    E0106 OutOfRange { value: i64, from: i64, to: i64 },
    /// The blueprint has a format that this release does not read.
    E0107 UnknownFormat { format: i64, known: u32 },
    /// A day is not written as year, month and day.
    E0108 InvalidDate { value: String },
    /// A duration is not written as Karpenter wants it.
    E0109 InvalidDuration { value: String },
    /// A quantity is not written as Kubernetes wants it.
    E0110 InvalidQuantity { value: String, example: &'static str },
    /// A text cannot be an EC2 instance type.
    E0111 InvalidInstanceType { value: String },
    /// A Kubernetes version is not written as major and minor.
    E0112 InvalidKubernetesVersion { value: String },
    /// A placeholder has a word that stands for nothing.
    E0113 UnknownPlaceholder { word: String },
    /// An AWS account is not twelve digits.
    E0114 InvalidAccount { value: String },
    /// CloudWatch keeps logs for some numbers of days only, and this is none of them.
    E0115 InvalidRetention { value: u32, allowed: &'static [u32] },
    /// A placeholder stands for something that there is not yet where it is written.
    E0117 PlaceholderTooEarly { word: &'static str },
    /// A number of an add-on's values is none that JSON has.
    E0118 NotANumber,
    /// A text cannot be a folder.
    E0119 InvalidFolder { value: String },
    /// A text with placeholders has a brace without its other half.
    E0116 LoneBrace { brace: &'static str },
    /// A pattern of included files leads out of the blueprint's folder.
    E0120 InvalidInclude { value: String },
    /// There is no file that a pattern of included files takes.
    E0121 IncludeFindsNothing { pattern: String },
    /// An included file cannot be read.
    E0122 IncludeUnreadable { why: String },
    /// An included file includes others.
    E0123 NestedInclude,
    /// A key stands in two files of a blueprint.
    E0124 KeyTwice { key: String },
    /// A text has a placeholder, and its key takes none.
    E0125 PlaceholderNotTaken { word: &'static str },
    /// What a cluster is imported from is not a file below the blueprint's folder.
    E0127 InvalidImport { value: String },
    /// What AWS says of a cluster cannot be read.
    E0128 ImportUnreadable { file: String, why: Option<String> },
    /// What AWS says of a cluster is not JSON.
    E0129 NotAnswers { why: String },
    /// An answer is none of those that are asked for.
    E0130 UnknownAnswer { found: Vec<String>, known: Vec<&'static str> },
    /// What AWS says of a cluster lacks an answer.
    E0131 AnswerMissing { what: String, command: String },
    /// An answer lacks something that AWS always says.
    E0132 AnswerIncomplete { answer: &'static str, path: &'static str },
    /// An answer is about another cluster.
    E0133 AnswerOfOther { cluster: String, other: String },
    /// A quantity is so small that nothing fits into it.
    E0126 TooLittle { value: String, what: String, of: Measure },

    /// A text cannot be a name in AWS, Kubernetes and Terraform alike.
    E0201 InvalidName { value: String },
    /// A name, or one that is made of it, is longer than AWS or Kubernetes allows.
    E0202 NameTooLong { name: String, what: String, limit: usize, settle: Option<&'static str> },
    /// Two clusters of one account would have the same EKS name, and so the same IAM roles.
    E0203 DuplicateCluster { name: String },
    /// A reference names an environment that the blueprint does not have.
    E0204 UnknownEnvironment { value: String, known: Vec<String> },
    /// A reference names a cluster that its environment does not have.
    E0205 UnknownCluster { value: String, environment: String, known: Vec<String> },
    /// A list names the same thing twice.
    E0206 RepeatedReference { value: String },
    /// The name of a state bucket is not one that S3 takes.
    E0207 InvalidBucketName { name: String, why: &'static str },
    /// A waiver is about a resource that is not generated.
    E0208 WaiverMatchesNothing { scope: String, nearest: Option<String> },
    /// A name is taken by something else.
    E0209 ReservedName { value: String, why: &'static str },
    /// Two environments would keep their states in one bucket.
    E0210 SharedBucket { name: String, one: String, other: String },
    /// Two applications would have one namespace on the same cluster.
    E0211 SharedNamespace { namespace: String, app: String, other: String },
    /// Two stubs of an application would lie in one folder.
    E0212 SharedFolder { folder: String, one: String, other: String },
    /// The table of environments is empty.
    E0213 NoEnvironment,
    /// A finding is waived twice for one resource.
    E0216 RepeatedWaiver { id: String, scope: String },
    /// A name would be made twice in an account: of `a` with `-b-c`, and of `a-b` with `-c`.
    E0214 SharedResourceName { name: String },
    /// A tag is one that AWS refuses, or that controllers look for.
    E0215 InvalidTag { key: String, why: &'static str },
    /// The value of a tag is one that AWS refuses.
    E0217 InvalidTagValue { value: String, why: &'static str },
    /// There are more of something than AWS takes.
    E0218 TooMany { what: &'static str, count: usize, most: usize },
    /// One account would be in two partitions.
    E0219 AccountInTwoPartitions { account: String, partition: String, other: String },
    /// A text is not the id of one of the scanner's findings.
    E0220 InvalidWaiverId { value: String },
    /// A waiver does not say why.
    E0221 WaiverWithoutReason,
    /// A document that a cluster publishes would be longer than SSM takes.
    E0222 ContractTooLong { cluster: String, document: &'static str, bytes: usize },
    /// A text cannot be the name of an EKS cluster, whoever made it.
    E0223 InvalidClusterName { value: String },
    /// A text is not the ARN of a key for states, nor of an alias of one.
    E0224 InvalidStateKey { value: String },
    /// A text is not a source from which Terraform takes a module at one commit.
    E0225 InvalidModuleSource { value: String },

    /// A text is not an IPv4 range.
    E0301 InvalidCidr { value: String },
    /// A range is written with an address in its middle.
    E0302 CidrHostBits { value: String, range: Ipv4Net },
    /// A VPC's range is larger than AWS takes or too small for its subnets.
    E0303 CidrSize { range: Ipv4Net, largest: u8, smallest: u8 },
    /// A cluster has no range for its VPC.
    E0304 NoCidr { cluster: String, is_existing: bool },
    /// The VPCs of two clusters that can come to meet have addresses in common.
    E0305 CidrOverlap { range: Ipv4Net, other: Ipv4Net, cluster: String, key: &'static str },
    /// A cluster's Service range has addresses in common with its VPC.
    E0306 ServiceCidrOverlap { range: Ipv4Net, vpc: Ipv4Net },
    /// A Service range is not one that EKS takes.
    E0307 ServiceCidrRange { range: Ipv4Net },
    /// A subnet is not a part of its VPC.
    E0308 OutsideParent { range: Ipv4Net, parent: Ipv4Net },
    /// Two subnets have addresses in common.
    E0309 SubnetOverlap { range: Ipv4Net, other: Ipv4Net, is_planned: bool },
    /// A subnet is smaller than AWS takes.
    E0310 SubnetTooSmall { range: Ipv4Net },
    /// The catalog has no such region.
    E0311 UnknownRegion { value: String, known: Vec<String> },
    /// A zone is of another region, or one that EKS refuses.
    E0312 ZoneNotInRegion { zone: String, region: String, known: Vec<String>, in_zones: bool },
    /// A region has fewer zones than asked for.
    E0313 TooFewZones { region: String, asked: u32, known: Vec<String> },
    /// Fewer than two zones are named.
    E0314 OneZone { named: usize, key: &'static str },
    /// A zone is named twice.
    E0315 RepeatedZone { zone: String },
    /// Subnets are given for a zone that the cluster does not use.
    E0316 SubnetsWithoutZone { zone: String, zones: Vec<String> },
    /// The Kubernetes API would be open to everybody.
    E0317 OpenToTheWorld { range: Ipv4Net, is_private: bool },
    /// A range that is to reach the public endpoint is private, and no address of it ever arrives there.
    E0321 PrivateCidrAtPublicEndpoint { range: Ipv4Net, private: Ipv4Net },
    /// No one could reach the Kubernetes API.
    E0318 NoWayIn { cluster: String, has_endpoint: bool },
    /// A cluster's region is of another partition than its environment's.
    E0320 OtherPartition { region: String, partition: String, environment: String },
    /// A key would make something in a VPC that exists already.
    E0322 NotWithVpcId { key: &'static str },
    /// A key is about a VPC that exists already, and none is named.
    E0323 OnlyWithVpcId { key: &'static str },
    /// An existing VPC is named without subnets for nodes.
    E0324 NoPrivateSubnets { cluster: String },
    /// A zone of an existing VPC has a subnet for load balancers or pods, and none for nodes.
    E0325 ZoneWithoutPrivateSubnet { zone: String, zones: Vec<String> },
    /// A zone of an existing VPC has no subnet for pods, where others have.
    E0326 ZoneWithoutPodSubnet { zone: String },
    /// Two clusters of one account would put the same tag on a subnet.
    E0327 SubnetTaggedTwice { subnet: String, cluster: String },
    /// A range cannot be a VPC's second one, for pods.
    E0328 PodRange { range: Ipv4Net, why: &'static str },
    /// A cluster's range for pods has addresses in common with another of its ranges.
    E0329 PodRangeOverlap { range: Ipv4Net, other: Ipv4Net, what: &'static str },
    /// A key does not go with IPv6.
    E0330 NotWithIpv6 { key: &'static str },
    /// The catalog has no VPC endpoint of this name.
    E0331 UnknownEndpoint { name: String, known: Vec<String> },
    /// An endpoint for S3 is asked for, which every VPC has.
    E0332 EndpointOfS3,
    /// A text is not the id of a VPC or a subnet.
    E0333 InvalidId { value: String, prefix: &'static str },
    /// A zone is to go in which a cluster's control plane was made.
    E0334 ControlPlaneZoneGone { cluster: String, zones: Vec<String>, is_generated: bool },
    /// Two clusters say different ranges of one VPC.
    E0335 VpcOfTwoRanges { vpc: String, range: Ipv4Net, other: Ipv4Net },
    /// A subnet is named in two VPCs.
    E0336 SubnetOfTwoVpcs { subnet: String, vpc: String, other: String },
    /// A cluster's Service range has addresses in common with the VPC of one that it can come to meet.
    E0337 ServiceCidrHidesPeer { range: Ipv4Net, other: Ipv4Net, cluster: String },

    /// A cluster has no nodes for system services.
    E0401 NoCorePool { cluster: String, switched_off: bool },
    /// A node pool lacks a key that its kind needs.
    E0402 PoolNeeds { pool: String, key: &'static str, example: &'static str },
    /// A node pool has a key that is for another kind.
    E0403 KeyNotForKind { pool: String, key: &'static str, kind: &'static str, others: Vec<&'static str> },
    /// A node pool is of one kind here and of another there.
    E0404 KindChanges { pool: String, kind: &'static str, other: &'static str },
    /// A node pool's numbers of nodes contradict each other.
    E0405 SizeOrder { min: u32, desired: u32, max: u32 },
    /// The core pool has too few nodes for the system services.
    E0406 CoreTooSmall { min: u32, max: u32 },
    /// The core pool is Karpenter's.
    E0407 CoreKind,
    /// The core pool is bought as spot.
    E0408 CoreSpot,
    /// A managed pool names instance types of two architectures.
    E0409 MixedArchitectures { one: String, other: String },
    /// A managed pool has other taints on one cluster than on the rest.
    E0410 TaintsDiffer { pool: String },
    /// A Fargate pool names more namespaces than a profile takes.
    E0440 TooManyNamespaces { pool: String },
    /// A Fargate pool has other namespaces on one cluster than on the rest.
    E0441 NamespacesDiffer { pool: String },
    /// Labels or taints of the core pool would keep system services off it.
    E0412 CoreUnreachable { key: &'static str },
    /// A pool other than core takes core's label.
    E0414 CoreLabelElsewhere { pool: String },
    /// A Karpenter pool's architecture is not that of its instance types.
    E0413 OtherArchitecture { architecture: String, instance: String },
    /// A managed pool has two ways to be bought, or none.
    E0411 ManagedCapacity { pool: String },
    /// A machine image is of a family that node pools cannot start from.
    E0415 UnknownAmi { family: String },
    /// The version of a machine image is not written as its kind of pool wants it.
    E0416 InvalidAmiVersion { version: String, family: &'static str, kind: &'static str, example: &'static str },
    /// A machine image is of another Kubernetes version than its cluster.
    E0417 AmiForOtherKubernetes { version: String, kubernetes: String },
    /// A pool starts from another family of machine images on one cluster than on the rest.
    E0418 AmiFamilyDiffers { pool: String },
    /// An instance type has accelerators that no node pool can use.
    E0419 RefusedInstance { instance: String, why: String },
    /// An instance type's network interfaces take no prefixes, and the cluster uses them.
    E0420 NoPrefixes { instance: String },
    /// A pool names instance types with GPUs and without.
    E0421 MixedGpus { with: String, without: String },
    /// A pool without GPUs has a limit for them.
    E0422 GpuLimitWithoutGpu { pool: String },
    /// A volume has not the size for its I/O operations.
    E0423 DiskTooSmall { iops: u32, gib: u32, needs: u32 },
    /// A volume has not the I/O operations for its throughput.
    E0424 DiskTooSlow { throughput: u32, iops: u32, needs: u32 },
    /// A text is not the ARN of a KMS key.
    E0425 InvalidKey { value: String },
    /// A KMS key is of another region than the volumes that it would encrypt.
    E0426 KeyElsewhere { arn: String, region: String },
    /// The kubelet would stop deleting images before it began.
    E0427 ImageGcOrder { high: u32, low: u32 },
    /// Bottlerocket would be asked for a reservation that it does not know.
    E0435 BottlerocketPid { key: &'static str },
    /// A disruption budget has something that Karpenter does not take.
    E0428 InvalidBudget { value: String, of: &'static str },
    /// A disruption budget has a beginning without a length, or the other way round.
    E0429 HalfBudget { has: &'static str, lacks: &'static str },
    /// A text is not the id of a capacity reservation.
    E0430 InvalidReservation { value: String },
    /// A managed pool asks for reserved capacity.
    E0431 ManagedReservation { pool: String, key: &'static str, is_core: bool },
    /// A pool has capacity reservations, and no leave to use them.
    E0432 UnusedReservations { pool: String },
    /// A label or taint is one that Kubernetes refuses, or that others keep for themselves.
    E0433 InvalidLabel { key: String, of: &'static str, why: &'static str },
    /// A text cannot be the value of a label or taint.
    E0434 InvalidLabelValue { value: String },
    /// A cluster has applications, and no nodes for them.
    E0436 NowhereToRun { app: String, cluster: String },
    /// The namespace of a Fargate pool belongs to Kubernetes or to an add-on.
    E0437 FargateNamespaceTaken { namespace: String, owner: String },
    /// There is no such instance type.
    E0438 UnknownInstance { value: String, near: Option<String> },
    /// A grace period is without end.
    E0439 GraceNeverEnds,
    /// A pool has the same taint twice.
    E0442 RepeatedTaint { key: String },
    /// A text is not the schedule of a disruption budget, or names a time that there is not.
    E0443 InvalidSchedule { value: String, fault: cron::Fault },
    /// What is kept back on a node leaves nothing for pods.
    E0444 NothingLeft { pool: String, value: String, what: &'static str, instance: String, has: String },
    /// No layer has the node pool that is switched off.
    E0445 UnknownPool { name: String, known: Vec<String> },

    /// The nodes of a pool are too few or too small for the system services that run there.
    E0450 ServicesDoNotFit { unfit: Box<Unfit> },
    /// The kubelet would take more pods than its node has addresses for.
    E0451 TooFewAddresses { pods: u32, instance: String, most: u32, has_prefixes: bool },

    /// The catalog has no such add-on.
    E0501 UnknownAddon { name: String, known: Vec<String>, is_service: bool, switched_off: bool },
    /// A cluster lacks an add-on that it cannot do without.
    E0502 AddonRequired { addon: String, why: String, switched_off: bool },
    /// The catalog does not have this Kubernetes version.
    E0503 UnsupportedKubernetes { version: String, supported: Vec<String> },
    /// An add-on's version does not run on the cluster's Kubernetes version.
    E0504 AddonUnfit { addon: String, version: String, kubernetes: String, least: String, of_kubernetes: bool },
    /// A text is not the version of a chart.
    E0505 InvalidVersion { value: String, is_own: bool },
    /// A version is set for an add-on that takes none.
    E0506 VersionNotTaken { addon: String, is_eks_addon: bool },
    /// A cluster has no Kubernetes version.
    E0507 NoKubernetesVersion { cluster: String, newest: String },
    /// Two add-ons cannot run in one cluster.
    E0508 AddonsExclude { addon: String, other: String, why: String },
    /// Two add-ons come before each other.
    E0509 AddonsInCircle { addon: String, other: String },
    /// Support of a Kubernetes version has ended.
    E0510 SupportEnded { version: String, ended: String, next: Option<String> },
    /// A cluster would be upgraded by more than one minor version at once.
    E0511 KubernetesJump { cluster: String, version: String, present: String, next: String },
    /// A cluster would go back to an older minor version.
    E0512 KubernetesBack { cluster: String, version: String, present: String },
    /// Karpenter is too old for a consolidation policy.
    E0513 PolicyNeedsKarpenter { policy: &'static str, version: String, least: String },
    /// An add-on's values set what plinth fills in.
    E0514 SettledValue { addon: String, key: String },
    /// An add-on's values send its pods to nodes that the cluster does not have.
    E0515 UnknownNodeType { addon: String, value: String, known: Vec<String> },
    /// An add-on's values take from its pods the toleration of the nodes that they look for.
    E0516 NotTolerated { addon: String, placement: &'static str },
    /// The catalog refuses an add-on.
    E0517 AddonRefused { addon: String, why: String, instead: String },
    /// An add-on looks for nodes of middleware, and the cluster has none.
    E0518 NoMiddlewareNodes { addon: String },
    /// An add-on cannot be placed so.
    E0519 PlacementNotTaken { addon: String, placement: &'static str },
    /// A key is for one's own add-ons, and the catalog has this one.
    E0520 CatalogAddonKey { addon: String, key: &'static str },
    /// An add-on of the blueprint's own lacks what a release needs.
    E0521 OwnAddonNeeds { addon: String, keys: Vec<&'static str> },
    /// A text is not the address of a chart repository.
    E0522 InvalidRepository { value: String, has_scheme: bool },
    /// Rights are given to an add-on without a service account.
    E0523 RightsOfNobody { addon: String, key: &'static str },
    /// There are not as many keys of tolerations as of node selectors.
    E0524 TolerationsForOthers { selectors: usize, tolerations: usize },
    /// A text is not an action of IAM, or is every action.
    E0525 InvalidAction { value: String },
    /// A statement lets its role hand over every role.
    E0526 PassesEveryRole,
    /// A placeholder stands for something that a reusable module does not know.
    E0527 PlaceholderOutsideModule { word: &'static str },
    /// An add-on of the blueprint's own is another one in another cluster.
    E0528 OwnAddonDiffers { addon: String },
    /// There is no such core service.
    E0529 UnknownService { name: String, known: Vec<String>, is_addon: bool },
    /// A core service does not come that way.
    E0530 NoSuchService { name: String, kind: &'static str },
    /// A managed policy bounds nothing.
    E0531 PolicyWithoutBounds { policy: String },
    /// A text is not the name of an AWS managed policy.
    E0532 InvalidPolicyName { value: String },
    /// The statements of an add-on do not fit into a policy.
    E0533 StatementsTooLong { addon: String, characters: usize, most: usize },
    /// A statement allows nothing.
    E0534 EmptyStatement { key: &'static str },
    /// A text is not a resource of IAM's.
    E0535 InvalidResource { value: String },
    /// A text cannot be the name of a statement.
    E0536 InvalidSid { value: String },
    /// A condition has not the form that IAM reads.
    E0537 InvalidCondition { is_operator: bool },
    /// A text is not the path of a key of values.
    E0538 InvalidValuePath { value: String },
    /// A text is not the name of a chart.
    E0539 InvalidChart { value: String },
    /// A chart spells its versions with a `v`, or without one.
    E0540 VersionSpelling { addon: String, value: String, meant: String },
    /// The lock has another format.
    E0550 LockFormat { format: i64, known: u32 },
    /// A text is not the version of an EKS add-on.
    E0551 InvalidLockedVersion { value: String },
    /// The lock names what is not an EKS add-on.
    E0552 UnknownLockedAddon { name: String, known: Vec<String> },
    /// The lock cannot be read.
    E0553 LockUnreadable { why: String },
    /// The lock is not valid TOML.
    E0554 LockSyntax { message: String, text: String },
    /// The lock has a Kubernetes version without quotes, which TOML takes for two tables.
    E0555 LockMinorBare { minor: String, table: &'static str },
    /// The role of an add-on is limited to what the blueprint names, and it names nothing.
    E0560 AccessMissing { addon: String, about: String, example: String },
    /// What a blueprint limits an add-on's role to is not of the kind that it uses.
    E0561 AccessOfOtherKind { addon: String, arn: String, about: String, example: String },
    /// An add-on has no role that could be limited.
    E0562 AccessUnused { addon: String },
    /// What a blueprint limits an add-on's role to does not fit into a policy.
    E0563 AccessTooLong { addon: String, characters: usize, most: usize },
    /// What a blueprint limits an add-on's role to is of another partition than the cluster.
    E0564 AccessInOtherPartition { addon: String, arn: String, region: String, partition: String },

    /// A text is not the ARN of an IAM role.
    E0601 InvalidArn { value: String },
    /// A role is of another account than the cluster that it is for.
    E0602 RoleInOtherAccount { arn: String, account: String, is_delivery: bool },
    /// A role of an application has rights on the whole cluster already.
    E0603 PrincipalTaken { arn: String, rights: &'static str },
    /// A role is of another partition than the cluster that it is for.
    E0604 RoleInOtherPartition { arn: String, region: String, partition: String },
    /// An ARN names something else than a role, or a role that cannot exist or that nobody can take on.
    E0605 NotARole { arn: String, principal: Principal },
    /// Two ARNs could only be one role, and only one of them is right.
    E0606 SameRole { arn: String, other: String },
    /// A role that pipelines run as is not of the delivery account.
    E0607 RoleOutsideDelivery { arn: String, account: String },
    /// The delivery account is of another partition than every environment.
    E0608 DeliveryReachesNothing { partition: &'static str, other: String },
    /// Pipelines would plan with the role that they deploy with.
    E0609 SamePipelineRole { arn: String },
    /// `[delivery]` names neither an engine nor an account.
    E0610 DeliverySaysNothing,
    /// A key is written, and what it is about is not.
    E0611 MeansNothingWithout { key: &'static str, needs: Vec<String> },
    /// An engine of delivery lacks a key.
    E0612 EngineNeeds { engine: &'static str, key: &'static str, example: &'static str, why: &'static str },
    /// Pipelines would have to plan as the role that deploys.
    E0613 NoPlanRole { environment: String },
    /// A role that pipelines log in as is the one that they go on to.
    E0614 LoginRoleIsItsTarget { arn: String },
    /// The states of an account could be in any of several regions.
    E0615 DeliveryRegionUnknown { account: String, regions: Vec<String> },
    /// A text cannot be a repository of the engine's host.
    E0616 NotARepository { value: String, engine: DeliveryEngine },
    /// A text cannot be a branch.
    E0617 InvalidBranch { value: String },
    /// A text cannot be the path of a file in a repository.
    E0618 InvalidRepositoryFile { value: String },
    /// The tree would lie outside of the repository.
    E0619 TreeOutsideRepository { dir: String, blueprint: String },
    /// A text cannot be the label of a runner.
    E0620 InvalidRunner { value: String },
    /// A text cannot be a host whose tokens IAM takes.
    E0621 InvalidHost { value: String },
    /// HCP Terraform has no OpenTofu.
    E0622 HcpRunsTerraform,
    /// A name that no organization of HCP Terraform has.
    E0623 NotAnOrganization { value: String },
    /// A name that no project of HCP Terraform has.
    E0624 NotAnHcpProject { value: String },

    /// An application's namespace belongs to Kubernetes or to an add-on.
    E0701 ReservedNamespace { namespace: String, owner: String },
    /// A rule names nothing that pods would reach by it.
    E0702 EgressToNowhere,
    /// An application is to make its own namespace, and the role that applies it could not.
    E0703 OwnerWithoutRights { app: String, arn: String },

    /// Several service accounts could use what an application has, and none is named.
    E0720 NobodyNamed { what: String, known: Vec<String> },
    /// There is no such service account.
    E0721 UnknownServiceAccount { value: String, known: Vec<String> },
    /// An application has nothing of that name.
    E0722 UnknownResource { value: String, word: &'static str, app: String, key: &'static str, known: Vec<String> },
    /// A text is not a name of DNS.
    E0723 InvalidDomainName { value: String },
    /// A name is not in the zone that it is to be in.
    E0724 HostOutsideZone { domain_name: String, zone: String },
    /// Two load balancers would answer to one name.
    E0725 HostTwice { domain_name: String },
    /// A text is not a class of database instances.
    E0726 InvalidInstanceClass { value: String },
    /// Cognito keeps a word for itself.
    E0727 LoginDomainTaken { domain: String, word: &'static str },
    /// Nobody logs in to anything by a user pool.
    E0728 LoginToNothing { pool: String },
    /// A definition is not one of a state machine.
    E0729 NoStates,
    /// A state machine begins with a state that it does not have.
    E0730 UnknownState { state: String },
    /// A text is not a major version of PostgreSQL.
    E0731 InvalidDatabaseVersion { value: String },
    /// Aurora's storage has no size.
    E0732 StorageOfAurora,
    /// Nothing says in which zone a name is.
    E0733 HostWithoutZone { domain_name: String, cluster: String, zones: usize },
    /// A state machine names what its application does not have.
    E0737 UnknownInDefinition { name: String, is_closed: bool, known: Vec<String> },
    /// The databases of two applications would have one port.
    E0734 DatabasePortTwice { port: u32, app: String, other: String },
    /// PostgreSQL or RDS keeps the name of a database for itself.
    E0735 ReservedDatabase { name: String, owner: &'static str },
    /// An application that exists would move to another namespace.
    E0736 NamespaceChanges { app: String, former: String },

    /// Stacks that were generated are no longer made, and nothing said that they are to be destroyed.
    E0801 StackLeaves { removed: Removed, stacks: Vec<Left>, heir: Option<Box<Heir>> },
    /// The state of a stack would be looked for elsewhere.
    E0802 StateMoves { stack: String, from: String, to: String, is_bucket: bool, renaming: Option<Box<Renaming>> },
    /// A former name is still that of something.
    E0803 FormerNameInUse { what: &'static str, old: String, name: String },
    /// Two things had the same name before.
    E0804 FormerNameTwice { old: String },
    /// A former name is the present one.
    E0805 RenamedToItself { name: String },
    /// An application is to be destroyed where it is not.
    E0806 RetiredElsewhere { value: String, known: Vec<String> },
    /// A node pool has another name in some clusters alone, where the module is the same for all.
    E0807 RenamedInPart { pool: String },
    /// A node pool or an add-on would lose the name that it was made under.
    E0808 MadeAnew { what: &'static str, fact: &'static str, last: String, first: String, renaming: Box<Renaming> },
    /// A cluster would get another EKS name.
    E0809 EksNameChanges { from: String, to: String, renaming: Option<Box<Renaming>> },
    /// Nothing had the name that something is said to have had.
    E0810 RenamedFromNothing { what: &'static str, old: String, name: String, known: Vec<String> },
    /// A bucket of states or a cluster would be in another region.
    E0811 RegionChanges { what: String, fact: String, from: String, to: String, is_cluster: bool },
    /// What a blueprint says of a cluster that exists is not as the cluster is, and EKS never changes it.
    E0901 NotAsExisting { key: &'static str, cluster: String, has: String, says: String, why: &'static str, is_written: bool },
    /// A cluster that exists cannot come under a blueprint as it is.
    E0902 NotAdoptable { cluster: String, what: String, why: &'static str, help: String },

    /// A file among a blueprint's own templates is used for nothing.
    N0801 TemplateUnused { template: String, near: Option<String> },
    /// A template of the blueprint's own began as a built-in one that has changed since.
    N0802 TemplateOutdated { template: String, difference: String },
    /// A template makes something that plinth knows no schema of: it is not checked.
    N0803 TypeUnknown { place: String, what: String },
    /// EKS add-ons have no pinned versions.
    N0501 AddonVersionsUnpinned { addons: Vec<String> },
    /// The lock has no version of an EKS add-on for a Kubernetes version.
    N0550 LockLacks { missing: Vec<(String, Vec<String>)> },
    /// Standard support of a Kubernetes version ends soon.
    N0502 SupportEnds { version: String, ends: String, left: i64, next: Option<String> },
    /// A Kubernetes version is in extended support.
    N0503 ExtendedSupport { version: String, since: String, next: Option<String> },
    /// An add-on's values have a key that the catalog does not know.
    N0504 UnknownAddonKey { addon: String, key: String, near: Option<String> },
    /// Upstream has not tested the pinned versions of add-ons with the cluster's Kubernetes version.
    N0505 AddonsUntested { addons: Vec<String>, kubernetes: String },
    /// An account is one of AWS' examples.
    N0202 ExampleAccount { account: String },
    /// A waiver is about a resource that was there.
    N0203 WaiverOutlives { scope: String },
    /// The range of a VPC is not private.
    N0301 PublicVpcRange { range: Ipv4Net },
    /// Clusters of one account in two regions have addresses in common, and so can never come to meet.
    N0302 RegionsOverlap { range: Ipv4Net, other: Ipv4Net, cluster: String },
    /// An instance type is of a family that the catalog does not know.
    N0401 UnknownFamily { value: String, near: Option<String> },
    /// Every node pool that applications could run on has a taint.
    N0402 EveryPoolTainted { cluster: String },
    /// Two Karpenter pools take the same pods.
    N0403 SamePods { pool: String, other: String },
    /// The namespace of a Fargate pool is no application's.
    N0404 NamespaceOfNobody { namespace: String, known: Vec<String> },
    /// Pods of an application run on Fargate.
    N0405 ApplicationOnFargate { namespace: String },
    /// A limit of nothing keeps Karpenter from making nodes of a pool.
    N0406 NoMoreNodes { pool: String },
    /// Without being told, the kubelet would take more pods than its node has addresses for.
    N0407 PodsBeyondAddresses { pods: u32, instance: String, most: u32 },
    /// A waiver's day is over.
    N0201 WaiverExpired { id: String, until: String },
    /// No person can get into a cluster when the deploy role is broken.
    N0601 NoHumanAdmin { environment: String },
    /// A role is to have rights in a namespace, and has them in the whole cluster.
    N0602 AdministersAlready { arn: String },
    /// A rule to all of a VPC does not reach what is in it.
    N0702 EgressCoversVpc { range: Ipv4Net, vpc: Ipv4Net },
    /// The stack of an application has rights on the whole cluster.
    N0703 AppOwnsNamespace { app: String },
    /// Nothing that the blueprint makes lives in a namespace.
    N0705 NoSuchNamespace { namespace: String, cluster: String, known: Vec<String> },
    /// Nothing on the cluster leads people to a host.
    N0704 HostLeadsNowhere { domain_name: String, cluster: String, addons: Vec<String> },
    /// An application is on no cluster.
    N0701 AppNowhere { app: String },
}

impl Problem {
    /// Whether it is worth saying but stops nothing.
    pub fn is_note(&self) -> bool {
        self.code().starts_with('N')
    }

    /// Whether two problems at one place are the same mistake, though it may have been met with other facts:
    /// a line that several clusters share is read once for each of them.
    pub fn is_same_mistake(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::MissingKey { key, .. }, Self::MissingKey { key: other, .. })
            | (Self::PoolNeeds { key, .. }, Self::PoolNeeds { key: other, .. })
            | (Self::NotAsExisting { key, .. }, Self::NotAsExisting { key: other, .. }) => key == other,
            (Self::AddonRequired { addon, .. }, Self::AddonRequired { addon: other, .. }) => addon == other,
            // What is not there has no place of its own.
            (Self::AnswerMissing { what, .. }, Self::AnswerMissing { what: other, .. })
            | (Self::NotAdoptable { what, .. }, Self::NotAdoptable { what: other, .. }) => what == other,
            (Self::AnswerIncomplete { path, .. }, Self::AnswerIncomplete { path: other, .. }) => {
                path == other
            }
            (Self::StackLeaves { removed, .. }, Self::StackLeaves { removed: other, .. }) => removed == other,
            (Self::TemplateUnused { template, .. }, Self::TemplateUnused { template: other, .. })
            | (Self::TemplateOutdated { template, .. }, Self::TemplateOutdated { template: other, .. }) => {
                template == other
            }
            (Self::TypeUnknown { place, .. }, Self::TypeUnknown { place: other, .. }) => place == other,
            // One text may name several things.
            (Self::UnknownInDefinition { name, .. }, Self::UnknownInDefinition { name: other, .. }) => {
                name == other
            }
            _ => self.code() == other.code(),
        }
    }

    /// Whether this says what another one says, and more: of names that have a part in common, the longest.
    pub fn outdoes(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::NameTooLong { name, limit, settle: Some(settle), .. },
                Self::NameTooLong { name: other, limit: other_limit, settle: Some(other_settle), .. },
            ) if settle == other_settle => name.chars().count() + other_limit > other.chars().count() + limit,
            _ => false,
        }
    }

    /// Names the keys whose absence this is about: where one of them was written but could not be read, this only
    /// follows from that.
    pub fn for_want_of(&self) -> &'static [&'static str] {
        match self {
            Self::NoCidr { .. } | Self::CidrOverlap { .. } => &["network", "cidr"],
            Self::NoKubernetesVersion { .. } => &["kubernetes_version"],
            Self::CidrSize { .. } => &["subnets", "private", "public"],
            Self::SubnetsWithoutZone { .. } | Self::TooFewZones { .. } | Self::ZoneNotInRegion { .. } => {
                &["zones", "region"]
            }
            Self::NoWayIn { .. } => &["endpoint", "public_cidrs", "private_cidrs", "runner"],
            Self::ControlPlaneZoneGone { .. } => &["zones", "private_subnets", "region"],
            Self::OnlyWithVpcId { .. } => &["vpc_id"],
            Self::NoPrivateSubnets { .. } | Self::ZoneWithoutPrivateSubnet { .. } => &["private_subnets"],
            Self::ZoneWithoutPodSubnet { .. } => &["pod_subnets"],
            Self::NoCorePool { .. } | Self::NowhereToRun { .. } => &["node_pools"],
            Self::TaintsDiffer { .. } => &["taints"],
            Self::DiskTooSmall { .. } => &["disk_gib"],
            Self::DiskTooSlow { .. } => &["disk_iops"],
            Self::ImageGcOrder { .. } => &["image_gc_high_percent", "image_gc_low_percent"],
            Self::AddonRequired { .. } => &["addons"],
            Self::NoHumanAdmin { .. } => &["admins"],
            Self::ReservedNamespace { .. } | Self::SharedNamespace { .. } => &["namespace"],
            Self::PoolNeeds { key: "kind", .. } | Self::UnknownPool { .. } => &["kind"],
            Self::PoolNeeds { key: "instance_types", .. } | Self::GpuLimitWithoutGpu { .. } => {
                &["instance_types"]
            }
            Self::PoolNeeds { key: "capacity", .. } | Self::UnusedReservations { .. } => &["capacity"],
            Self::PoolNeeds { key: "namespaces", .. } => &["namespaces"],
            Self::PoolNeeds { key: "capacity_reservations", .. } => &["capacity_reservations"],
            Self::PoolNeeds { key: "limits.gpu", .. } => &["limits", "gpu"],
            Self::PoolNeeds { .. } => &["size", "min", "max"],
            Self::AmiFamilyDiffers { .. } => &["ami"],
            Self::AccessMissing { .. } => &["access"],
            Self::OwnAddonNeeds { keys, .. } => match keys[..] {
                ["repository"] => &["repository"],
                ["version"] => &["version"],
                _ => &["repository", "version"],
            },
            Self::HalfBudget { .. } => &["schedule", "duration"],
            _ => &[],
        }
    }

    /// Whether it only follows from another problem: a pool that changes its kind has the other kind's keys, and
    /// an add-on is missing because its name is misspelled.
    pub fn follows_from(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::UnknownAddon { name, switched_off: true, .. },
                Self::UnknownAddon { name: other, switched_off: false, .. },
            )
            | (Self::UnknownPool { name, .. }, Self::PoolNeeds { pool: other, key: "kind", .. }) => {
                name == other
            }
            (Self::KeyNotForKind { pool, .. }, Self::KindChanges { pool: other, .. }) => pool == other,
            (
                Self::MixedArchitectures { one, other } | Self::MixedGpus { with: one, without: other },
                Self::UnknownInstance { value, .. },
            ) => value == one || value == other,
            (Self::PoolNeeds { key: "limits.gpu", .. }, Self::UnknownKey { table: "limits", .. })
            | (Self::NoWayIn { .. }, Self::UnknownKey { table: "[cluster.endpoint]", .. })
            | (Self::ServicesDoNotFit { .. }, Self::CoreTooSmall { .. })
            | (Self::HostLeadsNowhere { .. }, Self::HostWithoutZone { .. })
            | (Self::LoginToNothing { .. }, Self::UnknownResource { word: "user pool", .. }) => true,
            (Self::SameRole { arn, .. }, Self::RoleInOtherAccount { arn: other, .. }) => arn == other,
            (Self::ServicesDoNotFit { unfit }, Self::NothingLeft { pool, .. }) => unfit.pool.as_str() == pool,
            (
                Self::CidrOverlap { .. } | Self::NoCidr { .. },
                Self::UnknownKey { table: "a cluster", key, .. },
            ) => key == "cluster",
            (Self::OtherArchitecture { instance, .. }, Self::UnknownInstance { value, .. }) => {
                value == instance
            }
            // The table of environments is misspelt, or one of them stands in it.
            (
                Self::UnknownEnvironment { .. },
                Self::UnknownKey { table: "the blueprint", key, allowed, .. },
            ) => nearest(key, allowed).is_some_and(|meant| meant == "environments"),
            // A zone that is misnamed takes the place of the one that is missed.
            (
                Self::ZoneWithoutPrivateSubnet { zones, .. },
                Self::ZoneNotInRegion { zone, in_zones: false, .. },
            ) => zones.contains(zone),
            (
                Self::ZoneWithoutPodSubnet { zone },
                Self::ZoneNotInRegion { zone: other, in_zones: false, .. },
            ) => zone == other,
            (Self::AddonRequired { addon, .. }, Self::UnknownAddon { name, known, .. }) => {
                name == addon || nearest(name, known) == Some(addon)
            }
            _ => false,
        }
    }
}
