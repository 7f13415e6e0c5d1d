//! What a later run must know of this one: the manifest carries it.

use std::collections::BTreeMap;

use ipnet::Ipv4Net;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Model;
use super::stack::{Level, MadeAs, Stack};
use crate::blueprint::scalar::{KubernetesVersion, Name};
use crate::file::File;
use crate::hcl::address::{self, Contents};

/// What cannot change under what exists, or only in steps.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// Clusters by EKS name.
    clusters: BTreeMap<String, ClusterFacts>,
    /// Stacks by name.
    stacks: BTreeMap<String, StackFacts>,
    /// Applications that live on some cluster, by the name that they began with.
    apps: BTreeMap<String, AppFacts>,
    /// Node pools by name.
    node_pools: BTreeMap<String, Past>,
    /// Add-ons of the blueprint's own by name.
    addons: BTreeMap<String, Past>,
    /// Addresses that waivers are about, and whether there was such a resource since the waiver was written.
    waivers: BTreeMap<String, bool>,
    /// What the folders of stacks and modules hold.
    folders: BTreeMap<String, Contents>,
}

/// A fact that is not written as plinth writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// Its key in the manifest.
    pub name: String,
    /// What is wrong with it.
    pub reason: String,
}

/// One application as it was generated last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(expecting = "a table")]
pub struct AppFacts {
    /// Its namespace.
    pub namespace: String,
    /// Whether it has a key, which encrypts what may outlive everything else of it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub has_key: bool,
    /// Whether all that it had was to be destroyed: then it may begin anew.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub retired: bool,
}

/// What is known of something whose name stands in addresses.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(expecting = "a table")]
pub struct Past {
    /// The names that it had before, the oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former: Vec<String>,
}

impl Past {
    fn of(former: &[Name]) -> Self {
        Self { former: former.iter().map(ToString::to_string).collect() }
    }
}

/// One cluster as it was generated last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(expecting = "a table")]
pub struct ClusterFacts {
    /// Its environment.
    pub environment: String,
    /// Its name within the environment.
    pub cluster: String,
    /// Its region.
    pub region: String,
    /// Its Kubernetes version.
    pub kubernetes_version: String,
    /// The range of its VPC.
    pub vpc_cidr: String,
    /// Its zones, in the order in which they were chosen.
    pub zones: Vec<String>,
    /// The zones of its control plane, sorted; empty where it is in all of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub control_plane_zones: Vec<String>,
}

/// One stack as it was generated last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(expecting = "a table")]
pub struct StackFacts {
    /// Its environment.
    pub environment: String,
    /// Its cluster within the environment, `-` for the state stack.
    pub cluster: String,
    /// What a person calls it on the command line.
    pub stack: String,
    /// Its folder below the tree's root.
    pub folder: String,
    /// The bucket of its state.
    pub bucket: String,
    /// The key of its state in that bucket.
    pub key: String,
    /// The region of the bucket, of the stack that makes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Whether the blueprint said that it is to be destroyed: then it may leave.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub retired: bool,
    /// The names that environment, cluster and application were made under, where one of them has another name now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    made_as: Option<MadeAs>,
}

impl StackFacts {
    /// Gathers the facts of a stack, behind its name.
    pub fn of(stack: Stack) -> (String, Self) {
        let region = (stack.level == Level::State).then(|| stack.region.clone());
        let Stack { name, environment, cluster, stack, folder, bucket, key, retired, made_as, .. } = stack;
        let is_renamed =
            (&made_as.environment, &made_as.cluster, &made_as.stack) != (&environment, &cluster, &stack);
        let made_as = is_renamed.then_some(made_as);
        (name, Self { environment, cluster, stack, folder, bucket, key, region, retired, made_as })
    }

    /// Returns the names that its environment, its cluster and its application were made under.
    pub fn made_as(&self) -> MadeAs {
        self.made_as.clone().unwrap_or_else(|| MadeAs {
            environment: self.environment.clone(),
            cluster: self.cluster.clone(),
            stack: self.stack.clone(),
        })
    }
}

/// What stands before the EKS name in the manifest.
const CLUSTER: &str = "cluster ";
/// What stands before the name of a stack.
const STACK: &str = "stack ";
/// What stands before an application's.
const APP: &str = "app ";
/// What stands before a node pool.
const NODE_POOL: &str = "node_pool ";
/// What stands before an add-on of the blueprint's own.
const ADDON: &str = "addon ";
/// What stands before the address that a waiver is about.
const WAIVER: &str = "waiver ";
/// What stands before a folder.
const FOLDER: &str = "folder ";

impl Facts {
    /// Gathers the facts of a model, and of the files that it became.
    pub(super) fn of(model: &Model, files: &[File]) -> Self {
        let clusters = model.environments.iter().flat_map(|environment| &environment.clusters);
        let clusters = clusters.map(|cluster| {
            let facts = ClusterFacts {
                environment: cluster.environment.clone(),
                cluster: cluster.name.clone(),
                region: cluster.region.clone(),
                kubernetes_version: cluster.settings.kubernetes_version.to_string(),
                vpc_cidr: cluster.network.cidr.to_string(),
                zones: cluster.network.zone_names().into_iter().map(str::to_owned).collect(),
                control_plane_zones: if cluster.network.control_plane_differs() {
                    cluster.network.control_plane_zones.clone()
                } else {
                    Vec::new()
                },
            };
            (cluster.eks_name.clone(), facts)
        });
        let apps = model.placed_apps().map(|app| {
            let retired = app.attachments.iter().all(|attachment| attachment.retired);
            (
                app.identity.clone(),
                AppFacts { namespace: app.namespace.clone(), has_key: app.has_key, retired },
            )
        });
        let texts = files.iter().map(|file| (file.path.as_path(), file.text.as_str()));
        let folders = address::contents(texts);
        let waivers = model.waivers.iter().map(|waiver| {
            let has_scope = waiver.had_scope || declares(&folders, &waiver.scope);
            (waiver.scope.clone(), has_scope)
        });
        Self {
            clusters: clusters.collect(),
            stacks: model.stacks().iter().cloned().map(StackFacts::of).collect(),
            apps: apps.collect(),
            node_pools: past(model.fleet.node_pools()),
            addons: past(model.fleet.own_addons()),
            waivers: waivers.collect(),
            folders,
        }
    }

    /// Reads the facts of a manifest; those of other kinds say nothing.
    ///
    /// # Errors
    /// The first that is not written as this release writes it. Passed over, it would guard nothing any more: a stack could leave unseen.
    pub fn read(written: &Map<String, Value>) -> Result<Self, Unreadable> {
        Ok(Self {
            clusters: rows(written, CLUSTER)?,
            stacks: rows(written, STACK)?,
            apps: rows(written, APP)?,
            node_pools: rows(written, NODE_POOL)?,
            addons: rows(written, ADDON)?,
            waivers: rows(written, WAIVER)?,
            folders: rows(written, FOLDER)?,
        })
    }

    /// Returns the facts as the manifest carries them.
    ///
    /// # Panics
    /// Never: facts are texts, and lists and tables of texts.
    pub fn to_map(&self) -> Map<String, Value> {
        fn entries<T: Serialize>(rows: &BTreeMap<String, T>, before: &str) -> Vec<(String, Value)> {
            let value = |facts: &T| serde_json::to_value(facts).expect("texts serialise");
            rows.iter().map(|(name, facts)| (format!("{before}{name}"), value(facts))).collect()
        }
        let all = [
            entries(&self.clusters, CLUSTER),
            entries(&self.stacks, STACK),
            entries(&self.apps, APP),
            entries(&self.node_pools, NODE_POOL),
            entries(&self.addons, ADDON),
            entries(&self.waivers, WAIVER),
            entries(&self.folders, FOLDER),
        ];
        all.into_iter().flatten().collect()
    }

    /// Returns what is known of an application; none where it was not generated yet.
    pub(super) fn app(&self, name: &str) -> Option<&AppFacts> {
        self.apps.get(name)
    }

    /// Returns the stacks that there were, by name.
    pub fn stacks(&self) -> &BTreeMap<String, StackFacts> {
        &self.stacks
    }

    /// Whether there was a resource of this address within its folder, in the last run or since a waiver was written for it.
    pub(super) fn had(&self, address: &str) -> bool {
        self.waivers.get(address) == Some(&true) || declares(&self.folders, address)
    }

    /// Returns the clusters that there were, by EKS name.
    pub(super) fn clusters(&self) -> &BTreeMap<String, ClusterFacts> {
        &self.clusters
    }

    /// Returns the node pools that there were, by name.
    pub(super) fn node_pools(&self) -> &BTreeMap<String, Past> {
        &self.node_pools
    }

    /// Returns the add-ons of the blueprint's own that there were, by name.
    pub(super) fn addons(&self) -> &BTreeMap<String, Past> {
        &self.addons
    }

    /// Returns the addresses of all resources of a stack.
    pub(super) fn addresses(&self, stack: &StackFacts) -> Vec<String> {
        address::addresses(&self.folders, &stack.folder)
    }

    /// Returns the Kubernetes version that a cluster has; none where it was not generated yet, or for another region.
    pub(super) fn kubernetes_version(&self, eks_name: &str, region: &str) -> Option<KubernetesVersion> {
        let facts = self.clusters.get(eks_name).filter(|facts| facts.region == region)?;
        KubernetesVersion::new(&facts.kubernetes_version)
    }

    /// Returns the zones that a cluster has; none where it was not generated yet, or for another region.
    pub(super) fn zones(&self, eks_name: &str, region: &str) -> &[String] {
        let facts = self.clusters.get(eks_name).filter(|facts| facts.region == region);
        facts.map_or(&[], |facts| &facts.zones)
    }

    /// Returns the zones in which a cluster's control plane was made; none where it was not generated yet, or for another
    /// region or range: then it will be another cluster.
    pub(super) fn control_plane_zones(&self, eks_name: &str, region: &str, vpc_cidr: Ipv4Net) -> &[String] {
        let facts = self.clusters.get(eks_name).filter(|facts| facts.vpc_cidr == vpc_cidr.to_string());
        match facts {
            Some(facts) if facts.region == region && !facts.control_plane_zones.is_empty() => {
                &facts.control_plane_zones
            }
            Some(_) => self.zones(eks_name, region),
            None => &[],
        }
    }
}

fn declares(folders: &BTreeMap<String, Contents>, address: &str) -> bool {
    folders.values().any(|folder| folder.resources.iter().any(|resource| resource == address))
}

fn past<'a>(named: impl Iterator<Item = (&'a Name, &'a [Name])>) -> BTreeMap<String, Past> {
    named.map(|(name, former)| (name.to_string(), Past::of(former))).collect()
}

/// Reads what the manifest has behind one word.
fn rows<T: DeserializeOwned>(
    written: &Map<String, Value>,
    before: &str,
) -> Result<BTreeMap<String, T>, Unreadable> {
    let rows = written.iter().filter_map(|(key, value)| Some((key, key.strip_prefix(before)?, value)));
    let read = rows.map(|(key, name, value)| {
        let facts = T::deserialize(value);
        let facts = facts.map_err(|error| Unreadable { name: key.clone(), reason: error.to_string() })?;
        Ok((name.to_owned(), facts))
    });
    read.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_other_kinds_say_nothing() {
        let written = serde_json::json!({
            "cluster acme-staging-main": {
                "environment": "staging", "cluster": "main", "region": "us-east-1", "kubernetes_version": "1.36",
                "vpc_cidr": "10.0.0.0/16", "zones": ["us-east-1a", "us-east-1d"],
            },
            "app maps": { "namespace": "tiles", "has_key": true },
            "of another release": true,
        });
        let mut written = written.as_object().expect("a table").clone();
        let facts = Facts::read(&written).expect("facts");
        assert_eq!(facts.zones("acme-staging-main", "us-east-1"), ["us-east-1a", "us-east-1d"]);
        assert!(facts.zones("acme-staging-main", "us-west-2").is_empty(), "of another region");
        let control_plane = |range: &str| {
            facts.control_plane_zones("acme-staging-main", "us-east-1", range.parse().expect("a range"))
        };
        assert_eq!(control_plane("10.0.0.0/16"), ["us-east-1a", "us-east-1d"], "as many as the cluster");
        assert!(control_plane("10.1.0.0/16").is_empty(), "of another VPC");
        let version = facts.kubernetes_version("acme-staging-main", "us-east-1");
        assert_eq!(version.map(|version| version.minor()), Some(36));
        assert_eq!(Facts::read(&facts.to_map()).as_ref(), Ok(&facts));
        assert_eq!(facts.to_map().len(), 2);
        let maps = facts.app("maps").expect("it is written");
        assert_eq!((maps.namespace.as_str(), maps.has_key), ("tiles", true));
        for kind in ["cluster x", "stack x", "app x", "folder x"] {
            written.insert(kind.to_owned(), serde_json::json!({}));
            let error = Facts::read(&written).expect_err("it cannot be read");
            assert!(error.name == kind && error.reason.starts_with("missing field `"), "{error:?}");
            written.remove(kind);
        }
    }
}
