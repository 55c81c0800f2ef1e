//! From the text of a comment to what it takes back; every mistake in it a finding at its bytes.

use std::sync::Arc;

use jiff::civil::Date;

use super::Ignore;
use crate::document::Document;
use crate::exceptions::words::{date, says_something};
use crate::finding::{Finding, Label, Place};
use crate::nearest::nearest;
use crate::source::{Source, Span};

/// What a comment that speaks to us begins with, after its `#`.
const ADDRESS: &str = "tunelint:";

/// Reads the comments of a document that speak to us; what is wrong with them is told.
pub fn read(document: &Document, source: &Arc<Source>, findings: &mut Vec<Finding>) -> Vec<Ignore> {
    let text = document.text();
    let mut found = Vec::new();
    // From the last to the first: a comment above another speaks of the same line as that.
    let mut below: Option<(u32, u32)> = None;
    for comment in document.comments.iter().rev() {
        let own = source.lines.position(comment.span.start).line;
        let before = source.lines.line_span(own).map_or(comment.span.start, |line| line.start);
        let is_alone =
            Span::new(before, comment.span.start).slice(text).trim_matches('\u{feff}').trim().is_empty();
        let mut line = own;
        if is_alone {
            line = below.filter(|(next, _)| *next == own + 1).map_or(own + 1, |(_, line)| line);
            below = Some((own, line));
        }
        let mut reader =
            Reader { text, source, document: document.index, comment: comment.span, at: 0, findings };
        found.extend(reader.ignore().map(|ignore| Ignore { line, ..ignore }));
    }
    found.reverse();
    found
}

/// Reads one comment.
struct Reader<'a> {
    text: &'a str,
    source: &'a Arc<Source>,
    document: u32,
    comment: Span,
    /// Bytes of the comment that are read.
    at: usize,
    findings: &'a mut Vec<Finding>,
}

impl<'a> Reader<'a> {
    fn all(&self) -> &'a str {
        self.comment.slice(self.text)
    }

    fn rest(&self) -> &'a str {
        self.all().get(self.at..).unwrap_or("")
    }

    fn skip_blanks(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    fn takes(&mut self, prefix: &str) -> bool {
        let found = self.rest().starts_with(prefix);
        self.at += if found { prefix.len() } else { 0 };
        found
    }

    /// Takes what stands before the first character that is as wanted, without the blanks around it.
    fn until(&mut self, is_end: impl Fn(char) -> bool) -> (&'a str, Span) {
        self.skip_blanks();
        let rest = self.rest();
        let taken = rest.get(..rest.find(is_end).unwrap_or(rest.len())).unwrap_or("");
        let start = self.comment.start + self.at as u32;
        self.at += taken.len();
        let taken = taken.trim_end();
        (taken, Span::new(start, start + taken.len() as u32))
    }

    fn place(&self, span: Span) -> Place {
        Place::at(self.source, Some(self.document), span)
    }

    fn tell(&mut self, code: &'static str, message: impl Into<String>, span: Span, label: &str, help: &str) {
        let label = Label::new(self.place(span), label);
        self.findings.push(Finding::invalid("waivers", code, message, label).with_help(help));
    }

    /// What the comment takes back; nothing where it does not speak to us, or not so that it can be understood.
    fn ignore(&mut self) -> Option<Ignore> {
        self.at = self.rest().len() - self.rest().trim_start_matches('#').len();
        self.skip_blanks();
        if !self.takes(ADDRESS) {
            return None;
        }
        let (word, span) = self.until(|character| !is_in_word(character));
        if word != "ignore" {
            let message = match word {
                "" => "This comment speaks to tunelint and says nothing that it knows".to_owned(),
                _ => format!("This comment tells tunelint to {word:?}, which it does not know"),
            };
            let help = match nearest(word, ["ignore"]) {
                Some(_) => "Did you mean ignore[RULE]?",
                None => USAGE,
            };
            self.tell(
                "syntax",
                message,
                if word.is_empty() { self.comment } else { span },
                "not known",
                help,
            );
            return None;
        }
        let rules = self.rules()?;
        let (mut until, mut reason, mut is_sound) = (None, None, true);
        loop {
            let (word, span) = self.until(|character| !is_in_word(character));
            match word {
                "" if self.rest().is_empty() => break,
                "until" if !self.takes("=") && !self.takes(":") => {
                    let help = "Write it as in until=2027-01-31";
                    self.tell("syntax", "A day has to follow until", span, "no day", help);
                    return None;
                }
                "until" => match self.day(span) {
                    Some(_) if until.is_some() => {
                        self.tell(
                            "syntax",
                            "This comment says until twice",
                            span,
                            "again here",
                            "Write it once",
                        );
                        is_sound = false;
                    }
                    Some(day) => until = Some(day),
                    None => is_sound = false,
                },
                "reason" if self.takes(":") || self.takes("=") => {
                    reason = Some(self.until(|_| false));
                    break;
                }
                _ => {
                    self.stray(word, span);
                    return None;
                }
            }
        }
        let has_reason = self.check_reason(reason);
        if until.is_none() && is_sound {
            let message = "This comment does not say until when it holds";
            let help = "Add the last day before the reason, as in until=2027-01-31";
            self.tell("required", message, self.comment, "no until=", help);
        }
        let (reason, _) = reason.filter(|_| is_sound && has_reason)?;
        let (document, span) = (self.document, self.comment);
        Some(Ignore { rules, until: until?, reason: reason.into(), document, span, line: 0 })
    }

    /// The ids in brackets.
    fn rules(&mut self) -> Option<Vec<(Box<str>, Span)>> {
        self.skip_blanks();
        let opened = self.at;
        if !self.takes("[") {
            let message = "This comment does not say which rules it is about";
            self.tell("syntax", message, self.comment, "no [RULE]", USAGE);
            return None;
        }
        let mut rules = Vec::new();
        loop {
            let (id, span) = self.until(|character| matches!(character, ',' | ']'));
            if self.rest().is_empty() {
                let start = self.comment.start + opened as u32;
                let span = Span::new(start, start + 1);
                self.tell("syntax", "This bracket is not closed", span, "opened here", USAGE);
                return None;
            }
            if id.is_empty() {
                let next = self.comment.start + self.at as u32;
                let message = "An id is missing here";
                self.tell("syntax", message, Span::new(next, next + 1), "no id before this", USAGE);
                return None;
            }
            rules.push((id.into(), span));
            if self.takes("]") {
                return Some(rules);
            }
            self.at += 1;
        }
    }

    /// The day after `until=`.
    fn day(&mut self, word: Span) -> Option<(Date, Span)> {
        let (day, span) = self.until(char::is_whitespace);
        let found = date(day);
        if found.is_none() {
            let (message, span) = match day {
                "" => ("A day has to follow until=".to_owned(), word),
                _ => (format!("{day:?} is no day of the calendar"), span),
            };
            self.tell("date", message, span, "no day", "Write it as YYYY-MM-DD, as in until=2027-01-31");
        }
        Some((found?, span))
    }

    fn check_reason(&mut self, reason: Option<(&str, Span)>) -> bool {
        let (code, message, span, label) = match reason {
            Some((reason, _)) if says_something(reason) => return true,
            Some((reason, span)) if !reason.is_empty() => {
                ("reason", "This reason says nothing", span, "no reason")
            }
            _ => ("required", "This comment gives no reason", self.comment, "no reason"),
        };
        self.tell(code, message, span, label, "Say at its end why, as in reason: the pilot ends in January");
        false
    }

    /// Tells of what belongs neither to `until` nor to `reason`.
    fn stray(&mut self, word: &str, span: Span) {
        let (word, span) = match word {
            "" => self.until(char::is_whitespace),
            _ => (word, span),
        };
        let help = match nearest(word, ["until", "reason"]) {
            Some("until") => "Did you mean until=YYYY-MM-DD?",
            Some(_) => "Did you mean reason: WHY?",
            None => USAGE,
        };
        self.tell("syntax", format!("{word:?} has no meaning here"), span, "not known", help);
    }
}

/// How a comment is written.
const USAGE: &str = "Write # tunelint: ignore[RULE] until=YYYY-MM-DD reason: WHY";

fn is_in_word(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '-' | '_')
}
