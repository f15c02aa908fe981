//! The token endpoint. Its errors have the form of PHP's `league/oauth2-server`, which Go1's error codes
//! point to (docs/provider-facts.md 3a). All texts are made up, except the one about refresh tokens.

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use serde::Serialize;

use super::model::{ACCESS_LIFE, Grant, GrantError, IssuedTokens, PARTNER_PORTAL};
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

/// An error response.
struct TokenError {
    status: StatusCode,
    error: &'static str,
    description: &'static str,
    hint: Option<String>,
}

impl TokenError {
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
        let text = "A scope is unknown or not available.";
        Self::new(StatusCode::BAD_REQUEST, "invalid_scope", text).hint(format!("See the scope {unknown}"))
    }

    fn refresh(hint: &str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "invalid_request", "The refresh token is invalid.").hint(hint)
    }
}

/// The parameters in the body, in any of the three encodings. The query is ignored.
struct Form<'a>(&'a Params);

impl<'a> Form<'a> {
    fn get(&self, name: &str) -> Option<&'a str> {
        let mut last_first = self.0.form().iter().rev();
        let found = last_first.find(|(key, _)| *key == name).map(|(_, value)| value);
        found.filter(|value| !value.is_empty())
    }

    fn require(&self, name: &str) -> Result<&'a str, TokenError> {
        self.get(name).ok_or_else(|| TokenError::parameter(name))
    }

    /// The requested scopes. `None` when the parameter is missing.
    fn scopes(&self) -> Result<Option<Vec<&'static str>>, TokenError> {
        let scopes = self.get("scope").map(scope::parse).transpose();
        scopes.map_err(|unknown| TokenError::scope(&unknown))
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
        Ok(tokens) => {
            let user = tokens.grant.user.as_deref().unwrap_or("the application itself");
            log.note(format_args!("{} accepted, token issued for {user}", params.text("grant_type")));
            let body = Success {
                token_type: "Bearer",
                expires_in: ACCESS_LIFE.num_seconds(),
                access_token: tokens.access_token,
                refresh_token: tokens.refresh_token,
            };
            let mut response = json(&body);
            response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
            response
        }
        Err(error) => {
            log.note(format!("refused: {}", error.error));
            error_response(&error, authorization.is_some())
        }
    }
}

fn issue(
    core: &ProviderCore<Rules>,
    authorization: Option<&HeaderValue>,
    form: &Form<'_>,
) -> Result<IssuedTokens, TokenError> {
    let grant_type = form.require("grant_type")?;
    if !["authorization_code", "refresh_token", "client_credentials", "password"].contains(&grant_type) {
        let text = "This grant type is not supported.";
        return Err(TokenError::new(StatusCode::BAD_REQUEST, "unsupported_grant_type", text));
    }
    let (client_id, client_secret) = credentials(authorization, form)?;
    let now = core.now();
    let mut state = core.state();
    if state.clients.authenticate(&client_id, &client_secret).is_none() {
        let text = "Client authentication failed.";
        return Err(TokenError::new(StatusCode::UNAUTHORIZED, "invalid_client", text));
    }
    match grant_type {
        "authorization_code" => {
            let (code, redirect_uri) = (form.require("code")?, form.require("redirect_uri")?);
            state.redeem(&client_id, code, redirect_uri, now).map_err(|error| match error {
                GrantError::RedirectUri => TokenError::parameter("redirect_uri"),
                GrantError::Expired => TokenError::grant("It has expired"),
                GrantError::OtherClient => TokenError::grant("It was issued to another client"),
                _ => TokenError::grant("It is unknown, or was used before"),
            })
        }
        "refresh_token" => {
            let (token, scopes) = (form.require("refresh_token")?, form.scopes()?);
            state.refresh(&client_id, token, scopes, now).map_err(|error| match error {
                GrantError::Scope => TokenError::scope("that was not granted before"),
                GrantError::Expired => TokenError::refresh("It has expired"),
                GrantError::OtherClient => TokenError::refresh("It was issued to another client"),
                _ => TokenError::refresh("It is unknown, or was used before"),
            })
        }
        "password" => {
            let (portal, scopes) = (form.require("portal_name")?, form.scopes()?.unwrap_or_default());
            let (typed, password) = (form.require("username")?, form.require("password")?);
            let member = state.by_password(portal, typed, password).ok_or_else(|| {
                let text = "The user's credentials are wrong.";
                TokenError::new(StatusCode::BAD_REQUEST, "invalid_grant", text)
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

/// Identifier and secret from HTTP Basic if present, otherwise from the body.
fn credentials(authorization: Option<&HeaderValue>, form: &Form<'_>) -> Result<(String, String), TokenError> {
    let basic = authorization
        .and_then(|header| header.to_str().ok()?.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("Basic"))
        .and_then(|(_, encoded)| String::from_utf8(STANDARD.decode(encoded).ok()?).ok())
        .and_then(|decoded| decoded.split_once(':').map(|(id, secret)| (id.to_owned(), secret.to_owned())));
    if let Some(basic) = basic {
        return Ok(basic);
    }
    let client_id = form.require("client_id")?.to_owned();
    // A missing secret is treated as a wrong one.
    Ok((client_id, form.get("client_secret").unwrap_or_default().to_owned()))
}

fn error_response(error: &TokenError, with_header: bool) -> Response {
    #[derive(Serialize)]
    struct Body<'a> {
        error: &'a str,
        error_description: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        hint: Option<&'a str>,
        message: &'a str,
    }
    let body = json(&Body {
        error: error.error,
        error_description: error.description,
        hint: error.hint.as_deref(),
        message: error.description,
    });
    if error.error == "invalid_client" && with_header {
        return (error.status, [(WWW_AUTHENTICATE, "Basic realm=\"OAuth\"")], body).into_response();
    }
    (error.status, body).into_response()
}

fn json(body: &impl Serialize) -> Response {
    // Enough capacity for both tokens. Serialization cannot fail.
    let mut text = Vec::with_capacity(256);
    serde_json::to_writer(&mut text, body).unwrap_or_default();
    let mut response = Response::new(Body::from(text));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
