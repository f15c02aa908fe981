//! Scope lists: parsed from text and from responses, sent and stored.

use oauth_core::{Client, ErrorKind, Provider, Scope, Scopes};
use serde_json::json;

use crate::client::{HttpResponse, RecordingTransport, client, poll_now};
use crate::input::{Input, input};
use crate::secrets::check_error;

pub(crate) const DICTIONARY: &[&str] = &[
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

/// A valid list survives joining, sending, granting, storing and display. A list from a server always parses,
/// and contains valid scopes only.
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
            check_error(&error, &[]);
        }
    }
    let granted = granted(&json!(text));
    laws(&granted);
    // The noncharacter stands for a control character of invalid JSON, which reads as a space.
    let words: Vec<&str> = text.split(|c: char| matches!(c, ',' | '\u{FDD0}') || c.is_whitespace()).collect();
    let is_sent = |scope: &Scope| words.contains(&scope.as_str());
    assert!(granted.iter().all(is_sent), "more was granted than was sent: {granted} of {text:?}");
    assert_eq!(granted, self::granted(&json!([text])), "a nested list differs from the list");
    for separator in [' ', ','] {
        // Server lists are split at commas, so no granted scope contains one.
        assert_eq!(self::granted(&json!(granted.joined(separator).unwrap())), granted);
    }
}

/// The scopes of a token response with this `scope`.
fn granted(scope: &serde_json::Value) -> Scopes {
    let response = json!({ "access_token": "t", "scope": scope });
    let transport =
        RecordingTransport::with_responses([HttpResponse::new(response.to_string().into_bytes())]);
    let client: Client<go1::Go1> = client(&transport);
    poll_now(client.client_credentials(Scopes::none())).unwrap().scopes().clone()
}

fn laws(scopes: &Scopes) {
    let unique: std::collections::HashSet<_> = scopes.iter().collect();
    assert_eq!(unique.len(), scopes.len(), "duplicate scope");
    assert_eq!(scopes.len(), scopes.iter().count());
    for scope in scopes {
        let text = scope.as_str();
        // RFC 6749 section 3.3: %x21 / %x23-5B / %x5D-7E.
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

/// The authorize URL requests exactly these scopes.
fn sent(scopes: &Scopes) {
    let begun =
        client::<go1::Go1>(&RecordingTransport::default()).begin(&go1::Connect::new(scopes.clone())).unwrap();
    let mut asked =
        begun.url.query_pairs().filter(|(name, _)| name == "scope").map(|(_, value)| value.into_owned());
    let joined = scopes.joined(<go1::Go1 as Provider>::DIALECT.scope_separator).unwrap();
    assert_eq!(asked.next().unwrap_or_default(), joined);
    assert_eq!(asked.next(), None);
}
