//! The token endpoint, always on `www` (seed 001; docs/provider-facts.md 2a).

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use http::header::CACHE_CONTROL;
use serde_json::json;

use super::Rules;
use super::model::{BadCode, Grant, Token};
use super::place::Www;
use crate::journal::RequestLog;
use crate::params::Params;
use crate::provider::{ProviderCore, SharedCore};

/// Why there is no token: `error` and `error_description`. All but the first kind are status 400.
type Refusal = (&'static str, String);

pub(super) async fn token(
    State(core): State<SharedCore<Rules>>,
    _: Www,
    params: Params,
    log: RequestLog,
) -> Response {
    let cache = [(CACHE_CONTROL, "no-store")];
    match issue(&core, &params) {
        Ok(token) => {
            log.note(format_args!(
                "{} redeemed, token issued for {}",
                params.text("grant_type"),
                token.grant.user
            ));
            // Exactly these two.
            let body = json!({ "access_token": token.token, "token_type": "bearer" });
            (cache, Json(body)).into_response()
        }
        Err((error, description)) => {
            log.note(format_args!("refused: {error}: {description}"));
            let status =
                if error == "invalid_client" { StatusCode::UNAUTHORIZED } else { StatusCode::BAD_REQUEST };
            let body = json!({ "error": error, "error_description": description });
            (status, cache, Json(body)).into_response()
        }
    }
}

/// Client, grant type, grant: in this order. `redirect_uri` is not looked at.
fn issue(core: &ProviderCore<Rules>, params: &Params) -> Result<Token, Refusal> {
    let (id, secret) = (params.text("client_id"), params.text("client_secret"));
    if core.state().clients.authenticate(id, secret).is_none() {
        return Err(("invalid_client", "client_id or client_secret is missing or wrong".into()));
    }
    match params.present("grant_type") {
        Some("authorization_code") => by_code(core, params),
        Some("password") => by_password(core, params),
        Some(_) => {
            Err(("unsupported_grant_type", "grant_type must be authorization_code or password".into()))
        }
        None => Err(missing("grant_type")),
    }
}

fn missing(name: &str) -> Refusal {
    ("invalid_request", format!("{name} is missing"))
}

fn by_code(core: &ProviderCore<Rules>, params: &Params) -> Result<Token, Refusal> {
    let code = params.present("code").ok_or_else(|| missing("code"))?;
    core.state().redeem(code, params.get("code_verifier"), core.now()).map_err(|bad| {
        let description = match bad {
            BadCode::Unknown => "the code is unknown or was redeemed before",
            BadCode::Expired => "the code has expired",
            BadCode::Verifier => "the code_verifier does not fit what the authorize URL said",
        };
        ("invalid_grant", description.into())
    })
}

/// The app flow.
fn by_password(core: &ProviderCore<Rules>, params: &Params) -> Result<Token, Refusal> {
    let username = params.present("username").ok_or_else(|| missing("username"))?;
    let password = params.present("password").ok_or_else(|| missing("password"))?;
    let mut state = core.state();
    let user = state
        .users
        .iter()
        .find(|user| user.email.eq_ignore_ascii_case(username) && user.password == password)
        .map(|user| user.login.clone())
        .ok_or_else(|| ("invalid_grant", "the username or the password is wrong".to_owned()))?;
    let scopes = state
        .granted(params.text("scope"))
        .ok_or_else(|| ("invalid_scope", "the application does not have all of these scopes".to_owned()))?;
    Ok(state.issue_token_for(Grant { user, scopes }))
}
