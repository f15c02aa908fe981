//! API calls of the current GoCD: the checks that all have in common, and the calls that do not depend on the
//! server's configuration (docs/provider-facts.md 1g). Field names as in GoCD's API documentation.

use std::sync::MutexGuard;

use axum::Json;
use axum::extract::FromRequestParts;
use axum::response::{IntoResponse as _, Response};
use chrono::{DateTime, SecondsFormat, Utc};
use http::header::{ACCEPT, CONTENT_TYPE};
use http::request::Parts;
use http::{HeaderName, StatusCode};
use serde_json::{Value, json};

use super::caller::{self, AuthMethod};
use super::model::{Pipeline, State};
use super::{Request, Rules};
use crate::provider::{ProviderCore, SharedCore};
use crate::request::{Handled, Rejection};
use crate::user::User;

/// Selects the latest version of a call.
const UNVERSIONED: &str = "application/vnd.go.cd+json";

const FORBIDDEN: &str = "You are not authorized to perform this action.";

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
    if accepts_version(request, 1) { versioned(1, body) } else { incorrect_url(request) }
}

fn versioned(version: u8, body: &Value) -> Response {
    let media_type = format!("application/vnd.go.cd.v{version}+json; charset=utf-8");
    ([(CONTENT_TYPE, media_type)], Json(body)).into_response()
}

fn incorrect_url(request: &Request) -> Response {
    request.log.note("refused: unsupported Accept header");
    let body = json!({ "message": "The url you are trying to reach appears to be incorrect." });
    (StatusCode::NOT_FOUND, JSON, Json(body)).into_response()
}

/// Checks that `Accept` lists the version, or no version. `*/*` and a missing header are not accepted
/// (**guess**: the documentation only mentions an unsupported version).
fn accepts_version(request: &Request, version: u8) -> bool {
    let expected = format!("application/vnd.go.cd.v{version}+json");
    let accepted = request.headers.get_all(ACCEPT);
    accepted
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|range| range.split(';').next().unwrap_or_default().trim())
        .any(|range| [&expected, UNVERSIONED].iter().any(|known| known.eq_ignore_ascii_case(range)))
}

/// A time outside runs.
pub(super) fn time(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}

impl ProviderCore<Rules> {
    /// The state with all runs brought up to now.
    pub(super) fn current_state(&self) -> MutexGuard<'_, State> {
        let mut state = self.state();
        state.advance_runs(self.now());
        state
    }
}

/// An authenticated call of an API of this version. OAuth tokens are rejected: their role may not call these
/// APIs (docs/provider-facts.md 1e).
pub(super) struct ApiCall<const VERSION: u8> {
    pub(super) request: Request,
    pub(super) user: User,
}

impl<const VERSION: u8> FromRequestParts<SharedCore<Rules>> for ApiCall<VERSION> {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, core: &SharedCore<Rules>) -> Result<Self, Rejection> {
        let Ok(request) = Request::from_request_parts(parts, core).await;
        let (call, method) = Self::authenticate(request)?;
        if method == AuthMethod::OAuthToken { Err(call.forbidden()) } else { Ok(call) }
    }
}

impl<const VERSION: u8> ApiCall<VERSION> {
    pub(super) fn authenticate(request: Request) -> Result<(Self, AuthMethod), Rejection> {
        let (user, method) = caller::authenticate_with_method(&request)?;
        if !accepts_version(&request, VERSION) {
            return Err(Rejection::new(incorrect_url(&request)));
        }
        Ok((Self { request, user }, method))
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.request.core.current_state()
    }

    /// The URL of a path below the API.
    pub(super) fn url(&self, path: &str) -> String {
        format!("{}/{path}", self.request.core.urls.api)
    }

    pub(super) fn respond(&self, body: &Value) -> Response {
        versioned(VERSION, body)
    }

    pub(super) fn message(&self, status: StatusCode, text: &str) -> Response {
        (status, self.respond(&json!({ "message": text }))).into_response()
    }

    pub(super) fn error(&self, status: StatusCode, text: &str) -> Rejection {
        self.request.log.note(format!("refused: {status}"));
        Rejection::new(self.message(status, text))
    }

    pub(super) fn refused(&self, (status, text): (StatusCode, String)) -> Rejection {
        self.error(status, &text)
    }

    pub(super) fn forbidden(&self) -> Rejection {
        self.error(StatusCode::FORBIDDEN, FORBIDDEN)
    }

    /// Checks a change's headers: a JSON body, or no body and a header that another site's form cannot send.
    pub(super) fn check_headers(&self) -> Result<(), Rejection> {
        if !self.request.body.is_empty() {
            if self.request.has_json_body() {
                return Ok(());
            }
            let text = "You must specify a 'Content-Type' of 'application/json'";
            return Err(self.error(StatusCode::UNSUPPORTED_MEDIA_TYPE, text));
        }
        if self.request.headers.contains_key("x-gocd-confirm") {
            return Ok(());
        }
        let text = "Missing required header 'X-GoCD-Confirm' with value 'true'";
        Err(self.error(StatusCode::BAD_REQUEST, text))
    }

    /// The JSON object in the body, which is empty without a body.
    pub(super) fn json_body(&self) -> Result<Value, Rejection> {
        if self.request.body.is_empty() {
            return Ok(json!({}));
        }
        let body = serde_json::from_slice(&self.request.body).ok();
        body.filter(Value::is_object)
            .ok_or_else(|| self.error(StatusCode::BAD_REQUEST, "Payload data is not valid JSON."))
    }

    /// A pipeline that the user may view.
    pub(super) fn pipeline<'s>(
        &self,
        state: &'s mut State,
        name: &str,
    ) -> Result<&'s mut Pipeline, Rejection> {
        let found = state.pipelines.iter_mut().find(|pipeline| pipeline.config.name == name);
        let pipeline = found.ok_or_else(|| {
            self.error(StatusCode::NOT_FOUND, &format!("Pipeline with name '{name}' was not found!"))
        })?;
        if pipeline.config.is_visible_to(&self.user) { Ok(pipeline) } else { Err(self.forbidden()) }
    }

    /// A pipeline that the user may operate. Only the administrator may.
    pub(super) fn operable_pipeline<'s>(
        &self,
        state: &'s mut State,
        name: &str,
    ) -> Result<&'s mut Pipeline, Rejection> {
        let is_admin = state.is_admin(&self.user);
        let pipeline = self.pipeline(state, name)?;
        if is_admin { Ok(pipeline) } else { Err(self.forbidden()) }
    }
}
