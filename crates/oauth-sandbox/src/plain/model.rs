//! The server's state: codes and tokens.

use chrono::{DateTime, TimeDelta, Utc};

use super::Rules;
use super::options::RefreshTokens;
use crate::bounded::{TokenMap, token_map};
use crate::client::Clients;
use crate::provider::{ProviderCore, ProviderSetup, ProviderState};
use crate::random;
use crate::token_error::TokenError;
use crate::user::User;

/// The lifetime of a code: the maximum that RFC 6749 4.1.2 recommends.
const CODE_LIFE: TimeDelta = TimeDelta::minutes(10);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Grant {
    pub(super) client_id: String,
    /// [`User::login`]. `None` for client credentials.
    pub(super) user: Option<String>,
    pub(super) scopes: Vec<String>,
    /// `false` when the request had no `scope`, so that the response must name the granted scopes.
    pub(super) scopes_requested: bool,
}

impl Grant {
    /// A grant of the requested scopes, or of all.
    pub(super) fn new(
        core: &ProviderCore<Rules>,
        client_id: String,
        user: Option<String>,
        requested: Option<Vec<String>>,
    ) -> Self {
        let scopes_requested = requested.is_some();
        let scopes = requested.unwrap_or_else(|| core.setup.options.scopes.clone());
        Self { client_id, user, scopes, scopes_requested }
    }
}

struct Code {
    grant: Grant,
    redirect_uri: Option<String>,
    challenge: Option<String>,
    expires_at: DateTime<Utc>,
    redeemed: bool,
}

/// An access token or a refresh token.
struct StoredToken {
    /// The code that the token was issued for, directly or by refreshes.
    code: Option<String>,
    grant: Grant,
    expires_at: Option<DateTime<Utc>>,
}

pub(crate) struct State {
    pub(super) clients: Clients,
    pub(super) users: Vec<User>,
    access_life: Option<TimeDelta>,
    refresh_tokens: RefreshTokens,
    refresh_idle_life: Option<TimeDelta>,
    codes: TokenMap<Code>,
    access: TokenMap<StoredToken>,
    refresh: TokenMap<StoredToken>,
}

pub(super) struct IssuedTokens {
    pub(super) access_token: String,
    pub(super) expires_in: Option<TimeDelta>,
    pub(super) refresh_token: Option<String>,
    pub(super) grant: Grant,
}

pub(super) const WRONG_REDIRECT_URI: &str = "the redirect_uri is not the one of the authorization request";

pub(super) fn invalid_grant(description: &str) -> TokenError {
    TokenError::new("invalid_grant", description)
}

impl ProviderState<Rules> for State {
    fn new(setup: &ProviderSetup<Rules>, _: DateTime<Utc>) -> Self {
        let options = &setup.options;
        let user = |login: &str, name: &str| {
            let email = format!("{login}@plain.example");
            User::new(&email, name, &email, &format!("password-of-the-{login}"))
        };
        Self {
            clients: Clients::new(setup),
            users: vec![user("owner", "Resource Owner"), user("other", "Other Owner")],
            access_life: options.access_life,
            refresh_tokens: options.refresh_tokens,
            refresh_idle_life: options.refresh_idle_life,
            codes: token_map(),
            access: token_map(),
            refresh: token_map(),
        }
    }

    fn redirect_uris(&self) -> Vec<String> {
        self.clients.redirect_uris()
    }

    fn users(&self) -> Vec<User> {
        self.users.clone()
    }

    fn revoke_access(&mut self) {
        self.codes.clear();
        self.access.clear();
        self.refresh.clear();
    }
}

impl State {
    pub(super) fn issue_code(
        &mut self,
        grant: Grant,
        redirect_uri: Option<String>,
        challenge: Option<String>,
        now: DateTime<Utc>,
    ) -> String {
        let code = random::opaque();
        let expires_at = now + CODE_LIFE;
        self.codes.insert(code.clone(), Code { grant, redirect_uri, challenge, expires_at, redeemed: false });
        code
    }

    /// Redeems a code. A rejected call does not use up the code. A second redemption revokes the code's
    /// tokens.
    pub(super) fn redeem(
        &mut self,
        client_id: &str,
        code: &str,
        redirect_uri: impl FnOnce(Option<&str>) -> bool,
        verifier: impl FnOnce(Option<&str>) -> bool,
        now: DateTime<Utc>,
    ) -> Result<IssuedTokens, TokenError> {
        let found = self.codes.peek_mut(code).ok_or_else(|| invalid_grant("it is unknown"))?;
        if found.grant.client_id != client_id {
            return Err(invalid_grant("it was issued to another client"));
        }
        if found.redeemed {
            let from = Some(code);
            self.access.retain(|_, token| token.code.as_deref() != from);
            self.refresh.retain(|_, token| token.code.as_deref() != from);
            return Err(invalid_grant("it was used before"));
        }
        if found.expires_at <= now {
            return Err(invalid_grant("it has expired"));
        }
        if !redirect_uri(found.redirect_uri.as_deref()) {
            return Err(invalid_grant(WRONG_REDIRECT_URI));
        }
        if !verifier(found.challenge.as_deref()) {
            return Err(invalid_grant("the code_verifier does not match the code_challenge"));
        }
        found.redeemed = true;
        let grant = found.grant.clone();
        Ok(self.issue(grant, Some(code.into()), true, now))
    }

    /// Redeems a refresh token, which is used up if refresh tokens are for single use.
    pub(super) fn refresh(
        &mut self,
        client_id: &str,
        refresh_token: &str,
        scopes: Option<Vec<String>>,
        now: DateTime<Utc>,
    ) -> Result<IssuedTokens, TokenError> {
        let found = self.refresh.peek_mut(refresh_token).ok_or_else(|| invalid_grant("it is unknown"))?;
        if found.grant.client_id != client_id {
            return Err(invalid_grant("it was issued to another client"));
        }
        if found.expires_at.is_some_and(|end| end <= now) {
            return Err(invalid_grant("it has expired"));
        }
        if scopes.iter().flatten().any(|scope| !found.grant.scopes.contains(scope)) {
            return Err(TokenError::new("invalid_scope", "a scope was not granted before"));
        }
        let (grant, code) = (found.grant.clone(), found.code.clone());
        let rotates = self.refresh_tokens == RefreshTokens::SingleUse;
        if rotates {
            self.refresh.remove(refresh_token);
        } else {
            found.expires_at = self.refresh_idle_life.map(|idle| now + idle);
        }
        // The new refresh token keeps all scopes even if the access token has fewer (RFC 6749 6).
        let refresh_token = rotates.then(|| self.add_refresh(grant.clone(), code.clone(), now));
        let scopes = scopes.unwrap_or_else(|| grant.scopes.clone());
        // The client requested these scopes, or knows them from the first token response.
        let grant = Grant { scopes, scopes_requested: true, ..grant };
        let tokens = self.issue(grant, code, false, now);
        Ok(IssuedTokens { refresh_token, ..tokens })
    }

    /// Issues tokens for a grant, which came from `code` if there was one.
    pub(super) fn issue(
        &mut self,
        grant: Grant,
        code: Option<String>,
        refreshable: bool,
        now: DateTime<Utc>,
    ) -> IssuedTokens {
        let access_token = random::opaque();
        let expires_at = self.access_life.map(|life| now + life);
        let stored = StoredToken { code: code.clone(), grant: grant.clone(), expires_at };
        self.access.insert(access_token.clone(), stored);
        let refreshable = refreshable && self.refresh_tokens != RefreshTokens::Never;
        let refresh_token = refreshable.then(|| self.add_refresh(grant.clone(), code, now));
        IssuedTokens { access_token, expires_in: self.access_life, refresh_token, grant }
    }

    fn add_refresh(&mut self, grant: Grant, code: Option<String>, now: DateTime<Utc>) -> String {
        let token = random::opaque();
        let expires_at = self.refresh_idle_life.map(|idle| now + idle);
        self.refresh.insert(token.clone(), StoredToken { code, grant, expires_at });
        token
    }

    /// Revokes a token, and the others of the same code.
    pub(super) fn revoke(&mut self, client_id: &str, token: &str) -> Result<(), TokenError> {
        let Some(found) = self.refresh.peek(token).or_else(|| self.access.peek(token)) else { return Ok(()) };
        if found.grant.client_id != client_id {
            return Err(TokenError::new("unauthorized_client", "it was issued to another client"));
        }
        let code = found.code.clone();
        let stays =
            |name: &String, other: &StoredToken| name != token && (code.is_none() || other.code != code);
        self.access.retain(|name, other| stays(name, other));
        self.refresh.retain(|name, other| stays(name, other));
        Ok(())
    }

    pub(super) fn grant_of(&self, access_token: &str, now: DateTime<Utc>) -> Option<&Grant> {
        let is_valid = |access: &&StoredToken| access.expires_at.is_none_or(|expires_at| expires_at > now);
        self.access.peek(access_token).filter(is_valid).map(|access| &access.grant)
    }

    pub(super) fn user(&self, login: &str) -> Option<&User> {
        self.users.iter().find(|user| user.login == login)
    }
}
