//! Authentication and access checks for API calls (Cobot's "OAuth Flow"; dev.cobot.me/api-docs).

use super::Request;
use super::fixtures::SpaceFixture;
use super::model::{State, Token};
use super::rate_limit::RateLimit;
use super::{api_error, host_routing};
use crate::request::Rejection;
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
pub(super) struct Caller<'a> {
    pub(super) user: User,
    pub(super) token: Token,
    request: &'a Request,
}

fn bearer_token(request: &Request) -> Option<&str> {
    request.bearer_token().map(str::trim).filter(|token| !token.is_empty())
}

impl<'a> Caller<'a> {
    /// Authenticates a call to `www`.
    pub(super) fn on_www(request: &'a Request) -> Result<Self, Rejection> {
        host_routing::require_www(request)?;
        Self::authenticate(request)
    }

    pub(super) fn authenticate(request: &'a Request) -> Result<Self, Rejection> {
        let (core, log) = (&request.core, &request.log);
        let sent = bearer_token(request).or_else(|| request.params.present("access_token"));
        let state = core.state();
        let found = sent.and_then(|sent| {
            let token = state.token(sent)?;
            Some((state.user(&token.grant.user)?.clone(), token))
        });
        let Some((user, token)) = found else {
            log.note("refused: no good token");
            return Err(api_error::unauthorized(sent.is_some()));
        };
        match token.space {
            None => log.note(format!("acting as {}", user.login)),
            Some(space) => log.note(format!("acting for the space {space}, as {}", user.login)),
        }
        Ok(Self { user, token, request })
    }

    /// Counts the call against the rate limit, then checks the scope.
    pub(super) fn check_access(&self, rule: AccessRule) -> Result<(), Rejection> {
        let (core, log) = (&self.request.core, &self.request.log);
        if let Err(seconds) = core.state().rate_limiter.count(rule.limit, &self.user.login, core.now()) {
            log.note(format!("refused: too many requests, {seconds} s to wait"));
            return Err(api_error::too_many(seconds));
        }
        let Some(first) = rule.scopes.first() else { return Ok(()) };
        let granted = &self.token.grant.scopes;
        if rule.scopes.iter().any(|scope| granted.iter().any(|granted| granted == scope)) {
            return Ok(());
        }
        log.note(format!("refused: the token has not the scope {first}"));
        Err(api_error::forbidden(&format!("The access token does not have the scope {first}.")))
    }

    /// Requires that the caller administers `space` now. A space token is valid in its own space only.
    pub(super) fn require_admin(&self, state: &State, space: &SpaceFixture) -> Result<(), Rejection> {
        let valid_here = self.token.space.is_none_or(|subdomain| subdomain == space.subdomain);
        if valid_here && state.is_admin(&self.user.login, space) {
            return Ok(());
        }
        self.request.log.note(format!("refused: does not administer {}", space.subdomain));
        Err(api_error::forbidden("Only admins of the space may do this."))
    }
}
