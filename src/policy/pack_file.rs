//! From `pack.yaml` to a pack without its rules.

use std::sync::Arc;

use super::embedded::{self, EmbeddedPack, PackWords};
use super::expression::{self, Type};
use super::extends::{self, Inherited};
use super::load::{self, PackNames, PolicyText, parameter_value, text};
use super::pack::{Checklist, LazySource, Pack, PackSource, Parameter, RuleSlot, Signal};
use super::settings::PackSettings;
use crate::document::{self, Document, NodeRef};
use crate::finding::Finding;
use crate::schema;
use crate::source::{Source, Span};

/// A pack whose file was read, before the packs that it extends are known.
pub(super) struct Draft {
    /// The pack; what comes of others is missing.
    pub(super) pack: Pack,
    /// Its file.
    document: Document,
    /// What findings in it point into.
    source: Arc<LazySource>,
}

/// Reads `pack.yaml`. Nothing where the file does not say which pack it is.
pub(super) fn draft(file: &PolicyText, findings: &mut Vec<Finding>) -> Option<Draft> {
    let document = load::open(file, schema::PolicyKind::Pack, findings)?;
    let spec = document.root().get("spec")?;
    let version = spec.get("version").map(NodeRef::source_text).unwrap_or_default();
    let words = PackWords {
        name: text(document.root(), &["metadata", "name"])?,
        title: text(spec, &["title"]).unwrap_or_default(),
        description: text(spec, &["description"]).unwrap_or_default(),
        version: version.trim_matches(['"', '\'']),
        license: text(spec, &["license"]).unwrap_or_default(),
        source: ["title", "publisher", "retrieved", "reviewBy"]
            .map(|key| text(spec, &["source", key]).unwrap_or_default()),
    };
    let name_span = document.root().get("metadata")?.get("name")?.span();
    let mut pack = pack(&words, Arc::clone(LazySource::force(&file.source)), name_span);
    pack.extends = extends::declared(spec);
    let set_by = Arc::clone(&file.source.path);
    for entry in spec.get("parameters").into_iter().flat_map(NodeRef::entries) {
        let node = entry.value();
        let read = node.get("default").and_then(|default| Some((default, parameter_value(default)?)));
        let Some((default, (kind, value))) = read else {
            pack.names.forget(entry.key());
            continue;
        };
        pack.parameters.push(Parameter {
            name: entry.key().into(),
            kind,
            value,
            raw: default.source_text().into(),
            unit: text(node, &["unit"]).unwrap_or_default().into(),
            description: text(node, &["description"]).unwrap_or_default().into(),
            source: text(node, &["source"]).unwrap_or_default().into(),
            set_by: set_by.clone(),
            place: None,
            key_span: entry.key_span(),
        });
    }
    Some(Draft { pack, document, source: Arc::clone(&file.source) })
}

impl Draft {
    /// The whole pack but its rules, now that [`Pack::inherited`] is known. `bases` are the packs that it extends.
    pub(super) fn finish(self, bases: &[&Pack], findings: &mut Vec<Finding>) -> Pack {
        let Self { mut pack, document, source } = self;
        pack.names.learn(&pack.parameters, &pack.inherited);
        let spec = document.root().get("spec");
        let lists = spec.and_then(|spec| spec.get("checklists")).into_iter().flat_map(NodeRef::entries);
        for list in lists {
            let mut checklist = Checklist { name: list.key().into(), inherited: false, items: Vec::new() };
            let mut conditions = Vec::new();
            let mut sound = list.value().is_sequence();
            for item in list.value().items() {
                // A signal that asks a checklist could ask itself: signals are read as if there were none.
                let met = item.get("met").and_then(|node| {
                    load::expression(node, pack.names.without_checklists(), &source, findings)
                });
                sound &= met.is_some();
                let Some(met) = met else { continue };
                checklist.items.push(Signal {
                    id: text(item, &["id"]).unwrap_or_default().into(),
                    title: text(item, &["title"]).unwrap_or_default().into(),
                });
                conditions.push(met);
            }
            // To count what is left of a checklist would give another number.
            if sound {
                pack.checklists.push(checklist);
                pack.signals.push(conditions);
            } else {
                pack.names.forget(list.key());
                pack.unread_conditions.push(list.value().source_text().into());
            }
        }
        for base in bases {
            inherit_checklists(&mut pack, base);
        }
        pack.names.learn_checklists(&pack.checklists);
        pack
    }
}

/// Takes over the checklists of a pack that is extended, but those of which the pack has one of its own.
fn inherit_checklists(pack: &mut Pack, base: &Pack) {
    let names = pack.names.as_seen_from(base, &pack.inherited);
    for (list, signals) in base.checklists.iter().zip(&base.signals) {
        if pack.checklists.iter().any(|own| own.name == list.name) {
            continue;
        }
        // Compiled again: the same parameters have other indices here.
        let compiled: Result<Vec<_>, _> = signals
            .iter()
            .map(|signal| expression::compile(&signal.text, Type::Bool, names.without_checklists()))
            .collect();
        match compiled {
            Ok(conditions) => {
                pack.checklists.push(Checklist { inherited: true, ..list.clone() });
                pack.signals.push(conditions);
            }
            Err(_) => pack.names.forget(&list.name),
        }
    }
}

/// A pack of which only the words are known.
fn pack(words: &PackWords<'_>, file: Arc<Source>, name_span: Span) -> Pack {
    let [title, publisher, retrieved, review_by] = words.source.map(Into::into);
    Pack {
        name: words.name.into(),
        title: words.title.into(),
        description: words.description.trim_end().into(),
        version: words.version.into(),
        license: words.license.into(),
        source: PackSource { title, publisher, retrieved, review_by },
        digest: Box::default(),
        layer: 0,
        extends: Vec::new(),
        parameters: Vec::new(),
        inherited: Vec::<Inherited>::new(),
        checklists: Vec::new(),
        signals: Vec::new(),
        unread_conditions: Vec::new(),
        rules: Vec::new(),
        settings: PackSettings::default(),
        file,
        name_span,
        names: PackNames::default(),
    }
}

/// Makes an embedded pack. None has a mistake, and none extends another, as a test holds.
pub(super) fn embedded(embedded: &'static EmbeddedPack) -> Option<Pack> {
    let start = embedded.text.find(embedded.name)? as u32;
    let name_span = Span::new(start, start + embedded.name.len() as u32);
    let file = embedded::source(embedded.name, "pack", embedded.text);
    let mut pack = pack(&embedded.words, file, name_span);
    let set_by: Arc<str> = format!("builtin:{}", pack.name).into();
    for parameter in embedded.parameters {
        let stream = document::parse(&parameter.default.into(), &load::limits());
        let (kind, value) = parameter_value(stream.documents.first()?.root())?;
        pack.parameters.push(Parameter {
            name: parameter.name.into(),
            kind,
            value,
            raw: parameter.default.into(),
            unit: parameter.unit.into(),
            description: parameter.description.into(),
            source: parameter.source.into(),
            set_by: Arc::clone(&set_by),
            place: None,
            key_span: Span::new(parameter.key.0, parameter.key.1),
        });
    }
    for (name, signals) in embedded.checklists {
        let items = signals.iter().map(|signal| Signal { id: signal.id.into(), title: signal.title.into() });
        pack.checklists.push(Checklist { name: (*name).into(), inherited: false, items: items.collect() });
    }
    pack.names.learn(&pack.parameters, &[]);
    for (_, signals) in embedded.checklists {
        let conditions = signals
            .iter()
            .map(|signal| expression::compile(signal.met, Type::Bool, pack.names.without_checklists()));
        pack.signals.push(conditions.collect::<Result<_, _>>().ok()?);
    }
    pack.names.learn_checklists(&pack.checklists);
    pack.digest = embedded.digest.into();
    pack.rules = embedded.rules.iter().map(RuleSlot::embedded).collect();
    pack.settings = PackSettings::of(&pack);
    Some(pack)
}
