//! From the names in a config to what they name in the packs; a name that nothing has is told with the nearest one.

use super::{Given, MOST, ParameterEntry, RuleEntry, Stated, mistake};
use crate::document::Document;
use crate::finding::{Finding, Label, Severity};
use crate::nearest::nearest;
use crate::policy::Policies;
use crate::policy::expression::Type;
use crate::policy::overrides::ParameterValue;
use crate::policy::pack::{Pack, Parameter};
use crate::schema;

/// The pack of a name, by its index.
pub(super) fn pack(
    policies: &Policies,
    name: &Stated<Box<str>>,
    findings: &mut Vec<Finding>,
) -> Option<usize> {
    let found = policies.packs.iter().position(|pack| *pack.name == *name.value);
    if found.is_none() && !is_told(findings) {
        let known: Vec<&str> = policies.packs.iter().map(|pack| &*pack.name).collect();
        let help = match nearest(&name.value, &known) {
            Some(near) => format!("did you mean \"{near}\"?"),
            None => format!("the packs of this run: {}", known.join(", ")),
        };
        findings.push(unknown("unknown-pack", "pack", name, None).with_help(help));
    }
    found
}

/// The parameter of a name, by its index.
pub(super) fn parameter<'p>(
    policies: &Policies,
    pack: &'p Pack,
    entry: &ParameterEntry,
    findings: &mut Vec<Finding>,
) -> Option<(u16, &'p Parameter)> {
    let name = &entry.name;
    let found = (0..).zip(&pack.parameters).find(|(_, own)| *own.name == *name.value);
    if found.is_none() && !is_told(findings) {
        let mut finding = unknown("unknown-parameter", "parameter", name, Some(pack));
        let other = |own: &&Pack| own.parameters.iter().any(|own| *own.name == *name.value);
        if let Some(other) = policies.packs.iter().find(other) {
            finding = finding.with_help(format!("it is one of the pack {}", other.name));
        } else if let Some(near) = nearest(&name.value, pack.parameters.iter().map(|own| &*own.name)) {
            finding = finding.with_help(format!("did you mean \"{near}\"?"));
        }
        findings.push(finding);
    }
    found
}

/// A value for a parameter, if it is of the parameter's type.
pub(super) fn value(
    parameter: &Parameter,
    given: &Given,
    document: &Document,
    findings: &mut Vec<Finding>,
) -> Option<ParameterValue> {
    if parameter.takes(given.kind) {
        return Some(ParameterValue {
            kind: given.kind,
            scalar: given.scalar.clone(),
            raw: given.raw.clone(),
        });
    }
    let wanted = match parameter.kind {
        Type::Int | Type::Double => "number",
        Type::Bool => "boolean",
        Type::List => "array",
        _ => "string",
    };
    let (is, help) = schema::misfit(document.node(given.node), wanted);
    let unit = if parameter.unit.is_empty() { String::new() } else { format!(" ({})", parameter.unit) };
    let message = format!("{} has to be {}{unit}, and this is {is}", parameter.name, parameter.expected());
    let label = format!("not {}", parameter.expected());
    let mut finding = mistake("type", message, Label::new(given.place.clone(), label));
    finding.help = help.map(Into::into);
    findings.push(finding);
    None
}

/// The rule of an id, by its index. An id that the rule had before is taken, with a note.
pub(super) fn rule(
    policies: &Policies,
    pack: &Pack,
    entry: &RuleEntry,
    findings: &mut Vec<Finding>,
) -> Option<usize> {
    let name = &entry.name;
    if is_told(findings) {
        return pack.rules.iter().position(|slot| *slot.id == *name.value);
    }
    if let Some(found) = policies.find_rule_of(Some(&pack.name), &name.value) {
        if found.renamed {
            let id = &found.slot.id;
            let message = format!("The rule {} is called {id} now", name.value);
            let label = Label::new(name.place.clone(), "its earlier id");
            findings.push(
                mistake("renamed", message, label)
                    .with_severity(Severity::Note)
                    .with_help(format!("write {id}")),
            );
        }
        return Some(found.at.1);
    }
    let mut finding = unknown("unknown-rule", "rule", name, Some(pack));
    let other = |own: &&Pack| own.rules.iter().any(|slot| *slot.id == *name.value);
    if let Some(other) = policies.packs.iter().find(other) {
        finding = finding.with_help(format!("it is one of the pack {}", other.name));
    } else if let Some(near) = nearest(&name.value, pack.rules.iter().map(|slot| &*slot.id)) {
        finding = finding.with_help(format!("did you mean \"{near}\"?"));
    }
    findings.push(finding);
    None
}

/// Whether there are more findings than anybody reads: a name looked for in vain costs time.
fn is_told(findings: &[Finding]) -> bool {
    findings.len() > 2 * MOST
}

fn unknown(code: &'static str, what: &str, name: &Stated<Box<str>>, pack: Option<&Pack>) -> Finding {
    let message = match pack {
        Some(pack) => format!("{} has no {what} \"{}\"", pack.name, name.value),
        None => format!("There is no {what} \"{}\"", name.value),
    };
    mistake(code, message, Label::new(name.place.clone(), format!("no such {what}")))
}
