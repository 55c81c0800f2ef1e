//! Entries about deployments that are not there, and what was meant by them.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::{Subject, Supplied, Supplier};
use crate::finding::{Finding, Label, Outcome, Severity};
use crate::manifest::Deployment;
use crate::manifest::prose::shorten;
use crate::nearest::nearest;

/// The rule about entries that are about no deployment.
pub const DEPLOYMENT_NOT_FOUND: &str = "supplied-deployment-not-found";

/// Entries of one file that are told one by one: a file for a whole company may speak of many deployments that live
/// in other repos.
const MOST: usize = 100;
/// Of all, the ones for which a name that was meant is looked for among all others.
const MOST_SUGGESTED: usize = 10;

/// A name or a glob that leads to no deployment.
struct Lost<'a> {
    supplier: &'a Supplier,
    subject: &'a Subject,
    /// Index of its entry.
    entry: usize,
    is_identity: bool,
}

/// Tells which entries are about no deployment: `identities` are those that were found, `found` says so of each glob.
pub(super) fn not_found(
    supplied: &Supplied,
    deployments: &[Deployment],
    identities: &HashSet<&str>,
    found: &[bool],
    findings: &mut Vec<Finding>,
) {
    let mut lost: Vec<Lost<'_>> = Vec::new();
    for (index, entry) in supplied.entries.iter().enumerate() {
        if let Some(subject) = entry.identity.as_ref().filter(|own| !identities.contains(&*own.text)) {
            lost.push(Lost { supplier: &entry.supplier, subject, entry: index, is_identity: true });
        }
    }
    for (glob, _) in supplied.places.globs().iter().zip(found).filter(|(_, found)| !**found) {
        if let Some(entry) = supplied.entries.get(glob.entry) {
            lost.push(Lost {
                supplier: &entry.supplier,
                subject: &glob.subject,
                entry: glob.entry,
                is_identity: false,
            });
        }
    }
    // Entries are in the order of their files.
    lost.sort_by_key(|lost| (lost.entry, lost.subject.span));
    let mut meant = Meant { deployments, by_name: None, suggested: 0 };
    for file in lost.chunk_by(|one, next| Arc::ptr_eq(&one.supplier.source, &next.supplier.source)) {
        let (told, rest) = file.split_at(file.len().min(MOST));
        findings.extend(told.iter().map(|lost| lost.finding(&mut meant)));
        if let Some(next) = rest.first() {
            let message = format!(
                "{} supplies facts about {} more deployments or places without a manifest",
                next.supplier.name,
                rest.len()
            );
            findings.push(next.told(message, "the next of them", None));
        }
    }
}

impl Lost<'_> {
    fn finding(&self, meant: &mut Meant<'_>) -> Finding {
        let (name, text) = (&self.supplier.name, &self.subject.text);
        let shown = shorten(text);
        if self.is_identity {
            let message = format!("{name} supplies facts about {shown}, which no manifest describes");
            self.told(message, "no such deployment", meant.identity(text))
        } else {
            let message = format!("{name} supplies facts for {shown}, where no manifest lies");
            self.told(message, "no manifest here", Some(meant.place(text)))
        }
    }

    fn told(&self, message: String, label: &str, help: Option<String>) -> Finding {
        let primary = Label::new(self.supplier.place(self.subject), label);
        let (outcome, severity) = (Outcome::Fail, Severity::Warning);
        let mut finding = Finding::new(DEPLOYMENT_NOT_FOUND, None, outcome, severity, message, primary);
        finding.help = help.map(Into::into);
        finding
    }
}

/// Finds what was meant by a name that no deployment has.
struct Meant<'a> {
    deployments: &'a [Deployment],
    /// Identities by the name in them; made when the first is asked for.
    by_name: Option<HashMap<&'a str, &'a str>>,
    suggested: usize,
}

impl<'a> Meant<'a> {
    fn identities(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.deployments.iter().filter_map(|deployment| deployment.identity.as_deref())
    }

    /// The same name in another namespace, else the nearest name, else the nearest identity.
    fn identity(&mut self, given: &str) -> Option<String> {
        let all = self.identities();
        let by_name = self.by_name.get_or_insert_with(|| {
            // Of several the first.
            let mut by_name = HashMap::new();
            for identity in all {
                by_name.entry(name(identity)).or_insert(identity);
            }
            by_name
        });
        let mut found = by_name.get(name(given)).copied();
        if found.is_none() && self.suggested < MOST_SUGGESTED {
            self.suggested += 1;
            let near = nearest(name(given), self.identities().map(name));
            found = near.and_then(|near| self.by_name.as_ref()?.get(near).copied());
            found = found.or_else(|| nearest(given, self.identities()));
        }
        found.map(|found| format!("did you mean {found}?"))
    }

    /// How the path of a manifest looks that a glob could fit.
    fn place(&self, glob: &str) -> String {
        if glob.starts_with("./") || glob.starts_with('/') {
            let rest = glob.trim_start_matches(['.', '/']);
            return format!("paths are relative to the root: write {}", shorten(rest));
        }
        match self.deployments.first() {
            Some(first) => {
                format!("globs are compared with paths as findings show them: {}", first.source.path)
            }
            None => "there is no manifest at all".to_owned(),
        }
    }
}

/// An identity without its namespace.
fn name(identity: &str) -> &str {
    identity.rsplit('/').next().unwrap_or(identity)
}
