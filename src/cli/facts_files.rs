//! `--facts`: what the platform knows, shared by the commands that read manifests.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;

use super::terminal::Terminal;
use crate::discover;
use crate::finding::Severity;
use crate::read;
use crate::report::Exit;
use crate::supplied::{Asked, FactsFile, Supplied};

/// Which files of facts to read.
#[derive(Clone, Debug, Default, Args)]
pub(super) struct FactsFiles {
    /// Facts that the platform knows of deployments: volumes, prices, data classes; repeatable
    #[arg(long = "facts", value_name = "FILE", help_heading = "Sources")]
    files: Vec<PathBuf>,
}

impl FactsFiles {
    /// Reads them; nothing where none is asked for. A file that cannot be read is a mistake, and the others count.
    pub(super) fn read(&self, limit: u64, asked: Asked) -> Option<Supplied> {
        if self.files.is_empty() {
            return None;
        }
        let mut supplied = Supplied::new(asked);
        for (index, file) in self.files.iter().enumerate() {
            if !self.files.iter().take(index).any(|earlier| earlier == file) {
                add(&mut supplied, file, limit);
            }
        }
        Some(supplied)
    }
}

fn add(supplied: &mut Supplied, file: &Path, limit: u64) {
    let path: Arc<str> = discover::shown(file).into();
    let mut buffer = Vec::new();
    if let Err(error) = read::named(file, limit, &mut buffer) {
        let help = error.help().filter(|_| matches!(error, read::Error::TooLarge { .. }));
        supplied.unreadable(&path, error.code(), &error.to_string(), help);
        return;
    }
    match read::decode(&buffer) {
        Ok(text) => supplied.add(&FactsFile { path, file: file.to_owned(), text: text.into() }),
        Err(bad) => supplied.unreadable(&path, "encoding", &bad.to_string(), Some("save it as UTF-8")),
    }
}

impl Terminal {
    /// Says that there are mistakes in the supplied facts, for a command that does not tell them, and what to exit
    /// with.
    pub(super) fn complain_of_facts(&self, supplied: Option<&Supplied>) -> Exit {
        let problems = supplied.map_or(&[][..], |supplied| &supplied.problems);
        let errors = problems.iter().filter(|finding| finding.severity == Severity::Error).count();
        if errors == 0 {
            return Exit::Clean;
        }
        let mistakes = if errors == 1 { "mistake" } else { "mistakes" };
        self.complain(&format!("{errors} {mistakes} in the supplied facts; tunelint check tells them"));
        Exit::Trouble
    }
}
