//! What a later run must know of this one: the manifest carries it.

use std::collections::BTreeMap;

use ipnet::Ipv4Net;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::environment::Environment;
use crate::blueprint::scalar::KubernetesVersion;

/// What cannot change under a cluster that exists, or only in steps; by EKS name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts(BTreeMap<String, ClusterFacts>);

/// One cluster as it was generated last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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

/// What stands before the EKS name in the manifest.
const CLUSTER: &str = "cluster ";

impl Facts {
    /// Gathers the facts of a model.
    pub(super) fn of(environments: &[Environment]) -> Self {
        let clusters = environments.iter().flat_map(|environment| &environment.clusters);
        let facts = clusters.map(|cluster| {
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
        Self(facts.collect())
    }

    /// Reads the facts of a manifest. What is not written as this release writes it says nothing.
    pub fn read(written: &Map<String, Value>) -> Self {
        let facts = written.iter().filter_map(|(key, value)| {
            let facts = serde_json::from_value(value.clone()).ok()?;
            Some((key.strip_prefix(CLUSTER)?.to_owned(), facts))
        });
        Self(facts.collect())
    }

    /// Returns the facts as the manifest carries them.
    ///
    /// # Panics
    /// Never: facts are texts and lists of texts.
    pub fn to_map(&self) -> Map<String, Value> {
        let facts = self.0.iter().map(|(name, facts)| {
            (format!("{CLUSTER}{name}"), serde_json::to_value(facts).expect("texts serialise"))
        });
        facts.collect()
    }

    /// Returns the Kubernetes version that a cluster has; none where it was not generated yet, or for another region.
    pub(super) fn kubernetes_version(&self, eks_name: &str, region: &str) -> Option<KubernetesVersion> {
        let facts = self.0.get(eks_name).filter(|facts| facts.region == region)?;
        KubernetesVersion::new(&facts.kubernetes_version)
    }

    /// Returns the zones that a cluster has; none where it was not generated yet, or for another region.
    pub(super) fn zones(&self, eks_name: &str, region: &str) -> &[String] {
        let facts = self.0.get(eks_name).filter(|facts| facts.region == region);
        facts.map_or(&[], |facts| &facts.zones)
    }

    /// Returns the zones in which a cluster's control plane was made; none where it was not generated yet, or for another
    /// region or range: then it will be another cluster.
    pub(super) fn control_plane_zones(&self, eks_name: &str, region: &str, vpc_cidr: Ipv4Net) -> &[String] {
        let facts = self.0.get(eks_name).filter(|facts| facts.vpc_cidr == vpc_cidr.to_string());
        match facts {
            Some(facts) if facts.region == region && !facts.control_plane_zones.is_empty() => {
                &facts.control_plane_zones
            }
            Some(_) => self.zones(eks_name, region),
            None => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_the_rest_says_nothing() {
        let written = serde_json::json!({
            "cluster acme-staging-main": {
                "environment": "staging", "cluster": "main", "region": "us-east-1", "kubernetes_version": "1.36",
                "vpc_cidr": "10.0.0.0/16", "zones": ["us-east-1a", "us-east-1d"],
            },
            "cluster acme-broken-main": { "zones": 3 },
            "of another release": true,
        });
        let facts = Facts::read(written.as_object().expect("a table"));
        assert_eq!(facts.zones("acme-staging-main", "us-east-1"), ["us-east-1a", "us-east-1d"]);
        assert!(facts.zones("acme-staging-main", "us-west-2").is_empty(), "of another region");
        let control_plane = |range: &str| {
            facts.control_plane_zones("acme-staging-main", "us-east-1", range.parse().expect("a range"))
        };
        assert_eq!(control_plane("10.0.0.0/16"), ["us-east-1a", "us-east-1d"], "as many as the cluster");
        assert!(control_plane("10.1.0.0/16").is_empty(), "of another VPC");
        let version = facts.kubernetes_version("acme-staging-main", "us-east-1");
        assert_eq!(version.map(|version| version.minor()), Some(36));
        assert_eq!(Facts::read(&facts.to_map()), facts);
        assert_eq!(facts.to_map().len(), 1);
    }
}
