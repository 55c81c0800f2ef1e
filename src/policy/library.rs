//! Which packs and rules are in force: the embedded ones, folders of one's own, selection, parameters set.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::Policies;
use super::complete;
use super::embedded;
use super::expression::Type;
use super::load::{self, PolicyText};
use super::pack::{Pack, Rule, RuleSlot};
use crate::document::{self, Limits};
use crate::finding::{Finding, Label, Place, Scalar};
use crate::nearest::nearest;
use crate::source::{Source, Span};

/// What is asked of the packs on the command line.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Rules to run (`rule-id`, `pack/*`, `tag:x`); none: all.
    pub select: Vec<String>,
    /// Rules not to run, after `select`.
    pub ignore: Vec<String>,
    /// `pack.param=value` or `param=value`.
    pub set: Vec<String>,
}

/// A policy file as it was read from a folder.
#[derive(Clone, Debug)]
pub struct PolicyFile {
    /// Path relative to the root, as findings show it.
    pub path: Arc<str>,
    /// The file.
    pub file: PathBuf,
    /// Its text.
    pub text: Arc<str>,
}

/// Why the packs cannot be used as asked: the caller's mistake, not a policy's.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    /// `--select` or `--ignore` names no rule, pack or tag.
    #[error("{option} {name}: no such rule, pack or tag{}", did_you_mean(.suggestion.as_deref()))]
    UnknownSelector {
        /// The option.
        option: &'static str,
        /// What it names.
        name: String,
        /// The nearest known name.
        suggestion: Option<String>,
    },
    /// `--set` is not `param=value`.
    #[error("--set {given}: write it as parameter=value or pack.parameter=value")]
    Malformed {
        /// What was given.
        given: String,
    },
    /// `--set` names no parameter.
    #[error("--set {name}: no such parameter{}", did_you_mean(.suggestion.as_deref()))]
    UnknownParameter {
        /// What it names.
        name: String,
        /// The nearest known name.
        suggestion: Option<String>,
    },
    /// Several packs have the parameter that `--set` names without its pack.
    #[error("--set {name}: several packs have it; write one of {}", .choices.join(", "))]
    Ambiguous {
        /// What it names.
        name: String,
        /// How to write it.
        choices: Vec<String>,
    },
    /// `--set` gives a value of another type.
    #[error("--set {name}: {value} is not {expected}")]
    BadValue {
        /// The parameter.
        name: String,
        /// The value.
        value: String,
        /// What it has to be.
        expected: &'static str,
    },
    /// A folder that holds no pack.
    #[error("{}: no pack.yaml in it", .folder.display())]
    NoPack {
        /// The folder.
        folder: PathBuf,
    },
}

fn did_you_mean(suggestion: Option<&str>) -> String {
    suggestion.map_or_else(String::new, |name| format!("; did you mean {name}?"))
}

impl Policies {
    /// The embedded packs.
    pub fn builtin() -> Self {
        let mut policies = Self::default();
        for pack in embedded::packs() {
            policies.packs.extend(load::load_embedded_pack(pack));
        }
        policies
    }

    /// One embedded pack by its name.
    pub fn embedded(name: &str) -> Option<Self> {
        let embedded = embedded::packs().iter().find(|pack| pack.name == name)?;
        let mut policies = Self::default();
        policies.packs.extend(load::load_embedded_pack(embedded));
        Some(policies)
    }

    /// Notes that a policy file could not be read, and why (`does not exist`).
    pub fn unreadable(&mut self, path: &Arc<str>, code: &'static str, predicate: &str) {
        let source = Source::in_memory(Arc::clone(path), "");
        let primary = Label::new(Place::whole(&source), "not read");
        self.problems.push(Finding::invalid("policy", code, format!("{path} {predicate}"), primary));
    }

    /// Adds a pack from its files: `pack.yaml` first, then its rules. Every mistake becomes one of
    /// [`Self::problems`]; rules without one run.
    pub fn add(&mut self, pack_file: &PolicyFile, rules: &[PolicyFile]) {
        let text = |file: &PolicyFile| PolicyText {
            source: Source::on_disk(Arc::clone(&file.path), file.file.clone(), &file.text),
            text: Arc::clone(&file.text),
        };
        let first = text(pack_file);
        let Some(mut pack) = load::load_pack(&first, &mut self.problems) else { return };
        if let Some(other) = self.packs.iter().find(|other| other.name == pack.name) {
            let place = Label::new(Place::whole(&first.source), "this pack");
            self.problems.push(
                Finding::invalid(
                    "policy",
                    "duplicate-pack",
                    format!("There are two packs named {}; this one is not used", pack.name),
                    place,
                )
                .with_label(Label::new(Place::whole(&other.file), "the one used")),
            );
            return;
        }
        let names = pack.names.clone();
        let mut digest = Digests::new(&pack_file.text);
        let mut complete = true;
        for file in rules {
            digest.add(stem(&file.file), &file.text);
            let text = text(file);
            let rule = load::load_rule(&text, &names, &mut self.problems);
            complete &= rule.is_some();
            let id: Arc<str> =
                rule.as_ref().map_or_else(|| stem(&file.file).into(), |rule| Arc::clone(&rule.id));
            if let Some(rule) = &rule
                && *rule.id != *stem(&file.file)
            {
                self.problems.push(
                    Finding::invalid(
                        "policy",
                        "id",
                        format!("The rule {} stands in a file named {}.yaml", rule.id, stem(&file.file)),
                        Label::new(id_place(rule), "not the file's name"),
                    )
                    .with_help(format!("Name the file {}.yaml: a rule is found by its id", rule.id)),
                );
            }
            let mut sound = pack.rules.iter().filter_map(RuleSlot::loaded);
            if let Some(rule) = &rule
                && let Some(used) = sound.find(|used| used.id == rule.id)
            {
                self.problems.push(duplicate_rule(rule, used));
                continue;
            }
            pack.rules.push(RuleSlot::read(id, text, rule));
        }
        pack.rules.sort_by(|left, right| left.id.cmp(&right.id));
        pack.digest = digest.finish();
        if complete {
            complete::unused_parameters(&pack, &mut self.problems);
        }
        self.packs.push(pack);
        self.packs.sort_by(|left, right| left.name.cmp(&right.name));
    }

    /// Applies `--select`, `--ignore` and `--set`.
    ///
    /// # Errors
    /// Names that are not known, and values of another type.
    pub fn apply(&mut self, selection: &Selection) -> Result<(), PolicyError> {
        if !selection.select.is_empty() {
            self.each_slot(|slot| slot.selected = false);
            for name in &selection.select {
                self.switch("--select", name, true)?;
            }
        }
        for name in &selection.ignore {
            self.switch("--ignore", name, false)?;
        }
        for given in &selection.set {
            self.set(given)?;
        }
        Ok(())
    }

    fn each_slot(&mut self, mut change: impl FnMut(&mut RuleSlot)) {
        for slot in self.packs.iter_mut().flat_map(|pack| &mut pack.rules) {
            change(slot);
        }
    }

    fn switch(&mut self, option: &'static str, name: &str, on: bool) -> Result<(), PolicyError> {
        let mut found = false;
        if let Some(tag) = name.strip_prefix("tag:") {
            for pack in &mut self.packs {
                let tagged: Vec<Arc<str>> = pack
                    .all_rules()
                    .filter(|rule| rule.tags.iter().any(|own| **own == *tag))
                    .map(|rule| Arc::clone(&rule.id))
                    .collect();
                found |= !tagged.is_empty();
                pack.rules
                    .iter_mut()
                    .filter(|slot| tagged.contains(&slot.id))
                    .for_each(|slot| slot.selected = on);
            }
        } else {
            for pack in &mut self.packs {
                let (of_pack, id) = match name.split_once('/') {
                    Some((own, id)) => (*own == *pack.name, id),
                    None => (true, name),
                };
                for slot in pack
                    .rules
                    .iter_mut()
                    .filter(|slot| of_pack && (id == "*" && name != "*" || *slot.id == *id))
                {
                    slot.selected = on;
                    found = true;
                }
            }
        }
        if found {
            return Ok(());
        }
        let mut known: Vec<String> = Vec::new();
        for pack in &self.packs {
            known.push(format!("{}/*", pack.name));
            known.extend(pack.rules.iter().map(|slot| slot.id.to_string()));
            known.extend(pack.all_rules().flat_map(|rule| rule.tags.iter().map(|tag| format!("tag:{tag}"))));
        }
        Err(PolicyError::UnknownSelector { option, name: name.to_owned(), suggestion: nearest(name, known) })
    }

    fn set(&mut self, given: &str) -> Result<(), PolicyError> {
        let malformed = || PolicyError::Malformed { given: given.to_owned() };
        let (name, value) = given.split_once('=').ok_or_else(malformed)?;
        let (of_pack, name) = match name.rsplit_once('.') {
            Some((pack, name)) => (Some(pack), name),
            None => (None, name),
        };
        let mut holders: Vec<&mut Pack> = self
            .packs
            .iter_mut()
            .filter(|pack| of_pack.is_none_or(|own| *own == *pack.name))
            .filter(|pack| pack.parameters.iter().any(|own| *own.name == *name))
            .collect();
        if holders.len() > 1 {
            let choices = holders.iter().map(|pack| format!("{}.{name}", pack.name)).collect();
            return Err(PolicyError::Ambiguous { name: name.to_owned(), choices });
        }
        let Some(pack) = holders.pop() else {
            let known =
                self.packs.iter().flat_map(|pack| pack.parameters.iter().map(|own| own.name.to_string()));
            return Err(PolicyError::UnknownParameter {
                name: name.to_owned(),
                suggestion: nearest(name, known),
            });
        };
        for parameter in pack.parameters.iter_mut().filter(|own| *own.name == *name) {
            let text: Arc<str> = value.into();
            let stream = document::parse(&text, &Limits::default());
            let read = stream
                .documents
                .first()
                .filter(|_| stream.problems.is_empty())
                .and_then(|document| load::parameter_value(document.root()));
            let bad =
                |expected| PolicyError::BadValue { name: name.to_owned(), value: value.to_owned(), expected };
            let (kind, scalar) = match (parameter.kind, read) {
                // A number may be given with or without decimals, whichever the default has.
                (Type::Int | Type::Double, Some((kind @ (Type::Int | Type::Double), scalar))) => {
                    (kind, scalar)
                }
                (Type::String, Some((Type::String, scalar))) => (Type::String, scalar),
                (Type::String, Some((_, _))) => (Type::String, Scalar::Text(value.into())),
                (expected, Some((kind, scalar))) if expected == kind => (kind, scalar),
                (Type::Int | Type::Double, _) => return Err(bad("a number")),
                (Type::Bool, _) => return Err(bad("true or false")),
                (Type::List, _) => return Err(bad("a list")),
                _ => return Err(bad("a text")),
            };
            parameter.kind = kind;
            parameter.value = scalar;
            parameter.raw = value.trim().into();
            parameter.set_by = "--set".into();
            let source = Source::in_memory("--set", given);
            let end = given.len() as u32;
            parameter.place = Some(Place::at(&source, None, Span::new(end - value.len() as u32, end)));
        }
        Ok(())
    }
}

fn id_place(rule: &Rule) -> Place {
    Place::at(&rule.source, Some(0), rule.id_span).with_pointer("/metadata/name")
}

/// What is said of a rule whose id another of its pack has.
fn duplicate_rule(rule: &Rule, used: &Rule) -> Finding {
    Finding::invalid(
        "policy",
        "duplicate-rule",
        format!("There are two rules named {} in this pack; this one is not used", rule.id),
        Label::new(id_place(rule), "this rule"),
    )
    .with_label(Label::new(id_place(used), "the one used"))
}

/// SHA-256 over the files of a pack, names included.
struct Digests(Sha256);

impl Digests {
    fn new(pack: &str) -> Self {
        Self(Sha256::new_with_prefix(pack))
    }

    fn add(&mut self, id: &str, text: &str) {
        self.0.update((id.len() as u64).to_le_bytes());
        self.0.update(id);
        self.0.update((text.len() as u64).to_le_bytes());
        self.0.update(text);
    }

    fn finish(self) -> Box<str> {
        use std::fmt::Write as _;
        let mut out = String::from("sha256:");
        for byte in self.0.finalize() {
            let _ = write!(out, "{byte:02x}");
        }
        out.into()
    }
}

fn stem(path: &Path) -> &str {
    path.file_stem().and_then(std::ffi::OsStr::to_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_made_at_build_time_is_that_of_the_files() {
        for pack in embedded::packs() {
            let mut digest = Digests::new(pack.text);
            pack.rules.iter().for_each(|rule| digest.add(rule.id, rule.text));
            assert_eq!(*digest.finish(), *pack.digest, "{}", pack.name);
        }
    }
}
