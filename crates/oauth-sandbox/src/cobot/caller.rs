//! Authentication and access checks for API calls (Cobot's "OAuth Flow"; dev.cobot.me/api-docs).

use std::fmt::Display;

use axum::extract::FromRequestParts;
use http::header::AUTHORIZATION;
use http::request::Parts;

use super::Rules;
use super::api_error::ApiError;
use super::fixtures::SpaceFixture;
use super::model::{State, Token};
use super::rate_limit::RateLimit;
use crate::journal::RequestLog;
use crate::middleware::RequestContext;
use crate::provider::{ProviderCore, SharedCore};
use crate::user::User;

/// An endpoint's rate limit and required scope.
#[derive(Clone, Copy, Debug)]
pub(super) struct AccessRule {
    limit: RateLimit,
    /// Any one of these is enough. Empty means that no scope is needed.
    scopes: &'static [&'static str],
}

impl AccessRule {
    /// An endpoint with the default limit of 60 requests a minute.
    pub(super) const fn new(endpoint: &'static str, scopes: &'static [&'static str]) -> Self {
        Self { limit: RateLimit { endpoint, per_minute: 60 }, scopes }
    }

    pub(super) const fn per_minute(self, per_minute: u32) -> Self {
        Self { limit: RateLimit { per_minute, ..self.limit }, ..self }
    }
}

/// The owner of a valid access token.
pub(super) struct Caller {
    pub(super) user: User,
    pub(super) token: Token,
    log: RequestLog,
}

impl FromRequestParts<SharedCore<Rules>> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, core: &SharedCore<Rules>) -> Result<Self, ApiError> {
        let RequestContext { params, log } = RequestContext::of(parts).cloned().unwrap_or_default();
        let sent = bearer_token(parts).or_else(|| params.present("access_token"));
        let found = sent.and_then(|sent| {
            let state = core.state();
            let token = state.token(sent)?;
            Some((state.user(&token.grant.user)?.clone(), token))
        });
        let Some((user, token)) = found else {
            log.note("refused: no good token");
            return Err(ApiError::unauthorized(sent.is_some()));
        };
        match token.space {
            None => log.note(format!("acting as {}", user.login)),
            Some(space) => log.note(format!("acting for the space {space}, as {}", user.login)),
        }
        Ok(Self { user, token, log })
    }
}

fn bearer_token(parts: &Parts) -> Option<&str> {
    let (scheme, token) = parts.headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("Bearer").then(|| token.trim()).filter(|token| !token.is_empty())
}

impl Caller {
    /// Counts the call against the rate limit, then checks the scope.
    pub(super) fn check_access(&self, core: &ProviderCore<Rules>, rule: AccessRule) -> Result<(), ApiError> {
        let now = core.now();
        if let Err(seconds) = core.state().rate_limiter.count(rule.limit, &self.user.login, now) {
            self.log.note(format!("refused: too many requests, {seconds} s to wait"));
            return Err(ApiError::too_many(seconds));
        }
        let scopes = &self.token.grant.scopes;
        if rule.scopes.is_empty()
            || rule.scopes.iter().any(|scope| scopes.iter().any(|granted| granted == scope))
        {
            return Ok(());
        }
        self.log.note(format!("refused: the token has not the scope {}", rule.scopes[0]));
        Err(ApiError::forbidden(&format!("The access token does not have the scope {}.", rule.scopes[0])))
    }

    /// Requires that the caller administers `space` now. A space token is valid in its own space only.
    pub(super) fn require_admin(&self, state: &State, space: &SpaceFixture) -> Result<(), ApiError> {
        let valid_here = self.token.space.is_none_or(|subdomain| subdomain == space.subdomain);
        if valid_here && state.is_admin(&self.user.login, space) {
            return Ok(());
        }
        self.log.note(format!("refused: does not administer {}", space.subdomain));
        Err(ApiError::forbidden("Only admins of the space may do this."))
    }

    /// Adds a note to the call's journal entry.
    pub(super) fn note(&self, text: impl Display) {
        self.log.note(text);
    }
}
