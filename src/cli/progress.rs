//! A line on standard error that says how far a long run is. Only on a terminal, and only after a second: most runs
//! are over by then, and a log or a pipe gets nothing of it.

use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

use crate::policy::template::separated;

/// How long a run goes on in silence.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often the line changes after that.
const BEAT: Duration = Duration::from_millis(200);

/// What was done so far, counted by the threads that do it.
#[derive(Debug, Default)]
pub(super) struct Progress {
    files: AtomicU64,
    manifests: AtomicU64,
    is_over: Mutex<bool>,
    over: Condvar,
}

impl Progress {
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
            let line = self.line();
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
        format!("{} files read, {} manifests", number(&self.files), number(&self.manifests))
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
    fn without_a_terminal_the_work_is_just_done() {
        assert_eq!(Progress::default().watch(true, || 7), 7);
    }
}
