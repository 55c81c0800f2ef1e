//! Facts: typed values at paths, each with the place it was read from.
//!
//! The set is multi-valued: a path can have several facts (declared by the team, supplied by the platform,
//! observed in a foreign manifest), each with its origin and confidence. Policies ask a
//! [`View`](super::view::View), which selects one for plain paths and knows where sources disagree.
//!
//! A set is made for keeping: one allocation for facts, one for strings, spans instead of texts. Ten thousand
//! deployments wait behind the barrier between the two phases (see [`crate::pipeline`]).

mod join;

use std::borrow::Cow;
use std::sync::Arc;

use super::vocabulary::{NATIVE_BASE, PathId, ROOT, Vocabulary};
use crate::finding::{Place, Scalar};
use crate::source::{Source, Span};

/// Index of a fact in its set; parents come before their children.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FactId(pub u32);

/// Where a fact comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// The deployment's own manifest says it.
    Declared,
    /// The platform says it (`--facts`).
    Supplied,
    /// A foreign manifest shows it.
    Observed,
    /// It follows from other facts.
    Derived,
    /// Nobody said it, and a foreign format has a default for it.
    Default,
}

/// How far a fact can be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// It stands there.
    Certain,
    /// It is a good guess; findings that hang on it are warnings at most.
    Hint,
}

/// The part that the source of a fact plays for the deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The deployment's own manifest.
    Manifest,
    /// What serves the model.
    Serving,
    /// What trains it.
    Training,
    /// What routes requests to it.
    Gateway,
    /// What measures it.
    Evaluation,
    /// What describes it.
    Card,
    /// What the platform knows of it.
    Platform,
}

/// A fact's value as a reader sees it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum FactValue<'a> {
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Any other number; finite.
    Number(f64),
    /// A text.
    Text(&'a str),
    /// A list; its items are [`FactSet::children`].
    List,
    /// An object; its members are [`FactSet::children`].
    Object,
    /// Something stands there that the schema rejected: its value is unknown, and nothing replaces it.
    Rejected,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tag {
    Bool,
    Int,
    Number,
    Text,
    List,
    Object,
    Rejected,
}

/// One fact. Its value is read through its set ([`FactSet::value`]), which owns the texts.
#[derive(Clone, Copy, Debug)]
pub struct Fact {
    bits: u64,
    /// The bytes of its key; for items of a list those of the item.
    pub key: Span,
    /// The bytes of its value where it is used.
    pub span: Span,
    /// One past the last fact of its subtree.
    end: u32,
    /// Its path.
    pub path: PathId,
    tag: Tag,
    /// How far it can be trusted.
    pub confidence: Confidence,
}

/// What few facts have, kept beside them.
#[derive(Clone, Debug)]
enum Extra {
    /// The number as its source wrote it, where that is not how we would.
    Raw(Span),
    /// The key of a map's entry, or of a text that the path does not tell.
    Key(Span),
    /// The pointer in a foreign manifest.
    Pointer(Span),
    /// The anchored value that an alias used.
    Anchor(Span),
    /// The `<<` by which the entry came.
    Merged(Span),
    /// The facts it follows from.
    DerivedFrom(Box<[FactId]>),
}

/// One source of facts.
#[derive(Clone, Debug)]
pub struct FactSource {
    /// The file.
    pub source: Arc<Source>,
    /// The document in it.
    pub document: u32,
    /// The part it plays.
    pub role: Role,
    /// Pointer to the object whose paths the facts have: `/spec` for a native manifest.
    pub base: Cow<'static, str>,
    /// Where the facts read from it come from.
    pub origin: Origin,
    /// How many deployments it speaks of.
    pub reach: Reach,
}

/// How many deployments a source speaks of. What is said of one counts for more than what is said of many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// Of one, by its identity or because it is its own manifest.
    #[default]
    Identity,
    /// Of all that stand in some places.
    Places,
}

/// All facts of one deployment.
#[derive(Debug, Default)]
pub struct FactSet {
    facts: Box<[Fact]>,
    strings: Box<str>,
    extras: Box<[(FactId, Extra)]>,
    sources: Box<[FactSource]>,
    /// The first fact of each source.
    first: Box<[FactId]>,
    /// Whether the deployment has a manifest of its own. Absence is evidence only there.
    pub declared: bool,
}

impl FactSet {
    /// All facts, parents before their children.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (FactId, &Fact)> {
        self.facts.iter().enumerate().map(|(index, fact)| (FactId(index as u32), fact))
    }

    /// How many facts there are.
    pub fn len(&self) -> usize {
        self.facts.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.facts.is_empty()
    }

    /// A fact by id (an id of this set).
    pub fn fact(&self, id: FactId) -> &Fact {
        &self.facts[id.0 as usize]
    }

    fn text(&self, span: Span) -> &str {
        span.slice(&self.strings)
    }

    /// The value.
    pub fn value(&self, id: FactId) -> FactValue<'_> {
        let fact = self.fact(id);
        match fact.tag {
            Tag::Bool => FactValue::Bool(fact.bits != 0),
            Tag::Int => FactValue::Int(fact.bits.cast_signed()),
            Tag::Number => FactValue::Number(f64::from_bits(fact.bits)),
            Tag::Text => FactValue::Text(self.text(unpack(fact.bits))),
            Tag::List => FactValue::List,
            Tag::Object => FactValue::Object,
            Tag::Rejected => FactValue::Rejected,
        }
    }

    /// The value as reports write it; lists of scalars whole, objects and rejected values as null.
    pub fn scalar(&self, id: FactId) -> Scalar {
        match self.value(id) {
            FactValue::Bool(value) => Scalar::Bool(value),
            FactValue::Int(value) => Scalar::Int(value),
            FactValue::Number(value) => Scalar::Number(value),
            FactValue::Text(value) => Scalar::Text(value.into()),
            FactValue::List => Scalar::List(self.children(id).map(|child| self.scalar(child)).collect()),
            FactValue::Object | FactValue::Rejected => Scalar::Null,
        }
    }

    /// A number as its source wrote it, if it did so in a way of its own (`6e5`, `0.10`).
    pub fn raw(&self, id: FactId) -> Option<&str> {
        self.extra(id).find_map(|extra| match extra {
            Extra::Raw(span) => Some(self.text(*span)),
            _ => None,
        })
    }

    /// The key of a map's entry (`metadata.labels`), or nothing for other facts.
    pub fn map_key(&self, id: FactId) -> Option<&str> {
        self.extra(id).find_map(|extra| match extra {
            Extra::Key(span) => Some(self.text(*span)),
            _ => None,
        })
    }

    /// For a value used through an alias: the anchored bytes.
    pub fn anchor(&self, id: FactId) -> Option<Span> {
        self.extra(id).find_map(|extra| match extra {
            Extra::Anchor(span) => Some(*span),
            _ => None,
        })
    }

    /// For a merged value: the `<<` by which it came.
    pub fn merged(&self, id: FactId) -> Option<Span> {
        self.extra(id).find_map(|extra| match extra {
            Extra::Merged(span) => Some(*span),
            _ => None,
        })
    }

    /// For a derived fact: those it follows from.
    pub fn derived_from(&self, id: FactId) -> &[FactId] {
        self.extra(id)
            .find_map(|extra| match extra {
                Extra::DerivedFrom(ids) => Some(&**ids),
                _ => None,
            })
            .unwrap_or(&[])
    }

    fn extra(&self, id: FactId) -> impl Iterator<Item = &Extra> {
        let from = self.extras.partition_point(|(owner, _)| *owner < id);
        self.extras[from..].iter().take_while(move |(owner, _)| *owner == id).map(|(_, extra)| extra)
    }

    /// Items of a list, members of an object; nothing for scalars.
    pub fn children(&self, id: FactId) -> impl Iterator<Item = FactId> + '_ {
        let end = self.fact(id).end;
        let mut next = id.0 + 1;
        std::iter::from_fn(move || {
            let current = FactId(next);
            (next < end).then(|| {
                next = self.fact(current).end;
                current
            })
        })
    }

    /// The id one past a fact and all beneath it; that of no fact where the set ends there.
    pub(super) fn past(&self, id: FactId) -> FactId {
        FactId(self.fact(id).end)
    }

    /// The fact directly above.
    pub fn parent(&self, id: FactId) -> Option<FactId> {
        (0..id.0).rev().map(FactId).find(|&above| self.fact(above).end > id.0)
    }

    /// Whether a fact is another one or lies beneath it.
    pub fn is_within(&self, id: FactId, above: FactId) -> bool {
        above <= id && id.0 < self.fact(above).end
    }

    /// The member of a map by key (`metadata.labels['team']`), or of an object by path.
    pub fn member(&self, id: FactId, key: &str, vocabulary: &Vocabulary) -> Option<FactId> {
        self.children(id).find(|&child| match self.map_key(child) {
            Some(own) => own == key,
            None => &*vocabulary.info(self.fact(child).path).key == key,
        })
    }

    /// Where a fact was read from.
    pub fn source(&self, id: FactId) -> &FactSource {
        &self.sources[self.source_index(id)]
    }

    /// Which of [`Self::sources`] a fact was read from.
    pub fn source_index(&self, id: FactId) -> usize {
        // Facts of one source stand together, and most deployments have one source.
        self.first.partition_point(|first| *first <= id).saturating_sub(1)
    }

    /// Where a fact comes from.
    pub fn origin(&self, id: FactId) -> Origin {
        self.source(id).origin
    }

    /// All sources; the first is the deployment's own manifest where it has one.
    pub fn sources(&self) -> &[FactSource] {
        &self.sources
    }

    /// The pointer to a fact where its path tells it: shared by all that ask.
    fn shared_pointer(&self, id: FactId, vocabulary: &Vocabulary) -> Option<Arc<str>> {
        let is_plain = self.source(id).base == NATIVE_BASE
            && !self.extras.iter().any(|(_, extra)| matches!(extra, Extra::Pointer(_)));
        vocabulary.native_pointer(self.fact(id).path).filter(|_| is_plain)
    }

    /// The pointer that a missing fact would have beneath another, where its path tells it.
    pub fn shared_pointer_below(
        &self,
        near: FactId,
        path: PathId,
        vocabulary: &Vocabulary,
    ) -> Option<Arc<str>> {
        let above = self.fact(near).path;
        let path_of = |id| vocabulary.path(id);
        // The metadata stand beside the root of the facts.
        let is_below = match above {
            ROOT => !path_of(path).starts_with("metadata"),
            _ => path_of(path).strip_prefix(path_of(above)).is_some_and(|rest| rest.starts_with('.')),
        };
        vocabulary
            .native_pointer(path)
            .filter(|_| is_below && self.shared_pointer(near, vocabulary).is_some())
    }

    /// JSON pointer to a fact in its document.
    pub fn pointer(&self, id: FactId, vocabulary: &Vocabulary) -> String {
        let stored = self.extra(id).find_map(|extra| match extra {
            Extra::Pointer(span) => Some(self.text(*span)),
            _ => None,
        });
        if let Some(stored) = stored {
            return stored.to_owned();
        }
        let fact = self.fact(id);
        if fact.path == ROOT {
            return self.source(id).base.to_string();
        }
        let info = vocabulary.info(fact.path);
        if &*info.path == "metadata" {
            return "/metadata".to_owned();
        }
        let Some(parent) = self.parent(id) else { return self.source(id).base.to_string() };
        let mut pointer = self.pointer(parent, vocabulary);
        match self.map_key(id) {
            Some(key) => crate::document::push_token(&mut pointer, key),
            None if &*info.key == "[]" => {
                let index = self.children(parent).position(|child| child == id).unwrap_or(0);
                crate::document::push_token(&mut pointer, &index.to_string());
            }
            None => crate::document::push_token(&mut pointer, &info.key),
        }
        pointer
    }

    /// The place of a fact's value.
    pub fn place(&self, id: FactId, vocabulary: &Vocabulary) -> Place {
        let source = self.source(id);
        let pointer =
            self.shared_pointer(id, vocabulary).unwrap_or_else(|| self.pointer(id, vocabulary).into());
        Place::at(&source.source, Some(source.document), self.fact(id).span).with_pointer(pointer)
    }
}

/// Whether a value is written as a text; told without writing it anywhere.
fn is_shown_as(value: impl std::fmt::Display, text: &str) -> bool {
    struct Left<'a>(&'a str);
    impl std::fmt::Write for Left<'_> {
        fn write_str(&mut self, part: &str) -> std::fmt::Result {
            self.0 = self.0.strip_prefix(part).ok_or(std::fmt::Error)?;
            Ok(())
        }
    }
    let mut left = Left(text);
    std::fmt::Write::write_fmt(&mut left, format_args!("{value}")).is_ok() && left.0.is_empty()
}

const fn pack(span: Span) -> u64 {
    ((span.start as u64) << 32) | span.end as u64
}

const fn unpack(bits: u64) -> Span {
    Span::new((bits >> 32) as u32, bits as u32)
}

/// Where a fact being added stands.
#[derive(Clone, Copy, Debug)]
pub struct FactAt {
    /// Its path.
    pub path: PathId,
    /// The bytes of its key; for items those of the item.
    pub key: Span,
    /// The bytes of its value.
    pub span: Span,
}

/// Builds a [`FactSet`] in one pass over the documents of a deployment.
#[derive(Debug, Default)]
pub struct FactSetBuilder {
    facts: Vec<Fact>,
    strings: String,
    extras: Vec<(FactId, Extra)>,
    sources: Vec<FactSource>,
    open: Vec<FactId>,
    first: Vec<FactId>,
    confidence: Option<Confidence>,
}

impl FactSetBuilder {
    /// Makes room for so many facts, and for so many bytes of texts.
    pub fn reserve(&mut self, facts: usize, texts: usize) {
        self.facts.reserve(facts);
        self.strings.reserve(texts);
    }

    /// Facts added from here on come from this source and are certain until
    /// [`Self::confidence`] says otherwise.
    pub fn source(&mut self, source: FactSource) {
        self.sources.push(source);
        self.first.push(FactId(self.facts.len() as u32));
        self.confidence = Some(Confidence::Certain);
    }

    /// Facts added from here on have this confidence.
    pub fn confidence(&mut self, confidence: Confidence) {
        self.confidence = Some(confidence);
    }

    fn push(&mut self, at: FactAt, tag: Tag, bits: u64) -> FactId {
        let id = FactId(self.facts.len() as u32);
        self.facts.push(Fact {
            bits,
            key: at.key,
            span: at.span,
            end: id.0 + 1,
            path: at.path,
            tag,
            confidence: self.confidence.unwrap_or(Confidence::Certain),
        });
        id
    }

    fn keep(&mut self, text: &str) -> Span {
        let start = self.strings.len() as u32;
        self.strings.push_str(text);
        Span::new(start, self.strings.len() as u32)
    }

    /// Adds a truth value.
    pub fn bool(&mut self, at: FactAt, value: bool) -> FactId {
        self.push(at, Tag::Bool, u64::from(value))
    }

    /// Adds a whole number; `raw` is how the source wrote it.
    pub fn int(&mut self, at: FactAt, value: i64, raw: &str) -> FactId {
        let id = self.push(at, Tag::Int, value.cast_unsigned());
        self.keep_raw(id, raw, value);
        id
    }

    /// Adds any other number.
    pub fn number(&mut self, at: FactAt, value: f64, raw: &str) -> FactId {
        let id = self.push(at, Tag::Number, value.to_bits());
        self.keep_raw(id, raw, value);
        id
    }

    fn keep_raw(&mut self, id: FactId, raw: &str, ours: impl std::fmt::Display) {
        if !is_shown_as(ours, raw) {
            let span = self.keep(raw);
            self.extras.push((id, Extra::Raw(span)));
        }
    }

    /// Adds a text.
    pub fn text(&mut self, at: FactAt, value: &str) -> FactId {
        let span = self.keep(value);
        self.push(at, Tag::Text, pack(span))
    }

    /// Adds a value that the schema rejected.
    pub fn rejected(&mut self, at: FactAt) -> FactId {
        self.push(at, Tag::Rejected, 0)
    }

    /// Opens a list; facts added until [`Self::close`] are its items.
    pub fn list(&mut self, at: FactAt) -> FactId {
        let id = self.push(at, Tag::List, 0);
        self.open.push(id);
        id
    }

    /// Opens an object; facts added until [`Self::close`] are its members.
    pub fn object(&mut self, at: FactAt) -> FactId {
        let id = self.push(at, Tag::Object, 0);
        self.open.push(id);
        id
    }

    /// Closes the list or object opened last.
    pub fn close(&mut self) {
        if let Some(id) = self.open.pop() {
            self.facts[id.0 as usize].end = self.facts.len() as u32;
        }
    }

    /// The key of a map's entry.
    pub fn map_key(&mut self, id: FactId, key: &str) {
        let span = self.keep(key);
        self.extras.push((id, Extra::Key(span)));
    }

    /// The pointer of a fact in a foreign manifest.
    pub fn pointer(&mut self, id: FactId, pointer: &str) {
        let span = self.keep(pointer);
        self.extras.push((id, Extra::Pointer(span)));
    }

    /// The anchored bytes of a value used through an alias.
    pub fn anchor(&mut self, id: FactId, span: Span) {
        self.extras.push((id, Extra::Anchor(span)));
    }

    /// The `<<` by which a value came.
    pub fn merged(&mut self, id: FactId, span: Span) {
        self.extras.push((id, Extra::Merged(span)));
    }

    /// The facts that a derived one follows from.
    pub fn derived_from(&mut self, id: FactId, ids: &[FactId]) {
        self.extras.push((id, Extra::DerivedFrom(ids.into())));
    }

    /// The finished set. `declared`: the deployment has a manifest of its own.
    pub fn finish(mut self, declared: bool) -> FactSet {
        while !self.open.is_empty() {
            self.close();
        }
        self.extras.sort_by_key(|(id, _)| *id);
        FactSet {
            facts: self.facts.into(),
            strings: self.strings.into(),
            extras: self.extras.into(),
            sources: self.sources.into(),
            first: self.first.into(),
            declared,
        }
    }
}
