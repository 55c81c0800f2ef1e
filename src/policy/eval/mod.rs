//! Evaluation: an expression over the facts of one deployment, in three-valued truth, with the facts that decided.
//!
//! Pure: no I/O, no clock, bounded by fuel.

mod atoms;
mod clauses;
mod equality;
mod functions;
mod intervals;
mod macros;
mod operators;
mod place;
mod quick;
mod run;
mod value;
mod witness;

use super::expression::ast::{Expr, ExprId};
use crate::finding::Scalar;
use crate::manifest::facts::FactId;
use crate::manifest::view::View;
use crate::manifest::vocabulary::PathId;
use crate::source::Span;
pub use atoms::{Stood, comparison, stood};
pub use clauses::{passes_if, passes_if_unmet};
use run::{Run, dedupe};
use value::Value;

/// What an expression is evaluated on.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// The facts.
    pub view: &'a View<'a>,
    /// Values of the pack's parameters, by index.
    pub parameters: &'a [Scalar],
    /// The pack's checklists, by index: the conditions of their signals.
    pub checklists: &'a [Vec<Expr>],
    /// The day of the run.
    pub today: jiff::civil::Date,
}

/// Steps that an evaluation may take in all; a policy that needs more is told so.
pub const FUEL: u32 = 200_000;

/// How a decisive fact stood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It has a value.
    Known,
    /// Nobody says it.
    Missing,
    /// The schema rejected what stands there.
    Rejected,
    /// Sources of the same rank disagree.
    Disagree,
}

/// A fact that decided.
#[derive(Clone, Debug, PartialEq)]
pub struct Read {
    /// Its path.
    pub path: PathId,
    /// The fact, unless it is missing; for a missing member of a list's item or a map, the nearest above.
    pub fact: Option<FactId>,
    /// For a member of a map (`metadata.labels['team']`): the key.
    pub key: Option<Box<str>>,
    /// How it stood.
    pub standing: Standing,
    /// The innermost comparison, call of a test (`present`, `contains`, `matches`, …), `has` or `in` that the fact
    /// stood in.
    pub atom: Option<ExprId>,
    /// The signal of a checklist that read it: checklist and item.
    pub signal: Option<(u16, u16)>,
}

/// What an expression came to.
#[derive(Clone, Debug, PartialEq)]
pub enum Truth {
    /// It holds.
    True,
    /// It does not.
    False,
    /// A fact that is missing, rejected or disputed keeps it from being decided.
    Unknown,
    /// It cannot be evaluated: a type that the static checks could not see, an overflow, no fuel left.
    Error(Fault),
}

/// A run-time error of an expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// The claim.
    pub message: String,
    /// The bytes in the expression's text.
    pub span: Span,
}

/// An evaluated condition.
#[derive(Clone, Debug)]
pub struct Traced {
    /// What it came to.
    pub truth: Truth,
    /// The facts that decided, in the order they were read; the first is the primary one.
    pub reads: Vec<Read>,
}

/// Evaluates a condition.
pub fn evaluate(expr: &Expr, input: Input<'_>) -> Traced {
    let mut reads = Vec::new();
    let truth = evaluate_onto(expr, input, &mut reads);
    Traced { truth, reads }
}

/// Evaluates a condition; the facts that decided are put after those that are there already. Most conditions decide
/// that there is nothing to say: what they read needs no list of its own.
pub(super) fn evaluate_onto(expr: &Expr, input: Input<'_>, reads: &mut Vec<Read>) -> Truth {
    let from = reads.len();
    let mut run = Run::onto(expr, input, std::mem::take(reads));
    let value = run.eval(expr.root);
    let truth = run.truth_of(value);
    *reads = run.reads;
    dedupe(reads, from);
    truth
}

/// What any expression comes to; nothing where that is unknown. Maps and null have no scalar of their own: they are
/// null.
///
/// # Errors
/// A run-time error of the expression.
pub fn value_of(expr: &Expr, input: Input<'_>) -> Result<Option<Scalar>, Fault> {
    let mut run = Run::new(expr, input);
    let value = run.eval(expr.root);
    if run.is_exhausted() {
        return match run.truth_of(value) {
            Truth::Error(fault) => Err(fault),
            _ => Ok(None),
        };
    }
    match value.resolved(input.view) {
        Value::Unknown { .. } => Ok(None),
        Value::Error(fault) => Err(*fault),
        value => Ok(Some(value.scalar(input.view))),
    }
}

#[cfg(test)]
mod tests;
