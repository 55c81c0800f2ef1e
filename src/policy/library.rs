//! Which packs there are: the embedded ones, and folders of one's own.

use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use sha2::{Digest, Sha256};

use super::load::{self, Known, PackNames, PolicyText};
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
    fn text(self) -> PolicyText {
        let Self { path, file, text, source } = self;
        let own = Arc::clone(&text);
        let source = move || source.unwrap_or_else(|| Source::on_disk(path, file, &own));
        PolicyText { source: Arc::new(LazyLock::new(Box::new(source))), text }
    }
}

/// A policy file that could not be read.
#[derive(Clone, Debug)]
pub struct Unread {
    /// Its path as findings show it.
    pub path: Arc<str>,
    /// Why, as a code.
    pub code: &'static str,
    /// The same as a predicate (`does not exist`).
    pub predicate: String,
}

/// Reads a policy file, by way of a buffer whose room serves again.
pub type ReadFile<'a> = Box<dyn Fn(&mut Vec<u8>) -> Result<PolicyFile, Unread> + Sync + 'a>;

/// The texts of a pack.
pub struct PackTexts<'a> {
    /// `pack.yaml`; its path as findings show it where it could not be read, which somebody told.
    pub pack: Result<PolicyFile, Arc<str>>,
    /// Its rules, which are read as they are checked, by several threads.
    pub rules: Vec<ReadFile<'a>>,
    /// The layer of configs that brings it ([`Pack::layer`]).
    pub layer: usize,
}

impl PackTexts<'_> {
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

    /// Notes that a policy file could not be read, and why.
    pub fn unreadable(&mut self, unread: &Unread) {
        let Unread { path, code, predicate } = unread;
        let source = Source::in_memory(Arc::clone(path), "");
        let primary = Label::new(Place::whole(&source), "not read");
        self.problems.push(Finding::invalid("policy", code, format!("{path} {predicate}"), primary));
    }

    /// Adds a pack from its files: `pack.yaml` first, then its rules.
    pub fn add(&mut self, pack: &PolicyFile, rules: &[PolicyFile]) {
        let rules = rules.iter().map(|rule| Box::new(|_: &mut Vec<u8>| Ok(rule.clone())) as ReadFile<'_>);
        self.add_all(&[PackTexts { pack: Ok(pack.clone()), rules: rules.collect(), layer: 0 }]);
    }

    /// Adds packs from their files, in any order: a pack can extend one that comes later, or is there already. Every
    /// mistake becomes one of [`Self::problems`]; rules without one run.
    pub fn add_all(&mut self, texts: &[PackTexts<'_>]) {
        let mut findings = Vec::new();
        let mut drafts: Vec<Draft> = Vec::new();
        let mut folders: Vec<Folder<'_>> = Vec::new();
        for texts in texts {
            let before = findings.len();
            let file = texts.pack.as_ref().ok().map(|file| file.clone().text());
            let draft = file.as_ref().and_then(|file| pack_file::draft(file, &mut findings));
            let Some(mut draft) = draft else {
                let unusable = texts.source(findings.get(before..).unwrap_or_default());
                folders.push(Folder { unusable, ..Folder::without_pack(texts) });
                continue;
            };
            draft.pack.layer = texts.layer;
            let name = Arc::clone(&draft.pack.name);
            let mut others = self.packs.iter().chain(drafts.iter().map(|draft| &draft.pack));
            if let Some(other) = others.find(|other| other.name == name) {
                findings.push(duplicate_pack(&draft.pack, other));
                folders.push(Folder::without_pack(texts));
                continue;
            }
            folders.push(Folder { texts, pack: Some(name), names: PackNames::default(), unusable: None });
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
        let mut read = read_rules(&folders, self.threads).into_iter();
        for folder in &folders {
            let mut rules = Vec::with_capacity(folder.texts.rules.len());
            let mut digest = folder.digest();
            for rule in read.by_ref().take(folder.texts.rules.len()) {
                match rule {
                    Ok(mut rule) => {
                        digest.add(&rule.stem, rule.slot.text_str());
                        findings.append(&mut rule.findings);
                        rules.push(rule.slot);
                    }
                    Err(unread) => self.unreadable(&unread),
                }
            }
            if let Some(pack_file) = &folder.unusable {
                self.not_run(pack_file, rules.len());
            }
            let pack = self.packs.iter_mut().find(|pack| Some(&pack.name) == folder.pack.as_ref());
            if let Some(pack) = pack {
                pack.rules = rules;
                pack.rules.sort_by(|left, right| left.id.cmp(&right.id));
                pack.digest = digest.finish();
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
    pub fn add_stray(&mut self, file: PolicyFile) {
        let text = file.text();
        let message = "This rule belongs to no pack: there is no pack.yaml beside it or above it";
        let label = Label::new(Place::whole(&text.source), "not used");
        self.problems.push(
            Finding::invalid("policy", "no-pack", message, label)
                .with_help("Write a pack.yaml beside it; `tunelint schema pack` prints its schema"),
        );
        load::load_rule(text, &PackNames::unknown(), &mut Known::default(), &mut self.problems);
    }

    /// Says that the rules of a pack that cannot be used are checked, and do not run.
    fn not_run(&mut self, pack_file: &Arc<Source>, count: usize) {
        if count == 0 {
            return;
        }
        let (rules, run) = if count == 1 { ("rule", "does") } else { ("rules", "do") };
        self.problems.push(
            Finding::invalid(
                "policy",
                "not-run",
                format!(
                    "The {count} {rules} of this pack {run} not run, because its pack.yaml cannot be used"
                ),
                Label::new(Place::whole(pack_file), "this pack"),
            )
            .with_severity(Severity::Warning)
            .with_help("What can be checked of them without it is checked"),
        );
    }
}

/// A folder of policies on its way to a pack.
struct Folder<'a> {
    texts: &'a PackTexts<'a>,
    /// The pack; nothing where it cannot be used.
    pack: Option<Arc<str>>,
    /// The names that its rules may use.
    names: PackNames,
    /// Its `pack.yaml`, where that is why its rules do not run.
    unusable: Option<Arc<Source>>,
}

/// Fewer rules than this are read faster than a thread is started.
const FEW: usize = 16;

/// A rule that was read, sound or not.
struct ReadRule {
    slot: RuleSlot,
    /// What its file is called.
    stem: Arc<str>,
    findings: Vec<Finding>,
}

/// What a thread that reads rules keeps from one to the next.
#[derive(Default)]
struct Desk {
    /// Room for the bytes of a file.
    buffer: Vec<u8>,
    /// The folder whose expressions are known.
    folder: usize,
    known: Known,
}

/// Reads and checks the rules of folders, in the order of the folders and of their files: each is read, held against
/// the schema and compiled in one go, so that threads wait for each other only at the end.
fn read_rules(folders: &[Folder<'_>], threads: Threads) -> Vec<Result<ReadRule, Unread>> {
    let rules =
        |(at, folder): (usize, &Folder<'_>)| (0..folder.texts.rules.len()).map(move |rule| (at, rule));
    let tasks: Vec<(usize, usize)> = folders.iter().enumerate().flat_map(rules).collect();
    let read = threads.map_with(&tasks, FEW, Desk::default, |desk, &(at, rule)| {
        let folder = folders.get(at)?;
        if desk.folder != at {
            (desk.folder, desk.known) = (at, Known::default());
        }
        let read = folder.texts.rules.get(rule)?;
        Some(read(&mut desk.buffer).map(|file| read_rule(file, &folder.names, &mut desk.known)))
    });
    read.into_iter().flatten().collect()
}

impl<'a> Folder<'a> {
    /// A folder whose rules are checked, and do not run.
    fn without_pack(texts: &'a PackTexts<'a>) -> Self {
        Self { texts, pack: None, names: PackNames::unknown(), unusable: None }
    }

    /// The digest of its files, as far as `pack.yaml`.
    fn digest(&self) -> Digests {
        Digests::new(self.texts.pack.as_ref().map_or("", |file| &file.text))
    }
}

fn read_rule(file: PolicyFile, names: &PackNames, known: &mut Known) -> ReadRule {
    let stem: Arc<str> = stem(&file.file).into();
    let mut findings = Vec::new();
    let (read, rule) = load::load_rule(file.text(), names, known, &mut findings);
    let id = rule.as_ref().map_or(&stem, |rule| &rule.id);
    let slot = RuleSlot::read(Arc::clone(id), read, rule);
    if slot.id != stem {
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
    ReadRule { slot, stem, findings }
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
