//! The token endpoint.

use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use http::header::CACHE_CONTROL;
use serde_json::{Value, json};

use super::Request;
use super::caller::json_response;
use crate::token_error::TokenError;

pub(super) async fn token(request: Request) -> Response {
    match issue(&request) {
        Ok(body) => ([(CACHE_CONTROL, "no-store")], json_response(StatusCode::OK, &body)).into_response(),
        Err(error) => {
            request.log.note(format_args!("refused: {}", error.error));
            json_response(error.status(), &error)
        }
    }
}

fn issue(request: &Request) -> Result<Value, TokenError> {
    let (core, params) = (&request.core, &request.params);
    let require = |name: &str| params.present(name).ok_or_else(|| TokenError::missing(name));
    if require("grant_type")? != "authorization_code" {
        let text = "The grant_type has to be authorization_code.";
        return Err(TokenError::new("unsupported_grant_type", text));
    }
    if params.get("mode") != Some("server") {
        return Err(TokenError::new("invalid_request", "The mode has to be server."));
    }
    let mut state = core.state();
    let client_id = params.text("client_id");
    if state.clients.authenticate(client_id, params.text("client_secret")).is_none() {
        return Err(TokenError::new("invalid_client", "The client_id or the client_secret is wrong."));
    }
    let code = require("code")?;
    let Some((access_token, grant)) = state.exchange_code(client_id, code, core.now()) else {
        let text = "The code is unknown, was used before, has expired, or is another application's.";
        return Err(TokenError::new("invalid_grant", text));
    };
    request.log.note(format_args!("code taken, token issued for {}", grant.user));
    let api_base_url = super::api_base_url(core, grant.account);
    Ok(json!({
        "access_token": access_token,
        "token_type": "bearer",
        "scope": grant.scopes.list(),
        "api_base_url": core.setup.options.poisoned_api_base_url.as_deref().unwrap_or(&api_base_url),
        "base_url": super::base_url(core, grant.account),
    }))
}
