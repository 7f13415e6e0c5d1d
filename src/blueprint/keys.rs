//! Every key of the blueprint: its type, its default, what it means.

use std::collections::BTreeMap;

use ipnet::Ipv4Net;

use super::node::{Node, Value};
use super::number::{
    DatabasePort, Days, DiskGib, Images, Iops, MaxPods, Percent, Port, Receives, StorageGib, Throughput,
    VisibilityTimeout, Weight,
};
use super::pattern::Pattern;
use super::quantity::{Bytes, Cores, Eviction, Reserved};
use super::read::{Map, Read, Reader, table};
use super::scalar::{
    AccountId, Ami, Architecture, Branch, BudgetDuration, BudgetNodes, Capacity, CapacityReservation,
    ConsolidationPolicy, DatabaseEngine, DatabaseVersion, Date, DeliveryEngine, DisruptionReason, Duration,
    Engine, FilePath, Folder, Format, Former, Glob, InstanceClass, InstanceType, IpFamily, Issuer,
    KubernetesVersion, Mfa, Name, Nat, Partition, Placement, PodIdentity, PodSecurity, PoolKind,
    RepositoryFile, RetentionDays, Retire, Runner, Schedule, SecurityGroupId, ServiceKind, SubnetId, Tags,
    TaintEffect, TenantOwner, VpcId, Zoned, Zones,
};
use super::shape::{self, Shape};
use super::usual::{self, Around, Sort};
use crate::diagnostic::Spanned;

table! {
    /// the blueprint
    "the blueprint" File {
        /// Blueprint format, `1`.
        required format: Format,
        /// Further files of the blueprint, relative to this one: their tables join those that stand here. A key stands in
        /// one file only, and an included file includes no others.
        default include: Vec<Spanned<Glob>> = Vec::new(),
        /// Who this is for; the prefix of every name.
        required project: Project,
        /// Where the tree is written.
        optional output: Output,
        /// Which engine runs it.
        optional terraform: Terraform,
        /// Where states live.
        optional state: State,
        /// How changes are delivered: what runs pipelines, and which account they log in to.
        optional delivery: Delivery,
        /// The standard: what every cluster has unless its environment says otherwise.
        optional cluster: Layer,
        /// Targets: an account, a region, a deploy role.
        required environments: Map<Environment>,
        /// Applications that share the clusters.
        default apps: Map<App> = Map::default(),
        /// Scanner findings that are accepted, with reasons.
        default waive: Vec<Waiver> = Vec::new(),
    }
}

table! {
    /// `[project]`
    "[project]" Project {
        /// Prefix of every name.
        required name: Name,
        /// Where the blueprint is kept; becomes a tag.
        optional repository: String,
        /// Who answers for the clusters; becomes a tag.
        optional owner: String,
        /// Tags for every AWS resource, node, volume and load balancer.
        default tags: Tags = Tags::default(),
    }
}

table! {
    /// `[output]`
    "[output]" Output {
        /// The tree's folder, relative to the blueprint.
        required dir: Folder,
    }
}

table! {
    /// `[terraform]`
    "[terraform]" Terraform {
        /// The binary that scripts call.
        default engine: Engine = Engine::Terraform,
        /// Whether modules for applications get tests that run without AWS: `tests/*.tftest.hcl`, for `terraform test`.
        default tests: bool = false,
    }
}

table! {
    /// `[state]`
    "[state]" State {
        /// The bucket's name in each environment.
        optional bucket: Pattern; usual |_| Some(usual::STATE_BUCKET),
    }
}

table! {
    /// `[delivery]`
    "[delivery]" Delivery {
        /// What delivers changes: plinth writes what it reads. With `github-actions`, `gitlab-ci` and `hcp-terraform` also
        /// `accounts/`, with the roles that pipelines log in as. Without it, delivery is somebody else's.
        optional engine: DeliveryEngine,
        /// Whether pipelines are to end: what accounts have for them is to be destroyed, the step before `engine` is taken out
        /// (GitHub Actions, GitLab CI, HCP Terraform).
        default retire: bool = false,
        /// The repository whose pipelines may log in, as GitHub's tokens name it: `"acme/platform"`, or with the numbers of
        /// both, `"acme@1234/platform@5678"`, where its settings say that subject claims are immutable; or the project's path on
        /// GitLab, with all its groups (GitHub Actions, GitLab CI).
        optional repository: String,
        /// The host of the project, in place of gitlab.com, or of the organization, in place of app.terraform.io; IAM must reach it
        /// (GitLab CI, HCP Terraform).
        optional host: Issuer,
        /// The organization of the workspaces (HCP Terraform).
        optional organization: String,
        /// The organization's project that the workspaces are in (HCP Terraform).
        optional project: String; usual |_| Some(usual::HCP_PROJECT),
        /// The image of jobs. It has bash, git, curl, jq, the AWS CLI, the engine and, without `install`, plinth (GitLab CI).
        optional image: String,
        /// The branch that is deployed (GitHub Actions, GitLab CI, Atlantis).
        optional branch: Branch; usual |_| Some(usual::BRANCH),
        /// This file's path in the repository; without it, the file stands at the root. Where the tree lies follows from it
        /// (GitHub Actions, GitLab CI, Atlantis, HCP Terraform).
        optional blueprint: RepositoryFile,
        /// The command that puts plinth on a runner; without it, runners have it (GitHub Actions, GitLab CI).
        optional install: String,
        /// Label or tag of the runners that reach the clusters' API; without it, they are the host's own (GitHub Actions,
        /// GitLab CI).
        optional runner: Pattern,
        /// Where the states of `accounts/` are kept; without it, in the one region of the environments (GitHub Actions,
        /// GitLab CI, HCP Terraform).
        optional region: String,
        /// The AWS account of the roles that pipelines run as; without it, each environment's own.
        optional account: AccountId,
        /// The account's partition. Environments of another one cannot be reached from it: their pipelines log in to
        /// their own accounts.
        default partition: Partition = Partition::Aws,
        /// Role that pipelines log in as to assume deploy roles: one for each environment, since a shared one would let jobs
        /// of one environment deploy another. `{account}` is the account that they log in to.
        optional deploy_role: Pattern; usual |_| Some(usual::PIPELINE_DEPLOY_ROLE),
        /// Role that pipelines log in as to assume plan roles.
        optional plan_role: Pattern; usual |_| Some(usual::PIPELINE_PLAN_ROLE),
    }
}

table! {
    /// `[cluster]`, `[environments.E.cluster]` or `[environments.E.clusters.C]`
    "a cluster" Cluster {
        /// `false` takes the cluster out again.
        default enabled: bool = true,
        /// Whether the cluster is to be destroyed, with all that stands on it: the step before it is taken out.
        default retire: bool = false,
        /// Names that it had before, the oldest first: `"old"`, or a list. Its EKS name and its states stay those of the first, so this
        /// stays as long as the cluster does.
        optional renamed_from: Former,
        /// The EKS name, in place of `{project}-{environment}-{cluster}`.
        optional name: Name,
        /// The region, in place of the environment's.
        optional region: String,
        /// What AWS says of the cluster, where it exists already: a file below the blueprint's folder. `plinth describe-cluster` prints the script that gathers it.
        /// The next apply takes the cluster over and replaces nothing of it; after that, this goes.
        optional import: FilePath,
        /// The IAM role of a cluster that was made with one. Without it, plinth makes the role. It cannot change under a cluster
        /// that exists.
        optional role_arn: Pattern,
        /// KMS key of Kubernetes secrets, by ARN; without it, the cluster's own, which plinth makes. It cannot change under a
        /// cluster that exists.
        optional secrets_kms_key: Pattern,
        /// Kubernetes minor version; every cluster needs one, from whichever layer.
        optional kubernetes_version: KubernetesVersion,
        /// How the Kubernetes API is reached.
        optional endpoint: Endpoint,
        /// Roles with full rights in the cluster.
        default admins: Vec<Spanned<Pattern>> = Vec::new(),
        /// Roles that read everything in the cluster but secrets.
        default readers: Vec<Spanned<Pattern>> = Vec::new(),
        /// Days that control-plane and flow logs are kept.
        default log_retention_days: RetentionDays = RetentionDays(365),
        /// The VPC.
        optional network: Network,
        /// Node pools by name.
        default node_pools: Map<NodePool> = Map::default(),
        /// Core services by name: each brings the add-ons that give it.
        default services: Map<Service> = Map::default(),
        /// Add-ons by name; an empty table takes the catalog's defaults.
        default addons: Map<Addon> = Map::default(),
    }
}

table! {
    /// `[cluster.endpoint]`
    "[cluster.endpoint]" Endpoint {
        /// Ranges that reach the public endpoint; empty: private only.
        default public_cidrs: Vec<Spanned<Ipv4Net>> = Vec::new(),
        /// Ranges that reach the private endpoint: of a VPN, of peered VPCs. With `runner` and without these, the VPC's own.
        default private_cidrs: Vec<Spanned<Ipv4Net>> = Vec::new(),
        /// Where engines run that reach the private endpoint: `in-vpc`.
        optional runner: Runner,
    }
}

table! {
    /// `[cluster.network]`
    "[cluster.network]" Network {
        /// The VPC's range; /16 to /19 where plinth makes the VPC.
        optional cidr: Ipv4Net,
        /// How many zones, or which.
        default zones: Zones = Zones::Count(3); when |around| around.is_own_vpc(),
        /// How private subnets reach the internet: through one gateway, which is in the first of `zones`, or through one in
        /// each zone.
        default nat: Nat = Nat::Single; when |around| around.is_own_vpc(),
        /// The range of Service addresses.
        default service_cidr: Ipv4Net = default_service_cidr(); when |around| around.sort != Sort::Ipv6,
        /// Subnet ranges by zone, in place of the plan's.
        default subnets: Zoned<Subnets> = Zoned::default(); when |around| around.is_own_vpc(),
        /// Whether nodes hand out addresses by prefixes of 16: then a node holds 110 pods. Without it, whether pods have
        /// subnets of their own.
        optional prefix_delegation: bool; usual prefix_delegation,
        /// A second range of the VPC, /16 to /19, from which pods take their addresses.
        optional pod_cidr: Ipv4Net,
        /// Addresses of pods and Services: `ipv4`, or `ipv6`. It cannot change under a cluster that exists.
        default ip_family: IpFamily = IpFamily::Ipv4,
        /// VPC endpoints by service, `ecr.api`, besides S3's gateway, which is always there.
        default endpoints: Vec<Spanned<String>> = Vec::new(); when |around| around.is_own_vpc(),
        /// An existing VPC; plinth makes nothing in it.
        optional vpc_id: VpcId,
        /// The existing VPC's subnets for nodes, by zone.
        default private_subnets: Zoned<Spanned<SubnetId>> = Zoned::default(); when |around| around.is_existing_vpc(),
        /// The existing VPC's subnets for internet-facing load balancers, by zone.
        default public_subnets: Zoned<Spanned<SubnetId>> = Zoned::default(); when |around| around.is_existing_vpc(),
        /// The existing VPC's subnets for pods, by zone; without them pods share those of nodes.
        default pod_subnets: Zoned<Spanned<SubnetId>> = Zoned::default(); when |around| around.is_existing_vpc(),
        /// Security groups of the existing VPC, which the control plane has besides the one that EKS makes for it.
        default security_groups: Vec<Spanned<SecurityGroupId>> = Vec::new(); when |around| around.is_existing_vpc(),
        /// Whether plinth puts the tags that load balancers need on the existing subnets.
        default tag_subnets: bool = true; when |around| around.is_existing_vpc(),
        /// Clusters that this one can come to meet, besides those of its account and region: `"production"`, or
        /// `"production/eu"`.
        default peers: Vec<Spanned<String>> = Vec::new(),
    }
}

table! {
    /// `[cluster.network.subnets.ZONE]`
    "subnets of a zone" Subnets {
        /// The private subnet's range.
        optional private: Ipv4Net,
        /// The public subnet's range.
        optional public: Ipv4Net,
    }
}

table! {
    /// `[cluster.node_pools.POOL]`
    "a node pool" NodePool {
        /// `false` takes the pool out again.
        default enabled: bool = true,
        /// Names that it had before, the oldest first: `"old"`, or a list. Its nodes stay, under the names that they have in AWS
        /// and Kubernetes, so this stays as long as the pool does.
        optional renamed_from: Former,
        /// Who makes the nodes.
        optional kind: PoolKind,
        /// EC2 instance types. Karpenter chooses freely without them.
        optional instance_types: Vec<Spanned<InstanceType>>,
        /// How many nodes (managed).
        optional size: Size,
        /// How nodes are bought; Karpenter takes the first that has room: reserved, then spot, then on-demand.
        optional capacity: Vec<Spanned<Capacity>>; usual |around| around.capacity(),
        /// Capacity reservations and capacity blocks of the cluster's region, for `reserved` (Karpenter).
        optional capacity_reservations: Vec<Spanned<CapacityReservation>>,
        /// Machine image: `"al2023"` or `"bottlerocket"`, and behind `@` a version in place of the one that the catalog pins
        /// for Karpenter, or of the newest for a managed pool.
        optional ami: Ami; usual |around| around.nodes(usual::AMI),
        /// Volume of images and pods in GiB: the root volume, of Bottlerocket its data volume.
        optional disk_gib: DiskGib; usual |around| around.nodes(usual::DISK_GIB),
        /// I/O operations per second of that volume.
        optional disk_iops: Iops; usual |around| around.nodes(Iops::FROM),
        /// MiB per second of that volume.
        optional disk_throughput: Throughput; usual |around| around.nodes(Throughput::FROM),
        /// KMS key of all volumes, by ARN; without it, `aws/ebs`. Its policy must let EC2 Auto Scaling use it
        /// (managed), or leave Karpenter's use to IAM.
        optional disk_kms_key: Pattern,
        /// Settings of the kubelet.
        optional kubelet: Kubelet,
        /// Processor architecture, where no instance type says it (Karpenter).
        optional architecture: Architecture; usual architecture,
        /// What the pool may grow to (Karpenter).
        optional limits: Limits,
        /// When nodes are replaced that could be fewer or cheaper (Karpenter).
        optional disruption: Disruption,
        /// A node's longest life (Karpenter).
        optional expire_after: Duration; usual |around| around.karpenter().map(|usual| usual.expire_after),
        /// How long a pod may hold up a node that expires, drifts or is destroyed, whatever its disruption budget
        /// says (Karpenter).
        optional termination_grace_period: Duration; usual |around| around.karpenter().map(|usual| usual.termination_grace_period),
        /// Which pool Karpenter prefers, the heaviest first (Karpenter).
        optional weight: Weight; usual |around| around.karpenter().map(|usual| usual.weight),
        /// Labels of its nodes, besides `node-type`.
        optional labels: Tags,
        /// Taints of its nodes, besides core's; without them, nodes with GPUs have `nvidia.com/gpu:NoSchedule`.
        optional taints: Vec<Taint>,
        /// Namespaces whose pods run there, five at most (Fargate).
        optional namespaces: Vec<Spanned<Name>>,
    }
}

table! {
    /// `size = { min, max, desired }`
    "size" Size {
        /// Fewest nodes.
        optional min: u32,
        /// Most nodes.
        optional max: u32,
        /// Nodes now; without it, `min`.
        optional desired: u32; usual |around| around.table?.get("min").cloned(),
    }
}

table! {
    /// `limits = { cpu, memory, gpu }`
    "limits" Limits {
        /// CPUs of all nodes of the pool together.
        optional cpu: Cores; usual |around| around.karpenter().map(|usual| usual.cpu_limit),
        /// Memory of all nodes of the pool together.
        optional memory: Bytes,
        /// GPUs of all nodes of the pool together; a pool with GPUs needs it.
        optional gpu: u32,
    }
}

table! {
    /// `kubelet = { max_pods, kube_reserved, … }`
    "kubelet" Kubelet {
        /// Most pods of a node; where the cluster uses prefixes 110, otherwise what its addresses suffice for.
        optional max_pods: MaxPods,
        /// Kept back for the kubelet and the container runtime: `cpu`, `memory`, `ephemeral-storage`, `pid`.
        optional kube_reserved: Reserved,
        /// Kept back for the system, likewise.
        optional system_reserved: Reserved,
        /// Below what pods are evicted at once, by signal: `"memory.available"`, `"nodefs.available"`, …
        optional eviction_hard: Eviction,
        /// Disk usage in per cent above which unused images are deleted.
        optional image_gc_high_percent: Percent; usual |around| around.nodes(usual::IMAGE_GC_HIGH),
        /// Disk usage in per cent down to which they are deleted.
        optional image_gc_low_percent: Percent; usual |around| around.nodes(usual::IMAGE_GC_LOW),
    }
}

table! {
    /// `disruption = { consolidate_after, policy, budgets }`
    "disruption" Disruption {
        /// How long no pod must have come or gone before a node is looked at.
        optional consolidate_after: Duration; usual |around| around.karpenter().map(|usual| usual.consolidate_after),
        /// Which nodes are looked at.
        optional policy: ConsolidationPolicy; usual |around| around.karpenter().map(|usual| usual.policy),
        /// How many nodes may go at once. The strictest of those that apply counts.
        optional budgets: Vec<Budget>; usual budgets,
    }
}

table! {
    /// `budgets = [{ nodes, schedule, duration, reasons }]`
    "a budget" Budget {
        /// How many nodes, or which part of the pool, `"10%"`; `0` stops disruption.
        required nodes: BudgetNodes,
        /// When it begins to apply, as cron and in UTC; without it, it always applies.
        optional schedule: Schedule,
        /// For how long, `"8h"`.
        optional duration: BudgetDuration,
        /// For which reasons; without them, for all.
        optional reasons: Vec<Spanned<DisruptionReason>>,
    }
}

table! {
    /// `taints = [{ key, value, effect }]`
    "a taint" Taint {
        /// The taint's key.
        required key: String,
        /// The taint's value.
        optional value: String,
        /// What happens to pods that do not tolerate it.
        required effect: TaintEffect,
    }
}

table! {
    /// `[cluster.addons.ADDON]`
    "an add-on" Addon {
        /// `false` takes the add-on out again.
        default enabled: bool = true,
        /// Names that it had before, the oldest first: `"old"`, or a list. Its release and its role keep their names, so this stays
        /// as long as the add-on does (own).
        optional renamed_from: Former,
        /// Version of the chart, in place of the catalog's; not of an EKS add-on, which `plinth.lock` pins. One's own add-on needs it.
        optional version: String,
        /// Nodes that its pods run on, in place of the catalog's; of one's own add-on, without it, `core`.
        optional placement: Placement,
        /// ARNs of what its role is limited to, in place of the catalog's: hosted zones, buckets, secrets. A star stands for any
        /// text.
        optional access: Vec<Spanned<Pattern>>,
        /// Chart values or EKS configuration, merged over the catalog's.
        optional values: Node,
        /// Chart repository of one's own add-on, `https://…` or `oci://…`.
        optional repository: String,
        /// Chart of one's own add-on: what makes a name that the catalog does not have an add-on.
        optional chart: String,
        /// Chart of its custom resource definitions, of the same repository and version (own).
        optional crd_chart: String,
        /// Namespace of its pods; without it, its name (own).
        optional namespace: Name,
        /// Keys of its values that say on which nodes pods run; without it, `nodeSelector` (own).
        optional node_selector: Vec<Spanned<String>>,
        /// Keys of its values that say which taints pods tolerate, one for each of `node_selector`; without it,
        /// `tolerations` beside each of them (own).
        optional tolerations: Vec<Spanned<String>>,
        /// Service account that gets an IAM role, by Pod Identity (own).
        optional service_account: Name,
        /// AWS managed policies of that role, by name (own).
        optional managed_policies: Vec<Spanned<String>>,
        /// What that role may do besides (own).
        optional statements: Vec<Statement>,
        /// Add-ons without which it does not run; they are installed before it (own).
        optional needs: Vec<Spanned<Name>>,
        /// Add-ons that are installed before it where a cluster has them (own).
        optional after: Vec<Spanned<Name>>,
    }
}

table! {
    /// `statements = [{ actions, resources, conditions }]`
    "a statement" Statement {
        /// Its name.
        optional sid: String,
        /// What is allowed, `"s3:GetObject"`.
        required actions: Vec<Spanned<String>>,
        /// On what, by ARN.
        required resources: Vec<Spanned<Pattern>>,
        /// Under which conditions, as IAM writes them.
        optional conditions: Node,
    }
}

table! {
    /// `[cluster.services.SERVICE]`
    "a core service" Service {
        /// `false` takes the service out again.
        default enabled: bool = true,
        /// Where it comes from.
        default kind: ServiceKind = ServiceKind::InCluster,
    }
}

table! {
    /// `[environments.E]`
    "an environment" Environment {
        /// AWS account.
        required account: AccountId,
        /// AWS region of its clusters and of its state bucket.
        required region: String,
        /// Role that applies; the provider assumes it.
        required deploy_role: Pattern,
        /// Role that plans pull requests: it reads.
        optional plan_role: Pattern,
        /// Deletion protection, and `prevent_destroy` in its roots.
        default protection: bool = false,
        /// Whether the environment is to be destroyed, with all its clusters: the step before it is taken out.
        default retire: bool = false,
        /// Names that it had before, the oldest first: `"old"`, or a list. EKS names, the state bucket and whatever else has the first in
        /// its name stay, so this stays as long as the environment does, and `{environment}` is the first name.
        optional renamed_from: Former,
        /// What its clusters have in place of the standard.
        optional cluster: Layer,
        /// Clusters besides `main`.
        default clusters: Map<Layer> = Map::default(),
    }
}

table! {
    /// `[apps.A]`
    "an application" App {
        /// Who pays and who is asked.
        required team: Name,
        /// Where it runs: `"production"` is the environment's `main`, `"production/eu"` another cluster.
        required environments: Vec<Spanned<String>>,
        /// Where it is to be destroyed, the step before it is taken out: `true`, or some of `environments`.
        optional retire: Retire,
        /// Names that it had before, the oldest first: `"old"`, or a list. Its namespace and its states stay those of the first, so this
        /// stays as long as the application does.
        optional renamed_from: Former,
        /// Its namespace; without it, its name.
        optional namespace: Name,
        /// What its namespace may ask for.
        optional quota: Quota,
        /// Roles with administration rights in its namespace.
        default admins: Vec<Spanned<Pattern>> = Vec::new(),
        /// Roles that deploy into its namespace: workloads, configuration and secrets, but no roles. Its `deploy_role` is one.
        default deployers: Vec<Spanned<Pattern>> = Vec::new(),
        /// Roles that read everything in its namespace but secrets.
        default readers: Vec<Spanned<Pattern>> = Vec::new(),
        /// Role that applies its stub; without it, the environment's.
        optional deploy_role: Pattern,
        /// The Pod Security Standard of its namespace.
        default pod_security: PodSecurity = PodSecurity::Restricted,
        /// Service accounts that its pods run as, by name; without them, one of its own name.
        default service_accounts: Map<ServiceAccount> = Map::default(),
        /// Ports of its pods that load balancers reach; without them, every TCP port.
        default ports: Vec<Spanned<Port>> = Vec::new(),
        /// What its pods reach besides each other, DNS, the Kubernetes API and HTTPS outside the VPC.
        default egress: Vec<Spanned<Egress>> = Vec::new(),
        /// Whose stack makes its namespace, and with it quota, policies and roles: the platform's, `tenants`, or its own.
        default owner: TenantOwner = TenantOwner::Platform,
        /// Queues (SQS), each with a dead-letter queue.
        default queues: Map<Queue> = Map::default(),
        /// Topics (SNS).
        default topics: Map<Topic> = Map::default(),
        /// State machines (Step Functions).
        default state_machines: Map<StateMachine> = Map::default(),
        /// Buckets (S3).
        default buckets: Map<Bucket> = Map::default(),
        /// Container registries (ECR repositories).
        default registries: Map<Registry> = Map::default(),
        /// Databases of PostgreSQL (RDS), in the private subnets.
        default databases: Map<Database> = Map::default(),
        /// Port of its databases, which no other application on a cluster of its may have; without it, one that follows from its
        /// namespace.
        optional database_port: DatabasePort,
        /// Secrets (Secrets Manager); a person writes their values.
        default secrets: Map<Secret> = Map::default(),
        /// Names that people call, each with a certificate (Route 53, ACM).
        default hosts: Map<Host> = Map::default(),
        /// Who may log in to hosts (Cognito).
        default user_pools: Map<UserPool> = Map::default(),
    }
}

table! {
    /// `[apps.A.queues.Q]`
    "a queue" Queue {
        /// Service accounts whose pods send to it and receive from it; without it, the application's only one.
        optional service_accounts: Vec<Spanned<Name>>,
        /// Topics of the application whose messages it gets.
        default topics: Vec<Spanned<Name>> = Vec::new(),
        /// How long a received message is hidden from others: longer than it takes to work on it.
        optional visibility_timeout_seconds: VisibilityTimeout; usual |_| Some(usual::resource::VISIBILITY_TIMEOUT),
        /// How often a message is received before it goes to the dead-letter queue.
        optional max_receives: Receives; usual |_| Some(usual::resource::MAX_RECEIVES),
    }
}

table! {
    /// `[apps.A.topics.T]`
    "a topic" Topic {
        /// Service accounts whose pods publish; without it, the application's only one.
        optional service_accounts: Vec<Spanned<Name>>,
    }
}

table! {
    /// `[apps.A.state_machines.M]`
    "a state machine" StateMachine {
        /// Service accounts whose pods start it; without it, the application's only one.
        optional service_accounts: Vec<Spanned<Name>>,
        /// What it does, in Amazon States Language: `StartAt`, `States`. `${queues.jobs.url}` stands for an output of what the
        /// application has, and gives its states the rights on it that pods would have; `${region}`, `${account_id}`,
        /// `${partition}`, `${cluster_name}` and `${namespace}` say where it runs.
        required definition: Node,
    }
}

table! {
    /// `[apps.A.buckets.B]`
    "a bucket" Bucket {
        /// Service accounts whose pods read and write it; without it, the application's only one.
        optional service_accounts: Vec<Spanned<Name>>,
        /// After how many days an object is deleted; without it, none is.
        optional expire_after_days: Days,
    }
}

table! {
    /// `[apps.A.registries.R]`
    "a registry" Registry {
        /// Service accounts whose pods push images; nodes pull without it.
        default service_accounts: Vec<Spanned<Name>> = Vec::new(),
        /// How many images are kept, the newest.
        optional keep_images: Images; usual |_| Some(usual::resource::KEEP_IMAGES),
    }
}

table! {
    /// `[apps.A.databases.D]`
    "a database" Database {
        /// Service accounts whose pods read its password; without it, the application's only one. All pods of the namespace get to its port.
        optional service_accounts: Vec<Spanned<Name>>,
        /// What runs it.
        default engine: DatabaseEngine = DatabaseEngine::Postgres,
        /// Major version of PostgreSQL; minor ones follow by themselves.
        optional engine_version: DatabaseVersion; usual |_| Some(usual::resource::ENGINE_VERSION),
        /// Class of its instances.
        optional instance_class: InstanceClass; usual |_| Some(usual::resource::INSTANCE_CLASS),
        /// Size of its volume in GiB, which grows up to four times as much; Aurora's grows by itself.
        optional storage_gib: StorageGib; usual |_| Some(usual::resource::STORAGE_GIB),
        /// Whether another instance stands by in another zone.
        default standby: bool = true,
        /// `false` lets go of it where its environment is protected: applied before it is taken out, since AWS refuses to delete it
        /// until then.
        optional deletion_protection: bool,
    }
}

table! {
    /// `[apps.A.secrets.S]`
    "a secret" Secret {
        /// Service accounts whose pods read it; without it, the application's only one.
        optional service_accounts: Vec<Spanned<Name>>,
    }
}

table! {
    /// `[apps.A.hosts.H]`
    "a host" Host {
        /// The name, `"api.{environment}.example.com"`.
        required domain_name: Pattern,
        /// The public hosted zone that the name is in, by its name; without it, the one of the cluster's external-dns.
        optional zone: Pattern,
        /// Who may log in: without it, whoever calls gets through to the pods.
        optional user_pool: Name,
    }
}

table! {
    /// `[apps.A.user_pools.P]`
    "a user pool" UserPool {
        /// Whether people confirm with a code of an authenticator, besides their password.
        default mfa: Mfa = Mfa::Optional,
        /// `false` lets go of it where its environment is protected: applied before it is taken out, since AWS refuses to delete it
        /// until then.
        optional deletion_protection: bool,
    }
}

table! {
    /// `[apps.A.service_accounts.S]`
    "a service account" ServiceAccount {
        /// Whether its pods get a token of the Kubernetes API.
        default token: bool = false,
        /// How its pods get their role in AWS, if they have one.
        default identity: PodIdentity = PodIdentity::PodIdentity,
    }
}

table! {
    /// `egress = [{ cidrs, namespaces, ports }]`
    "a rule" Egress {
        /// Ranges outside the cluster.
        default cidrs: Vec<Spanned<Ipv4Net>> = Vec::new(),
        /// Namespaces of the cluster.
        default namespaces: Vec<Spanned<Name>> = Vec::new(),
        /// TCP ports; without them, everything.
        default ports: Vec<Spanned<Port>> = Vec::new(),
    }
}

table! {
    /// `quota = { cpu, memory, pods, volumes, storage, load_balancers, ingresses }`
    "a quota" Quota {
        /// CPU requests, in cores.
        optional cpu: Cores; usual |_| Some(usual::quota::CPU),
        /// Memory requests, and likewise limits.
        optional memory: Bytes; usual |_| Some(usual::quota::MEMORY),
        /// Pods.
        optional pods: u32; usual |_| Some(usual::quota::PODS),
        /// Persistent volume claims.
        optional volumes: u32; usual |_| Some(usual::quota::VOLUMES),
        /// Storage of all claims together.
        optional storage: Bytes; usual |_| Some(usual::quota::STORAGE),
        /// Services of type LoadBalancer.
        optional load_balancers: u32; usual |_| Some(usual::quota::LOAD_BALANCERS),
        /// Ingress objects.
        optional ingresses: u32; usual |_| Some(usual::quota::INGRESSES),
    }
}

table! {
    /// `[[waive]]`
    "a waiver" Waiver {
        /// The scanner's id, `CKV_AWS_18`.
        required id: String,
        /// The resource's address in its module, `aws_s3_bucket.state`.
        required scope: String,
        /// Why it is accepted.
        required reason: String,
        /// The date after which `check --today` says that it has run out.
        optional until: Date,
    }
}

/// What a cluster has, as one layer says it: `[cluster]`, or what is laid over it.
#[derive(Debug, Clone, serde::Serialize)]
#[serde(transparent)]
pub struct Layer(pub Node);

impl Read for Layer {
    fn read(node: &Node, reader: &mut Reader) -> Option<Self> {
        match node.value {
            Value::Table(_) => Some(Self(node.clone())),
            _ => reader.wrong_table(node, "a table", "a cluster"),
        }
    }

    fn shape() -> Shape {
        Shape::Layer
    }
}

/// Returns the one table that takes a key, to say where a misplaced one belongs; none where several take it.
pub(super) fn home(key: &str) -> Option<&'static str> {
    let mut homes = shape::tables().into_iter().filter(|table| table.get(key).is_some());
    match (homes.next(), homes.next()) {
        (Some(table), None) => Some(table.title),
        _ => None,
    }
}

/// Returns a key's name where any table has it.
pub(super) fn known(key: &str) -> Option<&'static str> {
    let mut keys = shape::tables().into_iter().filter_map(|table| table.get(key));
    keys.next().map(|key| key.name)
}

/// 172.20.0.0/16, one of the two that EKS itself chooses from (EKS user guide, "CreateCluster", read 2026-11).
pub(crate) fn default_service_cidr() -> Ipv4Net {
    Ipv4Net::new_assert(std::net::Ipv4Addr::new(172, 20, 0, 0), 16)
}

/// Whether nodes hand out prefixes: where pods have subnets of their own.
fn prefix_delegation(around: Around<'_>) -> Option<bool> {
    let table = around.table.filter(|_| around.sort != Sort::Ipv6)?;
    Some(table.get("pod_cidr").or(table.get("pod_subnets")).is_some())
}

/// Instance types say it, where any are named.
fn architecture(around: Around<'_>) -> Option<Architecture> {
    let usual = around.karpenter()?.architecture;
    (!around.has("instance_types")).then_some(usual)
}

/// One budget, that always applies.
fn budgets(around: Around<'_>) -> Option<[BTreeMap<&'static str, &'static str>; 1]> {
    around.karpenter().map(|usual| [BTreeMap::from([("nodes", usual.budget)])])
}
