//! Which configs govern a run: the one above the paths that are checked, and that of the organisation.

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use super::tree::Tree;
use crate::discover::{self, Here, Root};
use crate::finding::{Finding, Label, Place, Severity};
use crate::marker;
use crate::source::Source;

/// What a config is called, the usual name first.
pub const NAMES: [&str; 3] = ["tunelint.yaml", ".tunelint.yaml", "tunelint.yml"];

/// A file that was found or named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ConfigFile {
    /// The path to open.
    pub(super) file: PathBuf,
    /// How findings show it where it lies on the disk.
    pub(super) shown: Arc<str>,
    /// The folder that it lies in.
    pub(super) folder: PathBuf,
    /// The folder at which its repository begins.
    pub(super) top: PathBuf,
}

/// The config above paths: the nearest of the first path, hidden folders aside. Others, of other paths or beside it, are told, and noted in
/// `others`.
pub(super) fn find(
    roots: &[Root],
    here: &Here,
    tree: &dyn Tree,
    others: &mut Vec<PathBuf>,
    findings: &mut Vec<Finding>,
) -> Option<ConfigFile> {
    let mut used: Option<ConfigFile> = None;
    for root in roots {
        let top = discover::top(&root.real, here);
        let folders = root.real.ancestors().take_while(|folder| folder.starts_with(&top));
        let folders = folders.filter(|folder| !is_hidden(folder.strip_prefix(&top).unwrap_or(folder)));
        let found =
            folders.map(|folder| (folder, names_in(folder, tree))).find(|(_, names)| !names.is_empty());
        let Some((folder, names)) = found else { continue };
        for name in names {
            let file = folder.join(name);
            let config = ConfigFile {
                shown: shown(&file, root, here).into(),
                folder: folder.to_owned(),
                top: top.clone(),
                file,
            };
            match &used {
                None => used = Some(config),
                Some(used) if used.file != config.file && !others.contains(&config.file) => {
                    findings.push(second(&config, used, tree));
                    others.push(config.file);
                }
                Some(_) => {}
            }
        }
    }
    used
}

fn names_in(folder: &Path, tree: &dyn Tree) -> Vec<&'static str> {
    NAMES.into_iter().filter(|name| tree.holds(&folder.join(name))).collect()
}

fn second(config: &ConfigFile, used: &ConfigFile, tree: &dyn Tree) -> Finding {
    let [config, used] = [config, used].map(|own| tree.called(Arc::clone(&own.shown), &own.file));
    let whole = |called: &Arc<str>| Place::whole(&Source::in_memory(Arc::clone(called), ""));
    let message = format!("{config} does not count: one config governs a run, and here it is {used}");
    Finding::invalid("config", "two-configs", message, Label::new(whole(&config), "not used"))
        .with_label(Label::new(whole(&used), "the one used"))
        .with_help("check the paths in runs of their own, or name the config with --config")
}

/// Whether a path leads through a hidden folder: other tools keep their files there, and a workflow that runs tunelint
/// is likely to be called `tunelint.yaml`.
fn is_hidden(path: &Path) -> bool {
    let is_hidden = |name: &std::ffi::OsStr| name.as_encoded_bytes().first() == Some(&b'.');
    path.components().any(|part| matches!(part, Component::Normal(name) if is_hidden(name)))
}

/// Whether a file that a walk came by is a config: by its name, and by what it speaks of.
pub fn is_config(file: &Path, text: &[u8]) -> bool {
    file.file_name().is_some_and(|name| NAMES.iter().any(|own| name == *own))
        && !file.parent().is_some_and(|folder| is_hidden(&flat(folder)))
        && marker::holds_marker(text)
}

/// What is told of a config below the checked folders, which governs nothing.
pub fn nested(shown: &Arc<str>) -> Finding {
    let place = Place::whole(&Source::in_memory(Arc::clone(shown), ""));
    let message =
        format!("{shown} does not count: one config governs a run, the one above the checked paths");
    Finding::invalid("config", "not-used", message, Label::new(place, "not used"))
        .with_severity(Severity::Note)
        .with_help("check its folder in a run of its own, or move what it says to `overrides` of the other")
}

/// A config that was named: a file, or a folder that holds one.
pub(super) fn named(path: &Path, here: &Here, tree: &dyn Tree) -> ConfigFile {
    let mut given = path.to_owned();
    let absolute = discover::absolute(path);
    if tree.is_folder(&absolute) {
        given.push(names_in(&absolute, tree).first().unwrap_or(&NAMES[0]));
    }
    let file = discover::absolute(&given);
    let folder = file.parent().unwrap_or(Path::new("/")).to_owned();
    let top = discover::top(&folder, here);
    ConfigFile { shown: discover::called(&given, &file, here).into(), file, folder, top }
}

/// What findings call a config above a path: by the way up from where the path was given.
fn shown(file: &Path, root: &Root, here: &Here) -> String {
    if root.given.is_absolute() {
        return discover::called(file, file, here);
    }
    let folder = file.parent().unwrap_or(Path::new(""));
    let up = root.real.strip_prefix(folder).map_or(0, |below| below.components().count());
    let mut way = flat(&root.given);
    for _ in 0..up {
        match way.components().next_back() {
            Some(Component::Normal(_)) => drop(way.pop()),
            _ => way.push(".."),
        }
    }
    way.extend(file.file_name().map(Path::new));
    discover::called(&way, file, here)
}

/// A path without `.`, and without `..` where a name stands before it.
pub(super) fn flat(path: &Path) -> PathBuf {
    let mut flat = PathBuf::new();
    for part in path.components() {
        match (part, flat.components().next_back()) {
            (Component::CurDir, _) => {}
            (Component::ParentDir, Some(Component::Normal(_))) => drop(flat.pop()),
            _ => flat.push(part),
        }
    }
    flat
}
