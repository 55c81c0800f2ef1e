//! The packs that are compiled in.

use std::sync::Arc;

use crate::source::Source;

/// A pack as it was embedded.
#[derive(Debug)]
pub struct EmbeddedPack {
    /// The folder's name, and the pack's.
    pub name: &'static str,
    /// SHA-256 of its files, `sha256:…`.
    pub digest: &'static str,
    /// Text of `pack.yaml`.
    pub text: &'static str,
    /// Its rules, by id.
    pub rules: &'static [EmbeddedRule],
}

/// A rule as it was embedded.
#[derive(Debug)]
pub struct EmbeddedRule {
    /// The file's stem, and the rule's id.
    pub id: &'static str,
    /// Text of the file.
    pub text: &'static str,
    /// Strategies that the rule can apply to; none: all.
    pub strategies: &'static [&'static str],
}

// `static PACKS`, by name: made by the build script.
include!(concat!(env!("OUT_DIR"), "/packs.rs"));

/// All of them, by name.
pub fn packs() -> &'static [EmbeddedPack] {
    PACKS
}

/// The text of a rule without its examples, which come last and which only `tunelint test` reads.
pub fn without_examples(text: &str) -> &str {
    text.find("\n  examples:").map_or(text, |at| &text[..=at])
}

/// The part of a rule's text that holds its `when` and `require`, and where it begins: read alone, it is a mapping
/// of these two. Fields stand in a fixed order.
pub fn conditions(text: &str) -> Option<(usize, &str)> {
    let start = text.find("\n  when:").or_else(|| text.find("\n  require:"))? + 1;
    let len = text[start..].find("\n  message:")? + 1;
    Some((start, &text[start..start + len]))
}

/// The source of an embedded file.
pub fn source(pack: &str, file: &str, text: &'static str) -> Arc<Source> {
    Source::in_memory(format!("builtin:{pack}/{file}.yaml"), text)
}
