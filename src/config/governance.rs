//! What a config says beside the packs: of exceptions, and of links.

use super::apply::Authority;
use super::{Config, Stated, mistake};
use crate::finding::{Finding, Label, Place, Severity};

/// Whether comments may take findings back. The order is that of strictness.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum InlineIgnores {
    /// All of them.
    #[default]
    Allow,
    /// Those of severity note.
    NotesOnly,
    /// None.
    Forbid,
}

impl InlineIgnores {
    pub(super) fn from_word(word: &str) -> Option<Self> {
        match word {
            "allow" => Some(Self::Allow),
            "notes-only" => Some(Self::NotesOnly),
            "forbid" => Some(Self::Forbid),
            _ => None,
        }
    }

    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::NotesOnly => "notes-only",
            Self::Forbid => "forbid",
        }
    }
}

/// What the configs of a run come to, beside what they say of packs.
#[derive(Clone, Debug, Default)]
pub struct Governance {
    /// The least severity to fail on, where one is stated; nothing in it: never.
    pub fail_on: Option<Option<Severity>>,
    /// Days that a waiver may run, where they are limited, and where that is said.
    pub max_waiver_days: Option<Stated<u32>>,
    /// Whether comments may take findings back, where that is said.
    pub inline_ignores: Option<Stated<InlineIgnores>>,
    help_uri: Option<Stated<Box<str>>>,
}

impl Governance {
    /// The address of a rule's page, where the config says how to make one.
    pub fn link(&self, pack: &str, rule: &str) -> Option<String> {
        let uri = &self.help_uri.as_ref()?.value;
        Some(uri.replace("{pack}", pack).replace("{rule}", rule))
    }

    /// How the address of a rule's page is made, with `{rule}` and `{pack}`, where a config says it.
    pub fn help_uri(&self) -> Option<&str> {
        self.help_uri.as_ref().map(|own| &*own.value)
    }

    /// Takes in what a config says, above those taken in before.
    pub(super) fn absorb(&mut self, config: &Config, authority: Authority, findings: &mut Vec<Finding>) {
        if let Some(own) = &config.fail_on {
            self.fail_on = Some(own.value);
        }
        let days = |days: &u32| std::cmp::Reverse(*days);
        let (key, word) = ("maxWaiverDays", |days: &u32| days.to_string());
        stricter(&mut self.max_waiver_days, config.max_waiver_days.as_ref(), key, days, word, findings);
        let (key, word) = ("inlineIgnores", |own: &InlineIgnores| own.as_str().to_owned());
        let strictness = |own: &InlineIgnores| *own;
        stricter(&mut self.inline_ignores, config.inline_ignores.as_ref(), key, strictness, word, findings);
        match (&self.help_uri, &config.help_uri) {
            (None, Some(own)) => self.help_uri = Some(own.clone()),
            (Some(beneath), Some(own)) if authority == Authority::Repo => {
                let message = "Rule links are those of the organisation; this one has no effect";
                let finding = mistake("no-effect", message, Label::new(own.place.clone(), "not used"));
                findings.push(
                    finding
                        .with_severity(Severity::Warning)
                        .with_label(Label::new(beneath.place.clone(), "the one used"))
                        .with_help("remove it"),
                );
            }
            _ => {}
        }
    }
}

/// Takes in a value that may be stricter than the one beneath, and tells where it is not.
fn stricter<T: Clone + PartialEq, K: Ord>(
    beneath: &mut Option<Stated<T>>,
    own: Option<&Stated<T>>,
    key: &str,
    strictness: impl Fn(&T) -> K,
    word: impl Fn(&T) -> String,
    findings: &mut Vec<Finding>,
) {
    let Some(own) = own else { return };
    let Some(limit) = beneath else {
        *beneath = Some(own.clone());
        return;
    };
    let beneath_label = |words: &str| Label::new(limit.place.clone(), words.to_owned());
    let label = |place: &Place, words: &str| Label::new(place.clone(), words.to_owned());
    if own.value == limit.value {
        let message = format!("{key} is {} already; this has no effect", word(&own.value));
        findings.push(
            mistake("no-effect", message, label(&own.place, "the same"))
                .with_severity(Severity::Warning)
                .with_label(beneath_label("said by the organisation"))
                .with_help("remove it"),
        );
    } else if strictness(&own.value) < strictness(&limit.value) {
        let message = format!(
            "The organisation's config limits {key} to {}; {} has no effect",
            word(&limit.value),
            word(&own.value)
        );
        findings.push(
            mistake("locked", message, label(&own.place, "no effect"))
                .with_label(beneath_label("the limit"))
                .with_help(format!("remove it, or write what is as strict as {}", word(&limit.value))),
        );
    } else {
        *beneath = Some(own.clone());
    }
}
