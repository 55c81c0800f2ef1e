//! The README's snippets of workflows: they parse, and what they say to the action is what it takes.

use serde_yaml::Value;

use crate::document::Document;

fn yaml(text: &str) -> Value {
    serde_yaml::from_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn names(value: &Value) -> Vec<&str> {
    value.as_mapping().unwrap().keys().map(|key| key.as_str().unwrap()).collect()
}

fn snippet(block: &str) -> Value {
    let readme = Document::read("README.md");
    let text = readme.block_text(block).trim();
    yaml(text.strip_prefix("```yaml\n").unwrap().strip_suffix("```").unwrap())
}

/// The steps of a workflow, or of a part of one.
fn steps(workflow: &Value) -> Vec<&Value> {
    let own = workflow.get("steps").and_then(Value::as_sequence).into_iter().flatten();
    let jobs = workflow.get("jobs").and_then(Value::as_mapping);
    let of_jobs = jobs.into_iter().flat_map(|jobs| jobs.values());
    own.chain(of_jobs.flat_map(|job| job["steps"].as_sequence().unwrap())).collect()
}

fn uses(step: &Value) -> &str {
    step.get("uses").and_then(Value::as_str).unwrap_or_default()
}

/// Holds each step that uses the action to what the action takes, and each step to a version that cannot move.
fn expect_sound(workflow: &Value) {
    let action = yaml(&Document::read("action.yml").text);
    let inputs = names(&action["inputs"]);
    let mut found = false;
    for step in steps(workflow) {
        let (name, version) = uses(step).split_once('@').unwrap_or((uses(step), ""));
        match name {
            "" => continue,
            "./" | "tunelint/tunelint" => found = true,
            _ => {
                assert_eq!(version.len(), 40, "{} is not pinned", uses(step));
                continue;
            }
        }
        assert!(name == "./" || version == concat!("v", env!("CARGO_PKG_VERSION")), "{version}");
        for name in step.get("with").map(names).unwrap_or_default() {
            assert!(inputs.contains(&name), "{name} is no input of the action");
        }
    }
    assert!(found, "no step uses the action");
}

#[test]
fn snippets_give_the_action_what_it_takes() {
    for block in ["action", "organisation-action", "closed-action"] {
        expect_sound(&snippet(block));
    }
    expect_sound(&yaml(&Document::read(".github/workflows/ci.yml").text));
}

#[test]
fn the_workflow_that_init_writes_gives_the_action_what_it_takes() {
    let folder = tempfile::tempdir().unwrap();
    let written = std::process::Command::new(env!("CARGO_BIN_EXE_tunelint"))
        .args(["init", "--yes"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert!(written.status.success(), "{written:?}");
    let text = std::fs::read_to_string(folder.path().join(".github/workflows/tunelint.yaml")).unwrap();
    let workflow = yaml(&text);
    expect_sound(&workflow);
    let checkout =
        steps(&workflow).into_iter().find(|step| uses(step).starts_with("actions/checkout@")).unwrap();
    assert_eq!(checkout["with"]["fetch-depth"], 0);
    // The comment shows what would be said.
    expect_sound(&yaml(&text.replace("        # with:\n        #   b", "        with:\n          b")));
    assert!(text.contains("        # with:\n        #   b"));
}

#[test]
fn the_log_is_uploaded_whatever_the_check_came_to_by_a_step_of_its_own() {
    let workflow = snippet("action");
    assert_eq!(workflow["permissions"], yaml("{}"));
    let job = &workflow["jobs"]["check"];
    assert_eq!(job["permissions"], yaml("{contents: read, security-events: write}"));
    let steps = steps(&workflow);
    let check = steps.iter().position(|step| uses(step).starts_with("tunelint/tunelint@")).unwrap();
    let upload = &steps[check + 1];
    assert!(uses(upload).starts_with("github/codeql-action/upload-sarif@"));
    assert!(upload["if"].as_str().unwrap().starts_with("always()"));
    let id = steps[check]["id"].as_str().unwrap();
    let output = format!("steps.{id}.outputs.sarif-file");
    assert_eq!(upload["with"]["sarif_file"].as_str().unwrap(), format!("${{{{ {output} }}}}"));
    assert!(upload["if"].as_str().unwrap().contains(&output));
}

#[test]
fn inputs_and_outputs_in_the_tables_are_those_of_the_action() {
    let action = yaml(&Document::read("action.yml").text);
    let readme = Document::read("README.md");
    assert_eq!(readme.first_cells("| input |"), names(&action["inputs"]));
    assert_eq!(readme.first_cells("| output |"), names(&action["outputs"]));
}
