//! The token endpoint (docs/provider-facts.md 1d).

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{StatusCode, Uri};
use serde::Serialize;

use super::model::{TOKEN_LIFE, TokenCall};
use super::{Rules, https_only};
use crate::journal::RequestLog;
use crate::params::Params;
use crate::provider::SharedCore;
use crate::server::ConnectionInfo;

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

pub(super) async fn token(
    State(core): State<SharedCore<Rules>>,
    connection: ConnectionInfo,
    uri: Uri,
    params: Params,
    log: RequestLog,
) -> Response {
    // The token endpoint bypasses the router, whose layer does this for the other OAuth routes.
    if core.setup.plain.is_some() {
        let rule = https_only::HttpsRule::new(core.setup.options.plain_http, core.setup.origin.url());
        if let Some(rejection) = rule.rejection(connection, &uri, &log) {
            return rejection;
        }
    }
    let call = TokenCall {
        grant_type: params.text("grant_type"),
        client_id: params.text("client_id"),
        client_secret: params.text("client_secret"),
        redirect_uri: params.text("redirect_uri"),
        code: params.text("code"),
        refresh_token: params.text("refresh_token"),
    };
    let now = core.now();
    let result = core.state().token(&call, now);
    match result {
        Ok(tokens) => {
            log.note(format_args!("{} redeemed, tokens issued for {}", call.grant_type, tokens.user));
            let body = Success {
                access_token: tokens.access_token,
                expires_in: TOKEN_LIFE,
                refresh_token: tokens.refresh_token,
            };
            let cache = (CACHE_CONTROL, "private, max-age=0, must-revalidate");
            (StatusCode::OK, [cache], json(&body)).into_response()
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
