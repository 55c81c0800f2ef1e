//! A report limited to what changed: everything is read, linked and judged, since findings hang on more than one
//! file, and what nobody touched is left out at the end.

use std::collections::HashSet;
use std::sync::Arc;

use crate::finding::{Finding, Label, Outcome};
use crate::link::{self, Repository};
use crate::manifest::Deployment;
use crate::report::{self, DeploymentRecord, LeftOut};
use crate::source::Source;

/// What was touched. As a [`Repository`] it holds the files that were touched and those that are gone.
pub trait Touched: Repository {
    /// The revision that changes count from, as reports show it.
    fn since(&self) -> String;
    /// Whether a source was touched.
    fn touches(&self, source: &Source) -> bool;
}

/// The limit of a report.
pub struct Limit<'a> {
    touched: &'a dyn Touched,
    /// Ids of the deployments that were touched.
    deployments: HashSet<Arc<str>>,
}

impl<'a> Limit<'a> {
    /// Finds the deployments that were touched: by their manifest, or by a file that it names as evidence.
    pub fn new(touched: &'a dyn Touched, deployments: &[Deployment]) -> Self {
        let is_touched = |deployment: &&Deployment| {
            touched.touches(&deployment.source) || link::names_evidence_in(deployment, touched)
        };
        let deployments = deployments.iter().filter(is_touched);
        Self { touched, deployments: deployments.map(|deployment| Arc::clone(&deployment.id)).collect() }
    }

    /// Leaves out the findings and deployments that nobody touched, and counts the deployments. Where something that
    /// was named could not be had (`trouble`), what could not be read is told whoever touched it.
    pub fn apply(
        self,
        findings: &mut Vec<Finding>,
        records: &mut Vec<DeploymentRecord>,
        trouble: bool,
    ) -> LeftOut {
        findings.retain(|finding| {
            report::is_of_our_own_files(finding)
                || trouble && finding.outcome == Outcome::Unreadable
                || finding.deployment_id.as_ref().is_some_and(|id| self.deployments.contains(id))
                || labels(finding).any(|label| self.touched.touches(&label.place.source))
        });
        let mut told = self.deployments;
        told.extend(findings.iter().filter_map(|finding| finding.deployment_id.clone()));
        let all = records.len();
        records.retain(|record| told.contains(&*format!("{}#{}", record.file, record.document)));
        LeftOut { since: self.touched.since(), deployments: (all - records.len()) as u64 }
    }
}

fn labels(finding: &Finding) -> impl Iterator<Item = &Label> {
    std::iter::once(&finding.primary).chain(&finding.secondary)
}
