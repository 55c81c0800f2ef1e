//! Parser events to documents: the general reader, and which of the two reads a text.

use std::sync::Arc;

use granit_parser::{ErrorKind, Event, Parser, ScanError};

use super::builder::{Builder, span_of};
use super::failure::Failure;
use super::{Comment, Limits, Problem, ProblemKind, Stream, extent, plain, syntax};

/// Problems of one source that are kept; that there are more is told in one more.
const MAX_PROBLEMS: usize = 10_000;

/// Characters of a key. YAML asks for 1,024 on one line, JSON sets no limit; while something may turn out to be a
/// key, the parser holds everything after its beginning back, so without a limit a bracket holds a whole file.
const LONGEST_KEY: usize = 64 << 10;

/// Parses a text into documents and problems. Never fails and never panics, whatever the text.
pub fn parse(text: &Arc<str>, limits: &Limits) -> Stream {
    plain::read(text, limits).unwrap_or_else(|| read(text, limits))
}

/// Reads a text with the general reader: all of YAML and JSON.
pub(super) fn read(text: &Arc<str>, limits: &Limits) -> Stream {
    let mut reader = Reader::new(text, limits);
    if text.len() > (u32::MAX / 2) as usize {
        reader.stream.total = 1;
        reader.unreadable(0, Failure::too_large());
        return reader.finish();
    }
    reader.read(true);
    let badly_indented = std::mem::take(&mut reader.badly_indented);
    let mut stream = reader.finish();
    if !badly_indented.is_empty() {
        let mut lenient = Reader::new(text, limits);
        lenient.read(false);
        accept(&mut stream, lenient.finish(), &badly_indented);
    }
    stream
}

/// Takes from a lenient reading those documents of which only the indentation is wrong: closing brackets and lines
/// of quoted texts no deeper than their key, which YAML forbids and most readers accept. What was unreadable in
/// them becomes invalid.
fn accept(stream: &mut Stream, lenient: Stream, badly_indented: &[u32]) {
    if lenient.total != stream.total {
        return;
    }
    let mut accepted = Vec::new();
    for document in lenient.documents {
        if badly_indented.binary_search(&document.index).is_ok() {
            accepted.push(document.index);
            stream.documents.push(document);
        }
    }
    let is_accepted = |problem: &Problem| accepted.binary_search(&problem.document).is_ok();
    for problem in stream.problems.iter_mut().filter(|problem| is_accepted(problem)) {
        problem.kind = ProblemKind::Invalid;
        problem.code = "indentation";
    }
    stream.problems.extend(lenient.problems.into_iter().filter(is_accepted));
    stream.documents.sort_by_key(|document| document.index);
    stream.problems.sort_by_key(|problem| (problem.document, problem.span.start));
}

struct Reader<'t> {
    text: &'t Arc<str>,
    limits: &'t Limits,
    stream: Stream,
    /// Comments that stand before the next document.
    comments: Vec<Comment>,
    /// Where the last document ended, or was given up.
    end: u32,
    /// Whether the last document ended without `...`, so that what follows it may be part of it.
    end_is_open: bool,
    /// Documents that were given up for their indentation, in order.
    badly_indented: Vec<u32>,
}

impl<'t> Reader<'t> {
    fn new(text: &'t Arc<str>, limits: &'t Limits) -> Self {
        Self {
            text,
            limits,
            stream: Stream::default(),
            comments: Vec::new(),
            end: 0,
            end_is_open: false,
            badly_indented: Vec::new(),
        }
    }

    fn read(&mut self, strict_indentation: bool) {
        let options = granit_parser::options! {
            strict_indentation: strict_indentation,
            emit_unresolved_aliases: true,
            emit_comments: self.limits.comments,
            max_buffered_comment_events: usize::MAX,
            simple_key_max_lookahead: LONGEST_KEY,
            flow_nesting_limit: self.limits.depth as usize,
            block_nesting_limit: self.limits.depth as usize,
        };
        let mut parser = Parser::new_from_str_with_options(self.text.as_ref(), options);
        let mut builder: Option<Builder<'t>> = None;
        let mut last_error = None;
        while let Some(next) = parser.next_event() {
            let mut is_badly_indented = false;
            let failure = match next {
                Ok((event, span)) => match self.event(&mut builder, event, &span) {
                    Ok(true) => continue,
                    Ok(false) => return,
                    Err(failure) => failure,
                },
                Err(error) => {
                    // Recovery moves forward; should it ever stand still, the rest is given up.
                    let at = error.marker().byte_offset();
                    if last_error.replace(at) == Some(at) {
                        return;
                    }
                    is_badly_indented = syntax::is_indentation(error.kind());
                    self.syntax(&error, builder.as_ref())
                }
            };
            let document = self.fail(builder.take().is_some(), failure);
            if is_badly_indented {
                self.badly_indented.push(document);
            }
            if !matches!(parser.proceed_next_document(), Ok(true)) {
                return;
            }
        }
    }

    /// Takes an event; tells whether more are to come.
    fn event(
        &mut self,
        builder: &mut Option<Builder<'t>>,
        event: Event<'t>,
        span: &granit_parser::Span,
    ) -> Result<bool, Failure> {
        match event {
            Event::StreamEnd => return Ok(false),
            Event::Comment(..) => {
                let comment = Comment { span: span_of(span) };
                match builder {
                    Some(builder) => builder.comments.push(comment),
                    None => self.comments.push(comment),
                }
            }
            Event::DocumentStart(..) => {
                let start = span_of(span);
                // The span of an implicit start is that of the first token, or of its content.
                let cursor = if start.slice(self.text) == "---" { start.end } else { self.end };
                let mut fresh = Builder::new(self.text, self.limits, self.stream.total, cursor);
                fresh.comments = std::mem::take(&mut self.comments);
                *builder = Some(fresh);
                self.stream.total += 1;
                self.end_is_open = false;
            }
            Event::DocumentEnd => {
                if let Some(builder) = builder.take() {
                    let (document, problems) = builder.finish();
                    self.stream.documents.push(document);
                    for problem in problems {
                        self.tell(problem);
                    }
                }
                self.end = span_of(span).end;
                self.end_is_open = span_of(span).is_empty();
            }
            event => {
                if let Some(builder) = builder {
                    builder.event(event, span)?;
                }
            }
        }
        Ok(true)
    }

    fn syntax(&self, error: &ScanError, builder: Option<&Builder<'_>>) -> Failure {
        let at = error.marker().byte_offset().unwrap_or(0).min(self.text.len());
        if *error.kind() == ErrorKind::RecursionLimitExceeded {
            return Failure::too_deep(self.limits.depth, extent::character(self.text, at));
        }
        let bracket = builder.and_then(Builder::open_bracket);
        syntax::failure(self.text, error.kind(), at, bracket, builder.map_or(self.end, Builder::cursor))
    }

    /// Gives up the document that has begun, or the last one where its end was still open, or else one that
    /// did not get as far as its start; tells which.
    fn fail(&mut self, has_begun: bool, failure: Failure) -> u32 {
        let document = if has_begun {
            self.stream.total - 1
        } else if self.end_is_open && self.stream.total > 0 {
            let last = self.stream.total - 1;
            self.stream.documents.pop_if(|document| document.index == last);
            while self.stream.problems.pop_if(|problem| problem.document == last).is_some() {}
            last
        } else {
            self.stream.total += 1;
            self.stream.total - 1
        };
        self.end = failure.span.end;
        self.end_is_open = false;
        self.comments.clear();
        self.unreadable(document, failure);
        document
    }

    fn unreadable(&mut self, document: u32, failure: Failure) {
        let Failure { code, message, help, span, related } = failure;
        let (kind, pointer) = (ProblemKind::Unreadable, None);
        self.tell(Problem { kind, code, message, help, span, related, pointer, document });
    }

    fn tell(&mut self, problem: Problem) {
        match self.stream.problems.len() {
            ..MAX_PROBLEMS => self.stream.problems.push(problem),
            MAX_PROBLEMS => self.stream.problems.push(Problem {
                kind: ProblemKind::Unreadable,
                ..Problem::of_too_many(MAX_PROBLEMS, "file", problem)
            }),
            _ => {}
        }
    }

    fn finish(mut self) -> Stream {
        if let Some(last) = self.stream.documents.last_mut() {
            last.comments.append(&mut self.comments);
        }
        self.stream.problems.sort_by_key(|problem| (problem.document, problem.span.start));
        self.stream
    }
}
