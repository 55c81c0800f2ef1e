//! The way from an empty repo to a rule of one's own, walked as the README says it.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use super::document::Document;

/// Runs the lines in one shell, as a person would, and returns each one's exit status and output.
fn walk(folder: &Path, lines: &[&str]) -> Vec<(i32, String)> {
    let mut script = String::new();
    for (index, line) in lines.iter().enumerate() {
        // Braces, not parentheses: where one line goes, the next one is.
        let _ = writeln!(
            script,
            "{{ {line}; }} > \"$RESULTS/{index}.out\"; echo $? > \"$RESULTS/{index}.status\""
        );
    }
    let results = tempfile::tempdir().unwrap();
    let binary = Path::new(env!("CARGO_BIN_EXE_tunelint")).parent().unwrap();
    let path = format!("{}:{}", binary.display(), std::env::var("PATH").unwrap());
    let output = Command::new("sh")
        .args(["-c", &script])
        .current_dir(folder)
        .env("PATH", path)
        .env("RESULTS", results.path())
        .env("LANG", "C.UTF-8")
        .env_remove("LC_ALL")
        .env_remove("CLICOLOR_FORCE")
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let read = |index: usize, ending: &str| {
        fs::read_to_string(results.path().join(format!("{index}.{ending}"))).unwrap()
    };
    (0..lines.len())
        .map(|index| (read(index, "status").trim().parse().unwrap(), read(index, "out")))
        .collect()
}

#[test]
fn the_way_to_a_rule_of_ones_own_takes_less_than_ten_commands_and_ends_in_its_finding() {
    let readme = Document::read("README.md");
    let (_, section) = readme.text.split_once("## From an empty repo to a rule of your own").unwrap();
    let (_, block) = section.split_once("```sh\n").unwrap();
    let lines: Vec<&str> = block.split_once("```").unwrap().0.lines().collect();
    assert!(lines.len() < 10, "{lines:?}");

    let folder = tempfile::tempdir().unwrap();
    let walked = walk(folder.path(), &lines);
    let statuses: Vec<i32> = walked.iter().map(|(status, _)| *status).collect();
    let (last, before) = statuses.split_last().unwrap();
    assert!(before.iter().all(|status| *status == 0), "{walked:#?}");
    assert_eq!(*last, 1, "{walked:#?}");

    let (_, finding) = walked.last().unwrap();
    let finding = super::tidy(finding);
    assert!(
        finding.contains("own/pilot-too-large") && finding.contains("monthlyRequests is 20,000"),
        "{finding}"
    );
    readme.expect_block("first-steps", &format!("```text\n{finding}```\n"));
}
