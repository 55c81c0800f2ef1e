//! Which default of a parameter holds, where packs that extend its own give new ones: that of a pack which runs, and
//! which no other with a new one extends.

use super::Policies;
use super::pack::{Pack, Parameter};
use super::settings::PackSettings;
use crate::finding::{Finding, Label};

/// Gives the parameters of each pack the defaults that hold, those of the extending packs that run among them. `all` has
/// the settings of each of `packs`; packs that layers above `layer` bring do not count. What is stated or locked stays.
pub(super) fn choose(packs: &[Pack], all: &mut [PackSettings], layer: usize) {
    if packs.iter().flat_map(|pack| &pack.extends).all(|extension| extension.defaults.is_empty()) {
        return;
    }
    let counts: Vec<bool> =
        packs.iter().zip(&*all).map(|(pack, settings)| pack.layer <= layer && settings.enabled).collect();
    for (pack, settings) in packs.iter().zip(all) {
        for (index, own) in (0..).zip(&pack.parameters) {
            if settings.stated.contains(&index) || settings.lock_of(index).is_some() {
                continue;
            }
            let holds = claims(packs, &counts, pack, own).first().map_or(own, |claim| claim.parameter);
            if let Some(parameter) = settings.parameters.get_mut(usize::from(index)) {
                parameter.clone_from(holds);
            }
        }
    }
}

/// A new default that a pack gives.
#[derive(Clone, Copy, Debug)]
struct Claim<'a> {
    /// The pack.
    pack: &'a Pack,
    /// The parameter with it.
    parameter: &'a Parameter,
}

/// The new defaults that packs give a parameter: only of those which no other that gives one extends, by the name of
/// the pack. The first holds. `counts` says of each pack whether it does.
fn claims<'a>(packs: &'a [Pack], counts: &[bool], owner: &Pack, own: &Parameter) -> Vec<Claim<'a>> {
    let claim = |pack: &'a Pack| {
        let mut all = pack.inherited.iter();
        let one = all.find(|one| one.owner == owner.name && one.parameter.name == own.name)?;
        // What a pack merely passes on names the file of another.
        (one.parameter.set_by == pack.file.path).then_some(Claim { pack, parameter: &one.parameter })
    };
    let all: Vec<Claim<'_>> =
        packs.iter().zip(counts).filter(|(_, counts)| **counts).filter_map(|(pack, _)| claim(pack)).collect();
    let is_outermost = |own: &Claim<'_>| !all.iter().any(|other| reaches(packs, other.pack, own.pack));
    let mut outermost: Vec<Claim<'_>> = all.iter().copied().filter(is_outermost).collect();
    outermost.sort_by(|left, right| left.pack.name.cmp(&right.pack.name));
    outermost
}

/// Whether a pack extends another, if only by way of others.
fn reaches(packs: &[Pack], pack: &Pack, base: &Pack) -> bool {
    let mut open: Vec<&str> = pack.extends.iter().map(|one| &*one.pack).collect();
    let mut at = 0;
    while let Some(name) = open.get(at).copied() {
        if *name == *base.name {
            return true;
        }
        let next = packs.iter().find(|pack| *pack.name == *name);
        for further in next.into_iter().flat_map(|pack| &pack.extends) {
            if !open.contains(&&*further.pack) {
                open.push(&further.pack);
            }
        }
        at += 1;
    }
    false
}

impl Policies {
    /// The new defaults that packs which run give a parameter, of those that layers above `layer` bring.
    pub fn defaults_above(
        &self,
        layer: usize,
        (pack, parameter): (usize, u16),
    ) -> impl Iterator<Item = &Parameter> {
        let counts: Vec<bool> =
            self.packs.iter().map(|pack| pack.layer > layer && pack.settings.enabled).collect();
        let owner = self.packs.get(pack);
        let own = owner.and_then(|owner| Some((owner, owner.parameters.get(usize::from(parameter))?)));
        let claims = own.map(|(owner, own)| claims(&self.packs, &counts, owner, own)).unwrap_or_default();
        claims.into_iter().map(|claim| claim.parameter)
    }

    /// Tells the new defaults without effect because another pack that runs gives the same parameter another one, and
    /// neither extends the other. Nothing is said of a parameter whose value is stated.
    pub fn conflicting_defaults(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        let counts: Vec<bool> = self.packs.iter().map(|pack| pack.settings.enabled).collect();
        for owner in &self.packs {
            for (index, own) in (0..).zip(&owner.parameters) {
                if owner.settings.stated.contains(&index) || owner.settings.lock_of(index).is_some() {
                    continue;
                }
                let claims = claims(&self.packs, &counts, owner, own);
                let Some((wins, others)) = claims.split_first() else { continue };
                let lost = others.iter().filter(|claim| claim.parameter.value != wins.parameter.value);
                findings.extend(lost.filter_map(|lost| conflict(owner, own, *wins, *lost)));
            }
        }
        findings
    }
}

fn conflict(owner: &Pack, own: &Parameter, wins: Claim<'_>, lost: Claim<'_>) -> Option<Finding> {
    let (here, there) = (lost.parameter.place.clone()?, wins.parameter.place.clone()?);
    let (winner, loser) = (&wins.pack.name, &lost.pack.name);
    let message = format!(
        "{winner} and {loser} give {} of {} different defaults; that of {winner} holds",
        own.name, owner.name
    );
    Some(
        Finding::invalid("policy", "conflicting-default", message, Label::new(here, "without effect"))
            .with_label(Label::new(there, "the one that holds"))
            .with_help(format!("Let one of the two packs extend the other, or set {} in a config", own.name)),
    )
}
