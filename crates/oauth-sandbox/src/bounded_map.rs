//! Maps with a size limit for codes and tokens. Searching a [`BoundedList`](crate::bounded_list::BoundedList)
//! of thousands of tokens on every call would dominate the sandbox's time.

use hashlink::LinkedHashMap;

/// A map from codes or tokens, in insertion order. An insertion into a full map removes the oldest entry.
pub(crate) struct BoundedMap<T> {
    limit: usize,
    entries: LinkedHashMap<String, T>,
}

impl<T> BoundedMap<T> {
    pub(crate) fn new(limit: usize) -> Self {
        Self { limit, entries: LinkedHashMap::new() }
    }

    pub(crate) fn insert(&mut self, key: &str, value: T) {
        while self.entries.len() >= self.limit {
            self.entries.pop_front();
        }
        self.entries.insert(key.to_owned(), value);
    }

    pub(crate) fn get(&self, key: &str) -> Option<&T> {
        self.entries.get(key)
    }

    pub(crate) fn get_mut(&mut self, key: &str) -> Option<&mut T> {
        self.entries.get_mut(key)
    }

    pub(crate) fn remove(&mut self, key: &str) -> Option<T> {
        self.entries.remove(key)
    }

    /// Removes entries from the oldest on, up to the first that does not match.
    pub(crate) fn remove_oldest_while(&mut self, matches: impl Fn(&T) -> bool) {
        while self.entries.front().is_some_and(|(_, value)| matches(value)) {
            self.entries.pop_front();
        }
    }

    pub(crate) fn retain(&mut self, keep: impl Fn(&T) -> bool) {
        self.entries.retain_with_order(|_, value| keep(value));
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.entries.iter_mut().map(|(_, value)| value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn map_evicts_oldest_and_removes_from_the_front() {
        let mut map = BoundedMap::new(3);
        for (key, number) in [("0a", 1), ("0b", 2), ("0c", 3), ("0d", 4)] {
            map.insert(key, number);
        }
        assert_eq!((map.get("0a"), map.get("0b"), map.get("0B")), (None, Some(&2), None));
        map.remove_oldest_while(|number| *number != 3);
        assert_eq!(
            (map.get("0b"), map.get("0d")),
            (None, Some(&4)),
            "removal stops at the first entry that does not match"
        );
        map.iter_mut().for_each(|number| *number += 1);
        map.retain(|number| *number != 4);
        assert_eq!(map.get("0c"), None);
        assert_eq!(map.get_mut("0d"), Some(&mut 5));
        assert_eq!((map.remove("0d"), map.get("0d")), (Some(5), None));
    }
}
