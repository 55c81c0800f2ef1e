//! What the pages of rules say in the same words: severities, values, sources, how to waive.

use std::fmt::Write as _;

use crate::finding::{Place, Severity};
use crate::output::excerpt::address;
use crate::policy::expression::Type;
use crate::policy::pack::{PackSource, Parameter, Severities, Undetermined};
use crate::policy::template::{scalar_prose, separated};

/// `error in production, else warning`.
pub(super) fn severities(severities: &Severities) -> String {
    let default = severities.default;
    let mut words: Vec<String> =
        severities.by_stage.iter().map(|(stage, severity)| format!("{severity} in {stage}")).collect();
    words.push(if words.is_empty() { default.to_string() } else { format!("else {default}") });
    words.join(", ")
}

/// What an undetermined outcome is worth: a severity, or `off`.
pub(super) fn undetermined(undetermined: Undetermined, severities: &Severities) -> &'static str {
    match undetermined {
        Undetermined::Off => "off",
        Undetermined::As(severity) => severity.as_str(),
        Undetermined::Default => severities.default.min(Severity::Warning).as_str(),
    }
}

/// `500,000`.
pub(super) fn amount(parameter: &Parameter) -> String {
    match parameter.kind {
        Type::Int | Type::Double => separated(&parameter.raw),
        _ => scalar_prose(&parameter.value),
    }
}

/// `500,000 requests/month`.
pub(super) fn quantity(parameter: &Parameter) -> String {
    let mut text = amount(parameter);
    if !parameter.unit.is_empty() {
        let _ = write!(text, " {}", parameter.unit);
    }
    text
}

/// Where the value in force was set, if it is not the pack's own.
pub(super) fn set_elsewhere(parameter: &Parameter, own: Option<&Parameter>) -> Option<String> {
    match &parameter.place {
        Some(place) if place.source.file().is_some() => Some(address(place)),
        None if own.is_none_or(|own| own.set_by == parameter.set_by) => None,
        _ => Some(parameter.set_by.to_string()),
    }
}

/// Where something was set, as `file:line:column`, or what did it where that is no file.
pub(super) fn set_at(place: &Place) -> String {
    if place.source.file().is_some() { address(place) } else { place.source.path.to_string() }
}

/// `Title, by Publisher, read on 2026-11-24`; nothing where the pack names no source.
pub(super) fn source(source: &PackSource) -> Option<String> {
    if source.title.is_empty() {
        return None;
    }
    let mut text = format!("“{}”", source.title);
    for (word, part) in [(", ", &source.publisher), (", read on ", &source.retrieved)] {
        if !part.is_empty() {
            let _ = write!(text, "{word}{part}");
        }
    }
    Some(text)
}

/// The comment that suppresses a rule's findings on its line.
pub(super) fn comment(id: &str) -> String {
    format!("# tunelint: ignore[{id}] until=YYYY-MM-DD reason: WHY")
}

/// The entry of a waivers file that excuses a rule's findings on one deployment.
pub(super) fn waiver(id: &str) -> String {
    format!(
        "- rule: {id}\n  deployment: NAMESPACE/NAME\n  reason: WHY\n  owner: WHO ASKED\n  \
         approvedBy: SOMEBODY ELSE\n  ticket: WHERE IT IS RECORDED\n  expires: YYYY-MM-DD\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_severity_by_stage_names_the_stages_first() {
        let by_stage = vec![("production".into(), Severity::Error)];
        let staged = Severities { default: Severity::Warning, by_stage };
        assert_eq!(severities(&staged), "error in production, else warning");
        assert_eq!(undetermined(Undetermined::Default, &staged), "warning");
        let note = Severities { default: Severity::Note, by_stage: Vec::new() };
        assert_eq!(severities(&note), "note");
        assert_eq!(undetermined(Undetermined::Default, &note), "note");
        assert_eq!(undetermined(Undetermined::Off, &note), "off");
    }

    #[test]
    fn a_source_says_as_much_as_is_known() {
        assert_eq!(source(&PackSource::default()), None);
        let known =
            PackSource { title: "A guide".into(), publisher: "Somebody".into(), ..PackSource::default() };
        assert_eq!(source(&known).as_deref(), Some("“A guide”, Somebody"));
    }
}
