//! Packs of one's own: what they can say, how they build on others, and what is told where they are wrong.

#![allow(clippy::disallowed_methods, reason = "tests look at what was written")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by it")]

#[path = "../common/mod.rs"]
mod common;
mod company;
mod config;
mod extends;
mod facts;
mod ids;
#[path = "../common/many_rules.rs"]
mod many_rules;
mod mistakes;
mod readme;
mod texts;
