//! Pages that are no reports: what a rule says, which rules there are, advice on a deployment.

mod advice;
mod builtin;
mod examples;
mod explain;
mod markdown;
mod reference;
mod rules;
mod words;

use std::io;

use super::Options;
use super::human::Style;
use super::sanitize::visible_lines;
use super::wrap::wrap;

pub use advice::{advice, advice_json};
pub use builtin::{BUILTIN, Builtin, Code, builtin_of, explain_builtin};
pub use explain::{Explained, explain, link};
pub use markdown::explain_markdown;
pub use reference::{explain_builtin_markdown, rules_markdown};
pub use rules::{rules, rules_json};

/// Columns that the body of a section stands in.
const INDENT: usize = 2;

/// A page being written.
struct Page<'a> {
    style: Style,
    out: &'a mut dyn io::Write,
}

impl<'a> Page<'a> {
    fn new(options: &Options, out: &'a mut dyn io::Write) -> Self {
        Self { style: Style::new(options), out }
    }

    /// The head of a section, after a blank line.
    fn heading(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.out, "\n{}", self.style.bold(text))
    }

    /// A paragraph, indented and wrapped.
    fn paragraph(&mut self, indent: usize, text: &str) -> io::Result<()> {
        self.hanging(indent, "", text)
    }

    /// A paragraph behind a mark; its other lines begin under its text.
    fn hanging(&mut self, indent: usize, mark: &str, text: &str) -> io::Result<()> {
        let inner = indent + mark.chars().count();
        let text = visible_lines(text);
        for (index, line) in wrap(&text, self.style.prose_width().saturating_sub(inner)).iter().enumerate() {
            if index == 0 {
                writeln!(self.out, "{:indent$}{mark}{line}", "")?;
            } else if line.is_empty() {
                writeln!(self.out)?;
            } else {
                writeln!(self.out, "{:inner$}{line}", "")?;
            }
        }
        Ok(())
    }

    /// Lines as they stand.
    fn lines(&mut self, indent: usize, text: &str) -> io::Result<()> {
        for line in visible_lines(text.trim_end()).lines() {
            writeln!(self.out, "{:indent$}{line}", "")?;
        }
        Ok(())
    }
}
