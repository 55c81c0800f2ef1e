//! What the command line asks of the packs: rules selected and ignored, parameters set.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use super::Policies;
use super::expression::Type;
use super::ids::Found;
use super::load;
use super::pack::Pack;
use crate::document::{self, Limits};
use crate::finding::{Place, Scalar};
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

/// A rule that an option calls by an id it had before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renamed {
    /// The option.
    pub option: &'static str,
    /// What it says.
    pub name: String,
    /// The rule's id.
    pub id: Arc<str>,
}

impl fmt::Display for Renamed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: this rule is called {} now", self.option, self.name, self.id)
    }
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
    /// Applies `--select`, `--ignore` and `--set`, and returns which rules they call by names of old.
    ///
    /// # Errors
    /// Names that are not known, and values of another type.
    pub fn apply(&mut self, selection: &Selection) -> Result<Vec<Renamed>, PolicyError> {
        let mut renamed = Vec::new();
        if !selection.select.is_empty() {
            for pack in &mut self.packs {
                pack.settings.rules.iter_mut().for_each(|setting| setting.on = false);
            }
            for name in &selection.select {
                renamed.extend(self.switch("--select", name, true)?);
            }
        }
        for name in &selection.ignore {
            renamed.extend(self.switch("--ignore", name, false)?);
        }
        for given in &selection.set {
            self.set(given)?;
        }
        if !selection.set.is_empty() {
            self.spread();
        }
        Ok(renamed)
    }

    fn switch(&mut self, option: &'static str, name: &str, on: bool) -> Result<Option<Renamed>, PolicyError> {
        let mut found = false;
        let mut former = None;
        if let Some(tag) = name.strip_prefix("tag:") {
            for pack in &mut self.packs {
                let tagged: Vec<Arc<str>> = pack
                    .all_rules()
                    .filter(|rule| rule.tags.iter().any(|own| **own == *tag))
                    .map(|rule| Arc::clone(&rule.id))
                    .collect();
                found |= !tagged.is_empty();
                for (slot, setting) in pack.rules.iter().zip(&mut pack.settings.rules) {
                    if tagged.contains(&slot.id) {
                        setting.on = on;
                    }
                }
            }
        } else if let Some(of) = name.strip_suffix("/*") {
            for pack in self.packs.iter_mut().filter(|pack| *pack.name == *of) {
                found = true;
                pack.settings.rules.iter_mut().for_each(|setting| setting.on = on);
            }
        } else if let Some(Found { at, slot, renamed, .. }) = self.find_rule(name) {
            found = true;
            former = renamed.then(|| Renamed { option, name: name.to_owned(), id: Arc::clone(&slot.id) });
            let setting = self.packs.get_mut(at.0).and_then(|pack| pack.settings.rules.get_mut(at.1));
            if let Some(setting) = setting {
                setting.on = on;
            }
        }
        if found {
            return Ok(former);
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
        for parameter in pack.settings.parameters.iter_mut().filter(|own| *own.name == *name) {
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
                (Type::String, Some((Type::String, scalar))) => (Type::String, scalar),
                (Type::String, Some((_, _))) => (Type::String, Scalar::Text(value.into())),
                (_, Some((kind, scalar))) => parameter.accepts(kind, scalar).map_err(bad)?,
                (_, None) => {
                    return Err(bad(parameter.accepts(Type::Null, Scalar::Null).err().unwrap_or("a value")));
                }
            };
            parameter.kind = kind;
            parameter.value = scalar;
            parameter.raw = value.trim().into();
            parameter.set_by = "--set".into();
            let source = Source::in_memory("--set", given);
            let end = given.len() as u32;
            parameter.place = Some(Place::at(&source, None, Span::new(end - value.len() as u32, end)));
        }
        pack.settings.revalue();
        Ok(())
    }
}
