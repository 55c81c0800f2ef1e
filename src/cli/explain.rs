//! `tunelint explain RULE`: a rule's page.

use std::sync::Arc;

use clap::Args;

use super::policies::PackOptions;
use super::terminal::{self, Terminal};
use super::{Error, Global};
use crate::nearest::nearest;
use crate::output::pages;
use crate::report::Exit;

/// Options of `explain`.
#[derive(Debug, Args)]
pub(super) struct Explain {
    /// The rule's id, or pack/rule
    #[arg(value_name = "RULE")]
    rule: String,
    #[command(flatten)]
    packs: PackOptions,
}

impl Explain {
    pub(super) fn run(&self, global: &Global, terminal: &Terminal) -> Result<Exit, Error> {
        let workspace = self.packs.load(global, &[".".into()])?;
        let policies = &workspace.policies;
        let (of_pack, id) = match self.rule.split_once('/') {
            Some((pack, id)) => (Some(pack), id),
            None => (None, &*self.rule),
        };
        let mut broken = false;
        for pack in policies.packs.iter().filter(|pack| of_pack.is_none_or(|own| *own == *pack.name)) {
            for slot in &pack.rules {
                let Some(rule) = pack.rule(slot) else {
                    broken |= *slot.id == *id;
                    continue;
                };
                if *rule.id == *id || rule.formerly.iter().any(|former| **former == *id) {
                    let text: Arc<str> = slot.text();
                    let mut page = Vec::new();
                    let link = workspace.governance.link(&pack.name, &rule.id);
                    pages::explain(pack, rule, &text, &terminal.options(), &mut page)
                        .and_then(|()| pages::link(link.as_deref(), &terminal.options(), &mut page))
                        .map_err(|error| Error::Write { target: "the page".to_owned(), error })?;
                    terminal::print(&page)?;
                    return Ok(Exit::Clean);
                }
            }
        }
        if broken {
            return Err(Error::Usage(format!(
                "the rule {} has a mistake; tunelint check tells it",
                self.rule
            )));
        }
        terminal.complain_of_policies(policies);
        let known = policies.packs.iter().flat_map(|pack| pack.rules.iter().map(|slot| slot.id.to_string()));
        let near = nearest(id, known).map(|near| format!("; did you mean {near}?")).unwrap_or_default();
        Err(Error::Usage(format!("there is no rule {}{near}", self.rule)))
    }
}
