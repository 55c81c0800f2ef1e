//! JSON, one object a line: findings, then deployments, then the summary.

use std::io;

use super::fingerprint::shown;
use super::json::write_line;
use super::wire::{DeploymentV1, FindingV1, LineV1, SummaryV1};
use super::{Options, Texts};
use crate::report::Report;

/// Writes the report line by line.
pub(super) fn render(
    report: &Report,
    _texts: &dyn Texts,
    options: &Options,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    for (finding, fingerprint) in report.findings.iter().zip(shown(&report.findings, options.threads)) {
        write_line(&LineV1::Finding(FindingV1::new(finding, &fingerprint)), out)?;
    }
    for deployment in &report.deployments {
        write_line(&LineV1::Deployment(DeploymentV1::new(deployment)), out)?;
    }
    write_line(&LineV1::Summary(SummaryV1::new(report)), out)
}
