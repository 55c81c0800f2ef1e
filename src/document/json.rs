//! The tree as the schema validator sees it: no second tree, aliases followed.
/// The representation to name in `jsonschema::options_for`.
#[derive(Debug)]
pub struct TreeJson;
