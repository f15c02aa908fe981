//! The app's pages: they connect the customer's GitLab account, use it, and disconnect it.

use axum::Router;
use axum::http::StatusCode;
use axum::response::Html;
use axum::routing::get;
use oauth_core::{Connections, Error};
use oauth_web::{Allowed, Connected, CookieKey, OAuthWeb, Refusal, Visit};

use super::gitlab::{CurrentUser, Gitlab, READ_USER};

/// Replace this with your own sessions. Here every visitor is Acme.
const CUSTOMER: &str = "acme";

/// Decides who may connect which account, and with which scopes.
async fn who(_: Visit) -> Result<Allowed<Gitlab>, Refusal> {
    Ok(Allowed::new(CUSTOMER, [READ_USER].into()))
}

pub(crate) fn router(gitlab: Connections<Gitlab>) -> Result<Router, Error> {
    // For a single process. Several need the same key, from your secret store.
    let key = CookieKey::generate()?;
    let oauth = OAuthWeb::builder(key).app_name("Example").provider(gitlab, who).build()?;
    Ok(Router::new()
        .route("/", get(home))
        .route("/account", get(account))
        .merge(oauth.router()) // /connect/gitlab and /callback/gitlab
        .merge(oauth.connections_router()) // /connections and /disconnect/gitlab
        .layer(oauth.hide_query())
        .with_state(oauth))
}

async fn home(gitlab: Option<Connected<Gitlab>>) -> Html<&'static str> {
    Html(match gitlab {
        None => "<a href=\"/connect/gitlab?return_to=/account\">Connect GitLab</a>",
        Some(_) => "<a href=\"/account\">Your account</a> <a href=\"/connections\">Disconnect GitLab</a>",
    })
}

/// A visitor without a connection is redirected to connect, and then back here.
async fn account(gitlab: Connected<Gitlab>) -> Result<String, (StatusCode, String)> {
    let failed = |error: Error| (StatusCode::BAD_GATEWAY, error.to_string());
    let user = gitlab.send(&CurrentUser).await.map_err(failed)?;
    let email = user.email.as_deref().unwrap_or("no e-mail address");
    Ok(format!("connected as {}, {email}\n", user.name))
}
