//! Facts, embedded: add-ons, Kubernetes versions, regions, providers, name limits.
//!
//! Nothing is decided here. The facts stand in `catalog/*.toml`, each with its source and the month in
//! which it was read; a new fact is a line there, not code.

use std::collections::BTreeMap;

use include_dir::{Dir, include_dir};
use serde::{Deserialize, Serialize};

use crate::blueprint::scalar::InstanceType;

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
    /// VPC endpoints by the last part of their service's name.
    pub vpc_endpoints: BTreeMap<String, VpcEndpointKind>,
    /// Add-ons by name.
    pub addons: BTreeMap<String, Addon>,
}

/// `catalog/kubernetes.toml`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kubernetes {
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
    /// `required_version` for each engine.
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

/// `required_version` for each engine.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Engines {
    /// For `versions.tf`.
    pub terraform: String,
    /// For `versions.tofu`.
    pub opentofu: String,
}

/// `catalog/addons/NAME.toml`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Addon {
    /// What it gives a cluster, in a few words.
    pub about: String,
    /// How it is installed.
    pub kind: AddonKind,
    /// Installed before the first node: nodes need it to become Ready.
    #[serde(default)]
    pub before_nodes: bool,
    /// Namespace of its pods; no tenant may take it.
    pub namespace: String,
    /// Service account that gets the IAM role; none: no role.
    pub service_account: Option<String>,
    /// AWS managed policies of the role, below `arn:PARTITION:iam::aws:policy/`.
    #[serde(default)]
    pub managed_policies: Vec<String>,
    /// The role's own policies; their text is `templates/modules/services/policies/NAME.tf`.
    #[serde(default)]
    pub policies: Vec<String>,
    /// What a reader of the release must know; becomes a comment.
    pub note: Option<String>,
    /// Why no cluster can do without it.
    pub required: Option<String>,
    /// How it runs where `core` is on Fargate; without it, on Karpenter's nodes for core.
    pub fargate: Option<Fargate>,
    /// Chart repository (Helm).
    pub repository: Option<String>,
    /// Chart name (Helm).
    pub chart: Option<String>,
    /// Chart that carries the custom resource definitions, of the same repository and version (Helm).
    pub crd_chart: Option<String>,
    /// Chart version (Helm); versions of EKS add-ons follow the Kubernetes version.
    pub version: Option<semver::Version>,
    /// Keys that chart values or EKS configuration can have, at the top.
    pub keys: Vec<String>,
    /// Chart values or EKS configuration. Text that starts with `=` is an HCL expression.
    #[serde(default)]
    pub values: serde_json::Map<String, serde_json::Value>,
    /// What some clusters need besides.
    #[serde(default)]
    pub when: Vec<When>,
    /// What it runs.
    pub pods: Vec<Pods>,
}

/// A Deployment or a DaemonSet of an add-on, and what each of its pods asks for. Keys are those of the add-on's values.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pods {
    /// Its name.
    pub name: String,
    /// The key that says how many; none: one on each node.
    pub replicas: Option<String>,
    /// The key that says on which nodes; none: on all.
    pub selector: Option<String>,
    /// The key under which the requests of a container stand.
    pub requests: String,
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

fn one() -> u32 {
    1
}

/// Values that go with where a cluster is.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct When {
    /// Partitions of the clusters that get them.
    pub partition: Vec<String>,
    /// Laid over the add-on's values, below the blueprint's.
    pub values: serde_json::Map<String, serde_json::Value>,
}

/// How an add-on runs on Fargate.
#[derive(Debug, Clone, Deserialize)]
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
            (name.to_owned(), parse(file.path().to_str().expect("plain path")))
        });
        Self {
            kubernetes: parse("kubernetes.toml"),
            instances: parse("instances.toml"),
            instance_sizes: parse("instance_sizes.toml"),
            regions: parse("regions.toml"),
            providers: parse("providers.toml"),
            name_limits: parse("name_limits.toml"),
            vpc_endpoints: parse("vpc_endpoints.toml"),
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
    let text = FILES.get_file(path).and_then(|file| file.contents_utf8()).expect("catalog file is embedded");
    toml::from_str(text).unwrap_or_else(|error| panic!("catalog/{path}: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hcl::value::Value;

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
            for partition in addon.when.iter().flat_map(|when| &when.partition) {
                assert!(partitions.contains(&partition), "{name}: {partition}");
            }
        }
    }

    #[test]
    fn pods_are_counted_by_keys_that_the_values_have() {
        for (name, addon) in &Catalog::load().addons {
            assert!(!addon.pods.is_empty(), "{name}");
            let values = Value::from_catalog(&serde_json::Value::Object(addon.values.clone()));
            for pods in &addon.pods {
                let is_number = |key: &String| matches!(values.at(key), Some(Value::Number(_)));
                assert!(pods.replicas.iter().all(is_number), "{name}: {}", pods.name);
                assert!(pods.selector.iter().all(|key| values.at(key).is_some()), "{name}: {}", pods.name);
                assert!(pods.replicas.is_none() || pods.selector.is_some(), "{name}: {}", pods.name);
            }
        }
    }

    #[test]
    fn values_have_keys_that_are_known() {
        for (name, addon) in &Catalog::load().addons {
            let layers = addon.when.iter().map(|when| &when.values);
            let layers =
                layers.chain(addon.fargate.iter().map(|fargate| &fargate.values)).chain([&addon.values]);
            for key in layers.flat_map(|values| values.keys()) {
                assert!(addon.keys.contains(key), "{name}: {key}");
            }
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
            let helm = addon.kind == AddonKind::Helm;
            assert_eq!(addon.repository.is_some(), helm, "{name}: repository");
            assert_eq!(addon.chart.is_some(), helm, "{name}: chart");
            assert_eq!(addon.version.is_some(), helm, "{name}: version");
        }
    }
}
