//! What `tunelint test` proves of a pack: that every example comes out as it claims, that the examples hold every
//! threshold where it is and see every condition decide both ways, and that a fact nobody knows is treated alike in
//! whatever way it is not known. All under the parameters' own values.

mod boundary;
mod conditions;
mod coverage;
mod desk;
mod examples;
mod invariants;
mod suggest;
mod thresholds;
mod trace;
mod tree;
mod values;

use std::sync::Arc;

use super::Policies;
use super::expression::ExprId;
use super::pack::{Parameter, Rule, RuleSlot};
use crate::finding::{Finding, Label, Place, Scalar, Severity};
use crate::source::Source;
use desk::Desk;
use tree::Tree;

pub use trace::{Operand, Step, Trace};

/// What is asked of the examples.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// The day of the run.
    pub today: jiff::civil::Date,
    /// Whether every rule has to have examples of every kind that it can have.
    pub require_examples: bool,
    /// The share of conditions that have to be decided both ways, in percent.
    pub min_coverage: Option<f64>,
    /// Whether to make up the examples that are missing.
    pub suggest: bool,
}

impl Settings {
    /// Nothing beyond what every pack is asked.
    pub const fn new(today: jiff::civil::Date) -> Self {
        Self { today, require_examples: false, min_coverage: None, suggest: false }
    }
}

/// What a run over packs came to.
#[derive(Debug, Default)]
pub struct TestReport {
    /// The rules that were tested, by pack and id.
    pub rules: Vec<RuleTest>,
    /// What is wrong with the policy files before any example is looked at.
    pub problems: Vec<Finding>,
}

/// What testing one rule came to.
#[derive(Debug)]
pub struct RuleTest {
    /// Its pack.
    pub pack: Arc<str>,
    /// Its id.
    pub id: Arc<str>,
    /// Its file.
    pub source: Arc<Source>,
    /// Its examples, in the order of the file.
    pub examples: Vec<ExampleTest>,
    /// What else it was held against.
    pub checks: Vec<Check>,
    /// Its atomic conditions, in the order of the file.
    pub conditions: Vec<Condition>,
    /// The examples that it lacks, where they were asked for and could be made up.
    pub suggestions: Vec<Suggestion>,
}

/// How an example came out.
#[derive(Debug)]
pub struct ExampleTest {
    /// What it claims.
    pub kind: Kind,
    /// Its number among those of its kind, from zero.
    pub index: usize,
    /// Where it stands.
    pub place: Place,
    /// What the rule came to; nothing for an example that is not valid.
    pub outcome: Option<&'static str>,
    /// What is wrong with it.
    pub findings: Vec<Finding>,
    /// How the rule came to another outcome than the example claims.
    pub trace: Vec<Trace>,
}

/// Something that a rule was held against beside its examples.
#[derive(Debug)]
pub struct Check {
    /// What it is about.
    pub kind: CheckKind,
    /// What it is about in particular: a comparison, a fact; nothing where it is the rule.
    pub name: String,
    /// What is wrong.
    pub findings: Vec<Finding>,
}

/// What rules are held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CheckKind {
    /// There are examples of every kind.
    Examples,
    /// The examples hold a threshold.
    Boundary,
    /// A fact is treated alike in whatever way it is not known.
    Invariant,
    /// The examples see every condition decide both ways.
    Coverage,
}

impl CheckKind {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Examples => "examples",
            Self::Boundary => "boundary",
            Self::Invariant => "invariant",
            Self::Coverage => "coverage",
        }
    }
}

/// The expressions of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// When it applies.
    When,
    /// What it requires.
    Require,
}

/// Both, in the order of the file.
const PARTS: [Part; 2] = [Part::When, Part::Require];

impl Part {
    /// Its key in the policy file.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::When => "when",
            Self::Require => "require",
        }
    }
}

/// The kinds of examples, in the order of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The rule applies and holds.
    Pass,
    /// It applies and does not hold.
    Fail,
    /// It does not apply.
    Skip,
    /// It applies and cannot be decided.
    Undetermined,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Pass, Self::Fail, Self::Skip, Self::Undetermined];

    /// Its key in the policy file.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Skip => "skip",
            Self::Undetermined => "undetermined",
        }
    }

    /// The outcome that it claims.
    pub const fn claim(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Skip => "not-applicable",
            Self::Undetermined => "undetermined",
        }
    }

    /// The kind that claims an outcome.
    fn claiming(outcome: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.claim() == outcome)
    }
}

/// An atomic condition: what `&&`, `||`, `!` and ternaries join, also in the conditions of macros.
#[derive(Clone, Debug)]
pub struct Condition {
    /// The expression that it stands in.
    pub part: Part,
    /// As the policy has it.
    pub text: String,
    /// Where it stands.
    pub place: Place,
    at: ExprId,
    /// Whether an example hangs on its being true: the rule would come to something else if it were false.
    pub decided_true: bool,
    /// Whether an example hangs on its being false: the rule would come to something else if it were true.
    pub decided_false: bool,
}

impl Condition {
    /// Whether it was decided both ways.
    pub const fn is_covered(&self) -> bool {
        self.decided_true && self.decided_false
    }

    /// The way, or ways, in which no example sees it decide.
    pub const fn lacks(&self) -> &'static str {
        match (self.decided_true, self.decided_false) {
            (true, true) => "",
            (true, false) => "never false",
            (false, true) => "never true",
            (false, false) => "never decides",
        }
    }
}

/// An example that a rule lacks.
#[derive(Clone, Debug)]
pub struct Suggestion {
    /// Where it belongs.
    pub kind: Kind,
    tree: Tree,
}

impl Suggestion {
    /// The lines of the policy file that it would be, as an item of its list.
    pub fn yaml(&self) -> String {
        /// `examples` stands in spec, a kind in it, an item in that.
        const INDENT: usize = 6;
        self.tree.item(INDENT)
    }
}

/// Conditions, and how many of them were decided both ways.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// All of them.
    pub conditions: usize,
    /// Those decided both ways.
    pub covered: usize,
}

impl Coverage {
    /// Counts conditions.
    pub fn of<'c>(conditions: impl IntoIterator<Item = &'c Condition>) -> Self {
        let mut coverage = Self::default();
        for condition in conditions {
            coverage.conditions += 1;
            coverage.covered += usize::from(condition.is_covered());
        }
        coverage
    }

    /// Percent, 100 where there is nothing to cover.
    #[expect(clippy::cast_precision_loss, reason = "there are not so many conditions")]
    pub fn percent(self) -> f64 {
        if self.conditions == 0 { 100.0 } else { 100.0 * self.covered as f64 / self.conditions as f64 }
    }
}

impl TestReport {
    /// The coverage of all rules together.
    pub fn coverage(&self) -> Coverage {
        Coverage::of(self.rules.iter().flat_map(|rule| &rule.conditions))
    }

    /// All findings: those of the policy files, of examples and of checks.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.problems.iter().chain(self.rules.iter().flat_map(RuleTest::findings))
    }
}

impl RuleTest {
    /// The findings of its examples and checks.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        let examples = self.examples.iter().flat_map(|example| &example.findings);
        examples.chain(self.checks.iter().flat_map(|check| &check.findings))
    }
}

impl Policies {
    /// Tests all selected rules.
    pub fn test(&self, settings: &Settings) -> TestReport {
        let mut report = TestReport { problems: self.problems.clone(), ..TestReport::default() };
        report.problems.retain(|problem| !self.is_of_another_rule(problem));
        self.each_rule(settings.today, |desk, text| report.rules.push(examples::test(desk, text, settings)));
        let is_low = settings.min_coverage.is_some_and(|least| report.coverage().percent() < least);
        for rule in &mut report.rules {
            rule.judge_coverage(is_low);
        }
        if settings.require_examples {
            let missing =
                report.problems.iter_mut().filter(|problem| problem.code == Some("missing-examples"));
            missing.for_each(|problem| problem.severity = Severity::Error);
        }
        report
    }

    /// Whether a problem is one of examples that nobody asked for now: those of a rule that is not selected.
    fn is_of_another_rule(&self, problem: &Finding) -> bool {
        let stands_in = |rule: &Rule| rule.source.path == problem.primary.place.source.path;
        problem.code == Some("missing-examples")
            && self.packs.iter().any(|pack| {
                let has = |slot: &RuleSlot| slot.loaded().is_some_and(stands_in);
                pack.rules.iter().any(has) && !pack.running().any(has)
            })
    }

    /// Runs the examples of all selected rules, and asks nothing else of them.
    pub fn run_examples(&self, today: jiff::civil::Date) -> Vec<RuleTest> {
        let mut rules = Vec::new();
        self.each_rule(today, |desk, text| rules.push(examples::run(desk, text)));
        rules
    }

    fn each_rule(&self, today: jiff::civil::Date, mut visit: impl FnMut(&Desk<'_>, &Arc<str>)) {
        for pack in &self.packs {
            // As the pack itself gives them: what a repo or an extending pack sets does not turn its examples wrong.
            let parameters: Vec<Parameter> = pack.known_parameters().cloned().collect();
            let values: Vec<Scalar> = parameters.iter().map(|parameter| parameter.value.clone()).collect();
            for slot in pack.running() {
                let Some(rule) = pack.rule(slot) else { continue };
                visit(&Desk { pack, rule, parameters: &parameters, values: &values, today }, &slot.text());
            }
        }
    }
}

impl RuleTest {
    /// Adds the check of its coverage; what is not covered is a mistake where there is too little in all.
    fn judge_coverage(&mut self, is_low: bool) {
        let uncovered = self.conditions.iter().filter(|condition| is_low && !condition.is_covered());
        let findings = uncovered.map(|condition| {
            let message = format!(
                "The examples of {} do not show `{}` decide both ways: {}",
                self.id,
                condition.text,
                match (condition.decided_true, condition.decided_false) {
                    (true, _) => "none hangs on its being false",
                    (_, true) => "none hangs on its being true",
                    _ => "none hangs on it",
                }
            );
            let label = Label::new(condition.place.clone(), condition.lacks());
            let mut finding = Finding::invalid("coverage", "condition", message, label);
            finding.pack = Some(Arc::clone(&self.pack));
            finding.with_help(
                "Give an example that would come out otherwise if this condition did, and another for the other way",
            )
        });
        let check = Check { kind: CheckKind::Coverage, name: String::new(), findings: findings.collect() };
        self.checks.push(check);
    }
}
