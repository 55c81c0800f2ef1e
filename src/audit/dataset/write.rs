//! Writing a dataset, row by row.

use std::path::{Path, PathBuf};

use jiff::civil::Date;
use serde::Serialize;

#[cfg(feature = "parquet")]
use super::columnar::write_beside;
use super::lines::{self, Output};
use super::{Error, Formats, JSON_LINES, Table, folder};
use crate::audit::record::RepoRows;
#[cfg(feature = "parquet")]
use crate::audit::record::{DeploymentRow, FindingRow, RepoRow, WaiverRow};
use crate::audit::{Header, RowCounts};

/// A dataset that is being written.
///
/// Rows go to JSON Lines first. Parquet is made of those at the end, file by file: its column chunks would otherwise
/// have to be kept for all tables and days at once.
pub struct Writer {
    folder: PathBuf,
    header: Header,
    formats: Formats,
    /// The files of each day, in the order of [`Table::ALL`].
    days: Vec<(Date, [Output; 4])>,
    /// What was added last.
    last: Option<(String, Date)>,
}

impl Writer {
    /// Begins a dataset. The folder is made; an older dataset in it goes, whether it was complete or not.
    ///
    /// # Errors
    /// The folder holds something else, the build has no such format, or the system says no.
    pub fn create(folder: &Path, header: &Header, formats: Formats) -> Result<Self, Error> {
        formats.to_string().parse::<Formats>()?;
        let header = Header { complete: false, rows: None, ..header.clone() };
        folder::prepare(folder, &header)?;
        let room = lines::room(header.snapshots.len() * Table::ALL.len());
        let days = header.snapshots.iter().map(|day| {
            let output = |table: Table| {
                Output::create(table.part(folder, *day, header.shard).with_extension(JSON_LINES), room)
            };
            let [repos, deployments, findings, waivers] = Table::ALL;
            Ok((*day, [output(repos)?, output(deployments)?, output(findings)?, output(waivers)?]))
        });
        let days = days.collect::<Result<_, Error>>()?;
        Ok(Self { folder: folder.to_owned(), header, formats, days, last: None })
    }

    /// Adds the rows of a repository on a day. They come by repository, and by day within one.
    ///
    /// # Errors
    /// They come otherwise, or the system says no.
    pub fn add(&mut self, rows: &RepoRows) -> Result<(), Error> {
        let RepoRows { repo, deployments, findings, waivers } = rows;
        let key = (repo.repo.clone(), repo.snapshot);
        let day = self.days.iter_mut().find(|(day, _)| *day == repo.snapshot);
        let (Some((_, [to_repos, to_deployments, to_findings, to_waivers])), false) =
            (day, self.last.as_ref() >= Some(&key))
        else {
            return Err(Error::Order { repo: key.0, snapshot: key.1 });
        };
        to_repos.add(repo)?;
        all(to_deployments, deployments)?;
        all(to_findings, findings)?;
        all(to_waivers, waivers)?;
        self.last = Some(key);
        Ok(())
    }

    /// Ends the dataset: from now on, it counts.
    ///
    /// # Errors
    /// Those of the system.
    pub fn finish(mut self) -> Result<(), Error> {
        for (_, outputs) in &mut self.days {
            outputs.iter_mut().try_for_each(Output::flush)?;
        }
        #[cfg(feature = "parquet")]
        self.write_parquet()?;
        if !self.formats.json_lines {
            self.days.iter().flat_map(|(_, outputs)| outputs).try_for_each(Output::remove)?;
        }
        self.header.complete = true;
        self.header.rows = Some(self.days.iter().map(counts).collect());
        folder::write_header(&self.folder, &self.header)
    }
}

#[cfg(feature = "parquet")]
impl Writer {
    fn write_parquet(&self) -> Result<(), Error> {
        let days = self.days.iter().filter(|_| self.formats.parquet);
        for (_, [repos, deployments, findings, waivers]) in days {
            write_beside::<RepoRow>(repos.path())?;
            write_beside::<DeploymentRow>(deployments.path())?;
            write_beside::<FindingRow>(findings.path())?;
            write_beside::<WaiverRow>(waivers.path())?;
        }
        Ok(())
    }
}

fn counts((day, [repos, deployments, findings, waivers]): &(Date, [Output; 4])) -> RowCounts {
    RowCounts {
        snapshot: *day,
        repos: repos.rows(),
        deployments: deployments.rows(),
        findings: findings.rows(),
        waivers: waivers.rows(),
    }
}

fn all(output: &mut Output, rows: &[impl Serialize]) -> Result<(), Error> {
    rows.iter().try_for_each(|row| output.add(row))
}
