//! What holds for a key that nobody sets, as far as plinth decides it: read by the model, the reference, the schema
//! and `explain`.
//!
//! Where it depends on what a table is of, [`Around`] says that.

use super::node::Node;
use super::scalar::{AmiFamily, Architecture, Capacity, ConsolidationPolicy, IpFamily, PoolKind};

/// The name of a state bucket.
pub const STATE_BUCKET: &str = "{project}-{environment}-{account}-terraform-state";
/// Where GitLab runs pipelines.
pub const GITLAB_HOST: &str = "gitlab.com";
/// Where HCP Terraform is.
pub const HCP_HOST: &str = "app.terraform.io";
/// The project that each organization of HCP Terraform begins with.
pub const HCP_PROJECT: &str = "Default Project";
/// The branch that pipelines deploy.
pub const BRANCH: &str = "main";
/// The role that assumes an environment's deploy role, and no other's.
pub const PIPELINE_DEPLOY_ROLE: &str = "arn:{partition}:iam::{account}:role/{project}-{environment}-deploy";
/// The role of a delivery account that assumes plan roles.
pub const PIPELINE_PLAN_ROLE: &str = "arn:{partition}:iam::{account}:role/{project}-plan";
/// Who builds the image of nodes.
pub const AMI: AmiFamily = AmiFamily::Al2023;
/// Volume of images and pods.
pub const DISK_GIB: u32 = 50;
/// Disk usage in per cent above which the kubelet deletes unused images (Kubernetes, `KubeletConfiguration`, read 2026-11).
pub const IMAGE_GC_HIGH: u32 = 85;
/// And down to which.
pub const IMAGE_GC_LOW: u32 = 80;

/// What holds for nodes of Karpenter's.
#[derive(Debug)]
pub struct Karpenter {
    /// How they are bought.
    pub capacity: &'static [Capacity],
    /// CPUs of all of them together: a pool without any limit is an open purse.
    pub cpu_limit: &'static str,
    /// Their longest life.
    pub expire_after: &'static str,
    /// Longer than most jobs, and an end to every destroy.
    pub termination_grace_period: &'static str,
    /// Preference among pools.
    pub weight: u32,
    /// Their architecture, where no instance type says it.
    pub architecture: Architecture,
    /// When they are looked at: soon, but not while a deployment rolls.
    pub consolidate_after: &'static str,
    /// Which of them.
    pub policy: ConsolidationPolicy,
    /// How many go at once: one in ten, as Karpenter itself has it.
    pub budget: &'static str,
}

/// For applications. Old nodes keep old images; a week is long enough for a batch job.
pub const WORKER: Karpenter = Karpenter {
    capacity: &[Capacity::Spot, Capacity::OnDemand],
    cpu_limit: "1000",
    expire_after: "168h",
    termination_grace_period: "24h",
    weight: 10,
    architecture: Architecture::Amd64,
    consolidate_after: "5m",
    policy: ConsolidationPolicy::WhenEmptyOrUnderutilized,
    budget: "10%",
};

/// For system services, where core is on Fargate. They change rarely, and want to stay.
pub const CORE: Karpenter =
    Karpenter { capacity: &[Capacity::OnDemand], cpu_limit: "64", expire_after: "720h", ..WORKER };

/// For middleware: what keeps volumes is not moved to save a node.
pub const MIDDLEWARE: Karpenter = Karpenter { policy: ConsolidationPolicy::WhenEmpty, ..CORE };

/// What the tenant module keeps of a namespace's quota (`templates/modules/tenant/variables.tf`; a test compares them).
pub mod quota {
    /// CPU requests.
    pub const CPU: &str = "8";
    /// Memory requests, and likewise limits.
    pub const MEMORY: &str = "32Gi";
    /// Pods.
    pub const PODS: u32 = 100;
    /// Persistent volume claims.
    pub const VOLUMES: u32 = 10;
    /// Storage of all claims together.
    pub const STORAGE: &str = "200Gi";
    /// Services of type LoadBalancer.
    pub const LOAD_BALANCERS: u32 = 2;
    /// Ingress objects.
    pub const INGRESSES: u32 = 10;
}

/// What modules for what applications have in AWS take where nobody says it.
pub mod resource {
    /// Seconds for which a received message is hidden, as SQS itself has it.
    pub const VISIBILITY_TIMEOUT: u32 = 30;
    /// How often a message is received before it is put aside.
    pub const MAX_RECEIVES: u32 = 5;
    /// Images of a repository that are kept.
    pub const KEEP_IMAGES: u32 = 100;
    /// PostgreSQL, of which RDS and Aurora have community support until 2029-11 (RDS release calendar, read 2026-11).
    pub const ENGINE_VERSION: &str = "17";
    /// The smallest class that RDS and Aurora have in common.
    pub const INSTANCE_CLASS: &str = "db.t4g.medium";
    /// The smallest volume of RDS (gp3).
    pub const STORAGE_GIB: u32 = 20;
}

/// What a table is of, as far as that decides what holds in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// Nothing that matters.
    Any,
    /// A pool of Karpenter's.
    Karpenter,
    /// Core on Fargate: Karpenter makes the nodes for what does not fit there.
    CoreOnFargate,
    /// The pool of middleware, of which Karpenter makes the nodes.
    Middleware,
    /// A managed pool.
    Managed,
    /// A Fargate pool besides core.
    Fargate,
    /// A network with a VPC of its own.
    OwnVpc,
    /// Likewise, with IPv6.
    Ipv6,
    /// A network in a VPC that exists already.
    ExistingVpc,
}

impl Sort {
    /// All of them, the commonest first.
    pub const ALL: [Self; 9] = [
        Self::Any,
        Self::Karpenter,
        Self::CoreOnFargate,
        Self::Middleware,
        Self::Managed,
        Self::Fargate,
        Self::OwnVpc,
        Self::Ipv6,
        Self::ExistingVpc,
    ];

    /// Says what it is, for the reference.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Any => "anything",
            Self::Karpenter => "Karpenter",
            Self::CoreOnFargate => "core on Fargate",
            Self::Middleware => "pool `middleware` of Karpenter's",
            Self::Managed => "managed",
            Self::Fargate => "Fargate",
            Self::OwnVpc => "own VPC",
            Self::Ipv6 => "IPv6",
            Self::ExistingVpc => "existing VPC",
        }
    }

    /// Returns what a table of a cluster is of, which stands at a path.
    fn of<T: AsRef<str>>(cluster: &Node, path: &[T]) -> Self {
        let path: Vec<&str> = path.iter().map(AsRef::as_ref).collect();
        let text = |table: Option<&Node>, key: &str| Some(table?.get(key)?.as_str()?.to_owned());
        match path.as_slice() {
            ["network", ..] => {
                let network = cluster.get("network");
                if network.is_some_and(|network| network.get("vpc_id").is_some()) {
                    Self::ExistingVpc
                } else if text(network, "ip_family").as_deref() == Some(IpFamily::Ipv6.word()) {
                    Self::Ipv6
                } else {
                    Self::OwnVpc
                }
            }
            ["node_pools", name, ..] => {
                let kind = text(cluster.get("node_pools").and_then(|pools| pools.get(name)), "kind");
                match kind.as_deref() {
                    Some(kind) if kind == PoolKind::Managed.word() => Self::Managed,
                    Some(kind) if kind == PoolKind::Karpenter.word() && *name == "middleware" => {
                        Self::Middleware
                    }
                    Some(kind) if kind == PoolKind::Karpenter.word() => Self::Karpenter,
                    Some(kind) if kind == PoolKind::Fargate.word() && *name == "core" => Self::CoreOnFargate,
                    Some(_) => Self::Fargate,
                    None => Self::Any,
                }
            }
            _ => Self::Any,
        }
    }
}

/// What surrounds a key that nobody sets.
#[derive(Debug, Clone, Copy)]
pub struct Around<'n> {
    /// What its table is of.
    pub sort: Sort,
    /// Its table; none for the reference, and where it is not written.
    pub table: Option<&'n Node>,
}

impl<'n> Around<'n> {
    /// Returns what surrounds the keys of a table that stands at a path of a cluster.
    pub fn of<T: AsRef<str>>(cluster: &'n Node, path: &[T]) -> Self {
        let table = path.iter().try_fold(cluster, |node, name| node.get(name.as_ref()));
        Self { sort: Sort::of(cluster, path), table }
    }

    /// Returns what holds for nodes of Karpenter's, where it is about them.
    pub fn karpenter(self) -> Option<&'static Karpenter> {
        match self.sort {
            Sort::Karpenter => Some(&WORKER),
            Sort::CoreOnFargate => Some(&CORE),
            Sort::Middleware => Some(&MIDDLEWARE),
            _ => None,
        }
    }

    /// Returns something that holds for all EC2 nodes.
    pub fn nodes<T>(self, value: T) -> Option<T> {
        matches!(self.sort, Sort::Karpenter | Sort::CoreOnFargate | Sort::Middleware | Sort::Managed)
            .then_some(value)
    }

    /// Returns how nodes are bought: EKS takes one way for a managed group.
    pub fn capacity(self) -> Option<&'static [Capacity]> {
        match self.sort {
            Sort::Managed => Some(&[Capacity::OnDemand]),
            _ => self.karpenter().map(|usual| usual.capacity),
        }
    }

    /// Whether plinth makes the VPC.
    pub fn is_own_vpc(self) -> bool {
        matches!(self.sort, Sort::OwnVpc | Sort::Ipv6)
    }

    /// Whether the VPC exists already.
    pub fn is_existing_vpc(self) -> bool {
        self.sort == Sort::ExistingVpc
    }

    /// Whether the table has a key.
    pub fn has(self, key: &str) -> bool {
        self.table.is_some_and(|table| table.get(key).is_some())
    }
}
