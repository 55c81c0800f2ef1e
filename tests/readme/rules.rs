//! The page of the rules: what alerts and comments link to.

use std::fmt::Write as _;

use tunelint::policy::Policies;
use tunelint::report::{RuleRecord, built_in_rules};

/// The page, made of the rules themselves.
pub(crate) fn page() -> String {
    let mut page = String::from(
        "# Rules\n\nWhat each rule asks for, and why. This page is made from the rules; \
         `TUNELINT_BLESS=1 cargo test --locked --test readme` writes it anew.\n",
    );
    let policies = Policies::builtin();
    for pack in &policies.packs {
        let _ = write!(page, "\n## The pack {}\n\n{}\n", pack.name, pack.description);
        for rule in &pack.rules {
            let record = policies.rule_record(&pack.name, &rule.id).unwrap();
            let file = format!("{}/{}.yaml", pack.name, rule.id);
            section(&mut page, &record, Some(&file));
        }
    }
    page.push_str("\n## Rules of no pack\n");
    for record in built_in_rules() {
        section(&mut page, &record, None);
    }
    page
}

fn section(page: &mut String, rule: &RuleRecord, file: Option<&str>) {
    let _ = write!(page, "\n### {}\n\n{}. Severity: {}", rule.id, rule.summary, rule.severity.default);
    for (stage, severity) in &rule.severity.by_stage {
        let _ = write!(page, ", {severity} in {stage}");
    }
    page.push_str(if rule.waivable { "." } else { "; it cannot be waived." });
    if let Some(file) = file {
        let _ = write!(page, " [The rule]({file}).");
    }
    let _ = write!(page, "\n\n{}\n", rule.why);
    for (heading, expression) in [("Applies when", &rule.when), ("Requires", &rule.require)] {
        if let Some(expression) = expression {
            let _ = write!(page, "\n{heading}:\n\n```cel\n{}\n```\n", expression.trim_end());
        }
    }
    if !rule.parameters.is_empty() {
        page.push('\n');
    }
    for parameter in &rule.parameters {
        let setting = format!("{} {}", parameter.value, parameter.unit);
        let _ = writeln!(page, "- `{}`: {}", parameter.name, setting.trim_end());
    }
    let _ = write!(page, "\nWhat to do: {}\n", rule.help.trim());
    if !rule.guide.is_empty() {
        let _ = write!(page, "\nGuide: {}\n", rule.guide.join("; "));
    }
}
