//! Codes and tokens by the random bytes that they are made of: as text, which is what travels, each would take about twice the memory.

use std::hash::Hash;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::random;

/// A kind of words. Each word has one text, so that nothing else is taken for it.
pub(crate) trait Word: Copy + Eq + Hash {
    /// One that nobody can guess.
    fn new() -> Self;
    /// None for what is no word of this kind.
    fn read(text: &str) -> Option<Self>;
    fn text(&self) -> String;
}

/// 43 characters, as [`random::opaque`] makes them.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Opaque([u8; 32]);

impl Word for Opaque {
    fn new() -> Self {
        Self(random::bytes())
    }

    fn read(text: &str) -> Option<Self> {
        // Room for one more than is wanted: the decoder asks for it.
        let mut bytes = [0; 33];
        let read = (text.len() == random::OPAQUE).then(|| URL_SAFE_NO_PAD.decode_slice(text, &mut bytes));
        match read {
            Some(Ok(32)) => bytes[..32].try_into().ok().map(Self),
            _ => None,
        }
    }

    fn text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }
}

/// `2 * N` lower-case hexadecimal digits, as [`random::hex`] makes them.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Hex<const N: usize>([u8; N]);

impl<const N: usize> Hex<N> {
    /// Adds its text.
    pub(crate) fn write(&self, text: &mut String) {
        random::write_hex(&self.0, text);
    }
}

impl<const N: usize> Word for Hex<N> {
    fn new() -> Self {
        Self(random::bytes())
    }

    fn read(text: &str) -> Option<Self> {
        let (pairs, []) = text.as_bytes().as_chunks::<2>() else { return None };
        if pairs.len() != N {
            return None;
        }
        let mut bytes = [0; N];
        for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
            *byte = digit(*high)? << 4 | digit(*low)?;
        }
        Some(Self(bytes))
    }

    fn text(&self) -> String {
        let mut text = String::with_capacity(2 * N);
        self.write(&mut text);
        text
    }
}

fn digit(letter: u8) -> Option<u8> {
    match letter {
        b'0'..=b'9' => Some(letter - b'0'),
        b'a'..=b'f' => Some(letter - b'a' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_only_itself<W: Word>(other: &str) {
        let word = W::new();
        let text = word.text();
        assert!(W::read(&text).is_some_and(|read| read == word));
        assert!(W::new() != word);
        for at in 0..text.len() {
            // Every other text of the same length is another word, or none.
            let mut changed = text.clone();
            changed.replace_range(at..=at, other);
            let read = W::read(&changed);
            assert!(changed == text || read.is_none_or(|read| read != word && read.text() == changed));
        }
        for wrong in ["", &text[1..], &format!("{text}0"), &format!("{text}=")] {
            assert!(W::read(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn a_word_has_one_text() {
        for other in ["0", "a", "f", "A", "F", "_", "B", "g", "=", " ", "é"] {
            is_only_itself::<Opaque>(other);
            is_only_itself::<Hex<2>>(other);
            is_only_itself::<Hex<32>>(other);
        }
        assert_eq!((Opaque::new().text().len(), Hex::<20>::new().text().len()), (random::OPAQUE, 40));
    }
}
