//! How many threads to work with.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{channel, sync_channel};
use std::sync::{Arc, Barrier, OnceLock};
use std::thread::{Scope, ScopedJoinHandle};

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
        self.map_with(items, few, || (), |(), item| make(item))
    }

    /// The same with something that each thread begins with and keeps from item to item. What is made of an item must
    /// not depend on those before it: which they are is left to chance.
    pub fn map_with<T: Sync, S, R: Send>(
        self,
        items: &[T],
        few: usize,
        begin: impl Fn() -> S + Sync,
        make: impl Fn(&mut S, &T) -> R + Sync,
    ) -> Vec<R> {
        let threads = self.for_tasks(items.len(), few);
        if threads < 2 {
            let mut own = begin();
            return items.iter().map(|item| make(&mut own, item)).collect();
        }
        // Handed out in small shares: a thread that starts late, or is held up, makes fewer.
        let shares: Vec<&[T]> = items.chunks(items.len().div_ceil(threads * SHARES)).collect();
        let next = AtomicUsize::new(0);
        let work = || {
            let (mut own, mut done) = (begin(), Vec::new());
            loop {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let Some(share) = shares.get(at) else { return done };
                done.push((at, share.iter().map(|item| make(&mut own, item)).collect::<Vec<R>>()));
            }
        };
        let mut done = std::thread::scope(|scope| {
            let others: Vec<_> = (1..threads).map(|_| start(scope, work)).collect();
            let mut done = work();
            for other in others {
                match other.join() {
                    Ok(some) => done.extend(some),
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
            done
        });
        done.sort_unstable_by_key(|(at, _)| *at);
        done.into_iter().flat_map(|(_, share)| share).collect()
    }

    /// Makes something of each item and hands it on, in the order of the items, while others are made. `make` is given
    /// what `take` is done with, so that its room serves again: no more than a few wait for each thread.
    ///
    /// # Errors
    /// The first of `take`; nothing is made after it but what is under way.
    pub fn stream<T: Sync, M: Send, R: Default + Send, E>(
        self,
        items: &[T],
        make: impl Fn(&T, R) -> M + Sync,
        mut take: impl FnMut(M) -> Result<R, E>,
    ) -> Result<(), E> {
        let threads = self.for_tasks(items.len(), 1);
        if threads < 2 {
            return items.iter().try_fold(R::default(), |room, item| take(make(item, room))).map(drop);
        }
        let make = &make;
        std::thread::scope(|scope| {
            let workers: Vec<_> = (0..threads)
                .map(|worker| {
                    let (hand_on, taken) = sync_channel(WAITING);
                    let (give_back, rooms) = channel::<R>();
                    scope.spawn(move || {
                        for item in items.iter().skip(worker).step_by(threads) {
                            let room = rooms.try_recv().unwrap_or_default();
                            // Nobody takes any more.
                            if hand_on.send(make(item, room)).is_err() {
                                break;
                            }
                        }
                    });
                    (taken, give_back)
                })
                .collect();
            for (taken, give_back) in workers.iter().cycle().take(items.len()) {
                // A worker that panicked sends no more; the scope panics with it.
                let Ok(one) = taken.recv() else { break };
                let room = take(one)?;
                // Its worker may have made its last.
                let _ = give_back.send(room);
            }
            Ok(())
        })
    }
}

/// Starts a thread, and waits until it runs. A system may put a new thread beside the one that made it and see only some
/// milliseconds later that another processor is idle, which is longer than most of our work takes; one that is woken it
/// puts where there is nothing else to do.
fn start<'scope, R: Send + 'scope>(
    scope: &'scope Scope<'scope, '_>,
    work: impl FnOnce() -> R + Send + 'scope,
) -> ScopedJoinHandle<'scope, R> {
    let both = Arc::new(Barrier::new(2));
    let started = Arc::clone(&both);
    let thread = scope.spawn(move || {
        started.wait();
        work()
    });
    both.wait();
    thread
}

/// What a thread may make before the first of it is taken.
const WAITING: usize = 2;

/// Shares of the work for each thread: the last that one is still at is what the others wait for.
const SHARES: usize = 32;

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

    #[test]
    fn what_a_thread_begins_with_serves_all_that_it_makes() {
        let numbers: Vec<usize> = (0..100).collect();
        for count in 1..5 {
            let rooms = AtomicUsize::new(0);
            let begin = || {
                rooms.fetch_add(1, Ordering::Relaxed);
                String::new()
            };
            let make = |room: &mut String, number: &usize| {
                room.clear();
                room.push_str(&number.to_string());
                room.len()
            };
            let lengths = Threads::new(Some(count)).map_with(&numbers, 8, begin, make);
            assert_eq!(lengths, numbers.iter().map(|number| number.to_string().len()).collect::<Vec<_>>());
            assert_eq!(rooms.into_inner(), count);
        }
    }

    #[test]
    fn what_is_made_is_taken_in_order_by_any_number_of_threads() {
        let numbers: Vec<usize> = (0..100).collect();
        for count in 1..5 {
            let mut taken = Vec::new();
            let make = |number: &usize, mut room: Vec<usize>| {
                room.clear();
                room.push(2 * number);
                room
            };
            let outcome: Result<(), ()> = Threads::new(Some(count)).stream(&numbers, make, |made| {
                taken.extend_from_slice(&made);
                Ok(made)
            });
            assert_eq!(outcome, Ok(()));
            assert_eq!(taken, numbers.iter().map(|number| 2 * number).collect::<Vec<_>>(), "{count} threads");
        }
    }

    #[test]
    fn nothing_is_taken_after_a_failure() {
        let numbers: Vec<usize> = (0..100).collect();
        for count in 1..5 {
            let mut taken = 0;
            let outcome = Threads::new(Some(count)).stream(
                &numbers,
                |number, _| *number,
                |number| {
                    taken += 1;
                    if number == 7 { Err("full") } else { Ok(number) }
                },
            );
            assert_eq!((outcome, taken), (Err("full"), 8), "{count} threads");
        }
    }
}
