//! A report made by hand: a bit of everything that is hard to show.

#![allow(dead_code, reason = "each test file uses its own part")]
#![allow(unreachable_pub, reason = "shared between test crates")]

use std::sync::Arc;

use tunelint::finding::{Clause, Decisive, Finding, Label, Outcome, Place, Scalar, Severity, Status};
use tunelint::output::{Format, InMemory, Options, render};
use tunelint::report::{Candidate, DeploymentRecord, Exit, OutcomeCounts, PackRecord, Report, Run, Summary};
use tunelint::source::{Source, Span};

/// The pack that the rules below belong to.
pub const PACK: &str = "customization-framework";

/// The bytes of the `nth` occurrence of `needle`, from zero.
pub fn span_of(source: &Source, needle: &str, nth: usize) -> Span {
    let text = source.text.as_ref().unwrap();
    let (at, found) = text.match_indices(needle).nth(nth).unwrap();
    Span::new(at as u32, (at + found.len()) as u32)
}

/// A label at the first occurrence of `needle`.
pub fn label(source: &Arc<Source>, needle: &str, pointer: &str, message: &str) -> Label {
    label_at(source, span_of(source, needle, 0), pointer, message)
}

/// A label at a span.
pub fn label_at(source: &Arc<Source>, span: Span, pointer: &str, message: &str) -> Label {
    Label::new(Place::at(source, Some(0), span).with_pointer(pointer), message)
}

/// A finding of a rule of the pack.
pub fn of_rule(rule: &str, outcome: Outcome, severity: Severity, message: &str, primary: Label) -> Finding {
    let mut finding = Finding::new(rule, None, outcome, severity, message.to_owned(), primary);
    finding.pack = Some(PACK.into());
    finding
}

/// The same finding about a deployment.
pub fn about(mut finding: Finding, deployment: &str) -> Finding {
    finding.deployment = Some(deployment.into());
    let id = format!("{}#0", finding.primary.place.source.path);
    finding.deployment_id = Some(id.into());
    finding
}

/// A report of these findings, counted.
pub fn report(findings: Vec<Finding>) -> Report {
    let open = |severity| {
        let counted = findings.iter().filter(|finding| {
            finding.status == Status::Open
                && finding.severity == severity
                && !matches!(finding.outcome, Outcome::Pass | Outcome::NotApplicable)
        });
        counted.count() as u64
    };
    let of = |outcome| findings.iter().filter(|finding| finding.outcome == outcome).count() as u64;
    let summary = Summary {
        files: 60,
        manifests: 15,
        errors: open(Severity::Error),
        warnings: open(Severity::Warning),
        notes: open(Severity::Note),
        undetermined: of(Outcome::Undetermined),
        invalid: of(Outcome::Invalid),
        unreadable: of(Outcome::Unreadable),
        waived: findings.iter().filter(|finding| finding.status == Status::Waived).count() as u64,
        ..Summary::default()
    };
    Report {
        run: Run {
            commit: Some("0123456789abcdef0123456789abcdef01234567".into()),
            trust: None,
            today: jiff::civil::date(2026, 11, 24),
            config: format!("sha256:{}", "0".repeat(64)),
        },
        packs: vec![PackRecord {
            name: PACK.into(),
            version: "1.2.0".into(),
            digest: format!("sha256:{}", "1".repeat(64)).into(),
            parameters: vec![
                ("minMonthlyRequests".into(), Scalar::Int(500_000)),
                ("maxPricePer1kTokensUsd".into(), Scalar::Number(0.1)),
            ],
        }],
        rules: Vec::new(),
        summary,
        deployments: vec![DeploymentRecord {
            name: Some("customer-experience/support-bot".into()),
            file: "deploy/support-bot.yaml".into(),
            document: 0,
            format: "llm-deployment",
            owner: Some("team-customer-experience".into()),
            stage: Some("production".into()),
            strategy: Some("fine-tuning".into()),
            outcomes: OutcomeCounts {
                pass: 20,
                fail: 3,
                undetermined: 2,
                not_applicable: 13,
                not_applicable_unknown: 1,
            },
            figures: None,
        }],
        findings,
        candidates: Vec::new(),
        left_out: None,
        exit: Exit::Findings,
    }
}

/// The manifest that most findings below are about.
pub fn support_bot() -> Arc<Source> {
    Source::in_memory(
        "deploy/support-bot.yaml",
        "\
apiVersion: tunelint.dev/v1alpha1
kind: LLMDeployment
metadata:
  name: support-bot
  namespace: customer-experience
spec:
  owner: team-customer-experience
  stage: production
  customization:
    strategy: fine-tuning
    method: lora
  model:
    base: meta-llama/Llama-2-7b-hf
    parameters: 7B
  hosting: {kind: vendor-api, provider: example, tenancy: shared}
  workload:
    monthlyRequests: 120000 # expected steady state
    tokensPerRequest: 1200
    domian: narrow
  requirements:
    compliance: {level: strict, frameworks: [soc2]}
    dataSensitivity: restricted
",
    )
}

/// One finding of every kind.
#[allow(clippy::too_many_lines, reason = "a list")]
pub fn findings() -> Vec<Finding> {
    let bot = support_bot();
    let config = Source::in_memory(
        "tunelint.yaml",
        "parameters:\n  customization-framework:\n    minMonthlyRequests: 500000\n",
    );
    let chat = Source::in_memory(
        "deploy/\u{202e}chat\u{1b}[31m.yaml",
        "metadata: {name: \"ch\u{1b}[2Jat\"}\nspec:\n\tworkload:   {}\n  workload: {domain: \u{200b}漢字漢字, pattern: ad-hoc}\n",
    );
    let minified = Source::in_memory(
        "gateway/minified.json",
        format!(
            "{{\"padding\":\"{}\",\"spec\":{{\"model\":{{\"base\":\"main\"}}}},\"more\":\"{}\",\"price\":0.25}}",
            "x".repeat(5000),
            "y".repeat(7000)
        ),
    );
    let latin = Source::in_memory("deploy/latin-1.yaml", "");

    let mut volume = of_rule(
        "fine-tuning-below-volume",
        Outcome::Fail,
        Severity::Error,
        "support-bot fine-tunes for 120,000 requests a month, below 500,000",
        label(&bot, "120000", "/spec/workload/monthlyRequests", "120,000 is below 500,000"),
    )
    .with_label(label(&bot, "fine-tuning", "/spec/customization/strategy", "fine-tunes"))
    .with_label(label(&config, "500000", "/parameters", "the threshold is set here"))
    .with_help("Prompt a hosted model until the volume is there: tuning repays itself through volume, and prompts can be changed in minutes while a tuned model has to be retrained, evaluated and rolled out again.");
    volume.guide = Arc::from(["Decision Thresholds for Enterprises".to_owned()]);
    volume.passes_if =
        vec![Clause { path: "workload.monthlyRequests".into(), op: ">=", value: Scalar::Int(500_000) }];
    volume.decisive = vec![Decisive {
        path: "workload.monthlyRequests".into(),
        value: Scalar::Int(120_000),
        op: Some(">="),
        threshold: Some(Scalar::Int(500_000)),
        parameter: Some("minMonthlyRequests".into()),
        parameter_source: Some("tunelint.yaml".into()),
    }];

    let mut regulated = of_rule(
        "regulated-fine-tuning-off-private-hosting",
        Outcome::Fail,
        Severity::Error,
        "support-bot tunes a model under strict compliance and with restricted data outside private hosting",
        label(&bot, "vendor-api", "/spec/hosting/kind", "hosted by a vendor"),
    )
    .with_label(label(&bot, "shared", "/spec/hosting/tenancy", "shared with other customers"))
    .with_label(label(&bot, "strict", "/spec/requirements/compliance/level", "compliance is strict"))
    .with_label(label(&bot, "restricted", "/spec/requirements/dataSensitivity", "data is restricted"));
    regulated.guide = Arc::from([
        "Decision Thresholds for Enterprises".to_owned(),
        "Licensing and Vendor Lock-in".to_owned(),
    ]);
    regulated.passes_if = vec![Clause {
        path: "hosting.kind".into(),
        op: "in",
        value: Scalar::List(vec![Scalar::Text("on-premises".into()), Scalar::Text("private-cloud".into())]),
    }];

    let unknown_key = Finding::invalid(
        "schema",
        "unknown-key",
        "workload has no key `domian`",
        label(&bot, "domian", "/spec/workload/domian", "unknown"),
    )
    .with_help("did you mean `domain`?");

    let syntax = Finding::unreadable(
        "syntax",
        "a tab cannot indent\u{7}",
        label(&chat, "\tworkload", "", "here\u{1b}[0m"),
    );
    let encoding = Finding::unreadable(
        "encoding",
        "deploy/latin-1.yaml is not UTF-8",
        Label::new(Place::whole(&latin), "byte 17 is 0xe9"),
    );

    let wide = of_rule(
        "prompting-where-consistency-is-strict",
        Outcome::Fail,
        Severity::Warning,
        "chat is prompted in two domains\nand on a second line",
        label(&chat, "漢字漢字", "/spec/workload/domain", "the domain is wide"),
    )
    .with_label(label(
        &chat,
        "ad-hoc",
        "/spec/workload/pattern",
        "and traffic comes as it comes, now and then, in bursts that nobody can foresee",
    ));

    let unpinned = of_rule(
        "prompting-unpinned-model",
        Outcome::Fail,
        Severity::Warning,
        "the gateway serves whatever `main` is today",
        label(&minified, "main", "/spec/model/base", "moves"),
    )
    .with_label(label(&minified, "0.25", "/price", "and its price with it"));

    let mut missing = Vec::new();
    for (rule, fact) in [
        ("fine-tuning-low-accuracy-gain", "requirements.accuracy.expectedGainPoints"),
        ("fine-tuning-underfunded", "budget.initialUsd"),
        ("fine-tuning-without-recurring-budget", "budget.recurringMonthlyUsd"),
        ("strategy-against-the-balance", "budget.initialUsd"),
    ] {
        let mut finding = of_rule(
            rule,
            Outcome::Undetermined,
            Severity::Warning,
            "cannot be decided",
            label(&bot, "spec", "/spec/budget", "budget is missing"),
        );
        finding.missing = vec![fact.into()];
        if rule == "strategy-against-the-balance" {
            finding.severity = Severity::Note;
            finding.missing.push("lifecycle.expertise".into());
        }
        missing.push(about(finding, "customer-experience/support-bot"));
    }
    for index in 0..8 {
        let other = Source::in_memory(format!("deploy/team-{index}.yaml"), "kind: LLMDeployment\nspec: {}\n");
        let mut finding = of_rule(
            "fine-tuning-underfunded",
            Outcome::Undetermined,
            Severity::Warning,
            "cannot be decided",
            label(&other, "spec", "/spec/budget", "budget is missing"),
        );
        finding.missing = vec!["budget.initialUsd".into()];
        missing.push(about(finding, &format!("team-{index}")));
    }

    let note = of_rule(
        "full-fine-tuning-where-adapters-may-do",
        Outcome::Fail,
        Severity::Note,
        "support-bot tunes with a method worth weighing",
        label(&bot, "lora", "/spec/customization/method", ""),
    );
    let mut waived = note.clone();
    waived.status = Status::Waived;

    let mut all = vec![
        about(volume, "customer-experience/support-bot"),
        about(regulated, "customer-experience/support-bot"),
        unknown_key,
        syntax,
        encoding,
        about(wide, "chat"),
        unpinned,
        about(note, "customer-experience/support-bot"),
        waived,
    ];
    all.extend(missing);
    all
}

/// Files that look like deployments, where there is no manifest.
pub fn nothing_found() -> Report {
    let mut report = report(Vec::new());
    report.summary = Summary { files: 60, ..Summary::default() };
    report.exit = Exit::Clean;
    report.candidates = vec![
        Candidate { file: "gateway/litellm.yaml".into(), marker: "model_list" },
        Candidate { file: "serve/vllm\u{1b}.yaml".into(), marker: "vllm/vllm-openai" },
    ];
    report
}

/// A report as text.
pub fn written(format: Format, report: &Report, options: &Options) -> String {
    let mut out = Vec::new();
    render(format, report, &InMemory, options, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}
