//! Operators of two operands: equality, order, membership, arithmetic.

use std::cmp::Ordering;
use std::ops::ControlFlow;
use std::rc::Rc;

use jiff::Span as Days;

use super::intervals::compare;
use super::run::Run;
use super::value::{Value, compare_int_double};
use crate::policy::expression::ast::{Binary, ExprId, ExprKind};

impl<'a> Run<'a> {
    /// An operator whose left operand is evaluated, with its reads from `start` on.
    pub(super) fn binary(
        &mut self,
        at: ExprId,
        operator: Binary,
        start: usize,
        left: Value<'a>,
        right_id: ExprId,
    ) -> Value<'a> {
        let expr = self.expr;
        if operator == Binary::In
            && let ExprKind::List(items) = expr.node(right_id).kind
            && left.is_known()
            && expr.operands(items).iter().all(|item| is_constant(&expr.node(*item).kind))
        {
            return self.is_one_of(&left, expr.operands(items));
        }
        let middle = self.reads.len();
        let right = self.eval(right_id);
        let (left, right) = match self.settle(start, middle, left, right) {
            Ok(both) => both,
            Err(value) => return value,
        };
        match operator {
            Binary::In => self.is_in(at, start, &left, &right),
            Binary::Equal | Binary::NotEqual => {
                let equal = match compare(&left, &right, Binary::Equal) {
                    Some(compared) => return self.compared_intervals(start, operator, compared),
                    None => self.equal(&left, &right),
                };
                match equal {
                    Some(equal) => Value::Bool(equal == (operator == Binary::Equal)),
                    None => self.unknown_items(start, &left, &right),
                }
            }
            Binary::Less | Binary::LessEqual | Binary::Greater | Binary::GreaterEqual => {
                if let Some(compared) = compare(&left, &right, operator) {
                    return self.compared_intervals(start, operator, compared);
                }
                self.burn_texts(&left, &right);
                match order(&left, &right) {
                    Some(found) => Value::Bool(holds(operator, found)),
                    None => self.mismatch(at, operator, &left, &right),
                }
            }
            _ => self.arithmetic(at, operator, &left, &right),
        }
    }

    fn is_one_of(&mut self, wanted: &Value<'a>, items: &'a [ExprId]) -> Value<'a> {
        for item in items {
            let value = self.eval(*item);
            match self.equal(wanted, &value) {
                Some(true) => return Value::Bool(true),
                Some(false) => {}
                None => return Value::Unknown { firm: true },
            }
        }
        Value::Bool(false)
    }

    fn mismatch(&self, at: ExprId, operator: Binary, left: &Value<'a>, right: &Value<'a>) -> Value<'a> {
        let view = self.input.view;
        let (symbol, left, right) = (operator.symbol(), left.noun(view), right.noun(view));
        self.fault(at, format!("`{symbol}` does not take {left} and {right}"))
    }

    /// Texts cost by their length.
    pub(super) fn burn_texts(&mut self, left: &Value<'a>, right: &Value<'a>) {
        if let (Some(left), Some(right)) = (left.text(), right.text()) {
            self.spend(left.len().min(right.len()) / 64);
        }
    }

    fn arithmetic(&mut self, at: ExprId, operator: Binary, left: &Value<'a>, right: &Value<'a>) -> Value<'a> {
        let symbol = operator.symbol();
        match (left, right) {
            (Value::Int(left), Value::Int(right)) => {
                let result = match operator {
                    Binary::Add => left.checked_add(*right),
                    Binary::Subtract => left.checked_sub(*right),
                    Binary::Multiply => left.checked_mul(*right),
                    _ if *right == 0 => return self.fault(at, format!("`{symbol}` by zero")),
                    Binary::Divide => left.checked_div(*right),
                    _ => left.checked_rem(*right),
                };
                result.map_or_else(|| self.overflow(at), Value::Int)
            }
            (Value::Int(_) | Value::Double(_), Value::Int(_) | Value::Double(_))
                if operator != Binary::Remainder =>
            {
                let (left, right) = (double(left), double(right));
                let result = match operator {
                    Binary::Add => left + right,
                    Binary::Subtract => left - right,
                    Binary::Multiply => left * right,
                    _ if right == 0.0 => return self.fault(at, format!("`{symbol}` by zero")),
                    _ => left / right,
                };
                if result.is_finite() { Value::Double(result) } else { self.overflow(at) }
            }
            (Value::Text(_) | Value::Made(_), Value::Text(_) | Value::Made(_)) if operator == Binary::Add => {
                let text = format!("{}{}", left.text().unwrap_or(""), right.text().unwrap_or(""));
                if self.spend(text.len() / 16) { Value::Made(Rc::from(text)) } else { self.exhausted(at) }
            }
            (Value::Date(date), Value::Int(days)) if matches!(operator, Binary::Add | Binary::Subtract) => {
                let days = if operator == Binary::Add { Some(*days) } else { days.checked_neg() };
                self.moved(at, *date, days)
            }
            (Value::Int(days), Value::Date(date)) if operator == Binary::Add => {
                self.moved(at, *date, Some(*days))
            }
            (Value::Date(left), Value::Date(right)) if operator == Binary::Subtract => {
                Value::Int(left.since(*right).map_or(0, |span| i64::from(span.get_days())))
            }
            (Value::Interval { .. } | Value::Int(_), Value::Interval { .. } | Value::Int(_))
                if matches!(operator, Binary::Add | Binary::Subtract) =>
            {
                self.shifted(at, operator, left, right)
            }
            _ if operator == Binary::Add
                && left.is_list(self.input.view)
                && right.is_list(self.input.view) =>
            {
                self.joined(at, left, right)
            }
            _ => self.mismatch(at, operator, left, right),
        }
    }

    /// `-x`
    pub(super) fn negate(&mut self, at: ExprId, operand: ExprId) -> Value<'a> {
        match self.eval(operand) {
            Value::Int(int) => int.checked_neg().map_or_else(|| self.overflow(at), Value::Int),
            Value::Double(double) => Value::Double(-double),
            value if !value.is_known() => value,
            value => {
                let noun = value.noun(self.input.view);
                self.fault(operand, format!("`-` does not take {noun}"))
            }
        }
    }

    pub(super) fn overflow(&self, at: ExprId) -> Value<'a> {
        self.fault(at, "the result is too large")
    }

    fn moved(&self, at: ExprId, date: jiff::civil::Date, days: Option<i64>) -> Value<'a> {
        days.and_then(|days| Days::new().try_days(days).ok())
            .and_then(|days| date.checked_add(days).ok())
            .map_or_else(|| self.overflow(at), Value::Date)
    }

    fn joined(&mut self, at: ExprId, left: &Value<'a>, right: &Value<'a>) -> Value<'a> {
        let mut items = Vec::new();
        for side in [left, right] {
            side.each(self.input.view, |item| {
                items.push(item);
                if self.spend(1) { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            });
        }
        if self.is_exhausted() { self.exhausted(at) } else { Value::List(Rc::from(items)) }
    }
}

const fn is_constant(kind: &ExprKind) -> bool {
    matches!(kind, ExprKind::Literal(_) | ExprKind::Parameter(_))
}

#[expect(clippy::cast_precision_loss, reason = "arithmetic with a double is that of doubles")]
const fn double(value: &Value<'_>) -> f64 {
    match value {
        Value::Int(value) => *value as f64,
        Value::Double(value) => *value,
        _ => 0.0,
    }
}

pub(super) const fn holds(operator: Binary, found: Ordering) -> bool {
    match operator {
        Binary::Less => found.is_lt(),
        Binary::LessEqual => found.is_le(),
        Binary::Greater => found.is_gt(),
        Binary::GreaterEqual => found.is_ge(),
        Binary::NotEqual => found.is_ne(),
        _ => found.is_eq(),
    }
}

/// How two values are ordered; nothing where they are not.
pub(super) fn order(left: &Value<'_>, right: &Value<'_>) -> Option<Ordering> {
    match (left, right) {
        (Value::Int(left), Value::Int(right)) => Some(left.cmp(right)),
        (Value::Double(left), Value::Double(right)) => left.partial_cmp(right),
        (Value::Int(left), Value::Double(right)) => compare_int_double(*left, *right),
        (Value::Double(left), Value::Int(right)) => compare_int_double(*right, *left).map(Ordering::reverse),
        (Value::Bool(left), Value::Bool(right)) => Some(left.cmp(right)),
        (Value::Date(left), Value::Date(right)) => Some(left.cmp(right)),
        (Value::Text(_) | Value::Made(_), Value::Text(_) | Value::Made(_)) => {
            Some(left.text().cmp(&right.text()))
        }
        _ => None,
    }
}
