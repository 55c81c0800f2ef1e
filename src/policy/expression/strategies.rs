//! What a condition demands of the fact that rules are indexed by.

use super::ast::{Binary, Expr, ExprId, ExprKind, Literal};
use crate::manifest::vocabulary::PathId;

/// The texts that a fact must be one of for a part of an expression not to be false; nothing where it demands none.
pub(super) fn demanded(expr: &Expr, at: ExprId, fact: PathId) -> Option<Vec<Box<str>>> {
    match expr.node(at).kind {
        ExprKind::And(..) => chain(expr, at, true)
            .into_iter()
            .filter_map(|operand| demanded(expr, operand, fact))
            .reduce(|mut held, other| {
                held.retain(|text| other.contains(text));
                held
            }),
        ExprKind::Or(..) => {
            let mut all: Vec<Box<str>> = Vec::new();
            for operand in chain(expr, at, false) {
                for text in demanded(expr, operand, fact)? {
                    if !all.contains(&text) {
                        all.push(text);
                    }
                }
            }
            Some(all)
        }
        ExprKind::Binary(Binary::Equal, left, right) if is_fact(expr, left, fact) => {
            Some(vec![text(expr, right)?])
        }
        ExprKind::Binary(Binary::Equal, left, right) if is_fact(expr, right, fact) => {
            Some(vec![text(expr, left)?])
        }
        ExprKind::Binary(Binary::In, left, right) if is_fact(expr, left, fact) => match expr.node(right).kind
        {
            ExprKind::List(items) => expr.operands(items).iter().map(|item| text(expr, *item)).collect(),
            _ => None,
        },
        _ => None,
    }
}

/// The operands of a chain of `&&` (or of `||`), from the left. The chain can be long: its left operands are
/// followed by a loop.
pub(in crate::policy) fn chain(expr: &Expr, at: ExprId, and: bool) -> Vec<ExprId> {
    let mut operands = Vec::new();
    let mut next = at;
    loop {
        match expr.node(next).kind {
            ExprKind::And(left, right) if and => {
                operands.push(right);
                next = left;
            }
            ExprKind::Or(left, right) if !and => {
                operands.push(right);
                next = left;
            }
            _ => break,
        }
    }
    operands.push(next);
    operands.reverse();
    operands
}

fn is_fact(expr: &Expr, at: ExprId, fact: PathId) -> bool {
    matches!(expr.node(at).kind, ExprKind::Fact(path) if path == fact)
}

fn text(expr: &Expr, at: ExprId) -> Option<Box<str>> {
    match &expr.node(at).kind {
        ExprKind::Literal(Literal::String(text)) => Some((&**text).into()),
        _ => None,
    }
}
