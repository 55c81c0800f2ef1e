//! The value that decided a finding, and whether another one is worse.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::Arc;

use super::rules::Rules;
use super::{Circumstances, is_excusable};
use crate::document::{self, Kind, Limits, NodeRef};
use crate::finding::{Finding, Scalar};

/// Which values are better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Better {
    /// Greater ones.
    Higher,
    /// Smaller ones.
    Lower,
}

impl Better {
    /// The word in files.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Higher => "higher",
            Self::Lower => "lower",
        }
    }

    pub(super) fn from_word(word: &str) -> Option<Self> {
        [Self::Higher, Self::Lower].into_iter().find(|own| own.as_str() == word)
    }
}

/// The value that decided a finding; [`Scalar::Null`] where it is missing or rejected.
pub(super) fn decisive(finding: &Finding) -> Cow<'_, Scalar> {
    finding.decisive.first().map_or(Cow::Owned(Scalar::Null), |decisive| Cow::Borrowed(&decisive.value))
}

/// Which values would be better than the one that decided: what the clause on it that would make the rule pass says.
pub(super) fn better(finding: &Finding) -> Option<Better> {
    let first = finding.decisive.first()?;
    number(&first.value)?;
    let clause = finding.passes_if.iter().find(|clause| clause.path == first.path)?;
    match clause.op {
        ">" | ">=" => Some(Better::Higher),
        "<" | "<=" => Some(Better::Lower),
        _ => None,
    }
}

/// Whether a finding's value is no worse than one that it was excused for: where better and worse cannot be told,
/// whether it is the same.
pub(super) fn is_no_worse(finding: &Finding, than: &Scalar) -> bool {
    let value = decisive(finding);
    let ordering = number(&value).zip(number(than)).map(|(value, than)| value.cmp(&than));
    match (ordering, better(finding)) {
        (Some(ordering), Some(Better::Higher)) => ordering.is_ge(),
        (Some(ordering), Some(Better::Lower)) => ordering.is_le(),
        (Some(ordering), None) => ordering.is_eq(),
        (None, _) => is_same(&value, than),
    }
}

fn is_same(left: &Scalar, right: &Scalar) -> bool {
    match (left, right) {
        (Scalar::List(left), Scalar::List(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| is_same(left, right))
        }
        _ => match number(left).zip(number(right)) {
            Some((left, right)) => left == right,
            None => left == right,
        },
    }
}

/// A text that equal values have in common.
pub(super) fn key(value: &Scalar) -> String {
    match value {
        Scalar::List(items) => items.iter().map(|item| key(item) + ",").collect(),
        _ => match number(value).map(|Number(number)| number) {
            Some(Scalar::Number(number)) => number.to_string(),
            Some(whole) => serde_json::to_string(&whole).unwrap_or_default(),
            None => serde_json::to_string(value).unwrap_or_default(),
        },
    }
}

/// A value as a file has it; nothing for what is no scalar and no list of them.
pub(super) fn read(node: NodeRef<'_>) -> Option<Scalar> {
    match node.kind() {
        _ if node.is_tagged() => None,
        Kind::Bool(value) => Some(Scalar::Bool(value)),
        Kind::Int(value) => Some(Scalar::Int(value)),
        Kind::Float(value) if value.is_finite() => Some(Scalar::Number(value)),
        Kind::String(_) => node.as_str().map(|text| Scalar::Text(text.into())),
        Kind::Sequence(_) => {
            let item = |item: NodeRef<'_>| if item.is_sequence() { None } else { read(item) };
            node.items().map(item).collect::<Option<Vec<_>>>().map(Scalar::List)
        }
        _ => None,
    }
}

/// A value as it is given on a command line.
pub fn parse(text: &str) -> Option<Scalar> {
    let text: Arc<str> = text.into();
    let stream = document::parse(&text, &Limits { comments: false, ..Limits::default() });
    let [document] = stream.documents.as_slice() else { return None };
    read(document.root()).filter(|_| stream.problems.is_empty())
}

/// The different values that decide what a rule finds on a deployment, in the order of the findings.
pub fn of(rule: &str, deployment: &str, run: &Circumstances<'_>, findings: &[Finding]) -> Vec<Scalar> {
    let Some(known) = Rules::new(run.policies, run.in_force).find(rule) else { return Vec::new() };
    let mut values: Vec<Scalar> = Vec::new();
    for finding in findings.iter().filter(|finding| is_excusable(finding) && finding.rule == known.id) {
        let value = decisive(finding);
        if finding.deployment.as_deref() == Some(deployment) && !values.iter().any(|own| is_same(own, &value))
        {
            values.push(value.into_owned());
        }
    }
    values
}

/// A number, in the order of numbers whatever they are kept as. A whole one is kept as such.
#[derive(Clone, Debug)]
pub(super) struct Number(Scalar);

/// The number that a value is.
pub(super) fn number(value: &Scalar) -> Option<Number> {
    // From 2^63 on, no whole number fits.
    const BOUND: f64 = 9_223_372_036_854_775_808.0;
    match *value {
        Scalar::Int(whole) => Some(Number(Scalar::Int(whole))),
        Scalar::Number(number) if number.fract() == 0.0 && (-BOUND..BOUND).contains(&number) => {
            Some(Number(Scalar::Int(number as i64)))
        }
        Scalar::Number(number) if number.is_finite() => Some(Number(Scalar::Number(number))),
        _ => None,
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        match (&self.0, &other.0) {
            (Scalar::Int(left), Scalar::Int(right)) => left.cmp(right),
            (Scalar::Number(left), Scalar::Number(right)) => left.total_cmp(right),
            (Scalar::Int(left), Scalar::Number(right)) => between(*left, *right),
            (Scalar::Number(left), Scalar::Int(right)) => between(*right, *left).reverse(),
            // Nothing else is made a number.
            _ => Ordering::Equal,
        }
    }
}

/// A whole number against one that is none, or too large for one.
fn between(whole: i64, number: f64) -> Ordering {
    // What is no whole number lies below 2^53, where its floor is exact; what is too large is told by the cast, which
    // stops at the bounds.
    match whole.cmp(&(number.floor() as i64)) {
        Ordering::Equal if number.fract() != 0.0 || number > 0.0 => Ordering::Less,
        Ordering::Equal => Ordering::Greater,
        ordering => ordering,
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Number {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(value: f64) -> Number {
        number(&Scalar::Number(value)).unwrap()
    }

    fn whole(value: i64) -> Number {
        number(&Scalar::Int(value)).unwrap()
    }

    #[test]
    fn numbers_compare_whatever_they_are_kept_as() {
        assert_eq!(of(12_000.0), whole(12_000));
        assert!(of(0.1) < whole(1) && of(0.1) > whole(0) && of(-0.1) < whole(0) && of(-0.1) > whole(-1));
        assert!(of(1e300) > whole(i64::MAX) && of(-1e300) < whole(i64::MIN));
        assert!(of(9_223_372_036_854_775_808.0) > whole(i64::MAX));
        assert_eq!(of(-9_223_372_036_854_775_808.0), whole(i64::MIN));
        assert_eq!(key(&Scalar::Number(5.0)), key(&Scalar::Int(5)));
        assert_ne!(key(&Scalar::Text("5".into())), key(&Scalar::Int(5)));
    }

    proptest! {
        #[test]
        fn the_order_of_numbers_is_one(
            values in proptest::collection::vec(
                prop_oneof![
                    any::<i64>().prop_map(Scalar::Int),
                    (-3_i64..3).prop_map(Scalar::Int),
                    any::<f64>().prop_filter("finite", |value| value.is_finite()).prop_map(Scalar::Number),
                    (-30_i32..30).prop_map(|value| Scalar::Number(f64::from(value) / 10.0)),
                ],
                3,
            )
        ) {
            let [a, b, c] = [0, 1, 2].map(|index| number(&values[index]).unwrap());
            prop_assert_eq!(a.cmp(&b), b.cmp(&a).reverse());
            prop_assert!(!(a <= b && b <= c) || a <= c);
            prop_assert_eq!(a == b, key(&values[0]) == key(&values[1]));
        }
    }
}
