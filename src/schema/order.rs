//! The order of fields in policy files: always the same, so that a reader finds the reason of every rule at the
//! same place.

use std::sync::Arc;

use super::PolicyKind;
use super::mistake::below;
use crate::document::{Document, Entry, NodeRef};
use crate::finding::{Finding, Label, Place, Severity};
use crate::source::Source;

const TOP: &[&str] = &["apiVersion", "kind", "metadata", "spec"];
const METADATA: &[&str] = &["name", "formerly"];
const RULE: &[&str] = &[
    "summary",
    "severity",
    "undetermined",
    "waivable",
    "precision",
    "tags",
    "guide",
    "why",
    "when",
    "require",
    "message",
    "help",
    "examples",
];
const EXAMPLES: &[&str] = &["pass", "fail", "skip", "undetermined"];
const PACK: &[&str] =
    &["title", "version", "license", "description", "source", "extends", "parameters", "checklists"];
const PACK_SOURCE: &[&str] = &["title", "publisher", "retrieved", "reviewBy"];

/// Warnings where the fields of a policy file stand in another order than the fixed one; one for each object, at
/// the first field that comes too late.
pub fn check_order(document: &Document, source: &Arc<Source>, kind: PolicyKind) -> Vec<Finding> {
    let root = document.root();
    let spec = root.get("spec");
    let metadata = root.get("metadata");
    let objects = match kind {
        PolicyKind::Rule => [
            ("", Some(root), TOP),
            ("/metadata", metadata, METADATA),
            ("/spec", spec, RULE),
            ("/spec/examples", spec.and_then(|spec| spec.get("examples")), EXAMPLES),
        ],
        PolicyKind::Pack => [
            ("", Some(root), TOP),
            ("/metadata", metadata, METADATA),
            ("/spec", spec, PACK),
            ("/spec/source", spec.and_then(|spec| spec.get("source")), PACK_SOURCE),
        ],
    };
    let place = |entry: Entry<'_>| Place::at(source, Some(document.index), entry.key_span());
    objects
        .into_iter()
        .filter_map(|(pointer, node, order)| Some((pointer, late(node?, order)?)))
        .map(|(pointer, (late, before))| {
            let (late_key, before_key) = (late.key(), before.key());
            let message = format!("{late_key} comes before {before_key} in a policy file");
            let primary = Label::new(place(late).with_pointer(below(pointer, late_key)), "too late");
            Finding::invalid("policy", "field-order", message, primary)
                .with_severity(Severity::Warning)
                .with_help(format!("move {late_key} up"))
                .with_label(Label::new(place(before), format!("{late_key} goes before this")))
        })
        .collect()
}

/// The first field that stands after one it should come before, and the first such one.
fn late<'a>(node: NodeRef<'a>, order: &[&str]) -> Option<(Entry<'a>, Entry<'a>)> {
    if stands_in(node, order) {
        return None;
    }
    let rank = |entry: &Entry<'_>| order.iter().position(|key| *key == entry.key());
    let known: Vec<_> = node.entries().filter_map(|entry| rank(&entry).map(|rank| (rank, entry))).collect();
    known.iter().enumerate().find_map(|(at, &(rank, entry))| {
        let before = known.get(..at)?.iter().find(|(other, _)| *other > rank)?;
        Some((entry, before.1))
    })
}

/// Whether the fields stand in order, as nearly always: told in one pass over both.
fn stands_in(node: NodeRef<'_>, order: &[&str]) -> bool {
    let mut left = order;
    node.entries().all(|entry| {
        let key = entry.key();
        match left.iter().position(|own| *own == key) {
            Some(at) => {
                left = left.get(at..).unwrap_or_default();
                true
            }
            None => !order.contains(&key),
        }
    })
}
