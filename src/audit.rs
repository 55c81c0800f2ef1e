//! Audits: the same check over many repositories and many days, kept as rows, and what a lead reads out of them.
//!
//! ```text
//! repos → (each as it stands, or as commits have it) → pipeline → Report → rows → dataset
//!                                                                            └──→ portfolio → output
//! ```
//!
//! One repository is in memory at a time, for each thread. What is left of it are its [`rows`](record): flat records
//! with stable names, which a dataset keeps and a portfolio sums up. A report of several shards is made of their rows
//! alone, so that it is the report of one run over all of them, to the byte.

pub mod dataset;
mod header;
pub mod portfolio;
pub mod record;
pub mod rows;
mod shard;
pub mod snapshots;
pub mod web;

pub use header::{Header, MissingShard, RowCounts, SCHEMA, Tool};
pub use shard::{Shard, ShardError};
