//! The reference: all rules of all packs in one Markdown document, made from the packs so that it is never behind them.

use std::fmt::Write as _;
use std::io;

use super::builtin::{BUILTIN, Builtin};
use super::explain::Explained;
use super::markdown::{cell, code, paragraph, prose, section};
use super::words;
use crate::policy::Policies;
use crate::policy::pack::{Pack, Rule};
use crate::policy::settings::RuleSetting;

/// Writes the rules that are selected as Markdown. It says what the packs say, whatever a repo's settings are.
///
/// # Errors
/// Only those of the writer.
pub fn rules_markdown(policies: &Policies, out: &mut dyn io::Write) -> io::Result<()> {
    let mut text = String::from(
        "# Rules\n\n<!-- Made by `tunelint rules --format markdown`; do not edit it here. -->\n\n\
         Each rule has a section under its id, with what it asks for, why, and how it looks when it is kept and \
         broken. `tunelint explain RULE` shows the same in a terminal, with the values that are in force in your \
         repository and where they were set. [LANGUAGE.md](LANGUAGE.md) is the language that `when` and `require` are \
         written in.\n\n",
    );
    for pack in &policies.packs {
        let rules = pack.running().count();
        let _ = writeln!(
            text,
            "- [{}](#{}): {} ({})",
            prose(&pack.name),
            pack.name,
            prose(&pack.title),
            counted(rules)
        );
    }
    text.push_str("- [Built in](#built-in): what is told of documents, policies and evidence\n\n");
    for pack in &policies.packs {
        whole_pack(&mut text, pack);
    }
    text.push_str(
        "## Built in\n\nThese belong to no pack, and no policy file describes them. A code in brackets says which \
         mistake it is: `schema[unknown-key]`.\n\n",
    );
    for about in BUILTIN {
        built_in(&mut text, about, "###");
    }
    out.write_all(text.trim_end().as_bytes())?;
    out.write_all(b"\n")
}

fn counted(rules: usize) -> String {
    if rules == 1 { "1 rule".to_owned() } else { format!("{rules} rules") }
}

fn whole_pack(text: &mut String, pack: &Pack) {
    let _ = write!(
        text,
        "## {}\n\n**{}.** Version {}",
        prose(&pack.name),
        prose(&pack.title),
        prose(&pack.version)
    );
    if !pack.license.is_empty() {
        let _ = write!(text, ", {}", prose(&pack.license));
    }
    text.push_str(".\n\n");
    if let Some(source) = words::source(&pack.source) {
        let _ = write!(text, "Its rules stand on {}", prose(&source));
        if !pack.source.review_by.is_empty() {
            let _ = write!(text, "; to be held against it again by {}", prose(&pack.source.review_by));
        }
        text.push_str(". The guide sections that a rule names are sections of it.\n\n");
    }
    if !pack.description.is_empty() {
        paragraph(text, &pack.description);
    }
    parameters(text, pack);
    checklists(text, pack);
    let rules: Vec<(&Rule, _)> =
        pack.running().filter_map(|slot| Some((pack.rule(slot)?, slot.text()))).collect();
    let _ = write!(text, "### Rules of {}\n\n", prose(&pack.name));
    text.push_str("| rule | severity | what is bad |\n|---|---|---|\n");
    for (rule, _) in &rules {
        let severity = words::severities(&rule.severity);
        let _ = writeln!(text, "| [{0}](#{0}) | {1} | {2} |", cell(&rule.id), severity, cell(&rule.summary));
    }
    text.push('\n');
    let setting = RuleSetting::default();
    let own = pack.own_settings();
    for (rule, file) in &rules {
        let about = Explained { pack, rule, text: file, settings: &own, setting: &setting };
        section(text, &about, "###", "");
        text.push('\n');
    }
}

fn parameters(text: &mut String, pack: &Pack) {
    if pack.parameters.is_empty() {
        return;
    }
    let _ = write!(
        text,
        "### Parameters of {}\n\nThe thresholds that rules read; `--set NAME=VALUE` gives one another value for a \
         run.\n\n| parameter | default | unit | what it is | where the default comes from |\n\
         |---|--:|---|---|---|\n",
        prose(&pack.name)
    );
    for parameter in &pack.parameters {
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} |",
            code(&parameter.name),
            cell(&words::amount(parameter)),
            cell(&parameter.unit),
            cell(&parameter.description),
            cell(&parameter.source)
        );
    }
    text.push('\n');
}

fn checklists(text: &mut String, pack: &Pack) {
    if pack.checklists.is_empty() {
        return;
    }
    let _ = write!(
        text,
        "### Checklists of {}\n\nSignals that are met, not met or, where a fact is missing, unknown. `tunelint \
         advise` counts them for each deployment.\n\n",
        prose(&pack.name)
    );
    for (checklist, signals) in pack.checklists.iter().zip(&pack.signals) {
        let _ = write!(
            text,
            "For **{}**:\n\n| signal | what it says | met when |\n|---|---|---|\n",
            prose(&checklist.name)
        );
        for (signal, met) in checklist.items.iter().zip(signals) {
            let met = code(&met.text.split_whitespace().collect::<Vec<_>>().join(" ")).replace('|', "\\|");
            let _ = writeln!(text, "| {} | {} | {met} |", cell(&signal.id), cell(&signal.title));
        }
        text.push('\n');
    }
}

/// Writes the page of an id that belongs to no pack as Markdown.
///
/// # Errors
/// Only those of the writer.
pub fn explain_builtin_markdown(about: &Builtin, out: &mut dyn io::Write) -> io::Result<()> {
    let mut text = String::new();
    built_in(&mut text, about, "#");
    out.write_all(text.as_bytes())
}

fn built_in(text: &mut String, about: &Builtin, heading: &str) {
    let Builtin { id, summary, severity, .. } = about;
    let _ = write!(text, "{heading} {id}\n\n**{summary}.**\n\n- Severity: {severity}\n\n");
    paragraph(text, about.why);
    let _ = write!(
        text,
        "**What to do.** {}\n\n**To be excused from it:** {}\n\n",
        prose(about.help),
        prose(about.excuse)
    );
    if about.codes().next().is_some() {
        text.push_str("| code | what it says |\n|---|---|\n");
        for own in about.codes() {
            let _ = writeln!(text, "| {} | {} |", code(own.code), cell(own.means));
        }
        text.push('\n');
    }
}
