//! What can be chosen before the start.

use std::time::Duration;

use chrono::TimeDelta;

use super::Rules;
use crate::builder::Builder;

/// How the client says who it is on a token call (RFC 6749 2.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ClientAuth {
    /// HTTP Basic with both parts form-urlencoded first, or in the body: what RFC 6749 2.3.1 has.
    #[default]
    Any,
    /// In the body only.
    Body,
    /// HTTP Basic only, both parts form-urlencoded first.
    Basic,
    /// HTTP Basic only, both parts as they are.
    BasicRaw,
    /// A public client: `client_id` in the body, and no secret (RFC 6749 3.2.1).
    Public,
}

/// What is done about PKCE (RFC 7636).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Pkce {
    /// Its parameters are unknown, and so ignored.
    Ignored,
    /// A code asked for with a challenge is redeemed with its verifier, and one asked for without, without.
    #[default]
    Understood,
    /// There is no code without a challenge.
    Required,
}

/// Which token calls must have the `redirect_uri`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum RedirectUri {
    /// The code exchange, when it was on the authorize URL (RFC 6749 4.1.3).
    #[default]
    OnCodeExchange,
    /// Refreshes too.
    OnEveryTokenCall,
    /// None; a call that has it is refused.
    Never,
}

/// What refresh tokens there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum RefreshTokens {
    /// None.
    Never,
    /// Each works once, and brings the next.
    SingleUse,
    /// One works again and again; the reply to a refresh has none (RFC 6749 6).
    #[default]
    Reusable,
}

/// How the plain server is to be.
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
    /// What stands around a token in the `Authorization` header.
    pub(super) authorization: (String, String),
    pub(super) access_life: Option<TimeDelta>,
    pub(super) refresh_tokens: RefreshTokens,
    pub(super) refresh_idle_life: Option<TimeDelta>,
    /// Where the protected resource is, below the API's base.
    pub(super) me: String,
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
            me: "/me".into(),
        }
    }
}

fn life(lasts: Option<Duration>) -> Option<TimeDelta> {
    lasts.map(|lasts| TimeDelta::from_std(lasts).unwrap_or(TimeDelta::MAX))
}

impl Builder<Rules> {
    /// The scopes that there are; `read` and `write` when not set. None at all means a server without scopes.
    pub fn scopes<S: Into<String>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
        self.options.scopes = scopes.into_iter().map(Into::into).collect();
        self
    }

    /// What stands between scopes; a space (RFC 6749 3.3) when not set.
    pub fn scope_separator(mut self, separator: char) -> Self {
        self.options.scope_separator = separator;
        self
    }

    /// How the client says who it is.
    pub fn client_auth(mut self, client_auth: ClientAuth) -> Self {
        self.options.client_auth = client_auth;
        self
    }

    /// The `grant_type` of the code exchange; `authorization_code` when not set.
    pub fn code_grant(mut self, name: impl Into<String>) -> Self {
        self.options.code_grant = name.into();
        self
    }

    /// The `grant_type` of a refresh; `refresh_token` when not set.
    pub fn refresh_grant(mut self, name: impl Into<String>) -> Self {
        self.options.refresh_grant = name.into();
        self
    }

    /// What is done about PKCE.
    pub fn pkce(mut self, pkce: Pkce) -> Self {
        self.options.pkce = pkce;
        self
    }

    /// Which token calls must have the `redirect_uri`.
    pub fn redirect_uri_on(mut self, calls: RedirectUri) -> Self {
        self.options.redirect_uri = calls;
        self
    }

    /// The `Authorization` header of an API call, with `…` for the token: `Bearer …` when not set.
    ///
    /// # Panics
    /// When the template has no `…`.
    pub fn authorization(mut self, template: &str) -> Self {
        let (before, after) = template.split_once('…').expect("a template shows with … where the token goes");
        self.options.authorization = (before.into(), after.into());
        self
    }

    /// How long an access token lives, and the reply's `expires_in`; an hour when not set. `None`: for ever, and the reply does not
    /// say.
    pub fn access_token_life(mut self, lasts: impl Into<Option<Duration>>) -> Self {
        self.options.access_life = life(lasts.into());
        self
    }

    /// What refresh tokens there are.
    pub fn refresh_tokens(mut self, kind: RefreshTokens) -> Self {
        self.options.refresh_tokens = kind;
        self
    }

    /// After how long an unused refresh token lapses; `None`, as when not set: never.
    pub fn refresh_token_idle_life(mut self, lasts: impl Into<Option<Duration>>) -> Self {
        self.options.refresh_idle_life = life(lasts.into());
        self
    }

    /// The path, below the API's base, that tells whose token it is shown; `/me` when not set.
    ///
    /// # Panics
    /// When it does not begin with a slash.
    pub fn me_at(mut self, path: impl Into<String>) -> Self {
        self.options.me = path.into();
        assert!(self.options.me.starts_with('/'), "a path begins with a slash");
        self
    }
}
