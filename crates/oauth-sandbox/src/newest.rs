//! Equal things, kept once.

use std::fmt;
use std::sync::Arc;

/// The newest of many things, of which the next is often the same: what a token stands for, when one application asks again and again. All
/// its tokens then share one.
pub(crate) struct Newest<T>(Option<Arc<T>>);

impl<T> Default for Newest<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T: PartialEq> Newest<T> {
    /// This, or the one before it when they are equal.
    pub(crate) fn shared(&mut self, thing: T) -> Arc<T> {
        match &self.0 {
            Some(newest) if **newest == thing => Arc::clone(newest),
            _ => Arc::clone(self.0.insert(Arc::new(thing))),
        }
    }
}

/// Nothing: it may be secret.
impl<T> fmt::Debug for Newest<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Newest")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_neighbours_are_shared() {
        let mut newest = Newest::default();
        let [first, second, other, third] = [1, 1, 2, 1].map(|number| newest.shared(number));
        assert!(Arc::ptr_eq(&first, &second) && !Arc::ptr_eq(&second, &third));
        assert_eq!((*first, *second, *other, *third), (1, 1, 2, 1));
    }
}
