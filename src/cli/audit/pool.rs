//! Work on many things by several threads, whose results are taken in the order of the things.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, PoisonError};

/// Results that may wait for an earlier one, for each thread: a large repository holds up few others, and few are in
/// memory.
const AHEAD: usize = 4;

/// What the threads share.
struct Shared<R> {
    /// The next thing to work on.
    next: usize,
    /// The next result to take.
    wanted: usize,
    done: BTreeMap<usize, R>,
    is_over: bool,
}

/// Ends the work of all where that of one thread panics: others would wait for what it does not make any more.
struct Alarm<'a, R> {
    shared: &'a Mutex<Shared<R>>,
    changed: &'a Condvar,
}

impl<R> Drop for Alarm<'_, R> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.shared.lock().unwrap_or_else(PoisonError::into_inner).is_over = true;
            self.changed.notify_all();
        }
    }
}

/// Does something with each item, in as many threads as are asked for, and hands the results on in order, in the
/// thread of the caller. Once `take` fails, nothing new is begun.
///
/// # Errors
/// That of `take`.
pub(super) fn in_order<T: Sync, R: Send, E>(
    threads: usize,
    items: &[T],
    make: impl Fn(&T) -> R + Sync,
    mut take: impl FnMut(R) -> Result<(), E>,
) -> Result<(), E> {
    if threads < 2 {
        return items.iter().try_for_each(|item| take(make(item)));
    }
    let shared = Mutex::new(Shared { next: 0, wanted: 0, done: BTreeMap::new(), is_over: false });
    let (changed, make) = (Condvar::new(), &make);
    let lock = || shared.lock().unwrap_or_else(PoisonError::into_inner);
    let work = || {
        let _alarm = Alarm { shared: &shared, changed: &changed };
        loop {
            let mut state = lock();
            while !state.is_over && state.next < items.len() && state.next >= state.wanted + AHEAD * threads {
                state = changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
            let number = state.next;
            let Some(item) = items.get(number).filter(|_| !state.is_over) else { return };
            state.next += 1;
            drop(state);
            let result = make(item);
            lock().done.insert(number, result);
            changed.notify_all();
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(work);
        }
        let mut outcome = Ok(());
        for number in 0..items.len() {
            let mut state = lock();
            let result = loop {
                match state.done.remove(&number) {
                    Some(result) => break result,
                    // A thread panicked, and the scope panics with it.
                    None if state.is_over => return Ok(()),
                    None => state = changed.wait(state).unwrap_or_else(PoisonError::into_inner),
                }
            };
            state.wanted = number + 1;
            drop(state);
            changed.notify_all();
            outcome = take(result);
            if outcome.is_err() {
                break;
            }
        }
        lock().is_over = true;
        changed.notify_all();
        outcome
    })
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_items_and_few_wait() {
        let items: Vec<usize> = (0..200).collect();
        let (begun, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        for threads in [1, 2, 5] {
            begun.store(0, Ordering::SeqCst);
            let mut taken = Vec::new();
            let make = |item: &usize| {
                begun.fetch_add(1, Ordering::SeqCst);
                if item.is_multiple_of(7) {
                    std::thread::yield_now();
                }
                item * 2
            };
            let result: Result<(), ()> = in_order(threads, &items, make, |result| {
                most.fetch_max(begun.load(Ordering::SeqCst) - taken.len(), Ordering::SeqCst);
                taken.push(result);
                Ok(())
            });
            assert_eq!(result, Ok(()));
            assert_eq!(taken, items.iter().map(|item| item * 2).collect::<Vec<_>>());
            assert!(most.load(Ordering::SeqCst) <= (AHEAD + 1) * threads + 1, "{threads} threads");
        }
    }

    #[test]
    #[should_panic(expected = "a scoped thread panicked")]
    fn a_panic_is_no_reason_to_wait_for_ever() {
        let items: Vec<usize> = (0..100).collect();
        let make = |item: &usize| assert_ne!(*item, 7, "of all numbers");
        let _ = in_order(3, &items, make, |()| Ok::<(), ()>(()));
    }

    #[test]
    fn a_failure_ends_the_work() {
        let items: Vec<usize> = (0..1000).collect();
        let begun = AtomicUsize::new(0);
        let result =
            in_order(2, &items, |item| begun.fetch_add(1, Ordering::SeqCst) + item, |_| Err::<(), _>("full"));
        assert_eq!(result, Err("full"));
        assert!(begun.load(Ordering::SeqCst) < 100);
    }
}
