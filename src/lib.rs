//! tunelint as a library: the pipeline from sources to a report.
//!
//! ```text
//! cli → discover → read → document → manifest (facts) → link → schema → policy → report → output
//! ```

// Foundations: import nothing of ours but each other.
pub mod document;
pub mod finding;
pub mod source;
// Flow: each may import the ones above it.
pub mod manifest;
pub mod policy;
pub mod schema;
