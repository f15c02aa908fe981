//! Other people's text, made fit to show: bounded, printable, free of the request's secrets.

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD};

/// At most `limit` characters, control characters replaced, white space trimmed.
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

/// Whether there is a control character in it.
pub(crate) fn has_control(text: &str) -> bool {
    if text.is_ascii() {
        // Without leaving early, so that many bytes are looked at together.
        return text.bytes().fold(false, |found, byte| found | byte.is_ascii_control());
    }
    text.chars().any(char::is_control)
}

/// What changes how a line reads without being seen: zero-width and direction marks, line and paragraph separators.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

/// Shorter ones are looked for as they are, and as a form, a path and JSON have them: an encoding of a few characters is
/// found in any text.
const LONG_ENOUGH: usize = 8;

/// `text` with every one of `secrets` (also encoded as in a form, a query, a path, JSON, base64 or hex, or in lower case as
/// in a host's name) taken out, then tamed.
pub(crate) fn redact(text: &str, secrets: &[&str], limit: usize) -> String {
    let mut text = text.to_owned();
    // Longest first: one that is the beginning of another must not leave the rest of that one behind.
    let mut secrets: Vec<&str> = secrets.iter().copied().filter(|secret| !secret.is_empty()).collect();
    secrets.sort_unstable_by_key(|secret| std::cmp::Reverse(secret.len()));
    for secret in secrets {
        text = text.replace(secret, "[redacted]");
        let in_a_form: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
        let mut spellings =
            vec![in_a_form.replace('+', "%20"), in_a_form, in_a_path(secret), in_json(secret)];
        if secret.len() >= LONG_ENOUGH {
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

/// As one segment of a URL's path.
fn in_a_path(segment: &str) -> String {
    let Ok(mut url) = url::Url::parse("http://localhost") else { return segment.to_owned() };
    if let Ok(mut path) = url.path_segments_mut() {
        path.push(segment);
    }
    match url.path().trim_start_matches('/') {
        "" => segment.to_owned(), // `.` and `..`
        path => path.to_owned(),
    }
}

/// As it stands between the quotes of a JSON string.
fn in_json(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

/// No server takes a header as long as this, and no provider gives out a token of a hundredth of it.
const LONGEST_TOKEN: usize = 64 << 10;

/// Printable ASCII and not empty (RFC 6749 appendices A.12 and A.17): what may stand in a header. Nor longer than any.
pub(crate) fn is_token(token: &str) -> bool {
    (1..=LONGEST_TOKEN).contains(&token.len()) && token.is_ascii() && !has_control(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_go_in_every_spelling_and_control_characters_too() {
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
        assert_eq!(sanitize("abcdef", 3), "abc…");
    }
}
