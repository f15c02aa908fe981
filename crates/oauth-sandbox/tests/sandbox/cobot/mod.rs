//! Cobot: its "OAuth Flow", docs/provider-facts.md section 2, and the rules of `oauth_sandbox::cobot`.

mod access_tokens;
mod api;
mod api2;
mod authorize;
mod bookings;
mod check_ins;
mod host_routing;
mod subscriptions;
mod token;

use chrono::TimeDelta;
use oauth_sandbox::Cobot;
use reqwest::RequestBuilder;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HOST};
use serde_json::{Value, json};

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

const JSON_API: &str = "application/vnd.api+json";

/// A call to API 2 with its media type. A null body is not sent.
async fn api2(sandbox: &Cobot, method: &str, path: &str, token: &str, body: Value) -> (u16, Value) {
    let path = path.replace('[', "%5B").replace(']', "%5D");
    let mut request =
        request_to_host(sandbox, method, "api.localhost", &path).bearer_auth(token).header(ACCEPT, JSON_API);
    if method != "GET" {
        request = request.header(CONTENT_TYPE, JSON_API);
    }
    if !body.is_null() {
        request = request.body(body.to_string());
    }
    send(request).await
}

/// `GET` in API 2.
async fn get2(sandbox: &Cobot, path: &str, token: &str) -> (u16, Value) {
    api2(sandbox, "GET", path, token, Value::Null).await
}

/// The pointer and the detail of the first error.
fn first_error(body: &Value) -> (&str, &str) {
    let error = &body["errors"][0];
    let source = error["source"]["pointer"].as_str().or(error["source"]["parameter"].as_str());
    (source.unwrap_or_default(), error["detail"].as_str().unwrap())
}

fn ids(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|resource| resource["id"].as_str().unwrap()).collect()
}

/// A token of another user than the first.
async fn token_of(sandbox: &Cobot, user: &str, scope: &str) -> String {
    let url = authorize_url(sandbox, &[("scope", scope)]);
    let callback = sandbox.browser().user(user).approve(url).await.unwrap();
    let code = parameter(&callback, "code").unwrap();
    token(sandbox, &[("code", &code)]).await.1["access_token"].as_str().unwrap().to_owned()
}

/// The body for a booking of a resource, this many hours from the sandbox's time.
fn booking(sandbox: &Cobot, resource: &str, (from, to): (i64, i64)) -> Value {
    let at = |hours| (sandbox.now() + TimeDelta::hours(hours)).to_rfc3339();
    json!({ "data": {
        "type": "bookings",
        "attributes": { "from": at(from), "to": at(to), "title": "Stand-up" },
        "relationships": { "resource": { "data": { "type": "resources", "id": resource } } },
    }})
}
