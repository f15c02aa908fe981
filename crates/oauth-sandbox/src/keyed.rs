//! A [`Shelf`](crate::shelf::Shelf) for what is looked up by a word: with a hundred thousand tokens, a look at each one for every call would
//! be what the sandbox does.

use std::fmt;

use hashlink::LinkedHashMap;

/// Things by their words, in the order of arrival. When it is full, the oldest makes room.
pub(crate) struct Keyed<T> {
    most: usize,
    things: LinkedHashMap<String, T>,
}

impl<T> Keyed<T> {
    /// An empty one for at most so many.
    pub(crate) fn of(most: usize) -> Self {
        Self { most, things: LinkedHashMap::new() }
    }

    pub(crate) fn len(&self) -> usize {
        self.things.len()
    }

    pub(crate) fn put(&mut self, word: String, thing: T) {
        while self.things.len() >= self.most {
            self.things.pop_front();
        }
        self.things.insert(word, thing);
    }

    pub(crate) fn get(&self, word: &str) -> Option<&T> {
        self.things.get(word)
    }

    pub(crate) fn take(&mut self, word: &str) -> Option<T> {
        self.things.remove(word)
    }

    /// Lets the oldest go, up to the first that stays.
    pub(crate) fn let_go(&mut self, is_over: impl Fn(&T) -> bool) {
        while self.things.front().is_some_and(|(_, thing)| is_over(thing)) {
            self.things.pop_front();
        }
    }
}

/// How many: what lies here is secret.
impl<T> fmt::Debug for Keyed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of at most {}", self.things.len(), self.most)
    }
}

#[cfg(test)]
mod tests {
    use super::Keyed;

    #[test]
    fn the_oldest_makes_room_and_the_oldest_goes_first() {
        let mut keyed = Keyed::of(3);
        for (word, number) in [("a", 1), ("b", 2), ("c", 3), ("d", 4)] {
            keyed.put(word.to_owned(), number);
        }
        assert_eq!((keyed.get("a"), keyed.get("b"), keyed.len()), (None, Some(&2), 3));
        keyed.let_go(|number| *number != 3);
        assert_eq!(
            (keyed.get("b"), keyed.get("d")),
            (None, Some(&4)),
            "what is behind one that stays, stays"
        );
        assert_eq!((keyed.take("d"), keyed.take("d"), keyed.len()), (Some(4), None, 1));
        assert_eq!(format!("{keyed:?}"), "1 of at most 3");
    }
}
