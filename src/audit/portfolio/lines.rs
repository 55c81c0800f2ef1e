//! Lines of tables: by a word that deployments share, by rule, by repository.

use std::collections::{BTreeMap, BTreeSet};

use super::counts::{Cost, Counts};
use crate::audit::record::{DeploymentRow, FindingRow, RepoRow, RepoState};
use crate::finding::{Outcome, Severity, Status};

/// What has a word in common: a team, a stage, a strategy.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Line {
    /// The word; nothing for those that have none.
    pub name: Option<String>,
    /// Repositories with some of it.
    pub repos: u64,
    /// Deployments and findings.
    pub counts: Counts,
    /// What the deployments cost.
    pub cost: Cost,
}

/// Lines while they are gathered.
#[derive(Debug, Default)]
pub(super) struct Groups {
    /// Each with the number of the repository that was counted last.
    lines: BTreeMap<String, (Line, u64)>,
    /// What has no word.
    nameless: Option<(Line, u64)>,
}

impl Groups {
    pub(super) fn deployment(&mut self, name: Option<&str>, repo: u64, row: &DeploymentRow) {
        let line = self.line(name, repo);
        line.counts.deployments += 1;
        line.cost.take(row);
    }

    pub(super) fn finding(&mut self, name: Option<&str>, repo: u64, row: &FindingRow, is_new: bool) {
        if row.outcome.is_problem() {
            self.line(name, repo).counts.take(row, is_new);
        }
    }

    fn line(&mut self, name: Option<&str>, repo: u64) -> &mut Line {
        let begun =
            |name: Option<&str>| (Line { name: name.map(str::to_owned), ..Line::default() }, u64::MAX);
        let (line, last) = match name {
            None => self.nameless.get_or_insert_with(|| begun(None)),
            Some(word) => self.lines.entry(word.to_owned()).or_insert_with(|| begun(name)),
        };
        if *last != repo {
            *last = repo;
            line.repos += 1;
        }
        line
    }

    /// The lines, the worst first; what has no word among them, last of its equals.
    pub(super) fn finish(self) -> Vec<Line> {
        let mut lines: Vec<Line> =
            self.lines.into_values().chain(self.nameless).map(|(line, _)| line).collect();
        lines.sort_by_key(|line| {
            let counts = &line.counts;
            std::cmp::Reverse((counts.errors, counts.warnings, counts.notes, counts.deployments))
        });
        lines
    }
}

/// A rule, and what it came to everywhere.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RuleLine {
    /// Its pack; nothing for what belongs to none (`schema`, `config`, …).
    pub pack: Option<String>,
    /// Its id.
    pub rule: String,
    /// The worst severity of its open findings; of all, where none is open.
    pub severity: Option<Severity>,
    /// Repositories with open findings of it.
    pub repos: u64,
    /// Deployments with open findings of it.
    pub deployments: u64,
    /// Its findings; `deployments` of it is zero.
    pub counts: Counts,
    /// Deployments that it holds for, where such outcomes were kept.
    pub passed: u64,
    /// Deployments that it does not speak of, where such outcomes were kept.
    pub not_applicable: u64,
}

/// Rules while they are gathered.
#[derive(Debug, Default)]
pub(super) struct Rules {
    /// By pack and id, those without a pack first.
    lines: BTreeMap<(Option<String>, String), (RuleLine, Option<Severity>)>,
}

impl Rules {
    /// Takes in the findings of a repository.
    pub(super) fn take(&mut self, findings: &[FindingRow], is_new: &[bool]) {
        let mut about: BTreeMap<(Option<&str>, &str), BTreeSet<&str>> = BTreeMap::new();
        for (row, is_new) in findings.iter().zip(is_new) {
            let key = (row.pack.clone(), row.rule.clone());
            let (line, of_open) = self.lines.entry(key).or_insert_with(|| {
                (RuleLine { pack: row.pack.clone(), rule: row.rule.clone(), ..RuleLine::default() }, None)
            });
            match row.outcome {
                Outcome::Pass => line.passed += 1,
                Outcome::NotApplicable => line.not_applicable += 1,
                _ => {
                    line.counts.take(row, *is_new);
                    line.severity = line.severity.max(Some(row.severity));
                    if row.status == Status::Open {
                        *of_open = (*of_open).max(Some(row.severity));
                        let deployments = about.entry((row.pack.as_deref(), &row.rule)).or_default();
                        deployments.extend(row.deployment_id.as_deref());
                    }
                }
            }
        }
        for ((pack, rule), deployments) in about {
            if let Some((line, _)) = self.lines.get_mut(&(pack.map(str::to_owned), rule.to_owned())) {
                line.repos += 1;
                line.deployments += deployments.len() as u64;
            }
        }
    }

    /// The rules, those with most errors first.
    pub(super) fn finish(self) -> Vec<RuleLine> {
        let with_severity = |(line, of_open): (RuleLine, Option<Severity>)| RuleLine {
            severity: of_open.or(line.severity),
            ..line
        };
        let mut lines: Vec<RuleLine> = self.lines.into_values().map(with_severity).collect();
        lines.sort_by_key(|line| {
            let counts = &line.counts;
            std::cmp::Reverse((counts.errors, counts.warnings, counts.notes, counts.excused()))
        });
        lines
    }
}

/// A repository on the last day.
#[derive(Clone, Debug, PartialEq)]
pub struct RepoLine {
    /// Its name.
    pub repo: String,
    /// Whether it could be audited.
    pub state: RepoState,
    /// Why it could not.
    pub problem: Option<String>,
    /// The commit that was read.
    pub commit: Option<String>,
    /// When that was committed, in UTC.
    pub committed_at: Option<String>,
    /// What the pages of its files are below, as its row has it: not to be linked unlooked at.
    pub web: Option<String>,
    /// SHA-256 of the configs in force, `sha256:…`.
    pub config: Option<String>,
    /// Manifests found.
    pub manifests: u64,
    /// Deployments and findings.
    pub counts: Counts,
    /// The status that `check` would exit with.
    pub exit: u8,
}

impl RepoLine {
    pub(super) fn new(row: &RepoRow, new: u64) -> Self {
        let mut counts = Counts { new, ..Counts::default() };
        counts.take_repo(row);
        Self {
            repo: row.repo.clone(),
            state: row.state,
            problem: row.problem.clone(),
            commit: row.commit.clone(),
            committed_at: row.committed_at.clone(),
            web: row.web.clone(),
            config: row.config.clone(),
            manifests: row.manifests,
            counts,
            exit: row.exit,
        }
    }
}
