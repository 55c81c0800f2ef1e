//! Which conditions the examples see decide, and which way.

use super::desk::{Case, Desk, FAULT, Stuck, alone};
use super::{Condition, PARTS, Part, conditions};
use crate::finding::Scalar;
use crate::manifest::facts::FactSet;
use crate::policy::expression::ast::{Expr, ExprId};

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
            let [decided_true, decided_false] = [true, false]
                .map(|way| Decision::new(desk, part, at, way).is_some_and(|it| it.is_shown(desk, cases)));
            Condition {
                part,
                text: expr.source(at).to_owned(),
                place: desk.place(part, at),
                at,
                decided_true,
                decided_false,
            }
        }));
    }
    Some(found)
}

/// One condition with one of its ways.
pub(super) struct Decision {
    /// The condition by itself.
    own: Expr,
    way: bool,
    /// The rule where it always comes out the other way.
    stuck: Stuck,
}

impl Decision {
    pub(super) fn new(desk: &Desk<'_>, part: Part, at: ExprId, way: bool) -> Option<Self> {
        Some(Self { own: alone(desk, part, at)?, way, stuck: Stuck::new(desk, part, at, !way)? })
    }

    /// Whether it decides for facts on which the rule comes to this.
    pub(super) fn decides(&self, desk: &Desk<'_>, facts: &FactSet, outcome: &str) -> bool {
        outcome != FAULT
            && desk.values_of(&self.own, facts).contains(&Scalar::Bool(self.way))
            && self.stuck.outcome(desk, facts) != outcome
    }

    fn is_shown(&self, desk: &Desk<'_>, cases: &[Case<'_>]) -> bool {
        cases.iter().any(|case| self.decides(desk, &case.facts, case.outcome))
    }
}
