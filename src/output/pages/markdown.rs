//! Rules in Markdown: a rule's section, and the pieces that the reference is made of.

use std::fmt::Write as _;
use std::io;

use super::examples::examples;
use super::explain::{Explained, Used};
use super::words;
use crate::output::sanitize::visible_lines;

/// Writes the page of a rule as Markdown.
///
/// # Errors
/// Only those of the writer.
pub fn explain_markdown(about: &Explained<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let mut text = String::new();
    let pack = about.pack;
    let mut origin =
        format!("- Pack: {} {}, {}\n", prose(&pack.name), prose(&pack.version), prose(&pack.title));
    if let Some(source) = words::source(&pack.source) {
        let _ = writeln!(origin, "- Source: {}", prose(&source));
    }
    section(&mut text, about, "#", &origin);
    out.write_all(text.as_bytes())
}

/// Appends a rule's section. Its heading is the rule's id and nothing else: the anchor that a reader makes of it is
/// the id again.
///
/// `origin` are items on where the rule comes from, for a section that stands alone.
pub(super) fn section(text: &mut String, about: &Explained<'_>, heading: &str, origin: &str) {
    let rule = about.rule;
    let _ = write!(text, "{heading} {}\n\n**{}.**\n\n", prose(&rule.id), prose(&rule.summary));
    in_short(text, about);
    text.push_str(origin);
    text.push('\n');
    paragraph(text, &rule.why);
    if let Some(when) = &rule.conditions.when {
        text.push_str("Applies when\n\n");
        fenced(text, "cel", &when.expr.text);
    }
    text.push_str(if rule.conditions.when.is_some() { "and requires\n\n" } else { "Requires\n\n" });
    fenced(text, "cel", &rule.conditions.require.expr.text);
    for (checklist, _) in about.checklists() {
        let signals: Vec<String> = checklist.items.iter().map(|signal| prose(&signal.title)).collect();
        let _ = write!(text, "counting, of **{}**: {}\n\n", prose(&checklist.name), signals.join("; "));
    }
    parameters(text, about);
    if !rule.help.is_empty() {
        let _ = write!(text, "**What to do.** {}\n\n", prose(&rule.help));
    }
    for list in examples(about.text).iter().filter(|list| matches!(list.kind, "pass" | "fail")) {
        if let Some(example) = list.texts.first() {
            let _ = write!(text, "{}:\n\n", list.heading);
            fenced(text, "yaml", example);
        }
    }
    if rule.waivable {
        let _ = writeln!(
            text,
            "**To waive it:** {}, or an entry in a waivers file.",
            code(&words::comment(&rule.id))
        );
    } else {
        text.push_str("**It cannot be waived.**\n");
    }
}

fn in_short(text: &mut String, about: &Explained<'_>) {
    let rule = about.rule;
    let tags: Vec<String> = rule.tags.iter().map(|tag| code(tag)).collect();
    let formerly: Vec<String> = rule.formerly.iter().map(|id| code(id)).collect();
    let rows = [
        ("Severity", prose(&about.severity())),
        ("If undecided", about.undetermined().to_owned()),
        ("Precision", prose(&rule.precision)),
        ("Tags", tags.join(", ")),
        ("Formerly", formerly.join(", ")),
        ("Guide", prose(&rule.guide.join("; "))),
    ];
    for (word, value) in rows.iter().filter(|(_, value)| !value.is_empty()) {
        let _ = writeln!(text, "- {word}: {value}");
    }
}

fn parameters(text: &mut String, about: &Explained<'_>) {
    let parameters = about.parameters();
    if parameters.is_empty() {
        return;
    }
    text.push_str("with\n\n");
    for Used { parameter, own } in parameters {
        let _ = write!(text, "- {} = {}", code(&parameter.name), prose(&words::quantity(parameter)));
        if let Some(place) = words::set_elsewhere(parameter, own) {
            let own = own.map_or_else(String::new, |own| format!("; the pack says {}", words::quantity(own)));
            let _ = write!(text, " (set by {}{})", prose(&place), prose(&own));
        }
        let _ = writeln!(text, ": {}", prose(&parameter.description));
    }
    text.push('\n');
}

/// Appends a paragraph, on one line.
pub(super) fn paragraph(text: &mut String, paragraph: &str) {
    text.push_str(&prose(paragraph));
    text.push_str("\n\n");
}

/// A policy's words, which may be Markdown: no HTML, and nothing that has no ink.
pub(super) fn prose(words: &str) -> String {
    let mut text = String::with_capacity(words.len());
    // In a code span every character stands for itself.
    for (index, part) in visible_lines(words.trim_end()).split('`').enumerate() {
        if index > 0 {
            text.push('`');
        }
        if index % 2 == 0 {
            text.push_str(&part.replace('<', "&lt;"));
        } else {
            text.push_str(part);
        }
    }
    text
}

/// The same in a cell of a table.
pub(super) fn cell(words: &str) -> String {
    prose(words).replace('|', "\\|").replace('\n', " ")
}

/// A code span.
pub(super) fn code(words: &str) -> String {
    let words = visible_lines(words).replace('\n', " ");
    let fence = "`".repeat(longest_run(&words) + 1);
    // A backtick at an end would be one of the fence.
    let blank = if words.starts_with('`') || words.ends_with('`') { " " } else { "" };
    format!("{fence}{blank}{words}{blank}{fence}")
}

/// Appends a block of code.
pub(super) fn fenced(text: &mut String, language: &str, code: &str) {
    let fence = "`".repeat(longest_run(code).max(2) + 1);
    let _ = write!(text, "{fence}{language}\n{}\n{fence}\n\n", visible_lines(code.trim_end()));
}

/// The most backticks in a row.
fn longest_run(text: &str) -> usize {
    text.split(|character| character != '`').map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policys_words_are_no_html_and_code_in_them_stays_code() {
        assert_eq!(prose("a <b> `x < y` <c>\n"), "a &lt;b> `x < y` &lt;c>");
        assert_eq!(prose("\u{202e}x"), r"\u{202e}x");
        assert_eq!(cell("a | b\nc"), "a \\| b c");
    }

    #[test]
    fn code_is_fenced_by_more_than_it_holds() {
        assert_eq!(code("a"), "`a`");
        assert_eq!(code("a ``b"), "```a ``b```");
        assert_eq!(code("`a"), "`` `a ``");
        let mut text = String::new();
        fenced(&mut text, "yaml", "```\na\n");
        assert_eq!(text, "````yaml\n```\na\n````\n\n");
    }
}
