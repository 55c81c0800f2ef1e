//! Bad input: each kind is told with its place, and none keeps the others from being checked.

#![allow(clippy::disallowed_methods, reason = "tests look at what was written")]

mod common;

use std::fmt::Write;
use std::fs;

use common::{Outcome, Tree, manifest};

/// Checks a tree of `bad.yaml` beside a good manifest: the good one has its result whatever the bad one is.
fn beside_a_good_one(bytes: impl AsRef<[u8]>) -> Outcome {
    let tree = Tree::with_good_manifest();
    tree.write("bad.yaml", bytes);
    let outcome = tree.check(&[]);
    assert!(outcome.deployments().contains(&"good".to_owned()), "{outcome:?}");
    assert!(outcome.findings().iter().all(|(file, ..)| file == "bad.yaml"), "{outcome:?}");
    outcome
}

/// Asserts one finding in `bad.yaml`, and exit status 1.
#[track_caller]
fn is_told(bytes: impl AsRef<[u8]>, code: &str, line: u64) {
    let outcome = beside_a_good_one(bytes);
    assert_eq!(outcome.findings(), [("bad.yaml".to_owned(), code.to_owned(), line)], "{outcome:?}");
    assert_eq!(outcome.status, Some(1));
}

/// A valid manifest with one line replaced.
fn with(line: &str, replacement: &str) -> String {
    let manifest = manifest("bad");
    assert!(manifest.contains(line));
    manifest.replace(line, replacement)
}

#[test]
fn invalid_utf8_is_told_with_byte_and_line() {
    let mut bytes = manifest("bad").into_bytes();
    bytes.extend(b"# caf\xe9\n");
    let outcome = beside_a_good_one(&bytes);
    assert_eq!(outcome.findings(), [("bad.yaml".to_owned(), "encoding".to_owned(), 0)]);
    let message = outcome.report()["findings"][0]["message"].as_str().unwrap().to_owned();
    assert!(message.contains(&format!("byte {}, in line 14", bytes.len() - 2)), "{message}");
    assert_eq!(outcome.status, Some(1));
}

#[test]
fn utf16_is_decoded_in_both_orders() {
    for (mark, order) in
        [(b"\xff\xfe", u16::to_le_bytes as fn(u16) -> [u8; 2]), (b"\xfe\xff", u16::to_be_bytes)]
    {
        let mut bytes = mark.to_vec();
        bytes.extend(manifest("wide").encode_utf16().flat_map(order));
        let outcome = beside_a_good_one(&bytes);
        assert_eq!(outcome.deployments(), ["wide", "good"]);
        assert_eq!(outcome.findings(), []);
        // Half a character at the end.
        bytes.push(0);
        let outcome = beside_a_good_one(&bytes);
        assert_eq!(outcome.findings(), [("bad.yaml".to_owned(), "encoding".to_owned(), 0)]);
    }
}

#[test]
fn a_byte_order_mark_does_no_harm() {
    let outcome = beside_a_good_one(format!("\u{feff}{}", with("owner: team-x", "owner: [x]")));
    assert_eq!(outcome.findings(), [("bad.yaml".to_owned(), "type".to_owned(), 6)]);
}

#[test]
fn a_nul_is_a_syntax_error() {
    is_told(with("owner: team-x", "owner: te\0m"), "syntax", 6);
}

#[test]
fn nothing_is_said_of_an_empty_file_or_a_scalar() {
    for text in ["", "\n", "# only a comment: LLMDeployment\n", "---\n", "LLMDeployment", "42", "[]", "{}"] {
        let outcome = beside_a_good_one(text);
        assert_eq!(outcome.findings(), [], "{text:?}");
        assert_eq!(outcome.status, Some(0));
    }
}

#[test]
fn an_alias_bomb_is_over_a_limit() {
    let mut bomb = "kind: LLMDeployment\na0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let uses = vec![format!("*a{}", level - 1); 9].join(", ");
        writeln!(bomb, "a{level}: &a{level} [{uses}]").unwrap();
    }
    let outcome = beside_a_good_one(bomb);
    let codes: Vec<_> = outcome.findings().into_iter().map(|(_, code, _)| code).collect();
    assert_eq!(codes, ["limit-alias"]);
    assert_eq!(outcome.status, Some(1));
}

#[test]
fn deep_nesting_is_over_a_limit() {
    let marked = |text: &str| format!("# LLMDeployment\n{text}");
    for text in [
        "[".repeat(100_000),
        format!("{}{}", "[".repeat(100_000), "]".repeat(100_000)),
        format!("{}{}", "{a: ".repeat(100_000), "}".repeat(100_000)),
    ] {
        is_told(marked(&text), "limit-depth", 2);
    }
    let blocks: Vec<_> = (0..3_000).map(|level| format!("{}a:\n", " ".repeat(level))).collect();
    let outcome = beside_a_good_one(marked(&blocks.concat()));
    let findings = outcome.findings();
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].1, "limit-depth");
    let dashes = "- ".repeat(3_000);
    is_told(marked(&dashes), "limit-depth", 2);
}

#[test]
fn a_scalar_of_50_megabytes_is_over_the_limit_for_files_and_read_under_a_higher_one() {
    let tree = Tree::with_good_manifest();
    tree.write(
        "bad.yaml",
        format!("{}  lifecycle: {{exitPlan: '{}'}}\n", manifest("long"), "x ".repeat(25 << 20)),
    );
    // The marker at the far end.
    tree.write("worse.yaml", format!("# {}\n{}", "x".repeat(9 << 20), manifest("late")));
    // Nothing to do with us.
    tree.write("other.yaml", format!("# {}\n", "x".repeat(9 << 20)));
    let outcome = tree.check(&[]);
    let told = |file: &str| (file.to_owned(), "limit-bytes".to_owned(), 0);
    assert_eq!(outcome.findings(), [told("bad.yaml"), told("worse.yaml")]);
    assert_eq!(outcome.deployments(), ["good"]);
    assert_eq!(outcome.report()["summary"]["skipped"], 1);
    // Parsing 50 MB takes its time in a build for tests.
    tree.write(
        "bad.yaml",
        format!("{}  lifecycle: {{exitPlan: '{}'}}\n", manifest("long"), "x ".repeat(5 << 20)),
    );
    let outcome = tree.check(&["--max-file-size", "11M"]);
    assert_eq!(outcome.findings(), []);
    assert_eq!(outcome.deployments(), ["long", "good", "late"]);
}

#[test]
fn duplicate_keys_are_told_at_the_second() {
    is_told(with("  stage: pilot\n", "  stage: pilot\n  stage: production\n"), "duplicate-key", 8);
}

#[test]
fn numbers_beyond_all_bounds_are_told() {
    for number in ["1e400", ".nan", "-.inf"] {
        is_told(format!("{}  budget:\n    initialUsd: {number}\n", manifest("bad")), "not-finite", 15);
    }
}

#[test]
fn yes_and_no_are_words() {
    for word in ["no", "on", "yes", "off"] {
        let text = format!("{}  requirements: {{latency: {{critical: {word}}}}}\n", manifest("bad"));
        is_told(text, "type", 14);
        let outcome = beside_a_good_one(with("owner: team-x", &format!("owner: {word}")));
        assert_eq!(outcome.findings(), []);
        assert_eq!(outcome.report()["deployments"][0]["owner"], word);
    }
}

#[test]
fn unknown_tags_are_told() {
    let outcome = beside_a_good_one(with("owner: team-x", "owner: !vault abc"));
    let findings = outcome.findings();
    assert!(!findings.is_empty());
    assert!(findings.iter().all(|(file, _, line)| file == "bad.yaml" && *line == 6), "{findings:?}");
    assert_eq!(outcome.status, Some(1));
}

#[test]
fn one_broken_document_does_not_lose_the_others() {
    let text = format!("{}---\na: [1\n---\n{}", manifest("first"), manifest("last"));
    let outcome = beside_a_good_one(text);
    assert_eq!(outcome.deployments(), ["first", "last", "good"]);
    assert_eq!(outcome.findings().len(), 1);
    assert_eq!(outcome.findings()[0].1, "syntax");
}

#[test]
fn what_is_not_ours_is_skipped_where_it_is_walked_and_told_where_it_is_named() {
    let tree = Tree::with_good_manifest();
    tree.write("chart.yaml", "{{ if .Values.on }}\na: b\n");
    tree.write("latin.yaml", b"name: caf\xe9\n");
    let walked = tree.check(&["--no-prefilter"]);
    assert_eq!((walked.status, walked.findings().len()), (Some(0), 0), "{walked:?}");
    assert_eq!(walked.report()["summary"]["skipped"], 2);
    for (file, code) in [("chart.yaml", "syntax"), ("latin.yaml", "encoding")] {
        let named = tree.check(&["good.yaml", file]);
        assert_eq!(named.status, Some(2));
        assert_eq!(named.deployments(), ["good"]);
        let findings = named.findings();
        assert!(findings.iter().all(|(own, own_code, _)| own == file && own_code == code), "{findings:?}");
    }
}

#[test]
fn a_named_file_that_is_not_there_is_told_with_status_2() {
    let outcome = Tree::with_good_manifest().check(&["good.yaml", "missing.yaml"]);
    assert_eq!(outcome.findings(), [("missing.yaml".to_owned(), "not-found".to_owned(), 0)]);
    assert_eq!(outcome.deployments(), ["good"]);
    assert_eq!(outcome.status, Some(2));
}

#[test]
fn a_folder_may_be_called_like_a_file() {
    let tree = Tree::with_good_manifest();
    tree.write("folder.yaml/inside.yaml", manifest("inside"));
    assert_eq!(tree.check(&[]).deployments(), ["inside", "good"]);
    assert_eq!(tree.check(&["folder.yaml"]).deployments(), ["inside"]);
}

#[cfg(unix)]
mod unix {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::PermissionsExt;
    use std::process::Command;

    use super::*;

    #[test]
    fn loops_of_links_are_harmless() {
        let tree = Tree::with_good_manifest();
        tree.write("folder/inside.yaml", manifest("inside"));
        tree.link("folder/up", "..").link("folder/self", ".").link("again", "folder");
        let outcome = tree.check(&[]);
        assert_eq!(outcome.deployments(), ["inside", "good"]);
        assert_eq!((outcome.status, outcome.findings().len()), (Some(0), 0), "{outcome:?}");
        tree.link("one.yaml", "two.yaml").link("two.yaml", "one.yaml").link("gone.yaml", "nowhere");
        let outcome = tree.check(&[]);
        let told = |file: &str| (file.to_owned(), "link".to_owned(), 0);
        assert_eq!(outcome.findings(), [told("gone.yaml"), told("one.yaml"), told("two.yaml")]);
        assert_eq!(outcome.deployments(), ["inside", "good"]);
        assert_eq!(outcome.status, Some(1));
        assert_eq!(tree.check(&["one.yaml"]).status, Some(2));
    }

    #[test]
    fn a_link_out_of_the_root_is_told_and_not_followed() {
        let outside = Tree::new();
        outside.write("other.yaml", manifest("other"));
        let tree = Tree::with_good_manifest();
        tree.link("file.yaml", outside.path("other.yaml")).link("folder", outside.path(""));
        let outcome = tree.check(&[]);
        let told = |file: &str| (file.to_owned(), "link-outside".to_owned(), 0);
        assert_eq!(outcome.findings(), [told("file.yaml"), told("folder")]);
        assert_eq!(outcome.deployments(), ["good"]);
        assert_eq!(outcome.status, Some(0));
        assert_eq!(tree.check(&["--fail-on", "note"]).status, Some(1));
        // Who names it gets it.
        assert_eq!(tree.check(&["file.yaml"]).deployments(), ["other"]);
        assert_eq!(tree.check(&["folder"]).deployments(), ["other"]);
    }

    #[test]
    fn a_fifo_is_never_opened() {
        let tree = Tree::with_good_manifest();
        assert!(Command::new("mkfifo").arg(tree.path("pipe.yaml")).status().unwrap().success());
        let walked = tree.check(&[]);
        assert_eq!((walked.status, walked.findings().len()), (Some(0), 0));
        let named = tree.check(&["good.yaml", "pipe.yaml"]);
        assert_eq!(named.findings(), [("pipe.yaml".to_owned(), "not-a-file".to_owned(), 0)]);
        assert_eq!(named.deployments(), ["good"]);
        assert_eq!(named.status, Some(2));
    }

    #[test]
    fn what_may_not_be_read_is_told() {
        let tree = Tree::with_good_manifest();
        tree.write("secret.yaml", manifest("secret")).write("closed/inside.yaml", manifest("inside"));
        let close = |name: &str, mode| {
            fs::set_permissions(tree.path(name), fs::Permissions::from_mode(mode)).unwrap();
        };
        close("secret.yaml", 0);
        close("closed", 0);
        // Permissions bind everybody but root.
        let bound = fs::read(tree.path("secret.yaml")).is_err();
        let outcome = bound.then(|| (tree.check(&[]), tree.check(&["secret.yaml"])));
        close("closed", 0o755);
        let Some((walked, named)) = outcome else { return };
        let told = |file: &str| (file.to_owned(), "permission".to_owned(), 0);
        assert_eq!(walked.findings(), [told("closed"), told("secret.yaml")]);
        assert_eq!(walked.deployments(), ["good"]);
        assert_eq!(walked.status, Some(1));
        assert_eq!(named.findings(), [told("secret.yaml")]);
        assert_eq!(named.status, Some(2));
    }

    #[test]
    fn file_names_may_hold_anything() {
        let tree = Tree::new();
        tree.write("line\nbreak.yaml", manifest("line"));
        tree.write("escape\u{1b}[31m.yaml", manifest("escape"));
        tree.write(OsStr::from_bytes(b"caf\xe9.yaml"), manifest("latin"));
        tree.write("back\\slash.yaml", manifest("slash"));
        let outcome = tree.check(&[]);
        assert_eq!(outcome.deployments(), ["slash", "latin", "escape", "line"]);
        let report = outcome.report();
        let files: Vec<_> =
            report["deployments"].as_array().unwrap().iter().map(|own| &own["file"]).collect();
        assert_eq!(files, ["back\\slash.yaml", "caf\\xE9.yaml", "escape\u{1b}[31m.yaml", "line\nbreak.yaml"]);
        let human = tree.run(&["check", "--fail-on", "never"]);
        assert!(!human.stdout.contains('\u{1b}'), "{human:?}");
    }
}
