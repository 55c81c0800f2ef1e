//! What a change makes of its own policy, where the policy of another revision counts: told, with what would come of it,
//! and without effect. A change cannot excuse itself.

mod policy;

use std::collections::HashMap;
use std::sync::Arc;

use crate::config::Governance;
use crate::exceptions::{Circumstances, Exceptions, Ignores, compare};
use crate::finding::{ExceptionKind, Finding, Label, Place, Severity, Status};
use crate::impact::{Change, Difference, Kind, Lens};
use crate::source::Source;

/// The id of its findings.
const TRUST: &str = "trust";

/// Changes of a kind that are named.
const NAMED: usize = 5;

/// A revision whose policy counts, and what the work tree has instead.
#[derive(Debug)]
pub struct Trust<'a> {
    /// The revision as it was named.
    pub revision: &'a str,
    /// The hash of its commit.
    pub commit: &'a str,
    /// What is told apart from what rules come to: the two policies. Nothing: they are the same.
    pub lenses: Option<(Lens<'a>, Lens<'a>)>,
    /// What the two say differently.
    pub differences: Vec<Difference>,
    /// The configs, trusted and not, where there are such.
    pub configs: (Option<Arc<Source>>, Option<Arc<Source>>),
    /// What the configs say beside packs.
    pub governance: (&'a Governance, &'a Governance),
    /// The exceptions of the revision.
    pub trusted: &'a Exceptions,
    /// Those of the work tree.
    pub own: &'a Exceptions,
    /// Comments of the work tree that the revision does not have.
    pub comments: Vec<Ignores>,
    /// Ignore files that differ, as reports show them. They count as the work tree has them.
    pub ignore_files: Vec<Arc<str>>,
}

/// Findings that exceptions of the work tree would excuse, by what would.
#[derive(Debug, Default)]
struct Excused {
    /// By the place of a waiver or a comment: file and first byte.
    by_place: HashMap<(Arc<str>, u32), Vec<String>>,
    baseline: usize,
}

impl Trust<'_> {
    /// What is to be told. `changes` are what rules come to under the policy of the work tree, `findings` those of the
    /// run, `comments` those of the work tree that the revision has too.
    pub fn tell(
        &self,
        changes: &[Change],
        findings: &[Finding],
        comments: &[Ignores],
        run: Circumstances<'_>,
    ) -> Vec<Finding> {
        let excused = self.excused(findings, comments, run);
        let mut told = policy::tell(self, changes);
        self.tell_waivers(&excused, &mut told);
        self.tell_baseline(&excused, &mut told);
        self.tell_owners(&mut told);
        self.tell_comments(&excused, &mut told);
        self.tell_ignore_files(&mut told);
        told
    }

    /// Which open findings would be excused, were the exceptions of the work tree trusted.
    fn excused(&self, findings: &[Finding], comments: &[Ignores], run: Circumstances<'_>) -> Excused {
        let mut all: Vec<Ignores> = comments.to_vec();
        all.extend(self.comments.iter().cloned());
        // Those of one source together, as phase 1 finds them.
        all.sort_by(|left, right| left.source.path.cmp(&right.source.path));
        // Those that are excused already take part: each entry of a baseline is for one finding.
        let judged = || findings.iter().filter(|finding| finding.outcome.is_problem());
        let reopen = |own: &Finding| Finding { status: Status::Open, exception: None, ..own.clone() };
        let mut again: Vec<Finding> = judged().map(reopen).collect();
        self.own.apply(all, run, &mut again);
        let mut excused = Excused::default();
        let open = judged().zip(&again).filter(|(before, _)| before.status == Status::Open);
        for finding in open.map(|(_, after)| after).filter(|after| after.status != Status::Open) {
            let Some(exception) = &finding.exception else { continue };
            if exception.kind == ExceptionKind::Baseline {
                excused.baseline += 1;
            } else {
                let name = finding.deployment.as_deref().unwrap_or("a deployment");
                let said = format!("{} on {name}", finding.rule);
                excused.by_place.entry(key(&exception.place)).or_default().push(said);
            }
        }
        excused
    }

    fn tell_waivers(&self, excused: &Excused, told: &mut Vec<Finding>) {
        let changes = compare::waivers(self.trusted, self.own);
        let revision = self.revision;
        let sets = [
            ("waiver-added", changes.added, "is new since", "does not count yet"),
            ("waiver-changed", changes.changed, "says something else than at", "that of the revision counts"),
        ];
        for (code, waivers, how, label) in sets {
            for waiver in waivers {
                let message =
                    format!("The waiver of {} for {} {how} {revision}", waiver.rule, waiver.subject);
                let would = excused.would(&waiver.place);
                told.push(finding(code, message, Label::new(waiver.place, label), true).with_help(would));
            }
        }
        for waiver in changes.removed {
            let message = format!(
                "The waiver of {} for {} is gone, and counts as long as {revision} has it",
                waiver.rule, waiver.subject
            );
            told.push(finding("waiver-removed", message, Label::new(waiver.place, "still counts"), false));
        }
    }

    fn tell_baseline(&self, excused: &Excused, told: &mut Vec<Finding>) {
        let (old, new) = (self.trusted.baseline.as_ref(), self.own.baseline.as_ref());
        let Some(change) = compare::baselines(old, new) else { return };
        let mut parts = Vec::new();
        for (count, word) in [(change.added, "added"), (change.removed, "removed")] {
            if count > 0 {
                parts.push(format!("{count} {} {word}", if count == 1 { "entry" } else { "entries" }));
            }
        }
        let message =
            format!("The baseline differs from {}, whose entries count: {}", self.revision, parts.join(", "));
        let label = if change.added > 0 { "does not count yet" } else { "does not count" };
        let finding = finding("baseline-changed", message, Label::new(change.place, label), change.added > 0);
        let would = match excused.baseline {
            0 => "Trusted, it would excuse no finding that is open here".to_owned(),
            1 => "Trusted, it would excuse 1 finding that is open here".to_owned(),
            count => format!("Trusted, it would excuse {count} findings that are open here"),
        };
        told.push(finding.with_help(would));
    }

    fn tell_owners(&self, told: &mut Vec<Finding>) {
        let (old, new) = (self.trusted.owners.as_ref(), self.own.owners.as_ref());
        let (Some(old), Some(new)) = (old, new) else { return };
        if old.source.digest == new.source.digest {
            return;
        }
        let message =
            format!("CODEOWNERS differs from {}, which says who may approve waivers", self.revision);
        let label = Label::new(Place::whole(&new.source), "does not count yet");
        told.push(finding("owners-changed", message, label, false));
    }

    fn tell_comments(&self, excused: &Excused, told: &mut Vec<Finding>) {
        for of_source in &self.comments {
            for ignore in &of_source.all {
                let would = excused.would(&ignore.place(&of_source.source, ignore.span));
                for (rule, span) in &ignore.rules {
                    let message = format!("{} does not have this comment for {rule}", self.revision);
                    let label = Label::new(ignore.place(&of_source.source, *span), "takes nothing back yet");
                    let finding = finding("ignore-added", message, label, true);
                    told.push(finding.with_help(would.clone()));
                }
            }
        }
    }

    fn tell_ignore_files(&self, told: &mut Vec<Finding>) {
        for file in &self.ignore_files {
            let message = format!("{file} differs from {}, and counts as it is here", self.revision);
            let label = Label::new(Place::whole(&Source::in_memory(Arc::clone(file), "")), "counts");
            let finding = finding("ignore-file-changed", message, label, true);
            told.push(finding.with_help(
                "See whether it leaves out a manifest: what an ignore file leaves out is not checked",
            ));
        }
    }
}

impl Excused {
    fn would(&self, place: &Place) -> String {
        match self.by_place.get(&key(place)).map(Vec::as_slice) {
            None | Some([]) => "Trusted, it would excuse no finding that is open here".to_owned(),
            Some(all) => format!("Trusted, it would excuse {}", few(all.iter().map(String::as_str))),
        }
    }
}

fn key(place: &Place) -> (Arc<str>, u32) {
    (Arc::clone(&place.source.path), place.span.map_or(0, |span| span.start))
}

/// A finding about a change that lets something pass, or not.
fn finding(code: &'static str, message: String, primary: Label, is_looser: bool) -> Finding {
    let severity = if is_looser { Severity::Warning } else { Severity::Note };
    Finding::invalid(TRUST, code, message, primary).with_severity(severity)
}

/// The first of some, and how many there are beyond them.
fn few<'a>(all: impl Iterator<Item = &'a str>) -> String {
    let all: Vec<&str> = all.collect();
    let named: Vec<&str> = all.iter().take(NAMED).copied().collect();
    match all.len() - named.len() {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    }
}

/// Whether some change would be for the better of whoever makes it.
fn is_looser(changes: &[&Change]) -> bool {
    changes.iter().any(|change| match change.kind {
        Kind::NewlyPasses | Kind::BecomesDecidable | Kind::StopsApplying => true,
        Kind::SeverityChanged | Kind::BecomesUndetermined => change.after.severity < change.before.severity,
        Kind::NewlyFails | Kind::StartsApplying => false,
    })
}
