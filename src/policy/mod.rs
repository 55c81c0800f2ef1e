//! Policies: packs of rules, read and checked before any manifest, evaluated on facts. Knows facts, never formats.

pub mod eval;
pub mod expression;
pub mod pack;
pub mod template;

use crate::finding::Finding;
use crate::manifest::Deployment;
use crate::report::{OutcomeCounts, PackRecord};
use pack::Pack;

/// The packs in force, with the parameters in force.
#[derive(Debug, Default)]
pub struct Policies {
    /// The packs, by name.
    pub packs: Vec<Pack>,
    /// What is wrong with the policy files; the rules concerned do not run, the others do.
    pub problems: Vec<Finding>,
}

/// What is asked of the packs on the command line.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Rules to run (`rule-id`, `pack/*`, `tag:x`); none: all.
    pub select: Vec<String>,
    /// Rules not to run, after `select`.
    pub ignore: Vec<String>,
    /// `pack.param=value` or `param=value`.
    pub set: Vec<String>,
}

/// Why the packs cannot be used as asked.
#[derive(Debug, thiserror::Error)]
#[error("the packs cannot be used as asked")]
pub struct PolicyError;

/// How to judge.
#[derive(Clone, Copy, Debug)]
pub struct Judging {
    /// The day of the run.
    pub today: jiff::civil::Date,
    /// Whether outcomes that are no findings are wanted as well.
    pub show_passed: bool,
}

impl Policies {
    /// The embedded packs.
    pub fn builtin() -> Self {
        Self::default()
    }

    /// Selects rules and sets parameters.
    pub fn apply(&mut self, selection: &Selection) -> Result<(), PolicyError> {
        let _ = selection;
        Ok(())
    }

    /// Evaluates every rule on one deployment: findings are appended to `findings`.
    pub fn judge(
        &self,
        deployment: &Deployment,
        judging: Judging,
        findings: &mut Vec<Finding>,
    ) -> OutcomeCounts {
        let _ = (deployment, judging, findings);
        OutcomeCounts::default()
    }

    /// The packs as the report lists them.
    pub fn records(&self) -> Vec<PackRecord> {
        self.packs
            .iter()
            .map(|pack| PackRecord {
                name: pack.name.clone(),
                version: pack.version.clone(),
                digest: pack.digest.clone(),
                parameters: pack
                    .parameters
                    .iter()
                    .map(|parameter| (parameter.name.clone(), parameter.value.clone()))
                    .collect(),
            })
            .collect()
    }
}
