//! Cohort Go: authorization, token and API requests without a client library.

mod act_as;
mod api;
mod authorize;
mod token;

use oauth_sandbox::CohortGo;
use reqwest::{RequestBuilder, Response};
use serde_json::Value;

use crate::support::{http, parameter, with_query};

const BOTH_SCOPES: &str = "act-as-user,auto-create-users";

/// A correct authorize URL, with `changes`. An empty value removes a parameter.
fn authorize_url(sandbox: &CohortGo, changes: &[(&str, &str)]) -> String {
    let redirect_uri = sandbox.redirect_uris()[0].clone();
    let query = with_changes(
        vec![
            ("client_id", sandbox.client_id()),
            ("redirect_uri", &redirect_uri),
            ("response_type", "code"),
            ("state", "s t/1"),
        ],
        changes,
    );
    with_query(sandbox.authorize_url(), &query)
}

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

/// Approves `scope` as `user` and returns the code.
async fn code_for(sandbox: &CohortGo, user: &str, scope: &str) -> String {
    let browser = sandbox.browser().user(user);
    let callback = browser.approve(authorize_url(sandbox, &[("scope", scope)])).await.unwrap();
    parameter(&callback, "code").unwrap()
}

async fn code(sandbox: &CohortGo, scope: &str) -> String {
    code_for(sandbox, "ruth@brightwater.example", scope).await
}

/// Sends a token request with the guide's parameters, with `changes`.
async fn token(sandbox: &CohortGo, changes: &[(&str, &str)]) -> (u16, Value) {
    let form = vec![
        ("client_id", sandbox.client_id()),
        ("grant_type", "authorization_code"),
        ("mode", "server"),
        ("client_secret", sandbox.client_secret()),
    ];
    read_json(http().post(sandbox.token_url()).form(&with_changes(form, changes)).send().await.unwrap()).await
}

async fn read_json(response: Response) -> (u16, Value) {
    let status = response.status().as_u16();
    (status, response.json().await.unwrap())
}

/// A connected application: API base URL and access token.
struct Connection {
    api: String,
    token: String,
}

async fn connect(sandbox: &CohortGo, user: &str, scope: &str) -> Connection {
    let (status, body) = token(sandbox, &[("code", &code_for(sandbox, user, scope).await)]).await;
    assert_eq!((status, body["scope"].as_str()), (200, Some(scope)), "{body}");
    let text = |name: &str| body[name].as_str().unwrap().to_owned();
    Connection { api: text("api_base_url"), token: text("access_token") }
}

impl Connection {
    fn call(&self, method: &str, path: &str) -> RequestBuilder {
        let url = format!("{}{path}", self.api);
        http().request(method.parse().unwrap(), url).bearer_auth(&self.token)
    }

    async fn get(&self, path: &str) -> (u16, Value) {
        read_json(self.call("GET", path).send().await.unwrap()).await
    }

    async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        read_json(self.call("POST", path).json(&body).send().await.unwrap()).await
    }

    /// The status of a call with the header `X-Act-as-User`.
    async fn status_acting_as(&self, user: &str) -> u16 {
        let call = self.call("GET", "/services/payments/agent_invoices.json").header("X-Act-as-User", user);
        call.send().await.unwrap().status().as_u16()
    }
}
