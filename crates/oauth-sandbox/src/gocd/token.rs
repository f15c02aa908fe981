//! The token endpoint (docs/provider-facts.md 1d).

use axum::Json;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use http::header::CACHE_CONTROL;

use super::Request;
use super::api::JSON;

pub(super) async fn token(request: Request) -> Response {
    let (params, log) = (&request.params, &request.log);
    let result = request.core.state().token(params, request.core.now());
    match result {
        Ok(tokens) => {
            let grant_type = params.text("grant_type");
            log.note(format_args!("{grant_type} redeemed, tokens issued for {}", tokens.user));
            let cache = [(CACHE_CONTROL, "private, max-age=0, must-revalidate")];
            (JSON, cache, Json(tokens)).into_response()
        }
        Err(error) => {
            let error_code = error.error;
            log.note(format!("refused: {error_code}; code and refresh token in the request are destroyed"));
            (StatusCode::BAD_REQUEST, JSON, Json(error)).into_response()
        }
    }
}
