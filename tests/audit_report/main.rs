//! What an audit came to: the sums against an independent count, and each format of the report.
#![allow(
    clippy::disallowed_methods,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by it, and looks at what was written"
)]
#![allow(unreachable_pub, reason = "shared between the files of this test")]

mod acme;
#[path = "../common/colour.rs"]
mod colour;
mod earlier;
mod formats;
mod gates;
mod many;
mod page;
mod rows;
mod strangers;
mod sums;
