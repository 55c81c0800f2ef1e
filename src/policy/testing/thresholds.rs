//! The thresholds of an expression: comparisons of one fact's number or date with what is the same for every
//! deployment, and the two values between which each turns.

use jiff::civil::Date;

use super::conditions::FactName;
use crate::finding::Scalar;
use crate::manifest::facts::Origin;
use crate::manifest::vocabulary::{FactType, Vocabulary};
use crate::policy::expression::ast::{Binary, Expr, ExprId, ExprKind, Function, Literal};
use crate::policy::expression::{beneath, date};
use crate::policy::pack::Parameter;
use crate::policy::template::separated;

/// A value that a fact can have, or what is made of one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Point {
    /// A whole number.
    Whole(i64),
    /// A number with so many decimal places.
    Decimal(f64, usize),
    /// A day.
    Day(Date),
}

/// How a compared number comes from its fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Via {
    /// It is the fact.
    Itself,
    /// `size(x)`.
    Size,
    /// `billions(x)`.
    Billions,
    /// `date(x)`, `int(x)`, `double(x)`: the fact is a text.
    Text,
    /// A number of days from or to a day.
    Days,
}

/// A comparison that turns somewhere.
pub(super) struct Threshold {
    /// The comparison.
    pub(super) at: ExprId,
    /// The side that changes from deployment to deployment.
    pub(super) side: ExprId,
    /// The fact on that side; nothing for a variable of a macro.
    pub(super) fact: Option<FactName>,
    pub(super) via: Via,
    /// The last value before the turn on the side of the threshold: the threshold itself wherever that can be had.
    pub(super) value: Point,
    /// Whether the comparison holds there.
    pub(super) holds: bool,
    /// The values a step past it, one of which has to be shown.
    pub(super) past: Vec<Point>,
}

/// The steps in which a number comes.
#[derive(Clone, Copy, PartialEq)]
enum Step {
    Whole,
    Decimal,
    Day,
}

impl Point {
    /// Whether an example has it.
    pub(super) fn is(self, value: &Scalar) -> bool {
        match (self, value) {
            (Self::Whole(own), Scalar::Int(value)) => own == *value,
            (Self::Whole(own), Scalar::Number(value)) => near(as_double(own), *value, 0),
            (Self::Decimal(own, decimals), Scalar::Int(value)) => near(own, as_double(*value), decimals),
            (Self::Decimal(own, decimals), Scalar::Number(value)) => near(own, *value, decimals),
            (Self::Day(own), Scalar::Text(text)) => date(text) == Some(own),
            _ => false,
        }
    }

    /// As a policy file writes it.
    pub(super) fn written(self) -> String {
        match self {
            Self::Whole(value) => value.to_string(),
            Self::Decimal(value, decimals) => format!("{value:.decimals$}"),
            Self::Day(day) => day.to_string(),
        }
    }

    /// As a sentence shows it.
    pub(super) fn shown(self) -> String {
        separated(&self.written())
    }

    /// One step further, or back.
    fn stepped(self, up: bool) -> Option<Self> {
        Some(match self {
            Self::Whole(value) => Self::Whole(value.checked_add(if up { 1 } else { -1 })?),
            Self::Decimal(value, decimals) => {
                let scale = 10_f64.powi(i32::try_from(decimals).ok()?);
                let moved = ((value * scale).round() + if up { 1.0 } else { -1.0 }) / scale;
                // What is written is what an example has: the nearest double to the decimal.
                Self::Decimal(format!("{moved:.decimals$}").parse().ok()?, decimals)
            }
            Self::Day(day) => Self::Day(if up { day.tomorrow() } else { day.yesterday() }.ok()?),
        })
    }
}

/// Whether two numbers are the same at so many decimal places, up to what arithmetic loses.
fn near(left: f64, right: f64, decimals: usize) -> bool {
    let step = 0.1_f64.powi(i32::try_from(decimals).unwrap_or(i32::MAX));
    (left - right).abs() <= step * 1e-6
}

#[expect(clippy::cast_precision_loss, reason = "thresholds beyond 2^53 are told apart as doubles are")]
const fn as_double(value: i64) -> f64 {
    value as f64
}

/// All thresholds of an expression, in the order of the text. `value_of` evaluates a part that reads no fact.
pub(super) fn thresholds(
    expr: &Expr,
    parameters: &[Parameter],
    value_of: impl Fn(ExprId) -> Option<Scalar>,
) -> Vec<Threshold> {
    let mut found: Vec<Threshold> = beneath(expr, expr.root)
        .into_iter()
        .filter_map(|at| threshold(expr, at, parameters, &value_of))
        .collect();
    found.sort_by_key(|threshold| (expr.node(threshold.at).span.start, expr.node(threshold.at).span.end));
    found
}

fn threshold(
    expr: &Expr,
    at: ExprId,
    parameters: &[Parameter],
    value_of: impl Fn(ExprId) -> Option<Scalar>,
) -> Option<Threshold> {
    let ExprKind::Binary(operator, left, right) = expr.node(at).kind else { return None };
    let (operator, side, other) = match (expr.node(left).reads_facts, expr.node(right).reads_facts) {
        (true, false) => (operator, left, right),
        (false, true) => (mirrored(operator)?, right, left),
        _ => return None,
    };
    if reads_the_day(expr, other) {
        return None;
    }
    let (via, step, fact) = quantity(expr, side)?;
    let value = match (step, value_of(other)?) {
        (Step::Whole, Scalar::Int(value)) => Point::Whole(value),
        (Step::Whole, Scalar::Number(value)) => return between(operator, value, at, side, via, fact),
        (Step::Decimal, Scalar::Int(value)) => Point::Decimal(as_double(value), 0),
        (Step::Decimal, Scalar::Number(value)) => Point::Decimal(value, decimals_of(expr, other, parameters)),
        (Step::Day, Scalar::Text(text)) => Point::Day(date(&text)?),
        _ => return None,
    };
    let (up, down) = (value.stepped(true), value.stepped(false));
    let past = match operator {
        Binary::GreaterEqual | Binary::Less => vec![down?],
        Binary::Greater | Binary::LessEqual => vec![up?],
        // There is no size below zero to be shown.
        Binary::Equal | Binary::NotEqual if via == Via::Size && value == Point::Whole(0) => vec![up?],
        Binary::Equal | Binary::NotEqual => up.into_iter().chain(down).collect(),
        _ => return None,
    };
    let holds = matches!(operator, Binary::GreaterEqual | Binary::LessEqual | Binary::Equal);
    Some(Threshold { at, side, fact, via, value, holds, past })
}

/// A whole number that is compared with one that is not: it turns between two neighbours.
fn between(
    operator: Binary,
    value: f64,
    at: ExprId,
    side: ExprId,
    via: Via,
    fact: Option<FactName>,
) -> Option<Threshold> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if value.abs() >= EXACT {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, reason = "within the range where doubles are exact")]
    let (below, above) = (value.floor() as i64, value.ceil() as i64);
    let (value, past) = match operator {
        Binary::GreaterEqual | Binary::Less if below == above => (above, above - 1),
        Binary::Greater | Binary::LessEqual | Binary::Equal | Binary::NotEqual if below == above => {
            (below, below + 1)
        }
        Binary::GreaterEqual | Binary::Less => (above, below),
        Binary::Greater | Binary::LessEqual => (below, above),
        _ => return None,
    };
    let holds = matches!(operator, Binary::GreaterEqual | Binary::LessEqual | Binary::Equal);
    Some(Threshold { at, side, fact, via, value: Point::Whole(value), holds, past: vec![Point::Whole(past)] })
}

/// An operator read from its right side.
const fn mirrored(operator: Binary) -> Option<Binary> {
    Some(match operator {
        Binary::Less => Binary::Greater,
        Binary::LessEqual => Binary::GreaterEqual,
        Binary::Greater => Binary::Less,
        Binary::GreaterEqual => Binary::LessEqual,
        Binary::Equal | Binary::NotEqual => operator,
        _ => return None,
    })
}

fn reads_the_day(expr: &Expr, at: ExprId) -> bool {
    beneath(expr, at).into_iter().any(|node| matches!(expr.node(node).kind, ExprKind::Today))
}

/// The one number or day that a side is made of; nothing for what several facts, or a day that moves, make together.
fn quantity(expr: &Expr, at: ExprId) -> Option<(Via, Step, Option<FactName>)> {
    let vocabulary = Vocabulary::native();
    let fact = FactName::of(expr, at);
    match &expr.node(at).kind {
        // What is observed no example can state.
        ExprKind::Fact(path)
        | ExprKind::OriginFact(Origin::Declared, path)
        | ExprKind::Member { path: Some(path), .. } => {
            let step = match vocabulary.info(*path).kind {
                FactType::Integer => Step::Whole,
                FactType::Number => Step::Decimal,
                _ => return None,
            };
            Some((Via::Itself, step, fact))
        }
        ExprKind::Call(Function::OrValue, operands) => {
            let &[operand, default] = expr.operands(*operands) else { return None };
            if expr.node(default).reads_facts { None } else { quantity(expr, operand) }
        }
        ExprKind::Call(function, operands) => {
            let &[operand] = expr.operands(*operands) else { return None };
            let operand = with_default(expr, operand);
            let (via, step) = match function {
                Function::Size => (Via::Size, Step::Whole),
                Function::ToInt => (Via::Text, Step::Whole),
                Function::ToDouble => (Via::Text, Step::Decimal),
                Function::Billions => (Via::Billions, Step::Decimal),
                Function::Date => (Via::Text, Step::Day),
                _ => return None,
            };
            let kind = &expr.node(operand).kind;
            let is_place = matches!(
                kind,
                ExprKind::Fact(_)
                    | ExprKind::OriginFact(Origin::Declared, _)
                    | ExprKind::Member { .. }
                    | ExprKind::Variable(_)
            );
            is_place.then(|| (via, step, FactName::of(expr, operand)))
        }
        ExprKind::Binary(Binary::Subtract, left, right) => {
            let (day, other) = if expr.node(*left).reads_facts { (*left, *right) } else { (*right, *left) };
            let (_, step, fact) = quantity(expr, day)?;
            let is_fixed = !expr.node(other).reads_facts && !reads_the_day(expr, other);
            (step == Step::Day && is_fixed).then_some((Via::Days, Step::Whole, fact))
        }
        _ => None,
    }
}

/// What has a default, without it.
fn with_default(expr: &Expr, at: ExprId) -> ExprId {
    match expr.node(at).kind {
        ExprKind::Call(Function::OrValue, operands) => expr.operands(operands).first().copied().unwrap_or(at),
        _ => at,
    }
}

/// The decimal places of a threshold: the most that a number in it is written with.
fn decimals_of(expr: &Expr, at: ExprId, parameters: &[Parameter]) -> usize {
    let written = |node: &ExprId| match &expr.node(*node).kind {
        ExprKind::Literal(Literal::Double(_)) => decimals(expr.source(*node)),
        ExprKind::Parameter(index) => {
            parameters.get(usize::from(*index)).map_or(0, |parameter| decimals(&parameter.raw))
        }
        _ => 0,
    };
    beneath(expr, at).iter().map(written).max().unwrap_or(0)
}

/// The decimal places of a number as it is written, `0.10` and `1.5e-3` among them; no more than doubles tell apart.
fn decimals(raw: &str) -> usize {
    let (digits, exponent) = raw.split_once(['e', 'E']).unwrap_or((raw, "0"));
    let fraction = digits.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    let exponent: i64 = exponent.parse().unwrap_or(0);
    let places = i64::try_from(fraction).unwrap_or(i64::MAX).saturating_sub(exponent);
    usize::try_from(places.clamp(0, 15)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::expression::{Names, Type, Unread, compile};

    fn found(text: &str) -> Vec<(String, String, String, bool)> {
        let parameter = |name: &str, value, raw: &str| Parameter {
            name: name.into(),
            kind: Type::Double,
            value,
            raw: raw.into(),
            unit: "".into(),
            description: "".into(),
            source: "".into(),
            set_by: "".into(),
            place: None,
            key_span: crate::source::Span::default(),
        };
        let parameters = [
            parameter("price", Scalar::Number(0.1), "0.10"),
            parameter("many", Scalar::Int(500_000), "500000"),
        ];
        let known: Vec<(Box<str>, Type)> =
            parameters.iter().map(|own| ((&*own.name).into(), own.kind)).collect();
        let names = Names {
            vocabulary: Vocabulary::native(),
            parameters: &known,
            checklists: &[],
            unread: Unread::NONE,
        };
        let expr = compile(text, Type::Bool, names).unwrap();
        let value_of = |at: ExprId| match expr.source(at) {
            "params.price" => Some(Scalar::Number(0.1)),
            "params.price * 2" => Some(Scalar::Number(0.2)),
            "params.many" => Some(Scalar::Int(500_000)),
            "date('2027-03-01')" => Some(Scalar::Text("2027-03-01".into())),
            number => {
                Some(number.parse().map_or_else(|_| Scalar::Number(number.parse().unwrap()), Scalar::Int))
            }
        };
        let shown = |threshold: &Threshold| {
            let past: Vec<String> = threshold.past.iter().map(|point| point.written()).collect();
            (
                expr.source(threshold.side).to_owned(),
                threshold.value.written(),
                past.join(" or "),
                threshold.holds,
            )
        };
        thresholds(&expr, &parameters, value_of).iter().map(shown).collect()
    }

    #[track_caller]
    fn turns(text: &str, value: &str, past: &str, holds: bool) {
        let all = found(text);
        let short: Vec<_> = all.iter().map(|(_, value, past, holds)| (&**value, &**past, *holds)).collect();
        assert_eq!(short, [(value, past, holds)], "{text}");
    }

    #[test]
    fn whole_numbers_step_by_one_to_the_side_where_the_comparison_turns() {
        turns("workload.monthlyRequests >= params.many", "500000", "499999", true);
        turns("workload.monthlyRequests < params.many", "500000", "499999", false);
        turns("params.many < workload.monthlyRequests", "500000", "500001", false);
        turns("workload.monthlyRequests <= 7", "7", "8", true);
        turns("workload.tokensPerRequest != 3", "3", "4 or 2", false);
        turns("workload.monthlyRequests >= 2.5", "3", "2", true);
        turns("workload.monthlyRequests > 2.5", "2", "3", false);
        turns("size(customization.techniques) > 1", "1", "2", false);
        turns("size(customization.techniques) == 0", "0", "1", true);
        turns("int(metadata.labels['replicas']) >= 2", "2", "1", true);
    }

    #[test]
    fn other_numbers_step_in_the_last_place_that_is_written() {
        turns("budget.pricePer1kTokensUsd <= params.price", "0.10", "0.11", true);
        turns("budget.initialUsd > 0", "0", "1", false);
        turns("budget.initialUsd >= 1.5e-3", "0.0015", "0.0014", true);
        turns("budget.pricePer1kTokensUsd.orValue(1) < params.price * 2", "0.20", "0.19", false);
        turns("billions(model.parameters) <= 6.7", "6.7", "6.8", true);
    }

    #[test]
    fn days_step_by_a_day() {
        turns("date(metadata.annotations['review']) < date('2027-03-01')", "2027-03-01", "2027-02-28", false);
        turns("date(metadata.annotations['review']) - date('2027-03-01') <= 30", "30", "31", true);
    }

    #[test]
    fn what_several_facts_or_the_day_of_the_run_make_is_no_threshold() {
        for text in [
            "budget.initialUsd >= budget.trainingUsd",
            "budget.initialUsd + budget.trainingUsd > 10",
            "date(metadata.annotations['review']) >= today",
            "date(metadata.annotations['review']) - today > 10",
            "stage == 'pilot'",
            "size(customization.techniques.filter(t, t != 'rag')) > 1",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
    }

    #[test]
    fn a_value_is_met_in_whatever_way_it_is_written() {
        let tenth = Point::Decimal(0.1, 2);
        assert!(tenth.is(&Scalar::Number(0.1)) && !tenth.is(&Scalar::Number(0.11)));
        assert!(
            Point::Decimal(5.0, 0).is(&Scalar::Int(5)) && !Point::Decimal(5.0, 0).is(&Scalar::Number(4.9))
        );
        assert!(Point::Whole(7).is(&Scalar::Number(7.0)) && !Point::Whole(7).is(&Scalar::Int(8)));
        let day = Point::Day(jiff::civil::date(2027, 3, 1));
        assert!(day.is(&Scalar::Text("2027-03-01".into())) && !day.is(&Scalar::Null));
    }
}
