//! A manifest that one rule has something to say of, and what is told of its exceptions.

use std::fs;

use serde_json::Value;

use crate::common::{Outcome, Tree};

/// The rule that the manifests below break.
pub(crate) const RULE: &str = "fine-tuning-below-volume";
/// The day of every run.
pub(crate) const TODAY: &str = "2026-11-24";

/// A manifest of `retail/NAME` that breaks [`RULE`] with this volume in its last line, which is line 17.
pub(crate) fn bot(name: &str, volume: impl std::fmt::Display) -> String {
    format!(
        "apiVersion: tunelint.dev/v1alpha1\nkind: LLMDeployment\nmetadata:\n  name: {name}\n  namespace: retail\nspec:\n  \
         owner: team-x\n  stage: pilot\n  customization:\n    strategy: fine-tuning\n  model:\n    base: example-1\n  \
         hosting:\n    kind: on-premises\n  workload:\n    domain: narrow\n    monthlyRequests: {volume}\n"
    )
}

/// A waivers file of these entries, each a mapping in braces or lines indented by six.
pub(crate) fn waivers(entries: &[&str]) -> String {
    let mut text = "apiVersion: tunelint.dev/v1alpha1\nkind: Waivers\nspec:\n  waivers:\n".to_owned();
    for entry in entries {
        text.push_str("    - ");
        text.push_str(entry);
        text.push('\n');
    }
    text
}

/// Runs `check` with one rule in force.
pub(crate) fn check(tree: &Tree, arguments: &[&str]) -> Outcome {
    let mut all = vec!["check", "--format", "json", "--today", TODAY, "--select", RULE];
    all.extend(arguments);
    tree.run(&all)
}

/// Status of each finding of [`RULE`], in order.
pub(crate) fn statuses(outcome: &Outcome) -> Vec<String> {
    let report = outcome.report();
    let findings = report["findings"].as_array().unwrap();
    let own = findings.iter().filter(|finding| finding["rule"] == RULE);
    own.map(|finding| finding["status"].as_str().unwrap().to_owned()).collect()
}

/// `severity rule[code] at «underlined»` of each finding about exceptions, in order.
pub(crate) fn told(tree: &Tree, outcome: &Outcome) -> Vec<String> {
    let report = outcome.report();
    let findings = report["findings"].as_array().unwrap().iter();
    let about = findings.filter(|finding| matches!(finding["rule"].as_str(), Some("waivers" | "baseline")));
    about.map(|finding| shown(tree, finding)).collect()
}

fn shown(tree: &Tree, finding: &Value) -> String {
    let word = |key: &str| finding[key].as_str().unwrap().to_owned();
    let text = fs::read_to_string(tree.path(word("file"))).unwrap_or_default();
    let offset = |end: &str| finding["span"][end]["offset"].as_u64().map(|offset| offset as usize);
    let underlined = match (offset("start"), offset("end")) {
        (Some(start), Some(end)) => text.get(start..end).unwrap_or("?").to_owned(),
        _ => word("file"),
    };
    format!("{} {}[{}] at «{underlined}»", word("severity"), word("rule"), word("code"))
}
