//! The portfolio: what a lead reads out of an audit. Repositories go in one after the other; what stays of each are
//! counters, lines of tables, and a place in lists that are cut. It is made of rows alone, so that one of a merged
//! dataset is that of a single run.

mod builder;
mod counts;
mod earlier;
mod evidence;
mod gates;
mod ledger;
mod lines;
mod offenders;
mod top;
mod undecided;

use std::sync::Arc;

use jiff::civil::Date;

use super::{MissingShard, Shard};
use crate::finding::Severity;

pub use builder::{Builder, Options};
pub use counts::{Amount, Cost, Counts, Point};
pub use earlier::{Against, Comparison, Earlier};
pub use evidence::{Evidence, Outcomes, PackVariant};
pub use gates::{Gates, gates};
pub use ledger::{Entry, Ledger, SOON};
pub use lines::{Line, RepoLine, RuleLine};
pub use offenders::{Offender, OffenderFinding};
pub use top::List;
pub use undecided::{FactLine, Undecided, UndecidedDeployment};

/// Everything an audit came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Portfolio {
    /// The day that it counts as.
    pub today: Date,
    /// All repositories of the audit, those that are missing as well.
    pub asked: u64,
    /// The last day.
    pub now: Point,
    /// Each day, the earliest first; the last is [`Self::now`].
    pub trend: Vec<Point>,
    /// What is new and what is gone; nothing where there is nothing to compare with.
    pub comparison: Option<Comparison>,
    /// What the deployments cost.
    pub cost: Cost,
    /// What those cost that have open errors.
    pub cost_at_stake: Cost,
    /// By team: the declared owner, else the first of CODEOWNERS.
    pub teams: Vec<Line>,
    /// By rule.
    pub rules: Vec<RuleLine>,
    /// By stage.
    pub stages: Vec<Line>,
    /// By strategy.
    pub strategies: Vec<Line>,
    /// By base model.
    pub models: Vec<Line>,
    /// By how it is hosted.
    pub hostings: Vec<Line>,
    /// By repository, in order of their names; those that failed or were absent as well.
    pub repos: Vec<RepoLine>,
    /// Waivers and comments.
    pub ledger: Ledger,
    /// What nobody can judge, and what would change that.
    pub undecided: Undecided,
    /// The deployments with most errors, then most warnings.
    pub offenders: List<Offender>,
    /// Deployments that nobody owns.
    pub unowned: List<Spot>,
    /// Open mistakes of severity error in configs, policies, supplied facts, waivers and baselines.
    pub mistakes: List<Mistake>,
    /// What went against a lock of the organisation's config, and had no effect.
    pub locked: List<Mistake>,
    /// What could not be looked into.
    pub passed_over: List<Skipped>,
    /// How many of each kind that were.
    pub passed_over_kinds: Vec<(String, u64)>,
    /// Parts of the audit that are not there.
    pub missing: Vec<MissingShard>,
    /// Which part of an audit this is; nothing: all.
    pub shard: Option<Shard>,
    /// What the numbers stand on.
    pub evidence: Evidence,
}

impl Portfolio {
    /// The day before the last, where there is one.
    pub fn before(&self) -> Option<&Point> {
        self.trend.len().checked_sub(2).and_then(|index| self.trend.get(index))
    }
}

/// A place in a file of a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot {
    /// The repository.
    pub repo: Arc<str>,
    /// What the pages of its files are below, as its row has it: not to be linked unlooked at.
    pub web: Option<Arc<str>>,
    /// The deployment, where it has a name and the place is about one.
    pub deployment: Option<String>,
    /// The file, from the top of the repository.
    pub file: String,
    /// The line, from one.
    pub line: Option<u32>,
}

/// A mistake in a file that tunelint itself is governed by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Where.
    pub spot: Spot,
    /// Which kind of file: `config`, `policy`, `facts`, `waivers` or `baseline`.
    pub rule: String,
    /// Which mistake.
    pub code: Option<String>,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
}

/// Something in a repository that an audit cannot look into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// The repository.
    pub repo: Arc<str>,
    /// What it is: `submodule`, `lfs-pointer`, `shallow`.
    pub code: String,
    /// Where.
    pub path: String,
}

/// Whom a deployment is laid to: who it says owns it, else the first whom CODEOWNERS names.
pub fn team<'a>(owner: Option<&'a str>, code_owners: &'a [String]) -> Option<&'a str> {
    owner.or_else(|| code_owners.first().map(String::as_str))
}
