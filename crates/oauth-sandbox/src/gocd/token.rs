//! The token endpoint (docs/provider-facts.md 1d).

use axum::Json;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use http::header::CACHE_CONTROL;
use serde::Serialize;

use super::Request;
use super::api::JSON;
use super::model::TOKEN_LIFE;

/// GoCD sends exactly these fields, without `token_type`.
#[derive(Serialize)]
struct Success {
    access_token: String,
    expires_in: i64,
    refresh_token: String,
}

pub(super) async fn token(request: Request) -> Response {
    let (params, log) = (&request.params, &request.log);
    let result = request.core.state().token(params, request.core.now());
    match result {
        Ok(tokens) => {
            let grant_type = params.text("grant_type");
            log.note(format_args!("{grant_type} redeemed, tokens issued for {}", tokens.user));
            let body = Success {
                access_token: tokens.access_token,
                expires_in: TOKEN_LIFE,
                refresh_token: tokens.refresh_token,
            };
            let cache = [(CACHE_CONTROL, "private, max-age=0, must-revalidate")];
            (JSON, cache, Json(body)).into_response()
        }
        Err(error) => {
            let error_code = error.error;
            log.note(format!("refused: {error_code}; code and refresh token in the request are destroyed"));
            (StatusCode::BAD_REQUEST, JSON, Json(error)).into_response()
        }
    }
}
