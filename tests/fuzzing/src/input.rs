//! Parsing of fuzz inputs.

/// The remaining input. Choices come first, one byte each; missing bytes count as zero.
pub(crate) struct Input<'a>(&'a [u8]);

/// Separates texts; never part of UTF-8.
pub(crate) const SEPARATOR: u8 = 0xFF;

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

    /// The bytes before the next [`SEPARATOR`], or all remaining bytes.
    pub(crate) fn part(&mut self) -> &'a [u8] {
        let end = self.0.iter().position(|byte| *byte == SEPARATOR);
        let (part, rest) = end.map_or((self.0, &[][..]), |at| (&self.0[..at], &self.0[at + 1..]));
        self.0 = rest;
        part
    }

    /// The next part as text, with invalid UTF-8 replaced by U+FFFD.
    pub(crate) fn text(&mut self) -> String {
        String::from_utf8_lossy(self.part()).into_owned()
    }

    pub(crate) fn rest(self) -> &'a [u8] {
        self.0
    }
}

/// Builds an input from choices and texts.
pub(crate) fn input(choices: &[u8], texts: &[&[u8]]) -> Vec<u8> {
    [choices, &texts.join(&SEPARATOR)].concat()
}
