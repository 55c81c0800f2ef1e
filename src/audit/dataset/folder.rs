//! The folder of a dataset: its header, and making room in it for a new one.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use serde::Deserialize;

use super::{Error, HEADER, JSON_LINES, PARQUET, Table};
use crate::audit::{Header, RowCounts, SCHEMA, Shard};

/// The header while it is written: it takes its name in one step.
const NEW_HEADER: &str = "audit.json.new";

/// Bytes of a header. It names every repository and none at length.
const LONGEST_HEADER: u64 = 256 << 20;

/// What there is of an older dataset, below the folder.
#[derive(Default)]
struct Older {
    files: Vec<PathBuf>,
    /// Each after those that it lies in.
    folders: Vec<PathBuf>,
}

/// Makes a folder that holds nothing but a header, which says that the dataset is not complete. What an older dataset
/// has left in it goes; anything else is a reason to touch nothing.
///
/// # Errors
/// Something else is in it, another shard is, or the system says no.
pub(super) fn prepare(folder: &Path, header: &Header) -> Result<(), Error> {
    let older = older(folder, header.shard)?;
    fs::create_dir_all(folder).map_err(Error::write(folder))?;
    // First of all, so that whatever happens next leaves no dataset that would pass for a complete one.
    write_header(folder, header)?;
    for file in &older.files {
        let path = folder.join(file);
        fs::remove_file(&path).map_err(Error::write(&path))?;
    }
    for inner in older.folders.iter().rev() {
        let path = folder.join(inner);
        fs::remove_dir(&path).map_err(Error::write(&path))?;
    }
    Ok(())
}

/// Writes the header as a whole: who reads it sees the one or the other.
///
/// # Errors
/// Those of the system.
pub(super) fn write_header(folder: &Path, header: &Header) -> Result<(), Error> {
    let (path, beside) = (folder.join(HEADER), folder.join(NEW_HEADER));
    let written = || -> io::Result<()> {
        let mut text = serde_json::to_vec_pretty(header)?;
        text.push(b'\n');
        let mut file = File::create(&beside)?;
        file.write_all(&text)?;
        drop(file);
        fs::rename(&beside, &path)
    };
    written().map_err(Error::write(&path))
}

/// Reads the header; nothing where there is none.
///
/// # Errors
/// It cannot be read, is none, or is of another version.
#[expect(clippy::disallowed_methods, reason = "a dataset is read where it is written")]
pub(super) fn read_header(folder: &Path) -> Result<Option<Header>, Error> {
    let path = folder.join(HEADER);
    let mut text = Vec::new();
    match File::open(&path).and_then(|file| file.take(LONGEST_HEADER).read_to_end(&mut text)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        other => other.map_err(Error::read(&path))?,
    };
    let wrong = |error: serde_json::Error| Error::Header { path: path.clone(), message: error.to_string() };
    // The version first: what another one says is its own affair.
    let Version { schema } = serde_json::from_slice(&text).map_err(wrong)?;
    if schema != SCHEMA {
        return Err(Error::Schema { path, schema });
    }
    let header: Header = serde_json::from_slice(&text).map_err(wrong)?;
    match mistake(&header) {
        Some(message) => Err(Error::Header { path, message }),
        None => Ok(Some(header)),
    }
}

/// What no header of ours would say, and what reading relies on.
fn mistake(header: &Header) -> Option<String> {
    let shard = header.shard.map(|Shard { index, of }| Shard::new(index, of));
    if let Some(Err(error)) = shard {
        return Some(error.to_string());
    }
    let ascending = header.repos.is_sorted_by(|one, other| one < other)
        && header.snapshots.is_sorted_by(|one, other| one < other);
    if !ascending {
        return Some("repos or snapshots are not in order".to_owned());
    }
    let of_days =
        |rows: &Vec<RowCounts>| rows.iter().map(|own| own.snapshot).eq(header.snapshots.iter().copied());
    let is_counted = header.rows.as_ref().is_none_or(of_days);
    (!is_counted).then(|| "rows are counted for other days than snapshots has".to_owned())
}

/// The folders in a folder that have a header, by name.
///
/// # Errors
/// The folder cannot be read.
pub(super) fn with_header(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let inner = entries(folder)?.into_iter().map(|(path, _)| folder.join(path));
    Ok(inner.filter(|path| path.join(HEADER).is_file()).collect())
}

#[derive(Deserialize)]
struct Version {
    schema: String,
}

/// What a folder holds of an older dataset.
fn older(folder: &Path, wanted: Option<Shard>) -> Result<Older, Error> {
    let mut older = Older::default();
    if !folder.try_exists().map_err(Error::read(folder))? {
        return Ok(older);
    }
    let not_ours = |entry: &Path| Error::NotOurs { folder: folder.to_owned(), entry: entry.to_owned() };
    let top = entries(folder)?;
    if top.iter().any(|(name, _)| name != Path::new(NEW_HEADER)) {
        // Whether tables are ours, only a header tells.
        let strange =
            top.iter().map(|(name, _)| name).find(|name| !is_top(name)).or(top.first().map(|(name, _)| name));
        match (read_header(folder), strange) {
            (Ok(Some(Header { shard: Some(there), .. })), _)
                if wanted.is_some_and(|wanted| wanted != there) =>
            {
                let wanted = wanted.unwrap_or(there);
                return Err(Error::OtherShard { folder: folder.to_owned(), there, wanted });
            }
            (Ok(Some(_)), _) => {}
            // One of an older version of ours, or a newer.
            (Err(Error::Schema { schema, .. }), _) if schema.starts_with("tunelint.dev/audit/") => {}
            (Err(error @ Error::Read { .. }), _) => return Err(error),
            (_, strange) => return Err(not_ours(strange.map_or(Path::new(HEADER), PathBuf::as_path))),
        }
    }
    for (name, kind) in top {
        if kind.is_file() && [HEADER, NEW_HEADER].iter().any(|ours| name == Path::new(ours)) {
            // The one is replaced and the other is written over.
            continue;
        }
        if !kind.is_dir() || !is_table(&name) {
            return Err(not_ours(&name));
        }
        for (day, kind) in below(folder, &name)? {
            if !kind.is_dir() || !is_day(day.file_name()) {
                return Err(not_ours(&day));
            }
            for (part, kind) in below(folder, &day)? {
                if !kind.is_file() || !is_part(part.file_name()) {
                    return Err(not_ours(&part));
                }
                older.files.push(part);
            }
            older.folders.push(day);
        }
        // Folders go from the last to the first, and what lies in one stands after it.
        let inner =
            older.folders.iter().position(|day| day.starts_with(&name)).unwrap_or(older.folders.len());
        older.folders.insert(inner, name);
    }
    Ok(older)
}

/// What lies in a folder, by name, with what it is; a link is a link.
#[expect(clippy::disallowed_methods, reason = "a dataset is looked through where it is written")]
fn entries(folder: &Path) -> Result<Vec<(PathBuf, fs::FileType)>, Error> {
    let found = || -> io::Result<Vec<(PathBuf, fs::FileType)>> {
        fs::read_dir(folder)?
            .map(|entry| entry.and_then(|entry| Ok((entry.file_name().into(), entry.file_type()?))))
            .collect()
    };
    let mut found = found().map_err(Error::read(folder))?;
    found.sort_by(|(one, _), (other, _)| one.cmp(other));
    Ok(found)
}

/// What lies in a folder in a folder, named from the outer one.
fn below(folder: &Path, inner: &Path) -> Result<Vec<(PathBuf, fs::FileType)>, Error> {
    let found = entries(&folder.join(inner))?;
    Ok(found.into_iter().map(|(name, kind)| (inner.join(name), kind)).collect())
}

fn is_top(name: &Path) -> bool {
    is_table(name) || [HEADER, NEW_HEADER].iter().any(|ours| name == Path::new(ours))
}

fn is_table(name: &Path) -> bool {
    Table::ALL.iter().any(|table| name == Path::new(table.name()))
}

fn is_day(name: Option<&OsStr>) -> bool {
    let day = name.and_then(OsStr::to_str).and_then(|name| name.strip_prefix("snapshot="));
    day.is_some_and(|day| day.parse::<Date>().is_ok())
}

/// Whether a file is called `part-0001-of-0007.jsonl` or the like.
fn is_part(name: Option<&OsStr>) -> bool {
    let part = || {
        let (stem, extension) = name?.to_str()?.rsplit_once('.')?;
        let (index, of) = stem.strip_prefix("part-")?.split_once("-of-")?;
        let number = |text: &str| text.len() >= 4 && text.bytes().all(|byte| byte.is_ascii_digit());
        Some(number(index) && number(of) && matches!(extension, JSON_LINES | PARQUET))
    };
    part().unwrap_or(false)
}
