//! What a config and the command line make differ from the packs: changes in layers, for all deployments or for
//! those below some paths. A layer goes before those beneath it, but for what they lock.

use std::collections::HashMap;
use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError};

use super::Policies;
use super::defaults;
use super::expression::Type;
use super::pack::{Pack, Rule, Severities, Undetermined};
use super::settings::{self, PackSettings, RuleSetting};
use crate::finding::{Place, Scalar};
use crate::globs::{Globs, Grounds};

/// One thing that differs.
#[derive(Clone, Debug)]
pub struct Change {
    /// The pack, by its index in [`Policies::packs`].
    pub pack: usize,
    /// What of it.
    pub target: Target,
    /// Where that is said.
    pub place: Place,
    /// The place that says that no layer above may take it back.
    pub lock: Option<Place>,
}

/// What a change is about, and what it makes of it; a change that makes nothing of it only locks it.
#[derive(Clone, Debug)]
pub enum Target {
    /// The whole pack: whether its rules run.
    Pack(Option<bool>),
    /// A parameter, by its index: its value.
    Parameter(u16, Option<ParameterValue>),
    /// A rule, by its index.
    Rule(usize, RuleChange),
}

/// What a change is about, without what it makes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// A whole pack, by its index.
    Pack(usize),
    /// A parameter of a pack, by their indices.
    Parameter(usize, u16),
    /// A rule of a pack, by their indices.
    Rule(usize, usize),
}

impl Change {
    /// What it is about.
    pub fn subject(&self) -> Subject {
        match &self.target {
            Target::Pack(_) => Subject::Pack(self.pack),
            Target::Parameter(index, _) => Subject::Parameter(self.pack, *index),
            Target::Rule(index, _) => Subject::Rule(self.pack, *index),
        }
    }
}

/// The value of a parameter.
#[derive(Clone, Debug)]
pub struct ParameterValue {
    /// Its type.
    pub kind: Type,
    /// The value.
    pub scalar: Scalar,
    /// As its source wrote it.
    pub raw: Box<str>,
}

/// What differs of a rule.
#[derive(Clone, Debug, Default)]
pub struct RuleChange {
    /// Whether it runs.
    pub on: Option<bool>,
    /// How bad a failure is; [`Some`] of nothing: what the rule says itself.
    pub severity: Option<Option<Severities>>,
    /// How bad an undetermined outcome is.
    pub undetermined: Option<Undetermined>,
}

/// Changes for the deployments below some paths.
#[derive(Clone, Debug)]
pub struct Scope {
    /// The paths, relative to the folder of the layer.
    pub globs: Globs,
    /// The changes.
    pub changes: Vec<Change>,
}

/// Changes of one origin.
#[derive(Clone, Debug, Default)]
pub struct Layer {
    /// The folder that the paths of scopes are relative to.
    pub grounds: Grounds,
    /// What holds for all deployments.
    pub changes: Vec<Change>,
    /// What holds for some. Of those that match, the one with the most folders before its first wildcard goes before
    /// the others, and of equals the later one.
    pub scopes: Vec<Scope>,
}

/// All layers, from the lowest to the highest, and the settings they come to.
#[derive(Debug, Default)]
pub(super) struct Layers {
    pub(super) configs: Vec<Layer>,
    pub(super) command_line: Vec<Change>,
    variants: Mutex<HashMap<Key, Arc<[PackSettings]>>>,
}

/// The scopes that match a path, in the order in which they are applied: layer and index.
type Key = Vec<(usize, usize)>;

/// What of a pack is in force for a deployment.
#[derive(Debug)]
pub struct InForce<'a> {
    everywhere: &'a PackSettings,
    /// The settings of all packs for its path, and the pack's index.
    here: Option<(Arc<[PackSettings]>, usize)>,
}

impl Deref for InForce<'_> {
    type Target = PackSettings;

    fn deref(&self) -> &PackSettings {
        let here = self.here.as_ref().and_then(|(all, index)| all.get(*index));
        here.unwrap_or(self.everywhere)
    }
}

impl Policies {
    /// What is in force of one pack for a deployment whose manifest has this path (as reports show it).
    pub fn settings_of<'a>(&'a self, pack: &'a Pack, path: &str) -> InForce<'a> {
        let here = self.variant(path).zip(self.packs.iter().position(|own| own.name == pack.name));
        InForce { everywhere: &pack.settings, here }
    }

    /// What is in force of each pack, in the order of the packs, for a deployment whose manifest has this path (as
    /// reports show it).
    pub fn settings_at<'a>(&'a self, path: &str) -> impl Iterator<Item = (&'a Pack, InForce<'a>)> {
        let variant = self.variant(path);
        self.packs.iter().enumerate().map(move |(index, pack)| {
            let here = variant.clone().map(|all| (all, index));
            (pack, InForce { everywhere: &pack.settings, here })
        })
    }

    /// The settings of all packs for a path, where they differ from those everywhere. Deployments of the same
    /// scopes share them.
    fn variant(&self, path: &str) -> Option<Arc<[PackSettings]>> {
        if self.layers.configs.iter().all(|layer| layer.scopes.is_empty()) {
            return None;
        }
        let key = self.layers.key(path);
        if key.is_empty() {
            return None;
        }
        let variants = || self.layers.variants.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = variants().get(&key) {
            return Some(Arc::clone(known));
        }
        // Not under the lock: two threads that come to the same key come to the same settings.
        let made: Arc<[PackSettings]> = self.layers.settings(&self.packs, &key).into();
        Some(Arc::clone(variants().entry(key).or_insert(made)))
    }

    /// Takes a layer in above those that are there.
    pub fn add_layer(&mut self, layer: Layer) {
        self.layers.configs.push(layer);
        self.settle();
    }

    /// Takes scopes into the highest layer.
    pub fn add_scopes(&mut self, scopes: Vec<Scope>) {
        if let Some(layer) = self.layers.configs.last_mut() {
            layer.scopes.extend(scopes);
        }
    }

    /// The lock that keeps a change from being made, everywhere or below some paths.
    pub fn lock_anywhere(&self, change: &Change) -> Option<Place> {
        let pack = self.packs.get(change.pack)?;
        let everywhere = pack.settings.lock_against(pack, change).cloned();
        everywhere.or_else(|| self.locks_below(change).next().map(|(place, ..)| place))
    }

    /// The locks that keep a change from being made below some paths: each with those, and the folder they count
    /// from.
    pub fn locks_below<'a>(
        &'a self,
        change: &'a Change,
    ) -> impl Iterator<Item = (Place, &'a Scope, &'a Grounds)> {
        let scopes = self.layers.configs.iter();
        let scopes = scopes.flat_map(|layer| layer.scopes.iter().map(|scope| (scope, &layer.grounds)));
        let pack = self.packs.get(change.pack);
        scopes.filter_map(move |(scope, grounds)| {
            let own = || scope.changes.iter().filter(|own| own.pack == change.pack);
            let pack = pack.filter(|_| own().any(|own| own.lock.is_some()))?;
            let mut settings = PackSettings { lock: None, ..pack.settings.clone() };
            settings.parameter_locks.clear();
            settings.rules.iter_mut().for_each(|rule| rule.lock = None);
            own().for_each(|own| settings.make(pack, own));
            own().for_each(|own| settings.lock(own));
            Some((settings.lock_against(pack, change)?.clone(), scope, grounds))
        })
    }

    /// The layers, from the lowest to the highest.
    pub fn layers(&self) -> &[Layer] {
        &self.layers.configs
    }

    /// Works out what is in force where no path says otherwise.
    pub(super) fn settle(&mut self) {
        let all = self.layers.settings(&self.packs, &[]);
        for (pack, settings) in self.packs.iter_mut().zip(all) {
            pack.settings = settings;
        }
        self.layers.variants = Mutex::default();
    }
}

impl Layers {
    fn key(&self, path: &str) -> Key {
        let mut key = Vec::new();
        for (layer, own) in self.configs.iter().enumerate() {
            let Some(below) = own.grounds.below(path).filter(|_| !own.scopes.is_empty()) else { continue };
            let matched = own.scopes.iter().enumerate();
            let mut matched: Vec<_> =
                matched.filter_map(|(index, scope)| Some((scope.globs.depth(&below)?, index))).collect();
            matched.sort_unstable();
            key.extend(matched.into_iter().map(|(_, index)| (layer, index)));
        }
        key
    }

    /// The settings of all packs under the scopes of a key.
    fn settings(&self, packs: &[Pack], key: &[(usize, usize)]) -> Vec<PackSettings> {
        let mut all: Vec<PackSettings> = packs.iter().map(PackSettings::of).collect();
        for (at, layer) in self.configs.iter().enumerate() {
            let scoped = key.iter().filter(|(layer, _)| *layer == at);
            let scoped =
                scoped.filter_map(|(_, scope)| layer.scopes.get(*scope)).flat_map(|own| &own.changes);
            let changes: Vec<&Change> = layer.changes.iter().chain(scoped).collect();
            for change in &changes {
                if let Some((pack, settings)) = packs.get(change.pack).zip(all.get_mut(change.pack)) {
                    settings.make(pack, change);
                }
            }
            // A lock without a value keeps the default that the packs known so far make.
            defaults::choose(packs, &mut all, at);
            // What a layer locks binds those above it, not itself.
            for change in changes {
                if let Some(settings) = all.get_mut(change.pack) {
                    settings.lock(change);
                }
            }
        }
        // What of it goes against a lock was refused.
        for change in &self.command_line {
            if let Some(settings) = all.get_mut(change.pack) {
                settings.force(change);
            }
        }
        defaults::choose(packs, &mut all, usize::MAX);
        settings::spread(packs, &mut all);
        all.iter_mut().for_each(PackSettings::revalue);
        all
    }
}

impl PackSettings {
    /// Makes a change, unless a layer beneath has locked what it would take back.
    fn make(&mut self, pack: &Pack, change: &Change) {
        if self.lock_against(pack, change).is_none() {
            self.force(change);
        }
    }

    fn force(&mut self, change: &Change) {
        match &change.target {
            Target::Pack(enabled) => self.enabled = enabled.unwrap_or(self.enabled),
            Target::Parameter(index, Some(value)) => {
                if let Some(parameter) = self.parameters.get_mut(usize::from(*index)) {
                    parameter.kind = value.kind;
                    parameter.value = value.scalar.clone();
                    parameter.raw.clone_from(&value.raw);
                    parameter.set_by = Arc::clone(&change.place.source.path);
                    parameter.place = Some(change.place.clone());
                    self.stated.insert(*index);
                }
            }
            Target::Parameter(_, None) => {}
            Target::Rule(index, rule) => {
                if let Some(setting) = self.rules.get_mut(*index) {
                    setting.make(rule);
                    setting.place = Some(change.place.clone());
                }
            }
        }
    }

    fn lock(&mut self, change: &Change) {
        let Some(place) = &change.lock else { return };
        match &change.target {
            Target::Pack(_) => self.lock = Some(place.clone()),
            Target::Parameter(index, _) => drop(self.parameter_locks.insert(*index, place.clone())),
            Target::Rule(index, _) => {
                if let Some(setting) = self.rules.get_mut(*index) {
                    setting.lock = Some(place.clone());
                }
            }
        }
    }

    /// The lock that keeps a change from being made: nothing where it changes nothing, or makes a rule stricter.
    pub fn lock_against(&self, pack: &Pack, change: &Change) -> Option<&Place> {
        let lock = match &change.target {
            // A pack that is off takes with it whatever in it is locked.
            Target::Pack(Some(false)) if self.enabled => {
                let rules =
                    self.rules.iter().filter(|setting| setting.on).filter_map(|own| own.lock.as_ref());
                self.lock.as_ref().or(self.parameter_locks.values().chain(rules).next())
            }
            Target::Pack(_) => self.lock.as_ref(),
            Target::Parameter(index, _) => self.lock_of(*index),
            Target::Rule(index, _) => {
                self.rules.get(*index).and_then(|setting| setting.lock.as_ref()).or(self.lock.as_ref())
            }
        }?;
        (!self.is_free_to(pack, change)).then_some(lock)
    }

    fn is_free_to(&self, pack: &Pack, change: &Change) -> bool {
        match &change.target {
            Target::Rule(index, rule) => {
                let (Some(now), Some(slot)) = (self.rules.get(*index), pack.rules.get(*index)) else {
                    return true;
                };
                let mut then = now.clone();
                then.make(rule);
                match (now.on, then.on, pack.rule(slot)) {
                    (true, true, Some(rule)) => then.is_as_strict_as(now, rule),
                    (now, then, _) => now == then,
                }
            }
            _ => self.is_idle(pack, change),
        }
    }

    /// Whether a change would leave everything as it is.
    pub fn is_idle(&self, pack: &Pack, change: &Change) -> bool {
        match &change.target {
            Target::Pack(enabled) => enabled.is_none_or(|enabled| enabled == self.enabled),
            Target::Parameter(index, value) => match (self.parameter(*index), value) {
                (Some(now), Some(then)) => is_equal(&now.value, &then.scalar),
                _ => true,
            },
            Target::Rule(index, rule) => {
                let (Some(now), Some(slot)) = (self.rules.get(*index), pack.rules.get(*index)) else {
                    return true;
                };
                let mut then = now.clone();
                then.make(rule);
                match (now.on, then.on, pack.rule(slot)) {
                    (true, true, Some(rule)) => {
                        then.is_as_strict_as(now, rule) && now.is_as_strict_as(&then, rule)
                    }
                    (true, true, None) => false,
                    (now, then, _) => now == then,
                }
            }
        }
    }
}

impl RuleSetting {
    fn make(&mut self, change: &RuleChange) {
        self.on = change.on.unwrap_or(self.on);
        if let Some(severity) = &change.severity {
            self.severity.clone_from(severity);
        }
        self.undetermined = change.undetermined.or(self.undetermined);
    }

    /// Whether every outcome of a rule is at least as bad under this setting as under another.
    fn is_as_strict_as(&self, other: &Self, rule: &Rule) -> bool {
        let severities = [Some(&rule.severity), self.severity.as_ref(), other.severity.as_ref()];
        let stages = severities.into_iter().flatten().flat_map(|own| &own.by_stage);
        stages.map(|(stage, _)| Some(&**stage)).chain([None]).all(|stage| {
            self.severity(rule, stage) >= other.severity(rule, stage)
                && self.undetermined(rule, stage) >= other.undetermined(rule, stage)
        })
    }
}

/// Whether two values are the same, `5` and `5.0` among them.
#[expect(clippy::float_cmp, reason = "values as they were written, not computed")]
#[expect(clippy::cast_precision_loss, reason = "a value that a double cannot hold differs from every double")]
fn is_equal(left: &Scalar, right: &Scalar) -> bool {
    match (left, right) {
        (Scalar::Int(whole), Scalar::Number(number)) | (Scalar::Number(number), Scalar::Int(whole)) => {
            *whole as f64 == *number
        }
        _ => left == right,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Severity;
    use crate::source::{Source, Span};

    fn place() -> Place {
        Place::at(&Source::in_memory("tunelint.yaml", "locked"), None, Span::new(0, 6))
    }

    fn change(target: Target, locked: bool) -> Change {
        Change { pack: 0, target, place: place(), lock: locked.then(place) }
    }

    fn scope(pattern: &str, requests: i64) -> Scope {
        let value = ParameterValue { kind: Type::Int, scalar: Scalar::Int(requests), raw: "1".into() };
        let changes = vec![change(Target::Parameter(0, Some(value)), false)];
        Scope { globs: Globs::new([pattern]).0, changes }
    }

    #[test]
    fn deployments_of_the_same_scopes_share_their_settings_and_others_make_none() {
        let mut policies = Policies::builtin();
        let layer = Layer { scopes: vec![scope("a", 1), scope("a/b", 2)], ..Layer::default() };
        policies.add_layer(layer);
        let first = policies.variant("a/x.yaml").unwrap();
        let second = policies.variant("a/y/z.yaml").unwrap();
        assert!(Arc::ptr_eq(&first, &second));
        assert!(!Arc::ptr_eq(&first, &policies.variant("a/b/x.yaml").unwrap()));
        assert!(policies.variant("c/x.yaml").is_none());
        let value = |path: &str| policies.settings_at(path).next().unwrap().1.values[0].clone();
        let values = ["a/x.yaml", "a/b/x.yaml", "c/x.yaml"].map(value);
        assert_eq!(values, [1, 2, 500_000].map(Scalar::Int));
    }

    #[test]
    fn strictness_counts_at_every_stage_and_for_what_is_undetermined() {
        let policies = Policies::builtin();
        let pack = &policies.packs[0];
        let index = pack.rules.iter().position(|slot| &*slot.id == "fine-tuning-without-versioning").unwrap();
        let rule = |rule: RuleChange, locked| change(Target::Rule(index, rule), locked);
        let mut settings = PackSettings::of(pack);
        settings.lock(&rule(RuleChange::default(), true));
        let all = |severity| {
            let severities = Severities { default: severity, by_stage: Vec::new() };
            RuleChange { on: Some(true), severity: Some(Some(severities)), undetermined: None }
        };
        let undetermined = |own| RuleChange { undetermined: Some(own), ..RuleChange::default() };
        // The rule itself is an error in production and else a warning.
        for (own, is_free) in [
            (all(Severity::Error), true),
            (all(Severity::Warning), false),
            (undetermined(Undetermined::As(Severity::Error)), true),
            (undetermined(Undetermined::As(Severity::Note)), false),
            (undetermined(Undetermined::Default), true),
            (RuleChange { on: Some(true), severity: Some(None), undetermined: None }, true),
            (RuleChange { on: Some(false), ..RuleChange::default() }, false),
        ] {
            let change = rule(own.clone(), false);
            assert_eq!(settings.lock_against(pack, &change).is_none(), is_free, "{own:?}");
        }
    }

    #[test]
    fn a_whole_number_is_the_same_with_decimals() {
        assert!(is_equal(&Scalar::Int(5), &Scalar::Number(5.0)));
        assert!(!is_equal(&Scalar::Int(5), &Scalar::Number(5.5)));
        assert!(!is_equal(&Scalar::Int(5), &Scalar::Text("5".into())));
    }
}
