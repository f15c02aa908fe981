//! Who calls the API, and whether they may (seed 001; dev.cobot.me/api-docs).

use std::fmt::Display;

use axum::extract::FromRequestParts;
use http::header::AUTHORIZATION;
use http::request::Parts;

use super::Rules;
use super::failure::Failure;
use super::fixtures::Fixture;
use super::model::{State, Token};
use super::rate::Limit;
use crate::journal::RequestLog;
use crate::middleware::RequestContext;
use crate::provider::{ProviderCore, SharedCore};
use crate::user::User;

/// What an endpoint asks of its callers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rule {
    limit: Limit,
    /// Any one of them will do; none at all is needed when this is empty.
    scopes: &'static [&'static str],
}

impl Rule {
    /// 60 requests a minute.
    pub(super) const fn new(endpoint: &'static str, scopes: &'static [&'static str]) -> Self {
        Self { limit: Limit { endpoint, per_minute: 60 }, scopes }
    }

    pub(super) const fn per_minute(self, per_minute: u32) -> Self {
        Self { limit: Limit { per_minute, ..self.limit }, ..self }
    }
}

/// Somebody with a good token.
pub(super) struct Caller {
    pub(super) user: User,
    pub(super) token: Token,
    log: RequestLog,
}

impl FromRequestParts<SharedCore<Rules>> for Caller {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, core: &SharedCore<Rules>) -> Result<Self, Failure> {
        let RequestContext { params, log } = RequestContext::of(parts).cloned().unwrap_or_default();
        let sent = bearer(parts).or_else(|| params.present("access_token"));
        let found = sent.and_then(|sent| {
            let state = core.state();
            let token = state.token(sent)?;
            Some((state.user(&token.grant.user)?.clone(), token))
        });
        let Some((user, token)) = found else {
            log.note("refused: no good token");
            return Err(Failure::unauthorized(sent.is_some()));
        };
        match token.space {
            None => log.note(format!("acting as {}", user.login)),
            Some(space) => log.note(format!("acting for the space {space}, as {}", user.login)),
        }
        Ok(Self { user, token, log })
    }
}

fn bearer(parts: &Parts) -> Option<&str> {
    let (scheme, token) = parts.headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("Bearer").then(|| token.trim()).filter(|token| !token.is_empty())
}

impl Caller {
    /// Counts the call, then looks at the scope.
    pub(super) fn may(&self, core: &ProviderCore<Rules>, rule: Rule) -> Result<(), Failure> {
        let now = core.now();
        if let Err(seconds) = core.state().rates.count(rule.limit, &self.user.login, now) {
            self.log.note(format!("refused: too many requests, {seconds} s to wait"));
            return Err(Failure::too_many(seconds));
        }
        let scopes = &self.token.grant.scopes;
        if rule.scopes.is_empty() || rule.scopes.iter().any(|scope| scopes.iter().any(|had| had == scope)) {
            return Ok(());
        }
        self.log.note(format!("refused: the token has not the scope {}", rule.scopes[0]));
        Err(Failure::forbidden(&format!("The access token does not have the scope {}.", rule.scopes[0])))
    }

    /// Whether the caller administers `space` at this moment; the token of a space, only that one.
    pub(super) fn administers(&self, state: &State, space: &Fixture) -> Result<(), Failure> {
        let here = self.token.space.is_none_or(|own| own == space.subdomain);
        if here && state.is_admin(&self.user.login, space) {
            return Ok(());
        }
        self.log.note(format!("refused: does not administer {}", space.subdomain));
        Err(Failure::forbidden("Only admins of the space may do this."))
    }

    /// Adds to the journal.
    pub(super) fn note(&self, text: impl Display) {
        self.log.note(text);
    }
}
