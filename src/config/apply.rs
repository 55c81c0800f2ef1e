//! A config held against the packs: what it names is looked up, what it may not is told, and the rest counts.

use super::weigh::{self, Scale};
use super::{Config, Governance, PackEntry, RuleEntry, Stated, lookup, mistake, shorten};
use crate::finding::{Finding, Label, Place, Severity};
use crate::globs::Grounds;
use crate::policy::Policies;
use crate::policy::overrides::{Change, Layer, Scope, Target};

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
        let mut findings = Vec::new();
        bound.governance.absorb(config, authority, &mut findings);
        let mut binding = Binding { policies, config, authority, findings: &mut findings };
        let everywhere = binding.changes(&config.packs);
        let scoped: Vec<Vec<Named>> =
            config.overrides.iter().map(|own| binding.changes(&own.packs)).collect();
        let mut scale = Scale::new(binding.policies, config, &grounds, authority, &scoped);
        scale.repeated(&scoped);
        scale.weigh(binding.policies, &everywhere, None);
        let changes = everywhere.into_iter().map(|named| named.change).collect();
        binding.policies.add_layer(Layer { grounds: grounds.clone(), changes, scopes: Vec::new() });
        for (index, own) in scoped.iter().enumerate() {
            scale.weigh(binding.policies, own, Some(index));
        }
        binding.findings.append(&mut scale.findings);
        let overrides = config.overrides.iter().zip(scoped).map(|(own, changes)| Scope {
            globs: own.paths.globs.clone(),
            changes: changes.into_iter().map(|named| named.change).collect(),
        });
        let overrides = overrides.collect();
        binding.policies.add_scopes(overrides);
        shorten(&mut findings);
        bound.findings.append(&mut findings);
    }
    weigh::locked_defaults(policies, &mut bound.findings);
    bound.findings.extend(policies.conflicting_defaults());
    bound
}

/// A change, and what its target is called.
pub(super) struct Named {
    pub(super) name: String,
    /// Whether it says anything but that it locks.
    pub(super) is_said: bool,
    pub(super) change: Change,
}

struct Binding<'b, 'c> {
    policies: &'b mut Policies,
    config: &'c Config,
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
}
