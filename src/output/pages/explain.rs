//! A rule's page: what it says, when it speaks, what it asks for, why, and how it looks when it is kept and broken.

use std::io;
use std::sync::Arc;

use super::{INDENT, Page};
use crate::document::{self, Document, Limits};
use crate::output::Options;
use crate::output::sanitize::visible;
use crate::policy::complete::parameters_of;
use crate::policy::pack::{Pack, Parameter, Rule, Undetermined};
use crate::policy::template::{scalar_prose, separated};

/// Examples of each kind that are shown.
const EXAMPLES: usize = 3;

/// Writes the page of a rule; `text` is the whole policy file, for its examples.
///
/// # Errors
/// Only those of the writer.
pub fn explain(
    pack: &Pack,
    rule: &Rule,
    text: &Arc<str>,
    options: &Options,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let mut page = Page::new(options, out);
    let name = page.style.bold(&rule.id);
    writeln!(page.out, "{name}")?;
    page.paragraph(0, &visible(&rule.summary))?;
    writeln!(page.out)?;
    facts_of(&mut page, pack, rule)?;
    page.heading("Why")?;
    page.paragraph(INDENT, &rule.why)?;
    if let Some(when) = &rule.conditions.when {
        page.heading("Applies when")?;
        page.lines(INDENT, &when.expr.text)?;
    }
    page.heading("Requires")?;
    page.lines(INDENT, &rule.conditions.require.expr.text)?;
    let parameters = parameters(pack, rule);
    if !parameters.is_empty() {
        page.heading("Parameters")?;
        for parameter in parameters {
            page.paragraph(INDENT, &setting(parameter))?;
            page.paragraph(2 * INDENT, &parameter.description)?;
            if !parameter.source.is_empty() {
                page.paragraph(2 * INDENT, &format!("Source: {}", parameter.source))?;
            }
        }
    }
    if !rule.help.is_empty() {
        page.heading("What to do")?;
        page.paragraph(INDENT, &rule.help)?;
    }
    examples(&mut page, text)
}

/// Writes where more is said of a rule, at the end of its page.
///
/// # Errors
/// Only those of the writer.
pub fn link(uri: Option<&str>, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    let Some(uri) = uri else { return Ok(()) };
    let mut page = Page::new(options, out);
    page.heading("More")?;
    page.lines(INDENT, uri)
}

fn facts_of(page: &mut Page<'_>, pack: &Pack, rule: &Rule) -> io::Result<()> {
    let stages = rule.severity.by_stage.iter().map(|(stage, severity)| format!("{severity} in {stage}"));
    let severity = stages.chain([if rule.severity.by_stage.is_empty() {
        rule.severity.default.to_string()
    } else {
        format!("else {}", rule.severity.default)
    }]);
    let undetermined = match rule.undetermined {
        Undetermined::Off => "not reported".to_owned(),
        Undetermined::As(severity) => severity.to_string(),
        Undetermined::Default => rule.severity.default.min(crate::finding::Severity::Warning).to_string(),
    };
    let waivable = if rule.waivable { "yes, with a reason and an expiry" } else { "no" };
    let rows = [
        ("Pack", format!("{} {}", pack.name, pack.version)),
        ("Severity", severity.collect::<Vec<_>>().join(", ")),
        ("If undecided", undetermined),
        ("Precision", rule.precision.to_string()),
        ("Waivable", waivable.to_owned()),
        ("Tags", rule.tags.join(", ")),
        ("Guide", rule.guide.join("; ")),
    ];
    for (word, text) in rows.iter().filter(|(_, text)| !text.is_empty()) {
        page.hanging(0, &format!("{word:<14}"), text)?;
    }
    Ok(())
}

/// The parameters that a rule reads, those of its checklists among them.
fn parameters<'a>(pack: &'a Pack, rule: &Rule) -> Vec<&'a Parameter> {
    let mut used = vec![false; pack.settings.parameters.len()];
    for condition in rule.conditions.iter() {
        parameters_of(&condition.expr, &mut used);
    }
    for index in rule.message.parameters() {
        if let Some(used) = used.get_mut(index as usize) {
            *used = true;
        }
    }
    pack.settings
        .parameters
        .iter()
        .zip(used)
        .filter(|(_, used)| *used)
        .map(|(parameter, _)| parameter)
        .collect()
}

fn setting(parameter: &Parameter) -> String {
    let value = match parameter.kind {
        crate::policy::expression::Type::Int | crate::policy::expression::Type::Double => {
            separated(&parameter.raw)
        }
        _ => scalar_prose(&parameter.value),
    };
    format!("{} = {value} {} (set by {})", parameter.name, parameter.unit, parameter.set_by)
}

fn examples(page: &mut Page<'_>, text: &Arc<str>) -> io::Result<()> {
    let stream = document::parse(text, &Limits::default());
    let Some(lists) =
        stream.documents.first().map(Document::root).and_then(|root| root.get("spec")?.get("examples"))
    else {
        return Ok(());
    };
    for (kind, heading) in [
        ("pass", "Passes"),
        ("fail", "Fails"),
        ("skip", "Does not apply"),
        ("undetermined", "Cannot be decided"),
    ] {
        let Some(list) = lists.get(kind).filter(|list| !list.is_empty()) else { continue };
        page.heading(heading)?;
        for example in list.items().take(EXAMPLES) {
            let text = example.source_text();
            // The first line stands behind the dash; the others keep their place relative to it.
            let mut lines = text.lines();
            writeln!(page.out, "{:INDENT$}- {}", "", super::visible_lines(lines.next().unwrap_or_default()))?;
            let indent = lines
                .clone()
                .filter(|line| !line.trim().is_empty())
                .map(|line| line.len() - line.trim_start().len())
                .min();
            for line in lines {
                let line = line.get(indent.unwrap_or(0)..).unwrap_or_default();
                writeln!(page.out, "{:INDENT$}  {}", "", super::visible_lines(line))?;
            }
        }
        if list.len() > EXAMPLES {
            writeln!(page.out, "{:INDENT$}and {} more", "", list.len() - EXAMPLES)?;
        }
    }
    Ok(())
}
