//! Values while an expression runs. Texts are borrowed from facts, parameters and the expression where they can be.

use std::cmp::Ordering;
use std::ops::ControlFlow;
use std::rc::Rc;

use jiff::civil::Date;

use super::Fault;
use crate::finding::Scalar;
use crate::manifest::facts::{FactId, FactValue};
use crate::manifest::view::View;
use crate::manifest::vocabulary::FactType;
use crate::policy::expression::ast::Literal;

/// A value.
#[derive(Clone, Debug)]
pub(super) enum Value<'a> {
    Null,
    Bool(bool),
    Int(i64),
    /// Finite.
    Double(f64),
    Text(&'a str),
    Made(Rc<str>),
    Date(Date),
    List(Rc<[Value<'a>]>),
    /// A parameter's list.
    Scalars(&'a [Scalar]),
    Map(Rc<[(Value<'a>, Value<'a>)]>),
    /// A list or an object of the facts; inside of lists any fact.
    Fact(FactId),
    /// At least and at most so many signals; `firm` as in [`Value::Unknown`].
    Interval {
        low: i64,
        high: i64,
        firm: bool,
    },
    /// Not known. `firm`: no default replaces it, because something stands there, or because absence is no
    /// evidence.
    Unknown {
        firm: bool,
    },
    Error(Box<Fault>),
}

impl<'a> Value<'a> {
    /// Whether an operator can work on it.
    pub(super) const fn is_known(&self) -> bool {
        !matches!(self, Self::Unknown { .. } | Self::Error(_))
    }

    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Made(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn of_literal(literal: &'a Literal) -> Self {
        match literal {
            Literal::Null => Self::Null,
            Literal::Bool(value) => Self::Bool(*value),
            Literal::Int(value) => Self::Int(*value),
            Literal::Double(value) => Self::Double(*value),
            Literal::String(value) => Self::Text(value),
        }
    }

    pub(super) fn of_scalar(scalar: &'a Scalar) -> Self {
        match scalar {
            Scalar::Null => Self::Null,
            Scalar::Bool(value) => Self::Bool(*value),
            Scalar::Int(value) => Self::Int(*value),
            Scalar::Number(value) => Self::Double(*value),
            Scalar::Text(value) => Self::Text(value),
            Scalar::List(values) => Self::Scalars(values),
        }
    }

    /// A fact's value; lists and objects stay references.
    pub(super) fn of_fact(id: FactId, view: &'a View<'a>) -> Self {
        match view.facts.value(id) {
            FactValue::Bool(value) => Self::Bool(value),
            FactValue::Int(value) => {
                let path = view.facts.fact(id).path;
                // `12000` where the schema has any number is one: its division does not truncate.
                if view.vocabulary.info(path).kind == FactType::Number && value.unsigned_abs() <= 1 << 53 {
                    #[expect(clippy::cast_precision_loss, reason = "not beyond 2^53")]
                    return Self::Double(value as f64);
                }
                Self::Int(value)
            }
            FactValue::Number(value) => Self::Double(value),
            FactValue::Text(value) => Self::Text(value),
            FactValue::List | FactValue::Object => Self::Fact(id),
            FactValue::Rejected => Self::Unknown { firm: true },
        }
    }

    /// The value itself where it is a reference to a scalar inside of a list.
    pub(super) fn resolved(self, view: &'a View<'a>) -> Self {
        match self {
            Self::Fact(id) => Self::of_fact(id, view),
            value => value,
        }
    }

    /// What messages call it.
    pub(super) fn noun(&self, view: &View<'_>) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a truth value",
            Self::Int(_) => "a whole number",
            Self::Double(_) => "a number",
            Self::Text(_) | Self::Made(_) => "a text",
            Self::Date(_) => "a date",
            Self::List(_) | Self::Scalars(_) => "a list",
            Self::Map(_) => "a map",
            Self::Fact(id) => match view.facts.value(*id) {
                FactValue::List => "a list",
                FactValue::Object => "an object",
                _ => "a fact",
            },
            Self::Interval { .. } => "a checklist",
            Self::Unknown { .. } => "unknown",
            Self::Error(_) => "an error",
        }
    }

    /// As reports write it; nothing for what has no such form.
    pub(super) fn scalar(&self, view: &View<'_>) -> Scalar {
        match self {
            Self::Bool(value) => Scalar::Bool(*value),
            Self::Int(value) => Scalar::Int(*value),
            Self::Double(value) => Scalar::Number(*value),
            Self::Text(text) => Scalar::Text((*text).into()),
            Self::Made(text) => Scalar::Text((&**text).into()),
            Self::Date(date) => Scalar::Text(date.to_string().into()),
            Self::List(items) => Scalar::List(items.iter().map(|item| item.scalar(view)).collect()),
            Self::Scalars(items) => Scalar::List(items.to_vec()),
            Self::Fact(id) => view.facts.scalar(*id),
            Self::Interval { low, high, .. } => Scalar::List(vec![Scalar::Int(*low), Scalar::Int(*high)]),
            Self::Null | Self::Map(_) | Self::Unknown { .. } | Self::Error(_) => Scalar::Null,
        }
    }

    /// How many items a list, or members a map has; nothing for what is neither.
    pub(super) fn length(&self, view: &View<'_>) -> Option<usize> {
        match self {
            Self::List(items) => Some(items.len()),
            Self::Scalars(items) => Some(items.len()),
            Self::Map(entries) => Some(entries.len()),
            Self::Fact(id) if matches!(view.facts.value(*id), FactValue::List | FactValue::Object) => {
                Some(view.facts.children(*id).count())
            }
            _ => None,
        }
    }

    /// Visits the items of a list or the keys of a map. Says no where it is neither.
    pub(super) fn each(
        &self,
        view: &'a View<'a>,
        mut visit: impl FnMut(Value<'a>) -> ControlFlow<()>,
    ) -> bool {
        let flow = match self {
            Self::List(items) => items.iter().try_for_each(|item| visit(item.clone())),
            Self::Scalars(items) => items.iter().try_for_each(|item| visit(Value::of_scalar(item))),
            Self::Map(entries) => entries.iter().try_for_each(|(key, _)| visit(key.clone())),
            Self::Fact(id) => match view.facts.value(*id) {
                FactValue::List => view.facts.children(*id).try_for_each(|item| visit(Value::Fact(item))),
                FactValue::Object => {
                    view.facts.children(*id).try_for_each(|member| visit(Value::Text(key_of(member, view))))
                }
                _ => return false,
            },
            _ => return false,
        };
        let _ = flow;
        true
    }

    /// Whether it is a list, in any form.
    pub(super) fn is_list(&self, view: &View<'_>) -> bool {
        match self {
            Self::List(_) | Self::Scalars(_) => true,
            Self::Fact(id) => view.facts.value(*id) == FactValue::List,
            _ => false,
        }
    }
}

/// The key of an object's member.
pub(super) fn key_of<'a>(member: FactId, view: &'a View<'a>) -> &'a str {
    view.facts.map_key(member).unwrap_or_else(|| &view.vocabulary.info(view.facts.fact(member).path).key)
}

/// Compares a whole number with a double, exactly: no rounding makes 2^53 + 1 equal to 2^53.
pub(super) fn compare_int_double(int: i64, double: f64) -> Option<Ordering> {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    if double.is_nan() {
        return None;
    }
    if double >= LIMIT {
        return Some(Ordering::Less);
    }
    if double < -LIMIT {
        return Some(Ordering::Greater);
    }
    #[expect(clippy::cast_possible_truncation, reason = "the whole part is in range")]
    let whole = double.trunc() as i64;
    Some(int.cmp(&whole).then_with(|| 0.0f64.partial_cmp(&double.fract()).unwrap_or(Ordering::Equal)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_and_doubles_compare_without_rounding() {
        let big = (1i64 << 53) + 1;
        assert_eq!(compare_int_double(big, 9_007_199_254_740_992.0), Some(Ordering::Greater));
        assert_eq!(compare_int_double(i64::MAX, 9_223_372_036_854_775_808.0), Some(Ordering::Less));
        assert_eq!(compare_int_double(i64::MIN, -9_223_372_036_854_775_808.0), Some(Ordering::Equal));
        assert_eq!(compare_int_double(0, -0.5), Some(Ordering::Greater));
        assert_eq!(compare_int_double(-1, -1.5), Some(Ordering::Greater));
        assert_eq!(compare_int_double(3, 3.5), Some(Ordering::Less));
        assert_eq!(compare_int_double(3, 3.0), Some(Ordering::Equal));
        assert_eq!(compare_int_double(0, f64::NAN), None);
    }
}
