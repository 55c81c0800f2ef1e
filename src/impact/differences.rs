//! What two policies say differently: parameters, rules, whole packs.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

use crate::finding::Place;
use crate::policy::Policies;
use crate::policy::pack::{Condition, Pack, RuleSlot, Severities, Undetermined};
use crate::policy::settings::{PackSettings, RuleSetting};
use crate::policy::template::parameter_prose;

/// What of a pack differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Aspect {
    /// Whether there is such a pack, and whether its rules run.
    Pack,
    /// The value of a parameter.
    Parameter,
    /// Whether a rule is there, and whether it runs.
    Rule,
    /// How bad a failure of a rule is.
    Severity,
    /// How bad it is that a rule cannot be decided.
    Undetermined,
    /// When a rule applies.
    When,
    /// What a rule requires.
    Require,
}

impl Aspect {
    /// The word used in every format.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pack => "pack",
            Self::Parameter => "parameter",
            Self::Rule => "rule",
            Self::Severity => "severity",
            Self::Undetermined => "undetermined",
            Self::When => "when",
            Self::Require => "require",
        }
    }
}

/// One thing that two policies say differently.
#[derive(Clone, Debug)]
pub struct Difference {
    /// The pack.
    pub pack: Arc<str>,
    /// What of it.
    pub aspect: Aspect,
    /// The parameter or rule; nothing for the pack itself.
    pub name: Option<Arc<str>>,
    /// What is said before.
    pub before: String,
    /// What is said after.
    pub after: String,
    /// Deployments that it is said for by their path; nothing: it is said for all.
    pub deployments: Option<usize>,
    /// Where the policy after says it, where a file does that is none of the pack's.
    pub place: Option<Place>,
}

impl Difference {
    fn key(&self) -> impl Ord + use<> {
        let name = self.name.clone();
        (self.pack.clone(), self.aspect, name, self.before.clone(), self.after.clone())
    }
}

/// What two policies say differently: for all deployments, and beyond that for those of some paths, each the path of a
/// manifest as reports show it.
pub fn differences<'a>(
    before: &Policies,
    after: &Policies,
    paths: impl Iterator<Item = &'a str>,
) -> Vec<Difference> {
    let mut all = Vec::new();
    for (then, now) in pairs(before, after) {
        of_pack(then.map(|pack| (pack, &pack.settings)), now.map(|pack| (pack, &pack.settings)), &mut all);
    }
    let everywhere: BTreeSet<_> = all.iter().map(Difference::key).collect();
    let mut indices: BTreeMap<_, usize> = BTreeMap::new();
    let mut scoped: Vec<Difference> = Vec::new();
    for path in paths {
        let mut here = Vec::new();
        for (then, now) in pairs(before, after) {
            let old = then.map(|pack| (pack, before.settings_of(pack, path)));
            let new = now.map(|pack| (pack, after.settings_of(pack, path)));
            let old = old.as_ref().map(|(pack, settings)| (*pack, &**settings));
            of_pack(old, new.as_ref().map(|(pack, settings)| (*pack, &**settings)), &mut here);
        }
        for difference in here.into_iter().filter(|own| !everywhere.contains(&own.key())) {
            let index = *indices.entry(difference.key()).or_insert_with(|| {
                scoped.push(Difference { deployments: Some(0), ..difference });
                scoped.len() - 1
            });
            if let Some(count) = scoped.get_mut(index).and_then(|own| own.deployments.as_mut()) {
                *count += 1;
            }
        }
    }
    all.extend(scoped);
    all.sort_by_key(Difference::key);
    all
}

/// A pack, and what of it is in force.
type Held<'a> = Option<(&'a Pack, &'a PackSettings)>;

/// The packs of either policy, each with its namesake of the other.
fn pairs<'a>(
    before: &'a Policies,
    after: &'a Policies,
) -> impl Iterator<Item = (Option<&'a Pack>, Option<&'a Pack>)> {
    fn named<'a>(policies: &'a Policies, name: &str) -> Option<&'a Pack> {
        policies.packs.iter().find(|pack| *pack.name == *name)
    }
    let gone = before.packs.iter().filter(|pack| named(after, &pack.name).is_none());
    let there = after.packs.iter().map(|pack| (named(before, &pack.name), Some(pack)));
    gone.map(|pack| (Some(pack), None)).chain(there)
}

fn of_pack(before: Held<'_>, after: Held<'_>, all: &mut Vec<Difference>) {
    let Some(pack) = before.or(after).map(|(pack, _)| pack) else { return };
    let mut push = |aspect, name: Option<&Arc<str>>, old: String, new: String, place: Option<&Place>| {
        if old != new {
            let (pack, name, place) = (Arc::clone(&pack.name), name.cloned(), place.cloned());
            all.push(Difference { pack, aspect, name, before: old, after: new, deployments: None, place });
        }
    };
    push(Aspect::Pack, None, presence(before), presence(after), None);
    let (Some((then, old)), Some((now, new))) = (before, after) else { return };
    for parameter in &old.parameters {
        let namesake = new.parameters.iter().find(|own| own.name == parameter.name);
        let value = namesake.map_or_else(|| NONE.to_owned(), parameter_prose);
        let place = namesake.and_then(|own| own.place.as_ref());
        push(Aspect::Parameter, Some(&parameter.name), parameter_prose(parameter), value, place);
    }
    let is_new = |name: &Arc<str>| old.parameters.iter().all(|own| own.name != *name);
    for parameter in new.parameters.iter().filter(|own| is_new(&own.name)) {
        let place = parameter.place.as_ref();
        push(Aspect::Parameter, Some(&parameter.name), NONE.to_owned(), parameter_prose(parameter), place);
    }
    let is_same = then.digest == now.digest;
    for (slot, setting) in then.rules.iter().zip(&old.rules) {
        let found = now.rules.iter().zip(&new.rules).find(|(own, _)| own.id == slot.id);
        let Some((other, with)) = found else {
            push(Aspect::Rule, Some(&slot.id), in_force(setting), NONE.to_owned(), None);
            continue;
        };
        let place = with.place.as_ref();
        push(Aspect::Rule, Some(&slot.id), in_force(setting), in_force(with), place);
        let is_set = |own: &RuleSetting| own.severity.is_some() || own.undetermined.is_some();
        if is_same && !is_set(setting) && !is_set(with) {
            continue;
        }
        let (Some(rule), Some(its)) = (then.rule(slot), now.rule(other)) else { continue };
        let old_severity = severities(setting.severity.as_ref().unwrap_or(&rule.severity));
        let new_severity = severities(with.severity.as_ref().unwrap_or(&its.severity));
        push(Aspect::Severity, Some(&slot.id), old_severity, new_severity, place);
        let old_word = undetermined(setting.undetermined.unwrap_or(rule.undetermined));
        let new_word = undetermined(with.undetermined.unwrap_or(its.undetermined));
        push(Aspect::Undetermined, Some(&slot.id), old_word, new_word, place);
        let text = |condition: Option<&Condition>| {
            condition.map_or_else(|| ALWAYS.to_owned(), |own| own.expr.text.as_ref().trim().to_owned())
        };
        let (was, is) = (&rule.conditions, &its.conditions);
        push(Aspect::When, Some(&slot.id), text(was.when.as_ref()), text(is.when.as_ref()), None);
        push(Aspect::Require, Some(&slot.id), text(Some(&was.require)), text(Some(&is.require)), None);
    }
    let is_new = |slot: &RuleSlot| then.rules.iter().all(|own| own.id != slot.id);
    for (slot, setting) in now.rules.iter().zip(&new.rules).filter(|(slot, _)| is_new(slot)) {
        push(Aspect::Rule, Some(&slot.id), NONE.to_owned(), in_force(setting), setting.place.as_ref());
    }
}

/// What stands for what is not there.
const NONE: &str = "none";

/// When a rule applies that does not say when.
const ALWAYS: &str = "always";

fn presence(held: Held<'_>) -> String {
    match held {
        None => NONE,
        Some((_, settings)) if settings.enabled => "on",
        Some(_) => "off",
    }
    .to_owned()
}

fn in_force(setting: &RuleSetting) -> String {
    if setting.on { "on" } else { "off" }.to_owned()
}

fn undetermined(own: Undetermined) -> String {
    match own {
        Undetermined::Default => "default",
        Undetermined::As(severity) => severity.as_str(),
        Undetermined::Off => "off",
    }
    .to_owned()
}

fn severities(own: &Severities) -> String {
    let mut words = own.default.to_string();
    for (stage, severity) in &own.by_stage {
        let _ = write!(words, ", {stage}: {severity}");
    }
    words
}
