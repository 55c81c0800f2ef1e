#![allow(clippy::disallowed_methods, reason = "a test of files has to read them")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use tempfile::TempDir;

use super::*;
use crate::audit::record::RepoRows;
use crate::audit::{Header, MissingShard, RowCounts};
use crate::report::FailOn;

#[cfg(feature = "parquet")]
mod columnar;
mod rows;

use rows::{Audit, audits, header, of_repo, sample};

/// All files below a folder.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = walkdir::WalkDir::new(folder).into_iter().map(Result::unwrap);
    let files = entries.filter(|entry| entry.file_type().is_file()).map(|entry| {
        let name = entry.path().strip_prefix(folder).unwrap().to_str().unwrap().replace('\\', "/");
        (name, fs::read(entry.path()).unwrap())
    });
    files.collect()
}

fn write(folder: &Path, header: &Header, rows: &[RepoRows]) {
    write_as(folder, header, rows, Formats::JSON_LINES);
}

fn write_as(folder: &Path, header: &Header, rows: &[RepoRows], formats: Formats) {
    let mut writer = Writer::create(folder, header, formats).unwrap();
    for row in rows {
        writer.add(row).unwrap();
    }
    writer.finish().unwrap();
}

/// Writes each shard to a folder of its own.
fn write_shards(folder: &Path, audit: &Audit, of: u32) -> Vec<PathBuf> {
    let shards = (1..=of).map(|index| {
        let shard = Shard { index, of };
        let inner = folder.join(format!("shard-{index}"));
        let rows: Vec<RepoRows> =
            audit.rows.iter().filter(|rows| shard.holds(&rows.repo.repo)).cloned().collect();
        write(&inner, &Header { shard: Some(shard), ..audit.header.clone() }, &rows);
        inner
    });
    shards.collect()
}

fn merge(folders: &[PathBuf], to: &Path) -> Header {
    let merged = gather(folders).unwrap();
    let rows: Vec<RepoRows> = merged.rows().collect::<Result<_, _>>().unwrap();
    write(to, &merged.header, &rows);
    merged.header
}

/// What is said instead of merging.
fn refused(folders: &[PathBuf]) -> String {
    gather(folders).and_then(|merged| merged.rows().collect::<Result<Vec<_>, _>>()).unwrap_err().to_string()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn what_is_written_is_read(audit in audits()) {
        let folder = TempDir::new().unwrap();
        write(folder.path(), &audit.header, &audit.rows);
        let dataset = Dataset::open(folder.path()).unwrap();
        prop_assert_eq!(&Header { rows: None, ..dataset.header.clone() }, &audit.header);
        let read: Vec<RepoRows> = dataset.rows().collect::<Result<_, _>>().unwrap();
        prop_assert_eq!(read, audit.rows);
    }

    #[test]
    fn shards_merged_are_the_whole_to_the_byte(audit in audits(), of in 1_u32..9) {
        let scratch = TempDir::new().unwrap();
        let whole = scratch.path().join("whole");
        write(&whole, &audit.header, &audit.rows);
        let mut shards = write_shards(&scratch.path().join("shards"), &audit, of);
        shards.reverse();
        let header = merge(&shards, &scratch.path().join("merged"));
        prop_assert_eq!(&header, &audit.header);
        prop_assert_eq!(files(&whole), files(&scratch.path().join("merged")));
        // The folder that they lie in stands for all of them, and what was merged can be merged.
        merge(&[scratch.path().join("shards")], &scratch.path().join("again"));
        merge(&[scratch.path().join("again")], &scratch.path().join("at-last"));
        prop_assert_eq!(files(&whole), files(&scratch.path().join("at-last")));
    }
}

#[test]
fn files_lie_by_table_and_day() {
    let folder = TempDir::new().unwrap();
    let audit = sample();
    let shard = Some(Shard { index: 3, of: 12 });
    let rows: Vec<RepoRows> = Vec::new();
    write(folder.path(), &Header { shard, ..audit.header }, &rows);
    let names: Vec<String> = files(folder.path()).into_keys().collect();
    let expected = ["deployments", "findings", "repos", "waivers"].iter().flat_map(|table| {
        ["2026-10-31", "2026-11-24"].map(|day| format!("{table}/snapshot={day}/part-0003-of-0012.jsonl"))
    });
    assert_eq!(names, ["audit.json".to_owned()].into_iter().chain(expected).collect::<Vec<_>>());
}

#[test]
fn a_dataset_counts_when_it_is_finished() {
    let folder = TempDir::new().unwrap();
    let audit = sample();
    let mut writer = Writer::create(folder.path(), &audit.header, Formats::JSON_LINES).unwrap();
    writer.add(&audit.rows[0]).unwrap();
    let said = Dataset::open(folder.path()).unwrap_err().to_string();
    assert!(said.ends_with("the audit did not come to its end; run it again"), "{said}");
    assert_eq!(refused(&[folder.path().to_owned()]), said);
    writer.finish().unwrap();
    assert_eq!(Dataset::open(folder.path()).unwrap().rows().count(), 1);
}

#[test]
fn rows_out_of_order_and_days_that_nobody_asked_for_are_refused() {
    let folder = TempDir::new().unwrap();
    let audit = sample();
    let mut writer = Writer::create(folder.path(), &audit.header, Formats::JSON_LINES).unwrap();
    writer.add(&audit.rows[1]).unwrap();
    for rows in [&audit.rows[1], &audit.rows[0]] {
        let said = writer.add(rows).unwrap_err().to_string();
        assert_eq!(
            said,
            format!("{}, {}: does not come next in the dataset", rows.repo.repo, rows.repo.snapshot)
        );
    }
    assert!(writer.add(&of_repo("z", "1999-01-01".parse().unwrap())).is_err());
    assert!(writer.add(&of_repo("z", audit.header.today)).is_ok());
}

#[test]
fn an_older_dataset_goes_without_a_trace() {
    let (folder, other) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let audit = sample();
    write(folder.path(), &audit.header, &audit.rows);
    fs::write(folder.path().join("findings/snapshot=2026-10-31/part-0002-of-0009.parquet"), "old").unwrap();
    fs::write(folder.path().join("audit.json.new"), "broken off").unwrap();
    let header = Header { snapshots: vec![audit.header.today], ..audit.header };
    write(folder.path(), &header, &[]);
    write(other.path(), &header, &[]);
    assert_eq!(files(folder.path()), files(other.path()));
    let folders = walkdir::WalkDir::new(folder.path())
        .into_iter()
        .filter(|entry| entry.as_ref().unwrap().file_type().is_dir());
    assert_eq!(folders.count(), 1 + 4 * 2);
}

#[test]
fn a_folder_that_holds_anything_else_is_left_alone() {
    let audit = sample();
    for name in [
        "notes.txt",
        "findings",
        "findings/part-0001-of-0001.jsonl",
        "findings/snapshot=2026-10-31/notes.txt",
        "findings/snapshot=2026-10-31/part-1-of-1.jsonl",
        "findings/snapshot=yesterday/part-0001-of-0001.jsonl",
        "other/snapshot=2026-10-31/part-0001-of-0001.jsonl",
        "repos/snapshot=2026-10-31/part-0009-of-0009.jsonl/deeper",
    ] {
        for dataset in [false, true] {
            let folder = TempDir::new().unwrap();
            if dataset {
                write(folder.path(), &audit.header, &audit.rows);
                let _ = fs::remove_dir_all(folder.path().join("findings"));
            }
            let file = folder.path().join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(&file, "mine").unwrap();
            let before = files(folder.path());
            let said =
                Writer::create(folder.path(), &audit.header, Formats::JSON_LINES).err().unwrap().to_string();
            assert!(said.contains("which is of no dataset"), "{name}: {said}");
            assert_eq!(files(folder.path()), before, "{name}");
        }
    }
}

#[cfg(unix)]
#[test]
fn a_link_in_a_dataset_is_not_followed() {
    let (folder, elsewhere) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let audit = sample();
    write(elsewhere.path(), &audit.header, &audit.rows);
    write(folder.path(), &audit.header, &audit.rows);
    fs::remove_dir_all(folder.path().join("findings")).unwrap();
    std::os::unix::fs::symlink(elsewhere.path().join("findings"), folder.path().join("findings")).unwrap();
    let before = files(elsewhere.path());
    let said = Writer::create(folder.path(), &audit.header, Formats::JSON_LINES).err().unwrap().to_string();
    assert!(said.contains("holds findings, which is of no dataset"), "{said}");
    assert_eq!(files(elsewhere.path()), before);
}

#[test]
fn a_file_is_no_folder_for_a_dataset() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "mine").unwrap();
    assert!(Writer::create(&file, &sample().header, Formats::JSON_LINES).is_err());
    assert_eq!(fs::read(&file).unwrap(), b"mine");
}

#[test]
fn shards_do_not_replace_one_another() {
    let folder = TempDir::new().unwrap();
    let audit = sample();
    let shard = |index| Header { shard: Some(Shard { index, of: 2 }), ..audit.header.clone() };
    write(folder.path(), &shard(1), &[]);
    let said = Writer::create(folder.path(), &shard(2), Formats::JSON_LINES).err().unwrap().to_string();
    assert!(said.ends_with("holds shard 1/2; give shard 2/2 a folder of its own"), "{said}");
    write(folder.path(), &shard(1), &[]);
}

#[test]
fn shards_that_are_missing_are_named_with_their_repositories() {
    let scratch = TempDir::new().unwrap();
    let audit = sample();
    let shards = write_shards(scratch.path(), &audit, 3);
    let mut header = Dataset::open(&shards[1]).unwrap().header;
    drop(Writer::create(&shards[1], &header, Formats::JSON_LINES).unwrap());
    fs::remove_dir_all(&shards[2]).unwrap();
    let merged = gather(&[scratch.path().to_owned()]).unwrap();
    let missing = |index, why: &str| {
        let shard = Shard { index, of: 3 };
        MissingShard { shard, why: why.to_owned(), repos: shard.repos(&audit.header.repos) }
    };
    header.missing = vec![missing(2, "incomplete"), missing(3, "absent")];
    assert!(header.missing.iter().all(|missing| !missing.repos.is_empty()), "{:?}", header.missing);
    assert_eq!(merged.header.missing, header.missing);
    assert_eq!((merged.header.shard, merged.header.complete), (None, true));
    let rows: Vec<RepoRows> = merged.rows().collect::<Result<_, _>>().unwrap();
    let expected = audit.rows.iter().filter(|rows| Shard { index: 1, of: 3 }.holds(&rows.repo.repo));
    assert_eq!(rows, expected.cloned().collect::<Vec<_>>());
}

#[test]
fn of_two_attempts_at_a_shard_the_one_that_ended_counts() {
    let scratch = TempDir::new().unwrap();
    let audit = sample();
    write(&scratch.path().join("b"), &audit.header, &audit.rows);
    for name in ["a", "c"] {
        drop(Writer::create(&scratch.path().join(name), &audit.header, Formats::JSON_LINES).unwrap());
    }
    let merged = gather(&[scratch.path().to_owned()]).unwrap();
    assert_eq!(merged.rows().count(), audit.rows.len());
}

#[test]
fn a_shard_that_is_there_twice_is_told() {
    let scratch = TempDir::new().unwrap();
    let audit = sample();
    let shards = write_shards(scratch.path(), &audit, 2);
    let said = refused(&[scratch.path().to_owned(), shards[0].clone()]);
    let shard = shards[0].display();
    assert_eq!(said, format!("{shard} and {shard} are the same part of the audit"));
}

#[test]
fn datasets_of_different_audits_are_told_with_what_differs() {
    type Change = fn(&mut Header);
    let changes: [(&str, Change); 9] = [
        ("tool", |header| header.tool.version.push('1')),
        ("today", |header| header.today = header.today.tomorrow().unwrap()),
        ("snapshots", |header| header.snapshots.truncate(1)),
        ("at", |header| header.at = Some("v1".to_owned())),
        ("show_passed", |header| header.show_passed = !header.show_passed),
        ("org_config", |header| header.org_config = Some("sha256:1".to_owned())),
        ("fail_on", |header| header.fail_on = Some(FailOn::Never)),
        ("packs", |header| header.packs.clear()),
        ("repos", |header| header.repos.truncate(1)),
    ];
    for (field, change) in changes {
        let scratch = TempDir::new().unwrap();
        let (one, other) = (scratch.path().join("one"), scratch.path().join("other"));
        let mut header = Header { shard: Some(Shard { index: 1, of: 2 }), ..header() };
        write(&one, &header, &[]);
        header.shard = Some(Shard { index: 2, of: 2 });
        change(&mut header);
        write(&other, &header, &[]);
        let said = refused(&[one.clone(), other.clone()]);
        let (one, other) = (one.display(), other.display());
        assert_eq!(said, format!("{one} and {other} are of different audits: they differ in `{field}`"));
    }
    let scratch = TempDir::new().unwrap();
    write(&scratch.path().join("1"), &Header { shard: Some(Shard { index: 1, of: 2 }), ..header() }, &[]);
    write(&scratch.path().join("2"), &header(), &[]);
    assert!(refused(&[scratch.path().to_owned()]).ends_with("they differ in `shard`"));
}

#[test]
fn folders_without_a_dataset_and_headers_that_are_none_are_told() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().to_owned();
    assert!(refused(std::slice::from_ref(&path)).contains("no dataset of an audit"));
    assert!(refused(&[path.join("nowhere")]).contains("cannot be read"));
    assert_eq!(refused(&[]), "no folder was named, so that there is nothing to merge");
    let mut twisted = header();
    twisted.repos.reverse();
    let mut miscounted = header();
    miscounted.rows = Some(Vec::new());
    let mut of_none = header();
    of_none.shard = Some(Shard { index: 1, of: 0 });
    for (text, said) in [
        ("{".to_owned(), "is not the header of an audit: EOF"),
        ("{\"schema\":\"tunelint.dev/audit/v9\"}".to_owned(), "this tunelint reads tunelint.dev/audit/v1"),
        ("{\"schema\":\"tunelint.dev/audit/v1\"}".to_owned(), "missing field `tool`"),
        (serde_json::to_string(&twisted).unwrap(), "repos or snapshots are not in order"),
        (serde_json::to_string(&miscounted).unwrap(), "rows are counted for other days than snapshots"),
        (serde_json::to_string(&of_none).unwrap(), "an audit has from 1 to 9999 shards, not 0"),
    ] {
        fs::write(path.join(HEADER), text).unwrap();
        let refused = refused(std::slice::from_ref(&path));
        assert!(refused.contains(said), "{refused}");
    }
}

#[test]
fn rows_that_cannot_be_are_told_with_their_line() {
    let row = |rows: &RepoRows| serde_json::to_string(&rows.findings[0]).unwrap() + "\n";
    let audit = sample();
    let (first, last) = (row(&audit.rows[0]), row(audit.rows.last().unwrap()));
    let other_day = row(&audit.rows[1]);
    let stranger = first.replace("\"repo\":\"", "\"repo\":\"a");
    let file = "findings/snapshot=2026-10-31/part-0001-of-0001.jsonl";
    for (text, said) in [
        (first.replace('{', "["), ":1: is no row of the table: "),
        (first.trim_end().to_owned(), ":1: breaks off: the file is not whole"),
        (format!("{first}{other_day}"), ":2: is a row of another day"),
        (stranger, "is out of order, or not in repos"),
        (last.replace("2026-11-24", "2026-10-31").replace("\"repo\":\"", "\"repo\":\"z"), ":1: z"),
    ] {
        let folder = TempDir::new().unwrap();
        write(folder.path(), &audit.header, &audit.rows);
        fs::write(folder.path().join(file), text).unwrap();
        let refused = refused(&[folder.path().to_owned()]);
        assert!(refused.contains(said), "{said}: {refused}");
    }
}

/// Takes the last lines from a file, and leaves it whole otherwise.
fn lose(file: &Path, lines: usize) {
    let text = fs::read_to_string(file).unwrap();
    let kept: Vec<&str> = text.split_inclusive('\n').collect();
    fs::write(file, kept[..kept.len() - lines].concat()).unwrap();
}

#[test]
fn lines_that_are_lost_at_the_end_of_a_file_are_told_with_its_name() {
    for table in Table::ALL {
        for (day, lost) in [("2026-10-31", 1), ("2026-11-24", 1), ("2026-11-24", 3)] {
            let scratch = TempDir::new().unwrap();
            let audit = sample();
            let shards = write_shards(scratch.path(), &audit, 2);
            let file = format!("{}/snapshot={day}/part-0002-of-0002.jsonl", table.name());
            let file = shards[1].join(file);
            let written = fs::read_to_string(&file).unwrap().lines().count();
            lose(&file, lost);
            let said = refused(&[scratch.path().to_owned()]);
            let rest = written - lost;
            let expected = format!("{}: holds {rest} rows, and {written} were written", file.display());
            assert!(said.starts_with(&expected), "{said}");
        }
    }
}

#[test]
fn rows_are_counted_by_day_and_table() {
    let folder = TempDir::new().unwrap();
    let mut audit = sample();
    audit.rows[0].findings.clear();
    let again = audit.rows[1].waivers.clone();
    audit.rows[1].waivers.extend(again);
    audit.rows[1].deployments.clear();
    audit.rows.pop();
    write(folder.path(), &audit.header, &audit.rows);
    let [first, last] = [audit.header.snapshots[0], audit.header.snapshots[1]];
    let counts = |snapshot, repos, deployments, findings, waivers| RowCounts {
        snapshot,
        repos,
        deployments,
        findings,
        waivers,
    };
    let expected = vec![counts(first, 7, 7, 6, 7), counts(last, 6, 5, 6, 7)];
    assert_eq!(Dataset::open(folder.path()).unwrap().header.rows, Some(expected));
}

#[test]
fn datasets_of_versions_that_did_not_count_are_read() {
    let scratch = TempDir::new().unwrap();
    let audit = sample();
    let shards = write_shards(&scratch.path().join("shards"), &audit, 2);
    for shard in &shards {
        let path = shard.join(HEADER);
        let mut header: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        assert!(header.as_object_mut().unwrap().remove("rows").is_some());
        fs::write(path, header.to_string()).unwrap();
    }
    write(&scratch.path().join("whole"), &audit.header, &audit.rows);
    merge(&shards, &scratch.path().join("merged"));
    assert_eq!(files(&scratch.path().join("whole")), files(&scratch.path().join("merged")));
}

#[test]
fn repositories_that_are_not_in_the_dataset_are_told() {
    let scratch = TempDir::new().unwrap();
    let audit = sample();
    let shards = write_shards(scratch.path(), &audit, 2);
    let part = |index: usize| {
        shards[index].join(format!("repos/snapshot=2026-10-31/part-000{}-of-0002.jsonl", index + 1))
    };
    fs::copy(part(0), part(1)).unwrap();
    let refused = refused(&[scratch.path().to_owned()]);
    assert!(refused.contains("is no repository of the dataset"), "{refused}");
}

#[test]
fn lines_longer_than_the_buffer_are_read() {
    let folder = TempDir::new().unwrap();
    let mut audit = sample();
    for (index, rows) in audit.rows.iter_mut().enumerate() {
        for finding in &mut rows.findings {
            finding.message = "long ".repeat(50_000 * (index % 3));
        }
    }
    write(folder.path(), &audit.header, &audit.rows);
    let read: Vec<RepoRows> = Dataset::open(folder.path()).unwrap().rows().collect::<Result<_, _>>().unwrap();
    assert!(read == audit.rows);
}

#[test]
fn a_list_of_formats_is_read() {
    assert_eq!("jsonl".parse(), Ok(Formats::JSON_LINES));
    assert_eq!("".parse::<Formats>(), Err(FormatsError::Empty));
    assert_eq!("csv".parse::<Formats>(), Err(FormatsError::Unknown("csv".to_owned())));
    let both = Formats { json_lines: true, parquet: true };
    assert_eq!(both.to_string(), "jsonl,parquet");
    let read = "jsonl, parquet".parse::<Formats>();
    assert_eq!(read, if cfg!(feature = "parquet") { Ok(both) } else { Err(FormatsError::NoParquet) });
}
