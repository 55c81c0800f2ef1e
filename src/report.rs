//! The report: every finding and every deployment, sorted, counted, with the exit status. Computed once, whatever
//! the format: each format shows the same.

mod rules;

use std::cmp::Ordering;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::finding::{Finding, Outcome, Severity, Status};
pub use crate::policy::advice::Costs;
pub use crate::policy::{OutcomeCounts, PackRecord, ParameterRecord, RuleRecord};
use crate::source::Source;
pub use rules::{built_in_rule, built_in_rules, rules_of};

/// What to fail on: in JSON, as on a command line, `never` or the severity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FailOn {
    /// Nothing.
    Never,
    /// Open findings at or above a severity.
    #[serde(untagged)]
    AtLeast(Severity),
}

impl Default for FailOn {
    fn default() -> Self {
        Self::AtLeast(Severity::Error)
    }
}

/// The exit status of a run. The order is that of precedence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// 0: nothing at or above `--fail-on`.
    #[default]
    Clean,
    /// 1: findings.
    Findings,
    /// 2: could not run, a named file that is unreadable, or a mistake in config, policies, supplied facts, waivers or
    /// baseline.
    Trouble,
}

impl Exit {
    /// The process's status.
    pub const fn code(self) -> u8 {
        match self {
            Self::Clean => 0,
            Self::Findings => 1,
            Self::Trouble => 2,
        }
    }
}

/// The circumstances of a run.
#[derive(Clone, Debug)]
pub struct Run {
    /// The commit that was checked, where one is known.
    pub commit: Option<String>,
    /// The ref that config and policies were read from (`--trust`).
    pub trust: Option<String>,
    /// The day of the run.
    pub today: jiff::civil::Date,
    /// SHA-256 of the config in force, `sha256:…`.
    pub config: String,
}

/// A deployment in the report.
#[derive(Clone, Debug)]
pub struct DeploymentRecord {
    /// `namespace/name`, or the name alone; nothing where the name was rejected.
    pub name: Option<Arc<str>>,
    /// Its file.
    pub file: Arc<str>,
    /// The document in it.
    pub document: u32,
    /// Format id.
    pub format: &'static str,
    /// Who owns it, where that is known.
    pub owner: Option<Box<str>>,
    /// Its stage, where that is known.
    pub stage: Option<Box<str>>,
    /// Its strategy, where that is known.
    pub strategy: Option<Box<str>>,
    /// How the rules came out.
    pub outcomes: OutcomeCounts,
    /// What an audit asks of it, where that is wanted.
    pub figures: Option<Box<Figures>>,
}

/// What an audit asks of a deployment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Figures {
    /// The line at which it begins, from one.
    pub line: u32,
    /// Its base model.
    pub model: Option<Box<str>>,
    /// How it is hosted.
    pub hosting: Option<Box<str>>,
    /// The level of its compliance.
    pub compliance: Option<Box<str>>,
    /// Requests a month.
    pub monthly_requests: Option<i64>,
    /// What it costs.
    pub costs: Costs,
}

/// A file that looks like an LLM deployment, listed where no manifest was found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Candidate {
    /// The file.
    pub file: Arc<str>,
    /// What gave it away (`model_list`, `vllm/vllm-openai`, …).
    pub marker: &'static str,
}

/// The counts of a run. Errors, warnings and notes count open findings; `undetermined`, `invalid` and `unreadable`
/// overlap them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Files read.
    pub files: u64,
    /// Files that could not be parsed and have nothing to do with us.
    pub skipped: u64,
    /// Manifests found.
    pub manifests: u64,
    /// Open findings of severity error.
    pub errors: u64,
    /// Open findings of severity warning.
    pub warnings: u64,
    /// Open findings of severity note.
    pub notes: u64,
    /// Open findings that are undetermined.
    pub undetermined: u64,
    /// Open findings that are invalid.
    pub invalid: u64,
    /// Open findings that are unreadable.
    pub unreadable: u64,
    /// Findings taken back by a comment.
    pub suppressed: u64,
    /// Findings excused by a waiver.
    pub waived: u64,
    /// Findings of the baseline.
    pub baselined: u64,
    /// Rules over all deployments of which it is unknown whether they apply.
    pub not_applicable_unknown: u64,
}

/// Everything a run came to.
#[derive(Clone, Debug)]
pub struct Report {
    /// The circumstances.
    pub run: Run,
    /// Packs in force, by name.
    pub packs: Vec<PackRecord>,
    /// The words of the rules that findings name, by pack and id.
    pub rules: Vec<RuleRecord>,
    /// The counts.
    pub summary: Summary,
    /// Deployments, by file and document.
    pub deployments: Vec<DeploymentRecord>,
    /// Findings, by file, document, offset, rule, code.
    pub findings: Vec<Finding>,
    /// Where no manifest was found: up to ten files that look like deployments.
    pub candidates: Vec<Candidate>,
    /// What is left out, where the report is limited to changes.
    pub left_out: Option<LeftOut>,
    /// The exit status.
    pub exit: Exit,
}

/// What a report limited to changes does not tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// The revision that changes count from.
    pub since: String,
    /// Deployments that nobody touched and that no finding of the report is about.
    pub deployments: u64,
}

/// Whether a finding is a mistake in a file that tunelint itself is governed by: then no part of the report is to be
/// relied on.
pub fn is_of_our_own_files(finding: &Finding) -> bool {
    finding.outcome == Outcome::Invalid
        && is_rule_of_our_own_files(&finding.rule)
        && finding.severity == Severity::Error
}

/// Whether what is invalid under this rule is a file that tunelint itself is governed by.
pub fn is_rule_of_our_own_files(rule: &str) -> bool {
    matches!(rule, "config" | "policy" | "facts" | "waivers" | "baseline")
}

/// The exit status that findings come to.
pub fn exit_status(findings: &[Finding], fail_on: FailOn, named_unreadable: bool) -> Exit {
    let mut exit = if named_unreadable { Exit::Trouble } else { Exit::Clean };
    for finding in findings.iter().filter(|finding| finding.status == Status::Open) {
        if is_of_our_own_files(finding) {
            exit = Exit::Trouble;
        } else if !finding.outcome.is_problem() {
        } else if matches!(fail_on, FailOn::AtLeast(least) if finding.severity >= least) {
            exit = exit.max(Exit::Findings);
        }
    }
    exit
}

/// What a run gathered, before it is sorted and counted.
#[derive(Debug)]
pub struct Gathered {
    /// The circumstances.
    pub run: Run,
    /// Packs in force.
    pub packs: Vec<PackRecord>,
    /// The words of the rules that findings name, by pack and id.
    pub rules: Vec<RuleRecord>,
    /// Files read.
    pub files: u64,
    /// Files that could not be parsed and have nothing to do with us.
    pub skipped: u64,
    /// Documents that are manifests.
    pub manifests: u64,
    /// Deployments, in any order.
    pub deployments: Vec<DeploymentRecord>,
    /// Findings, in any order.
    pub findings: Vec<Finding>,
    /// Files that look like deployments, in any order.
    pub candidates: Vec<Candidate>,
    /// What is left out, where the report is limited to changes.
    pub left_out: Option<LeftOut>,
    /// Whether something that was asked for by name could not be had.
    pub trouble: bool,
}

/// Candidates that a report lists.
const MOST_CANDIDATES: usize = 10;

impl Report {
    /// Sorts and counts what was gathered, and computes the exit status.
    pub fn compute(gathered: Gathered, fail_on: FailOn) -> Self {
        let Gathered {
            run, mut packs, rules, mut deployments, mut findings, mut candidates, left_out, ..
        } = gathered;
        packs.sort_by(|left, right| left.name.cmp(&right.name));
        deployments.sort_by(|left, right| (&left.file, left.document).cmp(&(&right.file, right.document)));
        sort(&mut findings);
        candidates.sort();
        candidates.dedup_by(|left, right| left.file == right.file);
        candidates.truncate(MOST_CANDIDATES);
        let mut summary = Summary {
            files: gathered.files,
            skipped: gathered.skipped,
            manifests: gathered.manifests,
            not_applicable_unknown: deployments
                .iter()
                .map(|deployment| u64::from(deployment.outcomes.not_applicable_unknown))
                .sum(),
            ..Summary::default()
        };
        for finding in &findings {
            summary.count(finding);
        }
        let exit = exit_status(&findings, fail_on, gathered.trouble);
        Self { run, packs, rules, summary, deployments, findings, candidates, left_out, exit }
    }
}

impl Summary {
    fn count(&mut self, finding: &Finding) {
        match finding.status {
            Status::Suppressed => self.suppressed += 1,
            Status::Waived => self.waived += 1,
            Status::Baselined => self.baselined += 1,
            Status::Open => {
                match finding.outcome {
                    Outcome::Pass | Outcome::NotApplicable => return,
                    Outcome::Fail => {}
                    Outcome::Undetermined => self.undetermined += 1,
                    Outcome::Invalid => self.invalid += 1,
                    Outcome::Unreadable => self.unreadable += 1,
                }
                match finding.severity {
                    Severity::Error => self.errors += 1,
                    Severity::Warning => self.warnings += 1,
                    Severity::Note => self.notes += 1,
                }
            }
        }
    }
}

/// Sorts findings as every report shows them: by file, document, offset, rule, code.
pub fn sort(findings: &mut [Finding]) {
    findings.sort_by(by_place);
}

/// The order of findings: file, document, offset, rule, code, then what tells equal ones apart.
fn by_place(left: &Finding, right: &Finding) -> Ordering {
    fn key(finding: &Finding) -> impl Ord {
        let place = &finding.primary.place;
        (
            place.document,
            place.span.map(|span| span.start),
            &*finding.rule,
            finding.code,
            &*finding.message,
            (place.span, place.pointer.as_deref(), finding.deployment_id.as_deref()),
        )
    }
    let by_file = Source::by_path(&left.primary.place.source, &right.primary.place.source);
    by_file.then_with(|| key(left).cmp(&key(right)))
}
