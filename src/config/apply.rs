//! A config held against the packs: what it names is looked up, what it may not is told, and the rest counts.

use super::{Config, Governance, PackEntry, Reach, RuleEntry, Stated, lookup, mistake};
use crate::finding::{Finding, Label, Place, Severity};
use crate::globs::Grounds;
use crate::policy::Policies;
use crate::policy::overrides::{Change, Layer, Scope, Target};
use crate::policy::pack::Pack;

/// Whose config it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Authority {
    /// The organisation's: it can lock.
    Organisation,
    /// The repo's.
    Repo,
}

/// What the configs of a run came to.
#[derive(Debug, Default)]
pub struct Bound {
    /// What they say beside the packs.
    pub governance: Governance,
    /// What is wrong with them.
    pub findings: Vec<Finding>,
}

/// Makes configs count, the lowest first, each with the folder that its paths count from.
pub fn bind<'a>(
    policies: &mut Policies,
    configs: impl IntoIterator<Item = (Authority, &'a Config, Grounds)>,
) -> Bound {
    let mut bound = Bound::default();
    for (authority, config, grounds) in configs {
        bound.governance.absorb(config, authority, &mut bound.findings);
        let mut binding =
            Binding { policies, config, grounds: &grounds, authority, findings: &mut bound.findings };
        let everywhere = binding.changes(&config.packs);
        let scoped: Vec<Vec<Named>> =
            config.overrides.iter().map(|own| binding.changes(&own.packs)).collect();
        binding.repeated(&scoped);
        binding.weigh(&everywhere, None, &scoped);
        let changes = everywhere.into_iter().map(|named| named.change).collect();
        binding.policies.add_layer(Layer { grounds: grounds.clone(), changes, scopes: Vec::new() });
        for (index, own) in scoped.iter().enumerate() {
            binding.weigh(own, Some(index), &scoped);
        }
        let overrides = config.overrides.iter().zip(scoped).map(|(own, changes)| Scope {
            globs: own.paths.globs.clone(),
            changes: changes.into_iter().map(|named| named.change).collect(),
        });
        let overrides = overrides.collect();
        binding.policies.add_scopes(overrides);
    }
    bound
}

/// A change, and what its target is called.
struct Named {
    name: String,
    /// Whether it says anything but that it locks.
    is_said: bool,
    change: Change,
}

struct Binding<'b, 'c> {
    policies: &'b mut Policies,
    config: &'c Config,
    grounds: &'c Grounds,
    authority: Authority,
    findings: &'b mut Vec<Finding>,
}

impl Binding<'_, '_> {
    /// The changes that entries come to.
    fn changes(&mut self, entries: &[PackEntry]) -> Vec<Named> {
        let mut changes = Vec::new();
        for entry in entries {
            if let Some(pack) = lookup::pack(self.policies, &entry.name, self.findings) {
                self.pack(pack, entry, &mut changes);
            }
        }
        changes
    }

    fn pack(&mut self, index: usize, entry: &PackEntry, changes: &mut Vec<Named>) {
        let lock = self.lock(entry.locked.as_ref());
        if entry.enabled.is_some() || lock.is_some() {
            let stated = entry.enabled.as_ref().map(|own| &own.place);
            let place = stated.or(lock.as_ref()).unwrap_or(&entry.name.place).clone();
            let target = Target::Pack(entry.enabled.as_ref().map(|own| own.value));
            changes.push(Named {
                name: format!("the pack {}", entry.name.value),
                is_said: entry.enabled.is_some(),
                change: Change { pack: index, target, place, lock },
            });
        }
        for own in &entry.parameters {
            let lock = self.lock(own.locked.as_ref());
            let Some(pack) = self.policies.packs.get(index) else { continue };
            let Some((at, parameter)) = lookup::parameter(self.policies, pack, own, self.findings) else {
                continue;
            };
            let given = own.value.as_ref();
            let value =
                given.and_then(|given| lookup::value(parameter, given, &self.config.document, self.findings));
            if own.is_said && value.is_none() && lock.is_none() {
                continue;
            }
            let place = own.value.as_ref().map_or(&own.name.place, |given| &given.place).clone();
            changes.push(Named {
                name: own.name.value.to_string(),
                is_said: own.is_said,
                change: Change { pack: index, target: Target::Parameter(at, value), place, lock },
            });
        }
        self.rules(index, entry, changes);
    }

    fn rules(&mut self, index: usize, entry: &PackEntry, changes: &mut Vec<Named>) {
        let mut seen: Vec<(usize, &RuleEntry)> = Vec::new();
        for own in &entry.rules {
            let lock = self.lock(own.locked.as_ref());
            let Some(pack) = self.policies.packs.get(index) else { continue };
            let Some(rule) = lookup::rule(self.policies, pack, own, self.findings) else { continue };
            if let Some((_, first)) = seen.iter().find(|(other, _)| *other == rule) {
                let message = format!("{} and {} are the same rule", first.name.value, own.name.value);
                self.findings.push(
                    mistake("duplicate", message, Label::new(own.name.place.clone(), "not used"))
                        .with_label(Label::new(first.name.place.clone(), "the one used"))
                        .with_help("remove one of them"),
                );
                continue;
            }
            seen.push((rule, own));
            let change = own.change.clone();
            let is_empty = change.on.is_none() && change.severity.is_none() && change.undetermined.is_none();
            if own.is_said && is_empty && lock.is_none() {
                continue;
            }
            changes.push(Named {
                name: own.name.value.to_string(),
                is_said: own.is_said,
                change: Change {
                    pack: index,
                    target: Target::Rule(rule, change),
                    place: own.place.clone(),
                    lock,
                },
            });
        }
    }

    /// The place that locks something: only the organisation can.
    fn lock(&mut self, locked: Option<&Stated<bool>>) -> Option<Place> {
        let own = locked.filter(|own| own.value)?;
        if self.authority == Authority::Organisation {
            return Some(own.place.clone());
        }
        let message = "Only an organisation's config can lock; this has no effect";
        self.findings.push(
            mistake("lock", message, Label::new(own.place.clone(), "locks nothing"))
                .with_severity(Severity::Warning)
                .with_help("remove it, or give this config as --org-config"),
        );
        None
    }

    /// Tells what goes against a lock, and what changes nothing. `within` is the override that the changes stand
    /// in; what holds everywhere is weighed before it is in force, overrides after that.
    fn weigh(&mut self, changes: &[Named], within: Option<usize>, scoped: &[Vec<Named>]) {
        for named in changes {
            let change = &named.change;
            let Some(pack) = self.policies.packs.get(change.pack) else { continue };
            if self.authority == Authority::Repo
                && let Some((lock, reach)) = self.locked(pack, change, within)
            {
                self.findings.push(refused(named, lock, reach));
                continue;
            }
            if let Some((why, beneath)) = self.idle(pack, named, within, scoped) {
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
    fn locked(&self, pack: &Pack, change: &Change, within: Option<usize>) -> Option<(Place, Reach)> {
        if let Some(lock) = pack.settings.lock_against(pack, change) {
            return Some((lock.clone(), Reach::All));
        }
        let paths = within.and_then(|index| self.config.overrides.get(index)).map(|own| &own.paths);
        let below = self.policies.locks_below(change).filter_map(|(lock, scope, grounds)| {
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
        scoped: &[Vec<Named>],
    ) -> Option<(&'static str, Option<Place>)> {
        let change = &named.change;
        if change.lock.is_some() {
            return None;
        }
        if !named.is_said {
            return Some(("is given no value", None));
        }
        let own = scoped.iter().enumerate().filter(|(index, _)| Some(*index) != within);
        let own = own.flat_map(|(_, changes)| changes).map(|named| &named.change);
        let layers = self.policies.layers().iter().flat_map(|layer| &layer.scopes);
        let others = || own.clone().chain(layers.clone().flat_map(|scope| &scope.changes));
        let is_pack = |other: &Change| other.pack == change.pack && matches!(other.target, Target::Pack(_));
        let (is_on, place) = self.pack_state(pack, within);
        if !is_on && !is_pack(change) && !others().any(is_pack) {
            return Some(("belongs to a pack that is off", place));
        }
        if others().any(|other| is_same(other, change)) || !pack.settings.is_idle(pack, change) {
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
    fn repeated(&mut self, scoped: &[Vec<Named>]) {
        let paths = |index: usize| {
            let own = self.config.overrides.get(index)?;
            let mut paths: Vec<&str> = own.paths.stated.iter().map(|own| &*own.value).collect();
            paths.sort_unstable();
            Some(paths)
        };
        for (index, changes) in scoped.iter().enumerate() {
            for named in changes {
                let later = scoped.iter().enumerate().skip(index + 1);
                let again = later
                    .filter(|(other, _)| paths(*other) == paths(index))
                    .flat_map(|(_, changes)| changes)
                    .find(|other| is_replaced(&named.change, &other.change));
                if let Some(again) = again {
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
}

/// What is told of a change that goes against a lock.
fn refused(named: &Named, lock: Place, reach: Reach) -> Finding {
    let place = named.change.place.clone();
    let label = Label::new(lock, "locked here");
    match reach {
        Reach::All => {
            let message = format!("The organisation's config locks {}; this has no effect", named.name);
            mistake("locked", message, Label::new(place, "no effect"))
                .with_label(label)
                .with_help("remove it, or ask the owner of the organisation's config")
        }
        Reach::Some => {
            let name = &named.name;
            let message =
                format!("The organisation's config locks {name} below some paths; there this has no effect");
            mistake("locked", message, Label::new(place, "not below its paths"))
                .with_severity(Severity::Note)
                .with_label(label)
        }
    }
}

/// Whether two changes are about the same thing.
fn is_same(left: &Change, right: &Change) -> bool {
    left.pack == right.pack
        && match (&left.target, &right.target) {
            (Target::Pack(_), Target::Pack(_)) => true,
            (Target::Parameter(left, _), Target::Parameter(right, _)) => left == right,
            (Target::Rule(left, _), Target::Rule(right, _)) => left == right,
            _ => false,
        }
}

/// Whether nothing is left of a change once another is made.
fn is_replaced(change: &Change, by: &Change) -> bool {
    is_same(change, by)
        && match (&change.target, &by.target) {
            (Target::Pack(_), Target::Pack(later)) => later.is_some(),
            (Target::Parameter(..), Target::Parameter(_, later)) => later.is_some(),
            (Target::Rule(_, change), Target::Rule(_, later)) => {
                (change.on.is_none() || later.on.is_some())
                    && (change.severity.is_none() || later.severity.is_some() || later.on == Some(false))
                    && (change.undetermined.is_none()
                        || later.undetermined.is_some()
                        || later.on == Some(false))
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
