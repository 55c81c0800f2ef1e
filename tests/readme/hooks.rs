//! The hooks that the README names are those that pre-commit finds here, and they run what it says.

use serde_yaml::Value;

use super::document::Document;
use super::tunelint;

fn hooks() -> Vec<Value> {
    let hooks: Value = serde_yaml::from_str(&Document::read(".pre-commit-hooks.yaml").text).unwrap();
    hooks.as_sequence().unwrap().clone()
}

fn ids(hooks: &[Value]) -> Vec<String> {
    hooks.iter().map(|hook| hook["id"].as_str().unwrap().to_owned()).collect()
}

/// The configs of the README's section about pre-commit.
fn snippets() -> Vec<Value> {
    let readme = Document::read("README.md").text;
    let (_, section) = readme.split_once("## In pre-commit\n").unwrap();
    let (section, _) = section.split_once("\n## ").unwrap();
    let blocks = section.split("```yaml\n").skip(1).map(|block| block.split_once("```").unwrap().0);
    blocks.map(|block| serde_yaml::from_str(block).unwrap()).collect()
}

#[test]
fn the_hooks_of_the_readme_are_those_of_this_repository_and_version() {
    let offered = ids(&hooks());
    assert_eq!(Document::read("README.md").first_cells("| hook |"), offered);
    let repo = &snippets()[0]["repos"][0];
    assert_eq!(repo["repo"].as_str(), Some(env!("CARGO_PKG_REPOSITORY")));
    assert_eq!(repo["rev"].as_str(), Some(concat!("v", env!("CARGO_PKG_VERSION"))));
    let named = ids(repo["hooks"].as_sequence().unwrap());
    assert!(!named.is_empty() && named.iter().all(|id| offered.contains(id)), "{named:?}");
}

#[test]
fn the_hook_of_ones_own_does_what_ours_does() {
    let own = &snippets()[1]["repos"][0]["hooks"][0];
    let ours = &hooks()[0];
    for key in ["id", "language", "entry", "types_or", "require_serial"] {
        assert_eq!(own[key], ours[key], "{key}");
    }
    let requirement = concat!("tunelint==", env!("CARGO_PKG_VERSION"));
    assert_eq!(own["additional_dependencies"][0].as_str(), Some(requirement));
}

#[test]
fn every_hook_runs_once_and_its_options_are_ours() {
    for hook in hooks() {
        let id = hook["id"].as_str().unwrap();
        assert_eq!(hook["require_serial"].as_bool(), Some(true), "{id}");
        assert!(hook["minimum_pre_commit_version"].is_string(), "{id}");
        let mut arguments: Vec<&str> = hook["entry"].as_str().unwrap().split(' ').skip(1).collect();
        arguments.push("tests/repos/acme-platform/teams/support/support-bot.yaml");
        let output = tunelint(&arguments);
        assert_eq!(output.status.code(), Some(0), "{id}: {}", String::from_utf8_lossy(&output.stderr));
    }
}
