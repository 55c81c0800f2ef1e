//! A baseline's text: read with every mistake a finding, and written with an entry on each line.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;

use serde::Serialize;

use super::{Baseline, Entry};
use crate::document::{self, Limits, NodeRef};
use crate::exceptions::value::{self, Better};
use crate::finding::{Finding, Label, Outcome, Place, Scalar};
use crate::schema;
use crate::source::Source;

/// Where the entries stand in their document.
const BASE: &str = "/spec/entries/";

/// Nodes of one baseline: room for as many entries as a file of its size can hold.
const MOST_NODES: u32 = 8_000_000;

/// Reads a baseline. Entries that have no mistake are read, whatever is wrong with others.
pub fn read(source: &Arc<Source>, text: &Arc<str>, findings: &mut Vec<Finding>) -> Baseline {
    let limits = Limits { comments: false, depth: 64, nodes: MOST_NODES, ..Limits::default() };
    let stream = document::parse(text, &limits);
    let mut baseline = Baseline { source: Arc::clone(source), entries: Vec::new() };
    let mut wrong: Vec<Finding> = schema::problems(&stream.problems, "baseline", source)
        .into_iter()
        .map(|finding| Finding { rule: "baseline".into(), outcome: Outcome::Invalid, ..finding })
        .collect();
    let Some(document) = stream.documents.first() else {
        if wrong.is_empty() {
            let label = Label::new(Place::whole(source), "empty");
            wrong.push(Finding::invalid("baseline", "empty", "This baseline holds no document", label));
        }
        findings.append(&mut wrong);
        return baseline;
    };
    if let Some(second) = stream.documents.get(1) {
        let place = Place::at(source, Some(second.index), second.root().span());
        let message = "A baseline holds one document; this one is not read";
        wrong.push(Finding::invalid("baseline", "second-document", message, Label::new(place, "not read")));
    }
    wrong.extend(schema::validate_baseline(document, source));
    let spoiled: BTreeSet<usize> = wrong
        .iter()
        .filter_map(|finding| finding.primary.place.pointer.as_deref()?.strip_prefix(BASE))
        .filter_map(|below| below.split('/').next()?.parse().ok())
        .collect();
    let all = document.root().get("spec").and_then(|spec| spec.get("entries"));
    for (index, node) in all.into_iter().flat_map(NodeRef::items).enumerate() {
        if !spoiled.contains(&index)
            && let Some(entry) = entry(node)
        {
            baseline.entries.push((entry, index, node.span()));
        }
    }
    findings.append(&mut wrong);
    baseline
}

fn entry(node: NodeRef<'_>) -> Option<Entry> {
    let text = |key: &str| node.get(key).and_then(NodeRef::as_str);
    Some(Entry {
        rule: text("rule")?.into(),
        deployment: text("deployment").map(Into::into),
        pointer: text("pointer").map(Into::into),
        outcome: if text("outcome")? == Outcome::Fail.as_str() {
            Outcome::Fail
        } else {
            Outcome::Undetermined
        },
        value: node.get("value").and_then(value::read).unwrap_or(Scalar::Null),
        better: text("better").and_then(Better::from_word),
    })
}

/// An entry as it is written: what is not there is left out.
#[derive(Serialize)]
struct Written<'a> {
    rule: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    deployment: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pointer: Option<&'a str>,
    outcome: Outcome,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<&'a Scalar>,
    #[serde(skip_serializing_if = "Option::is_none")]
    better: Option<&'a str>,
}

impl Entry {
    /// The entry on one line, as JSON.
    pub(super) fn line(&self) -> String {
        let written = Written {
            rule: &self.rule,
            deployment: self.deployment.as_deref(),
            pointer: self.pointer.as_deref(),
            outcome: self.outcome,
            value: Some(&self.value).filter(|value| **value != Scalar::Null),
            better: self.better.map(Better::as_str),
        };
        serde_json::to_string(&written).unwrap_or_default()
    }

    /// By deployment, rule and pointer; what is left is told by the line.
    fn order(left: &(String, Self), right: &(String, Self)) -> Ordering {
        fn key((line, entry): &(String, Entry)) -> impl Ord {
            (entry.deployment.as_deref(), &*entry.rule, entry.pointer.as_deref(), line)
        }
        key(left).cmp(&key(right))
    }
}

/// The text of a baseline with these entries, the same whatever order they come in.
pub(super) fn written(entries: Vec<Entry>) -> String {
    let mut lines: Vec<(String, Entry)> = entries.into_iter().map(|entry| (entry.line(), entry)).collect();
    lines.sort_by(Entry::order);
    let mut text = String::from(
        "{\n  \"apiVersion\": \"tunelint.dev/v1alpha1\",\n  \"kind\": \"Baseline\",\n  \"spec\": {\n    \"entries\": [",
    );
    for (index, (line, _)) in lines.iter().enumerate() {
        let _ = write!(text, "{}\n      {line}", if index == 0 { "" } else { "," });
    }
    text.push_str(if lines.is_empty() { "]\n  }\n}\n" } else { "\n    ]\n  }\n}\n" });
    text
}
