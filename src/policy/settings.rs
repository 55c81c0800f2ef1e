//! What of a pack is in force: parameters with their values, rules on and off, severities. It may differ by the path
//! of a deployment.

use std::collections::{BTreeMap, BTreeSet};

use super::pack::{Pack, Parameter, Rule, RuleSlot, Severities, Undetermined};
use crate::finding::{Place, Scalar, Severity};

/// What of a pack is in force somewhere.
#[derive(Clone, Debug, Default)]
pub struct PackSettings {
    /// The pack's own parameters, by the index that expressions use.
    pub parameters: Vec<Parameter>,
    /// Those of the packs that it extends, as they are in force there, by [`Pack::inherited`]: their indices go on
    /// from its own.
    pub inherited: Vec<Parameter>,
    /// The values of both, by index: what expressions are evaluated with.
    pub values: Vec<Scalar>,
    /// The rules, by their index in [`Pack::rules`].
    pub rules: Vec<RuleSetting>,
    /// Whether the rules run at all.
    pub enabled: bool,
    /// The place that locks the pack, and so all of it.
    pub lock: Option<Place>,
    /// Parameters whose value somebody states, by their index: no default counts for them.
    pub stated: BTreeSet<u16>,
    /// The places that lock parameters, by their index.
    pub parameter_locks: BTreeMap<u16, Place>,
}

/// What of a rule is in force.
#[derive(Clone, Debug)]
pub struct RuleSetting {
    /// Whether it runs.
    pub on: bool,
    /// How bad a failure is, where it is not what the rule says.
    pub severity: Option<Severities>,
    /// How bad an undetermined outcome is, where it is not what the rule says.
    pub undetermined: Option<Undetermined>,
    /// The place that says otherwise than the rule.
    pub place: Option<Place>,
    /// The place that locks it.
    pub lock: Option<Place>,
}

impl Default for RuleSetting {
    fn default() -> Self {
        Self { on: true, severity: None, undetermined: None, place: None, lock: None }
    }
}

impl RuleSetting {
    /// How bad a failure of the rule is at a stage.
    pub fn severity(&self, rule: &Rule, stage: Option<&str>) -> Severity {
        self.severity.as_ref().unwrap_or(&rule.severity).at(stage)
    }

    /// How bad an undetermined outcome of the rule is at a stage; nothing where it is not reported.
    pub fn undetermined(&self, rule: &Rule, stage: Option<&str>) -> Option<Severity> {
        match self.undetermined.unwrap_or(rule.undetermined) {
            Undetermined::Off => None,
            Undetermined::As(severity) => Some(severity),
            Undetermined::Default => Some(self.severity(rule, stage).min(Severity::Warning)),
        }
    }
}

impl PackSettings {
    /// A pack as it is, all rules on.
    pub(super) fn of(pack: &Pack) -> Self {
        let mut settings = Self {
            parameters: pack.parameters.clone(),
            inherited: pack.inherited.iter().map(|own| own.parameter.clone()).collect(),
            values: Vec::new(),
            rules: pack.rules.iter().map(|_| RuleSetting::default()).collect(),
            enabled: true,
            ..Self::default()
        };
        settings.revalue();
        settings
    }

    /// Takes the values from the parameters again, after some were set.
    pub(super) fn revalue(&mut self) {
        self.values = self.all_parameters().map(|parameter| parameter.value.clone()).collect();
    }

    /// The parameters that expressions can read, by index.
    pub fn all_parameters(&self) -> impl Iterator<Item = &Parameter> {
        self.parameters.iter().chain(&self.inherited)
    }

    /// The parameter of an index.
    pub fn parameter(&self, index: u16) -> Option<&Parameter> {
        let index = usize::from(index);
        self.parameters.get(index).or_else(|| self.inherited.get(index.checked_sub(self.parameters.len())?))
    }
}

/// Brings what is in force in each pack to the packs that extend it. `all` has the settings of each of `packs`.
pub(super) fn spread(packs: &[Pack], all: &mut [PackSettings]) {
    for (at, pack) in packs.iter().enumerate().filter(|(_, pack)| !pack.inherited.is_empty()) {
        let in_force = |owner: &str, name: &str| {
            let owner = packs.iter().position(|pack| *pack.name == *owner)?;
            all.get(owner)?.parameters.iter().find(|parameter| *parameter.name == *name).cloned()
        };
        let inherited: Vec<Parameter> = pack
            .inherited
            .iter()
            .map(|own| in_force(&own.owner, &own.parameter.name).unwrap_or_else(|| own.parameter.clone()))
            .collect();
        if let Some(settings) = all.get_mut(at) {
            settings.inherited = inherited;
        }
    }
}

impl PackSettings {
    /// The place that locks a parameter, by its index.
    pub fn lock_of(&self, parameter: u16) -> Option<&Place> {
        self.parameter_locks.get(&parameter).or(self.lock.as_ref())
    }
}

impl Pack {
    /// What would be in force if nobody said otherwise than the pack.
    pub fn own_settings(&self) -> PackSettings {
        PackSettings::of(self)
    }

    /// Its rules with what is in force of them where no path says otherwise.
    pub fn slots(&self) -> impl Iterator<Item = (&RuleSlot, &RuleSetting)> {
        self.rules.iter().zip(&self.settings.rules)
    }

    /// The rules that run where no path says otherwise.
    pub fn running(&self) -> impl Iterator<Item = &RuleSlot> {
        self.settings.running(self)
    }
}

impl PackSettings {
    /// The rules of their pack that run.
    pub fn running<'a>(&'a self, pack: &'a Pack) -> impl Iterator<Item = &'a RuleSlot> {
        self.in_force(pack).map(|(slot, _)| slot)
    }

    /// The rules of their pack that run, with what is in force of them.
    pub fn in_force<'a>(&'a self, pack: &'a Pack) -> impl Iterator<Item = (&'a RuleSlot, &'a RuleSetting)> {
        let slots = pack.rules.iter().zip(&self.rules);
        slots.filter(|(_, setting)| self.enabled && setting.on)
    }
}
