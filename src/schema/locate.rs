//! From a JSON pointer to the bytes it stands for: the key, the value, and by which detour it came there.

use std::borrow::Cow;

use crate::document::{Entry, NodeRef};
use crate::source::Span;

/// The end of a pointer in a document.
#[derive(Clone, Copy)]
pub(crate) struct Located<'a> {
    /// The value, or the nearest existing one above it.
    pub(crate) node: NodeRef<'a>,
    /// The bytes of its key; for items of a list and the root nothing.
    pub(crate) key: Option<Span>,
    /// The `<<` by which it, or the nearest thing above it, came.
    pub(crate) merged: Option<Span>,
    /// The alias above it that the pointer went through.
    pub(crate) through: Option<Span>,
    /// Whether the pointer could be followed to its end.
    pub(crate) exists: bool,
}

impl Located<'_> {
    /// The bytes to underline where a key is missing in this value: the value's own key, or else its first
    /// entry's (a whole block would underline the page).
    pub(crate) fn heading(&self) -> Span {
        self.key
            .or_else(|| self.node.entry("kind").map(Entry::key_span))
            .or_else(|| self.node.entries().next().map(Entry::key_span))
            .unwrap_or(self.node.span())
    }
}

/// The tokens of a pointer, unescaped.
pub(crate) fn tokens(pointer: &str) -> impl Iterator<Item = Cow<'_, str>> {
    pointer.split('/').skip(1).map(|token| {
        if token.contains('~') { token.replace("~1", "/").replace("~0", "~").into() } else { token.into() }
    })
}

/// Follows a pointer from a node as far as it goes.
pub(crate) fn locate<'a>(root: NodeRef<'a>, pointer: &str) -> Located<'a> {
    let mut at = Located { node: root, key: None, merged: None, through: None, exists: true };
    for token in tokens(pointer) {
        let (next, key, merged) = if at.node.is_sequence() {
            let item = token.parse().ok().and_then(|index| at.node.items().nth(index));
            (item, None, None)
        } else {
            let entry = at.node.entry(&token);
            (entry.map(Entry::value), entry.map(Entry::key_span), entry.and_then(Entry::merged))
        };
        let Some(next) = next else {
            at.exists = false;
            break;
        };
        if at.node.anchor_span().is_some() {
            at.through = Some(at.node.span());
        }
        at.node = next;
        at.key = key;
        at.merged = merged.or(at.merged);
    }
    at
}
