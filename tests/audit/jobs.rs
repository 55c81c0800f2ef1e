//! What `tunelint init --audit` writes, run as the platforms run it: its Jobs with their arguments, its workflow with its
//! scripts.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde::Deserialize as _;
use serde_yaml::Value;

use crate::common::Tree;
use crate::organisation::{self, Size, TODAY};
use crate::support::{files, header};

/// All documents of a file.
fn documents(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap();
    serde_yaml::Deserializer::from_str(&text).map(|own| Value::deserialize(own).unwrap()).collect()
}

fn written(platform: &str) -> Tree {
    let tree = Tree::new();
    let outcome = tree.run(&["init", "--audit", platform]);
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    tree
}

/// The Jobs, by name, and the organisation's config that they mount.
fn jobs(tree: &Tree) -> (BTreeMap<String, Value>, String) {
    let all = documents(&tree.path("audit/kubernetes.yaml"));
    let config = all.iter().find(|own| own["kind"] == "ConfigMap").unwrap();
    let config = config["data"]["tunelint.yaml"].as_str().unwrap().to_owned();
    let jobs = all.into_iter().filter(|own| own["kind"] == "Job");
    (jobs.map(|job| (job["metadata"]["name"].as_str().unwrap().to_owned(), job)).collect(), config)
}

fn container(job: &Value) -> &Value {
    let containers = job["spec"]["template"]["spec"]["containers"].as_sequence().unwrap();
    assert_eq!(containers.len(), 1);
    &containers[0]
}

fn words(job: &Value) -> Vec<String> {
    let container = container(job);
    assert_eq!(container["command"][0], "tunelint");
    container["args"].as_sequence().unwrap().iter().map(|word| word.as_str().unwrap().to_owned()).collect()
}

#[test]
fn nothing_is_written_over_anything_and_a_dry_run_writes_nothing() {
    let tree = Tree::new();
    for platform in ["kubernetes", "github"] {
        let shown = tree.run(&["init", "--audit", platform, "--dry-run"]);
        assert!(shown.stdout.contains("+++ b/audit/"), "{shown:?}");
    }
    assert!(files(&tree.path("")).is_empty());
    tree.write("audit/kubernetes.yaml", "mine").write("audit/organisation.yaml", "mine");
    for platform in ["kubernetes", "github"] {
        let outcome = tree.run(&["init", "--audit", platform]);
        assert!(outcome.stdout.contains("exists  audit/"), "{outcome:?}");
    }
    assert_eq!(fs::read_to_string(tree.path("audit/kubernetes.yaml")).unwrap(), "mine");
    assert_eq!(fs::read_to_string(tree.path("audit/organisation.yaml")).unwrap(), "mine");
    assert!(tree.path(".github/workflows/tunelint-audit.yaml").exists());
    assert_eq!(tree.run(&["init", "--audit", "github", "--name", "bot"]).status, Some(2));
}

#[test]
fn pods_may_do_no_more_than_they_have_to() {
    let (jobs, _) = jobs(&written("kubernetes"));
    assert_eq!(jobs.len(), 2);
    for (name, job) in &jobs {
        let (pod, container) = (&job["spec"]["template"]["spec"], container(job));
        assert_eq!(job["apiVersion"], "batch/v1");
        assert_eq!(pod["restartPolicy"], "Never", "{name}");
        assert_eq!(pod["automountServiceAccountToken"], false, "{name}");
        assert_eq!(pod["securityContext"]["runAsNonRoot"], true, "{name}");
        assert_eq!(pod["securityContext"]["seccompProfile"]["type"], "RuntimeDefault", "{name}");
        let security = &container["securityContext"];
        assert_eq!(security["readOnlyRootFilesystem"], true, "{name}");
        assert_eq!(security["allowPrivilegeEscalation"], false, "{name}");
        assert_eq!(security["capabilities"]["drop"][0], "ALL", "{name}");
        for kind in ["requests", "limits"] {
            assert!(container["resources"][kind]["memory"].is_string(), "{name}: {kind}");
        }
        assert!(container["resources"]["requests"]["cpu"].is_string(), "{name}");
        assert!(
            container["image"].as_str().unwrap().ends_with(concat!(":", env!("CARGO_PKG_VERSION"))),
            "{name}"
        );
        // Every mount has its volume, and what is only read is mounted so.
        let named = |list: &Value| -> Vec<String> {
            list.as_sequence().unwrap().iter().map(|own| own["name"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(named(&container["volumeMounts"]), named(&pod["volumes"]), "{name}");
        for mount in container["volumeMounts"].as_sequence().unwrap() {
            assert_eq!(mount["readOnly"] == true, mount["name"] != "audit", "{name}: {mount:?}");
        }
        assert!(job["spec"]["activeDeadlineSeconds"].is_u64(), "{name}");
        assert!(job["spec"]["ttlSecondsAfterFinished"].is_u64(), "{name}");
    }
    let (shards, merge) = (&jobs["tunelint-audit"]["spec"], &jobs["tunelint-audit-merge"]["spec"]);
    assert_eq!(shards["completionMode"], "Indexed");
    assert!(shards["parallelism"].as_u64() <= shards["completions"].as_u64());
    assert_eq!(shards["maxFailedIndexes"], shards["completions"]);
    assert_eq!(merge["suspend"], true, "it waits for the shards");
    let count = shards["completions"].as_u64().unwrap();
    assert!(words(&jobs["tunelint-audit"]).contains(&format!("--shard=/{count}")), "as many shards as pods");
}

#[test]
fn the_jobs_make_one_report_of_all_repositories() {
    let tree = written("kubernetes");
    let (jobs, config) = jobs(&tree);
    let size = Size { repos: 9, months: 2, deployments: 1, applications: 0, work_trees: false };
    organisation::write(&tree.path(""), &size);
    tree.write("etc/tunelint.yaml", config);
    fs::create_dir_all(tree.path("audit")).unwrap();
    let run = |job: &Value, index: &str| -> Output {
        let container = container(job);
        // The paths of the pod, as they are here; and what Kubernetes puts in for a variable.
        let here = |word: &str| {
            let word = word.replace("$(JOB_COMPLETION_INDEX)", index);
            let word = word.replace("=/audit", &format!("={}", tree.path("audit").display()));
            word.replace("/etc/tunelint", tree.path("etc").to_str().unwrap())
        };
        let folder = match container["workingDir"].as_str().unwrap() {
            "/repositories" => tree.path("repos"),
            "/audit" => tree.path("audit"),
            other => panic!("{other}"),
        };
        let words: Vec<String> = words(job).iter().map(|word| here(word)).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).chain(["--today", TODAY]).collect();
        let words = if words[1] == "merge" { &words[..words.len() - 2] } else { &words[..] };
        let mut command = tree.command(words);
        command.current_dir(folder).env("PATH", std::env::var_os("PATH").unwrap());
        command.env("JOB_COMPLETION_INDEX", index).output().unwrap()
    };
    let count = jobs["tunelint-audit"]["spec"]["completions"].as_u64().unwrap();
    for index in 0..count {
        let output = run(&jobs["tunelint-audit"], &index.to_string());
        assert!(output.status.success(), "{index}: {output:?}");
    }
    let merged = run(&jobs["tunelint-audit-merge"], "");
    assert!(merged.status.success(), "{merged:?}");
    let header = header(&tree.path("audit/merged"));
    assert_eq!(header["repos"].as_array().unwrap().len(), 9);
    assert_eq!((&header["missing"], &header["complete"]), (&serde_json::json!([]), &serde_json::json!(true)));
    assert!(fs::read_to_string(tree.path("audit/audit.html")).unwrap().contains("claims-000"));
}

/// The workflow, as a runner has it.
struct Workflow {
    tree: Tree,
    jobs: Value,
}

impl Workflow {
    /// Runs the scripts of a job but those that install something, in a folder of their own.
    fn run(&self, job: &str, variables: &[(&str, &str)]) -> Result<PathBuf, Output> {
        let place = variables.iter().find(|(name, _)| *name == "SHARD").map_or("", |(_, shard)| shard);
        let folder = self.tree.path(format!("runners/{job}-{}", place.replace('/', "-of-")));
        fs::create_dir_all(folder.join("temporary")).unwrap();
        let path = format!(
            "{}:{}:{}",
            self.tree.path("bin").display(),
            Path::new(env!("CARGO_BIN_EXE_tunelint")).parent().unwrap().display(),
            std::env::var("PATH").unwrap()
        );
        for step in self.jobs[job]["steps"].as_sequence().unwrap() {
            let Some(script) = step["run"].as_str().filter(|script| !script.starts_with("pipx ")) else {
                self.act(step, &folder);
                continue;
            };
            assert!(!script.contains("${{"), "values reach a script as variables");
            let output = Command::new("bash")
                .args(["--noprofile", "--norc", "-eo", "pipefail", "-c", script])
                .current_dir(folder.join(step["working-directory"].as_str().unwrap_or(".")))
                .env_clear()
                .env("PATH", &path)
                .env("HOME", &folder)
                .env("RUNNER_TEMP", folder.join("temporary"))
                .env("GITHUB_SERVER_URL", format!("file://{}", self.tree.path("forge").display()))
                .env("GITHUB_OUTPUT", folder.join("output"))
                .env("TODAY", TODAY)
                .env("GITHUB_STEP_SUMMARY", folder.join("summary.md"))
                .envs(variables.iter().copied())
                .output()
                .unwrap();
            if !output.status.success() {
                return Err(output);
            }
        }
        Ok(folder)
    }

    /// What the actions of others do here: check out, keep files, hand them on.
    fn act(&self, step: &Value, folder: &Path) {
        let uses = step["uses"].as_str().unwrap_or_default();
        let (kept, with) = (self.tree.path("artifacts"), &step["with"]);
        let text = |key: &str| with[key].as_str().unwrap_or_default().to_owned();
        let copy = |from: &Path, to: &Path| {
            for (name, bytes) in files(from) {
                let file = to.join(name);
                fs::create_dir_all(file.parent().unwrap()).unwrap();
                fs::write(file, bytes).unwrap();
            }
        };
        if uses.starts_with("actions/checkout@") {
            copy(&self.tree.path("audit"), &folder.join("audit"));
        } else if uses.starts_with("actions/upload-artifact@") {
            let path = text("path").replace("${{ runner.temp }}", folder.join("temporary").to_str().unwrap());
            let name =
                text("name").replace("${{ matrix.shard }}", &folder.display().to_string().replace('/', "-"));
            let from = folder.join(path);
            if from.is_file() {
                fs::create_dir_all(kept.join(&name)).unwrap();
                fs::copy(&from, kept.join(name).join(from.file_name().unwrap())).unwrap();
            } else {
                copy(&from, &kept.join(name));
            }
        } else if uses.starts_with("actions/download-artifact@") && !text("name").is_empty() {
            copy(&kept.join(text("name")), &folder.join(text("path")));
        } else if uses.starts_with("actions/download-artifact@") {
            let start = text("pattern").trim_end_matches('*').to_owned();
            for entry in fs::read_dir(&kept).unwrap() {
                let entry = entry.unwrap();
                if entry.file_name().to_str().unwrap().starts_with(&start) {
                    copy(&entry.path(), &folder.join(text("path")).join(entry.file_name()));
                }
            }
        } else {
            assert!(uses.is_empty(), "{uses} is not acted here");
        }
    }
}

/// The workflow, with a forge of eight repositories of `acme` and a list that has one more.
fn workflow() -> Workflow {
    let tree = written("github");
    let size = Size { repos: 8, months: 2, deployments: 1, applications: 0, work_trees: false };
    let repos = organisation::write(&tree.path(""), &size);
    fs::create_dir_all(tree.path("forge/acme")).unwrap();
    let mut list = "acme/private.git\n".to_owned();
    for repo in &repos {
        fs::rename(tree.path(&repo.path), tree.path(format!("forge/acme/{}.git", repo.name))).unwrap();
        writeln!(list, "acme/{}.git", repo.name).unwrap();
    }
    let listed = tree.path("listed");
    let forge = format!("#!/bin/sh\nif [ \"$1 $2\" = 'repo list' ]; then cat '{}'; fi\n", listed.display());
    tree.write("listed", list).write("bin/gh", forge);
    fs::set_permissions(tree.path("bin/gh"), fs::Permissions::from_mode(0o755)).unwrap();
    let file = documents(&tree.path(".github/workflows/tunelint-audit.yaml")).remove(0);
    Workflow { tree, jobs: file["jobs"].clone() }
}

#[test]
fn the_workflow_makes_one_report_of_all_repositories_and_tells_of_one_that_it_may_not_read() {
    let workflow = workflow();
    workflow.run("list", &[("OWNER", "acme")]).unwrap();
    let shards = workflow.jobs["shard"]["strategy"]["matrix"]["shard"].as_sequence().unwrap().clone();
    for shard in &shards {
        let shard = format!("{}/{}", shard.as_u64().unwrap(), shards.len());
        workflow.run("shard", &[("SHARD", &shard)]).unwrap();
    }
    let output = workflow.run("report", &[]).expect_err("one repository could not be read");
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    let folder = workflow.tree.path("runners/report-");
    let header = header(&folder.join("audit/dataset"));
    assert_eq!(header["repos"].as_array().unwrap().len(), 9);
    assert_eq!(header["missing"], serde_json::json!([]));
    for file in ["audit/audit.html", "summary.md"] {
        let text = fs::read_to_string(folder.join(file)).unwrap();
        assert!(text.contains("private"), "{file}");
    }
}

#[test]
fn the_workflow_goes_on_without_a_shard_and_says_so() {
    let workflow = workflow();
    workflow.run("list", &[("OWNER", "acme")]).unwrap();
    for shard in ["1/4", "3/4", "4/4"] {
        workflow.run("shard", &[("SHARD", shard)]).unwrap();
    }
    let output = workflow.run("report", &[]).expect_err("a shard is missing");
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    let header = header(&workflow.tree.path("runners/report-/audit/dataset"));
    assert_eq!(header["missing"][0]["shard"], serde_json::json!({"index": 2, "of": 4}));
}

#[test]
fn actions_are_pinned_and_permissions_are_few() {
    let tree = written("github");
    let path = tree.path(".github/workflows/tunelint-audit.yaml");
    let file = documents(&path).remove(0);
    assert_eq!(file["permissions"], Value::Mapping(serde_yaml::Mapping::new()));
    let ours =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(".github/workflows/release.yml"))
            .unwrap();
    for line in fs::read_to_string(&path).unwrap().lines().filter(|line| line.contains("uses: ")) {
        let pinned = line.trim().trim_start_matches("- ");
        assert!(ours.contains(pinned), "the pin of our own workflows: {pinned}");
    }
    for (name, job) in file["jobs"].as_mapping().unwrap() {
        for (scope, access) in job["permissions"].as_mapping().into_iter().flatten() {
            assert_eq!((scope.as_str(), access.as_str()), (Some("contents"), Some("read")), "{name:?}");
        }
        assert!(job["timeout-minutes"].is_u64(), "{name:?}");
    }
}
