//! The rules of a log: what code scanning shows beside an alert, cut to what it accepts.

use serde::Serialize;

use super::{Level, Text};
use crate::finding::Severity;
use crate::output::catalog::unique_name;
use crate::output::links::Links;
use crate::output::markdown::escape::{code, fence, prose};
use crate::output::wrap::clip;
use crate::report::{ParameterRecord, RuleRecord};

/// Characters of a description.
const DESCRIPTION: usize = 1024;
/// Characters of a name.
const NAME: usize = 255;
/// Tags of a rule.
const TAGS: usize = 10;
/// The tag of rules about the protection of data: the only ones that are a matter of security.
const DATA_PROTECTION: &str = "data-protection";

/// A rule.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Rule<'a> {
    id: String,
    name: String,
    short_description: Text,
    full_description: Text,
    help: Help,
    help_uri: String,
    default_configuration: Configuration,
    properties: Properties<'a>,
}

#[derive(Serialize)]
struct Help {
    text: String,
    markdown: String,
}

#[derive(Serialize)]
struct Configuration {
    level: Level,
}

#[derive(Serialize)]
struct Properties<'a> {
    tags: Vec<&'a str>,
    precision: &'a str,
    #[serde(rename = "problem.severity")]
    problem_severity: &'static str,
    #[serde(rename = "security-severity", skip_serializing_if = "Option::is_none")]
    security_severity: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pack: Option<&'a str>,
    waivable: bool,
    guide: &'a [String],
}

impl<'a> Rule<'a> {
    pub(super) fn new(rule: &'a RuleRecord, links: Links<'_>) -> Self {
        let severity = rule.severity.default;
        let protects_data = rule.tags.iter().any(|tag| **tag == *DATA_PROTECTION);
        let mut tags: Vec<&str> = rule.tags.iter().map(|tag| &**tag).take(TAGS).collect();
        if protects_data {
            // Code scanning looks for the figure only where the tag is.
            tags.truncate(TAGS - 1);
            tags.push("security");
        }
        let summary = described(&rule.summary, &rule.id);
        Self {
            id: unique_name(rule).into_owned(),
            name: limited(&pascal_case(&rule.id), NAME),
            full_description: Text::new(limited(described(&rule.why, summary), DESCRIPTION)),
            short_description: Text::new(limited(summary, DESCRIPTION)),
            help: Help { text: plain(rule), markdown: markdown(rule) },
            help_uri: links.rule(rule),
            default_configuration: Configuration { level: Level::of(severity) },
            properties: Properties {
                tags,
                precision: &rule.precision,
                problem_severity: match severity {
                    Severity::Error => "error",
                    Severity::Warning => "warning",
                    Severity::Note => "recommendation",
                },
                security_severity: protects_data.then_some(match severity {
                    Severity::Error => "7.0",
                    Severity::Warning => "5.0",
                    Severity::Note => "2.0",
                }),
                pack: rule.pack.as_deref(),
                waivable: rule.waivable,
                guide: &rule.guide,
            },
        }
    }
}

fn described<'a>(text: &'a str, otherwise: &'a str) -> &'a str {
    if text.trim().is_empty() { otherwise } else { text.trim() }
}

/// At most so many UTF-16 units, an ellipsis at the end where something was cut.
fn limited(text: &str, most: usize) -> String {
    if text.encode_utf16().count() <= most {
        return text.to_owned();
    }
    let mut units = 0;
    let fits = |character: &char| {
        units += character.len_utf16();
        units < most
    };
    text.chars().take_while(fits).chain(['…']).collect()
}

/// `fine-tuning-below-volume` as `FineTuningBelowVolume`, the form SARIF asks for.
fn pascal_case(id: &str) -> String {
    let mut name = String::with_capacity(id.len());
    for word in id.split(|character: char| !character.is_alphanumeric()) {
        let mut letters = word.chars();
        name.extend(letters.next().into_iter().flat_map(char::to_uppercase));
        name.push_str(letters.as_str());
    }
    if name.is_empty() { id.to_owned() } else { name }
}

/// What is said of a rule, as plain text.
fn plain(rule: &RuleRecord) -> String {
    let mut parts = vec![described(&rule.why, &rule.summary).to_owned()];
    parts.extend(Some(rule.help.trim()).filter(|help| !help.is_empty()).map(str::to_owned));
    if !rule.guide.is_empty() {
        parts.push(format!("Guide: {}", rule.guide.join("; ")));
    }
    parts.join("\n\n")
}

/// The same and more, as Markdown.
fn markdown(rule: &RuleRecord) -> String {
    let mut parts = vec![prose(described(&rule.why, &rule.summary))];
    for (heading, expression) in [("Applies when", &rule.when), ("Requires", &rule.require)] {
        if let Some(expression) = expression {
            parts.push(format!("**{heading}**"));
            parts.push(fence("cel", expression));
        }
    }
    if !rule.parameters.is_empty() {
        parts.push("**Parameters**".to_owned());
        parts.push(rule.parameters.iter().map(setting).collect::<Vec<_>>().join("\n"));
    }
    if !rule.help.trim().is_empty() {
        parts.push("**What to do**".to_owned());
        parts.push(prose(rule.help.trim()));
    }
    if !rule.guide.is_empty() {
        let titles: Vec<String> = rule.guide.iter().map(|title| prose(&clip(title, 200, "…"))).collect();
        parts.push(format!("**Guide:** {}", titles.join("; ")));
    }
    let waivable = if rule.waivable { "with a reason and an expiry" } else { "no" };
    parts.push(format!("**Waivable:** {waivable}"));
    parts.join("\n\n")
}

/// A parameter as an item of a list.
fn setting(parameter: &ParameterRecord) -> String {
    let value = prose(&format!("{} {}", parameter.value, parameter.unit));
    format!("- {} = {} (set by {})", code(&parameter.name), value.trim_end(), code(&parameter.set_by))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_to_utf16_units() {
        assert_eq!(limited("abc", 3), "abc");
        assert_eq!(limited("abcd", 3), "ab…");
        let smiles = "🙂".repeat(600);
        assert!(limited(&smiles, 1024).encode_utf16().count() <= 1024);
    }

    #[test]
    fn a_name_is_in_pascal_case() {
        assert_eq!(pascal_case("fine-tuning-below-volume"), "FineTuningBelowVolume");
        assert_eq!(pascal_case("schema"), "Schema");
        assert_eq!(pascal_case("--"), "--");
    }
}
