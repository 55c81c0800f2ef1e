//! The native manifest: `apiVersion: tunelint.dev/v1alpha1`, `kind: LLMDeployment`. Its `spec` is facts as it stands.

use std::sync::Arc;

use super::Deployment;
use super::facts::{FactAt, FactId, FactSet, FactSetBuilder, FactSource, FactValue, Origin, Role};
use super::vocabulary::{FactType, PathId, ROOT, Vocabulary};
use crate::document::{Document, Entry, Kind, NodeRef, Rejected, push_token};
use crate::finding::{Finding, Label, Place};
use crate::source::{Source, Span};

/// The kind of a native manifest.
pub const KIND: &str = "LLMDeployment";
/// What every `apiVersion` of ours begins with.
pub const GROUP: &str = "tunelint.dev/";
/// The `apiVersion` that this version reads.
pub const API_VERSION: &str = "tunelint.dev/v1alpha1";
/// The format's id in reports.
pub const FORMAT: &str = "llm-deployment";

/// Kinds of ours that are no manifests.
const OTHER_KINDS: &[&str] = &["Rule", "Pack", "Config", "Waivers", "Baseline"];

/// Whether a document is a native manifest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recognition<'a> {
    /// It is none.
    NotOurs,
    /// It is one, or was meant to be.
    Ours,
    /// It is one of a version that is not known here: see [`unsupported`].
    UnsupportedApiVersion {
        /// The `apiVersion`.
        version: &'a str,
        /// Its bytes.
        span: Span,
    },
}

/// Tells by `kind` and `apiVersion` whether a document is a native manifest. A kind that nobody knows, under an
/// `apiVersion` of ours, is taken for a slip of the pen: the schema points at it.
pub fn recognise(document: &Document) -> Recognition<'_> {
    let root = document.root();
    let version = root.get("apiVersion");
    let kind = root.get("kind").and_then(NodeRef::as_str);
    let ours =
        version.and_then(|node| Some((node, node.as_str()?))).filter(|(_, text)| text.starts_with(GROUP));
    match (ours, kind) {
        (_, Some(kind)) if OTHER_KINDS.contains(&kind) => Recognition::NotOurs,
        (Some((node, version)), _) if version != API_VERSION => {
            Recognition::UnsupportedApiVersion { version, span: node.span() }
        }
        (Some(_), _) | (None, Some(KIND)) => Recognition::Ours,
        (None, _) => Recognition::NotOurs,
    }
}

/// The one finding about a manifest of a version that is not known here.
pub fn unsupported(document: &Document, source: &Arc<Source>, version: &str, span: Span) -> Finding {
    let place = Place::at(source, Some(document.index), span).with_pointer("/apiVersion");
    let message = format!("this version of tunelint does not know the apiVersion {version}");
    Finding::invalid("schema", "unsupported-api-version", message, Label::new(place, "not known"))
        .with_help(format!("write {API_VERSION}, or use a version of tunelint that knows it"))
}

/// Reads the facts of a native manifest. `rejected` is what the schema said of it.
pub fn extract(document: &Document, source: &Arc<Source>, rejected: &Rejected) -> Deployment {
    let root = document.root();
    let vocabulary = Vocabulary::native();
    let mut reader = Reader::new(document, source, rejected, "/spec");
    if let Some(spec) = root.entry("spec") {
        reader.pointer.push_str("/spec");
        reader.object(ROOT, spec.value(), at_entry(ROOT, spec), Some(spec));
        reader.pointer.clear();
    } else {
        // Absence is said of a spec, even of one that nobody wrote.
        let heading = root.entries().next().map_or(root.span(), Entry::key_span);
        reader.builder.object(FactAt { path: ROOT, key: heading, span: heading });
        reader.builder.close();
    }
    if let (Some(metadata), Some(path)) = (root.entry("metadata"), vocabulary.find("metadata")) {
        reader.pointer.push_str("/metadata");
        reader.object(path, metadata.value(), at_entry(path, metadata), Some(metadata));
    }
    let facts = reader.builder.finish(true);
    Deployment {
        identity: identity(&facts, vocabulary),
        id: format!("{}#{}", source.path, document.index).into(),
        source: Arc::clone(source),
        document: document.index,
        format: FORMAT,
        anchor: anchor(root),
        facts,
    }
}

/// Reads the facts of a node that stands for `spec` or a part of it, and may have a `metadata` beside spec's
/// fields: an example of a policy. `rejected` is by pointers from the node on, as
/// [`crate::schema::validate_spec`] gives them.
pub fn extract_spec(
    document: &Document,
    source: &Arc<Source>,
    spec: NodeRef<'_>,
    rejected: &Rejected,
) -> FactSet {
    let mut reader = Reader::new(document, source, rejected, "");
    reader.metadata_inside = true;
    reader.object(ROOT, spec, FactAt { path: ROOT, key: spec.span(), span: spec.span() }, None);
    reader.builder.finish(true)
}

/// `namespace/name`, or the name alone; nothing where either is not known for sure.
fn identity(facts: &FactSet, vocabulary: &Vocabulary) -> Option<Arc<str>> {
    let value = |path| {
        let path = vocabulary.find(path)?;
        facts.iter().find(|(_, fact)| fact.path == path).map(|(id, _)| facts.value(id))
    };
    match (value("metadata.namespace"), value("metadata.name")?) {
        (None, FactValue::Text(name)) => Some(name.into()),
        (Some(FactValue::Text(namespace)), FactValue::Text(name)) => {
            Some(format!("{namespace}/{name}").into())
        }
        _ => None,
    }
}

/// Where a finding points that no fact decided: the name, or the nearest thing above that exists.
fn anchor(root: NodeRef<'_>) -> Span {
    let metadata = root.entry("metadata");
    metadata
        .and_then(|metadata| metadata.value().get("name"))
        .map(NodeRef::span)
        .filter(|span| !span.is_empty())
        .or_else(|| metadata.map(Entry::key_span))
        .or_else(|| root.entry("kind").map(Entry::key_span))
        .or_else(|| root.entries().next().map(Entry::key_span))
        .unwrap_or(root.span())
}

fn at_entry(path: PathId, entry: Entry<'_>) -> FactAt {
    FactAt { path, key: entry.key_span(), span: entry.value().span() }
}

/// Walks a document along the vocabulary.
struct Reader<'r> {
    builder: FactSetBuilder,
    vocabulary: &'static Vocabulary,
    rejected: &'r Rejected,
    /// Where the walk is; kept up only where something was rejected.
    pointer: String,
    /// Whether `metadata` may stand among the fields of spec.
    metadata_inside: bool,
}

impl<'r> Reader<'r> {
    fn new(document: &Document, source: &Arc<Source>, rejected: &'r Rejected, base: &'static str) -> Self {
        let mut builder = FactSetBuilder::default();
        let document = document.index;
        let source = FactSource { source: Arc::clone(source), document, role: Role::Manifest, base };
        builder.source(source, Origin::Declared);
        Self {
            builder,
            vocabulary: Vocabulary::native(),
            rejected,
            pointer: String::new(),
            metadata_inside: false,
        }
    }

    /// Does `work` one token deeper.
    fn under(&mut self, token: &str, work: impl FnOnce(&mut Self)) {
        if self.rejected.is_empty() {
            return work(self);
        }
        let above = self.pointer.len();
        push_token(&mut self.pointer, token);
        work(self);
        self.pointer.truncate(above);
    }

    fn is_rejected(&self, node: NodeRef<'_>, entry: Option<Entry<'_>>) -> bool {
        entry.is_some_and(Entry::is_duplicate)
            || node.is_tagged()
            || (!self.rejected.is_empty() && self.rejected.contains(&self.pointer))
    }

    /// Adds what few facts have.
    fn finish(&mut self, id: FactId, node: NodeRef<'_>, entry: Option<Entry<'_>>) {
        if let Some(anchor) = node.anchor_span() {
            self.builder.anchor(id, anchor);
        }
        if let Some(merge) = entry.and_then(Entry::merged) {
            self.builder.merged(id, merge);
        }
    }

    fn value(&mut self, path: PathId, node: NodeRef<'_>, at: FactAt, entry: Option<Entry<'_>>) {
        match self.vocabulary.info(path).kind {
            FactType::Object => self.object(path, node, at, entry),
            FactType::Map => self.map(path, node, at, entry),
            FactType::List => self.list(path, node, at, entry),
            FactType::Any if node.is_mapping() => self.object(path, node, at, entry),
            wanted => {
                let id = if self.is_rejected(node, entry) {
                    self.builder.rejected(at)
                } else {
                    self.scalar(wanted, node, at)
                };
                self.finish(id, node, entry);
                if entry.is_some_and(|_| self.vocabulary.info(path).key.as_ref() == "*") {
                    self.key(id, entry);
                }
            }
        }
    }

    fn key(&mut self, id: FactId, entry: Option<Entry<'_>>) {
        if let Some(entry) = entry {
            self.builder.map_key(id, entry.key());
        }
    }

    /// A scalar, or a rejected fact where the value is not of the type (the schema has told why).
    fn scalar(&mut self, wanted: FactType, node: NodeRef<'_>, at: FactAt) -> FactId {
        let raw = node.source_text();
        match (wanted, node.kind()) {
            (FactType::Bool, Kind::Bool(value)) => self.builder.bool(at, value),
            (FactType::Integer | FactType::Number, Kind::Int(value)) => self.builder.int(at, value, raw),
            (FactType::Integer, Kind::Float(value)) => match whole(value) {
                Some(value) => self.builder.int(at, value, raw),
                None if value.is_finite() => self.builder.number(at, value, raw),
                None => self.builder.rejected(at),
            },
            (FactType::Number, Kind::Float(value)) if value.is_finite() => {
                self.builder.number(at, value, raw)
            }
            (FactType::String | FactType::Any, Kind::String(_)) => {
                self.builder.text(at, node.as_str().unwrap_or_default())
            }
            _ => self.builder.rejected(at),
        }
    }

    /// Opens a list or an object, or adds a rejected fact in its place.
    fn open(&mut self, as_list: bool, node: NodeRef<'_>, at: FactAt, entry: Option<Entry<'_>>) -> bool {
        let fits = if as_list { node.is_sequence() } else { node.is_mapping() };
        let opens = fits && !self.is_rejected(node, entry);
        let id = match (opens, as_list) {
            (false, _) => self.builder.rejected(at),
            (true, true) => self.builder.list(at),
            (true, false) => self.builder.object(at),
        };
        self.finish(id, node, entry);
        opens
    }

    fn object(&mut self, path: PathId, node: NodeRef<'_>, at: FactAt, entry: Option<Entry<'_>>) {
        if !self.open(false, node, at, entry) {
            return;
        }
        for (index, member) in node.entries().enumerate() {
            let Some(child) = self.vocabulary.child(path, member.key()) else { continue };
            let is_metadata = path == ROOT && member.key() == "metadata";
            // Of equal keys one rejected fact is enough.
            let again = member.is_duplicate() && node.entries().take(index).any(|e| e.key() == member.key());
            if again || (is_metadata && !self.metadata_inside) {
                continue;
            }
            self.under(member.key(), |reader| {
                reader.value(child, member.value(), at_entry(child, member), Some(member));
            });
        }
        self.builder.close();
    }

    fn map(&mut self, path: PathId, node: NodeRef<'_>, at: FactAt, entry: Option<Entry<'_>>) {
        let Some(child) = self.vocabulary.info(path).children.first().copied() else { return };
        if !self.open(false, node, at, entry) {
            return;
        }
        for member in node.entries() {
            self.under(member.key(), |reader| {
                reader.value(child, member.value(), at_entry(child, member), Some(member));
            });
        }
        self.builder.close();
    }

    fn list(&mut self, path: PathId, node: NodeRef<'_>, at: FactAt, entry: Option<Entry<'_>>) {
        let Some(child) = self.vocabulary.info(path).children.first().copied() else { return };
        if !self.open(true, node, at, entry) {
            return;
        }
        let mut number = String::new();
        for (index, item) in node.items().enumerate() {
            if !self.rejected.is_empty() {
                number = index.to_string();
            }
            let at = FactAt { path: child, key: item.span(), span: item.span() };
            self.under(&number, |reader| reader.value(child, item, at, None));
        }
        self.builder.close();
    }
}

/// A whole number that a float holds exactly.
fn whole(value: f64) -> Option<i64> {
    // From 2^53 on, floats skip whole numbers: what is read is not what was written.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    #[expect(clippy::cast_possible_truncation, reason = "the value is whole and within the exact range")]
    (value.fract() == 0.0 && value.abs() <= EXACT).then_some(value as i64)
}
