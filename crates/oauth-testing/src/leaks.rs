//! Search for leaked secrets, plain and encoded.

use std::error::Error;
use std::fmt::Write as _;

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE};

/// The prefix of every secret in tests.
pub const CANARY: &str = "canary-";

/// Lists the `secrets` that `text` contains, each with its encoding: `plain of "canary-code"`.
///
/// Finds secrets that are plain, percent-encoded, in base64 at any offset, in hex, in JSON escapes, or in the
/// `Debug` format of bytes. Ignores case.
///
/// ```
/// use oauth_testing::{CANARY, leaks};
///
/// assert_eq!(leaks("nothing here", &[CANARY]), Vec::<String>::new());
/// assert_eq!(leaks("Basic YS1jYW5hcnktY29kZQ==", &["canary-code"]), ["base64 of \"canary-code\""]);
/// assert_eq!(leaks(format!("{:?}", b"canary-code"), &["canary-code"]), ["bytes of \"canary-code\""]);
/// ```
#[must_use]
pub fn leaks(text: impl AsRef<[u8]>, secrets: &[&str]) -> Vec<String> {
    // Lossy decoding keeps ASCII, and all encodings are ASCII.
    let text = String::from_utf8_lossy(text.as_ref());
    let lower = text.to_lowercase();
    let mut found = Vec::new();
    for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
        let mut check = |encoding: &str, is_found: bool| {
            if is_found {
                found.push(format!("{encoding} of {secret:?}"));
            }
        };
        check("plain", lower.contains(&secret.to_lowercase()));
        check("percent", lower.contains(&encode_bytes(secret, "%", "")) || lower.contains(&percent(secret)));
        check("base64", base64(secret).iter().any(|encoded| text.contains(encoded.as_str())));
        check("hex", lower.contains(&encode_bytes(secret, "", "")));
        check("JSON", lower.contains(&encode_bytes(secret, "\\u00", "")));
        let bytes: Vec<String> = secret.bytes().map(|b| b.to_string()).collect();
        check("bytes", text.contains(&bytes.join(", ")));
    }
    found
}

/// The `Display` and `Debug` texts of an error and all its sources.
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

fn encode_bytes(secret: &str, before: &str, after: &str) -> String {
    secret.bytes().map(|b| format!("{before}{b:02x}{after}")).collect()
}

/// Encodes only the characters that require it.
fn percent(secret: &str) -> String {
    let encode = |b: u8| match b {
        b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(b).to_string(),
        _ => format!("%{b:02x}"),
    };
    secret.to_lowercase().bytes().map(encode).collect()
}

/// The base64 of a secret at each of the three offsets in a group, without the first and last characters,
/// which also depend on adjacent bytes.
fn base64(secret: &str) -> Vec<String> {
    let mut encodings = Vec::new();
    for before in 0..3_usize {
        let whole = [vec![0; before], secret.as_bytes().to_vec()].concat();
        let begin = (before * 8).div_ceil(6);
        let end = whole.len() * 8 / 6;
        for engine in [&BASE64_STANDARD, &BASE64_URL_SAFE] {
            let encoded = engine.encode(&whole);
            if end > begin {
                encodings.push(encoded[begin..end].to_owned());
            }
        }
    }
    encodings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_secret_in_each_encoding_and_offset() {
        let secret = "canary+S/1";
        for (text, encoding) in [
            ("x CANARY+s/1 y".to_owned(), "plain"),
            ("canary%2BS%2f1".to_owned(), "percent"),
            ("%63%61%6e%61%72%79%2b%53%2F%31".to_owned(), "percent"),
            ("63616E6172792b532f31".to_owned(), "hex"),
            ("\\u0063\\u0061\\u006e\\u0061\\u0072\\u0079\\u002b\\u0053\\u002F\\u0031".to_owned(), "JSON"),
            (format!("{:?}", secret.as_bytes()), "bytes"),
        ] {
            assert_eq!(leaks(&text, &[secret]), [format!("{encoding} of {secret:?}")], "{text}");
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
