//! The examples that a rule lacks, made of those it has by changing as little as can be.

use super::boundary::{Boundary, Sides};
use super::conditions::facts_of;
use super::desk::{Case, Derived, Desk, alone, derive};
use super::thresholds::{Point, Threshold};
use super::tree::Tree;
use super::values::{at_point, meeting};
use super::{Kind, Part, Suggestion};
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
        let pair = self.nearest(boundary).iter().find_map(|base| self.pair(boundary, base));
        for (kind, tree) in pair.into_iter().flatten() {
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
                return None;
            }
            tree = clauses.iter().try_fold(tree, |tree, clause| meeting(&tree, clause))?;
        }
        None
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
