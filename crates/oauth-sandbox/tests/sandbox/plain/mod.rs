//! The plain server: each test checks a requirement of RFC 6749, 6750, 7009 or 7636.

mod api;
mod authorize;
mod token;

use oauth_sandbox::Plain;
use oauth_sandbox::plain::Options;
use reqwest::RequestBuilder;
use serde_json::Value;

use crate::support::{Pairs, authorize_query, changed, http, parameter, send, token_form};

const REFRESH: (&str, &str) = ("grant_type", "refresh_token");

/// A correct authorize URL, with `changes`.
fn authorize_url(sandbox: &Plain, changes: &[(&str, &str)]) -> String {
    let query = authorize_query(sandbox, &[&[("scope", "read write")], changes].concat());
    format!("{}{query}", sandbox.authorize_url())
}

/// A code for the first user.
async fn code(sandbox: &Plain, changes: &[(&str, &str)]) -> String {
    parameter(&sandbox.approve(authorize_url(sandbox, changes)).await.unwrap(), "code").unwrap()
}

/// The form of a correct token call, with `changes`.
fn form<'a>(sandbox: &'a Plain, changes: &[(&'a str, &'a str)]) -> Pairs<'a> {
    let own = [("grant_type", "authorization_code"), ("redirect_uri", "http://127.0.0.1:8765/callback")];
    changed(token_form(sandbox, &own), changes)
}

fn token_call(sandbox: &Plain, changes: &[(&str, &str)]) -> RequestBuilder {
    http().post(sandbox.token_url()).form(&form(sandbox, changes))
}

async fn token(sandbox: &Plain, changes: &[(&str, &str)]) -> (u16, Value) {
    send(token_call(sandbox, changes)).await
}

#[track_caller]
fn assert_error(response: &(u16, Value), status: u16, error: &str) {
    assert_eq!((response.0, response.1["error"].as_str()), (status, Some(error)), "{}", response.1);
    assert!(response.1["error_description"].is_string(), "{}", response.1);
}

/// A pair of tokens: access and refresh.
async fn tokens(sandbox: &Plain) -> (String, String) {
    let (status, body) = token(sandbox, &[("code", &code(sandbox, &[]).await)]).await;
    assert_eq!(status, 200, "{body}");
    crate::support::pair(&body)
}

/// The status of the protected resource for this `Authorization` header.
async fn me(sandbox: &Plain, authorization: &str) -> u16 {
    let call = http().get(format!("{}/me", sandbox.api_url())).header("authorization", authorization);
    call.send().await.unwrap().status().as_u16()
}

async fn is_good(sandbox: &Plain, access_token: &str) -> bool {
    match me(sandbox, &format!("Bearer {access_token}")).await {
        200 => true,
        401 => false,
        other => panic!("status {other}"),
    }
}

/// The defaults follow the RFCs.
#[test]
fn defaults_follow_the_rfcs() {
    let text = format!("{:?}", Options::default());
    for part in [
        "' '",
        "client_auth: Any",
        "\"authorization_code\"",
        "\"refresh_token\"",
        "OnCodeExchange",
        "\"Bearer \"",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
}
