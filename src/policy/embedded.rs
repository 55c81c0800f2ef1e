//! The packs that are compiled in.

use std::borrow::Cow;
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
    /// Its pack.
    pub pack: &'static str,
    /// The file's stem, and the rule's id.
    pub id: &'static str,
    /// Text of the file.
    pub text: &'static str,
    /// Strategies that the rule can apply to; none: all.
    pub strategies: &'static [&'static str],
    /// Its `when`.
    pub when: Option<&'static str>,
    /// Its `require`.
    pub require: &'static str,
    /// What is taken from the file as it stands.
    pub words: Words<'static>,
    /// Its message.
    pub message: &'static str,
}

/// What is taken from a rule's file as it stands there.
#[derive(Debug)]
pub struct Words<'a> {
    /// `metadata.name`.
    pub id: &'a str,
    /// `metadata.formerly`.
    pub formerly: Cow<'a, [&'a str]>,
    /// `summary`.
    pub summary: &'a str,
    /// `severity` by stage, the one for all others by `default`.
    pub severity: Cow<'a, [(&'a str, &'a str)]>,
    /// `undetermined`.
    pub undetermined: Option<&'a str>,
    /// `waivable`.
    pub waivable: bool,
    /// `precision`.
    pub precision: Option<&'a str>,
    /// `tags`.
    pub tags: Cow<'a, [&'a str]>,
    /// `guide`.
    pub guide: Cow<'a, [&'a str]>,
    /// `why`.
    pub why: &'a str,
    /// `help`.
    pub help: &'a str,
}

// `static PACKS`, by name: made by the build script.
include!(concat!(env!("OUT_DIR"), "/packs.rs"));

/// All of them, by name.
pub fn packs() -> &'static [EmbeddedPack] {
    PACKS
}

/// The source of an embedded file.
pub fn source(pack: &str, file: &str, text: &'static str) -> Arc<Source> {
    Source::in_memory(format!("builtin:{pack}/{file}.yaml"), text)
}
