//! Supplied facts beside the deployments' own, and what only shows then.

use std::collections::HashSet;

use super::{Entry, Supplied, lost, told};
use crate::finding::Finding;
use crate::manifest::Deployment;
use crate::manifest::view::View;
use crate::manifest::vocabulary::Vocabulary;

/// Entries that count for one deployment. Nobody writes as many; a file of globs that all fit would multiply.
const MOST_ENTRIES: usize = 64;

impl Supplied {
    /// Gives each deployment the facts of the entries that are about it, and tells where they differ from what it
    /// declares, and which entries are about none. Takes time in proportion to deployments and entries.
    pub fn join(&self, deployments: &mut [Deployment], findings: &mut Vec<Finding>) {
        let mut teller = told::Disagreements::default();
        let mut found = vec![false; self.places.globs().len()];
        let mut identities: HashSet<&str> = HashSet::new();
        let mut crowded = false;
        for deployment in &mut *deployments {
            if let Some((identity, _)) =
                (deployment.identity.as_deref()).and_then(|identity| self.by_identity.get_key_value(identity))
            {
                identities.insert(identity);
            }
            let about = self.about(deployment, &mut found);
            if about.is_empty() {
                continue;
            }
            if about.len() > MOST_ENTRIES && !crowded {
                crowded = true;
                findings.push(told::crowded(deployment, &about, MOST_ENTRIES));
            }
            let about = about.get(..MOST_ENTRIES).unwrap_or(&about);
            let own = deployment.facts.sources().len();
            deployment.facts = deployment.facts.with(about.iter().map(|entry| &entry.facts));
            let view = View::new(&deployment.facts, Vocabulary::native());
            if self.asked.differences {
                told::differences(deployment, &view, own, about, findings);
            }
            teller.tell(deployment, &view, own, about, findings);
        }
        if self.asked.not_found {
            lost::not_found(self, deployments, &identities, &found, findings);
        }
    }

    /// The entries about a deployment: those that name it first, then those about its place, as they were read.
    fn about(&self, deployment: &Deployment, found: &mut [bool]) -> Vec<&Entry> {
        let named = deployment.identity.as_deref().and_then(|identity| self.by_identity.get(identity));
        let mut about: Vec<&Entry> =
            named.into_iter().flatten().filter_map(|&index| self.entries.get(index)).collect();
        if self.places.is_empty() {
            return about;
        }
        let mut last = None;
        for index in self.places.matches(&deployment.source.path) {
            if let Some(found) = found.get_mut(index) {
                *found = true;
            }
            // The globs of an entry stand together: one that fits is enough.
            let entry = self.places.globs().get(index).map(|glob| glob.entry);
            if entry != last {
                last = entry;
                about.extend(entry.and_then(|entry| self.entries.get(entry)));
            }
        }
        about
    }
}
