//! Repositories that cannot be read, or only in part: each is told, and the rest goes on.

use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use jiff::civil::date;
use serde_json::{Value, json};

use crate::common::{Outcome, Tree, manifest};
use crate::git_history::{self, Commit, Files, Node, add, git};
use crate::support::{audit, rows};

/// What the content of a large file is, where its content lies elsewhere.
const POINTER: &str = "version https://git-lfs.github.com/spec/v1\n\
                       oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n";

fn bot(name: &str) -> Files {
    let mut files = Files::new();
    add(&mut files, "deploy/bot.yaml", manifest(name));
    files
}

/// Writes a bare repository with one commit.
fn repo(tree: &Tree, path: &str, files: Files) -> PathBuf {
    let folder = tree.path(path);
    git_history::write(&folder, true, &[Commit { day: date(2026, 11, 5), files }]);
    folder
}

/// A tree with a good repository, first and last in order.
fn between_good_ones() -> Tree {
    let tree = Tree::new();
    repo(&tree, "a.git", bot("first"));
    repo(&tree, "z.git", bot("last"));
    tree
}

/// Audits all that there is, and returns the last row of `bad`; the good ones have to be there.
#[track_caller]
fn bad(tree: &Tree, arguments: &[&str]) -> (Outcome, Value) {
    let outcome = audit(tree, "", &[arguments, &["--dataset=kept", "--fail-on=never"]].concat());
    let repos = rows(&tree.path("kept"), "repos");
    let row = |name: &str| repos.iter().rfind(|row| row["repo"] == name).cloned();
    for name in ["a", "z"] {
        let row = row(name).unwrap_or_else(|| panic!("{name} is missing: {outcome:?}"));
        assert_eq!((&row["state"], &row["manifests"]), (&json!("audited"), &json!(1)), "{outcome:?}");
    }
    let bad = row("bad").unwrap_or_else(|| panic!("bad is missing: {outcome:?}"));
    (outcome, bad)
}

/// The same where `bad` cannot be read, for a reason that has one of these words.
#[track_caller]
fn fails(tree: &Tree, arguments: &[&str], words: &[&str]) {
    let (outcome, row) = bad(tree, arguments);
    assert_eq!(row["state"], "failed", "{row}");
    let problem = row["problem"].as_str().unwrap();
    assert!(words.iter().any(|word| problem.contains(word)), "{problem}");
    assert!(!problem.contains(tree.path("").to_str().unwrap()), "no path of the machine: {problem}");
    assert_eq!(outcome.status, Some(2), "{outcome:?}");
    assert!(format!("{}{}", outcome.stdout, outcome.stderr).contains("bad"), "{outcome:?}");
}

const ALL: [&str; 4] = ["a.git", "bad.git", "z.git", "--at=HEAD"];

/// The files of a folder below a bare repository, by the end of their name.
fn objects(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let all =
        walkdir::WalkDir::new(folder.join("objects")).into_iter().map(|entry| entry.unwrap().into_path());
    all.filter(|path| path.is_file() && path.to_str().unwrap().ends_with(ending)).collect()
}

fn writable(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(0o644)).unwrap();
}

#[test]
fn a_pack_that_was_cut_off() {
    let tree = between_good_ones();
    let folder = repo(&tree, "bad.git", bot("bad"));
    for pack in objects(&folder, ".pack") {
        let bytes = fs::read(&pack).unwrap();
        writable(&pack);
        fs::write(&pack, &bytes[..bytes.len() / 2]).unwrap();
    }
    fails(&tree, &ALL, &["damaged"]);
    fails(&tree, &[&ALL[..], &["--history=3", "--every=month"]].concat(), &["damaged"]);
}

#[test]
fn a_file_whose_content_is_gone() {
    let tree = between_good_ones();
    let folder = repo(&tree, "bad.git", bot("bad"));
    let id = git(&folder, &["rev-parse", "HEAD:deploy/bot.yaml"]);
    let pack = objects(&folder, ".pack").remove(0);
    let kept = tree.path("kept.pack");
    fs::rename(&pack, &kept).unwrap();
    fs::remove_file(pack.with_extension("idx")).unwrap();
    let unpacked = git_history::command(&folder, &["unpack-objects", "-q"])
        .stdin(fs::File::open(&kept).unwrap())
        .status()
        .unwrap();
    assert!(unpacked.success());
    fs::remove_file(folder.join("objects").join(&id[..2]).join(&id[2..])).unwrap();

    let (outcome, row) = bad(&tree, &ALL);
    let findings = rows(&tree.path("kept"), "findings");
    let told = findings.iter().any(|own| own["repo"] == "bad" && own["file"] == "deploy/bot.yaml");
    assert!(told || row["problem"].is_string(), "{row} {outcome:?}");
}

#[test]
fn a_head_that_leads_nowhere_and_a_repository_without_a_commit() {
    let tree = between_good_ones();
    let folder = repo(&tree, "bad.git", bot("bad"));
    fs::write(folder.join("HEAD"), "ref: refs/heads/gone\n").unwrap();
    fails(&tree, &ALL, &["HEAD"]);
    fs::remove_dir_all(&folder).unwrap();
    repo(&tree, "empty.git", Files::new());
    git(&tree.path(""), &["init", "--quiet", "--bare", "bad.git"]);
    fails(&tree, &ALL, &["HEAD", "no commit"]);
}

#[test]
fn a_revision_that_one_repository_does_not_have() {
    let tree = between_good_ones();
    for name in ["a.git", "z.git"] {
        git(&tree.path(name), &["branch", "release"]);
    }
    repo(&tree, "bad.git", bot("bad"));
    fails(&tree, &["a.git", "bad.git", "z.git", "--at=release"], &["release is no revision"]);
}

#[test]
fn a_folder_that_is_no_repository_where_a_revision_is_asked_for() {
    let tree = between_good_ones();
    tree.write("bad/deploy/bot.yaml", manifest("bad"));
    fails(&tree, &["a.git", "bad", "z.git", "--at=HEAD"], &["is in no git repository"]);
    let (outcome, row) = bad(&tree, &["a.git", "bad", "z.git"]);
    assert_eq!((outcome.status, &row["state"]), (Some(0), &json!("audited")), "as it stands it can be read");
    assert_eq!(row["commit"], Value::Null);
}

#[test]
fn a_line_of_a_list_that_leads_nowhere() {
    let tree = between_good_ones();
    tree.write("list.txt", "a.git\nbad.git\n\nz.git\n");
    fails(&tree, &["--list=list.txt", "--at=HEAD"], &["does not exist"]);
    let nowhere = audit(&tree, "", &["--list", "nowhere.txt"]);
    assert_eq!(nowhere.status, Some(2));
    assert!(nowhere.stderr.contains("nowhere.txt"), "{nowhere:?}");
}

#[test]
fn one_repository_named_twice_is_audited_once() {
    let tree = between_good_ones();
    tree.link("same.git", "a.git");
    let outcome = audit(
        &tree,
        "",
        &["a.git", "./a.git", "*.git", "z.git/", "--at=HEAD", "--dataset=kept", "--fail-on=never"],
    );
    let repos = rows(&tree.path("kept"), "repos");
    let names: Vec<_> = repos.iter().map(|row| row["repo"].as_str().unwrap()).collect();
    assert_eq!(names, ["a", "z"], "{outcome:?}");
}

#[test]
fn nothing_to_audit_is_told() {
    let tree = Tree::new();
    for words in [&["nothing/*"][..], &["absent.git"], &["absent.git", "--at=HEAD"]] {
        let outcome = audit(&tree, "", words);
        assert_eq!(outcome.status, Some(2), "{outcome:?}");
        let text = format!("{}{}", outcome.stdout, outcome.stderr);
        assert!(text.contains(words[0].trim_end_matches(".git")), "{outcome:?}");
    }
}

/// What can be read in part is told of as its checkout is, where that can be had.
#[test]
fn submodules_and_pointers_are_told_as_passed_over() {
    let tree = between_good_ones();
    let mut files = bot("bad");
    files.insert(b"vendor/charts".to_vec(), Node::Submodule);
    add(
        &mut files,
        ".gitmodules",
        "[submodule \"c\"]\n\tpath = vendor/charts\n\turl = https://example.com/c\n",
    );
    add(&mut files, "deploy/weights.yaml", POINTER);
    add(&mut files, "models/adapter.safetensors", POINTER);
    repo(&tree, "bad.git", files);
    let (outcome, row) = bad(&tree, &ALL);
    assert_eq!((outcome.status, &row["state"]), (Some(0), &json!("audited")), "{outcome:?}");
    assert_eq!(
        row["passed_over"],
        json!([
            {"code": "lfs-pointer", "path": "deploy/weights.yaml"},
            {"code": "submodule", "path": "vendor/charts"},
        ])
    );
}

#[test]
fn a_shallow_clone_is_told_as_one() {
    let tree = between_good_ones();
    let commits: Vec<Commit> = (1..=3)
        .map(|month| Commit { day: date(2026, month, 5), files: bot(&format!("bad-{month}")) })
        .collect();
    git_history::write(&tree.path("whole"), true, &commits);
    let url = format!("file://{}", tree.path("whole").display());
    git(&tree.path(""), &["clone", "--quiet", "--bare", "--depth=1", &url, "bad.git"]);
    let (_, row) = bad(&tree, &[&ALL[..], &["--history=2"]].concat());
    assert_eq!(row["passed_over"][0]["code"], "shallow", "{row}");
    assert_eq!(row["state"], "audited");
}

#[test]
fn a_blob_of_many_megabytes_is_over_the_limit_of_files_and_takes_no_memory() {
    let tree = between_good_ones();
    let mut files = bot("bad");
    files.insert(b"deploy/large.yaml".to_vec(), Node::Zeros(20 << 20));
    files.insert(b"deploy/weights.bin".to_vec(), Node::Zeros(20 << 20));
    repo(&tree, "bad.git", files);
    let (outcome, row) = bad(&tree, &ALL);
    assert_eq!((&row["state"], &row["manifests"]), (&json!("audited"), &json!(1)), "{outcome:?}");
    as_checked_out(&tree);
}

#[test]
fn paths_of_any_bytes_are_shown_so_that_they_can_be_read() {
    let tree = between_good_ones();
    let mut files = bot("bad");
    add(&mut files, "deploy/two\nlines.yaml", manifest("newline"));
    add(&mut files, "deploy/\u{1b}[31mred.yaml", manifest("escape"));
    add(&mut files, b"deploy/caf\xe9.yaml", manifest("latin"));
    add(&mut files, "deploy/\"quoted\"\\.yaml", manifest("quoted"));
    add(&mut files, "deploy/-n --at.yaml", manifest("option"));
    repo(&tree, "bad.git", files);
    let (outcome, row) = bad(&tree, &ALL);
    assert_eq!(row["manifests"], 6, "{outcome:?}");
    assert!(!outcome.stdout.contains('\u{1b}') && !outcome.stderr.contains('\u{1b}'));
    as_checked_out(&tree);
}

#[test]
fn a_name_of_any_bytes_is_a_name() {
    let tree = between_good_ones();
    let name = std::ffi::OsStr::from_bytes(b"caf\xe9\n.git");
    git_history::write(&tree.path(name), true, &[Commit { day: date(2026, 11, 5), files: bot("odd") }]);
    let outcome = audit(&tree, "", &["*.git", "--at=HEAD", "--dataset=kept", "--fail-on=never"]);
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    let deployments = rows(&tree.path("kept"), "deployments");
    let names: Vec<_> = deployments.iter().map(|row| row["deployment"].as_str().unwrap()).collect();
    assert!(names.contains(&"odd") && names.len() == 3, "{names:?}");
}

/// Whether the findings of `bad` are those of its checkout.
#[track_caller]
fn as_checked_out(tree: &Tree) {
    git(&tree.path(""), &["clone", "--quiet", "--template=", "bad.git", "out/bad"]);
    audit(tree, "out", &["bad", "--dataset=../files", "--fail-on=never"]);
    for table in ["findings", "deployments"] {
        let mut objects = rows(&tree.path("kept"), table);
        objects.retain(|row| row["repo"] == "bad");
        assert_eq!(objects, rows(&tree.path("files"), table));
    }
}

/// Another user's repository, where we are somebody who can make one.
#[test]
fn a_repository_of_somebody_else_is_told_with_what_would_help() {
    let tree = between_good_ones();
    let folder = repo(&tree, "bad.git", bot("bad"));
    if std::os::unix::fs::chown(&folder, Some(65_532), Some(65_532)).is_err() {
        return;
    }
    fails(&tree, &ALL, &["safe.directory"]);
}
