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

/// How to judge.
#[derive(Clone, Copy, Debug)]
pub struct Judging {
    /// The day of the run.
    pub today: jiff::civil::Date,
    /// Whether outcomes that are no findings are wanted as well.
    pub show_passed: bool,
}

impl Policies {
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
