//! Go1's sandbox, and helpers for its flow.

mod api;
mod authorize;
mod enrollments;
mod gateway;
mod sign_up;
mod token;
mod webhooks;

use oauth_sandbox::Go1;
use serde_json::Value;

use crate::support::{Pairs, authorize_query, changed, http, parameter, send, token_form};

const REFRESH: (&str, &str) = ("grant_type", "refresh_token");

/// A correct authorize URL, with `changes`.
fn authorize_url(sandbox: &Go1, changes: &[(&str, &str)]) -> String {
    let own = [("scope", "user.read portal.read lo.read"), ("partner_portal_id", "7654321")];
    format!("{}{}", sandbox.authorize_url(), authorize_query(sandbox, &[&own, changes].concat()))
}

/// A code for the first user.
async fn code(sandbox: &Go1) -> String {
    parameter(&sandbox.approve(authorize_url(sandbox, &[])).await.unwrap(), "code").unwrap()
}

/// The form of a correct token call, with `changes`.
fn form<'a>(sandbox: &'a Go1, changes: &[(&'a str, &'a str)]) -> Pairs<'a> {
    let own = [("grant_type", "authorization_code"), ("redirect_uri", "http://127.0.0.1:8765/callback")];
    changed(token_form(sandbox, &own), changes)
}

async fn token(sandbox: &Go1, changes: &[(&str, &str)]) -> (u16, Value) {
    send(http().post(sandbox.token_url()).form(&form(sandbox, changes))).await
}

/// A pair of tokens: access and refresh.
async fn tokens(sandbox: &Go1) -> (String, String) {
    let (status, body) = token(sandbox, &[("code", &code(sandbox).await)]).await;
    assert_eq!(status, 200, "{body}");
    crate::support::pair(&body)
}

/// An access token of a user, by the password grant.
async fn token_of(sandbox: &Go1, email: &str, scope: &str) -> String {
    let users = sandbox.users();
    let user = users.iter().find(|user| user.email == email).unwrap();
    let portal = email.split_once('@').unwrap().1.replace(".example", ".mygo1.com");
    let call = [
        ("grant_type", "password"),
        ("portal_name", portal.as_str()),
        ("username", email),
        ("password", &user.password),
        ("scope", scope),
    ];
    let (status, body) = token(sandbox, &call).await;
    assert_eq!(status, 200, "{body}");
    crate::support::pair(&body).0
}

/// A call of the gateway, with a JSON body unless that is null.
async fn call(sandbox: &Go1, access: &str, method: &str, path: &str, body: Value) -> (u16, Value) {
    let url = format!("{}/gateway{path}", sandbox.url());
    let request = http().request(method.parse().unwrap(), url).bearer_auth(access);
    let request = request.header("Api-Version", "2025-01-01");
    send(if body.is_null() { request } else { request.json(&body) }).await
}

/// `GET` of a path with a token.
async fn get(sandbox: &Go1, path: &str, token: &str) -> (u16, Value) {
    let request = http().get(format!("{}{path}", sandbox.url())).bearer_auth(token);
    send(request.header("Api-Version", "2025-01-01")).await
}

async fn status(sandbox: &Go1, token: &str) -> u16 {
    get(sandbox, "/oauth/validate", token).await.0
}
