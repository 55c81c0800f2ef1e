//! `tunelint explain RULE`: a rule's page, or that of anything else a report can name.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::policies::PackOptions;
use super::terminal::{self, Terminal};
use super::{Error, Global};
use crate::discover;
use crate::nearest::nearest;
use crate::output::pages::{self, BUILTIN, Explained};
use crate::output::sanitize::visible;
use crate::policy::Found;
use crate::report::Exit;
use crate::workspace::Workspace;

/// How a page is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum PageFormat {
    /// For a terminal
    Human,
    /// For a document
    Markdown,
}

/// Options of `explain`.
#[derive(Debug, Args)]
pub(super) struct Explain {
    /// The rule's id, or pack/rule; or what a report calls a mistake, as in `schema[enum]`
    #[arg(value_name = "RULE")]
    rule: String,
    /// With the values that are in force for a manifest of this path
    #[arg(long, value_name = "PATH")]
    at: Option<PathBuf>,
    /// How to write it: human or markdown
    #[arg(long, value_name = "FORMAT", default_value = "human", hide_possible_values = true)]
    format: PageFormat,
    #[command(flatten)]
    packs: PackOptions,
}

impl Explain {
    pub(super) fn run(&self, global: &Global, terminal: &Terminal) -> Result<Exit, Error> {
        let around = self.at.clone().unwrap_or_else(|| ".".into());
        let workspace = self.packs.load(global, &[around])?;
        let policies = &workspace.policies;
        let mut page = Vec::new();
        if self.write(&workspace, terminal, &mut page).map_err(unwritten)? {
            terminal::print(&page)?;
            return Ok(Exit::Clean);
        }
        if policies.find_rule(&self.rule).is_some() {
            let message = format!("the rule {} has a mistake; tunelint check tells it", self.rule);
            return Err(Error::Usage(message));
        }
        terminal.complain_of_policies(policies);
        let rules = policies.packs.iter().flat_map(|pack| pack.rules.iter().map(|slot| slot.id.to_string()));
        let known = rules.chain(BUILTIN.iter().map(|own| own.id.to_owned()));
        let id = self.rule.rsplit('/').next().unwrap_or_default();
        let near = nearest(id, known).map(|near| format!("; did you mean {near}?")).unwrap_or_default();
        Err(Error::Usage(format!("there is no rule {}{near}", self.rule)))
    }

    /// Writes the page, unless nothing has this name.
    fn write(&self, workspace: &Workspace, terminal: &Terminal, page: &mut Vec<u8>) -> std::io::Result<bool> {
        let policies = &workspace.policies;
        let options = terminal.options();
        let at = self.at.as_deref().map(discover::shown).unwrap_or_default();
        if let Some(Found { pack, slot, at: (_, index), renamed }) = policies.find_rule(&self.rule)
            && let Some(rule) = pack.rule(slot)
        {
            if renamed {
                let (old, new) = (visible(&self.rule), visible(&slot.id));
                terminal::note(&format!("tunelint: {old} is called {new} now\n"));
            }
            let settings = policies.settings_of(pack, &at);
            let Some(setting) = settings.rules.get(index) else { return Ok(false) };
            let about = Explained { pack, rule, text: &slot.text(), settings: &settings, setting };
            match self.format {
                PageFormat::Human => {
                    let link = workspace.governance.link(&pack.name, &rule.id);
                    pages::explain(&about, &options, page)?;
                    pages::link(link.as_deref(), &options, page)?;
                }
                PageFormat::Markdown => pages::explain_markdown(&about, page)?,
            }
            return Ok(true);
        }
        for (about, code) in pages::builtin_of(&self.rule) {
            if !page.is_empty() {
                page.push(b'\n');
            }
            match self.format {
                PageFormat::Human => pages::explain_builtin(about, code, &options, page)?,
                PageFormat::Markdown => pages::explain_builtin_markdown(about, page)?,
            }
        }
        Ok(!page.is_empty())
    }
}

fn unwritten(error: std::io::Error) -> Error {
    Error::Write { target: "the page".to_owned(), error }
}
