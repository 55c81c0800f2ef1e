//! What `tunelint init` writes, asks and leaves alone.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test fails by it, and reads what was written"
)]

mod common;

use std::fs;
use std::path::Path;

use common::{Tree, manifest};
use tunelint::schema::SCHEMAS;

/// Every file below a folder, with its text, sorted.
fn files(folder: &Path) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = walkdir::WalkDir::new(folder)
        .into_iter()
        .map(|entry| entry.unwrap().into_path())
        .filter(|path| path.is_file())
        .map(|path| {
            let name = path.strip_prefix(folder).unwrap().to_str().unwrap().replace('\\', "/");
            (name, fs::read_to_string(&path).unwrap())
        })
        .collect();
    found.sort();
    found
}

fn names(tree: &Tree) -> Vec<String> {
    files(&tree.path("")).into_iter().map(|(name, _)| name).collect()
}

#[test]
fn a_fresh_repo_is_clean() {
    let tree = Tree::new();
    let outcome = tree.run(&["init", "shop"]);
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    assert_eq!(
        names(&tree),
        [
            "shop/.github/workflows/tunelint.yaml",
            "shop/.pre-commit-config.yaml",
            "shop/deploy/shop.yaml",
            "shop/tunelint.yaml"
        ]
    );
    let checked = tree.check(&["shop"]);
    assert_eq!(checked.status, Some(0), "{checked:?}");
    assert_eq!(checked.report()["findings"].as_array().unwrap().len(), 0, "{checked:?}");
    assert_eq!(checked.deployments(), ["shop"]);
}

#[test]
fn whatever_is_written_is_yaml_that_others_read() {
    let tree = Tree::new();
    tree.run(&["init", "--name", "bot"]);
    tree.run(&["init", "--rule", "pilot-too-large"]);
    let written = files(&tree.path(""));
    assert_eq!(written.len(), 6);
    for (name, text) in written {
        let value: serde_yaml::Value =
            serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(value.is_mapping(), "{name}");
    }
    let hooks: serde_yaml::Value =
        serde_yaml::from_str(&fs::read_to_string(tree.path(".pre-commit-config.yaml")).unwrap()).unwrap();
    let ours = Path::new(env!("CARGO_MANIFEST_DIR")).join(".pre-commit-hooks.yaml");
    let ours: serde_yaml::Value = serde_yaml::from_str(&fs::read_to_string(ours).unwrap()).unwrap();
    let hook = &hooks["repos"][0]["hooks"][0]["id"];
    assert!(ours.as_sequence().unwrap().iter().any(|own| own["id"] == *hook), "{hook:?} is no hook of ours");
    assert_eq!(hooks["repos"][0]["rev"].as_str(), Some(concat!("v", env!("CARGO_PKG_VERSION"))));
}

#[test]
fn nothing_is_written_over_anything() {
    let tree = Tree::new();
    tree.write(".pre-commit-config.yaml", "repos: []\n")
        .write("tunelint.yaml", "mine")
        .write("deploy/bot.yaml", "mine");
    let outcome = tree.run(&["init", "--name", "bot"]);
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    for name in ["tunelint.yaml", "deploy/bot.yaml"] {
        assert_eq!(fs::read_to_string(tree.path(name)).unwrap(), "mine");
        assert!(outcome.stdout.contains(&format!("exists  {name}\n")), "{}", outcome.stdout);
    }
    assert_eq!(fs::read_to_string(tree.path(".pre-commit-config.yaml")).unwrap(), "repos: []\n");
    assert!(outcome.stdout.contains("add to it") && outcome.stdout.contains("      - id: tunelint-repo\n"));
    let before = files(&tree.path(""));
    tree.run(&["init", "--name", "bot"]);
    assert_eq!(files(&tree.path("")), before);
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_nowhere_is_something_too() {
    let tree = Tree::new();
    tree.link("tunelint.yaml", "elsewhere.yaml");
    let outcome = tree.run(&["init"]);
    assert!(outcome.stdout.contains("exists  tunelint.yaml\n"), "{outcome:?}");
    assert!(!tree.path("elsewhere.yaml").exists());
}

#[test]
fn a_dry_run_writes_nothing_and_prints_a_patch_of_what_would_be_written() {
    let tree = Tree::new();
    tree.write("tunelint.yaml", "mine");
    let shown = tree.run(&["init", "--dry-run", "--name", "bot"]);
    assert_eq!(names(&tree), ["tunelint.yaml"]);
    assert!(shown.stderr.contains("exists  tunelint.yaml"), "{shown:?}");
    tree.run(&["init", "--name", "bot"]);
    for (name, text) in files(&tree.path("")).iter().filter(|(name, _)| name != "tunelint.yaml") {
        let hunk = format!("+{}\n", text.lines().collect::<Vec<_>>().join("\n+"));
        let head = format!("--- /dev/null\n+++ b/{name}\n@@ -0,0 +1,{} @@\n", text.lines().count());
        assert!(shown.stdout.contains(&format!("{head}{hunk}")), "{name}\n{}", shown.stdout);
    }
}

#[test]
fn answers_on_the_command_line_are_quoted_where_they_have_to_be() {
    let tree = Tree::new();
    let outcome = tree.run(&[
        "init",
        "--name",
        "no",
        "--owner",
        "on-call: a # b",
        "--stage",
        "prod",
        "--strategy",
        "hybrid",
        "--hosting",
        "on-premises",
        "--model",
        "12:30:00",
        "--monthly-requests",
        "1,000,000",
    ]);
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    let facts = tree.run(&["facts", "--format", "json", "deploy"]);
    let facts: serde_json::Value = serde_json::from_str(&facts.stdout).unwrap();
    let value = |path: &str| {
        let facts = facts["deployments"][0]["facts"].as_array().unwrap();
        facts.iter().find(|fact| fact["path"] == path).unwrap_or_else(|| panic!("{path}"))["value"].clone()
    };
    assert_eq!(value("metadata.name"), "no");
    assert_eq!(value("owner"), "on-call: a # b");
    assert_eq!(value("stage"), "production");
    assert_eq!(value("model.base"), "12:30:00");
    assert_eq!(value("workload.monthlyRequests"), 1_000_000);
}

#[test]
fn a_wrong_answer_is_told_with_what_it_has_to_be_and_nothing_is_written() {
    let tree = Tree::new();
    for (arguments, expected) in [
        (["--stage", "p"], "--stage: write proof-of-concept, pilot or production"),
        (["--name", "Bot 1"], "--name: write up to 63 lower-case letters, digits and hyphens"),
        (["--monthly-requests", "many"], "--monthly-requests: write a whole number"),
        (["--rule", "../x"], "--rule ../x: write words in lower case joined by hyphens"),
    ] {
        let outcome = tree.run(&["init", arguments[0], arguments[1]]);
        assert_eq!(outcome.status, Some(2), "{outcome:?}");
        assert!(outcome.stderr.contains(expected), "{outcome:?}");
    }
    let tree = Tree::new();
    tree.write("file", "");
    assert_eq!(tree.run(&["init", "file"]).status, Some(2));
    assert_eq!(names(&tree), ["file"]);
}

#[test]
fn a_repo_with_manifests_gets_none_unless_it_is_named() {
    let tree = Tree::new();
    tree.write("llm/here.yaml", manifest("here"));
    let outcome = tree.run(&["init"]);
    assert!(outcome.stdout.contains("There are manifests here already"), "{outcome:?}");
    assert!(!tree.path("deploy").exists());
    tree.run(&["init", "--name", "another"]);
    assert_eq!(tree.check(&["--fail-on", "never"]).deployments(), ["another", "here"]);
}

#[test]
fn files_that_look_like_deployments_name_the_first_manifest() {
    let tree = Tree::new();
    tree.write("docker-compose.yaml", "image: ollama/ollama\n")
        .write("charts/cache/templates/deployment.yaml", "image: vllm/vllm-openai:v1\n")
        .write("gateway/litellm.yaml", "model_list: []\n");
    let outcome = tree.run(&["init"]);
    let shown = &outcome.stdout;
    assert!(shown.contains("wrote   deploy/cache.yaml"), "{shown}");
    assert!(
        shown.contains("  gateway/litellm.yaml (model_list:)  tunelint init --name litellm\n"),
        "{shown}"
    );
    assert!(shown.contains("  docker-compose.yaml (ollama/ollama)\n"), "{shown}");
    let text = fs::read_to_string(tree.path("deploy/cache.yaml")).unwrap();
    assert!(text.contains("    - charts/cache/templates/deployment.yaml\n"), "{text}");
    let checked = tree.check(&[]);
    assert_eq!(checked.report()["findings"].as_array().unwrap().len(), 0, "{checked:?}");
}

#[test]
fn a_first_rule_works_and_so_does_a_second_one_beside_another_pack_file() {
    let tree = Tree::new();
    for name in ["pilot-too-large", "another-one"] {
        assert_eq!(tree.run(&["init", "--rule", name]).status, Some(0));
    }
    let tested = tree.run(&["test", "policies"]);
    assert_eq!(tested.status, Some(0), "{tested:?}");
    let explained = tree.run(&["explain", "another-one", "--policies", "policies"]);
    assert!(explained.stdout.contains("workload.monthlyRequests <= 10000"), "{explained:?}");
}

#[test]
fn every_line_for_an_editor_names_a_published_schema_of_its_kind() {
    let tree = Tree::new();
    tree.run(&["init", "--name", "bot"]);
    tree.run(&["init", "--rule", "pilot-too-large"]);
    let address = |kind: &str| tunelint::schema::address(kind);
    let of_kind = [
        ("LLMDeployment", address("manifest")),
        ("Rule", address("policy")),
        ("Pack", address("pack")),
        ("Config", address("config")),
    ];
    let mut lines = 0;
    for (name, text) in files(&tree.path("")) {
        let value: serde_yaml::Value = serde_yaml::from_str(&text).unwrap();
        let expected = of_kind.iter().find(|(kind, _)| value["kind"].as_str() == Some(kind));
        let expected = expected.and_then(|(_, address)| address.as_deref());
        let found =
            text.lines().next().and_then(|line| line.strip_prefix("# yaml-language-server: $schema="));
        assert_eq!(found, expected, "{name}");
        lines += usize::from(found.is_some());
    }
    assert!(lines >= 3, "{lines}");
    assert!(SCHEMAS.iter().all(|(kind, _)| address(kind).is_some()));
}

/// Runs a command under a terminal of its own, with what is typed.
#[cfg(target_os = "linux")]
fn in_terminal(tree: &Tree, arguments: &str, typed: &str) -> Option<(String, i32)> {
    use std::io::Write as _;
    use std::process::{Command, Stdio};
    let command = format!("{} {arguments}", env!("CARGO_BIN_EXE_tunelint"));
    let mut child = Command::new("script")
        .args(["--quiet", "--return", "--command", &command, "/dev/null"])
        .current_dir(tree.path(""))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .ok()?;
    // What is typed before it is asked for waits in the terminal.
    child.stdin.take().unwrap().write_all(typed.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    Some((String::from_utf8_lossy(&output.stdout).into_owned(), output.status.code()?))
}

#[cfg(target_os = "linux")]
#[test]
fn a_terminal_is_asked_and_an_end_of_input_writes_nothing() {
    let tree = Tree::new();
    let Some((shown, status)) = in_terminal(&tree, "init", "asked\n\npilot\n\n\n\n\n") else {
        println!("there is no script(1): not run");
        return;
    };
    assert_eq!(status, 0, "{shown}");
    assert!(shown.contains("Name of the deployment ["), "{shown}");
    let text = fs::read_to_string(tree.path("deploy/asked.yaml")).unwrap();
    assert!(text.contains("\n  stage: pilot  #"), "{text}");

    let tree = Tree::new();
    let (shown, status) = in_terminal(&tree, "init", "asked\n\u{4}").unwrap();
    assert_eq!(status, 2, "{shown}");
    assert!(shown.contains("nothing was written") && names(&tree).is_empty(), "{shown}");

    let (shown, status) = in_terminal(&tree, "init --yes", "").unwrap();
    assert!(status == 0 && !shown.contains("Name of the deployment"), "{shown}");
}
