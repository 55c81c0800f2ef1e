//! Functions and methods.

use std::rc::Rc;

use super::run::Run;
use super::value::Value;
use crate::policy::expression::ast::{ExprId, Function};
use crate::policy::expression::{billions, date};

impl Function {
    /// Whether it tests: what a fact that decided is said to have stood in.
    pub(super) const fn is_test(&self) -> bool {
        matches!(self, Self::Contains | Self::StartsWith | Self::EndsWith | Self::Matches(_) | Self::Present)
    }

    /// As it is written.
    const fn name(&self) -> &'static str {
        match self {
            Self::Size => "size",
            Self::Contains => "contains",
            Self::StartsWith => "startsWith",
            Self::EndsWith => "endsWith",
            Self::Matches(_) => "matches",
            Self::ToInt => "int",
            Self::ToDouble => "double",
            Self::ToString => "string",
            Self::ToBool => "bool",
            Self::OrValue => "orValue",
            Self::Present => "present",
            Self::Billions => "billions",
            Self::Date => "date",
        }
    }
}

impl<'a> Run<'a> {
    pub(super) fn call(&mut self, at: ExprId, function: &'a Function, operands: &[ExprId]) -> Value<'a> {
        match (function, operands) {
            (Function::Present, [operand]) => self.present(*operand),
            (Function::OrValue, [operand, default]) => self.or_value(*operand, *default),
            (_, [operand]) => {
                let value = self.eval(*operand);
                if value.is_known() { self.convert(at, function, &value) } else { value }
            }
            (_, [receiver, argument]) => {
                let start = self.reads.len();
                let left = self.eval(*receiver);
                let middle = self.reads.len();
                let right = self.eval(*argument);
                match self.settle(start, middle, left, right) {
                    Ok((left, right)) => self.test(at, function, start, &left, &right),
                    Err(value) => value,
                }
            }
            _ => self.fault(at, "wrong number of arguments"),
        }
    }

    /// A default replaces what nobody says. It does not replace what was said and rejected.
    fn or_value(&mut self, operand: ExprId, default: ExprId) -> Value<'a> {
        let start = self.reads.len();
        let value = self.eval(operand);
        if !matches!(value, Value::Unknown { firm: false }) {
            return value;
        }
        let middle = self.reads.len();
        let default = self.eval(default);
        if let Value::Error(_) = default {
            self.reads.drain(start..middle);
        }
        default
    }

    fn test(
        &mut self,
        at: ExprId,
        function: &Function,
        start: usize,
        receiver: &Value<'a>,
        argument: &Value<'a>,
    ) -> Value<'a> {
        let view = self.input.view;
        if matches!(function, Function::Contains) && receiver.is_list(view) {
            return self.is_in(at, start, argument, receiver);
        }
        let (Some(text), Some(part)) = (receiver.text(), argument.text()) else {
            let (name, receiver, argument) = (function.name(), receiver.noun(view), argument.noun(view));
            return self.fault(at, format!("`{name}` does not take {receiver} and {argument}"));
        };
        self.spend(text.len() / 64);
        Value::Bool(match function {
            Function::Contains => text.contains(part),
            Function::StartsWith => text.starts_with(part),
            Function::EndsWith => text.ends_with(part),
            Function::Matches(regex) => {
                if !self.spend(text.len() / 8) {
                    return self.exhausted(at);
                }
                regex.is_match(text)
            }
            _ => return self.fault(at, "this is no test"),
        })
    }

    fn convert(&mut self, at: ExprId, function: &Function, value: &Value<'a>) -> Value<'a> {
        let view = self.input.view;
        if let Some(text) = value.text() {
            self.spend(text.len() / 64);
        }
        let converted = match function {
            Function::Size => match value.text() {
                Some(text) => Some(count(text.chars().count())),
                None => value.length(view).map(|length| {
                    self.spend(length / 16);
                    count(length)
                }),
            },
            Function::ToInt => match value {
                Value::Int(_) => Some(value.clone()),
                Value::Double(double) => whole(*double).map(Value::Int),
                _ => value.text().and_then(|text| text.parse().ok()).map(Value::Int),
            },
            #[expect(clippy::cast_precision_loss, reason = "the nearest double is what is asked for")]
            Function::ToDouble => match value {
                Value::Int(int) => Some(Value::Double(*int as f64)),
                Value::Double(_) => Some(value.clone()),
                _ => value
                    .text()
                    .and_then(|text| text.parse().ok())
                    .filter(|double: &f64| double.is_finite())
                    .map(Value::Double),
            },
            Function::ToString => match value {
                Value::Text(_) | Value::Made(_) => Some(value.clone()),
                Value::Bool(bool) => Some(Value::Text(if *bool { "true" } else { "false" })),
                Value::Int(int) => Some(Value::Made(Rc::from(int.to_string()))),
                Value::Double(double) => Some(Value::Made(Rc::from(double.to_string()))),
                Value::Date(date) => Some(Value::Made(Rc::from(date.to_string()))),
                _ => None,
            },
            Function::ToBool => match value {
                Value::Bool(_) => Some(value.clone()),
                _ => match value.text() {
                    Some("true" | "True" | "TRUE" | "t" | "1") => Some(Value::Bool(true)),
                    Some("false" | "False" | "FALSE" | "f" | "0") => Some(Value::Bool(false)),
                    _ => None,
                },
            },
            Function::Billions => value.text().and_then(billions).map(Value::Double),
            Function::Date => match value {
                Value::Date(_) => Some(value.clone()),
                _ => value.text().and_then(date).map(Value::Date),
            },
            _ => None,
        };
        converted.unwrap_or_else(|| {
            let name = function.name();
            let noun = value.noun(view);
            match value.text() {
                Some(text) if text.len() <= 64 => self.fault(at, format!("`{name}` cannot read `{text}`")),
                _ => self.fault(at, format!("`{name}` cannot read {noun}")),
            }
        })
    }
}

fn count<'a>(count: usize) -> Value<'a> {
    Value::Int(i64::try_from(count).unwrap_or(i64::MAX))
}

/// The whole part of a double, where it is a whole number that fits.
fn whole(double: f64) -> Option<i64> {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    #[expect(clippy::cast_possible_truncation, reason = "truncation is what is asked for, within range")]
    (double > -LIMIT - 1.0 && double < LIMIT).then(|| double.trunc() as i64)
}
