//! Texts of packs and rules, and what a report says of them.

use std::fmt::Write as _;

use serde_json::Value;

use crate::common::{Outcome, Tree};

/// A `pack.yaml` with more lines below its spec.
pub(crate) fn pack(name: &str, more: &str) -> String {
    format!(
        "apiVersion: tunelint.dev/v1alpha1\nkind: Pack\nmetadata: {{name: {name}}}\nspec:\n  title: Ours\n  version: \
         1.0.0\n  license: MIT\n{more}"
    )
}

/// A `pack.yaml` that extends another with new defaults.
pub(crate) fn extending(name: &str, base: &str, defaults: &[(&str, &str)]) -> String {
    let mut more = format!("  extends:\n    {base}:\n      parameters:\n");
    for (parameter, value) in defaults {
        writeln!(more, "        {parameter}: {{default: {value}}}").unwrap();
    }
    pack(name, &more)
}

/// A rule with this requirement; it speaks of every deployment.
pub(crate) fn rule(name: &str, require: &str) -> String {
    named(&format!("{{name: {name}}}"), require)
}

/// The same with its metadata.
pub(crate) fn named(metadata: &str, require: &str) -> String {
    format!(
        "apiVersion: tunelint.dev/v1alpha1\nkind: Rule\nmetadata: {metadata}\nspec:\n  summary: A rule\n  severity: \
         warning\n  why: Somebody has to say so.\n  require: {require}\n  message: '{{metadata.name}} breaks it'\n  \
         examples: {{pass: [{{stage: production}}], fail: [{{stage: pilot}}]}}\n"
    )
}

/// The parameters of a pack that another can extend.
pub(crate) const LIMIT: &str =
    "  parameters:\n    limit: {default: 5, unit: requests, description: Few, source: us}\n";

/// Findings about policies: code, then each place with the text under it and what is said there.
pub(crate) fn told(tree: &Tree, outcome: &Outcome) -> Vec<String> {
    outcome
        .unjudged()
        .iter()
        .filter(|finding| finding["rule"] == "policy")
        .map(|finding| format!("{}: {}", finding["code"].as_str().unwrap(), places(tree, finding).join(", ")))
        .collect()
}

/// Each label of a finding: file, text, words.
pub(crate) fn places(tree: &Tree, finding: &Value) -> Vec<String> {
    let labels = finding["labels"].as_array().unwrap().iter();
    labels
        .map(|label| {
            let (file, words) = (label["file"].as_str().unwrap(), label["message"].as_str().unwrap());
            let span = &label["span"];
            let offset = |end: &str| usize::try_from(span[end]["offset"].as_u64()?).ok();
            let text = if file.starts_with("builtin:") { None } else { std::fs::read(tree.path(file)).ok() };
            let under = offset("start").zip(offset("end")).and_then(|(start, end)| {
                Some(String::from_utf8_lossy(text.as_deref()?.get(start..end)?).into_owned())
            });
            match under {
                Some(under) => format!("{file} `{under}` {words}"),
                None => format!("{file} {words}"),
            }
        })
        .collect()
}

/// Checks `good.yaml` under the packs in `policies`.
pub(crate) fn check(tree: &Tree) -> Outcome {
    tree.check(&["--policies", "policies", "good.yaml"])
}

/// The findings of a rule.
pub(crate) fn of_rule(outcome: &Outcome, rule: &str) -> Vec<Value> {
    let report = outcome.report();
    let findings = report["findings"].as_array().unwrap().iter();
    findings.filter(|finding| finding["rule"] == rule).cloned().collect()
}
