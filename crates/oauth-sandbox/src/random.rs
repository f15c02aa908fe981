//! Random identifiers, secrets, codes and tokens. None carries any meaning, so no client can depend on one.
//!
//! Codes and tokens are stored as the bytes they are made of; as text they would take about twice the memory.

use std::cell::RefCell;
use std::hash::Hash;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The number of random bytes requested from the operating system at a time. A request for each token would
/// take longer than the rest of issuing it.
const POOL: usize = 1024;

/// The length of [`opaque`].
const OPAQUE_LENGTH: usize = 43;

thread_local! {
    /// Random bytes, and the number of bytes used so far.
    static POOLED: RefCell<([u8; POOL], usize)> = const { RefCell::new(([0; POOL], POOL)) };
}

/// `N` random bytes from the operating system.
///
/// # Panics
/// When the operating system has no randomness to give.
pub(crate) fn bytes<const N: usize>() -> [u8; N] {
    const { assert!(N <= POOL) };
    POOLED.with_borrow_mut(|(pool, used)| {
        if *used + N > POOL {
            getrandom::fill(pool).expect("the operating system gives random bytes");
            *used = 0;
        }
        let mut bytes = [0; N];
        let taken = &mut pool[*used..*used + N];
        bytes.copy_from_slice(taken);
        // No copy of a secret stays in the pool.
        taken.fill(0);
        *used += N;
        bytes
    })
}

/// `N` random bytes as `2 * N` lower-case hexadecimal digits.
pub(crate) fn hex<const N: usize>() -> String {
    let mut text = String::with_capacity(2 * N);
    write_hex(&bytes::<N>(), &mut text);
    text
}

/// Appends two lower-case hexadecimal digits for each byte.
fn write_hex(bytes: &[u8], text: &mut String) {
    let digit = |half: u8| b"0123456789abcdef"[usize::from(half)];
    for chunk in bytes.chunks(16) {
        let mut digits = [0; 32];
        for (pair, byte) in digits.chunks_exact_mut(2).zip(chunk) {
            pair.copy_from_slice(&[digit(byte >> 4), digit(byte & 15)]);
        }
        // The digits are ASCII.
        text.push_str(std::str::from_utf8(&digits[..2 * chunk.len()]).unwrap_or_default());
    }
}

/// A URL-safe opaque value of 43 characters (32 random bytes).
pub(crate) fn opaque() -> String {
    URL_SAFE_NO_PAD.encode(bytes::<32>())
}

/// A random code or token in its binary form. Each value has exactly one text form.
pub(crate) trait RandomValue: Copy + Eq + Hash {
    /// Generates an unguessable value.
    fn new() -> Self;
    /// Returns `None` when `text` is not the text form of any value.
    fn parse(text: &str) -> Option<Self>;
    fn text(&self) -> String;
}

/// A value of 43 characters, as [`opaque`] generates them.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Opaque([u8; 32]);

impl RandomValue for Opaque {
    fn new() -> Self {
        Self(bytes())
    }

    fn parse(text: &str) -> Option<Self> {
        // The decoder needs room for one byte more.
        let mut bytes = [0; 33];
        let decoded = (text.len() == OPAQUE_LENGTH).then(|| URL_SAFE_NO_PAD.decode_slice(text, &mut bytes));
        match decoded {
            Some(Ok(32)) => bytes[..32].try_into().ok().map(Self),
            _ => None,
        }
    }

    fn text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }
}

/// A value of `2 * N` lower-case hexadecimal digits, as [`hex`] generates them.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Hex<const N: usize>([u8; N]);

impl<const N: usize> Hex<N> {
    /// Appends the text form to `text`.
    pub(crate) fn write(&self, text: &mut String) {
        write_hex(&self.0, text);
    }
}

impl<const N: usize> RandomValue for Hex<N> {
    fn new() -> Self {
        Self(bytes())
    }

    fn parse(text: &str) -> Option<Self> {
        let (pairs, []) = text.as_bytes().as_chunks::<2>() else { return None };
        if pairs.len() != N {
            return None;
        }
        let mut bytes = [0; N];
        for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
            *byte = digit_value(*high)? << 4 | digit_value(*low)?;
        }
        Some(Self(bytes))
    }

    fn text(&self) -> String {
        let mut text = String::with_capacity(2 * N);
        self.write(&mut text);
        text
    }
}

fn digit_value(letter: u8) -> Option<u8> {
    match letter {
        b'0'..=b'9' => Some(letter - b'0'),
        b'a'..=b'f' => Some(letter - b'a' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn values_never_repeat() {
        // Lengths that leave bytes unused at the end of a pool.
        let values: HashSet<String> =
            (0..500).flat_map(|_| [opaque(), hex::<20>(), hex::<32>(), format!("x{}", hex::<7>())]).collect();
        assert_eq!(values.len(), 2000);
        let zeros = |value: &&String| value.contains("000000000000") || value.contains("AAAAAAAA");
        assert_eq!(values.iter().filter(zeros).count(), 0, "bytes that were never filled, or used before");
        assert_eq!((opaque().len(), hex::<20>().len()), (OPAQUE_LENGTH, 40));
        assert!(hex::<20>().bytes().all(|digit| b"0123456789abcdef".contains(&digit)));
    }

    fn check_text_form<V: RandomValue>(other: &str) {
        let value = V::new();
        let text = value.text();
        assert!(V::parse(&text).is_some_and(|parsed| parsed == value));
        assert!(V::new() != value);
        for at in 0..text.len() {
            // Every other text of the same length is another value, or none.
            let mut changed = text.clone();
            changed.replace_range(at..=at, other);
            let parsed = V::parse(&changed);
            assert!(
                changed == text || parsed.is_none_or(|parsed| parsed != value && parsed.text() == changed)
            );
        }
        for wrong in ["", &text[1..], &format!("{text}0"), &format!("{text}=")] {
            assert!(V::parse(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn value_has_exactly_one_text_form() {
        for other in ["0", "a", "f", "A", "F", "_", "B", "g", "=", " ", "é"] {
            check_text_form::<Opaque>(other);
            check_text_form::<Hex<2>>(other);
            check_text_form::<Hex<32>>(other);
        }
        assert_eq!((Opaque::new().text().len(), Hex::<20>::new().text().len()), (OPAQUE_LENGTH, 40));
    }
}
