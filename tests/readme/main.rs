//! What the README says, run: its commands, their output, its picture, its figures, its links.
//!
//! `TUNELINT_BLESS=1 cargo test --test readme` rewrites what is generated in it.
#![allow(
    clippy::disallowed_methods,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test of documents has to read them, and fails where it cannot"
)]

mod action;
mod audit;
mod dataset;
mod document;
#[cfg(unix)]
mod first_steps;
mod hooks;
mod picture;
mod reference;

use std::path::PathBuf;
use std::process::{Command, Output};

use document::{Document, excerpt, links, tidy};

/// Where the picture of the first command's output stands.
const PICTURE: &str = "tests/repos/acme-platform.svg";
/// The rule that the README shows.
const RULE: &str = "policies/customization-framework/fine-tuning-below-volume.yaml";
/// The page of the rules.
const RULES: &str = "policies/README.md";
/// Lines of output in the README's sample, and in the picture.
const SAMPLE_LINES: usize = 24;
const PICTURE_LINES: usize = 60;
/// Lines of the sample of a test of policies.
const TEST_LINES: usize = 48;

#[test]
fn the_first_command_runs_and_finds_what_the_sample_shows() {
    let readme = Document::read("README.md");
    let arguments = documented_arguments(&readme);
    assert_eq!(arguments, ["check", "tests/repos/acme-platform"]);
    let output = tunelint(&arguments);
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    let text = tidy(&String::from_utf8(output.stdout).unwrap());
    readme.expect_block("sample", &format!("```text\n{}```\n", excerpt(&text, SAMPLE_LINES)));
}

#[test]
fn a_wrong_example_is_shown_as_the_sample_shows_it() {
    let readme = Document::read("README.md");
    let command = readme.shell_command("cargo run --release --locked -- test").unwrap();
    let (_, arguments) = command.split_once(" -- ").unwrap();
    let output = tunelint(&arguments.split(' ').collect::<Vec<_>>());
    assert_eq!(output.status.code(), Some(2), "{}", String::from_utf8_lossy(&output.stderr));
    let text = tidy(&String::from_utf8(output.stdout).unwrap());
    readme.expect_block("test", &format!("```text\n{}```\n", excerpt(&text, TEST_LINES)));
}

#[test]
fn the_picture_shows_the_first_commands_output() {
    let readme = Document::read("README.md");
    let mut arguments = documented_arguments(&readme);
    arguments.extend(["--color", "always"].map(str::to_owned));
    let output = tunelint(&arguments);
    let text = excerpt(&tidy(&String::from_utf8(output.stdout).unwrap()), PICTURE_LINES);
    let command = "tunelint check tests/repos/acme-platform";
    let description = "Findings on the sample repository, each with the lines of the manifest that decided, \
                       the values underlined, and what would make it pass";
    Document::expect_file(PICTURE, &picture::draw(command, &text, description));
}

#[test]
fn the_rule_shown_is_the_rule_shipped() {
    let rule = Document::read(RULE);
    Document::read("README.md").expect_block("rule", &format!("```yaml\n{}```\n", rule.text));
}

#[test]
fn the_file_of_facts_is_one_that_the_command_below_it_reads() {
    let readme = Document::read("README.md");
    let facts = Document::read("tests/data/facts.yaml");
    readme.expect_block("facts", &format!("```yaml\n{}```\n", facts.text));
    let command = readme.shell_command("tunelint check --facts").unwrap();
    let mut arguments: Vec<&str> = command.split(' ').skip(1).collect();
    arguments.extend(["--format", "json"]);
    let output = tunelint(&arguments);
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text.matches("declaration-differs-from-supplied").count(), 1, "{text}");
    assert!(text.contains("declares workload.monthlyRequests as 640,000"), "{text}");
    assert!(!text.contains("supplied-deployment-not-found"), "{text}");
    assert!(!text.contains("\"rule\":\"facts\""), "{text}");
}

#[test]
fn what_alerts_and_comments_link_to_is_on_the_page_of_the_rules() {
    let page = Document::read(RULES).text;
    let output = tunelint(&["check", "--format", "sarif", "tests/repos/acme-platform"]);
    let log: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    assert!(rules.len() > 30);
    for rule in rules {
        let link = rule["helpUri"].as_str().unwrap();
        let (file, anchor) = link.split_once('#').unwrap();
        assert!(file.ends_with(RULES), "{link}");
        assert!(page.contains(&format!("\n### {anchor}\n")), "{link}");
    }
}

#[test]
fn the_configs_shown_are_valid_and_count() {
    let readme = Document::read("README.md");
    for (block, name) in [("config", "tunelint.yaml"), ("organisation", "organisation.yaml")] {
        let config = Document::read(&format!("tests/readme/{name}"));
        readme.expect_block(block, &format!("```yaml\n{}```\n", config.text));
    }
    let configs =
        ["--config", "tests/readme/tunelint.yaml", "--org-config", "tests/readme/organisation.yaml"];
    let mut arguments = vec!["check", "--format", "json", "tests/repos/acme-platform"];
    arguments.extend(configs);
    let output = tunelint(&arguments);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let findings = report["findings"].as_array().unwrap().iter();
    let mistakes: Vec<_> = findings.filter(|own| own["rule"] == "config").map(|own| &own["code"]).collect();
    assert_eq!(mistakes, ["not-found"], "the folder own-policies is the reader's");
    let parameters = &report["packs"][0]["parameters"];
    assert_eq!(
        (&parameters["minMonthlyRequests"], &parameters["maxTrainingUsd"]),
        (&300_000.into(), &20_000.into())
    );
}

#[test]
fn exit_statuses_are_those_promised() {
    let status = |arguments: &[&str]| tunelint(arguments).status.code();
    assert_eq!(status(&["check", "tests/repos/acme-platform/teams/support/support-bot.yaml"]), Some(0));
    assert_eq!(status(&["check", "tests/repos/acme-platform"]), Some(1));
    assert_eq!(status(&["check", "--format", "json", "tests/repos/acme-platform"]), Some(1));
    assert_eq!(status(&["check", "--fail-on", "never", "tests/repos/acme-platform"]), Some(0));
    assert_eq!(status(&["check", "no-such-file.yaml"]), Some(2));
    assert_eq!(status(&["check", "--no-such-option"]), Some(2));
}

#[test]
fn every_command_in_the_table_runs_and_every_command_is_in_the_table() {
    let readme = Document::read("README.md");
    let commands = readme.commands();
    assert!(!commands.is_empty(), "the README's table of commands was not found");
    for command in &commands {
        let arguments: Vec<&str> = command.split(' ').skip(1).collect();
        let output = tunelint(&arguments);
        let code = output.status.code();
        assert!(
            matches!(code, Some(0 | 1)),
            "{command}: {code:?}\n{}",
            String::from_utf8_lossy(&output.stderr)
        );
        assert!(!output.stdout.is_empty(), "{command} prints nothing");
    }
    let help = String::from_utf8(tunelint(&["--help"]).stdout).unwrap();
    let offered: Vec<&str> = help
        .lines()
        .skip_while(|line| !line.starts_with("Commands:"))
        .skip(1)
        .take_while(|line| line.starts_with("  "))
        .filter(|line| !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .collect();
    let mut named: Vec<&str> = commands.iter().filter_map(|command| command.split(' ').nth(1)).collect();
    let mut sorted = offered.clone();
    sorted.sort_unstable();
    named.sort_unstable();
    assert_eq!(named, sorted, "the table of commands and `tunelint --help` differ");
}

#[test]
fn the_exceptions_shown_are_understood() {
    let readme = Document::read("README.md");
    let shown = |name: &str| -> String {
        let block = readme.block_text(name);
        block.strip_prefix("```yaml\n").and_then(|block| block.strip_suffix("```\n")).unwrap().to_owned()
    };
    let folder = tempfile::tempdir().unwrap();
    let indented = shown("ignore").lines().fold(String::new(), |text, line| text + "  " + line + "\n");
    let manifest = |name: &str, workload: &str| {
        format!(
            "apiVersion: tunelint.dev/v1alpha1\nkind: LLMDeployment\nmetadata: {{name: {name}, namespace: retail}}\nspec:\n  \
             owner: x\n  stage: pilot\n  customization: {{strategy: fine-tuning}}\n  model: {{base: x}}\n  \
             hosting: {{kind: on-premises}}\n{workload}"
        )
    };
    std::fs::create_dir_all(folder.path().join(".tunelint")).unwrap();
    std::fs::create_dir_all(folder.path().join("deploy/staging")).unwrap();
    let write = |name: &str, text: String| std::fs::write(folder.path().join(name), text).unwrap();
    write(".tunelint/waivers.yaml", shown("waivers"));
    write("commented.yaml", manifest("other", &indented));
    write("waived.yaml", manifest("email-drafts", "  workload: {monthlyRequests: 120000}\n"));
    let unpinned = manifest("unpinned", "").replace("fine-tuning", "prompting");
    write("deploy/staging/unpinned.yaml", unpinned);
    let mut command = Command::new(env!("CARGO_BIN_EXE_tunelint"));
    command.args(["check", "--today", "2026-11-24", "--format", "json"]);
    command.args(["--select", "fine-tuning-below-volume,prompting-unpinned-model"]);
    let output = command.current_dir(folder.path()).output().unwrap();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let findings = report["findings"].as_array().unwrap();
    assert!(findings.iter().all(|finding| finding["status"] != "open"), "{findings:#?}");
    assert_eq!((&report["summary"]["suppressed"], &report["summary"]["waived"]), (&1.into(), &2.into()));
}

#[test]
fn the_change_of_policy_shown_is_the_one_that_the_command_shows() {
    let readme = Document::read("README.md");
    let commands = readme.commands();
    let command = commands.iter().find(|command| command.starts_with("tunelint impact")).unwrap();
    let output = tunelint(&command.split(' ').skip(1).collect::<Vec<_>>());
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap().replace("tests/repos/acme-platform/", "");
    readme.expect_block(
        "impact",
        &format!("```text\n$ tunelint impact --set minMonthlyRequests=300000\n{text}```\n"),
    );
}

#[test]
fn the_command_that_trusts_a_revision_reports_its_commit() {
    let readme = Document::read("README.md");
    let command = readme.shell_command("tunelint check --trust").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let git = |arguments: &[&str]| {
        let mut git = Command::new("git");
        git.env_remove("GIT_DIR").env_remove("GIT_INDEX_FILE").current_dir(folder.path());
        git.args(["-c", "user.name=A", "-c", "user.email=a@example.com"]);
        let output = git.args(arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    git(&["init", "--quiet"]);
    git(&["commit", "--quiet", "--allow-empty", "-m", "x"]);
    git(&["update-ref", "refs/remotes/origin/main", "HEAD"]);
    let mut tunelint = Command::new(env!("CARGO_BIN_EXE_tunelint"));
    tunelint.args(command.split(' ').skip(1)).args(["--format", "json"]).current_dir(folder.path());
    let report: serde_json::Value = serde_json::from_slice(&tunelint.output().unwrap().stdout).unwrap();
    assert_eq!(report["run"]["trust"], git(&["rev-parse", "HEAD"]).trim_end());
}

#[test]
fn formats_in_the_table_are_those_offered() {
    let readme = Document::read("README.md");
    let formats = readme.first_cells("| format |");
    assert_eq!(formats, tunelint::output::FORMATS.iter().map(|row| row.name).collect::<Vec<_>>());
    for format in formats {
        let code = tunelint(&["check", "--format", &format, "tests/repos/acme-platform"]).status.code();
        assert_eq!(code, Some(1), "--format {format}");
    }
}

#[test]
fn the_command_for_a_github_job_writes_the_log_the_summary_and_the_annotations() {
    let readme = Document::read("README.md");
    let line = readme.shell_command("tunelint check --format sarif=").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let manifest = root().join("tests/repos/acme-platform/deploy/prod/email-drafts.yaml");
    std::fs::copy(manifest, folder.path().join("email-drafts.yaml")).unwrap();
    let binary = std::path::Path::new(env!("CARGO_BIN_EXE_tunelint"));
    let command = line.replacen("tunelint", "\"$TUNELINT\"", 1);
    let output = Command::new("sh")
        .args(["-c", &command])
        .current_dir(folder.path())
        .env("TUNELINT", binary)
        .env("GITHUB_STEP_SUMMARY", folder.path().join("summary.md"))
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stdout.starts_with(b"::error file=email-drafts.yaml,line="));
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    assert!(read("tunelint.sarif").starts_with("{\"$schema\""));
    let (mark, _) = readme.text.split_once("`, by which a bot").unwrap();
    assert!(read("summary.md").starts_with(mark.rsplit_once('`').unwrap().1));
}

#[test]
fn the_number_of_rules_is_right() {
    let pack = root().join("policies/customization-framework");
    let rules = std::fs::read_dir(pack)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .filter(|path| path.file_stem().is_some_and(|stem| stem != "pack"))
        .count();
    for name in ["README.md", "CHANGELOG.md"] {
        let said = format!("the {rules} rules");
        assert!(Document::read(name).flowing().contains(&said), "{name} does not speak of {said}");
    }
}

#[test]
fn the_addresses_of_schemas_are_those_published() {
    let readme = Document::read("README.md");
    let rows = readme.text.lines().skip_while(|line| !line.starts_with("| schema |")).skip(2);
    let told: Vec<(&str, &str)> = rows
        .take_while(|line| line.starts_with('|'))
        .map(|line| {
            let codes: Vec<&str> = line.split('`').collect();
            (codes[1], codes[codes.len() - 2])
        })
        .collect();
    let kinds = tunelint::schema::SCHEMAS.iter().map(|(kind, _)| *kind);
    let published: Vec<(&str, String)> =
        kinds.map(|kind| (kind, tunelint::schema::address(kind).unwrap())).collect();
    assert_eq!(told, published.iter().map(|(kind, address)| (*kind, &**address)).collect::<Vec<_>>());
}

#[test]
fn every_line_for_an_editor_names_a_published_schema() {
    let addresses: Vec<String> =
        tunelint::schema::SCHEMAS.iter().map(|(kind, _)| tunelint::schema::address(kind).unwrap()).collect();
    let policies = std::fs::read_dir(root().join("policies/customization-framework")).unwrap();
    let policies = policies
        .map(|entry| format!("policies/customization-framework/{}", entry.unwrap().file_name().display()));
    let mut lines = 0;
    for name in ["README.md", "policies/README.md"].map(str::to_owned).into_iter().chain(policies) {
        for line in Document::read(&name).text.lines() {
            let Some(address) = line.strip_prefix("# yaml-language-server: $schema=") else { continue };
            lines += 1;
            assert!(addresses.iter().any(|own| own == address), "{name}: {address}");
        }
    }
    assert!(lines > 0);
}

#[test]
fn every_relative_link_leads_somewhere() {
    for name in [
        "README.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "tests/repos/README.md",
        "policies/README.md",
        "schemas/audit/README.md",
    ] {
        let folder = root().join(name).parent().unwrap().to_owned();
        for link in links(&Document::read(name).text) {
            assert!(folder.join(&link).exists(), "{name} links to {link}");
        }
    }
}

#[test]
fn the_checks_run_what_the_readme_documents() {
    let checks = Document::read(".ci/run").text;
    let literal = |command: &str| {
        let at_start = |line: &str| line.trim_start().starts_with(command);
        checks.lines().any(at_start)
    };
    assert!(checks.contains("documented 'cargo test'") && !literal("cargo test"));
    assert!(checks.contains("documented 'cargo run'") && !literal("cargo run"));
    let readme = Document::read("README.md");
    assert_eq!(readme.shell_command("cargo test"), Some("cargo test --locked"));
}

/// The arguments that the README's first command gives to tunelint.
fn documented_arguments(readme: &Document) -> Vec<String> {
    let command = readme.shell_command("cargo run").unwrap();
    let (cargo, arguments) = command.split_once(" -- ").unwrap();
    assert_eq!(cargo, "cargo run --release --locked");
    arguments.split(' ').map(str::to_owned).collect()
}

/// Runs tunelint at the root of the repository, in an environment that is the same everywhere.
fn tunelint(arguments: &[impl AsRef<std::ffi::OsStr>]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tunelint"));
    for variable in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "FORCE_COLOR", "COLUMNS", "LC_ALL", "LC_CTYPE"]
    {
        command.env_remove(variable);
    }
    command.env("LANG", "C.UTF-8").env("TERM", "xterm-256color");
    command.current_dir(root()).args(arguments).output().unwrap()
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}
