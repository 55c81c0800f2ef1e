//! For people.

use std::io;

use super::{Options, Texts};
use crate::report::Report;

/// Writes the report.
pub(super) fn render(
    report: &Report,
    _texts: &dyn Texts,
    _options: &Options,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let summary = report.summary;
    writeln!(out, "{} files, {} manifests", summary.files, summary.manifests)
}
