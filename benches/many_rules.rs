//! What many rules of one's own cost, whole program against whole program: 200 against the 39 that are built in over a
//! tree of manifests, and 200 of which one manifest can meet 20 against none.
//!
//! `cargo bench --bench many_rules -- [FOLDER] [--pairs N]`, with a folder of manifests; without one only the start is
//! measured, with as many threads as there are processors and with one. The two programs of a pair run in turn, so that
//! what slows the machine slows both; medians are printed, of the times and of the differences pair by pair.
//!
//! The start is the figure to hold: the 200 rules, a page each with block scalars in it, are read and checked whole at
//! every run, and are to cost 2 ms at most. Take it on a machine that does nothing else, with a hundred pairs.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a bench talks to the terminal and may give up")]

#[path = "../tests/common/many_rules.rs"]
mod many_rules;

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use many_rules::Mix;

const MANIFEST: &str = "apiVersion: tunelint.dev/v1alpha1\nkind: LLMDeployment\nmetadata: {name: bot}\nspec:\n  owner: \
                        team-x\n  stage: production\n  customization: {strategy: fine-tuning}\n  model: {base: m}\n  hosting: \
                        {kind: on-premises}\n  workload: {monthlyRequests: 600000}\n";

fn main() {
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    let (mut folder, mut pairs) = (None, 21_usize);
    while let Some(argument) = arguments.next() {
        match &*argument {
            "--pairs" => pairs = arguments.next().and_then(|count| count.parse().ok()).unwrap_or(pairs),
            other => folder = Some(other.to_owned()),
        }
    }
    let scratch = tempfile::tempdir().unwrap();
    let path = |name: &str| scratch.path().join(name);
    many_rules::write(&path("mixed"), 200, Mix::Mixed);
    many_rules::write(&path("meeting"), 200, Mix::Meeting(20));
    std::fs::write(path("bot.yaml"), MANIFEST).unwrap();
    if let Some(folder) = folder {
        let run = |options: &[&str]| run(scratch.path(), &[options, &[&*folder]].concat());
        compare(
            "200 rules against 39",
            pairs.div_ceil(3),
            || run(&["--policies", "mixed", "--select", "many/*"]),
            || run(&["--select", "customization-framework/*"]),
        );
    }
    for (threads, what) in [(&[][..], "all threads"), (&["--threads", "1"][..], "one thread")] {
        let start = |options: &[&str]| run(scratch.path(), &[threads, options, &["bot.yaml"]].concat());
        compare(
            &format!("a start with 200 rules against none of one's own, {what}"),
            pairs,
            || start(&["--policies", "meeting"]),
            || start(&[]),
        );
    }
}

/// Milliseconds of a run.
fn run(folder: &Path, options: &[&str]) -> f64 {
    let start = Instant::now();
    Command::new(env!("CARGO_BIN_EXE_tunelint"))
        .args(["check", "--quiet", "--format", "json"])
        .args(options)
        .current_dir(folder)
        .stdout(Stdio::null())
        .status()
        .unwrap();
    start.elapsed().as_secs_f64() * 1e3
}

fn compare(what: &str, pairs: usize, one: impl Fn() -> f64, other: impl Fn() -> f64) {
    one();
    other();
    let measured: Vec<(f64, f64)> = (0..pairs).map(|_| (one(), other())).collect();
    let median = |of: &dyn Fn(&(f64, f64)) -> f64| {
        let mut values: Vec<f64> = measured.iter().map(of).collect();
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    println!(
        "{what}: median {:.2} ms and {:.2} ms; ratio {:.2}, difference {:.2} ms",
        median(&|pair| pair.0),
        median(&|pair| pair.1),
        median(&|pair| pair.0 / pair.1),
        median(&|pair| pair.0 - pair.1)
    );
}
