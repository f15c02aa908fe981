//! Cobot: seed 001, docs/provider-facts.md section 2, and what `oauth_sandbox::cobot` says.

mod access_tokens;
mod api;
mod authorize;
mod places;
mod token;

use oauth_sandbox::Cobot;
use reqwest::RequestBuilder;
use reqwest::header::HOST;
use serde_json::Value;

use crate::support::{http, parameter, with_query};

/// `pairs` with `changes` on top: an empty value leaves one out.
fn changed<'a>(
    mut pairs: Vec<(&'a str, &'a str)>,
    changes: &[(&'a str, &'a str)],
) -> Vec<(&'a str, &'a str)> {
    for (name, value) in changes {
        pairs.retain(|(other, _)| other != name);
        if !value.is_empty() {
            pairs.push((name, value));
        }
    }
    pairs
}

/// The query of the authorize URL that a well-behaved client of `sandbox` builds, with `changes`.
fn query(sandbox: &Cobot, changes: &[(&str, &str)]) -> String {
    let redirect_uri = sandbox.redirect_uris()[0].clone();
    let pairs = vec![
        ("response_type", "code"),
        ("client_id", sandbox.client_id()),
        ("redirect_uri", &redirect_uri),
        ("state", "s t/1"),
        ("scope", "read_user read_memberships"),
    ];
    with_query("", &changed(pairs, changes))
}

fn authorize_url(sandbox: &Cobot, changes: &[(&str, &str)]) -> String {
    format!("{}{}", sandbox.authorize_url(), query(sandbox, changes))
}

/// A code for the first user.
async fn code(sandbox: &Cobot, changes: &[(&str, &str)]) -> String {
    let callback = sandbox.approve(authorize_url(sandbox, changes)).await.unwrap();
    parameter(&callback, "code").unwrap()
}

/// What a well-behaved client sends to the token endpoint, with `changes`.
fn fields<'a>(sandbox: &'a Cobot, changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let fields = vec![
        ("client_id", sandbox.client_id()),
        ("client_secret", sandbox.client_secret()),
        ("grant_type", "authorization_code"),
    ];
    changed(fields, changes)
}

async fn answer(request: RequestBuilder) -> (u16, Value) {
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    (status, serde_json::from_slice(&response.bytes().await.unwrap()).unwrap_or_default())
}

async fn token(sandbox: &Cobot, changes: &[(&str, &str)]) -> (u16, Value) {
    answer(http().post(sandbox.token_url()).form(&fields(sandbox, changes))).await
}

/// An access token of the first user.
async fn access(sandbox: &Cobot, scope: &str) -> String {
    let (status, body) = token(sandbox, &[("code", &code(sandbox, &[("scope", scope)]).await)]).await;
    assert_eq!(status, 200, "{body}");
    body["access_token"].as_str().unwrap().to_owned()
}

/// A request to `path` at another host name of the sandbox, whether this computer resolves it or not.
fn at(sandbox: &Cobot, method: &str, host: &str, path: &str) -> RequestBuilder {
    let port = url::Url::parse(sandbox.url()).unwrap().port().unwrap();
    http()
        .request(method.parse().unwrap(), format!("{}{path}", sandbox.url()))
        .header(HOST, format!("{host}:{port}"))
}

async fn get(sandbox: &Cobot, path: &str, token: &str) -> (u16, Value) {
    answer(http().get(format!("{}{path}", sandbox.api_url())).bearer_auth(token)).await
}

/// `GET` in the API of a space.
async fn get_at(sandbox: &Cobot, subdomain: &str, path: &str, token: &str) -> (u16, Value) {
    let host = format!("{subdomain}.localhost");
    answer(at(sandbox, "GET", &host, &format!("/api{path}")).bearer_auth(token)).await
}

/// Turns `token` into one of a space.
async fn for_space(sandbox: &Cobot, token: &str, space_id: &str) -> (u16, Value) {
    let url = format!("{}/access_tokens/{token}/space", sandbox.api_url());
    answer(http().post(url).bearer_auth(token).json(&serde_json::json!({ "space_id": space_id }))).await
}
