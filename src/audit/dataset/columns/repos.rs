//! The columns of `repos`.

use std::borrow::Cow;

use super::Cell::{Int, Long, Text, TextOrNull};
use super::{Column, Columns, column, json, maybe, word};
use crate::audit::record::RepoRow;

impl Columns for RepoRow {
    const COLUMNS: &'static [Column<Self>] = &[
        column(
            "repo",
            Text(|row| Cow::Borrowed(&row.repo)),
            "Its name: the path it was found by, without `.git`.",
        ),
        column(
            "state",
            Text(|row| word(row.state)),
            "`audited`, `failed` (it could not be read) or `absent` (it had no commit on that day).",
        ),
        column("problem", TextOrNull(|row| maybe(row.problem.as_ref())), "Why it could not be audited."),
        column(
            "commit",
            TextOrNull(|row| maybe(row.commit.as_ref())),
            "The commit that was read; null of a folder that lies in no repository.",
        ),
        column(
            "committed_at",
            TextOrNull(|row| maybe(row.committed_at.as_ref())),
            "When it was committed, in UTC: `2026-11-24T16:00:00Z`.",
        ),
        column(
            "web",
            TextOrNull(|row| maybe(row.web.as_ref())),
            "What the pages of its files are below, where its origin is a forge we know.",
        ),
        column(
            "config",
            TextOrNull(|row| maybe(row.config.as_ref())),
            "SHA-256 of the configs in force, `sha256:…`.",
        ),
        column("files", Long(|row| row.files), "Files read."),
        column(
            "skipped",
            Long(|row| row.skipped),
            "Files that could not be parsed and have nothing to do with us.",
        ),
        column("manifests", Long(|row| row.manifests), "Manifests found."),
        column("deployments", Long(|row| row.deployments), "Deployments."),
        column("errors", Long(|row| row.errors), "Open findings of severity error."),
        column("warnings", Long(|row| row.warnings), "Open findings of severity warning."),
        column("notes", Long(|row| row.notes), "Open findings of severity note."),
        column("undetermined", Long(|row| row.undetermined), "Open findings that are undetermined."),
        column("invalid", Long(|row| row.invalid), "Open findings that are invalid."),
        column("unreadable", Long(|row| row.unreadable), "Open findings that are unreadable."),
        column("suppressed", Long(|row| row.suppressed), "Findings taken back by a comment."),
        column("waived", Long(|row| row.waived), "Findings excused by a waiver."),
        column("baselined", Long(|row| row.baselined), "Findings of the baseline."),
        column(
            "not_applicable_unknown",
            Long(|row| row.not_applicable_unknown),
            "Rules over all deployments of which it is unknown whether they apply.",
        ),
        column("exit", Int(|row| u32::from(row.exit)), "The status that `tunelint check` would exit with."),
        column(
            "passed_over",
            Text(|row| json(&row.passed_over)),
            "What could not be looked into: a JSON array of `code` (`submodule`, `lfs-pointer`, `shallow`) and `path`.",
        ),
        column(
            "packs",
            Text(|row| json(&row.packs)),
            "The packs in force: a JSON array of `name`, `version`, `digest` and `parameters`.",
        ),
    ];
}
