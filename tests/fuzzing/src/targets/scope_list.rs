//! Lists of scopes: as people write them, as servers send them, as they are sent and stored.

use oauth_core::{Client, ErrorKind, Provider, Scopes};
use serde_json::json;

use crate::client::{Answer, Line, client, now};
use crate::input::{Input, input};
use crate::secrets::tells_nothing;

pub(crate) const WORDS: &[&str] = &[
    " ",
    ",",
    ", ",
    "user.read",
    "lo.read",
    "act-as-user,auto-create-users",
    "read write",
    "\u{A0}",
    "\u{2028}",
    "\"",
    "\\",
    "\t",
];

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let scopes = |list: &[oauth_core::Scope], separator: &str| {
        list.iter().map(oauth_core::Scope::as_str).collect::<Vec<_>>().join(separator)
    };
    [
        scopes(&[cohortgo::scope::ACT_AS_USER, cohortgo::scope::AUTO_CREATE_USERS], ","),
        scopes(&[cobot::scope::READ_USER, cobot::scope::READ_MEMBERSHIPS, cobot::scope::OPENID], " "),
        scopes(&[go1::scope::USER_READ, go1::scope::LO_READ, go1::scope::WEBHOOK_WRITE], " "),
        String::new(),
        "read, write".to_owned(),
    ]
    .iter()
    .map(|list| input(&[], &[list.as_bytes()]))
    .collect()
}

/// A list that is taken survives being joined, sent, granted, stored and shown; and a server's list is read whatever is
/// in it, to scopes and nothing else.
pub fn scope_list(data: &[u8]) {
    let text = Input::new(data).text();
    match text.parse::<Scopes>() {
        Ok(scopes) => {
            laws(&scopes);
            assert_eq!(scopes.to_string().parse::<Scopes>().unwrap(), scopes);
            let words: Vec<&str> = text.split_ascii_whitespace().collect();
            assert!(words.iter().all(|word| scopes.iter().any(|scope| scope.as_str() == *word)));
        }
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::InvalidInput);
            tells_nothing(&error, &[]);
        }
    }
    let granted = granted(&json!(text));
    laws(&granted);
    let words: Vec<&str> = text.split(|c: char| c == ',' || c.is_whitespace()).collect();
    assert!(granted.iter().all(|scope| words.contains(&scope.as_str())), "more was granted than was sent");
    assert_eq!(granted, self::granted(&json!([text])), "a list of one list is that list");
    for separator in [' ', ','] {
        // None of them holds a comma: at those a server's list is divided.
        assert_eq!(self::granted(&json!(granted.joined(separator).unwrap())), granted);
    }
}

/// What a token is granted by a reply with this `scope`.
fn granted(scope: &serde_json::Value) -> Scopes {
    let reply = json!({ "access_token": "t", "scope": scope });
    let line = Line::answering([Answer::new(reply.to_string().into_bytes())]);
    let client: Client<go1::Go1> = client(&line);
    now(client.client_credentials(Scopes::none())).unwrap().scopes().clone()
}

fn laws(scopes: &Scopes) {
    let unique: std::collections::HashSet<_> = scopes.iter().collect();
    assert_eq!(unique.len(), scopes.len(), "a scope stands twice");
    assert_eq!(scopes.len(), scopes.iter().count());
    for scope in scopes {
        let text = scope.as_str();
        // RFC 6749 section 3.3, in its own words: %x21 / %x23-5B / %x5D-7E.
        assert!(
            !text.is_empty() && text.bytes().all(|b| b.is_ascii_graphic() && b != b'"' && b != b'\\'),
            "{text:?}"
        );
        assert!(scopes.contains(scope));
    }
    assert!(scopes.missing_from(scopes).is_empty());
    assert_eq!(&scopes.missing_from(&Scopes::none()), scopes);
    let stored = serde_json::to_string(scopes).unwrap();
    assert_eq!(&serde_json::from_str::<Scopes>(&stored).unwrap(), scopes);
    for separator in [' ', ','] {
        match scopes.joined(separator) {
            Ok(joined) => {
                assert!(
                    scopes.is_empty()
                        || joined.split(separator).eq(scopes.iter().map(|scope| scope.as_str()))
                );
            }
            Err(_) => assert!(scopes.iter().any(|scope| scope.as_str().contains(separator))),
        }
    }
    sent(scopes);
}

/// The authorize URL asks for these and no others.
fn sent(scopes: &Scopes) {
    let begun = client::<go1::Go1>(&Line::default()).begin(&go1::Connect::new(scopes.clone())).unwrap();
    let mut asked =
        begun.url.query_pairs().filter(|(name, _)| name == "scope").map(|(_, value)| value.into_owned());
    let joined = scopes.joined(<go1::Go1 as Provider>::DIALECT.scope_separator).unwrap();
    assert_eq!(asked.next().unwrap_or_default(), joined);
    assert_eq!(asked.next(), None);
}
