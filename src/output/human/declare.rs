//! What to declare: findings that hang on a missing fact, gathered by that fact over the whole run. One declaration
//! settles many of them, so they are not shown one by one.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::io;

use super::notes::{self, Note, few};
use super::style::Style;
use crate::finding::{Finding, Label, Outcome, Severity};
use crate::output::Options;
use crate::output::excerpt::address;
use crate::output::sanitize::visible;
use crate::output::wrap::wrap;

/// Rules, places and further facts that are named for one fact.
const NAMED: usize = 5;

/// Whether a finding waits for a fact to be declared.
pub(super) fn is_about_a_missing_fact(finding: &Finding) -> bool {
    finding.outcome == Outcome::Undetermined && !finding.missing.is_empty()
}

/// What is known of one missing fact.
struct Group<'a> {
    fact: &'a str,
    severity: Severity,
    findings: usize,
    rules: BTreeSet<&'a str>,
    /// Where it is missing, by the ids of the deployments that miss it.
    places: BTreeMap<&'a str, Missing<'a>>,
    /// Other facts that the same findings wait for.
    others: BTreeSet<&'a str>,
}

/// Where a deployment misses a fact.
struct Missing<'a> {
    deployment: Option<&'a str>,
    label: &'a Label,
    /// Whether the label speaks of the fact itself, and not of what else decided.
    exact: bool,
}

/// Prints the facts, the one that settles most first; when quiet, only those that errors wait for.
pub(super) fn print(
    findings: &[&Finding],
    style: &Style,
    options: &Options,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let groups = groups(findings);
    for group in groups.iter().filter(|group| !options.quiet || group.severity == Severity::Error) {
        group.print(style, out)?;
    }
    Ok(())
}

/// The groups. A finding belongs to the first fact it misses, which is the most decisive one.
fn groups<'a>(findings: &[&'a Finding]) -> Vec<Group<'a>> {
    let mut groups: BTreeMap<&str, Group<'a>> = BTreeMap::new();
    for &finding in findings {
        let Some((fact, others)) = finding.missing.split_first() else { continue };
        groups.entry(fact).or_insert_with(|| Group::new(fact)).add(finding, others);
    }
    let mut groups: Vec<Group<'a>> = groups.into_values().collect();
    groups.sort_by_key(|group| {
        (Reverse(group.severity == Severity::Error), Reverse(group.rules.len()), Reverse(group.findings))
    });
    groups
}

impl<'a> Group<'a> {
    fn new(fact: &'a str) -> Self {
        Self {
            fact,
            severity: Severity::Note,
            findings: 0,
            rules: BTreeSet::new(),
            places: BTreeMap::new(),
            others: BTreeSet::new(),
        }
    }

    fn add(&mut self, finding: &'a Finding, others: &'a [Cow<'static, str>]) {
        self.severity = self.severity.max(finding.severity);
        self.findings += 1;
        self.rules.insert(&finding.rule);
        self.others.extend(others.iter().map(|other| &**other));
        let id = finding.deployment_id.as_ref().unwrap_or(&finding.primary.place.source.path);
        let missing = Missing::new(finding, self.fact);
        match self.places.entry(id) {
            Entry::Vacant(place) => {
                place.insert(missing);
            }
            Entry::Occupied(mut known) if missing.exact && !known.get().exact => {
                known.insert(missing);
            }
            Entry::Occupied(_) => {}
        }
    }

    fn print(&self, style: &Style, out: &mut dyn io::Write) -> io::Result<()> {
        let head = format!("declare {}:", visible(self.fact));
        let rules = match self.rules.len() {
            1 => "1 rule cannot be decided without it".to_owned(),
            count => format!("{count} rules cannot be decided without it"),
        };
        let sentence = format!("{head} {rules} ({})", few(self.rules.iter().copied(), NAMED));
        let indent = self.severity.as_str().len() + 2;
        for (index, line) in wrap(&sentence, style.prose_width().saturating_sub(indent)).iter().enumerate() {
            if index > 0 {
                writeln!(out, "{:indent$}{line}", "")?;
                continue;
            }
            write!(out, "{}: ", style.severe(self.severity, self.severity.as_str()))?;
            match line.strip_prefix(&head) {
                Some(rest) => writeln!(out, "{}{rest}", style.bold(&head))?,
                None => writeln!(out, "{line}")?,
            }
        }
        notes::print(&self.notes(), style, out)?;
        writeln!(out)
    }

    fn notes(&self) -> Vec<Note> {
        let mut places: Vec<String> = self.places.values().take(NAMED).map(Missing::shown).collect();
        let more = self.places.len() - places.len();
        if more > 0 {
            places.push(format!("and {more} more"));
        }
        let mut notes: Vec<Note> = vec![("at", places.join("\n"))];
        if !self.others.is_empty() {
            notes.push(("also missing", few(self.others.iter().copied(), NAMED)));
        }
        notes
    }
}

impl<'a> Missing<'a> {
    fn new(finding: &'a Finding, fact: &str) -> Self {
        let pointer = format!("/{}", fact.replace('.', "/"));
        let speaks_of_it = |label: &&Label| {
            label.place.pointer.as_deref().is_some_and(|pointed| pointed.ends_with(&pointer))
        };
        let exact = std::iter::once(&finding.primary).chain(&finding.secondary).find(speaks_of_it);
        Self {
            deployment: finding.deployment.as_deref(),
            label: exact.unwrap_or(&finding.primary),
            exact: exact.is_some(),
        }
    }

    /// `deploy/support-bot.yaml:22:3 (support-bot)`, safe to show.
    fn shown(&self) -> String {
        let address = address(&self.label.place);
        match self.deployment {
            Some(deployment) => format!("{address} ({})", visible(deployment)),
            None => address,
        }
    }
}
