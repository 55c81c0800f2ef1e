//! `tunelint audit` over an organisation of repositories.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a helper of a test may fail the test")]
#![allow(clippy::disallowed_methods, reason = "a test reads what was written")]

#[path = "../common/mod.rs"]
mod common;
#[path = "../common/git_history.rs"]
mod git_history;
#[path = "../common/organisation.rs"]
mod organisation;

mod gates;
mod generator;
mod history;
mod hostile;
mod jobs;
mod locks;
mod objects;
mod shards;
mod support;
mod waivers;
