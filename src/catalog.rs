//! Facts, embedded: add-ons, Kubernetes versions, regions, providers, name limits.
//!
//! Nothing is decided here. The facts stand in `catalog/*.toml`, each with its source and the month in
//! which it was read; a new fact is a line there, not code.

use std::collections::BTreeMap;

use include_dir::{Dir, include_dir};
use serde::{Deserialize, Serialize};

use crate::blueprint::scalar::{InstanceType, KubernetesVersion, Name, Placement, ServiceKind};
use crate::hcl::value::Value;

static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/catalog");

/// Everything that plinth knows about the world.
#[derive(Debug, Clone)]
pub struct Catalog {
    /// Kubernetes versions and machine images.
    pub kubernetes: Kubernetes,
    /// Families of instance types.
    pub instances: Instances,
    /// What nodes of the common families have.
    pub instance_sizes: InstanceSizes,
    /// Regions by name.
    pub regions: BTreeMap<String, Region>,
    /// Terraform providers by local name.
    pub providers: Providers,
    /// Longest names by the resource that carries them.
    pub name_limits: BTreeMap<String, usize>,
    /// Names that no database can have.
    pub database_names: DatabaseNames,
    /// VPC endpoints by the last part of their service's name.
    pub vpc_endpoints: BTreeMap<String, VpcEndpointKind>,
    /// Add-ons by name.
    pub addons: BTreeMap<String, Addon>,
    /// Add-ons that no cluster gets, by name.
    pub refused: BTreeMap<String, Refused>,
    /// Core services by name.
    pub bundles: BTreeMap<String, Bundle>,
    /// What pipelines run.
    pub delivery: Delivery,
}

/// `catalog/delivery.toml`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Delivery {
    /// The release of each engine on runners.
    pub engines: Engines,
    /// Actions of GitHub by what they do.
    pub actions: BTreeMap<String, Action>,
}

/// An action of GitHub, at one commit.
#[derive(Debug, Clone, Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields)]
pub struct Action {
    /// Its repository, `@` and the commit.
    pub uses: String,
    /// The release that the commit is of.
    pub version: String,
}

/// `catalog/database_names.toml`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseNames {
    /// Names that RDS takes itself.
    #[serde(rename = "RDS")]
    pub rds: Vec<String>,
    /// Names that are there in every server, and words of its language.
    #[serde(rename = "PostgreSQL")]
    pub postgresql: Vec<String>,
}

impl DatabaseNames {
    /// Returns who keeps a name for itself.
    pub fn owner(&self, name: &str) -> Option<&'static str> {
        let owners = [("RDS", &self.rds), ("PostgreSQL", &self.postgresql)];
        owners.into_iter().find(|(_, names)| names.iter().any(|known| known == name)).map(|(owner, _)| owner)
    }
}

/// `catalog/kubernetes.toml`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kubernetes {
    /// The day as of which the rest was read.
    pub read: String,
    /// The version that messages propose.
    pub default: String,
    /// Versions that EKS offers, newest first.
    pub versions: Vec<Version>,
    /// Versions of machine images by family, as Karpenter's aliases write them.
    pub images: BTreeMap<String, String>,
}

/// A Kubernetes minor version on EKS.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Version {
    /// `1.36`
    pub version: String,
    /// Day on which standard support ends.
    pub standard_support_ends: String,
    /// Day on which paid support ends, and EKS upgrades by itself.
    pub extended_support_ends: String,
    /// The first Karpenter release that runs on it.
    pub karpenter: semver::Version,
}

/// `catalog/instances.toml`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Instances {
    /// Every family of which a node can be made.
    pub families: Vec<String>,
    /// Families with NVIDIA GPUs.
    pub nvidia: Vec<String>,
    /// Families whose network interfaces take no prefixes.
    pub xen: Vec<String>,
    /// Families that no pool can have, by what they have.
    pub refused: BTreeMap<String, Vec<String>>,
}

/// `catalog/instance_sizes.toml`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InstanceSizes {
    series: Vec<Series>,
}

/// Families whose sizes are alike.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Series {
    families: Vec<String>,
    sizes: BTreeMap<String, InstanceSize>,
}

/// What a node of an instance type has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct InstanceSize {
    /// vCPUs.
    pub cpus: u32,
    /// Memory.
    pub memory_mib: u32,
    /// Network interfaces of the first network card.
    pub interfaces: u32,
    /// IPv4 addresses of each interface.
    pub addresses: u32,
}

impl InstanceSizes {
    /// Returns what a node of an instance type has, where the catalog knows.
    pub fn get(&self, instance: &InstanceType) -> Option<InstanceSize> {
        self.of_family(instance.family())?.get(instance.size()).copied()
    }

    /// Returns the instance types of a family that the catalog knows, the smallest first.
    pub fn family(&self, family: &str) -> Vec<InstanceType> {
        let mut sizes: Vec<(&String, &InstanceSize)> = self.of_family(family).into_iter().flatten().collect();
        sizes.sort_by_key(|(_, size)| (size.cpus, size.memory_mib));
        sizes.into_iter().filter_map(|(size, _)| InstanceType::new(&format!("{family}.{size}"))).collect()
    }

    fn of_family(&self, family: &str) -> Option<&BTreeMap<String, InstanceSize>> {
        let series = self.series.iter().find(|series| series.families.iter().any(|known| known == family))?;
        Some(&series.sizes)
    }
}

/// `catalog/regions.toml`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Region {
    /// `aws`, `aws-us-gov`
    pub partition: String,
    /// Zone letters, in the order in which a number of zones takes them.
    #[serde(default = "first_three")]
    pub zones: Vec<char>,
    /// Zone letters that exist and are taken only by name.
    #[serde(default)]
    pub by_name: Vec<char>,
    /// Ids of zones in which EKS makes no control plane.
    #[serde(default)]
    pub refused: Vec<String>,
}

/// What nearly every region has.
fn first_three() -> Vec<char> {
    vec!['a', 'b', 'c']
}

/// How a VPC reaches a service: a row of `catalog/vpc_endpoints.toml`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum VpcEndpointKind {
    /// Through a network interface in each zone.
    Interface,
    /// Through a route.
    Gateway,
}

/// `catalog/providers.toml`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Providers {
    /// hashicorp/aws
    pub aws: Provider,
    /// hashicorp/helm
    pub helm: Provider,
    /// hashicorp/kubernetes
    pub kubernetes: Provider,
    /// `required_version` of `versions.tf` and of `versions.tofu`.
    pub engines: Engines,
}

/// A provider and the oldest release that the output runs on.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provider {
    /// Registry address.
    pub source: String,
    /// Major and minor version.
    pub floor: String,
}

/// A version, or which are allowed, for each engine.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Engines {
    /// Of HashiCorp Terraform.
    pub terraform: String,
    /// Of OpenTofu.
    pub opentofu: String,
}

/// `catalog/addons/NAME.toml`
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Addon {
    /// What it gives a cluster, in a few words.
    pub about: String,
    /// How it is installed.
    pub kind: AddonKind,
    /// Chart repository (Helm).
    pub repository: Option<String>,
    /// Chart name (Helm).
    pub chart: Option<String>,
    /// Chart that carries the custom resource definitions, of the same repository and version (Helm).
    pub crd_chart: Option<String>,
    /// Version of the chart, or of the objects, as its source writes it, with or without a `v`: another spelling would be a
    /// change at each plan. Versions of EKS add-ons follow the Kubernetes version.
    pub version: Option<String>,
    /// Day of the chart's release; of an EKS add-on, the day on which the facts were read.
    pub as_of: String,
    /// Where the facts were read.
    pub source: String,
    /// Kubernetes versions that the pinned version supports.
    #[serde(default)]
    pub kubernetes: KubernetesRange,
    /// Namespace of its pods; no tenant may take it.
    pub namespace: String,
    /// Nodes that its pods run on, DaemonSets apart.
    pub placement: Placement,
    /// Installed before the first node: nodes need it to become Ready.
    #[serde(default)]
    pub before_nodes: bool,
    /// Why no cluster can do without it.
    pub required: Option<String>,
    /// Add-ons without which it does not run; they come before it.
    #[serde(default)]
    pub needs: Vec<String>,
    /// Add-ons that come before it where a cluster has both.
    #[serde(default)]
    pub after: Vec<String>,
    /// Add-ons beside which it cannot run, each with the reason.
    #[serde(default)]
    pub excludes: BTreeMap<String, String>,
    /// Service account that gets the IAM role; none: no role.
    pub service_account: Option<String>,
    /// AWS managed policies of the role, below `arn:PARTITION:iam::aws:policy/`.
    #[serde(default)]
    pub managed_policies: Vec<String>,
    /// The role's own policies; their text is `templates/modules/services/policies/NAME.tf`.
    #[serde(default)]
    pub policies: Vec<String>,
    /// What the role is limited to, where a blueprint can say it.
    pub access: Option<Access>,
    /// How its custom resource definitions come and are upgraded.
    #[serde(default)]
    pub crds: Crds,
    /// Whom its pods call, and who calls them.
    pub network: String,
    /// What a person must know before a newer version.
    pub upgrade: Option<String>,
    /// What must be gone before it, and what it leaves behind.
    pub destroy: Option<String>,
    /// Kinds of objects that only its controllers can take away, `plural.group`: they hold themselves by finalizers, or AWS
    /// resources by what a controller does when they go. In the order in which they must go, while the controllers run, and
    /// what they manage as well. Karpenter's are not here: nodes go last, and those for core stay.
    #[serde(default)]
    pub destroy_first: Vec<String>,
    /// What a reader of the release must know; becomes a comment.
    pub note: Option<String>,
    /// Keys that chart values or EKS configuration can have, at the top; none: they are not known.
    #[serde(default)]
    pub keys: Vec<String>,
    /// Chart values or EKS configuration, without what `placement` brings about. Text that starts with `=` is an HCL expression.
    #[serde(default)]
    pub values: serde_json::Map<String, serde_json::Value>,
    /// What some clusters need besides.
    #[serde(default)]
    pub when: Vec<When>,
    /// What it runs.
    pub pods: Vec<Pods>,
    /// Statements of a further policy of the role: those of a blueprint's own add-on.
    #[serde(skip)]
    pub statements: Vec<Value>,
    /// Names that a blueprint's own add-on had before, the oldest first.
    #[serde(skip)]
    pub former: Vec<Name>,
    /// Custom resources that go in once it runs.
    #[serde(default)]
    pub objects: Vec<serde_json::Map<String, serde_json::Value>>,
    /// How it runs where `core` is on Fargate; without it, on Karpenter's nodes for core.
    pub fargate: Option<Fargate>,
}

impl Addon {
    /// Whether it is of a blueprint's own: the catalog says of its add-ons where their facts were read.
    pub fn is_own(&self) -> bool {
        self.source.is_empty()
    }

    /// Returns the nodes that pods of a workload run on: a DaemonSet's on all, where nothing else is said.
    pub fn placement_of(&self, pods: &Pods) -> Placement {
        let default = if pods.kind == Workload::DaemonSet { Placement::Everywhere } else { self.placement };
        pods.placement.unwrap_or(default)
    }
}

/// What an add-on's role is limited to: ARNs that a blueprint gives by the key `access`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Access {
    /// What they are, `buckets that it may read and write`.
    pub about: String,
    /// How they go on behind `arn:PARTITION:`.
    pub arns: Vec<String>,
    /// What they are where a blueprint gives none, as text of HCL in the services module; none: it must give some.
    pub default: Option<Vec<String>>,
}

impl Access {
    /// Whether text is an ARN of the kind, of characters that a policy takes.
    pub fn takes(&self, arn: &str) -> bool {
        let is_plain = arn.bytes().all(|b| b.is_ascii_graphic() && !b"\"\\".contains(&b));
        let rest = arn.strip_prefix("arn:").filter(|_| is_plain).and_then(|rest| rest.split_once(':'));
        rest.is_some_and(|(_, rest)| {
            self.arns.iter().any(|kind| rest.strip_prefix(kind.as_str()).is_some_and(|name| !name.is_empty()))
        })
    }
}

/// Kubernetes minor versions, both ends included; an end that upstream does not state is left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KubernetesRange {
    /// `1.30`
    pub from: Option<String>,
    /// The newest that upstream tests; later ones usually work.
    pub to: Option<String>,
}

impl KubernetesRange {
    /// Whether a version is older than upstream supports.
    pub fn is_below(&self, version: &KubernetesVersion) -> bool {
        self.from
            .as_deref()
            .and_then(KubernetesVersion::new)
            .is_some_and(|from| version.minor() < from.minor())
    }

    /// Whether a version is newer than upstream tests.
    pub fn is_above(&self, version: &KubernetesVersion) -> bool {
        self.to.as_deref().and_then(KubernetesVersion::new).is_some_and(|to| version.minor() > to.minor())
    }
}

/// An add-on that no cluster gets: a row of `catalog/refused.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refused {
    /// Why not.
    pub why: String,
    /// What to do in its place.
    pub instead: String,
}

/// A core service, and the add-ons that give it: a row of `catalog/bundles.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Bundle {
    /// What it gives applications, in a few words.
    pub about: String,
    /// Services of AWS that it stands for.
    #[serde(default)]
    pub stands_for: Vec<String>,
    /// Add-ons that run it in the cluster.
    pub in_cluster: Vec<String>,
    /// Add-ons by which the cluster's objects ask AWS for it; empty: there is no such way.
    #[serde(default)]
    pub aws: Vec<String>,
}

impl Bundle {
    /// Returns the add-ons of a kind.
    pub fn addons(&self, kind: ServiceKind) -> &[String] {
        match kind {
            ServiceKind::InCluster => &self.in_cluster,
            ServiceKind::Aws => &self.aws,
        }
    }
}

/// How custom resource definitions come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Crds {
    /// There are none.
    #[default]
    None,
    /// By a chart of their own.
    OwnChart,
    /// With the release, and upgraded with it.
    WithRelease,
    /// With the first release: Helm never upgrades them.
    Once,
}

/// A workload of an add-on, and what each of its pods asks for. Keys are those of the add-on's values.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pods {
    /// The workload's name, where the release is named as the add-on.
    pub name: String,
    /// What it is.
    pub kind: Workload,
    /// How many; none: one, and of a DaemonSet one on each node.
    pub replicas: Option<Replicas>,
    /// Nodes that these pods run on, where not the add-on's.
    pub placement: Option<Placement>,
    /// The key that says on which nodes; none: on all.
    pub selector: Option<String>,
    /// The key that says which taints they tolerate; none: `tolerations`, beside the selector.
    pub tolerations: Option<String>,
    /// The key under which the requests of a container stand.
    pub requests: Option<String>,
    /// Containers of a pod that ask for the same.
    #[serde(default = "one")]
    pub containers: u32,
    /// CPU that a container asks for where the values say nothing, in thousandths.
    #[serde(default)]
    pub cpu_milli: u32,
    /// Memory that a container asks for where the values say nothing.
    #[serde(default)]
    pub memory_mib: u32,
    /// Whether no two of them run on one node.
    #[serde(default)]
    pub apart: bool,
}

impl Pods {
    /// The key that says which taints they tolerate; none where no key says on which nodes they run.
    pub fn tolerations(&self) -> Option<String> {
        let beside = |selector: &String| match selector.rsplit_once('.') {
            Some((parent, _)) => format!("{parent}.tolerations"),
            None => "tolerations".to_owned(),
        };
        self.tolerations.clone().or_else(|| self.selector.as_ref().map(beside))
    }
}

/// Kubernetes' kinds of workloads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
pub enum Workload {
    /// Pods that come and go.
    Deployment,
    /// Pods with a name and a volume each.
    StatefulSet,
    /// A pod on each node.
    DaemonSet,
    /// Pods that run once: a chart's hooks.
    Job,
}

/// How many pods a workload has.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Replicas {
    /// As many as a key of the values says.
    Key(String),
    /// As many, whatever the values say.
    Fixed(u32),
}

fn one() -> u32 {
    1
}

/// Values that go with where and what a cluster is. All conditions that stand here must hold.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct When {
    /// Partitions of the clusters that get them.
    pub partition: Option<Vec<String>>,
    /// Kubernetes versions of the clusters that get them.
    pub kubernetes: Option<Vec<String>>,
    /// Add-ons of the clusters that get them: all of these.
    #[serde(default)]
    pub addons: Vec<String>,
    /// Laid over the add-on's values, below the blueprint's.
    pub values: serde_json::Map<String, serde_json::Value>,
}

/// How an add-on runs on Fargate.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fargate {
    /// Labels that tell its pods from others of its namespace.
    pub labels: BTreeMap<String, String>,
    /// Values laid over the others; `=null` takes one out again.
    #[serde(default)]
    pub values: serde_json::Map<String, serde_json::Value>,
}

/// How an add-on is installed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AddonKind {
    /// By EKS, through the AWS API: `modules/cluster`.
    EksAddon,
    /// By Helm: `modules/services`.
    Helm,
}

impl AddonKind {
    /// As the catalog writes it.
    pub fn word(self) -> &'static str {
        match self {
            Self::EksAddon => "eks-addon",
            Self::Helm => "helm",
        }
    }
}

impl Catalog {
    /// Loads the embedded catalog.
    ///
    /// # Panics
    /// When a catalog file is not what the types above say: the tests load it, so a release cannot.
    pub fn load() -> Self {
        let folder = FILES.get_dir("addons").expect("catalog/addons is embedded");
        let addons = folder.files().map(|file| {
            let name = file
                .path()
                .file_stem()
                .and_then(|stem| stem.to_str())
                .expect("add-on files have plain names");
            (name.to_owned(), parse_file(file))
        });
        Self {
            kubernetes: parse("kubernetes.toml"),
            instances: parse("instances.toml"),
            instance_sizes: parse("instance_sizes.toml"),
            regions: parse("regions.toml"),
            providers: parse("providers.toml"),
            name_limits: parse("name_limits.toml"),
            database_names: parse("database_names.toml"),
            vpc_endpoints: parse("vpc_endpoints.toml"),
            refused: parse("refused.toml"),
            bundles: parse("bundles.toml"),
            delivery: parse("delivery.toml"),
            addons: addons.collect(),
        }
    }

    /// Returns Karpenter's alias for the catalog's image of a family, `al2023@v20260714`.
    ///
    /// # Panics
    /// When `catalog/kubernetes.toml` has no such row.
    pub fn image_alias(&self, family: &str) -> String {
        format!("{family}@{}", self.kubernetes.images[family])
    }

    /// Returns how many vCPUs an instance type has, where that is known.
    ///
    /// Of the families with NVIDIA GPUs every `xlarge` is four (Amazon EC2 instance types guide, "Specifications for Amazon
    /// EC2 accelerated computing instances", read 2026-11).
    pub fn cpus(&self, instance: &InstanceType) -> Option<u32> {
        let of_gpus = || {
            let times = instance.size().strip_suffix("xlarge")?;
            let times = if times.is_empty() { 1 } else { times.parse::<u32>().ok()? };
            let is_nvidia = self.instances.nvidia.iter().any(|family| family == instance.family());
            is_nvidia.then(|| times.saturating_mul(4))
        };
        self.instance_sizes.get(instance).map(|size| size.cpus).or_else(of_gpus)
    }

    /// Returns the longest name that a kind of resource takes.
    ///
    /// # Panics
    /// When `catalog/name_limits.toml` has no such row.
    pub fn name_limit(&self, resource: &str) -> usize {
        self.name_limits[resource]
    }
}

fn parse<T: serde::de::DeserializeOwned>(path: &str) -> T {
    parse_file(FILES.get_file(path).expect("catalog file is embedded"))
}

fn parse_file<T: serde::de::DeserializeOwned>(file: &include_dir::File<'_>) -> T {
    let text = file.contents_utf8().expect("catalog files are text");
    toml::from_str(text).unwrap_or_else(|error| panic!("catalog/{}: {error}", file.path().display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn default_version_is_offered() {
        let catalog = Catalog::load();
        assert!(catalog.kubernetes.versions.iter().any(|v| v.version == catalog.kubernetes.default));
    }

    #[test]
    fn every_region_has_two_zones_to_choose() {
        for (name, region) in Catalog::load().regions {
            assert!(region.zones.len() >= 2, "{name}");
            assert!(region.by_name.iter().all(|letter| !region.zones.contains(letter)), "{name}");
        }
    }

    #[test]
    fn conditions_name_partitions_that_there_are() {
        let catalog = Catalog::load();
        let partitions: Vec<&String> = catalog.regions.values().map(|region| &region.partition).collect();
        for (name, addon) in &catalog.addons {
            for partition in addon.when.iter().flat_map(|when| &when.partition).flatten() {
                assert!(partitions.contains(&partition), "{name}: {partition}");
            }
        }
    }

    #[test]
    fn conditions_name_versions_that_there_are() {
        let catalog = Catalog::load();
        let versions: Vec<&String> = catalog.kubernetes.versions.iter().map(|row| &row.version).collect();
        for (name, addon) in &catalog.addons {
            for when in &addon.when {
                let has_addons = !when.addons.is_empty();
                assert!(
                    when.partition.is_some() || when.kubernetes.is_some() || has_addons,
                    "{name}: always"
                );
                let known = |version| versions.contains(&version);
                assert!(when.kubernetes.iter().flatten().all(known), "{name}: {:?}", when.kubernetes);
            }
        }
    }

    #[test]
    fn pods_are_counted_by_keys_that_the_values_have() {
        for (name, addon) in &Catalog::load().addons {
            assert!(!addon.pods.is_empty(), "{name}");
            let values = Value::from_catalog(&addon.values);
            for pods in &addon.pods {
                let is_number = match &pods.replicas {
                    Some(Replicas::Key(key)) => matches!(values.at(key), Some(Value::Number(_))),
                    Some(Replicas::Fixed(_)) | None => true,
                };
                assert!(is_number, "{name}: {}", pods.name);
            }
        }
    }

    #[test]
    fn values_have_keys_that_are_known() {
        for (name, addon) in Catalog::load().addons.iter().filter(|(_, addon)| !addon.keys.is_empty()) {
            let layers = addon.when.iter().map(|when| &when.values);
            let layers =
                layers.chain(addon.fargate.iter().map(|fargate| &fargate.values)).chain([&addon.values]);
            // `global` is Helm's own: every chart takes it.
            for key in layers.flat_map(|values| values.keys()).filter(|key| *key != "global") {
                assert!(addon.keys.contains(key), "{name}: {key}");
            }
        }
    }

    #[test]
    fn every_pod_has_a_place() {
        for (name, addon) in &Catalog::load().addons {
            let mut keys: BTreeMap<&String, Placement> = BTreeMap::new();
            for pods in &addon.pods {
                let (of, placement) = (format!("{name}: {}", pods.name), addon.placement_of(pods));
                let is_daemon_set = pods.kind == Workload::DaemonSet;
                assert!(pods.replicas.is_none() || !is_daemon_set, "{of}: one on each node");
                assert!(
                    placement != Placement::Everywhere || is_daemon_set,
                    "{of}: a DaemonSet alone is everywhere"
                );
                assert!(placement == Placement::Everywhere || pods.selector.is_some(), "{of}: no selector");
                if let Some(key) = &pods.selector {
                    assert_eq!(
                        *keys.entry(key).or_insert(placement),
                        placement,
                        "{of}: two places by one key"
                    );
                }
            }
        }
    }

    #[test]
    fn references_lead_to_addons() {
        let catalog = Catalog::load();
        for (name, addon) in &catalog.addons {
            // Values that go with an add-on need what it brings.
            let beside = addon.when.iter().flat_map(|when| &when.addons);
            let comes_before = |other: &String| addon.needs.contains(other) || addon.after.contains(other);
            assert!(beside.into_iter().all(comes_before), "{name}: {:?}", addon.when);
            for other in addon.needs.iter().chain(&addon.after).chain(addon.excludes.keys()) {
                assert!(other != name && catalog.addons.contains_key(other), "{name}: {other}");
            }
        }
    }

    #[test]
    fn ranges_have_both_ends() {
        let range = KubernetesRange { from: Some("1.34".to_owned()), to: Some("1.35".to_owned()) };
        let judged = ["1.33", "1.34", "1.35", "1.36"].map(|version| {
            let version = KubernetesVersion::new(version).expect("a version");
            (range.is_below(&version), range.is_above(&version))
        });
        assert_eq!(judged, [(true, false), (false, false), (false, false), (false, true)]);
        for (name, addon) in Catalog::load().addons {
            let KubernetesRange { from, to } = addon.kubernetes;
            assert!(from.iter().chain(&to).all(|end| KubernetesVersion::new(end).is_some()), "{name}");
        }
    }

    #[test]
    fn what_is_refused_is_no_addon() {
        let catalog = Catalog::load();
        assert!(catalog.refused.keys().all(|name| !catalog.addons.contains_key(name)));
    }

    #[test]
    fn no_eks_addon_waits_for_a_release() {
        let catalog = Catalog::load();
        for (name, addon) in catalog.addons.iter().filter(|(_, addon)| addon.kind == AddonKind::EksAddon) {
            let mut before = addon.needs.iter().chain(&addon.after);
            assert!(before.all(|other| catalog.addons[other].kind == AddonKind::EksAddon), "{name}");
        }
    }

    #[test]
    fn order_has_no_circle() {
        let catalog = Catalog::load();
        let before = |name: &String| -> Vec<String> {
            let addon = &catalog.addons[name];
            addon.needs.iter().chain(&addon.after).cloned().collect()
        };
        for name in catalog.addons.keys() {
            let (mut seen, mut open) = (Vec::new(), before(name));
            while let Some(next) = open.pop() {
                assert!(next != *name, "{name} comes before itself, by way of {seen:?}");
                if !seen.contains(&next) {
                    open.extend(before(&next));
                    seen.push(next);
                }
            }
        }
    }

    #[test]
    fn bundles_are_whole() {
        let catalog = Catalog::load();
        for (name, bundle) in &catalog.bundles {
            for addons in [&bundle.in_cluster, &bundle.aws] {
                for addon in addons {
                    let facts = catalog.addons.get(addon).unwrap_or_else(|| panic!("{name}: {addon}"));
                    let is_there =
                        |need: &String| addons.contains(need) || catalog.addons[need].required.is_some();
                    assert!(facts.needs.iter().all(is_there), "{name}: {addon} needs {:?}", facts.needs);
                    assert!(
                        addons.iter().all(|other| !facts.excludes.contains_key(other)),
                        "{name}: {addon}"
                    );
                }
            }
        }
    }

    #[test]
    fn volumes_have_a_driver() {
        for (name, addon) in &Catalog::load().addons {
            let has_volumes = serde_json::Value::Object(addon.values.clone()).to_string().contains("\"gp3\"");
            let driver = "aws-ebs-csi-driver".to_owned();
            assert!(!has_volumes || addon.needs.contains(&driver), "{name}: nobody makes its volumes");
        }
    }

    #[test]
    fn definitions_that_helm_leaves_alone_say_so() {
        for (name, addon) in &Catalog::load().addons {
            let says = |text: &Option<String>| text.as_ref().is_some_and(|text| text.contains("kubectl"));
            let is_said = says(&addon.upgrade) || says(&addon.note);
            assert!(addon.crds != Crds::Once || is_said, "{name}: who upgrades its definitions?");
        }
    }

    #[test]
    fn kinds_that_go_first_are_explained() {
        for (name, addon) in Catalog::load().addons {
            assert!(
                addon.destroy_first.is_empty() || addon.destroy.is_some(),
                "{name}: destroy says nothing"
            );
            for kind in &addon.destroy_first {
                let (plural, group) = kind.split_once('.').expect("a plural and a group");
                let is_name = plural.bytes().all(|b| b.is_ascii_lowercase()) && group.contains('.');
                assert!(is_name, "{name}: {kind}");
            }
        }
    }

    #[test]
    fn every_policy_has_its_text() {
        let modules = concat!(env!("CARGO_MANIFEST_DIR"), "/templates/modules");
        for (name, addon) in &Catalog::load().addons {
            let module = if addon.kind == AddonKind::EksAddon { "cluster" } else { "services" };
            let path = format!("{modules}/{module}/policies/{name}.tf");
            let text = std::fs::read_to_string(path).unwrap_or_default();
            let written = text.matches("resource \"aws_iam_policy\" ").count();
            assert_eq!(written, addon.policies.len(), "{name}: policies");
            for policy in &addon.policies {
                let resource = format!("\"aws_iam_policy\" \"{}_{policy}\"", name.replace('-', "_"));
                assert!(text.contains(&resource), "{name}: {policy}");
            }
        }
    }

    #[test]
    fn facts_are_dated() {
        for (name, addon) in &Catalog::load().addons {
            let mut parts = addon.as_of.split('-').map(|part| (part.len(), part.parse::<u32>().is_ok()));
            assert!(parts.by_ref().eq([(4, true), (2, true), (2, true)]), "{name}: {}", addon.as_of);
        }
    }

    #[test]
    fn every_instance_type_stands_in_one_series() {
        let series = Catalog::load().instance_sizes.series;
        let mut families: Vec<&String> = series.iter().flat_map(|series| &series.families).collect();
        let count = families.len();
        families.sort();
        families.dedup();
        assert_eq!(families.len(), count);
    }

    #[test]
    fn every_image_family_is_pinned() {
        let catalog = Catalog::load();
        let families: Vec<&String> = catalog.kubernetes.images.keys().collect();
        assert_eq!(families, crate::blueprint::scalar::AmiFamily::WORDS);
    }

    #[test]
    fn helm_addons_are_pinned_and_eks_addons_are_not() {
        for (name, addon) in Catalog::load().addons {
            let number = addon.version.as_ref().map(|version| version.trim_start_matches('v'));
            assert!(
                number.is_none_or(|version| semver::Version::parse(version).is_ok()),
                "{name}: {number:?}"
            );
            let helm = addon.kind == AddonKind::Helm;
            let released = addon.kind != AddonKind::EksAddon;
            assert_eq!(addon.repository.is_some(), helm, "{name}: repository");
            assert_eq!(addon.chart.is_some(), helm, "{name}: chart");
            assert_eq!(addon.version.is_some(), released, "{name}: version");
            assert_eq!(addon.crd_chart.is_some(), addon.crds == Crds::OwnChart, "{name}: crd_chart");
            assert!(released || addon.objects.is_empty(), "{name}: objects");
        }
    }
}
