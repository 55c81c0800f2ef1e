//! What is asked of a pack beyond its schema: examples for every rule, and no parameter that nothing reads.

use std::sync::Arc;

use super::expression::{self, Expr};
use super::pack::{Pack, RuleSlot};
use crate::document::{Document, NodeRef};
use crate::finding::{Finding, Label, Place, Severity};
use crate::source::Source;

/// Tells the kinds of examples that a rule lacks.
pub(super) fn missing_examples(
    spec: NodeRef<'_>,
    source: &Arc<Source>,
    document: &Document,
    findings: &mut Vec<Finding>,
) {
    let examples = spec.get("examples");
    for (kind, what) in [("pass", "passes"), ("fail", "fails")] {
        if examples.and_then(|node| node.get(kind)).is_none_or(NodeRef::is_empty) {
            let key = document.pointer_place("/spec/examples").key;
            let place = Place {
                source: Arc::clone(source),
                document: Some(document.index),
                pointer: Some("/spec/examples".into()),
                span: key,
            };
            let finding = Finding::invalid(
                "policy",
                "missing-examples",
                format!("This rule has no example that {what}"),
                Label::new(place, format!("no `{kind}` examples")),
            );
            findings.push(
                finding
                    .with_severity(Severity::Warning)
                    .with_help("A rule nobody has seen pass and fail may do neither; give both"),
            );
        }
    }
}

/// Marks the parameters that an expression reads.
pub fn parameters_of(expr: &Expr, used: &mut [bool]) {
    for node in &expr.nodes {
        if let expression::ast::ExprKind::Parameter(index) = node.kind
            && let Some(used) = used.get_mut(index as usize)
        {
            *used = true;
        }
    }
}

/// Tells the parameters that no rule and no checklist of a pack reads. Only for a pack all of whose rules could be
/// read: a rule with a mistake may be the one that reads them.
pub fn unused_parameters(pack: &Pack, findings: &mut Vec<Finding>) {
    let mut used = vec![false; pack.parameters.len()];
    for expr in pack.signals.iter().flatten() {
        parameters_of(expr, &mut used);
    }
    for rule in pack.rules.iter().filter_map(RuleSlot::loaded) {
        for condition in rule.conditions.iter() {
            parameters_of(&condition.expr, &mut used);
        }
        for index in rule.message.parameters() {
            if let Some(used) = used.get_mut(index as usize) {
                *used = true;
            }
        }
    }
    for (parameter, _) in pack.parameters.iter().zip(used).filter(|(_, used)| !used) {
        let place = Place::at(&pack.file, Some(0), parameter.key_span)
            .with_pointer(format!("/spec/parameters/{}", parameter.name));
        findings.push(
            Finding::invalid(
                "policy",
                "unused-parameter",
                format!("No rule of {} reads the parameter {}", pack.name, parameter.name),
                Label::new(place, "never read"),
            )
            .with_severity(Severity::Warning)
            .with_help(format!("Use params.{} in a rule, or remove it", parameter.name)),
        );
    }
}
