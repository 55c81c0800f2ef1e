//! One fact for each plain path, selected from all that a deployment has.

use super::equality::equal;
use super::facts::{Confidence, FactId, FactSet, FactValue, Origin, Reach};
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

/// One selected fact for every path: declared, else supplied for this deployment, else supplied for its place, else
/// observed (or derived, or a format's default) where all certain values agree, else hints where they agree, else
/// unknown.
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
            let path = facts.fact(next).path;
            // Into objects, over lists and maps. Nothing replaces what the schema rejected, nor anything in it.
            let enter = facts.value(next) == FactValue::Object
                && vocabulary.info(path).kind != FactType::Map
                && !matches!(view.get(path), Selected::One(held) if facts.value(held) == FactValue::Rejected);
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

    /// A fact and the others that count for as much at its path: where they disagree, nothing is known.
    pub fn peers(&self, id: FactId) -> impl Iterator<Item = FactId> + '_ {
        let wanted = rank(self.facts, id);
        self.all(self.facts.fact(id).path).filter(move |&other| rank(self.facts, other) == wanted)
    }

    /// Where sources that count for as much disagree: of each such path the first fact, and the first that says
    /// otherwise.
    pub fn disagreements(&self) -> impl Iterator<Item = (FactId, FactId)> + '_ {
        self.selected.iter().filter_map(|selected| match *selected {
            Selected::Disagree(held) => {
                let other = self.peers(held).find(|&other| !same(self.facts, held, other))?;
                Some((held, other))
            }
            _ => None,
        })
    }

    /// The nearest existing fact above a path: where a label goes that names a missing one. What is missing belongs
    /// into a manifest, so what was supplied is passed over.
    pub fn nearest(&self, path: PathId) -> Option<FactId> {
        let mut path = path;
        loop {
            if let Selected::One(id) | Selected::Disagree(id) = self.get(path)
                && self.facts.origin(id) != Origin::Supplied
            {
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
    let source = facts.source(id);
    match (source.origin, facts.fact(id).confidence) {
        (Origin::Declared, _) => 0,
        (Origin::Supplied, _) if source.reach == Reach::Identity => 1,
        (Origin::Supplied, _) => 2,
        (Origin::Observed | Origin::Derived, Confidence::Certain) => 3,
        (Origin::Default, Confidence::Certain) => 4,
        (_, Confidence::Hint) => 5,
    }
}

/// Whether two facts say the same. Objects do, since their members have paths of their own; so do rejected values.
fn same(facts: &FactSet, left: FactId, right: FactId) -> bool {
    match (facts.value(left), facts.value(right)) {
        (FactValue::Object, FactValue::Object) | (FactValue::Rejected, FactValue::Rejected) => true,
        _ => equal(facts, left, right) == Some(true),
    }
}
