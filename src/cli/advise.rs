//! `tunelint advise`: which strategy the guide's checklists lean to, and what would change that.

use clap::Args;

use super::facts_files::FactsFiles;
use super::gather::Sources;
use super::policies::PolicyOptions;
use super::rules::ListFormat;
use super::terminal::{self, Terminal};
use super::{Error, Global};
use crate::manifest::Deployment;
use crate::output::pages;
use crate::policy::advice::Advice;
use crate::report::Exit;
use crate::supplied::Asked;

/// Options of `advise`.
#[derive(Debug, Args)]
pub(super) struct Advise {
    #[command(flatten)]
    sources: Sources,
    #[command(flatten)]
    supplied: FactsFiles,
    /// How to write it: human or json
    #[arg(long, value_name = "FORMAT", default_value = "human", hide_possible_values = true)]
    format: ListFormat,
    #[command(flatten)]
    policies: PolicyOptions,
}

impl Advise {
    pub(super) fn run(&self, global: &Global, terminal: &Terminal) -> Result<Exit, Error> {
        let (workspace, _) = self.policies.load(global, &self.sources.spoken_of())?;
        let policies = &workspace.policies;
        let Some(pack) = policies.advising_pack() else {
            return Err(Error::Usage("no pack has the checklists fine-tuning and prompting".to_owned()));
        };
        let examined = self.sources.gather(global, &workspace.left_out);
        let trouble = examined.iter().any(|part| part.trouble);
        let mut deployments: Vec<Deployment> =
            examined.into_iter().flat_map(|part| part.deployments).collect();
        deployments.sort_by(|left, right| {
            (&left.source.path, left.document).cmp(&(&right.source.path, right.document))
        });
        let supplied = self.supplied.read(self.sources.max_file_size, Asked::default());
        if let Some(supplied) = &supplied {
            supplied.join(&mut deployments, &mut Vec::new());
        }
        let advice: Vec<(&Deployment, Advice)> = deployments
            .iter()
            .filter_map(|deployment| Some((deployment, policies.advise(deployment, global.today())?)))
            .collect();
        let mut page = Vec::new();
        let written = match self.format {
            ListFormat::Json => pages::advice_json(&advice, &mut page),
            ListFormat::Human => advice.iter().try_for_each(|(deployment, advice)| {
                pages::advice(
                    deployment,
                    advice,
                    &policies.settings_of(pack, &deployment.source.path),
                    &terminal.options(),
                    &mut page,
                )
            }),
        };
        written.map_err(|error| Error::Write { target: "the advice".to_owned(), error })?;
        terminal::print(&page)?;
        if advice.is_empty() && self.format == ListFormat::Human {
            terminal.complain("no LLM deployment manifest found");
        }
        let told = terminal.complain_of_policies(policies).max(terminal.complain_of_facts(supplied.as_ref()));
        Ok(if trouble { Exit::Trouble } else { told })
    }
}
