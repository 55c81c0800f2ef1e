//! Many repositories, made by a rule of thumb: as real ones look, and the same every time.

use jiff::civil::{Date, date};
use tunelint::audit::Header;
use tunelint::audit::portfolio::{Options, Portfolio};
use tunelint::audit::record::{PassedOver, RepoRows, RepoState, WaiverState};
use tunelint::finding::{Severity, Status};

use crate::acme::fold;
use crate::rows::{Repo, excuse, header};

/// Numbers that look like chance (an xorshift), the same for the same seed.
pub struct Chance(u64);

impl Chance {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % limit.max(1)
    }

    fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[(self.below(all.len() as u64)) as usize]
    }

    fn percent(&mut self, share: u64) -> bool {
        self.below(100) < share
    }
}

const TEAMS: [&str; 9] = [
    "search",
    "payments",
    "support-automation",
    "people-tools",
    "ml-platform",
    "logistics",
    "marketing",
    "legal",
    "developer-experience",
];
const NAMES: [&str; 10] = [
    "ranker",
    "triage",
    "summaries",
    "drafts",
    "classifier",
    "router",
    "translator",
    "extractor",
    "moderation",
    "assistant",
];
const RULES: [(&str, Severity, &str); 8] = [
    (
        "fine-tuning-below-volume",
        Severity::Error,
        "fine-tunes for 120,000 requests a month, fewer than 500,000",
    ),
    ("sensitive-data-on-vendor-api", Severity::Error, "sends confidential data to a vendor's API"),
    ("no-exit-plan", Severity::Warning, "names no exit plan for a proprietary model"),
    (
        "cost-above-prompting",
        Severity::Error,
        "costs USD 64,000 a year, more than the 21,000 that prompting would",
    ),
    ("no-retraining-cadence", Severity::Warning, "is fine-tuned and never trained again"),
    ("latency-unproven", Severity::Warning, "is critical for latency and names no benchmark"),
    ("unpinned-revision", Severity::Note, "runs whatever revision of its model is the latest"),
    ("no-evaluation-suite", Severity::Warning, "is in production without an evaluation"),
];
const FACTS: [&str; 5] = [
    "workload.monthlyRequests",
    "requirements.latency.p95Ms",
    "requirements.dataSensitivity",
    "budget.trainingUsd",
    "workload.domain",
];

pub fn days() -> Vec<Date> {
    (6..=11).map(|month| date(2026, month, 24)).collect()
}

pub fn many_header(repos: usize) -> Header {
    let names: Vec<String> = (0..repos).map(repo_name).collect();
    header(&names.iter().map(String::as_str).collect::<Vec<_>>(), &days())
}

fn repo_name(index: usize) -> String {
    format!("{}/{}-{index:03}", TEAMS[index % 9], NAMES[index % 7])
}

/// The rows of all repositories, in order.
pub fn many_rows(repos: usize) -> Vec<RepoRows> {
    let mut names: Vec<(String, usize)> = (0..repos).map(|index| (repo_name(index), index)).collect();
    names.sort();
    let rows = |(name, index): (String, usize)| {
        days()
            .into_iter()
            .enumerate()
            .map(move |(month, day)| repo(&name, index, day, month))
            .collect::<Vec<_>>()
    };
    names.into_iter().flat_map(rows).collect()
}

fn repo(name: &str, index: usize, day: Date, month: usize) -> RepoRows {
    let mut chance = Chance::new(index as u64 + 1);
    if chance.percent(12) && month < 3 {
        return Repo::of_state(name, day, RepoState::Absent, None);
    }
    if index % 149 == 7 && month == 5 {
        return Repo::of_state(
            name,
            day,
            RepoState::Failed,
            Some("its objects cannot be read: bad packed object"),
        );
    }
    let mut repo = Repo::new(name, day);
    let born = chance.below(3);
    let team = TEAMS[index % 9];
    for number in 0..=born.min(month as u64 + 1) {
        let strategy = *chance.of(&["fine-tuning", "prompting", "prompting", "hybrid"]);
        let stage = *chance.of(&["production", "production", "pilot", "proof-of-concept"]);
        let called = format!("{}-{number}", chance.of(&NAMES));
        let row = repo.deployment(&called, (index % 17 != 3).then_some(team), stage, strategy);
        if index % 17 == 3 && index.is_multiple_of(2) {
            row.code_owners = vec![format!("@acme/{team}")];
        }
        row.model = Some((*chance.of(&["llama-8b", "mistral-7b", "gpt-4o-mini", "qwen-72b"])).to_owned());
        row.hosting = Some((*chance.of(&["vendor-api", "private-cloud", "on-premises"])).to_owned());
        if strategy != "prompting" {
            row.training_usd = Some(4_000.0 + f64::from(chance.below(60) as u32) * 500.0);
            row.recurring_monthly_usd = Some(300.0 + f64::from(chance.below(40) as u32) * 75.5);
        }
        row.tokens_monthly_usd = Some(f64::from(chance.below(9_000) as u32) + 0.37);
        for (rule, severity, claim) in RULES {
            // What is fixed stays so; what comes up late is new.
            let fixed = chance.below(13);
            let begun = chance.below(40);
            if !chance.percent(24) || (month as u64) >= fixed || (begun > month as u64 && begun < 6) {
                continue;
            }
            repo.finding(rule, severity, &format!("{called} {claim}"));
            if chance.percent(14) {
                excuse(
                    repo.rows.findings.last_mut().unwrap(),
                    *chance.of(&[Status::Waived, Status::Baselined]),
                );
            }
        }
        if chance.percent(20) {
            let (one, two) = (*chance.of(&FACTS), *chance.of(&FACTS));
            repo.undetermined("latency-unproven-at-volume", &[one]);
            if one != two {
                repo.undetermined("fine-tuning-without-gain", &[two, one]);
            }
        }
        if chance.percent(18) {
            let until =
                day.checked_add(jiff::Span::new().days(chance.below(300).cast_signed() - 10)).unwrap();
            let standing = if until < day {
                WaiverState::Expired
            } else {
                *chance.of(&[WaiverState::InUse, WaiverState::InUse, WaiverState::Unused])
            };
            let (rule, ..) = chance.of(&RULES);
            repo.waiver(rule, &called, standing, Some(until)).owner = Some(team.to_owned());
        }
    }
    if index % 61 == 5 {
        repo.mistake(
            "config",
            "locked",
            "tunelint.yaml",
            "The organisation's config locks minMonthlyRequests; this has no effect",
        );
    }
    if index % 23 == 4 {
        repo.rows
            .repo
            .passed_over
            .push(PassedOver { code: "submodule".to_owned(), path: "vendor/models".to_owned() });
    }
    repo.counted()
}

pub fn many(repos: usize) -> Portfolio {
    fold(&many_header(repos), &many_rows(repos), Options::default())
}
