//! Lists with a size limit: a flooded or long-running sandbox discards its oldest entries instead of using
//! ever more memory.

use std::collections::VecDeque;
use std::collections::vec_deque::IterMut;
use std::ops::Deref;

/// Unredeemed authorization codes: more than an hour of a load test leaves behind.
pub(crate) const MAX_CODES: usize = 10_000;
/// Tokens of one kind: more than our load test has connections. At about 100 bytes each they take 1.2 MB; a
/// whole sandbox has to stay below 15 MiB.
pub(crate) const MAX_TOKENS: usize = 12_000;
/// Objects created one at a time, such as accounts, applications and invoices.
pub(crate) const MAX_OBJECTS: usize = 1_000;

/// A list in insertion order. A push into a full list removes the oldest entry that is not
/// [pinned](Self::pin_current).
pub(crate) struct BoundedList<T> {
    limit: usize,
    /// The number of entries at the front that are never evicted.
    pinned: usize,
    total_pushed: usize,
    entries: VecDeque<T>,
}

impl<T> BoundedList<T> {
    pub(crate) fn new(limit: usize) -> Self {
        Self { limit, pinned: 0, total_pushed: 0, entries: VecDeque::new() }
    }

    /// Protects the present entries from eviction.
    pub(crate) fn pin_current(&mut self) {
        self.pinned = self.entries.len();
    }

    /// The number of pushes so far, for identifiers that are never reused.
    pub(crate) fn total_pushed(&self) -> usize {
        self.total_pushed
    }

    pub(crate) fn push(&mut self, entry: T) {
        if self.entries.len() >= self.limit {
            self.entries.remove(self.pinned);
        }
        self.total_pushed += 1;
        self.entries.push_back(entry);
    }

    /// Removes and returns the first entry that matches.
    pub(crate) fn remove_first(&mut self, matches: impl FnMut(&T) -> bool) -> Option<T> {
        let at = self.entries.iter().position(matches)?;
        self.pinned -= usize::from(at < self.pinned);
        self.entries.remove(at)
    }

    pub(crate) fn retain(&mut self, mut keep: impl FnMut(&T) -> bool) {
        let (mut at, pinned) = (0, self.pinned);
        let pinned_left = &mut self.pinned;
        self.entries.retain(|entry| {
            let keep = keep(entry);
            *pinned_left -= usize::from(!keep && at < pinned);
            at += 1;
            keep
        });
    }

    pub(crate) fn iter_mut(&mut self) -> IterMut<'_, T> {
        self.entries.iter_mut()
    }

    pub(crate) fn to_vec(&self) -> Vec<T>
    where
        T: Clone,
    {
        self.entries.iter().cloned().collect()
    }
}

/// Read access only: a mutable `VecDeque` could grow past the limit.
impl<T> Deref for BoundedList<T> {
    type Target = VecDeque<T>;

    fn deref(&self) -> &VecDeque<T> {
        &self.entries
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::BoundedList;

    #[test]
    fn push_evicts_oldest_unpinned_entry() {
        let mut list = BoundedList::new(4);
        for number in 1..=6 {
            list.push(number);
            if number == 2 {
                list.pin_current();
            }
        }
        assert_eq!((list.to_vec(), list.total_pushed()), (vec![1, 2, 5, 6], 6));
        assert_eq!((list.remove_first(|n| *n == 1), list.remove_first(|n| *n == 1)), (Some(1), None));
        for number in 7..=9 {
            list.push(number);
        }
        assert_eq!(list.to_vec(), [2, 7, 8, 9], "one of the two pinned entries was removed by hand");
        list.retain(|n| *n != 2 && *n != 8);
        for number in 10..=12 {
            list.push(number);
        }
        assert_eq!(list.to_vec(), [9, 10, 11, 12]);
    }

    proptest! {
        #[test]
        fn list_respects_limit_and_keeps_newest(limit in 2_usize..6, steps in prop::collection::vec(0_u8..4, 1..60)) {
            let mut list = BoundedList::new(limit);
            list.push(0);
            list.pin_current();
            for (at, step) in steps.into_iter().enumerate() {
                let number = at + 1;
                match step {
                    0 => drop(list.remove_first(|known| known % 2 == 0 && *known > 0)),
                    1 => list.retain(|known| known % 3 != 1),
                    _ => {
                        list.push(number);
                        prop_assert_eq!(list.back(), Some(&number));
                    }
                }
                prop_assert!(list.len() <= limit);
                prop_assert_eq!(list.front(), Some(&0));
            }
        }
    }
}
