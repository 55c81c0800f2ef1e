//! Comments that take findings back: `# tunelint: ignore[rule-id] until=2027-01-31 reason: …`.
//!
//! A comment counts for the line it stands on, or, on a line of its own, for the first line below that is no comment.
//! It is read in phase 1, while there is a text, and held against the findings once they are all known.

mod read;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use jiff::civil::Date;

use super::rules::Rules;
use super::words::days_between;
use super::{Circumstances, Terms, Told};
use crate::config::InlineIgnores;
use crate::finding::{Exception, ExceptionKind, Finding, Label, Place, Severity};
use crate::source::{Source, Span};

pub use read::read;

/// The comments of one source.
#[derive(Clone, Debug)]
pub struct Ignores {
    /// The source.
    pub source: Arc<Source>,
    /// Its comments, in order.
    pub all: Vec<Ignore>,
}

/// A comment that takes findings back.
#[derive(Clone, Debug)]
pub struct Ignore {
    /// The rules whose findings it takes back, and where their ids stand.
    pub rules: Vec<(Box<str>, Span)>,
    /// The last day on which it holds, and where that stands.
    pub until: (Date, Span),
    /// Why.
    pub reason: Box<str>,
    /// The document it stands in.
    pub document: u32,
    /// The whole comment.
    pub span: Span,
    /// The line that it speaks of, from one.
    pub line: u32,
}

/// The comments of a run, ready to be asked.
#[derive(Debug)]
pub(super) struct Comments<'a> {
    entries: Vec<Entry<'a>>,
    /// Sources with comments, by their path.
    sources: HashMap<&'a str, usize>,
    /// Entries by source and line.
    by_line: HashMap<(usize, u32), Vec<usize>>,
}

/// One id in one comment.
#[derive(Debug)]
struct Entry<'a> {
    source: &'a Arc<Source>,
    ignore: &'a Ignore,
    rule: Arc<str>,
    /// Where the id stands.
    name: Span,
    exception: Arc<Exception>,
    is_used: bool,
    /// A finding that it may not take back.
    too_severe: Option<(Severity, Label)>,
}

impl<'a> Comments<'a> {
    /// The comments that hold; what keeps the others from it is told.
    pub(super) fn new(
        all: &'a [Ignores],
        terms: &Terms,
        run: &Circumstances<'_>,
        rules: &Rules<'_>,
        told: &mut Told,
    ) -> Self {
        let mut comments = Self { entries: Vec::new(), sources: HashMap::new(), by_line: HashMap::new() };
        for of_source in all {
            let source = &of_source.source;
            for ignore in &of_source.all {
                if !holds(ignore, source, terms, run.today, told) {
                    continue;
                }
                let next = comments.sources.len();
                let index = *comments.sources.entry(&source.path).or_insert(next);
                let exception = Arc::new(Exception {
                    kind: ExceptionKind::Inline,
                    reason: Some(ignore.reason.clone()),
                    owner: None,
                    approved_by: None,
                    ticket: None,
                    expires: Some(ignore.until.0),
                    place: ignore.place(source, ignore.span),
                });
                for (name, span) in &ignore.rules {
                    let Some(rule) = rules.excusable(name, &ignore.place(source, *span), told) else {
                        continue;
                    };
                    let line = comments.by_line.entry((index, ignore.line)).or_default();
                    line.push(comments.entries.len());
                    comments.entries.push(Entry {
                        source,
                        ignore,
                        rule,
                        name: *span,
                        exception: Arc::clone(&exception),
                        is_used: false,
                        too_severe: None,
                    });
                }
            }
        }
        comments
    }

    /// The first comment that takes a finding back; all that do are used by it.
    pub(super) fn of(&mut self, finding: &Finding, inline: InlineIgnores) -> Option<Arc<Exception>> {
        let mut first = None;
        for label in std::iter::once(&finding.primary).chain(&finding.secondary) {
            let Some((source, line)) = self.line(label) else { continue };
            for &index in self.by_line.get(&(source, line)).map_or(&[][..], Vec::as_slice) {
                let Some(entry) = self.entries.get_mut(index).filter(|entry| entry.rule == finding.rule)
                else {
                    continue;
                };
                if inline == InlineIgnores::NotesOnly && finding.severity > Severity::Note {
                    entry.too_severe.get_or_insert_with(|| (finding.severity, finding.primary.clone()));
                    continue;
                }
                entry.is_used = true;
                first.get_or_insert_with(|| Arc::clone(&entry.exception));
            }
        }
        first
    }

    /// The source and the line of a label, where that source has comments.
    fn line(&self, label: &Label) -> Option<(usize, u32)> {
        if self.sources.is_empty() {
            return None;
        }
        let source = *self.sources.get(&*label.place.source.path)?;
        Some((source, label.place.source.lines.position(label.place.span?.start).line))
    }

    /// Tells of comments that took nothing back, and of those that may not.
    pub(super) fn tell(&self, terms: &Terms, rules: &Rules<'_>, findings: &[Finding], told: &mut Told) {
        let is_unused = |entry: &&Entry<'_>| {
            !entry.is_used && entry.too_severe.is_none() && rules.runs(&entry.rule, &entry.source.path)
        };
        let unused: Vec<_> = self.entries.iter().filter(is_unused).collect();
        let elsewhere = if unused.is_empty() { HashMap::new() } else { self.lines_of(findings) };
        for entry in unused {
            let place = entry.ignore.place(entry.source, entry.name);
            let message = match entry.ignore.line {
                line if line > entry.source.lines.line_count() => {
                    format!("{} finds nothing below this", entry.rule)
                }
                line => format!("{} finds nothing in line {line}", entry.rule),
            };
            let key = (&*entry.source.path, entry.ignore.document, &*entry.rule);
            let help = match elsewhere.get(&key) {
                Some(lines) => {
                    let lines: Vec<_> = lines.iter().take(MOST_LINES).map(u32::to_string).collect();
                    let word = if lines.len() == 1 { "line" } else { "one of the lines" };
                    format!(
                        "What it finds here points at {word} {}: move this there, or above it",
                        lines.join(", ")
                    )
                }
                None => "Remove it".to_owned(),
            };
            let finding =
                Finding::invalid("waivers", "unused", message, Label::new(place, "takes nothing back"));
            told.push(finding.with_severity(Severity::Warning).with_help(help));
        }
        for entry in &self.entries {
            let Some((severity, label)) = &entry.too_severe else { continue };
            let place = entry.ignore.place(entry.source, entry.name);
            let message =
                format!("A comment may take back notes only, and this is about {}", with_article(*severity));
            let label = label.clone();
            let finding =
                Finding::invalid("waivers", "forbidden", message, Label::new(place, "has no effect"))
                    .with_label(Label::new(label.place, "the finding, which stays"))
                    .with_help(USE_A_WAIVER);
            told.push(at_limit(finding, terms.inline_at.as_ref()));
        }
    }

    /// Lines that findings point at, by file, document and rule, where there are comments.
    fn lines_of<'f>(&self, findings: &'f [Finding]) -> HashMap<(&'f str, u32, &'f str), BTreeSet<u32>> {
        let mut lines: HashMap<_, BTreeSet<u32>> = HashMap::new();
        for finding in findings.iter().filter(|finding| super::is_excusable(finding)) {
            for label in std::iter::once(&finding.primary).chain(&finding.secondary) {
                if let (Some((_, line)), Some(document)) = (self.line(label), label.place.document) {
                    let key = (&*label.place.source.path, document, &*finding.rule);
                    lines.entry(key).or_default().insert(line);
                }
            }
        }
        lines
    }
}

/// Lines that are named of those that a finding points at.
const MOST_LINES: usize = 5;

/// Where a comment does not do.
const USE_A_WAIVER: &str = "Ask for an entry in the waivers file: `tunelint waive` writes one";

/// Whether a comment holds today and is allowed; if not, that is told.
fn holds(ignore: &Ignore, source: &Arc<Source>, terms: &Terms, today: Date, told: &mut Told) -> bool {
    let (until, span) = ignore.until;
    let here = |span: Span, words: &str| Label::new(ignore.place(source, span), words.to_owned());
    if terms.inline == InlineIgnores::Forbid {
        let message = "Comments may not take findings back here";
        let finding = Finding::invalid("waivers", "forbidden", message, here(ignore.span, "has no effect"));
        told.push(at_limit(finding.with_help(USE_A_WAIVER), terms.inline_at.as_ref()));
        return false;
    }
    if until < today {
        let message = format!("This comment held until {until}");
        told.push(
            Finding::invalid("waivers", "expired", message, here(span, "expired"))
                .with_severity(Severity::Warning)
                .with_help("Mend what the rule finds and remove this, or say anew until when and why"),
        );
        return false;
    }
    if let Some(most) = terms.max_days
        && days_between(today, until) > i64::from(most)
    {
        let message = format!("This comment would hold for more than {most} days from today");
        let finding = Finding::invalid("waivers", "too-long", message, here(span, "too late"));
        told.push(at_limit(finding.with_help("Give an earlier day"), terms.max_days_at.as_ref()));
        return false;
    }
    true
}

/// A finding with a label at the limit that it tells of, where that stands in a file.
fn at_limit(finding: Finding, limit: Option<&Place>) -> Finding {
    match limit {
        Some(place) => finding.with_label(Label::new(place.clone(), "the limit")),
        None => finding,
    }
}

fn with_article(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "an error",
        Severity::Warning => "a warning",
        Severity::Note => "a note",
    }
}

impl Ignore {
    /// A place in it.
    pub fn place(&self, source: &Arc<Source>, span: Span) -> Place {
        Place::at(source, Some(self.document), span)
    }
}
