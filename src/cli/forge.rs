//! Where the repository lies, and where its lines are pages: for the formats that a forge reads.

use std::path::Path;

/// What the system and a CI server's environment say.
#[derive(Debug, Default)]
pub(super) struct Forge {
    /// The current folder from the root of the repository, with forward slashes; empty at the root.
    pub(super) folder: Option<String>,
    /// What the pages of files are below, at the commit that is checked.
    pub(super) link_base: Option<String>,
}

impl Forge {
    /// Looks; `commit` is the one that is checked out.
    pub(super) fn of(commit: Option<&str>) -> Self {
        let here = std::env::current_dir().and_then(|here| here.canonicalize()).ok();
        let folder = here.as_deref().and_then(below_root);
        let link_base = commit.filter(|_| folder.is_some()).and_then(|commit| {
            base(&|name| std::env::var(name).ok().filter(|value| !value.is_empty()), commit)
        });
        Self { folder, link_base }
    }
}

/// A folder from the root of the repository that it lies in; nothing outside of one, or where the name is no text.
fn below_root(here: &Path) -> Option<String> {
    let root = here.ancestors().find(|folder| folder.join(".git").exists())?;
    Some(here.strip_prefix(root).ok()?.to_str()?.replace(std::path::MAIN_SEPARATOR, "/"))
}

/// What files are below on the forge whose CI runs us.
fn base(variable: &dyn Fn(&str) -> Option<String>, commit: &str) -> Option<String> {
    let github = || {
        let (server, repository) = (variable("GITHUB_SERVER_URL")?, variable("GITHUB_REPOSITORY")?);
        Some(format!("{server}/{repository}/blob/{commit}"))
    };
    let gitlab = || Some(format!("{}/-/blob/{commit}", variable("CI_PROJECT_URL")?));
    github().or_else(gitlab).filter(|base| base.starts_with("https://") || base.starts_with("http://"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base_of(pairs: &[(&str, &str)]) -> Option<String> {
        let variable =
            |name: &str| pairs.iter().find(|(own, _)| *own == name).map(|(_, value)| (*value).to_owned());
        base(&variable, "abc")
    }

    #[test]
    fn pages_of_files_are_known_in_the_jobs_of_both_forges() {
        let github = [("GITHUB_SERVER_URL", "https://github.com"), ("GITHUB_REPOSITORY", "o/r")];
        assert_eq!(base_of(&github).as_deref(), Some("https://github.com/o/r/blob/abc"));
        let gitlab = [("CI_PROJECT_URL", "https://gitlab.example/o/r")];
        assert_eq!(base_of(&gitlab).as_deref(), Some("https://gitlab.example/o/r/-/blob/abc"));
        assert_eq!(base_of(&github[..1]), None);
        assert_eq!(base_of(&[("CI_PROJECT_URL", "javascript:alert(1)")]), None);
    }

    #[test]
    fn a_folder_is_told_from_the_root_of_its_repository() {
        let root = tempfile::tempdir().unwrap();
        let inner = root.path().join("infra/llm");
        std::fs::create_dir_all(&inner).unwrap();
        std::fs::create_dir(root.path().join(".git")).unwrap();
        assert_eq!(below_root(&inner).as_deref(), Some("infra/llm"));
        assert_eq!(below_root(root.path()).as_deref(), Some(""));
    }
}
