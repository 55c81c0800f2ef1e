//! What reports say of the rules that their findings name.

use std::sync::Arc;

use super::Policies;
use super::complete::parameters_of;
use super::pack::{Pack, Parameter, Rule, Severities};
use super::template::parameter_prose;

/// The words of a rule.
#[derive(Clone, Debug)]
pub struct RuleRecord {
    /// Its id.
    pub id: Arc<str>,
    /// Its pack; nothing for a rule that is built in and belongs to none.
    pub pack: Option<Arc<str>>,
    /// Whether another pack in force has a rule of the same id.
    pub is_shared: bool,
    /// The file it stands in, as reports show it (`builtin:PACK/RULE.yaml`); nothing for one of no pack.
    pub file: Option<Arc<str>>,
    /// A noun phrase.
    pub summary: Box<str>,
    /// Why it is there.
    pub why: Box<str>,
    /// When it applies, as an expression; nothing: always, or there is no expression.
    pub when: Option<Box<str>>,
    /// What has to hold, as an expression.
    pub require: Option<Box<str>>,
    /// The parameters it reads.
    pub parameters: Vec<ParameterRecord>,
    /// What to do.
    pub help: Arc<str>,
    /// Titles of the guide's sections.
    pub guide: Arc<[String]>,
    /// How bad a finding of it is.
    pub severity: Severities,
    /// `low`, `medium` or `high`.
    pub precision: Box<str>,
    /// Words to select it by.
    pub tags: Vec<Box<str>>,
    /// Whether it can be waived.
    pub waivable: bool,
}

/// A parameter that a rule reads.
#[derive(Clone, Debug)]
pub struct ParameterRecord {
    /// Its name.
    pub name: Arc<str>,
    /// Its value in force, as prose has it (`500,000`).
    pub value: Box<str>,
    /// Its unit; may be empty.
    pub unit: Box<str>,
    /// Where the value was set: `builtin:PACK`, a file, `--set`.
    pub set_by: Arc<str>,
}

impl Policies {
    /// The words of a rule; nothing where no pack of that name has it, or a mistake keeps it from running. Reads them
    /// if nobody has.
    pub fn rule_record(&self, pack: &str, id: &str) -> Option<RuleRecord> {
        let pack = self.packs.iter().find(|own| *own.name == *pack)?;
        let (slot, setting) = pack.slots().find(|(slot, _)| *slot.id == *id)?;
        let rule = pack.rule(slot)?;
        let others = self.packs.iter().filter(|other| other.name != pack.name);
        let text = |condition: &super::pack::Condition| condition.expr.text.as_ref().into();
        Some(RuleRecord {
            id: Arc::clone(&rule.id),
            pack: Some(Arc::clone(&pack.name)),
            is_shared: others.flat_map(|other| &other.rules).any(|other| other.id == rule.id),
            file: Some(Arc::clone(&rule.source.path)),
            summary: rule.summary.clone(),
            why: rule.why.clone(),
            when: rule.conditions.when.as_ref().map(text),
            require: Some(text(&rule.conditions.require)),
            parameters: pack.parameters_of(rule).into_iter().map(ParameterRecord::new).collect(),
            help: Arc::clone(&rule.help),
            guide: Arc::clone(&rule.guide),
            severity: setting.severity.clone().unwrap_or_else(|| rule.severity.clone()),
            precision: rule.precision.clone(),
            tags: rule.tags.clone(),
            waivable: rule.waivable,
        })
    }
}

impl ParameterRecord {
    fn new(parameter: &Parameter) -> Self {
        Self {
            name: Arc::clone(&parameter.name),
            value: parameter_prose(parameter).into(),
            unit: parameter.unit.clone(),
            set_by: Arc::clone(&parameter.set_by),
        }
    }
}

impl Pack {
    /// The parameters that a rule reads, those of its checklists among them, with their values in force.
    pub fn parameters_of(&self, rule: &Rule) -> Vec<&Parameter> {
        let mut used = vec![false; self.settings.values.len()];
        for condition in rule.conditions.iter() {
            parameters_of(&condition.expr, &mut used);
        }
        for index in rule.message.parameters() {
            if let Some(used) = used.get_mut(usize::from(index)) {
                *used = true;
            }
        }
        let marked = self.settings.all_parameters().zip(used);
        marked.filter(|(_, used)| *used).map(|(parameter, _)| parameter).collect()
    }
}
