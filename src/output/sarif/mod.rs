//! SARIF 2.1.0, as GitHub's code scanning reads it: within its limits, the worst results first, and a word on what
//! was left out.
//!
//! The log is written piece by piece. Lines are hashed before, file by file as the findings come, so that no file is
//! read twice however the results are ordered.

mod line_hash;
mod message;
mod place;
mod result;
mod rule;
mod weight;

use std::borrow::Cow;
use std::io;
use std::sync::Arc;

use serde::Serialize;
use serde_json::json;

use super::catalog::{Catalog, unique_name};
use super::json::append;
use super::links::{HOME, Links};
use super::{Options, Texts, fingerprints};
use crate::finding::{Finding, Severity, Status};
use crate::report::{Exit, Report, RuleRecord};
use crate::source::Source;
use line_hash::{LineHash, line_hashes};
use place::{ROOT, first_line_end};
use result::Context;
use rule::Rule;
use weight::Weight;

/// The schema of a log.
const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
/// Results and rules that code scanning takes.
const MOST_RESULTS: usize = 25_000;
const MOST_RULES: usize = 25_000;
/// Bytes after gzip that results may fill. Code scanning takes 10 MB; the rest is for what stands around them.
const MOST_BYTES: u64 = 9_500_000;

/// A text in an object of its own, as SARIF has them.
#[derive(Serialize)]
struct Text {
    text: String,
}

impl Text {
    fn new(text: impl Into<String>) -> Self {
        Self { text: text.into() }
    }
}

/// How bad a result is.
#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "lowercase")]
enum Level {
    Error,
    Warning,
    Note,
}

impl Level {
    const fn of(severity: Severity) -> Self {
        match severity {
            Severity::Error => Self::Error,
            Severity::Warning => Self::Warning,
            Severity::Note => Self::Note,
        }
    }
}

/// Writes the log. Outcomes that are no findings are no results: code scanning would show them as alerts.
pub(super) fn render(
    report: &Report,
    texts: &dyn Texts,
    options: &Options,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let links = Links::new(options);
    let catalog = Catalog::new(report);
    let rules: Vec<&RuleRecord> = catalog.rules().take(MOST_RULES).collect();
    let mut log = Log { out, weight: Weight::new() };
    log.line(&format!(
        "{{\"$schema\":\"{SCHEMA}\",\"version\":\"2.1.0\",\"runs\":[{{\"tool\":{{\"driver\":{{"
    ))?;
    log.field("name", &env!("CARGO_PKG_NAME"))?;
    log.field("semanticVersion", &env!("CARGO_PKG_VERSION"))?;
    log.field("informationUri", &HOME)?;
    log.line("\"rules\":[")?;
    for (index, rule) in rules.iter().enumerate() {
        log.item(index, &Rule::new(rule, links))?;
    }
    log.line("]}},")?;
    log.field("columnKind", &"utf16CodeUnits")?;
    let root = json!({ ROOT: {"description": {"text": "The root of the repository"}} });
    log.field("originalUriBaseIds", &root)?;
    log.line("\"results\":[")?;
    let left_out = results(report, texts, &catalog, &rules, links, &mut log)?;
    log.line("],")?;
    log.field("invocations", &invocations(report, left_out))?;
    let run = &report.run;
    let properties = json!({
        "today": run.today.to_string(), "commit": run.commit, "trust": run.trust, "config": run.config,
        "packs": report.packs.iter().map(|pack| json!({
            "name": &*pack.name, "version": &*pack.version, "digest": &*pack.digest
        })).collect::<Vec<_>>(),
    });
    log.last_field("properties", &properties)?;
    log.line("}]}")
}

/// Writes the results, the worst first and else in the order of the report, and returns how many had no room.
fn results(
    report: &Report,
    texts: &dyn Texts,
    catalog: &Catalog<'_>,
    rules: &[&RuleRecord],
    links: Links<'_>,
    log: &mut Log<'_>,
) -> io::Result<usize> {
    let names: Vec<Cow<'_, str>> = rules.iter().map(|rule| unique_name(rule)).collect();
    let fingerprints = fingerprints(&report.findings);
    let has_suppressions = report.findings.iter().any(|finding| finding.status != Status::Open);
    let spots = spots(&report.findings, texts);
    let all: Vec<_> = report.findings.iter().zip(fingerprints.iter().zip(&spots)).collect();
    let problems = all.iter().filter(|(finding, _)| finding.outcome.is_problem()).count();
    let mut written = 0;
    let by_severity = [Severity::Error, Severity::Warning, Severity::Note].into_iter().flat_map(|severity| {
        all.iter().filter(move |(finding, _)| finding.severity == severity && finding.outcome.is_problem())
    });
    for &(finding, (fingerprint, spot)) in by_severity {
        if written == MOST_RESULTS || log.weight.bytes() > MOST_BYTES {
            break;
        }
        let Some(index) = catalog.index(finding) else { continue };
        let Some((name, rule)) = names.get(index).zip(rules.get(index)) else { continue };
        let context = Context {
            rule: (name, index),
            line_hash: spot.hash,
            end: spot.end,
            fingerprint,
            has_suppressions,
            rule_help: &rule.help,
        };
        log.item(written, &result::Result::new(finding, &context, links))?;
        written += 1;
    }
    Ok(problems - written)
}

/// How the run went.
fn invocations(report: &Report, left_out: usize) -> serde_json::Value {
    let mut invocation = json!({
        "executionSuccessful": report.exit != Exit::Trouble,
        "exitCode": report.exit.code(),
    });
    if left_out > 0 {
        let findings = if left_out == 1 { "finding is" } else { "findings are" };
        let text = format!(
            "{left_out} {findings} left out, the least severe: code scanning takes {MOST_RESULTS} results and 10 MB. \
             The formats json and jsonl hold them all."
        );
        let notification = json!({
            "level": "warning", "message": {"text": text}, "descriptor": {"id": "results-left-out"},
            "properties": {"leftOut": left_out},
        });
        if let Some(fields) = invocation.as_object_mut() {
            fields.insert("toolExecutionNotifications".to_owned(), json!([notification]));
        }
    }
    json!([invocation])
}

/// What of a finding's place takes its file's text to know.
#[derive(Clone, Copy, Default)]
struct Spot {
    hash: Option<LineHash>,
    end: Option<u32>,
}

/// A text and the hashes of its lines.
struct Hashed {
    source: Arc<Source>,
    text: Option<Arc<str>>,
    hashes: Vec<LineHash>,
}

impl Hashed {
    fn new(source: &Arc<Source>, texts: &dyn Texts) -> Self {
        // Another text than the one the line table was made of would be hashed in the wrong places.
        let text = source.text.clone().or_else(|| texts.text(source));
        let text = text.filter(|text| text.len() == source.lines.text_len() as usize);
        let hashes = text.as_deref().map(line_hashes).unwrap_or_default();
        Self { source: Arc::clone(source), text, hashes }
    }
}

/// One a finding, in their order. Each text is asked for once, as the findings of a file stand together.
fn spots(findings: &[Finding], texts: &dyn Texts) -> Vec<Spot> {
    let mut last: Option<Hashed> = None;
    let spot = |finding: &Finding| {
        let place = &finding.primary.place;
        let Some(span) = place.span.filter(|_| finding.outcome.is_problem()) else { return Spot::default() };
        let source = &place.source;
        let known = last.take().filter(|last| Arc::ptr_eq(&last.source, source));
        let hashed = last.insert(known.unwrap_or_else(|| Hashed::new(source, texts)));
        let Some(text) = &hashed.text else { return Spot::default() };
        let line = source.lines.position(span.start).line as usize;
        Spot {
            hash: hashed.hashes.get(line - 1).copied(),
            end: Some(first_line_end(source, span, Some(text))),
        }
    };
    findings.iter().map(spot).collect()
}

/// The log as it is written: each piece on a line of its own.
struct Log<'a> {
    out: &'a mut dyn io::Write,
    weight: Weight,
}

impl Log<'_> {
    fn line(&mut self, text: &str) -> io::Result<()> {
        self.write(format!("{text}\n").as_bytes())
    }

    /// A field of an object that goes on.
    fn field(&mut self, name: &str, value: &impl Serialize) -> io::Result<()> {
        self.pair(name, value, ",\n")
    }

    fn last_field(&mut self, name: &str, value: &impl Serialize) -> io::Result<()> {
        self.pair(name, value, "\n")
    }

    fn pair(&mut self, name: &str, value: &impl Serialize, after: &str) -> io::Result<()> {
        let mut piece = format!("\"{name}\":").into_bytes();
        append(value, &mut piece)?;
        piece.extend_from_slice(after.as_bytes());
        self.write(&piece)
    }

    /// An item of a list, from zero.
    fn item(&mut self, index: usize, value: &impl Serialize) -> io::Result<()> {
        let mut piece = if index > 0 { b",".to_vec() } else { Vec::new() };
        append(value, &mut piece)?;
        piece.push(b'\n');
        self.write(&piece)
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.weight.add(bytes);
        self.out.write_all(bytes)
    }
}
