//! Operators of two operands: equality, order, membership, arithmetic.

use std::cmp::Ordering;
use std::ops::ControlFlow;
use std::rc::Rc;

use jiff::Span as Days;

use super::run::Run;
use super::value::{Value, compare_int_double};
use super::{Read, Standing};
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
                let equal = match self.interval(&left, &right, Binary::Equal) {
                    Some(compared) => return self.compared_intervals(start, operator, compared),
                    None => self.equal(&left, &right),
                };
                match equal {
                    Some(equal) => Value::Bool(equal == (operator == Binary::Equal)),
                    None => self.unknown_items(start, &left, &right),
                }
            }
            Binary::Less | Binary::LessEqual | Binary::Greater | Binary::GreaterEqual => {
                if let Some(compared) = self.interval(&left, &right, operator) {
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

    fn burn_texts(&mut self, left: &Value<'a>, right: &Value<'a>) {
        if let (Some(left), Some(right)) = (left.text(), right.text()) {
            self.spend(left.len().min(right.len()) / 64);
        }
    }

    /// Whether an item is in a list, or a key in a map. Unknown items matter only where no known one matches.
    pub(super) fn is_in(
        &mut self,
        at: ExprId,
        start: usize,
        wanted: &Value<'a>,
        list: &Value<'a>,
    ) -> Value<'a> {
        let view = self.input.view;
        if list.length(view).is_none() {
            let noun = list.noun(view);
            return self.fault(at, format!("{noun} has no items to look for"));
        }
        if !list.is_list(view) {
            return Value::Bool(self.has_key(list, wanted));
        }
        let mut found = Some(false);
        list.each(view, |item| {
            if !self.spend(1) {
                return ControlFlow::Break(());
            }
            match self.equal(wanted, &item.resolved(view)) {
                Some(true) => found = Some(true),
                Some(false) => {}
                None => found = None,
            }
            if found == Some(true) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        match found {
            Some(found) => Value::Bool(found),
            None => self.unknown_items(start, wanted, list),
        }
    }

    /// Unknown for the sake of items: those are what decided, not the list.
    fn unknown_items(&mut self, start: usize, left: &Value<'a>, right: &Value<'a>) -> Value<'a> {
        let view = self.input.view;
        let mut unknown: Vec<Read> = self.reads.drain(start..).collect();
        unknown.retain(|read| read.standing != Standing::Known);
        self.reads.append(&mut unknown);
        for side in [left, right] {
            side.each(view, |item| {
                if let Value::Fact(id) = item
                    && matches!(Value::of_fact(id, view), Value::Unknown { .. })
                {
                    self.note_fact(id);
                }
                if self.spend(1) { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            });
        }
        Value::Unknown { firm: true }
    }

    /// Whether two values are equal; nothing where unknown items keep that from being known.
    pub(super) fn equal(&mut self, left: &Value<'a>, right: &Value<'a>) -> Option<bool> {
        let view = self.input.view;
        if !self.spend(1) {
            return None;
        }
        match (left, right) {
            (Value::Unknown { .. } | Value::Error(_), _) | (_, Value::Unknown { .. } | Value::Error(_)) => {
                None
            }
            (Value::Null, Value::Null) => Some(true),
            (Value::Text(_) | Value::Made(_), Value::Text(_) | Value::Made(_)) => {
                self.burn_texts(left, right);
                Some(left.text() == right.text())
            }
            (
                Value::List(_) | Value::Scalars(_) | Value::Fact(_),
                Value::List(_) | Value::Scalars(_) | Value::Fact(_),
            ) if left.is_list(view) && right.is_list(view) => self.equal_lists(left, right),
            (Value::Map(_) | Value::Fact(_), Value::Map(_) | Value::Fact(_))
                if !left.is_list(view) && !right.is_list(view) =>
            {
                self.equal_maps(left, right)
            }
            _ => Some(order(left, right) == Some(Ordering::Equal)),
        }
    }

    fn equal_lists(&mut self, left: &Value<'a>, right: &Value<'a>) -> Option<bool> {
        let view = self.input.view;
        if left.length(view) != right.length(view) {
            return Some(false);
        }
        let mut others = Vec::new();
        right.each(view, |item| {
            others.push(item.resolved(view));
            if self.spend(1) { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        let mut others = others.iter();
        let mut equal = Some(true);
        left.each(view, |item| {
            let same = others.next().and_then(|other| self.equal(&item.resolved(view), other));
            self.both(&mut equal, same)
        });
        equal
    }

    /// Joins one comparison to those before it: one difference settles it, an unknown one leaves it open.
    fn both(&self, equal: &mut Option<bool>, same: Option<bool>) -> ControlFlow<()> {
        match same {
            Some(true) => {}
            Some(false) => *equal = Some(false),
            None => *equal = None,
        }
        if same == Some(false) || self.is_exhausted() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }

    fn equal_maps(&mut self, left: &Value<'a>, right: &Value<'a>) -> Option<bool> {
        let view = self.input.view;
        if left.length(view) != right.length(view) {
            return Some(false);
        }
        let mut equal = Some(true);
        left.each(view, |key| {
            let same = match (self.entry(left, &key), self.entry(right, &key)) {
                (Some(one), Some(other)) => self.equal(&one, &other),
                _ => Some(false),
            };
            self.both(&mut equal, same)
        });
        equal
    }

    /// The value under a key of a map or an object.
    fn entry(&mut self, map: &Value<'a>, key: &Value<'a>) -> Option<Value<'a>> {
        let view = self.input.view;
        match map {
            Value::Map(entries) => entries
                .iter()
                .find(|(known, _)| self.equal(known, key) == Some(true))
                .map(|(_, value)| value.clone().resolved(view)),
            Value::Fact(id) => {
                self.spend(1);
                let member = view.facts.member(*id, key.text()?, view.vocabulary)?;
                Some(Value::of_fact(member, view))
            }
            _ => None,
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

    fn overflow(&self, at: ExprId) -> Value<'a> {
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

    fn shifted(&self, at: ExprId, operator: Binary, left: &Value<'a>, right: &Value<'a>) -> Value<'a> {
        let (Some((low, high, firm)), Some((other_low, other_high, other_firm))) =
            (bounds(left), bounds(right))
        else {
            return self.overflow(at);
        };
        let (low, high) = match operator {
            Binary::Add => (low.checked_add(other_low), high.checked_add(other_high)),
            _ => (low.checked_sub(other_high), high.checked_sub(other_low)),
        };
        match (low, high) {
            (Some(low), Some(high)) => Value::Interval { low, high, firm: firm || other_firm },
            _ => self.overflow(at),
        }
    }

    /// Compares where one side is an interval: what holds for all of it; nothing where neither side is one.
    fn interval(
        &self,
        left: &Value<'a>,
        right: &Value<'a>,
        operator: Binary,
    ) -> Option<(Option<bool>, bool)> {
        let ends = |value: &Value<'a>| match value {
            Value::Interval { low, high, firm } => Some((Value::Int(*low), Value::Int(*high), *firm)),
            Value::Int(_) | Value::Double(_) => Some((value.clone(), value.clone(), false)),
            _ => None,
        };
        if !matches!((left, right), (Value::Interval { .. }, _) | (_, Value::Interval { .. })) {
            return None;
        }
        let ((low, high, firm), (other_low, other_high, other_firm)) = (ends(left)?, ends(right)?);
        let firm = firm || other_firm;
        let agree = |one: Option<Ordering>, other: Option<Ordering>, operator| {
            let (one, other) = (holds(operator, one?), holds(operator, other?));
            (one == other).then_some(one)
        };
        let truth = match operator {
            Binary::Equal => {
                let apart = order(&high, &other_low) == Some(Ordering::Less)
                    || order(&low, &other_high) == Some(Ordering::Greater);
                let points = order(&low, &high) == Some(Ordering::Equal)
                    && order(&other_low, &other_high) == Some(Ordering::Equal);
                if apart { Some(false) } else { points.then_some(true) }
            }
            _ => agree(order(&high, &other_low), order(&low, &other_high), operator),
        };
        Some((truth, firm))
    }

    /// The signals that decided: those met, and where that leaves it open those unknown, before them.
    fn compared_intervals(
        &mut self,
        start: usize,
        operator: Binary,
        (truth, firm): (Option<bool>, bool),
    ) -> Value<'a> {
        let open = std::mem::take(&mut self.open_signals);
        let is_open = |read: &Read| read.signal.is_some_and(|signal| open.contains(&signal));
        let (unknown, met): (Vec<Read>, Vec<Read>) = self.reads.drain(start..).partition(is_open);
        match truth {
            Some(truth) => {
                self.reads.extend(met);
                Value::Bool(truth == (operator != Binary::NotEqual))
            }
            None => {
                self.reads.extend(unknown);
                self.reads.extend(met);
                Value::Unknown { firm }
            }
        }
    }
}

const fn is_constant(kind: &ExprKind) -> bool {
    matches!(kind, ExprKind::Literal(_) | ExprKind::Parameter(_))
}

const fn bounds(value: &Value<'_>) -> Option<(i64, i64, bool)> {
    match value {
        Value::Interval { low, high, firm } => Some((*low, *high, *firm)),
        Value::Int(value) => Some((*value, *value, false)),
        _ => None,
    }
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
