//! The token endpoint (docs/provider-facts.md 1d).

use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use serde::Serialize;

use super::Request;
use super::model::{TOKEN_LIFE, TokenCall};

/// GoCD sends exactly these fields, without `token_type`.
#[derive(Serialize)]
struct Success {
    access_token: String,
    expires_in: i64,
    refresh_token: String,
}

#[derive(Serialize)]
struct ErrorBody {
    error: &'static str,
    error_description: String,
}

pub(super) async fn token(request: Request) -> Response {
    let (params, log) = (&request.params, &request.log);
    let call = TokenCall {
        grant_type: params.text("grant_type"),
        client_id: params.text("client_id"),
        client_secret: params.text("client_secret"),
        redirect_uri: params.text("redirect_uri"),
        code: params.text("code"),
        refresh_token: params.text("refresh_token"),
    };
    let result = request.core.state().token(&call, request.core.now());
    match result {
        Ok(tokens) => {
            log.note(format_args!("{} redeemed, tokens issued for {}", call.grant_type, tokens.user));
            let body = Success {
                access_token: tokens.access_token,
                expires_in: TOKEN_LIFE,
                refresh_token: tokens.refresh_token,
            };
            ([(CACHE_CONTROL, "private, max-age=0, must-revalidate")], json(&body)).into_response()
        }
        Err(error) => {
            log.note(format_args!(
                "refused: {}; code and refresh token in the request are destroyed",
                error.error
            ));
            let body = ErrorBody { error: error.error, error_description: error.description };
            (StatusCode::BAD_REQUEST, json(&body)).into_response()
        }
    }
}

fn json(body: &impl Serialize) -> Response {
    // Cannot fail: strings and a number.
    let text = serde_json::to_string(body).unwrap_or_default();
    ([(CONTENT_TYPE, "application/json; charset=utf-8")], text).into_response()
}
