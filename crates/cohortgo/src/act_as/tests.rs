use proptest::prelude::*;

use super::*;

/// Parses `"Name" <email>` as RFC 5322 defines it, or encoded words for the name. Independent of the code
/// under test.
fn parse(header: &str) -> Option<(String, String)> {
    let (phrase, rest) = if let Some(mut rest) = header.strip_prefix('"') {
        let mut name = String::new();
        loop {
            let c = rest.chars().next()?;
            rest = &rest[c.len_utf8()..];
            match c {
                '"' => break,
                '\\' => {
                    let escaped = rest.chars().next()?;
                    rest = &rest[escaped.len_utf8()..];
                    name.push(escaped);
                }
                c => name.push(c),
            }
        }
        (name, rest)
    } else {
        let end = header.rfind(" <")?;
        let mut bytes = Vec::new();
        for word in header[..end].split(' ') {
            let text = word.strip_prefix("=?UTF-8?Q?")?.strip_suffix("?=")?;
            let mut chars = text.bytes();
            while let Some(byte) = chars.next() {
                bytes.push(match byte {
                    b'_' => b' ',
                    b'=' => {
                        let hex = [chars.next()?, chars.next()?];
                        u8::from_str_radix(std::str::from_utf8(&hex).ok()?, 16).ok()?
                    }
                    byte => byte,
                });
            }
        }
        (String::from_utf8(bytes).ok()?, &header[end..])
    };
    let email = rest.strip_prefix(" <")?.strip_suffix('>')?;
    Some((phrase, email.to_owned()))
}

const EMAIL: &str =
    "[a-zA-Z0-9!#$%&'*+/=?^_`{|}~-]{1,12}(\\.[a-z0-9+-]{1,8}){0,2}@([a-z0-9]{1,10}\\.){1,3}[a-z]{2,6}";

proptest! {
    #[test]
    fn name_and_address_round_trip(name in "[ -~]{1,60}", email in EMAIL) {
        prop_assume!(!name.trim().is_empty() && !name.contains("=?"));
        let user = ActAs::new(&name, &email).unwrap();
        prop_assert_eq!(parse(&user.to_string()), Some((name.clone(), email.clone())));
        prop_assert_eq!((user.name(), user.email()), (name.as_str(), email.as_str()));
    }

    #[test]
    fn encoded_name_round_trips(name in "\\PC{1,60}", email in EMAIL) {
        prop_assume!(!name.trim().is_empty() && !name.chars().any(char::is_control));
        let user = ActAs::with_encoded_name(&name, &email).unwrap();
        prop_assert!(user.to_string().is_ascii());
        prop_assert_eq!(parse(&user.to_string()), Some((name, email)));
    }

    #[test]
    fn input_never_escapes_the_header(name in any::<String>(), email in any::<String>()) {
        for user in [ActAs::new(&name, &email), ActAs::with_encoded_name(&name, &email)] {
            match user {
                Ok(user) => {
                    prop_assert!(user.to_string().bytes().all(|b| (0x20..=0x7E).contains(&b)));
                    prop_assert_eq!(parse(&user.to_string()), Some((name.clone(), email.clone())));
                }
                Err(error) => prop_assert_eq!(error.kind(), ErrorKind::InvalidInput),
            }
        }
    }

    #[test]
    fn rejects_control_characters_at_any_position(
        before in "[a-z]{0,5}", bad in "\\p{Cc}", after in "[a-z]{0,5}",
    ) {
        let text = format!("{before}{bad}{after}");
        for refused in [
            ActAs::new(format!("Bob {text}"), "bob@example.org"),
            ActAs::with_encoded_name(format!("Bob {text}"), "bob@example.org"),
            ActAs::with_encoded_name(format!("Bøb {text}"), "bob@example.org"),
            ActAs::new("Bob", format!("bob{text}@example.org")),
            ActAs::new("Bob", format!("bob@example.org{text}")),
        ] {
            prop_assert_eq!(refused.unwrap_err().kind(), ErrorKind::InvalidInput);
        }
    }
}

#[test]
fn rejects_invalid_users() {
    let long = "x".repeat(257);
    let mut out = String::new();
    for (name, email) in [
        ("", "bob@example.org"),
        ("   ", "bob@example.org"),
        ("Bob\r\nX-Evil: 1", "bob@example.org"),
        ("Bob\0", "bob@example.org"),
        ("Bob\u{7F}", "bob@example.org"),
        ("Jürgen", "j@example.org"),
        ("=?UTF-8?Q?Eve?=", "eve@example.org"),
        (long.as_str(), "bob@example.org"),
        ("Bob Smith", "[email protected]"),
        ("Bob", "bob@example.org> <eve@example.org"),
    ] {
        let error = ActAs::new(name, email).unwrap_err();
        let name = if name.len() > 50 { "(257 characters)".to_owned() } else { format!("{name:?}") };
        out += &format!("{name} {email:?}\n  {error}\n");
    }
    insta::assert_snapshot!(out);
}

#[test]
fn address_within_name_stays_in_name() {
    let user = ActAs::new(r#"Eve" <eve@example.org>, "Bob"#, "bob@example.org").unwrap();
    assert_eq!(user.to_string(), r#""Eve\" <eve@example.org>, \"Bob" <bob@example.org>"#);
}

#[test]
fn debug_hides_name_and_address() {
    let user = ActAs::new("Bob Smith", "bob@example.org").unwrap();
    let text = format!("{user:?} {:?}", user.header);
    assert!(!text.contains("Bob") && !text.contains("bob"), "{text}");
}
