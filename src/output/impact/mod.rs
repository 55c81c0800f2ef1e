//! What a change of policy does, in each format that it is written in. Pure, as the formats of reports are.

mod human;
mod markdown;
mod wire;

use std::fmt;
use std::io;
use std::str::FromStr;

use super::{Options, sanitize};
use crate::impact::{Change, Counts, Difference, Impact, Kind, Side, Standing};

/// What an impact can be written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImpactFormat {
    /// For people, in a terminal.
    Human,
    /// One JSON document.
    Json,
    /// Markdown, for a comment or a step summary.
    Markdown,
}

/// The formats by their names.
const NAMES: [(&str, ImpactFormat); 3] =
    [("human", ImpactFormat::Human), ("json", ImpactFormat::Json), ("markdown", ImpactFormat::Markdown)];

/// A name that is no format's.
#[derive(Debug, thiserror::Error)]
#[error("unknown format `{}`; there are human, json, markdown", sanitize::visible(.0))]
pub struct UnknownFormat(String);

impl FromStr for ImpactFormat {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Self, UnknownFormat> {
        let found = NAMES.iter().find(|(own, _)| *own == name);
        found.map(|(_, format)| *format).ok_or_else(|| UnknownFormat(name.to_owned()))
    }
}

impl fmt::Display for ImpactFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(NAMES.iter().find(|(_, own)| own == self).map_or("", |(name, _)| *name))
    }
}

/// Writes what a change of policy does; `exit` is the status that the run ends with.
///
/// # Errors
/// Only those of the writer.
pub fn write(
    format: ImpactFormat,
    impact: &Impact,
    exit: u8,
    options: &Options,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    match format {
        ImpactFormat::Human => human::write(impact, options, out),
        ImpactFormat::Json => wire::write(impact, exit, out),
        ImpactFormat::Markdown => markdown::write(impact, options, out),
    }
}

/// `3 newly fail, 1 newly passes`; nothing where there is no change.
pub fn in_words(counts: &Counts) -> String {
    let told: Vec<String> =
        counts.iter().map(|(kind, count)| format!("{count} {}", kind.phrase(*count))).collect();
    told.join(", ")
}

/// `error` for a failure, else the verdict's own word, with the severity of what is undetermined.
fn standing(own: Standing) -> String {
    match (own.verdict.as_str(), own.severity) {
        ("fail", Some(severity)) => severity.to_string(),
        (word, Some(severity)) => format!("{word} ({severity})"),
        (word, None) => word.to_owned(),
    }
}

/// What a side is called, with the beginning of its commit.
fn called(side: &Side) -> String {
    match side.commit.as_deref().and_then(|commit| commit.get(..12)) {
        Some(commit) if !side.name.starts_with(commit) => format!("{} ({commit})", side.name),
        _ => side.name.clone(),
    }
}

/// What differs, without what it is before and after: `minMonthlyRequests`, `some-rule severity`.
fn subject(own: &Difference) -> String {
    let aspect = own.aspect.as_str();
    match (&own.name, aspect) {
        (None, _) => format!("pack {}", own.pack),
        (Some(name), "parameter" | "rule") => format!("{aspect} {}/{name}", own.pack),
        (Some(name), _) => format!("{aspect} of {}/{name}", own.pack),
    }
}

/// Whether a row is worth its deployments' names: who starts or stops to be looked at is many, and only counted.
const fn is_listed(kind: Kind) -> bool {
    !matches!(kind, Kind::StartsApplying | Kind::StopsApplying)
}

/// Changes of a kind that are of one rule and go from one standing to the same other.
fn groups(changes: &[Change]) -> impl Iterator<Item = &[Change]> {
    changes.chunk_by(|left, right| {
        (left.kind, &left.pack, &left.rule, left.before, left.after)
            == (right.kind, &right.pack, &right.rule, right.before, right.after)
    })
}

/// File and line of a change.
fn place(change: &Change) -> (&str, Option<u32>) {
    let source = &change.place.source;
    (&source.path, change.place.span.map(|span| source.lines.position(span.start).line))
}

/// What a deployment is called.
fn name(change: &Change) -> &str {
    change.deployment.as_deref().unwrap_or(&change.deployment_id)
}
