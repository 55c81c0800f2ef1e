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
    /// What is taken from `pack.yaml` as it stands.
    pub words: PackWords<'static>,
    /// Its parameters.
    pub parameters: &'static [EmbeddedParameter],
    /// Its checklists by their names.
    pub checklists: &'static [(&'static str, &'static [EmbeddedSignal])],
    /// Its rules, by id.
    pub rules: &'static [EmbeddedRule],
}

/// What is taken from a pack file as it stands there.
#[derive(Debug)]
pub struct PackWords<'a> {
    /// `metadata.name`.
    pub name: &'a str,
    /// `title`.
    pub title: &'a str,
    /// `description`.
    pub description: &'a str,
    /// `version`, without quotes.
    pub version: &'a str,
    /// `license`.
    pub license: &'a str,
    /// `title`, `publisher`, `retrieved` and `reviewBy` of `source`.
    pub source: [&'a str; 4],
}

/// A parameter as it was embedded.
#[derive(Debug)]
pub struct EmbeddedParameter {
    /// Its name.
    pub name: &'static str,
    /// The bytes of its default.
    pub default: &'static str,
    /// Its unit.
    pub unit: &'static str,
    /// What it is.
    pub description: &'static str,
    /// Where the default comes from.
    pub source: &'static str,
    /// Start and end of its key in the file.
    pub key: (u32, u32),
}

/// A signal of a checklist as it was embedded.
#[derive(Debug)]
pub struct EmbeddedSignal {
    /// Its id.
    pub id: &'static str,
    /// What it says when it is met.
    pub title: &'static str,
    /// The condition.
    pub met: &'static str,
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
