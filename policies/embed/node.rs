//! The values of a policy file.

use std::io;
use std::ops::Range;

use granit_parser::{Event, Parser, Span, StrInput};

/// A value of a policy file.
pub(super) enum Node {
    /// A scalar, and its bytes.
    Text(String, Range<usize>),
    List(Vec<Node>),
    Map(Vec<Entry>),
}

/// An entry of a mapping.
pub(super) struct Entry {
    pub(super) key: String,
    /// The bytes of the key.
    pub(super) key_at: Range<usize>,
    pub(super) value: Node,
}

impl Node {
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        self.entries().find(|entry| entry.key == key).map(|entry| &entry.value)
    }

    pub(super) fn entries(&self) -> impl Iterator<Item = &Entry> {
        if let Self::Map(entries) = self { entries.iter() } else { [].iter() }
    }

    pub(super) fn items(&self) -> impl Iterator<Item = &Self> {
        if let Self::List(items) = self { items.iter() } else { [].iter() }
    }

    pub(super) fn as_text(&self) -> Option<&str> {
        if let Self::Text(text, _) = self { Some(text) } else { None }
    }

    /// The text of an entry.
    pub(super) fn text(&self, key: &str) -> Option<&str> {
        self.get(key)?.as_text()
    }

    /// The texts of an entry that is a list.
    pub(super) fn texts(&self, key: &str) -> Vec<&str> {
        self.get(key).into_iter().flat_map(Self::items).filter_map(Self::as_text).collect()
    }
}

type Events<'t> = Parser<'t, StrInput<'t>>;

/// Reads a policy file.
///
/// # Errors
/// What is no YAML, and what no policy file has: aliases, keys that are no text.
pub(super) fn read(text: &str) -> io::Result<Node> {
    let mut events = Parser::new_from_str(text);
    loop {
        match next(&mut events)? {
            (Event::StreamStart | Event::DocumentStart(..), _) => {}
            first => return node(&mut events, first),
        }
    }
}

/// The value that an event begins.
fn node(events: &mut Events<'_>, (first, span): (Event<'_>, Span)) -> io::Result<Node> {
    match first {
        Event::Scalar(text, ..) => Ok(Node::Text(text.into_owned(), bytes(&span)?)),
        Event::SequenceStart(..) => {
            let mut items = Vec::new();
            loop {
                match next(events)? {
                    (Event::SequenceEnd, _) => return Ok(Node::List(items)),
                    item => items.push(node(events, item)?),
                }
            }
        }
        Event::MappingStart(..) => {
            let mut entries = Vec::new();
            loop {
                match next(events)? {
                    (Event::MappingEnd, _) => return Ok(Node::Map(entries)),
                    (Event::Scalar(key, ..), span) => {
                        let (key, key_at, value) = (key.into_owned(), bytes(&span)?, next(events)?);
                        entries.push(Entry { key, key_at, value: node(events, value)? });
                    }
                    (other, _) => return Err(unexpected(&other)),
                }
            }
        }
        other => Err(unexpected(&other)),
    }
}

fn bytes(span: &Span) -> io::Result<Range<usize>> {
    span.byte_range().ok_or_else(|| io::Error::other("a parser of texts counts bytes"))
}

fn unexpected(event: &Event<'_>) -> io::Error {
    io::Error::other(format!("{event:?} in a policy file"))
}

/// The next event that is no comment.
fn next<'t>(events: &mut Events<'t>) -> io::Result<(Event<'t>, Span)> {
    loop {
        match events.next_event() {
            Some(Ok((Event::Comment(..), _))) => {}
            Some(Ok(event)) => return Ok(event),
            Some(Err(error)) => return Err(io::Error::other(error)),
            None => return Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }
}
