//! The packs that are compiled in.

use std::sync::Arc;

use crate::source::Source;

/// A pack as it was embedded.
#[derive(Debug)]
pub struct EmbeddedPack {
    /// The folder's name, and the pack's.
    pub name: &'static str,
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

include!(concat!(env!("OUT_DIR"), "/packs.rs"));

/// All of them, by name.
pub fn packs() -> &'static [EmbeddedPack] {
    PACKS
}

/// The text of a rule without its examples, which come last and which only `tunelint test` reads.
pub fn without_examples(text: &str) -> &str {
    text.find("\n  examples:").map_or(text, |at| &text[..=at])
}

/// The source of an embedded file.
pub fn source(pack: &str, file: &str, text: &'static str) -> Arc<Source> {
    Source::in_memory(format!("builtin:{pack}/{file}.yaml"), text)
}
