//! One finding: the claim, the excerpts, and what to do about it.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::sync::Arc;

use miette::{Diagnostic, LabeledSpan, SourceCode};

use super::advice;
use super::notes::{self, Note};
use super::style::Style;
use crate::finding::{Finding, Label, Severity};
use crate::output::excerpt::{Excerpt, address};
use crate::output::sanitize::{visible, visible_lines};
use crate::output::wrap::{clip, wrap};
use crate::output::{Options, Texts};
use crate::source::Source;

/// Characters of a claim that are shown.
const CLAIM_LIMIT: usize = 600;
/// Characters of a piece of advice that are shown.
const ADVICE_LIMIT: usize = 4000;
/// Places of one finding that are shown.
const PLACES: usize = 12;
/// Texts kept at hand: a manifest, its config and its policy come up again and again.
const TEXTS_KEPT: usize = 4;

/// Prints findings one after another.
pub(super) struct Printer<'a> {
    style: Style,
    texts: &'a dyn Texts,
    /// The texts asked for last, the latest first.
    at_hand: VecDeque<(Arc<Source>, Option<Arc<str>>)>,
}

impl<'a> Printer<'a> {
    pub(super) fn new(texts: &'a dyn Texts, options: &Options) -> Self {
        Self { style: Style::new(options), texts, at_hand: VecDeque::with_capacity(TEXTS_KEPT) }
    }

    pub(super) fn style(&self) -> &Style {
        &self.style
    }

    /// Prints a finding and an empty line.
    pub(super) fn print(&mut self, finding: &Finding, out: &mut dyn io::Write) -> io::Result<()> {
        let (excerpt, elsewhere) = self.excerpt(finding);
        let style = &self.style;
        let severity = finding.severity;
        writeln!(out, "{}: {}", style.severe(severity, severity.as_str()), style.bold(&rule_name(finding)))?;
        let claim = clip(&finding.message, CLAIM_LIMIT, style.ellipsis);
        // Two columns of margin, two for the mark and the blank after it.
        let claim = wrap(&visible(&claim), style.prose_width().saturating_sub(4)).join("\n");
        let handler = style.handler(severity, excerpt.primaries());
        let mut drawn = String::new();
        handler
            .render_report(&mut drawn, &Drawing { claim, severity, excerpt })
            .map_err(|_| io::Error::other("a finding could not be drawn"))?;
        out.write_all(drawn.as_bytes())?;
        notes::print(&notes_of(finding, elsewhere, style), style, out)?;
        writeln!(out)
    }

    /// What is shown of the places of a finding, and those of which nothing can be shown. The primary label's file
    /// comes first, the others in the order of their labels.
    fn excerpt(&mut self, finding: &Finding) -> (Excerpt, Vec<String>) {
        let mut excerpt = Excerpt::default();
        let mut elsewhere = Vec::new();
        let mut labels: Vec<(&Label, bool)> = vec![(&finding.primary, true)];
        labels.extend(finding.secondary.iter().take(PLACES - 1).map(|label| (label, false)));
        while let Some(&(first, _)) = labels.first() {
            let source = Arc::clone(&first.place.source);
            let (here, rest): (Vec<_>, Vec<_>) = labels.into_iter().partition(|(label, _)| {
                Arc::ptr_eq(&label.place.source, &source) || label.place.source.path == source.path
            });
            labels = rest;
            let (spanned, whole): (Vec<_>, Vec<_>) =
                here.into_iter().partition(|(label, _)| label.place.span.is_some());
            let text = if spanned.is_empty() { None } else { self.text(&source) };
            if let Some(text) = text {
                excerpt.add(&source, &text, &spanned, self.style.layout());
            } else {
                elsewhere.extend(spanned.iter().map(|(label, _)| self.pointed(label)));
            }
            elsewhere.extend(whole.iter().map(|(label, _)| self.pointed(label)));
        }
        let left_out = finding.secondary.len().saturating_sub(PLACES - 1);
        if left_out > 0 {
            elsewhere.push(format!("{left_out} more {}", if left_out == 1 { "place" } else { "places" }));
        }
        (excerpt, elsewhere)
    }

    /// A place of which no text is shown.
    fn pointed(&self, label: &Label) -> String {
        let words = clip(&label.message, CLAIM_LIMIT, self.style.ellipsis);
        let address = address(&label.place);
        if words.trim().is_empty() { address } else { format!("{address}: {}", visible(&words)) }
    }

    fn text(&mut self, source: &Arc<Source>) -> Option<Arc<str>> {
        if let Some(text) = &source.text {
            return Some(Arc::clone(text));
        }
        if let Some((_, text)) = self.at_hand.iter().find(|(kept, _)| Arc::ptr_eq(kept, source)) {
            return text.clone();
        }
        // Another text than the one the line table was made of would be underlined in the wrong places.
        let text = self.texts.text(source).filter(|text| text.len() == source.lines.text_len() as usize);
        self.at_hand.truncate(TEXTS_KEPT - 1);
        self.at_hand.push_front((Arc::clone(source), text.clone()));
        text
    }
}

/// `pack/rule`, `schema[unknown-key]`.
fn rule_name(finding: &Finding) -> String {
    let mut name = String::new();
    if let Some(pack) = &finding.pack {
        name.push_str(&visible(pack));
        name.push('/');
    }
    name.push_str(&visible(&finding.rule));
    if let Some(code) = finding.code {
        name.push('[');
        name.push_str(code);
        name.push(']');
    }
    name
}

/// What stands below the excerpts.
fn notes_of(finding: &Finding, elsewhere: Vec<String>, style: &Style) -> Vec<Note> {
    let mut notes: Vec<Note> = elsewhere.into_iter().map(|place| ("at", place)).collect();
    if !finding.passes_if.is_empty() {
        notes.push((
            "passes if",
            clip(&advice::clauses(&finding.passes_if), ADVICE_LIMIT, style.ellipsis).into_owned(),
        ));
    }
    if let Some(help) = finding.help.as_deref().map(str::trim).filter(|help| !help.is_empty()) {
        notes.push(("help", visible_lines(&clip(help, ADVICE_LIMIT, style.ellipsis)).into_owned()));
    }
    if !finding.guide.is_empty() {
        let titles: Vec<Cow<'_, str>> = finding.guide.iter().map(|title| visible(title)).collect();
        notes.push(("guide", titles.join("; ")));
    }
    notes
}

/// What miette is given. It knows neither rule nor advice: header and notes are ours.
#[derive(Debug)]
struct Drawing {
    claim: String,
    severity: Severity,
    excerpt: Excerpt,
}

impl fmt::Display for Drawing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.claim)
    }
}

impl std::error::Error for Drawing {}

impl Diagnostic for Drawing {
    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
            Severity::Note => miette::Severity::Advice,
        })
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        if self.excerpt.is_empty() { None } else { Some(&self.excerpt) }
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.excerpt.labels()))
    }
}
