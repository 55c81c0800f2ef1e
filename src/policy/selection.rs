//! What the command line asks of the packs: rules selected and ignored, parameters set.

use std::collections::BTreeSet;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use super::Policies;
use super::expression::Type;
use super::load;
use super::overrides::{Change, ParameterValue, RuleChange, Target};
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
    /// Whether what is selected is no rule of a pack, so that none of them runs.
    pub no_rules: bool,
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
    /// What is asked for goes against a lock.
    #[error("{option} {name}: the organisation's config locks it ({place})")]
    Locked {
        /// The option.
        option: &'static str,
        /// What it names.
        name: String,
        /// File and line of the lock.
        place: String,
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
    /// Applies `--select`, `--ignore` and `--set`, the layer above every config, and returns which rules they call by
    /// ids of old.
    ///
    /// # Errors
    /// Names that are not known, values of another type, and what an organisation's config has locked.
    pub fn apply(&mut self, selection: &Selection) -> Result<Vec<Renamed>, PolicyError> {
        let (mut changes, mut renamed) = (Vec::new(), Vec::new());
        if selection.no_rules || !selection.select.is_empty() {
            let mut selected: BTreeSet<(usize, usize)> = BTreeSet::new();
            for name in &selection.select {
                let rules = self.named("--select", name, &mut renamed)?;
                // A rule that is asked for by its id runs whatever a config says of it.
                if !name.starts_with("tag:") && !name.ends_with("/*") {
                    for rule in &rules {
                        let change = switch("--select", name, *rule, true);
                        self.refuse("--select", name, &change)?;
                        changes.push(change);
                    }
                }
                selected.extend(rules);
            }
            let all = self.packs.iter().enumerate();
            let all = all.flat_map(|(index, pack)| (0..pack.rules.len()).map(move |rule| (index, rule)));
            let others = all.filter(|rule| !selected.contains(rule));
            changes.extend(others.map(|rule| switch("--select", "", rule, false)));
        }
        for name in &selection.ignore {
            for rule in self.named("--ignore", name, &mut renamed)? {
                let change = switch("--ignore", name, rule, false);
                self.refuse("--ignore", name, &change)?;
                changes.push(change);
            }
        }
        for given in &selection.set {
            changes.push(self.set(given)?);
        }
        if !changes.is_empty() {
            self.layers.command_line.extend(changes);
            self.settle();
        }
        Ok(renamed)
    }

    /// Refuses a change that goes against a lock, wherever it holds.
    fn refuse(&self, option: &'static str, name: &str, change: &Change) -> Result<(), PolicyError> {
        let Some(lock) = self.lock_anywhere(change) else { return Ok(()) };
        let line = lock.span.map_or(1, |span| lock.source.lines.position(span.start).line);
        let place = format!("{}:{line}", lock.source.path);
        Err(PolicyError::Locked { option, name: name.to_owned(), place })
    }

    /// The rules that a name of `--select` or `--ignore` speaks of: pack and rule. An id of old is noted.
    fn named(
        &self,
        option: &'static str,
        name: &str,
        renamed: &mut Vec<Renamed>,
    ) -> Result<Vec<(usize, usize)>, PolicyError> {
        let tag = name.strip_prefix("tag:");
        let mut found = Vec::new();
        for (index, pack) in self.packs.iter().enumerate() {
            let (of_pack, id) = match name.split_once('/') {
                Some((own, id)) => (*own == *pack.name, id),
                None => (true, name),
            };
            for (rule, slot) in pack.rules.iter().enumerate() {
                let is_named = match tag {
                    Some(tag) => {
                        pack.rule(slot).is_some_and(|rule| rule.tags.iter().any(|own| **own == *tag))
                    }
                    None => of_pack && (id == "*" && name != "*" || *slot.id == *id),
                };
                if is_named {
                    found.push((index, rule));
                }
            }
        }
        if found.is_empty()
            && tag.is_none()
            && let Some(known) = self.find_rule(name)
        {
            renamed.push(Renamed { option, name: name.to_owned(), id: Arc::clone(&known.slot.id) });
            found.push(known.at);
        }
        if !found.is_empty() {
            return Ok(found);
        }
        let mut known: Vec<String> = Vec::new();
        for pack in &self.packs {
            known.push(format!("{}/*", pack.name));
            known.extend(pack.rules.iter().map(|slot| slot.id.to_string()));
            known.extend(pack.all_rules().flat_map(|rule| rule.tags.iter().map(|tag| format!("tag:{tag}"))));
        }
        Err(PolicyError::UnknownSelector { option, name: name.to_owned(), suggestion: nearest(name, known) })
    }

    fn set(&self, given: &str) -> Result<Change, PolicyError> {
        let malformed = || PolicyError::Malformed { given: given.to_owned() };
        let (name, text) = given.split_once('=').ok_or_else(malformed)?;
        let (of_pack, name) = match name.rsplit_once('.') {
            Some((pack, name)) => (Some(pack), name),
            None => (None, name),
        };
        let mut holders = Vec::new();
        for (pack, own) in
            self.packs.iter().enumerate().filter(|(_, pack)| of_pack.is_none_or(|own| *own == *pack.name))
        {
            let found = own.parameters.iter().zip(0_u16..).find(|(parameter, _)| *parameter.name == *name);
            holders.extend(found.map(|(parameter, index)| (pack, parameter, index)));
        }
        if holders.len() > 1 {
            let pack = |pack: usize| self.packs.get(pack).map_or("", |pack| &pack.name);
            let choices = holders.iter().map(|(own, ..)| format!("{}.{name}", pack(*own))).collect();
            return Err(PolicyError::Ambiguous { name: name.to_owned(), choices });
        }
        let Some((pack, parameter, index)) = holders.pop() else {
            let known =
                self.packs.iter().flat_map(|pack| pack.parameters.iter().map(|own| own.name.to_string()));
            return Err(PolicyError::UnknownParameter {
                name: name.to_owned(),
                suggestion: nearest(name, known),
            });
        };
        let stream = document::parse(&text.into(), &Limits::default());
        let read = stream
            .documents
            .first()
            .filter(|_| stream.problems.is_empty())
            .and_then(|document| load::parameter_value(document.root()));
        let (kind, scalar) = match read {
            Some((kind, scalar)) if parameter.takes(kind) => (kind, scalar),
            // On a command line, `5` may be the text.
            Some((_, _)) if parameter.kind == Type::String => (Type::String, Scalar::Text(text.into())),
            _ => {
                let (name, value) = (name.to_owned(), text.to_owned());
                return Err(PolicyError::BadValue { name, value, expected: parameter.expected() });
            }
        };
        let source = Source::in_memory("--set", given);
        let end = given.len() as u32;
        let change = Change {
            pack,
            target: Target::Parameter(index, Some(ParameterValue { kind, scalar, raw: text.trim().into() })),
            place: Place::at(&source, None, Span::new(end - text.len() as u32, end)),
            lock: None,
        };
        self.refuse("--set", name, &change)?;
        Ok(change)
    }
}

/// Switches a rule on or off.
fn switch(option: &str, name: &str, (pack, rule): (usize, usize), on: bool) -> Change {
    let target = Target::Rule(rule, RuleChange { on: Some(on), ..RuleChange::default() });
    Change { pack, target, place: Place::whole(&Source::in_memory(option, name)), lock: None }
}
