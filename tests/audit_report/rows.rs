//! Rows made by hand, counted as an audit counts them.

use jiff::civil::{Date, date};
use serde_json::{Map, json};
use tunelint::audit::record::{
    DeploymentRow, ExceptionRow, FindingRow, PackRow, RepoRow, RepoRows, RepoState, WaiverRow, WaiverState,
};
use tunelint::audit::rows::Subject;
use tunelint::audit::{Header, SCHEMA, Tool};
use tunelint::finding::{ExceptionKind, Outcome, Severity, Status};

pub const PACK: &str = "customization-framework";

pub fn digest(of: char) -> String {
    format!("sha256:{}", of.to_string().repeat(64))
}

pub fn pack(min_requests: u64) -> PackRow {
    let mut parameters = Map::new();
    parameters.insert("minMonthlyRequests".to_owned(), json!(min_requests));
    parameters.insert("maxCostRatio".to_owned(), json!(1.5));
    PackRow { name: PACK.to_owned(), version: "1.2.0".to_owned(), digest: digest('a'), parameters }
}

pub fn header(repos: &[&str], snapshots: &[Date]) -> Header {
    let mut repos: Vec<String> = repos.iter().map(|repo| (*repo).to_owned()).collect();
    repos.sort();
    Header {
        schema: SCHEMA.to_owned(),
        tool: Tool { name: "tunelint".to_owned(), version: "VERSION".to_owned() },
        today: *snapshots.last().unwrap(),
        snapshots: snapshots.to_vec(),
        at: None,
        show_passed: false,
        org_config: Some(digest('0')),
        fail_on: None,
        packs: vec![pack(500_000)],
        repos,
        shard: None,
        missing: Vec::new(),
        complete: true,
        rows: None,
    }
}

/// A repository of which there is nothing.
fn subject(repo: &str, snapshot: Date) -> Subject<'_> {
    Subject { snapshot, repo, commit: None, web: None, passed_over: Vec::new() }
}

/// What one repository holds on a day, while it is put together.
pub struct Repo {
    pub rows: RepoRows,
}

impl Repo {
    pub fn new(name: &str, snapshot: Date) -> Self {
        let commit = format!(
            "{:040x}",
            name.bytes().fold(u64::from(snapshot.day_of_year().unsigned_abs()), |hash, byte| {
                hash.wrapping_mul(31).wrapping_add(u64::from(byte))
            })
        );
        let web = Some(format!("https://github.com/acme/{name}/blob/{commit}"));
        let commit = Some((commit, format!("{snapshot}T08:30:00Z")));
        let subject = Subject { commit, web, ..subject(name, snapshot) };
        let mut rows = subject.nothing(RepoState::Audited, None);
        let config = Some(digest('c'));
        rows.repo = RepoRow { config, files: 40, skipped: 1, packs: vec![pack(500_000)], ..rows.repo };
        Self { rows }
    }

    pub fn of_state(name: &str, snapshot: Date, state: RepoState, problem: Option<&str>) -> RepoRows {
        subject(name, snapshot).nothing(state, problem.map(str::to_owned))
    }

    /// Adds a deployment, in a file of its own.
    pub fn deployment(
        &mut self,
        name: &str,
        owner: Option<&str>,
        stage: &str,
        strategy: &str,
    ) -> &mut DeploymentRow {
        let repo = &self.rows.repo;
        self.rows.deployments.push(DeploymentRow {
            snapshot: repo.snapshot,
            repo: repo.repo.clone(),
            commit: repo.commit.clone(),
            deployment: Some(name.to_owned()),
            file: format!("deploy/{name}.yaml"),
            document: 0,
            line: 3,
            format: "llm-deployment".to_owned(),
            owner: owner.map(str::to_owned),
            code_owners: Vec::new(),
            stage: Some(stage.to_owned()),
            strategy: Some(strategy.to_owned()),
            model: Some("example-7b".to_owned()),
            hosting: Some("private-cloud".to_owned()),
            compliance: None,
            monthly_requests: Some(120_000),
            training_usd: None,
            recurring_monthly_usd: None,
            tokens_monthly_usd: None,
            pass: 20,
            fail: 0,
            undetermined: 0,
            not_applicable: 15,
            not_applicable_unknown: 1,
            errors: 0,
            warnings: 0,
            notes: 0,
            excused: 0,
        });
        self.rows.deployments.last_mut().unwrap()
    }

    /// Adds a finding about the deployment that was added last.
    pub fn finding(&mut self, rule: &str, severity: Severity, message: &str) -> &mut FindingRow {
        let line = 10 + self.rows.findings.len() as u32;
        let of = self.rows.deployments.last().unwrap().clone();
        self.push(FindingRow {
            snapshot: of.snapshot,
            repo: of.repo.clone(),
            commit: of.commit.clone(),
            fingerprint: format!("{rule}:{}", of.file),
            rule: rule.to_owned(),
            pack: Some(PACK.to_owned()),
            code: None,
            outcome: Outcome::Fail,
            severity,
            status: Status::Open,
            message: message.to_owned(),
            deployment: of.deployment.clone(),
            deployment_id: Some(format!("{}#{}", of.file, of.document)),
            owner: of.owner.clone(),
            code_owners: of.code_owners.clone(),
            stage: of.stage.clone(),
            strategy: of.strategy.clone(),
            file: of.file.clone(),
            document: Some(0),
            line: Some(line),
            column: Some(5),
            end_line: Some(line),
            end_column: Some(9),
            pointer: Some("/spec/workload".to_owned()),
            guide: vec!["Decision Thresholds for Enterprises".to_owned()],
            missing: Vec::new(),
            values: Vec::new(),
            exception: None,
        })
    }

    /// Adds one that cannot be decided for want of these facts.
    pub fn undetermined(&mut self, rule: &str, missing: &[&str]) -> &mut FindingRow {
        let message = format!("{rule} cannot be decided");
        let row = self.finding(rule, Severity::Warning, &message);
        row.outcome = Outcome::Undetermined;
        row.missing = missing.iter().map(|path| (*path).to_owned()).collect();
        row
    }

    /// Adds a mistake in a file that is no manifest.
    pub fn mistake(&mut self, rule: &str, code: &str, file: &str, message: &str) -> &mut FindingRow {
        let snapshot = self.rows.repo.snapshot;
        self.push(FindingRow {
            snapshot,
            repo: self.rows.repo.repo.clone(),
            commit: self.rows.repo.commit.clone(),
            fingerprint: format!("{rule}:{code}:{file}"),
            rule: rule.to_owned(),
            pack: None,
            code: Some(code.to_owned()),
            outcome: Outcome::Invalid,
            severity: Severity::Error,
            status: Status::Open,
            message: message.to_owned(),
            deployment: None,
            deployment_id: None,
            owner: None,
            code_owners: Vec::new(),
            stage: None,
            strategy: None,
            file: file.to_owned(),
            document: Some(0),
            line: Some(7),
            column: Some(1),
            end_line: Some(7),
            end_column: Some(4),
            pointer: None,
            guide: Vec::new(),
            missing: Vec::new(),
            values: Vec::new(),
            exception: None,
        })
    }

    fn push(&mut self, row: FindingRow) -> &mut FindingRow {
        self.rows.findings.push(row);
        self.rows.findings.last_mut().unwrap()
    }

    pub fn waiver(
        &mut self,
        rule: &str,
        deployment: &str,
        state: WaiverState,
        expires: Option<Date>,
    ) -> &mut WaiverRow {
        let repo = &self.rows.repo;
        let line = 5 + 8 * self.rows.waivers.len() as u32;
        self.rows.waivers.push(WaiverRow {
            snapshot: repo.snapshot,
            repo: repo.repo.clone(),
            commit: repo.commit.clone(),
            kind: ExceptionKind::Waiver,
            state,
            rule: rule.to_owned(),
            deployment: Some(deployment.to_owned()),
            path: None,
            reason: Some("Volume doubles in spring".to_owned()),
            owner: Some("team-search".to_owned()),
            approved_by: Some("ml-platform-leads".to_owned()),
            ticket: Some("PLAT-1204".to_owned()),
            expires,
            findings: u64::from(state == WaiverState::InUse),
            file: "waivers.yaml".to_owned(),
            line: Some(line),
        });
        self.rows.waivers.last_mut().unwrap()
    }

    /// The rows, counted.
    pub fn counted(mut self) -> RepoRows {
        let RepoRows { repo, deployments, findings, .. } = &mut self.rows;
        let all = &findings[..];
        let open = |severity| {
            let is = |row: &&FindingRow| {
                row.status == Status::Open && row.outcome.is_problem() && row.severity == severity
            };
            all.iter().filter(is).count() as u64
        };
        let of = |outcome| {
            all.iter().filter(|row| row.status == Status::Open && row.outcome == outcome).count() as u64
        };
        let status = |status| all.iter().filter(|row| row.status == status).count() as u64;
        repo.deployments = deployments.len() as u64;
        repo.manifests = deployments.len() as u64;
        repo.errors = open(Severity::Error);
        repo.warnings = open(Severity::Warning);
        repo.notes = open(Severity::Note);
        repo.undetermined = of(Outcome::Undetermined);
        repo.invalid = of(Outcome::Invalid);
        repo.unreadable = of(Outcome::Unreadable);
        repo.suppressed = status(Status::Suppressed);
        repo.waived = status(Status::Waived);
        repo.baselined = status(Status::Baselined);
        repo.exit = u8::from(repo.errors > 0);
        repo.not_applicable_unknown =
            deployments.iter().map(|row| u64::from(row.not_applicable_unknown)).sum();
        for row in deployments {
            let id = format!("{}#{}", row.file, row.document);
            for finding in all.iter().filter(|own| own.deployment_id.as_deref() == Some(&id)) {
                match finding.outcome {
                    Outcome::Fail => row.fail += 1,
                    Outcome::Undetermined => row.undetermined += 1,
                    _ => {}
                }
                match (finding.outcome.is_problem(), finding.status, finding.severity) {
                    (false, ..) => {}
                    (_, Status::Open, Severity::Error) => row.errors += 1,
                    (_, Status::Open, Severity::Warning) => row.warnings += 1,
                    (_, Status::Open, Severity::Note) => row.notes += 1,
                    _ => row.excused += 1,
                }
            }
        }
        self.rows
    }
}

/// Excuses a finding by the waiver that was added last.
pub fn excuse(row: &mut FindingRow, status: Status) {
    row.status = status;
    row.exception = Some(ExceptionRow {
        kind: ExceptionKind::Waiver,
        reason: Some("Volume doubles in spring".to_owned()),
        owner: Some("team-search".to_owned()),
        approved_by: Some("ml-platform-leads".to_owned()),
        ticket: Some("PLAT-1204".to_owned()),
        expires: Some(date(2026, 12, 1)),
        file: "waivers.yaml".to_owned(),
        line: Some(5),
    });
}
