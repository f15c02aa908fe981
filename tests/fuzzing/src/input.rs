//! Bytes taken apart.

/// What is left of an input. Choices come first, a byte each; what is missing counts as zeros.
pub(crate) struct Input<'a>(&'a [u8]);

/// Stands between texts: no UTF-8 holds it.
pub(crate) const BETWEEN: u8 = 0xFF;

impl<'a> Input<'a> {
    pub(crate) fn new(data: &'a [u8]) -> Self {
        Self(data)
    }

    pub(crate) fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    pub(crate) fn number(&mut self) -> i64 {
        i64::from_le_bytes(std::array::from_fn(|_| self.byte()))
    }

    pub(crate) fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[usize::from(self.byte()) % choices.len()]
    }

    /// What stands before the next [`BETWEEN`], or all that is left.
    pub(crate) fn part(&mut self) -> &'a [u8] {
        let end = self.0.iter().position(|byte| *byte == BETWEEN);
        let (part, rest) = end.map_or((self.0, &[][..]), |at| (&self.0[..at], &self.0[at + 1..]));
        self.0 = rest;
        part
    }

    /// The same as text; what is no UTF-8 in it becomes U+FFFD.
    pub(crate) fn text(&mut self) -> String {
        String::from_utf8_lossy(self.part()).into_owned()
    }

    pub(crate) fn rest(self) -> &'a [u8] {
        self.0
    }
}

/// The opposite: an input of these choices and texts.
pub(crate) fn input(choices: &[u8], texts: &[&[u8]]) -> Vec<u8> {
    [choices, &texts.join(&BETWEEN)].concat()
}
