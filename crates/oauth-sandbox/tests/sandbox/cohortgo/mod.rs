//! Cohort Go: authorization, token and API requests without a client library.

mod act_as;
mod api;
mod authorize;
mod token;

use oauth_sandbox::CohortGo;
use reqwest::RequestBuilder;
use serde_json::Value;

use crate::support::{authorize_query, changed, http, parameter, send, token_form};

const BOTH_SCOPES: &str = "act-as-user,auto-create-users";

/// A correct authorize URL, with `changes`.
fn authorize_url(sandbox: &CohortGo, changes: &[(&str, &str)]) -> String {
    format!("{}{}", sandbox.authorize_url(), authorize_query(sandbox, changes))
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
    let form = token_form(sandbox, &[("grant_type", "authorization_code"), ("mode", "server")]);
    send(http().post(sandbox.token_url()).form(&changed(form, changes))).await
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
        send(self.call("GET", path)).await
    }

    async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        send(self.call("POST", path).json(&body)).await
    }

    /// The status of a call with the header `X-Act-as-User`.
    async fn status_acting_as(&self, user: &str) -> u16 {
        let call = self.call("GET", "/services/payments/agent_invoices.json").header("X-Act-as-User", user);
        call.send().await.unwrap().status().as_u16()
    }
}
