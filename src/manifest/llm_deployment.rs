//! The native manifest: `apiVersion: tunelint.dev/v1alpha1`, `kind: LLMDeployment`.
use std::sync::Arc;

use super::Deployment;
use crate::document::{Document, Rejected};
use crate::finding::{Finding, Label, Place};
use crate::source::{Source, Span};

/// Whether a document is a native manifest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recognition<'a> {
    /// It is none.
    NotOurs,
    /// It is one, or was meant to be.
    Ours,
    /// It is one of a version that is not known here.
    UnsupportedApiVersion {
        /// The `apiVersion`.
        version: &'a str,
        /// Its bytes.
        span: Span,
    },
}

/// Tells by `kind` and `apiVersion` whether a document is a native manifest.
pub fn recognise(document: &Document) -> Recognition<'_> {
    let _ = document;
    Recognition::NotOurs
}

/// The one finding about a manifest of a version that is not known here.
pub fn unsupported(document: &Document, source: &Arc<Source>, version: &str, span: Span) -> Finding {
    let place = Place::at(source, Some(document.index), span);
    Finding::invalid("schema", "unsupported-api-version", version, Label::new(place, ""))
}

/// Reads the facts of a native manifest.
pub fn extract(document: &Document, source: &Arc<Source>, rejected: &Rejected) -> Deployment {
    let _ = rejected;
    Deployment {
        identity: None,
        id: "".into(),
        source: Arc::clone(source),
        document: document.index,
        format: "llm-deployment",
        anchor: Span::default(),
        facts: Default::default(),
    }
}
