//! Opaque random values: identifiers, secrets, codes, tokens. None carries meaning, so no client can come to depend on one.

use std::cell::RefCell;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// How many random bytes the operating system is asked for at a time. Asked for each token alone, it would take longer over it than
/// everything else that a token is.
const POOL: usize = 1024;

thread_local! {
    /// Random bytes, and how many of them were given out.
    static POOLED: RefCell<([u8; POOL], usize)> = const { RefCell::new(([0; POOL], POOL)) };
}

/// `N` random bytes from the operating system.
///
/// Panics when the operating system has no randomness to give, as nothing sensible could follow.
pub(crate) fn bytes<const N: usize>() -> [u8; N] {
    const { assert!(N <= POOL) };
    POOLED.with_borrow_mut(|(pool, given)| {
        if *given + N > POOL {
            getrandom::fill(pool).expect("the operating system gives random bytes");
            *given = 0;
        }
        let mut bytes = [0; N];
        let taken = &mut pool[*given..*given + N];
        bytes.copy_from_slice(taken);
        // Nobody gets them again.
        taken.fill(0);
        *given += N;
        bytes
    })
}

/// The length of [`opaque`].
pub(crate) const OPAQUE: usize = 43;

/// `N` random bytes as `2 * N` lower-case hexadecimal digits.
pub(crate) fn hex<const N: usize>() -> String {
    let mut text = String::with_capacity(2 * N);
    write_hex(&bytes::<N>(), &mut text);
    text
}

/// Adds two lower-case hexadecimal digits for each byte.
pub(crate) fn write_hex(bytes: &[u8], text: &mut String) {
    let digit = |half: u8| b"0123456789abcdef"[usize::from(half)];
    for some in bytes.chunks(16) {
        let mut digits = [0; 32];
        for (pair, byte) in digits.chunks_exact_mut(2).zip(some) {
            pair.copy_from_slice(&[digit(byte >> 4), digit(byte & 15)]);
        }
        // They are ASCII.
        text.push_str(std::str::from_utf8(&digits[..2 * some.len()]).unwrap_or_default());
    }
}

/// A URL-safe opaque value of 43 characters (32 random bytes).
pub(crate) fn opaque() -> String {
    URL_SAFE_NO_PAD.encode(bytes::<32>())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_value_comes_twice_however_many_are_asked_for() {
        // Lengths that leave something over at the end of a pool.
        let values: HashSet<String> =
            (0..500).flat_map(|_| [opaque(), hex::<20>(), hex::<32>(), format!("x{}", hex::<7>())]).collect();
        assert_eq!(values.len(), 2000);
        let zeros = |value: &&String| value.contains("000000000000") || value.contains("AAAAAAAA");
        assert_eq!(values.iter().filter(zeros).count(), 0, "bytes that were never filled, or given before");
        assert_eq!((opaque().len(), hex::<20>().len()), (OPAQUE, 40));
        assert!(hex::<20>().bytes().all(|digit| b"0123456789abcdef".contains(&digit)));
    }
}
