//! Authentication of API calls, impersonation by `X-Act-as-User`, and JSON responses.

use axum::Json;
use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, WWW_AUTHENTICATE};
use http::request::Parts;
use http::{HeaderValue, StatusCode};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::act_as::{self, NamedUser};
use super::model::{ACCOUNTS, Account, AuthorizedCall, Grant};
use super::{API_PATH, Request, Rules, scope};
use crate::provider::SharedCore;

const ACT_AS: &str = "x-act-as-user";

/// Extractor for an authorized call. Its rejection is the error response.
pub(super) struct Caller {
    pub(super) request: Request,
    pub(super) account: &'static Account,
}

#[derive(Debug)]
pub(super) struct ApiError {
    status: StatusCode,
    error: &'static str,
    message: String,
}

impl ApiError {
    pub(super) fn new(status: StatusCode, error: &'static str, message: impl Into<String>) -> Self {
        Self { status, error, message: message.into() }
    }

    /// A well-formed call that cannot be processed (422).
    pub(super) fn unprocessable(error: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, error, message)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let body = json!({ "error": self.error, "message": self.message });
        let mut response = json_response(self.status, &body);
        if self.status == StatusCode::UNAUTHORIZED {
            let challenge = HeaderValue::from_static("Bearer error=\"invalid_token\"");
            response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

impl FromRequestParts<SharedCore<Rules>> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, core: &SharedCore<Rules>) -> Result<Self, ApiError> {
        let Ok(request) = Request::from_request_parts(parts, core).await;
        let authorized = authenticate(&request)
            .and_then(|grant| resolve_user(&request, &grant).map(|user| (grant, user)))
            .inspect_err(|error| request.log.note(format!("refused: {}", error.message)));
        let (grant, (user, created)) = authorized?;
        let named = if user == grant.user { "" } else { ", named by the call" };
        let made = if created { " and made by it" } else { "" };
        request.log.note(format!("acting as {user}{named}{made}"));
        core.state().authorized_calls.push(AuthorizedCall {
            account: grant.account.name.into(),
            user,
            token_owner: grant.user,
            created,
            method: request.method.to_string(),
            path: request.uri.path().to_owned(),
        });
        Ok(Self { account: grant.account, request })
    }
}

/// Returns the grant of the bearer token. A token is valid only at its own customer's API.
fn authenticate(request: &Request) -> Result<Grant, ApiError> {
    let path = request.uri.path();
    let account = ACCOUNTS
        .iter()
        .find(|account| path.strip_prefix(account.prefix).is_some_and(|path| path.starts_with(API_PATH)));
    let grant = request.bearer_token().and_then(|token| request.core.state().grant_of(token).cloned());
    grant.filter(|grant| Some(grant.account) == account).ok_or_else(|| {
        let text = "The access token is missing, wrong, or another customer's.";
        ApiError::new(StatusCode::UNAUTHORIZED, "unauthorized", text)
    })
}

/// Returns the e-mail address of the user to act as, and whether the call created that user.
fn resolve_user(request: &Request, grant: &Grant) -> Result<(String, bool), ApiError> {
    let mut values = request.headers.get_all(ACT_AS).iter();
    let Some(header) = values.next() else {
        return Ok((grant.user.clone(), false));
    };
    if !grant.scopes.act_as_user {
        let text = "The token was not granted act-as-user.";
        return Err(ApiError::new(StatusCode::FORBIDDEN, "insufficient_scope", text));
    }
    let named = header.to_str().ok().and_then(act_as::parse).filter(|_| values.next().is_none());
    let named = named.ok_or_else(|| {
        let text = "X-Act-as-User has to be one header of the form \"Name\" <email>.";
        ApiError::new(StatusCode::BAD_REQUEST, "invalid_act_as_user", text)
    })?;
    let mut state = request.core.state();
    if let Some(user) = state.find(grant.account, &named.email) {
        return Ok((user.email.clone(), false));
    }
    if !grant.scopes.auto_create_users {
        let text = format!("There is no such user, and {} was not granted.", scope::AUTO_CREATE_USERS);
        return Err(ApiError::unprocessable("unknown_user", text));
    }
    Ok((state.create(grant.account, &named).email, true))
}

/// Returns the object under the key `root` of a JSON body. The API expects every request body in this form.
pub(super) fn unwrap_root(request: &Request, root: &str) -> Result<Map<String, Value>, ApiError> {
    if !request.has_json_body() {
        let text = "The body has to be JSON, and its content type application/json.";
        return Err(ApiError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", text));
    }
    match serde_json::from_slice::<Value>(&request.body).ok().as_mut().and_then(|body| body.get_mut(root)) {
        Some(Value::Object(fields)) if !fields.is_empty() => Ok(std::mem::take(fields)),
        _ => {
            let text = format!("The body has to be an object with an object {root} in it.");
            Err(ApiError::new(StatusCode::BAD_REQUEST, "invalid_body", text))
        }
    }
}

/// Returns the `name` and `email` in `fields`, if both are valid.
pub(super) fn named_user(fields: &Map<String, Value>) -> Option<NamedUser> {
    let text = |name: &str| fields.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let named = NamedUser { name: text("name"), email: text("email") };
    (!named.name.trim().is_empty() && act_as::is_email(&named.email)).then_some(named)
}

pub(super) fn json_response(status: StatusCode, body: &impl Serialize) -> Response {
    (status, [(CONTENT_TYPE, "application/json; charset=utf-8")], Json(body)).into_response()
}
