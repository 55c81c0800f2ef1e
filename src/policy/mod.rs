//! Policies: packs of rules, read and checked before any manifest, evaluated on facts. Knows facts, never formats.

pub mod advice;
pub mod complete;
mod defaults;
pub mod embedded;
pub mod eval;
pub mod expression;
pub mod extends;
mod ids;
pub mod judge;
mod labels;
pub mod library;
pub mod load;
pub mod overrides;
pub mod pack;
mod pack_file;
mod records;
pub mod selection;
pub mod settings;
mod standing;
pub mod template;
pub mod testing;

use std::sync::Arc;

use crate::finding::{Finding, Scalar};
use crate::threads::Threads;
use overrides::Layers;
use pack::Pack;

pub use ids::Found;
pub use judge::{Judging, Verdict};
pub use records::{ParameterRecord, RuleRecord};
pub use selection::{PolicyError, Renamed, Selection};
pub use standing::Stood;

/// The packs in force, with the parameters in force.
#[derive(Debug, Default)]
pub struct Policies {
    /// The packs, by name.
    pub packs: Vec<Pack>,
    /// Threads to read policy files with.
    pub threads: Threads,
    /// What is wrong with the policy files; the rules concerned do not run, the others do.
    pub problems: Vec<Finding>,
    /// What differs from the packs as they are.
    layers: Layers,
}

/// A pack in force.
#[derive(Clone, Debug)]
pub struct PackRecord {
    /// Its name.
    pub name: Arc<str>,
    /// Its version.
    pub version: Box<str>,
    /// SHA-256 of its files, `sha256:…`.
    pub digest: Box<str>,
    /// Its parameters in force, in the order of the pack file.
    pub parameters: Vec<(Arc<str>, Scalar)>,
}

/// How the rules came out on a deployment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OutcomeCounts {
    /// Rules that apply and hold.
    pub pass: u32,
    /// Rules that apply and do not hold.
    pub fail: u32,
    /// Rules that apply and cannot be decided.
    pub undetermined: u32,
    /// Rules that do not apply.
    pub not_applicable: u32,
    /// Rules of which it is unknown whether they apply, and which therefore do not.
    pub not_applicable_unknown: u32,
}

impl Policies {
    /// The packs as the report lists them.
    pub fn records(&self) -> Vec<PackRecord> {
        self.packs
            .iter()
            .map(|pack| PackRecord {
                name: pack.name.clone(),
                version: pack.version.clone(),
                digest: pack.digest.clone(),
                parameters: pack
                    .settings
                    .parameters
                    .iter()
                    .map(|parameter| (parameter.name.clone(), parameter.value.clone()))
                    .collect(),
            })
            .collect()
    }
}
