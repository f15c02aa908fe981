//! Looking for secrets where none may be, in every spelling in which one might get there.

use std::error::Error;
use std::fmt::Write as _;

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE};

/// What every secret of the tests begins with.
pub const CANARY: &str = "canary-";

/// The spellings in which `secrets` stand in `place`, as `plain of "canary-code"`: as they are, percent-encoded, in base64
/// wherever it may begin, in hex, as JSON escapes, or as `Debug` shows bytes. The case of letters is no disguise.
///
/// ```
/// use oauth_testing::{CANARY, leaks};
///
/// assert_eq!(leaks("nothing here", &[CANARY]), Vec::<String>::new());
/// assert_eq!(leaks("Basic YS1jYW5hcnktY29kZQ==", &["canary-code"]), ["base64 of \"canary-code\""]);
/// assert_eq!(leaks(format!("{:?}", b"canary-code"), &["canary-code"]), ["bytes of \"canary-code\""]);
/// ```
#[must_use]
pub fn leaks(place: impl AsRef<[u8]>, secrets: &[&str]) -> Vec<String> {
    // Runs of ASCII come through whole, which is what all spellings are.
    let place = String::from_utf8_lossy(place.as_ref());
    let lower = place.to_lowercase();
    let mut found = Vec::new();
    for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
        let mut told = |how: &str, is: bool| {
            if is {
                found.push(format!("{how} of {secret:?}"));
            }
        };
        told("plain", lower.contains(&secret.to_lowercase()));
        told("percent", lower.contains(&each(secret, "%", "")) || lower.contains(&percent(secret)));
        told("base64", base64(secret).iter().any(|spelling| place.contains(spelling.as_str())));
        told("hex", lower.contains(&each(secret, "", "")));
        told("JSON", lower.contains(&each(secret, "\\u00", "")));
        let bytes: Vec<String> = secret.bytes().map(|b| b.to_string()).collect();
        told("bytes", place.contains(&bytes.join(", ")));
    }
    found
}

/// Everything an error shows, down to its last source.
#[must_use]
pub fn shown(error: &(dyn Error + 'static)) -> String {
    let mut out = String::new();
    let mut next = Some(error);
    while let Some(error) = next {
        let _ = write!(out, "{error} {error:?} {error:#?} ");
        next = error.source();
    }
    out
}

fn each(secret: &str, before: &str, after: &str) -> String {
    secret.bytes().map(|b| format!("{before}{b:02x}{after}")).collect()
}

/// Only what has to be.
fn percent(secret: &str) -> String {
    let spelled = |b: u8| match b {
        b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(b).to_string(),
        _ => format!("%{b:02x}"),
    };
    secret.to_lowercase().bytes().map(spelled).collect()
}

/// A secret in the midst of what is encoded begins at any of three places of a group, and its first and last characters
/// are mixed up with its neighbours.
fn base64(secret: &str) -> Vec<String> {
    let mut spellings = Vec::new();
    for before in 0..3_usize {
        let whole = [vec![0; before], secret.as_bytes().to_vec()].concat();
        let begin = (before * 8).div_ceil(6);
        let end = whole.len() * 8 / 6;
        for engine in [&BASE64_STANDARD, &BASE64_URL_SAFE] {
            let encoded = engine.encode(&whole);
            if end > begin {
                spellings.push(encoded[begin..end].to_owned());
            }
        }
    }
    spellings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_found_in_each_spelling_and_at_each_place() {
        let secret = "canary+S/1";
        for (place, how) in [
            ("x CANARY+s/1 y".to_owned(), "plain"),
            ("canary%2BS%2f1".to_owned(), "percent"),
            ("%63%61%6e%61%72%79%2b%53%2F%31".to_owned(), "percent"),
            ("63616E6172792b532f31".to_owned(), "hex"),
            ("\\u0063\\u0061\\u006e\\u0061\\u0072\\u0079\\u002b\\u0053\\u002F\\u0031".to_owned(), "JSON"),
            (format!("{:?}", secret.as_bytes()), "bytes"),
        ] {
            assert_eq!(leaks(&place, &[secret]), [format!("{how} of {secret:?}")], "{place}");
        }
        for before in 0..6 {
            for after in 0..6 {
                let text = format!("{}{secret}{}", "a".repeat(before), "z".repeat(after));
                for encoded in [BASE64_STANDARD.encode(&text), BASE64_URL_SAFE.encode(&text)] {
                    assert_eq!(leaks(&encoded, &[secret]), [format!("base64 of {secret:?}")], "{text}");
                }
            }
        }
        assert_eq!(leaks("another-thing [redacted]", &[secret, CANARY]), Vec::<String>::new());
    }
}
