//! Reading a dataset, repository by repository.

use std::iter;
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use super::lines::{self, Input};
use super::{Error, JSON_LINES, PARQUET, Row, Table, folder};
use crate::audit::record::{DeploymentRow, FindingRow, RepoRow, RepoRows, WaiverRow};
use crate::audit::{Header, RowCounts};

/// A dataset that is complete.
#[derive(Debug)]
pub struct Dataset {
    /// What it is of.
    pub header: Header,
    folder: PathBuf,
}

impl Dataset {
    /// Opens a dataset. Its rows are read when they are asked for.
    ///
    /// # Errors
    /// There is none, it is not complete, of another version, or written for databases alone.
    pub fn open(folder: &Path) -> Result<Self, Error> {
        let header = folder::read_header(folder)?.ok_or_else(|| Error::NoDataset(folder.to_owned()))?;
        if !header.complete {
            return Err(Error::Incomplete(folder.to_owned()));
        }
        Self::of(folder, header)
    }

    /// The dataset of a header that was read.
    pub(super) fn of(folder: &Path, header: Header) -> Result<Self, Error> {
        let first = header.snapshots.first().map(|day| Table::Repos.part(folder, *day, header.shard));
        if first.is_some_and(|part| {
            !part.with_extension(JSON_LINES).exists() && part.with_extension(PARQUET).exists()
        }) {
            return Err(Error::NoJsonLines(folder.to_owned()));
        }
        Ok(Self { header, folder: folder.to_owned() })
    }

    /// Where it is.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Its rows by repository, and by day within one.
    pub fn rows(&self) -> impl Iterator<Item = Result<RepoRows, Error>> {
        let mut rows = self.rows_of(1);
        until_the_end(move || rows.read())
    }

    /// The same, while so many datasets are read.
    pub(super) fn rows_of(&self, datasets: usize) -> Rows<'_> {
        let room = lines::room(datasets * self.header.snapshots.len() * Table::ALL.len());
        let days = self.header.snapshots.iter().map(|day| Day::new(self, *day, room)).collect();
        Rows { header: &self.header, days, last: None }
    }
}

/// What is read, until there is nothing more or something is wrong: what follows a mistake is not to be relied on.
pub(super) fn until_the_end(
    mut read: impl FnMut() -> Result<Option<RepoRows>, Error>,
) -> impl Iterator<Item = Result<RepoRows, Error>> {
    let mut ended = false;
    iter::from_fn(move || {
        let rows = if ended { Ok(None) } else { read() };
        ended = !matches!(rows, Ok(Some(_)));
        rows.transpose()
    })
}

/// The rows of a dataset, those of one repository and day at a time.
pub(super) struct Rows<'a> {
    header: &'a Header,
    days: Vec<Day>,
    /// What was read last.
    last: Option<(String, Date)>,
}

struct Day {
    date: Date,
    /// How many rows it has, where they were counted.
    counts: Option<RowCounts>,
    repos: Input<RepoRow>,
    deployments: Input<DeploymentRow>,
    findings: Input<FindingRow>,
    waivers: Input<WaiverRow>,
}

impl Day {
    fn new(dataset: &Dataset, date: Date, room: usize) -> Self {
        Self {
            date,
            counts: dataset.header.rows.iter().flatten().find(|own| own.snapshot == date).cloned(),
            repos: input(dataset, date, room),
            deployments: input(dataset, date, room),
            findings: input(dataset, date, room),
            waivers: input(dataset, date, room),
        }
    }
}

fn input<R: Row>(dataset: &Dataset, date: Date, room: usize) -> Input<R> {
    let part = R::TABLE.part(&dataset.folder, date, dataset.header.shard);
    Input::new(part.with_extension(JSON_LINES), room)
}

impl Rows<'_> {
    /// The repository and the day that come next.
    pub(super) fn key(&mut self) -> Result<Option<(String, Date)>, Error> {
        let first = self.first()?;
        let row = first.and_then(|first| self.days.get_mut(first)).map(|day| day.repos.peek()).transpose()?;
        Ok(row.flatten().map(|row| (row.repo.clone(), row.snapshot)))
    }

    /// Which day has the repository that comes next; the earliest of those that have it.
    fn first(&mut self) -> Result<Option<usize>, Error> {
        let mut first: Option<(usize, &str)> = None;
        for (index, day) in self.days.iter_mut().enumerate() {
            if let Some(row) = day.repos.peek()?
                && first.is_none_or(|(_, repo)| row.repo.as_str() < repo)
            {
                first = Some((index, &row.repo));
            }
        }
        Ok(first.map(|(index, _)| index))
    }

    /// Makes sure that nothing is left over, once no repository comes next.
    pub(super) fn end(&mut self) -> Result<(), Error> {
        self.days.iter_mut().try_for_each(Day::end)
    }

    pub(super) fn read(&mut self) -> Result<Option<RepoRows>, Error> {
        let first = self.first()?;
        let Some(day) = first.and_then(|first| self.days.get_mut(first)) else {
            return self.end().map(|()| None);
        };
        let Some(repo) = day.repos.next()? else {
            return Ok(None);
        };
        let key = (repo.repo.clone(), repo.snapshot);
        if repo.snapshot != day.date {
            return Err(day.repos.wrong("is a row of another day"));
        }
        if self.last.as_ref() >= Some(&key) {
            return Err(day.repos.wrong("is not in order"));
        }
        let known = self.header.repos.binary_search(&repo.repo).is_ok();
        if !known || self.header.shard.is_some_and(|shard| !shard.holds(&repo.repo)) {
            return Err(day.repos.wrong(format!("{} is no repository of the dataset", repo.repo)));
        }
        let rows = RepoRows {
            deployments: of(&mut day.deployments, &repo)?,
            findings: of(&mut day.findings, &repo)?,
            waivers: of(&mut day.waivers, &repo)?,
            repo,
        };
        self.last = Some(key);
        Ok(Some(rows))
    }
}

impl Day {
    /// Makes sure that all rows were read, and that none was lost. Repositories come first: where they are lost, the
    /// rows of other tables are left over.
    fn end(&mut self) -> Result<(), Error> {
        let counts = self.counts.as_ref();
        end(&mut self.repos, counts.map(|own| own.repos))?;
        end(&mut self.deployments, counts.map(|own| own.deployments))?;
        end(&mut self.findings, counts.map(|own| own.findings))?;
        end(&mut self.waivers, counts.map(|own| own.waivers))
    }
}

/// The rows of a repository, which come next.
fn of<R: Row>(input: &mut Input<R>, repo: &RepoRow) -> Result<Vec<R>, Error> {
    let mut rows = Vec::new();
    while let Some(row) = input.peek()? {
        if row.snapshot() != repo.snapshot {
            return Err(input.wrong("is a row of another day"));
        }
        match row.repo().cmp(&repo.repo) {
            std::cmp::Ordering::Less => return end(input, None).map(|()| rows),
            std::cmp::Ordering::Equal => rows.extend(input.next()?),
            std::cmp::Ordering::Greater => break,
        }
    }
    Ok(rows)
}

/// Makes sure that no row is left over, and that as many were read as were written, where they were counted.
fn end<R: Row>(input: &mut Input<R>, written: Option<u64>) -> Result<(), Error> {
    match (input.peek()?, written) {
        (Some(row), _) => {
            let message = format!("{} is out of order, or not in {}", row.repo(), Table::Repos.name());
            Err(input.wrong(message))
        }
        (None, Some(written)) => input.expect(written),
        (None, None) => Ok(()),
    }
}
