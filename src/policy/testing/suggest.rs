//! The examples that a rule lacks, made of those it has by changing as little as can be.

use super::boundary::{Boundary, Sides, thresholds_of};
use super::conditions::facts_of;
use super::coverage::Decision;
use super::desk::{Case, Derived, Desk, alone, derive};
use super::thresholds::{Point, Threshold};
use super::tree::Tree;
use super::values::{at_point, meeting};
use super::{Condition, Kind, Part, Suggestion};
use crate::finding::Scalar;
use crate::policy::eval;
use crate::policy::expression::negated;

/// Clauses that are met one after another to reach an outcome.
const MOST_STEPS: usize = 6;
/// Examples that one is derived from, the nearest first.
const MOST_BASES: usize = 24;

/// Whether any manifest can be on both sides of a threshold, as far as the schema tells.
pub(super) fn is_possible(threshold: &Threshold) -> bool {
    let Some(fact) = &threshold.fact else { return true };
    let valid = |point: &Point| {
        let value = at_point(fact, threshold.via, *point, None);
        let tree = value.and_then(|value| Tree::EMPTY.with(&fact.segments(), value));
        tree.and_then(|tree| derive(&tree)).is_none_or(|derived| derived.is_valid)
    };
    let is_size = threshold.via == super::thresholds::Via::Size;
    let exists = |point: &Point| !is_size || !matches!(point, Point::Whole(size) if *size < 0);
    let all = |point: &Point| exists(point) && valid(point);
    all(&threshold.value) && threshold.past.iter().any(all)
}

/// What is being put together for one rule.
pub(super) struct Suggester<'a, 'd> {
    desk: &'a Desk<'a>,
    cases: &'a [Case<'d>],
    found: Vec<Suggestion>,
}

impl<'a, 'd> Suggester<'a, 'd> {
    pub(super) fn new(desk: &'a Desk<'a>, cases: &'a [Case<'d>]) -> Self {
        Self { desk, cases, found: Vec::new() }
    }

    /// The suggestions, in the order in which a rule has its examples.
    pub(super) fn finish(mut self) -> Vec<Suggestion> {
        self.found.sort_by_key(|suggestion| suggestion.kind);
        self.found
    }

    /// Suggests an example of a kind that there is none of.
    pub(super) fn kind(&mut self, kind: Kind) {
        let bases: Vec<Tree> = self.bases().chain([Tree::EMPTY]).collect();
        let reached = bases.iter().find_map(|base| match kind {
            Kind::Undetermined => self.undetermined(base),
            _ => self.reach(base, kind),
        });
        if let Some(tree) = reached {
            self.add(kind, tree);
        }
    }

    /// Suggests what holds a threshold where the examples do not.
    pub(super) fn boundary(&mut self, boundary: &Boundary) {
        let bases = self.nearest(boundary);
        let pairs = bases.iter().filter_map(|base| self.pair(boundary, base));
        // What is left open on one side says less than what is decided on both.
        let is_open = |pair: &[(Kind, Tree); 2]| pair.iter().any(|(kind, _)| *kind == Kind::Undetermined);
        let pair = pairs.min_by_key(is_open);
        for (kind, tree) in pair.into_iter().flatten() {
            self.add(kind, tree);
        }
    }

    /// Suggests what shows a condition decide one way, where neither an example nor a suggestion does.
    pub(super) fn condition(&mut self, condition: &Condition, way: bool) {
        let Some(decision) = Decision::new(self.desk, condition.part, condition.at, way) else { return };
        let Some(own) = alone(self.desk, condition.part, condition.at) else { return };
        let wanted = if way { own } else { negated(&own) };
        let shows = |tree: &Tree| {
            let derived = derive(tree).filter(|derived| derived.is_valid)?;
            let outcome = self.desk.outcome(&derived.facts);
            decision.decides(self.desk, &derived.facts, outcome).then(|| Kind::claiming(outcome))?
        };
        if self.found.iter().any(|suggestion| shows(&suggestion.tree).is_some()) {
            return;
        }
        let bases: Vec<Tree> = self.bases().take(MOST_BASES).collect();
        let made = bases.iter().filter_map(|base| {
            let derived = derive(base)?;
            let clauses = self.desk.ask(&derived.facts, |input| eval::passes_if(&wanted, input));
            let tree = clauses.iter().try_fold(base.clone(), |tree, clause| meeting(&tree, clause))?;
            Some((shows(&tree)?, tree))
        });
        // What is left open says less than what is decided.
        if let Some((kind, tree)) = made.min_by_key(|(kind, _)| *kind == Kind::Undetermined) {
            self.add(kind, tree);
        }
    }

    fn add(&mut self, kind: Kind, tree: Tree) {
        let is_there = self.cases.iter().any(|case| case.tree.as_ref() == Some(&tree))
            || self.found.iter().any(|own| own.tree == tree);
        if !is_there {
            self.found.push(Suggestion { kind, tree });
        }
    }

    /// What new examples are derived from: the rule's own, then those that are suggested.
    fn bases(&self) -> impl Iterator<Item = Tree> {
        let own = self.cases.iter().filter_map(|case| case.tree.as_ref());
        own.chain(self.found.iter().map(|suggestion| &suggestion.tree)).cloned()
    }

    /// The same, those first whose value is nearest to a threshold.
    fn nearest(&self, boundary: &Boundary) -> Vec<Tree> {
        let Some(side) = alone(self.desk, boundary.part, boundary.threshold.side) else { return Vec::new() };
        let distance = |tree: &Tree| {
            let derived = derive(tree)?;
            let values = self.desk.values_of(&side, &derived.facts);
            values.iter().filter_map(|value| boundary.threshold.value.distance(value)).min_by(f64::total_cmp)
        };
        let mut bases: Vec<(f64, Tree)> =
            self.bases().map(|tree| (distance(&tree).unwrap_or(f64::INFINITY), tree)).collect();
        bases.sort_by(|left, right| left.0.total_cmp(&right.0));
        bases.into_iter().take(MOST_BASES).map(|(_, tree)| tree).collect()
    }

    /// An example with its value at the threshold and a step past it, if that makes the rule come out otherwise.
    fn pair(&self, boundary: &Boundary, base: &Tree) -> Option<[(Kind, Tree); 2]> {
        let threshold = &boundary.threshold;
        let fact = threshold.fact.as_ref()?;
        let segments = fact.segments();
        let sides = Sides::new(self.desk, boundary.part, threshold)?;
        let moved = |point: Point, is_past: bool| {
            let value = at_point(fact, threshold.via, point, base.get(&segments))?;
            let tree = base.with(&segments, value)?;
            let derived = derive(&tree).filter(|derived| derived.is_valid)?;
            let outcome = self.desk.outcome(&derived.facts);
            let kind = Kind::claiming(outcome)?;
            sides.decide(self.desk, is_past, &derived.facts, outcome).then_some((kind, tree))
        };
        let at = moved(threshold.value, false)?;
        let past = threshold.past.iter().find_map(|point| moved(*point, true))?;
        (at.0 != past.0).then_some([at, past])
    }

    /// An example that comes to this, by what the conditions themselves say would make them hold or not.
    fn reach(&self, base: &Tree, kind: Kind) -> Option<Tree> {
        let (when, require) = (self.desk.expr(Part::When), self.desk.expr(Part::Require)?);
        let unmet = when.map(negated);
        let broken = negated(require);
        let mut tree = base.clone();
        let mut is_moved = false;
        for _ in 0..MOST_STEPS {
            let derived = derive(&tree).filter(|derived| derived.is_valid)?;
            let outcome = self.desk.outcome(&derived.facts);
            if outcome == kind.claim() {
                return Some(tree);
            }
            let applies = !outcome.starts_with("not-applicable");
            let wanted = match kind {
                Kind::Skip => unmet.as_ref()?,
                _ if !applies => when?,
                Kind::Fail => &broken,
                _ => require,
            };
            let clauses = self.desk.ask(&derived.facts, |input| eval::passes_if(wanted, input));
            if clauses.is_empty() {
                // What is said of a size, a date or a conversion is no clause, but its thresholds can be met.
                if std::mem::replace(&mut is_moved, true) {
                    return None;
                }
                let part = if applies { Part::Require } else { Part::When };
                tree = self.held(&tree, part, matches!(kind, Kind::Pass) || !applies && kind != Kind::Skip);
                continue;
            }
            tree = clauses.iter().try_fold(tree, |tree, clause| meeting(&tree, clause))?;
        }
        None
    }

    /// The example with the fact of every threshold where its comparison comes to this.
    fn held(&self, tree: &Tree, part: Part, way: bool) -> Tree {
        thresholds_of(self.desk, part).iter().fold(tree.clone(), |tree, threshold| {
            let point = if threshold.holds == way { Some(&threshold.value) } else { threshold.past.first() };
            let moved = point.zip(threshold.fact.as_ref()).and_then(|(point, fact)| {
                let segments = fact.segments();
                let value = at_point(fact, threshold.via, *point, tree.get(&segments))?;
                tree.with(&segments, value)
            });
            moved.unwrap_or(tree)
        })
    }

    /// An example that lacks a fact which the requirement cannot do without.
    fn undetermined(&self, base: &Tree) -> Option<Tree> {
        let facts = facts_of(self.desk.expr(Part::Require));
        facts.keys().find_map(|fact| {
            let tree = base.pruned(&fact.segments())?;
            let Derived { facts, is_valid } = derive(&tree)?;
            (is_valid && self.desk.outcome(&facts) == Kind::Undetermined.claim()).then_some(tree)
        })
    }
}

impl Point {
    /// How far a value is from it; nothing for what is no number or day.
    fn distance(self, value: &Scalar) -> Option<f64> {
        #[expect(clippy::cast_precision_loss, reason = "a distance only orders examples")]
        let number = match value {
            Scalar::Int(value) => *value as f64,
            Scalar::Number(value) => *value,
            Scalar::Text(text) => {
                let Self::Day(own) = self else { return None };
                let day = crate::policy::expression::date(text)?;
                return own.since(day).ok().map(|span| f64::from(span.get_days()).abs());
            }
            _ => return None,
        };
        #[expect(clippy::cast_precision_loss, reason = "a distance only orders examples")]
        match self {
            Self::Whole(own) => Some((own as f64 - number).abs()),
            Self::Decimal(own, _) => Some((own - number).abs()),
            Self::Day(_) => None,
        }
    }
}
