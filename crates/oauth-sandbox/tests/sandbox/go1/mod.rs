//! Go1's sandbox, and helpers for its flow.

mod api;
mod authorize;
mod sign_up;
mod token;

use oauth_sandbox::Go1;
use reqwest::Response;
use serde_json::Value;

use crate::support::{http, parameter, with_query};

const REFRESH: (&str, &str) = ("grant_type", "refresh_token");

/// A correct authorize URL, modified by `changes`. An empty value removes a parameter.
fn authorize_url(sandbox: &Go1, changes: &[(&str, &str)]) -> String {
    let redirect_uri = sandbox.redirect_uris()[0].clone();
    let query = changed(
        vec![
            ("client_id", sandbox.client_id()),
            ("response_type", "code"),
            ("redirect_uri", &redirect_uri),
            ("scope", "user.read portal.read lo.read"),
            ("partner_portal_id", "7654321"),
            ("state", "s t/1"),
        ],
        changes,
    );
    with_query(sandbox.authorize_url(), &query)
}

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

/// A code for the first user.
async fn code(sandbox: &Go1) -> String {
    parameter(&sandbox.approve(authorize_url(sandbox, &[])).await.unwrap(), "code").unwrap()
}

/// The form of a correct token call, modified by `changes`.
fn form<'a>(sandbox: &'a Go1, changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let form = vec![
        ("grant_type", "authorization_code"),
        ("client_id", sandbox.client_id()),
        ("client_secret", sandbox.client_secret()),
        ("redirect_uri", "http://127.0.0.1:8765/callback"),
    ];
    changed(form, changes)
}

async fn token(sandbox: &Go1, changes: &[(&str, &str)]) -> (u16, Value) {
    status_and_json(http().post(sandbox.token_url()).form(&form(sandbox, changes)).send().await.unwrap())
        .await
}

async fn status_and_json(response: Response) -> (u16, Value) {
    let status = response.status().as_u16();
    (status, response.json().await.unwrap())
}

/// A pair of tokens: access and refresh.
async fn tokens(sandbox: &Go1) -> (String, String) {
    let (status, body) = token(sandbox, &[("code", &code(sandbox).await)]).await;
    assert_eq!(status, 200, "{body}");
    crate::support::pair(&body)
}

/// `GET` of a path with a token.
async fn get(sandbox: &Go1, path: &str, token: &str) -> (u16, Value) {
    let request = http().get(format!("{}{path}", sandbox.url())).bearer_auth(token);
    status_and_json(request.header("Api-Version", "2025-01-01").send().await.unwrap()).await
}

async fn status(sandbox: &Go1, token: &str) -> u16 {
    get(sandbox, "/oauth/validate", token).await.0
}
