//! What one state of the exceptions has that another has not.

use std::collections::HashMap;

use super::Exceptions;
use super::baseline::{Baseline, Entry};
use super::waivers::Waiver;
use crate::finding::Place;

/// A waiver that another state of the file has not, or not so.
#[derive(Clone, Debug)]
pub struct OtherWaiver {
    /// Its rule, as it is written.
    pub rule: Box<str>,
    /// What it is for.
    pub subject: String,
    /// The entry.
    pub place: Place,
}

/// How the waivers of two states differ.
#[derive(Clone, Debug, Default)]
pub struct WaiverChanges {
    /// Those that only the new one has.
    pub added: Vec<OtherWaiver>,
    /// Those of the new one that are for the same and say something else.
    pub changed: Vec<OtherWaiver>,
    /// Those that only the old one has; the places are in its file.
    pub removed: Vec<OtherWaiver>,
}

/// How the baselines of two states differ.
#[derive(Clone, Debug)]
pub struct BaselineChange {
    /// Entries that only the new one has.
    pub added: usize,
    /// Entries that only the old one has.
    pub removed: usize,
    /// The first that only the new one has, or else the file.
    pub place: Place,
}

/// How waivers differ from those before.
pub fn waivers(before: &Exceptions, after: &Exceptions) -> WaiverChanges {
    let mut old: HashMap<String, Vec<&Waiver>> = HashMap::new();
    for waiver in &before.waivers {
        old.entry(waiver.terms()).or_default().push(waiver);
    }
    let mut new: Vec<&Waiver> = Vec::new();
    for waiver in &after.waivers {
        if old.get_mut(&waiver.terms()).and_then(Vec::pop).is_none() {
            new.push(waiver);
        }
    }
    // What is left of the old ones was taken out, or is said otherwise now; in the order of the file.
    let mut left: Vec<&Waiver> = Vec::new();
    for waiver in &before.waivers {
        if let Some(same) = old.get_mut(&waiver.terms())
            && same.pop().is_some()
        {
            left.push(waiver);
        }
    }
    let mut changes = WaiverChanges::default();
    for waiver in new {
        match left.iter().position(|own| own.is_about_the_same_as(waiver)) {
            Some(index) => {
                left.remove(index);
                changes.changed.push(waiver.told());
            }
            None => changes.added.push(waiver.told()),
        }
    }
    changes.removed = left.into_iter().map(Waiver::told).collect();
    changes
}

/// How the baseline differs from the one before; nothing where it does not.
pub fn baselines(before: Option<&Baseline>, after: Option<&Baseline>) -> Option<BaselineChange> {
    let entries = |own: Option<&Baseline>| own.map_or(0, |own| own.entries.len());
    let mut left: HashMap<String, usize> = HashMap::new();
    let key = |entry: &Entry| format!("{entry:?}");
    for (entry, ..) in before.iter().flat_map(|own| &own.entries) {
        *left.entry(key(entry)).or_default() += 1;
    }
    let mut added = 0;
    let mut first = None;
    for (entry, index, span) in after.iter().flat_map(|own| &own.entries) {
        if let Some(count) = left.get_mut(&key(entry)).filter(|count| **count > 0) {
            *count -= 1;
        } else {
            added += 1;
            first.get_or_insert((*index, *span));
        }
    }
    let removed = entries(before) + added - entries(after);
    if added == 0 && removed == 0 {
        return None;
    }
    let place = match (first, after.or(before)) {
        (Some((index, span)), Some(own)) => own.place(index, span),
        (_, Some(own)) => Place::whole(&own.source),
        _ => return None,
    };
    Some(BaselineChange { added, removed, place })
}

impl Waiver {
    /// All that it says, in words that are equal where it says the same.
    fn terms(&self) -> String {
        let exception = &self.exception;
        let approved = self.approved_by.as_ref().map(|own| &own.text);
        let granted = self.granted.as_ref().map(|own| own.day);
        let value = self.value.as_ref().map(|(value, _)| value);
        let subject = (&self.rule.text, self.deployment_text(), self.path_text());
        let terms = (approved, granted, self.expires.day, value);
        format!("{subject:?} {terms:?} {:?} {:?} {:?}", exception.reason, exception.owner, exception.ticket)
    }

    fn is_about_the_same_as(&self, other: &Self) -> bool {
        let subject = |own: &Self| {
            (
                own.rule.text.clone(),
                own.deployment_text().map(str::to_owned),
                own.path_text().map(str::to_owned),
            )
        };
        subject(self) == subject(other)
    }

    fn told(&self) -> OtherWaiver {
        OtherWaiver {
            rule: self.rule.text.clone(),
            subject: self.subject(),
            place: self.exception.place.clone(),
        }
    }
}
