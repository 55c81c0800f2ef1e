//! Which packs there are: the embedded ones, and folders of one's own.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::Policies;
use super::complete;
use super::embedded;
use super::load::{self, PolicyText};
use super::pack::{Rule, RuleSlot};
use super::settings::PackSettings;
use crate::finding::{Finding, Label, Place};
use crate::source::Source;

/// A policy file as it was read from a folder.
#[derive(Clone, Debug)]
pub struct PolicyFile {
    /// Path relative to the root, as findings show it.
    pub path: Arc<str>,
    /// The file.
    pub file: PathBuf,
    /// Its text.
    pub text: Arc<str>,
}

impl Policies {
    /// The embedded packs.
    pub fn builtin() -> Self {
        let mut policies = Self::default();
        for pack in embedded::packs() {
            policies.packs.extend(load::load_embedded_pack(pack));
        }
        policies
    }

    /// One embedded pack by its name.
    pub fn embedded(name: &str) -> Option<Self> {
        let embedded = embedded::packs().iter().find(|pack| pack.name == name)?;
        let mut policies = Self::default();
        policies.packs.extend(load::load_embedded_pack(embedded));
        Some(policies)
    }

    /// Notes that a policy file could not be read, and why (`does not exist`).
    pub fn unreadable(&mut self, path: &Arc<str>, code: &'static str, predicate: &str) {
        let source = Source::in_memory(Arc::clone(path), "");
        let primary = Label::new(Place::whole(&source), "not read");
        self.problems.push(Finding::invalid("policy", code, format!("{path} {predicate}"), primary));
    }

    /// Adds a pack from its files: `pack.yaml` first, then its rules. Every mistake becomes one of
    /// [`Self::problems`]; rules without one run.
    pub fn add(&mut self, pack_file: &PolicyFile, rules: &[PolicyFile]) {
        let source =
            |file: &PolicyFile| Source::on_disk(Arc::clone(&file.path), file.file.clone(), &file.text);
        self.add_from(pack_file, rules, &source);
    }

    /// The same, for files whose sources are made otherwise: those of a commit are read from no file.
    pub fn add_from(
        &mut self,
        pack_file: &PolicyFile,
        rules: &[PolicyFile],
        source: &dyn Fn(&PolicyFile) -> Arc<Source>,
    ) {
        let text = |file: &PolicyFile| PolicyText { source: source(file), text: Arc::clone(&file.text) };
        let first = text(pack_file);
        let Some(mut pack) = load::load_pack(&first, &mut self.problems) else { return };
        if let Some(other) = self.packs.iter().find(|other| other.name == pack.name) {
            let place = Label::new(Place::whole(&first.source), "this pack");
            self.problems.push(
                Finding::invalid(
                    "policy",
                    "duplicate-pack",
                    format!("There are two packs named {}; this one is not used", pack.name),
                    place,
                )
                .with_label(Label::new(Place::whole(&other.file), "the one used")),
            );
            return;
        }
        let names = pack.names.clone();
        let mut digest = Digests::new(&pack_file.text);
        let mut complete = true;
        for file in rules {
            digest.add(stem(&file.file), &file.text);
            let text = text(file);
            let rule = load::load_rule(&text, &names, &mut self.problems);
            complete &= rule.is_some();
            let id: Arc<str> =
                rule.as_ref().map_or_else(|| stem(&file.file).into(), |rule| Arc::clone(&rule.id));
            if let Some(rule) = &rule
                && *rule.id != *stem(&file.file)
            {
                self.problems.push(
                    Finding::invalid(
                        "policy",
                        "id",
                        format!("The rule {} stands in a file named {}.yaml", rule.id, stem(&file.file)),
                        Label::new(id_place(rule), "not the file's name"),
                    )
                    .with_help(format!("Name the file {}.yaml: a rule is found by its id", rule.id)),
                );
            }
            let mut sound = pack.rules.iter().filter_map(RuleSlot::loaded);
            if let Some(rule) = &rule
                && let Some(used) = sound.find(|used| used.id == rule.id)
            {
                self.problems.push(duplicate_rule(rule, used));
                continue;
            }
            pack.rules.push(RuleSlot::read(id, text, rule));
        }
        pack.rules.sort_by(|left, right| left.id.cmp(&right.id));
        pack.settings = PackSettings::of(&pack.parameters, &pack.rules);
        pack.digest = digest.finish();
        if complete {
            complete::unused_parameters(&pack, &mut self.problems);
        }
        self.packs.push(pack);
        self.packs.sort_by(|left, right| left.name.cmp(&right.name));
    }
}

fn id_place(rule: &Rule) -> Place {
    Place::at(&rule.source, Some(0), rule.id_span).with_pointer("/metadata/name")
}

/// What is said of a rule whose id another of its pack has.
fn duplicate_rule(rule: &Rule, used: &Rule) -> Finding {
    Finding::invalid(
        "policy",
        "duplicate-rule",
        format!("There are two rules named {} in this pack; this one is not used", rule.id),
        Label::new(id_place(rule), "this rule"),
    )
    .with_label(Label::new(id_place(used), "the one used"))
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
