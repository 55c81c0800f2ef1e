//! The quick way through the comparisons that most conditions are made of.

use super::operators::{holds, order};
use super::run::Run;
use super::value::Value;
use super::{Read, Standing};
use crate::manifest::facts::FactValue;
use crate::manifest::view::Selected;
use crate::policy::expression::ast::{Binary, ExprId, ExprKind, Literal};

/// Bytes of a text from which on comparing it costs fuel.
const SHORT: usize = 64;

impl<'a> Run<'a> {
    /// A fact that is held against a literal, a parameter or a list of literals, as in most comparisons: told without
    /// making values of texts and lists. Where more has to be weighed, it is nothing.
    pub(super) fn tests_fact(&mut self, at: ExprId) -> Option<Value<'a>> {
        let expr = self.expr;
        let ExprKind::Binary(operator, left, right) = expr.node(at).kind else { return None };
        let ExprKind::Fact(path) = expr.node(left).kind else { return None };
        let Selected::One(id) = self.input.view.get(path) else { return None };
        if !operator.is_test() || !self.overrides.is_empty() {
            return None;
        }
        let own = self.input.view.facts.value(id);
        // The steps that it takes anywhere else: one for each operand, and one for each comparison of equals.
        let (is_so, steps) = match (operator, &expr.node(right).kind) {
            (Binary::Equal | Binary::NotEqual, ExprKind::Literal(literal)) => {
                (is_literal(own, literal)? == (operator == Binary::Equal), 3)
            }
            (Binary::In, ExprKind::List(items)) => self.is_among(own, expr.operands(*items))?,
            (Binary::Less | Binary::LessEqual | Binary::Greater | Binary::GreaterEqual, other) => {
                let other = match other {
                    ExprKind::Literal(literal) => Value::of_literal(literal),
                    ExprKind::Parameter(index) => {
                        Value::of_scalar(self.input.parameters.get(usize::from(*index))?)
                    }
                    _ => return None,
                };
                let own = Value::of_fact(id, self.input.view);
                let is_number = |value: &Value<'_>| matches!(value, Value::Int(_) | Value::Double(_));
                if !is_number(&own) || !is_number(&other) {
                    return None;
                }
                (holds(operator, order(&own, &other)?), 2)
            }
            _ => return None,
        };
        if self.fuel as usize <= steps {
            return None;
        }
        self.spend(steps);
        self.reads.push(Read {
            path,
            fact: Some(id),
            key: None,
            standing: Standing::Known,
            atom: Some(at),
            signal: self.signal,
        });
        Some(Value::Bool(is_so))
    }

    /// Whether a fact is one of several literals, and how many steps that takes; nothing where more has to be weighed.
    fn is_among(&self, own: FactValue<'_>, items: &[ExprId]) -> Option<(bool, usize)> {
        let mut steps = 1;
        for item in items {
            let ExprKind::Literal(literal) = &self.expr.node(*item).kind else { return None };
            steps += 2;
            if is_literal(own, literal)? {
                return Some((true, steps));
            }
        }
        Some((false, steps))
    }
}

/// Whether a fact is what a literal says, where both are short texts or both truth values.
fn is_literal(own: FactValue<'_>, literal: &Literal) -> Option<bool> {
    match (own, literal) {
        (FactValue::Text(own), Literal::String(other)) if other.len() < SHORT => Some(*own == **other),
        (FactValue::Bool(own), Literal::Bool(other)) => Some(own == *other),
        _ => None,
    }
}
