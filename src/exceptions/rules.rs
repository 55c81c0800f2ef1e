//! The rules that an exception can name: by the ids they have, or had before.

use std::collections::HashMap;
use std::sync::Arc;

use super::Told;
use crate::finding::{Finding, Label, Place, Severity};
use crate::link::EVIDENCE_NOT_FOUND;
use crate::nearest::nearest;
use crate::policy::Policies;
use crate::policy::pack::{Pack, RuleSlot};
use crate::supplied::{DECLARATION_DIFFERS, DEPLOYMENT_NOT_FOUND};

/// Rules of no pack that an exception can name, in force or not.
const OF_NO_PACK: [&str; 3] = [EVIDENCE_NOT_FOUND, DECLARATION_DIFFERS, DEPLOYMENT_NOT_FOUND];

/// What findings of no rule are called: they tell of what is not valid, and that cannot be excused.
const OF_NO_RULE: [&str; 8] =
    ["schema", "document", "config", "policy", "facts", "waivers", "baseline", "trust"];

/// The rules of a run.
#[derive(Debug)]
pub(super) struct Rules<'a> {
    policies: &'a Policies,
    /// Rules of no pack that are in force.
    in_force: &'a [&'a str],
    by_id: HashMap<&'a str, (&'a Pack, usize)>,
}

/// A rule that an exception names.
#[derive(Debug)]
pub(super) struct Known {
    /// Its id.
    pub(super) id: Arc<str>,
    /// Whether it is named by an id that it had before.
    pub(super) renamed: bool,
    /// Whether its findings can be excused.
    pub(super) waivable: bool,
}

impl<'a> Rules<'a> {
    /// The rules of the packs, and those of no pack that are in force.
    pub(super) fn new(policies: &'a Policies, in_force: &'a [&'a str]) -> Self {
        let mut by_id = HashMap::new();
        for pack in &policies.packs {
            for (index, slot) in pack.rules.iter().enumerate() {
                by_id.entry(&*slot.id).or_insert((pack, index));
            }
        }
        Self { policies, in_force, by_id }
    }

    fn is_of_no_pack(&self, id: &str) -> bool {
        OF_NO_PACK.contains(&id) || self.in_force.contains(&id)
    }

    fn slot(&self, id: &str) -> Option<(&'a Pack, usize, &'a RuleSlot)> {
        let &(pack, index) = self.by_id.get(id)?;
        Some((pack, index, pack.rules.get(index)?))
    }

    /// The rule of a name: an id, alone or after its pack's, as findings show it.
    pub(super) fn find(&self, name: &str) -> Option<Known> {
        if self.is_of_no_pack(name) {
            return Some(Known { id: name.into(), renamed: false, waivable: true });
        }
        let (of_pack, id) = match name.split_once('/') {
            Some((pack, id)) => (Some(pack), id),
            None => (None, name),
        };
        let known = |slot: &RuleSlot, pack: &Pack, renamed| Known {
            id: Arc::clone(&slot.id),
            renamed,
            waivable: pack.rule(slot).is_none_or(|rule| rule.waivable),
        };
        match self.slot(id).filter(|(pack, ..)| of_pack.is_none_or(|own| *own == *pack.name)) {
            Some((pack, _, slot)) => Some(known(slot, pack, false)),
            None => self.policies.find_rule(name).map(|found| known(found.slot, found.pack, found.renamed)),
        }
    }

    /// The rule of a name, if its findings can be excused; what is the matter with the name is told, as a mistake in
    /// `told`'s file, at `place`.
    pub(super) fn excusable(&self, name: &str, place: &Place, told: &mut Told) -> Option<Arc<str>> {
        let here = |words: &str| Label::new(place.clone(), words.to_owned());
        let Some(known) = self.find(name) else {
            told.push(self.unknown(name, told.rule, here("no such rule")));
            return None;
        };
        if known.renamed {
            let message = format!("The rule {name} is called {} now", known.id);
            let finding = Finding::invalid(told.rule, "renamed", message, here("its earlier id"));
            told.push(finding.with_severity(Severity::Note).with_help(format!("Write {}", known.id)));
        }
        if !known.waivable {
            let message = format!("{} cannot be excused: its pack says that it is not waivable", known.id);
            let finding = Finding::invalid(told.rule, "not-waivable", message, here("has no effect"));
            told.push(finding.with_help("Remove this, and mend what the rule finds"));
            return None;
        }
        Some(known.id)
    }

    fn unknown(&self, name: &str, rule: &str, label: Label) -> Finding {
        if OF_NO_RULE.contains(&name) {
            let message = format!("Findings of {name} cannot be excused: they tell of what is not valid");
            return Finding::invalid(rule, "not-waivable", message, label)
                .with_help("Remove this, and mend what is not valid");
        }
        let finding = Finding::invalid(rule, "unknown-rule", format!("There is no rule {name:?}"), label);
        let known = self.policies.packs.iter().flat_map(|pack| pack.rules.iter().map(|slot| &*slot.id));
        let id = name.rsplit('/').next().unwrap_or(name);
        match nearest(id, known.chain(OF_NO_PACK)) {
            Some(near) => finding.with_help(format!("Did you mean {near}?")),
            None => finding.with_help("`tunelint rules` lists them"),
        }
    }

    /// Whether a rule runs on deployments whose manifest has this path.
    pub(super) fn runs(&self, id: &str, path: &str) -> bool {
        if self.is_of_no_pack(id) {
            return self.in_force.contains(&id);
        }
        self.slot(id).is_some_and(|(pack, index, slot)| {
            let settings = self.policies.settings_of(pack, path);
            let is_on = settings.enabled && settings.rules.get(index).is_some_and(|setting| setting.on);
            is_on && pack.conditions(slot).is_some()
        })
    }
}
