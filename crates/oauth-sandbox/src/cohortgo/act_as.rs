//! The header `X-Act-as-User: "Name" <email>`, read strictly.

/// Whom a call is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) name: String,
    pub(super) email: String,
}

/// Reads a name as a quoted string (RFC 5322 section 3.2.4: `\` before a quote, a backslash, or any other character), one space, and
/// an address in angle brackets; nothing before, between or after. All of it visible ASCII and spaces.
pub(super) fn parse(header: &str) -> Option<Named> {
    if !header.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()) {
        return None;
    }
    let (name, rest) = quoted(header)?;
    let email = rest.strip_prefix(" <")?.strip_suffix('>')?;
    (!name.trim().is_empty() && is_email(email)).then(|| Named { name, email: email.to_owned() })
}

/// What stands in the quotes at the beginning of `text`, and what comes after them.
fn quoted(text: &str) -> Option<(String, &str)> {
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

/// `local@domain`, the domain with a dot in it.
pub(super) fn is_email(text: &str) -> bool {
    let dotted = |text: &str, other: &[u8]| {
        text.split('.').all(|part| {
            !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || other.contains(&byte))
        })
    };
    text.split_once('@').is_some_and(|(local, domain)| {
        dotted(local, b"!#$%&'*+-/=?^_`{|}~") && dotted(domain, b"-") && domain.contains('.')
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Named, parse};

    fn written(named: &Named) -> String {
        let name = named.name.replace('\\', "\\\\").replace('"', "\\\"");
        format!("\"{name}\" <{}>", named.email)
    }

    #[test]
    fn one_form_and_no_other() {
        let bob = Named { name: "Bob Smith".into(), email: "bob@example.org".into() };
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
        fn whatever_is_written_right_is_read_right(name in "[ -~]{0,20}[!-~][ -~]{0,20}", email in "[a-z+]{1,9}@[a-z-]{1,9}\\.[a-z]{2,4}") {
            let named = Named { name, email };
            prop_assert_eq!(parse(&written(&named)), Some(named));
        }

        #[test]
        fn whatever_is_read_has_one_meaning(header in "\"?[ab\"\\\\ <>@.]{0,8}\"? ?<?[ab\"\\\\ <>@.]{0,8}>?") {
            if let Some(named) = parse(&header) {
                prop_assert_eq!(parse(&written(&named)), Some(named.clone()));
                let end = format!("\" <{}>", named.email);
                prop_assert!(header.ends_with(&end), "{}", header);
                prop_assert_eq!(named.email.matches('@').count(), 1);
            }
        }

        #[test]
        fn nothing_can_be_added_or_left_out(at in 0_usize..31, extra in "[ -~]") {
            let header = "\"Bob Smith\" <bob.s@example.org>";
            let shorter = [&header[..at], &header[at + 1..]].concat();
            let named = parse(header).unwrap();
            prop_assert!(parse(&shorter).is_none_or(|other| other != named));
            prop_assert_eq!(parse(&format!("{header}{extra}")), None);
            prop_assert_eq!(parse(&format!("{extra}{header}")), None);
        }

        #[test]
        fn reading_never_panics(header in any::<String>()) {
            let _ = parse(&header);
        }
    }
}
