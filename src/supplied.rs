//! Facts that a platform knows better than a repo, supplied in files beside it (`--facts`): volumes from the gateway,
//! prices, data classes.
//!
//! A file is read into entries ([`Supplied::add`]), each about one deployment or about all in some places. Once all
//! deployments are known, the entries' facts join those of the deployments that they speak of ([`Supplied::join`]).
//! What is declared counts for more than what is supplied, and what is supplied for a deployment for more than what
//! is supplied for its place.

mod entries;
mod join;
mod lost;
mod places;
mod told;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use crate::finding::{Finding, Label, Place};
use crate::manifest::facts::FactSet;
use crate::source::{Source, Span};
use places::Places;

pub use lost::DEPLOYMENT_NOT_FOUND;
pub use told::DECLARATION_DIFFERS;

/// A file of facts: what it is called, and what it says.
#[derive(Clone, Debug)]
pub struct FactsFile {
    /// Path relative to the root, as findings show it.
    pub path: Arc<str>,
    /// The file.
    pub file: PathBuf,
    /// Its text.
    pub text: Arc<str>,
}

/// Which of the rules about supplied facts are in force.
#[derive(Clone, Copy, Debug, Default)]
pub struct Asked {
    /// [`DECLARATION_DIFFERS`].
    pub differences: bool,
    /// [`DEPLOYMENT_NOT_FOUND`].
    pub not_found: bool,
}

/// All facts that were supplied.
#[derive(Debug, Default)]
pub struct Supplied {
    /// What is wrong with the files. Entries without a mistake count all the same.
    pub problems: Vec<Finding>,
    /// The rules in force.
    asked: Asked,
    entries: Vec<Entry>,
    /// Entries by the deployment that they are about.
    by_identity: HashMap<Box<str>, Vec<usize>>,
    places: Places,
}

/// Who supplies facts: one document.
#[derive(Debug)]
struct Supplier {
    /// Its name; the file's where it has none.
    name: Box<str>,
    /// Where its values come from, in its own words.
    words: Option<Box<str>>,
    /// The day of its values.
    as_of: Option<Box<str>>,
    source: Arc<Source>,
    document: u32,
}

/// One entry of a supplier.
#[derive(Debug)]
struct Entry {
    supplier: Arc<Supplier>,
    facts: FactSet,
    /// What it is about; nothing where that is globs, which [`Places`] keeps.
    identity: Option<Subject>,
}

/// A text that names what an entry is about, and where it stands.
#[derive(Debug)]
struct Subject {
    text: Box<str>,
    span: Span,
    pointer: Box<str>,
}

impl Supplied {
    /// Nothing as yet; what is told of it is what `asked` says.
    pub fn new(asked: Asked) -> Self {
        Self { asked, ..Self::default() }
    }

    /// Notes that a file could not be read, and why (`does not exist`).
    pub fn unreadable(&mut self, path: &Arc<str>, code: &'static str, predicate: &str, help: Option<&str>) {
        let source = Source::in_memory(Arc::clone(path), "");
        let primary = Label::new(Place::whole(&source), "not read");
        let mut finding = Finding::invalid("facts", code, format!("{path} {predicate}"), primary);
        finding.help = help.map(Into::into);
        self.problems.push(finding);
    }
}

impl Supplier {
    /// The place of a subject.
    fn place(&self, subject: &Subject) -> Place {
        Place::at(&self.source, Some(self.document), subject.span).with_pointer(&*subject.pointer)
    }
}
