//! Intervals: how many signals of a checklist are met, at least and at most.

use super::Read;
use super::operators::{holds, order};
use super::run::Run;
use super::value::Value;
use crate::policy::expression::ast::{Binary, ExprId};

impl<'a> Run<'a> {
    /// `+` and `-` where one side is an interval.
    pub(super) fn shifted(
        &self,
        at: ExprId,
        operator: Binary,
        left: &Value<'a>,
        right: &Value<'a>,
    ) -> Value<'a> {
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

    /// The signals that decided: those met, and where that leaves it open those unknown, before them.
    pub(super) fn compared_intervals(
        &mut self,
        start: usize,
        operator: Binary,
        (truth, firm): (Option<bool>, bool),
    ) -> Value<'a> {
        let open = std::mem::take(&mut self.open_signals);
        let is_open = |read: &Read| read.signal.is_some_and(|signal| open.contains(&signal));
        let (unknown, met): (Vec<Read>, Vec<Read>) = self.reads.drain(start..).partition(is_open);
        let value = if let Some(truth) = truth {
            Value::Bool(truth == (operator != Binary::NotEqual))
        } else {
            self.reads.extend(unknown);
            Value::Unknown { firm }
        };
        self.reads.extend(met);
        value
    }
}

const fn bounds(value: &Value<'_>) -> Option<(i64, i64, bool)> {
    match value {
        Value::Interval { low, high, firm } => Some((*low, *high, *firm)),
        Value::Int(value) => Some((*value, *value, false)),
        _ => None,
    }
}

/// Compares where one side is an interval: what holds for all of it, and whether no default replaces the answer;
/// nothing where neither side is one.
pub(super) fn compare(left: &Value<'_>, right: &Value<'_>, operator: Binary) -> Option<(Option<bool>, bool)> {
    if !matches!((left, right), (Value::Interval { .. }, _) | (_, Value::Interval { .. })) {
        return None;
    }
    let ((low, high, firm), (other_low, other_high, other_firm)) = (ends(left)?, ends(right)?);
    // Whether it holds, for one end against the other.
    let one = order(&high, &other_low)?;
    let other = order(&low, &other_high)?;
    let truth = match operator {
        Binary::Equal if one.is_lt() || other.is_gt() => Some(false),
        Binary::Equal => (one.is_eq() && other.is_eq()).then_some(true),
        _ => (holds(operator, one) == holds(operator, other)).then(|| holds(operator, one)),
    };
    Some((truth, firm || other_firm))
}

fn ends<'a>(value: &Value<'a>) -> Option<(Value<'a>, Value<'a>, bool)> {
    match value {
        Value::Interval { low, high, firm } => Some((Value::Int(*low), Value::Int(*high), *firm)),
        Value::Int(_) | Value::Double(_) => Some((value.clone(), value.clone(), false)),
        _ => None,
    }
}
