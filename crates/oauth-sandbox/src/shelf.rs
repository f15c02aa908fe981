//! Lists that end: whoever floods a sandbox, or leaves one running for days, loses the oldest of what it holds and not the memory of
//! the computer.

use std::collections::VecDeque;
use std::collections::vec_deque::IterMut;
use std::fmt;
use std::ops::Deref;

/// Codes that wait to be redeemed: more than browsers come back in an hour of a load test.
pub(crate) const CODES: usize = 10_000;
/// Tokens of one kind: some more than our own load test has connections. At some 100 bytes each they take 1.2 MB; a whole sandbox is to
/// stay below 15 MiB.
pub(crate) const TOKENS: usize = 12_000;
/// Whatever people or programs make by name, one at a time: accounts, applications, invoices, log lines.
pub(crate) const THINGS: usize = 1_000;

/// A list in the order of arrival. When it is full, the oldest makes room, but for those that were [settled](Self::settle).
pub(crate) struct Shelf<T> {
    most: usize,
    /// So many at the front stay.
    settled: usize,
    arrived: usize,
    things: VecDeque<T>,
}

impl<T> Shelf<T> {
    /// An empty one for at most so many.
    pub(crate) fn of(most: usize) -> Self {
        Self { most, settled: 0, arrived: 0, things: VecDeque::new() }
    }

    /// What is here by now never makes room.
    pub(crate) fn settle(&mut self) {
        self.settled = self.things.len();
    }

    /// How many have ever been put here: for numbers that are given once.
    pub(crate) fn arrived(&self) -> usize {
        self.arrived
    }

    pub(crate) fn push(&mut self, thing: T) {
        if self.things.len() >= self.most {
            self.things.remove(self.settled);
        }
        self.arrived += 1;
        self.things.push_back(thing);
    }

    /// The first that is meant, which is then gone.
    pub(crate) fn take(&mut self, meant: impl FnMut(&T) -> bool) -> Option<T> {
        let at = self.things.iter().position(meant)?;
        self.settled -= usize::from(at < self.settled);
        self.things.remove(at)
    }

    pub(crate) fn retain(&mut self, mut stays: impl FnMut(&T) -> bool) {
        let (mut at, settled) = (0, self.settled);
        let left = &mut self.settled;
        self.things.retain(|thing| {
            let stays = stays(thing);
            *left -= usize::from(!stays && at < settled);
            at += 1;
            stays
        });
    }

    pub(crate) fn iter_mut(&mut self) -> IterMut<'_, T> {
        self.things.iter_mut()
    }

    pub(crate) fn to_vec(&self) -> Vec<T>
    where
        T: Clone,
    {
        self.things.iter().cloned().collect()
    }
}

/// For looking, which cannot make it longer.
impl<T> Deref for Shelf<T> {
    type Target = VecDeque<T>;

    fn deref(&self) -> &VecDeque<T> {
        &self.things
    }
}

/// How many: what lies here may be secret.
impl<T> fmt::Debug for Shelf<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of at most {}", self.things.len(), self.most)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Shelf;

    #[test]
    fn the_oldest_makes_room_and_what_is_settled_stays() {
        let mut shelf = Shelf::of(4);
        for number in 1..=6 {
            shelf.push(number);
            if number == 2 {
                shelf.settle();
            }
        }
        assert_eq!((shelf.to_vec(), shelf.arrived()), (vec![1, 2, 5, 6], 6));
        assert_eq!((shelf.take(|n| *n == 1), shelf.take(|n| *n == 1)), (Some(1), None));
        for number in 7..=9 {
            shelf.push(number);
        }
        assert_eq!(shelf.to_vec(), [2, 7, 8, 9], "one of the two settled ones went by itself");
        shelf.retain(|n| *n != 2 && *n != 8);
        for number in 10..=12 {
            shelf.push(number);
        }
        assert_eq!(shelf.to_vec(), [9, 10, 11, 12]);
    }

    proptest! {
        #[test]
        fn it_is_never_longer_and_never_loses_the_newest(most in 2_usize..6, steps in prop::collection::vec(0_u8..4, 1..60)) {
            let mut shelf = Shelf::of(most);
            shelf.push(0);
            shelf.settle();
            for (at, step) in steps.into_iter().enumerate() {
                let number = at + 1;
                match step {
                    0 => drop(shelf.take(|known| known % 2 == 0 && *known > 0)),
                    1 => shelf.retain(|known| known % 3 != 1),
                    _ => {
                        shelf.push(number);
                        prop_assert_eq!(shelf.back(), Some(&number));
                    }
                }
                prop_assert!(shelf.len() <= most);
                prop_assert_eq!(shelf.front(), Some(&0));
            }
        }
    }
}
