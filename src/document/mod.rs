//! YAML and JSON as a spanned tree: the only importer of parser crates.
//!
//! [`parse()`] turns a text into [`Document`]s, one arena each, in which every key and every value has its byte
//! span. Anchored nodes are shared and never expanded; merge keys (`<<`) are resolved into entries that
//! remember the `<<` they came by. A broken document does not lose the others: problems are collected beside
//! the documents that could be read.
//!
//! Two readers fill the arena: a quick one for plain YAML, and a general one for everything, which stands on the
//! parser. They give the same tree, so nobody outside has to know which it was.

mod align;
mod builder;
mod entries;
mod extent;
mod failure;
mod json;
mod notes;
mod parse;
mod plain;
mod scalar;
mod syntax;
#[cfg(test)]
mod tests;
mod utf16;
mod view;

use crate::source::Span;

pub use json::{TreeJson, TreeNode};
pub use parse::parse;
pub use utf16::decode_utf16;
pub use view::{Segment, View};

/// Budgets for one source. Each overrun is one [`Problem`], and the run goes on.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Bytes of one source (checked when it is read).
    pub bytes: u64,
    /// Nodes of one document.
    pub nodes: u32,
    /// Levels of nesting.
    pub depth: u32,
    /// Nodes that a document would have if every alias and merge were written out.
    pub expanded: u64,
    /// Whether comments are kept. No budget, but a saving: the parser spends a tenth of its time on them.
    pub comments: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 8 << 20, nodes: 1_000_000, depth: 200, expanded: 10_000_000, comments: true }
    }
}

/// Index of a node in its document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub u32);

/// What a node is. Aliases are resolved by [`NodeRef`]: nobody downstream sees them but by their spans.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// `null`, `~` or nothing.
    Null,
    /// A truth value.
    Bool(bool),
    /// A whole number that fits.
    Int(i64),
    /// Any other number, infinities and not-a-number among them.
    Float(f64),
    /// A text: a range of [`Document::text`] or of the decoded strings.
    String(Str),
    /// A sequence.
    Sequence(Children),
    /// A mapping, merged entries after its own.
    Mapping(Children),
    /// Another use of an anchored node.
    Alias(NodeId),
    /// What could not be made sense of (an alias to itself, say); a problem tells why.
    Invalid,
}

/// Where a string's characters are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Str {
    /// As they stand in the text.
    Source(Span),
    /// Decoded (escapes, folding), in the document's own buffer.
    Decoded(Span),
}

impl Str {
    /// Length in bytes.
    fn len(self) -> u32 {
        match self {
            Self::Source(span) | Self::Decoded(span) => span.len(),
        }
    }
}

/// A range of [`Document`]'s child table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Children {
    pub(crate) start: u32,
    pub(crate) end: u32,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Node {
    pub(crate) kind: Kind,
    pub(crate) span: Span,
    /// Whether a tag stands on the node that is not of the core schema (`!vault`): its value is opaque text.
    pub(crate) tagged: bool,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Child {
    pub(crate) value: NodeId,
    pub(crate) key: Str,
    pub(crate) key_span: Span,
    /// The `<<` by which a merged entry came.
    pub(crate) merged: Option<Span>,
    /// Whether the same key stands in this mapping more than once.
    pub(crate) duplicate: bool,
    /// Whether an earlier entry of this mapping has the same key.
    pub(crate) shadowed: bool,
}

/// A comment: its span with the `#`, without the line break.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comment {
    /// The bytes.
    pub span: Span,
}

/// Whose fault a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProblemKind {
    /// The document cannot be read (syntax, limits): no tree stands for it.
    Unreadable,
    /// The document can be read, but says something it may not (a duplicate key, an unknown tag).
    Invalid,
}

/// Something wrong in a source, found while parsing.
#[derive(Clone, Debug)]
pub struct Problem {
    /// Unreadable or invalid.
    pub kind: ProblemKind,
    /// Unreadable: `syntax`, `encoding`, `limit-bytes`, `limit-depth`, `limit-nodes`, `limit-alias`. Invalid:
    /// `duplicate-key`, `recursive-alias`, `unknown-alias`, `unknown-tag`, `tag`, `complex-key`, `merge`,
    /// `indentation`. Either: `limit-findings`.
    pub code: &'static str,
    /// The claim.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// Where.
    pub span: Span,
    /// Other places (the first of two equal keys).
    pub related: Vec<(Span, String)>,
    /// JSON pointer to what the problem is about, where it is in a tree.
    pub pointer: Option<String>,
    /// The document, from zero.
    pub document: u32,
}

/// All documents of one source.
#[derive(Debug, Default)]
pub struct Stream {
    /// Those that could be read, in order, each with its index in the source.
    pub documents: Vec<Document>,
    /// What is wrong, in source order.
    pub problems: Vec<Problem>,
    /// How many documents the source holds, broken ones among them.
    pub total: u32,
}

/// One document: an arena of nodes over a text.
#[derive(Debug)]
pub struct Document {
    /// Index in its source, from zero, broken documents counted.
    pub index: u32,
    /// Comments in order, those before the document's first node among them.
    pub comments: Vec<Comment>,
    pub(crate) text: std::sync::Arc<str>,
    pub(crate) nodes: Vec<Node>,
    pub(crate) children: Vec<Child>,
    pub(crate) decoded: String,
    pub(crate) root: NodeId,
}

impl Document {
    /// The root node.
    pub fn root(&self) -> NodeRef<'_> {
        self.node(self.root)
    }

    /// The node of an id that came from this document.
    pub fn node(&self, id: NodeId) -> NodeRef<'_> {
        let id = if (id.0 as usize) < self.nodes.len() { id } else { self.root };
        NodeRef { document: self, id }
    }

    /// How many nodes the arena holds.
    pub fn node_count(&self) -> u32 {
        self.nodes.len() as u32
    }

    /// The text of the whole source.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Follows a JSON pointer as far as it goes: the last node that exists, and whether that is the one asked for.
    pub fn resolve(&self, pointer: &str) -> (NodeRef<'_>, bool) {
        let (node, _, exists) = self.follow(pointer);
        (node, exists)
    }

    /// Where a finding about a JSON pointer points: at what it leads to, or at the nearest value above that exists.
    pub fn pointer_place(&self, pointer: &str) -> PointerPlace {
        let (node, key, exists) = self.follow(pointer);
        PointerPlace { value: node.span(), key, exists }
    }

    /// The bytes of the key that a pointer ends in: nothing for the root, for an item of a sequence, and for a
    /// pointer that leads nowhere.
    pub fn key_span_at(&self, pointer: &str) -> Option<Span> {
        let place = self.pointer_place(pointer);
        place.key.filter(|_| place.exists)
    }

    /// The last node that exists, its key, and whether it is the one asked for.
    fn follow(&self, pointer: &str) -> (NodeRef<'_>, Option<Span>, bool) {
        let (mut node, mut key) = (self.root(), None);
        for raw in pointer.split('/').skip(1) {
            let next = if node.is_sequence() {
                raw.parse::<usize>().ok().and_then(|index| node.items().nth(index)).map(|item| (item, None))
            } else {
                let token = raw.replace("~1", "/").replace("~0", "~");
                node.entry(&token).map(|entry| (entry.value(), Some(entry.key_span())))
            };
            let Some(next) = next else { return (node, key, false) };
            (node, key) = next;
        }
        (node, key, true)
    }

    pub(crate) fn str_of(&self, text: Str) -> &str {
        match text {
            Str::Source(span) => span.slice(&self.text),
            Str::Decoded(span) => span.slice(&self.decoded),
        }
    }

    fn children(&self, range: Children) -> &[Child] {
        self.children.get(range.start as usize..range.end as usize).unwrap_or_default()
    }
}

/// Where a JSON pointer leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PointerPlace {
    /// The value's bytes, or those of the nearest value above.
    pub value: Span,
    /// The bytes of that value's key; nothing for the root and for an item of a sequence.
    pub key: Option<Span>,
    /// Whether it is the value that was asked for.
    pub exists: bool,
}

/// A node of a document, at the place where it is used: for an alias the value is the anchor's, the span the
/// alias's own.
#[derive(Clone, Copy)]
pub struct NodeRef<'a> {
    document: &'a Document,
    id: NodeId,
}

impl std::fmt::Debug for NodeRef<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "NodeRef({:?}, {:?})", self.id, self.kind())
    }
}

impl<'a> NodeRef<'a> {
    /// The document.
    pub fn document(self) -> &'a Document {
        self.document
    }

    /// The id of the place of use (an alias has its own).
    pub fn id(self) -> NodeId {
        self.id
    }

    /// The id of the value: the anchor's node where this is an alias.
    pub fn value_id(self) -> NodeId {
        match self.raw().kind {
            Kind::Alias(target) => target,
            _ => self.id,
        }
    }

    fn raw(self) -> Node {
        self.document.nodes.get(self.id.0 as usize).copied().unwrap_or(Node {
            kind: Kind::Invalid,
            span: Span::new(0, 0),
            tagged: false,
        })
    }

    /// What the node is, an alias followed (so never [`Kind::Alias`]).
    pub fn kind(self) -> Kind {
        match self.raw().kind {
            Kind::Alias(target) => {
                self.document.nodes.get(target.0 as usize).map_or(Kind::Invalid, |node| node.kind)
            }
            kind => kind,
        }
    }

    /// The bytes of the node where it is used: the value's, or the alias's own (`*name`).
    pub fn span(self) -> Span {
        self.raw().span
    }

    /// For an alias, the bytes of the anchored value.
    pub fn anchor_span(self) -> Option<Span> {
        match self.raw().kind {
            Kind::Alias(target) => self.document.nodes.get(target.0 as usize).map(|node| node.span),
            _ => None,
        }
    }

    /// Whether a tag outside the core schema stands on the value.
    pub fn is_tagged(self) -> bool {
        self.document.nodes.get(self.value_id().0 as usize).is_some_and(|node| node.tagged)
    }

    /// The bytes of the value as they stand in the source.
    pub fn source_text(self) -> &'a str {
        self.anchor_span().unwrap_or(self.span()).slice(&self.document.text)
    }

    /// The text of a string.
    pub fn as_str(self) -> Option<&'a str> {
        match self.kind() {
            Kind::String(text) => Some(self.document.str_of(text)),
            _ => None,
        }
    }

    /// Whether it is a sequence.
    pub fn is_sequence(self) -> bool {
        matches!(self.kind(), Kind::Sequence(_))
    }

    /// Whether it is a mapping.
    pub fn is_mapping(self) -> bool {
        matches!(self.kind(), Kind::Mapping(_))
    }

    fn children(self) -> &'a [Child] {
        match self.kind() {
            Kind::Sequence(range) | Kind::Mapping(range) => self.document.children(range),
            _ => &[],
        }
    }

    /// How many items or entries it has.
    pub fn len(self) -> usize {
        self.children().len()
    }

    /// Whether it has no items and no entries.
    pub fn is_empty(self) -> bool {
        self.children().is_empty()
    }

    /// Items of a sequence; nothing for anything else.
    pub fn items(self) -> impl ExactSizeIterator<Item = NodeRef<'a>> + use<'a> {
        let document = self.document;
        let children = match self.kind() {
            Kind::Sequence(range) => document.children(range),
            _ => &[],
        };
        children.iter().map(move |child| NodeRef { document, id: child.value })
    }

    /// Entries of a mapping, its own before merged ones; nothing for anything else.
    pub fn entries(self) -> impl ExactSizeIterator<Item = Entry<'a>> + use<'a> {
        let document = self.document;
        self.members().iter().map(move |child| Entry { document, child })
    }

    fn members(self) -> &'a [Child] {
        match self.kind() {
            Kind::Mapping(range) => self.document.children(range),
            _ => &[],
        }
    }

    /// The entry of a key (of duplicates the first).
    pub fn entry(self, key: &str) -> Option<Entry<'a>> {
        let document = self.document;
        let is_it =
            |child: &&Child| child.key.len() as usize == key.len() && document.str_of(child.key) == key;
        self.members().iter().find(is_it).map(|child| Entry { document, child })
    }

    /// The value of a key (of duplicates the first).
    pub fn get(self, key: &str) -> Option<NodeRef<'a>> {
        self.entry(key).map(Entry::value)
    }
}

/// One entry of a mapping.
#[derive(Clone, Copy)]
pub struct Entry<'a> {
    document: &'a Document,
    child: &'a Child,
}

impl<'a> Entry<'a> {
    /// The key as text (a number or a truth value as its source wrote it).
    pub fn key(self) -> &'a str {
        self.document.str_of(self.child.key)
    }

    /// The bytes of the key.
    pub fn key_span(self) -> Span {
        self.child.key_span
    }

    /// The value.
    pub fn value(self) -> NodeRef<'a> {
        NodeRef { document: self.document, id: self.child.value }
    }

    /// The `<<` by which the entry came, if it was merged.
    pub fn merged(self) -> Option<Span> {
        self.child.merged
    }

    /// Whether the key stands in its mapping more than once.
    pub fn is_duplicate(self) -> bool {
        self.child.duplicate
    }

    /// Whether an earlier entry of its mapping has the same key.
    pub fn is_shadowed(self) -> bool {
        self.child.shadowed
    }
}

/// The places that the schema rejected: facts read from them are unknown.
///
/// By JSON pointer and not by node, because an anchored node can be valid in one place of use and invalid in
/// another. An error on an object rejects everything beneath it (the reader of facts stops there).
#[derive(Debug, Default)]
pub struct Rejected {
    pointers: std::collections::BTreeSet<String>,
}

impl Rejected {
    /// Rejects the value at a pointer.
    pub fn insert(&mut self, pointer: impl Into<String>) {
        self.pointers.insert(pointer.into());
    }

    /// Whether nothing was rejected: the common case, which needs no pointers built.
    pub fn is_empty(&self) -> bool {
        self.pointers.is_empty()
    }

    /// Whether the value at a pointer was rejected itself.
    pub fn contains(&self, pointer: &str) -> bool {
        self.pointers.contains(pointer)
    }
}

/// Appends a token to a JSON pointer, escaped.
pub fn push_token(pointer: &mut String, token: &str) {
    pointer.push('/');
    for character in token.chars() {
        match character {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            other => pointer.push(other),
        }
    }
}
