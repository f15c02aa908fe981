//! Other people's text, made fit to show: bounded, printable, free of the request's secrets.

/// At most `limit` characters, control characters replaced, white space trimmed.
pub(crate) fn tame(text: &str, limit: usize) -> String {
    let mut out = String::new();
    for (n, c) in text.trim().chars().enumerate() {
        if n == limit {
            out.push('…');
            break;
        }
        out.push(if c.is_control() { ' ' } else { c });
    }
    out
}

/// `text` with every one of `secrets` (also percent-encoded) taken out, then tamed.
pub(crate) fn scrub(text: &str, secrets: &[&str], limit: usize) -> String {
    let mut text = text.to_owned();
    for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
        text = text.replace(secret, "[redacted]");
        let encoded: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
        if encoded != **secret {
            text = text.replace(&encoded, "[redacted]");
        }
    }
    tame(&text, limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_go_in_both_spellings_and_control_characters_too() {
        let text = scrub("bad token a b+c\r\nand a%20b%2Bc, a+b%2Bc", &["a b+c"], 100);
        assert_eq!(text, "bad token [redacted]  and a%20b%2Bc, [redacted]");
        assert_eq!(tame("abcdef", 3), "abc…");
    }
}
