//! Maps with a size limit for codes and tokens. Searching a [`BoundedList`](crate::bounded_list::BoundedList)
//! of thousands of tokens on every call would dominate the sandbox's time.

use std::fmt;
use std::sync::Arc;

use hashlink::LinkedHashMap;

use crate::random::RandomValue;

/// A map in insertion order. An insertion into a full map removes the oldest entry.
///
/// Keys are stored as bytes inside the map: separate strings would take more memory than the values.
pub(crate) struct BoundedMap<K, T> {
    limit: usize,
    entries: LinkedHashMap<K, T>,
}

impl<K: RandomValue, T> BoundedMap<K, T> {
    pub(crate) fn new(limit: usize) -> Self {
        Self { limit, entries: LinkedHashMap::new() }
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(crate) fn insert(&mut self, key: K, value: T) {
        while self.entries.len() >= self.limit {
            self.entries.pop_front();
        }
        self.entries.insert(key, value);
    }

    pub(crate) fn get(&self, text: &str) -> Option<&T> {
        self.get_key(&K::parse(text)?)
    }

    pub(crate) fn get_key(&self, key: &K) -> Option<&T> {
        self.entries.get(key)
    }

    pub(crate) fn get_mut(&mut self, text: &str) -> Option<&mut T> {
        self.entries.get_mut(&K::parse(text)?)
    }

    pub(crate) fn remove(&mut self, text: &str) -> Option<T> {
        self.remove_key(&K::parse(text)?)
    }

    pub(crate) fn remove_key(&mut self, key: &K) -> Option<T> {
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

/// Prints the length only: entries are secret.
impl<K, T> fmt::Debug for BoundedMap<K, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of at most {}", self.entries.len(), self.limit)
    }
}

/// The last value, shared with its equals that follow it. Consecutive tokens of one application have equal
/// grants, which then take memory once.
pub(crate) struct LastValue<T>(Option<Arc<T>>);

impl<T> Default for LastValue<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T: PartialEq> LastValue<T> {
    /// Returns the last value if `value` equals it. Otherwise `value` becomes the last value.
    pub(crate) fn shared(&mut self, value: T) -> Arc<T> {
        match &self.0 {
            Some(last) if **last == value => Arc::clone(last),
            _ => Arc::clone(self.0.insert(Arc::new(value))),
        }
    }
}

/// Prints no value: it may be secret.
impl<T> fmt::Debug for LastValue<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LastValue")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Hex;

    #[test]
    fn map_evicts_oldest_and_looks_up_by_text() {
        let mut map = BoundedMap::<Hex<1>, _>::new(3);
        let key = |text| Hex::parse(text).unwrap();
        for (text, number) in [("0a", 1), ("0b", 2), ("0c", 3), ("0d", 4)] {
            map.insert(key(text), number);
        }
        assert_eq!((map.get("0a"), map.get("0b"), map.len()), (None, Some(&2), 3));
        assert_eq!((map.get(""), map.get("0B")), (None, None));
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
        assert_eq!((map.remove("0d"), map.remove_key(&key("0d")), map.len()), (Some(5), None, 0));
        assert_eq!(format!("{map:?}"), "0 of at most 3");
    }

    #[test]
    fn last_value_shares_only_consecutive_equals() {
        let mut last = LastValue::default();
        let [first, second, other, third] = [1, 1, 2, 1].map(|number| last.shared(number));
        assert!(Arc::ptr_eq(&first, &second) && !Arc::ptr_eq(&second, &third));
        assert_eq!((*first, *second, *other, *third), (1, 1, 2, 1));
    }
}
