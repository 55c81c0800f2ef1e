//! Which rules there are.

use std::io;
use std::sync::Arc;

use serde::Serialize;
use serde_json::{Map, Value};

use super::builtin::{BUILTIN, Code};
use super::examples::examples;
use super::explain::Explained;
use super::{INDENT, Page, words};
use crate::finding::{Scalar, Severity};
use crate::output::Options;
use crate::output::sanitize::visible;
use crate::policy::Policies;
use crate::policy::pack::{Pack, Rule, Severities};
use crate::policy::settings::RuleSetting;

/// Writes the rules that are selected, pack by pack.
///
/// # Errors
/// Only those of the writer.
pub fn rules(policies: &Policies, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    let mut page = Page::new(options, out);
    for (index, pack) in policies.packs.iter().enumerate() {
        let selected: Vec<(&Rule, &Severities)> = pack
            .slots()
            .filter(|(_, setting)| setting.on)
            .filter_map(|(slot, setting)| {
                let rule = pack.rule(slot)?;
                Some((rule, setting.severity.as_ref().unwrap_or(&rule.severity)))
            })
            .collect();
        if index > 0 {
            writeln!(page.out)?;
        }
        let name = format!("{} {}", visible(&pack.name), visible(&pack.version));
        let count =
            if selected.len() == 1 { "1 rule".to_owned() } else { format!("{} rules", selected.len()) };
        let (name, faint) = (page.style.bold(&name), page.style.faint(&count));
        writeln!(page.out, "{name}: {} ({faint})", visible(&pack.title))?;
        let widest = selected.iter().map(|(rule, _)| rule.id.len()).max().unwrap_or(0);
        // Beside the id where there is room for a line of it, else below.
        let beside = page.style.prose_width() >= widest + 60;
        for (rule, severities) in selected {
            let severity = severity_word(severities);
            let colored = page.style.severe(severities.default, &severity);
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
    let built_in = BUILTIN.iter().map(|own| own.id).collect::<Vec<_>>().join(", ");
    writeln!(page.out)?;
    page.hanging(0, "Built in, of no pack: ", &built_in)?;
    writeln!(page.out, "\n`tunelint explain RULE` tells what a rule asks for, and why.")
}

/// `error`, or `warning/error` where the stage decides.
fn severity_word(severities: &Severities) -> String {
    let mut words = vec![severities.default];
    words.extend(severities.by_stage.iter().map(|(_, severity)| *severity));
    words.sort_unstable();
    words.dedup();
    words.iter().map(|severity| severity.as_str()).collect::<Vec<_>>().join("/")
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WireRules<'a> {
    schema: &'static str,
    packs: Vec<WirePack<'a>>,
    built_in: Vec<WireBuiltin>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WirePack<'a> {
    name: &'a str,
    title: &'a str,
    version: &'a str,
    digest: &'a str,
    license: &'a str,
    description: &'a str,
    source: WireSource<'a>,
    parameters: Vec<WireParameter<'a>>,
    checklists: Vec<WireChecklist<'a>>,
    rules: Vec<WireRule<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WireSource<'a> {
    title: &'a str,
    publisher: &'a str,
    retrieved: &'a str,
    review_by: &'a str,
}

/// A parameter: what the pack says, and what is in force.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WireParameter<'a> {
    name: &'a str,
    default: Option<&'a Scalar>,
    value: &'a Scalar,
    set_by: &'a str,
    unit: &'a str,
    description: &'a str,
    source: &'a str,
}

#[derive(Serialize)]
struct WireChecklist<'a> {
    name: &'a str,
    signals: Vec<WireSignal<'a>>,
}

#[derive(Serialize)]
struct WireSignal<'a> {
    id: &'a str,
    title: &'a str,
    met: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WireRule<'a> {
    id: &'a str,
    formerly: &'a [Box<str>],
    summary: &'a str,
    severity: Severity,
    severity_by_stage: Map<String, Value>,
    undetermined: &'static str,
    waivable: bool,
    precision: &'a str,
    tags: &'a [Box<str>],
    guide: &'a [String],
    why: &'a str,
    when: Option<&'a str>,
    require: &'a str,
    parameters: Vec<String>,
    help: &'a str,
    /// How many there are of each kind.
    examples: Map<String, Value>,
}

#[derive(Serialize)]
struct WireBuiltin {
    id: &'static str,
    summary: &'static str,
    severity: &'static str,
    why: &'static str,
    help: &'static str,
    codes: Vec<&'static Code>,
}

/// Writes the same as JSON, `tunelint.dev/rules/v1`: rules with what is in force of them, parameters with both.
///
/// # Errors
/// Only those of the writer.
pub fn rules_json(policies: &Policies, out: &mut dyn io::Write) -> io::Result<()> {
    let built_in = BUILTIN.iter().map(|own| WireBuiltin {
        id: own.id,
        summary: own.summary,
        severity: own.severity,
        why: own.why,
        help: own.help,
        codes: own.codes().collect(),
    });
    let wire = WireRules {
        schema: "tunelint.dev/rules/v1",
        packs: policies.packs.iter().map(wire_pack).collect(),
        built_in: built_in.collect(),
    };
    crate::output::json::write_document(&wire, out)
}

fn wire_pack(pack: &Pack) -> WirePack<'_> {
    let source = &pack.source;
    let parameters = pack.settings.parameters.iter().enumerate().map(|(index, parameter)| WireParameter {
        name: &parameter.name,
        default: pack.parameters.get(index).map(|own| &own.value),
        value: &parameter.value,
        set_by: &parameter.set_by,
        unit: &parameter.unit,
        description: &parameter.description,
        source: &parameter.source,
    });
    let checklists = pack.checklists.iter().zip(&pack.signals).map(|(list, met)| WireChecklist {
        name: &list.name,
        signals: list
            .items
            .iter()
            .zip(met)
            .map(|(signal, met)| WireSignal { id: &signal.id, title: &signal.title, met: &met.text })
            .collect(),
    });
    WirePack {
        name: &pack.name,
        title: &pack.title,
        version: &pack.version,
        digest: &pack.digest,
        license: &pack.license,
        description: &pack.description,
        source: WireSource {
            title: &source.title,
            publisher: &source.publisher,
            retrieved: &source.retrieved,
            review_by: &source.review_by,
        },
        parameters: parameters.collect(),
        checklists: checklists.collect(),
        rules: pack
            .slots()
            .filter(|(_, setting)| setting.on)
            .filter_map(|(slot, setting)| Some(wire_rule(pack, pack.rule(slot)?, setting, &slot.text())))
            .collect(),
    }
}

fn wire_rule<'a>(pack: &'a Pack, rule: &'a Rule, setting: &'a RuleSetting, text: &Arc<str>) -> WireRule<'a> {
    let about = Explained { pack, rule, text, settings: &pack.settings, setting };
    let severity = setting.severity.as_ref().unwrap_or(&rule.severity);
    let by_stage = severity.by_stage.iter();
    WireRule {
        id: &rule.id,
        formerly: &rule.formerly,
        summary: &rule.summary,
        severity: severity.default,
        severity_by_stage: by_stage.map(|(stage, own)| (stage.to_string(), own.as_str().into())).collect(),
        undetermined: words::undetermined(setting.undetermined.unwrap_or(rule.undetermined), severity),
        waivable: rule.waivable,
        precision: &rule.precision,
        tags: &rule.tags,
        guide: &rule.guide,
        why: &rule.why,
        when: rule.conditions.when.as_ref().map(|when| &*when.expr.text),
        require: &rule.conditions.require.expr.text,
        parameters: about.parameters().iter().map(|used| used.parameter.name.to_string()).collect(),
        help: &rule.help,
        examples: examples(text).iter().map(|list| (list.kind.to_owned(), list.texts.len().into())).collect(),
    }
}
