//! What is new and what is gone, against an earlier day or an earlier audit.

use std::collections::BTreeMap;

use jiff::civil::Date;
use sha2::{Digest, Sha256};

use crate::audit::Header;
use crate::audit::record::{FindingRow, RepoRows, RepoState};
use crate::finding::{Severity, Status};

/// Whether a finding counts.
pub(super) fn is_open(finding: &FindingRow) -> bool {
    finding.status == Status::Open && finding.outcome.is_problem()
}

/// What is kept of a fingerprint: half of a hash of it is plenty to tell findings of one repository apart.
pub(super) fn hash(fingerprint: &str) -> u128 {
    let digest = Sha256::digest(fingerprint.as_bytes());
    digest.iter().take(16).fold(0, |hash, byte| hash << 8 | u128::from(*byte))
}

/// The open findings of a repository, sorted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Fingerprints(Vec<u128>);

impl Fingerprints {
    pub(super) fn of(rows: &RepoRows) -> Self {
        let mut hashes: Vec<u128> =
            rows.findings.iter().filter(|row| is_open(row)).map(|row| hash(&row.fingerprint)).collect();
        hashes.sort_unstable();
        hashes.dedup();
        Self(hashes)
    }

    pub(super) fn holds(&self, hash: u128) -> bool {
        self.0.binary_search(&hash).is_ok()
    }

    /// How many of these are not among others.
    pub(super) fn without(&self, others: &Self) -> u64 {
        self.0.iter().filter(|hash| !others.holds(**hash)).count() as u64
    }
}

/// The open findings of an earlier audit, on its last day.
#[derive(Clone, Debug)]
pub struct Earlier {
    day: Date,
    /// By repository; nothing where nobody knows what it held then.
    repos: BTreeMap<String, Option<Fingerprints>>,
}

impl Earlier {
    /// None so far; repositories that the dataset does not tell of are not compared.
    pub fn new(header: &Header) -> Self {
        Self { day: header.today, repos: header.repos.iter().map(|repo| (repo.clone(), None)).collect() }
    }

    /// Takes in a repository on a day; other days than the last are passed over.
    pub fn add(&mut self, rows: &RepoRows) {
        if rows.repo.snapshot == self.day && rows.repo.state != RepoState::Failed {
            self.repos.insert(rows.repo.repo.clone(), Some(Fingerprints::of(rows)));
        }
    }

    pub(super) fn day(&self) -> Date {
        self.day
    }

    /// What a repository held, where that is known.
    pub(super) fn of(&self, repo: &str) -> Then<'_> {
        match self.repos.get(repo) {
            Some(Some(own)) => Then::Known(own),
            Some(None) => Then::Unknown,
            None => Then::NotThere,
        }
    }

    pub(super) fn repos(&self) -> impl Iterator<Item = &str> {
        self.repos.keys().map(|repo| &**repo)
    }
}

/// What a repository held earlier.
#[derive(Clone, Copy, Debug)]
pub(super) enum Then<'a> {
    /// These open findings.
    Known(&'a Fingerprints),
    /// Nobody knows: it could not be read.
    Unknown,
    /// It was no part of the audit.
    NotThere,
}

/// What an audit is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Against {
    /// The day before, of the same audit.
    Snapshot(Date),
    /// The last day of an earlier audit.
    Dataset(Date),
}

impl Against {
    /// The day.
    pub const fn day(self) -> Date {
        match self {
            Self::Snapshot(day) | Self::Dataset(day) => day,
        }
    }
}

/// What is new and what is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// Since when.
    pub against: Against,
    /// Open findings of severity error that were not there.
    pub new_errors: u64,
    /// Open findings of severity warning that were not there.
    pub new_warnings: u64,
    /// Open findings of severity note that were not there.
    pub new_notes: u64,
    /// Open findings that were there, and are not open any more.
    pub gone: u64,
    /// Repositories that could not be compared, since one of the two days is not known. Nothing of theirs is new or
    /// gone.
    pub uncompared: Vec<String>,
    /// Repositories that the earlier audit did not have. All that they hold is new.
    pub joined: Vec<String>,
    /// Repositories that only the earlier audit had. Nothing of theirs is gone.
    pub left: Vec<String>,
}

impl Comparison {
    pub(super) fn new(against: Against) -> Self {
        Self {
            against,
            new_errors: 0,
            new_warnings: 0,
            new_notes: 0,
            gone: 0,
            uncompared: Vec::new(),
            joined: Vec::new(),
            left: Vec::new(),
        }
    }

    /// Open findings that were not there.
    pub const fn new_findings(&self) -> u64 {
        self.new_errors + self.new_warnings + self.new_notes
    }

    pub(super) fn take(&mut self, severity: Severity) {
        match severity {
            Severity::Error => self.new_errors += 1,
            Severity::Warning => self.new_warnings += 1,
            Severity::Note => self.new_notes += 1,
        }
    }
}
