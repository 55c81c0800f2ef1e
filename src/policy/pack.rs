//! What a pack is once it is read: rules, parameters, checklists.

use std::sync::{Arc, LazyLock, OnceLock};

use super::embedded::{self, EmbeddedRule};
use super::expression::{Expr, Type};
use super::extends::{Extension, Inherited};
use super::load::{self, PackNames, PolicyText};
use super::settings::PackSettings;
use super::template::Template;
use crate::document::View as TextView;
use crate::finding::{Place, Scalar, Severity};
use crate::source::{Source, Span};

/// A pack: a folder of rules with shared parameters.
#[derive(Debug)]
pub struct Pack {
    /// Its name, unique in a run.
    pub name: Arc<str>,
    /// Its title.
    pub title: Box<str>,
    /// What it is about, and the choices made where its source leaves room.
    pub description: Box<str>,
    /// Its version.
    pub version: Box<str>,
    /// Its licence.
    pub license: Box<str>,
    /// The work that its rules encode.
    pub source: PackSource,
    /// SHA-256 of its files, `sha256:…`.
    pub digest: Box<str>,
    /// The layer of configs that brings it ([`super::Policies::layers`]): those beneath know nothing of it.
    pub layer: usize,
    /// The packs that it extends, with its new defaults for their parameters.
    pub extends: Vec<Extension>,
    /// Its parameters with the values that it gives them; [`Self::settings`] has those in force.
    pub parameters: Vec<Parameter>,
    /// Parameters of the packs that it extends, as it sees them: with its own new defaults. Expressions find them
    /// after its own.
    pub inherited: Vec<Inherited>,
    /// Its checklists, and then those of the packs that it extends.
    pub checklists: Vec<Checklist>,
    /// Conditions of the checklists' signals, by checklist and item: what expressions evaluate.
    pub signals: Vec<Vec<Expr>>,
    /// What conditions of checklists say that a mistake keeps from being used.
    pub(super) unread_conditions: Vec<Box<str>>,
    /// Its rules, by id.
    pub rules: Vec<RuleSlot>,
    /// What of it is in force where no path says otherwise.
    pub settings: PackSettings,
    /// The file `pack.yaml`.
    pub file: Arc<Source>,
    /// The bytes of the pack's name there.
    pub(super) name_span: Span,
    /// The names that its rules may use.
    pub(super) names: PackNames,
}

/// The work that a pack encodes.
#[derive(Clone, Debug, Default)]
pub struct PackSource {
    /// Its title.
    pub title: Box<str>,
    /// Who published it.
    pub publisher: Box<str>,
    /// When it was read, as a date.
    pub retrieved: Box<str>,
    /// When it should be read again, as a date.
    pub review_by: Box<str>,
}

/// A rule's place in its pack. Rules of embedded packs are read when the first deployment comes that they can apply
/// to, and their words when there is something to say: most processes check one file, and most rules speak of one
/// strategy and hold.
#[derive(Debug)]
pub struct RuleSlot {
    /// The rule's id.
    pub id: Arc<str>,
    origin: Origin,
    conditions: OnceLock<Option<Arc<Conditions>>>,
    rule: OnceLock<Option<Rule>>,
}

/// Where a rule comes from.
#[derive(Debug)]
enum Origin {
    /// It is compiled in.
    Embedded(&'static EmbeddedRule),
    /// A file, which was read with its pack.
    File(RuleFile),
}

/// What is known of a rule's file, whether the rule is sound or not.
#[derive(Debug)]
pub(super) struct RuleFile {
    /// The file.
    pub(super) text: PolicyText,
    /// The bytes of the rule's id, where it has one.
    pub(super) id_span: Option<Span>,
    /// Ids that it had before, with their bytes.
    pub(super) formerly: Vec<(Box<str>, Span)>,
}

impl RuleSlot {
    /// The place of a rule that is compiled in.
    pub(super) fn embedded(rule: &'static EmbeddedRule) -> Self {
        Self {
            id: rule.id.into(),
            origin: Origin::Embedded(rule),
            conditions: OnceLock::new(),
            rule: OnceLock::new(),
        }
    }

    /// The place of a rule that was read from a file: of one without a mistake, the rule.
    pub(super) fn read(id: Arc<str>, file: RuleFile, rule: Option<Rule>) -> Self {
        let conditions = rule.as_ref().map(|rule| Arc::clone(&rule.conditions));
        Self {
            id,
            origin: Origin::File(file),
            conditions: OnceLock::from(conditions),
            rule: OnceLock::from(rule),
        }
    }

    /// Where its id stands.
    pub(super) fn id_place(&self) -> Place {
        let (source, span) = match &self.origin {
            Origin::Embedded(rule) => {
                let source = embedded::source(rule.pack, rule.id, rule.text);
                (source, load::embedded_id(rule))
            }
            Origin::File(file) => (Arc::clone(LazySource::force(&file.text.source)), file.id_span),
        };
        match span {
            Some(span) => Place::at(&source, Some(0), span).with_pointer("/metadata/name"),
            None => Place::whole(&source),
        }
    }

    /// Ids that it had before, each with its place.
    pub(super) fn formerly(&self) -> impl Iterator<Item = (&str, Place)> {
        let (embedded, read) = match &self.origin {
            Origin::Embedded(rule) => (&*rule.words.formerly, [].as_slice()),
            Origin::File(file) => ([].as_slice(), file.formerly.as_slice()),
        };
        let place = |index: usize, span: Span| {
            let pointer = format!("/metadata/formerly/{index}");
            Place { span: Some(span), ..self.id_place() }.with_pointer(pointer)
        };
        let read = read.iter().enumerate().map(move |(at, (name, span))| (&**name, place(at, *span)));
        embedded.iter().map(|name| (*name, self.id_place())).chain(read)
    }

    /// Whether it had an id before.
    pub(super) fn was(&self, id: &str) -> bool {
        match &self.origin {
            Origin::Embedded(rule) => rule.words.formerly.contains(&id),
            Origin::File(file) => file.formerly.iter().any(|(name, _)| **name == *id),
        }
    }

    /// Whether it is compiled in.
    pub(super) fn is_embedded(&self) -> bool {
        matches!(self.origin, Origin::Embedded(_))
    }

    /// The rule, if it was read and is sound.
    pub fn loaded(&self) -> Option<&Rule> {
        self.rule.get().and_then(Option::as_ref)
    }

    /// The text of its policy file, examples included.
    pub fn text(&self) -> Arc<str> {
        match &self.origin {
            Origin::Embedded(rule) => rule.text.into(),
            Origin::File(file) => Arc::clone(&file.text.text),
        }
    }

    /// The same to look at.
    pub(super) fn text_str(&self) -> &str {
        match &self.origin {
            Origin::Embedded(rule) => rule.text,
            Origin::File(file) => &file.text.text,
        }
    }

    /// Whether it can apply to a deployment of this strategy (nothing: unknown).
    pub fn meets(&self, strategy: Option<&str>) -> bool {
        let Some(strategy) = strategy else { return true };
        match &self.origin {
            Origin::Embedded(rule) => rule.strategies.is_empty() || rule.strategies.contains(&strategy),
            Origin::File(_) => self
                .loaded()
                .and_then(|rule| rule.strategies.as_ref())
                .is_none_or(|own| own.iter().any(|own| **own == *strategy)),
        }
    }
}

impl Pack {
    /// What a rule of the pack decides by, read now if it has not been; nothing where a mistake keeps the rule from
    /// running.
    pub fn conditions<'a>(&self, slot: &'a RuleSlot) -> Option<&'a Arc<Conditions>> {
        let read = || match &slot.origin {
            Origin::Embedded(rule) => load::load_conditions(rule, &self.names).map(Arc::new),
            Origin::File(_) => slot.loaded().map(|rule| Arc::clone(&rule.conditions)),
        };
        slot.conditions.get_or_init(read).as_ref()
    }

    /// A rule of the pack, read now if it has not been; nothing where a mistake keeps it from running.
    pub fn rule<'a>(&self, slot: &'a RuleSlot) -> Option<&'a Rule> {
        let read = || match &slot.origin {
            Origin::Embedded(rule) => {
                load::load_embedded(rule, Arc::clone(self.conditions(slot)?), &self.names)
            }
            Origin::File(_) => None,
        };
        slot.rule.get_or_init(read).as_ref()
    }

    /// Where its name stands.
    pub(super) fn name_place(&self) -> Place {
        Place::at(&self.file, Some(0), self.name_span).with_pointer("/metadata/name")
    }

    /// The parameters that its rules can read, as the pack itself gives them, by the index that expressions use.
    pub fn known_parameters(&self) -> impl Iterator<Item = &Parameter> {
        self.parameters.iter().chain(self.inherited.iter().map(|one| &one.parameter))
    }

    /// Whether it is compiled in.
    pub fn is_embedded(&self) -> bool {
        self.file.file().is_none() && self.rules.iter().all(RuleSlot::is_embedded)
    }

    /// All its rules, read.
    pub fn all_rules(&self) -> impl Iterator<Item = &Rule> {
        self.rules.iter().filter_map(|slot| self.rule(slot))
    }
}

/// A threshold with a name.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its name: `params.NAME` in expressions.
    pub name: Arc<str>,
    /// Its type.
    pub kind: Type,
    /// Its value.
    pub value: Scalar,
    /// The value as its source wrote it (`0.10`).
    pub raw: Box<str>,
    /// Its unit.
    pub unit: Box<str>,
    /// What it is.
    pub description: Box<str>,
    /// Where the default comes from.
    pub source: Box<str>,
    /// Where the value in force was set: `builtin:PACK`, a file, `--set`.
    pub set_by: Arc<str>,
    /// The place where it was set, where a file other than the pack did.
    pub place: Option<Place>,
    /// The bytes of its key in `pack.yaml`.
    pub key_span: Span,
}

impl Parameter {
    /// Whether a value of a type can be its value: a number may have decimals or none, whichever the default has.
    pub fn takes(&self, kind: Type) -> bool {
        match self.kind {
            Type::Int | Type::Double => matches!(kind, Type::Int | Type::Double),
            own => own == kind,
        }
    }

    /// What its value has to be, in words.
    pub const fn expected(&self) -> &'static str {
        match self.kind {
            Type::Int | Type::Double => "a number",
            Type::Bool => "true or false",
            Type::List => "a list",
            _ => "a text",
        }
    }
}

/// A list of signals that speak for something.
#[derive(Clone, Debug)]
pub struct Checklist {
    /// Its name.
    pub name: Box<str>,
    /// Whether it is one of a pack that this one extends.
    pub inherited: bool,
    /// Its signals, in the order of [`Pack::signals`].
    pub items: Vec<Signal>,
}

/// One signal of a checklist.
#[derive(Clone, Debug)]
pub struct Signal {
    /// Its id.
    pub id: Box<str>,
    /// What it says when it is met.
    pub title: Box<str>,
}

/// A severity that may depend on the stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Severities {
    /// Where no stage is named.
    pub default: Severity,
    /// By stage.
    pub by_stage: Vec<(Box<str>, Severity)>,
}

impl Severities {
    /// The severity at a stage.
    pub fn at(&self, stage: Option<&str>) -> Severity {
        self.by_stage
            .iter()
            .find(|(name, _)| Some(&**name) == stage)
            .map_or(self.default, |(_, severity)| *severity)
    }
}

/// What an undetermined outcome is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Undetermined {
    /// The lower of warning and the rule's severity.
    Default,
    /// This severity.
    As(Severity),
    /// It is not reported.
    Off,
}

/// An expression and the way back from its text to the policy file.
#[derive(Debug)]
pub struct Condition {
    /// The expression; rules of a pack that say the same share one.
    pub expr: Arc<Expr>,
    /// Where it stands.
    pub(super) place: ConditionPlace,
}

/// The way back from the text of an expression to its policy file.
#[derive(Debug)]
pub(super) enum ConditionPlace {
    /// From the expression's text to the bytes of the file.
    View(TextView),
    /// The file is looked into when somebody asks, which takes a mistake: the rule, and the key in its spec.
    Embedded(&'static EmbeddedRule, &'static str),
}

impl Condition {
    /// The bytes of the file under a span of the expression's text.
    pub fn outer(&self, span: Span) -> Span {
        match &self.place {
            ConditionPlace::View(view) => view.outer(span),
            ConditionPlace::Embedded(rule, key) => load::embedded_view(rule, key).outer(span),
        }
    }
}

/// What a rule decides by: *applies* and *requires*.
#[derive(Debug)]
pub struct Conditions {
    /// When it applies; nothing: always.
    pub when: Option<Condition>,
    /// What has to hold.
    pub require: Condition,
}

impl Conditions {
    /// All of them, in the order of the policy file.
    pub fn iter(&self) -> impl Iterator<Item = &Condition> {
        self.when.iter().chain([&self.require])
    }
}

/// The source of a rule, made when somebody points into it.
pub type LazySource = LazyLock<Arc<Source>, Box<dyn FnOnce() -> Arc<Source> + Send>>;

/// A rule: when it applies, what it requires, what it says.
#[derive(Debug)]
pub struct Rule {
    /// Its id; names the bad pattern.
    pub id: Arc<str>,
    /// Ids it had before: overrides, waivers and baselines that use them go on working.
    pub formerly: Vec<Box<str>>,
    /// A noun phrase.
    pub summary: Box<str>,
    /// How bad a failure is.
    pub severity: Severities,
    /// How bad an undetermined outcome is.
    pub undetermined: Undetermined,
    /// Whether it can be waived.
    pub waivable: bool,
    /// `low`, `medium` or `high`.
    pub precision: Box<str>,
    /// Words to select it by.
    pub tags: Vec<Box<str>>,
    /// Titles of the guide's sections.
    pub guide: Arc<[String]>,
    /// Why it is there.
    pub why: Box<str>,
    /// What it decides by.
    pub conditions: Arc<Conditions>,
    /// What it says.
    pub message: Template,
    /// What to do.
    pub help: Arc<str>,
    /// Strategies that it can apply to; nothing: all.
    pub strategies: Option<Vec<Box<str>>>,
    /// The policy file.
    pub source: Arc<LazySource>,
    /// The bytes of its id there.
    pub id_span: Span,
}
