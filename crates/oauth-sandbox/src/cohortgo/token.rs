//! The token endpoint.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use serde_json::{Value, json};

use super::Rules;
use crate::journal::RequestLog;
use crate::params::Params;
use crate::provider::{ProviderCore, SharedCore};

/// Status, `error` and `error_description` of an error response.
type TokenError = (StatusCode, &'static str, &'static str);

pub(super) async fn token(
    State(core): State<SharedCore<Rules>>,
    params: Params,
    log: RequestLog,
) -> Response {
    match issue(&core, &params, &log) {
        Ok(body) => (StatusCode::OK, [(CACHE_CONTROL, "no-store")], json_response(&body)).into_response(),
        Err((status, error, description)) => {
            log.note(format_args!("refused: {error}"));
            (status, json_response(&json!({ "error": error, "error_description": description })))
                .into_response()
        }
    }
}

fn issue(core: &ProviderCore<Rules>, params: &Params, log: &RequestLog) -> Result<Value, TokenError> {
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
    log.note(format_args!("code taken, token issued for {}", grant.user));
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

fn json_response(body: &Value) -> Response {
    ([(CONTENT_TYPE, "application/json; charset=utf-8")], body.to_string()).into_response()
}
