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

/// Exactly these three; there is no `token_type`.
#[derive(Serialize)]
struct Success {
    access_token: String,
    expires_in: i64,
    refresh_token: String,
}

#[derive(Serialize)]
struct Failure {
    error: &'static str,
    error_description: String,
}

pub(super) async fn token(
    State(core): State<SharedCore<Rules>>,
    arrived: ConnectionInfo,
    uri: Uri,
    params: Params,
    log: RequestLog,
) -> Response {
    // As around the other routes of OAuth.
    if core.setup.plain.is_some() {
        let rule = https_only::Rule::new(core.setup.options.plain_http, core.setup.origin.url());
        if let Some(refusal) = rule.refusal(arrived, &uri, &log) {
            return refusal;
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
    let answer = core.state().token(&call, now);
    match answer {
        Ok(issue) => {
            log.note(format_args!("{} redeemed, tokens issued for {}", call.grant_type, issue.user));
            let body = Success {
                access_token: issue.access_token,
                expires_in: TOKEN_LIFE,
                refresh_token: issue.refresh_token,
            };
            let cache = (CACHE_CONTROL, "private, max-age=0, must-revalidate");
            (StatusCode::OK, [cache], json(&body)).into_response()
        }
        Err(refusal) => {
            log.note(format_args!(
                "refused: {}; code and refresh token sent along are destroyed",
                refusal.error
            ));
            let body = Failure { error: refusal.error, error_description: refusal.description };
            (StatusCode::BAD_REQUEST, json(&body)).into_response()
        }
    }
}

fn json(body: &impl Serialize) -> Response {
    // Strings and a number: nothing that JSON could not hold.
    let text = serde_json::to_string(body).unwrap_or_default();
    ([(CONTENT_TYPE, "application/json; charset=utf-8")], text).into_response()
}
