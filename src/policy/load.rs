//! From the text of policy files to rules and packs: every mistake a finding in the file, with its exact bytes.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use super::complete;
use super::embedded::{self, EmbeddedRule, Words};
use super::expression::{self, Expr, Issue, Names, Type, Unread};
use super::extends::Inherited;
use super::pack::{
    Checklist, Condition, ConditionPlace, Conditions, LazySource, Pack, Parameter, Rule, RuleFile,
    Severities, Undetermined,
};
use super::template::Template;
use crate::document::{self, Document, Limits, NodeRef, View as TextView};
use crate::finding::{Finding, Label, Outcome, Place, Scalar, Severity};
use crate::manifest::vocabulary::Vocabulary;
use crate::schema;
use crate::source::Span;

/// A policy file: what it is called, and what it says.
#[derive(Clone, Debug)]
pub struct PolicyText {
    /// The source that findings point into.
    pub source: Arc<LazySource>,
    /// The text to read.
    pub text: Arc<str>,
}

/// The tables of a pack that its rules refer to.
#[derive(Clone, Debug, Default)]
pub struct PackNames {
    parameters: Vec<(Box<str>, Type)>,
    checklists: Vec<Box<str>>,
    /// Parameters and checklists with a mistake.
    unread: Vec<Box<str>>,
    /// Whether a mistake keeps us from knowing which parameters and checklists there are.
    open: bool,
}

impl PackNames {
    /// The names of a pack that nobody can read.
    pub(super) fn unknown() -> Self {
        Self { open: true, ..Self::default() }
    }

    /// Notes that there are parameters and checklists that a mistake keeps from being known.
    pub(super) fn open(&mut self) {
        self.open = true;
    }

    /// Notes a parameter or checklist that cannot be used: whoever names it makes no mistake, and does not run.
    pub(super) fn forget(&mut self, name: &str) {
        self.unread.push(name.into());
    }

    /// The parameters, by index.
    pub(super) fn learn(&mut self, own: &[Parameter], inherited: &[Inherited]) {
        let all = own.iter().chain(inherited.iter().map(|own| &own.parameter));
        self.parameters = all.map(|own| (own.name.as_ref().into(), own.kind)).collect();
    }

    /// The checklists, by index.
    pub(super) fn learn_checklists(&mut self, checklists: &[Checklist]) {
        self.checklists = checklists.iter().map(|own| own.name.clone()).collect();
    }

    /// The names that the signals of an extended pack know: nothing of the pack itself, nor of others that it extends.
    /// What is left keeps its index.
    pub(super) fn as_seen_from(&self, base: &Pack, inherited: &[Inherited]) -> Self {
        let own = self.parameters.len().saturating_sub(inherited.len());
        let mut names = self.clone();
        for (index, (name, _)) in names.parameters.iter_mut().enumerate() {
            let owner = index.checked_sub(own).and_then(|at| inherited.get(at)).map(|own| &own.owner);
            let known = owner.is_some_and(|owner| {
                *owner == base.name || base.inherited.iter().any(|further| further.owner == *owner)
            });
            if !known {
                *name = Box::default();
            }
        }
        names
    }

    /// The same as expressions take them.
    pub fn names(&self) -> Names<'_> {
        Names {
            vocabulary: Vocabulary::native(),
            parameters: &self.parameters,
            checklists: &self.checklists,
            unread: if self.open { Unread::Any } else { Unread::These(&self.unread) },
        }
    }

    /// The same without checklists.
    pub(super) fn without_checklists(&self) -> Names<'_> {
        Names { checklists: &[], ..self.names() }
    }
}

/// The expressions of a pack that were compiled before, by their texts: many rules of a pack begin with the same `when`.
#[derive(Debug, Default)]
pub(super) struct Known(HashMap<Box<str>, Arc<Expr>>);

/// The value of a parameter, and what it is; nothing for what no parameter can be.
pub fn parameter_value(node: NodeRef<'_>) -> Option<(Type, Scalar)> {
    match node.kind() {
        document::Kind::Bool(value) => Some((Type::Bool, Scalar::Bool(value))),
        document::Kind::Int(value) => Some((Type::Int, Scalar::Int(value))),
        document::Kind::Float(value) if value.is_finite() => Some((Type::Double, Scalar::Number(value))),
        document::Kind::String(_) => Some((Type::String, Scalar::Text(node.as_str()?.into()))),
        document::Kind::Sequence(_) => {
            let items =
                node.items().map(|item| Some(parameter_value(item)?.1)).collect::<Option<Vec<_>>>()?;
            Some((Type::List, Scalar::List(items)))
        }
        _ => None,
    }
}

/// Reads one rule: nothing of it where a mistake keeps it from running. The mistakes are told either way.
pub(super) fn load_rule(
    file: PolicyText,
    names: &PackNames,
    known: &mut Known,
    findings: &mut Vec<Finding>,
) -> (RuleFile, Option<Rule>) {
    let mut read = RuleFile { text: file, id_span: None, formerly: Vec::new() };
    let before = findings.len();
    let opened = open(&read.text, schema::PolicyKind::Rule, findings);
    let Some(document) = opened else { return (read, None) };
    let sound = !findings[before..].iter().any(|finding| finding.severity == Severity::Error);
    let metadata = document.root().get("metadata");
    read.id_span = metadata.and_then(|node| node.get("name")).map(NodeRef::span);
    let formerly = metadata.and_then(|node| node.get("formerly")).into_iter().flat_map(NodeRef::items);
    read.formerly = formerly.filter_map(|node| Some((node.as_str()?.into(), node.span()))).collect();
    let rule = rule_of(&document, &read.text, names, known, findings).filter(|_| sound);
    (read, rule)
}

/// The rule of a document as far as it can be made. All expressions are read before any mistake ends it, so that one
/// run tells them all.
fn rule_of(
    document: &Document,
    file: &PolicyText,
    names: &PackNames,
    known: &mut Known,
    findings: &mut Vec<Finding>,
) -> Option<Rule> {
    let root = document.root();
    let spec = Spec::of(root.get("spec")?);
    let when = match spec.when {
        Some(node) => condition(node, names.names(), known, &file.source, findings).map(Some),
        None => Some(None),
    };
    let require = spec.require.and_then(|node| condition(node, names.names(), known, &file.source, findings));
    let message = spec.message.map(|node| template(node, names, &file.source, findings));
    complete::missing_examples(spec.examples, &file.source, document, findings);
    let conditions = Conditions { when: when?, require: require? };
    let metadata = root.get("metadata")?;
    let id = metadata.get("name")?;
    rule(&spec.words(id, metadata)?, Arc::new(conditions), message??, Arc::clone(&file.source), id.span())
}

/// The fields of a rule's spec, found in one pass.
#[derive(Clone, Copy, Default)]
struct Spec<'a> {
    summary: Option<NodeRef<'a>>,
    severity: Option<NodeRef<'a>>,
    undetermined: Option<NodeRef<'a>>,
    waivable: Option<NodeRef<'a>>,
    precision: Option<NodeRef<'a>>,
    tags: Option<NodeRef<'a>>,
    guide: Option<NodeRef<'a>>,
    why: Option<NodeRef<'a>>,
    when: Option<NodeRef<'a>>,
    require: Option<NodeRef<'a>>,
    message: Option<NodeRef<'a>>,
    help: Option<NodeRef<'a>>,
    examples: Option<NodeRef<'a>>,
}

impl<'a> Spec<'a> {
    fn of(node: NodeRef<'a>) -> Self {
        let mut spec = Self::default();
        for entry in node.entries() {
            let field = match entry.key() {
                "summary" => &mut spec.summary,
                "severity" => &mut spec.severity,
                "undetermined" => &mut spec.undetermined,
                "waivable" => &mut spec.waivable,
                "precision" => &mut spec.precision,
                "tags" => &mut spec.tags,
                "guide" => &mut spec.guide,
                "why" => &mut spec.why,
                "when" => &mut spec.when,
                "require" => &mut spec.require,
                "message" => &mut spec.message,
                "help" => &mut spec.help,
                "examples" => &mut spec.examples,
                _ => continue,
            };
            field.get_or_insert(entry.value());
        }
        spec
    }

    /// The words of the rule of an id.
    fn words(&self, id: NodeRef<'a>, metadata: NodeRef<'a>) -> Option<Words<'a>> {
        let text = |node: Option<NodeRef<'a>>| node.and_then(NodeRef::as_str);
        let severity = self.severity?;
        Some(Words {
            id: id.as_str()?,
            formerly: texts(metadata.get("formerly")),
            summary: text(self.summary).unwrap_or_default(),
            severity: match severity.as_str() {
                Some(word) => Cow::Owned(vec![("default", word)]),
                None => severity
                    .entries()
                    .map(|entry| Some((entry.key(), entry.value().as_str()?)))
                    .collect::<Option<_>>()?,
            },
            undetermined: text(self.undetermined),
            waivable: !matches!(self.waivable.map(NodeRef::kind), Some(document::Kind::Bool(false))),
            precision: text(self.precision),
            tags: texts(self.tags),
            guide: texts(self.guide),
            why: text(self.why).unwrap_or_default(),
            help: text(self.help).unwrap_or_default(),
        })
    }
}

/// A rule of its parts.
fn rule(
    words: &Words<'_>,
    conditions: Arc<Conditions>,
    message: Template,
    source: Arc<LazySource>,
    id_span: Span,
) -> Option<Rule> {
    let when = conditions.when.as_ref();
    let strategies = when.and_then(|when| expression::demanded_strategies(&when.expr, Vocabulary::native()));
    let boxed = |texts: &[&str]| texts.iter().map(|&text| text.into()).collect();
    Some(Rule {
        id: words.id.into(),
        formerly: boxed(&words.formerly),
        summary: words.summary.into(),
        severity: severities(&words.severity)?,
        undetermined: match words.undetermined {
            Some("off") => Undetermined::Off,
            Some(word) => severity(word).map_or(Undetermined::Default, Undetermined::As),
            None => Undetermined::Default,
        },
        waivable: words.waivable,
        precision: words.precision.unwrap_or("medium").into(),
        tags: boxed(&words.tags),
        guide: words.guide.iter().map(|&title| title.to_owned()).collect(),
        why: words.why.trim_end().into(),
        conditions,
        message,
        help: words.help.trim_end().into(),
        strategies,
        source,
        id_span,
    })
}

/// Makes an embedded rule ready to decide. None has a mistake, as a test holds.
pub(super) fn load_conditions(rule: &'static EmbeddedRule, names: &PackNames) -> Option<Conditions> {
    let condition = |text, key| {
        let expr = Arc::new(expression::compile(text, Type::Bool, names.names()).ok()?);
        Some(Condition { expr, place: ConditionPlace::Embedded(rule, key) })
    };
    let when = match rule.when {
        Some(text) => Some(condition(text, "when")?),
        None => None,
    };
    Some(Conditions { when, require: condition(rule.require, "require")? })
}

/// Makes the rest of an embedded rule.
pub(super) fn load_embedded(
    embedded: &'static EmbeddedRule,
    conditions: Arc<Conditions>,
    names: &PackNames,
) -> Option<Rule> {
    let parameters: Vec<&str> = names.parameters.iter().map(|(name, _)| &**name).collect();
    let (message, _) = Template::parse(embedded.message, Vocabulary::native(), &parameters);
    let source = || embedded::source(embedded.pack, embedded.id, embedded.text);
    let id_span = embedded_id(embedded)?;
    rule(&embedded.words, conditions, message, Arc::new(LazyLock::new(Box::new(source))), id_span)
}

/// The bytes of an embedded rule's id in its file.
pub(super) fn embedded_id(rule: &EmbeddedRule) -> Option<Span> {
    let start = rule.text.find(rule.id)? as u32;
    Some(Span::new(start, start + rule.id.len() as u32))
}

/// From the value of a key in the spec of an embedded rule to the bytes of its file.
pub(super) fn embedded_view(rule: &EmbeddedRule, key: &str) -> TextView {
    let stream = document::parse(&rule.text.into(), &limits());
    let root = stream.documents.first().map(Document::root);
    let node = root.and_then(|root| root.get("spec")).and_then(|spec| spec.get(key));
    node.map(view_of).unwrap_or_default()
}

/// Budgets for a policy file.
pub(super) fn limits() -> Limits {
    Limits { nodes: 100_000, depth: 64, comments: false, ..Limits::default() }
}

/// Parses a policy file and holds it against its schema.
pub(super) fn open(
    file: &PolicyText,
    kind: schema::PolicyKind,
    findings: &mut Vec<Finding>,
) -> Option<Document> {
    let mut stream = document::parse(&file.text, &limits());
    // A policy that cannot be read is a mistake in a policy: the run is in trouble, not the repo.
    if !stream.problems.is_empty() {
        let problems = schema::problems(&stream.problems, "policy", &file.source);
        findings.extend(problems.into_iter().map(|finding| Finding {
            rule: "policy".into(),
            outcome: Outcome::Invalid,
            ..finding
        }));
    }
    if stream.documents.is_empty() {
        if stream.problems.is_empty() {
            let place = Label::new(Place::whole(&file.source), "empty");
            findings.push(Finding::invalid("policy", "empty", "This policy file holds no document", place));
        }
        return None;
    }
    let document = stream.documents.swap_remove(0);
    if let Some(second) = stream.documents.first() {
        let place = Place::at(&file.source, Some(second.index), second.root().span());
        findings.push(Finding::invalid(
            "policy",
            "second-document",
            "A policy file holds one document; this one is not read",
            Label::new(place, "not read"),
        ));
    }
    if let Some(other) = other_kind(&document, &file.source, kind) {
        findings.push(other);
        return None;
    }
    if !schema::is_policy(&document, kind) {
        findings.extend(schema::validate_policy(&document, &file.source, kind));
        findings.extend(schema::check_order(&document, &file.source, kind));
    }
    Some(document)
}

/// What is said of a file that holds another kind of ours: nothing else in it is as it should be.
fn other_kind(document: &Document, source: &LazySource, kind: schema::PolicyKind) -> Option<Finding> {
    let node = document.root().get("kind")?;
    let (message, help) = match (kind, node.as_str()?) {
        (schema::PolicyKind::Rule, "Pack") => (
            "This file holds a pack, where a rule is looked for",
            "Name it pack.yaml and give it a folder of its own, or make a rule of it",
        ),
        (schema::PolicyKind::Pack, "Rule") => {
            ("This pack.yaml holds a rule", "Name the file after the rule, and write a pack.yaml beside it")
        }
        (_, "LLMDeployment") => (
            "This file holds a deployment, where a policy is looked for",
            "Keep manifests out of the policies' folder",
        ),
        _ => return None,
    };
    let place = Place::at(source, Some(document.index), node.span()).with_pointer("/kind");
    Some(
        Finding::invalid("policy", "kind", message, Label::new(place, "not what it should be"))
            .with_help(help),
    )
}

pub(super) fn text<'a>(node: NodeRef<'a>, path: &[&str]) -> Option<&'a str> {
    path.iter().try_fold(node, |node, key| node.get(key))?.as_str()
}

fn texts(node: Option<NodeRef<'_>>) -> Cow<'_, [&str]> {
    node.into_iter().flat_map(NodeRef::items).filter_map(NodeRef::as_str).collect()
}

/// The severity of a word.
pub fn severity(word: &str) -> Option<Severity> {
    match word {
        "error" => Some(Severity::Error),
        "warning" => Some(Severity::Warning),
        "note" => Some(Severity::Note),
        _ => None,
    }
}

/// Severities by stage, of pairs of a stage (or `default`) and a word.
pub fn severities(words: &[(&str, &str)]) -> Option<Severities> {
    let mut severities = Severities { default: Severity::Warning, by_stage: Vec::new() };
    for &(stage, word) in words {
        let severity = severity(word)?;
        if stage == "default" {
            severities.default = severity;
        } else {
            severities.by_stage.push((stage.into(), severity));
        }
    }
    Some(severities)
}

fn condition(
    node: NodeRef<'_>,
    names: Names<'_>,
    known: &mut Known,
    source: &LazySource,
    findings: &mut Vec<Finding>,
) -> Option<Condition> {
    let text = text_of(node);
    let expr = if let Some(expr) = known.0.get(text) {
        Arc::clone(expr)
    } else {
        let expr = Arc::new(expression(node, names, source, findings)?);
        known.0.insert(text.into(), Arc::clone(&expr));
        expr
    };
    Some(Condition { expr, place: ConditionPlace::View(view_of(node)) })
}

/// The expression that a value holds.
pub(super) fn expression(
    node: NodeRef<'_>,
    names: Names<'_>,
    source: &LazySource,
    findings: &mut Vec<Finding>,
) -> Option<Expr> {
    let compiled = expression::compile(text_of(node), Type::Bool, names);
    let issues = match compiled {
        Ok(expr) => return Some(expr),
        Err(issues) => issues,
    };
    let view = view_of(node);
    findings.extend(issues.into_iter().map(|issue| misread(issue, &view, node, source)));
    None
}

/// The text of an expression: `when: true` is one too, though YAML reads a truth value.
fn text_of(node: NodeRef<'_>) -> &str {
    node.as_str().unwrap_or_else(|| node.source_text())
}

fn view_of(node: NodeRef<'_>) -> TextView {
    TextView::of_scalar(node)
}

fn misread(issue: Issue, view: &TextView, node: NodeRef<'_>, source: &LazySource) -> Finding {
    let span = view.outer(issue.span);
    let place = Place::at(source, Some(node.document().index), span);
    let finding = Finding::invalid("policy", issue.code, issue.message, Label::new(place, words(issue.code)));
    match issue.help {
        Some(help) => finding.with_help(help),
        None => finding,
    }
}

/// The few words under an expression's mistake; the claim stands above.
fn words(code: &str) -> &'static str {
    match code {
        "unknown-fact" => "no such fact",
        "unknown-parameter" => "no such parameter",
        "unknown-value" => "never equal",
        "unknown-function" => "no such function",
        "unknown-checklist" => "no such checklist",
        "type" => "type mismatch",
        "null-comparison" => "a fact is never null",
        "shadowed-name" => "this name is taken",
        "regex" => "not a regular expression",
        "limit-expression" => "too large",
        _ => "here",
    }
}

fn template(
    node: NodeRef<'_>,
    names: &PackNames,
    source: &LazySource,
    findings: &mut Vec<Finding>,
) -> Option<Template> {
    let parameters: Vec<&str> = names.parameters.iter().map(|(name, _)| &**name).collect();
    let text = node.as_str().unwrap_or_default();
    let (template, misplaced) = Template::parse(text, Vocabulary::native(), &parameters);
    let mut names_unread = false;
    if !misplaced.is_empty() {
        let view = view_of(node);
        for wrong in misplaced {
            let parameter = wrong.name.trim().strip_prefix("params.");
            if parameter.is_some_and(|name| names.names().unread.holds(name)) {
                names_unread = true;
                continue;
            }
            let place = Place::at(source, Some(node.document().index), view.outer(wrong.span));
            let message = format!("{{{}}} names no fact and no parameter", wrong.name);
            let label = Label::new(place, "no such fact");
            let mut finding = Finding::invalid("policy", "unknown-placeholder", message, label);
            let known = Vocabulary::native()
                .iter()
                .map(|(_, info)| info.path.to_string())
                .chain(parameters.iter().map(|name| format!("params.{name}")));
            if let Some(near) = crate::nearest::nearest(&wrong.name, known) {
                finding = finding.with_help(format!("did you mean {{{near}}}?"));
            }
            findings.push(finding);
        }
    }
    (!names_unread).then_some(template)
}

#[cfg(test)]
mod tests {
    use super::super::pack_file;
    use super::*;
    use crate::source::Span;

    #[test]
    fn an_embedded_pack_is_the_one_of_its_files() {
        for embedded in embedded::packs() {
            let source = embedded::source(embedded.name, "pack", embedded.text);
            let source = Arc::new(LazyLock::new(Box::new(|| source) as Box<_>));
            let file = PolicyText { source, text: embedded.text.into() };
            let mut findings = Vec::new();
            let mut pack = pack_file::draft(&file, &mut findings).unwrap().finish(&[], &mut findings);
            let made = pack_file::embedded(embedded).unwrap();
            assert!(pack.extends.is_empty(), "an embedded pack extends none");
            let parts = |pack: &Pack| {
                let lists = (format!("{:?}", pack.checklists), format!("{:?}", pack.signals));
                let words = (pack.name.clone(), pack.title.clone(), pack.description.clone());
                let origin = (pack.version.clone(), pack.license.clone(), format!("{:?}", pack.source));
                let file = (Arc::clone(&pack.file.path), pack.file.digest, pack.name_span);
                (lists, words, origin, file, format!("{:?}", pack.parameters))
            };
            let set_by: Arc<str> = format!("builtin:{}", embedded.name).into();
            pack.parameters.iter_mut().for_each(|parameter| parameter.set_by = Arc::clone(&set_by));
            assert_eq!(parts(&made), parts(&pack));
            for embedded in embedded.rules {
                let source = embedded::source(embedded.pack, embedded.id, embedded.text);
                let source = Arc::new(LazyLock::new(Box::new(|| source) as Box<_>));
                let file = PolicyText { source, text: embedded.text.into() };
                let read = load_rule(file, &pack.names, &mut Known::default(), &mut findings).1.unwrap();
                let conditions = Arc::new(load_conditions(embedded, &pack.names).unwrap());
                let made = load_embedded(embedded, Arc::clone(&conditions), &pack.names).unwrap();
                for (made, read) in conditions.iter().zip(read.conditions.iter()) {
                    for at in 0..read.expr.text.len() as u32 {
                        assert_eq!(made.outer(Span::new(at, at + 1)), read.outer(Span::new(at, at + 1)));
                    }
                }
                let parts = |rule: &Rule| {
                    let conditions: Vec<_> =
                        rule.conditions.iter().map(|condition| format!("{:?}", condition.expr)).collect();
                    let source = (Arc::clone(&rule.source.path), rule.source.digest, rule.id_span);
                    (conditions, format!("{:?}", rule.message), format!("{source:?}"))
                };
                assert_eq!(parts(&made), parts(&read), "{}", embedded.id);
                let words = |rule: Rule| {
                    let named = (rule.id, rule.formerly, rule.summary, rule.precision, rule.tags, rule.guide);
                    let weighed = (rule.severity, rule.undetermined, rule.waivable, rule.strategies);
                    (named, weighed, rule.why, rule.help)
                };
                assert_eq!(words(made), words(read));
            }
            assert!(findings.is_empty(), "{findings:?}");
        }
    }
}
