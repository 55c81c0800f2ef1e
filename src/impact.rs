//! What a change of policy does: the same deployments judged under two policies, and what differs.
//!
//! Only what rules say is compared. Waivers, comments and the baseline excuse findings under either policy, and are left
//! out of account.

mod differences;
mod standing;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;

use crate::discover::{self, LeftOut};
use crate::finding::{Finding, Place, Severity};
use crate::manifest::Deployment;
use crate::policy::{Judging, Policies};

pub use differences::{Aspect, Difference, differences};
pub use standing::{Kind, Standing, Verdict};

/// A policy to judge by.
#[derive(Clone, Copy, Debug)]
pub struct Lens<'a> {
    /// The packs, with what is in force of them.
    pub policies: &'a Policies,
    /// Deployments that are not judged.
    pub left_out: &'a LeftOut,
}

/// One of the two policies, for readers.
#[derive(Clone, Debug, Default)]
pub struct Side {
    /// What it is called (`main`, `the work tree`).
    pub name: String,
    /// The commit that it was read from, where it was.
    pub commit: Option<String>,
    /// SHA-256 of its configs, `sha256:…`.
    pub config: String,
    /// Mistakes in it, each at its place.
    pub problems: Vec<Finding>,
}

/// A rule that comes to something else on a deployment.
#[derive(Clone, Debug)]
pub struct Change {
    /// How it differs.
    pub kind: Kind,
    /// The rule's pack.
    pub pack: Arc<str>,
    /// Its id.
    pub rule: Arc<str>,
    /// The deployment's identity.
    pub deployment: Option<Arc<str>>,
    /// `file#document`.
    pub deployment_id: Arc<str>,
    /// The file of its manifest.
    pub file: Arc<str>,
    /// The document in it.
    pub document: u32,
    /// What the rule came to before.
    pub before: Standing,
    /// What it comes to after.
    pub after: Standing,
    /// What it says after, or else said before, where it says something.
    pub message: Option<String>,
    /// The place that decides, or else the deployment's name.
    pub place: Place,
}

/// What a change of policy does.
#[derive(Clone, Debug)]
pub struct Impact {
    /// The day that dates are compared with.
    pub today: Date,
    /// The policy that there was.
    pub before: Side,
    /// The policy that there would be.
    pub after: Side,
    /// Deployments that were judged.
    pub deployments: usize,
    /// What the two say differently, whether a deployment meets it or not.
    pub differences: Vec<Difference>,
    /// What they come to differently, by kind, file, document, pack and rule.
    pub changes: Vec<Change>,
    /// Files of which not all could be read, as reports show them.
    pub unread: Vec<Arc<str>>,
}

/// How many changes there are of each kind.
pub type Counts = BTreeMap<Kind, usize>;

impl Impact {
    /// How many changes there are of each kind.
    pub fn counts(&self) -> Counts {
        counts(&self.changes)
    }

    /// Deployments on which something comes to something else.
    pub fn changed_deployments(&self) -> usize {
        let mut ids: Vec<&str> = self.changes.iter().map(|change| &*change.deployment_id).collect();
        ids.sort_unstable();
        ids.dedup();
        ids.len()
    }

    /// The worst severity at which something fails that did not fail so before.
    pub fn worst_new(&self) -> Option<Severity> {
        let new = self.changes.iter().filter(|change| change.is_worse());
        new.filter_map(|change| change.after.severity).max()
    }

    /// Whether there is a mistake of severity error in either policy.
    pub fn has_mistakes(&self) -> bool {
        let all = self.before.problems.iter().chain(&self.after.problems);
        all.into_iter().any(|problem| problem.severity == Severity::Error)
    }
}

/// How many changes there are of each kind.
pub fn counts<'a>(changes: impl IntoIterator<Item = &'a Change>) -> Counts {
    let mut counts = Counts::new();
    for change in changes {
        *counts.entry(change.kind).or_default() += 1;
    }
    counts
}

impl Change {
    /// Whether a deployment has a failure that it had not, or had as a lesser one.
    pub fn is_worse(&self) -> bool {
        match self.kind {
            Kind::NewlyFails => true,
            Kind::SeverityChanged => self.after.severity > self.before.severity,
            _ => false,
        }
    }
}

impl Lens<'_> {
    fn takes(&self, deployment: &Deployment) -> bool {
        if self.left_out.exclude.is_empty() {
            return true;
        }
        let file = deployment.source.file();
        file.is_none_or(|file| !self.left_out.takes(&discover::absolute(file)))
    }

    /// What each rule in force comes to, and what it says.
    fn look(&self, deployment: &Deployment, today: Date) -> BTreeMap<Key, (Standing, Option<Finding>)> {
        if !self.takes(deployment) {
            return BTreeMap::new();
        }
        let judging = Judging { today, show_passed: false };
        let mut findings = Vec::new();
        self.policies.judge(deployment, judging, &mut findings);
        let mut said: BTreeMap<Key, Finding> = BTreeMap::new();
        for finding in findings {
            if let Some(pack) = finding.pack.clone() {
                said.insert((pack, Arc::clone(&finding.rule)), finding);
            }
        }
        let stood = self.policies.standings(deployment, judging).into_iter();
        stood
            .map(|own| {
                let key = (own.pack, own.rule);
                let finding = said.remove(&key);
                let severity = finding.as_ref().map(|finding| finding.severity);
                let standing = Standing::new(own.verdict, severity);
                (key, (standing, finding))
            })
            .collect()
    }
}

type Key = (Arc<str>, Arc<str>);

/// What comes to something else on a deployment, by pack and rule.
pub fn changes(deployment: &Deployment, before: Lens<'_>, after: Lens<'_>, today: Date) -> Vec<Change> {
    let mut then = before.look(deployment, today);
    let now = after.look(deployment, today);
    // Whether a rule is missing because the whole deployment is.
    let missing = |lens: Lens<'_>| if lens.takes(deployment) { Standing::OFF } else { Standing::LEFT_OUT };
    let mut pairs = Vec::new();
    for (key, new) in now {
        let old = then.remove(&key).unwrap_or((missing(before), None));
        pairs.push((key, old, new));
    }
    pairs.extend(then.into_iter().map(|(key, old)| (key, old, (missing(after), None))));
    pairs.sort_by(|left, right| left.0.cmp(&right.0));
    let changed = pairs.into_iter().filter_map(|((pack, rule), (old, was), (new, is))| {
        let kind = Kind::of(old, new)?;
        let finding = is.or(was);
        let (message, place) = match finding {
            Some(finding) => (Some(finding.message), finding.primary.place),
            None => (None, Place::at(&deployment.source, Some(deployment.document), deployment.anchor)),
        };
        Some(Change {
            kind,
            pack,
            rule,
            deployment: deployment.identity.clone(),
            deployment_id: Arc::clone(&deployment.id),
            file: Arc::clone(&deployment.source.path),
            document: deployment.document,
            before: old,
            after: new,
            message,
            place,
        })
    });
    changed.collect()
}

/// Puts changes in the order in which they are told.
pub fn sort(changes: &mut [Change]) {
    fn key(change: &Change) -> impl Ord {
        let severity = std::cmp::Reverse(change.after.severity.or(change.before.severity));
        let (file, document) = (&*change.file, change.document);
        (change.kind, severity, &*change.pack, &*change.rule, change.before.severity, file, document)
    }
    changes.sort_by(|left, right| key(left).cmp(&key(right)));
}
