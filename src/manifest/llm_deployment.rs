//! The native manifest: `apiVersion: tunelint.dev/v1alpha1`, `kind: LLMDeployment`. Its `spec` is facts as it stands.

use std::sync::Arc;

use super::Deployment;
use super::facts::{FactAt, FactId, FactSet, FactSetBuilder, FactSource, FactValue, Origin, Reach, Role};
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
const OTHER_KINDS: &[&str] = &["Rule", "Pack", "Config", "Waivers", "Baseline", "Facts"];

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
    let mut reader = Reader::new(declared_in(document, source, "/spec"), rejected);
    // Nearly every node is a fact, and a third of a manifest is texts: what is not needed is given back at the end.
    reader.builder.reserve(document.node_count() as usize, document.text().len() / 3);
    if let Some(spec) = root.entry("spec") {
        reader.pointer.push_str("/spec");
        reader.object(spec.value(), at_entry(ROOT, spec), Some(spec));
        reader.pointer.clear();
    } else {
        // Absence is said of a spec, even of one that nobody wrote.
        let heading = root.entries().next().map_or(root.span(), Entry::key_span);
        reader.builder.object(FactAt { path: ROOT, key: heading, span: heading });
        reader.builder.close();
    }
    if let (Some(metadata), Some(path)) = (root.entry("metadata"), vocabulary.find("metadata")) {
        reader.pointer.push_str("/metadata");
        reader.object(metadata.value(), at_entry(path, metadata), Some(metadata));
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
    let mut reader = Reader::new(declared_in(document, source, ""), rejected);
    reader.metadata_inside = true;
    reader.object(spec, FactAt { path: ROOT, key: spec.span(), span: spec.span() }, None);
    reader.builder.finish(true)
}

/// Reads the facts of an entry that stands for `spec` or a part of it in another document than the deployment's
/// own. `from` says where they come from; `rejected` is by pointers from the entry's value on.
pub fn extract_part(spec: Entry<'_>, from: FactSource, rejected: &Rejected) -> FactSet {
    let mut reader = Reader::new(from, rejected);
    reader.object(spec.value(), at_entry(ROOT, spec), Some(spec));
    reader.builder.finish(false)
}

/// A deployment's own document as a source of facts.
fn declared_in(document: &Document, source: &Arc<Source>, base: &'static str) -> FactSource {
    FactSource {
        source: Arc::clone(source),
        document: document.index,
        role: Role::Manifest,
        base: base.into(),
        origin: Origin::Declared,
        reach: Reach::Identity,
    }
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
    fn new(from: FactSource, rejected: &'r Rejected) -> Self {
        let mut builder = FactSetBuilder::default();
        builder.source(from);
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

    /// Adds by which detour a value came.
    fn detours(&mut self, id: FactId, node: NodeRef<'_>, entry: Option<Entry<'_>>) {
        if let Some(anchor) = node.anchor_span() {
            self.builder.anchor(id, anchor);
        }
        if let Some(merge) = entry.and_then(Entry::merged) {
            self.builder.merged(id, merge);
        }
    }

    fn value(&mut self, node: NodeRef<'_>, at: FactAt, entry: Option<Entry<'_>>) -> FactId {
        match self.vocabulary.info(at.path).kind {
            FactType::Object => self.object(node, at, entry),
            FactType::Map => self.map(node, at, entry),
            FactType::List => self.list(node, at, entry),
            FactType::Any if node.is_mapping() => self.object(node, at, entry),
            wanted => {
                let id = if self.is_rejected(node, entry) {
                    self.builder.rejected(at)
                } else {
                    self.scalar(wanted, node, at)
                };
                self.detours(id, node, entry);
                id
            }
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

    /// Adds a rejected fact in the place of a list or an object that is none, or is not to be trusted.
    fn refused(
        &mut self,
        fits: bool,
        node: NodeRef<'_>,
        at: FactAt,
        entry: Option<Entry<'_>>,
    ) -> Option<FactId> {
        if fits && !self.is_rejected(node, entry) {
            return None;
        }
        let id = self.builder.rejected(at);
        self.detours(id, node, entry);
        Some(id)
    }

    fn object(&mut self, node: NodeRef<'_>, at: FactAt, entry: Option<Entry<'_>>) -> FactId {
        if let Some(id) = self.refused(node.is_mapping(), node, at, entry) {
            return id;
        }
        let id = self.builder.object(at);
        self.detours(id, node, entry);
        let mut near = 0;
        for (index, member) in node.entries().enumerate() {
            let Some(child) = self.vocabulary.child_after(at.path, member.key(), &mut near) else { continue };
            let is_metadata = at.path == ROOT && member.key() == "metadata";
            // Of equal keys one rejected fact is enough.
            let again = member.is_duplicate() && node.entries().take(index).any(|e| e.key() == member.key());
            if again || (is_metadata && !self.metadata_inside) {
                continue;
            }
            self.under(member.key(), |reader| {
                reader.value(member.value(), at_entry(child, member), Some(member));
            });
        }
        self.builder.close();
        id
    }

    fn map(&mut self, node: NodeRef<'_>, at: FactAt, entry: Option<Entry<'_>>) -> FactId {
        if let Some(id) = self.refused(node.is_mapping(), node, at, entry) {
            return id;
        }
        let id = self.builder.object(at);
        self.detours(id, node, entry);
        for member in node.entries() {
            let Some(child) = self.vocabulary.child(at.path, member.key()) else { continue };
            self.under(member.key(), |reader| {
                let id = reader.value(member.value(), at_entry(child, member), Some(member));
                reader.builder.map_key(id, member.key());
            });
        }
        self.builder.close();
        id
    }

    fn list(&mut self, node: NodeRef<'_>, at: FactAt, entry: Option<Entry<'_>>) -> FactId {
        if let Some(id) = self.refused(node.is_sequence(), node, at, entry) {
            return id;
        }
        let id = self.builder.list(at);
        self.detours(id, node, entry);
        let mut index = String::new();
        for (position, item) in node.items().enumerate() {
            let Some(path) = self.vocabulary.child(at.path, "[]") else { continue };
            if !self.rejected.is_empty() {
                index = position.to_string();
            }
            let at = FactAt { path, key: item.span(), span: item.span() };
            self.under(&index, |reader| {
                reader.value(item, at, None);
            });
        }
        self.builder.close();
        id
    }
}

/// A whole number that a float holds exactly.
fn whole(value: f64) -> Option<i64> {
    // From 2^53 on, floats skip whole numbers: what is read is not what was written.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    #[expect(clippy::cast_possible_truncation, reason = "the value is whole and within the exact range")]
    (value.fract() == 0.0 && value.abs() <= EXACT).then_some(value as i64)
}

#[cfg(test)]
mod tests;
