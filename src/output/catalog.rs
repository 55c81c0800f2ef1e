//! The rules of a report, and which of them a finding belongs to.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use crate::finding::Finding;
use crate::policy::pack::Severities;
use crate::report::{Report, RuleRecord};

/// The rules that the problems of a report belong to, by pack and id.
pub(super) struct Catalog<'a> {
    rules: Vec<Cow<'a, RuleRecord>>,
    indices: HashMap<(Option<&'a str>, &'a str), usize>,
}

impl<'a> Catalog<'a> {
    /// Those of a report. A rule that the report has no words for stands by its id.
    pub(super) fn new(report: &'a Report) -> Self {
        let mut catalog = Self { rules: Vec::new(), indices: HashMap::new() };
        for rule in &report.rules {
            catalog.add((rule.pack.as_deref(), &rule.id), Cow::Borrowed(rule));
        }
        for finding in report.findings.iter().filter(|finding| finding.outcome.is_problem()) {
            let key = finding.rule_key();
            if !catalog.indices.contains_key(&key) {
                catalog.add(key, Cow::Owned(wordless(finding)));
            }
        }
        catalog
    }

    fn add(&mut self, key: (Option<&'a str>, &'a str), rule: Cow<'a, RuleRecord>) {
        self.indices.insert(key, self.rules.len());
        self.rules.push(rule);
    }

    /// All of them.
    pub(super) fn rules(&self) -> impl Iterator<Item = &RuleRecord> {
        self.rules.iter().map(|rule| &**rule)
    }

    /// The place of a finding's rule among [`Self::rules`].
    pub(super) fn index(&self, finding: &Finding) -> Option<usize> {
        self.indices.get(&finding.rule_key()).copied()
    }

    /// The rule of a finding.
    pub(super) fn rule(&self, finding: &Finding) -> Option<&RuleRecord> {
        self.rules.get(self.index(finding)?).map(|rule| &**rule)
    }
}

/// What is known of a rule by one of its findings alone.
fn wordless(finding: &Finding) -> RuleRecord {
    let (pack, id) = finding.rule_key();
    RuleRecord {
        id: id.into(),
        pack: pack.map(Into::into),
        is_shared: false,
        file: None,
        summary: id.into(),
        why: Box::default(),
        when: None,
        require: None,
        parameters: Vec::new(),
        help: finding.help.clone().unwrap_or_default(),
        guide: Arc::clone(&finding.guide),
        severity: Severities { default: finding.severity, by_stage: Vec::new() },
        precision: "medium".into(),
        tags: Vec::new(),
        waivable: true,
    }
}

/// The name of a rule that is unique in a run: its id, with the pack before it where another pack has the same id.
pub(super) fn unique_name(rule: &RuleRecord) -> Cow<'_, str> {
    match &rule.pack {
        Some(pack) if rule.is_shared => Cow::Owned(format!("{pack}/{}", rule.id)),
        _ => Cow::Borrowed(&rule.id),
    }
}

/// A finding's rule as people read it: `rule`, `schema[unknown-key]`.
pub(super) fn rule_name(finding: &Finding) -> String {
    let mut name = finding.rule.to_string();
    if let Some(code) = finding.code {
        name.push('[');
        name.push_str(code);
        name.push(']');
    }
    name
}
