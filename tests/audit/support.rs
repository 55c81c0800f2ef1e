//! The organisation of a test, audited.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::common::{Outcome, Tree};
use crate::organisation::{self, Repo, Size, TODAY};

/// An organisation in a folder that goes away with the test.
pub(crate) struct Organisation {
    pub(crate) tree: Tree,
    pub(crate) repos: Vec<Repo>,
}

impl Organisation {
    pub(crate) fn new(size: &Size) -> Self {
        let tree = Tree::new();
        let repos = organisation::write(&tree.path(""), size);
        Self { tree, repos }
    }

    /// Audits from its folder.
    pub(crate) fn audit(&self, arguments: &[&str]) -> Outcome {
        audit(&self.tree, "", arguments)
    }
}

/// Audits in a folder of the tree, on the day of all tests.
pub(crate) fn audit(tree: &Tree, folder: &str, arguments: &[&str]) -> Outcome {
    tree.run_with_git(folder, &[&["audit"], arguments, &["--today", TODAY]].concat())
}

/// All files below a folder, by path.
pub(crate) fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    walkdir::WalkDir::new(folder)
        .into_iter()
        .map(|entry| entry.unwrap().into_path())
        .filter(|path| path.is_file())
        .map(|path| {
            let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
            (name, fs::read(&path).unwrap())
        })
        .collect()
}

/// The rows of a table of a dataset in JSON Lines, whatever its partitions are, in order.
pub(crate) fn rows(dataset: &Path, table: &str) -> Vec<Value> {
    let below = format!("{table}/");
    let files = files(dataset);
    let own = files.iter().filter(|(name, _)| {
        let is_lines = Path::new(name).extension().is_some_and(|ending| ending == "jsonl");
        is_lines && (name.starts_with(&below) || **name == format!("{table}.jsonl"))
    });
    own.flat_map(|(_, bytes)| {
        let text = std::str::from_utf8(bytes).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<Value>>()
    })
    .collect()
}

/// The value of a field as a text.
#[track_caller]
pub(crate) fn word<'a>(row: &'a Value, field: &str) -> &'a str {
    row[field].as_str().unwrap_or_else(|| panic!("no text `{field}` in {row}"))
}

/// The tables of a dataset.
pub(crate) const TABLES: [&str; 4] = ["repos", "deployments", "findings", "waivers"];

/// What a dataset says of itself.
pub(crate) fn header(dataset: &Path) -> Value {
    serde_json::from_slice(&fs::read(dataset.join("audit.json")).unwrap()).unwrap()
}
