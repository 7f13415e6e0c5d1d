//! The custom resource definitions of the charts, and what they say of an object.
//!
//! A schema is checked as an API server does with `fieldValidation=Strict`: a field that it does not know is a mistake. Rules
//! in CEL are not evaluated here, the control plane does that; those of Karpenter that a blueprint can come near to are
//! written out in `karpenter.rs`.

use std::collections::BTreeMap;
use std::path::Path;

use jsonschema::Validator;
use plinth::catalog::Catalog;
use serde_json::{Value, json};
use walkdir::WalkDir;

use crate::judge;
use crate::karpenter;
use crate::yaml;

/// All definitions.
pub struct Definitions {
    /// As they are written, one for each kind.
    documents: Vec<Value>,
    /// By `apiVersion` and `kind` of their objects.
    validators: BTreeMap<(String, String), Validator>,
}

impl Definitions {
    /// Reads the definitions below a folder: the files of its folders `crds`.
    pub fn load(folder: &Path) -> Self {
        let files =
            WalkDir::new(folder).sort_by_file_name().into_iter().map(|entry| entry.expect("readable"));
        let files = files.map(walkdir::DirEntry::into_path).filter(|path| {
            path.components().any(|part| part.as_os_str() == "crds")
                && path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml")
        });
        let documents: Vec<Value> = files
            .flat_map(|file| yaml::documents(&file))
            .filter(|document| document["kind"] == "CustomResourceDefinition")
            .collect();
        assert!(documents.len() > 50, "only {} definitions in {}", documents.len(), folder.display());
        let validators = documents.iter().flat_map(validators).collect();
        Self { documents, validators }
    }

    /// Returns the definitions that some objects need.
    pub fn of(&self, objects: &[Value]) -> Vec<&Value> {
        let is_needed = |definition: &&Value| {
            let spec = &definition["spec"];
            let group = spec["group"].as_str().expect("a definition has a group");
            objects.iter().any(|object| {
                let version = object["apiVersion"].as_str().unwrap_or_default();
                version.split_once('/').is_some_and(|(own, _)| own == group)
                    && object["kind"] == spec["names"]["kind"]
            })
        };
        self.documents.iter().filter(is_needed).collect()
    }

    /// Returns the kinds that are defined, `plural.group`.
    pub fn kinds(&self) -> Vec<&str> {
        self.documents.iter().filter_map(|definition| definition["metadata"]["name"].as_str()).collect()
    }

    /// Returns what is wrong with an object; `None` when no definition is of its kind.
    pub fn problems(&self, object: &Value) -> Option<Vec<String>> {
        let text = |key: &str| object[key].as_str().unwrap_or_default().to_owned();
        let validator = self.validators.get(&(text("apiVersion"), text("kind")))?;
        let errors = validator.iter_errors(object);
        let mut problems: Vec<String> =
            errors.map(|error| format!("{}: {error}", error.instance_path())).collect();
        problems.extend(karpenter::problems(object));
        Some(problems)
    }
}

fn validators(definition: &Value) -> Vec<((String, String), Validator)> {
    let spec = &definition["spec"];
    let text = |value: &Value| value.as_str().expect("a definition names its group and kind").to_owned();
    let versions = spec["versions"].as_array().into_iter().flatten();
    let versions = versions.filter(|version| version["served"] == true);
    let of_version = |version: &Value| {
        let mut schema = version["schema"]["openAPIV3Schema"].clone();
        close(&mut schema);
        let properties = &mut schema["properties"];
        for (key, kind) in [("apiVersion", "string"), ("kind", "string"), ("metadata", "object")] {
            properties[key] = json!({ "type": kind });
        }
        let validator = jsonschema::draft4::new(&schema).expect("a definition's schema is a schema");
        (
            (format!("{}/{}", text(&spec["group"]), text(&version["name"])), text(&spec["names"]["kind"])),
            validator,
        )
    };
    versions.map(of_version).collect()
}

/// Makes a JSON schema of a structural one: no unknown fields, and Kubernetes' own words in those of JSON Schema
/// (Kubernetes, "Extend the Kubernetes API with CustomResourceDefinitions", read 2026-11).
fn close(schema: &mut Value) {
    let Value::Object(keys) = schema else { return };
    let is_open = keys.get("x-kubernetes-preserve-unknown-fields").is_some_and(|open| open == true);
    if keys.contains_key("properties") && !keys.contains_key("additionalProperties") && !is_open {
        keys.insert("additionalProperties".to_owned(), json!(false));
    }
    if keys.get("x-kubernetes-int-or-string").is_some_and(|either| either == true) {
        keys.insert("type".to_owned(), json!(["integer", "string"]));
    } else if keys.get("nullable").is_some_and(|nullable| nullable == true)
        && let Some(kind) = keys.get("type").cloned()
    {
        keys.insert("type".to_owned(), json!([kind, "null"]));
    }
    for key in ["properties", "patternProperties"] {
        if let Some(Value::Object(fields)) = keys.get_mut(key) {
            fields.values_mut().for_each(close);
        }
    }
    // Not what stands in `allOf`, `anyOf`, `oneOf`, `not`: these judge values, fields are declared outside.
    for key in ["items", "additionalProperties"] {
        if let Some(inner) = keys.get_mut(key) {
            close(inner);
        }
    }
}

/// The judge itself: right objects pass, and an unknown field in them does not, wherever a definition names fields at all.
#[test]
fn definitions_take_what_is_right_alone() {
    let what = "definitions, by objects that are right";
    let Some([folder]) = judge::data(what, ["addons"]) else { return };
    let definitions = Definitions::load(&folder);
    let objects = yaml::documents(&folder.join("examples/custom-resources.yaml"));
    assert!(objects.len() > 10, "only {} objects", objects.len());
    let mut closed = 0;
    for mut object in objects {
        assert_eq!(definitions.problems(&object), Some(Vec::new()), "{object}");
        object["spec"]["doesNotExist"] = json!("at all");
        closed += usize::from(definitions.problems(&object).is_some_and(|found| !found.is_empty()));
    }
    assert!(closed > 10, "only {closed} definitions refuse an unknown field");
}

/// Kinds that go before their add-on, of whose definitions there is no copy here.
const UNSEEN: [&str; 15] = [
    "applications.argoproj.io",
    "applicationsets.argoproj.io",
    "appprojects.argoproj.io",
    "challenges.acme.cert-manager.io",
    "clusterpushsecrets.external-secrets.io",
    "federations.rabbitmq.com",
    "fieldexports.services.k8s.aws",
    "operatorpolicies.rabbitmq.com",
    "orders.acme.cert-manager.io",
    "schemareplications.rabbitmq.com",
    "secretstores.external-secrets.io",
    "shovels.rabbitmq.com",
    "superstreams.rabbitmq.com",
    "topicpermissions.rabbitmq.com",
    "volumesnapshots.snapshot.storage.k8s.io",
];

/// What `scripts/destroy` deletes first has a definition: a kind that is misspelt would be passed over without a word.
#[test]
fn kinds_that_go_first_are_defined() {
    let what = "kinds that go before their add-on, by definitions";
    let Some([folder]) = judge::data(what, ["addons"]) else { return };
    let definitions = Definitions::load(&folder);
    let defined = definitions.kinds();
    let kinds: Vec<String> =
        Catalog::load().addons.into_values().flat_map(|addon| addon.destroy_first).collect();
    let unknown = |kind: &&String| defined.contains(&kind.as_str()) == UNSEEN.contains(&kind.as_str());
    let unknown: Vec<&String> = kinds.iter().filter(unknown).collect();
    assert!(unknown.is_empty(), "neither defined nor known to be unseen, or both: {unknown:?}");
    assert!(
        UNSEEN.iter().all(|unseen| kinds.iter().any(|kind| kind == unseen)),
        "an unseen kind goes nowhere"
    );
}
