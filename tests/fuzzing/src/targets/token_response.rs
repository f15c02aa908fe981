//! Token responses with status 2xx, parsed by each provider's client.

use std::collections::HashSet;
use std::fmt;

use oauth_core::http::header::CONTENT_TYPE;
use oauth_core::http::{HeaderValue, StatusCode};
use oauth_core::url::Url;
use oauth_core::{
    Client, CodeGrant, ErrorKind, PersistedToken, Provider, Refreshes, Scheme as _, Scope, ScopeSource, Token,
};
use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::client::{
    AtProductionSite, CallResult, HttpResponse, RecordingTransport, client, pending, persisted_token,
    poll_now,
};
use crate::input::{Input, input};
use crate::recorded::recorded_responses;
use crate::secrets::{CODE, OF_EXCHANGES, OF_REFRESHES, STATE, assert_hidden, check_error};

pub(crate) const DICTIONARY: &[&str] = &[
    "\"access_token\":",
    "\"refresh_token\":",
    "\"token_type\":",
    "\"expires_in\":",
    "\"scope\":",
    "\"api_base_url\":",
    "\"base_url\":",
    "\"id_token\":",
    "\"error\":",
    "\"canary-access-token\"",
    "\"bearer\"",
    "\"token\"",
    "null",
    "1e999",
    "-1",
    "\\u000d\\u000a",
    "\\\"",
    "\\\\",
    "https://portal.cohortgo.com",
    "access_token=canary-access-token&",
    "\u{FEFF}",
];

const STATUSES: [StatusCode; 4] =
    [StatusCode::OK, StatusCode::CREATED, StatusCode::NO_CONTENT, StatusCode::IM_USED];
const TYPES: [&str; 5] =
    ["application/json", "application/x-www-form-urlencoded", "text/html; charset=utf-16", "", "*"];
/// Each provider's code exchange, and the refreshes where supported.
const CALLS: u8 = 6;

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for (call, provider) in [(0, "cohortgo"), (1, "cobot"), (2, "go1"), (3, "gocd"), (4, "go1"), (5, "gocd")]
    {
        seeds.extend(
            recorded_responses(provider, "token").iter().map(|response| input(&[call, 0, 0], &[response])),
        );
    }
    seeds.push(input(&[1, 1, 1], &[b"access_token=canary-access-token&token_type=bearer&scope=read+write"]));
    seeds
}

/// A token response is a valid token, or an error without secrets. A valid token response is never rejected.
pub fn token_response(data: &[u8]) {
    let mut data = Input::new(data);
    let call = data.byte() % CALLS;
    let mut response = HttpResponse::default();
    *response.status_mut() = data.one_of(&STATUSES);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(data.one_of(&TYPES)));
    *response.body_mut() = data.rest().to_vec();
    match call {
        0 => read::<cohortgo::CohortGo>(&response, exchange, OF_EXCHANGES),
        1 => read::<cobot::Cobot>(&response, exchange, OF_EXCHANGES),
        2 => read::<go1::Go1>(&response, exchange, OF_EXCHANGES),
        3 => read::<gocd::Gocd>(&response, exchange, OF_EXCHANGES),
        4 => read::<go1::Go1>(&response, refresh, OF_REFRESHES),
        _ => read::<gocd::Gocd>(&response, refresh, OF_REFRESHES),
    }
}

pub(crate) fn exchange<P: AtProductionSite + CodeGrant>(client: &Client<P>) -> CallResult<Token<P>> {
    let callback =
        Url::parse_with_params("https://app.example.com/callback", [("code", CODE), ("state", STATE)]);
    poll_now(client.finish(&pending::<P>(), callback.unwrap().as_str()))
}

pub(crate) fn refresh<P: AtProductionSite + Refreshes>(client: &Client<P>) -> CallResult<Token<P>> {
    poll_now(client.refresh(&persisted_token::<P>()))
}

fn read<P: AtProductionSite>(
    response: &HttpResponse,
    ask: fn(&Client<P>) -> CallResult<Token<P>>,
    secrets: &[&str],
) {
    let result = asked(response, ask, secrets);
    // The same response, parsed and written by `serde_json`.
    let body = response.body().strip_prefix("\u{FEFF}".as_bytes()).unwrap_or(response.body());
    let Ok(json @ Value::Object(_)) = serde_json::from_slice::<Value>(body) else { return };
    let mut plain = response.clone();
    *plain.body_mut() = json.to_string().into_bytes();
    let again = asked(&plain, ask, secrets);
    match (result, again) {
        // Of members with the same name, `serde_json` takes the last.
        (Ok(_), _) if has_duplicates(body) => {}
        (Ok(one), Ok(other)) => {
            assert_eq!(persisted(&one), persisted(&other), "parsed differently when rewritten");
        }
        (Err(_), Ok(_)) => {} // duplicate names, which `serde_json` accepts
        (Err(_), Err(error)) => {
            assert!(!is_valid_response::<P>(&json), "a valid response was rejected: {error}");
        }
        (Ok(_), Err(error)) => panic!("accepted, but not when rewritten: {error}"),
    }
}

/// True for a JSON object with two members of the same name.
fn has_duplicates(json: &[u8]) -> bool {
    struct Names(Vec<String>);

    impl<'de> Deserialize<'de> for Names {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            struct NamesVisitor;

            impl<'de> Visitor<'de> for NamesVisitor {
                type Value = Names;

                fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str("an object")
                }

                fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Names, A::Error> {
                    let mut names = Vec::new();
                    while let Some((name, IgnoredAny)) = members.next_entry()? {
                        names.push(name);
                    }
                    Ok(Names(names))
                }
            }
            deserializer.deserialize_map(NamesVisitor)
        }
    }
    serde_json::from_slice::<Names>(json).is_ok_and(|Names(names)| {
        let unique: HashSet<&String> = names.iter().collect();
        unique.len() < names.len()
    })
}

fn asked<P: AtProductionSite>(
    response: &HttpResponse,
    ask: fn(&Client<P>) -> CallResult<Token<P>>,
    secrets: &[&str],
) -> CallResult<Token<P>> {
    let transport = RecordingTransport::with_responses([response.clone()]);
    let client = client::<P>(&transport);
    let result = ask(&client);
    assert_eq!(transport.take_sent().len(), 1);
    match &result {
        Ok(token) => {
            sound(&client, token);
            shown(token, response.body());
        }
        Err(error) => {
            let mut secrets = secrets.to_vec();
            let json = serde_json::from_slice::<Value>(response.body()).unwrap_or_default();
            let given = ["access_token", "refresh_token", "id_token"].map(|name| json.get(name)?.as_str());
            // A short value may be part of the error's own text.
            secrets.extend(given.iter().flatten().filter(|given| given.contains("canary-")));
            check_error(error, &secrets);
        }
    }
    result
}

/// The persisted form of a token.
fn persisted<P: Provider>(token: &Token<P>) -> Value {
    serde_json::to_value(token.to_persisted().unwrap()).unwrap()
}

/// Checks that a token can be sent, stored and loaded.
pub(crate) fn sound<P: Provider>(client: &Client<P>, token: &Token<P>) {
    let secrets = [Some(token.access_token().expose()), token.refresh_token().map(|token| token.expose())];
    for secret in secrets.iter().flatten() {
        assert!(is_token(secret), "invalid token: {secret:?}");
    }
    let mut seen: Vec<&Scope> = Vec::new();
    for scope in token.scopes() {
        assert_eq!(scope.as_str().parse::<Scope>().unwrap(), *scope);
        assert!(!seen.contains(&scope), "duplicate scope {scope}");
        seen.push(scope);
    }
    if let Some(expires_at) = token.expires_at() {
        let lifetime = (expires_at - token.received_at()).num_seconds();
        assert!((0..=i64::from(i32::MAX)).contains(&lifetime), "lifetime of {lifetime} s");
    }
    let (_, header) = P::Scheme::header(token.access_token()).expect("the token fits into a header");
    assert!(header.is_sensitive() && header.to_str().unwrap().contains(token.access_token().expose()));
    match client.headers(token) {
        Ok(headers) => assert_eq!(headers.iter().map(|(_, value)| value).collect::<Vec<_>>(), [&header]),
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::Expired, "{error}");
            assert!(token.is_expired(token.received_at()));
        }
    }
    let stored: PersistedToken = serde_json::from_value(persisted(token)).unwrap();
    assert_eq!(persisted(&Token::<P>::from_persisted(stored).unwrap()), persisted(token));
}

/// `Debug` shows no token, unless its text also occurs elsewhere in the response.
fn shown<P: Provider>(token: &Token<P>, body: &[u8]) {
    let text = format!("{token:?} {token:#?}");
    let body = String::from_utf8_lossy(body);
    let secrets = [Some(token.access_token().expose()), token.refresh_token().map(|token| token.expose())];
    for secret in secrets.into_iter().flatten() {
        if secret.contains("canary-") && body.matches("canary-").count() == 1 && !body.contains("\\u") {
            assert_hidden(&text, &[secret]);
        }
    }
    let requested = token.scope_source() == ScopeSource::Request;
    assert!(!requested || token.scopes() == token.requested_scopes());
}

/// RFC 6749 appendices A.12 and A.17, at most as long as a header may be.
fn is_token(text: &str) -> bool {
    (1..=65_536).contains(&text.len()) && text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

/// Returns true for a valid response, which must be accepted whatever its other fields are.
fn is_valid_response<P: AtProductionSite>(response: &Value) -> bool {
    let text = |name: &str| response.get(name).and_then(Value::as_str);
    let is_none_or = |name: &str, good: &dyn Fn(&str) -> bool| match response.get(name) {
        None | Some(Value::Null) => true,
        Some(value) => value.as_str().is_some_and(good),
    };
    let is_known = |name: &str| {
        let name = name.trim();
        name.is_empty() || P::DIALECT.token_types.iter().any(|known| known.eq_ignore_ascii_case(name))
    };
    text("access_token").is_some_and(|token| is_token(token) && P::Scheme::header(&token.into()).is_ok())
        && is_none_or("refresh_token", &|token| token.is_empty() || is_token(token))
        && is_none_or("token_type", &is_known)
        && (P::NAME != "cohortgo" || text("api_base_url").is_some_and(|url| Url::parse(url).is_ok()))
}
