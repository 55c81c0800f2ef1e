//! One more waiver in the text of a waivers file, every other byte of which stays as it is.

use std::sync::Arc;

use jiff::civil::Date;
use serde::Serialize;

use super::{Waiver, read};
use crate::document::{self, Document, Entry, Kind, Limits, NodeRef};
use crate::finding::{Finding, Scalar, Severity};
use crate::source::{Source, Span};

/// A waiver that is to be written.
#[derive(Clone, Debug)]
pub struct NewWaiver {
    /// The rule's id.
    pub rule: String,
    /// The deployment's identity.
    pub deployment: String,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: Option<String>,
    /// Who approved it.
    pub approved_by: Option<String>,
    /// Where it is recorded.
    pub ticket: Option<String>,
    /// The day on which it is granted.
    pub granted: Date,
    /// The last day on which it holds.
    pub expires: Date,
    /// The value that it is granted for.
    pub value: Option<Scalar>,
}

/// A waivers file with one waiver more.
#[derive(Debug)]
pub struct Extended {
    /// Its text.
    pub text: Arc<str>,
    /// The bytes that are new.
    pub added: Span,
    /// It as a source.
    pub source: Arc<Source>,
    /// What it says; the new waiver is where [`Self::new`] says.
    pub waivers: Vec<Waiver>,
    /// Pointer to the new waiver.
    pub new: String,
    /// What is wrong with the file now.
    pub problems: Vec<Finding>,
}

/// Why a waiver could not be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CannotExtend {
    /// Somebody has to look at the file first.
    #[error("it has mistakes; tunelint check tells them")]
    Mistakes,
    /// The list is written in a way that cannot be added to.
    #[error("its list of waivers cannot be added to as it is written; add the waiver by hand")]
    Form,
}

/// What a new file begins with.
const HEAD: &str = "\
# yaml-language-server: $schema=https://tunelint.dev/schemas/v1alpha1/waivers.schema.json
# Findings that do not count for now: each with a reason, and until when. `tunelint waive` adds one.
apiVersion: tunelint.dev/v1alpha1
kind: Waivers
spec:
  waivers:
";

/// Adds a waiver to a file's text, or begins a file with it.
///
/// # Errors
/// What keeps it from being added. The result was read again and says what the old text says and the new waiver.
pub fn insert(shown: &Arc<str>, old: Option<&Arc<str>>, new: &NewWaiver) -> Result<Extended, CannotExtend> {
    let Some(old) = old else {
        return Ok(extended(shown, HEAD, HEAD.len(), 0, &block(new, "    ").ok_or(CannotExtend::Form)?, 0));
    };
    let source = Source::in_memory(Arc::clone(shown), Arc::clone(old));
    let mut problems = Vec::new();
    let before = read(&source, old, &mut problems);
    let stream = document::parse(old, &Limits { comments: false, ..Limits::default() });
    let is_sound = problems.iter().all(|finding| finding.severity < Severity::Error);
    let [document] = stream.documents.as_slice() else { return Err(CannotExtend::Mistakes) };
    let entry = document.root().get("spec").and_then(|spec| spec.entry("waivers")).filter(|_| is_sound);
    let entry = entry.or_else(|| unfilled(document, &problems)).ok_or(CannotExtend::Mistakes)?;
    let place = place(old, entry, new).ok_or(CannotExtend::Form)?;
    let index = entry.value().len();
    let after = extended(shown, old, place.at, place.cut, &place.text, index);
    let is_as_wanted = after.problems.iter().all(|finding| finding.severity < Severity::Error)
        && after.waivers.len() == before.len() + 1
        && before.iter().zip(&after.waivers).all(|(before, after)| is_same(before, after))
        && after.waivers.last().is_some_and(|last| says(last, new));
    // A mistake in the new waiver is not one in the form: it is told where it stands.
    let has_new_mistake = after
        .problems
        .iter()
        .any(|finding| in_entry(finding, &after.new) && finding.severity == Severity::Error);
    if is_as_wanted || has_new_mistake { Ok(after) } else { Err(CannotExtend::Form) }
}

/// Whether a finding points into a waiver.
pub fn in_entry(finding: &Finding, entry: &str) -> bool {
    let pointer = finding.primary.place.pointer.as_deref();
    pointer
        .and_then(|own| own.strip_prefix(entry))
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// A `waivers:` with nothing after it, where that is all that is wrong.
fn unfilled<'a>(document: &'a Document, problems: &[Finding]) -> Option<Entry<'a>> {
    let entry = document.root().get("spec")?.entry("waivers")?;
    let is_about_it = |finding: &Finding| finding.primary.place.pointer.as_deref() == Some("/spec/waivers");
    (entry.value().kind() == Kind::Null && problems.iter().all(is_about_it)).then_some(entry)
}

fn extended(shown: &Arc<str>, old: &str, at: usize, cut: usize, added: &str, index: usize) -> Extended {
    let (before, after) = (old.get(..at).unwrap_or(old), old.get(at + cut..).unwrap_or(""));
    let text: Arc<str> = format!("{before}{added}{after}").into();
    let source = Source::in_memory(Arc::clone(shown), Arc::clone(&text));
    let mut problems = Vec::new();
    let waivers = read(&source, &text, &mut problems);
    let added = Span::new(at as u32, (at + added.len()) as u32);
    Extended { text, added, source, waivers, new: format!("/spec/waivers/{index}"), problems }
}

/// Where text is to be added, and instead of how much.
struct Place {
    at: usize,
    cut: usize,
    text: String,
}

fn place(old: &str, entry: Entry<'_>, new: &NewWaiver) -> Option<Place> {
    let list = entry.value();
    let place = if list.anchor_span().is_some() || entry.merged().is_some() {
        // Somewhere else it may mean something else.
        None
    } else if list.span().slice(old).starts_with('[') {
        in_brackets(old, entry, list, new)
    } else if let (Some(first), Some(last)) = (list.items().next(), list.items().last()) {
        below(old, first, last, new)
    } else {
        let key = entry.key_span();
        let indent = format!("{}  ", indentation(old, key.start as usize)?);
        let at = end_of_line(old, key.end as usize);
        Some(Place { at, cut: 0, text: block(new, &indent)? })
    }?;
    // Its lines end as those around it, and it begins on one of its own.
    let is_on_own_line = place.at == 0 || old.get(..place.at)?.ends_with(['\n', '\r']);
    let mut text = place.text;
    if text.trim_start().starts_with("- ") && !is_on_own_line && !text.starts_with('\n') {
        text.insert(0, '\n');
    }
    if old.split_once('\n').is_some_and(|(first, _)| first.ends_with('\r')) {
        text = text.replace('\n', "\r\n");
    }
    Some(Place { text, ..place })
}

/// After the last item of a list in a block.
fn below(old: &str, first: NodeRef<'_>, last: NodeRef<'_>, new: &NewWaiver) -> Option<Place> {
    let before = old.get(..first.span().start as usize)?.trim_end().strip_suffix('-')?;
    let line = before.rfind(['\n', '\r']).map_or(0, |at| at + 1);
    let indent = before.get(line..)?.trim_start_matches('\u{feff}');
    if !indent.chars().all(|character| character == ' ') {
        return None;
    }
    let end = last.span().end as usize;
    let mut at = if old.get(..end)?.ends_with(['\n', '\r']) { end } else { end_of_line(old, end) };
    // Comments below the last item that are indented as its keys are its own.
    while let Some(rest) = old.get(at..)
        && let Some(indented) = rest.strip_prefix(indent)
        && indented.starts_with(' ')
        && indented.trim_start_matches(' ').starts_with('#')
    {
        at = end_of_line(old, at);
    }
    Some(Place { at, cut: 0, text: block(new, indent)? })
}

/// Into a list in brackets: an empty one becomes a block, if nothing else stands on its line.
fn in_brackets(old: &str, entry: Entry<'_>, node: NodeRef<'_>, new: &NewWaiver) -> Option<Place> {
    let span = node.span();
    let (start, end) = (span.start as usize, span.end as usize);
    let Some(last) = node.items().last() else {
        let indent = indentation(old, entry.key_span().start as usize);
        let is_alone = old.get(end..end_of_line(old, end))?.trim().is_empty();
        return Some(match indent.filter(|_| is_alone) {
            Some(indent) => {
                let text = format!("\n{}", block(new, &format!("{indent}  "))?);
                Place { at: start, cut: end - start, text: text.trim_end().to_owned() }
            }
            None => Place { at: start + 1, cut: 0, text: flow(new)? },
        });
    };
    let after = last.span().end as usize;
    let comma = old.get(after..end)?.find(',').map(|comma| after + comma + 1);
    let own = last.span().start as usize;
    let line = old.get(..own)?.rfind(['\n', '\r']).map_or(0, |at| at + 1);
    let lead = old.get(line..own)?;
    let between = if lead.trim().is_empty() { format!("\n{lead}") } else { " ".to_owned() };
    Some(match comma {
        Some(at) => Place { at, cut: 0, text: format!("{between}{}", flow(new)?) },
        None => Place { at: after, cut: 0, text: format!(",{between}{}", flow(new)?) },
    })
}

/// What stands before a key on its line, if that is blanks alone.
fn indentation(old: &str, key: usize) -> Option<&str> {
    let line = old.get(..key)?.rfind(['\n', '\r']).map_or(0, |at| at + 1);
    old.get(line..key).filter(|lead| lead.chars().all(|character| character == ' '))
}

/// Where the line of an offset ends, its break included.
fn end_of_line(text: &str, at: usize) -> usize {
    let rest = text.get(at..).unwrap_or("");
    match rest.find(['\n', '\r']) {
        Some(end) => {
            at + end + if rest.get(end..).is_some_and(|rest| rest.starts_with("\r\n")) { 2 } else { 1 }
        }
        None => text.len(),
    }
}

/// A waiver as it is written: what is not there is left out.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Written<'a> {
    rule: &'a str,
    deployment: &'a str,
    reason: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    approved_by: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ticket: Option<&'a str>,
    granted: String,
    expires: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<&'a Scalar>,
}

impl NewWaiver {
    fn written(&self) -> Written<'_> {
        Written {
            rule: &self.rule,
            deployment: &self.deployment,
            reason: &self.reason,
            owner: self.owner.as_deref(),
            approved_by: self.approved_by.as_deref(),
            ticket: self.ticket.as_deref(),
            granted: self.granted.to_string(),
            expires: self.expires.to_string(),
            value: self.value.as_ref(),
        }
    }
}

/// As an item of a list in a block; quoted wherever a reader could take a text for something else.
fn block(new: &NewWaiver, indent: &str) -> Option<String> {
    let options = serde_saphyr::ser_options! { prefer_block_scalars: false };
    let written = serde_saphyr::to_string_with_options(&new.written(), options).ok()?;
    let lines = written.lines().enumerate().map(|(index, line)| {
        let lead = if index == 0 { "- " } else { "  " };
        format!("{indent}{lead}{line}\n")
    });
    Some(lines.collect())
}

/// In braces, on one line: JSON's texts and numbers are YAML's as well.
fn flow(new: &NewWaiver) -> Option<String> {
    serde_json::to_string(&new.written()).ok()
}

fn is_same(before: &Waiver, after: &Waiver) -> bool {
    before.rule.text == after.rule.text
        && before.deployment_text() == after.deployment_text()
        && before.path_text() == after.path_text()
        && before.expires.day == after.expires.day
        && before.value_key() == after.value_key()
        && before.exception.reason == after.exception.reason
}

fn says(waiver: &Waiver, new: &NewWaiver) -> bool {
    let exception = &waiver.exception;
    let is = |text: &Option<Box<str>>, wanted: &Option<String>| text.as_deref() == wanted.as_deref();
    *waiver.rule.text == *new.rule
        && waiver.deployment_text() == Some(&*new.deployment)
        && exception.reason.as_deref() == Some(&*new.reason)
        && is(&exception.owner, &new.owner)
        && is(&exception.approved_by, &new.approved_by)
        && is(&exception.ticket, &new.ticket)
        && waiver.granted.as_ref().is_some_and(|granted| granted.day == new.granted)
        && waiver.expires.day == new.expires
        && waiver.value_key() == new.value.as_ref().map(crate::exceptions::value::key)
}
