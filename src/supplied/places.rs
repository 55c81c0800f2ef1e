//! Globs on the paths of manifests: which entries are about what stands in a place.

use globset::{Glob, GlobBuilder, GlobSet};

use super::{Entry, Subject};
use crate::finding::{Finding, Label};

/// Globs that are compiled together: far more would be over the size that a set may have.
const TOGETHER: usize = 256;
/// Bytes of the longest glob: a path is no longer.
const LONGEST: usize = 1024;

/// All globs of all files.
#[derive(Debug, Default)]
pub(super) struct Places {
    globs: Vec<PlaceGlob>,
    sets: Vec<Set>,
}

/// A glob, and the entry that it belongs to.
#[derive(Debug)]
pub(super) struct PlaceGlob {
    pub(super) subject: Subject,
    pub(super) entry: usize,
}

/// Some globs compiled together, from an index on.
#[derive(Debug)]
struct Set {
    first: usize,
    globs: GlobSet,
}

impl Places {
    /// Adds the globs of a file, each with the index of its entry. Those that are none are told.
    pub(super) fn add(
        &mut self,
        globs: Vec<(Subject, usize)>,
        entries: &[Entry],
        findings: &mut Vec<Finding>,
    ) {
        let mut sound = Vec::with_capacity(globs.len());
        for (subject, entry) in globs {
            match compile(&subject.text) {
                Ok(glob) => sound.push((glob, PlaceGlob { subject, entry })),
                Err(why) => findings.extend(invalid(&subject, entry, entries, &why)),
            }
        }
        while !sound.is_empty() {
            let rest = sound.split_off(sound.len().min(TOGETHER));
            self.add_set(std::mem::replace(&mut sound, rest), entries, findings);
        }
    }

    fn add_set(&mut self, mut globs: Vec<(Glob, PlaceGlob)>, entries: &[Entry], findings: &mut Vec<Finding>) {
        let set = GlobSet::new(globs.iter().map(|(glob, _)| glob));
        if let Ok(set) = set {
            self.sets.push(Set { first: self.globs.len(), globs: set });
            self.globs.extend(globs.into_iter().map(|(_, own)| own));
        } else if globs.len() > 1 {
            // One of them is too much: the others count.
            let second = globs.split_off(globs.len() / 2);
            self.add_set(globs, entries, findings);
            self.add_set(second, entries, findings);
        } else if let Some((_, own)) = globs.pop() {
            findings.extend(invalid(&own.subject, own.entry, entries, "it is too large to be compiled"));
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

    /// Appends the indices of the globs that a path fits, in order.
    pub(super) fn matches(&self, path: &str, found: &mut Vec<usize>) {
        let mut some = Vec::new();
        let path = globset::Candidate::new(path);
        for set in &self.sets {
            set.globs.matches_candidate_into(&path, &mut some);
            found.extend(some.iter().map(|index| set.first + index));
        }
    }
}

/// A glob as paths are compared with it: `*` stops at a slash.
fn compile(text: &str) -> Result<Glob, String> {
    if text.len() > LONGEST {
        return Err(format!("it is longer than {LONGEST} bytes"));
    }
    GlobBuilder::new(text).literal_separator(true).build().map_err(|error| error.kind().to_string())
}

fn invalid(subject: &Subject, entry: usize, entries: &[Entry], why: &str) -> Option<Finding> {
    let supplier = &entries.get(entry)?.supplier;
    let text = crate::manifest::prose::shorten(&subject.text);
    let message = format!("{text} is no glob: {why}");
    Some(Finding::invalid("facts", "glob", message, Label::new(supplier.place(subject), "not a glob")))
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

    fn matches(places: &Places, path: &str) -> Vec<usize> {
        let mut found = Vec::new();
        places.matches(path, &mut found);
        found
    }

    #[test]
    fn a_star_stops_at_a_slash_and_two_do_not() {
        let places = places(&["deploy/*", "deploy/**", "**/bot.yaml", "*.yaml", "{a,deploy}/?/bot.yaml"]);
        assert_eq!(matches(&places, "deploy/bot.yaml"), [0, 1, 2]);
        assert_eq!(matches(&places, "deploy/x/bot.yaml"), [1, 2, 4]);
        assert_eq!(matches(&places, "bot.yaml"), [2, 3]);
        assert_eq!(matches(&places, "other/x.json"), [0; 0]);
    }

    #[test]
    fn thousands_of_globs_are_matched_in_the_order_of_their_entries() {
        let texts: Vec<String> = (0..3000).map(|index| format!("team-{index}/*/b?t-[a-z]*.yaml")).collect();
        let mut texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        texts.push("**");
        let places = places(&texts);
        assert!(places.sets.len() > 10);
        assert_eq!(matches(&places, "team-2718/x/bot-one.yaml"), [2718, 3000]);
    }

    #[test]
    fn what_is_no_glob_says_why() {
        assert!(compile("a/[").unwrap_err().contains("class"));
        assert!(compile("a/{b").unwrap_err().contains("alternat"));
        assert!(compile(&"a".repeat(2000)).unwrap_err().contains("1024 bytes"));
    }
}
