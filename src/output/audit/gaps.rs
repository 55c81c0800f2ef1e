//! What an audit could not see, in lines that the formats have in common.

use super::words::{findings, passed_over, place, repositories};
use crate::audit::portfolio::Portfolio;
use crate::audit::record::RepoState;
use crate::output::wrap::clip;

/// Repositories, or mistakes, that are told one by one.
const ROWS: usize = 10;
/// Characters of a claim.
const CLAIM: usize = 300;

/// The lines, each with whether nobody should rely on the numbers for it.
pub(super) fn gaps(own: &Portfolio) -> Vec<(bool, String)> {
    let mut lines = Vec::new();
    for missing in &own.missing {
        let (index, of) = (missing.shard.index, missing.shard.of);
        let repos = repositories(missing.repos.len() as u64);
        lines.push((true, format!("shard {index} of {of} is {}: {repos}", missing.why)));
    }
    let failed = own.repos.iter().filter(|line| line.state == RepoState::Failed);
    lines.extend(failed.take(ROWS).map(|line| {
        let why = line.problem.as_deref().unwrap_or("it could not be read");
        (true, format!("{}: {}", line.repo, clip(why, CLAIM, "…")))
    }));
    if own.now.failed > ROWS as u64 {
        lines.push((true, format!("and {} more", repositories(own.now.failed - ROWS as u64))));
    }
    for mistake in own.mistakes.items.iter().take(ROWS) {
        let place = place(&mistake.spot.file, mistake.spot.line);
        let said = clip(&mistake.message, CLAIM, "…");
        lines.push((true, format!("{} in {}, {place}: {said}", mistake.rule, mistake.spot.repo)));
    }
    if own.mistakes.count() > ROWS as u64 {
        lines.push((true, format!("and {} more", findings(own.mistakes.count() - ROWS as u64))));
    }
    if own.now.absent > 0 {
        lines.push((false, format!("{} without a commit on that day", repositories(own.now.absent))));
    }
    let passed: Vec<String> =
        own.passed_over_kinds.iter().map(|(code, count)| passed_over(code, *count)).collect();
    if !passed.is_empty() {
        lines.push((false, format!("passed over: {}", passed.join(", "))));
    }
    if let Some(comparison) = &own.comparison
        && !comparison.uncompared.is_empty()
    {
        let repos = repositories(comparison.uncompared.len() as u64);
        lines.push((false, format!("{repos} cannot be compared with {}", comparison.against.day())));
    }
    lines
}
