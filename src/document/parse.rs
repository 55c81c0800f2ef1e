//! Parser events to documents.
use super::{Limits, Stream};
use std::sync::Arc;

/// Parses a text into documents and problems. Never fails and never panics, whatever the text.
pub fn parse(text: &Arc<str>, limits: &Limits) -> Stream {
    let _ = (text, limits);
    Stream::default()
}
