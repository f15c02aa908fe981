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

use crate::support::{self, Pairs, authorize_query, changed, http, parameter, send};

/// The query of a correct authorize URL, with `changes`.
fn query(sandbox: &Cobot, changes: &[(&str, &str)]) -> String {
    let scope = ("scope", "read_user read_memberships");
    authorize_query(sandbox, &[&[scope], changes].concat())
}

fn authorize_url(sandbox: &Cobot, changes: &[(&str, &str)]) -> String {
    format!("{}{}", sandbox.authorize_url(), query(sandbox, changes))
}

/// Approves as the first user and returns the code.
async fn code(sandbox: &Cobot, changes: &[(&str, &str)]) -> String {
    let callback = sandbox.approve(authorize_url(sandbox, changes)).await.unwrap();
    parameter(&callback, "code").unwrap()
}

/// The form of a correct token request except the code, with `changes`.
fn token_form<'a>(sandbox: &'a Cobot, changes: &[(&'a str, &'a str)]) -> Pairs<'a> {
    changed(support::token_form(sandbox, &[("grant_type", "authorization_code")]), changes)
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
