//! Lists that stay short: the first of however many there are.

/// The first items of a list, and how many more there were.
#[derive(Clone, Debug, PartialEq)]
pub struct List<T> {
    /// The first, in order.
    pub items: Vec<T>,
    /// How many have no room.
    pub more: u64,
}

impl<T> Default for List<T> {
    fn default() -> Self {
        Self { items: Vec::new(), more: 0 }
    }
}

impl<T> List<T> {
    /// How many there are.
    pub fn count(&self) -> u64 {
        self.items.len() as u64 + self.more
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }
}

/// Gathers the first items by a key. No more than twice as many as are wanted are in memory.
#[derive(Debug)]
pub(super) struct Top<K, T> {
    limit: usize,
    /// Once it was cut, the first `limit` are in order, and what comes after the last of them has no chance.
    gathered: Vec<(K, T)>,
    was_cut: bool,
    seen: u64,
}

impl<K: Ord, T> Top<K, T> {
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, gathered: Vec::new(), was_cut: false, seen: 0 }
    }

    /// Takes one in. `item` is only asked for if it has a chance.
    pub(super) fn push(&mut self, key: K, item: impl FnOnce() -> T) {
        self.seen += 1;
        if self.gathered.len() >= self.limit.saturating_mul(2).max(1) {
            self.cut();
        }
        let worst = self.limit.checked_sub(1).and_then(|index| self.gathered.get(index));
        let has_no_chance = self.was_cut && worst.is_none_or(|(worst, _)| *worst <= key);
        if !has_no_chance {
            self.gathered.push((key, item()));
        }
    }

    fn cut(&mut self) {
        self.gathered.sort_by(|(left, _), (right, _)| left.cmp(right));
        self.gathered.truncate(self.limit);
        self.was_cut = true;
    }

    pub(super) fn finish(mut self) -> List<T> {
        self.cut();
        let more = self.seen - self.gathered.len() as u64;
        List { items: self.gathered.into_iter().map(|(_, item)| item).collect(), more }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_by_their_keys_stay_whatever_order_they_come_in() {
        for step in [1_u32, 7, 31, 89] {
            let mut top = Top::new(5);
            for index in 0..97 {
                let key = index * step % 97;
                top.push(key, || key);
            }
            assert_eq!(top.finish(), List { items: vec![0, 1, 2, 3, 4], more: 92 }, "{step}");
        }
    }

    #[test]
    fn a_list_without_room_still_counts() {
        let mut top = Top::new(0);
        for key in 0..3 {
            top.push(key, || key);
        }
        let list = top.finish();
        assert_eq!((list.count(), list.items.len()), (3, 0));
    }
}
