//! Policies: packs of rules, read and checked before any manifest, evaluated on facts. Knows facts, never formats.

pub mod eval;
pub mod expression;
