//! Shards: merged, they are the whole, to the byte; and one that is not there is named.

use std::fs;

use serde_json::{Value, json};

use crate::common::Outcome;
use crate::organisation::{Size, TODAY};
use crate::support::{Organisation, files, header, rows, word};

const SHARDS: u32 = 7;
/// All kinds of files that this build can write.
const KINDS: &str =
    if cfg!(feature = "parquet") { "--dataset-format=jsonl,parquet" } else { "--dataset-format=jsonl" };
const FORMATS: [&str; 3] = ["json", "html", "markdown"];
const OPTIONS: [&str; 11] = [
    "repos/*",
    "--at=HEAD",
    "--history=1",
    "--every=month",
    "--org-config=org",
    "--facts=facts.yaml",
    "--fail-on=never",
    "--format=brief",
    "--show-passed",
    KINDS,
    "--threads=2",
];

/// The options that write all that an audit can write below a folder.
fn written_to(folder: &str) -> Vec<String> {
    let report = |format: &&str| format!("--format={format}={folder}/report.{format}");
    std::iter::once(format!("--dataset={folder}/dataset")).chain(FORMATS.iter().map(report)).collect()
}

/// Runs `audit` with these words and those that write below a folder.
fn run(own: &Organisation, words: &[&str], folder: &str) -> Outcome {
    fs::create_dir_all(own.tree.path(folder)).unwrap();
    let written = written_to(folder);
    let written: Vec<&str> = written.iter().map(String::as_str).collect();
    own.audit(&[words, &written].concat())
}

/// A small organisation of which each shard has something.
fn small() -> Organisation {
    Organisation::new(&Size { repos: 14, months: 2, deployments: 1, applications: 1, work_trees: true })
}

/// The organisation, audited in shards into `shard-1` to `shard-7`.
fn sharded() -> Organisation {
    let own = small();
    for index in 1..=SHARDS {
        let shard = format!("--shard={index}/{SHARDS}");
        run(&own, &[&OPTIONS[..], &[&shard]].concat(), &format!("shard-{index}"));
    }
    own
}

/// The datasets of the shards, the last one first: their order has no meaning.
fn shards() -> Vec<String> {
    (1..=SHARDS).rev().map(|index| format!("shard-{index}/dataset")).collect()
}

fn merge(own: &Organisation, shards: &[String], folder: &str) -> Outcome {
    let mut words = vec!["merge"];
    words.extend(shards.iter().map(String::as_str));
    run(own, &[&words[..], &["--fail-on=never", "--format=brief", KINDS]].concat(), folder)
}

/// The repositories of a shard, by the dataset that it wrote.
fn repos_of(own: &Organisation, index: u32) -> Vec<String> {
    let rows = rows(&own.tree.path(format!("shard-{index}/dataset")), "repos");
    let mut names: Vec<String> = rows.iter().map(|row| word(row, "repo").to_owned()).collect();
    names.sort();
    names.dedup();
    names
}

#[track_caller]
fn assert_same(own: &Organisation, one: &str, other: &str) {
    let (one, other) = (files(&own.tree.path(one)), files(&own.tree.path(other)));
    assert!(one.keys().any(|name| name.ends_with("audit.json")), "there is a dataset");
    assert_eq!(one.keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>());
    for (name, bytes) in &one {
        assert!(*bytes == other[name], "{name} differs");
    }
}

#[test]
fn merged_they_are_the_whole_to_the_byte() {
    let own = sharded();
    let all: Vec<String> = (1..=SHARDS).flat_map(|index| repos_of(&own, index)).collect();
    assert_eq!(all.len(), own.repos.len(), "each repository is in one shard");
    let filled = (1..=SHARDS).filter(|index| !repos_of(&own, *index).is_empty()).count();
    assert!(filled >= 4, "repositories are spread over the shards: {filled}");

    let whole = run(&own, &OPTIONS, "whole");
    assert_eq!(whole.status, Some(2), "locked parameters were moved: {whole:?}");
    let merged = merge(&own, &shards(), "merged");
    assert_eq!(merged.status, Some(2), "{merged:?}");
    assert_same(&own, "whole", "merged");
    assert_eq!(merged.stdout, whole.stdout);
}

#[test]
fn a_shard_that_died_or_never_was_is_named_with_what_is_missing_for_it() {
    let own = sharded();
    let filled: Vec<u32> = (1..=SHARDS).filter(|index| !repos_of(&own, *index).is_empty()).collect();
    let (absent, died) = (filled[0], filled[1]);
    let expected = json!([
        {"shard": {"index": absent, "of": SHARDS}, "why": "absent", "repos": repos_of(&own, absent)},
        {"shard": {"index": died, "of": SHARDS}, "why": "incomplete", "repos": repos_of(&own, died)},
    ]);
    fs::remove_dir_all(own.tree.path(format!("shard-{absent}"))).unwrap();
    die(&own, died);

    let named: Vec<String> =
        shards().into_iter().filter(|path| !path.starts_with(&format!("shard-{absent}/"))).collect();
    let merged = merge(&own, &named, "merged");
    assert_eq!(merged.status, Some(2), "{merged:?}");
    let header = header(&own.tree.path("merged/dataset"));
    assert_eq!(header["missing"], expected);
    assert_eq!(header["repos"].as_array().unwrap().len(), own.repos.len(), "all are named all the same");

    let mut words = vec!["merge", "--fail-on=never"];
    words.extend(named.iter().map(String::as_str));
    let text = own.audit(&words).stdout;
    for index in [absent, died] {
        assert!(text.contains(&format!("shard {index} of {SHARDS} is ")), "{text}");
    }
    let written =
        |format: &str| fs::read_to_string(own.tree.path(format!("merged/report.{format}"))).unwrap();
    let page = written("markdown");
    assert!(page.contains(&format!("shard {absent} of {SHARDS} is absent")), "{page}");
    assert!(page.contains(&format!("shard {died} of {SHARDS} is incomplete")), "{page}");
    for format in ["json", "html"] {
        let report = written(format).replace("&#x2f;", "/");
        for missing in expected.as_array().unwrap() {
            for repo in missing["repos"].as_array().unwrap() {
                assert!(report.contains(repo.as_str().unwrap()), "{format} names {repo}");
            }
        }
    }
    let rest = rows(&own.tree.path("merged/dataset"), "repos");
    let told = |index: u32| {
        let repos = repos_of(&own, index);
        rest.iter().any(|row| repos.iter().any(|repo| row["repo"] == **repo))
    };
    assert!(filled[2..].iter().all(|index| told(*index)), "the others are there");
}

/// What is left of a shard whose process was ended in the middle of its work.
fn die(own: &Organisation, index: u32) {
    let dataset = own.tree.path(format!("shard-{index}/dataset"));
    for (name, bytes) in files(&dataset) {
        let path = dataset.join(&name);
        if name == "audit.json" {
            let mut header: Value = serde_json::from_slice(&bytes).unwrap();
            header["complete"] = json!(false);
            fs::write(path, header.to_string()).unwrap();
        } else {
            fs::write(path, &bytes[..bytes.len() / 2]).unwrap();
        }
    }
}

#[test]
fn a_shard_whose_rows_were_cut_later_is_told_as_well() {
    let own = sharded();
    let index = (1..=SHARDS).find(|index| !repos_of(&own, *index).is_empty()).unwrap();
    let dataset = own.tree.path(format!("shard-{index}/dataset"));
    for (name, bytes) in files(&dataset).into_iter().filter(|(name, _)| name.contains("findings")) {
        fs::write(dataset.join(name), &bytes[..bytes.len() / 2]).unwrap();
    }
    let merged = merge(&own, &shards(), "merged");
    assert_eq!(merged.status, Some(2), "{merged:?}");
    let text = format!("{}{}", merged.stdout, merged.stderr);
    assert!(
        text.contains(&format!("shard-{index}")) || text.contains(&format!("{index}/{SHARDS}")),
        "{text}"
    );
}

#[test]
fn whole_lines_that_a_shard_lost_are_told_with_the_file() {
    let own = sharded();
    let index = (1..=SHARDS).find(|index| !repos_of(&own, *index).is_empty()).unwrap();
    let file =
        format!("shard-{index}/dataset/findings/snapshot={TODAY}/part-{index:04}-of-{SHARDS:04}.jsonl");
    let text = fs::read_to_string(own.tree.path(&file)).unwrap();
    let written = text.lines().count();
    let shorter = text.trim_end().rsplit_once('\n').map_or(String::new(), |(rest, _)| format!("{rest}\n"));
    fs::write(own.tree.path(&file), shorter).unwrap();
    let merged = merge(&own, &shards(), "merged");
    assert_eq!(merged.status, Some(2), "{merged:?}");
    let said = format!("{file}: holds {} rows, and {written} were written", written - 1);
    assert!(merged.stderr.contains(&said), "{merged:?}");
    assert_eq!(header(&own.tree.path("merged/dataset"))["complete"], json!(false));
}

#[test]
fn parts_of_different_audits_are_not_merged() {
    let own =
        Organisation::new(&Size { repos: 6, months: 1, deployments: 1, applications: 0, work_trees: false });
    let one = ["repos/*", "--shard=1/2", "--dataset=one", "--fail-on=never"];
    own.audit(&one);
    let refused = |words: &[&str], why: &str| {
        own.audit(words);
        assert!(own.tree.path("other/audit.json").exists(), "{why}");
        let merged = own.audit(&["merge", "one", "other", "--dataset", "merged"]);
        assert_eq!(merged.status, Some(2), "{why}: {merged:?}");
        assert!(merged.stderr.contains("other"), "{why}: {merged:?}");
        let _ = fs::remove_dir_all(own.tree.path("other"));
    };
    refused(&["repos/*", "--shard=2/3", "--dataset=other", "--fail-on=never"], "of another number of shards");
    refused(
        &["repos/*", "--shard=2/2", "--dataset=other", "--fail-on=never", "--at=HEAD"],
        "of another revision",
    );
    refused(&["repos/*", "--shard=1/2", "--dataset=other", "--fail-on=never"], "twice the same");
    refused(&["repos/c*", "--shard=2/2", "--dataset=other", "--fail-on=never"], "of other repositories");
}

#[test]
fn what_is_merged_does_not_take_the_place_of_what_it_is_merged_of() {
    let own = small();
    own.audit(&["repos/*", "--shard=1/2", "--dataset=parts/one", "--fail-on=never"]);
    let before = files(&own.tree.path("parts"));
    for written in ["parts/one", "parts/../parts/one"] {
        let merged = own.audit(&["merge", "parts", "--dataset", written]);
        assert_eq!(merged.status, Some(2), "{merged:?}");
        assert!(merged.stderr.contains("would replace what is merged"), "{merged:?}");
        assert_eq!(files(&own.tree.path("parts")), before);
    }
}

#[test]
fn any_number_of_threads_gives_the_same_bytes_and_so_does_a_second_run() {
    let own = small();
    let mut options = OPTIONS.to_vec();
    options.pop();
    let first = run(&own, &[&options[..], &["--threads=1"]].concat(), "first");
    for (threads, folder) in [("1", "again"), ("2", "two"), ("8", "eight")] {
        let outcome = run(&own, &[&options[..], &["--threads", threads]].concat(), folder);
        assert_eq!((outcome.status, &outcome.stdout), (first.status, &first.stdout));
        assert_same(&own, "first", folder);
    }
}

#[test]
fn a_shard_is_the_pods_own_by_its_completion_index() {
    let own =
        Organisation::new(&Size { repos: 6, months: 1, deployments: 1, applications: 0, work_trees: false });
    own.audit(&["repos/*", "--shard=2/3", "--dataset=named", "--fail-on=never"]);
    let words =
        ["audit", "repos/*", "--shard=/3", "--dataset=told", "--fail-on=never", "--today", "2026-11-24"];
    let run = |index: Option<&str>| {
        let mut command = own.tree.command(&words);
        command.env("PATH", std::env::var_os("PATH").unwrap());
        if let Some(index) = index {
            command.env("JOB_COMPLETION_INDEX", index);
        }
        command.output().unwrap()
    };
    assert_eq!(run(Some("1")).status.code(), Some(0));
    assert_same(&own, "named", "told");
    for wrong in [None, Some("3"), Some("-1"), Some("x")] {
        assert_eq!(run(wrong).status.code(), Some(2), "{wrong:?}");
    }
}
