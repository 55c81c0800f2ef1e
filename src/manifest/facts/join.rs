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
