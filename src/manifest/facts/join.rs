//! Facts of one deployment from several sources, put together.

use super::{Extra, Fact, FactId, FactSet, FactValue, Tag, pack, unpack};
use crate::source::Span;

impl FactSet {
    /// This set with the facts of others after its own, each with the source that it had.
    #[must_use]
    pub fn with<'a>(&self, others: impl IntoIterator<Item = &'a Self>) -> Self {
        let mut facts = self.facts.to_vec();
        let mut strings = self.strings.to_string();
        let mut extras = self.extras.to_vec();
        let mut sources = self.sources.to_vec();
        let mut first = self.first.to_vec();
        for other in others {
            let shift = Shift { ids: facts.len() as u32, bytes: strings.len() as u32 };
            facts.extend(other.facts.iter().map(|fact| shift.fact(*fact)));
            extras.extend(other.extras.iter().map(|(id, extra)| (shift.id(*id), shift.extra(extra))));
            first.extend(other.first.iter().map(|id| shift.id(*id)));
            sources.extend_from_slice(&other.sources);
            strings.push_str(&other.strings);
        }
        Self {
            facts: facts.into(),
            strings: strings.into(),
            extras: extras.into(),
            sources: sources.into(),
            first: first.into(),
            declared: self.declared,
        }
    }

    /// Values that plain paths mean, from a fact on: scalars, lists as a whole, what was rejected. Objects are gone
    /// through, so it is not for maps.
    pub fn values_from(&self, from: FactId) -> impl Iterator<Item = FactId> + '_ {
        let mut next = from;
        std::iter::from_fn(move || {
            while (next.0 as usize) < self.len() {
                let id = next;
                if self.value(id) == FactValue::Object {
                    next = FactId(id.0 + 1);
                } else {
                    next = self.past(id);
                    return Some(id);
                }
            }
            None
        })
    }

    /// Bytes that the set takes in memory, about.
    pub fn weight(&self) -> usize {
        size_of::<Self>()
            + size_of_val(&*self.facts)
            + size_of_val(&*self.extras)
            + size_of_val(&*self.sources)
            + self.strings.len()
    }
}

/// By how much the ids and the texts of a set move when it is put after another.
#[derive(Clone, Copy)]
struct Shift {
    ids: u32,
    bytes: u32,
}

impl Shift {
    fn id(self, id: FactId) -> FactId {
        FactId(id.0 + self.ids)
    }

    fn text(self, span: Span) -> Span {
        Span::new(span.start + self.bytes, span.end + self.bytes)
    }

    fn fact(self, fact: Fact) -> Fact {
        let bits = if fact.tag == Tag::Text { pack(self.text(unpack(fact.bits))) } else { fact.bits };
        Fact { bits, end: fact.end + self.ids, ..fact }
    }

    fn extra(self, extra: &Extra) -> Extra {
        match extra {
            Extra::Raw(span) => Extra::Raw(self.text(*span)),
            Extra::Key(span) => Extra::Key(self.text(*span)),
            Extra::Pointer(span) => Extra::Pointer(self.text(*span)),
            // These are places in the source, not texts of the set.
            Extra::Anchor(span) => Extra::Anchor(*span),
            Extra::Merged(span) => Extra::Merged(*span),
            Extra::DerivedFrom(ids) => Extra::DerivedFrom(ids.iter().map(|id| self.id(*id)).collect()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::{FactAt, FactSetBuilder, FactSource, Origin, Reach, Role};
    use super::*;
    use crate::manifest::view::{Selected, View};
    use crate::manifest::vocabulary::{ROOT, Vocabulary};
    use crate::source::Source;

    fn at(path: &str) -> FactAt {
        let path = if path.is_empty() { ROOT } else { Vocabulary::native().find(path).unwrap() };
        FactAt { path, key: Span::default(), span: Span::default() }
    }

    /// A spec with one owner, a number of requests written in a way of its own, and a list.
    fn set(file: &str, base: &'static str, origin: Origin, reach: Reach, requests: i64) -> FactSet {
        let mut builder = FactSetBuilder::default();
        let source = Source::in_memory(file, "");
        let role = Role::Platform;
        builder.source(FactSource { source, document: 0, role, base: base.into(), origin, reach });
        builder.object(at(""));
        builder.text(at("owner"), file);
        builder.object(at("workload"));
        let id = builder.int(at("workload.monthlyRequests"), requests, &format!("+{requests}"));
        builder.anchor(id, Span::new(1, 2));
        builder.close();
        builder.list(at("customization.techniques"));
        builder.text(at("customization.techniques[]"), "rag");
        builder.text(at("customization.techniques[]"), file);
        builder.close();
        builder.close();
        builder.finish(origin == Origin::Declared)
    }

    #[test]
    fn facts_that_are_joined_keep_values_places_and_structure() {
        let vocabulary = Vocabulary::native();
        let own = set("bot.yaml", "/spec", Origin::Declared, Reach::Identity, 1);
        let others = [
            set("one.yaml", "/spec/deployments/0/spec", Origin::Supplied, Reach::Identity, 2),
            set("two.yaml", "/spec/deployments/7/spec", Origin::Supplied, Reach::Places, 3),
        ];
        let joined = own.with(&others);
        assert!(joined.declared);
        assert_eq!(joined.len(), 3 * own.len());
        for (source, set) in std::iter::once(&own).chain(&others).enumerate() {
            for (id, fact) in set.iter() {
                let moved = FactId(id.0 + (source * own.len()) as u32);
                assert_eq!(joined.fact(moved).path, fact.path);
                assert_eq!(joined.scalar(moved), set.scalar(id));
                assert_eq!((joined.raw(moved), joined.anchor(moved)), (set.raw(id), set.anchor(id)));
                assert_eq!(joined.pointer(moved, vocabulary), set.pointer(id, vocabulary));
                assert_eq!(joined.children(moved).count(), set.children(id).count());
                assert_eq!(joined.source_index(moved), source);
                assert!(Arc::ptr_eq(&joined.source(moved).source, &set.source(id).source));
            }
        }
        let values: Vec<&str> =
            joined.values_from(FactId(0)).map(|id| vocabulary.path(joined.fact(id).path)).collect();
        let each = ["owner", "workload.monthlyRequests", "customization.techniques"];
        assert_eq!(values, each.repeat(3));
    }

    #[test]
    fn of_joined_facts_the_nearest_to_the_deployment_is_selected() {
        let vocabulary = Vocabulary::native();
        let owner = vocabulary.find("owner").unwrap();
        let selected = |sets: &[FactSet]| {
            let joined = FactSet::default().with(sets);
            match View::new(&joined, vocabulary).get(owner) {
                Selected::One(id) => joined.source(id).source.path.to_string(),
                other => format!("{other:?}"),
            }
        };
        let declared = || set("declared", "", Origin::Declared, Reach::Identity, 1);
        let named = |file| set(file, "", Origin::Supplied, Reach::Identity, 1);
        let placed = |file| set(file, "", Origin::Supplied, Reach::Places, 1);
        let observed = || set("observed", "", Origin::Observed, Reach::Places, 1);
        assert_eq!(selected(&[observed(), placed("place"), named("name"), declared()]), "declared");
        assert_eq!(selected(&[observed(), placed("place"), named("name")]), "name");
        assert_eq!(selected(&[observed(), placed("place"), placed("place")]), "place");
        assert_eq!(selected(&[observed()]), "observed");
        assert!(selected(&[named("name"), named("other")]).starts_with("Disagree"));
        assert!(selected(&[placed("place"), placed("other")]).starts_with("Disagree"));
    }
}
