//! The token endpoint.

use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use http::header::CACHE_CONTROL;
use serde_json::{Value, json};

use super::Request;
use super::caller::json_response;

/// Status, `error` and `error_description` of an error response.
type TokenError = (StatusCode, &'static str, &'static str);

pub(super) async fn token(request: Request) -> Response {
    match issue(&request) {
        Ok(body) => ([(CACHE_CONTROL, "no-store")], json_response(StatusCode::OK, &body)).into_response(),
        Err((status, error, description)) => {
            request.log.note(format_args!("refused: {error}"));
            json_response(status, &json!({ "error": error, "error_description": description }))
        }
    }
}

fn issue(request: &Request) -> Result<Value, TokenError> {
    let (core, params) = (&request.core, &request.params);
    const BAD: StatusCode = StatusCode::BAD_REQUEST;
    let grant_type = params.present("grant_type");
    match grant_type {
        Some("authorization_code") => {}
        None => return Err((BAD, "invalid_request", "There is no grant_type.")),
        Some(_) => {
            return Err((BAD, "unsupported_grant_type", "The grant_type has to be authorization_code."));
        }
    }
    if params.get("mode") != Some("server") {
        return Err((BAD, "invalid_request", "The mode has to be server."));
    }
    let (now, mut state) = (core.now(), core.state());
    let client_id = params.text("client_id");
    if state.clients.authenticate(client_id, params.text("client_secret")).is_none() {
        let text = "The client_id or the client_secret is wrong.";
        return Err((StatusCode::UNAUTHORIZED, "invalid_client", text));
    }
    let Some(code) = params.present("code") else {
        return Err((BAD, "invalid_request", "There is no code."));
    };
    let Some((access_token, grant)) = state.exchange_code(client_id, code, now) else {
        let text = "The code is unknown, was used before, has expired, or is another application's.";
        return Err((BAD, "invalid_grant", text));
    };
    drop(state);
    request.log.note(format_args!("code taken, token issued for {}", grant.user));
    let base_url = super::base_url(core, grant.account);
    let api_base_url = super::api_base_url(core, grant.account);
    Ok(json!({
        "access_token": access_token,
        "token_type": "bearer",
        "scope": grant.scopes.list(),
        "api_base_url": core.setup.options.poisoned_api_base_url.clone().unwrap_or(api_base_url),
        "base_url": base_url,
    }))
}
