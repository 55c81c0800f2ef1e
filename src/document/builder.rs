//! One document's arena, built from parser events without recursion.

use std::sync::Arc;

use granit_parser::{Event, ScalarStyle, StructureStyle, Tag};

use super::failure::Failure;
use super::scalar::{self, TagMeaning};
use super::{Child, Children, Comment, Document, Kind, Limits, Node, NodeId, Problem, Str, entries, extent};
use crate::source::Span;

/// A place that nothing stands at: the key of a sequence's item.
const NOWHERE: Span = Span::new(0, 0);

/// Bytes of a text that weigh as much as a node where an alias repeats them: every reader of a value copies it.
const TEXT_OF_A_NODE: u64 = 16;

/// A key that waits for its value.
#[derive(Clone, Copy)]
pub(super) struct Key {
    pub(super) text: Str,
    pub(super) span: Span,
    /// Whether it is a plain `<<`.
    pub(super) merge: bool,
}

/// A `<<` and its value, to be resolved when the mapping is complete.
#[derive(Clone, Copy)]
pub(super) struct Merge {
    pub(super) key: Key,
    pub(super) value: NodeId,
}

/// A collection that is still open.
pub(super) struct Frame {
    node: NodeId,
    pub(super) mapping: bool,
    /// Its opening bracket, if it has one.
    bracket: Option<Span>,
    /// Its first child in `pending`.
    pub(super) first: usize,
    /// Its first merge in `merges`.
    first_merge: usize,
    pub(super) key: Option<Key>,
    /// End of its last child.
    end: u32,
    /// One for itself and the weights of its children.
    weight: u64,
    /// What its texts weigh beside: nothing where they stand, and as much again wherever an alias repeats them.
    texts: u64,
    anchor: Option<usize>,
    /// Whether it stands where a key should.
    pub(super) as_key: bool,
}

/// An anchored node, with what it weighs once it is complete.
struct Anchor {
    id: usize,
    node: NodeId,
    weight: u64,
    open: bool,
}

/// The tree of one document so far.
pub(super) struct Builder<'t> {
    pub(super) text: &'t Arc<str>,
    limits: &'t Limits,
    pub(super) index: u32,
    nodes: Vec<Node>,
    children: Vec<Child>,
    pub(super) decoded: String,
    pub(super) frames: Vec<Frame>,
    /// Children of the open collections, the outermost first.
    pub(super) pending: Vec<Child>,
    merges: Vec<Merge>,
    anchors: Vec<Anchor>,
    root: Option<NodeId>,
    /// Entries that merges have copied.
    merged: u32,
    /// End of the last token.
    cursor: u32,
    pub(super) comments: Vec<Comment>,
    pub(super) problems: Vec<Problem>,
}

impl<'t> Builder<'t> {
    pub(super) fn new(text: &'t Arc<str>, limits: &'t Limits, index: u32, start: u32) -> Self {
        // Room for a manifest of the usual size, where the text is one.
        let room = if index == 0 { (text.len() / 24).min(128) } else { 0 };
        Self {
            text,
            limits,
            index,
            nodes: Vec::with_capacity(room),
            children: Vec::with_capacity(room),
            decoded: String::new(),
            frames: Vec::with_capacity(room.min(8)),
            pending: Vec::with_capacity(room.min(32)),
            merges: Vec::new(),
            anchors: Vec::new(),
            root: None,
            merged: 0,
            cursor: start,
            comments: Vec::new(),
            problems: Vec::new(),
        }
    }

    /// Takes the next event of the document's content.
    pub(super) fn event(&mut self, event: Event<'t>, at: &granit_parser::Span) -> Result<(), Failure> {
        match event {
            Event::Scalar(value, style, anchor, tag) => {
                self.scalar(&value, style, anchor, tag.as_deref(), at)
            }
            Event::SequenceStart(style, anchor, tag) => self.open(false, style, anchor, tag.as_deref(), at),
            Event::MappingStart(style, anchor, tag) => self.open(true, style, anchor, tag.as_deref(), at),
            Event::SequenceEnd | Event::MappingEnd => self.close(span_of(at)),
            Event::Alias(id) => self.alias(id, span_of(at)),
            Event::UnresolvedAlias(name) => self.unknown_alias(&name, span_of(at)),
            _ => Ok(()),
        }
    }

    /// The finished document.
    pub(super) fn finish(mut self) -> (Document, Vec<Problem>) {
        let root = self.root.unwrap_or_else(|| {
            let span = Span::new(self.cursor, self.cursor);
            self.nodes.push(Node { kind: Kind::Null, span, tagged: false });
            NodeId(self.nodes.len() as u32 - 1)
        });
        self.comments.sort_by_key(|comment| comment.span);
        let document = Document {
            index: self.index,
            comments: self.comments,
            text: Arc::clone(self.text),
            nodes: self.nodes,
            children: self.children,
            decoded: self.decoded,
            root,
        };
        (document, self.problems)
    }

    /// The innermost bracket that is still open.
    pub(super) fn open_bracket(&self) -> Option<Span> {
        self.frames.iter().rev().find_map(|frame| frame.bracket)
    }

    /// End of the last token that was read.
    pub(super) fn cursor(&self) -> u32 {
        self.cursor
    }

    fn scalar(
        &mut self,
        value: &str,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<&Tag>,
        at: &granit_parser::Span,
    ) -> Result<(), Failure> {
        let tag_span = at.tag_span().map(|tag| span_of(&tag));
        if let Some(tag) = tag_span {
            self.cursor = tag.end;
        }
        let (span, value) = self.extent(value, style, span_of(at));
        let text = self.intern(value, style, span, span_of(at));
        self.cursor = span.end;
        let texts = value.len() as u64 / TEXT_OF_A_NODE;
        if let Some(frame) = self.frames.last_mut() {
            frame.texts = frame.texts.saturating_add(texts);
        }
        let meaning = tag.map(TagMeaning::of);
        let foreign = meaning == Some(TagMeaning::Foreign);
        if foreign {
            self.unknown_tag(tag_span.unwrap_or(span));
        }
        if self.expects_key() {
            let merge = style == ScalarStyle::Plain && value == "<<" && tag.is_none_or(is_merge_tag);
            if anchor != 0 {
                let kind = self.resolve(text, value, style, meaning, tag_span);
                let node = self.push_node(kind, span, foreign)?;
                self.anchors.push(Anchor { id: anchor, node, weight: 1 + texts, open: false });
            }
            self.set_key(Key { text, span, merge });
            return Ok(());
        }
        let kind = self.resolve(text, value, style, meaning, tag_span);
        let node = self.push_node(kind, span, foreign)?;
        if anchor != 0 {
            self.anchors.push(Anchor { id: anchor, node, weight: 1 + texts, open: false });
        }
        self.attach(node, span, 1)
    }

    /// The bytes of a scalar, and its value: the parser writes `~` where nothing stands.
    fn extent<'v>(&self, value: &'v str, style: ScalarStyle, at: Span) -> (Span, &'v str) {
        match style {
            ScalarStyle::Literal | ScalarStyle::Folded => {
                (extent::of_block(self.text, style, self.cursor, at, value), value)
            }
            ScalarStyle::Plain if at.is_empty() => {
                let span = match self.frames.last() {
                    Some(&Frame { key: Some(key), node, bracket, .. }) => {
                        let mapping = self.nodes.get(node.0 as usize).map(|node| node.span.start);
                        let mapping = mapping.filter(|_| bracket.is_none());
                        extent::of_nothing(self.text, key.span.end, at.start, mapping)
                    }
                    Some(frame) if frame.mapping => extent::of_no_key(self.text, self.cursor, at.start),
                    _ => at,
                };
                (span, "")
            }
            _ => (at, value),
        }
    }

    /// Where the characters of a scalar are: in the source wherever they stand there as they are.
    fn intern(&mut self, value: &str, style: ScalarStyle, span: Span, at: Span) -> Str {
        let inside = match style {
            ScalarStyle::Plain => span,
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => {
                Span::new(span.start + 1, span.end.saturating_sub(1))
            }
            ScalarStyle::Literal | ScalarStyle::Folded if value.is_empty() => Span::new(span.end, span.end),
            ScalarStyle::Literal | ScalarStyle::Folded => {
                Span::new(at.start, at.start.saturating_add(value.len() as u32))
            }
        };
        if inside.slice(self.text) == value {
            return Str::Source(inside);
        }
        self.decoded(value)
    }

    /// A text that does not stand in the source as it is.
    pub(super) fn decoded(&mut self, value: &str) -> Str {
        let start = self.decoded.len() as u32;
        self.decoded.push_str(value);
        Str::Decoded(Span::new(start, self.decoded.len() as u32))
    }

    /// What a scalar is by its tag and its style.
    fn resolve(
        &mut self,
        text: Str,
        value: &str,
        style: ScalarStyle,
        tag: Option<TagMeaning>,
        tag_span: Option<Span>,
    ) -> Kind {
        match tag {
            None if style == ScalarStyle::Plain => scalar::plain(value).unwrap_or(Kind::String(text)),
            None | Some(TagMeaning::Form | TagMeaning::Str | TagMeaning::Foreign) => Kind::String(text),
            Some(tag) => scalar::tagged(value, tag).unwrap_or_else(|| {
                let message = format!("the tag asks for {}, and this is none", tag.wants());
                let help = "remove the tag, or write the value in that form";
                self.problem("tag", message, help, tag_span.unwrap_or_default());
                Kind::Invalid
            }),
        }
    }

    fn open(
        &mut self,
        mapping: bool,
        style: StructureStyle,
        anchor: usize,
        tag: Option<&Tag>,
        at: &granit_parser::Span,
    ) -> Result<(), Failure> {
        let start = span_of(at);
        let meaning = tag.map(TagMeaning::of);
        let own = if mapping { TagMeaning::Map } else { TagMeaning::Seq };
        let tag_span = at.tag_span().map_or(start, |tag| span_of(&tag));
        match meaning {
            None | Some(TagMeaning::Form) => {}
            Some(TagMeaning::Foreign) => self.unknown_tag(tag_span),
            Some(tag) if tag == own => {}
            Some(tag) => {
                let message = format!("the tag asks for {}, and {} follows", tag.wants(), own.wants());
                self.problem("tag", message, "remove the tag", tag_span);
            }
        }
        let is_bracket = style == StructureStyle::Flow && matches!(start.slice(self.text), "[" | "{");
        let node = self.enter(mapping, start, is_bracket)?;
        if meaning == Some(TagMeaning::Foreign)
            && let Some(node) = self.nodes.get_mut(node.0 as usize)
        {
            node.tagged = true;
        }
        if anchor != 0
            && let Some(frame) = self.frames.last_mut()
        {
            frame.anchor = Some(self.anchors.len());
            self.anchors.push(Anchor { id: anchor, node, weight: 0, open: true });
        }
        Ok(())
    }

    /// Opens a collection at its first byte: of a bracket, or before its first entry.
    pub(super) fn enter(&mut self, mapping: bool, start: Span, is_bracket: bool) -> Result<NodeId, Failure> {
        if self.frames.len() >= self.limits.depth as usize {
            let character = extent::character(self.text, start.start as usize);
            return Err(Failure::too_deep(self.limits.depth, character));
        }
        let as_key = self.expects_key();
        let node = self.push_node(Kind::Invalid, start, false)?;
        self.cursor = start.end;
        self.frames.push(Frame {
            node,
            mapping,
            bracket: is_bracket.then_some(start),
            first: self.pending.len(),
            first_merge: self.merges.len(),
            key: None,
            end: start.end,
            weight: 1,
            texts: 0,
            anchor: None,
            as_key,
        });
        Ok(node)
    }

    /// Closes the innermost collection; where it has brackets, at the end of the second.
    pub(super) fn close(&mut self, end: Span) -> Result<(), Failure> {
        let Some(&Frame { first, first_merge, mapping, .. }) = self.frames.last() else { return Ok(()) };
        if mapping {
            if first + 1 < self.pending.len() {
                entries::mark_duplicates(self, first);
            }
            if first_merge < self.merges.len() {
                let merges = self.merges.split_off(first_merge);
                let room = self.limits.nodes.saturating_sub(self.nodes.len() as u32 + self.merged);
                let added = entries::merge(self, first, &merges, room).ok_or_else(|| {
                    let span = merges.first().map_or(end, |merge| merge.key.span);
                    Failure::too_many_nodes(self.limits.nodes, span)
                })?;
                self.merged += added;
            }
        }
        let Some(frame) = self.frames.pop() else { return Ok(()) };
        let start = self.children.len() as u32;
        self.children.extend_from_slice(self.pending.get(first..).unwrap_or_default());
        self.pending.truncate(first);
        let children = Children { start, end: self.children.len() as u32 };
        let mut span = NOWHERE;
        if let Some(node) = self.nodes.get_mut(frame.node.0 as usize) {
            node.kind = if mapping { Kind::Mapping(children) } else { Kind::Sequence(children) };
            // The end of a block collection is reported where the next token begins, after blank lines.
            node.span.end = if frame.bracket.is_some() { end.end } else { frame.end };
            span = node.span;
        }
        if frame.bracket.is_some() {
            self.cursor = end.end;
        }
        if let Some(anchor) = frame.anchor.and_then(|anchor| self.anchors.get_mut(anchor)) {
            anchor.open = false;
            anchor.weight = frame.weight.saturating_add(frame.texts);
        }
        if let Some(above) = self.frames.last_mut() {
            above.texts = above.texts.saturating_add(frame.texts);
        }
        if frame.as_key {
            self.complex_key(span);
            return self.weigh(frame.weight, span);
        }
        self.attach(frame.node, span, frame.weight)
    }

    fn alias(&mut self, id: usize, span: Span) -> Result<(), Failure> {
        self.cursor = span.end;
        let found = self.anchors.binary_search_by_key(&id, |anchor| anchor.id).ok();
        let Some(&Anchor { node: target, weight, open, .. }) =
            found.and_then(|found| self.anchors.get(found))
        else {
            return self.unknown_alias(span.slice(self.text).trim_start_matches('*'), span);
        };
        if open {
            let anchored = self.nodes.get(target.0 as usize).map_or(span, |node| node.span);
            let start = extent::character(self.text, anchored.start as usize);
            self.problem_at(
                None,
                "recursive-alias",
                format!("`{}` stands inside the value that it repeats", span.slice(self.text)),
                "write the value out, or anchor a smaller part of it",
                span,
                Some((start, "the anchored value begins here")),
            );
            return self.invalid(span);
        }
        if self.expects_key() {
            match self.text_of(target) {
                Some(text) => self.set_key(Key { text, span, merge: false }),
                None => self.complex_key(span),
            }
            return Ok(());
        }
        let node = self.push_node(Kind::Alias(target), span, false)?;
        self.attach(node, span, weight)
    }

    fn unknown_alias(&mut self, name: &str, span: Span) -> Result<(), Failure> {
        self.cursor = span.end;
        self.problem(
            "unknown-alias",
            format!("nothing before this place is anchored as `&{name}`"),
            "an anchor counts from where it stands to the end of its document",
            span,
        );
        self.invalid(span)
    }

    /// A node, or a key, that nothing can be made of.
    fn invalid(&mut self, span: Span) -> Result<(), Failure> {
        if self.expects_key() {
            self.set_key(Key { text: Str::Source(span), span, merge: false });
            return Ok(());
        }
        let node = self.push_node(Kind::Invalid, span, false)?;
        self.attach(node, span, 1)
    }

    /// The text of a scalar node as a key.
    fn text_of(&self, id: NodeId) -> Option<Str> {
        let node = self.nodes.get(id.0 as usize)?;
        match node.kind {
            Kind::String(text) => Some(text),
            Kind::Null | Kind::Bool(_) | Kind::Int(_) | Kind::Float(_) => Some(Str::Source(node.span)),
            Kind::Sequence(_) | Kind::Mapping(_) | Kind::Alias(_) | Kind::Invalid => None,
        }
    }

    fn complex_key(&mut self, span: Span) {
        self.problem(
            "complex-key",
            "a key has to be a single value".to_owned(),
            "write the key as text, in quotes if it holds brackets",
            span,
        );
        self.set_key(Key { text: Str::Source(span), span, merge: false });
    }

    fn unknown_tag(&mut self, span: Span) {
        let message = format!("the tag `{}` is not one of YAML's own", span.slice(self.text));
        self.problem("unknown-tag", message, "write the value itself", span);
    }

    fn expects_key(&self) -> bool {
        self.frames.last().is_some_and(|frame| frame.mapping && frame.key.is_none())
    }

    /// Takes the key of the next value.
    pub(super) fn set_key(&mut self, key: Key) {
        if let Some(frame) = self.frames.last_mut() {
            frame.end = frame.end.max(key.span.end);
            frame.key = Some(key);
        }
    }

    /// Takes a scalar that is a value without an anchor and without a tag.
    pub(super) fn value(&mut self, kind: Kind, span: Span) -> Result<(), Failure> {
        let node = self.push_node(kind, span, false)?;
        self.attach(node, span, 1)
    }

    fn push_node(&mut self, kind: Kind, span: Span, tagged: bool) -> Result<NodeId, Failure> {
        let id = self.nodes.len() as u32;
        if id + self.merged >= self.limits.nodes {
            return Err(Failure::too_many_nodes(self.limits.nodes, span));
        }
        self.nodes.push(Node { kind, span, tagged });
        Ok(NodeId(id))
    }

    /// Puts a finished value in its place.
    fn attach(&mut self, value: NodeId, span: Span, weight: u64) -> Result<(), Failure> {
        let Some(frame) = self.frames.last_mut() else {
            self.root = Some(value);
            return self.weigh(weight, span);
        };
        frame.end = frame.end.max(span.end);
        if !frame.mapping {
            self.pending.push(child(value, Str::Source(NOWHERE), NOWHERE));
        } else if let Some(key) = frame.key.take() {
            if key.merge {
                self.merges.push(Merge { key, value });
            } else {
                self.pending.push(child(value, key.text, key.span));
            }
        }
        self.weigh(weight, span)
    }

    fn weigh(&mut self, weight: u64, span: Span) -> Result<(), Failure> {
        let total = match self.frames.last_mut() {
            Some(frame) => {
                frame.weight = frame.weight.saturating_add(weight);
                frame.weight
            }
            None => weight,
        };
        if total <= self.limits.expanded {
            return Ok(());
        }
        Err(Failure::too_many_repeats(self.limits.expanded, span))
    }

    /// The node behind an alias, or the node itself.
    pub(super) fn target(&self, id: NodeId) -> (Kind, Span) {
        let get = |id: NodeId| self.nodes.get(id.0 as usize);
        match get(id) {
            Some(&Node { kind: Kind::Alias(target), span, .. }) => {
                (get(target).map_or(Kind::Invalid, |node| node.kind), span)
            }
            Some(node) => (node.kind, node.span),
            None => (Kind::Invalid, NOWHERE),
        }
    }

    /// Children of a finished collection.
    pub(super) fn children(&self, range: Children) -> &[Child] {
        self.children.get(range.start as usize..range.end as usize).unwrap_or(&[])
    }

    pub(super) fn str_of(&self, text: Str) -> &str {
        match text {
            Str::Source(span) => span.slice(self.text),
            Str::Decoded(span) => span.slice(&self.decoded),
        }
    }
}

/// The bytes of a parser span; without offsets, which a text always gives, the start.
pub(super) fn span_of(at: &granit_parser::Span) -> Span {
    at.byte_range().map_or(NOWHERE, |range| Span::new(range.start as u32, range.end as u32))
}

fn child(value: NodeId, key: Str, key_span: Span) -> Child {
    Child { value, key, key_span, merged: None, duplicate: false, shadowed: false }
}

fn is_merge_tag(tag: &Tag) -> bool {
    tag.suffix_in_namespace("tag:yaml.org,2002:").as_deref() == Some("merge")
}
