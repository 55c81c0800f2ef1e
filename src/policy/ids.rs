//! The ids of rules: unique in a run, and still found by the names that they had before.

use std::collections::HashMap;
use std::sync::Arc;

use super::Policies;
use super::pack::{Pack, RuleSlot};
use crate::finding::{Finding, Label};

/// A rule that was asked for by a name.
#[derive(Clone, Copy, Debug)]
pub struct Found<'a> {
    /// Its pack.
    pub pack: &'a Pack,
    /// The rule.
    pub slot: &'a RuleSlot,
    /// Its indices: of the pack in [`Policies::packs`], of the rule in [`Pack::rules`].
    pub at: (usize, usize),
    /// Whether the name is one that it had before: to be told with its present one.
    pub renamed: bool,
}

impl Policies {
    /// The rule of a name: its id, alone or after its pack's (`pack/id`), or an id that it had before.
    pub fn find_rule(&self, name: &str) -> Option<Found<'_>> {
        let (of_pack, id) = match name.split_once('/') {
            Some((pack, id)) => (Some(pack), id),
            None => (None, name),
        };
        self.find_rule_of(of_pack, id)
    }

    /// The rule of an id that it has, or had before, in a pack or in any.
    pub fn find_rule_of(&self, pack: Option<&str>, id: &str) -> Option<Found<'_>> {
        let find = |renamed: bool| {
            let packs = self.packs.iter().enumerate();
            packs.filter(|(_, own)| pack.is_none_or(|name| *name == *own.name)).find_map(|(at, pack)| {
                let is = |slot: &RuleSlot| if renamed { slot.was(id) } else { *slot.id == *id };
                let index = pack.rules.iter().position(is)?;
                Some(Found { pack, slot: pack.rules.get(index)?, at: (at, index), renamed })
            })
        };
        find(false).or_else(|| find(true))
    }
}

/// The first that has an id, by the order in which packs claim them.
type Claims = HashMap<Arc<str>, (usize, usize)>;

/// Takes out the rules whose id another pack's rule has, and tells them; tells as well the former ids that are
/// another rule's, now or formerly.
pub(super) fn settle(packs: &mut [Pack], findings: &mut Vec<Finding>) {
    let mut order: Vec<usize> = (0..packs.len()).collect();
    // What is built in was there first, and what an organisation brings before what a repo does: no pack can take the
    // place of a rule beneath it.
    order.sort_by_key(|&at| packs.get(at).map(|pack| (!pack.is_embedded(), pack.layer, pack.name.clone())));
    let mut claims = Claims::with_capacity(packs.iter().map(|pack| pack.rules.len()).sum());
    let mut taken: Vec<(usize, usize, Finding)> = Vec::new();
    for &at in &order {
        let rules = packs.get(at).map_or(&[][..], |pack| &pack.rules);
        for (index, slot) in rules.iter().enumerate() {
            let first = claims.get(&slot.id).and_then(|&(pack, rule)| packs.get(pack)?.rules.get(rule));
            match first {
                Some(first) => taken.push((at, index, clash(packs, at, slot, first))),
                None => drop(claims.insert(Arc::clone(&slot.id), (at, index))),
            }
        }
    }
    for &at in &order {
        for slot in packs.get(at).map_or(&[][..], |pack| &pack.rules) {
            former_clashes(packs, slot, &mut claims, at, findings);
        }
    }
    taken.sort_by_key(|&(at, index, _)| std::cmp::Reverse((at, index)));
    for (at, index, finding) in taken {
        if let Some(pack) = packs.get_mut(at) {
            pack.rules.remove(index);
        }
        findings.push(finding);
    }
}

/// What is said of a rule whose id another has.
fn clash(packs: &[Pack], at: usize, slot: &RuleSlot, first: &RuleSlot) -> Finding {
    let same_pack = packs.get(at).is_some_and(|pack| pack.rules.iter().any(|own| std::ptr::eq(own, first)));
    let whose = packs.iter().find(|pack| pack.rules.iter().any(|own| std::ptr::eq(own, first)));
    let message = match whose.filter(|_| !same_pack) {
        Some(other) => format!("{} has a rule named {} already; this one is not used", other.name, slot.id),
        None => format!("There are two rules named {} in this pack; this one is not used", slot.id),
    };
    Finding::invalid("policy", "duplicate-rule", message, Label::new(slot.id_place(), "this rule"))
        .with_label(Label::new(first.id_place(), "the one used"))
        .with_help("Rename one of them: an id is a rule's in all packs of a run")
}

fn former_clashes(
    packs: &[Pack],
    slot: &RuleSlot,
    claims: &mut Claims,
    at: usize,
    findings: &mut Vec<Finding>,
) {
    for (former, place) in slot.formerly() {
        let claim = claims.get(former).copied();
        let Some(other) = claim.and_then(|(pack, rule)| packs.get(pack)?.rules.get(rule)) else {
            let index =
                packs.get(at).and_then(|pack| pack.rules.iter().position(|own| std::ptr::eq(own, slot)));
            claims.extend(index.map(|index| (former.into(), (at, index))));
            continue;
        };
        let (message, there) = if *other.id == *former {
            (
                format!("{} cannot have been {former}: there is such a rule", slot.id),
                "this rule has the id now",
            )
        } else {
            (
                format!("Both {} and {} were {former} before", other.id, slot.id),
                "this rule is the one found by it",
            )
        };
        findings.push(
            Finding::invalid("policy", "former-id", message, Label::new(place, "not this rule's alone"))
                .with_label(Label::new(other.id_place(), there))
                .with_help("An id that a rule had before leads to one rule only: take it out"),
        );
    }
}
