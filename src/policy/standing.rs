//! What each rule comes to on a deployment, without the words: what two runs are compared by.

use std::sync::Arc;

use super::Policies;
use super::eval::Input;
use super::judge::{Judging, Verdict};
use crate::manifest::Deployment;
use crate::manifest::view::View;
use crate::manifest::vocabulary::Vocabulary;

/// What a rule that runs comes to on a deployment.
#[derive(Clone, Debug)]
pub struct Stood {
    /// The rule's pack.
    pub pack: Arc<str>,
    /// Its id.
    pub rule: Arc<str>,
    /// The word of its verdict.
    pub verdict: &'static str,
}

impl Policies {
    /// What each rule in force comes to on a deployment, by pack and rule. How bad that is, the findings of
    /// [`Self::judge`] tell.
    pub fn standings(&self, deployment: &Deployment, judging: Judging) -> Vec<Stood> {
        let view = View::new(&deployment.facts, Vocabulary::native());
        let strategy = view.text("customization.strategy");
        let mut stood = Vec::new();
        for (pack, settings) in self.settings_at(&deployment.source.path) {
            let input = Input {
                view: &view,
                parameters: &settings.values,
                checklists: &pack.signals,
                today: judging.today,
            };
            for (slot, _) in settings.in_force(pack) {
                let verdict = if slot.meets(strategy) {
                    let Some(conditions) = pack.conditions(slot) else { continue };
                    conditions.verdict(input).0.as_str()
                } else {
                    Verdict::NotApplicable.as_str()
                };
                let (pack, rule) = (Arc::clone(&pack.name), Arc::clone(&slot.id));
                stood.push(Stood { pack, rule, verdict });
            }
        }
        stood
    }
}
