//! `X-Act-as-User`: a header made of a name and an address can be parsed into both.

use std::sync::LazyLock;

use cohortgo::{Account, ActAs, CohortGo, scope};
use oauth_core::{Client, Error, ErrorKind};
use oauth_sandbox::cohortgo::parse_act_as_user;

use crate::client::{RecordingTransport, client};
use crate::input::{Input, input};
use crate::secrets::check_error;

pub(crate) const DICTIONARY: &[&str] = &[
    "\"",
    "\\",
    "<",
    ">",
    "@",
    "=?",
    "?=",
    "=?UTF-8?Q?",
    "\r\n",
    "\0",
    "\t",
    ",",
    "ü",
    "\u{2028}",
    "bob@example.org",
    ".",
    "_",
];

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    [
        ("Bob Smith", "bob.smith@example.org"),
        ("Ann \"Annie\" \\ Lee", "ann+crm@mail.example.co.uk"),
        ("Jürgen Müller", "jm@xn--bcher-kva.example"),
        ("=?UTF-8?Q?Bob?=", "bob@example.org"),
        ("a_b=c?d", "o'neill@example.org"),
        ("Bob\r\nX-Evil: 1", "bob@example.org>\r\nX-Evil: 1"),
    ]
    .iter()
    .map(|(name, email)| input(&[], &[name.as_bytes(), email.as_bytes()]))
    .collect()
}

/// The header is one line of visible ASCII, and an independent parser finds the same name and address in it.
/// An error shows neither.
pub fn act_as_user(data: &[u8]) {
    let mut data = Input::new(data);
    let (name, email) = (data.text(), data.text());
    let plain = ActAs::new(name.as_str(), email.as_str());
    let encoded = ActAs::with_encoded_name(name.as_str(), email.as_str());
    for made in [&plain, &encoded] {
        match made {
            Ok(user) => written(user, &name, &email),
            Err(error) => refused(error, &name, &email),
        }
    }
    if let Ok(user) = &plain {
        assert!(encoded.as_ref().is_ok_and(|other| other == user), "encoded without need");
    }
}

fn written(user: &ActAs, name: &str, email: &str) {
    assert_eq!((user.name(), user.email()), (name, email));
    let client: Client<CohortGo> = client(&RecordingTransport::default());
    let account = Account::at("https://portal.cohortgo.com/api/v1".parse().unwrap());
    let acting = client.import_token_with("t", [scope::ACT_AS_USER], account.clone()).unwrap();
    let (header, value) = user.header_for(&acting).unwrap();
    assert_eq!(header, "x-act-as-user");
    assert!(value.is_sensitive());
    let text = value.to_str().unwrap();
    assert!(text.bytes().all(|byte| matches!(byte, b' '..=b'~')), "{text:?}");
    assert_eq!(text, user.to_string());
    let (read_name, read_email) = read(text).unwrap_or_else(|| panic!("cannot parse {text}"));
    assert_eq!((read_name.as_str(), read_email.as_str()), (name, email), "{text}");
    assert!(!format!("{user:?}").contains(email));
    // The header needs the scope.
    let other = client.import_token_with("t", [], account).unwrap();
    assert_eq!(user.header_for(&other).unwrap_err().kind(), ErrorKind::MissingScope);
}

/// The error is the same for every user with the same fault, so it shows nothing of the user.
fn refused(error: &Error, name: &str, email: &str) {
    static KNOWN: LazyLock<Vec<String>> = LazyLock::new(|| {
        let long = "x".repeat(257);
        [
            ("Zoë", "a@b.cd"),
            ("=?", "a@b.cd"),
            (" ", "a@b.cd"),
            (&*long, "a@b.cd"),
            ("a\r", "a@b.cd"),
            ("x", ""),
        ]
        .map(|(name, email)| oauth_testing::shown(&ActAs::new(name, email).unwrap_err()))
        .to_vec()
    });
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    check_error(error, &[]);
    let shown = oauth_testing::shown(error);
    assert!(KNOWN.contains(&shown), "unexpected error for {name:?} {email:?}: {shown}");
}

fn read(text: &str) -> Option<(String, String)> {
    if text.starts_with('"') {
        return parse_act_as_user(text);
    }
    let (phrase, address) = text.rsplit_once(" <")?;
    Some((decoded(phrase)?, address.strip_suffix('>')?.to_owned()))
}

/// Decodes RFC 2047 encoded words in UTF-8 and Q encoding. White space between them is not part of the text.
fn decoded(phrase: &str) -> Option<String> {
    let mut bytes = Vec::new();
    for word in phrase.split(' ') {
        let text = word.strip_prefix("=?UTF-8?Q?")?.strip_suffix("?=")?;
        if word.len() > 75 || text.contains('?') {
            return None;
        }
        let mut rest = text.bytes();
        let begin = bytes.len();
        while let Some(byte) = rest.next() {
            bytes.push(match byte {
                b'_' => b' ',
                b'=' => {
                    let mut digit = || char::from(rest.next()?).to_digit(16);
                    u8::try_from(digit()? * 16 + digit()?).ok()?
                }
                other => other,
            });
        }
        // Each word is complete UTF-8 (section 5).
        std::str::from_utf8(&bytes[begin..]).ok()?;
    }
    String::from_utf8(bytes).ok()
}
