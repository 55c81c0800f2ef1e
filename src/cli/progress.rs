//! A line on standard error that says how far a long run is. Only on a terminal, and only after a second: most runs
//! are over by then, and a log or a pipe gets nothing of it.

use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::policy::template::separated;

/// How long a run goes on in silence.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often the line changes after that.
const BEAT: Duration = Duration::from_millis(200);

/// What was done so far, counted by the threads that do it.
#[derive(Debug, Default)]
pub(super) struct Progress {
    /// Repositories there are, and when they were begun with, where a run is over many.
    of_repos: Option<(u64, Instant)>,
    repos: AtomicU64,
    findings: AtomicU64,
    files: AtomicU64,
    manifests: AtomicU64,
    is_over: Mutex<bool>,
    over: Condvar,
}

impl Progress {
    /// Progress over so many repositories.
    pub(super) fn of_repos(count: u64) -> Self {
        Self { of_repos: Some((count, Instant::now())), ..Self::default() }
    }

    /// Counts a repository, and what was found in it.
    pub(super) fn count_repo(&self, findings: u64) {
        self.repos.fetch_add(1, Ordering::Relaxed);
        self.findings.fetch_add(findings, Ordering::Relaxed);
    }

    /// Counts a file, and the manifests in it.
    pub(super) fn count(&self, manifests: u64) {
        self.files.fetch_add(1, Ordering::Relaxed);
        self.manifests.fetch_add(manifests, Ordering::Relaxed);
    }

    /// Does `work`, which counts, and shows how far it is if it takes long and somebody is there to see it.
    pub(super) fn watch<T>(&self, is_wanted: bool, work: impl FnOnce() -> T) -> T {
        if !is_wanted || !io::stderr().is_terminal() {
            return work();
        }
        std::thread::scope(|scope| {
            scope.spawn(|| self.show(&mut io::stderr()));
            let result = work();
            *self.is_over.lock().unwrap_or_else(PoisonError::into_inner) = true;
            self.over.notify_all();
            result
        })
    }

    /// Writes the line over and over until the work is over, then wipes it.
    fn show(&self, out: &mut dyn Write) {
        let mut shown = 0;
        let mut pause = PATIENCE;
        loop {
            let guard = self.is_over.lock().unwrap_or_else(PoisonError::into_inner);
            let (is_over, _) = self
                .over
                .wait_timeout_while(guard, pause, |is_over| !*is_over)
                .unwrap_or_else(PoisonError::into_inner);
            if *is_over {
                break;
            }
            drop(is_over);
            pause = BEAT;
            // A line that is wider than the terminal could not be wiped.
            let width =
                terminal_size::terminal_size_of(io::stderr()).map_or(80, |(width, _)| usize::from(width.0));
            let line: String = self.line().chars().take(width.saturating_sub(1)).collect();
            let _ = write!(out, "\r{line:shown$}");
            let _ = out.flush();
            shown = line.len();
        }
        if shown > 0 {
            let _ = write!(out, "\r{:shown$}\r", "");
            let _ = out.flush();
        }
    }

    fn line(&self) -> String {
        let number = |count: &AtomicU64| separated(&count.load(Ordering::Relaxed).to_string());
        let Some((count, began)) = self.of_repos else {
            return format!("{} files read, {} manifests", number(&self.files), number(&self.manifests));
        };
        let rate = self.repos.load(Ordering::Relaxed) * 1000
            / u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX).max(1);
        format!(
            "{} of {} repositories ({rate} a second), {} files, {} findings",
            number(&self.repos),
            separated(&count.to_string()),
            number(&self.files),
            number(&self.findings),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_that_is_soon_over_shows_nothing() {
        let progress = Progress::default();
        *progress.is_over.lock().unwrap() = true;
        let mut out = Vec::new();
        progress.show(&mut out);
        assert!(out.is_empty());
    }

    #[test]
    fn the_line_counts_files_and_manifests() {
        let progress = Progress::default();
        for _ in 0..1200 {
            progress.count(0);
        }
        progress.count(3);
        assert_eq!(progress.line(), "1,201 files read, 3 manifests");
    }

    #[test]
    fn the_line_of_an_audit_counts_repositories() {
        let progress = Progress::of_repos(1300);
        progress.count(2);
        progress.count_repo(5);
        let line = progress.line();
        assert!(line.starts_with("1 of 1,300 repositories ("), "{line}");
        assert!(line.ends_with(" a second), 1 files, 5 findings"), "{line}");
    }

    #[test]
    fn without_a_terminal_the_work_is_just_done() {
        assert_eq!(Progress::default().watch(true, || 7), 7);
    }
}
