//! Random identifiers, secrets, codes and tokens. None carries any meaning, so no client can depend on one.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// `N` random bytes from the operating system.
///
/// # Panics
/// When the operating system has no randomness to give.
fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

/// `N` random bytes as `2 * N` lower-case hexadecimal digits.
pub(crate) fn hex<const N: usize>() -> String {
    bytes::<N>().iter().map(|byte| format!("{byte:02x}")).collect()
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
    fn values_have_fixed_length_and_never_repeat() {
        let values: HashSet<String> = (0..500).flat_map(|_| [opaque(), hex::<20>(), hex::<32>()]).collect();
        assert_eq!(values.len(), 1500);
        assert_eq!((opaque().len(), hex::<20>().len()), (43, 40));
        assert!(hex::<20>().bytes().all(|digit| b"0123456789abcdef".contains(&digit)));
    }
}
