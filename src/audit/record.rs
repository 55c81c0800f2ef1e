//! Rows: what an audit keeps of each repository. Their fields are the columns of the dataset, so that their names and
//! their meaning are stable; a new field comes last.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::finding::{ExceptionKind, Outcome, Severity, Status};

/// All rows of one repository on one day.
#[derive(Clone, Debug, PartialEq)]
pub struct RepoRows {
    /// The repository.
    pub repo: RepoRow,
    /// Its deployments, by file and document.
    pub deployments: Vec<DeploymentRow>,
    /// Its findings, in the order of a report.
    pub findings: Vec<FindingRow>,
    /// Its waivers, in the order of their file.
    pub waivers: Vec<WaiverRow>,
}

/// Whether a repository could be audited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RepoState {
    /// It was.
    Audited,
    /// It could not be read: [`RepoRow::problem`] says why.
    Failed,
    /// It had no commit on that day.
    Absent,
}

/// A repository on one day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RepoRow {
    /// The day.
    pub snapshot: Date,
    /// Its name: the path it was found by, without `.git`.
    pub repo: String,
    /// Whether it could be audited.
    pub state: RepoState,
    /// Why it could not.
    pub problem: Option<String>,
    /// The commit that was read; nothing where a folder was read as it stands and lies in no repository.
    pub commit: Option<String>,
    /// When that was committed, in UTC: `2026-11-24T16:00:00Z`.
    pub committed_at: Option<String>,
    /// What the pages of its files are below, where its origin is a forge we know:
    /// `https://github.com/acme/infra/blob/COMMIT`.
    pub web: Option<String>,
    /// SHA-256 of the configs in force, `sha256:…`.
    pub config: Option<String>,
    /// Files read.
    pub files: u64,
    /// Files that could not be parsed and have nothing to do with us.
    pub skipped: u64,
    /// Manifests found.
    pub manifests: u64,
    /// Deployments.
    pub deployments: u64,
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
    /// The status that `check` would exit with.
    pub exit: u8,
    /// What was passed over in it: `submodule`, `lfs-pointer`, `shallow`; each once a path.
    pub passed_over: Vec<PassedOver>,
    /// The packs in force, with the parameters that hold where no path says otherwise.
    pub packs: Vec<PackRow>,
}

/// Something in a repository that an audit cannot look into.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PassedOver {
    /// What it is: `submodule` (files of another repository), `lfs-pointer` (a file whose content lies elsewhere),
    /// `shallow` (history that is not there).
    pub code: String,
    /// Where.
    pub path: String,
}

impl PassedOver {
    /// Files of another repository.
    pub fn submodule(path: String) -> Self {
        Self::of("submodule", path)
    }

    /// A file whose content lies elsewhere.
    pub fn lfs_pointer(path: String) -> Self {
        Self::of("lfs-pointer", path)
    }

    /// History that is not there.
    pub fn shallow() -> Self {
        Self::of("shallow", String::new())
    }

    fn of(code: &str, path: String) -> Self {
        Self { code: code.to_owned(), path }
    }
}

/// A pack in force.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PackRow {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// SHA-256 of its files, `sha256:…`.
    pub digest: String,
    /// Its parameters in force, by name.
    pub parameters: serde_json::Map<String, Value>,
}

/// A deployment on one day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeploymentRow {
    /// The day.
    pub snapshot: Date,
    /// Its repository.
    pub repo: String,
    /// The commit that was read.
    pub commit: Option<String>,
    /// `namespace/name`, or the name alone; nothing where the name was rejected.
    pub deployment: Option<String>,
    /// Its file, from the top of the repository.
    pub file: String,
    /// The document in it, from zero.
    pub document: u32,
    /// Its line, from one.
    pub line: u32,
    /// Format id.
    pub format: String,
    /// Who owns it, as it says itself.
    pub owner: Option<String>,
    /// Whom CODEOWNERS names for its file.
    pub code_owners: Vec<String>,
    /// Its stage.
    pub stage: Option<String>,
    /// Its strategy.
    pub strategy: Option<String>,
    /// Its base model.
    pub model: Option<String>,
    /// How it is hosted.
    pub hosting: Option<String>,
    /// The level of its compliance.
    pub compliance: Option<String>,
    /// Requests a month.
    pub monthly_requests: Option<i64>,
    /// Training, once, in USD.
    pub training_usd: Option<f64>,
    /// Upkeep, a month, in USD.
    pub recurring_monthly_usd: Option<f64>,
    /// Requests × tokens ÷ 1,000 × price, a month, in USD.
    pub tokens_monthly_usd: Option<f64>,
    /// Rules that hold.
    pub pass: u32,
    /// Rules that do not hold, excused or not.
    pub fail: u32,
    /// Rules that cannot be decided, excused or not.
    pub undetermined: u32,
    /// Rules that do not apply.
    pub not_applicable: u32,
    /// Rules of which it is unknown whether they apply.
    pub not_applicable_unknown: u32,
    /// Open findings of severity error.
    pub errors: u32,
    /// Open findings of severity warning.
    pub warnings: u32,
    /// Open findings of severity note.
    pub notes: u32,
    /// Findings that somebody excused, in whatever way.
    pub excused: u32,
}

/// A finding on one day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FindingRow {
    /// The day.
    pub snapshot: Date,
    /// Its repository.
    pub repo: String,
    /// The commit that was read.
    pub commit: Option<String>,
    /// The same from day to day, unique in a repository's day.
    pub fingerprint: String,
    /// Rule id.
    pub rule: String,
    /// The pack of the rule.
    pub pack: Option<String>,
    /// For invalid and unreadable: which mistake.
    pub code: Option<String>,
    /// What it came to.
    pub outcome: Outcome,
    /// How bad it is.
    pub severity: Severity,
    /// Whether it counts.
    pub status: Status,
    /// The claim, in one sentence.
    pub message: String,
    /// Identity of the deployment.
    pub deployment: Option<String>,
    /// The manifest of the deployment and its document, from zero: `deploy/bot.yaml#0`.
    pub deployment_id: Option<String>,
    /// Who owns the deployment, as it says itself.
    pub owner: Option<String>,
    /// Whom CODEOWNERS names for the deployment's file.
    pub code_owners: Vec<String>,
    /// The deployment's stage.
    pub stage: Option<String>,
    /// The deployment's strategy.
    pub strategy: Option<String>,
    /// The file that it points into, from the top of the repository.
    pub file: String,
    /// The document in it, from zero.
    pub document: Option<u32>,
    /// First line, from one.
    pub line: Option<u32>,
    /// First column, from one.
    pub column: Option<u32>,
    /// Last line.
    pub end_line: Option<u32>,
    /// One past the last column.
    pub end_column: Option<u32>,
    /// JSON pointer to what decided.
    pub pointer: Option<String>,
    /// The guide's sections that the rule stands on.
    pub guide: Vec<String>,
    /// Paths of the facts whose absence keeps the rule from being decided, the most decisive first.
    pub missing: Vec<String>,
    /// The values that decided, the most decisive first.
    pub values: Vec<ValueRow>,
    /// Why it does not count, where it does not.
    pub exception: Option<ExceptionRow>,
}

/// A value that decided.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ValueRow {
    /// Path of the fact.
    pub path: String,
    /// Its value; null where it is missing or rejected.
    pub value: Value,
    /// The comparison, if it stood in one.
    pub op: Option<String>,
    /// The other side of it, if that holds no fact.
    pub threshold: Option<Value>,
    /// The parameter that the other side is.
    pub parameter: Option<String>,
    /// Where the parameter was set.
    pub parameter_source: Option<String>,
}

/// Why a finding does not count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExceptionRow {
    /// Where it stands.
    pub kind: ExceptionKind,
    /// Why it was made.
    pub reason: Option<String>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// Who approved it.
    pub approved_by: Option<String>,
    /// The ticket that it is discussed in.
    pub ticket: Option<String>,
    /// The last day on which it holds.
    pub expires: Option<Date>,
    /// Its file, from the top of the repository.
    pub file: String,
    /// Its line, from one.
    pub line: Option<u32>,
}

/// Where a waiver stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WaiverState {
    /// It excuses something.
    InUse,
    /// It would, if there were something to excuse.
    Unused,
    /// The value is worse than the one it was granted for.
    Lapsed,
    /// Its last day is over.
    Expired,
    /// It says something that no waiver may say, and counts for nothing.
    Rejected,
}

/// An entry of a waivers file, or a comment that takes findings back, on one day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WaiverRow {
    /// The day.
    pub snapshot: Date,
    /// Its repository.
    pub repo: String,
    /// The commit that was read.
    pub commit: Option<String>,
    /// Whether it is an entry of a waivers file or a comment.
    pub kind: ExceptionKind,
    /// Where it stands.
    pub state: WaiverState,
    /// The rule that it excuses.
    pub rule: String,
    /// The deployment that it is for; of a comment, the one it stands in.
    pub deployment: Option<String>,
    /// The glob of the manifests that it is for.
    pub path: Option<String>,
    /// Why it was made.
    pub reason: Option<String>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// Who approved it.
    pub approved_by: Option<String>,
    /// The ticket that it is discussed in.
    pub ticket: Option<String>,
    /// The last day on which it holds.
    pub expires: Option<Date>,
    /// Findings that it excuses.
    pub findings: u64,
    /// Its file, from the top of the repository.
    pub file: String,
    /// Its line, from one.
    pub line: Option<u32>,
}
