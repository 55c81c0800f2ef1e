//! Running the examples of rules: each is a spec, or a part of one, and a claim about the rule's outcome on it.

use std::sync::Arc;

use super::Policies;
use super::eval::Input;
use super::judge::Verdict;
use super::pack::{Pack, Rule};
use crate::document::{self, Limits, NodeRef};
use crate::finding::{Finding, Label, Place, Scalar};
use crate::manifest::llm_deployment;
use crate::manifest::view::View;
use crate::manifest::vocabulary::Vocabulary;
use crate::schema;
use crate::source::Source;

/// What running the examples came to.
#[derive(Debug, Default)]
pub struct Examples {
    /// Rules whose examples were run.
    pub rules: u32,
    /// Examples that were run.
    pub examples: u32,
    /// Examples that came out otherwise than they claim, or that are not valid.
    pub failures: Vec<Finding>,
}

/// The kinds of examples, with the outcome that each claims.
const KINDS: [(&str, &str); 4] =
    [("pass", "pass"), ("fail", "fail"), ("skip", "not-applicable"), ("undetermined", "undetermined")];

impl Policies {
    /// Runs all examples of all selected rules, under the parameters that their pack gives: what others set for it, an
    /// extending pack say, proves nothing about its rules.
    pub fn run_examples(&self, today: jiff::civil::Date) -> Examples {
        let mut examples = Examples::default();
        for pack in &self.packs {
            let values = pack.default_values();
            for slot in pack.running() {
                let Some(rule) = pack.rule(slot) else { continue };
                examples.rules += 1;
                Desk { pack, rule, values: &values, today }.run(&slot.text(), &mut examples);
            }
        }
        examples
    }
}

/// One rule with what its examples are evaluated on.
struct Desk<'a> {
    pack: &'a Pack,
    rule: &'a Rule,
    values: &'a [Scalar],
    today: jiff::civil::Date,
}

impl Desk<'_> {
    fn run(&self, text: &Arc<str>, examples: &mut Examples) {
        let stream = document::parse(text, &Limits::default());
        let Some(document) = stream.documents.first() else { return };
        let Some(lists) = document.root().get("spec").and_then(|spec| spec.get("examples")) else { return };
        for (kind, claim) in KINDS {
            for (index, example) in lists.get(kind).into_iter().flat_map(NodeRef::items).enumerate() {
                examples.examples += 1;
                let pointer = format!("/spec/examples/{kind}/{index}");
                self.example(example, &pointer, kind, claim, &mut examples.failures);
            }
        }
    }

    fn example(
        &self,
        example: NodeRef<'_>,
        pointer: &str,
        kind: &str,
        claim: &str,
        failures: &mut Vec<Finding>,
    ) {
        let source: &Arc<Source> = &self.rule.source;
        let document = example.document();
        let (findings, rejected) = schema::validate_spec(example, pointer, source);
        let valid = findings.is_empty();
        failures.extend(findings.into_iter().map(|mut finding| {
            finding.rule = "policy".into();
            finding.pack = Some(Arc::clone(&self.pack.name));
            finding
        }));
        if !valid {
            return;
        }
        let facts = llm_deployment::extract_spec(document, source, example, &rejected);
        let view = View::new(&facts, Vocabulary::native());
        let input =
            Input { view: &view, parameters: self.values, checklists: &self.pack.signals, today: self.today };
        let (verdict, applied) = self.rule.conditions.verdict(input);
        if verdict.as_str() == claim {
            return;
        }
        let place = Place::at(source, Some(document.index), example.span()).with_pointer(pointer);
        let outcome = match &verdict {
            Verdict::Pass(_) => "passes".to_owned(),
            Verdict::Fail(_) => "fails".to_owned(),
            Verdict::Undetermined(_) => "is undetermined".to_owned(),
            Verdict::NotApplicable => "does not apply".to_owned(),
            Verdict::NotApplicableUnknown(_) => {
                "applies only perhaps, which counts as not applying".to_owned()
            }
            Verdict::Fault(_, fault, _) => format!("cannot be evaluated: {}", fault.message),
        };
        let message =
            format!("An example of {} under `{kind}` does not come out so: the rule {outcome}", self.rule.id);
        let mut finding =
            Finding::invalid("policy", "example", message, Label::new(place, format!("{outcome} here")));
        finding.pack = Some(Arc::clone(&self.pack.name));
        let reads = match &verdict {
            Verdict::Pass(traced)
            | Verdict::Fail(traced)
            | Verdict::Undetermined(traced)
            | Verdict::NotApplicableUnknown(traced)
            | Verdict::Fault(_, _, traced) => traced.reads.as_slice(),
            Verdict::NotApplicable => &[],
        };
        for read in reads.iter().chain(&applied) {
            if let Some(id) = read.fact {
                let short = view.vocabulary.path(read.path);
                let label = Label::new(facts.place(id, view.vocabulary), format!("{short} decided"));
                if !finding.secondary.iter().any(|other| other.place.span == label.place.span) {
                    finding.secondary.push(label);
                }
            }
        }
        failures.push(finding);
    }
}
