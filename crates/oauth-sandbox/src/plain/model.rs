//! The server's state: codes and tokens.

use chrono::{DateTime, TimeDelta, Utc};

use super::Rules;
use super::options::{Options, RefreshTokens};
use crate::bounded_list::{MAX_CODES, MAX_TOKENS};
use crate::bounded_map::BoundedMap;
use crate::client::Clients;
use crate::provider::ProviderCore;
use crate::random;
use crate::user::User;

/// The lifetime of a code: the maximum that RFC 6749 4.1.2 recommends.
const CODE_LIFE: TimeDelta = TimeDelta::minutes(10);

/// The authorization behind a code or a token.
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
    /// The `redirect_uri` parameter of the authorization request.
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

/// The server's mutable state.
pub(crate) struct State {
    pub(super) clients: Clients,
    pub(super) users: Vec<User>,
    access_life: Option<TimeDelta>,
    refresh_tokens: RefreshTokens,
    refresh_idle_life: Option<TimeDelta>,
    codes: BoundedMap<Code>,
    access: BoundedMap<StoredToken>,
    refresh: BoundedMap<StoredToken>,
}

/// The result of a token call.
pub(super) struct IssuedTokens {
    pub(super) access_token: String,
    pub(super) expires_in: Option<TimeDelta>,
    pub(super) refresh_token: Option<String>,
    pub(super) grant: Grant,
}

/// A rejected code or refresh token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum GrantError {
    Unknown,
    AlreadyUsed,
    Expired,
    OtherClient,
    RedirectUri,
    Verifier,
    Scope,
}

impl GrantError {
    pub(super) fn text(self) -> &'static str {
        match self {
            Self::Unknown => "it is unknown",
            Self::AlreadyUsed => "it was used before",
            Self::Expired => "it has expired",
            Self::OtherClient => "it was issued to another client",
            Self::RedirectUri => "the redirect_uri is not the one of the authorization request",
            Self::Verifier => "the code_verifier does not match the code_challenge",
            Self::Scope => "a scope was not granted before",
        }
    }
}

impl State {
    pub(super) fn new(clients: Clients, options: &Options) -> Self {
        let user = |login: &str, name: &str| {
            let email = format!("{login}@plain.example");
            User::new(&email, name, &email, &format!("password-of-the-{login}"))
        };
        Self {
            clients,
            users: vec![user("owner", "Resource Owner"), user("other", "Other Owner")],
            access_life: options.access_life,
            refresh_tokens: options.refresh_tokens,
            refresh_idle_life: options.refresh_idle_life,
            codes: BoundedMap::new(MAX_CODES),
            access: BoundedMap::new(MAX_TOKENS),
            refresh: BoundedMap::new(MAX_TOKENS),
        }
    }

    pub(super) fn issue_code(
        &mut self,
        grant: Grant,
        redirect_uri: Option<String>,
        challenge: Option<String>,
        now: DateTime<Utc>,
    ) -> String {
        let code = random::opaque();
        let expires_at = now + CODE_LIFE;
        self.codes.insert(&code, Code { grant, redirect_uri, challenge, expires_at, redeemed: false });
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
    ) -> Result<IssuedTokens, GrantError> {
        let found = self.codes.get_mut(code).ok_or(GrantError::Unknown)?;
        if found.grant.client_id != client_id {
            return Err(GrantError::OtherClient);
        }
        if found.redeemed {
            let from = Some(code);
            self.access.retain(|token| token.code.as_deref() != from);
            self.refresh.retain(|token| token.code.as_deref() != from);
            return Err(GrantError::AlreadyUsed);
        }
        if found.expires_at <= now {
            return Err(GrantError::Expired);
        }
        if !redirect_uri(found.redirect_uri.as_deref()) {
            return Err(GrantError::RedirectUri);
        }
        if !verifier(found.challenge.as_deref()) {
            return Err(GrantError::Verifier);
        }
        found.redeemed = true;
        let grant = found.grant.clone();
        Ok(self.issue_for(grant, Some(code.into()), true, now))
    }

    /// Redeems a refresh token, which is used up if refresh tokens are for single use.
    pub(super) fn refresh(
        &mut self,
        client_id: &str,
        refresh_token: &str,
        scopes: Option<Vec<String>>,
        now: DateTime<Utc>,
    ) -> Result<IssuedTokens, GrantError> {
        let found = self.refresh.get_mut(refresh_token).ok_or(GrantError::Unknown)?;
        if found.grant.client_id != client_id {
            return Err(GrantError::OtherClient);
        }
        if found.expires_at.is_some_and(|end| end <= now) {
            return Err(GrantError::Expired);
        }
        if scopes.iter().flatten().any(|scope| !found.grant.scopes.contains(scope)) {
            return Err(GrantError::Scope);
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
        let tokens = self.issue_for(grant, code, false, now);
        Ok(IssuedTokens { refresh_token, ..tokens })
    }

    /// Issues tokens for a grant without a code.
    pub(super) fn issue(&mut self, grant: Grant, refreshable: bool, now: DateTime<Utc>) -> IssuedTokens {
        self.issue_for(grant, None, refreshable, now)
    }

    fn issue_for(
        &mut self,
        grant: Grant,
        code: Option<String>,
        refreshable: bool,
        now: DateTime<Utc>,
    ) -> IssuedTokens {
        let access_token = random::opaque();
        let expires_at = self.access_life.map(|life| now + life);
        self.access
            .insert(&access_token, StoredToken { code: code.clone(), grant: grant.clone(), expires_at });
        let refreshable = refreshable && self.refresh_tokens != RefreshTokens::Never;
        let refresh_token = refreshable.then(|| self.add_refresh(grant.clone(), code, now));
        IssuedTokens { access_token, expires_in: self.access_life, refresh_token, grant }
    }

    fn add_refresh(&mut self, grant: Grant, code: Option<String>, now: DateTime<Utc>) -> String {
        let token = random::opaque();
        let expires_at = self.refresh_idle_life.map(|idle| now + idle);
        self.refresh.insert(&token, StoredToken { code, grant, expires_at });
        token
    }

    /// The grant of a valid access token.
    pub(super) fn grant_of(&self, access_token: &str, now: DateTime<Utc>) -> Option<&Grant> {
        let is_valid = |access: &&StoredToken| access.expires_at.is_none_or(|expires_at| expires_at > now);
        self.access.get(access_token).filter(is_valid).map(|access| &access.grant)
    }

    pub(super) fn user(&self, login: &str) -> Option<&User> {
        self.users.iter().find(|user| user.login == login)
    }
}
