//! What the numbers stand on, so that they can be had again.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde_json::{Map, Value};

use super::top::List;
use crate::audit::record::{DeploymentRow, PackRow};
use crate::audit::{Header, Tool};

/// What an audit was made with.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    /// What audited.
    pub tool: Tool,
    /// The days.
    pub snapshots: Vec<Date>,
    /// The revision that was asked for in all repositories; nothing: each as it stands.
    pub at: Option<String>,
    /// Whether outcomes that are no findings were kept as well.
    pub show_passed: bool,
    /// SHA-256 of the organisation's config, `sha256:…`.
    pub org_config: Option<String>,
    /// The packs in force before a repository says anything.
    pub packs: Vec<PackRow>,
    /// Packs as repositories have them that differ from those, those of most repositories first.
    pub variants: List<PackVariant>,
    /// How all rules came out for all deployments.
    pub outcomes: Outcomes,
}

/// A pack as some repositories have it.
#[derive(Clone, Debug, PartialEq)]
pub struct PackVariant {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// SHA-256 of its files, `sha256:…`.
    pub digest: String,
    /// The parameters that differ from those before a repository says anything; all, of a pack that is not there then.
    pub parameters: Map<String, Value>,
    /// How many repositories have it so.
    pub repos: u64,
    /// The first of them.
    pub first: String,
}

/// How rules came out, over deployments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcomes {
    /// Hold.
    pub pass: u64,
    /// Do not hold, excused or not.
    pub fail: u64,
    /// Cannot be decided, excused or not.
    pub undetermined: u64,
    /// Do not apply.
    pub not_applicable: u64,
    /// Nobody knows whether they apply.
    pub not_applicable_unknown: u64,
}

impl Outcomes {
    /// All of them.
    pub const fn count(&self) -> u64 {
        self.pass + self.fail + self.undetermined + self.not_applicable + self.not_applicable_unknown
    }
}

/// Variants that are kept apart; what comes after them is only counted.
const VARIANTS: usize = 1_000;

/// The evidence while it is gathered.
#[derive(Debug)]
pub(super) struct Gathering {
    packs: Vec<PackRow>,
    /// By name, digest and parameters that differ.
    variants: BTreeMap<(String, String, String), PackVariant>,
    left_out: u64,
    outcomes: Outcomes,
}

impl Gathering {
    pub(super) fn new(header: &Header) -> Self {
        Self {
            packs: header.packs.clone(),
            variants: BTreeMap::new(),
            left_out: 0,
            outcomes: Outcomes::default(),
        }
    }

    pub(super) fn packs(&mut self, repo: &str, packs: &[PackRow]) {
        for pack in packs {
            let base = self.packs.iter().find(|base| base.name == pack.name);
            if base == Some(pack) {
                continue;
            }
            let same = base.filter(|base| base.digest == pack.digest);
            let differs = |(name, value): &(&String, &Value)| {
                same.is_none_or(|base| base.parameters.get(*name) != Some(*value))
            };
            let parameters: Map<String, Value> = pack
                .parameters
                .iter()
                .filter(differs)
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect();
            let stated = Value::Object(parameters.clone()).to_string();
            let key = (pack.name.clone(), pack.digest.clone(), stated);
            if self.variants.len() >= VARIANTS && !self.variants.contains_key(&key) {
                self.left_out += 1;
                continue;
            }
            let variant = self.variants.entry(key).or_insert_with(|| PackVariant {
                name: pack.name.clone(),
                version: pack.version.clone(),
                digest: pack.digest.clone(),
                parameters,
                repos: 0,
                first: repo.to_owned(),
            });
            variant.repos += 1;
        }
    }

    pub(super) fn deployment(&mut self, row: &DeploymentRow) {
        let outcomes = &mut self.outcomes;
        outcomes.pass += u64::from(row.pass);
        outcomes.fail += u64::from(row.fail);
        outcomes.undetermined += u64::from(row.undetermined);
        outcomes.not_applicable += u64::from(row.not_applicable);
        outcomes.not_applicable_unknown += u64::from(row.not_applicable_unknown);
    }

    pub(super) fn finish(self, header: Header) -> Evidence {
        let mut variants: Vec<PackVariant> = self.variants.into_values().collect();
        variants.sort_by_key(|variant| std::cmp::Reverse(variant.repos));
        Evidence {
            tool: header.tool,
            snapshots: header.snapshots,
            at: header.at,
            show_passed: header.show_passed,
            org_config: header.org_config,
            packs: self.packs,
            variants: List { items: variants, more: self.left_out },
            outcomes: self.outcomes,
        }
    }
}
