//! JSON with numbers that no double can hold.
//!
//! RFC 8259 section 6 lets a reader set limits, and `serde_json` then refuses all of the text. A customer's token is not to be
//! lost to a lifetime of `1e999`, so such a number becomes the nearest one that there is.

/// The text with each number beyond the range of a double cut to it; `None` if it has none.
pub(crate) fn within_range(body: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    // What of `body` is in `out` already.
    let mut copied = 0;
    let mut at = 0;
    while at < body.len() {
        match body[at] {
            b'"' => at = after_string(body, at),
            b'-' | b'0'..=b'9' => {
                let length = body[at..].iter().take_while(|byte| is_of_a_number(**byte)).count();
                if let Some(nearest) = nearest(&body[at..at + length]) {
                    out.extend_from_slice(&body[copied..at]);
                    out.extend_from_slice(nearest.to_string().as_bytes());
                    copied = at + length;
                }
                at += length;
            }
            _ => at += 1,
        }
    }
    if copied == 0 {
        return None;
    }
    out.extend_from_slice(&body[copied..]);
    Some(out)
}

fn after_string(body: &[u8], begin: usize) -> usize {
    let mut at = begin + 1;
    while at < body.len() && body[at] != b'"' {
        at += if body[at] == b'\\' { 2 } else { 1 };
    }
    at + 1
}

const fn is_of_a_number(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E')
}

/// For a number of RFC 8259 section 6 that is out of range; what is none of these stays what it was: an error.
fn nearest(number: &[u8]) -> Option<serde_json::Number> {
    let text = std::str::from_utf8(number).ok()?;
    let digits = text.strip_prefix('-').unwrap_or(text);
    let whole = digits.split(['.', 'e', 'E']).next()?;
    let has_fraction =
        digits.split_once('.').is_none_or(|(_, fraction)| fraction.starts_with(|c: char| c.is_ascii_digit()));
    if whole.is_empty() || (whole.len() > 1 && whole.starts_with('0')) || !has_fraction {
        return None;
    }
    let value: f64 = text.parse().ok()?;
    if value.is_finite() { None } else { serde_json::Number::from_f64(value.clamp(f64::MIN, f64::MAX)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(body: &str) -> Option<String> {
        within_range(body.as_bytes()).map(|cut| String::from_utf8(cut).unwrap())
    }

    #[test]
    fn only_numbers_that_are_out_of_range_change() {
        let most = serde_json::json!(f64::MAX);
        let long = "9".repeat(400);
        assert_eq!(
            cut(r#"{"a":1e999,"b":"1e999","c":-1E+999}"#).unwrap(),
            format!(r#"{{"a":{most},"b":"1e999","c":-{most}}}"#)
        );
        assert_eq!(cut(&format!("[{long},{long}.5,1]")).unwrap(), format!("[{most},{most},1]"));
        assert_eq!(cut(r#"["\"1e999",1e999"#).unwrap(), format!(r#"["\"1e999",{most}"#));
        for other in [
            "",
            "{}",
            "1e308",
            "-0",
            "1e-999",
            r#""1e999"#,
            r#""\"#,
            "01e999",
            "1.e999",
            "-.5e999",
            "1e",
            "1e9e999",
            "--1e999",
            "1e999-",
            "[1,2.5]",
        ] {
            assert_eq!(cut(other), None, "{other}");
        }
    }

    proptest::proptest! {
        /// What was readable is read as it was, and what is changed is readable if it was JSON but for its numbers.
        #[test]
        fn nothing_else_changes(text in r#"[\[\]{}:,"\\a1e9+. -]{0,24}"#) {
            if let Some(cut) = cut(&text) {
                proptest::prop_assert!(serde_json::from_str::<serde_json::Value>(&text).is_err());
                proptest::prop_assert_eq!(within_range(cut.as_bytes()), None);
            }
        }
    }
}
