//! Bringing the datasets of shards together.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use super::read::{self, Dataset, until_the_end};
use super::{Error, folder};
use crate::audit::record::RepoRows;
use crate::audit::{Header, MissingShard, Shard};

/// Datasets of shards as one. What was written of it is the dataset of a run over all repositories, to the byte, if no
/// shard is missing.
#[derive(Debug)]
pub struct Merged {
    /// What they are of together.
    pub header: Header,
    parts: Vec<Dataset>,
}

/// Brings datasets together: each folder is one, or holds some. A shard that did not come to its end counts for
/// nothing, and is named as missing with its repositories, as one that is not there is.
///
/// # Errors
/// A folder has no dataset, something cannot be read, datasets are of different audits or the same part of one, or none
/// is complete.
pub fn gather(folders: &[PathBuf]) -> Result<Merged, Error> {
    let mut found: Vec<(PathBuf, Header)> = Vec::new();
    for folder in folders {
        for dataset in datasets(folder)? {
            let header = folder::read_header(&dataset)?.ok_or_else(|| Error::NoDataset(dataset.clone()))?;
            found.push((dataset, header));
        }
    }
    let Some(((first, header), others)) = found.split_first() else {
        return Err(Error::Nothing);
    };
    for (second, other) in others {
        if let Some(field) = difference(header, other) {
            return Err(Error::Differ { first: first.clone(), second: second.clone(), field });
        }
    }
    let mut header = Header { shard: None, complete: true, rows: None, ..header.clone() };
    let of = found.iter().find_map(|(_, header)| header.shard).map(|shard| shard.of);
    let parts = parts(found)?;
    if let Some(of) = of {
        header.missing = missing(&parts, of, &header.repos);
    }
    let complete = parts.into_values().filter(|(_, header)| header.complete);
    let parts = complete.map(|(folder, header)| Dataset::of(&folder, header)).collect::<Result<_, _>>()?;
    Ok(Merged { header, parts })
}

/// The datasets that a folder stands for.
fn datasets(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    if folder.join(super::HEADER).exists() {
        return Ok(vec![folder.to_owned()]);
    }
    let inner = folder::with_header(folder)?;
    if inner.is_empty() { Err(Error::NoDataset(folder.to_owned())) } else { Ok(inner) }
}

/// The field in which datasets differ that are to be parts of one audit.
fn difference(one: &Header, other: &Header) -> Option<&'static str> {
    // Taken apart in full, so that a new field cannot be forgotten here.
    let Header {
        schema,
        tool,
        today,
        snapshots,
        at,
        show_passed,
        org_config,
        fail_on,
        packs,
        repos,
        shard,
        missing,
        complete: _,
        rows: _,
    } = one;
    let same = [
        ("schema", *schema == other.schema),
        ("tool", *tool == other.tool),
        ("today", *today == other.today),
        ("snapshots", *snapshots == other.snapshots),
        ("at", *at == other.at),
        ("show_passed", *show_passed == other.show_passed),
        ("org_config", *org_config == other.org_config),
        ("fail_on", *fail_on == other.fail_on),
        ("packs", *packs == other.packs),
        ("repos", *repos == other.repos),
        ("shard", shard.map(|shard| shard.of) == other.shard.map(|shard| shard.of)),
        ("missing", *missing == other.missing),
    ];
    same.into_iter().find(|(_, same)| !same).map(|(field, _)| field)
}

/// The datasets by shard. Where one was begun more than once, the one that came to its end is it.
fn parts(found: Vec<(PathBuf, Header)>) -> Result<BTreeMap<Option<Shard>, (PathBuf, Header)>, Error> {
    let mut parts: BTreeMap<Option<Shard>, (PathBuf, Header)> = BTreeMap::new();
    let mut incomplete = None;
    for (folder, header) in found {
        match parts.get(&header.shard) {
            Some((first, other)) if other.complete && header.complete => {
                return Err(Error::Twice { first: first.clone(), second: folder });
            }
            Some((_, other)) if other.complete => {}
            _ => {
                if !header.complete && incomplete.is_none() {
                    incomplete = Some(folder.clone());
                }
                parts.insert(header.shard, (folder, header));
            }
        }
    }
    match incomplete {
        Some(folder) if parts.values().all(|(_, header)| !header.complete) => Err(Error::Incomplete(folder)),
        _ => Ok(parts),
    }
}

/// The shards of which there is nothing.
fn missing(
    parts: &BTreeMap<Option<Shard>, (PathBuf, Header)>,
    of: u32,
    repos: &[String],
) -> Vec<MissingShard> {
    let shards = (1..=of).map(|index| Shard { index, of });
    let missing = shards.filter_map(|shard| {
        let why = match parts.get(&Some(shard)) {
            Some((_, header)) if header.complete => return None,
            Some(_) => "incomplete",
            None => "absent",
        };
        Some(MissingShard { shard, why: why.to_owned(), repos: shard.repos(repos) })
    });
    missing.collect()
}

impl Merged {
    /// Where the datasets are that are read.
    pub fn folders(&self) -> impl Iterator<Item = &Path> {
        self.parts.iter().map(Dataset::folder)
    }

    /// The rows of all by repository, and by day within one.
    pub fn rows(&self) -> impl Iterator<Item = Result<RepoRows, Error>> {
        let parts = self.parts.iter();
        let parts = parts.map(|part| Part { rows: part.rows_of(self.parts.len()), key: None });
        let mut rows = Rows { parts: parts.collect(), begun: false };
        until_the_end(move || rows.read())
    }
}

/// The rows of several datasets, those of one repository and day at a time.
struct Rows<'a> {
    parts: Vec<Part<'a>>,
    begun: bool,
}

struct Part<'a> {
    rows: read::Rows<'a>,
    /// What comes next in it.
    key: Option<(String, Date)>,
}

impl Rows<'_> {
    fn read(&mut self) -> Result<Option<RepoRows>, Error> {
        if !self.begun {
            for part in &mut self.parts {
                part.key = part.rows.key()?;
            }
            self.begun = true;
        }
        let next = self
            .parts
            .iter_mut()
            .filter(|part| part.key.is_some())
            .min_by(|one, other| one.key.cmp(&other.key));
        let Some(part) = next else {
            return self.parts.iter_mut().try_for_each(|part| part.rows.end()).map(|()| None);
        };
        let rows = part.rows.read()?;
        part.key = part.rows.key()?;
        Ok(rows)
    }
}
