//! What sections of the page are made of.

use serde::Serialize;

use super::charts::{Bars, Chart};
use super::table::{Cell, Table};

/// A part of the page with a title, which its contents name.
#[derive(Serialize)]
pub(super) struct Section {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    /// What it says in a sentence.
    pub(super) lead: String,
    pub(super) blocks: Vec<Block>,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub(super) enum Block {
    Figures { figures: Vec<Figure> },
    Charts { charts: Vec<Chart> },
    Bars(Bars),
    Table(Table),
    Pair { tables: Vec<Table> },
    Offenders { offenders: Vec<Offender>, more: Option<String> },
    Terms { terms: Vec<Term> },
}

/// A number that stands out.
#[derive(Serialize)]
pub(super) struct Figure {
    pub(super) label: &'static str,
    pub(super) value: String,
    pub(super) note: String,
    pub(super) change: Option<Change>,
    /// How it came about, as the points of a line.
    pub(super) spark: Option<String>,
    pub(super) class: &'static str,
}

/// A number against the one before.
#[derive(Serialize)]
pub(super) struct Change {
    pub(super) text: String,
    /// `good`, `bad`, or nothing.
    pub(super) class: &'static str,
    pub(super) since: String,
}

/// A deployment that much is wrong with.
#[derive(Serialize)]
pub(super) struct Offender {
    pub(super) name: String,
    pub(super) link: Option<String>,
    pub(super) place: String,
    pub(super) about: String,
    pub(super) errors: u32,
    pub(super) warnings: u32,
    pub(super) notes: u32,
    pub(super) findings: Vec<Finding>,
    pub(super) more: Option<String>,
}

#[derive(Serialize)]
pub(super) struct Finding {
    pub(super) severity: &'static str,
    pub(super) is_new: bool,
    pub(super) message: String,
    pub(super) rule: String,
    pub(super) place: String,
    pub(super) link: Option<String>,
}

/// A word and what is behind it.
#[derive(Serialize)]
pub(super) struct Term {
    pub(super) term: &'static str,
    pub(super) cell: Cell,
}
