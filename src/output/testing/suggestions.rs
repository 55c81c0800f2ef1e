//! Examples that rules lack, as lines to paste into their files.

use std::io;

use crate::output::sanitize::{visible, visible_lines};
use crate::policy::testing::{Kind, RuleTest, TestReport};

/// Writes what is suggested, as comments and YAML, rule by rule.
pub(super) fn print(report: &TestReport, out: &mut dyn io::Write) -> io::Result<()> {
    let lacking: Vec<&RuleTest> = report.rules.iter().filter(|rule| !rule.suggestions.is_empty()).collect();
    if lacking.is_empty() {
        writeln!(out, "# no example to suggest\n")?;
    }
    for rule in lacking {
        writeln!(out, "# {}: add", visible(&rule.source.path))?;
        write!(out, "{}", yaml(rule))?;
        writeln!(out)?;
    }
    Ok(())
}

/// The examples of one rule, at the indentation of a policy file.
fn yaml(rule: &RuleTest) -> String {
    let mut text = "  examples:\n".to_owned();
    for kind in Kind::ALL {
        let mut of_kind = rule.suggestions.iter().filter(|suggestion| suggestion.kind == kind).peekable();
        if of_kind.peek().is_some() {
            text.extend(["    ", kind.as_str(), ":\n"]);
        }
        of_kind.for_each(|suggestion| text.push_str(&visible_lines(&suggestion.yaml())));
    }
    text
}
