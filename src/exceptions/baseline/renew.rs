//! What a baseline becomes: written anew from the findings of a run, or pruned of what they no longer show.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Baseline, Entry, read};
use crate::exceptions::rules::Rules;
use crate::exceptions::{Circumstances, Told, is_excusable};
use crate::finding::{Finding, Label, Severity, Status};

/// What a baseline is renewed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aim {
    /// To know every finding that is open.
    Write,
    /// To know no more than before, and nothing that is not there.
    Prune,
}

/// What a baseline becomes.
#[derive(Debug, Default)]
pub struct Renewal {
    /// Its text.
    pub text: String,
    /// How many entries it has.
    pub entries: usize,
    /// Entries for findings that it did not know.
    pub added: usize,
    /// Entries that know no finding any more.
    pub removed: usize,
    /// Entries whose value is another one now, and no worse.
    pub updated: usize,
    /// Findings that it cannot know: their rules are not waivable.
    pub not_waivable: usize,
    /// What there is to say of the entries that it had: of each that is removed or updated, and of each that is not
    /// understood.
    pub told: Vec<Finding>,
}

/// What the findings of a run say about what is not among them.
pub(super) struct Judged<'a> {
    is_whole: bool,
    rules: &'a Rules<'a>,
    /// Files of the deployments that were judged, by identity.
    files: HashMap<Option<&'a str>, Vec<&'a str>>,
}

impl<'a> Judged<'a> {
    pub(super) fn new(is_whole: bool, run: &Circumstances<'a>, rules: &'a Rules<'a>) -> Self {
        let mut files: HashMap<_, Vec<_>> = HashMap::new();
        for subject in run.subjects {
            files.entry(subject.identity).or_default().push(subject.file);
        }
        Self { is_whole, rules, files }
    }

    /// Whether a rule that finds nothing on a deployment was asked about it, or the deployment is gone.
    pub(super) fn is_settled(&self, rule: &str, deployment: Option<&str>) -> bool {
        match self.files.get(&deployment) {
            Some(files) => files.iter().any(|file| self.rules.runs(rule, file)),
            None => self.is_whole,
        }
    }
}

/// What a baseline becomes by a run that it had no part in. `is_whole`: the run looked at the whole repository, and
/// could read all of it.
pub fn renew(
    old: Option<&Baseline>,
    aim: Aim,
    is_whole: bool,
    run: &Circumstances<'_>,
    findings: &[Finding],
) -> Renewal {
    let rules = Rules::new(run.policies, run.in_force);
    let mut told = Told::of("baseline");
    let mut renewal = Renewal::default();
    let ids = old.map_or_else(Vec::new, |old| old.known(&rules, &mut told));
    let matched = old.map_or_else(|| vec![None; findings.len()], |old| old.matched(&ids, findings));
    let worsened = old.map_or_else(HashMap::new, |old| old.worsened(&ids, &matched, findings));
    let mut entries = Vec::new();
    let mut is_used = vec![false; ids.len()];
    for (finding, number) in findings.iter().zip(matched) {
        if let Some((old, number)) = old.zip(number)
            && let Some((entry, index, span)) = old.entries.get(number)
        {
            if let Some(used) = is_used.get_mut(number) {
                *used = true;
            }
            let now = Entry::of(finding);
            if now.line() != (Entry { rule: Arc::clone(&now.rule), ..entry.clone() }).line() {
                renewal.updated += 1;
                let label = Label::new(old.place(*index, *span), "known so");
                let message = format!("This entry is out of date: {}", about(entry));
                let finding = Finding::invalid("baseline", "outdated", message, label)
                    .with_label(Label::new(finding.primary.place.clone(), "what it is now"));
                told.push(finding.with_severity(Severity::Note).with_help(PRUNE));
            }
            entries.push(now);
        } else if aim == Aim::Write && finding.status == Status::Open && is_excusable(finding) {
            if rules.find(&finding.rule).is_none_or(|known| known.waivable) {
                renewal.added += 1;
                entries.push(Entry::of(finding));
            } else {
                renewal.not_waivable += 1;
            }
        }
    }
    if let Some(old) = old {
        let judged = Judged::new(is_whole, run, &rules);
        for (number, (((entry, index, span), id), used)) in
            old.entries.iter().zip(&ids).zip(is_used).enumerate()
        {
            if used {
                continue;
            }
            // What became worse counts; its entry stays until it is better again, or the worse is written.
            if aim == Aim::Prune && worsened.contains_key(&number) {
                entries.push(entry.clone());
                continue;
            }
            if id.as_ref().is_some_and(|id| !judged.is_settled(id, entry.deployment.as_deref())) {
                entries.push(entry.clone());
                continue;
            }
            renewal.removed += 1;
            // Of a rule that is gone, that was told.
            if id.is_some() {
                let label = Label::new(old.place(*index, *span), "not found any more");
                let message = format!("This entry knows no finding any more: {}", about(entry));
                let finding = Finding::invalid("baseline", "stale", message, label);
                told.push(finding.with_severity(Severity::Note).with_help(PRUNE));
            }
        }
    }
    renewal.entries = entries.len();
    renewal.text = read::written(entries);
    renewal.told = told.findings;
    renewal
}

const PRUNE: &str = "`tunelint baseline prune` brings the file up to date";

/// What an entry is about, in words.
fn about(entry: &Entry) -> String {
    format!("{} on {}", entry.rule, entry.deployment.as_deref().unwrap_or("a deployment without a name"))
}
