//! From the text of a file to entries: every mistake a finding in the file, and none of them hides an entry that has
//! none.

use std::borrow::Cow;
use std::sync::Arc;

use super::{Entry, FactsFile, Subject, Supplied, Supplier, told};
use crate::document::{self, Document, Limits, NodeRef};
use crate::finding::{Finding, Label, Outcome, Place};
use crate::manifest::facts::{FactSet, FactSource, Origin, Reach, Role};
use crate::manifest::llm_deployment::{self, API_VERSION};
use crate::schema;
use crate::source::{Source, Span};

/// The kind of a document of facts.
const KIND: &str = "Facts";
/// Mistakes told of one file.
const MOST: usize = 100;
/// Bytes of facts kept of one file. Only one that repeats long texts by aliases comes near.
const MOST_BYTES: usize = 128 << 20;

impl Supplied {
    /// Reads a file. Mistakes become [`Self::problems`].
    pub fn add(&mut self, file: &FactsFile) {
        let source = Source::on_disk(Arc::clone(&file.path), file.file.clone(), &file.text);
        let limits = Limits { comments: false, expanded: 2_000_000, ..Limits::default() };
        let stream = document::parse(&file.text, &limits);
        let mut desk = Desk { source: &source, document: 0, findings: Vec::new(), bytes: 0, new: Vec::new() };
        // What cannot be read is a mistake as well: the run is in trouble, not the repo.
        desk.findings.extend(
            schema::problems(&stream.problems, "facts", &source).into_iter().map(|finding| Finding {
                rule: "facts".into(),
                outcome: Outcome::Invalid,
                ..finding
            }),
        );
        if stream.documents.is_empty() && stream.problems.is_empty() {
            let label = Label::new(Place::whole(&source), "empty");
            desk.findings.push(Finding::invalid(
                "facts",
                "empty",
                "This facts file holds no document",
                label,
            ));
        }
        for document in &stream.documents {
            desk.document(document);
        }
        self.take(desk, &source);
    }

    /// Takes in what was read of one file.
    fn take(&mut self, desk: Desk<'_>, source: &Arc<Source>) {
        let Desk { mut findings, new, .. } = desk;
        let first = self.entries.len();
        let mut globs = Vec::new();
        for (entry, places) in new {
            let index = self.entries.len();
            if let Some(identity) = &entry.identity {
                self.by_identity.entry(identity.text.clone()).or_default().push(index);
            }
            globs.extend(places.into_iter().map(|subject| (subject, index)));
            self.entries.push(entry);
        }
        self.contradictions(first, &mut findings);
        self.places.add(globs, &self.entries, &mut findings);
        let left = findings.len().saturating_sub(MOST);
        if left > 0 {
            findings.truncate(MOST);
            let label = Label::new(Place::whole(source), "more mistakes");
            let message = format!("{left} more mistakes in this file are not shown");
            findings.push(Finding::invalid("facts", "limit-findings", message, label));
        }
        self.problems.extend(findings);
    }

    /// Tells where entries from an index on, all of one file, say two things of one deployment.
    fn contradictions(&self, first: usize, findings: &mut Vec<Finding>) {
        let new = self.entries.get(first..).unwrap_or_default();
        for (index, entry) in new.iter().enumerate() {
            let Some(identity) = &entry.identity else { continue };
            let all = self.by_identity.get(&identity.text).map_or(&[][..], Vec::as_slice);
            let from = all.partition_point(|&other| other < first);
            let Some(others) = all.get(from..).filter(|all| all.first() == Some(&(first + index))) else {
                continue;
            };
            let others: Vec<&FactSet> =
                others.iter().skip(1).filter_map(|&other| Some(&self.entries.get(other)?.facts)).collect();
            if others.is_empty() {
                continue;
            }
            told::contradictions(&entry.facts.with(others), &entry.supplier, &identity.text, findings);
        }
    }
}

/// One file while it is read.
struct Desk<'a> {
    source: &'a Arc<Source>,
    /// The document it is in.
    document: u32,
    findings: Vec<Finding>,
    /// Bytes of facts so far.
    bytes: usize,
    /// Entries, with the globs of those that have some.
    new: Vec<(Entry, Vec<Subject>)>,
}

impl Desk<'_> {
    fn document(&mut self, document: &Document) {
        self.document = document.index;
        let root = document.root();
        let text = |key| root.get(key).and_then(NodeRef::as_str);
        let mut findings = schema::validate_facts(document, self.source);
        let is_ours = text("kind") == Some(KIND) && text("apiVersion") == Some(API_VERSION);
        if !is_ours && root.is_mapping() {
            // What the rest of another kind should look like is not for us to say.
            findings.retain(|finding| {
                matches!(finding.primary.place.pointer.as_deref(), Some("/kind" | "/apiVersion"))
            });
        }
        self.findings.extend(findings);
        let Some(spec) = root.get("spec").filter(|_| is_ours) else { return };
        let words = |node: Option<NodeRef<'_>>| node.and_then(NodeRef::as_str).map(Into::into);
        let name = words(root.get("metadata").and_then(|metadata| metadata.get("name")));
        let supplier = Arc::new(Supplier {
            name: name.unwrap_or_else(|| (*self.source.path).into()),
            words: words(spec.get("source")),
            as_of: words(spec.get("asOf")),
            source: Arc::clone(self.source),
            document: document.index,
        });
        let entries = spec.get("deployments").into_iter().flat_map(NodeRef::items);
        for (index, node) in entries.enumerate().filter(|(_, node)| node.is_mapping()) {
            let pointer = format!("/spec/deployments/{index}");
            if self.bytes > MOST_BYTES {
                self.mistake(
                    "limit-alias",
                    "with its aliases written out, this file supplies more than can be kept",
                    (node.span(), pointer),
                    "not read from here on",
                    "repeat smaller parts, or split the file",
                );
                return;
            }
            self.entry(node, &pointer, &supplier);
        }
    }

    fn entry(&mut self, node: NodeRef<'_>, pointer: &str, supplier: &Arc<Supplier>) {
        let subject = self.subject(node, pointer);
        let Some(spec) = node.entry("spec") else { return };
        let base = format!("{pointer}/spec");
        let (findings, rejected) = schema::validate_supplied(spec.value(), &base, self.source);
        // That it is no object at all has been told.
        if spec.value().is_mapping() {
            self.findings.extend(findings);
        }
        let Some((identity, places)) = subject else { return };
        let from = FactSource {
            source: Arc::clone(self.source),
            document: supplier.document,
            role: Role::Platform,
            base: Cow::Owned(base),
            origin: Origin::Supplied,
            reach: if identity.is_some() { Reach::Identity } else { Reach::Places },
        };
        let facts = llm_deployment::extract_part(spec, from, &rejected);
        self.bytes += facts.weight();
        self.new.push((Entry { supplier: Arc::clone(supplier), facts, identity }, places));
    }

    /// What an entry is about: an identity, or globs.
    fn subject(&mut self, node: NodeRef<'_>, pointer: &str) -> Option<(Option<Subject>, Vec<Subject>)> {
        let heading = node.entries().next().map_or(node.span(), document::Entry::key_span);
        match (node.entry("deployment"), node.entry("paths")) {
            (Some(deployment), None) => {
                let value = deployment.value();
                Some((Some(subject(value, format!("{pointer}/deployment"))?), Vec::new()))
            }
            (None, Some(paths)) => {
                let globs: Vec<Subject> = (paths.value().items().enumerate())
                    .filter_map(|(index, glob)| subject(glob, format!("{pointer}/paths/{index}")))
                    .collect();
                if paths.value().is_sequence() && paths.value().is_empty() {
                    self.mistake(
                        "empty",
                        "paths names no place, so that the entry is about nothing",
                        (paths.key_span(), format!("{pointer}/paths")),
                        "no glob",
                        "write a list of globs: [\"deploy/**\"]",
                    );
                }
                Some((None, globs))
            }
            (Some(_), Some(paths)) => {
                self.mistake(
                    "conflict",
                    "an entry is about a deployment or about paths, and this one names both",
                    (paths.key_span(), format!("{pointer}/paths")),
                    "beside deployment",
                    "make two entries of it",
                );
                None
            }
            (None, None) => {
                self.mistake(
                    "required",
                    "an entry has to say what it is about: deployment or paths is missing",
                    (heading, format!("{pointer}/deployment")),
                    "about nothing",
                    "add deployment: IDENTITY, or paths with a list of globs",
                );
                None
            }
        }
    }

    fn mistake(
        &mut self,
        code: &'static str,
        message: &str,
        (span, pointer): (Span, String),
        label: &str,
        help: &str,
    ) {
        let place = Place::at(self.source, Some(self.document), span).with_pointer(pointer);
        let finding = Finding::invalid("facts", code, message, Label::new(place, label));
        self.findings.push(finding.with_help(help));
    }
}

/// A text that names what an entry is about; nothing for what is none, which the schema has told.
fn subject(node: NodeRef<'_>, pointer: String) -> Option<Subject> {
    let text = node.as_str().filter(|_| !node.is_tagged())?;
    Some(Subject { text: text.into(), span: node.span(), pointer: pointer.into() })
}
