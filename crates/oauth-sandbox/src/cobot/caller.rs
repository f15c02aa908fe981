//! Authentication, rate limits and access checks for API calls (Cobot's "OAuth Flow"; dev.cobot.me/api-docs).

use axum::Json;
use http::StatusCode;
use http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use serde_json::json;

use super::Request;
use super::fixtures::SpaceFixture;
use super::model::{Member, State, Token};
use super::{host_routing, json_api};
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

    /// Authenticates a call to API 2, which needs `scope`, or `read` or `write` instead.
    pub(super) fn on_api2(
        request: &'a Request,
        endpoint: &'static str,
        scope: &str,
    ) -> Result<Self, Rejection> {
        host_routing::require_api2(request)?;
        let caller = Self::authenticate(request)?;
        caller.check_access(endpoint, PER_MINUTE, &[])?;
        caller.require_scope(scope)?;
        json_api::require_media_type(request)?;
        Ok(caller)
    }

    pub(super) fn require_scope(&self, scope: &str) -> Result<(), Rejection> {
        let all = if scope.starts_with("read_") { "read" } else { "write" };
        self.require_any_scope(&[scope, all])
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
            let text = "The access token is missing or not valid.";
            let error = error(request, StatusCode::UNAUTHORIZED, text);
            return Err(Rejection::new(([(WWW_AUTHENTICATE, challenge)], error)));
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
            let text = format!("Too many requests. Try again in {seconds} seconds.");
            let error = error(self.request, StatusCode::TOO_MANY_REQUESTS, &text);
            return Err(Rejection::new(([(RETRY_AFTER, seconds.to_string())], error)));
        }
        self.require_any_scope(scopes)
    }

    fn require_any_scope(&self, scopes: &[&str]) -> Result<(), Rejection> {
        let Some(first) = scopes.first() else { return Ok(()) };
        let granted = &self.token.grant.scopes;
        if scopes.iter().any(|scope| granted.iter().any(|granted| granted == scope)) {
            return Ok(());
        }
        self.request.log.note(format!("refused: the token has not the scope {first}"));
        Err(forbidden(self.request, &format!("The access token does not have the scope {first}.")))
    }

    pub(super) fn require_admin(&self, state: &State, space: &SpaceFixture) -> Result<(), Rejection> {
        require_admin(self.request, state, &self.token, space)
    }

    /// Checks for the rights of an admin of `space`.
    pub(super) fn is_admin(&self, state: &State, space: &SpaceFixture) -> bool {
        is_admin(state, &self.token, space)
    }

    /// The caller's own membership. A space token has none.
    pub(super) fn owns(&self, member: &Member) -> bool {
        self.token.space.is_none() && member.user.as_deref() == Some(&*self.user.login)
    }

    pub(super) fn require_member_or_admin(
        &self,
        state: &State,
        space: &SpaceFixture,
    ) -> Result<(), Rejection> {
        let own = state.membership_of(&self.user.login, space);
        if self.is_admin(state, space) || own.is_some_and(|member| self.owns(member)) {
            return Ok(());
        }
        Err(self.forbidden("Only members and admins of the space may do this."))
    }

    pub(super) fn forbidden(&self, text: &str) -> Rejection {
        self.request.log.note(format!("refused: {text}"));
        forbidden(self.request, text)
    }
}

/// A space token is valid in its own space only.
fn is_admin(state: &State, token: &Token, space: &SpaceFixture) -> bool {
    let valid_here = token.space.is_none_or(|subdomain| subdomain == space.subdomain);
    valid_here && state.is_admin(&token.grant.user, space)
}

/// Requires that the token's user administers `space` now.
pub(super) fn require_admin(
    request: &Request,
    state: &State,
    token: &Token,
    space: &SpaceFixture,
) -> Result<(), Rejection> {
    if is_admin(state, token, space) {
        return Ok(());
    }
    request.log.note(format!("refused: {} does not administer {}", token.grant.user, space.subdomain));
    Err(forbidden(request, "Only admins of the space may do this."))
}

/// An error in the format of the API that the request is for.
pub(super) fn error(request: &Request, status: StatusCode, text: &str) -> Rejection {
    if host_routing::is_api2(request) {
        json_api::error(status, text)
    } else {
        Rejection::new((status, Json(json!({ "error": text }))))
    }
}

fn forbidden(request: &Request, text: &str) -> Rejection {
    error(request, StatusCode::FORBIDDEN, text)
}

pub(super) fn not_found(request: &Request, text: &str) -> Rejection {
    error(request, StatusCode::NOT_FOUND, text)
}

/// `{"errors": {"field": "message"}}` (dev.cobot.me/api-docs/users).
pub(super) fn invalid(field: &str, message: &str) -> Rejection {
    Rejection::new((StatusCode::UNPROCESSABLE_ENTITY, Json(json!({ "errors": { field: message } }))))
}
