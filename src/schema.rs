//! What a document may say.
use std::sync::Arc;

use crate::document::{Document, Problem, Rejected};
use crate::finding::Finding;
use crate::source::Source;

/// Validates a native manifest.
pub fn validate(document: &Document, source: &Arc<Source>) -> (Vec<Finding>, Rejected) {
    let _ = (document, source);
    (Vec::new(), Rejected::default())
}

/// Findings of what the parser saw.
pub fn problems<'a>(
    problems: impl IntoIterator<Item = &'a Problem>,
    rule: &str,
    source: &Arc<Source>,
) -> Vec<Finding> {
    let _ = (problems, rule, source);
    Vec::new()
}

/// The published schemas by the word that `tunelint schema` takes.
pub const SCHEMAS: &[(&str, &str)] = &[("manifest", crate::manifest::vocabulary::MANIFEST_SCHEMA)];
