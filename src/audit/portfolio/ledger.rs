//! The ledger: what was excused, by whom, and until when.

use std::sync::Arc;

use jiff::civil::Date;

use super::top::{List, Top};
use crate::audit::record::{RepoRow, WaiverRow, WaiverState};

/// Days that count as soon.
pub const SOON: i32 = 30;

/// An entry of a waivers file, or a comment.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// What it says.
    pub waiver: WaiverRow,
    /// What the pages of its repository's files are below.
    pub web: Option<Arc<str>>,
    /// Days from today to its last one; negative where that is over.
    pub days_left: Option<i32>,
}

/// Waivers and comments on the last day.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ledger {
    /// Those that hold, the next to expire first; those without a last day come last.
    pub holding: List<Entry>,
    /// Those that somebody should look at: first the expired, then the lapsed, the rejected, and the unused ones.
    pub idle: List<Entry>,
    /// How many excuse something.
    pub in_use: u64,
    /// How many excuse nothing.
    pub unused: u64,
    /// How many lapsed, since the value worsened.
    pub lapsed: u64,
    /// How many expired.
    pub expired: u64,
    /// How many say what no waiver may.
    pub rejected: u64,
    /// How many of those that hold expire within [`SOON`] days.
    pub soon: u64,
    /// How many of those that hold nobody is named to have approved.
    pub unapproved: u64,
}

impl Ledger {
    /// How many there are.
    pub const fn count(&self) -> u64 {
        self.in_use + self.unused + self.lapsed + self.expired + self.rejected
    }

    /// What expires next.
    pub fn next(&self) -> Option<(&Entry, Date)> {
        let first = self.holding.items.first()?;
        Some((first, first.waiver.expires?))
    }
}

/// What comes first: the day (none at all last), then the place.
type Key = (bool, Option<Date>, Arc<str>, String, Option<u32>, String);

/// The ledger while it is gathered.
#[derive(Debug)]
pub(super) struct Gathering {
    today: Date,
    ledger: Ledger,
    holding: Top<Key, Entry>,
    idle: Top<(u8, Key), Entry>,
}

impl Gathering {
    pub(super) fn new(today: Date, limit: usize) -> Self {
        Self { today, ledger: Ledger::default(), holding: Top::new(limit), idle: Top::new(limit) }
    }

    pub(super) fn take(&mut self, repo: &RepoRow, name: &Arc<str>, waivers: &[WaiverRow]) {
        let web: Option<Arc<str>> = repo.web.as_deref().map(Arc::from);
        for waiver in waivers {
            let days_left = waiver.expires.map(|day| self.today.until(day).map_or(0, |span| span.get_days()));
            let key: Key = (
                waiver.expires.is_none(),
                waiver.expires,
                Arc::clone(name),
                waiver.file.clone(),
                waiver.line,
                waiver.rule.clone(),
            );
            let entry = || Entry { waiver: waiver.clone(), web: web.clone(), days_left };
            let ledger = &mut self.ledger;
            let rank = match waiver.state {
                WaiverState::InUse => {
                    ledger.in_use += 1;
                    ledger.soon += u64::from(days_left.is_some_and(|days| days <= SOON));
                    ledger.unapproved += u64::from(waiver.approved_by.is_none());
                    self.holding.push(key, entry);
                    continue;
                }
                WaiverState::Expired => {
                    ledger.expired += 1;
                    0
                }
                WaiverState::Lapsed => {
                    ledger.lapsed += 1;
                    1
                }
                WaiverState::Rejected => {
                    ledger.rejected += 1;
                    2
                }
                WaiverState::Unused => {
                    ledger.unused += 1;
                    3
                }
            };
            self.idle.push((rank, key), entry);
        }
    }

    pub(super) fn finish(self) -> Ledger {
        Ledger { holding: self.holding.finish(), idle: self.idle.finish(), ..self.ledger }
    }
}
