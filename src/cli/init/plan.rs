//! Files to write: all of them new, none of them over anything.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::cli::{Error, terminal};
use crate::discover;
use crate::output::sanitize::{visible, visible_lines};

/// A file to write where there is none.
pub(super) struct Planned {
    /// Below the folder.
    pub(super) name: PathBuf,
    /// Its text.
    pub(super) text: String,
    /// What to add to the file where there is one.
    pub(super) addition: Option<&'static str>,
}

impl Planned {
    pub(super) fn new(name: impl Into<PathBuf>, text: String) -> Self {
        Self { name: name.into(), text, addition: None }
    }
}

/// Writes the files that are not there yet, and tells what became of each.
///
/// # Errors
/// The first that cannot be written.
pub(super) fn carry_out(folder: &Path, plan: &[Planned]) -> Result<String, Error> {
    let mut told = String::new();
    for planned in plan {
        let file = folder.join(&planned.name);
        let written = terminal::create_file(&file, &|out| out.write_all(planned.text.as_bytes()))?;
        told.push_str(&line(if written { "wrote" } else { "exists" }, &file));
        if !written {
            told.push_str(&addition(planned));
        }
    }
    Ok(told)
}

/// The same without writing: what would be written as a patch, what exists as comments before it.
pub(super) fn preview(folder: &Path, plan: &[Planned]) -> (String, String) {
    let (mut told, mut patch) = (String::new(), String::new());
    for planned in plan {
        let file = folder.join(&planned.name);
        if file.symlink_metadata().is_ok() {
            told.push_str(&line("exists", &file));
            told.push_str(&addition(planned));
            continue;
        }
        let name = discover::shown(&file);
        let lines: Vec<&str> = planned.text.lines().collect();
        let _ = write!(patch, "--- /dev/null\n+++ b/{}\n@@ -0,0 +1,{} @@\n", visible(&name), lines.len());
        for line in lines {
            patch.push('+');
            patch.push_str(&visible_lines(line));
            patch.push('\n');
        }
    }
    (told, patch)
}

fn line(word: &str, file: &Path) -> String {
    format!("{word:<8}{}\n", visible(&discover::shown(file)))
}

fn addition(planned: &Planned) -> String {
    planned
        .addition
        .map_or_else(String::new, |text| format!("        add to it, unless it is there:\n\n{text}\n"))
}
