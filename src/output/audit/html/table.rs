//! Tables of the page, as the template draws them.

use serde::Serialize;

use crate::audit::portfolio::{List, Spot};
use crate::finding::Severity;
use crate::output::audit::words::{number, page, place};
use crate::output::wrap::clip;

/// Rows that a table shows; more are no reading any more, and are in the dataset.
pub(super) const ROWS: usize = 500;
/// Characters of a name, and of a sentence.
const NAME: usize = 160;
const SENTENCE: usize = 600;

#[derive(Serialize)]
pub(super) struct Table {
    pub(super) caption: String,
    /// What stands on the lid, if it is folded away.
    pub(super) folded: Option<String>,
    pub(super) columns: Vec<Column>,
    pub(super) rows: Vec<Vec<Cell>>,
    /// What has no room.
    pub(super) more: Option<String>,
}

#[derive(Serialize)]
pub(super) struct Column {
    pub(super) title: &'static str,
    pub(super) is_number: bool,
}

/// A cell. The first of a row names it.
#[derive(Default, Serialize)]
pub(super) struct Cell {
    pub(super) text: String,
    pub(super) link: Option<String>,
    /// A second line.
    pub(super) note: Option<String>,
    /// What it is sorted by, if that is not its text; what is empty comes last.
    pub(super) sort: Option<String>,
    pub(super) class: &'static str,
}

impl Table {
    /// A table; the titles of columns of numbers begin with `#`.
    pub(super) fn new(caption: impl Into<String>, titles: &[&'static str]) -> Self {
        let column = |title: &&'static str| Column {
            title: title.trim_start_matches('#'),
            is_number: title.starts_with('#'),
        };
        Self {
            caption: caption.into(),
            folded: None,
            columns: titles.iter().map(column).collect(),
            rows: Vec::new(),
            more: None,
        }
    }

    /// With a row for each item that there is room for.
    pub(super) fn of<T>(mut self, items: &[T], row: impl FnMut(&T) -> Vec<Cell>) -> Self {
        self.rows = items.iter().take(ROWS).map(row).collect();
        self.left_out(items.len() as u64);
        self
    }

    /// The same of a list that was cut already.
    pub(super) fn of_list<T>(self, list: &List<T>, row: impl FnMut(&T) -> Vec<Cell>) -> Self {
        let mut table = self.of(&list.items, row);
        table.left_out(list.count());
        table
    }

    pub(super) fn folded(mut self, lid: impl Into<String>) -> Self {
        self.folded = Some(lid.into());
        self
    }

    fn left_out(&mut self, all: u64) {
        let more = all.saturating_sub(self.rows.len() as u64);
        self.more =
            (more > 0).then(|| format!("{} more are left out; the dataset holds them all.", number(more)));
    }
}

impl Cell {
    pub(super) fn name(text: &str) -> Self {
        Self { text: clip(text, NAME, "…").into_owned(), ..Self::default() }
    }

    /// A name, or a word for the lack of one.
    pub(super) fn name_or(text: Option<&str>, none: &str) -> Self {
        match text {
            Some(text) => Self::name(text),
            None => Self { class: "faint", sort: Some(String::new()), ..Self::name(none) },
        }
    }

    pub(super) fn sentence(text: &str) -> Self {
        Self { text: clip(text, SENTENCE, "…").into_owned(), class: "prose", ..Self::default() }
    }

    pub(super) fn code(text: &str) -> Self {
        Self { class: "code", ..Self::name(text) }
    }

    pub(super) fn number(count: u64) -> Self {
        let class = if count == 0 { "zero" } else { "" };
        Self { text: number(count), sort: Some(count.to_string()), class, ..Self::default() }
    }

    /// How many there are of a severity.
    pub(super) fn severe(count: u64, severity: Severity) -> Self {
        let class = match severity {
            _ if count == 0 => "zero",
            severity => severity.as_str(),
        };
        Self { class, ..Self::number(count) }
    }

    pub(super) fn severity(severity: Option<Severity>) -> Self {
        let Some(severity) = severity else { return Self::default() };
        let sort = Some((severity as u8).to_string());
        Self { text: severity.as_str().to_owned(), class: severity.as_str(), sort, ..Self::default() }
    }

    /// A place in a file, linked where its forge is known.
    pub(super) fn place(spot: &Spot) -> Self {
        Self { link: page(spot), ..Self::code(&place(&spot.file, spot.line)) }
    }

    pub(super) fn link(mut self, link: Option<String>) -> Self {
        self.link = link;
        self
    }

    pub(super) fn note(mut self, note: Option<&str>) -> Self {
        self.note = note.map(|note| clip(note, SENTENCE, "…").into_owned());
        self
    }

    pub(super) fn sorted_by(mut self, sort: impl Into<String>) -> Self {
        self.sort = Some(sort.into());
        self
    }

    pub(super) fn class(mut self, class: &'static str) -> Self {
        self.class = class;
        self
    }
}
