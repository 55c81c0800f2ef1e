//! The columns of `deployments`.

use std::borrow::Cow;

use super::Cell::{DoubleOrNull, Int, LongOrNull, Text, TextOrNull, Texts};
use super::{Column, Columns, column, maybe};
use crate::audit::record::DeploymentRow;

impl Columns for DeploymentRow {
    const COLUMNS: &'static [Column<Self>] = &[
        column("repo", Text(|row| Cow::Borrowed(&row.repo)), "Its repository."),
        column("commit", TextOrNull(|row| maybe(row.commit.as_ref())), "The commit that was read."),
        column(
            "deployment",
            TextOrNull(|row| maybe(row.deployment.as_ref())),
            "`namespace/name`, or the name alone; null where the name was rejected.",
        ),
        column("file", Text(|row| Cow::Borrowed(&row.file)), "Its file, from the top of the repository."),
        column("document", Int(|row| row.document), "The document in it, from 0."),
        column("line", Int(|row| row.line), "Its line, from 1."),
        column("format", Text(|row| Cow::Borrowed(&row.format)), "The format of its file."),
        column("owner", TextOrNull(|row| maybe(row.owner.as_ref())), "Who owns it, as it says itself."),
        column("code_owners", Texts(|row| &row.code_owners), "Whom CODEOWNERS names for its file."),
        column("stage", TextOrNull(|row| maybe(row.stage.as_ref())), "Its stage."),
        column("strategy", TextOrNull(|row| maybe(row.strategy.as_ref())), "Its strategy."),
        column("model", TextOrNull(|row| maybe(row.model.as_ref())), "Its base model."),
        column("hosting", TextOrNull(|row| maybe(row.hosting.as_ref())), "How it is hosted."),
        column(
            "compliance",
            TextOrNull(|row| maybe(row.compliance.as_ref())),
            "The level of its compliance.",
        ),
        column("monthly_requests", LongOrNull(|row| row.monthly_requests), "Requests a month."),
        column("training_usd", DoubleOrNull(|row| row.training_usd), "Training, once, in USD."),
        column(
            "recurring_monthly_usd",
            DoubleOrNull(|row| row.recurring_monthly_usd),
            "Upkeep, a month, in USD.",
        ),
        column(
            "tokens_monthly_usd",
            DoubleOrNull(|row| row.tokens_monthly_usd),
            "Requests × tokens ÷ 1,000 × price, a month, in USD.",
        ),
        column("pass", Int(|row| row.pass), "Rules that hold."),
        column("fail", Int(|row| row.fail), "Rules that do not hold, excused or not."),
        column("undetermined", Int(|row| row.undetermined), "Rules that cannot be decided, excused or not."),
        column("not_applicable", Int(|row| row.not_applicable), "Rules that do not apply."),
        column(
            "not_applicable_unknown",
            Int(|row| row.not_applicable_unknown),
            "Rules of which it is unknown whether they apply.",
        ),
        column("errors", Int(|row| row.errors), "Open findings of severity error."),
        column("warnings", Int(|row| row.warnings), "Open findings of severity warning."),
        column("notes", Int(|row| row.notes), "Open findings of severity note."),
        column("excused", Int(|row| row.excused), "Findings that somebody excused, in whatever way."),
    ];
}
