//! Authentication, rate limits and access checks for API calls (Cobot's "OAuth Flow"; dev.cobot.me/api-docs).

use axum::Json;
use http::StatusCode;
use http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use serde_json::{Value, json};

use super::Request;
use super::fixtures::SpaceFixture;
use super::host_routing;
use super::model::{State, Token};
use crate::request::Rejection;
use crate::user::User;

/// The calls a minute that an endpoint allows by default.
pub(super) const PER_MINUTE: u32 = 60;

pub(super) struct Caller<'a> {
    pub(super) user: User,
    pub(super) token: Token,
    request: &'a Request,
}

impl<'a> Caller<'a> {
    /// Authenticates a call to `www`, which needs any of `scopes`, or none if they are empty.
    pub(super) fn on_www(
        request: &'a Request,
        endpoint: &'static str,
        scopes: &[&str],
    ) -> Result<Self, Rejection> {
        host_routing::require_www(request)?;
        let caller = Self::authenticate(request)?;
        caller.check_access(endpoint, PER_MINUTE, scopes)?;
        Ok(caller)
    }

    pub(super) fn in_space(
        request: &'a Request,
        endpoint: &'static str,
        per_minute: u32,
        scopes: &[&str],
    ) -> Result<(Self, &'static SpaceFixture), Rejection> {
        let space = host_routing::api_space(request)?;
        let caller = Self::authenticate(request)?;
        caller.check_access(endpoint, per_minute, scopes)?;
        Ok((caller, space))
    }

    fn authenticate(request: &'a Request) -> Result<Self, Rejection> {
        let in_header = request.bearer_token().map(str::trim).filter(|token| !token.is_empty());
        let sent = in_header.or_else(|| request.params.present("access_token"));
        let state = request.core.state();
        let found = sent.and_then(|sent| {
            let token = state.token(sent)?;
            Some((state.user(&token.grant.user)?.clone(), token))
        });
        let Some((user, token)) = found else {
            request.log.note("refused: no good token");
            let challenge = if sent.is_some() { "Bearer error=\"invalid_token\"" } else { "Bearer" };
            let body = error_body("The access token is missing or not valid.");
            return Err(Rejection::new((StatusCode::UNAUTHORIZED, [(WWW_AUTHENTICATE, challenge)], body)));
        };
        match token.space {
            None => request.log.note(format!("acting as {}", user.login)),
            Some(space) => request.log.note(format!("acting for the space {space}, as {}", user.login)),
        }
        Ok(Self { user, token, request })
    }

    /// Counts the call against the rate limit, then checks the scope.
    fn check_access(
        &self,
        endpoint: &'static str,
        per_minute: u32,
        scopes: &[&str],
    ) -> Result<(), Rejection> {
        let (core, log) = (&self.request.core, &self.request.log);
        let counted = core.state().rate_limiter.count(endpoint, per_minute, &self.user.login, core.now());
        if let Err(seconds) = counted {
            log.note(format!("refused: too many requests, {seconds} s to wait"));
            let body = error_body(&format!("Too many requests. Try again in {seconds} seconds."));
            let retry_after = [(RETRY_AFTER, seconds.to_string())];
            return Err(Rejection::new((StatusCode::TOO_MANY_REQUESTS, retry_after, body)));
        }
        let Some(first) = scopes.first() else { return Ok(()) };
        let granted = &self.token.grant.scopes;
        if scopes.iter().any(|scope| granted.iter().any(|granted| granted == scope)) {
            return Ok(());
        }
        log.note(format!("refused: the token has not the scope {first}"));
        Err(forbidden(&format!("The access token does not have the scope {first}.")))
    }

    pub(super) fn require_admin(&self, state: &State, space: &SpaceFixture) -> Result<(), Rejection> {
        require_admin(self.request, state, &self.token, space)
    }
}

/// Requires that the token's user administers `space` now. A space token is valid in its own space only.
pub(super) fn require_admin(
    request: &Request,
    state: &State,
    token: &Token,
    space: &SpaceFixture,
) -> Result<(), Rejection> {
    let valid_here = token.space.is_none_or(|subdomain| subdomain == space.subdomain);
    if valid_here && state.is_admin(&token.grant.user, space) {
        return Ok(());
    }
    request.log.note(format!("refused: {} does not administer {}", token.grant.user, space.subdomain));
    Err(forbidden("Only admins of the space may do this."))
}

fn error_body(text: &str) -> Json<Value> {
    Json(json!({ "error": text }))
}

fn forbidden(text: &str) -> Rejection {
    Rejection::new((StatusCode::FORBIDDEN, error_body(text)))
}

pub(super) fn not_found(text: &str) -> Rejection {
    Rejection::new((StatusCode::NOT_FOUND, error_body(text)))
}

/// `{"errors": {"field": "message"}}` (dev.cobot.me/api-docs/users).
pub(super) fn invalid(field: &str, message: &str) -> Rejection {
    Rejection::new((StatusCode::UNPROCESSABLE_ENTITY, Json(json!({ "errors": { field: message } }))))
}
