//! Which conditions the examples see decide, and which way.

use super::desk::{Case, Desk, FAULT, Stuck, alone};
use super::{Condition, PARTS, Part, conditions};
use crate::finding::Scalar;

/// Nodes that may be evaluated for one rule: beyond, its examples are not gone through condition by condition.
const MOST_WORK: usize = 20_000_000;

/// Each atomic condition of a rule, and whether an example shows it deciding as true, and one as false.
///
/// It decides as true in an example where it is true, in a macro for an item at least, and where the rule would come
/// to something else if it were false throughout; as false the other way round. Nothing for a rule that would take
/// too long.
pub(super) fn coverage(desk: &Desk<'_>, cases: &[Case<'_>]) -> Option<Vec<Condition>> {
    let mut found = Vec::new();
    let mut work = 0_usize;
    for part in PARTS {
        let Some(expr) = desk.expr(part) else { continue };
        let atoms = conditions::atomic(expr);
        work = work.saturating_add(atoms.len().saturating_mul(expr.nodes.len()).saturating_mul(cases.len()));
        if work > MOST_WORK {
            return None;
        }
        found.extend(atoms.into_iter().map(|at| {
            let [decided_true, decided_false] =
                [true, false].map(|way| is_decided(desk, cases, (part, at), way) == Some(true));
            Condition {
                part,
                text: expr.source(at).to_owned(),
                place: desk.place(part, at),
                decided_true,
                decided_false,
            }
        }));
    }
    Some(found)
}

fn is_decided(
    desk: &Desk<'_>,
    cases: &[Case<'_>],
    (part, at): (Part, crate::policy::expression::ExprId),
    way: bool,
) -> Option<bool> {
    let own = alone(desk, part, at)?;
    let stuck = Stuck::new(desk, part, at, !way)?;
    Some(cases.iter().any(|case| {
        case.outcome != FAULT
            && desk.values_of(&own, &case.facts).contains(&Scalar::Bool(way))
            && stuck.changes(desk, case)
    }))
}
