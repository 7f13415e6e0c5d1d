//! Random valid blueprints, as data, and as text in any order.

use std::collections::BTreeSet;

use proptest::collection::{btree_map, btree_set, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

/// Regions and how many zones each has.
const REGIONS: &[(&str, u8)] = &[("us-east-1", 5), ("us-west-1", 2), ("eu-west-1", 3), ("us-gov-west-1", 3)];
const ADDONS: &[&str] =
    &["aws-ebs-csi-driver", "aws-efs-csi-driver", "aws-load-balancer-controller", "metrics-server"];

/// A blueprint, valid by construction.
#[derive(Debug, Clone)]
pub struct Blueprint {
    project: String,
    tags: Vec<(String, String)>,
    cluster: Vec<(&'static str, String)>,
    pools: Vec<Pool>,
    addons: Vec<&'static str>,
    /// At least one.
    pub environments: Vec<Environment>,
    apps: Vec<App>,
}

#[derive(Debug, Clone)]
struct Pool {
    name: &'static str,
    keys: Vec<(&'static str, String)>,
    is_karpenter: bool,
}

/// A target and its clusters.
#[derive(Debug, Clone)]
pub struct Environment {
    /// Its name.
    pub name: String,
    region: (&'static str, u8),
    prefix: u8,
    protection: bool,
    has_plan_role: bool,
    network: Network,
    has_prefixes: bool,
    is_private: bool,
    core_on_fargate: bool,
    nat: &'static str,
    zones: Option<u8>,
    kubernetes_version: Option<&'static str>,
    off: BTreeSet<usize>,
    clusters: Vec<(String, (&'static str, u8))>,
}

/// What is special about an environment's networks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Network {
    Plain,
    PodRange,
    Ipv6,
    Endpoints,
    Existing,
}

/// Everything that an application may have in AWS, one of each kind; a state machine names two others.
const RESOURCES: &[(&str, &str)] = &[
    ("buckets", "{ tiles = { expire_after_days = 30 } }"),
    ("databases", "{ stac = {}, old = { engine = \"aurora-postgresql\", deletion_protection = false } }"),
    (
        "hosts",
        "{ api = { domain_name = \"{app}.{cluster}.{environment}.example.com\", zone = \"example.com\" } }",
    ),
    ("queues", "{ jobs = { max_receives = 3 } }"),
    ("registries", "{ builds = {} }"),
    ("secrets", "{ token = {} }"),
    (
        "state_machines",
        "{ nightly = { definition = { StartAt = \"A\", States = { A = { Type = \"Pass\", Result = \"${region}\", End = true } } } } }",
    ),
    ("topics", "{ events = {} }"),
];

#[derive(Debug, Clone)]
struct App {
    name: String,
    owns_namespace: bool,
    resources: Vec<(&'static str, &'static str)>,
    places: Vec<usize>,
    quota: Option<u16>,
    has_admin: bool,
    has_reader: bool,
}

fn name() -> impl Strategy<Value = String> {
    "[a-z][a-z0-9]{0,6}".prop_filter("taken by something else", |name| {
        let namespaces = ["default", "system", "karpenter"];
        let words = ["false", "for", "if", "null", "true"];
        !["module", "renamed", "con", "aux", "nul", "prn", "main"].contains(&name.as_str())
            && !words.contains(&name.as_str())
            && !namespaces.contains(&name.as_str())
    })
}

/// Settings of nodes, whoever makes them.
fn nodes() -> impl Strategy<Value = Vec<(&'static str, String)>> {
    let settings = vec![
        ("ami", "\"bottlerocket\""),
        ("disk_iops", "4000"),
        ("disk_throughput", "250"),
        ("disk_kms_key", "\"arn:{partition}:kms:{region}:{account}:key/1234abcd\""),
        ("kubelet", "{ max_pods = 20, kube_reserved = { cpu = \"100m\" }, image_gc_low_percent = 50 }"),
    ];
    subsequence(settings, 0..=5)
        .prop_map(|settings| settings.into_iter().map(|(key, value)| (key, value.to_owned())).collect())
}

fn pools() -> impl Strategy<Value = Vec<Pool>> {
    let size = (2u32..5, 0u32..3);
    let core = (select(vec!["t3.large", "m7g.large"]), size.clone()).prop_map(|(instance, (min, more))| {
        let keys = vec![
            ("kind", quote("managed")),
            ("instance_types", format!("[{}]", quote(instance))),
            ("size", format!("{{ min = {min}, max = {} }}", min + more)),
        ];
        Pool { name: "core", keys, is_karpenter: false }
    });
    let batch = (any::<bool>(), any::<bool>(), size, nodes());
    let batch = batch.prop_map(|(is_spot, is_tainted, (min, more), nodes)| {
        let mut keys = vec![
            ("kind", quote("managed")),
            ("instance_types", format!("[{}]", quote("m6i.large"))),
            ("size", format!("{{ min = 0, max = {}, desired = {min} }}", min + more)),
        ];
        if is_spot {
            keys.push(("capacity", "[\"spot\"]".to_owned()));
        }
        if is_tainted {
            keys.push(("taints", "[{ key = \"team\", value = \"x\", effect = \"NoExecute\" }]".to_owned()));
        }
        keys.extend(nodes);
        Pool { name: "batch", keys, is_karpenter: false }
    });
    let disruptions = vec![
        "{ consolidate_after = \"Never\" }",
        "{ policy = \"WhenEmpty\", budgets = [{ nodes = 0, schedule = \"@daily\", duration = \"8h\" }] }",
    ];
    let worker = (
        select(vec!["worker", "worker-large"]),
        option::of(1u32..=100),
        option::of(20u32..500),
        option::of(select(disruptions)),
        nodes(),
    );
    let worker = worker.prop_map(|(name, weight, disk, disruption, nodes)| {
        let mut keys = vec![("kind", quote("karpenter"))];
        keys.extend(weight.map(|weight| ("weight", weight.to_string())));
        keys.extend(disk.map(|disk| ("disk_gib", disk.to_string())));
        keys.extend(disruption.map(|disruption| ("disruption", disruption.to_owned())));
        keys.extend(nodes);
        Pool { name, keys, is_karpenter: true }
    });
    (core, option::of(batch), option::of(worker))
        .prop_map(|(core, batch, worker)| [Some(core), batch, worker].into_iter().flatten().collect())
}

fn environment(name: String) -> impl Strategy<Value = Environment> {
    let clusters = vec((name_of_cluster(), select(REGIONS)), 0..2);
    let networks =
        [Network::Plain, Network::PodRange, Network::Ipv6, Network::Endpoints, Network::Existing].to_vec();
    let network = (any::<bool>(), any::<bool>(), select(vec!["single", "per-zone"]), select(networks));
    let switches = (any::<bool>(), any::<bool>(), proptest::bool::weighted(0.3), network);
    let choices = (option::of(2u8..=3), option::of(select(vec!["1.35", "1.34"])), btree_set(0usize..6, 0..4));
    (select(REGIONS), 16u8..=19, switches, choices, clusters).prop_map(
        move |(
            region,
            prefix,
            (protection, has_plan_role, core_on_fargate, (has_prefixes, is_private, nat, network)),
            (zones, kubernetes_version, off),
            clusters,
        )| {
            // What is asked for must be there, in every region of the environment.
            let fewest = clusters.iter().map(|(_, (_, zones))| *zones).chain([region.1]).min().unwrap_or(2);
            let zones = zones.map(|zones| zones.min(fewest));
            // One account is in one partition.
            let is_gov = |(name, _): (&str, u8)| name.starts_with("us-gov");
            let clusters: Vec<(String, (&str, u8))> =
                clusters.into_iter().filter(|(_, own)| is_gov(*own) == is_gov(region)).collect();
            // Further clusters would inherit the VPC, and its subnets with it.
            let is_shared = network == Network::Existing && !clusters.is_empty();
            let network = if is_shared { Network::Plain } else { network };
            Environment {
                name: name.clone(),
                region,
                prefix,
                protection,
                has_plan_role,
                network,
                has_prefixes,
                is_private,
                core_on_fargate,
                nat,
                zones,
                kubernetes_version,
                off,
                clusters,
            }
        },
    )
}

fn name_of_cluster() -> impl Strategy<Value = String> {
    // With another letter, `con` would be one, which Windows keeps for itself.
    name().prop_map(|name| format!("x{name}"))
}

/// Makes random blueprints.
pub fn blueprints() -> impl Strategy<Value = Blueprint> {
    let environments = btree_set(name(), 1..=4)
        .prop_flat_map(|names| names.into_iter().map(environment).collect::<Vec<_>>());
    let resources = subsequence(RESOURCES, 0..=RESOURCES.len());
    let app = (
        vec(any::<usize>(), 0..4),
        option::of(1u16..500),
        any::<bool>(),
        any::<bool>(),
        proptest::bool::weighted(0.2),
        resources,
    );
    let apps = btree_map(name(), app, 0..3).prop_map(|apps| {
        let app = |(name, (places, quota, has_admin, has_reader, owns_namespace, resources))| App {
            name,
            owns_namespace,
            resources,
            places,
            quota,
            has_admin,
            has_reader,
        };
        apps.into_iter().map(app).collect::<Vec<_>>()
    });
    let tags = btree_map("[A-Za-z][ A-Za-z0-9:/_.-]{0,12}", "[\\p{L}\\p{N} _.:/=+@-]{0,12}", 0..4)
        .prop_map(|tags| tags.into_iter().collect::<Vec<_>>());
    let cluster = (option::of(select(vec![30u32, 365])), any::<bool>()).prop_map(|(days, has_reader)| {
        let mut keys = vec![
            ("kubernetes_version", "\"1.36\"".to_owned()),
            ("endpoint", "{ public_cidrs = [\"203.0.113.0/24\"] }".to_owned()),
        ];
        keys.extend(days.map(|days| ("log_retention_days", days.to_string())));
        if has_reader {
            keys.push(("readers", "[\"arn:{partition}:iam::{account}:role/people/reader\"]".to_owned()));
        }
        keys
    });
    let addons = subsequence(ADDONS.to_vec(), 0..=ADDONS.len());
    (name(), tags, cluster, pools(), addons, environments, apps).prop_map(
        |(project, tags, cluster, pools, addons, environments, apps)| Blueprint {
            project,
            tags,
            cluster,
            pools,
            addons,
            environments,
            apps,
        },
    )
}

fn quote(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// A table's header, and its keys with their values.
type Section = (String, Vec<(String, String)>);

impl Blueprint {
    /// Writes it in a plain order.
    pub fn text(&self) -> String {
        print(&self.sections())
    }

    /// Writes it with tables and keys in another order.
    pub fn shuffled(&self, seed: u64) -> String {
        let mut sections = self.sections();
        let mut next = dice(seed);
        for at in (1..sections.len()).rev() {
            sections.swap(at, next(at + 1));
        }
        for (_, keys) in &mut sections {
            for at in (1..keys.len()).rev() {
                keys.swap(at, next(at + 1));
            }
        }
        print(&sections)
    }

    /// Writes it into several files, the first of which includes the others. Tables are torn apart, too.
    pub fn split(&self, seed: u64) -> Vec<String> {
        const FILES: usize = 4;
        let mut next = dice(seed);
        let mut files: Vec<Vec<Section>> = vec![Vec::new(); FILES];
        for (header, keys) in self.sections() {
            // An empty table means something: it is in one file at least.
            files[next(FILES)].push((header.clone(), Vec::new()));
            for key in keys {
                let file = &mut files[next(FILES)];
                match file.iter_mut().find(|(known, _)| *known == header) {
                    Some((_, keys)) => keys.push(key),
                    None => file.push((header.clone(), vec![key])),
                }
            }
        }
        let print = |(at, sections): (usize, &Vec<Section>)| {
            let head = if at == 0 { "format = 1\ninclude = [\"parts/*.toml\"]\n" } else { "" };
            head.to_owned() + &print_sections(sections)
        };
        files.iter().enumerate().map(print).collect()
    }

    /// Gives an environment another name.
    pub fn renamed(&self, old: &str, new: &str) -> Self {
        let mut renamed = self.clone();
        for environment in &mut renamed.environments {
            if environment.name == old {
                new.clone_into(&mut environment.name);
            }
        }
        renamed
    }

    fn sections(&self) -> Vec<Section> {
        let own = |keys: &[(&str, String)]| -> Vec<(String, String)> {
            keys.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect()
        };
        let mut sections: Vec<Section> = vec![
            ("project".to_owned(), own(&[("name", quote(&self.project)), ("owner", quote("ops"))])),
            ("cluster".to_owned(), own(&self.cluster)),
        ];
        let tags = self.tags.iter().map(|(key, value)| (quote(key), quote(value)));
        sections.push(("project.tags".to_owned(), tags.collect()));
        for pool in &self.pools {
            sections.push((format!("cluster.node_pools.{}", pool.name), own(&pool.keys)));
        }
        // An environment may switch the others off, and applications need one.
        if !self.apps.is_empty() {
            let keys = [
                ("kind", quote("managed")),
                ("instance_types", "[\"m6i.large\"]".to_owned()),
                ("size", "{ min = 1, max = 2 }".to_owned()),
            ];
            sections.push(("cluster.node_pools.general".to_owned(), own(&keys)));
        }
        let has_karpenter = self.pools.iter().any(|pool| pool.is_karpenter)
            || self.environments.iter().any(|environment| environment.core_on_fargate);
        let karpenter = has_karpenter.then_some("karpenter");
        for addon in self.addons.iter().copied().chain(karpenter) {
            sections.push((format!("cluster.addons.{addon}"), Vec::new()));
        }
        for (index, environment) in self.environments.iter().enumerate() {
            sections.extend(self.environment(index, environment));
        }
        sections.extend(self.apps.iter().map(|app| self.app(app)));
        sections
    }

    fn environment(&self, index: usize, environment: &Environment) -> Vec<Section> {
        let Environment { name, region, .. } = environment;
        let role = |role: &str| quote(&format!("arn:{{partition}}:iam::{{account}}:role/{role}"));
        let mut keys = vec![
            ("account".to_owned(), quote(&format!("{:012}", index + 1))),
            ("region".to_owned(), quote(region.0)),
            ("deploy_role".to_owned(), role("terraform")),
        ];
        if environment.protection {
            keys.push(("protection".to_owned(), "true".to_owned()));
        }
        if environment.has_plan_role {
            keys.push(("plan_role".to_owned(), role("plan")));
        }
        if let Some(version) = environment.kubernetes_version {
            keys.push(("cluster.kubernetes_version".to_owned(), quote(version)));
        }
        let network = network(index, environment);
        if environment.is_private {
            keys.push((
                "cluster.endpoint".to_owned(),
                "{ public_cidrs = [], runner = \"in-vpc\" }".to_owned(),
            ));
        }
        if environment.core_on_fargate {
            keys.push(("cluster.node_pools.core.kind".to_owned(), quote("fargate")));
        }
        let mut sections = vec![
            (format!("environments.{name}"), keys),
            (format!("environments.{name}.cluster.network"), network),
        ];
        // Everything but core can be taken out; Karpenter's add-on stays.
        let pools = self.pools.iter().skip(1).map(|pool| format!("node_pools.{}", pool.name));
        let addons = self.addons.iter().map(|addon| format!("addons.{addon}"));
        for (at, what) in pools.chain(addons).enumerate() {
            if environment.off.contains(&at) {
                let off = vec![("enabled".to_owned(), "false".to_owned())];
                sections.push((format!("environments.{name}.cluster.{what}"), off));
            }
        }
        for (at, (cluster, region)) in environment.clusters.iter().enumerate() {
            let number = index * 20 + at + 1;
            let mut keys = vec![
                ("region".to_owned(), quote(region.0)),
                ("network.cidr".to_owned(), quote(&format!("10.{number}.0.0/16"))),
            ];
            if environment.network == Network::PodRange {
                keys.push(("network.pod_cidr".to_owned(), pod_range(number)));
            }
            sections.push((format!("environments.{name}.clusters.{cluster}"), keys));
        }
        sections
    }

    fn app(&self, app: &App) -> Section {
        let clusters = self.environments.iter().flat_map(|environment| {
            let others =
                environment.clusters.iter().map(|(cluster, _)| format!("{}/{cluster}", environment.name));
            std::iter::once(environment.name.clone()).chain(others)
        });
        let clusters: Vec<String> = clusters.collect();
        let places: BTreeSet<usize> = app.places.iter().map(|place| place % clusters.len()).collect();
        let places: Vec<String> = places.into_iter().map(|place| quote(&clusters[place])).collect();
        let mut keys = vec![
            ("team".to_owned(), quote("team")),
            ("environments".to_owned(), format!("[{}]", places.join(", "))),
        ];
        if let Some(cpu) = app.quota {
            keys.push(("quota".to_owned(), format!("{{ cpu = {cpu}, memory = \"{cpu}Gi\" }}")));
        }
        if app.has_admin {
            let arn = quote("arn:{partition}:iam::{account}:role/admin");
            keys.push(("admins".to_owned(), format!("[{arn}]")));
        }
        if app.has_reader {
            let arn = quote("arn:{partition}:iam::{account}:role/people/app-reader");
            keys.push(("readers".to_owned(), format!("[{arn}]")));
        }
        if app.owns_namespace {
            keys.push(("owner".to_owned(), quote("app")));
        }
        for (key, value) in &app.resources {
            keys.push(((*key).to_owned(), value.replace("{app}", &app.name)));
        }
        (format!("apps.{}", app.name), keys)
    }
}

/// Random numbers below what is asked for, the same for the same seed.
fn dice(seed: u64) -> impl FnMut(usize) -> usize {
    let mut state = seed | 1;
    move |below| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).expect("31 bits") % below.max(1)
    }
}

/// The keys of an environment's network.
fn network(index: usize, environment: &Environment) -> Vec<(String, String)> {
    let mut keys = vec![("cidr", quote(&format!("10.{}.0.0/{}", index * 20, environment.prefix)))];
    if environment.network == Network::Existing {
        let zones = if environment.region.1 == 2 { ["a", "c"] } else { ["a", "b"] };
        let subnets = zones.map(|zone| {
            format!("{}{zone} = {}", environment.region.0, quote(&format!("subnet-{index:08}{zone:0>9}")))
        });
        keys.push(("vpc_id", quote(&format!("vpc-{index:017}"))));
        keys.push(("private_subnets", format!("{{ {} }}", subnets.join(", "))));
    } else {
        keys.push(("nat", quote(environment.nat)));
        keys.extend(environment.zones.map(|zones| ("zones", zones.to_string())));
    }
    if environment.has_prefixes {
        keys.push(("prefix_delegation", "true".to_owned()));
    }
    match environment.network {
        Network::Plain | Network::Existing => {}
        Network::PodRange => keys.push(("pod_cidr", pod_range(index * 20))),
        Network::Ipv6 => keys.push(("ip_family", quote("ipv6"))),
        Network::Endpoints => keys.push(("endpoints", r#"["sts", "dynamodb"]"#.to_owned())),
    }
    keys.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

fn pod_range(number: usize) -> String {
    quote(&format!("100.{}.0.0/18", 64 + number % 64))
}

fn print(sections: &[Section]) -> String {
    "format = 1\n".to_owned() + &print_sections(sections)
}

fn print_sections(sections: &[Section]) -> String {
    let mut out = String::new();
    for (header, keys) in sections {
        out.push_str(&format!("\n[{header}]\n"));
        for (key, value) in keys {
            out.push_str(&format!("{key} = {value}\n"));
        }
    }
    out
}
