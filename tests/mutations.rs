//! Every built-in rule is held by its examples: taking its requirement away, turning a comparison round, moving a
//! threshold by one step, or leaving out a condition makes `tunelint test` fail.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

use std::fmt::Write as _;
use std::sync::Arc;

use tunelint::document::{self, Limits, View};
use tunelint::manifest::vocabulary::Vocabulary;
use tunelint::policy::Policies;
use tunelint::policy::embedded::{self, EmbeddedPack};
use tunelint::policy::expression::ast::{Binary, ExprKind};
use tunelint::policy::expression::{self, Names, Type, Unread};
use tunelint::policy::library::PolicyFile;
use tunelint::source::Span;

const TODAY: jiff::civil::Date = jiff::civil::date(2026, 11, 24);

fn file(name: &str, text: &str) -> PolicyFile {
    PolicyFile {
        path: format!("{name}.yaml").into(),
        file: format!("{name}.yaml").into(),
        text: text.into(),
        source: None,
    }
}

/// How many examples of a rule come out otherwise than they claim, in a pack with these texts.
fn failures(pack: &str, id: &str, rule: &str) -> usize {
    let mut policies = Policies::default();
    policies.add(&file("pack", pack), &[file(id, rule)]);
    let Some(rule) = policies.run_examples(TODAY).pop() else { return usize::MAX };
    rule.examples.iter().filter(|example| !example.findings.is_empty()).count()
}

/// One conceivable mistake in a rule: what it is, and the texts of pack and rule with it.
struct Mutant {
    what: String,
    pack: String,
    rule: String,
}

fn replaced(text: &str, span: Span, with: &str) -> String {
    format!("{}{with}{}", &text[..span.start as usize], &text[span.end as usize..])
}

/// A number moved by one step: 1 for whole numbers, else one in the last written decimal place.
fn stepped(number: &str, up: bool) -> String {
    let decimals = number.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    let step = 10f64.powi(-i32::try_from(decimals).unwrap());
    let value: f64 = number.parse().unwrap();
    format!("{:.decimals$}", if up { value + step } else { value - step })
}

fn mutants(pack: &EmbeddedPack, text: &str) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    let mut moved_thresholds = Vec::new();
    let pack_text: Arc<str> = pack.text.into();
    let pack_stream = document::parse(&pack_text, &Limits::default());
    let parameters_node = pack_stream.documents[0].root().get("spec").unwrap().get("parameters").unwrap();
    let parameters: Vec<(Box<str>, Type)> =
        parameters_node.entries().map(|entry| (entry.key().into(), Type::Any)).collect();
    let checklists: Vec<Box<str>> = vec!["fine-tuning".into(), "prompting".into()];
    let names = Names {
        vocabulary: Vocabulary::native(),
        parameters: &parameters,
        checklists: &checklists,
        unread: Unread::NONE,
    };
    let shared: Arc<str> = text.into();
    let stream = document::parse(&shared, &Limits::default());
    let spec = stream.documents[0].root().get("spec").unwrap();
    for part in ["when", "require"] {
        let Some(node) = spec.get(part) else { continue };
        let expr = expression::compile(node.as_str().unwrap(), Type::Bool, names).unwrap();
        let view = View::of_scalar(node);
        let mut add = |what: String, span: Span, with: &str| {
            mutants.push(Mutant {
                what,
                pack: pack.text.to_owned(),
                rule: replaced(text, view.outer(span), with),
            });
        };
        if part == "require" {
            add("require deleted".to_owned(), Span::new(0, expr.text.trim_end().len() as u32), "true");
        }
        for node in &expr.nodes {
            let source = node.span.slice(&expr.text);
            match node.kind {
                ExprKind::Binary(operator, left, right) => {
                    let between = Span::new(expr.node(left).span.end, expr.node(right).span.start);
                    let turns: &[&str] = match operator {
                        Binary::Equal => &["!="],
                        Binary::NotEqual => &["=="],
                        Binary::Less => &[">=", ">", "<="],
                        Binary::LessEqual => &[">", ">=", "<"],
                        Binary::Greater => &["<=", "<", ">="],
                        Binary::GreaterEqual => &["<", "<=", ">"],
                        _ => &[],
                    };
                    let gap = between.slice(&expr.text);
                    let Some(at) = gap.find(['<', '>', '=', '!']) else { continue };
                    let width = gap[at..].chars().take_while(|c| "<>=!".contains(*c)).count() as u32;
                    let start = between.start + at as u32;
                    for turn in turns {
                        add(format!("{part}: `{source}` with {turn}"), Span::new(start, start + width), turn);
                    }
                }
                ExprKind::And(left, right) => {
                    add(format!("{part}: `{source}` without its left"), expr.node(left).span, "true");
                    add(format!("{part}: `{source}` without its right"), expr.node(right).span, "true");
                }
                ExprKind::Or(left, right) => {
                    add(format!("{part}: `{source}` without its left"), expr.node(left).span, "false");
                    add(format!("{part}: `{source}` without its right"), expr.node(right).span, "false");
                }
                ExprKind::Parameter(parameter) => {
                    let entry = parameters_node.entries().nth(parameter as usize).unwrap();
                    let default = entry.value().get("default").unwrap();
                    for up in [true, false] {
                        let moved = stepped(default.source_text(), up);
                        moved_thresholds.push(Mutant {
                            what: format!("{part}: {} at {moved}", entry.key()),
                            pack: replaced(pack.text, default.span(), &moved),
                            rule: text.to_owned(),
                        });
                    }
                }
                _ => {}
            }
        }
    }
    mutants.extend(moved_thresholds);
    mutants
}

#[test]
fn examples_hold_every_rule() {
    let mut survivors = String::new();
    let mut count = 0;
    for pack in embedded::packs() {
        for rule in pack.rules {
            assert_eq!(failures(pack.text, rule.id, rule.text), 0, "{} as it stands", rule.id);
            let mutants = mutants(pack, rule.text);
            assert!(!mutants.is_empty(), "{}: nothing to turn round", rule.id);
            for mutant in mutants {
                count += 1;
                if failures(&mutant.pack, rule.id, &mutant.rule) == 0 {
                    let _ = writeln!(survivors, "{}: {}", rule.id, mutant.what);
                }
            }
        }
    }
    assert!(survivors.is_empty(), "of {count} mistakes these go unnoticed:\n{survivors}");
}

#[test]
fn the_embedded_index_of_strategies_is_what_the_rules_say() {
    let policies = Policies::builtin();
    let mut indexed = 0;
    for (pack, embedded) in policies.packs.iter().zip(embedded::packs()) {
        for (rule, embedded) in pack.all_rules().zip(embedded.rules) {
            assert_eq!(*rule.id, *embedded.id);
            let demanded: Vec<&str> = rule.strategies.iter().flatten().map(|name| &**name).collect();
            // The index may know less than the expression says, never more.
            assert!(
                embedded.strategies.is_empty() || embedded.strategies == demanded,
                "{}: embedded {:?}, demanded {demanded:?}",
                rule.id,
                embedded.strategies
            );
            indexed += usize::from(!embedded.strategies.is_empty());
        }
    }
    assert!(indexed > 30, "only {indexed} rules are indexed: does the build script still read `when`?");
}
