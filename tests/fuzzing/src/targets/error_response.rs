//! Error responses of token endpoints and APIs.

use oauth_core::http::header::{DATE, HeaderName, LOCATION, RETRY_AFTER};
use oauth_core::http::{HeaderValue, StatusCode};
use oauth_core::{Client, Endpoint, Error, ErrorKind, Token};
use serde_json::Value;

use super::token_response::{exchange, refresh};
use crate::client::{
    AtProductionSite, CallResult, HttpResponse, RecordingTransport, client, persisted_token, poll_now,
};
use crate::input::{Input, input};
use crate::recorded::{PROVIDERS, recorded_responses};
use crate::secrets::{OF_API_CALLS, OF_EXCHANGES, OF_REFRESHES, check_error};

pub(crate) const DICTIONARY: &[&str] = &[
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
        for (n, response) in recorded_responses(provider, begin).iter().enumerate() {
            let status: u16 = [400, 401, 403, 422, 429, 503][n % 6];
            seeds.push(with_headers(call, status, response));
        }
    }
    // GoCD's tests record no error response: its codes are those of RFC 6749 with hyphens.
    let refused = br#"{"error":"invalid-grant","error_description":"Redirect uri mismatch!"}"#;
    seeds.extend([3, 5, 9].map(|call| with_headers(call, 400, refused)));
    assert_eq!(PROVIDERS.len(), 4, "a new provider needs its seeds");
    seeds
}

fn with_headers(call: u8, status: u16, response: &[u8]) -> Vec<u8> {
    let [low, high] = status.to_le_bytes();
    input(
        &[call, low, high],
        &[b"30", b"Sun, 06 Nov 1994 08:49:37 GMT", b"https://elsewhere.example/", response],
    )
}

/// The error shows no secret of the request or the response. A server failure never requires reconnecting.
pub fn error_response(data: &[u8]) {
    let mut data = Input::new(data);
    let call = data.byte() % 10;
    let status = u16::from_le_bytes([data.byte(), data.byte()]);
    let status = StatusCode::from_u16(100 + status % 900).unwrap();
    // A success is not an error response.
    let status = if status.is_success() { StatusCode::BAD_REQUEST } else { status };
    let mut response = HttpResponse::default();
    *response.status_mut() = status;
    for name in [RETRY_AFTER, DATE, LOCATION] {
        add(&mut response, name, data.part());
    }
    *response.body_mut() = data.rest().to_vec();
    match call {
        0 => token_call::<cohortgo::CohortGo>(&response, exchange, OF_EXCHANGES),
        1 => token_call::<cobot::Cobot>(&response, exchange, OF_EXCHANGES),
        2 => token_call::<go1::Go1>(&response, exchange, OF_EXCHANGES),
        3 => token_call::<gocd::Gocd>(&response, exchange, OF_EXCHANGES),
        4 => token_call::<go1::Go1>(&response, refresh, OF_REFRESHES),
        5 => token_call::<gocd::Gocd>(&response, refresh, OF_REFRESHES),
        6 => api_call::<cohortgo::CohortGo, _>(&response, &cohortgo::api::AgentInvoices::new()),
        7 => api_call::<cobot::Cobot, _>(&response, &cobot::api::SpaceToken::of("space-1")),
        8 => api_call::<go1::Go1, _>(&response, &go1::api::Me),
        _ => api_call::<gocd::Gocd, _>(&response, &gocd::api::Cctray),
    }
}

fn add(response: &mut HttpResponse, name: HeaderName, value: &[u8]) {
    if let (false, Ok(value)) = (value.is_empty(), HeaderValue::from_bytes(value)) {
        response.headers_mut().insert(name, value);
    }
}

fn token_call<P: AtProductionSite>(
    response: &HttpResponse,
    ask: fn(&Client<P>) -> CallResult<Token<P>>,
    secrets_sent: &[&str],
) {
    let transport = RecordingTransport::with_responses([response.clone()]);
    let error = ask(&client(&transport)).expect_err("an error response was accepted");
    assert_eq!(transport.take_sent().len(), 1, "the request was repeated");
    let json = serde_json::from_slice::<Value>(response.body()).unwrap_or_default();
    let given = ["access_token", "refresh_token", "id_token"].map(|name| json.get(name)?.as_str());
    // A short value may be part of the error's own text.
    let given = given.into_iter().flatten().filter(|given| given.contains("canary-"));
    check_error_response(&error, response, &[secrets_sent, &given.collect::<Vec<_>>()].concat());
    assert_eq!(error.needs_reconnect(), error.kind() == ErrorKind::GrantRefused, "{error}");
    assert!(!response.status().is_redirection() || error.kind() == ErrorKind::Redirected, "{error}");
}

fn api_call<P: AtProductionSite, E: Endpoint<P>>(response: &HttpResponse, endpoint: &E) {
    let transport = RecordingTransport::with_responses([response.clone()]);
    let Err(error) = poll_now(client::<P>(&transport).send(&persisted_token(), endpoint)) else {
        panic!("an error response was accepted")
    };
    assert_eq!(transport.take_sent().len(), 1, "the request was repeated");
    check_error_response(&error, response, OF_API_CALLS);
    assert!(!error.needs_reconnect() || error.kind() == ErrorKind::TokenRefused, "{error}");
}

fn check_error_response(error: &Error, response: &HttpResponse, secrets: &[&str]) {
    check_error(error, secrets);
    assert_eq!(error.status(), Some(response.status()));
    // A server failure is transient, whatever its error code.
    if response.status().is_server_error() || response.status() == StatusCode::TOO_MANY_REQUESTS {
        assert!(error.is_transient() && !error.needs_reconnect(), "{error}");
    }
}
