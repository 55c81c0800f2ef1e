//! The columns of `waivers`.

use std::borrow::Cow;

use super::Cell::{DateOrNull, IntOrNull, Long, Text, TextOrNull};
use super::{Column, Columns, column, maybe, word};
use crate::audit::record::WaiverRow;

impl Columns for WaiverRow {
    const COLUMNS: &'static [Column<Self>] = &[
        column("repo", Text(|row| Cow::Borrowed(&row.repo)), "Its repository."),
        column("commit", TextOrNull(|row| maybe(row.commit.as_ref())), "The commit that was read."),
        column(
            "kind",
            Text(|row| word(row.kind)),
            "`waiver`, an entry of a waivers file, or `inline`, a comment.",
        ),
        column(
            "state",
            Text(|row| word(row.state)),
            "`in-use`, `unused`, `lapsed` (the value is worse than the one it was granted for), `expired` or `rejected`.",
        ),
        column("rule", Text(|row| Cow::Borrowed(&row.rule)), "The rule that it excuses."),
        column(
            "deployment",
            TextOrNull(|row| maybe(row.deployment.as_ref())),
            "The deployment that it is for; of a comment, the one it stands in.",
        ),
        column(
            "path",
            TextOrNull(|row| maybe(row.path.as_ref())),
            "The glob of the manifests that it is for.",
        ),
        column("reason", TextOrNull(|row| maybe(row.reason.as_ref())), "Why it was made."),
        column("owner", TextOrNull(|row| maybe(row.owner.as_ref())), "Who answers for it."),
        column("approved_by", TextOrNull(|row| maybe(row.approved_by.as_ref())), "Who approved it."),
        column("ticket", TextOrNull(|row| maybe(row.ticket.as_ref())), "The ticket that it is discussed in."),
        column("expires", DateOrNull(|row| row.expires), "The last day on which it holds."),
        column("findings", Long(|row| row.findings), "Findings that it excuses."),
        column("file", Text(|row| Cow::Borrowed(&row.file)), "Its file, from the top of the repository."),
        column("line", IntOrNull(|row| row.line), "Its line, from 1."),
    ];
}
