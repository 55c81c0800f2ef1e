//! Audits of 50 to 300 generated repositories with a year of history: how time grows with their number, what a second
//! thread brings, how much memory it takes, and whether objects are read as quickly as checkouts are made and scanned.
//!
//! `cargo bench --bench audit [-- --counts 50,100,200,300] [--rounds N] [--keep FOLDER]`. All runs of a round are side by
//! side, so that ratios hold where times do not. Linux tells the memory; elsewhere it is left out.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a bench talks to the terminal and may give up")]
#![allow(clippy::disallowed_methods, reason = "a bench reads what the system tells of a process")]
#![allow(clippy::cast_precision_loss, reason = "counts of repositories are small")]

#[path = "../tests/common/git_history.rs"]
mod git_history;
#[path = "../tests/common/organisation.rs"]
mod organisation;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use git_history::{Commit, Files, Node, add};
use organisation::{Repo, Size, TODAY};

/// How often a running process is asked for its memory.
const BETWEEN: Duration = Duration::from_millis(4);

/// One run of the program.
#[derive(Clone, Copy, Debug, Default)]
struct Run {
    seconds: f64,
    /// The most memory that the program had, in MB.
    own: f64,
    /// The most that its git processes were seen to have together, in MB.
    git: f64,
}

/// The audits that are compared.
const KINDS: [(&str, &[&str]); 2] =
    [("at HEAD", &["--at", "HEAD"]), ("12 months", &["--history", "12", "--every", "month"])];

fn main() {
    let mut arguments = std::env::args().skip(1);
    let (mut counts, mut rounds, mut keep, mut is_bench) = (vec![50, 100, 200, 300], 3_usize, None, false);
    while let Some(argument) = arguments.next() {
        match &*argument {
            "--bench" => is_bench = true,
            "--counts" => {
                let list = arguments.next().unwrap_or_default();
                counts = list.split(',').filter_map(|count| count.parse().ok()).collect();
            }
            "--rounds" => rounds = arguments.next().and_then(|count| count.parse().ok()).unwrap_or(rounds),
            "--keep" => keep = arguments.next().map(PathBuf::from),
            other => println!("audit: {other} is not an option"),
        }
    }
    if !is_bench || counts.is_empty() {
        println!("audit: skipped; it is for cargo bench");
        return;
    }
    let scratch = tempfile::tempdir().unwrap();
    let folder = keep.unwrap_or_else(|| scratch.path().to_owned());
    let size = Size {
        repos: counts.iter().copied().max().unwrap_or(1),
        months: 12,
        deployments: 8,
        applications: 40,
        work_trees: false,
    };
    let start = Instant::now();
    let repos = organisation::write(&folder, &size);
    println!(
        "{} repositories of 12 commits generated in {:.1} s",
        repos.len(),
        start.elapsed().as_secs_f64()
    );
    growth(&folder, &repos, &counts, rounds);
    objects_against_checkouts(&folder, &repos, rounds);
    large_blob(&folder);
}

/// Time and memory by the number of repositories, with one thread and with two.
fn growth(folder: &Path, repos: &[Repo], counts: &[usize], rounds: usize) {
    println!(
        "\n{:>5}  {:<9}  {:>9}  {:>9}  {:>7}  {:>10}  {:>9}  {:>9}",
        "repos", "audit", "1 thread", "2 threads", "ratio", "ms a repo", "memory", "git's"
    );
    for (kind, options) in KINDS {
        let mut measured = vec![Vec::new(); counts.len()];
        for _ in 0..rounds {
            for (count, runs) in counts.iter().zip(&mut measured) {
                let list = list(folder, &repos[..*count]);
                let run = |threads: &str| {
                    audit(folder, &[&["--list", &list, "--threads", threads], options].concat())
                };
                runs.push((run("1"), run("2")));
            }
        }
        for (count, runs) in counts.iter().zip(&measured) {
            let seconds = |of: fn(&(Run, Run)) -> f64| median(runs.iter().map(of).collect());
            let (one, two) = (seconds(|runs| runs.0.seconds), seconds(|runs| runs.1.seconds));
            let most = |of: fn(&Run) -> f64| {
                runs.iter().flat_map(|(one, two)| [of(one), of(two)]).fold(0.0, f64::max)
            };
            println!(
                "{count:>5}  {kind:<9}  {one:>7.2} s  {two:>7.2} s  {:>7.2}  {:>10.2}  {:>6.1} MB  {:>6.1} MB",
                median(runs.iter().map(|(one, two)| one.seconds / two.seconds).collect()),
                two / *count as f64 * 1e3,
                most(|run| run.own),
                most(|run| run.git),
            );
        }
    }
}

/// Reading what is committed against checking it out and scanning that, with two threads each.
fn objects_against_checkouts(folder: &Path, repos: &[Repo], rounds: usize) {
    let repos = &repos[..repos.len().min(100)];
    let list = list(folder, repos);
    let mut ratios = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        let objects = audit(folder, &["--list", &list, "--threads", "2", "--at", "HEAD"]).seconds;
        let start = Instant::now();
        std::thread::scope(|scope| {
            for part in repos.chunks(repos.len().div_ceil(2)) {
                scope.spawn(|| organisation::check_out(folder, part));
            }
        });
        let cloned = start.elapsed().as_secs_f64();
        let scanned = audit(folder, &["checkouts/*", "--threads", "2"]).seconds;
        fs::remove_dir_all(folder.join("checkouts")).unwrap();
        println!(
            "{} repositories: {objects:.2} s from objects; {cloned:.2} s to check out and {scanned:.2} s to scan",
            repos.len()
        );
        ratios.0.push(objects / (cloned + scanned));
        ratios.1.push(objects / scanned);
    }
    println!(
        "objects against checkout and scan: {:.2}; against the scan alone: {:.2}",
        median(ratios.0),
        median(ratios.1)
    );
}

/// A blob of 200 MB among the manifests.
fn large_blob(folder: &Path) {
    let mut files = Files::new();
    files.insert(b"deploy/large.yaml".to_vec(), Node::Zeros(200 << 20));
    add(&mut files, "README.md", "# One large file\n");
    let day = jiff::civil::date(2026, 11, 5);
    git_history::write(&folder.join("large.git"), true, &[Commit { day, files }]);
    let run = audit(folder, &["large.git", "--at", "HEAD"]);
    println!("a blob of 200 MB: {:.2} s, {:.1} MB, git's {:.1} MB", run.seconds, run.own, run.git);
}

/// A file that lists repositories.
fn list(folder: &Path, repos: &[Repo]) -> String {
    let mut text = String::new();
    for repo in repos {
        let _ = writeln!(text, "{}", repo.path.display());
    }
    let name = format!("list-{}.txt", repos.len());
    fs::write(folder.join(&name), text).unwrap();
    name
}

/// One audit with a dataset and a report, as a lead would have it.
fn audit(folder: &Path, options: &[&str]) -> Run {
    let _ = fs::remove_dir_all(folder.join("dataset"));
    let start = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_tunelint"))
        .args(["audit", "--quiet", "--today", TODAY, "--org-config", "org", "--facts", "facts.yaml"])
        .args(["--fail-on", "never", "--dataset", "dataset", "--format", "html=audit.html"])
        .args(options)
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mut run = Run::default();
    while child.try_wait().unwrap().is_none() {
        run.own = run.own.max(memory(child.id(), "VmHWM:"));
        let of_git: f64 = children(child.id()).into_iter().map(|id| memory(id, "VmRSS:")).sum();
        run.git = run.git.max(of_git);
        std::thread::sleep(BETWEEN);
    }
    run.seconds = start.elapsed().as_secs_f64();
    run
}

/// One of the figures that Linux keeps of a process, in MB.
fn memory(process: u32, key: &str) -> f64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(key)).unwrap_or_default();
    line.split_whitespace().next().and_then(|number| number.parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
}

/// The processes that a process has started, by any of its threads.
fn children(process: u32) -> Vec<u32> {
    let Ok(threads) = fs::read_dir(format!("/proc/{process}/task")) else { return Vec::new() };
    let lists = threads.flatten().map(|thread| fs::read_to_string(thread.path().join("children")));
    let numbers =
        |list: String| list.split_whitespace().filter_map(|id| id.parse().ok()).collect::<Vec<u32>>();
    lists.flatten().flat_map(numbers).collect()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
