//! For people: what differs, then who fails, then who passes, then the counts.

use std::fmt::Write as _;
use std::io;

use super::{called, groups, in_words, is_listed, name, place, standing, subject};
use crate::finding::Severity;
use crate::impact::{Change, Difference, Impact, Kind};
use crate::output::Options;
use crate::output::human::{Style, counted};
use crate::output::sanitize::visible;
use crate::output::wrap::{clip, columns, wrap};

/// The widest that a column of names gets.
const WIDEST: usize = 60;
/// Columns below which a claim is not squeezed in beside a name.
const NARROWEST: usize = 44;
/// Characters of a value: an expression may be long.
const LONGEST: usize = 300;

/// Writes it.
pub(super) fn write(impact: &Impact, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    let arrow = if options.unicode { "→" } else { "->" };
    let mut table = Table { style: Style::new(options), arrow, out };
    table.sides(impact)?;
    if !options.quiet {
        table.differences(&impact.differences)?;
    }
    for kind in Kind::ALL {
        let of_kind: Vec<Change> =
            impact.changes.iter().filter(|change| change.kind == kind).cloned().collect();
        if of_kind.is_empty() || options.quiet && kind != Kind::NewlyFails {
            continue;
        }
        table.kind(kind, &of_kind)?;
    }
    table.summary(impact)
}

struct Table<'a> {
    style: Style,
    arrow: &'static str,
    out: &'a mut dyn io::Write,
}

impl Table<'_> {
    fn sides(&mut self, impact: &Impact) -> io::Result<()> {
        for (word, side) in [("before", &impact.before), ("after ", &impact.after)] {
            writeln!(self.out, "{}  {}", self.style.bold(word), visible(&called(side)))?;
        }
        Ok(())
    }

    fn differences(&mut self, differences: &[Difference]) -> io::Result<()> {
        if differences.is_empty() {
            return Ok(());
        }
        writeln!(self.out, "\n{}", self.style.bold("what the two policies say differently"))?;
        let rows: Vec<(String, String)> = differences.iter().map(|own| self.difference(own)).collect();
        let widest = rows.iter().map(|(subject, _)| columns(subject)).max().unwrap_or(0);
        let room = self.style.prose_width().saturating_sub(widest + 4);
        let all_fit = rows.iter().all(|(_, said)| columns(said) <= room);
        for (subject, said) in rows {
            if all_fit {
                let pad = widest - columns(&subject);
                writeln!(self.out, "  {subject}{:pad$}  {said}", "")?;
            } else {
                writeln!(self.out, "  {subject}")?;
                self.below(6, &said)?;
            }
        }
        Ok(())
    }

    /// What differs, and from what to what.
    fn difference(&self, own: &Difference) -> (String, String) {
        let (before, after) =
            (clip(&own.before, LONGEST, self.style.ellipsis), clip(&own.after, LONGEST, self.style.ellipsis));
        let mut said = format!("{} {} {}", visible(&before), self.arrow, visible(&after));
        if let Some(count) = own.deployments {
            let _ = write!(said, ", for {}", counted(count as u64, "deployment", "deployments"));
        }
        (visible(&subject(own)).into_owned(), said)
    }

    /// A paragraph, indented.
    fn below(&mut self, indent: usize, text: &str) -> io::Result<()> {
        for line in wrap(text, self.style.prose_width().saturating_sub(indent)) {
            writeln!(self.out, "{:indent$}{line}", "")?;
        }
        Ok(())
    }

    fn kind(&mut self, kind: Kind, changes: &[Change]) -> io::Result<()> {
        let title = format!("{} {}", changes.len(), kind.phrase(changes.len()));
        let severity = match kind {
            Kind::NewlyFails => changes.iter().filter_map(|change| change.after.severity).max(),
            _ => None,
        };
        match severity {
            Some(severity) => writeln!(self.out, "\n{}", self.style.severe(severity, &title))?,
            None => writeln!(self.out, "\n{}", self.style.bold(&title))?,
        }
        let is_row = |change: &&Change| is_listed(change.kind);
        let rows = changes.iter().filter(is_row);
        let names = rows.clone().map(|change| columns(&visible(name(change)))).max().unwrap_or(0).min(WIDEST);
        let places = rows.map(|change| columns(&where_it_is(change))).max().unwrap_or(0).min(WIDEST);
        for group in groups(changes) {
            let Some(first) = group.first() else { continue };
            self.rule(first, group.len())?;
            for change in group.iter().filter(is_row) {
                self.row(change, names, places)?;
            }
        }
        Ok(())
    }

    /// The head of the rows of a rule: what it came to, and what it comes to.
    fn rule(&mut self, first: &Change, count: usize) -> io::Result<()> {
        let rule = format!("{}/{}", visible(&first.pack), visible(&first.rule));
        let word = |own: crate::impact::Standing| {
            let word = standing(own);
            match own.severity {
                Some(severity) => self.style.severe(severity, &word).to_string(),
                None => word,
            }
        };
        let way = format!("{} {} {}", word(first.before), self.arrow, word(first.after));
        if is_listed(first.kind) {
            return writeln!(self.out, "  {}  {way}", self.style.bold(&rule));
        }
        let many = self.style.faint(&counted(count as u64, "deployment", "deployments")).to_string();
        writeln!(self.out, "  {rule}  {way}  {many}")
    }

    fn row(&mut self, change: &Change, names: usize, places: usize) -> io::Result<()> {
        let (name, place) = (visible(name(change)), where_it_is(change));
        let pad = names.saturating_sub(columns(&name));
        let after = places.saturating_sub(columns(&place));
        write!(self.out, "    {name}{:pad$}  {}", "", self.style.faint(&place))?;
        let said = change.message.as_deref().filter(|_| change.after.severity.is_some());
        let Some(said) = said.map(|said| visible(said).into_owned()) else { return writeln!(self.out) };
        let begin = 4 + names + 2 + places + 2;
        let room = self.style.layout().width.saturating_sub(begin);
        if room < NARROWEST || columns(&name) > names || columns(&place) > places {
            writeln!(self.out)?;
            return self.below(6, &said);
        }
        for (index, line) in wrap(&said, room).into_iter().enumerate() {
            let indent = if index == 0 { after + 2 } else { begin };
            writeln!(self.out, "{:indent$}{line}", "")?;
        }
        Ok(())
    }

    fn summary(&mut self, impact: &Impact) -> io::Result<()> {
        writeln!(self.out)?;
        if !impact.unread.is_empty() {
            let files = counted(impact.unread.len() as u64, "file", "files");
            writeln!(self.out, "{files} could not be read whole; `tunelint check` tells why")?;
        }
        let judged = counted(impact.deployments as u64, "deployment", "deployments");
        let counts = impact.counts();
        if counts.is_empty() {
            return writeln!(self.out, "{judged}: nothing comes to anything else");
        }
        let told = in_words(&counts);
        let told = match impact.worst_new() {
            Some(severity @ (Severity::Error | Severity::Warning)) => {
                self.style.severe(severity, &told).to_string()
            }
            _ => told,
        };
        let changed = impact.changed_deployments();
        writeln!(self.out, "{judged}, {changed} affected: {told}")
    }
}

fn where_it_is(change: &Change) -> String {
    match place(change) {
        (path, Some(line)) => format!("{}:{line}", visible(path)),
        (path, None) => visible(path).into_owned(),
    }
}
