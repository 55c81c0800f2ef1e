//! Globs on the paths of manifests: which entries are about what stands in a place.
//!
//! A path is compared only with the globs that begin in one of its folders, so that the globs of many teams cost each
//! manifest no more than those of its own.

use std::collections::{BTreeMap, HashMap};

use globset::{Candidate, Glob, GlobBuilder, GlobSet};

use super::{Entry, Subject};
use crate::finding::{Finding, Label};
use crate::manifest::prose::shorten;

/// Globs that are compiled together: of far more, long ones would be over the size that a set may have.
const TOGETHER: usize = 64;
/// Globs of a file with wildcards that may begin in one folder: a path in it is compared with each of them.
const MOST_IN_FOLDER: usize = 1000;
/// Bytes of the longest glob: a path is no longer.
const LONGEST: usize = 1024;
/// What is no wildcard, and no way to write one, stands for itself.
const WILD: [char; 5] = ['*', '?', '[', '{', '\\'];

/// All globs of all files.
#[derive(Debug, Default)]
pub(super) struct Places {
    globs: Vec<PlaceGlob>,
    /// By the folder that they begin in, with a slash at its end.
    sets: HashMap<Box<str>, Vec<Set>>,
}

/// A glob, and the entry that it belongs to.
#[derive(Debug)]
pub(super) struct PlaceGlob {
    pub(super) subject: Subject,
    pub(super) entry: usize,
}

/// Some globs compiled together, with their indices.
#[derive(Debug)]
struct Set {
    compiled: GlobSet,
    indices: Vec<usize>,
}

impl Places {
    /// Adds the globs of a file, each with the index of its entry. Those that are none are told.
    pub(super) fn add(
        &mut self,
        globs: Vec<(Subject, usize)>,
        entries: &[Entry],
        findings: &mut Vec<Finding>,
    ) {
        let mut folders: BTreeMap<Box<str>, Folder> = BTreeMap::new();
        for (subject, entry) in globs {
            let mut refuse = |why: &str, help: &str| {
                if let Some(entry) = entries.get(entry) {
                    findings.push(refused(&subject, entry, why, help));
                }
            };
            let glob = match compile(&subject.text) {
                Ok(glob) => glob,
                Err(why) => {
                    refuse(&why, "a wildcard in brackets stands for itself: [*]");
                    continue;
                }
            };
            let folder = folders.entry(folder(&subject.text).into()).or_default();
            folder.wild += usize::from(subject.text.contains(WILD));
            if folder.wild > MOST_IN_FOLDER {
                let why = format!("it is one of more than {MOST_IN_FOLDER} that begin in one folder");
                refuse(&why, "name the deployments by their identities");
                continue;
            }
            folder.globs.push((glob, self.globs.len()));
            self.globs.push(PlaceGlob { subject, entry });
        }
        for (name, folder) in folders {
            let sets = self.sets.entry(name).or_default();
            for globs in folder.globs.chunks(TOGETHER) {
                let indices: Vec<usize> = globs.iter().map(|(_, index)| *index).collect();
                match GlobSet::new(globs.iter().map(|(glob, _)| glob)) {
                    Ok(compiled) => sets.push(Set { compiled, indices }),
                    Err(error) => {
                        for glob in indices.iter().filter_map(|&index| self.globs.get(index)) {
                            let Some(entry) = entries.get(glob.entry) else { continue };
                            let why = error.kind().to_string();
                            findings.push(refused(&glob.subject, entry, &why, "write it shorter"));
                        }
                    }
                }
            }
        }
    }

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.globs.is_empty()
    }

    /// All globs.
    pub(super) fn globs(&self) -> &[PlaceGlob] {
        &self.globs
    }

    /// The indices of the globs that a path fits, in order.
    pub(super) fn matches(&self, path: &str) -> Vec<usize> {
        let (mut all, mut some) = (Vec::new(), Vec::new());
        let candidate = Candidate::new(path);
        let ends = path.char_indices().filter(|(_, character)| *character == '/').map(|(at, _)| at + 1);
        for end in std::iter::once(0).chain(ends) {
            for set in path.get(..end).and_then(|folder| self.sets.get(folder)).into_iter().flatten() {
                set.compiled.matches_candidate_into(&candidate, &mut some);
                all.extend(some.iter().filter_map(|&index| set.indices.get(index)));
            }
        }
        all.sort_unstable();
        all
    }
}

/// The globs of a file that begin in one folder.
#[derive(Default)]
struct Folder {
    globs: Vec<(Glob, usize)>,
    /// How many have wildcards.
    wild: usize,
}

/// The folder that everything lies in that fits a glob, with a slash at its end; empty for any.
fn folder(glob: &str) -> &str {
    let plain = glob.split(WILD).next().unwrap_or_default();
    plain.rfind('/').and_then(|at| plain.get(..=at)).unwrap_or_default()
}

/// A glob as paths are compared with it: `*` stops at a slash.
fn compile(text: &str) -> Result<Glob, String> {
    if text.len() > LONGEST {
        return Err(format!("it is longer than {LONGEST} bytes"));
    }
    GlobBuilder::new(text).literal_separator(true).build().map_err(|error| error.kind().to_string())
}

fn refused(subject: &Subject, entry: &Entry, why: &str, help: &str) -> Finding {
    let message = format!("the glob {} does not count: {why}", shorten(&subject.text));
    let label = Label::new(entry.supplier.place(subject), "does not count");
    Finding::invalid("facts", "glob", message, label).with_help(help)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Span;

    fn places(globs: &[&str]) -> Places {
        let mut places = Places::default();
        let subject = |text: &str| Subject { text: text.into(), span: Span::default(), pointer: "".into() };
        let globs = globs.iter().enumerate().map(|(entry, text)| (subject(text), entry)).collect();
        let mut findings = Vec::new();
        places.add(globs, &[], &mut findings);
        assert!(findings.is_empty());
        places
    }

    #[test]
    fn a_star_stops_at_a_slash_and_two_do_not() {
        let places = places(&["deploy/*", "deploy/**", "**/bot.yaml", "*.yaml", "{a,deploy}/?/bot.yaml"]);
        assert_eq!(places.matches("deploy/bot.yaml"), [0, 1, 2]);
        assert_eq!(places.matches("deploy/x/bot.yaml"), [1, 2, 4]);
        assert_eq!(places.matches("bot.yaml"), [2, 3]);
        assert_eq!(places.matches("other/x.json"), [0; 0]);
    }

    #[test]
    fn a_glob_is_looked_for_in_the_folder_that_it_begins_in() {
        for (glob, begins) in [
            ("deploy/a/*.yaml", "deploy/a/"),
            ("deploy/a?/b", "deploy/"),
            ("deploy/bot.yaml", "deploy/"),
            ("/abs/*", "/abs/"),
            ("bot.yaml", ""),
            ("**/x/y", ""),
            (r"a/\*/b", "a/"),
            ("a/{b,c}/d", "a/"),
            ("a/[b]/d", "a/"),
        ] {
            assert_eq!(folder(glob), begins, "{glob}");
        }
    }

    #[test]
    fn thousands_of_globs_are_matched_in_the_order_of_their_entries() {
        let texts: Vec<String> = (0..3000).map(|index| format!("team-{index}/*/b?t-[a-z]*.yaml")).collect();
        let mut texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        texts.insert(0, "**");
        let places = places(&texts);
        assert_eq!(places.matches("team-2718/x/bot-one.yaml"), [0, 2719]);
    }

    #[test]
    fn what_is_no_glob_says_why() {
        assert!(compile("a/[").unwrap_err().contains("class"));
        assert!(compile("a/{b").unwrap_err().contains("alternat"));
        assert!(compile(&"a".repeat(2000)).unwrap_err().contains("1024 bytes"));
    }

    #[test]
    fn the_longest_globs_fit_into_one_set() {
        let text = |at: usize| format!("{at:03}{}*", "?".repeat(LONGEST - 4));
        let texts: Vec<String> = (0..TOGETHER).map(text).collect();
        let places = places(&texts.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(places.matches(&format!("007{}", "x".repeat(LONGEST))), [7]);
    }
}
