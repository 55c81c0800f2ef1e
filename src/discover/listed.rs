//! A walk over a list of paths, such as a commit's: it finds what a walk over a checkout of them would find. It opens
//! no file either; whoever has the list hands out the ignore files.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::{Base, IGNORE_FILES, MANIFEST_ENDINGS, SKIPPED, Settings, Trouble, ends_in, name};
use crate::finding::Severity;

/// Where a link of a list leads, from the top.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Leads {
    /// To a file of the list.
    File(PathBuf),
    /// To a folder of the list.
    Folder(PathBuf),
    /// To nothing.
    Nowhere,
    /// Out of the list.
    Outside,
}

/// Paths from the top of a repository.
pub struct Listing<'a> {
    /// The top, as if it were on the disk.
    pub top: &'a Path,
    /// Its files, sorted.
    pub files: &'a [&'a Path],
    /// Its links, sorted, and where they lead.
    pub links: &'a [(&'a Path, Leads)],
    /// Hands out the content of an ignore file.
    pub text: &'a dyn Fn(&Path) -> Option<Vec<u8>>,
}

/// The files that a walk from a folder of a list finds, each once and from the top, and what it cannot follow.
pub fn listed(listing: &Listing<'_>, from: &Path, settings: &Settings) -> (Vec<PathBuf>, Vec<Trouble>) {
    let mut walk = Walk {
        listing,
        settings,
        base: Base { given: listing.top.to_owned(), shown: String::new(), real: listing.top.to_owned() },
        ignores: HashMap::new(),
        entered: HashMap::new(),
        found: BTreeSet::new(),
        troubles: Vec::new(),
    };
    let mut walked: Vec<PathBuf> = Vec::new();
    let mut pending = vec![from.to_owned()];
    while let Some(folder) = pending.pop() {
        if walked.contains(&folder) {
            continue;
        }
        let links = walk.folder(&folder);
        walked.push(folder);
        for (link, leads) in links {
            if let Some(folder) = walk.follow(link, leads) {
                pending.push(folder);
            }
        }
    }
    (walk.found.into_iter().collect(), walk.troubles)
}

struct Walk<'a> {
    listing: &'a Listing<'a>,
    settings: &'a Settings,
    base: Base,
    /// What the ignore files of a folder say: ours, and git's.
    ignores: HashMap<PathBuf, [Option<Gitignore>; 2]>,
    /// Whether the present walk enters a folder.
    entered: HashMap<PathBuf, bool>,
    found: BTreeSet<PathBuf>,
    troubles: Vec<Trouble>,
}

impl<'a> Walk<'a> {
    /// Finds the files in a folder and below it; the links that are met there are returned.
    fn folder(&mut self, from: &Path) -> Vec<(&'a Path, &'a Leads)> {
        self.entered.clear();
        self.entered.insert(from.to_owned(), true);
        let files = self.listing.files;
        let first = files.partition_point(|file| *file < from);
        for file in files.iter().skip(first).take_while(|file| file.starts_with(from)) {
            if self.visits(file) && ends_in(file, self.settings.endings) {
                let is_known =
                    self.settings.left_out.known.iter().any(|known| *known == self.listing.top.join(file));
                if !is_known {
                    self.found.insert((*file).to_owned());
                }
            }
        }
        let links = self.listing.links;
        let below = links.iter().filter(|(link, _)| link.starts_with(from) && *link != from);
        below.filter(|(link, _)| self.visits(link)).map(|(link, leads)| (*link, leads)).collect()
    }

    /// Whether the walk comes by a file or a link.
    fn visits(&mut self, path: &Path) -> bool {
        self.enters(path.parent().unwrap_or(Path::new(""))) && !self.is_passed_by(path, false)
    }

    fn enters(&mut self, folder: &Path) -> bool {
        if let Some(known) = self.entered.get(folder) {
            return *known;
        }
        let is_skipped = || folder.file_name().is_some_and(|own| SKIPPED.iter().any(|name| own == *name));
        let enters = folder.parent().is_none_or(|above| self.enters(above))
            && !is_skipped()
            && !self.is_passed_by(folder, true);
        self.entered.insert(folder.to_owned(), enters);
        enters
    }

    fn is_passed_by(&mut self, path: &Path, is_folder: bool) -> bool {
        if self.settings.ignore_files && self.is_ignored(path, is_folder) {
            return true;
        }
        let exclude = &self.settings.left_out.exclude;
        !exclude.is_empty() && {
            let real = self.listing.top.join(path);
            exclude.iter().any(|exclude| exclude.takes_alone(&real))
        }
    }

    /// Whether ignore files say so: the nearest that speaks of the path, and ours before git's.
    fn is_ignored(&mut self, path: &Path, is_folder: bool) -> bool {
        let full = self.listing.top.join(path);
        let mut said = [Match::None, Match::None];
        for folder in path.ancestors().skip(1) {
            if !self.ignores.contains_key(folder) {
                let read = self.read_ignores(folder);
                self.ignores.insert(folder.to_owned(), read);
            }
            let Some(ignores) = self.ignores.get(folder) else { continue };
            for (said, ignore) in said.iter_mut().zip(ignores) {
                if let (Match::None, Some(ignore)) = (&said, ignore) {
                    *said = ignore.matched(&full, is_folder).map(|_| ());
                }
            }
        }
        let [ours, gits] = said;
        ours.or(gits).is_ignore()
    }

    fn read_ignores(&mut self, folder: &Path) -> [Option<Gitignore>; 2] {
        let [gits, ours] = IGNORE_FILES;
        [ours, gits].map(|name| {
            let file = folder.join(name);
            self.listing.files.binary_search(&&*file).ok()?;
            let text = (self.listing.text)(&file)?;
            let full = self.listing.top.join(&file);
            let mut builder = GitignoreBuilder::new(self.listing.top.join(folder));
            let text = String::from_utf8_lossy(&text);
            for (number, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
                if let Err(error) = builder.add_line(Some(full.clone()), line) {
                    let error =
                        ignore::Error::WithLineNumber { line: number as u64 + 1, err: Box::new(error) };
                    let error = ignore::Error::WithPath { path: full.clone(), err: Box::new(error) };
                    let troubles = &mut self.troubles;
                    name::troubles(&self.base, &error, &mut |trouble| troubles.push(trouble));
                }
            }
            builder.build().ok()
        })
    }

    /// Follows a link: to a file, which is found where it really lies, or to a folder, which is still to be walked.
    fn follow(&mut self, link: &Path, leads: &Leads) -> Option<PathBuf> {
        let is_wanted = ends_in(link, self.settings.endings);
        let mut trouble = |code, severity, predicate: &str| {
            self.troubles.push(Trouble {
                shown: name::shown(link),
                code,
                severity,
                predicate: predicate.to_owned(),
                named: false,
            });
            None
        };
        let (to, is_folder) = match leads {
            Leads::Nowhere if is_wanted => {
                let predicate = "is a link that leads nowhere: no such file or directory";
                return trouble("link", Severity::Error, predicate);
            }
            Leads::Outside if is_wanted || ends_in(link, MANIFEST_ENDINGS) => {
                let predicate = "is a link out of the checked folders, which was not followed";
                return trouble("link-outside", Severity::Note, predicate);
            }
            Leads::Nowhere | Leads::Outside => return None,
            Leads::File(to) => (to, false),
            Leads::Folder(to) => (to, true),
        };
        if self.settings.left_out.takes(&self.listing.top.join(to)) {
            return None;
        }
        if is_folder {
            // What was walked already is not walked again, and a folder above is a loop.
            let is_seen = self.entered.get(to).is_some_and(|entered| *entered) || link.starts_with(to);
            return (!is_seen).then(|| to.clone());
        }
        if is_wanted {
            self.found.insert(to.clone());
        }
        None
    }
}
