//! Which packs there are: the embedded ones, and folders of one's own.

use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use sha2::{Digest, Sha256};

use super::load::{self, PackNames, PolicyText};
use super::pack::{Pack, RuleSlot};
use super::pack_file::{self, Draft};
use super::{Policies, complete, embedded, extends, ids};
use crate::finding::{Finding, Label, Place, Severity};
use crate::source::Source;
use crate::threads::Threads;

/// A policy file as it was read from a folder.
#[derive(Clone, Debug)]
pub struct PolicyFile {
    /// Path relative to the root, as findings show it.
    pub path: Arc<str>,
    /// The file.
    pub file: PathBuf,
    /// Its text.
    pub text: Arc<str>,
    /// What findings point into, where the text is not that of the file on the disk.
    pub source: Option<Arc<Source>>,
}

impl PolicyFile {
    fn text(&self) -> PolicyText {
        let Self { path, file, text, source } = self.clone();
        let own = Arc::clone(&text);
        let source = move || source.unwrap_or_else(|| Source::on_disk(path, file, &own));
        PolicyText { source: Arc::new(LazyLock::new(Box::new(source))), text }
    }
}

/// The texts of a pack.
#[derive(Clone, Debug)]
pub struct PackTexts {
    /// `pack.yaml`; its path as findings show it where it could not be read, which somebody told.
    pub pack: Result<PolicyFile, Arc<str>>,
    /// Its rules.
    pub rules: Vec<PolicyFile>,
    /// The layer of configs that brings it ([`Pack::layer`]).
    pub layer: usize,
}

impl PackTexts {
    /// The source of `pack.yaml`, if there are findings in it.
    fn source(&self, findings: &[Finding]) -> Option<Arc<Source>> {
        match &self.pack {
            Ok(file) => {
                let in_file = |finding: &&Finding| finding.primary.place.source.path == file.path;
                Some(Arc::clone(&findings.iter().find(in_file)?.primary.place.source))
            }
            Err(path) => Some(Source::in_memory(Arc::clone(path), "")),
        }
    }
}

impl Policies {
    /// The embedded packs.
    pub fn builtin() -> Self {
        let mut policies = Self::default();
        for pack in embedded::packs() {
            policies.packs.extend(pack_file::embedded(pack));
        }
        policies
    }

    /// One embedded pack by its name.
    pub fn embedded(name: &str) -> Option<Self> {
        let embedded = embedded::packs().iter().find(|pack| pack.name == name)?;
        let mut policies = Self::default();
        policies.packs.extend(pack_file::embedded(embedded));
        Some(policies)
    }

    /// Notes that a policy file could not be read, and why (`does not exist`).
    pub fn unreadable(&mut self, path: &Arc<str>, code: &'static str, predicate: &str) {
        let source = Source::in_memory(Arc::clone(path), "");
        let primary = Label::new(Place::whole(&source), "not read");
        self.problems.push(Finding::invalid("policy", code, format!("{path} {predicate}"), primary));
    }

    /// Adds a pack from its files: `pack.yaml` first, then its rules.
    pub fn add(&mut self, pack: &PolicyFile, rules: &[PolicyFile]) {
        self.add_all(&[PackTexts { pack: Ok(pack.clone()), rules: rules.to_vec(), layer: 0 }]);
    }

    /// Adds packs from their files, in any order: a pack can extend one that comes later, or is there already. Every
    /// mistake becomes one of [`Self::problems`]; rules without one run.
    pub fn add_all(&mut self, texts: &[PackTexts]) {
        let mut findings = Vec::new();
        let mut drafts: Vec<Draft> = Vec::new();
        let mut folders: Vec<Folder<'_>> = Vec::new();
        for texts in texts {
            let before = findings.len();
            let file = texts.pack.as_ref().ok().map(PolicyFile::text);
            let draft = file.as_ref().and_then(|file| pack_file::draft(file, &mut findings));
            let Some(mut draft) = draft else {
                folders.push(Folder { texts, pack: None, names: PackNames::unknown() });
                self.not_run(texts, findings.get(before..).unwrap_or_default());
                continue;
            };
            draft.pack.layer = texts.layer;
            let name = Arc::clone(&draft.pack.name);
            let mut others = self.packs.iter().chain(drafts.iter().map(|draft| &draft.pack));
            if let Some(other) = others.find(|other| other.name == name) {
                findings.push(duplicate_pack(&draft.pack, other));
                folders.push(Folder { texts, pack: None, names: PackNames::unknown() });
                continue;
            }
            folders.push(Folder { texts, pack: Some(name), names: PackNames::default() });
            drafts.push(draft);
        }
        let lent = self.lend_embedded(&drafts);
        extends::finish(&mut self.packs, drafts, &mut findings);
        for folder in &mut folders {
            let pack = self.packs.iter().find(|pack| Some(&pack.name) == folder.pack.as_ref());
            if let Some(pack) = pack {
                folder.names = pack.names.clone();
            }
        }
        let mut new = Vec::new();
        for (folder, rules) in read_rules(folders, self.threads, &mut findings) {
            let pack = self.packs.iter_mut().find(|pack| Some(&pack.name) == folder.pack.as_ref());
            if let Some(pack) = pack {
                pack.rules = rules;
                pack.rules.sort_by(|left, right| left.id.cmp(&right.id));
                pack.digest = folder.digest();
                new.push(Arc::clone(&pack.name));
            }
        }
        self.packs.sort_by(|left, right| left.name.cmp(&right.name));
        complete::unused_parameters(&self.packs, &new, &mut findings);
        ids::settle(&mut self.packs, &mut findings);
        self.packs.retain(|pack| !lent.contains(&pack.name));
        self.settle();
        self.problems.append(&mut findings);
    }

    /// Adds the embedded packs that drafts extend and that are not in force, and returns their names: such a pack is
    /// read and not judged by.
    fn lend_embedded(&mut self, drafts: &[Draft]) -> Vec<Arc<str>> {
        let mut lent: Vec<Arc<str>> = Vec::new();
        for extension in drafts.iter().flat_map(|draft| &draft.pack.extends) {
            let mut known = self.packs.iter().chain(drafts.iter().map(|draft| &draft.pack));
            if known.all(|pack| pack.name != extension.pack)
                && let Some(pack) = embedded::packs().iter().find(|pack| *pack.name == *extension.pack)
            {
                self.packs.extend(pack_file::embedded(pack));
                lent.push(Arc::clone(&extension.pack));
            }
        }
        lent
    }

    /// Adds what is wrong with a rule that belongs to no pack, among it that it does not.
    pub fn add_stray(&mut self, file: &PolicyFile) {
        let text = file.text();
        let message = "This rule belongs to no pack: there is no pack.yaml beside it or above it";
        let label = Label::new(Place::whole(&text.source), "not used");
        self.problems.push(
            Finding::invalid("policy", "no-pack", message, label)
                .with_help("Write a pack.yaml beside it; `tunelint schema pack` prints its schema"),
        );
        load::load_rule(&text, &PackNames::unknown(), &mut self.problems);
    }

    /// Says that the rules of a pack that cannot be used are checked, and do not run.
    fn not_run(&mut self, texts: &PackTexts, findings: &[Finding]) {
        let (Some(source), count @ 1..) = (texts.source(findings), texts.rules.len()) else { return };
        let (rules, run) = if count == 1 { ("rule", "does") } else { ("rules", "do") };
        self.problems.push(
            Finding::invalid(
                "policy",
                "not-run",
                format!(
                    "The {count} {rules} of this pack {run} not run, because its pack.yaml cannot be used"
                ),
                Label::new(Place::whole(&source), "this pack"),
            )
            .with_severity(Severity::Warning)
            .with_help("What can be checked of them without it is checked"),
        );
    }
}

/// A folder of policies on its way to a pack.
struct Folder<'a> {
    texts: &'a PackTexts,
    /// The pack; nothing where it cannot be used.
    pack: Option<Arc<str>>,
    /// The names that its rules may use.
    names: PackNames,
}

/// Fewer rules than this are read faster than a thread is started.
const FEW: usize = 16;

/// Reads the rules of folders, each in the order of its files.
fn read_rules<'a>(
    folders: Vec<Folder<'a>>,
    threads: Threads,
    findings: &mut Vec<Finding>,
) -> Vec<(Folder<'a>, Vec<RuleSlot>)> {
    let tasks: Vec<(&PolicyFile, &PackNames)> = folders
        .iter()
        .flat_map(|folder| folder.texts.rules.iter().map(|file| (file, &folder.names)))
        .collect();
    let read = threads.map(&tasks, FEW, |(file, names)| {
        let mut findings = Vec::new();
        (read_rule(file, names, &mut findings), findings)
    });
    let mut slots = Vec::with_capacity(read.len());
    for (slot, found) in read {
        slots.push(slot);
        findings.extend(found);
    }
    let mut slots = slots.into_iter();
    folders
        .into_iter()
        .map(|folder| {
            let own = slots.by_ref().take(folder.texts.rules.len()).collect();
            (folder, own)
        })
        .collect()
}

impl Folder<'_> {
    fn digest(&self) -> Box<str> {
        let mut digest = Digests::new(self.texts.pack.as_ref().map_or("", |file| &file.text));
        for file in &self.texts.rules {
            digest.add(stem(&file.file), &file.text);
        }
        digest.finish()
    }
}

fn read_rule(file: &PolicyFile, names: &PackNames, findings: &mut Vec<Finding>) -> RuleSlot {
    let (read, rule) = load::load_rule(&file.text(), names, findings);
    let stem = stem(&file.file);
    let id: Arc<str> = rule.as_ref().map_or_else(|| stem.into(), |rule| Arc::clone(&rule.id));
    let slot = RuleSlot::read(id, read, rule);
    if *slot.id != *stem {
        findings.push(
            Finding::invalid(
                "policy",
                "id",
                format!("The rule {} stands in a file named {stem}.yaml", slot.id),
                Label::new(slot.id_place(), "not the file's name"),
            )
            .with_help(format!("Name the file {}.yaml: a rule is found by its id", slot.id)),
        );
    }
    slot
}

/// What is said of a pack whose name another has.
fn duplicate_pack(pack: &Pack, other: &Pack) -> Finding {
    let message = format!("There are two packs named {}; this one is not used", pack.name);
    Finding::invalid("policy", "duplicate-pack", message, Label::new(pack.name_place(), "this pack"))
        .with_label(Label::new(other.name_place(), "the one used"))
}

/// SHA-256 over the files of a pack, names included.
struct Digests(Sha256);

impl Digests {
    fn new(pack: &str) -> Self {
        Self(Sha256::new_with_prefix(pack))
    }

    fn add(&mut self, id: &str, text: &str) {
        self.0.update((id.len() as u64).to_le_bytes());
        self.0.update(id);
        self.0.update((text.len() as u64).to_le_bytes());
        self.0.update(text);
    }

    fn finish(self) -> Box<str> {
        use std::fmt::Write as _;
        let mut out = String::from("sha256:");
        for byte in self.0.finalize() {
            let _ = write!(out, "{byte:02x}");
        }
        out.into()
    }
}

fn stem(path: &Path) -> &str {
    path.file_stem().and_then(std::ffi::OsStr::to_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_made_at_build_time_is_that_of_the_files() {
        for pack in embedded::packs() {
            let mut digest = Digests::new(pack.text);
            pack.rules.iter().for_each(|rule| digest.add(rule.id, rule.text));
            assert_eq!(*digest.finish(), *pack.digest, "{}", pack.name);
        }
    }
}
