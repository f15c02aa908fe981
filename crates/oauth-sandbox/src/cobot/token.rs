//! The token endpoint, which is always on `www` (Cobot's "OAuth Flow"; docs/provider-facts.md 2a).

use axum::Json;
use axum::response::IntoResponse as _;
use http::header::CACHE_CONTROL;
use serde_json::json;

use super::Request;
use super::host_routing::require_www;
use super::model::{Grant, Token};
use crate::request::Handled;
use crate::token_error::TokenError;

pub(super) async fn token(request: Request) -> Handled {
    require_www(&request)?;
    let cache = [(CACHE_CONTROL, "no-store")];
    Ok(match issue(&request) {
        Ok(token) => {
            let grant_type = request.params.text("grant_type");
            request.log.note(format_args!("{grant_type} redeemed, token issued for {}", token.grant.user));
            // The response has exactly these two fields.
            let body = json!({ "access_token": token.token, "token_type": "bearer" });
            (cache, Json(body)).into_response()
        }
        Err(error) => {
            request.log.note(format_args!("refused: {}: {}", error.error, error.description));
            (error.status(), cache, Json(error)).into_response()
        }
    })
}

/// Checks the client, the grant type and the grant, in this order. Ignores `redirect_uri`.
fn issue(request: &Request) -> Result<Token, TokenError> {
    let (core, params) = (&request.core, &request.params);
    let (id, secret) = (params.text("client_id"), params.text("client_secret"));
    let require = |name: &str| params.present(name).ok_or_else(|| TokenError::missing(name));
    let mut state = core.state();
    if state.clients.authenticate(id, secret).is_none() {
        return Err(TokenError::new("invalid_client", "client_id or client_secret is missing or wrong"));
    }
    match require("grant_type")? {
        "authorization_code" => {
            state.exchange_code(require("code")?, params.get("code_verifier"), core.now())
        }
        // Cobot's "app flow".
        "password" => {
            let (username, password) = (require("username")?, require("password")?);
            let user = state
                .users
                .iter()
                .find(|user| user.email.eq_ignore_ascii_case(username) && user.password == password)
                .map(|user| user.login.clone())
                .ok_or_else(|| TokenError::new("invalid_grant", "the username or the password is wrong"))?;
            let scopes = state.granted(params.text("scope")).ok_or_else(|| {
                TokenError::new("invalid_scope", "the application does not have all of these scopes")
            })?;
            Ok(state.issue_token(Grant { user, scopes }, None))
        }
        _ => {
            let text = "grant_type must be authorization_code or password";
            Err(TokenError::new("unsupported_grant_type", text))
        }
    }
}
