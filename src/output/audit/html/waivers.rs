//! The ledger of waivers and comments.

use super::super::words::{days, kind, page_of_entry, place, state, target, waiver_counts};
use super::blocks::{Block, Section};
use super::table::{Cell, Table};
use crate::audit::portfolio::{Entry, Portfolio, SOON};
use crate::audit::record::WaiverState;

/// What was excused, by whom, and until when.
pub(super) fn section(own: &Portfolio) -> Option<Section> {
    let ledger = &own.ledger;
    if ledger.count() == 0 {
        return None;
    }
    let mut blocks = Vec::new();
    if !ledger.holding.is_empty() {
        let titles = ["Expires", "Rule", "For", "Owner", "Ticket", "#Findings", "Where"];
        blocks.push(Block::Table(
            Table::new("In use, the next to expire first", &titles).of_list(&ledger.holding, holding),
        ));
    }
    if !ledger.idle.is_empty() {
        let titles = ["State", "Expires", "Rule", "For", "Owner", "Ticket", "Where"];
        blocks.push(Block::Table(
            Table::new("Excusing nothing: to be renewed or removed", &titles).of_list(&ledger.idle, idle),
        ));
    }
    let next = ledger.next().map(|(entry, day)| {
        let left = entry.days_left.map_or_else(String::new, |left| format!(", {}", days(left)));
        format!(" The next ends on {day}{left}.")
    });
    let lead = format!("{}.{}", capital(&waiver_counts(own)), next.unwrap_or_default());
    Some(Section { id: "waivers", short: "Waivers", title: "What is excused, and until when?", lead, blocks })
}

fn holding(entry: &Entry) -> Vec<Cell> {
    let waiver = &entry.waiver;
    let class = match entry.days_left {
        Some(left) if left <= SOON => "day warning",
        None => "day faint",
        Some(_) => "day",
    };
    let mut cells = vec![expires(entry).class(class)];
    cells.extend(terms(entry));
    cells.extend([Cell::number(waiver.findings), whereabouts(entry)]);
    cells
}

fn idle(entry: &Entry) -> Vec<Cell> {
    let waiver = &entry.waiver;
    let class = if waiver.state == WaiverState::Unused { "day" } else { "day error" };
    let mut cells = vec![Cell::name(state(waiver.state)).class(class), expires(entry).class("day")];
    cells.extend(terms(entry));
    cells.push(whereabouts(entry));
    cells
}

/// What it says, apart from its end.
fn terms(entry: &Entry) -> [Cell; 4] {
    let waiver = &entry.waiver;
    let approved = waiver.approved_by.as_deref().map(|by| format!("approved by {by}"));
    [
        Cell::name(&waiver.rule).note(waiver.reason.as_deref()),
        Cell::name(target(waiver)).note(Some(&waiver.repo)),
        Cell::name_or(waiver.owner.as_deref(), "–").note(approved.as_deref()),
        Cell::name_or(waiver.ticket.as_deref(), "–"),
    ]
}

fn expires(entry: &Entry) -> Cell {
    let cell = match entry.waiver.expires {
        Some(day) => Cell::name(&day.to_string()),
        None => Cell::name_or(None, "no last day"),
    };
    cell.note(entry.days_left.map(days).as_deref())
}

fn whereabouts(entry: &Entry) -> Cell {
    let waiver = &entry.waiver;
    Cell::code(&place(&waiver.file, waiver.line)).link(page_of_entry(entry)).note(Some(kind(waiver.kind)))
}

fn capital(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}
