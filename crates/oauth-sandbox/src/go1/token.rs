//! The token endpoint, with the checks and errors of PHP's `league/oauth2-server` 8.5, which Go1's error
//! codes point to (docs/provider-facts.md 3a).

use axum::Json;
use axum::response::{IntoResponse as _, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, PRAGMA};

use super::model::{Grant, IssuedTokens, PARTNER_PORTAL};
use super::oauth_error::OAuthError;
use super::{Request, scope};
use crate::params::{self, Params};

/// The parameters in the body, in any of the three encodings. The query is ignored.
struct Form<'a>(&'a Params);

impl<'a> Form<'a> {
    fn get(&self, name: &str) -> Option<&'a str> {
        params::last(&self.0.form, name).filter(|value| !value.is_empty())
    }

    fn require(&self, name: &str) -> Result<&'a str, OAuthError> {
        self.get(name).ok_or_else(|| OAuthError::parameter(name))
    }

    /// The requested scopes. `None` when the parameter is missing.
    fn scopes(&self) -> Result<Option<Vec<&'static str>>, OAuthError> {
        let scopes = self.get("scope").map(scope::parse).transpose();
        scopes.map_err(|unknown| OAuthError::scope(&unknown))
    }
}

pub(super) async fn token(request: Request) -> Response {
    let (params, log) = (&request.params, &request.log);
    log.note(format_args!("body: {:?}", params.encoding));
    match issue(&request, &Form(params)) {
        Ok(tokens) => {
            let user = tokens.grant.user.as_deref().unwrap_or("the application itself");
            log.note(format_args!("{} accepted, token issued for {user}", params.text("grant_type")));
            let headers = [
                (CONTENT_TYPE, "application/json; charset=UTF-8"),
                (PRAGMA, "no-cache"),
                (CACHE_CONTROL, "no-store"),
            ];
            (headers, Json(tokens)).into_response()
        }
        Err(error) => {
            log.note(format!("refused: {}", error.error));
            error.response(request.headers.contains_key("authorization"))
        }
    }
}

fn issue(request: &Request, form: &Form<'_>) -> Result<IssuedTokens, OAuthError> {
    // A missing grant type is an unsupported one.
    let grant_type = form.get("grant_type").unwrap_or_default();
    if !["authorization_code", "refresh_token", "client_credentials", "password"].contains(&grant_type) {
        return Err(OAuthError::grant_type());
    }
    let (client_id, client_secret) = match request.basic_credentials() {
        Some(basic) => basic,
        // A missing secret is treated as a wrong one.
        None => (form.require("client_id")?.into(), form.get("client_secret").unwrap_or_default().into()),
    };
    let now = request.core.now();
    let mut state = request.core.state();
    let redirect_uri = form.get("redirect_uri");
    // Every grant checks a redirect URI that is sent.
    let is_known = state
        .clients
        .authenticate(&client_id, &client_secret)
        .is_some_and(|client| redirect_uri.is_none_or(|uri| client.has_registered(uri)));
    if !is_known {
        return Err(OAuthError::client());
    }
    match grant_type {
        "authorization_code" => state.redeem(&client_id, form.require("code")?, redirect_uri, now),
        "refresh_token" => {
            let (token, scopes) = (form.require("refresh_token")?, form.scopes()?);
            state.refresh(&client_id, token, scopes, now)
        }
        "password" => {
            let (portal, scopes) = (form.require("portal_name")?, form.scopes()?.unwrap_or_default());
            let (typed, password) = (form.require("username")?, form.require("password")?);
            let member =
                state.by_password(portal, typed, password).ok_or_else(OAuthError::user_credentials)?;
            let (user, portal) = (Some(member.user.login.clone()), member.portal);
            Ok(state.issue(Grant { client_id, user, portal, scopes }, true, now))
        }
        _ => {
            let scopes = form.scopes()?.unwrap_or_else(scope::all);
            Ok(state.issue(Grant { client_id, user: None, portal: PARTNER_PORTAL, scopes }, false, now))
        }
    }
}
