//! An expression in an example: its conditions one below the other, each with what it came to before it and the values
//! of its facts under it.

use std::io;

use crate::output::human::Style;
use crate::output::sanitize::visible;
use crate::output::wrap::{columns, wrap};
use crate::policy::testing::{Operand, Step, Trace};

/// Columns to the left.
const MARGIN: usize = 2;
/// Columns by which what is joined stands further in.
const INDENT: usize = 2;
/// Columns of the name of a part: `require` and two blanks.
const PART: usize = 9;
/// The widest value that conditions are aligned for; a longer one has a line of its own.
const VALUE: usize = 14;
/// The least columns for a condition.
const LEAST: usize = 20;

/// Prints expressions and an empty line.
pub(super) fn print(traces: &[Trace], style: &Style, out: &mut dyn io::Write) -> io::Result<()> {
    if traces.is_empty() {
        return Ok(());
    }
    let widest = traces.iter().map(|trace| widest_value(&trace.root)).max().unwrap_or(0).min(VALUE);
    for trace in traces {
        let mut printer =
            Printer { style, out, part: trace.part.as_str(), text_at: MARGIN + PART + widest + 2 };
        printer.step(&trace.root, 0)?;
    }
    writeln!(out)
}

fn widest_value(step: &Step) -> usize {
    let own = columns(&visible(&step.value));
    let own = if own > VALUE { 0 } else { own };
    step.parts.iter().map(widest_value).fold(own, usize::max)
}

struct Printer<'a> {
    style: &'a Style,
    out: &'a mut dyn io::Write,
    /// The part to be named on the next line; empty once it was.
    part: &'static str,
    /// The column where conditions begin.
    text_at: usize,
}

impl Printer<'_> {
    fn step(&mut self, step: &Step, depth: usize) -> io::Result<()> {
        let indent = self.text_at + depth * INDENT;
        let room = self.style.prose_width().saturating_sub(indent).max(LEAST);
        let (value, text) = (visible(&step.value), visible(&step.text));
        self.lead(&value, indent)?;
        let lines = wrap(&text, room);
        for (index, line) in lines.iter().enumerate() {
            let indent = if index == 0 { 0 } else { indent };
            writeln!(self.out, "{:indent$}{line}", "")?;
        }
        let below = if lines.len() > 1 { listed(&step.operands) } else { aligned(&step.operands) };
        for line in below {
            for line in wrap(&line, room) {
                writeln!(self.out, "{:indent$}{}", "", self.style.faint(line))?;
            }
        }
        step.parts.iter().try_for_each(|part| self.step(part, depth + 1))
    }

    /// What stands before a condition: the part, the first time, and the value.
    fn lead(&mut self, value: &str, indent: usize) -> io::Result<()> {
        let part = std::mem::take(&mut self.part);
        let gap = PART.saturating_sub(part.len());
        write!(self.out, "{:MARGIN$}{}{:gap$}{}", "", self.style.bold(part), "", self.style.bold(value))?;
        let used = MARGIN + PART + columns(value);
        if used + 2 > self.text_at {
            writeln!(self.out)?;
            return write!(self.out, "{:indent$}", "");
        }
        let gap = indent - used;
        write!(self.out, "{:gap$}", "")
    }
}

/// The values under what they are of, on as many lines as it takes for none to touch another.
fn aligned(operands: &[Operand]) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for operand in operands {
        let value = visible(&operand.value);
        let free = lines.iter_mut().find(|line| line.is_empty() || columns(line) < operand.column);
        match free {
            Some(line) => {
                let gap = operand.column - columns(line);
                line.push_str(&" ".repeat(gap));
                line.push_str(&value);
            }
            None => lines.push(format!("{:gap$}{value}", "", gap = operand.column)),
        }
    }
    lines
}

/// The same where a condition takes several lines.
fn listed(operands: &[Operand]) -> Vec<String> {
    let line = |operand: &Operand| format!("{} is {}", visible(&operand.text), visible(&operand.value));
    operands.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn operand(column: usize, value: &str) -> Operand {
        Operand { column, text: "x".to_owned(), value: value.to_owned() }
    }

    #[test]
    fn values_stand_under_what_they_are_of_and_do_not_touch() {
        let operands = [operand(0, "7"), operand(9, "'7B'"), operand(12, "6"), operand(20, "8")];
        assert_eq!(aligned(&operands), ["7        '7B'       8", "            6"]);
        assert_eq!(aligned(&[operand(0, "unknown"), operand(0, "'none'")]), ["unknown", "'none'"]);
    }
}
