//! Globs over paths as reports show them: which one matches, and how near to it. A pattern that names a folder means
//! everything in it.

use std::path::Path;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

/// Patterns of one list. More are a mistake, and cost time in every file.
pub const MOST: usize = 1_000;

/// Bytes of a pattern. Nobody means a longer one.
const LONGEST: usize = 1_000;

/// Why a pattern is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Nothing is written.
    #[error("it is empty")]
    Empty,
    /// It begins at the root of the file system.
    #[error("it is absolute, and paths are relative here")]
    Absolute,
    /// It climbs.
    #[error("`..` leads out of the folder")]
    Climbs,
    /// It begins with `!`.
    #[error("there are no exceptions with `!` here")]
    Exception,
    /// It is beyond all measure.
    #[error("it is longer than {LONGEST} bytes")]
    Long,
    /// It cannot be read.
    #[error("{0}")]
    Syntax(String),
}

/// Patterns, compiled together.
#[derive(Clone, Debug, Default)]
pub struct Globs {
    set: GlobSet,
    depths: Vec<usize>,
    /// What each begins with, before its first wildcard.
    beginnings: Vec<String>,
}

impl Globs {
    /// Compiles patterns; each that is none is told with its index, and the others are kept under theirs.
    pub fn new<'a>(patterns: impl IntoIterator<Item = &'a str>) -> (Self, Vec<(usize, Error)>) {
        let mut builder = GlobSetBuilder::new();
        let (mut depths, mut beginnings, mut wrong) = (Vec::new(), Vec::new(), Vec::new());
        for (index, pattern) in patterns.into_iter().enumerate() {
            let glob = plain(pattern).and_then(|plain| {
                beginnings.push(beginning(plain));
                depths.push(plain.split('/').take_while(|part| !is_wild(part)).count());
                let glob = GlobBuilder::new(plain).literal_separator(true).build();
                glob.map_err(|error| Error::Syntax(error.kind().to_string()))
            });
            match glob {
                Ok(glob) => drop(builder.add(glob)),
                Err(error) => {
                    depths.resize(index + 1, 0);
                    beginnings.resize(index + 1, "/".to_owned());
                    // Its place is kept by a pattern that no path has.
                    if let Ok(none) = GlobBuilder::new("/").build() {
                        builder.add(none);
                    }
                    wrong.push((index, error));
                }
            }
        }
        match builder.build() {
            Ok(set) => (Self { set, depths, beginnings }, wrong),
            Err(error) => {
                wrong.push((0, Error::Syntax(error.kind().to_string())));
                (Self::default(), wrong)
            }
        }
    }

    /// Whether there is no pattern.
    pub fn is_empty(&self) -> bool {
        self.set.is_empty()
    }

    /// The patterns that a path itself matches, whatever lies above it.
    pub fn matches_alone(&self, path: &str) -> Vec<usize> {
        if self.set.is_match(path) { self.set.matches(path) } else { Vec::new() }
    }

    /// The patterns that a path, or a folder it lies in, matches.
    pub fn matches(&self, path: &str) -> Vec<usize> {
        let mut matched: Vec<usize> = Vec::new();
        for path in with_ancestors(path) {
            matched.extend(self.matches_alone(path));
        }
        matched.sort_unstable();
        matched.dedup();
        matched
    }

    /// Whether everything below a folder surely matches.
    pub fn covers(&self, folder: &str) -> bool {
        // What no file is called: only a pattern that takes any name takes it.
        let any = if folder.is_empty() { "\u{1}".to_owned() } else { format!("{folder}/\u{1}") };
        !self.matches(&any).is_empty()
    }

    /// Whether something below a folder could match.
    pub fn may_match_below(&self, folder: &str) -> bool {
        let mut beginnings = self.beginnings.iter();
        beginnings.any(|own| within(own, folder).is_some() || within(folder, own).is_some())
    }

    /// How many folders the nearest of the patterns that match names before its first wildcard.
    pub fn depth(&self, path: &str) -> Option<usize> {
        self.matches(path).into_iter().filter_map(|index| self.depths.get(index).copied()).max()
    }
}

/// A test of paths by one glob, in which `*` stays within a folder.
///
/// # Errors
/// What is wrong with it.
pub fn path_glob(pattern: &str) -> Result<impl Fn(&Path) -> bool, Error> {
    let glob = GlobBuilder::new(pattern).literal_separator(true).build();
    let matcher = glob.map_err(|error| Error::Syntax(error.kind().to_string()))?.compile_matcher();
    Ok(move |path: &Path| matcher.is_match(path))
}

/// A path and the folders above it, the nearest first.
fn with_ancestors(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(path), |path| path.rsplit_once('/').map(|(above, _)| above))
}

/// A pattern without what says nothing, or why it is none.
fn plain(pattern: &str) -> Result<&str, Error> {
    let mut plain = pattern;
    while let Some(rest) = plain.strip_prefix("./") {
        plain = rest;
    }
    let plain = plain.trim_end_matches('/');
    if plain.len() > LONGEST {
        return Err(Error::Long);
    }
    if pattern.starts_with('/') {
        return Err(Error::Absolute);
    }
    if plain.starts_with('!') {
        return Err(Error::Exception);
    }
    if plain.split('/').any(|part| part == "..") {
        return Err(Error::Climbs);
    }
    match plain {
        "" => Err(Error::Empty),
        // The folder itself: everything in it.
        "." => Ok("**"),
        _ => Ok(plain),
    }
}

/// Whether a part of a path is more than a name.
pub fn is_wild(part: &str) -> bool {
    part.contains(['*', '?', '[', '{', '\\'])
}

/// The folders that a pattern names before its first wildcard, or all of it where it has none.
pub fn beginning(pattern: &str) -> String {
    let pattern = plain(pattern).unwrap_or_default();
    pattern.split('/').take_while(|part| !is_wild(part)).collect::<Vec<_>>().join("/")
}

/// A folder, and which of the paths that reports show lie in it: reports name files as they were asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grounds {
    /// The folder's real path, with forward slashes.
    pub folder: String,
    /// Beginnings of paths as reports show them, with the real paths behind them. The empty one stands for the
    /// current folder.
    pub names: Vec<(String, String)>,
}

impl Grounds {
    /// The path below the folder of what reports show so; nothing for what lies elsewhere.
    pub fn below<'a>(&self, shown: &'a str) -> Option<std::borrow::Cow<'a, str>> {
        let named = self.names.iter().filter_map(|(name, real)| Some((name, real, within(shown, name)?)));
        let Some((_, real, rest)) = named.max_by_key(|(name, ..)| name.len()) else {
            return within(shown, &self.folder).map(Into::into);
        };
        match (within(real, &self.folder), within(&self.folder, real)) {
            (Some(""), _) => Some(rest.into()),
            (Some(above), _) if rest.is_empty() => Some(above.to_owned().into()),
            (Some(above), _) => Some(format!("{above}/{rest}").into()),
            (None, Some(below)) => within(rest, below).map(Into::into),
            (None, None) => None,
        }
    }
}

/// What is left of a path below a folder; nothing for what lies elsewhere.
pub fn within<'a>(path: &'a str, folder: &str) -> Option<&'a str> {
    let rest = path.strip_prefix(folder)?;
    if rest.is_empty() || folder.is_empty() || folder.ends_with('/') {
        // An absolute path does not lie below the current folder.
        return Some(rest).filter(|rest| !(folder.is_empty() && rest.starts_with('/')));
    }
    rest.strip_prefix('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn globs(patterns: &[&str]) -> Globs {
        let (globs, wrong) = Globs::new(patterns.iter().copied());
        assert_eq!(wrong, []);
        globs
    }

    #[test]
    fn a_pattern_that_names_a_folder_means_all_in_it() {
        for pattern in ["vendor", "vendor/", "./vendor", "vendor/**", "vendor/*", "**/sub", "v*"] {
            assert!(!globs(&[pattern]).matches("vendor/sub/a.yaml").is_empty(), "{pattern}");
        }
        for pattern in ["vend", "sub", "vendor/*.yaml", "*/a.yaml", "a.yaml"] {
            assert!(globs(&[pattern]).matches("vendor/sub/a.yaml").is_empty(), "{pattern}");
        }
        assert_eq!(globs(&["."]).matches("a.yaml"), [0]);
    }

    #[test]
    fn the_nearest_pattern_names_the_most_folders() {
        let globs = globs(&["**", "deploy/**", "deploy/prod", "deploy/*/a.yaml"]);
        assert_eq!(globs.depth("deploy/prod/a.yaml"), Some(2));
        assert_eq!(globs.depth("deploy/dev/a.yaml"), Some(1));
        assert_eq!(globs.depth("a.yaml"), Some(0));
    }

    #[test]
    fn it_is_known_what_surely_matches_below_a_folder_and_what_surely_does_not() {
        for (pattern, folder, covers, may_match) in [
            ("deploy/prod", "deploy/prod", true, true),
            ("deploy/**", "deploy/prod", true, true),
            ("**", "", true, true),
            ("deploy/prod", "deploy", false, true),
            ("deploy/*.yaml", "deploy/prod", false, true),
            ("deploy/prod", "deploy/dev", false, false),
            ("deploy", "deployments", false, false),
        ] {
            let globs = globs(&[pattern]);
            let known = (globs.covers(folder), globs.may_match_below(folder));
            assert_eq!(known, (covers, may_match), "{pattern} {folder}");
        }
    }

    #[test]
    fn what_is_no_pattern_is_told_and_the_others_keep_their_places() {
        let patterns = ["a", "", "/etc/**", "../b", "!c", "d/[", "e"];
        let (globs, wrong) = Globs::new(patterns);
        assert_eq!(wrong.iter().map(|(index, _)| *index).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
        assert_eq!(wrong[1].1, Error::Absolute);
        assert!(matches!(wrong[4].1, Error::Syntax(_)));
        assert_eq!(globs.matches("e/x.yaml"), [6]);
        assert_eq!(globs.matches("a"), [0]);
    }

    #[test]
    fn a_path_is_found_below_a_folder_however_it_was_asked_for() {
        let grounds = |folder: &str, names: &[(&str, &str)]| Grounds {
            folder: folder.to_owned(),
            names: names.iter().map(|(name, real)| ((*name).to_owned(), (*real).to_owned())).collect(),
        };
        let here = ("", "/srv/me/repo/deploy");
        let above = grounds("/srv/me/repo", &[here]);
        assert_eq!(above.below("a.yaml").as_deref(), Some("deploy/a.yaml"));
        assert_eq!(above.below("/srv/me/repo/b.yaml").as_deref(), Some("b.yaml"));
        assert_eq!(above.below("/srv/me/other/b.yaml"), None);
        let below = grounds("/srv/me/repo/deploy/prod", &[here]);
        assert_eq!(below.below("prod/a.yaml").as_deref(), Some("a.yaml"));
        assert_eq!(below.below("product/a.yaml"), None);
        let linked = grounds("/data/repo", &[here, ("../link", "/data/repo/deploy")]);
        assert_eq!(linked.below("../link/x/a.yaml").as_deref(), Some("deploy/x/a.yaml"));
        assert_eq!(linked.below("a.yaml"), None);
    }
}
