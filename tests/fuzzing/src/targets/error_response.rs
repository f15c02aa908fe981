//! A refusal: by a token endpoint, and by an API.

use oauth_core::http::header::{DATE, HeaderName, LOCATION, RETRY_AFTER};
use oauth_core::http::{HeaderValue, StatusCode};
use oauth_core::{Client, Endpoint, Error, ErrorKind, Token};
use serde_json::Value;

use super::token_reply::{exchange, refresh};
use crate::client::{Answer, Came, Line, Lives, client, held, now};
use crate::input::{Input, input};
use crate::recorded::{PROVIDERS, replies};
use crate::secrets::{OF_API_CALLS, OF_EXCHANGES, OF_REFRESHES, tells_nothing};

pub(crate) const WORDS: &[&str] = &[
    "\"error\":",
    "\"error_description\":",
    "\"message\":",
    "\"hint\":",
    "\"errors\":",
    "\"error_code\":",
    "\"access_token\":",
    "\"refresh_token\":",
    "\"id_token\":",
    "invalid_grant",
    "invalid-client-credentials",
    "server_error",
    "temporarily_unavailable",
    "redirect uri mismatch",
    "refresh token is invalid",
    "canary-client+secret/=\\\"%&",
    "canary-code~1/2+3=",
    "canary-access-token-1",
    "CANARY-ACCESS-TOKEN-1",
    "canary-refresh-token-1",
    "\\u202e",
    "\\u001b[2J",
    "Sun, 06 Nov 1994 08:49:37 GMT",
    "99999999999999999999",
    "/auth/login",
];

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for (call, provider, begin) in [
        (0, "cohortgo", "token_error"),
        (1, "cobot", "token_error"),
        (2, "go1", "error"),
        (4, "go1", "error"),
        (6, "cohortgo", "api"),
        (7, "cobot", "error"),
        (8, "go1", "error"),
    ] {
        for (n, reply) in replies(provider, begin).iter().enumerate() {
            let status: u16 = [400, 401, 403, 422, 429, 503][n % 6];
            seeds.push(with_headers(call, status, reply));
        }
    }
    // GoCD's tests keep none of its refusals: RFC 6749 with hyphens.
    let refused = br#"{"error":"invalid-grant","error_description":"Redirect uri mismatch!"}"#;
    seeds.extend([3, 5, 9].map(|call| with_headers(call, 400, refused)));
    assert_eq!(PROVIDERS.len(), 4, "a new provider needs its seeds");
    seeds
}

fn with_headers(call: u8, status: u16, reply: &[u8]) -> Vec<u8> {
    let [low, high] = status.to_le_bytes();
    input(
        &[call, low, high],
        &[b"30", b"Sun, 06 Nov 1994 08:49:37 GMT", b"https://elsewhere.example/", reply],
    )
}

/// A refusal tells no secret of the request nor of the answer, whatever the server says; and it never sends a customer
/// away because the server failed.
pub fn error_reply(data: &[u8]) {
    let mut data = Input::new(data);
    let call = data.byte() % 10;
    let status = u16::from_le_bytes([data.byte(), data.byte()]);
    let status = StatusCode::from_u16(100 + status % 900).unwrap();
    // So that seeds say what they mean.
    let status = if status.is_success() { StatusCode::BAD_REQUEST } else { status };
    let mut answer = Answer::default();
    *answer.status_mut() = status;
    for name in [RETRY_AFTER, DATE, LOCATION] {
        add(&mut answer, name, data.part());
    }
    *answer.body_mut() = data.rest().to_vec();
    match call {
        0 => token_call::<cohortgo::CohortGo>(&answer, exchange, OF_EXCHANGES),
        1 => token_call::<cobot::Cobot>(&answer, exchange, OF_EXCHANGES),
        2 => token_call::<go1::Go1>(&answer, exchange, OF_EXCHANGES),
        3 => token_call::<gocd::Gocd>(&answer, exchange, OF_EXCHANGES),
        4 => token_call::<go1::Go1>(&answer, refresh, OF_REFRESHES),
        5 => token_call::<gocd::Gocd>(&answer, refresh, OF_REFRESHES),
        6 => api_call::<cohortgo::CohortGo, _>(&answer, &cohortgo::api::AgentInvoices::new()),
        7 => api_call::<cobot::Cobot, _>(&answer, &cobot::api::SpaceToken::of("space-1")),
        8 => api_call::<go1::Go1, _>(&answer, &go1::api::Me),
        _ => api_call::<gocd::Gocd, _>(&answer, &gocd::api::Cctray),
    }
}

fn add(answer: &mut Answer, name: HeaderName, value: &[u8]) {
    if let (false, Ok(value)) = (value.is_empty(), HeaderValue::from_bytes(value)) {
        answer.headers_mut().insert(name, value);
    }
}

fn token_call<P: Lives>(answer: &Answer, ask: fn(&Client<P>) -> Came<Token<P>>, asked_with: &[&str]) {
    let line = Line::answering([answer.clone()]);
    let error = ask(&client(&line)).expect_err("a token came of a refusal");
    assert_eq!(line.sent().len(), 1, "it was sent again");
    let reply = serde_json::from_slice::<Value>(answer.body()).unwrap_or_default();
    let given = ["access_token", "refresh_token", "id_token"].map(|name| reply.get(name)?.as_str());
    // A short one may be a word of ours.
    let given = given.into_iter().flatten().filter(|given| given.contains("canary-"));
    told(&error, answer, &[asked_with, &given.collect::<Vec<_>>()].concat());
    assert_eq!(error.needs_reconnect(), error.kind() == ErrorKind::GrantRefused, "{error}");
    assert!(!answer.status().is_redirection() || error.kind() == ErrorKind::Redirected, "{error}");
}

fn api_call<P: Lives, E: Endpoint<P>>(answer: &Answer, endpoint: &E) {
    let line = Line::answering([answer.clone()]);
    let Err(error) = now(client::<P>(&line).send(&held(), endpoint)) else { panic!("a refusal was taken") };
    assert_eq!(line.sent().len(), 1, "it was sent again");
    told(&error, answer, OF_API_CALLS);
    assert!(!error.needs_reconnect() || error.kind() == ErrorKind::TokenRefused, "{error}");
}

fn told(error: &Error, answer: &Answer, secrets: &[&str]) {
    tells_nothing(error, secrets);
    assert_eq!(error.status(), Some(answer.status()));
    // Whatever words the server finds, a failure of its own is nobody's fault.
    if answer.status().is_server_error() || answer.status() == StatusCode::TOO_MANY_REQUESTS {
        assert!(error.is_transient() && !error.needs_reconnect(), "{error}");
    }
}
