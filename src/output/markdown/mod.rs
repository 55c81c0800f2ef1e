//! Markdown for a pull request's comment and for the step summary of a job: a table a severity, the worst first, what
//! the rules ask for folded below it, and the counts at the end.
//!
//! GitHub drops a step summary of more than 1 MiB as a whole, and refuses a comment of more than 65,536 characters.
//! What does not fit is counted instead of written.

pub(super) mod escape;
pub(super) mod room;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io;

use super::catalog::{Catalog, rule_name};
use super::human::{clauses, counted, counts};
use super::links::Links;
use super::wrap::clip;
use super::{Options, Texts};
use crate::finding::{Finding, Label, Severity};
use crate::report::{Report, RuleRecord};
use escape::{code, prose};
use room::Room;

/// The first line, by which a bot finds the comment that it wrote before.
const MARK: &str = "<!-- tunelint -->";
/// Characters of a claim, and of a piece of advice.
const CLAIM: usize = 600;
const ADVICE: usize = 1000;
/// Places of a finding that are linked beside the first.
const MORE_PLACES: usize = 4;
/// Sections of the guide that are named for a rule.
const GUIDE: usize = 8;

/// Writes the page.
pub(super) fn render(
    report: &Report,
    _texts: &dyn Texts,
    options: &Options,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let mut page = Page {
        room: Room::new(options.markdown_bytes),
        links: Links::new(options),
        catalog: Catalog::new(report),
    };
    let summary = &report.summary;
    let by_severity = [
        (Severity::Error, "error", "errors", summary.errors),
        (Severity::Warning, "warning", "warnings", summary.warnings),
        (Severity::Note, "note", "notes", summary.notes),
    ];
    let found: Vec<String> = by_severity
        .iter()
        .filter(|(.., count)| *count > 0)
        .map(|(_, one, many, count)| counted(*count, one, many))
        .collect();
    let title = if found.is_empty() { "no findings".to_owned() } else { found.join(", ") };
    page.room.add(&format!("{MARK}\n## tunelint: {title}\n"));
    let mut left_out = Vec::new();
    for (severity, one, many, _) in by_severity {
        let open = report.findings.iter().filter(|finding| finding.is_open_problem());
        let findings: Vec<&Finding> = open.filter(|finding| finding.severity == severity).collect();
        if findings.is_empty() {
            continue;
        }
        let rest = page.section(&counted(findings.len() as u64, one, many), &findings);
        if rest > 0 {
            left_out.push(counted(rest as u64, one, many));
        }
    }
    if !left_out.is_empty() {
        let _ = write!(
            page.room.text,
            "\n**Left out for want of room: {}.** The formats json and jsonl hold them all.\n",
            left_out.join(", ")
        );
    }
    if summary.manifests == 0 {
        page.candidates(report);
    }
    let _ = writeln!(page.room.text, "\n{}", counts(report));
    out.write_all(page.room.text.as_bytes())
}

struct Page<'a> {
    room: Room,
    links: Links<'a>,
    catalog: Catalog<'a>,
}

impl Page<'_> {
    /// Adds the findings of a severity, and returns how many had no room.
    fn section(&mut self, title: &str, findings: &[&Finding]) -> usize {
        let head = format!("\n### {title}\n\n| Finding | Where | What to do |\n| --- | --- | --- |\n");
        let mut rows = findings.iter();
        let mut written = 0;
        let fits_head = rows.next().is_some_and(|first| {
            let row = self.row(first);
            self.room.add(&(head + &row))
        });
        if fits_head {
            written = 1;
            for finding in rows {
                let row = self.row(finding);
                if !self.room.add(&row) {
                    break;
                }
                written += 1;
            }
        }
        let advice = self.advice(findings.get(..written).unwrap_or_default());
        self.room.add(&advice);
        findings.len() - written
    }

    /// A row of the table.
    fn row(&self, finding: &Finding) -> String {
        let rule = self.catalog.rule(finding);
        let name = code(&rule_name(finding));
        let claim = prose(&clip(&finding.message, CLAIM, "…"));
        let place = self.places(finding);
        format!("| {name}<br>{claim} | {place} | {} |\n", to_do(finding, rule))
    }

    /// The place of a finding, and below it the others that decided: by their lines alone where they are in its file.
    fn places(&self, finding: &Finding) -> String {
        let own = &finding.primary.place.source.path;
        let mut places = self.place(&finding.primary, None);
        for (index, label) in finding.secondary.iter().take(MORE_PLACES).enumerate() {
            places.push_str(if index == 0 { "<br>with " } else { ", " });
            places.push_str(&self.place(label, Some(own)));
        }
        let more = finding.secondary.len().saturating_sub(MORE_PLACES);
        if more > 0 {
            let _ = write!(places, " and {more} more");
        }
        places
    }

    /// A place, linked where its page is known. In the `known` file it is a line alone: a link there is near enough,
    /// and several in every row would fill the page.
    fn place(&self, label: &Label, known: Option<&str>) -> String {
        let source = &label.place.source;
        let line = label.place.span.map(|span| source.lines.position(span.start).line);
        let path = self.links.rooted(&source.path);
        let shown = match line {
            Some(line) if known == Some(&source.path) => return format!("line {line}"),
            Some(line) => format!("{path}:{line}"),
            None => path.into_owned(),
        };
        let shown = code(&shown);
        match self.links.line(&source.path, line) {
            Some(page) => format!("[{shown}]({page})"),
            None => shown,
        }
    }

    /// What the rules of some findings ask for, folded.
    fn advice(&self, findings: &[&Finding]) -> String {
        let mut told = BTreeSet::new();
        let mut items = String::new();
        for finding in findings {
            let Some(rule) = self.catalog.rule(finding).filter(|_| told.insert(finding.rule_key())) else {
                continue;
            };
            let (name, page) = (code(&rule.id), self.links.rule(rule));
            let _ = write!(items, "\n- [{name}]({page}): {}", prose(&clip(&rule.summary, CLAIM, "…")));
            if !rule.help.trim().is_empty() {
                let _ = write!(items, "<br>{}", prose(&clip(rule.help.trim(), ADVICE, "…")));
            }
            if !rule.guide.is_empty() {
                let titles: Vec<String> =
                    rule.guide.iter().take(GUIDE).map(|title| prose(&clip(title, CLAIM, "…"))).collect();
                let _ = write!(items, "<br>Guide: {}", titles.join("; "));
            }
        }
        let rules =
            if told.len() == 1 { "rule asks".to_owned() } else { format!("{} rules ask", told.len()) };
        format!("\n<details>\n<summary>What the {rules} for</summary>\n{items}\n\n</details>\n")
    }

    /// What to do where no manifest was found.
    fn candidates(&mut self, report: &Report) {
        if report.candidates.is_empty() {
            self.room.add("\nNo LLM deployment manifest was found.\n");
            return;
        }
        self.room.add("\nNo LLM deployment manifest was found. These files look like deployments:\n\n");
        for candidate in &report.candidates {
            let path = self.links.rooted(&candidate.file).into_owned();
            self.room.add(&format!("- {} ({})\n", code(&path), code(candidate.marker)));
        }
    }
}

/// What would make a finding go away, in a cell.
fn to_do(finding: &Finding, rule: Option<&RuleRecord>) -> String {
    if !finding.missing.is_empty() {
        let facts: Vec<String> = finding.missing.iter().map(|fact| code(fact)).collect();
        return format!("declare {}", facts.join(", "));
    }
    if !finding.passes_if.is_empty() {
        return format!("passes if {}", code(&clip(&clauses(&finding.passes_if), CLAIM, "…")));
    }
    // The rule's own advice stands below the table.
    let own = finding.help.as_deref().filter(|help| rule.is_none_or(|rule| **help != *rule.help));
    own.map_or_else(|| "see below".to_owned(), |help| prose(&clip(help.trim(), ADVICE, "…")))
}
