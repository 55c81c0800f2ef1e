//! The columns of `findings`. The value that decided first and the exception have columns of their own; all values are
//! in one, as JSON.

use std::borrow::Cow;

use serde_json::Value;

use super::Cell::{DateOrNull, DoubleOrNull, IntOrNull, Text, TextOrNull, Texts};
use super::{Column, Columns, column, json, maybe, plain, some, word};
use crate::audit::record::{ExceptionRow, FindingRow, ValueRow};

impl Columns for FindingRow {
    const COLUMNS: &'static [Column<Self>] = &[
        column("repo", Text(|row| Cow::Borrowed(&row.repo)), "Its repository."),
        column("commit", TextOrNull(|row| maybe(row.commit.as_ref())), "The commit that was read."),
        column(
            "fingerprint",
            Text(|row| Cow::Borrowed(&row.fingerprint)),
            "The same from day to day, unique in a repository's day.",
        ),
        column("rule", Text(|row| Cow::Borrowed(&row.rule)), "Rule id."),
        column("pack", TextOrNull(|row| maybe(row.pack.as_ref())), "The pack of the rule."),
        column(
            "code",
            TextOrNull(|row| maybe(row.code.as_ref())),
            "Which mistake, of what is `invalid` or `unreadable`.",
        ),
        column(
            "outcome",
            Text(|row| word(row.outcome)),
            "`fail`, `undetermined`, `invalid` or `unreadable`; with `--show-passed` also `pass` and `not-applicable`.",
        ),
        column("severity", Text(|row| word(row.severity)), "`error`, `warning` or `note`."),
        column(
            "status",
            Text(|row| word(row.status)),
            "`open` (it counts), `suppressed` (by a comment), `waived` or `baselined`.",
        ),
        column("message", Text(|row| Cow::Borrowed(&row.message)), "The claim, in one sentence."),
        column("deployment", TextOrNull(|row| maybe(row.deployment.as_ref())), "Identity of the deployment."),
        column(
            "deployment_id",
            TextOrNull(|row| maybe(row.deployment_id.as_ref())),
            "Its manifest and the document in it, from 0: `deploy/bot.yaml#0`.",
        ),
        column(
            "owner",
            TextOrNull(|row| maybe(row.owner.as_ref())),
            "Who owns the deployment, as it says itself.",
        ),
        column(
            "code_owners",
            Texts(|row| &row.code_owners),
            "Whom CODEOWNERS names for the deployment's file.",
        ),
        column("stage", TextOrNull(|row| maybe(row.stage.as_ref())), "The deployment's stage."),
        column("strategy", TextOrNull(|row| maybe(row.strategy.as_ref())), "The deployment's strategy."),
        column(
            "file",
            Text(|row| Cow::Borrowed(&row.file)),
            "The file that it points into, from the top of the repository.",
        ),
        column("document", IntOrNull(|row| row.document), "The document in it, from 0."),
        column("line", IntOrNull(|row| row.line), "First line, from 1."),
        column("column", IntOrNull(|row| row.column), "First column, from 1."),
        column("end_line", IntOrNull(|row| row.end_line), "Last line."),
        column("end_column", IntOrNull(|row| row.end_column), "One past the last column."),
        column("pointer", TextOrNull(|row| maybe(row.pointer.as_ref())), "JSON pointer to what decided."),
        column("guide", Texts(|row| &row.guide), "The guide's sections that the rule stands on."),
        column(
            "missing",
            Texts(|row| &row.missing),
            "Paths of the facts whose absence keeps the rule from being decided, the most decisive first.",
        ),
        column(
            "fact",
            TextOrNull(|row| first(row).and_then(|value| some(&value.path))),
            "Path of the fact that decided, the most decisive of them.",
        ),
        column(
            "value",
            TextOrNull(|row| first(row).and_then(|value| plain(&value.value))),
            "Its value, as text; null where it is missing or rejected.",
        ),
        column(
            "value_number",
            DoubleOrNull(|row| first(row).and_then(|value| value.value.as_f64())),
            "The same, if it is a number.",
        ),
        column(
            "op",
            TextOrNull(|row| first(row).and_then(|value| maybe(value.op.as_ref()))),
            "The comparison it stood in: `>=`.",
        ),
        column(
            "threshold",
            TextOrNull(|row| threshold(row).and_then(plain)),
            "The other side of it, as text, if that holds no fact.",
        ),
        column(
            "threshold_number",
            DoubleOrNull(|row| threshold(row).and_then(Value::as_f64)),
            "The same, if it is a number.",
        ),
        column(
            "parameter",
            TextOrNull(|row| first(row).and_then(|value| maybe(value.parameter.as_ref()))),
            "The parameter that the other side is.",
        ),
        column(
            "parameter_source",
            TextOrNull(|row| first(row).and_then(|value| maybe(value.parameter_source.as_ref()))),
            "Where it was set: `builtin:PACK`, a file, `--set`.",
        ),
        column(
            "values_json",
            Text(|row| json(&row.values)),
            "All values that decided: a JSON array of `path`, `value`, `op`, `threshold`, `parameter`, `parameter_source`.",
        ),
        column(
            "waiver_kind",
            TextOrNull(|row| row.exception.as_ref().map(|exception| word(exception.kind))),
            "What excuses it: `inline` (a comment), `waiver` or `baseline`; null where nothing does.",
        ),
        column(
            "waiver_reason",
            TextOrNull(|row| excuse(row, |exception| exception.reason.as_ref())),
            "Why it is excused.",
        ),
        column(
            "waiver_owner",
            TextOrNull(|row| excuse(row, |exception| exception.owner.as_ref())),
            "Who answers for that.",
        ),
        column(
            "waiver_approved_by",
            TextOrNull(|row| excuse(row, |exception| exception.approved_by.as_ref())),
            "Who approved it.",
        ),
        column(
            "waiver_ticket",
            TextOrNull(|row| excuse(row, |exception| exception.ticket.as_ref())),
            "The ticket that it is discussed in.",
        ),
        column(
            "waiver_expires",
            DateOrNull(|row| row.exception.as_ref().and_then(|exception| exception.expires)),
            "The last day on which it is excused.",
        ),
        column(
            "waiver_file",
            TextOrNull(|row| excuse(row, |exception| Some(&exception.file))),
            "The file that excuses it, from the top of the repository.",
        ),
        column(
            "waiver_line",
            IntOrNull(|row| row.exception.as_ref().and_then(|exception| exception.line)),
            "The line in it, from 1.",
        ),
    ];
}

/// The value that decided most.
fn first(row: &FindingRow) -> Option<&ValueRow> {
    row.values.first()
}

/// What it was compared with.
fn threshold(row: &FindingRow) -> Option<&Value> {
    first(row).and_then(|value| value.threshold.as_ref())
}

/// A text of the exception.
fn excuse(row: &FindingRow, text: fn(&ExceptionRow) -> Option<&String>) -> Option<Cow<'_, str>> {
    maybe(row.exception.as_ref().and_then(text))
}
