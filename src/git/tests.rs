use std::fs;

use super::*;

/// A repository made for a test, with the git command.
struct Made {
    folder: tempfile::TempDir,
}

impl Made {
    fn new(arguments: &[&str]) -> Self {
        let made = Self { folder: tempfile::tempdir().unwrap() };
        made.git(&[&["init", "--quiet", "--initial-branch=main"], arguments].concat());
        made
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn git(&self, arguments: &[&str]) -> String {
        let mut command = Command::new("git");
        for name in OF_ANOTHER_REPOSITORY {
            command.env_remove(name);
        }
        let output = command
            .current_dir(self.path())
            .args(["-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "protocol.file.allow=always"])
            .args(arguments)
            .output()
            .unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
    }

    fn write(&self, path: &str, text: &str) {
        let file = self.path().join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }

    fn commit(&self, message: &str) -> String {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "-m", message]);
        self.git(&["rev-parse", "HEAD"])
    }

    fn open(&self) -> Repository {
        Repository::around(self.path()).unwrap()
    }
}

fn paths(set: impl IntoIterator<Item = impl AsRef<Path>>) -> Vec<String> {
    set.into_iter().map(|path| path.as_ref().to_string_lossy().into_owned()).collect()
}

#[test]
fn changes_count_from_where_the_branch_left_and_reach_to_files_git_does_not_know() {
    let made = Made::new(&[]);
    for name in ["kept.yaml", "edited.yaml", "staged.yaml", "gone.yaml"] {
        made.write(name, &format!("{name}: 1\n"));
    }
    made.write("old/name.yaml", &"a line that stays the same\n".repeat(20));
    made.write(".gitignore", "ignored.yaml\n");
    made.commit("first");
    made.git(&["switch", "--quiet", "-c", "topic"]);
    made.write("committed.yaml", "x: 1\n");
    made.commit("on the branch");
    made.git(&["switch", "--quiet", "main"]);
    made.write("on-main.yaml", "x: 1\n");
    made.commit("meanwhile");
    made.git(&["switch", "--quiet", "topic"]);
    made.write("edited.yaml", "edited: 2\n");
    made.write("staged.yaml", "staged: 2\n");
    made.git(&["add", "staged.yaml"]);
    made.git(&["rm", "--quiet", "gone.yaml"]);
    fs::create_dir(made.path().join("new")).unwrap();
    made.git(&["mv", "old/name.yaml", "new/näme\nof two lines.yaml"]);
    made.write("untracked/file.yaml", "x: 1\n");
    made.write("ignored.yaml", "x: 1\n");

    let changes = made.open().changes_since("main").unwrap();
    let renamed = "new/näme\nof two lines.yaml";
    let touched = ["committed.yaml", "edited.yaml", renamed, "staged.yaml", "untracked/file.yaml"];
    assert_eq!(paths(&changes.touched), touched);
    assert_eq!(paths(&changes.deleted), ["gone.yaml", "old/name.yaml"]);
    assert_eq!(changes.renamed.get(Path::new(renamed)), Some(&PathBuf::from("old/name.yaml")));
    assert!(changes.touches(Path::new(renamed)) && !changes.touches(Path::new("kept.yaml")));

    // Asked about from below the top, the paths are still those below the top.
    let below = Repository::around(&made.path().join("untracked")).unwrap();
    assert_eq!(below.changes_since("main").unwrap(), changes);
}

#[test]
fn an_unknown_revision_is_told_with_what_helps() {
    let made = Made::new(&[]);
    made.write("a.yaml", "a: 1\n");
    made.commit("first");
    let message = |rev: &str| made.open().changes_since(rev).unwrap_err().to_string();
    assert_eq!(message("nope"), "nope is no revision of this repository");
    assert_eq!(
        message("origin/main"),
        "origin/main is no revision of this repository; fetch it first (`git fetch origin main`)"
    );
    // What looks like an option is none.
    assert_eq!(message("--all"), "--all is no revision of this repository");
    assert_eq!(message(""), " is no revision of this repository");
    made.git(&["switch", "--quiet", "--orphan", "other"]);
    made.commit("unrelated");
    assert_eq!(message("main"), "main and HEAD have no common ancestor here");
}

#[test]
fn a_shallow_clone_is_told_how_to_get_its_history() {
    let made = Made::new(&[]);
    for turn in 0..3 {
        made.write("a.yaml", &format!("a: {turn}\n"));
        made.commit("turn");
    }
    let clone = tempfile::tempdir().unwrap();
    let url = format!("file://{}", made.path().display());
    made.git(&["clone", "--quiet", "--depth=1", &url, clone.path().to_str().unwrap()]);
    let error = Repository::around(clone.path()).unwrap().changes_since("HEAD~2").unwrap_err().to_string();
    assert!(error.contains("shallow clone") && error.contains("fetch-depth: 0"), "{error}");
}

#[test]
fn a_folder_outside_of_any_repository_is_told_so() {
    let folder = tempfile::tempdir().unwrap();
    let error = Repository::around(folder.path()).unwrap_err();
    assert!(matches!(error, Error::NotARepository { .. }), "{error}");
    let error = Repository::around(&folder.path().join("nowhere")).unwrap_err();
    assert!(matches!(error, Error::NotARepository { .. }), "{error}");
}

#[test]
fn a_commit_is_read_without_a_checkout_also_from_a_bare_repository() {
    let made = Made::new(&[]);
    made.write("deploy/a.yaml", "a: 1\n");
    made.write("deploy/b\nc.yaml", "b: 1\n");
    made.write("deployment.yaml", "not below deploy/\n");
    made.write("large.yaml", &"x".repeat(100_000));
    #[cfg(unix)]
    std::os::unix::fs::symlink("a.yaml", made.path().join("deploy/link.yaml")).unwrap();
    let first = made.commit("first");
    made.write("deploy/a.yaml", "a: 2\n");
    let second = made.commit("second");
    let bare = tempfile::tempdir().unwrap();
    made.git(&["clone", "--quiet", "--bare", made.path().to_str().unwrap(), bare.path().to_str().unwrap()]);

    let work_tree = made.open();
    let bare = Repository::around(bare.path()).unwrap();
    assert!(bare.is_bare() && !work_tree.is_bare());
    for repository in [&work_tree, &bare] {
        assert_eq!(repository.commit("main").unwrap().id, second);
        let history: Vec<String> =
            repository.history("main").unwrap().into_iter().map(|one| one.id).collect();
        assert_eq!(history, [second.as_str(), first.as_str()]);
        let snapshot = repository.snapshot(&first).unwrap();
        let below = snapshot.below(Path::new("deploy")).map(|entry| &entry.path);
        let expected = ["deploy/a.yaml", "deploy/b\nc.yaml", "deploy/link.yaml"];
        assert_eq!(paths(below), expected[..if cfg!(unix) { 3 } else { 2 }]);
        assert!(snapshot.is_folder(Path::new("deploy")) && !snapshot.is_folder(Path::new("deploy/a.yaml")));
        let mut buffer = Vec::new();
        assert_eq!(snapshot.read(Path::new("deploy/a.yaml"), 100, &mut buffer).unwrap(), Some(Object::Whole));
        assert_eq!(buffer, b"a: 1\n");
        assert_eq!(snapshot.read(Path::new("deploy/none.yaml"), 100, &mut buffer).unwrap(), None);
        assert_eq!(snapshot.read(Path::new("deploy/link.yaml"), 100, &mut buffer).unwrap(), None);

        // One process hands out one content after the other, also past one that is too large or not there.
        let id = |path: &str| snapshot.entry(Path::new(path)).unwrap().id.to_string();
        let (large, other) = (id("large.yaml"), id("deploy/b\nc.yaml"));
        let absent = "0123456789012345678901234567890123456789";
        let mut objects = repository.objects().unwrap();
        objects.ask(&[&large, absent, &other]).unwrap();
        assert_eq!(objects.answer(10, &mut buffer).unwrap(), Object::TooLarge(100_000));
        assert_eq!(buffer.len(), 10);
        assert_eq!(objects.answer(10, &mut buffer).unwrap(), Object::Missing);
        assert_eq!(objects.answer(10, &mut buffer).unwrap(), Object::Whole);
        assert_eq!(buffer, b"b: 1\n");
        assert_eq!(objects.read(&large, 200_000, &mut buffer).unwrap(), Object::Whole);
        assert_eq!(buffer.len(), 100_000);
    }
}

#[test]
fn a_submodule_is_listed_as_one() {
    let inner = Made::new(&[]);
    inner.write("a.yaml", "a: 1\n");
    inner.commit("first");
    let made = Made::new(&[]);
    made.git(&["submodule", "--quiet", "add", inner.path().to_str().unwrap(), "vendor/inner"]);
    let commit = made.commit("with a submodule");
    let snapshot = made.open().snapshot(&commit).unwrap();
    assert_eq!(snapshot.entry(Path::new("vendor/inner")).map(|entry| entry.kind), Some(EntryKind::Submodule));
}

/// What a repository's config names to be run is not run.
#[cfg(unix)]
#[test]
fn nothing_that_a_repository_names_is_run() {
    use std::os::unix::fs::PermissionsExt as _;
    let made = Made::new(&[]);
    made.write("a.yaml", "a: 1\n");
    made.write(".gitattributes", "*.yaml diff=own filter=own\n");
    made.commit("first");
    let trap = made.path().join("trap");
    let script = made.path().join("script.sh");
    fs::write(&script, format!("#!/bin/sh\ntouch {}\ncat\n", trap.display())).unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    let script = script.to_str().unwrap();
    for key in ["core.fsmonitor", "diff.external", "diff.own.textconv", "diff.own.command", "core.pager"] {
        made.git(&["config", key, script]);
    }
    made.write("a.yaml", "a: 2\n");
    let _ = fs::remove_file(&trap);
    let repository = made.open();
    let changes = repository.changes_since("HEAD").unwrap();
    assert!(changes.touches(Path::new("a.yaml")));
    repository.snapshot(&repository.commit("HEAD").unwrap().id).unwrap();
    assert!(!trap.exists());
}
