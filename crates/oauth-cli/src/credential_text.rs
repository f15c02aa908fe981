//! Identifiers, secrets and tokens as users and programs pass them in: by option, file, environment or
//! prompt.

use crate::failure::Failure;

/// Returns the text without one line end at its end, or why it cannot be used. The reason does not quote it.
///
/// RFC 6749 appendix A allows printable ASCII. It also allows blanks at the ends, but there they are mistakes
/// of copying.
pub(crate) fn parse(text: &str) -> Result<&str, &'static str> {
    let text = text.strip_suffix('\n').map_or(text, |text| text.strip_suffix('\r').unwrap_or(text));
    if text.is_empty() {
        return Err("is empty");
    }
    if text.starts_with(char::is_whitespace) || text.ends_with(char::is_whitespace) {
        return Err("begins or ends with a blank or an empty line");
    }
    if !text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return Err("contains a character that is not printable ASCII");
    }
    Ok(text)
}

/// [`parse`] for a value that `label` names in an error.
pub(crate) fn parse_named<'a>(text: &'a str, label: &str) -> Result<&'a str, Failure> {
    parse(text).map_err(|reason| {
        let message = format!("{label} {reason}");
        if reason == "is empty" {
            return Failure::usage(message);
        }
        Failure::setup(message).with_help("pass exactly the text that the provider shows")
    })
}

/// Parses the value of an option such as `--client-id`.
pub(crate) fn parse_option(text: &str) -> Result<String, String> {
    parse(text).map(str::to_owned).map_err(|reason| format!("it {reason}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_one_line_end_only() {
        for good in ["a b", "a b\n", "a b\r\n"] {
            assert_eq!(parse(good), Ok("a b"), "{good:?}");
        }
        for (bad, reason) in [
            ("", "is empty"),
            ("\n", "is empty"),
            (" a", "blank"),
            ("a ", "blank"),
            ("a \n", "blank"),
            ("a\n\n", "blank"),
            ("\ta", "blank"),
            ("a\u{a0}", "blank"),
            ("a\tb", "printable"),
            ("a\nb", "printable"),
            ("\u{feff}a", "printable"),
            ("a\u{e9}", "printable"),
            ("a\u{200b}", "printable"),
        ] {
            assert!(parse(bad).is_err_and(|error| error.contains(reason)), "{bad:?}: {:?}", parse(bad));
        }
    }
}
