//! The engine's own outcomes, for comparison with the table: the whole way from a manifest's text to verdicts.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use tunelint::document::{self, Limits};
use tunelint::manifest::facts::FactSet;
use tunelint::manifest::llm_deployment;
use tunelint::manifest::view::View;
use tunelint::manifest::vocabulary::Vocabulary;
use tunelint::policy::Policies;
use tunelint::policy::eval::Input;
use tunelint::policy::judge::Verdict;
use tunelint::schema;
use tunelint::source::Source;

use super::table::Expected;

static POLICIES: LazyLock<Policies> = LazyLock::new(Policies::builtin);

fn facts_of(yaml: &str) -> FactSet {
    let source = Source::in_memory("bot.yaml", yaml);
    let stream = document::parse(&Arc::from(yaml), &Limits::default());
    let document = &stream.documents[0];
    let (_, rejected) = schema::validate(document, &source);
    llm_deployment::extract(document, &source, &rejected).facts
}

/// Calls `see` with the verdict of every rule on a manifest.
fn verdicts(yaml: &str, mut see: impl FnMut(&str, &tunelint::policy::pack::Rule, &Verdict, Input<'_>)) {
    let facts = facts_of(yaml);
    let view = View::new(&facts, Vocabulary::native());
    for pack in &POLICIES.packs {
        let parameters = &pack.settings.values;
        let input = Input {
            view: &view,
            parameters,
            checklists: &pack.signals,
            today: jiff::civil::date(2026, 11, 24),
        };
        for rule in pack.all_rules() {
            let (verdict, _) = rule.conditions.verdict(input);
            see(&rule.id, rule, &verdict, input);
        }
    }
}

/// What every rule comes to.
pub(crate) fn outcomes(yaml: &str) -> BTreeMap<String, Expected> {
    let mut outcomes = BTreeMap::new();
    verdicts(yaml, |id, _, verdict, _| {
        let outcome = match verdict {
            Verdict::Pass(_) => Expected::Pass,
            Verdict::Fail(_) => Expected::Fail,
            Verdict::Undetermined(_) => Expected::Undetermined,
            Verdict::NotApplicable => Expected::NotApplicable,
            Verdict::NotApplicableUnknown(_) => Expected::NotApplicableUnknown,
            Verdict::Fault(_, fault, _) => panic!("{id}: {}\n{yaml}", fault.message),
        };
        outcomes.insert(id.to_owned(), outcome);
    });
    outcomes
}

/// What would make each rule pass that fails: its clauses, those rules among them that have none.
pub(crate) fn remedies(yaml: &str) -> Vec<(String, Vec<tunelint::finding::Clause>)> {
    let mut remedies = Vec::new();
    verdicts(yaml, |id, rule, verdict, input| {
        if matches!(verdict, Verdict::Fail(_)) {
            let clauses = tunelint::policy::eval::passes_if(&rule.conditions.require.expr, input);
            remedies.push((id.to_owned(), clauses));
        }
    });
    remedies
}
