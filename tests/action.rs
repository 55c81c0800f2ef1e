//! The action, run as a runner runs it: inputs reach its script by the names that action.yml gives them, and what it
//! writes is read back as a runner reads it.
#![cfg(unix)]
#![allow(
    clippy::disallowed_methods,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by it, and reads what was written"
)]

mod common;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use common::{Tree, manifest};
use serde_yaml::Value;
use sha2::{Digest as _, Sha256};

const VERSION: &str = env!("CARGO_PKG_VERSION");
/// A program that passes for tunelint: it notes its arguments, each ended by NUL, and ends as it is told.
const FAKE: &str = "#!/usr/bin/env bash
if [[ ${1:-} == --version ]]; then echo 'tunelint 9.8.7'; exit; fi
printf '%s\\0' \"$@\" > \"$RECORD\"
echo 'said on standard error' >&2
exit \"${ENDS_WITH:-0}\"
";
/// What somebody may try to get into a shell, a workflow command or an option.
const HOSTILE: [&str; 12] = [
    "$(touch pwned)",
    "`touch pwned`",
    "; touch pwned #",
    "\"; touch pwned; \"",
    "' && touch pwned && '",
    "with two  blanks",
    "-rf",
    "--version",
    "::error::boom",
    "*",
    "${IFS}$HOME%0A\\",
    "a=b,c:d|e&f>pwned",
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn action() -> Value {
    serde_yaml::from_str(&fs::read_to_string(root().join("action.yml")).unwrap()).unwrap()
}

/// The step that the action consists of.
fn step(action: &Value) -> &Value {
    let steps = action["runs"]["steps"].as_sequence().unwrap();
    assert_eq!(steps.len(), 1);
    &steps[0]
}

fn mapping(value: &Value) -> Vec<(&str, &Value)> {
    value.as_mapping().unwrap().iter().map(|(key, value)| (key.as_str().unwrap(), value)).collect()
}

/// A job on a runner: a workspace, and the folders and files that a runner makes beside it.
struct Job {
    tree: Tree,
    action: PathBuf,
    variables: Vec<(&'static str, String)>,
}

/// What a step came to.
#[derive(Debug)]
struct Done {
    status: i32,
    log: String,
    outputs: BTreeMap<String, String>,
    summary: String,
}

impl Job {
    fn new() -> Self {
        let tree = Tree::new();
        tree.write("temp/.keep", "").write("fakes/.keep", "").write("work/.keep", "");
        tree.write("output", "").write("summary", "");
        Self { tree, action: root(), variables: Vec::new() }
    }

    /// A job whose workspace has the built binary's path as its input `binary`, and one bad manifest.
    fn with_bad_manifest() -> Self {
        let job = Self::new();
        job.tree.write("work/deploy/bad.yaml", manifest("bad").replace("stage: pilot", "stage: nowhere"));
        job
    }

    fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.variables.push((name, value.into()));
        self
    }

    fn program(&self, name: &str, text: &str) {
        self.tree.write(name, text);
        fs::set_permissions(self.tree.path(name), fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// Runs the step with inputs; those that are not given have the defaults that action.yml gives them.
    fn run(&self, inputs: &[(&str, &str)]) -> Done {
        let action = action();
        let declared = mapping(&action["inputs"]);
        for (name, _) in inputs {
            assert!(declared.iter().any(|(own, _)| own == name), "{name} is no input");
        }
        let value_of = |name: &str| {
            let given = inputs.iter().find(|(own, _)| *own == name).map(|(_, value)| *value);
            given.unwrap_or_else(|| action["inputs"][name]["default"].as_str().unwrap())
        };
        let step = step(&action);
        // As a runner does it for `shell: bash`.
        assert_eq!(step["shell"].as_str(), Some("bash"));
        self.tree.write("temp/step.sh", step["run"].as_str().unwrap());
        let mut command = Command::new("bash");
        command.args(["--noprofile", "--norc", "-eo", "pipefail"]).arg(self.tree.path("temp/step.sh"));
        let fakes = format!("{}:{}", self.tree.path("fakes").display(), std::env::var("PATH").unwrap());
        command
            .current_dir(self.tree.path("work"))
            .env_clear()
            .env("PATH", fakes)
            .env("GITHUB_ACTION_PATH", &self.action)
            .env("GITHUB_OUTPUT", self.tree.path("output"))
            .env("GITHUB_STEP_SUMMARY", self.tree.path("summary"))
            .env("RUNNER_TEMP", self.tree.path("temp"))
            .env("RECORD", self.tree.path("record"))
            .stdin(Stdio::null());
        for (variable, text) in mapping(&step["env"]) {
            let name = text.as_str().unwrap().strip_prefix("${{ inputs.").unwrap();
            command.env(variable, value_of(name.strip_suffix(" }}").unwrap()));
        }
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        let output = command.output().unwrap();
        let mut log = String::from_utf8(output.stdout).unwrap();
        log.push_str(&String::from_utf8(output.stderr).unwrap());
        let read = |name: &str| fs::read_to_string(self.tree.path(name)).unwrap();
        Done {
            status: output.status.code().unwrap(),
            log,
            outputs: outputs(&read("output")),
            summary: read("summary"),
        }
    }

    /// Runs the built binary.
    fn check(&self, inputs: &[(&str, &str)]) -> Done {
        let binary = [("binary", env!("CARGO_BIN_EXE_tunelint"))];
        self.run(&[&binary, inputs].concat())
    }

    /// What a program that passes for tunelint was given, after the reports' own paths are made plain.
    fn arguments(&self, inputs: &[(&str, &str)]) -> Vec<String> {
        self.program("work/tool", FAKE);
        let done = self.run(&[&[("binary", "tool")], inputs].concat());
        let record = fs::read_to_string(self.tree.path("record")).unwrap_or_else(|_| panic!("{done:?}"));
        fs::remove_file(self.tree.path("record")).unwrap();
        assert!(!self.tree.path("work/pwned").exists(), "{inputs:?}");
        record.split_terminator('\0').map(str::to_owned).collect()
    }

    /// A copy of the action whose list of checksums has an archive of a fake tunelint, which `curl` brings.
    fn with_release(mut self, platform: &str, program: &str, listed: impl FnOnce(&str) -> String) -> Self {
        let name = format!("tunelint-{VERSION}-{platform}");
        self.program(&format!("release/{name}/{program}"), FAKE);
        let archive = self.tree.path("archive.tar.gz");
        let packed = Command::new("tar")
            .args(["-czf", archive.to_str().unwrap(), &name])
            .current_dir(self.tree.path("release"))
            .status()
            .unwrap();
        assert!(packed.success());
        let digest =
            Sha256::digest(fs::read(&archive).unwrap()).iter().fold(String::new(), |mut text, byte| {
                write!(text, "{byte:02x}").unwrap();
                text
            });
        let list = format!("# A list.\n{}  {name}.tar.gz\n", listed(&digest));
        for file in ["action.yml", "Cargo.toml", ".github/action/run.sh"] {
            self.tree.write(format!("action/{file}"), fs::read(root().join(file)).unwrap());
        }
        self.tree.write("action/.github/action/checksums.txt", list);
        self.action = self.tree.path("action");
        self.program(
            "fakes/curl",
            "#!/usr/bin/env bash\nprintf '%s\\n' \"${@: -1}\" > \"$URL\"\n\
             while [[ $1 != --output ]]; do shift; done\ncp \"$ARCHIVE\" \"$2\"\n",
        );
        let url = self.tree.path("url").display().to_string();
        self.with("ARCHIVE", archive.display().to_string()).with("URL", url)
    }

    /// Says that the runner is another machine.
    fn on(self, system: &str, machine: &str) -> Self {
        let text =
            format!("#!/bin/sh\nif [ \"$1\" = -s ]; then echo '{system}'; else echo '{machine}'; fi\n");
        self.program("fakes/uname", &text);
        self
    }
}

impl Done {
    fn output(&self, name: &str) -> &str {
        self.outputs.get(name).map_or("", |value| value)
    }

    /// The commands that a runner would obey.
    fn commands(&self) -> Vec<&str> {
        let mut stopped: Option<String> = None;
        let mut commands = Vec::new();
        for line in self.log.lines().map(str::trim_start) {
            match &stopped {
                Some(mark) if line == mark => stopped = None,
                Some(_) => {}
                None => match line.strip_prefix("::stop-commands::") {
                    Some(mark) => stopped = Some(format!("::{mark}::")),
                    None if line.starts_with("::") || line.contains("##[") => commands.push(line),
                    None => {}
                },
            }
        }
        assert_eq!(stopped, None, "commands stay stopped");
        commands
    }

    /// The one thing that it fails for.
    #[track_caller]
    fn failure(&self) -> &str {
        assert_eq!((self.status, self.output("exit-code")), (2, "2"), "{self:?}");
        let commands = self.commands();
        assert_eq!(commands.len(), 1, "{self:?}");
        commands[0].strip_prefix("::error title=tunelint::").unwrap()
    }
}

/// Reads what steps leave for those after them: `name=value`, or a value of several lines between marks.
fn outputs(text: &str) -> BTreeMap<String, String> {
    let mut outputs = BTreeMap::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let (name, value) = match line.split_once("<<") {
            Some((name, mark)) => {
                let value: Vec<&str> = lines.by_ref().take_while(|line| *line != mark).collect();
                (name, value.join("\n"))
            }
            None => line.split_once('=').map(|(name, value)| (name, value.to_owned())).unwrap(),
        };
        outputs.insert(name.to_owned(), value);
    }
    outputs
}

#[test]
fn inputs_reach_the_script_as_variables_and_nothing_is_put_into_its_text() {
    let action = action();
    let step = step(&action);
    assert!(!step["run"].as_str().unwrap().contains("${{"));
    let mapped: Vec<(String, String)> = mapping(&step["env"])
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.as_str().unwrap().to_owned()))
        .collect();
    let expected: Vec<(String, String)> = mapping(&action["inputs"])
        .into_iter()
        .map(|(name, _)| {
            (
                format!("TUNELINT_{}", name.to_uppercase().replace('-', "_")),
                format!("${{{{ inputs.{name} }}}}"),
            )
        })
        .collect();
    assert_eq!(mapped, expected);
    let script = fs::read_to_string(root().join(".github/action/run.sh")).unwrap();
    for (variable, _) in &mapped {
        assert!(script.contains(&format!("{{{variable}")), "the script does not read {variable}");
    }
}

#[test]
fn one_run_writes_the_log_the_report_annotations_and_the_summary() {
    let job = Job::with_bad_manifest();
    job.tree.write("summary", "# Before\n");
    let done = job.check(&[("paths", "deploy")]);
    assert_eq!(done.status, 1, "{done:?}");
    let action = action();
    for (name, output) in mapping(&action["outputs"]) {
        assert_eq!(output["value"].as_str().unwrap(), format!("${{{{ steps.check.outputs.{name} }}}}"));
        assert_ne!(done.output(name), "", "{name}");
    }
    assert_eq!(done.outputs.len(), mapping(&action["outputs"]).len());
    assert_eq!((done.output("exit-code"), done.output("version")), ("1", VERSION));
    assert_eq!(done.output("sarif-file"), job.tree.path("work/tunelint.sarif").to_str().unwrap());
    for name in ["sarif-file", "json-file"] {
        serde_json::from_str::<serde_json::Value>(&fs::read_to_string(done.output(name)).unwrap()).unwrap();
    }
    let count = done.output("new-findings").parse::<usize>().unwrap();
    assert_eq!(done.output("findings"), count.to_string());
    assert_eq!(done.commands().len(), count, "{done:?}");
    assert!(done.commands()[0].starts_with("::error file=deploy/bad.yaml,line="), "{done:?}");
    assert!(done.summary.starts_with("# Before\n<!-- tunelint -->"), "{done:?}");
}

#[test]
fn a_clean_repo_passes_and_what_is_not_wanted_is_not_written() {
    let job = Job::new();
    job.tree.write("work/good.yaml", manifest("good"));
    let done = job.check(&[
        ("fail-on", "error"),
        ("sarif-file", ""),
        ("annotations", "false"),
        ("summary", "false"),
        ("json-file", "report.json"),
    ]);
    assert_eq!((done.status, done.output("exit-code")), (0, "0"), "{done:?}");
    assert_eq!((done.output("sarif-file"), &*done.summary), ("", ""));
    assert!(!job.tree.path("work/tunelint.sarif").exists());
    assert_eq!(done.output("json-file"), job.tree.path("work/report.json").to_str().unwrap());
    assert!(done.log.contains("1 file, 1 manifest"), "{done:?}");
}

#[test]
fn findings_of_the_baseline_are_counted_and_are_not_new() {
    let job = Job::with_bad_manifest();
    let written = Command::new(env!("CARGO_BIN_EXE_tunelint"))
        .args(["baseline", "write", "--today", "2026-11-24"])
        .current_dir(job.tree.path("work"))
        .output()
        .unwrap();
    assert!(written.status.success(), "{written:?}");
    let done = job.check(&[("paths", "deploy")]);
    let count = |name: &str| done.output(name).parse::<usize>().unwrap();
    assert!(count("findings") > count("new-findings"), "{done:?}");
}

#[test]
fn a_fork_without_a_token_is_gated_all_the_same() {
    // Nothing in a job's environment here is a token, and nothing asks for one.
    let done = Job::with_bad_manifest().check(&[]);
    assert_eq!(done.status, 1, "{done:?}");
    for file in ["action.yml", ".github/action/run.sh"] {
        let text = fs::read_to_string(root().join(file)).unwrap().to_lowercase();
        assert!(
            !text.contains("github_token") && !text.contains("github.token") && !text.contains("secrets.")
        );
    }
}

#[test]
fn a_job_without_a_summary_or_outputs_is_gated_all_the_same() {
    let job = Job::with_bad_manifest().with("GITHUB_STEP_SUMMARY", "").with("GITHUB_OUTPUT", "");
    let done = job.check(&[]);
    assert_eq!(done.status, 1, "{done:?}");
    assert_eq!((done.outputs.len(), &*done.summary), (0, ""));
}

/// The options that an action passes where nothing is asked for.
fn plain(arguments: &[String]) -> Vec<&str> {
    let ours = ["--color=never", "--format=json=", "--format=sarif=tunelint.sarif", "--format=github"];
    let others = arguments.iter().map(|argument| &**argument);
    others
        .filter(|argument| {
            !ours.iter().any(|own| argument.starts_with(own)) && !argument.starts_with("--format=markdown=")
        })
        .collect()
}

#[test]
fn options_reach_the_tool_and_nothing_else_does() {
    let job = Job::new();
    assert_eq!(plain(&job.arguments(&[])), ["check", "--"]);
    let all = job.arguments(&[
        ("paths", "deploy\nteams"),
        ("config", "c.yaml"),
        ("org-config", "../policies"),
        ("policies", "own\nmore"),
        ("fail-on", "warning"),
        ("baseline", "b.json"),
        ("waivers", "w.yaml"),
        ("trust", "origin/release"),
        ("annotations", "false"),
        ("summary", "false"),
        ("sarif-file", "s.sarif"),
        ("json-file", "r.json"),
    ]);
    assert_eq!(
        all,
        [
            "check",
            "--color=never",
            "--format=json=r.json",
            "--format=sarif=s.sarif",
            "--format=human",
            "--config=c.yaml",
            "--org-config=../policies",
            "--policies=own",
            "--policies=more",
            "--fail-on=warning",
            "--baseline=b.json",
            "--waivers=w.yaml",
            "--trust=origin/release",
            "--",
            "deploy",
            "teams",
        ]
    );
}

#[test]
fn hostile_values_are_values() {
    let job = Job::new();
    let inputs = [
        ("config", "--config="),
        ("org-config", "--org-config="),
        ("policies", "--policies="),
        ("fail-on", "--fail-on="),
        ("baseline", "--baseline="),
        ("waivers", "--waivers="),
        ("trust", "--trust="),
        ("sarif-file", "--format=sarif="),
        ("json-file", "--format=json="),
        ("paths", ""),
    ];
    for (input, option) in inputs {
        for value in HOSTILE {
            let arguments = job.arguments(&[(input, value)]);
            let expected = format!("{option}{value}");
            assert!(arguments.contains(&expected), "{input}: {value}: {arguments:?}");
            let end = arguments.iter().position(|argument| argument == "--").unwrap();
            let behind: Vec<&String> = arguments[end + 1..].iter().collect();
            assert_eq!(behind, if input == "paths" { vec![value] } else { Vec::new() }, "{input}: {value}");
        }
    }
}

#[test]
fn hostile_values_are_no_commands_to_the_runner_and_no_outputs() {
    let job = Job::with_bad_manifest();
    for input in ["paths", "config", "org-config", "policies", "fail-on", "trust", "baseline", "waivers"] {
        for value in HOSTILE.into_iter().chain(["x\n::add-path::/tmp\n::set-output name=a::b"]) {
            let done = job.check(&[(input, value)]);
            let foreign = done.commands().into_iter().any(|command| {
                !["::error ", "::warning ", "::notice "].iter().any(|own| command.starts_with(own))
            });
            assert!(!foreign, "{input}: {value}: {done:?}");
            assert!(!job.tree.path("work/pwned").exists(), "{input}: {value}");
            assert_eq!(done.output("exit-code"), done.status.to_string());
        }
    }
    for input in ["working-directory", "binary", "version", "annotations", "summary", "changed-only"] {
        for value in HOSTILE.into_iter().chain(["x\n::add-path::/tmp"]) {
            let job = Job::new();
            let ours = ["binary", "version"].contains(&input);
            let done = if ours { job.run(&[(input, value)]) } else { job.check(&[(input, value)]) };
            assert!(done.failure().contains(input), "{input}: {value}: {done:?}");
            assert!(!job.tree.path("work/pwned").exists(), "{input}: {value}");
        }
    }
}

#[test]
fn a_file_name_with_line_breaks_is_one_output() {
    let job = Job::with_bad_manifest();
    let name = "a\nexit-code=0\nversion<<EOF\n6.6.6\nEOF\n.sarif";
    let done = job.check(&[("sarif-file", name)]);
    assert_eq!(done.output("sarif-file"), job.tree.path(format!("work/{name}")).to_str().unwrap());
    assert_eq!((done.output("exit-code"), done.output("version")), ("1", VERSION));
}

#[test]
fn paths_are_lines_after_the_options() {
    let job = Job::new();
    let arguments =
        job.arguments(&[("paths", "deploy/a b.yaml\r\n\n  \n-\n--fail-on=never\ndeploy\\prod\n lead\nlast")]);
    let end = arguments.iter().position(|argument| argument == "--").unwrap();
    assert_eq!(
        arguments[end + 1..],
        ["deploy/a b.yaml", "-", "--fail-on=never", "deploy\\prod", " lead", "last"]
    );
}

#[test]
fn what_a_repo_holds_is_no_command_to_the_runner() {
    let job = Job::new();
    let name = "::error::x\n::set-env name=PATH::y\n##[add-path]z";
    let text = manifest("bad").replace("stage: pilot", &format!("stage: {name:?}\n  ::warning::key: 1"));
    job.tree.write("work/deploy/::add-mask::e.yaml", text);
    for annotations in ["true", "false"] {
        let done = job.check(&[("annotations", annotations)]);
        assert_eq!(done.status, 1, "{done:?}");
        for command in done.commands() {
            let own = ["::error file=", "::warning file=", "::notice file="];
            assert!(annotations == "true" && own.iter().any(|own| command.starts_with(own)), "{command}");
        }
    }
}

#[test]
fn in_a_pull_request_the_base_branch_is_trusted_and_compared_with() {
    let job = Job::new().with("GITHUB_BASE_REF", "main");
    assert_eq!(plain(&job.arguments(&[])), ["check", "--trust=origin/main", "--"]);
    assert_eq!(plain(&job.arguments(&[("trust", "none")])), ["check", "--"]);
    assert_eq!(
        plain(&job.arguments(&[("changed-only", "true"), ("trust", "v1")])),
        ["check", "--changed=origin/main", "--trust=v1", "--"]
    );
    let push = Job::new().with("GITHUB_BASE_REF", "");
    assert_eq!(plain(&push.arguments(&[("changed-only", "true")])), ["check", "--"]);
}

#[test]
fn a_report_that_cannot_be_written_is_told() {
    let done = Job::with_bad_manifest().check(&[("sarif-file", "none/x.sarif")]);
    assert_eq!((done.status, done.output("sarif-file")), (2, ""), "{done:?}");
    assert!(done.commands().iter().any(|command| command.contains("none/x.sarif")), "{done:?}");
}

#[test]
fn a_pull_request_is_gated_by_what_it_touches() {
    let job = Job::with_bad_manifest().with("GITHUB_BASE_REF", "main");
    let git = |folder: &str, arguments: &[&str]| {
        let output = Command::new("git")
            .args(["-c", "user.name=A", "-c", "user.email=a@example.com"])
            .args(arguments)
            .current_dir(job.tree.path(folder))
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap())
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .output()
            .unwrap();
        assert!(output.status.success(), "{arguments:?}: {output:?}");
    };
    git("work", &["init", "--quiet", "--initial-branch=topic"]);
    git("work", &["add", "."]);
    git("work", &["commit", "--quiet", "--message", "bad already"]);
    let inputs = [("changed-only", "true"), ("trust", "none")];
    let shallow = job.check(&inputs);
    assert_eq!(shallow.output("exit-code"), "2");
    assert!(shallow.commands()[0].contains("git fetch origin main"), "{shallow:?}");
    git("work", &["update-ref", "refs/remotes/origin/main", "HEAD"]);
    job.tree.write("work/deploy/good.yaml", manifest("good"));
    let good = job.check(&inputs);
    assert_eq!(good.output("exit-code"), "0", "{good:?}");
    assert!(good.summary.contains("1 deployment not touched since origin/main"), "{good:?}");
    job.tree.write("work/deploy/worse.yaml", manifest("worse").replace("stage: pilot", "stage: nowhere"));
    assert_eq!(job.check(&inputs).output("exit-code"), "1");
}

#[test]
fn the_working_directory_is_where_paths_count_from_but_that_of_the_binary() {
    let job = Job::with_bad_manifest();
    job.program("work/bin/tunelint", FAKE);
    let done = job.run(&[("binary", "bin/tunelint"), ("working-directory", "deploy")]);
    assert_eq!(done.status, 0, "{done:?}");
    let done = job.check(&[("working-directory", "deploy"), ("paths", "bad.yaml")]);
    assert_eq!(done.output("sarif-file"), job.tree.path("work/deploy/tunelint.sarif").to_str().unwrap());
    assert!(Job::new().check(&[("working-directory", "none")]).failure().contains("work/none"));
}

#[test]
fn a_binary_that_is_none_is_named() {
    let job = Job::new();
    job.tree.write("work/text", "not a program");
    for name in ["none", "text", "work", "C:\\tools\\tunelint.exe", "D:/tools/tunelint.exe"] {
        let done = job.run(&[("binary", name)]);
        assert!(done.failure().contains(name), "{done:?}");
    }
    job.program("work/broken", "#!/bin/sh\nexit 3\n");
    assert!(job.run(&[("binary", "broken")]).failure().contains("does not run"));
}

#[test]
fn the_status_is_that_of_the_tool_whatever_it_is() {
    for status in ["0", "1", "2", "101", "137"] {
        let job = Job::new().with("ENDS_WITH", status);
        job.program("work/tool", FAKE);
        let done = job.run(&[("binary", "tool")]);
        assert_eq!(done.output("exit-code"), status);
        assert_eq!(done.status.to_string(), status);
        assert_eq!((done.output("json-file"), done.output("findings")), ("", ""));
        let told = done.commands().concat();
        assert_eq!(
            told.contains(&format!("status {status}: said on standard error")),
            status.len() > 1 || status == "2"
        );
    }
}

#[test]
fn a_report_of_an_earlier_step_is_not_taken_for_this_ones() {
    let job = Job::new();
    job.program("work/tool", FAKE);
    job.tree.write("work/tunelint.sarif", "{}").write("work/r.json", "  \"summary\": {\"errors\":7}\n");
    let done = job.run(&[("binary", "tool"), ("json-file", "r.json")]);
    assert_eq!((done.output("sarif-file"), done.output("findings")), ("", ""));
}

#[test]
fn a_summary_that_would_be_dropped_as_a_whole_is_not_written() {
    let job = Job::with_bad_manifest();
    let before = "x".repeat(1 << 20);
    job.tree.write("summary", &before);
    let done = job.check(&[]);
    assert_eq!(done.status, 1);
    assert_eq!(done.summary, before);
    assert!(done.commands().iter().any(|command| command.starts_with("::warning title=tunelint::")));
}

#[test]
fn a_release_is_downloaded_checked_and_run() {
    let machines = [
        ("Linux", "x86_64", "x86_64-unknown-linux-musl", "tunelint"),
        ("Linux", "aarch64", "aarch64-unknown-linux-musl", "tunelint"),
        ("Darwin", "arm64", "aarch64-apple-darwin", "tunelint"),
        ("Darwin", "x86_64", "x86_64-apple-darwin", "tunelint"),
        ("MINGW64_NT-10.0-26100", "x86_64", "x86_64-pc-windows-msvc", "tunelint.exe"),
    ];
    for (system, machine, platform, program) in machines {
        let job = Job::new().on(system, machine).with_release(platform, program, str::to_owned);
        for version in ["", VERSION, &format!("v{VERSION}")] {
            let done = job.run(&[("version", version)]);
            assert_eq!((done.status, done.output("version")), (0, "9.8.7"), "{done:?}");
            let url = fs::read_to_string(job.tree.path("url")).unwrap();
            let name = format!("/releases/download/v{VERSION}/tunelint-{VERSION}-{platform}.tar.gz\n");
            assert!(
                url.starts_with("https://github.com/tunelint/tunelint/") && url.ends_with(&name),
                "{url}"
            );
        }
    }
}

#[test]
fn the_runner_knows_its_machine_better_than_a_shell_that_is_emulated() {
    let job = Job::new().on("MINGW64_NT-10.0-26100", "x86_64").with("RUNNER_ARCH", "ARM64");
    let job = job.with_release("aarch64-pc-windows-msvc", "tunelint.exe", str::to_owned);
    assert_eq!(job.run(&[]).status, 0);
}

#[test]
fn an_archive_with_another_checksum_is_never_run() {
    let flip = |digest: &str| digest.replace(|letter: char| letter != '0', "0");
    let job = Job::new().on("Linux", "x86_64").with_release("x86_64-unknown-linux-musl", "tunelint", flip);
    let done = job.run(&[]);
    assert!(done.failure().contains("is not what was released"), "{done:?}");
    assert_eq!(done.output("version"), "");
    assert!(!job.tree.path("record").exists());
    let left = walkdir::WalkDir::new(job.tree.path("temp")).into_iter().map(Result::unwrap);
    let left: Vec<_> = left.filter(|entry| entry.file_name() == "archive").collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn what_is_not_listed_is_not_downloaded() {
    let job = Job::new().on("Linux", "aarch64").with_release(
        "x86_64-unknown-linux-musl",
        "tunelint",
        str::to_owned,
    );
    let done = job.run(&[]);
    assert!(done.failure().contains("lists no checksum of"), "{done:?}");
    assert!(done.failure().contains("the input binary"), "{done:?}");
    assert!(!job.tree.path("url").exists());
    let done = job.run(&[("version", "9.9.9")]);
    assert!(done.failure().contains("tunelint-9.9.9-aarch64"), "{done:?}");
}

#[test]
fn platforms_without_a_release_and_failed_downloads_say_what_to_do() {
    for (system, machine) in [("FreeBSD", "amd64"), ("Linux", "riscv64")] {
        let done = Job::new().on(system, machine).run(&[]);
        let said = done.failure();
        assert!(said.contains(system) && said.contains("the input binary"), "{said}");
    }
    let job = Job::new().on("Linux", "x86_64");
    let job = job.with_release("x86_64-unknown-linux-musl", "tunelint", str::to_owned);
    job.program("fakes/curl", "#!/bin/sh\nexit 22\n");
    assert!(job.run(&[]).failure().contains("could not be downloaded"));
}

#[test]
fn versions_are_versions() {
    for wrong in ["latest", "1", "../../evil", "0.1.0/x", "0.1.0\n0.2.0", "0.1.0 ", "--help"] {
        let done = Job::new().run(&[("version", wrong)]);
        assert!(done.failure().contains("is no version"), "{wrong}: {done:?}");
    }
}

#[test]
fn the_list_of_checksums_lists_checksums() {
    let list = fs::read_to_string(root().join(".github/action/checksums.txt")).unwrap();
    assert!(list.starts_with('#'));
    for line in list.lines().filter(|line| !line.starts_with('#')) {
        let (sum, name) = line.split_once("  ").unwrap();
        assert!(sum.len() == 64 && sum.bytes().all(|byte| byte.is_ascii_hexdigit()), "{line}");
        assert!(name.starts_with("tunelint-") && name.ends_with(".tar.gz"), "{line}");
        assert!(Path::new(name).components().count() == 1, "{line}");
    }
}

#[test]
fn in_a_closed_network_nothing_is_downloaded_and_links_are_those_of_the_organisation() {
    let job = Job::with_bad_manifest();
    for client in ["curl", "wget", "git", "pip", "npm"] {
        job.program(&format!("fakes/{client}"), "#!/bin/sh\ntouch \"$RECORD\"\nexit 1\n");
    }
    job.tree.write(
        "work/llm-policies/tunelint.yaml",
        "apiVersion: tunelint.dev/v1alpha1\nkind: Config\nspec:\n  helpUri: https://rules.example/{pack}/{rule}\n",
    );
    fs::create_dir(job.tree.path("work/tools")).unwrap();
    fs::copy(env!("CARGO_BIN_EXE_tunelint"), job.tree.path("work/tools/tunelint")).unwrap();
    let done = job.run(&[("binary", "tools/tunelint"), ("org-config", "llm-policies"), ("paths", "deploy")]);
    assert_eq!((done.status, done.output("version")), (1, VERSION), "{done:?}");
    assert!(!job.tree.path("record").exists(), "something was asked of the network");
    assert!(done.summary.contains("](https://rules.example/"), "{done:?}");
    assert!(!done.summary.contains("https://github.com/"), "{done:?}");
    let log: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(done.output("sarif-file")).unwrap()).unwrap();
    let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    for rule in rules {
        assert!(rule["helpUri"].as_str().unwrap().starts_with("https://rules.example/"), "{rule}");
    }
    assert!(!rules.is_empty());
}
