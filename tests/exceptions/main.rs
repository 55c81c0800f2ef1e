//! Findings that do not count: comments, waivers, the baseline, and the commands that write them.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by it")]
#![allow(clippy::disallowed_methods, reason = "tests look at what was written")]

#[path = "../common/mod.rs"]
mod common;

mod baseline;
mod inline;
mod support;
mod terms;
mod waive;
mod waivers;
