//! Options of the plain server.

use std::time::Duration;

use chrono::TimeDelta;

use super::Rules;
use crate::builder::Builder;

/// Client authentication on a token call (RFC 6749 2.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ClientAuth {
    /// HTTP Basic with both parts form-urlencoded, or credentials in the body (RFC 6749 2.3.1).
    #[default]
    Any,
    /// Credentials in the body only.
    Body,
    /// HTTP Basic only, both parts form-urlencoded.
    Basic,
    /// HTTP Basic only, both parts without encoding.
    BasicRaw,
    /// A public client: `client_id` in the body, and no secret (RFC 6749 3.2.1).
    Public,
}

/// Support for PKCE (RFC 7636).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Pkce {
    /// PKCE parameters are ignored.
    Ignored,
    /// A code requested with a challenge needs its verifier. A code requested without one must come without a
    /// verifier.
    #[default]
    Understood,
    /// Authorization requests without a challenge are rejected.
    Required,
}

/// The token calls that need the `redirect_uri`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum RedirectUri {
    /// The code exchange, if the authorization request had it (RFC 6749 4.1.3).
    #[default]
    OnCodeExchange,
    /// The code exchange and every refresh.
    OnEveryTokenCall,
    /// No refresh tokens. Calls with `redirect_uri` are rejected.
    Never,
}

/// The kind of refresh tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum RefreshTokens {
    /// No refresh tokens.
    Never,
    /// Each is used once and replaced by the next (rotation).
    SingleUse,
    /// One can be used repeatedly; refresh responses contain none (RFC 6749 6).
    #[default]
    Reusable,
}

/// Options of the plain server, set by methods of [`Builder`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    pub(super) scopes: Vec<String>,
    pub(super) scope_separator: char,
    pub(super) client_auth: ClientAuth,
    pub(super) code_grant: String,
    pub(super) refresh_grant: String,
    pub(super) pkce: Pkce,
    pub(super) redirect_uri: RedirectUri,
    /// The text before and after the token in the `Authorization` header.
    pub(super) authorization: (String, String),
    pub(super) access_life: Option<TimeDelta>,
    pub(super) refresh_tokens: RefreshTokens,
    pub(super) refresh_idle_life: Option<TimeDelta>,
    pub(super) me_path: String,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            scopes: vec!["read".into(), "write".into()],
            scope_separator: ' ',
            client_auth: ClientAuth::default(),
            code_grant: "authorization_code".into(),
            refresh_grant: "refresh_token".into(),
            pkce: Pkce::default(),
            redirect_uri: RedirectUri::default(),
            authorization: ("Bearer ".into(), String::new()),
            // As in the examples of RFC 6749 5.1.
            access_life: Some(TimeDelta::seconds(3600)),
            refresh_tokens: RefreshTokens::default(),
            refresh_idle_life: None,
            me_path: "/me".into(),
        }
    }
}

fn time_delta(duration: Option<Duration>) -> Option<TimeDelta> {
    duration.map(|duration| TimeDelta::from_std(duration).unwrap_or(TimeDelta::MAX))
}

impl Builder<Rules> {
    /// The known scopes, `read` and `write` by default. With an empty list the server has no scopes.
    pub fn scopes<S: Into<String>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
        self.options.scopes = scopes.into_iter().map(Into::into).collect();
        self
    }

    /// The separator between scopes, a space (RFC 6749 3.3) by default.
    pub fn scope_separator(mut self, separator: char) -> Self {
        self.options.scope_separator = separator;
        self
    }

    /// The accepted client authentication.
    pub fn client_auth(mut self, client_auth: ClientAuth) -> Self {
        self.options.client_auth = client_auth;
        self
    }

    /// The `grant_type` of the code exchange, `authorization_code` by default.
    pub fn code_grant(mut self, name: impl Into<String>) -> Self {
        self.options.code_grant = name.into();
        self
    }

    /// The `grant_type` of a refresh, `refresh_token` by default.
    pub fn refresh_grant(mut self, name: impl Into<String>) -> Self {
        self.options.refresh_grant = name.into();
        self
    }

    /// Support for PKCE.
    pub fn pkce(mut self, pkce: Pkce) -> Self {
        self.options.pkce = pkce;
        self
    }

    /// The token calls that need the `redirect_uri`.
    pub fn redirect_uri_on(mut self, calls: RedirectUri) -> Self {
        self.options.redirect_uri = calls;
        self
    }

    /// The `Authorization` header of an API call with `…` for the token, `Bearer …` by default.
    ///
    /// # Panics
    /// When the template has no `…`.
    pub fn authorization(mut self, template: &str) -> Self {
        let (before, after) = template.split_once('…').expect("a template shows with … where the token goes");
        self.options.authorization = (before.into(), after.into());
        self
    }

    /// The lifetime of access tokens and the response's `expires_in`, one hour by default. With `None`,
    /// access tokens do not expire and the response has no `expires_in`.
    pub fn access_token_life(mut self, life: impl Into<Option<Duration>>) -> Self {
        self.options.access_life = time_delta(life.into());
        self
    }

    /// The kind of refresh tokens.
    pub fn refresh_tokens(mut self, kind: RefreshTokens) -> Self {
        self.options.refresh_tokens = kind;
        self
    }

    /// The time after which an unused refresh token expires. `None`, the default, means never.
    pub fn refresh_token_idle_life(mut self, life: impl Into<Option<Duration>>) -> Self {
        self.options.refresh_idle_life = time_delta(life.into());
        self
    }

    /// The path of the protected resource below the API's base URL, `/me` by default.
    ///
    /// # Panics
    /// When it does not begin with a slash.
    pub fn me_at(mut self, path: impl Into<String>) -> Self {
        self.options.me_path = path.into();
        assert!(self.options.me_path.starts_with('/'), "a path begins with a slash");
        self
    }
}
