//! The columns of each table: their names, types and meaning, and how a row fills them. The Parquet files and the page
//! that describes them are made from these.
//!
//! `snapshot` is no column of a file: readers take it from the folder.

mod deployments;
mod findings;
mod repos;
mod waivers;

use std::borrow::Cow;

use jiff::civil::Date;
use serde::Serialize;
use serde_json::Value;

use super::{Row, Table};
use crate::audit::record::{DeploymentRow, FindingRow, RepoRow, WaiverRow};

/// What is said of a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    /// Its name.
    pub name: &'static str,
    /// Its type in SQL.
    pub kind: &'static str,
    /// Whether it may be null.
    pub nullable: bool,
    /// What it holds; one line with a full stop.
    pub meaning: &'static str,
}

/// The columns of a table, in order. The first, the day, is the name of a folder.
pub fn columns(table: Table) -> Vec<Description> {
    let snapshot = Description {
        name: "snapshot",
        kind: "DATE",
        nullable: false,
        meaning: "The day. It partitions the table: `snapshot=2026-11-24/`.",
    };
    let others = match table {
        Table::Repos => describe::<RepoRow>(),
        Table::Deployments => describe::<DeploymentRow>(),
        Table::Findings => describe::<FindingRow>(),
        Table::Waivers => describe::<WaiverRow>(),
    };
    std::iter::once(snapshot).chain(others).collect()
}

fn describe<R: Columns>() -> Vec<Description> {
    R::COLUMNS.iter().map(Column::describe).collect()
}

/// A table whose rows are told in columns.
pub(super) trait Columns: Row + Sized + 'static {
    /// In order.
    const COLUMNS: &'static [Column<Self>];
}

/// A column of the rows `R`.
pub(super) struct Column<R: 'static> {
    /// Its name.
    pub(super) name: &'static str,
    /// Its type, and how a row fills it.
    pub(super) cell: Cell<R>,
    meaning: &'static str,
}

/// How a row fills a column.
#[cfg_attr(
    not(feature = "parquet"),
    expect(dead_code, reason = "what fills them is asked for by Parquet alone")
)]
pub(super) enum Cell<R: 'static> {
    /// A text.
    Text(fn(&R) -> Cow<'_, str>),
    /// A text or nothing.
    TextOrNull(fn(&R) -> Option<Cow<'_, str>>),
    /// A day or nothing.
    DateOrNull(fn(&R) -> Option<Date>),
    /// A small number.
    Int(fn(&R) -> u32),
    /// A small number or nothing.
    IntOrNull(fn(&R) -> Option<u32>),
    /// A number.
    Long(fn(&R) -> u64),
    /// A number or nothing.
    LongOrNull(fn(&R) -> Option<i64>),
    /// A number with a fraction, or nothing.
    DoubleOrNull(fn(&R) -> Option<f64>),
    /// Texts.
    Texts(fn(&R) -> &[String]),
}

impl<R> Column<R> {
    fn describe(&self) -> Description {
        let (kind, nullable) = match self.cell {
            Cell::Text(_) => ("VARCHAR", false),
            Cell::TextOrNull(_) => ("VARCHAR", true),
            Cell::DateOrNull(_) => ("DATE", true),
            Cell::Int(_) => ("INTEGER", false),
            Cell::IntOrNull(_) => ("INTEGER", true),
            Cell::Long(_) => ("BIGINT", false),
            Cell::LongOrNull(_) => ("BIGINT", true),
            Cell::DoubleOrNull(_) => ("DOUBLE", true),
            Cell::Texts(_) => ("VARCHAR[]", false),
        };
        Description { name: self.name, kind, nullable, meaning: self.meaning }
    }
}

const fn column<R>(name: &'static str, cell: Cell<R>, meaning: &'static str) -> Column<R> {
    Column { name, cell, meaning }
}

/// A text that a row holds.
#[expect(clippy::unnecessary_wraps, reason = "it fills a cell")]
const fn some(text: &str) -> Option<Cow<'_, str>> {
    Some(Cow::Borrowed(text))
}

/// A text that a row may hold.
fn maybe(text: Option<&String>) -> Option<Cow<'_, str>> {
    text.map(|text| Cow::Borrowed(text.as_str()))
}

/// The word that JSON Lines have for it.
fn word<'a>(word: impl Serialize) -> Cow<'a, str> {
    match serde_json::to_value(word) {
        Ok(Value::String(word)) => Cow::Owned(word),
        _ => Cow::Borrowed(""),
    }
}

/// The JSON that JSON Lines have for it.
fn json<'a>(value: impl Serialize) -> Cow<'a, str> {
    // Our rows always are JSON.
    Cow::Owned(serde_json::to_string(&value).unwrap_or_default())
}

/// A value as text: a text as it is, anything else as JSON, and nothing for null.
fn plain(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::Null => None,
        Value::String(text) => some(text),
        other => Some(json(other)),
    }
}
