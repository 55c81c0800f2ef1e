//! Temporary.
use crate::document::Document;
use crate::finding::Finding;
use crate::source::Source;
use std::sync::Arc;
/// Kind.
#[derive(Clone, Copy, Debug)]
pub enum PolicyKind {
    /// Rule.
    Rule,
    /// Pack.
    Pack,
}
/// V.
pub fn validate_policy(_: &Document, _: &Arc<Source>, _: PolicyKind) -> Vec<Finding> {
    Vec::new()
}
/// V.
pub fn validate_spec(
    _: &Document,
    _: &Arc<Source>,
    _: crate::document::NodeRef<'_>,
) -> (Vec<Finding>, crate::document::Rejected) {
    (Vec::new(), crate::document::Rejected::default())
}
