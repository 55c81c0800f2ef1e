//! What an audit is of: the head of a dataset, and what a portfolio stands on.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::record::PackRow;
use super::shard::Shard;
use crate::report::FailOn;

/// Names the shape of a dataset.
pub const SCHEMA: &str = "tunelint.dev/audit/v1";

/// What was audited, and under which circumstances: `audit.json` of a dataset. Nothing in it depends on when or where
/// the audit ran, so that the same inputs give the same bytes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// [`SCHEMA`].
    pub schema: String,
    /// What audited.
    pub tool: Tool,
    /// The day that it counts as: the last of [`Self::snapshots`].
    pub today: Date,
    /// The days that are looked at, the earliest first. There is one where no history was asked for.
    pub snapshots: Vec<Date>,
    /// The revision that was asked for in all repositories; nothing: each as it stands.
    pub at: Option<String>,
    /// Whether outcomes that are no findings were kept as well.
    pub show_passed: bool,
    /// SHA-256 of the organisation's config, `sha256:…`, where there is one.
    pub org_config: Option<String>,
    /// What that config says to fail on, where it says it. What a repository says decides for `check` alone.
    pub fail_on: Option<FailOn>,
    /// The packs that are in force before a repository says anything, with their parameters.
    pub packs: Vec<PackRow>,
    /// All repositories of the audit, in order, those of other shards as well.
    pub repos: Vec<String>,
    /// Which part of them this is; nothing: all.
    pub shard: Option<Shard>,
    /// Parts of which there is nothing, in a dataset that was merged.
    pub missing: Vec<MissingShard>,
    /// Whether it came to its end. A dataset that did not is of no use.
    pub complete: bool,
    /// How many rows there are of each of [`Self::snapshots`], counted while they were written. Nothing before the end,
    /// and in datasets of versions that did not count: of those, lines that are lost are not missed.
    pub rows: Option<Vec<RowCounts>>,
}

/// How many rows a dataset has of one day, by table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowCounts {
    /// The day.
    pub snapshot: Date,
    /// Rows of `repos`.
    pub repos: u64,
    /// Rows of `deployments`.
    pub deployments: u64,
    /// Rows of `findings`.
    pub findings: u64,
    /// Rows of `waivers`.
    pub waivers: u64,
}

/// A program and its version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tool {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

impl Tool {
    /// This one.
    pub fn this() -> Self {
        Self { name: env!("CARGO_PKG_NAME").to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() }
    }
}

/// A part of an audit that is not there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MissingShard {
    /// Which.
    pub shard: Shard,
    /// Why: `absent`, or `incomplete` where it began and did not end.
    pub why: String,
    /// The repositories that it would have told of.
    pub repos: Vec<String>,
}
