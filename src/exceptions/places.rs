//! Where files lie below the top of the repository, and which globs fit them.

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};

use globset::{Glob, GlobBuilder, GlobMatcher, GlobSet, GlobSetBuilder};

/// The top of the repository: what globs of waivers and lines of CODEOWNERS count from.
#[derive(Clone, Debug, Default)]
pub struct Top {
    /// The folder that reports name files from.
    pub here: PathBuf,
    /// The top; either both are absolute or both are empty, and then they are the same.
    pub top: PathBuf,
}

impl Top {
    /// A file that reports name so, from the top; as it is where it lies elsewhere.
    pub(super) fn below<'a>(&self, shown: &'a str) -> Cow<'a, str> {
        let is_plain = Path::new(shown).components().all(|part| matches!(part, Component::Normal(_)));
        if is_plain && self.here == self.top {
            return Cow::Borrowed(shown);
        }
        let mut flat = PathBuf::new();
        for part in self.here.join(shown).components() {
            match part {
                Component::CurDir => {}
                Component::ParentDir => drop(flat.pop()),
                part => flat.push(part),
            }
        }
        match flat.strip_prefix(&self.top).ok().and_then(Path::to_str) {
            Some(below) => Cow::Owned(below.replace('\\', "/")),
            None => Cow::Borrowed(shown),
        }
    }
}

/// A glob on a path from the top.
///
/// # Errors
/// What is wrong with it, in words.
pub(super) fn glob(text: &str) -> Result<Glob, String> {
    let text = text.strip_prefix("./").or_else(|| text.strip_prefix('/')).unwrap_or(text);
    GlobBuilder::new(text)
        .literal_separator(true)
        .backslash_escape(true)
        .build()
        .map_err(|error| error.kind().to_string())
}

/// Globs with a number each, asked together.
#[derive(Debug, Default)]
pub(super) struct Globs {
    /// Those that are no more than a path.
    literal: HashMap<Box<str>, Vec<usize>>,
    added: Vec<Glob>,
    numbers: Vec<usize>,
    set: GlobSet,
    /// Instead of the set, where all of them together are too large for one.
    each: Vec<GlobMatcher>,
}

impl Globs {
    /// Adds a glob; it counts after [`Self::build`].
    pub(super) fn add(&mut self, glob: &Glob, number: usize) {
        if glob.glob().contains(['*', '?', '[', '{', '\\']) {
            self.added.push(glob.clone());
            self.numbers.push(number);
        } else {
            self.literal.entry(glob.glob().into()).or_default().push(number);
        }
    }

    /// Makes what was added ready to be asked.
    pub(super) fn build(&mut self) {
        let mut builder = GlobSetBuilder::new();
        for glob in &self.added {
            builder.add(glob.clone());
        }
        match builder.build() {
            Ok(set) => self.set = set,
            Err(_) => self.each = self.added.iter().map(Glob::compile_matcher).collect(),
        }
        self.added = Vec::new();
    }

    /// The numbers of those that fit a path from the top.
    pub(super) fn fitting(&self, path: &str) -> Vec<usize> {
        let mut fitting = self.literal.get(path).cloned().unwrap_or_default();
        if !self.numbers.is_empty() {
            let mut indices = self.set.matches(path);
            indices
                .extend((0..).zip(&self.each).filter(|(_, own)| own.is_match(path)).map(|(index, _)| index));
            fitting.extend(indices.into_iter().filter_map(|index: usize| self.numbers.get(index)));
        }
        fitting
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_from_the_top() {
        let top = Top { here: "/repo/teams/retail".into(), top: "/repo".into() };
        assert_eq!(top.below("a.yaml"), "teams/retail/a.yaml");
        assert_eq!(top.below("../b.yaml"), "teams/b.yaml");
        assert_eq!(top.below("/repo/c.yaml"), "c.yaml");
        assert_eq!(top.below("/elsewhere/c.yaml"), "/elsewhere/c.yaml");
        assert_eq!(Top::default().below("deploy/a.yaml"), "deploy/a.yaml");
    }

    #[test]
    fn a_star_stops_at_a_slash() {
        let mut globs = Globs::default();
        for (number, text) in
            ["deploy/*.yaml", "deploy/**", "/deploy/a.yaml", "./x/{a,b}.yaml"].iter().enumerate()
        {
            globs.add(&glob(text).unwrap(), number);
        }
        globs.build();
        let fitting = |path| {
            let mut all = globs.fitting(path);
            all.sort_unstable();
            all
        };
        assert_eq!(fitting("deploy/a.yaml"), [0, 1, 2]);
        assert_eq!(fitting("deploy/prod/a.yaml"), [1]);
        assert_eq!(fitting("x/b.yaml"), [3]);
        assert!(fitting("y.yaml").is_empty());
        assert!(glob("deploy/[").is_err());
    }
}
