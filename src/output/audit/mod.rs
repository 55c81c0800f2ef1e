//! What an audit came to, in each format that it is written in. Pure, as the formats of reports are: a portfolio
//! becomes bytes, and nothing is counted or judged on the way.

mod brief;
mod gaps;
mod html;
mod human;
mod markdown;
mod wire;
mod words;

use std::fmt;
use std::io;
use std::str::FromStr;

use super::{Options, sanitize};
use crate::audit::portfolio::Portfolio;
use crate::report::Exit;

/// What an audit can be written as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum AuditFormat {
    /// For people, in a terminal.
    #[default]
    Human,
    /// One page that needs nothing else, for a browser and for paper.
    Html,
    /// Markdown, for a wiki or a step summary.
    Markdown,
    /// A few lines, for chat and mail.
    Brief,
    /// One JSON document.
    Json,
}

/// A portfolio with the status that the run ends with, and why it does.
#[derive(Clone, Copy)]
struct Told<'a> {
    portfolio: &'a Portfolio,
    exit: Exit,
    reasons: &'a [String],
}

/// How a format is written.
type Render = fn(Told<'_>, &Options, &mut dyn io::Write) -> io::Result<()>;

/// One format: what it is called, and how it is written.
pub struct AuditFormatRow {
    /// The format.
    pub format: AuditFormat,
    /// Its name on the command line.
    pub name: &'static str,
    render: Render,
}

/// Every format, in the order they are listed.
pub const AUDIT_FORMATS: &[AuditFormatRow] = &[
    AuditFormatRow { format: AuditFormat::Human, name: "human", render: human::render },
    AuditFormatRow { format: AuditFormat::Html, name: "html", render: html::render },
    AuditFormatRow { format: AuditFormat::Markdown, name: "markdown", render: markdown::render },
    AuditFormatRow { format: AuditFormat::Brief, name: "brief", render: brief::render },
    AuditFormatRow { format: AuditFormat::Json, name: "json", render: wire::render },
];

impl AuditFormat {
    /// The name on the command line.
    pub fn as_str(self) -> &'static str {
        self.row().map_or("", |row| row.name)
    }

    fn row(self) -> Option<&'static AuditFormatRow> {
        AUDIT_FORMATS.iter().find(|row| row.format == self)
    }
}

impl fmt::Display for AuditFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A name that is no format's.
#[derive(Debug, thiserror::Error)]
#[error("unknown format `{}`; there are {}", sanitize::visible(.0), names())]
pub struct UnknownAuditFormat(String);

fn names() -> String {
    AUDIT_FORMATS.iter().map(|row| row.name).collect::<Vec<_>>().join(", ")
}

impl FromStr for AuditFormat {
    type Err = UnknownAuditFormat;

    fn from_str(name: &str) -> Result<Self, UnknownAuditFormat> {
        let found = AUDIT_FORMATS.iter().find(|row| row.name == name);
        found.map(|row| row.format).ok_or_else(|| UnknownAuditFormat(name.to_owned()))
    }
}

/// Writes what an audit came to; `exit` is the status that the run ends with, `reasons` are what it ends with it for.
///
/// # Errors
/// Only those of the writer.
pub fn write(
    format: AuditFormat,
    portfolio: &Portfolio,
    exit: Exit,
    reasons: &[String],
    options: &Options,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    match format.row() {
        Some(row) => (row.render)(Told { portfolio, exit, reasons }, options, out),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_found_by_its_name_and_by_its_format() {
        for row in AUDIT_FORMATS {
            assert_eq!(row.name.parse::<AuditFormat>().unwrap(), row.format);
            assert_eq!(row.format.to_string(), row.name);
        }
        let error = "pdf\u{1b}".parse::<AuditFormat>().unwrap_err().to_string();
        assert!(error.starts_with(r"unknown format `pdf\x1b`; there are human, "), "{error}");
    }
}
