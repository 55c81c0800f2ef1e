//! What tunelint says: findings, their labels, severities and codes.
//!
//! A finding always knows where it points: its primary label is a constructor argument. Users' mistakes in a
//! manifest, a policy or a config are findings; `Err` is kept for what keeps us from running.

use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, LazyLock};

use serde::{Deserialize, Serialize};

use crate::source::{Source, Span};

/// How bad an open finding is. The order is that of the scale: `Note < Warning < Error`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth weighing.
    Note,
    /// The guide, or the policy's author, advises otherwise.
    Warning,
    /// Contradicts a stated threshold or requirement, or is not valid at all.
    Error,
}

impl Severity {
    /// The word used in every format.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a rule, or the reading of a document, came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The rule applies and its requirement does not hold.
    Fail,
    /// The rule applies, and a missing or rejected fact keeps its requirement from being decided.
    Undetermined,
    /// A document that could be read says something it may not say.
    Invalid,
    /// A document that could not be read.
    Unreadable,
    /// The rule applies and holds (reported with `--show-passed` only).
    Pass,
    /// The rule does not speak of this deployment (reported with `--show-passed` only).
    NotApplicable,
}

impl Outcome {
    /// The word used in every format.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fail => "fail",
            Self::Undetermined => "undetermined",
            Self::Invalid => "invalid",
            Self::Unreadable => "unreadable",
            Self::Pass => "pass",
            Self::NotApplicable => "not-applicable",
        }
    }

    /// Whether there is something to act on: neither a pass nor a rule that does not apply.
    pub const fn is_problem(self) -> bool {
        !matches!(self, Self::Pass | Self::NotApplicable)
    }
}

/// Whether a finding counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// It counts.
    #[default]
    Open,
    /// An inline comment takes it back.
    Suppressed,
    /// A waiver excuses it.
    Waived,
    /// It was there when the baseline was written.
    Baselined,
}

/// Who made an exception, and where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ExceptionKind {
    /// A comment beside the value.
    Inline,
    /// An entry of a waivers file.
    Waiver,
    /// An entry of the baseline.
    Baseline,
}

/// Why a finding does not count, and on which terms.
#[derive(Clone, Debug)]
pub struct Exception {
    /// Where it stands.
    pub kind: ExceptionKind,
    /// Why it was made.
    pub reason: Option<Box<str>>,
    /// Who answers for it.
    pub owner: Option<Box<str>>,
    /// Who approved it.
    pub approved_by: Option<Box<str>>,
    /// The ticket that it is discussed in.
    pub ticket: Option<Box<str>>,
    /// The last day on which it holds.
    pub expires: Option<jiff::civil::Date>,
    /// The comment, or the entry.
    pub place: Place,
}

/// A place in a source. Every part but the source may be missing: a file that cannot be opened has no document
/// and no span.
#[derive(Clone, Debug)]
pub struct Place {
    /// The source.
    pub source: Arc<Source>,
    /// Index of the document in its source, from zero.
    pub document: Option<u32>,
    /// JSON pointer in that document to what the place speaks of, whether that exists or not.
    pub pointer: Option<Arc<str>>,
    /// The bytes underlined.
    pub span: Option<Span>,
}

impl Place {
    /// A place by span alone.
    pub fn at(source: &Arc<Source>, document: Option<u32>, span: Span) -> Self {
        Self { source: Arc::clone(source), document, pointer: None, span: Some(span) }
    }

    /// The whole source.
    pub fn whole(source: &Arc<Source>) -> Self {
        Self { source: Arc::clone(source), document: None, pointer: None, span: None }
    }

    /// The same place with a pointer.
    #[must_use]
    pub fn with_pointer(mut self, pointer: impl Into<Arc<str>>) -> Self {
        self.pointer = Some(pointer.into());
        self
    }
}

/// A place with a few words.
#[derive(Clone, Debug)]
pub struct Label {
    /// Where.
    pub place: Place,
    /// What is there; one line, no full stop. Shared, as the pointer is: the findings of a deployment point at the
    /// same few facts.
    pub message: Arc<str>,
}

impl Label {
    /// A label.
    pub fn new(place: Place, message: impl Into<Arc<str>>) -> Self {
        Self { place, message: message.into() }
    }
}

/// A JSON-like scalar in a report: a value that decided, a threshold, a value that would pass.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Scalar {
    /// Absent or unknown.
    Null,
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Any other number; finite.
    Number(f64),
    /// A text.
    Text(Box<str>),
    /// A list of scalars.
    List(Vec<Scalar>),
}

/// One clause of what would make a rule pass: the fact at `path`, compared by `op` with `value`.
///
/// `op` is one of `==`, `!=`, `<`, `<=`, `>`, `>=`, `in`, `contains`, `matches`, `present`, `absent` and their
/// negations `not-in`, `not-contains`, `not-matches`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Clause {
    /// Path of the fact, relative to `spec` (`metadata.…` for metadata).
    pub path: Cow<'static, str>,
    /// The comparison.
    pub op: &'static str,
    /// The other side; [`Scalar::Null`] for `present` and `absent`.
    pub value: Scalar,
}

/// One value that decided: the fact, and what it was compared with.
#[derive(Clone, Debug, PartialEq)]
pub struct Decisive {
    /// Path of the fact.
    pub path: Cow<'static, str>,
    /// Its value; [`Scalar::Null`] where it is missing or rejected.
    pub value: Scalar,
    /// The comparison, if the fact stood in one.
    pub op: Option<&'static str>,
    /// The other side of the comparison, if it holds no fact.
    pub threshold: Option<Scalar>,
    /// The parameter which that other side is, if it is one alone.
    pub parameter: Option<Arc<str>>,
    /// Where the parameter's value was set: `builtin:PACK`, a file, `--set`.
    pub parameter_source: Option<Arc<str>>,
}

/// What one rule says of one deployment, or what is wrong with one place of a document.
#[derive(Clone, Debug)]
pub struct Finding {
    /// Rule id; `schema`, `config`, `policy`, `facts`, `waivers`, `baseline` or `document` for what is no policy's.
    pub rule: Arc<str>,
    /// The pack that the rule belongs to.
    pub pack: Option<Arc<str>>,
    /// For invalid and unreadable: which mistake (`unknown-key`, `type`, `syntax`, `limit-depth`, …).
    pub code: Option<&'static str>,
    /// What it came to.
    pub outcome: Outcome,
    /// How bad it is.
    pub severity: Severity,
    /// The claim, in one sentence without a full stop.
    pub message: String,
    /// What to do about it.
    pub help: Option<Arc<str>>,
    /// Titles of the guide's sections that the rule stands on.
    pub guide: Arc<[String]>,
    /// What would make the rule pass: all of these.
    pub passes_if: Vec<Clause>,
    /// Paths of the facts whose absence keeps the rule from being decided, the first the most decisive.
    pub missing: Vec<Cow<'static, str>>,
    /// The values that decided.
    pub decisive: Vec<Decisive>,
    /// Identity of the deployment (`namespace/name` or `name`).
    pub deployment: Option<Arc<str>>,
    /// File and document of the deployment (`deploy/bot.yaml#0`), unique in a report.
    pub deployment_id: Option<Arc<str>>,
    /// Where it points first.
    pub primary: Label,
    /// The other places that decided.
    pub secondary: Vec<Label>,
    /// Whether it counts.
    pub status: Status,
    /// Why it does not count, where it does not.
    pub exception: Option<Arc<Exception>>,
}

/// The titles of a rule that stands on no section: shared, since every finding begins with it.
static NO_GUIDE: LazyLock<Arc<[String]>> = LazyLock::new(|| Arc::from([]));

impl Finding {
    /// A document that says something it may not say.
    pub fn invalid(rule: &str, code: &'static str, message: impl Into<String>, primary: Label) -> Self {
        Self::new(rule, Some(code), Outcome::Invalid, Severity::Error, message.into(), primary)
    }

    /// A document that could not be read.
    pub fn unreadable(code: &'static str, message: impl Into<String>, primary: Label) -> Self {
        Self::new("document", Some(code), Outcome::Unreadable, Severity::Error, message.into(), primary)
    }

    /// A finding with everything optional left empty.
    pub fn new(
        rule: impl Into<Arc<str>>,
        code: Option<&'static str>,
        outcome: Outcome,
        severity: Severity,
        message: String,
        primary: Label,
    ) -> Self {
        Self {
            rule: rule.into(),
            pack: None,
            code,
            outcome,
            severity,
            message,
            help: None,
            guide: Arc::clone(&NO_GUIDE),
            passes_if: Vec::new(),
            missing: Vec::new(),
            decisive: Vec::new(),
            deployment: None,
            deployment_id: None,
            primary,
            secondary: Vec::new(),
            status: Status::Open,
            exception: None,
        }
    }

    /// Whether it counts against the run: open, and no mere outcome.
    pub fn is_open_problem(&self) -> bool {
        self.status == Status::Open && self.outcome.is_problem()
    }

    /// Pack and id of the rule whose words explain it. A mistake in a policy belongs to the built-in rule `policy`,
    /// though it names the pack it was found in.
    pub fn rule_key(&self) -> (Option<&str>, &str) {
        let of_a_pack = !matches!(self.outcome, Outcome::Invalid | Outcome::Unreadable);
        (self.pack.as_deref().filter(|_| of_a_pack), &self.rule)
    }

    /// The same finding with advice.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<Arc<str>>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same finding with one more place.
    #[must_use]
    pub fn with_label(mut self, label: Label) -> Self {
        self.secondary.push(label);
        self
    }

    /// The same finding with another severity.
    #[must_use]
    pub fn with_severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }
}
