//! tunelint as a library: the pipeline from sources to a report.
//!
//! ```text
//! cli → discover → read → document → manifest (facts) → link → schema → policy → exceptions → report → output
//! ```
//!
//! Data flows down this list, imports point up it. Three seams keep it simple: a [`document`] has a byte span for
//! every key and value; policies know one shape, the facts of [`manifest`]; a [`report`] is computed once, whatever
//! the format.

// Foundations: import nothing of ours but each other.
pub mod document;
pub mod finding;
pub mod globs;
pub mod marker;
pub mod nearest;
pub mod source;
pub mod threads;

// Flow: each may import the ones above it. The blank lines keep rustfmt from sorting them.
pub mod discover;

pub mod read;

pub mod git;

pub mod manifest;

pub mod link;

pub mod schema;

pub mod supplied;

pub mod policy;

pub mod config;

pub mod exceptions;
pub mod workspace;

pub mod report;

pub mod changed;

pub mod impact;

pub mod trust;

pub mod pipeline;

pub mod audit;

pub mod output;

pub mod cli;
