//! API calls of the current GoCD that do not depend on the server's configuration (docs/provider-facts.md
//! 1g). Field names as in GoCD's API documentation.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use axum_extra::extract::cookie::CookieJar;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use super::{Rules, caller};
use crate::journal::RequestLog;
use crate::provider::SharedCore;
use crate::server::ConnectionInfo;

/// The accepted media types: all calls have version 1.
const MEDIA_TYPES: [&str; 2] = ["application/vnd.go.cd.v1+json", "application/vnd.go.cd+json"];

pub(super) async fn current_user(
    State(core): State<SharedCore<Rules>>,
    headers: HeaderMap,
    jar: CookieJar,
    connection: ConnectionInfo,
    log: RequestLog,
) -> Response {
    let user = match caller::authenticate(&core, &headers, &jar, connection, &log) {
        Ok(user) => user,
        Err(response) => return *response,
    };
    let api = &core.urls.api;
    versioned_response(
        &headers,
        &log,
        &json!({
            "_links": {
                "doc": { "href": "https://api.gocd.org/#users" },
                "current_user": { "href": format!("{api}/current_user") },
                "self": { "href": format!("{api}/users/{}", user.login) },
                "find": { "href": format!("{api}/users/:login_name") },
            },
            "login_name": user.login,
            "display_name": user.name,
            "enabled": true,
            "email": user.email,
            "email_me": false,
            "checkin_aliases": [],
        }),
    )
}

pub(super) async fn version(
    State(core): State<SharedCore<Rules>>,
    headers: HeaderMap,
    jar: CookieJar,
    connection: ConnectionInfo,
    log: RequestLog,
) -> Response {
    if let Err(response) = caller::authenticate(&core, &headers, &jar, connection, &log) {
        return *response;
    }
    let commit = "0123456789abcdef0123456789abcdef01234567";
    versioned_response(
        &headers,
        &log,
        &json!({
            "_links": {
                "self": { "href": format!("{}/version", core.urls.api) },
                "doc": { "href": "https://api.gocd.org/#version" },
            },
            "version": "18.7.0",
            "build_number": "7121",
            "git_sha": commit,
            "full_version": format!("18.7.0 (7121-{commit})"),
            "commit_url": format!("https://github.com/gocd/gocd/commits/{commit}"),
        }),
    )
}

/// Responds with `body` if the caller accepts the supported version.
fn versioned_response(headers: &HeaderMap, log: &RequestLog, body: &Value) -> Response {
    if accepts_version(headers) { versioned(body) } else { incorrect_url(log) }
}

pub(super) fn versioned(body: &Value) -> Response {
    let media_type = format!("{}; charset=utf-8", MEDIA_TYPES[0]);
    ([(CONTENT_TYPE, media_type)], body.to_string()).into_response()
}

/// The response to an unsupported version.
pub(super) fn incorrect_url(log: &RequestLog) -> Response {
    log.note("refused: unsupported Accept header");
    let body = json!({ "message": "The url you are trying to reach appears to be incorrect." });
    let headers = [(CONTENT_TYPE, "application/json; charset=utf-8")];
    (StatusCode::NOT_FOUND, headers, body.to_string()).into_response()
}

/// Checks that `Accept` lists one of [`MEDIA_TYPES`]. `*/*` and a missing header are not accepted (**guess**:
/// the documentation only mentions an unsupported version).
pub(super) fn accepts_version(headers: &HeaderMap) -> bool {
    headers
        .get_all(ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|range| range.split(';').next().unwrap_or_default().trim())
        .any(|range| MEDIA_TYPES.iter().any(|known| known.eq_ignore_ascii_case(range)))
}
