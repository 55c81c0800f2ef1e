//! How many threads to work with.

use std::sync::OnceLock;

/// A number of threads, asked for or left to the system. The system is asked only once there is work for more than
/// one: the answer costs as much as reading several files.
#[derive(Clone, Copy, Debug, Default)]
pub struct Threads(Option<usize>);

impl Threads {
    /// As many as were asked for, or as many as there are processors.
    pub const fn new(asked: Option<usize>) -> Self {
        Self(asked)
    }

    /// The number; at least one.
    pub fn count(self) -> usize {
        static PROCESSORS: OnceLock<usize> = OnceLock::new();
        let processors =
            || *PROCESSORS.get_or_init(|| std::thread::available_parallelism().map_or(1, usize::from));
        self.0.unwrap_or_else(processors).max(1)
    }

    /// The number for a count of tasks, of which `few` are not worth a second thread.
    pub fn for_tasks(self, tasks: usize, few: usize) -> usize {
        if tasks < 2 * few { 1 } else { self.count().min(tasks / few) }
    }

    /// What a function makes of each item, in the order of the items. `few` of them are not worth a second thread.
    pub fn map<T: Sync, R: Send>(self, items: &[T], few: usize, make: impl Fn(&T) -> R + Sync) -> Vec<R> {
        let threads = self.for_tasks(items.len(), few);
        if threads < 2 {
            return items.iter().map(make).collect();
        }
        let make = &make;
        std::thread::scope(|scope| {
            let mut shares = items.chunks(items.len().div_ceil(threads));
            let first = shares.next();
            let others: Vec<_> =
                shares.map(|share| scope.spawn(move || share.iter().map(make).collect::<Vec<_>>())).collect();
            let mut all: Vec<R> = first.into_iter().flatten().map(make).collect();
            for other in others {
                match other.join() {
                    Ok(some) => all.extend(some),
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
            all
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_tasks_take_one_thread_and_many_as_many_as_there_are() {
        let threads = Threads::new(Some(4));
        assert_eq!(
            [0, 1, 63, 64, 100, 128, 1000].map(|tasks| threads.for_tasks(tasks, 32)),
            [1, 1, 1, 2, 3, 4, 4]
        );
        assert_eq!(Threads::new(Some(0)).count(), 1);
        let numbers: Vec<usize> = (0..100).collect();
        for count in 1..5 {
            assert_eq!(
                Threads::new(Some(count)).map(&numbers, 8, |number| *number),
                numbers,
                "{count} threads"
            );
        }
        assert!(Threads::default().count() >= 1);
    }
}
