//! One fact for each plain path, selected from all that a deployment has.

use super::facts::{Confidence, FactId, FactSet, FactValue, Origin};
use super::vocabulary::{FactType, PathId, Vocabulary};

/// What a plain path means in one deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Selected {
    /// Nobody says it.
    Missing,
    /// This fact.
    One(FactId),
    /// Sources of the same rank disagree: unknown. The first of them.
    Disagree(FactId),
}

/// One selected fact for every path: declared, else supplied, else observed (or derived, or a format's default)
/// where all certain values agree, else hints where they agree, else unknown.
///
/// Facts inside lists and maps are not selected: they are reached from their list.
#[derive(Debug)]
pub struct View<'a> {
    /// The facts.
    pub facts: &'a FactSet,
    /// Their paths.
    pub vocabulary: &'a Vocabulary,
    selected: Vec<Selected>,
}

impl<'a> View<'a> {
    /// Selects from all facts of a deployment.
    pub fn new(facts: &'a FactSet, vocabulary: &'a Vocabulary) -> Self {
        let mut view = Self { facts, vocabulary, selected: vec![Selected::Missing; vocabulary.len()] };
        let mut next = FactId(0);
        while (next.0 as usize) < facts.len() {
            view.offer(next);
            // Into objects, over lists and maps.
            let enter = facts.value(next) == FactValue::Object
                && vocabulary.info(facts.fact(next).path).kind != FactType::Map;
            next = if enter { FactId(next.0 + 1) } else { facts.past(next) };
        }
        view
    }

    fn offer(&mut self, id: FactId) {
        let fact = self.facts.fact(id);
        let slot = &mut self.selected[fact.path.0 as usize];
        *slot = match *slot {
            Selected::Missing => Selected::One(id),
            Selected::One(held) | Selected::Disagree(held) => {
                let disagreed = matches!(*slot, Selected::Disagree(_));
                match rank(self.facts, held).cmp(&rank(self.facts, id)) {
                    std::cmp::Ordering::Less => *slot,
                    std::cmp::Ordering::Greater => Selected::One(id),
                    std::cmp::Ordering::Equal if disagreed || !same(self.facts, held, id) => {
                        Selected::Disagree(held)
                    }
                    std::cmp::Ordering::Equal => Selected::One(held),
                }
            }
        };
    }

    /// The fact selected for a path.
    pub fn get(&self, path: PathId) -> Selected {
        self.selected[path.0 as usize]
    }

    /// The fact selected for a path, if there is just one.
    pub fn one(&self, path: PathId) -> Option<FactId> {
        match self.get(path) {
            Selected::One(id) => Some(id),
            _ => None,
        }
    }

    /// The text at a path as policies write it, if it is a text.
    pub fn text(&self, path: &str) -> Option<&'a str> {
        match self.facts.value(self.one(self.vocabulary.find(path)?)?) {
            FactValue::Text(text) => Some(text),
            _ => None,
        }
    }

    /// All facts at a path, whatever their origin (`observations('model.base')` keeps the observed ones).
    pub fn all(&self, path: PathId) -> impl Iterator<Item = FactId> + '_ {
        self.facts.iter().filter(move |(_, fact)| fact.path == path).map(|(id, _)| id)
    }

    /// The fact at a path with this origin (`declared.model.base`, `observed.model.base`), if all that have it
    /// agree.
    pub fn with_origin(&self, path: PathId, origin: Origin) -> Selected {
        let mut found = Selected::Missing;
        for id in self.all(path).filter(|&id| self.facts.origin(id) == origin) {
            found = match found {
                Selected::Missing => Selected::One(id),
                Selected::One(held) if same(self.facts, held, id) => found,
                Selected::One(held) | Selected::Disagree(held) => Selected::Disagree(held),
            };
        }
        found
    }

    /// The nearest existing fact above a path: where a label goes that names a missing one.
    pub fn nearest(&self, path: PathId) -> Option<FactId> {
        let mut path = path;
        loop {
            if let Selected::One(id) | Selected::Disagree(id) = self.get(path) {
                return Some(id);
            }
            let parent = self.vocabulary.info(path).parent;
            if parent == path {
                return None;
            }
            path = parent;
        }
    }
}

fn rank(facts: &FactSet, id: FactId) -> u8 {
    match (facts.origin(id), facts.fact(id).confidence) {
        (Origin::Declared, _) => 0,
        (Origin::Supplied, _) => 1,
        (Origin::Observed | Origin::Derived, Confidence::Certain) => 2,
        (Origin::Default, Confidence::Certain) => 3,
        (_, Confidence::Hint) => 4,
    }
}

/// Whether two facts say the same: equal scalars, or containers with equal children in order.
fn same(facts: &FactSet, left: FactId, right: FactId) -> bool {
    match (facts.value(left), facts.value(right)) {
        (FactValue::List, FactValue::List) => {
            let mut others = facts.children(right);
            facts.children(left).all(|child| others.next().is_some_and(|other| same(facts, child, other)))
                && others.next().is_none()
        }
        // Objects are compared by their members, which have paths of their own.
        (FactValue::Object, FactValue::Object) => true,
        #[expect(
            clippy::cast_precision_loss,
            reason = "facts beyond 2^53 compare as the numbers they print as"
        )]
        (FactValue::Int(int), FactValue::Number(number))
        | (FactValue::Number(number), FactValue::Int(int)) => (int as f64).total_cmp(&number).is_eq(),
        (left, right) => left == right,
    }
}
