//! `plinth affected`: which stacks a change makes worth a plan, in the order in which they are applied.

use std::io::Write;

use clap::Args;
use serde_json::{Value, json};

use super::base::{Comparison, comparison};
use super::{CLEAN, Format, Place};
use crate::review::touched::{self, affected};

/// The change that is asked about.
#[derive(Debug, Args)]
pub(super) struct Affected {
    #[command(flatten)]
    pub(super) place: Place,
    /// Compare with the tree of this git revision, or with the one in this folder; of several, with each
    #[arg(long, value_name = "REV|DIR", required = true)]
    base: Vec<String>,
}

impl Affected {
    pub(super) fn run(&self, out: &mut impl Write, err: &mut impl Write) -> anyhow::Result<u8> {
        let bases: Vec<&str> = self.base.iter().map(String::as_str).collect();
        let asked: Vec<Option<&str>> = bases.iter().copied().map(Some).collect();
        let Comparison { changes, new } = match comparison(&asked, &self.place, out, err)? {
            Ok(comparison) => comparison,
            Err(status) => return Ok(status),
        };
        if self.place.format == Format::Json {
            let include: Vec<Value> = affected(&changes, &new.stacks).iter().map(entry).collect();
            writeln!(out, "{:#}", json!({ "include": include }))?;
        } else {
            write!(out, "{}", touched::text(&bases, &changes, &new.stacks))?;
        }
        Ok(CLEAN)
    }
}

/// A job of a matrix. `environment`, `cluster` and `stack` are the words that the scripts take.
fn entry(touched::Affected { stack, files, after }: &touched::Affected<'_>) -> Value {
    json!({
        "name": stack.name,
        "environment": stack.environment,
        "cluster": stack.cluster,
        "stack": stack.stack,
        "folder": stack.folder,
        "account": stack.account,
        "region": stack.region,
        "role": stack.deploy_role,
        "plan_role": stack.plan_role,
        "level": stack.level.number(),
        "touched": !files.is_empty(),
        "retired": stack.retired,
        "after": after,
    })
}
