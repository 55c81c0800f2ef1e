//! Why a document cannot be read: what the parser and the limits have to say, before it is a problem.

use crate::source::Span;

/// Why a document's tree was given up.
pub(super) struct Failure {
    pub(super) code: &'static str,
    pub(super) message: String,
    pub(super) help: Option<String>,
    pub(super) span: Span,
    pub(super) related: Vec<(Span, String)>,
}

impl Failure {
    /// More bytes than spans can count.
    pub(super) fn too_large() -> Self {
        Self::over("limit-bytes", "the file is larger than 2 GiB".to_owned(), "split it", Span::new(0, 0))
    }

    /// More levels than `limit`.
    pub(super) fn too_deep(limit: u32, span: Span) -> Self {
        let message = format!("the document is nested more than {limit} levels deep");
        Self::over("limit-depth", message, "flatten it, or split it into several documents", span)
    }

    /// More nodes than `limit`.
    pub(super) fn too_many_nodes(limit: u32, span: Span) -> Self {
        let message = format!("the document has more than {limit} values");
        Self::over("limit-nodes", message, "split it into several documents", span)
    }

    /// More than `limit` nodes once aliases are written out.
    pub(super) fn too_many_repeats(limit: u64, span: Span) -> Self {
        let message = format!("with its aliases written out, the document has more than {limit} values");
        Self::over("limit-alias", message, "repeat smaller parts, or split the document", span)
    }

    fn over(code: &'static str, message: String, help: &str, span: Span) -> Self {
        Self { code, message, help: Some(help.to_owned()), span, related: Vec::new() }
    }
}
