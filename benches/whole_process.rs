//! The whole program against a bare parallel read of the same tree by the same walker, side by side.
//!
//! `cargo bench --bench whole_process -- FOLDER [--pairs N] [-- CHECK-OPTIONS…]`, with a folder of manifests among
//! other YAML files (10,000 among 50,000, say). Prints the ratios pair by pair: wall clock, and processor time where
//! `/proc` tells it.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a bench talks to the terminal and may give up")]
#![allow(clippy::disallowed_methods, reason = "the bare read is what tunelint's reader is compared with")]

use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

fn main() {
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench").peekable();
    if arguments.peek().is_some_and(|first| first == "--bare-read") {
        arguments.next();
        bare_read(Path::new(&arguments.next().unwrap()));
        return;
    }
    let Some(folder) = arguments.next() else {
        println!("whole_process: skipped; name a folder to measure on");
        return;
    };
    let mut pairs = 7;
    let mut options = vec!["check".to_owned(), "--format".to_owned(), "json".to_owned()];
    while let Some(argument) = arguments.next() {
        match &*argument {
            "--pairs" => pairs = arguments.next().and_then(|count| count.parse().ok()).unwrap_or(pairs),
            "--" => options = std::iter::once("check".to_owned()).chain(arguments.by_ref()).collect(),
            other => println!("whole_process: {other} is not an option"),
        }
    }
    options.push(folder.clone());
    let own = std::env::current_exe().unwrap();
    let read = || measure(Command::new(&own).args(["--bare-read", &folder]));
    let check = || measure(Command::new(env!("CARGO_BIN_EXE_tunelint")).args(&options));
    read();
    check();
    let mut ratios = Vec::new();
    for pair in 1..=pairs {
        let (bare, ours) = (read(), check());
        let ratio = (ours.wall / bare.wall, ours.processor / bare.processor);
        println!(
            "pair {pair}: read {:.3} s wall {:.2} s cpu, check {:.3} s wall {:.2} s cpu: ratios {:.2} wall {:.2} cpu",
            bare.wall, bare.processor, ours.wall, ours.processor, ratio.0, ratio.1
        );
        ratios.push(ratio);
    }
    let median = |mut values: Vec<f64>| {
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    println!(
        "median ratios: {:.2} wall, {:.2} cpu",
        median(ratios.iter().map(|ratio| ratio.0).collect()),
        median(ratios.iter().map(|ratio| ratio.1).collect())
    );
}

struct Measured {
    wall: f64,
    processor: f64,
}

fn measure(command: &mut Command) -> Measured {
    let before = children_seconds();
    let start = Instant::now();
    command.stdout(Stdio::null()).status().unwrap();
    Measured { wall: start.elapsed().as_secs_f64(), processor: children_seconds() - before }
}

/// User and system seconds of all children that have ended, from `/proc/self/stat` (fields 16 and 17, in hundredths).
fn children_seconds() -> f64 {
    let Ok(stat) = std::fs::read_to_string("/proc/self/stat") else { return f64::NAN };
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks: f64 =
        after_name.split_whitespace().skip(13).take(2).filter_map(|field| field.parse::<f64>().ok()).sum();
    ticks / 100.0
}

/// Walks as tunelint does and reads every file it would look at; does nothing with the bytes but count them.
fn bare_read(folder: &Path) {
    let bytes = AtomicU64::new(0);
    ignore::WalkBuilder::new(folder).hidden(false).threads(2).build_parallel().run(|| {
        let mut buffer = Vec::new();
        let bytes = &bytes;
        Box::new(move |entry| {
            if let Ok(entry) = entry
                && entry
                    .path()
                    .extension()
                    .is_some_and(|ending| ending == "yaml" || ending == "yml" || ending == "json")
                && let Ok(mut file) = std::fs::File::open(entry.path())
            {
                buffer.clear();
                if file.read_to_end(&mut buffer).is_ok() {
                    bytes.fetch_add(buffer.len() as u64, Ordering::Relaxed);
                }
            }
            ignore::WalkState::Continue
        })
    });
    println!("{} bytes", bytes.into_inner());
}
