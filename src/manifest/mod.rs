//! The facts model, and what makes facts of documents: the native manifest now, one file per foreign format
//! later. It recognises and extracts; it judges nothing and does no I/O.

pub mod equality;
pub mod evidence;
pub mod facts;
pub mod llm_deployment;
pub mod prose;
pub mod view;
pub mod vocabulary;

use std::sync::Arc;

use crate::source::{Source, Span};
use facts::FactSet;

/// One LLM deployment: who it is, where it stands, what is known of it.
#[derive(Debug)]
pub struct Deployment {
    /// `namespace/name`, or the name alone; nothing where the name was rejected.
    pub identity: Option<Arc<str>>,
    /// `file#document`, unique in a run.
    pub id: Arc<str>,
    /// The file of its own manifest.
    pub source: Arc<Source>,
    /// The document in it.
    pub document: u32,
    /// Format id: `llm-deployment`, or the id of a foreign format.
    pub format: &'static str,
    /// The bytes of the value of `metadata.name`, or the nearest above: where a finding points that no fact decided.
    pub anchor: Span,
    /// The facts.
    pub facts: FactSet,
}
