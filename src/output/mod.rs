//! The formats: each is one file here and one row of [`FORMATS`]. Pure: a report becomes bytes, and nothing is
//! judged, counted or read on the way, so that every format shows the same.

pub mod audit;
mod catalog;
mod excerpt;
pub mod facts;
mod fingerprint;
mod github;
mod gitlab;
mod human;
pub mod impact;
mod json;
mod json_lines;
mod junit;
mod links;
mod markdown;
pub mod pages;
mod row;
pub mod sanitize;
mod sarif;
pub mod testing;
mod wire;
mod wrap;

use std::fmt;
use std::io;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use crate::finding::Finding;
use crate::report::Report;
use crate::source::Source;
use crate::threads::Threads;

pub use fingerprint::fingerprints;

/// What a report can be written as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Format {
    /// For people, in a terminal.
    #[default]
    Human,
    /// One JSON document.
    Json,
    /// JSON, one object a line.
    JsonLines,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Workflow commands, for annotations in a GitHub job.
    Github,
    /// GitLab's Code Quality report.
    Gitlab,
    /// `JUnit`'s XML, for CI servers.
    Junit,
    /// Markdown, for a comment or a step summary.
    Markdown,
}

/// How a format is written.
type Render = fn(&Report, &dyn Texts, &Options, &mut dyn io::Write) -> io::Result<()>;

/// One format: what it is called, and how it is written.
pub struct FormatRow {
    /// The format.
    pub format: Format,
    /// Its name on the command line.
    pub name: &'static str,
    /// Whether a forge reads it, which counts paths from the root of the repository.
    pub is_for_a_forge: bool,
    render: Render,
}

/// Every format, in the order they are listed.
pub const FORMATS: &[FormatRow] = &[
    FormatRow { format: Format::Human, name: "human", is_for_a_forge: false, render: human::render },
    FormatRow { format: Format::Json, name: "json", is_for_a_forge: false, render: json::render },
    FormatRow { format: Format::JsonLines, name: "jsonl", is_for_a_forge: false, render: json_lines::render },
    FormatRow { format: Format::Sarif, name: "sarif", is_for_a_forge: true, render: sarif::render },
    FormatRow { format: Format::Github, name: "github", is_for_a_forge: true, render: github::render },
    FormatRow { format: Format::Gitlab, name: "gitlab", is_for_a_forge: true, render: gitlab::render },
    FormatRow { format: Format::Junit, name: "junit", is_for_a_forge: true, render: junit::render },
    FormatRow { format: Format::Markdown, name: "markdown", is_for_a_forge: true, render: markdown::render },
];

impl Format {
    /// The name on the command line.
    pub fn as_str(self) -> &'static str {
        self.row().map_or("", |row| row.name)
    }

    /// Whether a forge reads it, which counts paths from the root of the repository.
    pub fn is_for_a_forge(self) -> bool {
        self.row().is_some_and(|row| row.is_for_a_forge)
    }

    fn row(self) -> Option<&'static FormatRow> {
        FORMATS.iter().find(|row| row.format == self)
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A name that is no format's.
#[derive(Debug, thiserror::Error)]
#[error("unknown format `{}`; there are {}", sanitize::visible(.0), names())]
pub struct UnknownFormat(String);

fn names() -> String {
    FORMATS.iter().map(|row| row.name).collect::<Vec<_>>().join(", ")
}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Self, UnknownFormat> {
        FORMATS
            .iter()
            .find(|row| row.name == name)
            .map(|row| row.format)
            .ok_or_else(|| UnknownFormat(name.to_owned()))
    }
}

/// How to write, where the format leaves a choice. Machine formats leave none.
#[derive(Clone, Debug)]
pub struct Options {
    /// Whether to colour.
    pub color: bool,
    /// Whether lines and marks may be drawn with other characters than ASCII's.
    pub unicode: bool,
    /// Columns of the terminal.
    pub width: usize,
    /// Only open errors and the summary line.
    pub quiet: bool,
    /// How long the run took, for the summary line.
    pub elapsed: Option<Duration>,
    /// The folder that a report's paths are relative to, from the root of the repository with forward slashes:
    /// forges count paths from there. Nothing: it is the root, or nobody knows.
    pub folder: Option<String>,
    /// What paths begin with that are those of another revision (`main:`): no work tree has them.
    pub elsewhere: Option<String>,
    /// What a path from the root of the repository is a page below (`https://github.com/OWNER/REPO/blob/COMMIT`), where
    /// lines are to be linked.
    pub link_base: Option<String>,
    /// Where a rule is described, with `{rule}` for its id and `{pack}` for its pack; nothing: on the project's
    /// pages.
    pub help_uri: Option<String>,
    /// Threads to write with. What is written is the same for any number.
    pub threads: Threads,
    /// Bytes that Markdown may take. A step summary takes [`STEP_SUMMARY_BYTES`], a comment 65,536 characters.
    pub markdown_bytes: usize,
}

/// Bytes of the longest Markdown that is surely taken for a step summary: GitHub drops those over 1 MiB.
pub const STEP_SUMMARY_BYTES: usize = 1_000_000;

impl Default for Options {
    fn default() -> Self {
        Self {
            color: false,
            unicode: true,
            width: 80,
            quiet: false,
            elapsed: None,
            folder: None,
            elsewhere: None,
            link_base: None,
            help_uri: None,
            threads: Threads::new(Some(1)),
            markdown_bytes: STEP_SUMMARY_BYTES,
        }
    }
}

/// Where the texts of sources come from when an excerpt is wanted: sources drop theirs (see [`Source`]).
pub trait Texts {
    /// The text that the source was when it was checked; nothing where it cannot be had any more or has changed
    /// since. Not asked for sources that keep their text.
    fn text(&self, source: &Source) -> Option<Arc<str>>;
}

/// No texts but those kept in memory.
#[derive(Clone, Copy, Debug, Default)]
pub struct InMemory;

impl Texts for InMemory {
    fn text(&self, source: &Source) -> Option<Arc<str>> {
        source.text.clone()
    }
}

/// Writes a report.
///
/// # Errors
/// Only those of the writer.
pub fn render(
    format: Format,
    report: &Report,
    texts: &dyn Texts,
    options: &Options,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    match format.row() {
        Some(row) => (row.render)(report, texts, options, out),
        None => Ok(()),
    }
}

/// Writes findings as people read them, without the counts of a run.
///
/// # Errors
/// Only those of the writer.
pub fn write_findings(
    findings: &[Finding],
    texts: &dyn Texts,
    options: &Options,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    human::render_findings(findings, texts, options, out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_found_by_its_name_and_by_its_format() {
        for row in FORMATS {
            assert_eq!(row.name.parse::<Format>().unwrap(), row.format);
            assert_eq!(row.format.to_string(), row.name);
        }
    }

    #[test]
    fn an_unknown_name_is_told_the_known_ones() {
        let error = "yaml\u{1b}".parse::<Format>().unwrap_err().to_string();
        assert_eq!(
            error,
            r"unknown format `yaml\x1b`; there are human, json, jsonl, sarif, github, gitlab, junit, markdown"
        );
    }
}
