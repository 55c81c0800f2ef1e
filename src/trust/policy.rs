//! Changes of the config and of packs.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{NAMED, Trust, few, finding, is_looser};
use crate::config::{Governance, Stated};
use crate::finding::{Finding, Label, Place, Severity};
use crate::impact::{Change, Difference, Kind, counts};
use crate::policy::Policies;
use crate::policy::pack::{Pack, RuleSlot};

/// What is told of them: a finding for the config, and one for each pack whose files differ.
pub(super) fn tell(trust: &Trust<'_>, changes: &[Change]) -> Vec<Finding> {
    let mut told = Vec::new();
    let mut of_packs: BTreeSet<Arc<str>> = BTreeSet::new();
    if let Some((before, after)) = trust.lenses {
        for (old, new) in differing(before.policies, after.policies) {
            let Some(pack) = new.or(old) else { continue };
            let own: Vec<&Change> = changes.iter().filter(|change| change.pack == pack.name).collect();
            told.push(of_pack(trust, pack, old, new, &own));
            of_packs.insert(Arc::clone(&pack.name));
        }
    }
    let own: Vec<&Change> = changes.iter().filter(|change| !of_packs.contains(&change.pack)).collect();
    let said: Vec<&Difference> =
        trust.differences.iter().filter(|own| !of_packs.contains(&own.pack)).collect();
    told.extend(of_config(trust, &said, &own));
    told
}

/// The packs of either side whose files are not the same.
fn differing<'a>(before: &'a Policies, after: &'a Policies) -> Vec<(Option<&'a Pack>, Option<&'a Pack>)> {
    let find = |policies: &'a Policies, name: &str| policies.packs.iter().find(|own| *own.name == *name);
    let mut all = Vec::new();
    for pack in &before.packs {
        let other = find(after, &pack.name);
        if other.is_none_or(|other| other.digest != pack.digest) {
            all.push((Some(pack), other));
        }
    }
    let new = after.packs.iter().filter(|pack| find(before, &pack.name).is_none());
    all.extend(new.map(|pack| (None, Some(pack))));
    all
}

/// `own` is the one of the two that is looked at, the new one where there is one.
fn of_pack(
    trust: &Trust<'_>,
    own: &Pack,
    old: Option<&Pack>,
    new: Option<&Pack>,
    changes: &[&Change],
) -> Finding {
    let (name, revision) = (&own.name, trust.revision);
    let (message, label) = match (old, new) {
        (None, _) => (format!("The pack {name} is new since {revision}"), "does not count yet"),
        (_, None) => {
            (format!("The pack {name} is gone, and counts as long as {revision} has it"), "still counts")
        }
        _ => (format!("The pack {name} differs from {revision}, whose rules count"), "does not count yet"),
    };
    let mut labels = changed_rules(old, new).into_iter();
    let primary = labels.next().unwrap_or_else(|| Label::new(Place::whole(&own.file), label));
    let mut told = finding("policy-changed", message, primary, is_looser(changes));
    told.secondary = labels.take(NAMED).collect();
    told.with_help(would(changes))
}

/// Labels at the rules of a pack that are new or differ.
fn changed_rules(old: Option<&Pack>, new: Option<&Pack>) -> Vec<Label> {
    let (Some(old), Some(new)) = (old, new) else { return Vec::new() };
    let find = |pack: &'_ Pack, slot: &RuleSlot| pack.rules.iter().position(|own| own.id == slot.id);
    let mut labels = Vec::new();
    for slot in &new.rules {
        let Some(rule) = new.rule(slot) else { continue };
        let place = || Place::at(&rule.source, Some(0), rule.id_span).with_pointer("/metadata/name");
        match find(old, slot).and_then(|index| old.rules.get(index)) {
            None => labels.push(Label::new(place(), "a new rule")),
            Some(other) if other.text() != slot.text() => {
                labels.push(Label::new(place(), "a rule that differs"));
            }
            Some(_) => {}
        }
    }
    for slot in &old.rules {
        if find(new, slot).is_none()
            && let Some(rule) = old.rule(slot)
        {
            let place = Place::at(&rule.source, Some(0), rule.id_span).with_pointer("/metadata/name");
            labels.push(Label::new(place, "a rule that is gone"));
        }
    }
    labels
}

/// What is told of the config, where its text or its place is not the same.
fn of_config(trust: &Trust<'_>, said: &[&Difference], changes: &[&Change]) -> Option<Finding> {
    let (old, new) = &trust.configs;
    let revision = trust.revision;
    let is_same = match (old, new) {
        (Some(old), Some(new)) => old.digest == new.digest,
        (None, None) => true,
        _ => false,
    };
    if is_same && said.is_empty() {
        return None;
    }
    let own = new.as_ref().or(old.as_ref())?;
    let (start, label) = match (old, new) {
        (None, _) => {
            (format!("{} is new since {revision}, and does not count yet", own.path), "does not count yet")
        }
        (_, None) => (format!("There is no config here, and that of {revision} counts"), "counts"),
        _ => (format!("{} differs from {revision}, whose config counts", own.path), "does not count yet"),
    };
    let looser = governance(trust.governance.0, trust.governance.1);
    let mut facts: Vec<String> = said.iter().map(|own| in_words(own)).collect();
    facts.extend(looser.iter().map(|(text, _)| text.clone()));
    let message =
        if facts.is_empty() { start } else { format!("{start}: {}", few(facts.iter().map(String::as_str))) };
    let mut labels: Vec<Label> = Vec::new();
    let is_here = |place: &&Place| new.as_ref().is_some_and(|new| new.path == place.source.path);
    for own in said {
        if let Some(place) = own.place.as_ref().filter(is_here) {
            labels.push(Label::new(place.clone(), format!("{} at {revision}", own.before)));
        }
    }
    let mut labels = labels.into_iter();
    let primary = labels.next().unwrap_or_else(|| Label::new(Place::whole(own), label));
    let is_worse = is_looser(changes) || looser.iter().any(|(_, is_looser)| *is_looser);
    let mut told = finding("config-changed", message, primary, is_worse);
    told.secondary = labels.take(NAMED).collect();
    Some(told.with_help(would(changes)))
}

fn in_words(own: &Difference) -> String {
    let name = own.name.as_deref().unwrap_or(&own.pack);
    let aspect = match own.aspect.as_str() {
        "parameter" => String::new(),
        aspect => format!("{aspect} "),
    };
    format!("{aspect}{name} {} instead of {}", own.after, own.before)
}

/// What differs of what a config says beside packs, and whether that is looser.
fn governance(old: &Governance, new: &Governance) -> Vec<(String, bool)> {
    let mut all = Vec::new();
    let fail_on = |own: &Governance| own.fail_on.unwrap_or(Some(Severity::Error));
    let (before, after) = (fail_on(old), fail_on(new));
    if before != after {
        let word = |own: Option<Severity>| own.map_or("never", Severity::as_str);
        let is_looser = match (before, after) {
            (Some(before), Some(after)) => after > before,
            (_, after) => after.is_none(),
        };
        all.push((format!("failOn {} instead of {}", word(after), word(before)), is_looser));
    }
    let days = |own: &Governance| own.max_waiver_days.as_ref().map(|own| own.value);
    let (before, after) = (days(old), days(new));
    if before != after {
        let word = |own: Option<u32>| own.map_or_else(|| "unlimited".to_owned(), |days| days.to_string());
        let is_looser = after.is_none_or(|after| before.is_some_and(|before| after > before));
        all.push((format!("maxWaiverDays {} instead of {}", word(after), word(before)), is_looser));
    }
    let inline =
        |own: &Governance| own.inline_ignores.as_ref().map(|own: &Stated<_>| own.value).unwrap_or_default();
    let (before, after) = (inline(old), inline(new));
    if before != after {
        let text = format!("inlineIgnores {} instead of {}", after.as_str(), before.as_str());
        all.push((text, after < before));
    }
    if old.help_uri() != new.help_uri() {
        all.push(("another helpUri".to_owned(), false));
    }
    all
}

/// What would come of a change of policy, were it trusted.
fn would(changes: &[&Change]) -> String {
    if changes.is_empty() {
        return "Were it trusted, no rule would come to anything else".to_owned();
    }
    let counts = counts(changes.iter().copied());
    let parts: Vec<String> = counts
        .iter()
        .map(|(kind, count)| {
            let own = changes.iter().filter(|change| change.kind == *kind);
            let named = own.map(|change| {
                let name = change.deployment.as_deref().unwrap_or(&change.deployment_id);
                format!("{name} ({})", change.rule)
            });
            let named: Vec<String> = named.collect();
            let listed = match kind {
                Kind::StartsApplying | Kind::StopsApplying => String::new(),
                _ => format!(": {}", few(named.iter().map(String::as_str))),
            };
            format!("{count} {}{listed}", phrase(*kind))
        })
        .collect();
    format!("Were it trusted, {}", parts.join("; "))
}

/// What so many would do.
const fn phrase(kind: Kind) -> &'static str {
    match kind {
        Kind::NewlyFails => "would newly fail",
        Kind::SeverityChanged => "would change severity",
        Kind::BecomesUndetermined => "would become undetermined",
        Kind::NewlyPasses => "would newly pass",
        Kind::BecomesDecidable => "would become decidable",
        Kind::StartsApplying => "would start to apply",
        Kind::StopsApplying => "would stop applying",
    }
}
