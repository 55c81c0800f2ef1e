//! What nobody can judge, and which facts would decide most.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Spot;
use super::top::{List, Top};
use crate::audit::record::{DeploymentRow, FindingRow};
use crate::finding::Outcome;

/// Open findings that are undetermined, and the facts they lack.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Undecided {
    /// The deployments that they are about, those with most of them first.
    pub deployments: List<UndecidedDeployment>,
    /// The facts, those that decide most by themselves first.
    pub facts: Vec<FactLine>,
}

/// A deployment that some rules cannot judge.
#[derive(Clone, Debug, PartialEq)]
pub struct UndecidedDeployment {
    /// Where it stands.
    pub spot: Spot,
    /// Who owns it: as it says itself, else the first of CODEOWNERS.
    pub team: Option<String>,
    /// Its stage.
    pub stage: Option<String>,
    /// Open findings that are undetermined.
    pub findings: u64,
    /// Rules that were decided.
    pub decided: u64,
    /// The facts that it lacks, in order of their paths.
    pub missing: Vec<String>,
}

/// A fact that is missing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FactLine {
    /// Its path.
    pub path: String,
    /// Open findings that lack it.
    pub findings: u64,
    /// Those among them that lack nothing else: the fact alone decides them.
    pub alone: u64,
    /// Deployments that lack it.
    pub deployments: u64,
    /// Rules that lack it, in order.
    pub rules: Vec<String>,
}

/// Facts that are named for a deployment.
const FACTS: usize = 12;

#[derive(Debug, Default)]
struct Fact {
    findings: u64,
    alone: u64,
    deployments: u64,
    rules: BTreeSet<String>,
}

/// The undecided while they are gathered.
#[derive(Debug)]
pub(super) struct Gathering {
    facts: BTreeMap<String, Fact>,
    top: Top<(Reverse<usize>, Arc<str>, String, u32), UndecidedDeployment>,
}

impl Gathering {
    pub(super) fn new(limit: usize) -> Self {
        Self { facts: BTreeMap::new(), top: Top::new(limit) }
    }

    /// Takes in a deployment with its open findings.
    pub(super) fn take(&mut self, row: &DeploymentRow, spot: &Spot, open: &[(&FindingRow, bool)]) {
        let of_it = open.iter().map(|(finding, _)| *finding);
        let undecided: Vec<&FindingRow> =
            of_it.filter(|finding| finding.outcome == Outcome::Undetermined).collect();
        if undecided.is_empty() {
            return;
        }
        let mut missing: BTreeSet<&str> = BTreeSet::new();
        for finding in &undecided {
            for path in &finding.missing {
                let fact = self.facts.entry(path.clone()).or_default();
                fact.findings += 1;
                fact.alone += u64::from(finding.missing.len() == 1);
                if !fact.rules.contains(&finding.rule) {
                    fact.rules.insert(finding.rule.clone());
                }
                fact.deployments += u64::from(missing.insert(path));
            }
        }
        let key = (Reverse(undecided.len()), Arc::clone(&spot.repo), row.file.clone(), row.document);
        self.top.push(key, || UndecidedDeployment {
            spot: spot.clone(),
            team: super::team(row.owner.as_deref(), &row.code_owners).map(str::to_owned),
            stage: row.stage.clone(),
            findings: undecided.len() as u64,
            decided: u64::from(row.pass) + u64::from(row.fail),
            missing: missing.into_iter().take(FACTS).map(str::to_owned).collect(),
        });
    }

    pub(super) fn finish(self) -> Undecided {
        let line = |(path, fact): (String, Fact)| FactLine {
            path,
            findings: fact.findings,
            alone: fact.alone,
            deployments: fact.deployments,
            rules: fact.rules.into_iter().collect(),
        };
        let mut facts: Vec<FactLine> = self.facts.into_iter().map(line).collect();
        facts.sort_by_key(|fact| Reverse((fact.alone, fact.findings)));
        Undecided { deployments: self.top.finish(), facts }
    }
}
