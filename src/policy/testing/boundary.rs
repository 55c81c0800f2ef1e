//! Whether the examples hold the thresholds of a rule where they are.

use super::desk::{Case, Desk, FAULT, Stuck, alone};
use super::thresholds::{Point, Threshold, thresholds};
use super::{Check, CheckKind, PARTS, Part, suggest};
use crate::finding::{Finding, Label};
use crate::manifest::facts::FactSet;
use crate::policy::eval;
use crate::policy::expression::constant;

/// A threshold with what holds it: cases that it decides, at it and a step past it.
pub(super) struct Boundary {
    pub(super) part: Part,
    pub(super) threshold: Threshold,
    /// As the policy writes the comparison.
    pub(super) text: String,
    /// Outcomes of the examples at the threshold that it decides.
    at: Vec<&'static str>,
    /// The same a step past it.
    past: Vec<&'static str>,
    /// Whether an example is at it, whatever decides there; and a step past it.
    seen: (bool, bool),
}

/// The rule without one comparison, on either side of its threshold.
pub(super) struct Sides {
    /// What changes where the comparison decides at the threshold.
    at: Stuck,
    /// What changes where it decides past it.
    past: Stuck,
}

impl Sides {
    pub(super) fn new(desk: &Desk<'_>, part: Part, threshold: &Threshold) -> Option<Self> {
        Some(Self {
            at: Stuck::new(desk, part, threshold.at, !threshold.holds)?,
            past: Stuck::new(desk, part, threshold.at, threshold.holds)?,
        })
    }

    /// Whether the comparison decides that the rule comes to this, for facts at the threshold or past it.
    pub(super) fn decide(&self, desk: &Desk<'_>, is_past: bool, facts: &FactSet, outcome: &str) -> bool {
        let stuck = if is_past { &self.past } else { &self.at };
        outcome != FAULT && stuck.outcome(desk, facts) != outcome
    }
}

impl Boundary {
    /// Whether two examples with different outcomes hold it.
    pub(super) fn is_held(&self) -> bool {
        self.at.iter().any(|at| self.past.iter().any(|past| at != past))
    }
}

/// All thresholds of a rule. Nothing for a rule whose expressions are too long to be gone through.
pub(super) fn boundaries(desk: &Desk<'_>, cases: &[Case<'_>]) -> Vec<Boundary> {
    let mut found = Vec::new();
    for part in PARTS {
        let Some(expr) = desk.expr(part) else { continue };
        for threshold in thresholds_of(desk, part) {
            let text = expr.source(threshold.at).to_owned();
            found.extend(boundary(desk, cases, part, threshold, text));
        }
    }
    found
}

/// The thresholds of one expression.
pub(super) fn thresholds_of(desk: &Desk<'_>, part: Part) -> Vec<Threshold> {
    let Some(expr) = desk.expr(part) else { return Vec::new() };
    thresholds(expr, desk.parameters, |at| {
        let value = constant(expr, at);
        desk.ask(&FactSet::default(), |input| eval::value_of(&value, input)).ok()?
    })
}

fn boundary(
    desk: &Desk<'_>,
    cases: &[Case<'_>],
    part: Part,
    threshold: Threshold,
    text: String,
) -> Option<Boundary> {
    let side = alone(desk, part, threshold.side)?;
    let sides = Sides::new(desk, part, &threshold)?;
    let mut boundary =
        Boundary { part, threshold, text, at: Vec::new(), past: Vec::new(), seen: (false, false) };
    for case in cases {
        let values = desk.values_of(&side, &case.facts);
        let has = |point: &Point| values.iter().any(|value| point.is(value));
        if has(&boundary.threshold.value) {
            boundary.seen.0 = true;
            if sides.decide(desk, false, &case.facts, case.outcome) {
                boundary.at.push(case.outcome);
            }
        }
        if boundary.threshold.past.iter().any(has) {
            boundary.seen.1 = true;
            if sides.decide(desk, true, &case.facts, case.outcome) {
                boundary.past.push(case.outcome);
            }
        }
    }
    Some(boundary)
}

/// The check of one threshold.
pub(super) fn check(desk: &Desk<'_>, boundary: &Boundary) -> Check {
    let mut findings = Vec::new();
    if !boundary.is_held() {
        findings.push(unheld(desk, boundary));
    }
    Check { kind: CheckKind::Boundary, name: boundary.text.clone(), findings }
}

fn unheld(desk: &Desk<'_>, boundary: &Boundary) -> Finding {
    let threshold = &boundary.threshold;
    let value = threshold.value.shown();
    let past: Vec<String> = threshold.past.iter().map(|point| point.shown()).collect();
    let past = past.join(" or ");
    let place = desk.place(boundary.part, threshold.at);
    let claim =
        |what: &str| format!("The examples of {} do not hold `{}`: {what}", desk.rule.id, boundary.text);
    if !suggest::is_possible(threshold) {
        let what = format!("no manifest can say {past}, and so it never turns");
        let help =
            "Compare with a value that a manifest can have on either side, or leave the comparison out";
        return desk.mistake("boundary", claim(&what), Label::new(place, "never turns")).with_help(help);
    }
    let lacks = |point: &str, was_seen: bool| {
        if was_seen {
            format!("those at {point} come out the same whatever it says")
        } else {
            format!("none is at {point}")
        }
    };
    let what = match (boundary.at.is_empty(), boundary.past.is_empty()) {
        (true, true) => {
            format!("{}, and {}", lacks(&value, boundary.seen.0), lacks(&past, boundary.seen.1))
        }
        (true, false) => lacks(&value, boundary.seen.0),
        (false, true) => lacks(&past, boundary.seen.1),
        (false, false) => format!("those at {value} and at {past} come to the same"),
    };
    let words = format!("turns between {value} and {past}");
    desk.mistake("boundary", claim(&what), Label::new(place, words)).with_help(format!(
        "Give one example at {value} and one at {past} of which one passes and one does not because of it; \
         `tunelint test --suggest` writes what is missing"
    ))
}
