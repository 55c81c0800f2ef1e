//! What a builder notes of a document that it can read all the same.

use std::borrow::Cow;

use super::builder::Builder;
use super::{Problem, ProblemKind, Str, push_token};
use crate::source::Span;

/// Problems of one document that are kept; that there are more is told in one more.
const MAX_PROBLEMS: usize = 1_000;
/// Bytes of a pointer that are worth keeping with a problem.
const MAX_POINTER: usize = 4_096;

impl Problem {
    /// The problem that there are more, at the place of the first that is not kept.
    pub(super) fn of_too_many(kept: usize, holder: &str, next: Self) -> Self {
        Self {
            code: "limit-findings",
            message: format!("there are more than {kept} problems in this {holder}; the rest is not listed"),
            help: Some("mend those that are listed first".to_owned()),
            related: Vec::new(),
            ..next
        }
    }
}

impl Builder<'_> {
    /// Notes a problem at the place that is being read.
    pub(super) fn problem(&mut self, code: &'static str, message: String, help: &str, span: Span) {
        self.problem_at(None, code, message, help, span, None);
    }

    /// Notes a problem at the place that is being read, or at an entry of the innermost mapping.
    pub(super) fn problem_at(
        &mut self,
        entry: Option<Str>,
        code: &'static str,
        message: String,
        help: &str,
        span: Span,
        related: Option<(Span, &str)>,
    ) {
        if self.problems.len() > MAX_PROBLEMS {
            return;
        }
        let problem = Problem {
            kind: ProblemKind::Invalid,
            code,
            message,
            help: Some(help.to_owned()),
            span,
            related: related.into_iter().map(|(span, message)| (span, message.to_owned())).collect(),
            pointer: self.pointer(entry),
            document: self.index,
        };
        self.problems.push(match self.problems.len() {
            MAX_PROBLEMS => Problem::of_too_many(MAX_PROBLEMS, "document", problem),
            _ => problem,
        });
    }

    /// Pointer to what is being read, or to an entry of the innermost mapping; nothing where it would be too
    /// long to be of use. What is being merged is placed where it will be found.
    fn pointer(&self, entry: Option<Str>) -> Option<String> {
        let mut pointer = String::new();
        let mut merges = false;
        for (depth, frame) in self.frames.iter().enumerate() {
            if frame.as_key {
                break;
            }
            let entry = entry.filter(|_| depth + 1 == self.frames.len());
            let key = frame.key.filter(|_| frame.mapping && entry.is_none());
            let token = match entry.or(key.map(|key| key.text)) {
                _ if key.is_some_and(|key| key.merge) => None,
                Some(text) => Some(Cow::Borrowed(self.str_of(text))),
                None if frame.mapping || merges => None,
                None => {
                    let until = self.frames.get(depth + 1).map_or(self.pending.len(), |next| next.first);
                    Some(Cow::Owned((until - frame.first).to_string()))
                }
            };
            merges = key.is_some_and(|key| key.merge);
            let Some(token) = token else { continue };
            if pointer.len() + token.len() > MAX_POINTER {
                return None;
            }
            push_token(&mut pointer, &token);
        }
        Some(pointer)
    }
}
