//! Collections with a size limit: a flooded or long-running sandbox discards its oldest entries instead of
//! using ever more memory.

use std::ops::{Deref, DerefMut};

use hashlink::LruCache;

/// More objects than any test creates one at a time, such as accounts, applications and invoices.
const MAX_OBJECTS: usize = 1_000;
/// More codes and tokens of one kind than our load test has connections. A token takes about 100 bytes; a
/// whole sandbox has to stay below 15 MiB.
const MAX_TOKENS: usize = 12_000;

/// Codes or tokens by their text. Read by `peek` only, which leaves them in the order of insertion.
pub(crate) type TokenMap<T> = LruCache<String, T>;

pub(crate) fn token_map<T>() -> TokenMap<T> {
    LruCache::new(MAX_TOKENS)
}

/// A list of at most [`MAX_OBJECTS`] in insertion order. A push into a full list removes the oldest entry
/// that is not [pinned](Self::pinned).
pub(crate) struct BoundedList<T> {
    pinned: usize,
    total_pushed: usize,
    entries: Vec<T>,
}

impl<T> Default for BoundedList<T> {
    fn default() -> Self {
        Self { pinned: 0, total_pushed: 0, entries: Vec::new() }
    }
}

impl<T> BoundedList<T> {
    /// A list whose first entries are never evicted.
    pub(crate) fn pinned(entries: Vec<T>) -> Self {
        Self { pinned: entries.len(), total_pushed: entries.len(), entries }
    }

    /// The number of pushes so far, for identifiers that are never reused.
    pub(crate) fn total_pushed(&self) -> usize {
        self.total_pushed
    }

    pub(crate) fn push(&mut self, entry: T) {
        if self.entries.len() >= MAX_OBJECTS {
            self.entries.remove(self.pinned);
        }
        self.total_pushed += 1;
        self.entries.push(entry);
    }

    pub(crate) fn remove_first(&mut self, matches: impl FnMut(&T) -> bool) -> Option<T> {
        let at = self.entries.iter().position(matches)?;
        self.pinned -= usize::from(at < self.pinned);
        Some(self.entries.remove(at))
    }
}

/// A slice, because a `Vec` could grow past the limit.
impl<T> Deref for BoundedList<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.entries
    }
}

impl<T> DerefMut for BoundedList<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.entries
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn push_evicts_oldest_unpinned_entry() {
        let mut list = BoundedList::pinned(vec![1, 2]);
        (3..=1_005).for_each(|number| list.push(number));
        assert_eq!((list.len(), list.total_pushed(), &list[..4]), (MAX_OBJECTS, 1_005, &[1, 2, 8, 9][..]));
        assert_eq!((list.remove_first(|n| *n == 1), list.remove_first(|n| *n == 1)), (Some(1), None));
        list.push(1_006);
        list.push(1_007);
        assert_eq!((list.len(), &list[..2], list.last()), (MAX_OBJECTS, &[2, 9][..], Some(&1_007)));
    }
}
