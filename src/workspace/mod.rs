//! What governs a run: the repo's config, its organisation's beneath it, and the packs, with what is in force of them.
//!
//! A [`Workspace`] is a value: two of them can stand side by side, of the disk and of a commit, say.

pub mod commit;
mod find;
pub mod packs;
pub mod tree;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::config::{self, Authority, Bound, Config, Governance};
use crate::discover::{self, Exclude, Here, LeftOut, Root};
use crate::finding::{Finding, Label, Place};
use crate::globs::Grounds;
use crate::policy::Policies;
use crate::read;
use crate::source::Source;
use crate::threads::Threads;
use find::ConfigFile;
use packs::Packs;
use tree::{Disk, Tree};

pub use find::{NAMES, is_config, nested};

/// Largest config that is read.
const MAX_CONFIG_BYTES: u64 = 1 << 20;

/// Folders with packs of one config.
const MAX_FOLDERS: usize = 100;

/// What a run is asked to be governed by.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// What is checked.
    pub roots: Vec<Root>,
    /// The repo's config.
    pub config: Choice,
    /// The organisation's: a file, or a folder that holds one.
    pub org_config: Option<PathBuf>,
    /// Further folders with packs.
    pub policies: Vec<PathBuf>,
    /// Threads to read policies with.
    pub threads: Threads,
}

/// Which config of the repo counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Choice {
    /// The one above the paths that are checked.
    #[default]
    Found,
    /// This one.
    Named(PathBuf),
    /// None.
    None,
}

/// Why a run cannot be governed as it is asked to be: the caller's mistake.
pub use packs::Error;

/// What governs a run.
#[derive(Debug, Default)]
pub struct Workspace {
    /// The packs, with what is in force of them. Their problems are those of the configs as well.
    pub policies: Policies,
    /// What the configs say beside the packs.
    pub governance: Governance,
    /// What is not to be visited.
    pub left_out: LeftOut,
    /// SHA-256 over the texts of the configs, the organisation's first: `sha256:…`.
    pub digest: String,
    /// The configs, the organisation's first.
    configs: Vec<InForce>,
}

/// A config that counts.
#[derive(Debug)]
struct InForce {
    authority: Authority,
    config: Config,
    /// The folder that its paths count from.
    grounds: Grounds,
    /// Whether all of that folder is checked.
    is_covered: bool,
    /// The index of what it excludes.
    exclude: usize,
}

impl Workspace {
    /// Finds and reads all of it.
    ///
    /// # Errors
    /// A folder of [`Request::policies`] that holds no pack or cannot be listed. What is wrong in a config is a
    /// problem of [`Self::policies`].
    pub fn load(request: &Request, here: &Here, tree: &dyn Tree) -> Result<Self, Error> {
        let (mut problems, mut known) = (Vec::new(), Vec::new());
        let org = request.org_config.as_deref().map(|path| find::named(path, here, &Disk));
        let repo = match &request.config {
            Choice::Found => find::find(&request.roots, here, tree, &mut known, &mut problems),
            Choice::Named(path) => Some(find::named(path, here, tree)),
            Choice::None => None,
        };
        // Whoever checks the organisation's own repo has one config.
        let repo = repo.filter(|repo| org.as_ref().is_none_or(|org| org.file != repo.file));
        let mut digest = Sha256::new();
        let mut workspace = Self { policies: Policies::builtin(), ..Self::default() };
        workspace.policies.threads = request.threads;
        let mut packs = Packs::default();
        let mut exclude = Vec::new();
        for (authority, file) in [(Authority::Organisation, org), (Authority::Repo, repo)] {
            let Some(file) = file else { continue };
            // What an organisation says is no part of the repo, at no commit of it.
            let tree = if authority == Authority::Organisation { &Disk } else { tree };
            known.extend([Some(file.file.clone()), tree.real(&file.file)].into_iter().flatten());
            let Some(text) = text(&file, authority, tree, &mut problems) else { continue };
            digest.update(&*text);
            let source = tree.source(tree.called(Arc::clone(&file.shown), &file.file), &file.file, &text);
            let Some(config) = config::read(&text, &source, &mut problems) else { continue };
            for folder in config.policies.iter().take(MAX_FOLDERS) {
                let layer = workspace.configs.len();
                packs.of_config(folder, &file, authority, layer, tree, &mut problems);
            }
            if let Some(first) = config.policies.get(MAX_FOLDERS) {
                let message = format!("more than {MAX_FOLDERS} folders of policies are not read");
                let label = Label::new(first.place.clone(), "not read from here");
                problems.push(Finding::invalid("config", "limit-folders", message, label));
            }
            // An organisation knows the folders of repos, not in which of them a run finds its config.
            let folder = if authority == Authority::Repo { file.folder } else { base(&request.roots, here) };
            workspace.configs.push(InForce {
                authority,
                grounds: grounds(&folder, &request.roots, here),
                is_covered: request.roots.iter().any(|root| root.whole && folder.starts_with(&root.real)),
                exclude: exclude.len(),
                config,
            });
            let own = workspace.configs.last().map(|own| &own.config.exclude);
            exclude.extend(own.map(|own| Exclude::new(folder, own.globs.clone(), own.stated.len())));
        }
        for folder in &request.policies {
            packs.named(folder, workspace.configs.len(), tree.of_named(folder))?;
        }
        packs.add_to(&mut workspace.policies);
        let configs = workspace.configs.iter().map(|own| (own.authority, &own.config, own.grounds.clone()));
        let Bound { governance, findings } = config::bind(&mut workspace.policies, configs);
        workspace.governance = governance;
        workspace.policies.problems.extend(problems);
        workspace.policies.problems.extend(findings);
        workspace.left_out = LeftOut { exclude: exclude.into(), known: known.into() };
        workspace.digest = in_words(digest);
        Ok(workspace)
    }

    /// The config of the repo, where there is one that can be read.
    pub fn repo_config(&self) -> Option<&Arc<Source>> {
        let own = self.configs.iter().find(|own| own.authority == Authority::Repo);
        own.map(|own| &own.config.source)
    }

    /// Whether another one has the same configs, in the same folders, and the same packs.
    pub fn says_the_same_as(&self, other: &Self) -> bool {
        let folders = |own: &Self| -> Vec<String> {
            own.configs.iter().map(|own| own.grounds.folder.clone()).collect()
        };
        let packs = |own: &Self| -> Vec<_> {
            own.policies.packs.iter().map(|pack| (Arc::clone(&pack.name), pack.digest.clone())).collect()
        };
        self.digest == other.digest && folders(self) == folders(other) && packs(self) == packs(other)
    }

    /// Whether another one leaves out just the same.
    pub fn leaves_out_what(&self, other: &Self) -> bool {
        let stated = |workspace: &Self| -> Vec<(String, Box<str>)> {
            let each = |own: &InForce| {
                let globs = own.config.exclude.stated.iter().map(|glob| glob.value.clone());
                let folder = own.grounds.folder.clone();
                globs.map(move |glob| (folder.clone(), glob)).collect::<Vec<_>>()
            };
            workspace.configs.iter().flat_map(each).collect()
        };
        stated(self) == stated(other)
    }

    /// Warnings of globs that match nothing, once all is visited: `deployments` are the paths of their manifests as
    /// reports show them. Nothing is said where only a part of what a config speaks of was checked.
    pub fn unmatched(&self, deployments: &[&str]) -> Vec<Finding> {
        let mut findings = Vec::new();
        for own in self.configs.iter().filter(|own| own.is_covered && own.authority == Authority::Repo) {
            if let Some(exclude) = self.left_out.exclude.get(own.exclude) {
                findings.extend(own.config.exclude.unmatched(&exclude.matched(), "file or folder"));
            }
            if own.config.has_overrides() {
                let below = deployments.iter().filter_map(|path| own.grounds.below(path));
                let below: Vec<String> = below.map(std::borrow::Cow::into_owned).collect();
                findings.extend(own.config.unmatched_overrides(&below));
            }
        }
        findings
    }
}

/// Where the paths of an organisation's config count from: the top of the repo that is checked.
fn base(roots: &[Root], here: &Here) -> PathBuf {
    roots.first().map_or_else(|| here.real().to_owned(), |root| discover::top(&root.real, here))
}

fn text(
    file: &ConfigFile,
    authority: Authority,
    tree: &dyn Tree,
    problems: &mut Vec<Finding>,
) -> Option<Arc<str>> {
    let mut wrong = |code, predicate: String| {
        let called = tree.called(Arc::clone(&file.shown), &file.file);
        let primary = Label::new(Place::whole(&Source::in_memory(Arc::clone(&called), "")), "not read");
        problems.push(Finding::invalid("config", code, format!("{called} {predicate}"), primary));
        None
    };
    // A link could show in a report what lies outside of the repo.
    let is_outside = |real: PathBuf| authority == Authority::Repo && !real.starts_with(&file.top);
    if tree.real(&file.file).is_some_and(is_outside) {
        return wrong("link-outside", "is a link out of the repo, which was not followed".to_owned());
    }
    match tree.read(&file.file, MAX_CONFIG_BYTES) {
        Ok(bytes) => match read::decode(&bytes) {
            Ok(text) => Some(text.into()),
            Err(bad) => wrong("encoding", bad.to_string()),
        },
        Err(error) => wrong(error.code(), error.to_string()),
    }
}

fn grounds(folder: &Path, roots: &[Root], here: &Here) -> Grounds {
    let mut names = vec![(String::new(), discover::shown(here.real()))];
    names.extend(roots.iter().map(|root| (root.shown.clone(), discover::shown(&root.real))));
    Grounds { folder: discover::shown(folder), names }
}

fn in_words(digest: Sha256) -> String {
    let mut text = "sha256:".to_owned();
    for byte in digest.finalize() {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::discover::{PackFiles, PolicyFolder};

    /// Files in memory, by their paths.
    struct Memory(BTreeMap<PathBuf, &'static str>);

    impl Tree for Memory {
        fn read(&self, file: &Path, _: u64) -> Result<Vec<u8>, read::Error> {
            self.0.get(file).map(|text| text.as_bytes().to_vec()).ok_or(read::Error::NotFound)
        }

        fn holds(&self, path: &Path) -> bool {
            self.0.keys().any(|file| file.starts_with(path))
        }

        fn is_folder(&self, path: &Path) -> bool {
            self.holds(path) && !self.0.contains_key(path)
        }

        fn real(&self, path: &Path) -> Option<PathBuf> {
            self.holds(path).then(|| path.to_owned())
        }

        fn folders(&self, above: &Path, pattern: &str) -> Vec<PathBuf> {
            Some(above.join(pattern)).filter(|folder| self.holds(folder)).into_iter().collect()
        }

        fn packs(&self, folder: &Path) -> Result<PolicyFolder, String> {
            let pack = folder.join("pack.yaml");
            let packs =
                self.holds(&pack).then(|| PackFiles { pack, rules: Vec::new() }).into_iter().collect();
            Ok(PolicyFolder { packs, ..PolicyFolder::default() })
        }

        fn called(&self, shown: Arc<str>, _: &Path) -> Arc<str> {
            shown
        }

        fn source(&self, called: Arc<str>, _: &Path, text: &Arc<str>) -> Arc<Source> {
            Source::in_memory(called, Arc::clone(text))
        }

        fn of_named(&self, _: &Path) -> &dyn Tree {
            self
        }
    }

    fn load(here: &Here, texts: &[(&str, &'static str)]) -> Workspace {
        let root =
            Root { given: ".".into(), shown: String::new(), real: here.real().to_owned(), whole: true };
        let files = texts.iter().map(|(name, text)| (here.real().join(name), *text));
        let request = Request { roots: vec![root], ..Request::default() };
        Workspace::load(&request, here, &Memory(files.collect())).unwrap()
    }

    #[test]
    fn two_trees_govern_two_runs_side_by_side() {
        let here = Here::now();
        let value = |workspace: &Workspace| workspace.policies.packs[0].settings.parameters[0].raw.clone();
        let before = load(&here, &[]);
        let text = "apiVersion: tunelint.dev/v1alpha1\nkind: Config\nspec:\n  policies: [own]\n  packs: \
                    {customization-framework: {parameters: {minMonthlyRequests: 300000}}}\n";
        let pack = "apiVersion: tunelint.dev/v1alpha1\nkind: Pack\nmetadata: {name: own}\nspec: {title: t, \
                    version: 1.0.0, license: MIT}\n";
        let after = load(&here, &[("tunelint.yaml", text), ("own/pack.yaml", pack)]);
        assert_eq!((&*value(&before), &*value(&after)), ("500000", "300000"));
        assert_eq!((before.policies.packs.len(), after.policies.packs.len()), (1, 2));
        assert!(after.policies.problems.is_empty(), "{:?}", after.policies.problems);
        assert_ne!(before.digest, after.digest);
    }

    #[test]
    fn a_folder_with_two_configs_uses_the_first_name() {
        let text = "apiVersion: tunelint.dev/v1alpha1\nkind: Config\nspec: {failOn: never}\n";
        let workspace = load(&Here::now(), &[(".tunelint.yaml", "nonsense"), ("tunelint.yaml", text)]);
        assert_eq!(workspace.governance.fail_on, Some(None));
        let codes: Vec<_> = workspace.policies.problems.iter().filter_map(|own| own.code).collect();
        assert_eq!(codes, ["two-configs"]);
    }
}
