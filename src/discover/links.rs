//! Symbolic links: each is followed to what it leads to, once.

use std::path::{Path, PathBuf};

use super::{Base, Found, MANIFEST_ENDINGS, Settings, Tree, Trouble, Visit, ends_in, flat, name};
use crate::finding::Severity;

impl Tree {
    /// Follows the links met so far: visits the files they lead to, and returns the first folder they lead to that
    /// is still to be walked.
    ///
    /// What a link leads to is reported where it really lies, so that no file stands in a report by two names.
    pub(super) fn follow<V: Visit>(&mut self, settings: &Settings, visitors: &mut [V]) -> Option<Base> {
        let visitor = visitors.first_mut()?;
        if !self.links.is_empty() {
            self.seen.settle();
        }
        // Threads meet links in any order.
        self.links.sort_by(|left, right| right.cmp(left));
        while let Some((root, link)) = self.links.pop() {
            let wanted = ends_in(&link, settings.endings);
            match self.target(root, &link, settings) {
                Target::Folder(base) => return Some(base),
                Target::File(base) if wanted => {
                    visitor.file(Found { file: &base.given, named: false, base: &base });
                }
                Target::Trouble(trouble) if wanted || trouble.code == "link-outside" => {
                    visitor.trouble(trouble);
                }
                _ => {}
            }
        }
        None
    }

    #[expect(clippy::disallowed_methods, reason = "this is the walker")]
    fn target(&mut self, root: usize, link: &Path, settings: &Settings) -> Target {
        let Some(from) = self.roots.get(root) else { return Target::Nothing };
        let trouble = |code, severity, predicate| {
            Target::Trouble(Trouble { shown: from.shown(link), code, severity, predicate, named: false })
        };
        let outside = || {
            let predicate = "is a link out of the checked folders, which was not followed".to_owned();
            trouble("link-outside", Severity::Note, predicate)
        };
        let real = match link.canonicalize() {
            Ok(real) => real,
            // Whether something lies out there is nobody's business, and differs from one machine to the next.
            Err(_) if self.leads_out(from, link) => {
                return if may_be_ours(link) { outside() } else { Target::Nothing };
            }
            Err(error) => {
                return trouble(
                    "link",
                    Severity::Error,
                    format!("is a link that leads nowhere: {}", plain(&error)),
                );
            }
        };
        let Ok(kind) = std::fs::metadata(&real) else { return Target::Nothing };
        if !kind.is_dir() && !kind.is_file() {
            return Target::Nothing;
        }
        if settings.left_out.takes(&real) {
            return Target::Nothing;
        }
        let inside = self.here.relative(&real).is_some()
            || self.roots.iter().any(|walked| real.starts_with(&walked.real));
        if !inside {
            return if may_be_ours(link) { outside() } else { Target::Nothing };
        }
        // A link to a folder that the walk began in, or to one above, is a loop.
        if kind.is_dir() && from.real.starts_with(&real) {
            return Target::Nothing;
        }
        let mark = self.seen.mark(&real, Path::new(""));
        // Folders are marked by their walk.
        if self.seen.contains(mark) || kind.is_file() && !self.seen.insert(mark) {
            return Target::Nothing;
        }
        let base = self.base_of(real);
        if kind.is_dir() { Target::Folder(base) } else { Target::File(base) }
    }

    /// Whether a link that leads nowhere leads there by a way out of the checked folders.
    fn leads_out(&self, from: &Base, link: &Path) -> bool {
        let Ok(target) = std::fs::read_link(link) else { return false };
        let folder = from.real.join(from.below(link.parent().unwrap_or(link)));
        let Some(target) = flat(&folder.join(target)) else { return true };
        self.here.relative(&target).is_none()
            && !self.roots.iter().chain([from]).any(|walked| target.starts_with(&walked.real))
    }

    /// How to open and to call what really lies at a path inside the checked folders.
    fn base_of(&self, real: PathBuf) -> Base {
        let walked = self.roots.iter().find_map(|root| Some((root, real.strip_prefix(&root.real).ok()?)));
        let (given, shown) = match (self.here.relative(&real), walked) {
            (Some(relative), _) => (self.here.open(relative), name::shown(relative)),
            (None, Some((root, below))) => (root.given.join(below), name::join(&root.shown, below)),
            (None, None) => (real.clone(), name::shown(&real)),
        };
        Base { given, shown, real }
    }
}

/// Whether a link out of a repository may lead to something of ours, by its name: to a manifest, or to a folder.
pub(super) fn may_be_ours(link: &Path) -> bool {
    link.extension().is_none() || ends_in(link, MANIFEST_ENDINGS)
}

/// An I/O error without its number.
fn plain(error: &std::io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or_default().to_lowercase()
}

/// What a link leads to.
enum Target {
    Folder(Base),
    File(Base),
    Trouble(Trouble),
    /// Nothing to visit: seen already, a loop, no file.
    Nothing,
}
