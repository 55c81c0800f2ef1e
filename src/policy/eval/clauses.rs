//! What would make a condition true: negation pushed inward, atoms turned into clauses.

use std::cmp::Ordering;
use std::ops::ControlFlow;
use std::rc::Rc;

use super::Input;
use super::atoms::{mirrored, negated, straight};
use super::operators::order;
use super::run::Run;
use super::value::Value;
use super::witness;
use crate::finding::{Clause, Scalar};
use crate::manifest::vocabulary::{FactType, PathId, Vocabulary};
use crate::policy::expression::ast::{Expr, ExprId, ExprKind, ExprNode, Function};
use crate::policy::expression::chain;

/// A clause before it is written out.
#[derive(Clone, Debug)]
pub(super) struct Part<'a> {
    pub(super) path: PathId,
    /// For an entry of a map.
    pub(super) key: Option<&'a str>,
    pub(super) op: &'static str,
    /// [`Value::Null`] for `present` and `absent`.
    pub(super) value: Value<'a>,
}

/// What would make a condition true that is not: clauses that all have to hold, or nothing where it cannot be said
/// in clauses.
///
/// An atom that compares one fact with something that holds no fact, a bool fact, `present` and `has` give a clause
/// each; `&&` joins those of what does not hold, `||` takes the fewest (of equals the leftmost); a ternary is its
/// chosen branch. Clauses that could not be met together, or that would undo something else, are not given.
pub fn passes_if(expr: &Expr, input: Input<'_>) -> Vec<Clause> {
    let mut run = Run::new(expr, input);
    let parts = find(&mut run, expr.root, true);
    clauses(&run, parts)
}

/// The same for a condition that is known not to be true.
pub fn passes_if_unmet(expr: &Expr, input: Input<'_>) -> Vec<Clause> {
    let mut run = Run::new(expr, input);
    let parts = seek(&mut run, expr.root, true);
    clauses(&run, parts)
}

fn clauses<'a>(run: &Run<'a>, parts: Option<Vec<Part<'a>>>) -> Vec<Clause> {
    let (expr, input) = (run.expr, run.input);
    let Some(parts) = parts.filter(|_| !run.is_exhausted()) else { return Vec::new() };
    if !are_independent(&parts, expr, input.view.vocabulary) && !witness::confirms(&parts, expr, input) {
        return Vec::new();
    }
    parts.iter().map(|part| part.clause(input)).collect()
}

/// Whether no clause can undo another or something that holds, because the condition reads each of their facts just
/// once and nothing above or beneath it. Then there is nothing to confirm.
fn are_independent(parts: &[Part<'_>], expr: &Expr, vocabulary: &Vocabulary) -> bool {
    let is_at_or_above = |above: PathId, below: PathId| {
        vocabulary
            .path(below)
            .strip_prefix(vocabulary.path(above))
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    };
    let readers = |path: PathId| {
        let reads = |node: &&ExprNode| match node.kind {
            ExprKind::Fact(own) | ExprKind::OriginFact(_, own) | ExprKind::Observations(own) => {
                is_at_or_above(own, path) || is_at_or_above(path, own)
            }
            ExprKind::Checklist(_) => true,
            _ => false,
        };
        expr.nodes.iter().filter(reads).count()
    };
    parts.iter().all(|part| {
        part.key.is_none()
            && matches!(part.op, "<" | "<=" | ">" | ">=" | "!=" | "present")
            && readers(part.path) == 1
    })
}

impl<'a> Part<'a> {
    fn clause(&self, input: Input<'_>) -> Clause {
        let path = input.view.vocabulary.written(self.path, self.key).into_owned();
        Clause { path: path.into(), op: self.op, value: self.value.scalar(input.view) }
    }

    /// Of the values that `in` leaves to choose from, keeps those that meet another clause on the fact.
    fn narrow(&mut self, other: &Self, run: &mut Run<'a>) {
        if self.op != "in" {
            return;
        }
        let view = run.input.view;
        let mut items = Vec::new();
        self.value.each(view, |item| {
            let item = item.resolved(view);
            if witness::meets(Some(&item), other, run) {
                items.push(item);
            }
            ControlFlow::Continue(())
        });
        if items.len() == 1
            && let Some(only) = items.pop()
        {
            (self.op, self.value) = ("==", only);
        } else if !items.is_empty() && Some(items.len()) != self.value.length(view) {
            self.value = Value::List(Rc::from(items));
        }
    }

    /// Whether another clause on the same fact says nothing that this one does not.
    fn implies(&self, other: &Self, run: &mut Run<'a>) -> bool {
        if (self.path, self.key) != (other.path, other.key) {
            return false;
        }
        let view = run.input.view;
        if self.op == other.op && self.value.scalar(view) == other.value.scalar(view) {
            return true;
        }
        let order = order(&self.value, &other.value);
        match (self.op, other.op) {
            ("==", _) => witness::meets(Some(&self.value), other, run),
            ("in", _) => {
                let mut all = true;
                self.value.each(view, |item| {
                    all &= witness::meets(Some(&item.resolved(view)), other, run);
                    ControlFlow::Continue(())
                });
                all
            }
            (">" | ">=", ">=") | (">", ">" | "!=") => order.is_some_and(Ordering::is_ge),
            (">=", ">" | "!=") => order.is_some_and(Ordering::is_gt),
            ("<" | "<=", "<=") | ("<", "<" | "!=") => order.is_some_and(Ordering::is_le),
            ("<=", "<" | "!=") => order.is_some_and(Ordering::is_lt),
            _ => false,
        }
    }
}

/// The clauses that make a node come to `want`; none at all where it does already.
fn find<'a>(run: &mut Run<'a>, at: ExprId, want: bool) -> Option<Vec<Part<'a>>> {
    let value = run.eval(at);
    run.reads.clear();
    if matches!(value, Value::Bool(value) if value == want) {
        return Some(Vec::new());
    }
    if run.is_exhausted() {
        return None;
    }
    seek(run, at, want)
}

/// The same for a node that is known not to come to `want`.
fn seek<'a>(run: &mut Run<'a>, at: ExprId, want: bool) -> Option<Vec<Part<'a>>> {
    let expr = run.expr;
    match &expr.node(at).kind {
        ExprKind::Not(operand) => seek(run, *operand, !want),
        ExprKind::And(..) if want => all(run, &chain(expr, at, true), want),
        ExprKind::Or(..) if !want => all(run, &chain(expr, at, false), want),
        ExprKind::And(..) => fewest(run, &chain(expr, at, true), want),
        ExprKind::Or(..) => fewest(run, &chain(expr, at, false), want),
        ExprKind::Conditional(condition, yes, no) => {
            let condition = run.eval(*condition);
            run.reads.clear();
            match condition {
                Value::Bool(true) => find(run, *yes, want),
                Value::Bool(false) => find(run, *no, want),
                _ => None,
            }
        }
        _ => atom(run, at, want).map(|part| vec![part]),
    }
}

fn all<'a>(run: &mut Run<'a>, operands: &[ExprId], want: bool) -> Option<Vec<Part<'a>>> {
    let mut parts: Vec<Part<'a>> = Vec::new();
    for operand in operands {
        for part in find(run, *operand, want)? {
            join(&mut parts, part, run);
        }
    }
    Some(parts)
}

/// Adds a clause. What says no more than another is left out, and a choice of values is narrowed to those that the
/// other clauses on the fact allow.
fn join<'a>(parts: &mut Vec<Part<'a>>, mut part: Part<'a>, run: &mut Run<'a>) {
    for known in parts.iter_mut() {
        if (known.path, known.key) == (part.path, part.key) {
            known.narrow(&part, run);
            part.narrow(known, run);
        }
    }
    if !parts.iter().any(|known| known.implies(&part, run)) {
        parts.retain(|known| !part.implies(known, run));
        parts.push(part);
    }
}

fn fewest<'a>(run: &mut Run<'a>, operands: &[ExprId], want: bool) -> Option<Vec<Part<'a>>> {
    operands.iter().filter_map(|operand| find(run, *operand, want)).min_by_key(Vec::len)
}

fn atom<'a>(run: &mut Run<'a>, at: ExprId, want: bool) -> Option<Part<'a>> {
    let expr = run.expr;
    let (subject, op, other) = match &expr.node(at).kind {
        ExprKind::Binary(operator, left, right) => {
            if expr.node(*left).reads_facts {
                (*left, straight(*operator)?, Some(*right))
            } else {
                (*right, mirrored(*operator)?, Some(*left))
            }
        }
        ExprKind::Has(operand) => (*operand, "present", None),
        ExprKind::Call(Function::Present, operands) => (*expr.operands(*operands).first()?, "present", None),
        ExprKind::Call(Function::Contains | Function::Matches(_), operands) => {
            let &[receiver, argument] = expr.operands(*operands) else { return None };
            match &expr.node(at).kind {
                ExprKind::Call(Function::Matches(_), _) => (receiver, "matches", Some(argument)),
                _ if expr.node(receiver).reads_facts => (receiver, "contains", Some(argument)),
                _ => (argument, "in", Some(receiver)),
            }
        }
        // A truth value of its own.
        _ => (at, "==", None),
    };
    let is_presence = op == "present";
    let (path, key) = if is_presence { place(run, subject)? } else { fact(run, subject)? };
    let value = match other {
        Some(other) if expr.node(other).reads_facts => return None,
        Some(other) => run.eval(other),
        None if is_presence => Value::Null,
        None if run.input.view.vocabulary.info(path).kind == FactType::Bool => Value::Bool(true),
        None => return None,
    };
    run.reads.clear();
    if !is_presence && (!value.is_known() || value.scalar(run.input.view) == Scalar::Null) {
        return None;
    }
    Some(match (want, op, value) {
        // Not true is false.
        (want, "==" | "!=", Value::Bool(value)) => {
            Part { path, key, op: "==", value: Value::Bool((want == (op == "==")) == value) }
        }
        (true, op, value) => Part { path, key, op, value },
        (false, op, value) => Part { path, key, op: negated(op), value },
    })
}

/// A plain fact, or an entry of a map of facts.
fn place<'a>(run: &Run<'a>, at: ExprId) -> Option<(PathId, Option<&'a str>)> {
    match &run.expr.node(at).kind {
        ExprKind::Fact(path) => Some((*path, None)),
        ExprKind::Member { operand, key, path: Some(path), .. } => {
            let vocabulary = run.input.view.vocabulary;
            let ExprKind::Fact(above) = run.expr.node(*operand).kind else { return None };
            (vocabulary.info(above).kind == FactType::Map).then_some((*path, Some(key)))
        }
        _ => None,
    }
}

/// The same, with a default or without.
fn fact<'a>(run: &Run<'a>, at: ExprId) -> Option<(PathId, Option<&'a str>)> {
    let expr = run.expr;
    match expr.node(at).kind {
        ExprKind::Call(Function::OrValue, operands) => {
            let &[operand, default] = expr.operands(operands) else { return None };
            if expr.node(default).reads_facts { None } else { place(run, operand) }
        }
        _ => place(run, at),
    }
}
