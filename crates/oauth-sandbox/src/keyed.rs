//! A [`Shelf`](crate::shelf::Shelf) for what is looked up by a word: with a hundred thousand tokens, a look at each one for every call would
//! be what the sandbox does.

use std::fmt;

use hashlink::LinkedHashMap;

/// Things by their words of `N` bytes, in the order of arrival. When it is full, the oldest makes room.
///
/// The words are where the things are: as many strings of their own would take more memory than the things.
pub(crate) struct Keyed<const N: usize, T> {
    most: usize,
    things: LinkedHashMap<[u8; N], T>,
}

impl<const N: usize, T> Keyed<N, T> {
    /// An empty one for at most so many.
    pub(crate) fn of(most: usize) -> Self {
        Self { most, things: LinkedHashMap::new() }
    }

    pub(crate) fn len(&self) -> usize {
        self.things.len()
    }

    /// Panics when the word has another length than all the others.
    pub(crate) fn put(&mut self, word: &str, thing: T) {
        let word = fixed(word).expect("words of one kind are equally long");
        while self.things.len() >= self.most {
            self.things.pop_front();
        }
        self.things.insert(word, thing);
    }

    pub(crate) fn get(&self, word: &str) -> Option<&T> {
        self.things.get(&fixed(word)?)
    }

    pub(crate) fn get_mut(&mut self, word: &str) -> Option<&mut T> {
        self.things.get_mut(&fixed(word)?)
    }

    pub(crate) fn take(&mut self, word: impl AsRef<[u8]>) -> Option<T> {
        self.things.remove(&fixed(word)?)
    }

    /// Lets the oldest go, up to the first that stays.
    pub(crate) fn let_go(&mut self, is_over: impl Fn(&T) -> bool) {
        while self.things.front().is_some_and(|(_, thing)| is_over(thing)) {
            self.things.pop_front();
        }
    }

    /// Looks at each one.
    pub(crate) fn retain(&mut self, stays: impl Fn(&T) -> bool) {
        self.things.retain_with_order(|_, thing| stays(thing));
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.things.iter_mut().map(|(_, thing)| thing)
    }
}

/// A word without a piece of memory of its own. None for one of another length, which nothing here can be called.
pub(crate) fn fixed<const N: usize>(word: impl AsRef<[u8]>) -> Option<[u8; N]> {
    word.as_ref().try_into().ok()
}

/// How many: what lies here is secret.
impl<const N: usize, T> fmt::Debug for Keyed<N, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of at most {}", self.things.len(), self.most)
    }
}

#[cfg(test)]
mod tests {
    use super::Keyed;

    #[test]
    fn the_oldest_makes_room_and_the_oldest_goes_first() {
        let mut keyed = Keyed::<1, _>::of(3);
        for (word, number) in [("a", 1), ("b", 2), ("c", 3), ("d", 4)] {
            keyed.put(word, number);
        }
        assert_eq!((keyed.get("a"), keyed.get("b"), keyed.len()), (None, Some(&2), 3));
        assert_eq!((keyed.get(""), keyed.get("bb")), (None, None));
        keyed.let_go(|number| *number != 3);
        assert_eq!(
            (keyed.get("b"), keyed.get("d")),
            (None, Some(&4)),
            "what is behind one that stays, stays"
        );
        keyed.iter_mut().for_each(|number| *number += 1);
        keyed.retain(|number| *number != 4);
        assert_eq!(keyed.get("c"), None);
        assert_eq!(keyed.get_mut("d"), Some(&mut 5));
        assert_eq!((keyed.take("d"), keyed.take("d"), keyed.len()), (Some(5), None, 0));
        assert_eq!(format!("{keyed:?}"), "0 of at most 3");
    }
}
