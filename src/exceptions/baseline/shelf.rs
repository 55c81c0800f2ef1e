//! Entries by what they know, each for one finding: a multiset that is asked in the time of a search, however many are
//! alike.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::Entry;
use crate::exceptions::value::{self, Better, Number};
use crate::finding::{Finding, Outcome, Scalar};

/// What findings and entries are known by: rule, deployment, pointer.
pub(super) type Key<'a> = (&'a str, Option<&'a str>, Option<&'a str>);

/// What an entry is known by, under the present id of its rule.
pub(super) fn key<'a>(id: &'a str, entry: &'a Entry) -> Key<'a> {
    (id, entry.deployment.as_deref(), entry.pointer.as_deref())
}

/// What a finding is known by.
pub(super) fn key_of(finding: &Finding) -> Key<'_> {
    (&finding.rule, finding.deployment.as_deref(), finding.primary.place.pointer.as_deref())
}

/// The entries that are left.
#[derive(Debug, Default)]
pub(super) struct Shelf<'a> {
    groups: HashMap<Key<'a>, Group>,
}

/// The entries of one key.
#[derive(Debug, Default)]
struct Group {
    failed: Values,
    undetermined: Values,
}

/// Numbers of entries by their values.
#[derive(Debug, Default)]
struct Values {
    same: HashMap<String, Vec<usize>>,
    higher: BTreeMap<Number, Vec<usize>>,
    lower: BTreeMap<Number, Vec<usize>>,
}

impl<'a> Shelf<'a> {
    /// Puts up entries, each with its number and the present id of its rule.
    pub(super) fn new(entries: impl Iterator<Item = (usize, &'a Arc<str>, &'a Entry)>) -> Self {
        let mut shelf = Self::default();
        for (number, id, entry) in entries {
            let group = shelf.groups.entry(key(id, entry)).or_default();
            let values =
                if entry.outcome == Outcome::Fail { &mut group.failed } else { &mut group.undetermined };
            let numbers = match (entry.better, value::number(&entry.value)) {
                (Some(Better::Higher), Some(value)) => values.higher.entry(value).or_default(),
                (Some(Better::Lower), Some(value)) => values.lower.entry(value).or_default(),
                _ => values.same.entry(value::key(&entry.value)).or_default(),
            };
            numbers.push(number);
        }
        shelf
    }

    /// Takes the entry that knows a finding: of several the one whose value is nearest.
    pub(super) fn take(&mut self, finding: &'a Finding) -> Option<usize> {
        let group = self.groups.get_mut(&key_of(finding))?;
        let (value, better) = (value::decisive(finding), value::better(finding));
        // What failed before is known as well where it cannot be told any more; what could not be told is not known
        // where it fails.
        let undetermined = match finding.outcome {
            Outcome::Undetermined => group.undetermined.take(&value, better),
            _ => None,
        };
        undetermined.or_else(|| group.failed.take(&value, better))
    }
}

impl Values {
    fn take(&mut self, value: &Scalar, better: Option<Better>) -> Option<usize> {
        let number = value::number(value);
        if let Some(number) = number {
            let nearest = match better {
                Some(Better::Higher) => self.higher.range(..=&number).next_back().map(|(own, _)| own.clone()),
                Some(Better::Lower) => self.lower.range(&number..).next().map(|(own, _)| own.clone()),
                None => None,
            };
            let of_better = match (better, nearest) {
                (Some(Better::Higher), Some(nearest)) => take(&mut self.higher, &nearest),
                (Some(Better::Lower), Some(nearest)) => take(&mut self.lower, &nearest),
                _ => None,
            };
            let same = of_better
                .or_else(|| take(&mut self.higher, &number))
                .or_else(|| take(&mut self.lower, &number));
            if same.is_some() {
                return same;
            }
        }
        let key = value::key(value);
        let numbers = self.same.get_mut(&key)?;
        let taken = numbers.pop();
        if numbers.is_empty() {
            self.same.remove(&key);
        }
        taken
    }
}

fn take(values: &mut BTreeMap<Number, Vec<usize>>, at: &Number) -> Option<usize> {
    let numbers = values.get_mut(at)?;
    let taken = numbers.pop();
    if numbers.is_empty() {
        values.remove(at);
    }
    taken
}

/// Sorts findings so that of those that one entry could know, the worst come first: what knows them knows the others
/// too, so that none is left over that another order would have found an entry for.
pub(super) fn worst_first(indices: &mut [usize], findings: &[Finding]) {
    let rank = |index: &usize| {
        let finding = findings.get(*index)?;
        Some((value::better(finding)?, value::number(&value::decisive(finding))?))
    };
    let outcome =
        |index: &usize| findings.get(*index).is_some_and(|finding| finding.outcome == Outcome::Undetermined);
    indices.sort_by_cached_key(|index| {
        let rank = rank(index).map(|(better, number)| Rank { better, number });
        (outcome(index), rank, *index)
    });
}

/// How bad a value is, the worst first.
#[derive(PartialEq, Eq)]
struct Rank {
    better: Better,
    number: Number,
}

impl Ord for Rank {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_number = self.number.cmp(&other.number);
        self.better.cmp(&other.better).then(match self.better {
            Better::Higher => by_number,
            Better::Lower => by_number.reverse(),
        })
    }
}

impl PartialOrd for Rank {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
