//! Markdown for a pull request: what differs, then a table for each way in which deployments are affected. What does not
//! fit is counted instead of written, as in a report.

use std::fmt::Write as _;
use std::io;

use super::{called, groups, in_words, is_listed, name, place, standing, subject};
use crate::impact::{Change, Impact, Kind};
use crate::output::Options;
use crate::output::human::counted;
use crate::output::links::Links;
use crate::output::markdown::escape::{code, prose};
use crate::output::markdown::room::Room;
use crate::output::wrap::clip;

/// The first line, by which a bot finds the comment that it wrote before.
const MARK: &str = "<!-- tunelint impact -->";
/// Characters of a claim or a value.
const CLAIM: usize = 600;
/// Differences that are listed.
const DIFFERENCES: usize = 100;

/// Writes the page.
pub(super) fn write(impact: &Impact, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    let mut page = Page { room: Room::new(options.markdown_bytes), links: Links::new(options) };
    let counts = impact.counts();
    let title = if counts.is_empty() { "no change".to_owned() } else { in_words(&counts) };
    let _ = write!(
        page.room.text,
        "{MARK}\n## tunelint impact: {title}\n\nBefore: {}. After: {}.\n",
        code(&called(&impact.before)),
        code(&called(&impact.after)),
    );
    page.differences(impact);
    let mut left_out = 0;
    for kind in Kind::ALL {
        let of_kind: Vec<Change> =
            impact.changes.iter().filter(|change| change.kind == kind).cloned().collect();
        if !of_kind.is_empty() {
            left_out += page.kind(kind, &of_kind);
        }
    }
    if left_out > 0 {
        let rows = counted(left_out as u64, "row", "rows");
        let _ = write!(
            page.room.text,
            "\n**Left out for want of room: {rows}.** The format json holds them all.\n"
        );
    }
    let judged = counted(impact.deployments as u64, "deployment", "deployments");
    let _ = write!(page.room.text, "\n{judged} judged, {} affected.", impact.changed_deployments());
    let mistakes = impact.before.problems.len() + impact.after.problems.len();
    if mistakes > 0 {
        let told = counted(mistakes as u64, "problem", "problems");
        let _ = write!(page.room.text, " {told} in the policies; `tunelint check` tells them.");
    }
    if !impact.unread.is_empty() {
        let files = counted(impact.unread.len() as u64, "file", "files");
        let _ = write!(page.room.text, " {files} could not be read whole.");
    }
    page.room.text.push('\n');
    out.write_all(page.room.text.as_bytes())
}

struct Page<'a> {
    room: Room,
    links: Links<'a>,
}

impl Page<'_> {
    fn differences(&mut self, impact: &Impact) {
        if impact.differences.is_empty() {
            return;
        }
        let mut table =
            "\n### What the policies say differently\n\n| | Before | After |\n| --- | --- | --- |\n"
                .to_owned();
        for own in impact.differences.iter().take(DIFFERENCES) {
            let value = |text: &str| code(&clip(text, CLAIM, "…"));
            let many = own.deployments.map(|count| counted(count as u64, "deployment", "deployments"));
            let many = many.map_or_else(String::new, |many| format!(" for {many}"));
            let _ = writeln!(
                table,
                "| {}{many} | {} | {} |",
                prose(&subject(own)),
                value(&own.before),
                value(&own.after)
            );
        }
        let more = impact.differences.len().saturating_sub(DIFFERENCES);
        if more > 0 {
            let _ = writeln!(table, "\nand {more} more");
        }
        self.room.add(&table);
    }

    /// Adds the changes of a kind, and returns how many had no room.
    fn kind(&mut self, kind: Kind, changes: &[Change]) -> usize {
        let title = format!("\n### {} {}\n\n", changes.len(), kind.phrase(changes.len()));
        if !is_listed(kind) {
            let mut list = title;
            for group in groups(changes) {
                let Some(first) = group.first() else { continue };
                let rule = code(&format!("{}/{}", first.pack, first.rule));
                let many = counted(group.len() as u64, "deployment", "deployments");
                let _ = writeln!(
                    list,
                    "- {rule}: {many}, {} → {}",
                    standing(first.before),
                    standing(first.after)
                );
            }
            return if self.room.add(&list) { 0 } else { changes.len() };
        }
        let head = format!("{title}| Rule | Deployment | Where | |\n| --- | --- | --- | --- |\n");
        if !self.room.add(&head) {
            return changes.len();
        }
        let written = changes.iter().take_while(|change| self.row(change)).count();
        changes.len() - written
    }

    fn row(&mut self, change: &Change) -> bool {
        let (path, line) = place(change);
        let rooted = self.links.rooted(path);
        let shown = code(&line.map_or_else(|| rooted.to_string(), |line| format!("{rooted}:{line}")));
        let place = match self.links.line(path, line) {
            Some(page) => format!("[{shown}]({page})"),
            None => shown,
        };
        let mut said = format!("{} → {}", standing(change.before), standing(change.after));
        if let Some(message) = change.message.as_deref().filter(|_| change.after.severity.is_some()) {
            let _ = write!(said, "<br>{}", prose(&clip(message, CLAIM, "…")));
        }
        let rule = code(&format!("{}/{}", change.pack, change.rule));
        let row = format!("| {rule} | {} | {place} | {said} |\n", code(name(change)));
        self.room.add(&row)
    }
}
