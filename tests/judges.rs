//! The real consumers decide: Terraform, OpenTofu, checkov, shellcheck and moto judge what plinth writes.
//!
//! Judges are found in the folder that `PLINTH_JUDGES` names, then on `PATH`. Where one is missing, a test says on
//! stderr what was not run and passes; with `CI` set it fails. `.ci/run` brings them all.
//!
//! Terraform and OpenTofu have to work without network and without AWS: the judge `offline` prints the environment
//! in which they do, with providers that carry the real schemas and keep what was applied in a file, the world.

#[path = "judges/adoption.rs"]
mod adoption;
#[path = "judges/attachment.rs"]
mod attachment;
#[expect(dead_code, reason = "what tests/properties.rs changes in a blueprint")]
#[path = "properties/blueprint.rs"]
mod blueprint;
#[path = "judges/bootstrap.rs"]
mod bootstrap;
#[path = "judges/by_hand.rs"]
mod by_hand;
#[path = "judges/checkov.rs"]
mod checkov;
#[path = "judges/combinations.rs"]
mod combinations;
#[path = "judges/control_plane.rs"]
mod control_plane;
#[path = "judges/definitions.rs"]
mod definitions;
#[path = "judges/delivery.rs"]
mod delivery;
#[path = "judges/deployment.rs"]
mod deployment;
#[path = "judges/drain.rs"]
mod drain;
#[path = "judges/effects.rs"]
mod effects;
#[path = "judges/emitted.rs"]
mod emitted;
#[path = "judges/engine.rs"]
mod engine;
#[path = "judges/escaping.rs"]
mod escaping;
#[path = "judges/fmt.rs"]
mod fmt;
#[path = "judges/history.rs"]
mod history;
#[path = "judges/judge.rs"]
mod judge;
#[path = "judges/karpenter.rs"]
mod karpenter;
#[path = "judges/literal.rs"]
mod literal;
#[path = "judges/nasty.rs"]
mod nasty;
#[path = "judges/network.rs"]
mod network;
#[path = "judges/permissions.rs"]
mod permissions;
#[path = "judges/pipeline.rs"]
mod pipeline;
#[path = "judges/place.rs"]
mod place;
#[path = "judges/placement.rs"]
mod placement;
#[path = "harness/random.rs"]
mod random;
#[path = "judges/renames.rs"]
mod renames;
#[path = "judges/scaffold.rs"]
mod scaffold;
#[path = "judges/scripts.rs"]
mod scripts;
#[path = "judges/shellcheck.rs"]
mod shellcheck;
#[path = "judges/stops.rs"]
mod stops;
#[path = "judges/structure.rs"]
mod structure;
#[path = "judges/tenants.rs"]
mod tenants;
#[path = "judges/tree.rs"]
mod tree;
#[path = "judges/truth.rs"]
mod truth;
#[path = "judges/validate.rs"]
mod validate;
#[path = "judges/values.rs"]
mod values;
#[path = "judges/world.rs"]
mod world;
#[path = "judges/yaml.rs"]
mod yaml;
