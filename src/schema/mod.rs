//! What a document may say: the JSON Schemas of our own kinds, and findings where a document departs from them.
//!
//! A finding is told for each thing to correct, at the key or the value, with the nearest known word. What the
//! schema rejects is unknown to the policies, and they still run.

mod advice;
mod compiled;
mod describe;
mod locate;
mod mistake;
mod order;
mod shape;
mod suggest;
#[cfg(test)]
mod tests;
mod words;

use std::sync::Arc;

use compiled::Compiled;
use describe::Subject;
use mistake::Wrong;

use crate::document::{Document, NodeRef, Problem, ProblemKind, Rejected};
use crate::finding::{Finding, Label, Place};
use crate::manifest::vocabulary::MANIFEST_SCHEMA;
use crate::source::Source;

pub use order::check_order;

/// The schema of a policy rule, embedded.
pub const RULE_SCHEMA: &str = include_str!("../../schemas/rule.schema.json");
/// The schema of a policy pack, embedded.
pub const PACK_SCHEMA: &str = include_str!("../../schemas/pack.schema.json");
/// The schema of a file of supplied facts, embedded.
pub const FACTS_SCHEMA: &str = include_str!("../../schemas/facts.schema.json");
/// The schema of a config, embedded.
pub const CONFIG_SCHEMA: &str = include_str!("../../schemas/config.schema.json");
/// The schema of a waivers file, embedded.
pub const WAIVERS_SCHEMA: &str = include_str!("../../schemas/waivers.schema.json");
/// The schema of a baseline, embedded.
pub const BASELINE_SCHEMA: &str = include_str!("../../schemas/baseline.schema.json");
/// The schema of the JSON report, embedded.
pub const REPORT_SCHEMA: &str = include_str!("../../schemas/report.schema.json");

/// The schema of what `tunelint test` writes, embedded.
pub const TEST_SCHEMA: &str = include_str!("../../schemas/test.schema.json");

/// The schema of the JSON that `tunelint impact` writes.
pub const IMPACT_SCHEMA: &str = include_str!("../../schemas/impact.schema.json");

/// The schema of the JSON that `tunelint audit` writes.
pub const AUDIT_REPORT_SCHEMA: &str = include_str!("../../schemas/audit-report.schema.json");

/// The published schemas by the word that `tunelint schema` takes.
pub const SCHEMAS: &[(&str, &str)] = &[
    ("manifest", MANIFEST_SCHEMA),
    ("policy", RULE_SCHEMA),
    ("pack", PACK_SCHEMA),
    ("facts", FACTS_SCHEMA),
    ("config", CONFIG_SCHEMA),
    ("waivers", WAIVERS_SCHEMA),
    ("baseline", BASELINE_SCHEMA),
    ("report", REPORT_SCHEMA),
    ("test", TEST_SCHEMA),
    ("impact", IMPACT_SCHEMA),
    ("audit-report", AUDIT_REPORT_SCHEMA),
];

/// The address of a published schema, `$id`, by the word that `tunelint schema` takes. It stays the same as long as
/// the format does, and editors find the schema by it.
pub fn address(kind: &str) -> Option<String> {
    let (_, text) = SCHEMAS.iter().find(|(own, _)| *own == kind)?;
    let schema: serde_json::Value = serde_json::from_str(text).ok()?;
    Some(schema.get("$id")?.as_str()?.to_owned())
}

/// The two kinds of policy files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolicyKind {
    /// One rule.
    Rule,
    /// A pack's `pack.yaml`.
    Pack,
}

/// Validates a native manifest: what is wrong, and which values are unknown for it, by their pointers in the
/// document.
pub fn validate(document: &Document, source: &Arc<Source>) -> (Vec<Finding>, Rejected) {
    run(Compiled::manifest(), document.root(), "", source)
}

/// Validates a part of a spec, as the examples of policies write it: `node` stands for `spec`, may have a
/// `metadata` beside spec's fields, and lacks what it likes.
///
/// `pointer` is that of the node in its document. Findings are placed in the document; what is rejected is by
/// pointers from the node on, as [`crate::manifest::llm_deployment::extract_spec`] wants it.
pub fn validate_spec(node: NodeRef<'_>, pointer: &str, source: &Arc<Source>) -> (Vec<Finding>, Rejected) {
    run(Compiled::part_of_spec(), node, pointer, source)
}

/// Validates a part of a spec that somebody else than the manifest supplies: as [`validate_spec`] does, but without
/// a `metadata`, which only a manifest has.
pub fn validate_supplied(node: NodeRef<'_>, pointer: &str, source: &Arc<Source>) -> (Vec<Finding>, Rejected) {
    run(Compiled::supplied_spec(), node, pointer, source)
}

/// Validates a file of supplied facts, but for what its entries supply.
pub fn validate_facts(document: &Document, source: &Arc<Source>) -> Vec<Finding> {
    run(Compiled::facts(), document.root(), "", source).0
}

/// Whether a policy file is valid, and its fields stand in order.
pub fn is_policy(document: &Document, kind: PolicyKind) -> bool {
    compiled_policy(kind).is_valid(document.root()) && order::is_kept(document, kind)
}

/// Validates a policy file.
pub fn validate_policy(document: &Document, source: &Arc<Source>, kind: PolicyKind) -> Vec<Finding> {
    run(compiled_policy(kind), document.root(), "", source).0
}

fn compiled_policy(kind: PolicyKind) -> &'static Compiled {
    match kind {
        PolicyKind::Rule => Compiled::rule(),
        PolicyKind::Pack => Compiled::pack(),
    }
}

/// Validates a config: what is wrong, and which values are to be passed over, by their pointers in the document.
pub fn validate_config(document: &Document, source: &Arc<Source>) -> (Vec<Finding>, Rejected) {
    run(Compiled::config(), document.root(), "", source)
}

/// Validates a waivers file; what is wrong points into the entry that it spoils.
pub fn validate_waivers(document: &Document, source: &Arc<Source>) -> Vec<Finding> {
    run(Compiled::waivers(), document.root(), "", source).0
}

/// Validates a baseline, likewise.
pub fn validate_baseline(document: &Document, source: &Arc<Source>) -> Vec<Finding> {
    run(Compiled::baseline(), document.root(), "", source).0
}

fn run(
    compiled: &'static Compiled,
    root: NodeRef<'_>,
    base: &str,
    source: &Arc<Source>,
) -> (Vec<Finding>, Rejected) {
    let mut rejected = Rejected::default();
    if compiled.is_valid(root) {
        return (Vec::new(), rejected);
    }
    let errors = compiled.validator.iter_errors(root.into());
    let mistakes = mistake::mistakes(errors, compiled.schema(), root);
    let subject =
        Subject { rule: compiled.rule, noun: compiled.noun, root, schema: compiled.schema(), base, source };
    let unknown: Vec<_> =
        mistakes.told.iter().filter(|mistake| matches!(mistake.wrong, Wrong::UnknownKey(_))).collect();
    let told = mistakes
        .told
        .iter()
        .filter(|mistake| mistake.wrong != Wrong::Opaque && !subject.is_meant(mistake, &unknown));
    let mut findings: Vec<_> = told.map(|mistake| subject.finding(mistake)).collect();
    findings.sort_by_key(|finding| (finding.primary.place.span, finding.code));
    if !mistakes.more.is_empty() {
        let place = Place::at(source, Some(root.document().index), root.span());
        let message = format!("{} more mistakes in this document are not shown", mistakes.more.len());
        findings.push(Finding::invalid(compiled.rule, "limit-findings", message, Label::new(place, "here")));
    }
    for mistake in mistakes.told.into_iter().filter(|mistake| mistake.wrong.rejects()) {
        rejected.insert(mistake.pointer);
    }
    mistakes.more.into_iter().for_each(|pointer| rejected.insert(pointer));
    (findings, rejected)
}

/// What a value of the wrong type is, in words (`a text ("300k")`), and how it becomes one of the JSON type `wanted`.
pub fn misfit(node: NodeRef<'_>, wanted: &str) -> (String, Option<String>) {
    (words::described(node), advice::for_type(&serde_json::json!({"type": wanted}), node))
}

/// Findings of what the parser saw in a document of ours: a duplicate key, an unknown tag; and of what kept it
/// from reading one. `rule` is that of the invalid ones: `schema`, `policy`, `config`, ….
pub fn problems<'a>(
    problems: impl IntoIterator<Item = &'a Problem>,
    rule: &str,
    source: &Arc<Source>,
) -> Vec<Finding> {
    problems
        .into_iter()
        .map(|problem| {
            let place = Place::at(source, Some(problem.document), problem.span);
            let place = match &problem.pointer {
                Some(pointer) => place.with_pointer(pointer.as_str()),
                None => place,
            };
            let primary = Label::new(place, problem_label(problem.code));
            let mut finding = match problem.kind {
                ProblemKind::Unreadable => Finding::unreadable(problem.code, &problem.message, primary),
                ProblemKind::Invalid => Finding::invalid(rule, problem.code, &problem.message, primary),
            };
            finding.help = problem.help.as_deref().map(Into::into);
            for (span, message) in &problem.related {
                let place = Place::at(source, Some(problem.document), *span);
                finding = finding.with_label(Label::new(place, message.as_str()));
            }
            finding
        })
        .collect()
}

fn problem_label(code: &str) -> &'static str {
    match code {
        "duplicate-key" => "again here",
        "unknown-tag" => "an unknown tag",
        "recursive-alias" => "contains itself",
        "unknown-alias" => "no such anchor",
        "complex-key" => "a key that is no text",
        "merge" => "cannot be merged",
        _ => "here",
    }
}
