//! The config: `tunelint.yaml` of a repo, and the one of its organisation beneath it. What they say is read here
//! without a look at any pack ([`Config`]); [`bind`] holds it against the packs and makes it count.
//!
//! Every mistake in a config is a finding at its place, and keeps nothing else of it from counting.

mod apply;
mod governance;
mod lookup;
mod read;
mod weigh;

use std::sync::Arc;

use crate::document::{Document, NodeId};
use crate::finding::{Finding, Label, Place, Scalar, Severity};
use crate::globs::{self, Globs, Grounds};
use crate::policy::expression::Type;
use crate::policy::overrides::{RuleChange, Scope};
use crate::source::Source;

pub use apply::{Authority, Bound, bind};
pub use governance::{Governance, InlineIgnores};
pub use read::read;

/// Findings told of one config. Who has more reads the first ones and looks at the file.
const MOST: usize = 100;

/// A value and where it is stated.
#[derive(Clone, Debug)]
pub struct Stated<T> {
    /// The value.
    pub value: T,
    /// The bytes of the value.
    pub place: Place,
}

/// What one file says.
#[derive(Debug)]
pub struct Config {
    /// The file.
    pub source: Arc<Source>,
    /// Its document, for what is told of single values.
    document: Arc<Document>,
    /// The least severity to fail on; nothing in it: never.
    pub fail_on: Option<Stated<Option<Severity>>>,
    /// What is left out, relative to the folder that paths count from.
    pub exclude: Patterns,
    /// Folders with packs, or globs for them, relative to the file's folder.
    pub policies: Vec<Stated<Box<str>>>,
    /// What differs from packs everywhere.
    packs: Vec<PackEntry>,
    /// What differs below some paths.
    overrides: Vec<Override>,
    max_waiver_days: Option<Stated<u32>>,
    inline_ignores: Option<Stated<InlineIgnores>>,
    help_uri: Option<Stated<Box<str>>>,
}

/// A list of globs, each with its place.
#[derive(Clone, Debug, Default)]
pub struct Patterns {
    /// The globs, those that are none among them.
    pub stated: Vec<Stated<Box<str>>>,
    /// The same, compiled, by the same index.
    pub globs: Globs,
    /// Indices of those that are none.
    wrong: Vec<usize>,
}

/// How much of what a change is for a lock covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach {
    /// All of it.
    All,
    /// Perhaps some.
    Some,
}

/// What differs from a pack.
#[derive(Debug)]
struct PackEntry {
    name: Stated<Box<str>>,
    enabled: Option<Stated<bool>>,
    locked: Option<Stated<bool>>,
    parameters: Vec<ParameterEntry>,
    rules: Vec<RuleEntry>,
}

#[derive(Debug)]
struct ParameterEntry {
    name: Stated<Box<str>>,
    /// Whether a value is given, right or wrong.
    is_said: bool,
    value: Option<Given>,
    locked: Option<Stated<bool>>,
}

/// A value for a parameter.
#[derive(Debug)]
struct Given {
    kind: Type,
    scalar: Scalar,
    raw: Box<str>,
    node: NodeId,
    place: Place,
}

#[derive(Debug)]
struct RuleEntry {
    name: Stated<Box<str>>,
    /// Whether something is set, right or wrong.
    is_said: bool,
    change: RuleChange,
    /// The place of the value that says it.
    place: Place,
    locked: Option<Stated<bool>>,
}

#[derive(Debug)]
struct Override {
    paths: Patterns,
    packs: Vec<PackEntry>,
}

impl Patterns {
    fn new(stated: Vec<Stated<Box<str>>>, findings: &mut Vec<Finding>) -> Self {
        let (globs, wrong) = Globs::new(stated.iter().map(|own| &*own.value).take(globs::MOST));
        for (index, error) in &wrong {
            let Some(own) = stated.get(*index) else { continue };
            let message = format!("\"{}\" is no glob: {error}", own.value);
            let finding = mistake("glob", message, Label::new(own.place.clone(), "matches nothing"));
            findings.push(match error {
                globs::Error::Exception => finding.with_help("name what is meant, not what is not"),
                globs::Error::Absolute | globs::Error::Climbs => {
                    finding.with_help("write it relative to the folder of the config")
                }
                _ => finding,
            });
        }
        if let Some(first) = stated.get(globs::MOST) {
            let message = format!("{} globs are more than the {} of one list", stated.len(), globs::MOST);
            findings.push(mistake(
                "limit-globs",
                message,
                Label::new(first.place.clone(), "not read from here"),
            ));
        }
        Self { stated, globs, wrong: wrong.into_iter().map(|(index, _)| index).collect() }
    }

    /// How far a scope of another config reaches over what these match; nothing where they surely have no path in
    /// common. The folders are those that the globs on either side count from.
    fn reach(&self, own: &Grounds, scope: &Scope, other: &Grounds) -> Option<Reach> {
        let Some(shift) = globs::within(&own.folder, &other.folder) else { return Some(Reach::Some) };
        let (mut covered, mut apart) = (0, 0);
        for stated in &self.stated {
            let beginning = globs::beginning(&stated.value);
            let parts = [shift, &beginning].into_iter().filter(|part| !part.is_empty());
            let folder = parts.collect::<Vec<_>>().join("/");
            covered += usize::from(scope.globs.covers(&folder));
            apart += usize::from(!scope.globs.may_match_below(&folder));
        }
        match self.stated.len() {
            all if all == apart => None,
            all if all == covered => Some(Reach::All),
            _ => Some(Reach::Some),
        }
    }

    /// A warning for each glob that is among none of those that matched.
    pub fn unmatched(&self, matched: &[usize], what: &str) -> Vec<Finding> {
        let matched: std::collections::BTreeSet<&usize> = matched.iter().collect();
        let silent = |index: &usize| !matched.contains(index) && !self.wrong.contains(index);
        let mut findings: Vec<Finding> = (0..self.stated.len().min(globs::MOST))
            .filter(silent)
            .filter_map(|index| self.stated.get(index))
            .map(|own| {
                let message = format!("No {what} matches \"{}\"", own.value);
                mistake("no-match", message, Label::new(own.place.clone(), "matches nothing"))
                    .with_severity(Severity::Warning)
                    .with_help("correct it, or remove it")
            })
            .collect();
        shorten(&mut findings);
        findings
    }
}

impl Config {
    /// Warnings of the overrides' globs that match none of these paths, relative to the folder that the globs count
    /// from.
    pub fn unmatched_overrides(&self, paths: &[String]) -> Vec<Finding> {
        let mut findings = Vec::new();
        for own in &self.overrides {
            let mut matched: Vec<usize> =
                paths.iter().flat_map(|path| own.paths.globs.matches(path)).collect();
            matched.sort_unstable();
            matched.dedup();
            findings.extend(own.paths.unmatched(&matched, "deployment's path"));
        }
        shorten(&mut findings);
        findings
    }

    /// Whether anything differs by path.
    pub fn has_overrides(&self) -> bool {
        !self.overrides.is_empty()
    }
}

/// A mistake in a config.
fn mistake(code: &'static str, message: impl Into<String>, primary: Label) -> Finding {
    Finding::invalid("config", code, message, primary)
}

/// Leaves of the findings of one config as many as anybody reads.
fn shorten(findings: &mut Vec<Finding>) {
    if findings.len() <= MOST {
        return;
    }
    let more = findings.split_off(MOST);
    if let (Some(first), Some(worst)) = (more.first(), more.iter().map(|own| own.severity).max()) {
        let message = format!("{} more mistakes in this config are not shown", more.len());
        let label = Label::new(first.primary.place.clone(), "one of them");
        findings.push(mistake("limit-findings", message, label).with_severity(worst));
    }
}
