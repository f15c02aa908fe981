//! A [`Shelf`](crate::shelf::Shelf) for what is looked up by a word: with a hundred thousand tokens, a look at each one for every call would
//! be what the sandbox does.

use std::fmt;

use hashlink::LinkedHashMap;

use crate::word::Word;

/// Things by their words, in the order of arrival. When it is full, the oldest makes room.
///
/// The words are where the things are: as many strings of their own would take more memory than the things.
pub(crate) struct Keyed<W, T> {
    most: usize,
    things: LinkedHashMap<W, T>,
}

impl<W: Word, T> Keyed<W, T> {
    /// An empty one for at most so many.
    pub(crate) fn of(most: usize) -> Self {
        Self { most, things: LinkedHashMap::new() }
    }

    pub(crate) fn len(&self) -> usize {
        self.things.len()
    }

    pub(crate) fn put(&mut self, word: W, thing: T) {
        while self.things.len() >= self.most {
            self.things.pop_front();
        }
        self.things.insert(word, thing);
    }

    pub(crate) fn get(&self, word: &str) -> Option<&T> {
        self.get_word(&W::read(word)?)
    }

    pub(crate) fn get_word(&self, word: &W) -> Option<&T> {
        self.things.get(word)
    }

    pub(crate) fn get_mut(&mut self, word: &str) -> Option<&mut T> {
        self.things.get_mut(&W::read(word)?)
    }

    pub(crate) fn take(&mut self, word: &str) -> Option<T> {
        self.take_word(&W::read(word)?)
    }

    pub(crate) fn take_word(&mut self, word: &W) -> Option<T> {
        self.things.remove(word)
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

/// How many: what lies here is secret.
impl<W, T> fmt::Debug for Keyed<W, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of at most {}", self.things.len(), self.most)
    }
}

#[cfg(test)]
mod tests {
    use super::Keyed;
    use crate::word::{Hex, Word as _};

    #[test]
    fn the_oldest_makes_room_and_the_oldest_goes_first() {
        let mut keyed = Keyed::<Hex<1>, _>::of(3);
        let of = |word| Hex::read(word).unwrap();
        for (word, number) in [("0a", 1), ("0b", 2), ("0c", 3), ("0d", 4)] {
            keyed.put(of(word), number);
        }
        assert_eq!((keyed.get("0a"), keyed.get("0b"), keyed.len()), (None, Some(&2), 3));
        assert_eq!((keyed.get(""), keyed.get("0B")), (None, None));
        keyed.let_go(|number| *number != 3);
        assert_eq!(
            (keyed.get("0b"), keyed.get("0d")),
            (None, Some(&4)),
            "what is behind one that stays, stays"
        );
        keyed.iter_mut().for_each(|number| *number += 1);
        keyed.retain(|number| *number != 4);
        assert_eq!(keyed.get("0c"), None);
        assert_eq!(keyed.get_mut("0d"), Some(&mut 5));
        assert_eq!((keyed.take("0d"), keyed.take_word(&of("0d")), keyed.len()), (Some(5), None, 0));
        assert_eq!(format!("{keyed:?}"), "0 of at most 3");
    }
}
