//! The whole program on files, policies and arguments made to take over a terminal: what they hold is shown, never
//! obeyed.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by it")]

mod common;

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;

use common::{Outcome, Tree, manifest};
use serde_json::Value;

/// Escape sequences of seven and of eight bits, a bell, text that runs backwards, what has no width, a line of its
/// own.
const ATTACK: &str = "\u{1b}[2J\u{7}\u{9b}31m\u{202e}\u{2066}\u{200b}\nFORGED: all is well\u{8}";

/// The same as YAML writes it between double quotes.
const QUOTED: &str = r"\e[2J\a\x9b31m\u202e\u2066\u200b\nFORGED: all is well\b";

/// The same as it is shown.
const SHOWN: &str = r"\x1b[2J\x07\u{9b}31m\u{202e}\u{2066}\u{200b}\nFORGED: all is well\x08";

/// What may stand in a file's name, an argument, or a comment.
fn hostile_name(name: &str) -> OsString {
    format!("{name}{ATTACK}.yaml").into()
}

/// Whether a terminal would obey the character, or a reader be misled by it. Written out here, so as not to ask
/// the code under test.
fn is_dangerous(character: char) -> bool {
    character.is_control() && character != '\n'
        || matches!(u32::from(character), 0xad | 0x61c | 0x200b..=0x200f | 0x2028..=0x202e | 0x2060..=0x2069 | 0xfeff)
}

#[track_caller]
fn assert_safe(text: &str, what: &str) {
    let dangerous: Vec<char> = text.chars().filter(|&character| is_dangerous(character)).collect();
    assert!(dangerous.is_empty(), "{what}: {dangerous:?} in\n{text}");
    for line in text.lines() {
        // Texts of several lines, as helps are, keep them, but never at the margin where a finding begins.
        assert!(!line.starts_with("FORGED"), "{what}: a line of somebody else's in\n{text}");
    }
}

#[track_caller]
fn run(tree: &Tree, arguments: &[&str]) -> Outcome {
    let mut all = vec!["--color", "never", "--today", "2026-11-24"];
    all.extend(arguments);
    let outcome = tree.run(&all);
    assert_safe(&outcome.stdout, &format!("standard output of {arguments:?}"));
    assert_safe(&outcome.stderr, &format!("standard error of {arguments:?}"));
    outcome
}

/// A valid manifest whose texts attack, with more below `spec`.
fn attacking(spec: &str) -> String {
    manifest("bot")
        .replace(
            "name: bot",
            &format!("name: bot\n  labels: {{\"k{QUOTED}\": \"v{QUOTED}\", nul: \"a\\0b\"}}"),
        )
        .replace("owner: team-x", &format!("owner: \"{QUOTED}\""))
        .replace("base: example-1", &format!("base: \"{QUOTED}\"\n    license: \"\u{202e}{QUOTED}\""))
        + spec
}

/// A tree in which everything that can hold a text holds a hostile one.
fn tree() -> Tree {
    let tree = Tree::new();
    let evidence = format!("  lifecycle: {{exitPlan: \"docs/{QUOTED}\"}}\n");
    tree.write(hostile_name("good"), attacking(&evidence));
    tree.write("comment.yaml", attacking("  # \u{202e}\u{2066}\u{200b}\u{ad} behind the value\n"));
    tree.write("keys.yaml", attacking(&format!("  \"k{QUOTED}\": 1\n  \"k{QUOTED}\": 2\n")));
    tree.write("values.yaml", manifest("values").replace("stage: pilot", &format!("stage: \"{QUOTED}\"")));
    tree.write("name.yaml", manifest("x").replace("name: x", &format!("name: \"{QUOTED}\"")));
    tree.write("kind.yaml", manifest("kind").replace("kind: LLMDeployment", &format!("kind: \"{QUOTED}\"")));
    tree.write("anchor.yaml", attacking("  budget: *\u{202e}none\n"));
    tree.write("raw.yaml", manifest("raw").replace("team-x", ATTACK));
    tree.write("raw.json", format!("{{\"kind\": \"LLMDeployment\", \"a{ATTACK}\": 1}}"));
    tree.write("nul.yaml", manifest("nul").replace("team-x", "a\0b"));
    tree.write("serve\u{1b}[2J.yaml", "image: vllm/vllm-openai\n");
    policies(&tree);
    tree
}

fn policies(tree: &Tree) {
    tree.write(
        "policies/pack.yaml",
        format!(
            "apiVersion: tunelint.dev/v1alpha1\nkind: Pack\nmetadata: {{name: own}}\nspec:\n  title: \"{QUOTED}\"\n  \
             version: \"1.0.0\"\n  license: MIT\n  description: \"{QUOTED}\"\n  source: {{title: \"{QUOTED}\", publisher: \
             \"{QUOTED}\", retrieved: 2026-11-24, reviewBy: 2027-11-24}}\n  parameters:\n    word: {{default: \
             \"{QUOTED}\", unit: \"{QUOTED}\", description: \"{QUOTED}\", source: \"{QUOTED}\"}}\n"
        ),
    );
    let rule = |name: &str, require: &str, message: &str| {
        format!(
            "apiVersion: tunelint.dev/v1alpha1\nkind: Rule\nmetadata: {{name: {name}}}\nspec:\n  summary: \
             \"s{QUOTED}\"\n  severity: warning\n  tags: [cost]\n  guide: [\"g{QUOTED}\"]\n  why: \
             \"w{QUOTED}\"\n  require: {require}\n  message: \"{message}\"\n  help: \"h{QUOTED}\"\n  examples:\n    \
             pass:\n      - owner: a\n        # \u{202e}\u{200b}\n        stage: pilot\n    fail:\n      - {{owner: \
             \"{QUOTED}\"}}\n"
        )
    };
    let require = r#""owner != '\e[2J\x9b31m\u202e\\u202e' && params.word != owner""#;
    let message = format!("{QUOTED} {{owner}} {{params.word}}");
    tree.write("policies/hostile.yaml", rule("hostile", require, &message));
    tree.write("policies/unknown.yaml", rule("unknown", &format!("\"owner{QUOTED} == 1\""), "m"));
    tree.write("policies/fault.yaml", rule("fault", "int(owner) > 3", "m"));
    tree.write("policies/placeholder.yaml", rule("placeholder", "owner != 'a'", &format!("{{x{QUOTED}}}")));
    tree.write(hostile_name("policies/file"), rule("other", "owner != 'a'", "m"));
    tree.write("policies/bad-name.yaml", rule(&format!("\"{QUOTED}\""), "owner != 'a'", "m"));
    tree.write(
        "policies/bad-tag.yaml",
        rule("bad-tag", "owner != 'a'", "m").replace("cost", &format!("\"{QUOTED}\"")),
    );
    tree.write("policies/broken.yaml", "a: [\u{202e}\n\u{1b}[2J: b\n");
}

#[test]
fn what_files_hold_is_shown_and_not_obeyed() {
    let tree = tree();
    let checked = run(&tree, &["check", "--policies", "policies", "--show-passed", "."]);
    assert!(checked.stdout.contains(SHOWN), "{checked:?}");
    assert!(checked.stdout.contains(&format!("good{SHOWN}.yaml")), "{}", checked.stdout);
    let facts = run(&tree, &["facts", "."]);
    assert!(facts.stdout.contains(&format!("good{SHOWN}.yaml")), "{facts:?}");
    let advised = run(&tree, &["advise", "--policies", "policies", "."]);
    assert!(advised.stdout.contains("bot"));
    let explained = run(&tree, &["explain", "--policies", "policies", "hostile"]);
    assert!(explained.stdout.contains(r"\u{202e}"), "{explained:?}");
    let listed = run(&tree, &["rules", "--policies", "policies"]);
    assert!(listed.stdout.contains("hostile"));
    let tested = run(&tree, &["test", "policies"]);
    assert!(tested.stdout.contains(r"\u{202e}"), "{}", tested.stdout);
    let quiet = run(&tree, &["check", "-q", "--policies", "policies", "."]);
    assert!(quiet.stdout.contains(r"\u{202e}"));
    let candidates = run(&tree, &["check", "serve\u{1b}[2J.yaml"]);
    assert!(candidates.stdout.contains(r"serve\x1b[2J.yaml"), "{}", candidates.stdout);
}

#[test]
fn machines_read_back_what_stood_in_the_file() {
    let tree = tree();
    let name = hostile_name("good");
    let name = name.to_str().unwrap();
    let report = run(&tree, &["check", "--format", "json", name]).report();
    let deployment = &report["deployments"][0];
    assert_eq!((&deployment["file"], &deployment["owner"]), (&name.into(), &ATTACK.into()));
    let lines = run(&tree, &["check", "--format", "jsonl", name]).stdout;
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let deployment = lines.iter().find(|line| line["type"] == "deployment").unwrap();
    assert_eq!((&deployment["file"], &deployment["owner"]), (&name.into(), &ATTACK.into()));
    let facts = run(&tree, &["facts", "--format", "json", name]).report();
    let facts = facts["deployments"][0]["facts"].as_array().unwrap();
    let owner = facts.iter().find(|fact| fact["path"] == "owner").unwrap();
    assert_eq!((&owner["value"], &owner["file"]), (&ATTACK.into(), &name.into()));
    let advice = run(&tree, &["advise", "--format", "json", name]).report();
    assert_eq!(advice["deployments"][0]["file"], name);
    let rules = run(&tree, &["rules", "--format", "json", "--policies", "policies"]).report();
    let text = rules.to_string();
    assert!(text.contains("hostile"));
    let whole = run(&tree, &["check", "--format", "json", "--policies", "policies", "."]).report();
    let messages = whole["findings"].as_array().unwrap().iter();
    assert!(messages.filter(|finding| finding["message"].as_str().unwrap().contains('\u{202e}')).count() > 0);
}

#[test]
fn complaints_about_arguments_are_safe() {
    let tree = Tree::with_good_manifest();
    tree.write("policies/readme.txt", "");
    let attack = ATTACK;
    let set = format!("minMonthlyRequests={attack}");
    let file = format!("json=no-such-folder/{attack}/x");
    let unknown = format!("--{attack}");
    for arguments in [
        &["check", "--fail-on", attack, "good.yaml"][..],
        &["check", "--format", attack, "good.yaml"],
        &["check", "--format", &file, "good.yaml"],
        &["check", "--max-file-size", attack, "good.yaml"],
        &["check", "--select", attack, "good.yaml"],
        &["check", "--ignore", attack, "good.yaml"],
        &["check", "--set", attack, "good.yaml"],
        &["check", "--set", &set, "good.yaml"],
        &["check", "--policies", attack, "good.yaml"],
        &["check", attack],
        &["check", &unknown],
        &["advise", "--format", attack],
        &["explain", attack],
        &["schema", attack],
        &["test", attack],
        &["--threads", attack],
        &["rules", attack],
    ] {
        let outcome = run(&tree, arguments);
        assert_eq!(outcome.status, Some(2), "{arguments:?}: {outcome:?}");
        let said = format!("{}{}", outcome.stdout, outcome.stderr);
        assert!(said.contains(r"\x1b[2J"), "{arguments:?}: {said}");
    }
    // `--color` and `--today` are given once, so they are not run with those of the others.
    for arguments in [["--color", attack], ["--today", attack]] {
        let outcome = tree.run(&arguments);
        assert_eq!(outcome.status, Some(2));
        assert_safe(&outcome.stderr, &format!("{arguments:?}"));
    }
}

#[test]
fn a_name_that_is_no_unicode_is_shown_all_the_same() {
    let tree = Tree::new();
    let name = OsStr::from_bytes(b"caf\xe9\x1b[2J.yaml");
    tree.write(name, manifest("bot"));
    let outcome = run(&tree, &["check"]);
    assert!(outcome.stdout.contains(r"\x1b[2J.yaml"), "{}", outcome.stdout);
    let report = run(&tree, &["check", "--format", "json"]).report();
    assert_eq!(report["summary"]["manifests"], 1);
}
