//! Trees of files in a folder of their own, and the built binary run on them.

#![allow(dead_code, reason = "each test binary uses its own part of this")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by it")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// A manifest that is valid, and whose evidence is not looked for.
pub(crate) fn manifest(name: &str) -> String {
    format!(
        "apiVersion: tunelint.dev/v1alpha1\nkind: LLMDeployment\nmetadata:\n  name: {name}\nspec:\n  owner: team-x\n  \
         stage: pilot\n  customization:\n    strategy: prompting\n  model:\n    base: example-1\n  hosting:\n    \
         kind: on-premises\n"
    )
}

/// A folder that goes away with the test.
pub(crate) struct Tree {
    folder: tempfile::TempDir,
}

/// What a run came to.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// Exit status; nothing where a signal ended the run.
    pub(crate) status: Option<i32>,
    /// Standard output.
    pub(crate) stdout: String,
    /// Standard error.
    pub(crate) stderr: String,
}

impl Outcome {
    /// What a command comes to.
    pub(crate) fn of(command: &mut Command) -> Self {
        let output = command.output().unwrap();
        Self {
            status: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// The JSON report on standard output.
    pub(crate) fn report(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The findings that no pack made.
    pub(crate) fn unjudged(&self) -> Vec<Value> {
        let report = self.report();
        let findings = report["findings"].as_array().unwrap();
        findings.iter().filter(|finding| finding["pack"].is_null()).cloned().collect()
    }

    /// File, code and line of each finding that has a code.
    pub(crate) fn findings(&self) -> Vec<(String, String, u64)> {
        self.unjudged()
            .iter()
            .filter(|finding| finding["code"].is_string())
            .map(|finding| {
                let text = |key: &str| finding[key].as_str().unwrap().to_owned();
                (text("file"), text("code"), finding["span"]["start"]["line"].as_u64().unwrap_or(0))
            })
            .collect()
    }

    /// Names of the deployments.
    pub(crate) fn deployments(&self) -> Vec<String> {
        let report = self.report();
        let deployments = report["deployments"].as_array().unwrap();
        deployments.iter().map(|own| own["name"].as_str().unwrap_or("?").to_owned()).collect()
    }
}

impl Tree {
    /// An empty folder.
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// A folder with one good manifest, `good.yaml`.
    pub(crate) fn with_good_manifest() -> Self {
        let tree = Self::new();
        tree.write("good.yaml", manifest("good"));
        tree
    }

    pub(crate) fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file, and the folders it lies in.
    pub(crate) fn write(&self, name: impl AsRef<Path>, bytes: impl AsRef<[u8]>) -> &Self {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
        self
    }

    #[cfg(unix)]
    pub(crate) fn link(&self, name: &str, target: impl AsRef<Path>) -> &Self {
        std::os::unix::fs::symlink(target, self.path(name)).unwrap();
        self
    }

    /// A command that runs the binary in the folder, with nothing of our environment.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tunelint"));
        command.args(arguments).current_dir(self.folder.path()).env_clear().stdin(Stdio::null());
        command
    }

    /// Runs the binary.
    pub(crate) fn run(&self, arguments: &[&str]) -> Outcome {
        Outcome::of(&mut self.command(arguments))
    }

    /// Runs the binary in a folder of the tree; it finds git, and git finds nobody's config.
    pub(crate) fn run_with_git(&self, folder: &str, arguments: &[&str]) -> Outcome {
        let mut command = self.command(arguments);
        command.current_dir(self.path(folder)).env("PATH", std::env::var_os("PATH").unwrap());
        Outcome::of(command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null"))
    }

    /// Checks paths and reports as JSON.
    pub(crate) fn check(&self, arguments: &[&str]) -> Outcome {
        let mut all = vec!["check", "--format", "json", "--today", "2026-11-24"];
        all.extend(arguments);
        self.run(&all)
    }
}
