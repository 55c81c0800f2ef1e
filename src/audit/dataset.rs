//! Datasets: the rows of an audit as files that any number of machines can write and any tool can read.
//!
//! ```text
//! DIR/audit.json                                                  the header
//! DIR/TABLE/snapshot=YYYY-MM-DD/part-0001-of-0001.jsonl, .parquet  the rows; of a shard, part-I-of-N
//! ```
//!
//! `TABLE` is one of [`Table::ALL`]. The same rows give the same bytes, whenever and wherever they are written, and
//! what is merged of shards is what one run over all repositories would have written.

#[cfg(feature = "parquet")]
mod columnar;
mod columns;
mod folder;
mod lines;
mod merge;
mod read;
mod write;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use jiff::civil::Date;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::record::{DeploymentRow, FindingRow, RepoRow, WaiverRow};
use super::{SCHEMA, Shard};

pub use columns::{Description, columns};
pub use merge::{Merged, gather};
pub use read::Dataset;
pub use write::Writer;

/// The file that says what a dataset is of.
pub const HEADER: &str = "audit.json";

/// The kinds of files that rows are written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Formats {
    /// JSON Lines: what is read again, by `audit merge` as well.
    pub json_lines: bool,
    /// Parquet: what databases are fond of.
    pub parquet: bool,
}

impl Formats {
    /// JSON Lines alone.
    pub const JSON_LINES: Self = Self { json_lines: true, parquet: false };
}

/// Why a list of formats is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormatsError {
    /// Nothing is named.
    #[error("no format is named: write jsonl, parquet or jsonl,parquet")]
    Empty,
    /// A name that is none.
    #[error("no such format of a dataset: {0:?}; there are jsonl and parquet")]
    Unknown(String),
    /// What this build cannot write.
    #[error("this tunelint was built without Parquet: build it with the feature `parquet`")]
    NoParquet,
}

impl FromStr for Formats {
    type Err = FormatsError;

    fn from_str(text: &str) -> Result<Self, FormatsError> {
        let mut formats = Self { json_lines: false, parquet: false };
        for name in text.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            match name {
                "jsonl" => formats.json_lines = true,
                "parquet" => formats.parquet = true,
                _ => return Err(FormatsError::Unknown(name.to_owned())),
            }
        }
        match formats {
            Self { json_lines: false, parquet: false } => Err(FormatsError::Empty),
            Self { parquet: true, .. } if !cfg!(feature = "parquet") => Err(FormatsError::NoParquet),
            formats => Ok(formats),
        }
    }
}

impl fmt::Display for Formats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = [("jsonl", self.json_lines), ("parquet", self.parquet)];
        let names: Vec<&str> =
            names.into_iter().filter(|(_, wanted)| *wanted).map(|(name, _)| name).collect();
        f.write_str(&names.join(","))
    }
}

/// Why a dataset cannot be written or read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The system lets us not write.
    #[error("{}: cannot be written: {error}", .path.display())]
    Write {
        /// What.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// The system lets us not read.
    #[error("{}: cannot be read: {error}", .path.display())]
    Read {
        /// What.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// A folder that would lose what it holds.
    #[error(
        "{}: holds {}, which is of no dataset; name a folder that is empty or not there, or remove it yourself",
        .folder.display(), .entry.display()
    )]
    NotOurs {
        /// The folder that a dataset was to be written to.
        folder: PathBuf,
        /// What is in it, below the folder.
        entry: PathBuf,
    },
    /// A folder that holds another part of an audit.
    #[error("{}: holds shard {there}; give shard {wanted} a folder of its own", .folder.display())]
    OtherShard {
        /// The folder that a dataset was to be written to.
        folder: PathBuf,
        /// What is in it.
        there: Shard,
        /// What was to be written.
        wanted: Shard,
    },
    /// Rows that come out of order, or that the header does not know: a mistake of the program.
    #[error("{repo}, {snapshot}: does not come next in the dataset")]
    Order {
        /// The repository.
        repo: String,
        /// The day.
        snapshot: Date,
    },
    /// A build that cannot write it.
    #[error(transparent)]
    Formats(#[from] FormatsError),
    /// Parquet that cannot be made.
    #[error("{}: cannot be written: {message}", .path.display())]
    Parquet {
        /// The file.
        path: PathBuf,
        /// Why.
        message: String,
    },
    /// A folder without a header.
    #[error("{}: no dataset of an audit: there is no {HEADER} in it, nor in a folder in it", .0.display())]
    NoDataset(PathBuf),
    /// A header that is none.
    #[error("{}: is not the header of an audit: {message}", .path.display())]
    Header {
        /// The file.
        path: PathBuf,
        /// Why.
        message: String,
    },
    /// A header of another version.
    #[error("{}: is of {schema:?}, and this tunelint reads {SCHEMA}", .path.display())]
    Schema {
        /// The file.
        path: PathBuf,
        /// What it says.
        schema: String,
    },
    /// A dataset that did not come to its end.
    #[error("{}: the audit did not come to its end; run it again", .0.display())]
    Incomplete(PathBuf),
    /// A dataset for databases alone.
    #[error("{}: has no JSON Lines, which are what is read; run the audit with --dataset-format jsonl,parquet", .0.display())]
    NoJsonLines(PathBuf),
    /// A line that is no row, or none that may stand there.
    #[error("{}:{line}: {message}", .path.display())]
    Row {
        /// The file.
        path: PathBuf,
        /// The line, from one.
        line: u64,
        /// What is wrong.
        message: String,
    },
    /// Rows that were lost, or put there later.
    #[error(
        "{}: holds {read} rows, and {written} were written to it; fetch it again, or run the audit again",
        .path.display()
    )]
    Count {
        /// The file.
        path: PathBuf,
        /// How many were written, as the header has it.
        written: u64,
        /// How many are there.
        read: u64,
    },
    /// Parts of different audits.
    #[error("{} and {} are of different audits: they differ in `{field}`", .first.display(), .second.display())]
    Differ {
        /// A dataset.
        first: PathBuf,
        /// Another.
        second: PathBuf,
        /// The field of the header.
        field: &'static str,
    },
    /// A part that is there more than once.
    #[error("{} and {} are the same part of the audit", .first.display(), .second.display())]
    Twice {
        /// A dataset.
        first: PathBuf,
        /// Another.
        second: PathBuf,
    },
    /// Nothing to merge.
    #[error("no folder was named, so that there is nothing to merge")]
    Nothing,
}

impl Error {
    fn write(path: &Path) -> impl FnOnce(io::Error) -> Self {
        |error| Self::Write { path: path.to_owned(), error }
    }

    fn read(path: &Path) -> impl FnOnce(io::Error) -> Self {
        |error| Self::Read { path: path.to_owned(), error }
    }
}

/// A table of a dataset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    /// One row a repository and day.
    Repos,
    /// One row a deployment and day.
    Deployments,
    /// One row a finding and day.
    Findings,
    /// One row a waiver and day.
    Waivers,
}

impl Table {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Repos, Self::Deployments, Self::Findings, Self::Waivers];

    /// Its name, which is that of its folder.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Repos => "repos",
            Self::Deployments => "deployments",
            Self::Findings => "findings",
            Self::Waivers => "waivers",
        }
    }

    /// The file of its rows of one day, without an extension.
    fn part(self, folder: &Path, snapshot: Date, shard: Option<Shard>) -> PathBuf {
        let Shard { index, of } = shard.unwrap_or(Shard { index: 1, of: 1 });
        folder
            .join(self.name())
            .join(format!("snapshot={snapshot}"))
            .join(format!("part-{index:04}-of-{of:04}"))
    }
}

/// Extension of JSON Lines.
const JSON_LINES: &str = "jsonl";

/// Extension of Parquet.
const PARQUET: &str = "parquet";

/// What the rows of all tables have.
trait Row: Serialize + DeserializeOwned {
    /// Its table.
    const TABLE: Table;
    /// The day.
    fn snapshot(&self) -> Date;
    /// The repository.
    fn repo(&self) -> &str;
}

macro_rules! rows {
    ($($row:ty => $table:ident),*) => {
        $(impl Row for $row {
            const TABLE: Table = Table::$table;

            fn snapshot(&self) -> Date {
                self.snapshot
            }

            fn repo(&self) -> &str {
                &self.repo
            }
        })*
    };
}

rows!(RepoRow => Repos, DeploymentRow => Deployments, FindingRow => Findings, WaiverRow => Waivers);

#[cfg(test)]
mod tests;
