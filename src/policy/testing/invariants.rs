//! What has to be the same however a fact fails to be known: missing, null, or of a wrong type.

use std::collections::BTreeMap;

use super::conditions::{FactName, facts_of};
use super::desk::{Case, Desk, derive};
use super::tree::Tree;
use super::values::{null, of_wrong_type};
use super::{Check, CheckKind, PARTS, Part};
use crate::finding::{Finding, Label, Place};
use crate::manifest::vocabulary::Vocabulary;
use crate::policy::expression::ast::{Expr, ExprId, ExprKind};

/// Examples that are made up for one rule at most, and nodes that are evaluated for them.
const MOST_CASES: usize = 20_000;
const MOST_WORK: usize = 20_000_000;

/// What the derived cases of a rule came to.
#[derive(Default)]
pub(super) struct Invariants {
    /// A check for each fact.
    pub(super) checks: Vec<Check>,
    /// Whether the rule can be undetermined for want of a fact, where it passes or fails with it.
    pub(super) can_be_undetermined: bool,
    /// Whether there were too many cases to go through them all.
    pub(super) is_cut: bool,
}

/// The ways in which a fact is not known.
const WAYS: [&str; 3] = ["null", "of a wrong type", "missing"];

/// Changes every example in every fact that the rule reads.
///
/// A rejected value is unknown and no default replaces it; a missing one is unknown, and a default may. So null and a
/// wrong type have to come to the same always, and missing as well unless the fact has a default in the rule.
pub(super) fn invariants(desk: &Desk<'_>, cases: &[Case<'_>]) -> Invariants {
    let mut invariants = Invariants::default();
    let signals = asked_signals(desk);
    let exprs: Vec<&Expr> = PARTS.into_iter().filter_map(|part| desk.expr(part)).chain(signals).collect();
    let nodes: usize = exprs.iter().map(|expr| expr.nodes.len()).sum();
    let most = MOST_CASES.min(MOST_WORK / nodes.max(1));
    let mut outcomes: BTreeMap<String, Option<&'static str>> = BTreeMap::new();
    let facts = facts_of(exprs);
    for fact in facts.keys() {
        let has_default =
            facts.iter().any(|(other, has_default)| *has_default && is_at_or_beneath(other, fact));
        let mut findings = Vec::new();
        for case in cases {
            let Some(tree) = &case.tree else { continue };
            if outcomes.len() >= most {
                invariants.is_cut = true;
                break;
            }
            let came = ways(fact, tree).map(|tree| {
                let tree = tree?;
                *outcomes.entry(tree.flow()).or_insert_with(|| Some(desk.outcome(&derive(&tree)?.facts)))
            });
            let [null, wrong, missing] = came;
            let was_decided = matches!(case.outcome, "pass" | "fail");
            invariants.can_be_undetermined |= was_decided && missing == Some("undetermined");
            let missing = if has_default { null } else { missing };
            if findings.is_empty() && (null != wrong || null != missing) {
                findings.push(violation(desk, case, fact, [null, wrong, missing]));
            }
        }
        invariants.checks.push(Check { kind: CheckKind::Invariant, name: fact.shown(), findings });
    }
    invariants
}

/// Whether a fact goes when another one does.
fn is_at_or_beneath(fact: &FactName, above: &FactName) -> bool {
    let (segments, above) = (fact.segments(), above.segments());
    segments.starts_with(&above)
}

/// The example with the fact null, of a wrong type, and missing.
fn ways(fact: &FactName, tree: &Tree) -> [Option<Tree>; 3] {
    let path = fact.segments();
    [tree.with(&path, null()), tree.with(&path, of_wrong_type(fact)), tree.without(&path)]
}

/// The signals of the checklists that a rule asks.
fn asked_signals<'a>(desk: &Desk<'a>) -> Vec<&'a Expr> {
    let asked = |expr: &Expr| {
        let lists = expr.nodes.iter().filter_map(|node| match node.kind {
            ExprKind::Checklist(index) => Some(usize::from(index)),
            _ => None,
        });
        lists.collect::<Vec<_>>()
    };
    let mut lists: Vec<usize> =
        PARTS.into_iter().filter_map(|part| desk.expr(part)).flat_map(asked).collect();
    lists.sort_unstable();
    lists.dedup();
    lists.into_iter().filter_map(|list| desk.pack.signals.get(list)).flatten().collect()
}

fn violation(
    desk: &Desk<'_>,
    case: &Case<'_>,
    fact: &FactName,
    outcomes: [Option<&'static str>; 3],
) -> Finding {
    let shown = fact.shown();
    let ways: Vec<String> = WAYS
        .iter()
        .zip(outcomes)
        .map(|(way, outcome)| format!("{} where it is {way}", outcome.unwrap_or("nothing")))
        .collect();
    let message = format!(
        "{} does not take `{shown}` alike where it is not known: an example comes to {}",
        desk.rule.id,
        ways.join(", ")
    );
    let label = match read_of(desk, fact) {
        Some((part, at)) => Label::new(desk.place(part, at), format!("{shown} is read here")),
        None => Label::new(Place::whole(&desk.rule.source), format!("{shown} is read")),
    };
    let place = Place::at(&desk.rule.source, Some(case.node.document().index), case.node.span());
    let example = Label::new(place.with_pointer(case.pointer.as_str()), "the example");
    desk.mistake("invariant", message, label).with_label(example).with_help(
        "Ask `has(x)` or `present(x)` of the fact itself: they are false for what is missing and for what the \
         schema rejects",
    )
}

/// Where a rule reads a fact, or the map that it is an entry of.
fn read_of(desk: &Desk<'_>, fact: &FactName) -> Option<(Part, ExprId)> {
    let is_read = |expr: &Expr, at: ExprId| {
        FactName::of(expr, at).is_some_and(|own| {
            own == *fact || Vocabulary::native().info(fact.path).parent == own.path && fact.key.is_some()
        })
    };
    PARTS.into_iter().find_map(|part| {
        let expr = desk.expr(part)?;
        let mut ids = (0..expr.nodes.len() as u32).map(ExprId);
        Some((part, ids.find(|at| is_read(expr, *at))?))
    })
}
