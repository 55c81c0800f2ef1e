//! From an evaluated rule to a finding: the claim, the places that decided, what would make it pass.

use std::borrow::Cow;
use std::cell::RefCell;
use std::sync::Arc;

use super::eval::{self, Fault, Input, Read, Standing, Traced, Truth};
use super::labels::{Comparison, path_of};
use super::pack::{Conditions, Pack, Rule, RuleSlot};
use super::settings::{PackSettings, RuleSetting};
use super::{OutcomeCounts, Policies};
use crate::finding::{Decisive, Finding, Label, Outcome, Place, Scalar, Severity};
use crate::manifest::Deployment;
use crate::manifest::facts::{Confidence, FactId};
use crate::manifest::view::View;
use crate::manifest::vocabulary::Vocabulary;

/// How to judge.
#[derive(Clone, Copy, Debug)]
pub struct Judging {
    /// The day of the run.
    pub today: jiff::civil::Date,
    /// Whether outcomes that are no findings are wanted as well.
    pub show_passed: bool,
}

/// What a rule comes to on a set of facts.
#[derive(Debug)]
pub enum Verdict {
    /// It applies and holds.
    Pass(Traced),
    /// It applies and does not hold.
    Fail(Traced),
    /// It applies and cannot be decided.
    Undetermined(Traced),
    /// It does not apply.
    NotApplicable,
    /// It is unknown whether it applies, and so it does not.
    NotApplicableUnknown(Traced),
    /// Its `when` (`true`) or its `require` (`false`) cannot be evaluated.
    Fault(bool, Fault, Traced),
}

impl Verdict {
    /// The word for it.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Pass(_) => "pass",
            Self::Fail(_) => "fail",
            Self::Undetermined(_) => "undetermined",
            Self::NotApplicable => "not-applicable",
            Self::NotApplicableUnknown(_) => "not-applicable-unknown",
            Self::Fault(..) => "error",
        }
    }
}

/// What a rule came to, with the reads in a list of the caller's: first those of `when`, then those of `require`.
enum Decided {
    /// `require` came to this; how many reads `when` has.
    Required(Truth, usize),
    /// `when` came to this, and so `require` does not matter.
    NotRequired(Truth),
}

impl Conditions {
    /// Evaluates a rule on facts; for a verdict that `when` did not decide, also returns what it read.
    pub fn verdict(&self, input: Input<'_>) -> (Verdict, Vec<Read>) {
        let mut reads = Vec::new();
        match self.decide(input, &mut reads) {
            Decided::NotRequired(truth) => {
                let traced = |truth| Traced { truth, reads };
                let verdict = match truth.clone() {
                    Truth::Unknown => Verdict::NotApplicableUnknown(traced(truth)),
                    Truth::Error(fault) => Verdict::Fault(true, fault, traced(truth)),
                    Truth::True | Truth::False => Verdict::NotApplicable,
                };
                (verdict, Vec::new())
            }
            Decided::Required(truth, applied) => {
                let traced = Traced { truth: truth.clone(), reads: reads.split_off(applied) };
                let verdict = match truth {
                    Truth::True => Verdict::Pass(traced),
                    Truth::False => Verdict::Fail(traced),
                    Truth::Unknown => Verdict::Undetermined(traced),
                    Truth::Error(fault) => Verdict::Fault(false, fault, traced),
                };
                (verdict, reads)
            }
        }
    }

    /// Evaluates a rule on facts.
    fn decide(&self, input: Input<'_>, reads: &mut Vec<Read>) -> Decided {
        reads.clear();
        if let Some(when) = &self.when {
            let truth = eval::evaluate_onto(&when.expr, input, reads);
            if truth != Truth::True {
                return Decided::NotRequired(truth);
            }
        }
        let applied = reads.len();
        Decided::Required(eval::evaluate_onto(&self.require.expr, input, reads), applied)
    }
}

impl Policies {
    /// Evaluates every selected rule on one deployment: findings are appended to `findings`.
    pub fn judge(
        &self,
        deployment: &Deployment,
        judging: Judging,
        findings: &mut Vec<Finding>,
    ) -> OutcomeCounts {
        let view = View::new(&deployment.facts, Vocabulary::native());
        self.judge_in(&view, deployment, judging, findings)
    }

    /// The same, with the view of its facts.
    pub fn judge_in(
        &self,
        view: &View<'_>,
        deployment: &Deployment,
        judging: Judging,
        findings: &mut Vec<Finding>,
    ) -> OutcomeCounts {
        let strategy = view.text("customization.strategy");
        let stage = view.text("stage");
        let mut reads = Vec::new();
        let mut counts = OutcomeCounts::default();
        for (pack, settings) in self.settings_at(&deployment.source.path) {
            let bench = Bench {
                pack,
                settings: &settings,
                deployment,
                view,
                stage,
                input: Input {
                    view,
                    parameters: &settings.values,
                    checklists: &pack.signals,
                    today: judging.today,
                },
                made: RefCell::default(),
                words: RefCell::default(),
            };
            for (slot, setting) in settings.in_force(pack) {
                if !slot.meets(strategy) && !judging.show_passed {
                    counts.not_applicable += 1;
                    continue;
                }
                findings.extend(bench.judge(slot, setting, judging.show_passed, &mut counts, &mut reads));
            }
        }
        counts
    }
}

/// One deployment before one pack.
pub(super) struct Bench<'a> {
    pub(super) pack: &'a Pack,
    pub(super) settings: &'a PackSettings,
    pub(super) deployment: &'a Deployment,
    pub(super) view: &'a View<'a>,
    stage: Option<&'a str>,
    pub(super) input: Input<'a>,
    /// Labels already made, by fact.
    pub(super) made: RefCell<Vec<(FactId, Label)>>,
    /// Room for a text that is being put together.
    pub(super) words: RefCell<String>,
}

impl Bench<'_> {
    /// Judges by one rule; `reads` is room for what decides.
    fn judge(
        &self,
        slot: &RuleSlot,
        setting: &RuleSetting,
        show_passed: bool,
        counts: &mut OutcomeCounts,
        reads: &mut Vec<Read>,
    ) -> Option<Finding> {
        let decided = self.pack.conditions(slot)?.decide(self.input, reads);
        let (counter, is_said) = match &decided {
            Decided::NotRequired(Truth::Unknown) => (Some(&mut counts.not_applicable_unknown), false),
            Decided::NotRequired(Truth::True | Truth::False) => (Some(&mut counts.not_applicable), false),
            Decided::Required(Truth::True, _) => (Some(&mut counts.pass), false),
            Decided::Required(Truth::False, _) => (Some(&mut counts.fail), true),
            Decided::Required(Truth::Unknown, _) => (Some(&mut counts.undetermined), true),
            Decided::NotRequired(Truth::Error(_)) | Decided::Required(Truth::Error(_), _) => (None, true),
        };
        if let Some(counter) = counter {
            *counter += 1;
        }
        if !is_said && !show_passed {
            return None;
        }
        // The words of a rule are read only here: there is something to say.
        let rule = self.pack.rule(slot)?;
        match decided {
            Decided::NotRequired(Truth::Error(fault)) => Some(self.fault(rule, true, &fault, reads)),
            Decided::NotRequired(truth) => {
                let applied: &[Read] = if truth == Truth::Unknown { reads } else { &[] };
                Some(self.passed(rule, setting, Outcome::NotApplicable, &[], applied))
            }
            Decided::Required(truth, applied) => {
                let (applied, reads) = reads.split_at_checked(applied)?;
                match truth {
                    Truth::True => Some(self.passed(rule, setting, Outcome::Pass, reads, applied)),
                    Truth::False => Some(self.failed(rule, setting, reads, applied)),
                    Truth::Unknown => self.undetermined(rule, setting, reads, applied),
                    Truth::Error(fault) => Some(self.fault(rule, false, &fault, reads)),
                }
            }
        }
    }

    fn finding(
        &self,
        rule: &Rule,
        outcome: Outcome,
        severity: Severity,
        message: String,
        labels: Vec<Label>,
    ) -> Finding {
        let mut labels = labels.into_iter();
        let primary = labels.next().unwrap_or_else(|| self.whole());
        let mut finding = Finding::new(Arc::clone(&rule.id), None, outcome, severity, message, primary);
        // Findings wait in memory until the last is made: nothing is held in reserve.
        finding.secondary = Vec::with_capacity(labels.len());
        finding.secondary.extend(labels);
        finding.pack = Some(Arc::clone(&self.pack.name));
        finding.guide = Arc::clone(&rule.guide);
        finding.help = (!rule.help.is_empty()).then(|| Arc::clone(&rule.help));
        finding.deployment.clone_from(&self.deployment.identity);
        finding.deployment_id = Some(Arc::clone(&self.deployment.id));
        finding
    }

    fn failed(&self, rule: &Rule, setting: &RuleSetting, reads: &[Read], applied: &[Read]) -> Finding {
        let severity = self.cap(setting.severity(rule, self.stage), reads, applied);
        let mut words = self.words.borrow_mut();
        words.clear();
        rule.message.render_onto(&mut words, self.view, self.settings);
        let message = words.as_str().to_owned();
        drop(words);
        let labels = self.labels(rule, reads, applied);
        let mut finding = self.finding(rule, Outcome::Fail, severity, message, labels);
        finding.passes_if = eval::passes_if_unmet(&rule.conditions.require.expr, self.input);
        finding.decisive = self.decisive(rule, reads, applied);
        finding
    }

    fn undetermined(
        &self,
        rule: &Rule,
        setting: &RuleSetting,
        reads: &[Read],
        applied: &[Read],
    ) -> Option<Finding> {
        let severity = setting.undetermined(rule, self.stage)?;
        let severity = self.cap(severity, reads, applied);
        let mut missing: Vec<Cow<'static, str>> = Vec::new();
        let mut obstacles: Vec<String> = Vec::new();
        for read in reads {
            let path = path_of(read);
            let obstacle = match read.standing {
                Standing::Known => continue,
                Standing::Missing => {
                    if missing.contains(&path) {
                        continue;
                    }
                    missing.push(path.clone());
                    format!("{path} is not declared")
                }
                Standing::Rejected => format!("{path} is not valid"),
                Standing::Disagree => format!("sources disagree on {path}"),
            };
            if !obstacles.contains(&obstacle) {
                obstacles.push(obstacle);
            }
        }
        let name = self.name();
        let why = match obstacles.as_slice() {
            [] => "its facts leave it open".to_owned(),
            all => all.join(" and "),
        };
        let message = format!("{} cannot be decided for {name}: {why}", rule.id);
        let labels = self.labels(rule, reads, applied);
        let mut finding = self.finding(rule, Outcome::Undetermined, severity, message, labels);
        finding.passes_if = eval::passes_if_unmet(&rule.conditions.require.expr, self.input);
        finding.decisive = self.decisive(rule, reads, applied);
        finding.missing = missing;
        Some(finding)
    }

    fn passed(
        &self,
        rule: &Rule,
        setting: &RuleSetting,
        outcome: Outcome,
        reads: &[Read],
        applied: &[Read],
    ) -> Finding {
        let name = self.name();
        let message = match outcome {
            Outcome::Pass => format!("{name} passes {}", rule.id),
            _ if applied.is_empty() => format!("{} does not apply to {name}", rule.id),
            _ => format!("it is unknown whether {} applies to {name}", rule.id),
        };
        let severity = setting.severity(rule, self.stage);
        let labels = self.labels(rule, reads, applied);
        let mut finding = self.finding(rule, outcome, severity, message, labels);
        finding.help = None;
        finding.decisive = self.decisive(rule, reads, applied);
        if outcome == Outcome::NotApplicable {
            let missing = applied.iter().filter(|read| read.standing == Standing::Missing);
            finding.missing = missing.map(path_of).collect();
        }
        finding
    }

    /// A run-time error is a mistake of the rule: it points into the policy, and at what it was evaluated on.
    fn fault(&self, rule: &Rule, in_when: bool, fault: &Fault, reads: &[Read]) -> Finding {
        let condition = rule.conditions.when.as_ref().filter(|_| in_when).unwrap_or(&rule.conditions.require);
        let place = Place::at(&rule.source, Some(0), condition.outer(fault.span));
        let message = format!("{} cannot be evaluated for {}: {}", rule.id, self.name(), fault.message);
        let mut finding = Finding::invalid("policy", "evaluation", message, Label::new(place, "fails here"));
        let (reads, applied): (&[Read], &[Read]) = if in_when { (&[], reads) } else { (reads, &[]) };
        finding.secondary = self.labels(rule, reads, applied);
        if finding.secondary.is_empty() {
            finding.secondary.push(self.whole());
        }
        finding.pack = Some(Arc::clone(&self.pack.name));
        finding.deployment.clone_from(&self.deployment.identity);
        finding.deployment_id = Some(Arc::clone(&self.deployment.id));
        finding
    }

    /// A finding that hangs on a hint is a warning at most.
    fn cap(&self, severity: Severity, reads: &[Read], applied: &[Read]) -> Severity {
        let hint = |read: &Read| {
            read.fact.is_some_and(|id| {
                read.standing == Standing::Known && self.view.facts.fact(id).confidence == Confidence::Hint
            })
        };
        if reads.iter().chain(applied).any(hint) { severity.min(Severity::Warning) } else { severity }
    }

    fn name(&self) -> &str {
        self.deployment.identity.as_deref().unwrap_or("this deployment")
    }

    fn decisive(&self, rule: &Rule, reads: &[Read], applied: &[Read]) -> Vec<Decisive> {
        let (reads, condition) = if reads.is_empty() {
            (applied, rule.conditions.when.as_ref())
        } else {
            (reads, Some(&rule.conditions.require))
        };
        let mut decisive: Vec<Decisive> = Vec::with_capacity(reads.len());
        for read in reads {
            let comparison = Comparison::of(read, condition);
            let value = match (read.standing, read.fact) {
                (Standing::Known, Some(id)) => self.view.facts.scalar(id),
                _ => Scalar::Null,
            };
            let parameter = comparison
                .and_then(|comparison| comparison.stood.parameter)
                .and_then(|index| self.settings.parameter(index));
            let entry = Decisive {
                path: path_of(read),
                value,
                op: comparison.map(|comparison| comparison.stood.op),
                threshold: comparison.and_then(|comparison| comparison.threshold(self.input)),
                parameter: parameter.map(|parameter| parameter.name.clone()),
                parameter_source: parameter.map(|parameter| parameter.set_by.clone()),
            };
            if !decisive.contains(&entry) {
                decisive.push(entry);
            }
        }
        decisive.shrink_to_fit();
        decisive
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{self, Limits};
    use crate::manifest::llm_deployment;
    use crate::policy::library::PolicyFile;
    use crate::schema;
    use crate::source::Source;

    fn file(name: &str, text: &str) -> PolicyFile {
        PolicyFile {
            path: format!("{name}.yaml").into(),
            file: format!("{name}.yaml").into(),
            text: text.into(),
            source: None,
        }
    }

    #[test]
    fn an_unknown_when_is_told_by_its_own_comparison_and_not_by_the_requirements() {
        let pack = "apiVersion: tunelint.dev/v1alpha1\nkind: Pack\nmetadata: {name: own}\nspec:\n  title: t\n  version: 1.0.0\n  license: MIT\n";
        let rule = "apiVersion: tunelint.dev/v1alpha1\nkind: Rule\nmetadata: {name: odd}\nspec:\n  summary: s\n  severity: note\n  why: w\n  when: workload.monthlyRequests > 10 && workload.tokensPerRequest > 20\n  require: budget.initialUsd < 30 && budget.trainingUsd < 40\n  message: m\n";
        let mut policies = Policies::default();
        policies.add(&file("pack", pack), &[file("odd", rule)]);
        let errors = policies.problems.iter().filter(|problem| problem.severity == Severity::Error);
        assert_eq!(errors.map(|problem| &*problem.message).collect::<Vec<_>>(), [""; 0]);
        let text: Arc<str> = "apiVersion: tunelint.dev/v1alpha1\nkind: LLMDeployment\nmetadata: {name: a}\nspec:\n  workload: {monthlyRequests: 11}\n".into();
        let source = Source::in_memory("a.yaml", Arc::clone(&text));
        let stream = document::parse(&text, &Limits::default());
        let (_, rejected) = schema::validate(&stream.documents[0], &source);
        let deployment = llm_deployment::extract(&stream.documents[0], &source, &rejected);
        let mut findings = Vec::new();
        let judging = Judging { today: jiff::civil::date(2026, 11, 24), show_passed: true };
        let counts = policies.judge(&deployment, judging, &mut findings);
        assert_eq!(counts.not_applicable_unknown, 1);
        let decisive = &findings[0].decisive;
        assert_eq!(findings[0].missing, ["workload.tokensPerRequest"]);
        let stood: Vec<_> = decisive.iter().map(|one| (&*one.path, one.op, one.threshold.clone())).collect();
        assert_eq!(stood, [("workload.tokensPerRequest", Some(">"), Some(Scalar::Int(20)))]);
    }
}
