//! Who calls the API, and as whom; and what its answers look like.

use axum::body::Bytes;
use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use http::header::{AUTHORIZATION, CONTENT_TYPE, WWW_AUTHENTICATE};
use http::request::Parts;
use http::{HeaderMap, StatusCode};
use serde_json::{Map, Value, json};

use super::act_as::{self, Named};
use super::model::{ACCOUNTS, Account, Act, Grant};
use super::{API_PATH, Rules, scope};
use crate::journal::RequestLog;
use crate::provider::{ProviderCore, SharedCore};

/// The header that names somebody.
const ACT_AS: &str = "x-act-as-user";

/// Somebody who may call. Handlers take it as an extractor; whoever may not gets the answer that says so.
pub(super) struct Caller {
    pub(super) account: &'static Account,
}

/// Why a call is refused.
#[derive(Debug)]
pub(super) struct Refused {
    status: StatusCode,
    error: &'static str,
    message: String,
}

impl Refused {
    pub(super) fn new(status: StatusCode, error: &'static str, message: impl Into<String>) -> Self {
        Self { status, error, message: message.into() }
    }

    /// The call cannot be done as asked.
    pub(super) fn senseless(error: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, error, message)
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let body = answer(self.status, &json!({ "error": self.error, "message": self.message }));
        if self.status == StatusCode::UNAUTHORIZED {
            return ([(WWW_AUTHENTICATE, "Bearer")], body).into_response();
        }
        body
    }
}

impl FromRequestParts<SharedCore<Rules>> for Caller {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, core: &SharedCore<Rules>) -> Result<Self, Refused> {
        let log = RequestLog::from_request_parts(parts, core).await.unwrap_or_else(|never| match never {});
        let let_in = authenticate(core, &parts.headers, parts.uri.path())
            .and_then(|grant| act_as(core, &parts.headers, &grant).map(|whom| (grant, whom)))
            .inspect_err(|refused| log.note(format!("refused: {}", refused.message)));
        let (grant, (user, created)) = let_in?;
        let whose = if user == grant.user { "" } else { ", named by the call" };
        let made = if created { " and made by it" } else { "" };
        log.note(format!("acting as {user}{whose}{made}"));
        core.state().acts.push(Act {
            account: grant.account.name.into(),
            user,
            token_of: grant.user,
            created,
            method: parts.method.to_string(),
            path: parts.uri.path().to_owned(),
        });
        Ok(Self { account: grant.account })
    }
}

/// A token is good at its own customer's API only.
fn authenticate(core: &ProviderCore<Rules>, headers: &HeaderMap, path: &str) -> Result<Grant, Refused> {
    let account = ACCOUNTS
        .iter()
        .find(|account| path.strip_prefix(account.prefix).is_some_and(|path| path.starts_with(API_PATH)));
    let token = headers
        .get(AUTHORIZATION)
        .and_then(|header| header.to_str().ok()?.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("Bearer"))
        .map(|(_, token)| token);
    let grant = token.and_then(|token| core.state().grant_of(token).cloned());
    grant.filter(|grant| Some(grant.account) == account).ok_or_else(|| {
        let text = "The access token is missing, wrong, or another customer's.";
        Refused::new(StatusCode::UNAUTHORIZED, "unauthorized", text)
    })
}

/// The e-mail address of the user the call is done as, and whether the user was made for it.
fn act_as(core: &ProviderCore<Rules>, headers: &HeaderMap, grant: &Grant) -> Result<(String, bool), Refused> {
    let mut given = headers.get_all(ACT_AS).iter();
    let Some(header) = given.next() else {
        return Ok((grant.user.clone(), false));
    };
    if !grant.scopes.act_as_user {
        let text = "The token was not granted act-as-user.";
        return Err(Refused::new(StatusCode::FORBIDDEN, "insufficient_scope", text));
    }
    let named = header.to_str().ok().and_then(act_as::parse).filter(|_| given.next().is_none());
    let named = named.ok_or_else(|| {
        let text = "X-Act-as-User has to be one header of the form \"Name\" <email>.";
        Refused::new(StatusCode::BAD_REQUEST, "invalid_act_as_user", text)
    })?;
    let mut state = core.state();
    if let Some(user) = state.find(grant.account, &named.email) {
        return Ok((user.email.clone(), false));
    }
    if !grant.scopes.auto_create_users {
        let text = format!("There is no such user, and {} was not granted.", scope::AUTO_CREATE_USERS);
        return Err(Refused::senseless("unknown_user", text));
    }
    Ok((state.create(grant.account, &named).email, true))
}

/// What stands under `root` in a JSON body, as the API wants everything that is sent.
pub(super) fn unwrap(headers: &HeaderMap, body: &Bytes, root: &str) -> Result<Map<String, Value>, Refused> {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/json") {
        let text = "The body has to be JSON, and its content type application/json.";
        return Err(Refused::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", text));
    }
    match serde_json::from_slice::<Value>(body).ok().as_mut().and_then(|body| body.get_mut(root)) {
        Some(Value::Object(fields)) if !fields.is_empty() => Ok(std::mem::take(fields)),
        _ => {
            let text = format!("The body has to be an object with an object {root} in it.");
            Err(Refused::new(StatusCode::BAD_REQUEST, "invalid_body", text))
        }
    }
}

/// Name and address in `fields`, if both are there.
pub(super) fn named(fields: &Map<String, Value>) -> Option<Named> {
    let text = |name: &str| fields.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let named = Named { name: text("name"), email: text("email") };
    (!named.name.trim().is_empty() && act_as::is_email(&named.email)).then_some(named)
}

pub(super) fn answer(status: StatusCode, body: &Value) -> Response {
    (status, [(CONTENT_TYPE, "application/json; charset=utf-8")], body.to_string()).into_response()
}
