//! The token endpoint. Its refusals have the form of PHP's `league/oauth2-server`, which Go1's codes point to
//! (docs/provider-facts.md 3a); the texts are made up but for the one on refresh tokens.

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use serde::Serialize;

use super::model::{ACCESS_LIFE, Grant, Issue, PARTNER_PORTAL, Refused};
use super::{Rules, scope};
use crate::journal::RequestLog;
use crate::params::{Authorization, Params};
use crate::provider::{ProviderCore, SharedCore};

#[derive(Serialize)]
struct Success {
    token_type: &'static str,
    expires_in: i64,
    access_token: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
}

/// A refusal.
struct Failure {
    status: StatusCode,
    error: &'static str,
    description: &'static str,
    hint: Option<String>,
}

impl Failure {
    fn new(status: StatusCode, error: &'static str, description: &'static str) -> Self {
        Self { status, error, description, hint: None }
    }

    fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    fn parameter(name: &str) -> Self {
        let text = "A parameter is missing or malformed.";
        Self::new(StatusCode::BAD_REQUEST, "invalid_request", text).hint(format!("See the parameter {name}"))
    }

    fn grant(hint: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_grant", "The authorization code is not valid.").hint(hint)
    }

    fn scope(unknown: &str) -> Self {
        let text = "A scope is unknown or not to be had.";
        Self::new(StatusCode::BAD_REQUEST, "invalid_scope", text).hint(format!("See the scope {unknown}"))
    }

    fn refresh(hint: &str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "invalid_request", "The refresh token is invalid.").hint(hint)
    }
}

/// The parameters in the body, in any of the three encodings. Those in the query do not count.
struct Form<'a>(&'a Params);

impl<'a> Form<'a> {
    fn get(&self, name: &str) -> Option<&'a str> {
        let mut newest_first = self.0.form().iter().rev();
        let found = newest_first.find(|(key, _)| *key == name).map(|(_, value)| value);
        found.filter(|value| !value.is_empty())
    }

    fn must(&self, name: &str) -> Result<&'a str, Failure> {
        self.get(name).ok_or_else(|| Failure::parameter(name))
    }

    /// The scopes asked for; `None` when the parameter is missing.
    fn scopes(&self) -> Result<Option<Vec<&'static str>>, Failure> {
        let asked = self.get("scope").map(scope::parse).transpose();
        asked.map_err(|unknown| Failure::scope(&unknown))
    }
}

pub(super) async fn token(
    State(core): State<SharedCore<Rules>>,
    Authorization(authorization): Authorization,
    params: Params,
    log: RequestLog,
) -> Response {
    log.note(format_args!("body: {:?}", params.encoding()));
    match issue(&core, authorization.as_ref(), &Form(&params)) {
        Ok(issue) => {
            let whom = issue.grant.user.as_deref().unwrap_or("the application itself");
            log.note(format_args!("{} taken, token issued for {whom}", params.text("grant_type")));
            let body = Success {
                token_type: "Bearer",
                expires_in: ACCESS_LIFE.num_seconds(),
                access_token: issue.access_token,
                refresh_token: issue.refresh_token,
            };
            let mut response = json(&body);
            response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
            response
        }
        Err(failure) => {
            log.note(format!("refused: {}", failure.error));
            refusal(&failure, authorization.is_some())
        }
    }
}

fn issue(
    core: &ProviderCore<Rules>,
    authorization: Option<&HeaderValue>,
    form: &Form<'_>,
) -> Result<Issue, Failure> {
    let grant_type = form.must("grant_type")?;
    if !["authorization_code", "refresh_token", "client_credentials", "password"].contains(&grant_type) {
        let text = "This grant type is not supported.";
        return Err(Failure::new(StatusCode::BAD_REQUEST, "unsupported_grant_type", text));
    }
    let (client_id, client_secret) = credentials(authorization, form)?;
    let now = core.now();
    let mut state = core.state();
    if state.clients.authenticate(&client_id, &client_secret).is_none() {
        let text = "Client authentication failed.";
        return Err(Failure::new(StatusCode::UNAUTHORIZED, "invalid_client", text));
    }
    match grant_type {
        "authorization_code" => {
            let (code, redirect_uri) = (form.must("code")?, form.must("redirect_uri")?);
            state.redeem(&client_id, code, redirect_uri, now).map_err(|refused| match refused {
                Refused::RedirectUri => Failure::parameter("redirect_uri"),
                Refused::Expired => Failure::grant("It has expired"),
                Refused::OtherClient => Failure::grant("It was issued to another client"),
                _ => Failure::grant("It is unknown, or was used before"),
            })
        }
        "refresh_token" => {
            let (token, scopes) = (form.must("refresh_token")?, form.scopes()?);
            state.renew(&client_id, token, scopes, now).map_err(|refused| match refused {
                Refused::Scope => Failure::scope("that was not granted before"),
                Refused::Expired => Failure::refresh("It has expired"),
                Refused::OtherClient => Failure::refresh("It was issued to another client"),
                _ => Failure::refresh("It is unknown, or was used before"),
            })
        }
        "password" => {
            let (portal, scopes) = (form.must("portal_name")?, form.scopes()?.unwrap_or_default());
            let (typed, password) = (form.must("username")?, form.must("password")?);
            let member = state.by_password(portal, typed, password).ok_or_else(|| {
                let text = "The user's credentials are wrong.";
                Failure::new(StatusCode::BAD_REQUEST, "invalid_grant", text)
            })?;
            let (user, portal) = (Some(member.user.login.clone()), member.portal);
            Ok(state.issue(Grant { client_id, user, portal, scopes }, true, now))
        }
        _ => {
            let scopes = form.scopes()?.unwrap_or_else(scope::all);
            Ok(state.issue(Grant { client_id, user: None, portal: PARTNER_PORTAL, scopes }, false, now))
        }
    }
}

/// Identifier and secret, from HTTP Basic when it is there, else from the body.
fn credentials(authorization: Option<&HeaderValue>, form: &Form<'_>) -> Result<(String, String), Failure> {
    let basic = authorization
        .and_then(|header| header.to_str().ok()?.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("Basic"))
        .and_then(|(_, encoded)| String::from_utf8(STANDARD.decode(encoded).ok()?).ok())
        .and_then(|decoded| decoded.split_once(':').map(|(id, secret)| (id.to_owned(), secret.to_owned())));
    if let Some(basic) = basic {
        return Ok(basic);
    }
    let client_id = form.must("client_id")?.to_owned();
    // No secret is a wrong secret.
    Ok((client_id, form.get("client_secret").unwrap_or_default().to_owned()))
}

fn refusal(failure: &Failure, with_header: bool) -> Response {
    #[derive(Serialize)]
    struct Body<'a> {
        error: &'a str,
        error_description: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        hint: Option<&'a str>,
        message: &'a str,
    }
    let body = json(&Body {
        error: failure.error,
        error_description: failure.description,
        hint: failure.hint.as_deref(),
        message: failure.description,
    });
    if failure.error == "invalid_client" && with_header {
        return (failure.status, [(WWW_AUTHENTICATE, "Basic realm=\"OAuth\"")], body).into_response();
    }
    (failure.status, body).into_response()
}

fn json(body: &impl Serialize) -> Response {
    // Room for both tokens. Strings and a number: nothing that JSON could not hold.
    let mut text = Vec::with_capacity(256);
    serde_json::to_writer(&mut text, body).unwrap_or_default();
    let mut response = Response::new(Body::from(text));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
