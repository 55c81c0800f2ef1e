//! What is asked of a pack beyond its schema: examples for every rule, and no parameter that nothing reads.

use std::sync::Arc;

use super::expression::{self, Expr};
use super::extends::Inherited;
use super::pack::{LazySource, Pack, Parameter};
use crate::document::{Document, NodeRef};
use crate::finding::{Finding, Label, Place, Severity};
use crate::nearest::nearest;

/// Tells the kinds of examples that a rule lacks.
pub(super) fn missing_examples(
    examples: Option<NodeRef<'_>>,
    source: &LazySource,
    document: &Document,
    findings: &mut Vec<Finding>,
) {
    for (kind, what) in [("pass", "passes"), ("fail", "fails")] {
        if examples.and_then(|node| node.get(kind)).is_none_or(NodeRef::is_empty) {
            let key = document.pointer_place("/spec/examples").key;
            let place = Place {
                source: Arc::clone(LazySource::force(source)),
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

/// Tells the parameters of the `new` packs that no rule and no checklist reads, of the pack or of one that extends it.
/// Where a mistake keeps something from being read, its words count: it may read what it names.
pub fn unused_parameters(packs: &[Pack], new: &[Arc<str>], findings: &mut Vec<Finding>) {
    // No other pack can read a parameter of these: what extends them came with them. The rules of an embedded pack stay
    // unread.
    let new: Vec<(&Pack, Vec<bool>)> =
        packs.iter().filter(|pack| new.contains(&pack.name)).map(|pack| (pack, used(pack))).collect();
    for (pack, own) in &new {
        for (parameter, _) in pack.parameters.iter().zip(own).filter(|(_, used)| !**used) {
            let is_this = |one: &Inherited| one.owner == pack.name && one.parameter.name == parameter.name;
            let elsewhere = new.iter().any(|(other, used)| {
                let inherited = used.get(other.parameters.len()..).unwrap_or_default();
                other.inherited.iter().zip(inherited).any(|(one, used)| *used && is_this(one))
            });
            if !elsewhere {
                findings.push(unused(pack, parameter));
            }
        }
    }
}

/// Which of the parameters that a pack knows something in it reads, by index.
fn used(pack: &Pack) -> Vec<bool> {
    let mut used = vec![false; pack.parameters.len() + pack.inherited.len()];
    for expr in pack.signals.iter().flatten() {
        parameters_of(expr, &mut used);
    }
    let known: Vec<&str> = pack.known_parameters().map(|parameter| &*parameter.name).collect();
    for slot in &pack.rules {
        let Some(rule) = pack.rule(slot) else {
            mark_meant(&slot.text(), &known, &mut used);
            continue;
        };
        for condition in rule.conditions.iter() {
            parameters_of(&condition.expr, &mut used);
        }
        for index in rule.message.parameters() {
            if let Some(used) = used.get_mut(index as usize) {
                *used = true;
            }
        }
    }
    pack.unread_conditions.iter().for_each(|text| mark_meant(text, &known, &mut used));
    used
}

fn unused(pack: &Pack, parameter: &Parameter) -> Finding {
    let place = Place::at(&pack.file, Some(0), parameter.key_span)
        .with_pointer(format!("/spec/parameters/{}", parameter.name));
    Finding::invalid(
        "policy",
        "unused-parameter",
        format!("No rule of {} reads the parameter {}", pack.name, parameter.name),
        Label::new(place, "never read"),
    )
    .with_severity(Severity::Warning)
    .with_help(format!("Use params.{} in a rule, or remove it", parameter.name))
}

/// Marks the parameters that a text with a mistake in it may mean: those that it names, and the nearest to a name that
/// it gets wrong.
fn mark_meant(text: &str, known: &[&str], used: &mut [bool]) {
    let mut mark = |name: &str| {
        let at = known.iter().position(|own| *own == name);
        if let Some(used) = at.and_then(|at| used.get_mut(at)) {
            *used = true;
        }
    };
    for after in text.split("params").skip(1) {
        let word = after.trim_start_matches(['.', '[', '\'', '"', ' ']);
        let end =
            word.find(|character: char| !character.is_alphanumeric() && !matches!(character, '_' | '-'));
        let word = word.get(..end.unwrap_or(word.len())).unwrap_or_default();
        if known.contains(&word) {
            mark(word);
        } else if let Some(near) = nearest(word, known) {
            mark(near);
        }
    }
}
