//! GitLab's Code Quality report: a list of what a merge request shows beside its lines.

use std::io;

use serde::Serialize;

use super::catalog::rule_name;
use super::fingerprint::digests;
use super::json::write_document;
use super::links::Links;
use super::{Options, Texts};
use crate::finding::{Finding, Severity};
use crate::report::Report;

#[derive(Serialize)]
struct Issue<'a> {
    description: String,
    check_name: &'a str,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
}

/// Writes the open findings. Fingerprints are those of all findings, so that an exception changes none of the others.
pub(super) fn render(
    report: &Report,
    _texts: &dyn Texts,
    options: &Options,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let links = Links::new(options);
    let issues: Vec<Issue<'_>> = report
        .findings
        .iter()
        .zip(digests(&report.findings))
        .filter(|(finding, _)| finding.is_open_problem())
        .map(|(finding, digest)| issue(finding, digest, links))
        .collect();
    write_document(&issues, out)
}

fn issue<'a>(finding: &'a Finding, fingerprint: String, links: Links<'_>) -> Issue<'a> {
    let place = &finding.primary.place;
    let begin = place.span.map_or(1, |span| place.source.lines.position(span.start).line);
    Issue {
        description: format!("{}: {}", rule_name(finding), finding.message),
        check_name: &finding.rule,
        fingerprint,
        severity: match finding.severity {
            Severity::Error => "major",
            Severity::Warning => "minor",
            Severity::Note => "info",
        },
        location: Location { path: links.rooted(&place.source.path).into_owned(), lines: Lines { begin } },
    }
}
