//! The token endpoint, which is always on `www` (Cobot's "OAuth Flow"; docs/provider-facts.md 2a).

use axum::Json;
use axum::response::IntoResponse as _;
use http::StatusCode;
use http::header::CACHE_CONTROL;
use serde_json::json;

use super::Request;
use super::host_routing::require_www;
use super::model::{CodeError, Grant, Token};
use crate::request::Handled;

/// `error` and `error_description` of an error response.
type TokenError = (&'static str, String);

pub(super) async fn token(request: Request) -> Handled {
    require_www(&request)?;
    let log = &request.log;
    let cache = [(CACHE_CONTROL, "no-store")];
    match issue(&request) {
        Ok(token) => {
            let grant_type = request.params.text("grant_type");
            log.note(format_args!("{grant_type} redeemed, token issued for {}", token.grant.user));
            // The response has exactly these two fields.
            let body = json!({ "access_token": token.token, "token_type": "bearer" });
            Ok((cache, Json(body)).into_response())
        }
        Err((error, description)) => {
            log.note(format_args!("refused: {error}: {description}"));
            let status =
                if error == "invalid_client" { StatusCode::UNAUTHORIZED } else { StatusCode::BAD_REQUEST };
            let body = json!({ "error": error, "error_description": description });
            Ok((status, cache, Json(body)).into_response())
        }
    }
}

/// Checks the client, the grant type and the grant, in this order. Ignores `redirect_uri`.
fn issue(request: &Request) -> Result<Token, TokenError> {
    let (core, params) = (&request.core, &request.params);
    let (id, secret) = (params.text("client_id"), params.text("client_secret"));
    if core.state().clients.authenticate(id, secret).is_none() {
        return Err(("invalid_client", "client_id or client_secret is missing or wrong".into()));
    }
    match params.present("grant_type") {
        Some("authorization_code") => exchange_code(request),
        Some("password") => exchange_password(request),
        Some(_) => {
            Err(("unsupported_grant_type", "grant_type must be authorization_code or password".into()))
        }
        None => Err(missing("grant_type")),
    }
}

fn missing(name: &str) -> TokenError {
    ("invalid_request", format!("{name} is missing"))
}

fn exchange_code(request: &Request) -> Result<Token, TokenError> {
    let (core, params) = (&request.core, &request.params);
    let code = params.present("code").ok_or_else(|| missing("code"))?;
    core.state().exchange_code(code, params.get("code_verifier"), core.now()).map_err(|error| {
        let description = match error {
            CodeError::Unknown => "the code is unknown or was redeemed before",
            CodeError::Expired => "the code has expired",
            CodeError::Verifier => "the code_verifier does not fit what the authorize URL said",
        };
        ("invalid_grant", description.into())
    })
}

/// Cobot's "app flow": the password grant.
fn exchange_password(request: &Request) -> Result<Token, TokenError> {
    let (core, params) = (&request.core, &request.params);
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
    Ok(state.issue_token(Grant { user, scopes }, None))
}
