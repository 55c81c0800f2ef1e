//! From the text of a config to what it says: every mistake a finding, and what is wrong passed over.

use std::sync::Arc;

use super::governance::InlineIgnores;
use super::{Config, Given, Override, PackEntry, ParameterEntry, Patterns, RuleEntry, Stated, mistake};
use crate::document::{self, Document, Entry, Kind, Limits, NodeRef, Rejected, push_token};
use crate::finding::{Finding, Label, Outcome, Place, Severity};
use crate::policy::load::{parameter_value, severities, severity};
use crate::policy::overrides::RuleChange;
use crate::policy::pack::Undetermined;
use crate::schema;
use crate::source::Source;

/// Reads a config. Nothing where it cannot be made sense of at all.
pub fn read(text: &Arc<str>, source: &Arc<Source>, findings: &mut Vec<Finding>) -> Option<Config> {
    let limits = Limits { nodes: 100_000, depth: 64, comments: false, ..Limits::default() };
    let mut stream = document::parse(text, &limits);
    // A config that cannot be read is a mistake in the config: the run is in trouble, not the repo.
    let problems = schema::problems(&stream.problems, "config", source).into_iter();
    findings.extend(problems.map(|own| Finding { rule: "config".into(), outcome: Outcome::Invalid, ..own }));
    if stream.documents.is_empty() {
        if stream.problems.is_empty() {
            let place = Label::new(Place::whole(source), "empty");
            findings.push(mistake("empty", "This config holds no document", place));
        }
        return None;
    }
    let document = Arc::new(stream.documents.swap_remove(0));
    if let Some(second) = stream.documents.first() {
        let place = Place::at(source, Some(second.index), second.root().span());
        let message = "A config holds one document; this one is not read";
        findings.push(mistake("second-document", message, Label::new(place, "not read")));
    }
    let (wrong, rejected) = schema::validate_config(&document, source);
    findings.extend(wrong);
    let reader = Reader { document: &document, source, rejected: &rejected };
    reader.config(findings)
}

/// A value, and the pointer that leads to it.
#[derive(Clone)]
struct At<'a> {
    node: NodeRef<'a>,
    pointer: String,
}

struct Reader<'a> {
    document: &'a Arc<Document>,
    source: &'a Arc<Source>,
    rejected: &'a Rejected,
}

impl<'a> Reader<'a> {
    fn config(&self, findings: &mut Vec<Finding>) -> Option<Config> {
        let root = At { node: self.document.root(), pointer: String::new() };
        let spec = self.get(&root, "spec").filter(|spec| spec.node.is_mapping())?;
        let exclude = self.list(&spec, "exclude");
        let help_uri = self.text(&spec, "helpUri").filter(|uri| is_link(uri, findings));
        let overrides = self.get(&spec, "overrides");
        Some(Config {
            source: Arc::clone(self.source),
            document: Arc::clone(self.document),
            fail_on: self
                .text(&spec, "failOn")
                .map(|own| Stated { value: severity(&own.value), place: own.place }),
            exclude: Patterns::new(exclude, findings),
            policies: self.list(&spec, "policies"),
            packs: self.packs(&spec),
            overrides: self.items(overrides.as_ref()).map(|own| self.scope(&own, findings)).collect(),
            max_waiver_days: self.get(&spec, "maxWaiverDays").and_then(|own| self.days(&own)),
            inline_ignores: self.text(&spec, "inlineIgnores").and_then(|own| {
                Some(Stated { value: InlineIgnores::from_word(&own.value)?, place: own.place })
            }),
            help_uri,
        })
    }

    fn scope(&self, own: &At<'a>, findings: &mut Vec<Finding>) -> Override {
        let paths = self.list(own, "paths");
        if paths.is_empty()
            && let Some(at) = self.get(own, "paths")
        {
            let label = Label::new(self.place(&at), "no path");
            findings.push(
                mistake("no-effect", "This override speaks of no path", label)
                    .with_severity(Severity::Warning)
                    .with_help("name the paths, or move what it says to spec.packs"),
            );
        }
        Override { paths: Patterns::new(paths, findings), packs: self.packs(own) }
    }

    fn packs(&self, above: &At<'a>) -> Vec<PackEntry> {
        let packs = self.get(above, "packs");
        self.entries(packs.as_ref())
            .map(|(name, own)| {
                let (parameters, rules) = (self.get(&own, "parameters"), self.get(&own, "rules"));
                PackEntry {
                    name,
                    enabled: self.flag(&own, "enabled"),
                    locked: self.flag(&own, "locked"),
                    parameters: self
                        .entries(parameters.as_ref())
                        .map(|(name, own)| self.parameter(name, &own))
                        .collect(),
                    rules: self.entries(rules.as_ref()).map(|(name, own)| self.rule(name, &own)).collect(),
                }
            })
            .collect()
    }

    fn parameter(&self, name: Stated<Box<str>>, own: &At<'a>) -> ParameterEntry {
        if !own.node.is_mapping() {
            return ParameterEntry { name, is_said: true, value: self.given(own), locked: None };
        }
        let value = self.get(own, "value").and_then(|value| self.given(&value));
        let is_said = own.node.get("value").is_some();
        ParameterEntry { name, is_said, value, locked: self.flag(own, "locked") }
    }

    fn given(&self, own: &At<'a>) -> Option<Given> {
        if self.items(Some(own)).count() < own.node.items().count() {
            return None;
        }
        let (kind, scalar) = parameter_value(own.node)?;
        let raw = own.node.source_text().into();
        Some(Given { kind, scalar, raw, node: own.node.id(), place: self.place(own) })
    }

    fn rule(&self, name: Stated<Box<str>>, own: &At<'a>) -> RuleEntry {
        let keys = ["severity", "undetermined"];
        let mut entry = RuleEntry {
            is_said: own.node.as_str().is_some() || keys.iter().any(|key| own.node.get(key).is_some()),
            place: name.place.clone(),
            name,
            change: RuleChange::default(),
            locked: None,
        };
        if own.node.as_str().is_some() {
            entry.place = self.place(own);
            set_severity(own.node, &mut entry.change);
            return entry;
        }
        if let Some(undetermined) = self.get(own, "undetermined") {
            entry.place = self.place(&undetermined);
            entry.change.undetermined = match undetermined.node.as_str() {
                Some("off") => Some(Undetermined::Off),
                Some(word) => severity(word).map(Undetermined::As),
                None => None,
            };
        }
        if let Some(at) = self.get(own, "severity") {
            let is_whole = at.node.as_str().is_some() || !self.is_rejected_within(&at);
            if is_whole {
                entry.place = self.place(&at);
                set_severity(at.node, &mut entry.change);
            }
        }
        entry.locked = self.flag(own, "locked");
        entry
    }

    /// Whether a member of an object was rejected: a severity by stage counts as a whole or not at all.
    fn is_rejected_within(&self, own: &At<'a>) -> bool {
        self.entries(Some(own)).count() < own.node.len()
    }

    fn days(&self, own: &At<'a>) -> Option<Stated<u32>> {
        let days = match own.node.kind() {
            Kind::Int(days) => u32::try_from(days).unwrap_or(u32::MAX),
            // The schema takes `90.0` for a whole number, and so do we.
            Kind::Float(days) => days.to_string().parse().ok()?,
            _ => return None,
        };
        Some(Stated { value: days, place: self.place(own) })
    }

    fn flag(&self, above: &At<'a>, key: &str) -> Option<Stated<bool>> {
        let own = self.get(above, key)?;
        let Kind::Bool(value) = own.node.kind() else { return None };
        Some(Stated { value, place: self.place(&own) })
    }

    fn text(&self, above: &At<'a>, key: &str) -> Option<Stated<Box<str>>> {
        self.stated(&self.get(above, key)?)
    }

    fn stated(&self, own: &At<'a>) -> Option<Stated<Box<str>>> {
        Some(Stated { value: own.node.as_str()?.into(), place: self.place(own) })
    }

    fn list(&self, above: &At<'a>, key: &str) -> Vec<Stated<Box<str>>> {
        self.items(self.get(above, key).as_ref()).filter_map(|own| self.stated(&own)).collect()
    }

    fn get(&self, above: &At<'a>, key: &str) -> Option<At<'a>> {
        self.below(above, above.node.entry(key)?)
    }

    /// The value of an entry, unless the schema rejected it.
    fn below(&self, above: &At<'a>, entry: Entry<'a>) -> Option<At<'a>> {
        let mut pointer = above.pointer.clone();
        push_token(&mut pointer, entry.key());
        (!self.rejected.contains(&pointer)).then_some(At { node: entry.value(), pointer })
    }

    fn items(&self, list: Option<&At<'a>>) -> impl Iterator<Item = At<'a>> {
        let items: Vec<_> = list
            .into_iter()
            .flat_map(|list| {
                let at = |(index, node)| At { node, pointer: format!("{}/{index}", list.pointer) };
                list.node.items().enumerate().map(at)
            })
            .collect();
        items.into_iter().filter(|own| !self.rejected.contains(&own.pointer))
    }

    /// The entries of a map, each by its name; of duplicates the first.
    fn entries(&self, map: Option<&At<'a>>) -> impl Iterator<Item = (Stated<Box<str>>, At<'a>)> {
        let mut entries: Vec<(Stated<Box<str>>, At<'a>)> = Vec::new();
        let mut seen = std::collections::BTreeSet::new();
        for (map, entry) in map.into_iter().flat_map(|map| map.node.entries().map(move |entry| (map, entry)))
        {
            if let Some(own) = self.below(map, entry).filter(|_| seen.insert(entry.key())) {
                let place = Place::at(self.source, Some(self.document.index), entry.key_span());
                let place = place.with_pointer(own.pointer.as_str());
                entries.push((Stated { value: entry.key().into(), place }, own));
            }
        }
        entries.into_iter()
    }

    fn place(&self, own: &At<'a>) -> Place {
        Place::at(self.source, Some(self.document.index), own.node.span()).with_pointer(own.pointer.as_str())
    }
}

/// Takes in a severity as it is written: a word, or words by stage.
fn set_severity(node: NodeRef<'_>, change: &mut RuleChange) {
    let severity = match node.as_str() {
        Some("off") => {
            change.on = Some(false);
            return;
        }
        Some("on") => Some(None),
        Some(word) => severities(&[("default", word)]).map(Some),
        // Without a default there is nothing to say of the other stages.
        None if node.get("default").is_none() => None,
        None => {
            let words = node.entries().map(|entry| Some((entry.key(), entry.value().as_str()?)));
            words.collect::<Option<Vec<_>>>().and_then(|words| severities(&words)).map(Some)
        }
    };
    if severity.is_some() {
        (change.on, change.severity) = (Some(true), severity);
    }
}

/// Whether links can be made of a text; if not, that is told.
fn is_link(uri: &Stated<Box<str>>, findings: &mut Vec<Finding>) -> bool {
    let has_scheme = uri.value.starts_with("https://") || uri.value.starts_with("http://");
    let plain = uri.value.chars().all(|character| character.is_ascii_graphic());
    if has_scheme && plain && uri.value.contains("{rule}") {
        return true;
    }
    let message = "helpUri has to be an address on the web that holds {rule}";
    findings.push(
        mistake("link", message, Label::new(uri.place.clone(), "no such address"))
            .with_help("write it like https://policies.example.com/rules/{rule}"),
    );
    false
}
