//! A strict parser for the header `X-Act-as-User: "Name" <email>`.

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct NamedUser {
    pub(super) name: String,
    pub(super) email: String,
}

/// Parses a quoted string (RFC 5322 section 3.2.4, where `\` escapes any character), exactly one space, and
/// an address in angle brackets. Only visible ASCII and spaces are allowed, and nothing before or after.
pub(super) fn parse(header: &str) -> Option<NamedUser> {
    if !header.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()) {
        return None;
    }
    let (name, rest) = parse_quoted(header)?;
    let email = rest.strip_prefix(" <")?.strip_suffix('>')?;
    (!name.trim().is_empty() && is_email(email)).then(|| NamedUser { name, email: email.to_owned() })
}

/// Returns the unescaped quoted string at the start of `text`, and the rest.
fn parse_quoted(text: &str) -> Option<(String, &str)> {
    let mut name = String::new();
    let mut rest = text.strip_prefix('"')?.chars();
    loop {
        match rest.next()? {
            '"' => return Some((name, rest.as_str())),
            '\\' => name.push(rest.next()?),
            other => name.push(other),
        }
    }
}

/// Accepts `local@domain` if the domain contains a dot.
pub(super) fn is_email(text: &str) -> bool {
    let is_dotted = |text: &str, punctuation: &[u8]| {
        text.split('.').all(|part| {
            !part.is_empty()
                && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || punctuation.contains(&byte))
        })
    };
    text.split_once('@').is_some_and(|(local, domain)| {
        is_dotted(local, b"!#$%&'*+-/=?^_`{|}~") && is_dotted(domain, b"-") && domain.contains('.')
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{NamedUser, parse};

    fn to_header(named: &NamedUser) -> String {
        let name = named.name.replace('\\', "\\\\").replace('"', "\\\"");
        format!("\"{name}\" <{}>", named.email)
    }

    #[test]
    fn parses_only_the_documented_form() {
        let bob = NamedUser { name: "Bob Smith".into(), email: "bob@example.org".into() };
        assert_eq!(parse("\"Bob Smith\" <bob@example.org>"), Some(bob));
        assert_eq!(parse(r#""Bob \"B\\\" S." <b@e.org>"#).unwrap().name, r#"Bob "B\" S."#);
        for bad in [
            "",
            "bob@example.org",
            "<bob@example.org>",
            "Bob Smith <bob@example.org>",
            "'Bob Smith' <bob@example.org>",
            "\"Bob Smith\" bob@example.org",
            "\"Bob Smith\"<bob@example.org>",
            "\"Bob Smith\"  <bob@example.org>",
            " \"Bob Smith\" <bob@example.org>",
            "\"Bob Smith\" <bob@example.org> ",
            "\"Bob Smith\" <bob@example.org>, \"Eve\" <eve@example.org>",
            "\"Bob Smith\" <bob@example.org> <eve@example.org>",
            "\"Bob\" Smith\" <bob@example.org>",
            "\"Bob Smith <bob@example.org>",
            "\"Bob Smith\\\" <bob@example.org>",
            "\"\" <bob@example.org>",
            "\" \" <bob@example.org>",
            "\"Bob Smith\" <>",
            "\"Bob Smith\" <bob>",
            "\"Bob Smith\" <bob@localhost>",
            "\"Bob Smith\" <bob@exa mple.org>",
            "\"Bob Smith\" <bob@@example.org>",
            "\"Bob Smith\" <.bob@example.org>",
            "\"Bob Smith\" <bob@example..org>",
            "\"Bob\tSmith\" <bob@example.org>",
            "\"J\u{fc}rgen\" <j@example.org>",
            "=?UTF-8?Q?J=C3=BCrgen?= <j@example.org>",
        ] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn parses_every_valid_header(name in "[ -~]{0,20}[!-~][ -~]{0,20}", email in "[a-z+]{1,9}@[a-z-]{1,9}\\.[a-z]{2,4}") {
            let named = NamedUser { name, email };
            prop_assert_eq!(parse(&to_header(&named)), Some(named));
        }

        #[test]
        fn parsed_header_is_unambiguous(header in "\"?[ab\"\\\\ <>@.]{0,8}\"? ?<?[ab\"\\\\ <>@.]{0,8}>?") {
            if let Some(named) = parse(&header) {
                prop_assert_eq!(parse(&to_header(&named)), Some(named.clone()));
                let end = format!("\" <{}>", named.email);
                prop_assert!(header.ends_with(&end), "{}", header);
                prop_assert_eq!(named.email.matches('@').count(), 1);
            }
        }
    }
}
