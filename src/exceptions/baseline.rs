//! The baseline: the findings that a repository starts from.
//!
//! An entry knows a finding by its rule, its deployment's identity and the pointer to what decided, never by a file or
//! a line: moving, reindenting and renaming change nothing. It holds for one finding, while the value is no worse.

mod read;
mod renew;
mod shelf;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

pub use read::read;
pub use renew::{Aim, Renewal, renew};

use super::rules::Rules;
use super::value::{self, Better};
use super::{Circumstances, Told};
use crate::finding::{Exception, ExceptionKind, Finding, Label, Outcome, Place, Scalar, Severity, Status};
use crate::source::{Source, Span};
use shelf::Shelf;

/// A baseline that was read.
#[derive(Debug)]
pub struct Baseline {
    /// Its file.
    pub source: Arc<Source>,
    /// Its entries, each with its index in the file and its bytes.
    pub(super) entries: Vec<(Entry, usize, Span)>,
}

/// What a baseline knows of a finding.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub(super) rule: Arc<str>,
    pub(super) deployment: Option<Arc<str>>,
    pub(super) pointer: Option<Arc<str>>,
    pub(super) outcome: Outcome,
    pub(super) value: Scalar,
    pub(super) better: Option<Better>,
}

impl Entry {
    /// What is to be known of a finding.
    pub(super) fn of(finding: &Finding) -> Self {
        Self {
            rule: Arc::clone(&finding.rule),
            deployment: finding.deployment.clone(),
            pointer: finding.primary.place.pointer.clone(),
            outcome: finding.outcome,
            value: value::decisive(finding).into_owned(),
            better: value::better(finding),
        }
    }
}

impl Baseline {
    pub(super) fn place(&self, index: usize, span: Span) -> Place {
        Place::at(&self.source, Some(0), span).with_pointer(format!("/spec/entries/{index}"))
    }

    /// The entries, each under the id that its rule has now; what keeps one from counting is told.
    fn known(&self, rules: &Rules<'_>, told: &mut Told) -> Vec<Option<Arc<str>>> {
        self.entries
            .iter()
            .map(|(entry, index, span)| match rules.find(&entry.rule) {
                Some(known) if known.waivable && !known.renamed => Some(known.id),
                Some(_) => rules.excusable(&entry.rule, &self.place(*index, *span), told),
                None => {
                    let before = told.findings.len();
                    rules.excusable(&entry.rule, &self.place(*index, *span), told);
                    // A rule that is gone, not a mistake: nobody writes a baseline by hand.
                    let new = told.findings.iter_mut().skip(before);
                    for finding in new.filter(|finding| finding.code == Some("unknown-rule")) {
                        finding.severity = Severity::Warning;
                        finding.help = Some("`tunelint baseline prune` takes it out".into());
                    }
                    None
                }
            })
            .collect()
    }

    /// The entry that knows each finding that can be excused, if one does. Open findings have the first choice.
    fn matched(&self, ids: &[Option<Arc<str>>], findings: &[Finding]) -> Vec<Option<usize>> {
        let known = self.entries.iter().zip(ids).enumerate();
        let mut left =
            Shelf::new(known.filter_map(|(number, ((entry, ..), id))| Some((number, id.as_ref()?, entry))));
        let mut matched = vec![None; findings.len()];
        for is_open in [true, false] {
            let mut of_pass: Vec<usize> = (0..findings.len())
                .filter(|&index| {
                    findings.get(index).is_some_and(|finding| {
                        super::is_excusable(finding) && (finding.status == Status::Open) == is_open
                    })
                })
                .collect();
            shelf::worst_first(&mut of_pass, findings);
            for index in of_pass {
                if let (Some(finding), Some(slot)) = (findings.get(index), matched.get_mut(index)) {
                    *slot = left.take(finding);
                }
            }
        }
        matched
    }

    /// Entries that are left, each with an open finding that it knows with a better value: by its number, the finding's
    /// index.
    fn worsened(
        &self,
        ids: &[Option<Arc<str>>],
        matched: &[Option<usize>],
        findings: &[Finding],
    ) -> HashMap<usize, usize> {
        let mut left: HashMap<_, Vec<usize>> = HashMap::new();
        for (index, (finding, number)) in findings.iter().zip(matched).enumerate() {
            if number.is_none() && finding.status == Status::Open && super::is_excusable(finding) {
                left.entry(shelf::key_of(finding)).or_default().push(index);
            }
        }
        let used: HashSet<usize> = matched.iter().flatten().copied().collect();
        let mut worsened = HashMap::new();
        for (number, ((entry, ..), id)) in self.entries.iter().zip(ids).enumerate() {
            let Some(id) = id.as_ref().filter(|_| !used.contains(&number)) else { continue };
            if let Some(indices) = left.get_mut(&shelf::key(id, entry))
                && let Some(index) = indices.pop()
            {
                worsened.insert(number, index);
            }
        }
        worsened
    }

    /// Marks the open findings that the baseline knows, and points from those that it knows with a better value to its
    /// entries; that some entries know nothing any more is told.
    pub(super) fn apply(
        &self,
        is_whole: bool,
        run: &Circumstances<'_>,
        rules: &Rules<'_>,
        findings: &mut [Finding],
        told: &mut Told,
    ) {
        let ids = self.known(rules, told);
        let matched = self.matched(&ids, findings);
        let worsened = self.worsened(&ids, &matched, findings);
        let judged = renew::Judged::new(is_whole, run, rules);
        let used: HashSet<usize> = matched.iter().flatten().copied().collect();
        let mut stale = Vec::new();
        for (number, ((entry, index, span), id)) in self.entries.iter().zip(&ids).enumerate() {
            let Some(id) = id else { continue };
            if let Some(finding) = worsened.get(&number).and_then(|&index| findings.get_mut(index)) {
                let message = format!("known to the baseline as {}", super::shown(&entry.value));
                finding.secondary.push(Label::new(self.place(*index, *span), message));
            } else if !used.contains(&number) && judged.is_settled(id, entry.deployment.as_deref()) {
                stale.push(self.place(*index, *span));
            }
        }
        for (finding, number) in findings.iter_mut().zip(matched) {
            if let Some((_, index, span)) = number.and_then(|number| self.entries.get(number))
                && finding.status == Status::Open
            {
                finding.status = Status::Baselined;
                finding.exception = Some(Arc::new(Exception {
                    kind: ExceptionKind::Baseline,
                    reason: None,
                    owner: None,
                    approved_by: None,
                    ticket: None,
                    expires: None,
                    place: self.place(*index, *span),
                }));
            }
        }
        told.findings.extend(told_stale(stale));
    }
}

fn told_stale(stale: Vec<Place>) -> Option<Finding> {
    let count = stale.len();
    let (message, label) = match count {
        1 => ("An entry of the baseline knows no finding any more".to_owned(), "this one"),
        _ => (format!("{count} entries of the baseline know no finding any more"), "the first of them"),
    };
    let label = Label::new(stale.into_iter().next()?, label);
    let finding = Finding::invalid("baseline", "stale", message, label).with_severity(Severity::Note);
    Some(finding.with_help("`tunelint baseline prune` takes out what is mended, so that it cannot come back"))
}
