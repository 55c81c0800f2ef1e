//! `tunelint explain RULE`: a rule's page.

use clap::Args;

use super::Error;
use super::policies::PackOptions;
use super::terminal::{self, Terminal};
use crate::nearest::nearest;
use crate::output::pages;
use crate::output::sanitize::visible;
use crate::policy::Found;
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
    pub(super) fn run(&self, terminal: &Terminal) -> Result<Exit, Error> {
        let policies = self.packs.load()?;
        if let Some(Found { pack, slot, renamed, .. }) = policies.find_rule(&self.rule) {
            if renamed {
                terminal::note(&format!(
                    "tunelint: {} is called {} now\n",
                    visible(&self.rule),
                    visible(&slot.id)
                ));
            }
            let Some(rule) = pack.rule(slot) else {
                let message = format!("the rule {} has a mistake; tunelint check tells it", self.rule);
                return Err(Error::Usage(message));
            };
            let mut page = Vec::new();
            pages::explain(pack, rule, &slot.text(), &terminal.options(), &mut page)
                .map_err(|error| Error::Write { target: "the page".to_owned(), error })?;
            terminal::print(&page)?;
            return Ok(Exit::Clean);
        }
        terminal.complain_of_policies(&policies);
        let id = self.rule.rsplit('/').next().unwrap_or_default();
        let known = policies.packs.iter().flat_map(|pack| pack.rules.iter().map(|slot| slot.id.to_string()));
        let near = nearest(id, known).map(|near| format!("; did you mean {near}?")).unwrap_or_default();
        Err(Error::Usage(format!("there is no rule {}{near}", self.rule)))
    }
}
