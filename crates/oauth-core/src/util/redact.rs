//! Redaction of foreign text: bounded, printable, without the request's secrets.

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD};

use crate::util::url_policy::encode_segment;

/// Limits text to `limit` characters, replaces control characters and trims white space.
pub(crate) fn sanitize(text: &str, limit: usize) -> String {
    let mut out = String::new();
    for (n, c) in text.trim().chars().enumerate() {
        if n == limit {
            out.push('…');
            break;
        }
        out.push(if c.is_control() || is_invisible(c) { ' ' } else { c });
    }
    out
}

pub(crate) fn has_control(text: &str) -> bool {
    if text.is_ascii() {
        return text.bytes().any(|byte| byte.is_ascii_control());
    }
    text.chars().any(char::is_control)
}

/// Format characters, such as zero-width and direction marks, and line and paragraph separators: they change
/// how a line reads.
fn is_invisible(c: char) -> bool {
    if c.is_ascii() || c.is_whitespace() {
        return matches!(c, '\u{2028}' | '\u{2029}');
    }
    // Within a string, the standard library escapes what is neither printable nor a combining mark.
    ['x', c].iter().collect::<String>().escape_debug().count() > 2
}

/// Minimum length for the search of base64 and hex: those of a few characters occur in any text.
const MIN_ENCODED_SEARCH: usize = 8;

/// Replaces every secret by `[redacted]`, also encoded (form, query, path, JSON, base64, hex) or in lower
/// case, as in a host name; then sanitizes.
pub(crate) fn redact(text: &str, secrets: &[&str], limit: usize) -> String {
    let mut text = text.to_owned();
    // Longest first: a secret that is a prefix of another must not leave the rest of it.
    let mut secrets: Vec<&str> = secrets.iter().copied().filter(|secret| !secret.is_empty()).collect();
    secrets.sort_unstable_by_key(|secret| std::cmp::Reverse(secret.len()));
    for secret in secrets {
        text = text.replace(secret, "[redacted]");
        let in_a_form: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
        let mut spellings =
            vec![in_a_form.replace('+', "%20"), in_a_form, encode_segment(secret), in_json(secret)];
        if secret.len() >= MIN_ENCODED_SEARCH {
            let hex: String = secret.bytes().map(|b| format!("{b:02x}")).collect();
            spellings.extend([
                BASE64_STANDARD_NO_PAD.encode(secret),
                BASE64_URL_SAFE_NO_PAD.encode(secret),
                hex.to_ascii_uppercase(),
                hex,
                secret.to_ascii_lowercase(),
            ]);
        }
        for encoded in spellings {
            if encoded != secret {
                text = text.replace(encoded.as_str(), "[redacted]");
            }
        }
    }
    sanitize(&text, limit)
}

/// Encodes text as between the quotes of a JSON string.
fn in_json(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

/// In bytes; far above what servers accept in a header.
const MAX_TOKEN_BYTES: usize = 64 << 10;

/// Returns true for printable ASCII (RFC 6749 appendices A.12, A.17) that is not empty and fits in a header.
pub(crate) fn is_token(token: &str) -> bool {
    (1..=MAX_TOKEN_BYTES).contains(&token.len()) && token.is_ascii() && !has_control(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redacts_secrets_in_every_encoding() {
        let text = redact("bad token a b+c\r\nand a%20b%2Bc, a+b%2Bc, a%20b+c", &["a b+c"], 100);
        assert_eq!(text, "bad token [redacted]  and [redacted], [redacted], [redacted]");
        assert_eq!(redact(r#"{"password":"p\"w\\d"}"#, &[r#"p"w\d"#], 100), r#"{"password":"[redacted]"}"#);
        assert_eq!(
            redact(
                "Basic Q2FuYXJ5LTEyMw== 43616e6172792d313233 canary-123.evil.example",
                &["Canary-123"],
                100
            ),
            "Basic [redacted]== [redacted] [redacted].evil.example"
        );
        assert_eq!(redact("bad cat-secret", &["cat", "cat-secret"], 100), "bad [redacted]");
        assert_eq!(sanitize("a\u{202E}b\u{2028}c\u{200B}", 9), "a b c ");
        assert_eq!(sanitize("a\u{61C}b\u{180E}c\u{AD}d\u{E0041}e\u{9B}f", 20), "a b c d e f");
        assert_eq!(sanitize("e\u{301} हिन्दी\u{3000}日", 20), "e\u{301} हिन्दी\u{3000}日");
        assert_eq!(sanitize("abcdef", 3), "abc…");
    }
}
