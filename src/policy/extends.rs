//! Packs that extend others: whose parameters their rules may read, and the new defaults that they give.
//!
//! A parameter has one value in a run. It comes from the pack that has it, from a pack that extends that one, from
//! the packs that extend those, and above all of them from a repo's config and `--set`.

use std::collections::HashSet;
use std::sync::Arc;

use super::expression::Type;
use super::load::parameter_value;
use super::pack::{Pack, Parameter};
use super::pack_file::Draft;
use crate::document::NodeRef;
use crate::finding::{Finding, Label, Place, Scalar, Severity};
use crate::nearest::nearest;
use crate::source::Span;

/// A pack that another extends, as the other says it.
#[derive(Clone, Debug)]
pub struct Extension {
    /// The extended pack.
    pub pack: Arc<str>,
    /// The bytes of its name.
    pub span: Span,
    /// New defaults for parameters of it, or of a pack that it extends.
    pub defaults: Vec<NewDefault>,
}

/// A new default for a parameter of an extended pack.
#[derive(Clone, Debug)]
pub struct NewDefault {
    /// The parameter.
    pub parameter: Arc<str>,
    /// The bytes of its name.
    pub key_span: Span,
    /// What the value is; nothing for what no parameter can be.
    pub value: Option<(Type, Scalar)>,
    /// The value as it is written.
    pub raw: Box<str>,
    /// The bytes of it.
    pub span: Span,
    /// Where it comes from.
    pub source: Box<str>,
}

/// A parameter of a pack that another extends.
#[derive(Clone, Debug)]
pub struct Inherited {
    /// The pack that has it.
    pub owner: Arc<str>,
    /// The parameter with the value that the extending pack gives it.
    pub parameter: Parameter,
}

/// What the spec of a pack file says of the packs that it extends.
pub(super) fn declared(spec: NodeRef<'_>) -> Vec<Extension> {
    let Some(node) = spec.get("extends") else { return Vec::new() };
    if let Some(name) = node.as_str() {
        return vec![Extension { pack: name.into(), span: node.span(), defaults: Vec::new() }];
    }
    let defaults = |changes: NodeRef<'_>| {
        let entries = changes.get("parameters").into_iter().flat_map(NodeRef::entries);
        entries
            .filter_map(|entry| {
                let default = entry.value().get("default")?;
                let source = entry.value().get("source").and_then(NodeRef::as_str).unwrap_or_default();
                Some(NewDefault {
                    parameter: entry.key().into(),
                    key_span: entry.key_span(),
                    value: parameter_value(default),
                    raw: default.source_text().into(),
                    span: default.span(),
                    source: source.into(),
                })
            })
            .collect()
    };
    let entries = node.entries();
    entries
        .map(|entry| Extension {
            pack: entry.key().into(),
            span: entry.key_span(),
            defaults: defaults(entry.value()),
        })
        .collect()
}

/// Makes packs of drafts, those first that others extend, and appends them to `packs`.
pub(super) fn finish(packs: &mut Vec<Pack>, mut drafts: Vec<Draft>, findings: &mut Vec<Finding>) {
    drafts.sort_by(|left, right| left.pack.name.cmp(&right.pack.name));
    let known: Vec<Arc<str>> =
        packs.iter().chain(drafts.iter().map(|draft| &draft.pack)).map(|pack| pack.name.clone()).collect();
    for draft in &mut drafts {
        drop_unknown(&mut draft.pack, &known, findings);
    }
    while !drafts.is_empty() {
        let waits = |draft: &Draft| first_open(draft, &drafts).is_some();
        let ready: HashSet<Arc<str>> =
            drafts.iter().filter(|draft| !waits(draft)).map(|draft| draft.pack.name.clone()).collect();
        if ready.is_empty() {
            break_cycle(&mut drafts, findings);
            continue;
        }
        let (now, later): (Vec<_>, Vec<_>) =
            drafts.into_iter().partition(|draft| ready.contains(&draft.pack.name));
        drafts = later;
        for mut draft in now {
            let bases: Vec<&Pack> = draft
                .pack
                .extends
                .iter()
                .filter_map(|extension| packs.iter().find(|pack| pack.name == extension.pack))
                .collect();
            inherit(&mut draft.pack, &bases, findings);
            let pack = draft.finish(&bases, findings);
            packs.push(pack);
        }
    }
}

/// The first pack that a draft extends and that is still a draft.
fn first_open(draft: &Draft, drafts: &[Draft]) -> Option<usize> {
    let mut open = draft.pack.extends.iter();
    open.find_map(|extension| drafts.iter().position(|other| other.pack.name == extension.pack))
}

/// Tells which of the extended packs there are not, and takes them out.
fn drop_unknown(pack: &mut Pack, known: &[Arc<str>], findings: &mut Vec<Finding>) {
    let mut kept = Vec::new();
    for extension in std::mem::take(&mut pack.extends) {
        if known.contains(&extension.pack) {
            kept.push(extension);
            continue;
        }
        pack.names.open();
        let message = format!("{} extends {}, and there is no such pack", pack.name, extension.pack);
        let label = Label::new(place(pack, extension.span), "no such pack");
        let finding = Finding::invalid("policy", "unknown-pack", message, label);
        let others = known.iter().filter(|name| **name != pack.name);
        findings.push(match nearest(&extension.pack, others) {
            Some(near) => finding.with_help(format!("did you mean {near}?")),
            None => finding.with_help("Name its folder with --policies as well"),
        });
    }
    pack.extends = kept;
}

/// Tells a chain of drafts that leads back to its beginning, and takes its links out. There is one where no draft
/// can be finished.
fn break_cycle(drafts: &mut [Draft], findings: &mut Vec<Finding>) {
    let mut chain: Vec<usize> = vec![0];
    let start = loop {
        let next = chain.last().and_then(|last| first_open(drafts.get(*last)?, drafts));
        // Every draft that waits has a next one: a guard, and no case.
        let Some(next) = next else { break 0 };
        if let Some(start) = chain.iter().position(|seen| *seen == next) {
            break start;
        }
        chain.push(next);
    };
    chain.drain(..start);
    // Of a circle the one first by name is told first.
    let first = chain.iter().enumerate().min_by_key(|(_, draft)| **draft).map_or(0, |(at, _)| at);
    chain.rotate_left(first);
    let mut links = Vec::new();
    for (at, index) in chain.iter().enumerate() {
        let next = chain.get(at + 1).or_else(|| chain.first());
        let next = next.and_then(|next| drafts.get(*next)).map(|draft| draft.pack.name.clone());
        let Some((draft, next)) = drafts.get_mut(*index).zip(next) else { continue };
        let pack = &mut draft.pack;
        let span = pack.extends.iter().find(|one| one.pack == next).map(|one| one.span).unwrap_or_default();
        links.push((pack.name.clone(), place(pack, span), next.clone()));
        pack.extends.retain(|extension| extension.pack != next);
        pack.names.open();
    }
    let mut links = links.into_iter();
    let Some((first, primary, next)) = links.next() else { return };
    let others: Vec<_> = links.collect();
    let mut path = format!("{first} → {next}");
    for (_, _, next) in &others {
        path = format!("{path} → {next}");
    }
    let message = format!("{first} extends itself: {path}");
    let mut finding = Finding::invalid(
        "policy",
        "cyclic-extends",
        message,
        Label::new(primary, format!("{first} extends {next}")),
    )
    .with_help("Take one of them out; until then none of them extends the next");
    for (name, place, next) in others {
        finding = finding.with_label(Label::new(place, format!("{name} extends {next}")));
    }
    findings.push(finding);
}

/// Gives a pack the parameters of those that it extends, with its new defaults.
fn inherit(pack: &mut Pack, bases: &[&Pack], findings: &mut Vec<Finding>) {
    for base in bases {
        let own = base
            .parameters
            .iter()
            .map(|parameter| Inherited { owner: base.name.clone(), parameter: parameter.clone() });
        for one in own.chain(base.inherited.iter().cloned()) {
            let same = |other: &&Inherited| other.parameter.name == one.parameter.name;
            match pack.inherited.iter().find(same) {
                Some(other) if other.owner == one.owner => {}
                Some(other) => {
                    let finding = ambiguous(pack, base, other, &one);
                    findings.push(finding);
                    pack.inherited.push(one);
                }
                None => pack.inherited.push(one),
            }
        }
    }
    for own in &pack.parameters {
        if let Some(other) = pack.inherited.iter().find(|other| other.parameter.name == own.name) {
            findings.push(hidden(pack, own, other, bases));
        }
    }
    let claims: Vec<(Arc<str>, NewDefault)> = pack
        .extends
        .iter()
        .flat_map(|one| one.defaults.iter().map(|default| (one.pack.clone(), default.clone())))
        .collect();
    for (of, default) in claims {
        let Some(base) = bases.iter().find(|base| base.name == of) else { continue };
        let has = |owner: &Arc<str>| {
            *owner == base.name || base.inherited.iter().any(|further| further.owner == *owner)
        };
        let found =
            pack.inherited.iter().position(|one| one.parameter.name == default.parameter && has(&one.owner));
        let Some(at) = found else {
            findings.push(unknown_parameter(pack, base, &default));
            continue;
        };
        let Some(current) = pack.inherited.get(at).map(|one| &one.parameter) else { continue };
        // What no parameter can be, the schema has told.
        let Some((kind, value)) = default.value.clone() else { continue };
        if current.takes(kind) {
            let changed = Parameter {
                kind,
                value,
                raw: default.raw.clone(),
                source: default.source.clone(),
                set_by: Arc::clone(&pack.file.path),
                place: Some(place(pack, default.span).with_pointer(pointer(&of, &default.parameter))),
                ..current.clone()
            };
            if let Some(one) = pack.inherited.get_mut(at) {
                one.parameter = changed;
            }
        } else {
            let expected = current.expected();
            let message = format!("{} of {of} is {expected}, and this is not", default.parameter);
            let label = Label::new(
                place(pack, default.span).with_pointer(pointer(&of, &default.parameter)),
                format!("not {expected}"),
            );
            findings.push(Finding::invalid("policy", "type", message, label));
        }
    }
}

fn pointer(pack: &str, parameter: &str) -> String {
    format!("/spec/extends/{pack}/parameters/{parameter}/default")
}

fn place(pack: &Pack, span: Span) -> Place {
    Place::at(&pack.file, Some(0), span)
}

/// What is said of a parameter that two extended packs have.
fn ambiguous(pack: &Pack, base: &Pack, first: &Inherited, second: &Inherited) -> Finding {
    let name = &first.parameter.name;
    let span = pack.extends.iter().find(|one| one.pack == base.name).map(|one| one.span).unwrap_or_default();
    let message = format!("Both {} and {} have a parameter {name}", first.owner, second.owner);
    Finding::invalid("policy", "ambiguous-parameter", message, Label::new(place(pack, span), "the second"))
        .with_severity(Severity::Warning)
        .with_help(format!("params.{name} is that of {} in the rules of {}", first.owner, pack.name))
}

/// What is said of a parameter of the pack itself that hides one of an extended pack.
fn hidden(pack: &Pack, own: &Parameter, other: &Inherited, bases: &[&Pack]) -> Finding {
    let name = &own.name;
    let message = format!("{} has a parameter {name} already, which {} extends", other.owner, pack.name);
    let primary = place(pack, own.key_span).with_pointer(format!("/spec/parameters/{name}"));
    let mut finding =
        Finding::invalid("policy", "duplicate-parameter", message, Label::new(primary, "a second one"))
            .with_help(format!(
                "Give it another name, or set the default of the first under extends: {}",
                other.owner
            ));
    if let Some(base) = bases.iter().find(|base| base.name == other.owner) {
        finding = finding.with_label(Label::new(place(base, other.parameter.key_span), "the first"));
    }
    finding
}

fn unknown_parameter(pack: &Pack, base: &Pack, default: &NewDefault) -> Finding {
    let name = &default.parameter;
    let message = format!("{} has no parameter {name}", base.name);
    let label = Label::new(place(pack, default.key_span), "no such parameter");
    let finding = Finding::invalid("policy", "unknown-parameter", message, label);
    let known = base.parameters.iter().chain(base.inherited.iter().map(|one| &one.parameter));
    match nearest(name, known.map(|parameter| &*parameter.name)) {
        Some(near) => finding.with_help(format!("did you mean {near}?")),
        None => finding,
    }
}
