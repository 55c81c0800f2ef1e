//! The comparison that a fact stood in, as a report shows it.

use super::Input;
use super::run::Run;
use crate::finding::Scalar;
use crate::policy::expression::ast::{Binary, Expr, ExprId, ExprKind, Function};

/// The comparison that a decisive fact stood in.
#[derive(Clone, Copy, Debug)]
pub struct Stood {
    /// The operator as in [`Clause::op`](crate::finding::Clause::op) and as seen from the fact, negated where the
    /// expression negates the comparison.
    pub op: &'static str,
    /// The parameter which the other side is, if it is one alone.
    pub parameter: Option<u16>,
    /// The other side, where it holds no fact and the fact is not a mere term of what is compared.
    other: Option<ExprId>,
}

/// The comparison that a read stood in.
///
/// `expr` is the expression that the read's atom belongs to: a signal's where the read has one.
pub fn stood(expr: &Expr, atom: ExprId) -> Option<Stood> {
    let (op, other) = read_atom(expr, atom)?;
    let is_term = matches!(expr.node(atom).kind, ExprKind::Binary(_, left, right)
        if [left, right].into_iter().any(|side| expr.node(side).reads_facts && is_computed(expr, side)));
    let op = if is_negated(expr, atom) { negated(op) } else { op };
    let parameter = other.and_then(|other| match expr.node(other).kind {
        ExprKind::Parameter(index) => Some(index),
        _ => None,
    });
    Some(Stood { op, parameter, other: other.filter(|_| !is_term) })
}

impl Stood {
    /// The value of the other side, in the expression that the comparison belongs to.
    pub fn threshold(&self, expr: &Expr, input: Input<'_>) -> Option<Scalar> {
        let other = self.other?;
        // What most thresholds are needs no evaluating.
        if let Some(index) = self.parameter {
            return input.parameters.get(usize::from(index)).cloned();
        }
        let mut run = Run::new(expr, input);
        let value = run.eval(other);
        value.is_known().then(|| value.scalar(input.view))
    }
}

/// The comparison that a decisive fact stood in: its operator, the value of the other side, and the parameter which that
/// side is.
pub fn comparison(
    expr: &Expr,
    atom: ExprId,
    input: Input<'_>,
) -> Option<(&'static str, Option<Scalar>, Option<u16>)> {
    let stood = stood(expr, atom)?;
    Some((stood.op, stood.threshold(expr, input), stood.parameter))
}

/// Whether a side of a comparison is made of facts by arithmetic: no single one of them is what is compared.
fn is_computed(expr: &Expr, mut side: ExprId) -> bool {
    loop {
        side = match &expr.node(side).kind {
            ExprKind::Binary(..) | ExprKind::Negate(_) => return true,
            ExprKind::Call(_, operands) => match expr.operands(*operands) {
                [first, ..] => *first,
                [] => return false,
            },
            ExprKind::Comprehension { over, .. } => *over,
            _ => return false,
        }
    }
}

/// Operator as seen from the fact, and the other side if it holds no fact.
fn read_atom(expr: &Expr, atom: ExprId) -> Option<(&'static str, Option<ExprId>)> {
    let reads = |id: ExprId| expr.node(id).reads_facts;
    match &expr.nodes.get(atom.0 as usize)?.kind {
        ExprKind::Binary(operator, left, right) => {
            let fact_is_right = !reads(*left) && reads(*right);
            let (operator, fact_free) =
                if fact_is_right { (mirrored(*operator)?, *left) } else { (straight(*operator)?, *right) };
            Some((operator, (!reads(fact_free)).then_some(fact_free)))
        }
        ExprKind::Has(_) | ExprKind::Call(Function::Present, _) => Some(("present", None)),
        ExprKind::Call(function, operands) => {
            let &[receiver, argument] = expr.operands(*operands) else { return None };
            match function {
                Function::Contains if !reads(receiver) => Some(("in", Some(receiver))),
                Function::Contains => Some(("contains", (!reads(argument)).then_some(argument))),
                Function::Matches(_) => Some(("matches", Some(argument))),
                _ => None,
            }
        }
        _ => None,
    }
}

/// An operator with the fact on the left.
pub(super) const fn straight(operator: Binary) -> Option<&'static str> {
    Some(match operator {
        Binary::Equal => "==",
        Binary::NotEqual => "!=",
        Binary::Less => "<",
        Binary::LessEqual => "<=",
        Binary::Greater => ">",
        Binary::GreaterEqual => ">=",
        Binary::In => "in",
        _ => return None,
    })
}

/// An operator with the fact on the right, read from the fact.
pub(super) const fn mirrored(operator: Binary) -> Option<&'static str> {
    Some(match operator {
        Binary::Less => ">",
        Binary::LessEqual => ">=",
        Binary::Greater => "<",
        Binary::GreaterEqual => "<=",
        Binary::In => "contains",
        same => return straight(same),
    })
}

/// What holds where an operator does not.
pub(super) fn negated(op: &'static str) -> &'static str {
    match op {
        "==" => "!=",
        "!=" => "==",
        "<" => ">=",
        "<=" => ">",
        ">" => "<=",
        ">=" => "<",
        "in" => "not-in",
        "not-in" => "in",
        "contains" => "not-contains",
        "not-contains" => "contains",
        "matches" => "not-matches",
        "not-matches" => "matches",
        "present" => "absent",
        _ => "present",
    }
}

/// Whether an odd number of `!` stands above a node. Operands come before what uses them, so that one pass finds
/// all that is above.
fn is_negated(expr: &Expr, atom: ExprId) -> bool {
    let mut current = atom;
    let mut negated = false;
    for (index, node) in expr.nodes.iter().enumerate().skip(atom.0 as usize + 1) {
        let above = match &node.kind {
            ExprKind::Not(operand) if *operand == current => {
                negated = !negated;
                true
            }
            ExprKind::And(left, right) | ExprKind::Or(left, right) | ExprKind::Binary(_, left, right) => {
                [left, right].contains(&&current)
            }
            ExprKind::Conditional(test, yes, no) => [test, yes, no].contains(&&current),
            ExprKind::Call(_, operands) => expr.operands(*operands).contains(&current),
            ExprKind::Comprehension { condition, .. } => *condition == Some(current),
            _ => false,
        };
        if above {
            current = ExprId(index as u32);
        }
    }
    negated
}
