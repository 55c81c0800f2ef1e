//! Audits that nobody ran: rows of every shape.

use jiff::civil::Date;
use proptest::collection::{btree_set, vec};
use proptest::option;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::audit::record::{
    DeploymentRow, ExceptionRow, FindingRow, PackRow, PassedOver, RepoRow, RepoRows, RepoState, ValueRow,
    WaiverRow, WaiverState,
};
use crate::audit::rows::Subject;
use crate::audit::{Header, SCHEMA, Tool};
use crate::finding::{ExceptionKind, Outcome, Severity, Status};

/// A header and the rows that go with it.
#[derive(Clone, Debug)]
pub(super) struct Audit {
    pub(super) header: Header,
    pub(super) rows: Vec<RepoRows>,
}

/// A header of two days and seven repositories.
pub(super) fn header() -> Header {
    let repos = ["acme/a", "acme/b", "acme/c", "beta/d", "beta/e", "beta/f", "beta/g"];
    header_of(&["2026-10-31", "2026-11-24"].map(day), repos.map(str::to_owned).to_vec())
}

fn header_of(snapshots: &[Date], repos: Vec<String>) -> Header {
    let parameters = json!({"minMonthlyRequests": 500_000, "share": 0.1, "names": ["a", "b"]});
    Header {
        schema: SCHEMA.to_owned(),
        tool: Tool::this(),
        today: snapshots[snapshots.len() - 1],
        snapshots: snapshots.to_vec(),
        at: None,
        show_passed: false,
        org_config: None,
        fail_on: None,
        packs: vec![PackRow {
            name: "customization-framework".to_owned(),
            version: "1.0.0".to_owned(),
            digest: "sha256:0123".to_owned(),
            parameters: parameters.as_object().unwrap().clone(),
        }],
        repos,
        shard: None,
        missing: Vec::new(),
        complete: true,
        rows: None,
    }
}

/// The audit of [`header`], with a row of every table for each repository and day.
pub(super) fn sample() -> Audit {
    let header = header();
    let rows = header.repos.iter().flat_map(|repo| header.snapshots.iter().map(|day| of_repo(repo, *day)));
    let rows = rows.collect();
    Audit { header, rows }
}

/// A row of every table.
pub(super) fn of_repo(repo: &str, snapshot: Date) -> RepoRows {
    let key = (repo.to_owned(), snapshot);
    let (deployment, finding, waiver) = (deployment(&key), finding(&key), waiver(&key));
    RepoRows {
        repo: repo_row(&key),
        deployments: vec![deployment],
        findings: vec![finding],
        waivers: vec![waiver],
    }
}

/// Audits of no repository or some, on one day or several.
pub(super) fn audits() -> impl Strategy<Value = Audit> {
    let days = btree_set(0_i32..400, 1..4);
    let repos = btree_set("[a-c]{1,2}(/[a-zé.-]{1,3})?", 0..9);
    (days, repos).prop_flat_map(|(days, repos)| {
        let first = day("2026-01-01");
        let days: Vec<Date> =
            days.into_iter().map(|days| first.checked_add(jiff::Span::new().days(days)).unwrap()).collect();
        let repos: Vec<String> = repos.into_iter().collect();
        let header = header_of(&days, repos.clone());
        let keys: Vec<(String, Date)> =
            repos.iter().flat_map(|repo| days.iter().map(|day| (repo.clone(), *day))).collect();
        let rows: Vec<BoxedStrategy<RepoRows>> = keys.into_iter().map(repo_rows).collect();
        (Just(header), rows).prop_map(|(header, rows)| Audit { header, rows })
    })
}

fn repo_rows(key: (String, Date)) -> BoxedStrategy<RepoRows> {
    let states = prop_oneof![Just(RepoState::Audited), Just(RepoState::Failed), Just(RepoState::Absent)];
    let repo = (states, option::of(text()), any::<u64>(), vec(text(), 0..3)).prop_map({
        let key = key.clone();
        move |(state, problem, files, paths)| RepoRow {
            state,
            problem,
            files: files >> 1,
            passed_over: paths
                .into_iter()
                .map(|path| PassedOver { code: "submodule".to_owned(), path })
                .collect(),
            ..repo_row(&key)
        }
    });
    let deployments = vec(deployments(key.clone()), 0..3);
    let findings = vec(findings(key.clone()), 0..4);
    let waivers = vec(waivers(key), 0..2);
    (repo, deployments, findings, waivers)
        .prop_map(|(repo, deployments, findings, waivers)| RepoRows { repo, deployments, findings, waivers })
        .boxed()
}

fn deployments(key: (String, Date)) -> impl Strategy<Value = DeploymentRow> {
    let facts = (option::of(text()), vec(text(), 0..3), option::of(any::<i64>()));
    let costs = (option::of(number()), option::of(number()));
    (facts, costs, any::<u32>()).prop_map(move |(facts, costs, count)| DeploymentRow {
        owner: facts.0,
        code_owners: facts.1,
        monthly_requests: facts.2,
        training_usd: costs.0,
        recurring_monthly_usd: costs.1,
        document: count >> 1,
        ..deployment(&key)
    })
}

fn findings(key: (String, Date)) -> impl Strategy<Value = FindingRow> {
    let outcomes =
        prop_oneof![Just(Outcome::Fail), Just(Outcome::Undetermined), Just(Outcome::NotApplicable)];
    let severities = prop_oneof![Just(Severity::Note), Just(Severity::Warning), Just(Severity::Error)];
    let standings = prop_oneof![Just(Status::Open), Just(Status::Waived), Just(Status::Suppressed)];
    let value =
        (text(), value(), option::of(Just(">=".to_owned())), option::of(threshold()), option::of(text()));
    let values = vec(value, 0..3);
    let exception = option::of((option::of(text()), option::of(any::<bool>())));
    let lists = (vec(text(), 0..3), vec(text(), 0..3));
    (outcomes, severities, standings, text(), values, exception, lists).prop_map(move |drawn| {
        let (outcome, severity, status, message, values, exception, (missing, guide)) = drawn;
        let values = values.into_iter().map(|(path, value, op, threshold, parameter)| ValueRow {
            path,
            value,
            op,
            threshold,
            parameter,
            parameter_source: None,
        });
        let exception = exception.map(|(reason, dated)| ExceptionRow {
            reason,
            expires: dated.map(|_| key.1),
            ..excuse()
        });
        FindingRow {
            outcome,
            severity,
            status,
            message,
            values: values.collect(),
            exception,
            missing,
            guide,
            ..finding(&key)
        }
    })
}

fn waivers(key: (String, Date)) -> impl Strategy<Value = WaiverRow> {
    let states =
        prop_oneof![Just(WaiverState::InUse), Just(WaiverState::Expired), Just(WaiverState::Rejected)];
    (states, option::of(text()), option::of(Just(key.1)))
        .prop_map(move |(state, reason, expires)| WaiverRow { state, reason, expires, ..waiver(&key) })
}

/// Text that a file could hold: with line breaks, quotes and signs of every plane.
fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z]{0,8}", "\\PC{0,6}", "[\n\r\t\"\\\\\u{2028}😀\u{0}]{0,4}"]
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        number().prop_map(Value::from),
        text().prop_map(Value::from),
        vec(text(), 0..3).prop_map(Value::from),
    ]
}

/// A threshold that is null is read as none.
fn threshold() -> impl Strategy<Value = Value> {
    value().prop_filter("null is none", |value| !value.is_null())
}

/// Finite numbers of all sizes.
fn number() -> impl Strategy<Value = f64> {
    proptest::num::f64::NORMAL | proptest::num::f64::ZERO | proptest::num::f64::SUBNORMAL
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn repo_row((repo, snapshot): &(String, Date)) -> RepoRow {
    let commit = ("0123456789abcdef0123456789abcdef01234567".to_owned(), "2026-11-24T16:00:00Z".to_owned());
    let subject = Subject {
        snapshot: *snapshot,
        repo,
        commit: Some(commit),
        web: None,
        passed_over: vec![PassedOver::submodule("vendor/x".to_owned())],
    };
    RepoRow {
        files: 12,
        skipped: 1,
        manifests: 1,
        deployments: 1,
        errors: 1,
        not_applicable_unknown: 2,
        exit: 1,
        packs: header_packs(),
        ..subject.nothing(RepoState::Audited, None).repo
    }
}

fn header_packs() -> Vec<PackRow> {
    vec![PackRow {
        name: "customization-framework".to_owned(),
        version: "1.0.0".to_owned(),
        digest: "sha256:0123".to_owned(),
        parameters: serde_json::Map::new(),
    }]
}

fn deployment((repo, snapshot): &(String, Date)) -> DeploymentRow {
    DeploymentRow {
        snapshot: *snapshot,
        repo: repo.clone(),
        commit: None,
        deployment: Some("team/bot".to_owned()),
        file: "deploy/bot.yaml".to_owned(),
        document: 0,
        line: 1,
        format: "llm-deployment".to_owned(),
        owner: Some("team-a".to_owned()),
        code_owners: vec!["@acme/a".to_owned(), "@acme/b".to_owned()],
        stage: Some("production".to_owned()),
        strategy: Some("fine-tuned".to_owned()),
        model: None,
        hosting: None,
        compliance: Some("strict".to_owned()),
        monthly_requests: Some(120_000),
        training_usd: Some(12_500.5),
        recurring_monthly_usd: None,
        tokens_monthly_usd: Some(0.1),
        pass: 10,
        fail: 1,
        undetermined: 0,
        not_applicable: 20,
        not_applicable_unknown: 2,
        errors: 1,
        warnings: 0,
        notes: 0,
        excused: 0,
    }
}

fn finding((repo, snapshot): &(String, Date)) -> FindingRow {
    FindingRow {
        snapshot: *snapshot,
        repo: repo.clone(),
        commit: None,
        fingerprint: "0123abcd".to_owned(),
        rule: "fine-tuning-below-volume".to_owned(),
        pack: Some("customization-framework".to_owned()),
        code: None,
        outcome: Outcome::Fail,
        severity: Severity::Error,
        status: Status::Waived,
        message: "120,000 requests a month are below 500,000".to_owned(),
        deployment: Some("team/bot".to_owned()),
        deployment_id: Some("deploy/bot.yaml#0".to_owned()),
        owner: Some("team-a".to_owned()),
        code_owners: vec!["@acme/a".to_owned()],
        stage: Some("production".to_owned()),
        strategy: Some("fine-tuned".to_owned()),
        file: "deploy/bot.yaml".to_owned(),
        document: Some(0),
        line: Some(12),
        column: Some(3),
        end_line: Some(12),
        end_column: Some(24),
        pointer: Some("/spec/workload/monthlyRequests".to_owned()),
        guide: vec!["Volume".to_owned()],
        missing: Vec::new(),
        values: vec![ValueRow {
            path: "workload.monthlyRequests".to_owned(),
            value: json!(120_000),
            op: Some(">=".to_owned()),
            threshold: Some(json!(500_000)),
            parameter: Some("minMonthlyRequests".to_owned()),
            parameter_source: Some("tunelint.yaml".to_owned()),
        }],
        exception: Some(excuse()),
    }
}

fn excuse() -> ExceptionRow {
    ExceptionRow {
        kind: ExceptionKind::Waiver,
        reason: Some("migrating".to_owned()),
        owner: Some("team-a".to_owned()),
        approved_by: Some("lead".to_owned()),
        ticket: Some("T-1".to_owned()),
        expires: Some(day("2027-01-31")),
        file: ".tunelint/waivers.yaml".to_owned(),
        line: Some(4),
    }
}

fn waiver((repo, snapshot): &(String, Date)) -> WaiverRow {
    WaiverRow {
        snapshot: *snapshot,
        repo: repo.clone(),
        commit: None,
        kind: ExceptionKind::Waiver,
        state: WaiverState::InUse,
        rule: "fine-tuning-below-volume".to_owned(),
        deployment: None,
        path: Some("deploy/**".to_owned()),
        reason: Some("migrating".to_owned()),
        owner: Some("team-a".to_owned()),
        approved_by: None,
        ticket: None,
        expires: Some(day("2027-01-31")),
        findings: 1,
        file: ".tunelint/waivers.yaml".to_owned(),
        line: Some(4),
    }
}
