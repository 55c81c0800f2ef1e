//! The commit that is checked out, read from git's own files: no git needed, and nothing said in doubt.

use std::path::{Path, PathBuf};

use crate::read;

/// The commit of the work tree around the current folder.
pub(super) fn current() -> Option<String> {
    let here = std::env::current_dir().ok()?;
    here.ancestors().find_map(|folder| commit(&folder.join(".git")))
}

/// The commit that a `.git` stands for: a folder, or in a linked work tree a file that names one.
pub(super) fn commit(git: &Path) -> Option<String> {
    let folder = match read::small(git) {
        Some(text) => beside(git.parent()?, text.strip_prefix("gitdir:")?),
        None => git.to_owned(),
    };
    let head = read::small(&folder.join("HEAD"))?;
    let Some(name) = head.strip_prefix("ref:").map(str::trim) else { return hash(&head) };
    // A ref's name becomes a path: only names that stay below `refs/`.
    if !name.starts_with("refs/") || name.split('/').any(|part| part == "..") {
        return None;
    }
    let common = match read::small(&folder.join("commondir")) {
        Some(text) => beside(&folder, &text),
        None => folder.clone(),
    };
    let loose = |folder: &Path| read::small(&folder.join(name)).and_then(|text| hash(&text));
    loose(&folder).or_else(|| loose(&common)).or_else(|| {
        let packed = read::small(&common.join("packed-refs"))?;
        let line = packed.lines().find(|line| line.split_once(' ').is_some_and(|(_, own)| own == name))?;
        hash(line.split(' ').next()?)
    })
}

fn beside(folder: &Path, named: &str) -> PathBuf {
    folder.join(named.trim())
}

/// A commit's hash, SHA-1 or SHA-256.
fn hash(text: &str) -> Option<String> {
    let text = text.trim();
    let sound = matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    sound.then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const HASH: &str = "0123456789abcdef0123456789abcdef01234567";

    #[test]
    fn a_commit_is_found_loose_packed_detached_and_in_a_linked_work_tree() {
        let folder = tempfile::tempdir().unwrap();
        let git = folder.path().join("main/.git");
        fs::create_dir_all(git.join("refs/heads")).unwrap();
        assert_eq!(commit(&git), None);
        fs::write(git.join("HEAD"), "ref: refs/heads/main\n").unwrap();
        assert_eq!(commit(&git), None);
        fs::write(git.join("packed-refs"), format!("# pack-refs\n{HASH} refs/heads/main\n")).unwrap();
        assert_eq!(commit(&git).as_deref(), Some(HASH));
        let other = HASH.replace('0', "f");
        fs::write(git.join("refs/heads/main"), format!("{other}\n")).unwrap();
        assert_eq!(commit(&git), Some(other));

        let linked = git.join("worktrees/topic");
        fs::create_dir_all(&linked).unwrap();
        fs::create_dir(folder.path().join("topic")).unwrap();
        fs::write(folder.path().join("topic/.git"), format!("gitdir: {}\n", linked.display())).unwrap();
        fs::write(linked.join("commondir"), "../..\n").unwrap();
        fs::write(linked.join("HEAD"), "ref: refs/heads/topic\n").unwrap();
        fs::write(git.join("refs/heads/topic"), HASH).unwrap();
        assert_eq!(commit(&folder.path().join("topic/.git")).as_deref(), Some(HASH));

        fs::write(git.join("HEAD"), HASH).unwrap();
        assert_eq!(commit(&git).as_deref(), Some(HASH));
    }

    #[test]
    fn in_doubt_there_is_no_commit() {
        let folder = tempfile::tempdir().unwrap();
        for head in ["", "ref: ../../secret", "ref: refs/../../secret", "not a hash", &HASH[1..]] {
            fs::write(folder.path().join("HEAD"), head).unwrap();
            assert_eq!(commit(folder.path()), None, "{head}");
        }
    }
}
