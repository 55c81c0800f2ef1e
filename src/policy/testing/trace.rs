//! What a rule's expressions came to in an example, condition by condition.

use std::collections::BTreeSet;

use super::desk::{Desk, FAULT, alone};
use super::{PARTS, Part};
use crate::finding::Scalar;
use crate::manifest::facts::FactSet;
use crate::policy::eval;
use crate::policy::expression::ast::{Expr, ExprId, ExprKind};
use crate::policy::expression::{beneath, chain};
use crate::policy::template::scalar_prose;

/// Conditions and operands that are shown at most.
const MOST_SHOWN: usize = 200;
/// Nodes of an expression beyond which its parts are not evaluated one by one.
const MOST_NODES: usize = 2_000;

/// What an expression came to.
#[derive(Clone, Debug)]
pub struct Trace {
    /// Which expression.
    pub part: Part,
    /// The whole of it.
    pub root: Step,
}

/// What a part of an expression came to.
#[derive(Clone, Debug)]
pub struct Step {
    /// A condition as the policy has it, on one line; of what joins conditions the operator (`&&`, `exists`).
    pub text: String,
    /// `true`, `false`, `unknown` or what is wrong; in a macro for each item.
    pub value: String,
    /// What it joins; nothing for an atomic condition.
    pub parts: Vec<Step>,
    /// The facts, parameters and calls in an atomic condition, in the order of its text.
    pub operands: Vec<Operand>,
}

/// A fact, parameter or call in a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operand {
    /// Where it begins in the text of its condition, in characters.
    pub column: usize,
    /// As the policy has it.
    pub text: String,
    /// Its value.
    pub value: String,
}

/// What the expressions of a rule come to on facts; `require` only where the rule applies.
pub(super) fn trace(desk: &Desk<'_>, facts: &FactSet) -> Vec<Trace> {
    let mut traces = Vec::new();
    for part in PARTS {
        let Some(expr) = desk.expr(part) else { continue };
        let root = Walk { desk, part, expr, facts, left: MOST_SHOWN }.step(expr.root);
        let goes_on = root.value == "true";
        traces.push(Trace { part, root });
        if !goes_on {
            break;
        }
    }
    traces
}

struct Walk<'a> {
    desk: &'a Desk<'a>,
    part: Part,
    expr: &'a Expr,
    facts: &'a FactSet,
    left: usize,
}

impl Walk<'_> {
    fn step(&mut self, at: ExprId) -> Step {
        self.left = self.left.saturating_sub(1);
        let expr = self.expr;
        let (text, below): (&str, Vec<ExprId>) = match &expr.node(at).kind {
            ExprKind::And(..) => ("&&", chain(expr, at, true)),
            ExprKind::Or(..) => ("||", chain(expr, at, false)),
            ExprKind::Not(operand) if !self.is_atomic(*operand) => ("!", vec![*operand]),
            ExprKind::Conditional(test, yes, no) => ("? :", vec![*test, *yes, *no]),
            ExprKind::Comprehension { condition: Some(condition), .. } => ("", vec![*condition]),
            _ => return self.condition(at),
        };
        let mut step = Step {
            text: if text.is_empty() { squeezed(expr.source(at)) } else { text.to_owned() },
            value: self.value(at),
            parts: Vec::new(),
            operands: Vec::new(),
        };
        for at in below {
            if self.left == 0 {
                break;
            }
            step.parts.push(self.step(at));
        }
        step
    }

    fn is_atomic(&self, at: ExprId) -> bool {
        !matches!(
            self.expr.node(at).kind,
            ExprKind::And(..)
                | ExprKind::Or(..)
                | ExprKind::Not(_)
                | ExprKind::Conditional(..)
                | ExprKind::Comprehension { condition: Some(_), .. }
        )
    }

    fn condition(&mut self, at: ExprId) -> Step {
        let expr = self.expr;
        let start = expr.node(at).span.start;
        let all = beneath(expr, at);
        let ways: BTreeSet<ExprId> = all.iter().filter_map(|id| way_of(expr, *id)).collect();
        let mut ids: Vec<ExprId> =
            all.into_iter().filter(|id| *id != at && is_told(expr, *id) && !ways.contains(id)).collect();
        ids.sort_by_key(|id| (expr.node(*id).span.start, expr.node(*id).span.end));
        ids.truncate(self.left);
        self.left -= ids.len();
        let operands = ids
            .into_iter()
            .map(|id| {
                let before = expr.text.get(start as usize..expr.node(id).span.start as usize).unwrap_or("");
                let column = squeezed_start(before).chars().count();
                Operand { column, text: squeezed(expr.source(id)), value: self.value(id) }
            })
            .collect();
        Step { text: squeezed(expr.source(at)), value: self.value(at), parts: Vec::new(), operands }
    }

    fn value(&self, at: ExprId) -> String {
        if self.expr.nodes.len() > MOST_NODES {
            return "…".to_owned();
        }
        let Some(alone) = alone(self.desk, self.part, at) else { return FAULT.to_owned() };
        match self.desk.ask(self.facts, |input| eval::value_of(&alone, input)) {
            // An object has no scalar of its own; in macros what is unknown has none either.
            Ok(Some(Scalar::Null)) => "{…}".to_owned(),
            Ok(Some(value)) => shown(&value),
            Ok(None) => "unknown".to_owned(),
            Err(fault) => format!("error: {}", fault.message),
        }
    }
}

/// Whether a reader wants the value of a node, and it does not say it itself.
fn is_told(expr: &Expr, at: ExprId) -> bool {
    matches!(
        expr.node(at).kind,
        ExprKind::Fact(_)
            | ExprKind::OriginFact(..)
            | ExprKind::Observations(_)
            | ExprKind::Parameter(_)
            | ExprKind::Today
            | ExprKind::Variable(_)
            | ExprKind::Member { .. }
            | ExprKind::Index { .. }
            | ExprKind::Checklist(_)
    ) || matches!(expr.node(at).kind, ExprKind::Call(..)) && expr.node(at).reads_facts
}

/// What is only a step on the way to what a node reads.
fn way_of(expr: &Expr, at: ExprId) -> Option<ExprId> {
    match expr.node(at).kind {
        ExprKind::Member { operand, .. } | ExprKind::Index { operand, .. } | ExprKind::Has(operand) => {
            Some(operand)
        }
        _ => None,
    }
}

fn shown(value: &Scalar) -> String {
    match value {
        Scalar::Null => "unknown".to_owned(),
        Scalar::Text(text) => format!("'{text}'"),
        Scalar::List(items) => format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(", ")),
        number => scalar_prose(number),
    }
}

/// A text on one line: a line break with the blanks around it is one blank.
fn squeezed(text: &str) -> String {
    let mut lines = text.trim().lines().map(str::trim);
    let first = lines.next().unwrap_or("").to_owned();
    lines.fold(first, |mut all, line| {
        all.push(' ');
        all.push_str(line);
        all
    })
}

/// The same for a text that something follows.
fn squeezed_start(text: &str) -> String {
    let mut squeezed = squeezed(&format!("{text}|"));
    squeezed.pop();
    squeezed
}
