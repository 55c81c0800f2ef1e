//! What of a config goes against a lock, and what of it changes nothing.

use std::collections::{BTreeMap, BTreeSet};

use super::apply::{Authority, Named};
use super::{Config, PackEntry, Reach, mistake};
use crate::finding::{Finding, Label, Place, Severity};
use crate::globs::Grounds;
use crate::policy::Policies;
use crate::policy::overrides::{Change, Subject, Target};
use crate::policy::pack::Pack;

/// Weighs the changes of one config.
pub(super) struct Scale<'c> {
    config: &'c Config,
    grounds: &'c Grounds,
    authority: Authority,
    /// What overrides of the config are about: the first of them, and whether there are others.
    own: BTreeMap<Subject, (usize, bool)>,
    /// What overrides beneath are about.
    beneath: BTreeSet<Subject>,
    /// What was found.
    pub(super) findings: Vec<Finding>,
}

impl<'c> Scale<'c> {
    /// For the changes of a config whose overrides are `scoped`, above the layers that are there.
    pub(super) fn new(
        policies: &Policies,
        config: &'c Config,
        grounds: &'c Grounds,
        authority: Authority,
        scoped: &[Vec<Named>],
    ) -> Self {
        let mut own: BTreeMap<Subject, (usize, bool)> = BTreeMap::new();
        for (index, named) in
            scoped.iter().enumerate().flat_map(|(index, all)| all.iter().map(move |one| (index, one)))
        {
            let seen = own.entry(named.change.subject()).or_insert((index, false));
            seen.1 |= seen.0 != index;
        }
        let beneath = policies.layers().iter().flat_map(|layer| &layer.scopes);
        let beneath = beneath.flat_map(|scope| &scope.changes).map(Change::subject).collect();
        Self { config, grounds, authority, own, beneath, findings: Vec::new() }
    }

    /// Whether overrides other than the one at hand are about a subject.
    fn is_touched(&self, subject: Subject, within: Option<usize>) -> bool {
        let own = self.own.get(&subject).is_some_and(|(first, more)| *more || Some(*first) != within);
        own || self.beneath.contains(&subject)
    }

    /// Tells what goes against a lock, and what changes nothing. `within` is the override that the changes stand
    /// in; what holds everywhere is weighed before it is in force, overrides after that.
    pub(super) fn weigh(&mut self, policies: &Policies, changes: &[Named], within: Option<usize>) {
        for named in changes {
            let change = &named.change;
            let Some(pack) = policies.packs.get(change.pack) else { continue };
            if self.authority == Authority::Repo
                && let Some((lock, reach)) = self.locked(policies, pack, change, within)
            {
                self.findings.push(refused(&named.name, change.place.clone(), lock, reach));
                continue;
            }
            if let Some((why, beneath)) = self.idle(pack, named, within) {
                let mut finding = mistake(
                    "no-effect",
                    format!("{} {why}; this has no effect", capital(&named.name)),
                    Label::new(change.place.clone(), "changes nothing"),
                )
                .with_severity(Severity::Warning)
                .with_help("remove it");
                if let Some(place) = beneath {
                    finding = finding.with_label(Label::new(place, "said here already"));
                }
                self.findings.push(finding);
            }
        }
    }

    /// The lock that a change goes against, and whether it does so wherever the change counts or only perhaps.
    fn locked(
        &self,
        policies: &Policies,
        pack: &Pack,
        change: &Change,
        within: Option<usize>,
    ) -> Option<(Place, Reach)> {
        if let Some(lock) = pack.settings.lock_against(pack, change) {
            return Some((lock.clone(), Reach::All));
        }
        let paths = within.and_then(|index| self.config.overrides.get(index)).map(|own| &own.paths);
        let below = policies.locks_below(change).filter_map(|(lock, scope, grounds)| {
            let reach = match paths {
                Some(paths) => paths.reach(self.grounds, scope, grounds)?,
                None => Reach::Some,
            };
            Some((lock, reach))
        });
        below.max_by_key(|(_, reach)| *reach == Reach::All)
    }

    /// Why a change changes nothing, and what makes that so.
    fn idle(
        &self,
        pack: &Pack,
        named: &Named,
        within: Option<usize>,
    ) -> Option<(&'static str, Option<Place>)> {
        let change = &named.change;
        if change.lock.is_some() {
            return None;
        }
        if !named.is_said {
            return Some(("is given no value", None));
        }
        let (is_on, place) = self.pack_state(pack, within);
        let subject = Subject::Pack(change.pack);
        if !is_on && change.subject() != subject && !self.is_touched(subject, within) {
            return Some(("belongs to a pack that is off", place));
        }
        if self.is_touched(change.subject(), within) || !pack.settings.is_idle(pack, change) {
            return None;
        }
        Some(match &change.target {
            Target::Pack(Some(true)) => ("is on already", None),
            Target::Pack(_) => ("is off already", None),
            Target::Parameter(index, _) => {
                ("has this value already", pack.settings.parameter(*index).and_then(|own| own.place.clone()))
            }
            Target::Rule(index, _) => {
                let setting = pack.settings.rules.get(*index);
                let place = setting.and_then(|own| own.place.clone());
                if setting.is_some_and(|own| own.on) {
                    ("is set so already", place)
                } else {
                    ("is off already", place)
                }
            }
        })
    }

    /// Whether a pack runs where a change counts, and the place that says so.
    fn pack_state(&self, pack: &Pack, within: Option<usize>) -> (bool, Option<Place>) {
        let stated = |entries: &[PackEntry]| {
            let own = entries.iter().find(|entry| *entry.name.value == *pack.name)?;
            own.enabled.as_ref().map(|own| (own.value, Some(own.place.clone())))
        };
        let here = within.and_then(|index| self.config.overrides.get(index));
        here.and_then(|own| stated(&own.packs))
            .or_else(|| stated(&self.config.packs))
            .unwrap_or((pack.settings.enabled, None))
    }

    /// Tells what a later override of the same paths says again: the earlier one has no effect.
    pub(super) fn repeated(&mut self, scoped: &[Vec<Named>]) {
        let mut later: BTreeMap<(Vec<&str>, Subject), &Named> = BTreeMap::new();
        for (own, changes) in self.config.overrides.iter().zip(scoped).rev() {
            let mut paths: Vec<&str> = own.paths.stated.iter().map(|own| &*own.value).collect();
            paths.sort_unstable();
            for named in changes {
                let Some(again) = later.insert((paths.clone(), named.change.subject()), named) else {
                    continue;
                };
                if !is_replaced(&named.change, &again.change) {
                    continue;
                }
                let message = format!(
                    "A later override of the same paths sets {} again; this has no effect",
                    named.name
                );
                self.findings.push(
                    mistake("no-effect", message, Label::new(named.change.place.clone(), "no effect"))
                        .with_severity(Severity::Warning)
                        .with_label(Label::new(again.change.place.clone(), "set again here"))
                        .with_help("remove one of them"),
                );
            }
        }
    }
}

/// Tells the new defaults that a lock keeps from counting: those of packs that came in above it.
pub(super) fn locked_defaults(policies: &Policies, findings: &mut Vec<Finding>) {
    let mut told: BTreeSet<(usize, u16)> = BTreeSet::new();
    for (at, layer) in policies.layers().iter().enumerate() {
        let everywhere = layer.changes.iter().map(|change| (change, Reach::All));
        let scoped = layer.scopes.iter().flat_map(|scope| &scope.changes);
        for (change, reach) in everywhere.chain(scoped.map(|change| (change, Reach::Some))) {
            let (Some(lock), Some(pack)) = (&change.lock, policies.packs.get(change.pack)) else { continue };
            for (index, own) in (0..).zip(&pack.settings.parameters) {
                let is_locked = match change.subject() {
                    Subject::Pack(_) => true,
                    Subject::Parameter(_, locked) => locked == index,
                    Subject::Rule(..) => false,
                };
                if !is_locked || !told.insert((change.pack, index)) {
                    continue;
                }
                for default in policies.defaults_above(at, (change.pack, index)) {
                    let Some(place) = default.place.clone() else { continue };
                    if reach == Reach::All && default.value == own.value {
                        continue;
                    }
                    findings.push(refused(&own.name, place, lock.clone(), reach));
                }
            }
        }
    }
}

/// What is told of a change that goes against a lock.
fn refused(name: &str, place: Place, lock: Place, reach: Reach) -> Finding {
    let label = Label::new(lock, "locked here");
    match reach {
        Reach::All => {
            let message = format!("The organisation's config locks {name}; this has no effect");
            mistake("locked", message, Label::new(place, "no effect"))
                .with_label(label)
                .with_help("remove it, or ask the owner of the organisation's config")
        }
        Reach::Some => {
            let message =
                format!("The organisation's config locks {name} below some paths; there this has no effect");
            mistake("locked", message, Label::new(place, "not below its paths"))
                .with_severity(Severity::Note)
                .with_label(label)
        }
    }
}

/// Whether nothing is left of a change once another about the same is made.
fn is_replaced(change: &Change, by: &Change) -> bool {
    match (&change.target, &by.target) {
        (Target::Pack(_), Target::Pack(later)) => later.is_some(),
        (Target::Parameter(..), Target::Parameter(_, later)) => later.is_some(),
        (Target::Rule(_, change), Target::Rule(_, later)) => {
            (change.on.is_none() || later.on.is_some())
                && (change.severity.is_none() || later.severity.is_some() || later.on == Some(false))
                && (change.undetermined.is_none() || later.undetermined.is_some() || later.on == Some(false))
        }
        _ => false,
    }
}

/// A name at the beginning of a sentence; ids keep their case.
fn capital(name: &str) -> String {
    match name.strip_prefix("the ") {
        Some(rest) => format!("The {rest}"),
        None => name.to_owned(),
    }
}
