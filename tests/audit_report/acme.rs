//! A portfolio of six repositories over three months: one that gets better, one that gets worse, one that nobody can
//! judge, one that is hostile, one that fails, one that came late.

use jiff::civil::{Date, date};
use tunelint::audit::Header;
use tunelint::audit::portfolio::{Builder, Gates, Options, Portfolio, gates};
use tunelint::audit::record::{PassedOver, RepoRows, RepoState, WaiverState};
use tunelint::finding::{ExceptionKind, Outcome, Severity, Status};
use tunelint::output;
use tunelint::output::audit::AuditFormat;
use tunelint::report::Exit;

use crate::rows::{Repo, excuse, header, pack};

pub const DAYS: [Date; 3] = [date(2026, 9, 24), date(2026, 10, 24), date(2026, 11, 24)];

/// What every language that we write would obey.
pub const EVIL: &str =
    "</script><img src=x onerror=alert(1)>\u{1b}[2J\u{202e}|`*_[x](javascript:alert(1)) {{ 7*7 }} @all";

pub fn acme_header(evil: &str) -> Header {
    header(&["assistants", "checkout", evil, "late", "legacy", "search"], &DAYS)
}

pub fn acme_rows(stranger: &str) -> Vec<RepoRows> {
    let mut all = Vec::new();
    for (index, day) in DAYS.into_iter().enumerate() {
        all.extend([search(day, index), checkout(day, index), assistants(day, index), evil(day, stranger)]);
        all.push(match index {
            2 => Repo::of_state("legacy", day, RepoState::Failed, Some("the object 4b825dc cannot be read")),
            _ => Repo::new("legacy", day).counted(),
        });
        all.push(match index {
            2 => late(day),
            _ => Repo::of_state("late", day, RepoState::Absent, None),
        });
    }
    all.sort_by(|left, right| {
        (&left.repo.repo, left.repo.snapshot).cmp(&(&right.repo.repo, right.repo.snapshot))
    });
    all
}

/// Gets better: an error is fixed every month.
fn search(day: Date, month: usize) -> RepoRows {
    let mut repo = Repo::new("search", day);
    let row = repo.deployment("ranker", Some("team-search"), "production", "fine-tuning");
    (row.training_usd, row.recurring_monthly_usd, row.tokens_monthly_usd) =
        (Some(18_000.0), Some(2_400.5), Some(3_120.25));
    for rule in ["fine-tuning-below-volume", "unhosted-data", "no-exit-plan"].iter().skip(month) {
        repo.finding(rule, Severity::Error, &format!("ranker goes against {rule}: 120,000 requests a month"));
    }
    repo.waiver("stale-benchmark", "ranker", WaiverState::InUse, Some(date(2026, 12, 1)));
    excuse(
        repo.finding("stale-benchmark", Severity::Warning, "the benchmark is of last year"),
        Status::Waived,
    );
    let row = repo.deployment("suggest", Some("team-search"), "pilot", "prompting");
    row.tokens_monthly_usd = Some(410.0);
    repo.finding("no-evaluation", Severity::Note, "suggest names no evaluation").status = Status::Suppressed;
    let comment = repo.waiver("no-evaluation", "suggest", WaiverState::InUse, None);
    comment.kind = ExceptionKind::Inline;
    (comment.approved_by, comment.ticket) = (None, None);
    (comment.file, comment.line) = ("deploy/suggest.yaml".to_owned(), Some(12));
    repo.counted()
}

/// Gets worse: a deployment more each month, with an error each.
fn checkout(day: Date, month: usize) -> RepoRows {
    let mut repo = Repo::new("checkout", day);
    for index in 0..=month {
        let name = format!("fraud-check-{index}");
        let row = repo.deployment(&name, None, "production", "hybrid");
        row.code_owners = vec!["@acme/payments".to_owned(), "@acme/risk".to_owned()];
        row.training_usd = Some(9_500.0);
        repo.finding(
            "fine-tuning-below-volume",
            Severity::Error,
            &format!("{name} fine-tunes for 80,000 requests"),
        );
        repo.undetermined("latency-unproven", &["requirements.latency.p95Ms"]);
    }
    repo.waiver("fine-tuning-below-volume", "fraud-check-9", WaiverState::Unused, Some(date(2027, 3, 1)));
    repo.waiver("latency-unproven", "fraud-check-0", WaiverState::Expired, Some(date(2026, 11, 1)));
    repo.rows.repo.packs = vec![pack(300_000)];
    repo.counted()
}

/// Nobody can judge it.
fn assistants(day: Date, _month: usize) -> RepoRows {
    let mut repo = Repo::new("assistants", day);
    for name in ["helpdesk", "onboarding"] {
        let row = repo.deployment(name, Some("team-people"), "production", "prompting");
        (row.stage, row.strategy, row.model) = (None, None, None);
        (row.pass, row.not_applicable_unknown) = (4, 9);
        repo.undetermined("fine-tuning-below-volume", &["workload.monthlyRequests"]);
        repo.undetermined("domain-too-wide", &["workload.domain", "workload.monthlyRequests"]);
        repo.undetermined("latency-unproven", &["requirements.latency.p95Ms"]);
    }
    repo.rows.repo.passed_over = vec![
        PassedOver { code: "submodule".to_owned(), path: "vendor/models".to_owned() },
        PassedOver { code: "lfs-pointer".to_owned(), path: "deploy/big.yaml".to_owned() },
    ];
    repo.counted()
}

/// Says nothing but what it is given, which is an attack.
fn evil(day: Date, evil: &str) -> RepoRows {
    let mut repo = Repo::new(evil, day);
    repo.rows.repo.web = Some("javascript:alert(1)".to_owned());
    repo.rows.repo.problem = Some(evil.to_owned());
    let row = repo.deployment(evil, Some(evil), evil, evil);
    (row.model, row.hosting) = (Some(evil.to_owned()), Some(evil.to_owned()));
    repo.finding(evil, Severity::Error, evil).pack = Some(evil.to_owned());
    let row = repo.undetermined("latency-unproven", &[evil]);
    row.outcome = Outcome::Undetermined;
    repo.mistake("config", "locked", evil, evil);
    let waiver = repo.waiver(evil, evil, WaiverState::InUse, Some(date(2026, 12, 9)));
    for field in
        [&mut waiver.reason, &mut waiver.owner, &mut waiver.approved_by, &mut waiver.ticket, &mut waiver.path]
    {
        *field = Some(evil.to_owned());
    }
    evil.clone_into(&mut waiver.file);
    let lapsed = repo.waiver("a", evil, WaiverState::Lapsed, Some(date(2026, 12, 24)));
    lapsed.ticket = Some("javascript:alert(1)".to_owned());
    repo.rows.repo.passed_over = vec![PassedOver { code: evil.to_owned(), path: evil.to_owned() }];
    repo.counted()
}

/// Has had commits for a few days only, and no owner.
fn late(day: Date) -> RepoRows {
    let mut repo = Repo::new("late", day);
    repo.deployment("translator", None, "proof-of-concept", "fine-tuning");
    repo.finding("no-owner", Severity::Warning, "translator has no owner");
    repo.counted()
}

pub fn fold(header: &Header, rows: &[RepoRows], options: Options) -> Portfolio {
    let mut builder = Builder::new(header, options);
    for repo in rows {
        builder.add(repo);
    }
    builder.finish()
}

pub fn acme() -> Portfolio {
    acme_with(EVIL)
}

/// The same, with other words of the hostile repository.
pub fn acme_with(stranger: &str) -> Portfolio {
    fold(&acme_header(stranger), &acme_rows(stranger), Options::default())
}

pub fn judged(portfolio: &Portfolio) -> (Exit, Vec<String>) {
    gates(portfolio, &Gates { require_owner: true, ..Gates::default() })
}

pub fn written(format: AuditFormat, portfolio: &Portfolio, options: &output::Options) -> String {
    let (exit, reasons) = judged(portfolio);
    let mut out = Vec::new();
    output::audit::write(format, portfolio, exit, &reasons, options, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}
