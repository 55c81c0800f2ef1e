//! The native manifest: `apiVersion: tunelint.dev/v1alpha1`, `kind: LLMDeployment`.
/// E.
pub fn extract_spec(
    _: &crate::document::Document,
    _: &std::sync::Arc<crate::source::Source>,
    _: crate::document::NodeRef<'_>,
    _: &crate::document::Rejected,
) -> super::facts::FactSet {
    super::facts::FactSetBuilder::default().finish(true)
}
