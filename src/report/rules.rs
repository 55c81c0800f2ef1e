//! The words of the rules that a report's findings name: those of packs as the packs have them, and ours for the
//! rules that belong to no pack.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use crate::finding::{Finding, Severity};
use crate::policy::pack::Severities;
use crate::policy::{Policies, RuleRecord};

/// A rule that belongs to no pack.
struct BuiltIn {
    id: &'static str,
    severity: Severity,
    waivable: bool,
    tags: &'static [&'static str],
    summary: &'static str,
    why: &'static str,
    help: &'static str,
}

/// The rules of no pack, by id.
const BUILT_IN: &[BuiltIn] = &[
    BuiltIn {
        id: "baseline",
        severity: Severity::Error,
        waivable: false,
        tags: &["configuration"],
        summary: "A mistake in the baseline",
        why: "The baseline says which findings a repository started from. Where it cannot be read, or says what no \
              baseline may say, it excuses nothing, and findings come back that were there before.",
        help: "Correct the entry, or write the baseline anew with `tunelint baseline write`.",
    },
    BuiltIn {
        id: "config",
        severity: Severity::Error,
        waivable: false,
        tags: &["configuration"],
        summary: "A mistake in the configuration",
        why: "A setting that is misspelt or of the wrong type changes nothing, though whoever wrote it believes it \
              does. The run ends with status 2, so that nobody relies on a check that did not take place.",
        help: "Correct the setting at the place that is shown.",
    },
    BuiltIn {
        id: "coverage",
        severity: Severity::Error,
        waivable: false,
        tags: &["configuration"],
        summary: "Examples that do not show what a rule decides by",
        why: "A condition that no example hangs on can be wrong, or be left out, and every example still comes out as it \
              claims.",
        help: "Give an example for each way in which the condition can decide; `tunelint test --suggest` writes them.",
    },
    BuiltIn {
        id: "declaration-differs-from-supplied",
        severity: Severity::Warning,
        waivable: true,
        tags: &["manifest", "facts"],
        summary: "A manifest that says otherwise than the platform",
        why: "A platform measures what a manifest estimates. Rules go by the declaration, and one that is out of date \
              decides them by a figure that is known to be wrong.",
        help: "Declare what is supplied, or have the file of facts corrected.",
    },
    BuiltIn {
        id: "document",
        severity: Severity::Error,
        waivable: false,
        tags: &["manifest"],
        summary: "A file that cannot be read",
        why: "What cannot be read cannot be judged: a syntax error, an encoding other than UTF-8 or UTF-16, or a file \
              beyond the caps on size, depth, nodes and aliases. The other files of the run are judged all the same.",
        help: "Correct the file at the place that is shown.",
    },
    BuiltIn {
        id: "evidence-not-found",
        severity: Severity::Warning,
        waivable: true,
        tags: &["manifest", "evidence"],
        summary: "Evidence that the repository does not hold",
        why: "A manifest names a file as its evidence: an evaluation, a benchmark, an exit plan. A file that is not \
              there proves nothing, and whoever reviews the deployment has nothing to read.",
        help: "Commit the file, or correct the path; it is looked for beside the manifest and at the root.",
    },
    BuiltIn {
        id: "facts",
        severity: Severity::Error,
        waivable: false,
        tags: &["configuration"],
        summary: "A mistake in supplied facts",
        why: "Facts that a platform supplies outrank nothing a manifest declares, but rules are decided by them. A \
              mistake in them would decide rules by accident.",
        help: "Correct the file of facts at the place that is shown.",
    },
    BuiltIn {
        id: "policy",
        severity: Severity::Error,
        waivable: false,
        tags: &["configuration"],
        summary: "A mistake in a policy",
        why: "A rule with a mistake does not run. The others do, but a check that lacks a rule must not pass for a \
              whole one: the run ends with status 2.",
        help: "Correct the policy at the place that is shown; `tunelint test` runs the examples of its rules.",
    },
    BuiltIn {
        id: "schema",
        severity: Severity::Error,
        waivable: false,
        tags: &["manifest"],
        summary: "A manifest that says what no manifest may say",
        why: "A misspelt key or a value of the wrong type is no declaration: the rules would judge a deployment by \
              what its manifest seems to say. A rejected value never counts as declared.",
        help: "Correct the manifest at the place that is shown; `tunelint schema manifest` prints what it may say.",
    },
    BuiltIn {
        id: "supplied-deployment-not-found",
        severity: Severity::Warning,
        waivable: true,
        tags: &["facts"],
        summary: "Supplied facts about a deployment that is not there",
        why: "Facts for a deployment that was renamed or removed decide nothing, and the deployment they were meant for \
              is judged without them.",
        help: "Correct the identity or the paths of the entry, or remove it.",
    },
    BuiltIn {
        id: "trust",
        severity: Severity::Warning,
        waivable: false,
        tags: &["configuration", "trust"],
        summary: "A change of the policy that the change itself is judged by",
        why: "Config, packs, waivers and baseline count as the trusted revision has them, so that a change cannot excuse \
              itself. Whoever reviews the change has to see what it makes of them, and what would come of it.",
        help: "Review it as a change of policy; it counts once the trusted revision has it.",
    },
    BuiltIn {
        id: "waivers",
        severity: Severity::Error,
        waivable: false,
        tags: &["configuration"],
        summary: "A mistake in the waivers",
        why: "A waiver excuses a finding for a reason and until a day. One that is malformed, has expired, or excuses \
              nothing any more does not do what its readers believe.",
        help: "Correct the waiver at the place that is shown, renew it with its approver, or remove it.",
    },
];

/// The words of a rule that belongs to no pack.
pub fn built_in_rule(id: &str) -> Option<RuleRecord> {
    BUILT_IN.iter().find(|own| own.id == id).map(BuiltIn::record)
}

/// The words of all rules that belong to no pack, by id.
pub fn built_in_rules() -> impl Iterator<Item = RuleRecord> {
    BUILT_IN.iter().map(BuiltIn::record)
}

impl BuiltIn {
    fn record(&self) -> RuleRecord {
        RuleRecord {
            id: self.id.into(),
            pack: None,
            is_shared: false,
            file: None,
            summary: self.summary.into(),
            why: self.why.into(),
            when: None,
            require: None,
            parameters: Vec::new(),
            help: self.help.into(),
            guide: Arc::from([]),
            severity: Severities { default: self.severity, by_stage: Vec::new() },
            precision: "high".into(),
            tags: self.tags.iter().map(|&tag| tag.into()).collect(),
            waivable: self.waivable,
        }
    }
}

/// The words of the rules that findings name, by pack and id. No other rule is read for it.
pub fn rules_of(findings: &[Finding], policies: &Policies) -> Vec<RuleRecord> {
    // A rule and its findings share the text of its id: most findings are known by an address.
    let mut addresses: HashSet<*const u8> = HashSet::new();
    let mut keys: BTreeSet<(Option<&str>, &str)> = BTreeSet::new();
    for finding in findings.iter().filter(|finding| finding.outcome.is_problem()) {
        if addresses.insert(finding.rule.as_ptr()) || finding.pack.is_none() {
            keys.insert(finding.rule_key());
        }
    }
    keys.into_iter()
        .filter_map(|(pack, id)| match pack {
            Some(pack) => policies.rule_record(pack, id),
            None => built_in_rule(id),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Label, Outcome, Place};
    use crate::source::Source;

    fn finding(rule: &Arc<str>, pack: Option<&str>, outcome: Outcome) -> Finding {
        let place = Place::whole(&Source::in_memory("a.yaml", ""));
        let mut finding = Finding::new(
            Arc::clone(rule),
            None,
            outcome,
            Severity::Error,
            String::new(),
            Label::new(place, ""),
        );
        finding.pack = pack.map(Into::into);
        finding
    }

    #[test]
    fn only_rules_that_findings_name_are_read_and_told() {
        let policies = Policies::builtin();
        let pack = &policies.packs[0];
        let ids: Vec<Arc<str>> = pack.rules.iter().take(3).map(|slot| Arc::clone(&slot.id)).collect();
        let findings = [
            finding(&ids[1], Some(&pack.name), Outcome::Fail),
            finding(&ids[1], Some(&pack.name), Outcome::Undetermined),
            finding(&ids[0], Some(&pack.name), Outcome::Pass),
            finding(&"schema".into(), None, Outcome::Invalid),
            finding(&"policy".into(), Some(&pack.name), Outcome::Invalid),
            finding(&"no-such-rule".into(), Some("no-such-pack"), Outcome::Fail),
        ];
        let told: Vec<_> =
            rules_of(&findings, &policies).into_iter().map(|rule| (rule.pack, rule.id)).collect();
        assert_eq!(
            told,
            [
                (None, "policy".into()),
                (None, "schema".into()),
                (Some(Arc::clone(&pack.name)), Arc::clone(&ids[1]))
            ]
        );
        assert_eq!(pack.rules.iter().filter(|slot| slot.loaded().is_some()).count(), 1);
    }

    #[test]
    fn rules_of_no_pack_are_sorted_and_say_everything() {
        assert!(BUILT_IN.is_sorted_by_key(|rule| rule.id));
        for rule in built_in_rules() {
            assert!(!rule.summary.is_empty() && !rule.why.is_empty() && !rule.help.is_empty(), "{}", rule.id);
            assert!(rule.why.chars().count() <= 1024, "{}", rule.id);
        }
    }
}
