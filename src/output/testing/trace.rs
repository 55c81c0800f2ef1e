//! An expression in an example: its conditions one below the other, each with what it came to before it and the values
//! of its facts under it.

use std::io;

use crate::output::human::Style;
use crate::output::sanitize::visible;
use crate::output::wrap::{columns, wrap};
use crate::policy::testing::{Operand, Step, Trace};

/// Columns to the left of a part's name, and of what it came to.
const MARGIN: usize = 2;
/// Columns by which what is joined stands further in.
const INDENT: usize = 2;
/// The widest value that conditions are aligned for, in a narrow terminal and in others; a longer one has a line of
/// its own.
const VALUE: [usize; 2] = [7, 14];
/// Columns of a terminal that is not narrow.
const COMFORT: usize = 100;
/// The least columns for a condition.
const LEAST: usize = 20;

/// Prints expressions and an empty line.
pub(super) fn print(traces: &[Trace], style: &Style, out: &mut dyn io::Write) -> io::Result<()> {
    if traces.is_empty() {
        return Ok(());
    }
    let width = style.layout().width;
    let limit = if width < COMFORT { VALUE[0] } else { VALUE[1] };
    let widest = traces.iter().map(|trace| widest_value(&trace.root, limit)).max().unwrap_or(0);
    for trace in traces {
        writeln!(out, "{:MARGIN$}{}", "", style.bold(trace.part.as_str()))?;
        Printer { style, out, width, text_at: 2 * MARGIN + widest + 2 }.step(&trace.root, 0)?;
    }
    writeln!(out)
}

/// The widest of the values that are not too wide.
fn widest_value(step: &Step, limit: usize) -> usize {
    let own = Some(columns(&visible(&step.value))).filter(|own| *own <= limit);
    step.parts.iter().map(|part| widest_value(part, limit)).chain(own).max().unwrap_or(0)
}

struct Printer<'a> {
    style: &'a Style,
    out: &'a mut dyn io::Write,
    width: usize,
    /// The column where conditions begin.
    text_at: usize,
}

impl Printer<'_> {
    fn step(&mut self, step: &Step, depth: usize) -> io::Result<()> {
        let indent = self.text_at + depth * INDENT;
        let room = self.width.saturating_sub(indent).max(LEAST);
        let (value, text) = (visible(&step.value), visible(&step.text));
        self.lead(&value, indent, room)?;
        let lines = wrap(&text, room);
        for (index, line) in lines.iter().enumerate() {
            let indent = if index == 0 { 0 } else { indent };
            writeln!(self.out, "{:indent$}{line}", "")?;
        }
        let below = if lines.len() > 1 { listed(&step.operands) } else { aligned(&step.operands) };
        for line in below {
            let is_too_wide = columns(&line) > room;
            for line in if is_too_wide { wrap(line.trim_start(), room) } else { vec![&*line] } {
                writeln!(self.out, "{:indent$}{}", "", self.style.faint(line))?;
            }
        }
        step.parts.iter().try_for_each(|part| self.step(part, depth + 1))
    }

    /// The value before a condition, and the way to where that begins.
    fn lead(&mut self, value: &str, indent: usize, room: usize) -> io::Result<()> {
        let margin = 2 * MARGIN;
        let used = margin + columns(value);
        if used + 2 <= self.text_at {
            let gap = indent - used;
            return write!(self.out, "{:margin$}{}{:gap$}", "", self.style.bold(value), "");
        }
        for line in wrap(value, room) {
            writeln!(self.out, "{:margin$}{}", "", self.style.bold(line))?;
        }
        write!(self.out, "{:indent$}", "")
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
