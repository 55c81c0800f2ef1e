//! What evaluation promises, a file for each promise.

mod clauses;
mod provenance;
mod truth;
mod values;
