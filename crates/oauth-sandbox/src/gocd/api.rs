//! API calls of the current GoCD that do not depend on the server's configuration (docs/provider-facts.md
//! 1g). Field names as in GoCD's API documentation.

use axum::Json;
use axum::response::{IntoResponse as _, Response};
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderName, StatusCode};
use serde_json::{Value, json};

use super::{Request, caller};
use crate::request::Handled;

/// The accepted media types: all calls have version 1.
const MEDIA_TYPES: [&str; 2] = ["application/vnd.go.cd.v1+json", "application/vnd.go.cd+json"];

/// The content type of responses without a version.
pub(super) const JSON: [(HeaderName, &str); 1] = [(CONTENT_TYPE, "application/json; charset=utf-8")];

pub(super) async fn current_user(request: Request) -> Handled {
    let user = caller::authenticate(&request)?;
    let api = &request.core.urls.api;
    Ok(versioned_response(
        &request,
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
    ))
}

pub(super) async fn version(request: Request) -> Handled {
    caller::authenticate(&request)?;
    let commit = "0123456789abcdef0123456789abcdef01234567";
    Ok(versioned_response(
        &request,
        &json!({
            "_links": {
                "self": { "href": format!("{}/version", request.core.urls.api) },
                "doc": { "href": "https://api.gocd.org/#version" },
            },
            "version": "18.7.0",
            "build_number": "7121",
            "git_sha": commit,
            "full_version": format!("18.7.0 (7121-{commit})"),
            "commit_url": format!("https://github.com/gocd/gocd/commits/{commit}"),
        }),
    ))
}

fn versioned_response(request: &Request, body: &Value) -> Response {
    if accepts_version(request) { versioned(body) } else { incorrect_url(request) }
}

pub(super) fn versioned(body: &Value) -> Response {
    let media_type = format!("{}; charset=utf-8", MEDIA_TYPES[0]);
    ([(CONTENT_TYPE, media_type)], Json(body)).into_response()
}

pub(super) fn incorrect_url(request: &Request) -> Response {
    request.log.note("refused: unsupported Accept header");
    let body = json!({ "message": "The url you are trying to reach appears to be incorrect." });
    (StatusCode::NOT_FOUND, JSON, Json(body)).into_response()
}

/// Checks that `Accept` lists one of [`MEDIA_TYPES`]. `*/*` and a missing header are not accepted (**guess**:
/// the documentation only mentions an unsupported version).
pub(super) fn accepts_version(request: &Request) -> bool {
    let accepted = request.headers.get_all(ACCEPT);
    accepted
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|range| range.split(';').next().unwrap_or_default().trim())
        .any(|range| MEDIA_TYPES.iter().any(|known| known.eq_ignore_ascii_case(range)))
}
