//! Each stage by itself: parse, schema, one rule with provenance, one pack on one manifest, one diagnostic in a large
//! file, and a cold start of the whole program.
//!
//! `cargo bench --bench stages`

#![allow(clippy::unwrap_used, reason = "a bench that cannot set itself up has nothing to measure")]
#![allow(missing_docs, reason = "criterion's macros write the functions")]

use std::hint::black_box;
use std::process::{Command, Stdio};
use std::sync::Arc;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use tunelint::document::{self, Limits};
use tunelint::finding::{Finding, Label, Place};
use tunelint::manifest::llm_deployment;
use tunelint::manifest::view::View;
use tunelint::manifest::vocabulary::Vocabulary;
use tunelint::output::{self, Format};
use tunelint::policy::eval::Input;
use tunelint::policy::{Judging, Policies};
use tunelint::report::{Exit, Report, Run, Summary};
use tunelint::schema;
use tunelint::source::{Source, Span};

const TODAY: jiff::civil::Date = jiff::civil::date(2026, 11, 24);

const MANIFEST: &str = "\
apiVersion: tunelint.dev/v1alpha1
kind: LLMDeployment
metadata:
  name: support-triage  # agreed with the team
  labels: {app.kubernetes.io/part-of: support, tier: silver}
spec:
  stage: production
  owner: support@example.test
  customization: {strategy: fine-tuning, method: lora, techniques: [few-shot]}
  model:
    base: llama-3.1-8b
    parameters: \"8B\"
    revision: b2573c06d6e2a25244c2d304e1d987f2ad79da88
    license: llama3.1
    source: open-weights
  hosting:
    kind: private-cloud
    provider: northwind
    region: eu-central-1
    operations: {owner: team-ml-platform}
  workload:
    monthlyRequests: 120000
    domain: narrow
    pattern: mixed
  requirements:
    accuracy: {tolerance: strict, expectedGainPoints: 12.25, metric: rouge-l, baseline: 0.432}
    compliance: {level: standard, frameworks: [soc2]}
    dataSensitivity: internal
    latency: {p95Ms: 800, critical: false}
    consistency: strict
  budget: {initialUsd: 165000, recurringMonthlyUsd: 5600, pricePer1kTokensUsd: 0.01156}
  lifecycle:
    registry: registry.example.test/models/support
    retraining: {cadence: weekly}
    evaluation: {suite: suites/support.yaml}
";

fn stages(criterion: &mut Criterion) {
    let text: Arc<str> = MANIFEST.into();
    let source = Source::in_memory("bench.yaml", Arc::clone(&text));
    let limits = Limits::default();

    let mut group = criterion.benchmark_group("parse");
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function("one manifest", |bencher| {
        bencher.iter(|| document::parse(black_box(&text), &limits));
    });
    // A tab, even in a comment, is not for the plain reader.
    let with_tab: Arc<str> = format!("{MANIFEST}#\t\n").into();
    group.bench_function("one manifest, by the general reader", |bencher| {
        bencher.iter(|| document::parse(black_box(&with_tab), &limits));
    });
    group.finish();

    let stream = document::parse(&text, &limits);
    let tree = &stream.documents[0];
    criterion.bench_function("schema: a valid manifest", |bencher| {
        bencher.iter(|| schema::validate(black_box(tree), &source));
    });

    let (_, rejected) = schema::validate(tree, &source);
    criterion.bench_function("facts: extract", |bencher| {
        bencher.iter(|| llm_deployment::extract(black_box(tree), &source, &rejected));
    });

    let deployment = llm_deployment::extract(tree, &source, &rejected);
    let policies = Policies::builtin();
    let pack = &policies.packs[0];
    let rule = pack.all_rules().find(|rule| &*rule.id == "fine-tuning-below-volume").unwrap();
    let view = View::new(&deployment.facts, Vocabulary::native());
    let parameters = &pack.settings.values;
    let input = Input { view: &view, parameters, checklists: &pack.signals, today: TODAY };
    criterion.bench_function("rule: one verdict with provenance", |bencher| {
        bencher.iter(|| rule.conditions.verdict(black_box(input)));
    });
    let judging = Judging { today: TODAY, show_passed: false };
    criterion.bench_function("pack: 39 rules on one manifest", |bencher| {
        bencher.iter(|| {
            let mut findings = Vec::new();
            policies.judge(black_box(&deployment), judging, &mut findings);
            findings
        });
    });

    let line = "filler: a line of a large file that nobody looks at\n";
    let large: Arc<str> = line.repeat((1 << 20) / line.len()).into();
    let source = Source::in_memory("large.yaml", Arc::clone(&large));
    let report = |offset: u32| Report {
        run: Run { commit: None, trust: None, today: TODAY, config: String::new() },
        packs: Vec::new(),
        rules: Vec::new(),
        summary: Summary::default(),
        deployments: Vec::new(),
        findings: vec![Finding::invalid(
            "schema",
            "type",
            "an example",
            Label::new(Place::at(&source, Some(0), Span::new(offset, offset + 6)), "here"),
        )],
        candidates: Vec::new(),
        left_out: None,
        exit: Exit::Clean,
    };
    for (name, offset) in [("start", 0), ("end", large.len() as u32 - line.len() as u32)] {
        let report = report(offset);
        criterion.bench_function(&format!("diagnostic: at the {name} of 1 MB"), |bencher| {
            let mut out = Vec::new();
            bencher.iter(|| {
                out.clear();
                output::render(
                    Format::Human,
                    &report,
                    &output::InMemory,
                    &output::Options::default(),
                    &mut out,
                )
                .unwrap();
            });
        });
    }
}

fn cold_start(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bench.yaml");
    std::fs::write(&file, MANIFEST).unwrap();
    let mut group = criterion.benchmark_group("cold start");
    group.sample_size(60);
    let mut run = |name: &str, program: &str, arguments: &[&std::ffi::OsStr]| {
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                Command::new(program)
                    .args(arguments)
                    .current_dir(folder.path())
                    .stdout(Stdio::null())
                    .status()
                    .unwrap()
            });
        });
    };
    run("true", "true", &[]);
    run("one file", env!("CARGO_BIN_EXE_tunelint"), &["check".as_ref(), file.as_os_str()]);
    group.finish();
}

criterion_group!(benches, stages, cold_start);
criterion_main!(benches);
