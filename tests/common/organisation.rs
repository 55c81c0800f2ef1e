//! An organisation to audit: git repositories with a history, of teams that take more care of their deployments as the
//! months go by, or less; with what repositories have beside them, and what makes one hard to read. The same one each
//! time: nothing in it hangs on the clock, on the machine or on chance.

#![allow(dead_code, reason = "each binary uses its own part of this")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use jiff::ToSpan as _;
use jiff::civil::{Date, date};

use super::git_history::{self, Commit, Files, Node, add};

/// The day on which it is looked at.
pub(crate) const TODAY: &str = "2026-11-24";
/// The day of the last commit of a repository that somebody still works on.
const LAST: Date = date(2026, 11, 5);

/// The teams, each with a namespace of its own.
const TEAMS: [&str; 6] = ["claims", "fraud", "logistics", "payments", "retail", "support"];
/// What deployments are for.
const TASKS: [&str; 8] =
    ["triage", "summaries", "extraction", "search", "drafts", "routing", "translation", "review"];

/// How large it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    /// Repositories.
    pub(crate) repos: usize,
    /// Commits of each, one a month; those of young and of abandoned ones are fewer.
    pub(crate) months: u32,
    /// Deployments of each, in the end.
    pub(crate) deployments: usize,
    /// Applications of each that have nothing to do with language models, with four files each.
    pub(crate) applications: usize,
    /// Whether every fourth has a work tree; otherwise all are bare.
    pub(crate) work_trees: bool,
}

impl Default for Size {
    fn default() -> Self {
        Self { repos: 20, months: 12, deployments: 5, applications: 4, work_trees: true }
    }
}

/// What is special about a repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Habit {
    /// Nothing.
    Plain,
    /// It has a config with thresholds and rules of its own, and a pack.
    Overrides,
    /// Its config moves what the organisation has locked.
    WeakensALock,
    /// It has waivers: in use, soon over, over, and without use.
    Waivers,
    /// It has a baseline.
    Baseline,
    /// It has comments that take findings back.
    Comments,
    /// It has ignore files, which hide files that are tracked.
    IgnoreFiles,
    /// It has symbolic links.
    Links,
    /// It has UTF-16, and lines that end in CRLF.
    Encodings,
    /// Its manifests have mistakes.
    Careless,
}

/// In the order in which repositories have them.
const HABITS: [Habit; 10] = [
    Habit::Plain,
    Habit::Overrides,
    Habit::WeakensALock,
    Habit::Waivers,
    Habit::Baseline,
    Habit::Comments,
    Habit::IgnoreFiles,
    Habit::Links,
    Habit::Encodings,
    Habit::Careless,
];

/// A repository.
#[derive(Clone, Debug)]
pub(crate) struct Repo {
    /// Its name.
    pub(crate) name: String,
    /// Its team.
    pub(crate) team: &'static str,
    /// What is special about it.
    pub(crate) habit: Habit,
    /// Its folder, from that of the organisation.
    pub(crate) path: PathBuf,
    is_bare: bool,
    number: usize,
}

impl Repo {
    /// The one of this number.
    pub(crate) fn new(number: usize, size: &Size) -> Self {
        let team = TEAMS[number % TEAMS.len()];
        let name = format!("{team}-{number:03}");
        let is_bare = !size.work_trees || number % 4 != 3;
        let path = Path::new("repos").join(if is_bare { format!("{name}.git") } else { name.clone() });
        Self { name, team, habit: HABITS[number % HABITS.len()], path, is_bare, number }
    }

    /// The identity of the deployment that is there in all months, and breaks the same rules in each.
    pub(crate) fn anchor(&self) -> String {
        format!("{}/{}-anchor", self.team, self.name)
    }

    /// The days of its commits.
    pub(crate) fn days(&self, size: &Size) -> Vec<Date> {
        let born = if self.number % 5 == 4 { size.months / 2 } else { 0 };
        let end = if self.number % 6 == 5 { size.months - size.months / 3 } else { size.months };
        (born..end).map(|month| LAST - i64::from(size.months - 1 - month).months()).collect()
    }

    /// Its commits.
    pub(crate) fn commits(&self, size: &Size) -> Vec<Commit> {
        let days = self.days(size);
        days.into_iter().enumerate().map(|(age, day)| Commit { day, files: self.files(age, size) }).collect()
    }

    /// All its files after so many months.
    fn files(&self, age: usize, size: &Size) -> Files {
        let mut files = Files::new();
        add(&mut files, "README.md", format!("# {}\n", self.name));
        add(&mut files, format!("deploy/{}-anchor.yaml", self.name), self.anchor_manifest(""));
        for number in 0..size.deployments.min(1 + age) {
            self.deployment(number, age, &mut files);
        }
        for number in 0..size.applications {
            application(number, age, &mut files);
        }
        self.add_habit(&mut files);
        files
    }

    /// One deployment after so many months.
    fn deployment(&self, number: usize, age: usize, files: &mut Files) {
        let seed = (self.number * 1000 + number) as u64;
        // Each thing about it is of its own, whatever the others are.
        let chance = |about: u64, of: u64| mixed(seed * 16 + about) % of;
        let name = format!("{}-{}-{number}", TASKS[chance(0, 8) as usize], self.number);
        // Some are given up.
        if chance(1, 8) == 0 && age > 8 {
            return;
        }
        let (begins, quarters) = (chance(2, 4), age as u64 / 3);
        let care = match chance(3, 4) {
            0 => begins.saturating_sub(quarters),
            1 => begins,
            _ => begins + quarters,
        };
        let volume = 20_000 + chance(4, 700_000) + age as u64 * chance(5, 16_000);
        let stages = ["proof-of-concept", "pilot", "production"];
        let stage = stages[(chance(6, 2) + u64::from(care >= 3)) as usize];
        let tuned = chance(7, 2) == 0;
        let manifest = manifest(&Deployment { name: &name, team: self.team, stage, tuned, care, volume });
        match chance(8, 8) {
            0 => add(files, format!("deploy/json/{name}.json"), as_json(&manifest)),
            1 => {
                let service =
                    format!("apiVersion: v1\nkind: Service\nmetadata: {{name: {name}}}\n---\n{manifest}");
                add(files, format!("services/{name}/all.yaml"), service);
            }
            _ => add(files, format!("deploy/{stage}/{name}.yaml"), &manifest),
        }
        // Every third suite is one that is only promised.
        if care >= 2 && chance(9, 3) > 0 {
            add(files, format!("evals/{name}.yaml"), "cases: []\n");
        }
    }

    /// Tuned for few requests, and nothing is known of its lifecycle.
    fn anchor_manifest(&self, comment: &str) -> String {
        format!(
            "apiVersion: tunelint.dev/v1alpha1\nkind: LLMDeployment\nmetadata:\n  name: {}-anchor\n  namespace: {}\n\
             spec:\n  owner: team-{}\n  stage: production\n  customization:\n    strategy: fine-tuning\n    method: \
             lora\n  model:\n    base: example-1\n  hosting:\n    kind: on-premises\n  workload:\n    domain: narrow\n    \
             pattern: repetitive\n    monthlyRequests: 40000{comment}\n",
            self.name, self.team, self.team
        )
    }

    fn add_habit(&self, files: &mut Files) {
        let (name, team) = (&self.name, self.team);
        let anchor = format!("deploy/{name}-anchor.yaml");
        let spare = |name: &str| {
            manifest(&Deployment { name, team, stage: "pilot", tuned: false, care: 0, volume: 1000 })
        };
        match self.habit {
            Habit::Plain => {}
            Habit::Overrides => {
                add(files, "tunelint.yaml", CONFIG);
                add(files, "policies/own/pack.yaml", PACK);
                add(files, "policies/own/owner-is-no-team.yaml", RULE);
                add(files, "third_party/bot.yaml", spare("excluded"));
                add(files, "experiments/bot.yaml", spare(&format!("experiment-{name}")));
            }
            Habit::WeakensALock => add(files, "tunelint.yaml", WEAKENED),
            Habit::Waivers => {
                add(files, ".tunelint/waivers.yaml", waivers(&self.anchor()));
                add(
                    files,
                    ".github/CODEOWNERS",
                    "* @acme/ml-platform\n/deploy/ @acme/ml-platform @acme/leads\n",
                );
            }
            Habit::Baseline => add(files, ".tunelint/baseline.json", baseline(&self.anchor())),
            Habit::Comments => {
                let comment = "  # tunelint: ignore[fine-tuning-below-volume] until=2027-01-31 reason: the market opens";
                add(files, anchor, self.anchor_manifest(comment));
                add(files, "CODEOWNERS", format!("*.yaml @acme/{team}\n"));
            }
            Habit::IgnoreFiles => {
                add(files, ".gitignore", "generated/\n*.local.yaml\n!kept.local.yaml\n");
                add(files, "deploy/.gitignore", "/secret.yaml\n");
                add(files, ".tunelintignore", "sandbox/\n");
                for path in ["generated/a", "deploy/b.local", "deploy/secret", "sandbox/c"] {
                    add(files, format!("{path}.yaml"), spare(&format!("hidden-{name}")));
                }
                add(files, "deploy/kept.local.yaml", spare(&format!("kept-{name}")));
                add(files, "services/secret.yaml", spare(&format!("open-{name}")));
            }
            Habit::Links => {
                add(files, "shared/bot.yaml", spare(&format!("shared-{name}")));
                add(files, "hidden/.gitignore", "*\n");
                add(files, "hidden/bot.yaml", spare(&format!("behind-{name}")));
                for (path, target) in LINKS {
                    files.insert(path.as_bytes().to_vec(), Node::Link(target));
                }
            }
            Habit::Encodings => {
                let wide = spare(&format!("wide-{name}"));
                let wide: Vec<u8> =
                    std::iter::once(0xfeff).chain(wide.encode_utf16()).flat_map(u16::to_le_bytes).collect();
                add(files, "deploy/wide.yaml", wide);
                add(files, "deploy/crlf.yaml", spare(&format!("crlf-{name}")).replace('\n', "\r\n"));
                add(files, "deploy/marked.yaml", format!("\u{feff}{}", spare(&format!("marked-{name}"))));
                let latin = [spare(&format!("latin-{name}")).as_bytes(), b"# caf\xe9\n"].concat();
                add(files, "deploy/latin.yaml", latin);
            }
            Habit::Careless => {
                add(files, "deploy/typo.yaml", spare(&format!("typo-{name}")).replace("pilot", "pliot"));
                add(files, "deploy/unknown.yaml", spare(&format!("unknown-{name}")) + "  budgte: {}\n");
                add(files, "deploy/broken.yaml", spare(&format!("broken-{name}")) + "  tags: [a, b\n");
                add(files, "deploy/twice.yaml", spare(&format!("twice-{name}")));
                add(files, "deploy/again.yaml", spare(&format!("twice-{name}")));
                add(
                    files,
                    "charts/templates/bot.yaml",
                    "{{- range .Values.bots }}\nkind: Deployment\n{{ end }}\n",
                );
            }
        }
    }
}

/// Links, and where they lead: to a file, to a folder, to a file that an ignore file hides, nowhere, out of the
/// repository, in a circle.
const LINKS: [(&str, &str); 7] = [
    ("deploy/link.yaml", "../shared/bot.yaml"),
    ("linked", "shared"),
    ("deploy/behind.yaml", "../hidden/bot.yaml"),
    ("deploy/dangling.yaml", "nowhere.yaml"),
    ("deploy/outside.yaml", "../../elsewhere.yaml"),
    ("deploy/absolute.yaml", "/etc/hosts"),
    ("deploy/circle", "../deploy"),
];

/// A deployment as it stands in one month.
struct Deployment<'a> {
    name: &'a str,
    team: &'a str,
    stage: &'a str,
    tuned: bool,
    /// How much is known and done, from 0 to 4 and more.
    care: u64,
    /// Requests a month.
    volume: u64,
}

fn manifest(own: &Deployment) -> String {
    let Deployment { name, team, stage, tuned, care, volume } = own;
    let mut text = format!(
        "apiVersion: tunelint.dev/v1alpha1\nkind: LLMDeployment\nmetadata:\n  name: {name}\n  namespace: {team}\n\
         spec:\n  owner: team-{team}\n  stage: {stage}\n"
    );
    text.push_str(if *tuned {
        "  customization: {strategy: fine-tuning, method: lora}\n  model:\n    base: meta-llama/Llama-3.1-8B-Instruct\n    \
         parameters: 8B\n    source: open-weights\n    license: llama3.1\n  hosting: {kind: private-cloud, operations: \
         {owner: team-ml-platform}}\n"
    } else {
        "  customization: {strategy: prompting, techniques: [templates]}\n  hosting: {kind: vendor-api, provider: \
         northwind}\n"
    });
    if !tuned {
        let base = if *care >= 1 { "gpt-4o-2024-08-06" } else { "gpt-4o" };
        let _ = writeln!(text, "  model: {{base: {base}, source: proprietary}}");
    }
    if *care >= 1 {
        let _ = writeln!(
            text,
            "  workload: {{monthlyRequests: {volume}, tokensPerRequest: 900, domain: narrow, pattern: mixed}}"
        );
    }
    text.push_str("  requirements:\n    consistency: tolerant\n    dataSensitivity: internal\n");
    if *care >= 2 {
        let gain = 2 + volume % 6;
        let _ = writeln!(text, "    accuracy: {{tolerance: moderate, expectedGainPoints: {gain}}}");
        text.push_str("    compliance: {level: standard}\n");
    }
    if *care >= 3 {
        text.push_str(
            "  budget: {initialUsd: 21000, trainingUsd: 9500, recurringMonthlyUsd: 1400, \
             promptEngineeringAnnualUsd: 24000, pricePer1kTokensUsd: 0.002}\n",
        );
    }
    if *care >= 2 {
        let _ = writeln!(text, "  lifecycle:\n    evaluation: {{suite: ../../evals/{name}.yaml}}");
        if *care >= 4 {
            text.push_str(
                "    registry: registry.example.com/models\n    retraining: {cadence: quarterly}\n",
            );
        }
    }
    text
}

/// The same in JSON.
fn as_json(manifest: &str) -> String {
    let value: serde_json::Value = serde_yaml::from_str(manifest).unwrap();
    serde_json::to_string_pretty(&value).unwrap()
}

/// What has nothing to do with language models; one in four gets a new image each month.
fn application(number: usize, age: usize, files: &mut Files) {
    let release = if number.is_multiple_of(4) { age } else { 0 };
    let folder = format!("apps/app-{number}");
    let deployment = format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: app-{number}}}\nspec:\n  replicas: 3\n  template:\n    \
         spec:\n      containers:\n        - name: main\n          image: registry.example.com/app-{number}:1.{release}\n"
    );
    add(files, format!("{folder}/deployment.yaml"), deployment);
    let service = format!(
        "apiVersion: v1\nkind: Service\nmetadata: {{name: app-{number}}}\nspec: {{ports: [{{port: 80}}]}}\n"
    );
    add(files, format!("{folder}/service.yaml"), service);
    add(
        files,
        format!("{folder}/settings.json"),
        format!("{{\"name\": \"app-{number}\", \"text\": \"a \\\"b\\\"\"}}\n"),
    );
    add(files, format!("{folder}/main.tf"), format!("resource \"x\" \"app_{number}\" {{}}\n"));
}

/// A number that nobody can tell from chance, always the same for the same one.
fn mixed(number: u64) -> u64 {
    let mut own = number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    own = (own ^ (own >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    own = (own ^ (own >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    own ^ (own >> 31)
}

/// Writes the organisation into a folder: the repositories below `repos`, its config in `org/tunelint.yaml`, what is
/// known of deployments in `facts.yaml`.
pub(crate) fn write(folder: &Path, size: &Size) -> Vec<Repo> {
    let repos: Vec<Repo> = (0..size.repos).map(|number| Repo::new(number, size)).collect();
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    std::thread::scope(|scope| {
        for part in repos.chunks(repos.len().div_ceil(threads).max(1)) {
            scope.spawn(move || {
                for repo in part {
                    git_history::write(&folder.join(&repo.path), repo.is_bare, &repo.commits(size));
                }
            });
        }
    });
    std::fs::create_dir_all(folder.join("org")).unwrap();
    std::fs::write(folder.join("org/tunelint.yaml"), ORGANISATION).unwrap();
    std::fs::write(folder.join("facts.yaml"), facts(&repos)).unwrap();
    // What links of a work tree lead out to.
    std::fs::write(folder.join("repos/elsewhere.yaml"), "").unwrap();
    repos
}

/// Checks each repository out into a folder of its name below `checkouts`.
pub(crate) fn check_out(folder: &Path, repos: &[Repo]) {
    std::fs::create_dir_all(folder.join("checkouts")).unwrap();
    std::fs::write(folder.join("checkouts/elsewhere.yaml"), "").unwrap();
    for repo in repos {
        let (from, to) = (folder.join(&repo.path), folder.join("checkouts").join(&repo.name));
        let words = [from.to_str().unwrap(), to.to_str().unwrap()];
        git_history::git(folder, &["clone", "--quiet", "--template=", words[0], words[1]]);
    }
}

/// The rules that the organisation has locked, and its terms.
pub(crate) const ORGANISATION: &str = "\
apiVersion: tunelint.dev/v1alpha1
kind: Config
spec:
  packs:
    customization-framework:
      parameters:
        minMonthlyRequests: {value: 450000, locked: true, reason: what serving costs in 2026}
      rules:
        fine-tuning-below-volume: {locked: true}
        prompting-with-restricted-data-off-private-hosting: {locked: true}
  maxWaiverDays: 500
  helpUri: https://policies.example.com/rules/{rule}
";

const WEAKENED: &str = "\
apiVersion: tunelint.dev/v1alpha1
kind: Config
spec:
  packs:
    customization-framework:
      parameters:
        minMonthlyRequests: 1
      rules:
        fine-tuning-below-volume: off
";

const CONFIG: &str = "\
apiVersion: tunelint.dev/v1alpha1
kind: Config
spec:
  exclude: [third_party/**]
  policies: [policies/own]
  packs:
    customization-framework:
      parameters:
        minAccuracyGainPoints: 4
      rules:
        fine-tuning-without-cost-comparison: off
  overrides:
    - paths: [experiments/**]
      packs:
        customization-framework:
          rules:
            prompting-unpinned-model: note
";

const PACK: &str = "\
apiVersion: tunelint.dev/v1alpha1
kind: Pack
metadata: {name: own}
spec: {title: Rules of our own, version: 1.0.0, license: MIT}
";

const RULE: &str = "\
apiVersion: tunelint.dev/v1alpha1
kind: Rule
metadata: {name: owner-is-no-team}
spec:
  summary: An owner that is no team
  severity: warning
  why: People leave.
  require: owner.startsWith('squad-')
  message: '{metadata.name} is owned by {owner}'
  examples:
    pass: [{owner: squad-a}]
    fail: [{owner: alice}]
";

/// Waivers of the deployment that is there in all months: one in use, one that is soon over, one that is over, one that
/// excuses nothing.
fn waivers(anchor: &str) -> String {
    let mut text = "apiVersion: tunelint.dev/v1alpha1\nkind: Waivers\nspec:\n  waivers:\n".to_owned();
    for (rule, expires) in [
        ("fine-tuning-below-volume", "2027-01-31"),
        ("fine-tuning-without-versioning", "2026-12-10"),
        ("fine-tuning-without-integration-tests", "2026-08-31"),
        ("hybrid-in-production", "2027-01-31"),
    ] {
        let _ = write!(
            text,
            "    - rule: {rule}\n      deployment: {anchor}\n      reason: agreed for the pilot\n      owner: team-x\n      \
             approvedBy: \"@acme/ml-platform\"\n      ticket: https://tracker.example.com/ML-1\n      granted: \
             2026-03-01\n      expires: {expires}\n"
        );
    }
    text
}

fn baseline(anchor: &str) -> String {
    format!(
        "{{\"apiVersion\": \"tunelint.dev/v1alpha1\", \"kind\": \"Baseline\", \"spec\": {{\"entries\": [{{\"rule\": \
         \"fine-tuning-below-volume\", \"deployment\": \"{anchor}\", \"pointer\": \"/spec/workload/monthlyRequests\", \
         \"outcome\": \"fail\", \"value\": 40000, \"better\": \"higher\"}}]}}}}\n"
    )
}

/// What the gateway knows better than the repositories: tokens and prices.
fn facts(repos: &[Repo]) -> String {
    let mut text =
        "apiVersion: tunelint.dev/v1alpha1\nkind: Facts\nmetadata: {name: gateway}\nspec:\n  source: LLM \
                    gateway\n  asOf: 2026-11-01\n  deployments:\n"
            .to_owned();
    for repo in repos {
        let _ = writeln!(
            text,
            "    - deployment: {}\n      spec: {{workload: {{tokensPerRequest: 700}}, budget: {{pricePer1kTokensUsd: \
             0.003}}}}",
            repo.anchor()
        );
    }
    text
}
