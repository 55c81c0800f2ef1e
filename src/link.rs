//! Between the two phases: which documents make one deployment, and what they say together.
//!
//! One document is one deployment as yet. What only shows once all of them are known is told here: an identity
//! used twice, and evidence that is not in the repo.

mod evidence;

use std::collections::HashMap;
use std::sync::Arc;

use crate::finding::{Finding, Label, Place, Severity};
use crate::manifest::Deployment;
use crate::manifest::view::View;
use crate::manifest::vocabulary::Vocabulary;

pub use evidence::{EVIDENCE_NOT_FOUND, Repository, missing_evidence, names_evidence_in};

/// Puts deployments into the order of their files and tells which of them share an identity: in one file a
/// mistake, in two folders perhaps staging and production.
pub fn link(deployments: &mut [Deployment], findings: &mut Vec<Finding>) {
    deployments
        .sort_by(|left, right| (&left.source.path, left.document).cmp(&(&right.source.path, right.document)));
    let mut first_of: HashMap<&str, &Deployment> = HashMap::new();
    let mut first_in_file: HashMap<&str, &Deployment> = HashMap::new();
    let mut file: Option<&Arc<str>> = None;
    for deployment in &*deployments {
        let Some(identity) = deployment.identity.as_deref() else { continue };
        if file != Some(&deployment.source.path) {
            first_in_file.clear();
            file = Some(&deployment.source.path);
        }
        if let Some(&first) = first_in_file.get(identity) {
            findings.push(duplicate(deployment, first, identity, Severity::Error));
            continue;
        }
        first_in_file.insert(identity, deployment);
        if let Some(&first) = first_of.get(identity) {
            findings.push(duplicate(deployment, first, identity, Severity::Note));
        } else {
            first_of.insert(identity, deployment);
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
