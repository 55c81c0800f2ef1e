//! The ledger of waivers and comments.

use super::super::human::waiver_counts;
use super::super::words::{days, kind, page_of_entry, place, state, target};
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
        let titles =
            ["Expires", "Rule", "For", "Repository", "Owner", "Approved by", "Ticket", "#Findings", "Where"];
        blocks.push(Block::Table(
            Table::new("In use, the next to expire first", &titles).of_list(&ledger.holding, holding),
        ));
    }
    if !ledger.idle.is_empty() {
        let titles = ["State", "Expires", "Rule", "For", "Repository", "Owner", "Ticket", "Where"];
        blocks.push(Block::Table(
            Table::new("Excusing nothing: to be renewed or removed", &titles).of_list(&ledger.idle, idle),
        ));
    }
    let mut lead = format!("{}.", capital(&waiver_counts(own)));
    if let Some((entry, day)) = ledger.next() {
        let left = entry.days_left.map_or_else(String::new, |left| format!(", {}", days(left)));
        lead += &format!(" The next ends on {day}{left}.");
    }
    Some(Section { id: "waivers", title: "What is excused, and until when?", lead, blocks })
}

fn holding(entry: &Entry) -> Vec<Cell> {
    let waiver = &entry.waiver;
    let class = match entry.days_left {
        Some(left) if left <= SOON => "warning",
        None => "faint",
        Some(_) => "",
    };
    vec![
        expires(entry).class(class).note(entry.days_left.map(days).as_deref()),
        Cell::name(&waiver.rule).note(waiver.reason.as_deref()),
        Cell::name(target(waiver)),
        Cell::name(&waiver.repo),
        Cell::name_or(waiver.owner.as_deref(), "–"),
        Cell::name_or(waiver.approved_by.as_deref(), "–"),
        Cell::name_or(waiver.ticket.as_deref(), "–"),
        Cell::number(waiver.findings),
        whereabouts(entry),
    ]
}

fn idle(entry: &Entry) -> Vec<Cell> {
    let waiver = &entry.waiver;
    let class = if waiver.state == WaiverState::Unused { "" } else { "error" };
    vec![
        Cell::name(state(waiver.state)).class(class),
        expires(entry).note(entry.days_left.map(days).as_deref()),
        Cell::name(&waiver.rule).note(waiver.reason.as_deref()),
        Cell::name(target(waiver)),
        Cell::name(&waiver.repo),
        Cell::name_or(waiver.owner.as_deref(), "–"),
        Cell::name_or(waiver.ticket.as_deref(), "–"),
        whereabouts(entry),
    ]
}

fn expires(entry: &Entry) -> Cell {
    match entry.waiver.expires {
        Some(day) => Cell::name(&day.to_string()),
        None => Cell::name_or(None, "no last day"),
    }
}

fn whereabouts(entry: &Entry) -> Cell {
    let waiver = &entry.waiver;
    Cell::code(&place(&waiver.file, waiver.line)).link(page_of_entry(entry)).note(Some(kind(waiver.kind)))
}

fn capital(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}
