//! Between the two phases: which documents make one deployment, and what they say together.
//!
//! One document is one deployment as yet. What only shows once all of them are known is told here: an identity
//! used twice, and evidence that is not in the repo.

mod evidence;

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use crate::finding::{Finding, Label, Place, Severity};
use crate::manifest::Deployment;
use crate::manifest::view::View;
use crate::manifest::vocabulary::Vocabulary;
use crate::source::Source;

pub use evidence::{EVIDENCE_NOT_FOUND, Repository, missing_evidence, names_evidence_in};

/// Puts deployments into the order of their files, which is that of the report: what is made in order has not to be
/// moved to be sorted.
pub fn sort(deployments: &mut [Deployment]) {
    deployments.sort_by(|left, right| {
        Source::by_path(&left.source, &right.source).then(left.document.cmp(&right.document))
    });
}

/// Sorts deployments and tells which of them share an identity: in one file a mistake, in two folders perhaps staging
/// and production.
pub fn link(deployments: &mut [Deployment], findings: &mut Vec<Finding>) {
    sort(deployments);
    let mut first_of: HashMap<&str, &Deployment> = HashMap::with_capacity(deployments.len());
    let mut first_in_file: HashMap<&str, &Deployment> = HashMap::new();
    let is_of_one_file = |left: &Deployment, right: &Deployment| left.source.path == right.source.path;
    for file in deployments.chunk_by(is_of_one_file) {
        first_in_file.clear();
        for deployment in file {
            let Some(identity) = deployment.identity.as_deref() else { continue };
            if let [_, _, ..] = file {
                match first_in_file.entry(identity) {
                    Entry::Vacant(none) => {
                        none.insert(deployment);
                    }
                    Entry::Occupied(first) => {
                        findings.push(duplicate(deployment, first.get(), identity, Severity::Error));
                        continue;
                    }
                }
            }
            match first_of.entry(identity) {
                Entry::Occupied(first) => {
                    findings.push(duplicate(deployment, first.get(), identity, Severity::Note));
                }
                Entry::Vacant(none) => {
                    none.insert(deployment);
                }
            }
        }
    }
}

fn duplicate(again: &Deployment, first: &Deployment, identity: &str, severity: Severity) -> Finding {
    let (message, help) = match severity {
        Severity::Error => (
            format!("{identity} is declared twice in this file"),
            "give each deployment a name of its own, or a namespace",
        ),
        _ => (
            format!("{identity} is declared here and in {}", first.source.path),
            "where these are two deployments, give each a namespace or a name of its own",
        ),
    };
    let mut finding =
        Finding::invalid("schema", "duplicate-identity", message, Label::new(name(again), "again here"))
            .with_severity(severity)
            .with_label(Label::new(name(first), "first here"))
            .with_help(help);
    finding.deployment.clone_from(&again.identity);
    finding.deployment_id = Some(Arc::clone(&again.id));
    finding
}

/// The place of a deployment's name.
fn name(deployment: &Deployment) -> Place {
    let vocabulary = Vocabulary::native();
    let view = View::new(&deployment.facts, vocabulary);
    match vocabulary.find("metadata.name").and_then(|path| view.one(path)) {
        Some(fact) => deployment.facts.place(fact, vocabulary),
        None => Place::at(&deployment.source, Some(deployment.document), deployment.anchor)
            .with_pointer("/metadata/name"),
    }
}
