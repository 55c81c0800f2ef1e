//! A rule's page: what it says, when it speaks, what it asks for, why, how it looks when it is kept and broken, and
//! how to be excused from it. It stands alone: nobody needs the guide, or the policy file, to read it.

use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;

use super::examples::examples;
use super::{INDENT, Page, words};
use crate::output::Options;
use crate::output::sanitize::visible;
use crate::output::wrap::columns;
use crate::policy::complete::parameters_of;
use crate::policy::expression::Expr;
use crate::policy::expression::ast::ExprKind;
use crate::policy::pack::{Checklist, Pack, Parameter, Rule};
use crate::policy::settings::{PackSettings, RuleSetting};

/// Examples of each kind that are shown.
const EXAMPLES: usize = 3;

/// A rule, and what of it is in force.
#[derive(Clone, Copy, Debug)]
pub struct Explained<'a> {
    /// Its pack.
    pub pack: &'a Pack,
    /// The rule.
    pub rule: &'a Rule,
    /// The whole policy file, for its examples.
    pub text: &'a Arc<str>,
    /// What of the pack is in force.
    pub settings: &'a PackSettings,
    /// What of the rule is in force.
    pub setting: &'a RuleSetting,
}

/// A parameter that a rule reads.
pub(super) struct Used<'a> {
    /// With the value in force.
    pub(super) parameter: &'a Parameter,
    /// As the pack has it.
    pub(super) own: Option<&'a Parameter>,
}

impl<'a> Explained<'a> {
    /// The parameters that the rule reads, in the order of its pack.
    pub(super) fn parameters(&self) -> Vec<Used<'a>> {
        let mut used = vec![false; self.settings.values.len()];
        let signals = self.checklists().into_iter().flat_map(|(_, signals)| signals);
        for expr in self.rule.conditions.iter().map(|condition| &*condition.expr).chain(signals) {
            parameters_of(expr, &mut used);
        }
        for index in self.rule.message.parameters() {
            if let Some(used) = used.get_mut(index as usize) {
                *used = true;
            }
        }
        let own = self.pack.known_parameters().map(Some).chain(std::iter::repeat(None));
        let all = self.settings.all_parameters().zip(own);
        all.zip(used).filter(|(_, used)| *used).map(|((parameter, own), _)| Used { parameter, own }).collect()
    }

    /// The checklists that the rule counts, with the conditions of their signals.
    pub(super) fn checklists(&self) -> Vec<(&'a Checklist, &'a [Expr])> {
        let nodes = self.rule.conditions.iter().flat_map(|condition| &condition.expr.nodes);
        let counted: BTreeSet<usize> = nodes
            .filter_map(|node| match node.kind {
                ExprKind::Checklist(index) => Some(usize::from(index)),
                _ => None,
            })
            .collect();
        let find =
            |index: usize| Some((self.pack.checklists.get(index)?, self.pack.signals.get(index)?.as_slice()));
        counted.into_iter().filter_map(find).collect()
    }

    /// How bad a failure is, and who says so where that is not the rule.
    pub(super) fn severity(&self) -> String {
        let own = words::severities(&self.rule.severity);
        if !self.setting.on {
            return format!("off{}; the rule says {own}", self.set_at());
        }
        match &self.setting.severity {
            None => own,
            Some(severity) => {
                format!("{}{}; the rule says {own}", words::severities(severity), self.set_at())
            }
        }
    }

    /// How bad an undetermined outcome is.
    pub(super) fn undetermined(&self) -> &'static str {
        let undetermined = self.setting.undetermined.unwrap_or(self.rule.undetermined);
        let severities = self.setting.severity.as_ref().unwrap_or(&self.rule.severity);
        match words::undetermined(undetermined, severities) {
            "off" => "not reported",
            severity => severity,
        }
    }

    fn set_at(&self) -> String {
        self.setting
            .place
            .as_ref()
            .map_or_else(String::new, |place| format!(", set at {}", words::set_at(place)))
    }
}

/// Writes the page of a rule.
///
/// # Errors
/// Only those of the writer.
pub fn explain(about: &Explained<'_>, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    let rule = about.rule;
    let mut page = Page::new(options, out);
    let name = visible(&rule.id);
    let name = page.style.bold(&name);
    writeln!(page.out, "{name}")?;
    page.paragraph(0, &visible(&rule.summary))?;
    writeln!(page.out)?;
    in_short(&mut page, about)?;
    page.heading("Why")?;
    page.paragraph(INDENT, &rule.why)?;
    if let Some(when) = &rule.conditions.when {
        page.heading("Applies when")?;
        page.condition(INDENT, &when.expr.text)?;
    }
    page.heading("Requires")?;
    page.condition(INDENT, &rule.conditions.require.expr.text)?;
    checklists(&mut page, about)?;
    parameters(&mut page, about)?;
    if !rule.help.is_empty() {
        page.heading("What to do")?;
        page.paragraph(INDENT, &rule.help)?;
    }
    shown_examples(&mut page, about)?;
    waiving(&mut page, rule)
}

impl Page<'_> {
    /// An expression, one line to an operand of `&&` and `||` where it is wider than the page.
    fn condition(&mut self, indent: usize, text: &str) -> io::Result<()> {
        for line in text.trim_end().lines() {
            if indent + columns(line) <= self.style.prose_width() {
                self.lines(indent, line)?;
                continue;
            }
            for (index, operand) in operands(line).into_iter().enumerate() {
                self.lines(if index == 0 { indent } else { indent + INDENT }, operand)?;
            }
        }
        Ok(())
    }
}

/// The line cut before each `&&` and `||` that stands in no text.
fn operands(line: &str) -> Vec<&str> {
    let (mut parts, mut start, mut quote) = (Vec::new(), 0, None);
    for (at, character) in line.char_indices() {
        match (quote, character) {
            (None, '\'' | '"') => quote = Some(character),
            (Some(open), _) if open == character => quote = None,
            (None, '&' | '|') if line.get(at..at + 2).is_some_and(|two| two == "&&" || two == "||") => {
                parts.push(line.get(start..at).unwrap_or_default().trim_end());
                start = at;
            }
            _ => {}
        }
    }
    parts.push(line.get(start..).unwrap_or_default());
    parts
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

fn in_short(page: &mut Page<'_>, about: &Explained<'_>) -> io::Result<()> {
    let Explained { pack, rule, .. } = about;
    let mut guide = rule.guide.join("; ");
    if let Some(source) = words::source(&pack.source).filter(|_| !guide.is_empty()) {
        guide.push_str("\nin ");
        guide.push_str(&source);
    }
    let waivable = if rule.waivable { "yes, with a reason and an expiry" } else { "no" };
    let rows = [
        ("Pack", format!("{} {}: {}", pack.name, pack.version, pack.title)),
        ("Formerly", rule.formerly.join(", ")),
        ("Severity", about.severity()),
        ("If undecided", about.undetermined().to_owned()),
        ("Precision", rule.precision.to_string()),
        ("Waivable", waivable.to_owned()),
        ("Tags", rule.tags.join(", ")),
        ("Guide", guide),
    ];
    for (word, text) in rows.iter().filter(|(_, text)| !text.is_empty()) {
        page.hanging(0, &format!("{word:<14}"), text)?;
    }
    Ok(())
}

fn checklists(page: &mut Page<'_>, about: &Explained<'_>) -> io::Result<()> {
    for (checklist, signals) in about.checklists() {
        page.heading(&format!("Signals of the checklist {}", visible(&checklist.name)))?;
        for (signal, met) in checklist.items.iter().zip(signals) {
            page.paragraph(INDENT, &signal.title)?;
            page.condition(2 * INDENT, &met.text)?;
        }
    }
    Ok(())
}

fn parameters(page: &mut Page<'_>, about: &Explained<'_>) -> io::Result<()> {
    let parameters = about.parameters();
    if parameters.is_empty() {
        return Ok(());
    }
    page.heading("Parameters")?;
    for Used { parameter, own } in parameters {
        page.paragraph(INDENT, &format!("{} = {}", parameter.name, words::quantity(parameter)))?;
        page.paragraph(2 * INDENT, &parameter.description)?;
        match words::set_elsewhere(parameter, own) {
            None => page.paragraph(2 * INDENT, "Set by: the pack, nothing overrides it")?,
            Some(place) => {
                let own =
                    own.map(|own| format!("; the pack says {}", words::quantity(own))).unwrap_or_default();
                page.paragraph(2 * INDENT, &format!("Set by: {place}{own}"))?;
            }
        }
        if !parameter.source.is_empty() {
            page.paragraph(2 * INDENT, &format!("Source of the pack's value: {}", parameter.source))?;
        }
    }
    Ok(())
}

fn shown_examples(page: &mut Page<'_>, about: &Explained<'_>) -> io::Result<()> {
    for list in examples(about.text) {
        page.heading(list.heading)?;
        for example in list.texts.iter().take(EXAMPLES) {
            for (index, line) in super::visible_lines(example).lines().enumerate() {
                writeln!(page.out, "{:INDENT$}{} {line}", "", if index == 0 { '-' } else { ' ' })?;
            }
        }
        if list.texts.len() > EXAMPLES {
            writeln!(page.out, "{:INDENT$}and {} more", "", list.texts.len() - EXAMPLES)?;
        }
    }
    Ok(())
}

fn waiving(page: &mut Page<'_>, rule: &Rule) -> io::Result<()> {
    page.heading("How to waive it")?;
    if !rule.waivable {
        return page.paragraph(INDENT, "It cannot be waived: correct what it finds.");
    }
    page.paragraph(INDENT, "A comment on a line that the finding points at, or above it:")?;
    page.lines(2 * INDENT, &words::comment(&rule.id))?;
    page.paragraph(
        INDENT,
        "An entry in a waivers file (kind: Waivers), approved by somebody but its owner:",
    )?;
    page.lines(2 * INDENT, &words::waiver(&rule.id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wide_condition_is_cut_between_its_operands() {
        assert_eq!(operands("a == 'x && y' && (b || !c)"), ["a == 'x && y'", "&& (b", "|| !c)"]);
        assert_eq!(operands("a & b | é && 1"), ["a & b | é", "&& 1"]);
        assert_eq!(operands(""), [""]);
    }
}
