//! What an audit fails on.

use super::Portfolio;
use crate::finding::Severity;
use crate::policy::template::separated;
use crate::report::{Exit, FailOn};

/// What to fail on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gates {
    /// Open findings from a severity on.
    pub fail_on: FailOn,
    /// More new findings than this, of whatever severity.
    pub max_new: Option<u64>,
    /// Deployments that nobody owns.
    pub require_owner: bool,
}

/// The exit status that an audit comes to, and why, the gravest first. Nothing is said of a status of 0.
pub fn gates(portfolio: &Portfolio, gates: &Gates) -> (Exit, Vec<String>) {
    let troubles = troubles(portfolio, gates);
    let findings = findings(portfolio, gates);
    let exit = match (troubles.is_empty(), findings.is_empty()) {
        (false, _) => Exit::Trouble,
        (true, false) => Exit::Findings,
        (true, true) => Exit::Clean,
    };
    (exit, troubles.into_iter().chain(findings).collect())
}

/// Why the audit is not to be relied on.
fn troubles(portfolio: &Portfolio, gates: &Gates) -> Vec<String> {
    let mut reasons = Vec::new();
    let failed = portfolio.now.failed;
    if failed > 0 {
        reasons.push(format!("{} could not be read", counted(failed, "repository", "repositories")));
    }
    let missing = portfolio.missing.len() as u64;
    if missing > 0 {
        let repos: usize = portfolio.missing.iter().map(|own| own.repos.len()).sum();
        let repos = counted(repos as u64, "repository", "repositories");
        reasons.push(format!("{} of {repos} missing", counted(missing, "shard", "shards")));
    }
    let mistakes = portfolio.mistakes.count();
    if mistakes > 0 {
        let told = counted(mistakes, "mistake", "mistakes");
        reasons.push(format!("{told} in configs, policies, supplied facts, waivers or baselines"));
    }
    if gates.max_new.is_some() && portfolio.comparison.is_none() {
        reasons.push("nothing to compare with, so that nobody can tell what is new".to_owned());
    }
    reasons
}

/// What the audit was asked to fail on, and found.
fn findings(portfolio: &Portfolio, gates: &Gates) -> Vec<String> {
    let mut reasons = Vec::new();
    if let FailOn::AtLeast(least) = gates.fail_on {
        let grave = [(Severity::Error, "error", "errors"), (Severity::Warning, "warning", "warnings")];
        let grave = grave.into_iter().chain([(Severity::Note, "note", "notes")]);
        let told: Vec<String> = grave
            .filter(|(severity, ..)| *severity >= least)
            .map(|(severity, one, many)| (portfolio.now.counts.of(severity), one, many))
            .filter(|(count, ..)| *count > 0)
            .map(|(count, one, many)| counted(count, one, many))
            .collect();
        if !told.is_empty() {
            reasons.push(format!("{} open", told.join(", ")));
        }
    }
    if let (Some(most), Some(comparison)) = (gates.max_new, &portfolio.comparison) {
        let new = comparison.new_findings();
        if new > most {
            let day = comparison.against.day();
            let [new, most] = [new, most].map(|count| separated(&count.to_string()));
            reasons.push(format!("{new} new since {day}, more than {most}"));
        }
    }
    let unowned = portfolio.unowned.count();
    if gates.require_owner && unowned > 0 {
        reasons.push(format!("{} without an owner", counted(unowned, "deployment", "deployments")));
    }
    reasons
}

fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", separated(&count.to_string()), if count == 1 { one } else { many })
}
