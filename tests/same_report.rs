//! The same report whatever the number of threads, the same findings with and without the byte filter, and an
//! orderly end where nobody reads on.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]
#![allow(clippy::disallowed_methods, reason = "tests look at what was written")]

mod common;

use std::process::Stdio;
use std::sync::Arc;

use common::{Tree, manifest};
use proptest::prelude::*;
use tunelint::pipeline::{self, Examined, Input, Settings};

/// A tree of good, bad and foreign files.
fn mixed() -> Tree {
    let tree = Tree::new();
    for index in 0..150 {
        let name = format!("team-{}/area-{}/bot-{index}.yaml", index % 7, index % 3);
        let text = match index % 6 {
            0 => manifest("same"),
            1 => manifest(&format!("bot-{index}")).replace("stage: pilot", "stage: plot"),
            2 => format!("{}---\na: [\n", manifest(&format!("bot-{index}"))),
            3 => "apiVersion: v1\nkind: Service\n".to_owned(),
            4 => format!("{}  lifecycle: {{exitPlan: docs/gone.md}}\n", manifest(&format!("bot-{index}"))),
            _ => format!("{}---\n{}", manifest("twice"), manifest("twice")),
        };
        tree.write(name, text);
    }
    tree
}

#[test]
fn the_report_is_the_same_to_the_byte_for_any_number_of_threads() {
    let tree = mixed();
    let one = tree.check(&["--threads", "1"]);
    assert!(one.findings().len() > 100);
    for threads in ["2", "8"] {
        for paths in [&[][..], &["."], &["team-3", ".", "team-1/area-1"]] {
            let mut arguments = vec!["--threads", threads];
            arguments.extend(paths);
            let other = tree.check(&arguments);
            assert!(one.stdout == other.stdout, "{threads} threads, {paths:?}");
            assert_eq!(one.status, other.status);
        }
    }
}

#[test]
fn many_named_files_are_read_in_threads_with_the_same_report() {
    let tree = mixed();
    let report = tree.check(&["."]).report();
    let files: Vec<String> = report["deployments"]
        .as_array()
        .unwrap()
        .iter()
        .map(|own| own["file"].as_str().unwrap().to_owned())
        .collect();
    assert!(files.len() > 64);
    let named = |threads| {
        let mut arguments = vec!["--threads", threads];
        arguments.extend(files.iter().map(String::as_str));
        tree.check(&arguments).stdout
    };
    assert_eq!(named("1"), named("8"));
}

#[test]
fn findings_are_the_same_with_and_without_the_filter() {
    let tree = mixed();
    let [filtered, all] = [tree.check(&[]), tree.check(&["--no-prefilter"])];
    assert_eq!(filtered.report()["findings"], all.report()["findings"]);
    assert_eq!(filtered.report()["deployments"], all.report()["deployments"]);
    assert_eq!(filtered.status, all.status);
}

#[test]
fn a_reader_that_goes_away_is_no_mistake() {
    let tree = mixed();
    for format in ["human", "json", "jsonl"] {
        let mut child = tree
            .command(&["check", "--format", format])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), output.stderr), (Some(1), Vec::new()));
    }
}

#[test]
fn a_report_goes_to_a_file_as_a_whole() {
    let tree = mixed();
    let outcome = tree.check(&["--format", "json=out.json"]);
    let written = std::fs::read_to_string(tree.path("out.json")).unwrap();
    assert_eq!(outcome.stdout, written);
    let left: Vec<_> = std::fs::read_dir(tree.path(""))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !name.starts_with("team-"))
        .collect();
    assert_eq!(left, ["out.json"]);
    let nowhere = tree.check(&["--format", "json=missing/out.json"]);
    assert_eq!(nowhere.status, Some(2));
    assert!(nowhere.stderr.contains("missing/out.json"), "{nowhere:?}");
}

fn examine(bytes: &[u8], parse_all: bool) -> Examined {
    let path = || Arc::from("x.yaml");
    let input = Input { path: &path, file: None, named: false, content: Ok(bytes) };
    pipeline::examine(input, &Settings { parse_all, ..Settings::default() })
}

/// What a report would say of it.
fn told(examined: &Examined) -> (u64, Vec<String>, Vec<String>) {
    let findings = examined.findings.iter().map(|finding| format!("{finding:?}")).collect();
    let deployments = examined.deployments.iter().map(|deployment| format!("{deployment:?}")).collect();
    (examined.manifests, findings, deployments)
}

/// How one character of a double-quoted scalar is written.
fn spelled(character: char, way: u8) -> String {
    let code = u32::from(character);
    match way % 12 {
        0 => format!("\\x{code:02x}"),
        1 => format!("\\u{code:04X}"),
        2 => format!("\\U{code:08x}"),
        3 => format!("\\\n    {character}"),
        4 => format!("\\\r\n {character}"),
        5 if character == '/' => "\\/".to_owned(),
        6 => format!("\\\n  \\\n  {character}"),
        _ => character.to_string(),
    }
}

fn double_quoted(text: &str, ways: &[u8]) -> String {
    let spelled: String =
        text.chars().enumerate().map(|(at, character)| spelled(character, ways[at % ways.len()])).collect();
    format!("\"{spelled}\"")
}

/// A file around a manifest's two marks, each spelled in some way.
fn tricky() -> impl Strategy<Value = Vec<u8>> {
    let mark = |text: &'static str| {
        prop_oneof![
            prop::collection::vec(any::<u8>(), 1..16).prop_map(move |ways| double_quoted(text, &ways)),
            Just(format!("'{text}'")),
            Just(format!("&mark {text}")),
            Just(format!(">-\n    {text}")),
            (1..text.len()).prop_map(move |at| format!("{}\n    {}", &text[..at], &text[at..])),
            Just("\"v\\x31\"".to_owned()),
        ]
    };
    let tail = prop_oneof![
        Just(""),
        Just("name: *mark\n"),
        Just("a: [\n"),
        Just("---\nb: \"\\x4\"\n"),
        Just("run: |\n  echo \"a\" \\\n    b\n"),
        Just("\0"),
    ];
    let marks = (mark("tunelint.dev/v1alpha1"), mark("LLMDeployment"));
    (marks, tail, any::<bool>(), 0..4_u8).prop_map(|((version, kind), tail, both, encoding)| {
        let version = if both { format!("apiVersion: {version}\n") } else { String::new() };
        let text = format!("{version}kind: {kind}\nmetadata: {{name: bot}}\n{tail}");
        match encoding {
            0 => [b"\xff\xfe".to_vec(), text.encode_utf16().flat_map(u16::to_le_bytes).collect()].concat(),
            1 => [b"\xef\xbb\xbf".to_vec(), text.into_bytes()].concat(),
            2 => [text.into_bytes(), b"\xff".to_vec()].concat(),
            _ => text.into_bytes(),
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_filter_loses_nothing(bytes in tricky()) {
        prop_assert_eq!(told(&examine(&bytes, false)), told(&examine(&bytes, true)));
    }
}

#[test]
fn marks_are_recognised_however_they_are_spelled() {
    for way in 0..12 {
        for text in ["tunelint.dev/v1alpha1", "LLMDeployment"] {
            for at in 0..text.len() {
                let mut ways = vec![11; text.len()];
                ways[at] = way;
                let key = if text.starts_with('L') { "kind" } else { "apiVersion" };
                let file = format!("{key}: {}\n", double_quoted(text, &ways));
                assert_eq!(examine(file.as_bytes(), false).manifests, 1, "{file}");
            }
        }
    }
}
