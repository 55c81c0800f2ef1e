//! The page on the language of rules: every example on it comes to what it says.
#![allow(clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use tunelint::document::{self, Limits};
use tunelint::finding::Scalar;
use tunelint::manifest::facts::FactSet;
use tunelint::manifest::llm_deployment;
use tunelint::manifest::view::View;
use tunelint::manifest::vocabulary::Vocabulary;
use tunelint::policy::Policies;
use tunelint::policy::eval::{Input, value_of};
use tunelint::policy::expression::{Names, Type, Unread, compile};
use tunelint::policy::pack::Pack;
use tunelint::schema;
use tunelint::source::Source;

const PAGE: &str = include_str!("../policies/LANGUAGE.md");

/// The blocks of a language on the page.
fn blocks<'p>(page: &'p str, language: &str) -> Vec<&'p str> {
    let fence = format!("\n```{language}\n");
    page.split(&fence).skip(1).map(|rest| rest.split("\n```").next().unwrap_or_default()).collect()
}

/// Expressions with what they come to.
fn examples(page: &str) -> Vec<(&str, &str)> {
    let lines = blocks(page, "cel").into_iter().flat_map(str::lines);
    let halves =
        lines.map(|line| line.rsplit_once(" // ").unwrap_or_else(|| panic!("{line}: comes to what?")));
    halves.map(|(expression, result)| (expression.trim(), result.trim())).collect()
}

fn facts(yaml: &str) -> FactSet {
    let source = Source::in_memory("support-bot.yaml", yaml);
    let stream = document::parse(&Arc::from(yaml), &Limits::default());
    let (findings, rejected) = schema::validate(&stream.documents[0], &source);
    assert!(findings.iter().all(|finding| finding.code == Some("required")), "{findings:?}");
    llm_deployment::extract(&stream.documents[0], &source, &rejected).facts
}

/// What an expression comes to, in the words of the page; a value as it is.
fn outcome(text: &str, facts: &FactSet, pack: &Pack) -> Result<Scalar, String> {
    let parameters: Vec<_> =
        pack.parameters.iter().map(|parameter| (Box::from(&*parameter.name), parameter.kind)).collect();
    let checklists: Vec<_> = pack.checklists.iter().map(|checklist| checklist.name.clone()).collect();
    let vocabulary = Vocabulary::native();
    let names = Names { vocabulary, parameters: &parameters, checklists: &checklists, unread: Unread::NONE };
    let expr = compile(text, Type::Any, names).map_err(|issues| format!("refused: {}", issues[0].message))?;
    let view = View::new(facts, vocabulary);
    let input = Input {
        view: &view,
        parameters: &pack.settings.values,
        checklists: &pack.signals,
        today: jiff::civil::date(2026, 11, 24),
    };
    let value = value_of(&expr, input).map_err(|fault| format!("error: {}", fault.message))?;
    value.ok_or_else(|| "unknown".to_owned())
}

#[test]
fn every_example_comes_to_what_the_page_says() {
    let manifests = blocks(PAGE, "yaml");
    assert_eq!(manifests.len(), 1);
    let facts = facts(manifests[0]);
    let policies = Policies::builtin();
    let pack = &policies.packs[0];
    let mut wrong = Vec::new();
    for (expression, said) in examples(PAGE) {
        let found = outcome(expression, &facts, pack);
        let right = match &found {
            Ok(value) => outcome(said, &facts, pack).as_ref() == Ok(value),
            Err(found) => found == said,
        };
        if !right {
            wrong.push(format!("{expression}: {said}, but it is {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_page_has_examples() {
    assert!(examples(PAGE).len() > 90, "{}", examples(PAGE).len());
    assert_eq!(examples("x\n```cel\n'//' + 'b'   // 'c'\n```\n"), [("'//' + 'b'", "'c'")]);
}
