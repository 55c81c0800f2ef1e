//! The formats that forges and CI servers read, each read back as its readers read it.
#![allow(
    clippy::disallowed_methods,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by it, and looks at what was written"
)]

#[path = "../common/mod.rs"]
mod common;
#[path = "../output_support/mod.rs"]
mod output_support;

mod acme;
mod exceptions;
mod github;
mod gitlab;
mod hostile;
mod junit;
mod many;
mod markdown;
mod sarif;
mod sarif_check;
