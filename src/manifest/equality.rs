//! Whether two facts say the same, as the policy language compares: `1` and `1.0` are equal, lists are equal item by
//! item.

use super::facts::{FactId, FactSet, FactValue};

/// Whether two facts are equal; nothing where a rejected value keeps that from being known.
pub fn equal(facts: &FactSet, left: FactId, right: FactId) -> Option<bool> {
    match (facts.value(left), facts.value(right)) {
        (FactValue::Rejected, _) | (_, FactValue::Rejected) => None,
        (FactValue::List, FactValue::List) => {
            if facts.children(left).count() != facts.children(right).count() {
                return Some(false);
            }
            all(facts.children(left).zip(facts.children(right)).map(|(one, other)| equal(facts, one, other)))
        }
        (FactValue::Object, FactValue::Object) => {
            if facts.children(left).count() != facts.children(right).count() {
                return Some(false);
            }
            all(facts.children(left).map(|member| match counterpart(facts, member, right) {
                Some(other) => equal(facts, member, other),
                None => Some(false),
            }))
        }
        (FactValue::Int(int), FactValue::Number(number))
        | (FactValue::Number(number), FactValue::Int(int)) => Some(is_exactly(int, number)),
        (left, right) => Some(left == right),
    }
}

/// Whether all comparisons hold: one difference settles it, an unknown one leaves it open.
fn all(comparisons: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut equal = Some(true);
    for same in comparisons {
        match same {
            Some(true) => {}
            Some(false) => return Some(false),
            None => equal = None,
        }
    }
    equal
}

/// The member of another object that has the same key.
fn counterpart(facts: &FactSet, member: FactId, other: FactId) -> Option<FactId> {
    facts.children(other).find(|&own| {
        facts.fact(own).path == facts.fact(member).path && facts.map_key(own) == facts.map_key(member)
    })
}

/// Whether a float is just this whole number: no rounding makes 2^53 + 1 equal to 2^53.
fn is_exactly(int: i64, number: f64) -> bool {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    #[expect(clippy::cast_possible_truncation, reason = "the value is whole and in range")]
    let is_same = |number: f64| number as i64 == int;
    number.fract() == 0.0 && (-LIMIT..LIMIT).contains(&number) && is_same(number)
}

#[cfg(test)]
mod tests {
    use super::super::facts::{FactAt, FactSetBuilder};
    use super::super::vocabulary::Vocabulary;
    use super::*;
    use crate::source::Span;

    fn at(path: &str) -> FactAt {
        FactAt { path: Vocabulary::native().find(path).unwrap(), key: Span::default(), span: Span::default() }
    }

    #[test]
    fn whole_numbers_and_floats_are_compared_without_rounding() {
        let mut builder = FactSetBuilder::default();
        let place = at("budget.initialUsd");
        let one = builder.int(place, 1, "1");
        let one_point_zero = builder.number(place, 1.0, "1.0");
        let half = builder.number(place, 1.5, "1.5");
        let zero = builder.int(place, 0, "0");
        let below_zero = builder.number(place, -0.0, "-0.0");
        let odd = builder.int(place, (1 << 53) + 1, "9007199254740993");
        let even = builder.number(place, 9_007_199_254_740_992.0, "9007199254740992.0");
        let most = builder.int(place, i64::MAX, "9223372036854775807");
        let beyond = builder.number(place, 9_223_372_036_854_775_808.0, "9223372036854775808.0");
        let rejected = builder.rejected(place);
        let facts = builder.finish(true);
        assert_eq!(equal(&facts, one, one_point_zero), Some(true));
        assert_eq!(equal(&facts, one_point_zero, one), Some(true));
        assert_eq!(equal(&facts, one, half), Some(false));
        assert_eq!(equal(&facts, zero, below_zero), Some(true));
        assert_eq!(equal(&facts, odd, even), Some(false));
        assert_eq!(equal(&facts, most, beyond), Some(false));
        assert_eq!(equal(&facts, one, rejected), None);
    }

    #[test]
    fn lists_are_compared_by_item_and_their_objects_by_member() {
        let mut builder = FactSetBuilder::default();
        let mut list = |items: &[(&str, &[(&str, &str)])]| {
            let id = builder.list(at("artifacts"));
            for (text, members) in items {
                if members.is_empty() {
                    builder.text(at("artifacts[]"), text);
                    continue;
                }
                builder.object(at("artifacts[]"));
                for (path, text) in *members {
                    builder.text(at(path), text);
                }
                builder.close();
            }
            builder.close();
            id
        };
        let object = [("artifacts[].path", "a"), ("artifacts[].role", "serving")];
        let turned = [("artifacts[].role", "serving"), ("artifacts[].path", "a")];
        let other = [("artifacts[].path", "b"), ("artifacts[].role", "serving")];
        let fewer = [("artifacts[].path", "a")];
        let plain = list(&[("x", &[]), ("", &object)]);
        let same = list(&[("x", &[]), ("", &turned)]);
        let unlike = [
            list(&[("x", &[])]),
            list(&[("y", &[]), ("", &object)]),
            list(&[("x", &[]), ("", &other)]),
            list(&[("x", &[]), ("", &fewer)]),
            list(&[("", &object), ("x", &[])]),
        ];
        let facts = builder.finish(true);
        assert_eq!(equal(&facts, plain, same), Some(true));
        for other in unlike {
            assert_eq!(equal(&facts, plain, other), Some(false));
        }
    }
}
