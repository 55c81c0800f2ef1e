//! Which rules there are.

use std::io;

use serde::Serialize;

use super::{INDENT, Page};
use crate::finding::Severity;
use crate::output::Options;
use crate::output::sanitize::visible;
use crate::policy::Policies;
use crate::policy::pack::{Rule, Undetermined};

/// Writes the rules that are selected, pack by pack.
///
/// # Errors
/// Only those of the writer.
pub fn rules(policies: &Policies, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    let mut page = Page::new(options, out);
    for (index, pack) in policies.packs.iter().enumerate() {
        let selected: Vec<&Rule> = pack.running().filter_map(|slot| pack.rule(slot)).collect();
        if index > 0 {
            writeln!(page.out)?;
        }
        let name = format!("{} {}", visible(&pack.name), visible(&pack.version));
        let count =
            if selected.len() == 1 { "1 rule".to_owned() } else { format!("{} rules", selected.len()) };
        let (name, faint) = (page.style.bold(&name), page.style.faint(&count));
        writeln!(page.out, "{name}: {} ({faint})", visible(&pack.title))?;
        let widest = selected.iter().map(|rule| rule.id.len()).max().unwrap_or(0);
        // Beside the id where there is room for a line of it, else below.
        let beside = page.style.prose_width() >= widest + 60;
        for rule in selected {
            let severity = severity_word(rule);
            let colored = page.style.severe(rule.severity.default, &severity);
            let gap = 16_usize.saturating_sub(severity.len());
            let id = visible(&rule.id);
            if beside {
                writeln!(
                    page.out,
                    "{:INDENT$}{id:<widest$}  {colored}{:gap$}{}",
                    "",
                    "",
                    visible(&rule.summary)
                )?;
            } else {
                writeln!(page.out, "{:INDENT$}{id}  {colored}", "")?;
                page.paragraph(3 * INDENT, &rule.summary)?;
            }
        }
    }
    writeln!(page.out, "\n`tunelint explain RULE` tells what a rule asks for, and why.")
}

/// `error`, or `warning/error` where the stage decides.
fn severity_word(rule: &Rule) -> String {
    let mut words = vec![rule.severity.default];
    words.extend(rule.severity.by_stage.iter().map(|(_, severity)| *severity));
    words.sort_unstable();
    words.dedup();
    words.iter().map(|severity| severity.as_str()).collect::<Vec<_>>().join("/")
}

#[derive(Serialize)]
struct WireRules<'a> {
    schema: &'static str,
    packs: Vec<WirePack<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WirePack<'a> {
    name: &'a str,
    title: &'a str,
    version: &'a str,
    digest: &'a str,
    license: &'a str,
    rules: Vec<WireRule<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WireRule<'a> {
    id: &'a str,
    summary: &'a str,
    severity: Severity,
    severity_by_stage: serde_json::Map<String, serde_json::Value>,
    undetermined: &'static str,
    waivable: bool,
    precision: &'a str,
    tags: &'a [Box<str>],
    guide: &'a [String],
    why: &'a str,
    when: Option<&'a str>,
    require: &'a str,
    help: &'a str,
}

/// Writes the same as JSON, `tunelint.dev/rules/v1`.
///
/// # Errors
/// Only those of the writer.
pub fn rules_json(policies: &Policies, out: &mut dyn io::Write) -> io::Result<()> {
    let packs = policies.packs.iter().map(|pack| WirePack {
        name: &pack.name,
        title: &pack.title,
        version: &pack.version,
        digest: &pack.digest,
        license: &pack.license,
        rules: pack.running().filter_map(|slot| pack.rule(slot)).map(wire).collect(),
    });
    let wire = WireRules { schema: "tunelint.dev/rules/v1", packs: packs.collect() };
    crate::output::json::write_document(&wire, out)
}

fn wire(rule: &Rule) -> WireRule<'_> {
    WireRule {
        id: &rule.id,
        summary: &rule.summary,
        severity: rule.severity.default,
        severity_by_stage: rule
            .severity
            .by_stage
            .iter()
            .map(|(stage, severity)| (stage.to_string(), severity.as_str().into()))
            .collect(),
        undetermined: match rule.undetermined {
            Undetermined::Off => "off",
            Undetermined::As(severity) => severity.as_str(),
            Undetermined::Default => rule.severity.default.min(Severity::Warning).as_str(),
        },
        waivable: rule.waivable,
        precision: &rule.precision,
        tags: &rule.tags,
        guide: &rule.guide,
        why: &rule.why,
        when: rule.conditions.when.as_ref().map(|when| &*when.expr.text),
        require: &rule.conditions.require.expr.text,
        help: &rule.help,
    }
}
