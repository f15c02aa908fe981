//! Cobot: its "OAuth Flow", docs/provider-facts.md section 2, and the rules of `oauth_sandbox::cobot`.

mod access_tokens;
mod api;
mod authorize;
mod host_routing;
mod token;

use oauth_sandbox::Cobot;
use reqwest::RequestBuilder;
use reqwest::header::HOST;
use serde_json::Value;

use crate::support::{http, parameter, with_query};

/// Applies `changes` to `pairs`. An empty value removes a parameter.
fn with_changes<'a>(
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

/// The query of a correct authorize URL, with `changes`.
fn query(sandbox: &Cobot, changes: &[(&str, &str)]) -> String {
    let redirect_uri = sandbox.redirect_uris()[0].clone();
    let pairs = vec![
        ("response_type", "code"),
        ("client_id", sandbox.client_id()),
        ("redirect_uri", &redirect_uri),
        ("state", "s t/1"),
        ("scope", "read_user read_memberships"),
    ];
    with_query("", &with_changes(pairs, changes))
}

fn authorize_url(sandbox: &Cobot, changes: &[(&str, &str)]) -> String {
    format!("{}{}", sandbox.authorize_url(), query(sandbox, changes))
}

/// Approves as the first user and returns the code.
async fn code(sandbox: &Cobot, changes: &[(&str, &str)]) -> String {
    let callback = sandbox.approve(authorize_url(sandbox, changes)).await.unwrap();
    parameter(&callback, "code").unwrap()
}

/// The token_form of a correct token request except the code, with `changes`.
fn token_form<'a>(sandbox: &'a Cobot, changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let token_form = vec![
        ("client_id", sandbox.client_id()),
        ("client_secret", sandbox.client_secret()),
        ("grant_type", "authorization_code"),
    ];
    with_changes(token_form, changes)
}

async fn send(request: RequestBuilder) -> (u16, Value) {
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    (status, serde_json::from_slice(&response.bytes().await.unwrap()).unwrap_or_default())
}

async fn token(sandbox: &Cobot, changes: &[(&str, &str)]) -> (u16, Value) {
    send(http().post(sandbox.token_url()).form(&token_form(sandbox, changes))).await
}

/// An access token of the first user.
async fn access_token(sandbox: &Cobot, scope: &str) -> String {
    let (status, body) = token(sandbox, &[("code", &code(sandbox, &[("scope", scope)]).await)]).await;
    assert_eq!(status, 200, "{body}");
    body["access_token"].as_str().unwrap().to_owned()
}

/// A request to `path` with another `Host` header, which need not resolve.
fn request_to_host(sandbox: &Cobot, method: &str, host: &str, path: &str) -> RequestBuilder {
    let port = url::Url::parse(sandbox.url()).unwrap().port().unwrap();
    http()
        .request(method.parse().unwrap(), format!("{}{path}", sandbox.url()))
        .header(HOST, format!("{host}:{port}"))
}

async fn get(sandbox: &Cobot, path: &str, token: &str) -> (u16, Value) {
    send(http().get(format!("{}{path}", sandbox.api_url())).bearer_auth(token)).await
}

/// `GET` in the API of a space.
async fn get_in_space(sandbox: &Cobot, subdomain: &str, path: &str, token: &str) -> (u16, Value) {
    let host = format!("{subdomain}.localhost");
    send(request_to_host(sandbox, "GET", &host, &format!("/api{path}")).bearer_auth(token)).await
}

/// Exchanges `token` for a space token.
async fn create_space_token(sandbox: &Cobot, token: &str, space_id: &str) -> (u16, Value) {
    let url = format!("{}/access_tokens/{token}/space", sandbox.api_url());
    send(http().post(url).bearer_auth(token).json(&serde_json::json!({ "space_id": space_id }))).await
}
