//! A token endpoint's answer with a 2xx, read by each provider's client.

use oauth_core::http::header::CONTENT_TYPE;
use oauth_core::http::{HeaderValue, StatusCode};
use oauth_core::url::Url;
use oauth_core::{
    Client, CodeGrant, ErrorKind, PersistedToken, Provider, Refreshes, Scheme as _, Scope, ScopeSource, Token,
};
use serde_json::Value;

use crate::client::{Answer, Came, Line, Lives, client, held, now, pending};
use crate::input::{Input, input};
use crate::recorded::replies;
use crate::secrets::{CODE, OF_EXCHANGES, OF_REFRESHES, STATE, hides, tells_nothing};

pub(crate) const WORDS: &[&str] = &[
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
/// Each provider's code exchange, and the refreshes of those that refresh.
const CALLS: u8 = 6;

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for (call, provider) in [(0, "cohortgo"), (1, "cobot"), (2, "go1"), (3, "gocd"), (4, "go1"), (5, "gocd")]
    {
        seeds.extend(replies(provider, "token").iter().map(|reply| input(&[call, 0, 0], &[reply])));
    }
    seeds.push(input(&[1, 1, 1], &[b"access_token=canary-access-token&token_type=bearer&scope=read+write"]));
    seeds
}

/// A token reply is a sound token, or an error that tells nothing; and what is plainly a token is never lost.
pub fn token_reply(data: &[u8]) {
    let mut data = Input::new(data);
    let call = data.byte() % CALLS;
    let mut answer = Answer::default();
    *answer.status_mut() = data.one_of(&STATUSES);
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(data.one_of(&TYPES)));
    *answer.body_mut() = data.rest().to_vec();
    match call {
        0 => read::<cohortgo::CohortGo>(&answer, exchange, OF_EXCHANGES),
        1 => read::<cobot::Cobot>(&answer, exchange, OF_EXCHANGES),
        2 => read::<go1::Go1>(&answer, exchange, OF_EXCHANGES),
        3 => read::<gocd::Gocd>(&answer, exchange, OF_EXCHANGES),
        4 => read::<go1::Go1>(&answer, refresh, OF_REFRESHES),
        _ => read::<gocd::Gocd>(&answer, refresh, OF_REFRESHES),
    }
}

pub(crate) fn exchange<P: Lives + CodeGrant>(client: &Client<P>) -> Came<Token<P>> {
    let callback =
        Url::parse_with_params("https://app.example.com/callback", [("code", CODE), ("state", STATE)]);
    now(client.finish(&pending::<P>(), callback.unwrap().as_str()))
}

pub(crate) fn refresh<P: Lives + Refreshes>(client: &Client<P>) -> Came<Token<P>> {
    now(client.refresh(&held::<P>()))
}

fn read<P: Lives>(answer: &Answer, ask: fn(&Client<P>) -> Came<Token<P>>, secrets: &[&str]) {
    let came = asked(answer, ask, secrets);
    // The same reply as `serde_json` understands it, written plainly.
    let body = answer.body().strip_prefix("\u{FEFF}".as_bytes()).unwrap_or(answer.body());
    let Ok(reply @ Value::Object(_)) = serde_json::from_slice::<Value>(body) else { return };
    let mut plain = answer.clone();
    *plain.body_mut() = reply.to_string().into_bytes();
    let again = asked(&plain, ask, secrets);
    match (came, again) {
        (Ok(one), Ok(other)) => assert_eq!(kept(&one), kept(&other), "read differently when written plainly"),
        (Err(_), Ok(_)) => {} // a name stands twice, which `serde_json` does not mind
        (Err(_), Err(error)) => assert!(!is_plainly_a_token::<P>(&reply), "a token is lost: {error}"),
        (Ok(_), Err(error)) => panic!("read, but not when written plainly: {error}"),
    }
}

fn asked<P: Lives>(
    answer: &Answer,
    ask: fn(&Client<P>) -> Came<Token<P>>,
    secrets: &[&str],
) -> Came<Token<P>> {
    let line = Line::answering([answer.clone()]);
    let client = client::<P>(&line);
    let came = ask(&client);
    assert_eq!(line.sent().len(), 1);
    match &came {
        Ok(token) => {
            sound(&client, token);
            shown(token, answer.body());
        }
        Err(error) => {
            let mut secrets = secrets.to_vec();
            let reply = serde_json::from_slice::<Value>(answer.body()).unwrap_or_default();
            let given = ["access_token", "refresh_token", "id_token"].map(|name| reply.get(name)?.as_str());
            // A short one may be a word of ours.
            secrets.extend(given.iter().flatten().filter(|given| given.contains("canary-")));
            tells_nothing(error, &secrets);
        }
    }
    came
}

/// What is stored of a token.
fn kept<P: Provider>(token: &Token<P>) -> Value {
    serde_json::to_value(token.to_persisted().unwrap()).unwrap()
}

/// A token that can be sent, kept and read back.
pub(crate) fn sound<P: Provider>(client: &Client<P>, token: &Token<P>) {
    let secrets = [Some(token.access_token().expose()), token.refresh_token().map(|token| token.expose())];
    for secret in secrets.iter().flatten() {
        assert!(is_token(secret), "this is no token: {secret:?}");
    }
    let mut seen: Vec<&Scope> = Vec::new();
    for scope in token.scopes() {
        assert_eq!(scope.as_str().parse::<Scope>().unwrap(), *scope);
        assert!(!seen.contains(&scope), "{scope} stands twice");
        seen.push(scope);
    }
    if let Some(expires_at) = token.expires_at() {
        let lifetime = (expires_at - token.received_at()).num_seconds();
        assert!((0..=i64::from(i32::MAX)).contains(&lifetime), "it lives for {lifetime} s");
    }
    let (_, header) = P::Scheme::header(token.access_token()).expect("a token that no header can hold");
    assert!(header.is_sensitive() && header.to_str().unwrap().contains(token.access_token().expose()));
    match client.headers(token) {
        Ok(headers) => assert_eq!(headers.iter().map(|(_, value)| value).collect::<Vec<_>>(), [&header]),
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::Expired, "{error}");
            assert!(token.is_expired(token.received_at()));
        }
    }
    let stored: PersistedToken = serde_json::from_value(kept(token)).unwrap();
    assert_eq!(kept(&Token::<P>::from_persisted(stored).unwrap()), kept(token));
}

/// Nothing of the tokens is in `Debug`. Where a word of a token stands in the reply a second time, it may be shown as that.
fn shown<P: Provider>(token: &Token<P>, body: &[u8]) {
    let text = format!("{token:?} {token:#?}");
    let body = String::from_utf8_lossy(body);
    let secrets = [Some(token.access_token().expose()), token.refresh_token().map(|token| token.expose())];
    for secret in secrets.into_iter().flatten() {
        if secret.contains("canary-") && body.matches("canary-").count() == 1 && !body.contains("\\u") {
            hides(&text, &[secret]);
        }
    }
    let requested = token.scope_source() == ScopeSource::Request;
    assert!(!requested || token.scopes() == token.requested_scopes());
}

/// RFC 6749, appendices A.12 and A.17, and no longer than any header may be.
fn is_token(text: &str) -> bool {
    (1..=65_536).contains(&text.len()) && text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

/// What a provider can be expected to send: it must be read, whatever else is in it.
fn is_plainly_a_token<P: Lives>(reply: &Value) -> bool {
    let text = |name: &str| reply.get(name).and_then(Value::as_str);
    let is_none_or = |name: &str, good: &dyn Fn(&str) -> bool| match reply.get(name) {
        None | Some(Value::Null) => true,
        Some(value) => value.as_str().is_some_and(good),
    };
    let is_known = |name: &str| {
        let name = name.trim();
        name.is_empty() || P::Scheme::TOKEN_TYPES.iter().any(|known| known.eq_ignore_ascii_case(name))
    };
    text("access_token").is_some_and(|token| is_token(token) && P::Scheme::header(&token.into()).is_ok())
        && is_none_or("refresh_token", &|token| token.is_empty() || is_token(token))
        && is_none_or("token_type", &is_known)
        && (P::NAME != "cohortgo" || text("api_base_url").is_some_and(|url| Url::parse(url).is_ok()))
}
