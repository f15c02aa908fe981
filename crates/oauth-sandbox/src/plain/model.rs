//! Codes and tokens, without HTTP.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::options::{Options, RefreshTokens};
use crate::bounded_list::{MAX_CODES, MAX_TOKENS};
use crate::bounded_map::BoundedMap;
use crate::bounded_map::LastValue;
use crate::client::Clients;
use crate::random::{Opaque, RandomValue as _};
use crate::user::User;

/// How long a code can be redeemed: the most that RFC 6749 4.1.2 recommends.
const CODE_LIFE: TimeDelta = TimeDelta::minutes(10);

/// What a code or a token stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Grant {
    pub(super) client_id: String,
    /// [`User::login`]; nobody for client credentials.
    pub(super) user: Option<String>,
    pub(super) scopes: Vec<String>,
    /// Whether the client asked for these, or for none.
    pub(super) named: bool,
}

struct Code {
    grant: Arc<Grant>,
    /// As it was on the authorize URL, if it was.
    redirect_uri: Option<String>,
    challenge: Option<String>,
    expires_at: DateTime<Utc>,
    spent: bool,
}

struct Access {
    /// The code that it came from, directly or by refreshing.
    code: Option<Arc<str>>,
    grant: Arc<Grant>,
    expires_at: Option<DateTime<Utc>>,
}

struct Refresh {
    code: Option<Arc<str>>,
    grant: Arc<Grant>,
    expires_at: Option<DateTime<Utc>>,
}

/// Everything that changes.
pub struct State {
    pub(super) clients: Clients,
    pub(super) users: Vec<User>,
    access_life: Option<TimeDelta>,
    refresh_tokens: RefreshTokens,
    refresh_idle_life: Option<TimeDelta>,
    /// By what they are, as are the tokens.
    codes: BoundedMap<Opaque, Code>,
    access: BoundedMap<Opaque, Access>,
    refresh: BoundedMap<Opaque, Refresh>,
    newest: LastValue<Grant>,
}

/// What a token call is given.
pub(super) struct Issue {
    pub(super) access_token: String,
    pub(super) expires_in: Option<TimeDelta>,
    pub(super) refresh_token: Option<String>,
    pub(super) grant: Arc<Grant>,
}

/// Why a code or a refresh token is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    Unknown,
    Spent,
    Expired,
    OtherClient,
    RedirectUri,
    Verifier,
    Scope,
}

impl Refused {
    pub(super) fn text(self) -> &'static str {
        match self {
            Self::Unknown => "it is unknown",
            Self::Spent => "it was used before",
            Self::Expired => "it has expired",
            Self::OtherClient => "it was issued to another client",
            Self::RedirectUri => "the redirect_uri is not the one of the authorization request",
            Self::Verifier => "the code_verifier does not fit the code_challenge",
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
            newest: LastValue::default(),
        }
    }

    pub(super) fn issue_code(
        &mut self,
        grant: Grant,
        redirect_uri: Option<String>,
        challenge: Option<String>,
        now: DateTime<Utc>,
    ) -> String {
        let (code, grant) = (Opaque::new(), self.newest.shared(grant));
        let expires_at = now + CODE_LIFE;
        self.codes.insert(code, Code { grant, redirect_uri, challenge, expires_at, spent: false });
        code.text()
    }

    /// Redeems a code. One that is refused is not spent; one that was spent takes with it what it gave.
    pub(super) fn redeem(
        &mut self,
        client_id: &str,
        code: &str,
        redirect_uri: impl FnOnce(Option<&str>) -> bool,
        verifier: impl FnOnce(Option<&str>) -> bool,
        now: DateTime<Utc>,
    ) -> Result<Issue, Refused> {
        let found = self.codes.get_mut(code).ok_or(Refused::Unknown)?;
        if found.grant.client_id != client_id {
            return Err(Refused::OtherClient);
        }
        if found.spent {
            let from = Some(code);
            self.access.retain(|token| token.code.as_deref() != from);
            self.refresh.retain(|token| token.code.as_deref() != from);
            return Err(Refused::Spent);
        }
        if found.expires_at <= now {
            return Err(Refused::Expired);
        }
        if !redirect_uri(found.redirect_uri.as_deref()) {
            return Err(Refused::RedirectUri);
        }
        if !verifier(found.challenge.as_deref()) {
            return Err(Refused::Verifier);
        }
        found.spent = true;
        let grant = Arc::clone(&found.grant);
        Ok(self.issue_for(grant, Some(code.into()), true, now))
    }

    /// Takes a refresh token, and spends it where each works once.
    pub(super) fn renew(
        &mut self,
        client_id: &str,
        refresh_token: &str,
        scopes: Option<Vec<String>>,
        now: DateTime<Utc>,
    ) -> Result<Issue, Refused> {
        let found = self.refresh.get_mut(refresh_token).ok_or(Refused::Unknown)?;
        if found.grant.client_id != client_id {
            return Err(Refused::OtherClient);
        }
        if found.expires_at.is_some_and(|end| end <= now) {
            return Err(Refused::Expired);
        }
        if scopes.iter().flatten().any(|scope| !found.grant.scopes.contains(scope)) {
            return Err(Refused::Scope);
        }
        let (grant, code) = (found.grant.clone(), found.code.clone());
        let again = self.refresh_tokens == RefreshTokens::SingleUse;
        if again {
            self.refresh.remove(refresh_token);
        } else {
            found.expires_at = self.refresh_idle_life.map(|idle| now + idle);
        }
        // A new refresh token has the scopes of the old one, whatever the access token was narrowed to (RFC 6749 6).
        let refresh_token = again.then(|| self.add_refresh(Arc::clone(&grant), code.clone(), now));
        let scopes = scopes.unwrap_or_else(|| grant.scopes.clone());
        // It asked for these, or knows from before what it has.
        let grant = self.newest.shared(Grant { scopes, named: true, ..Grant::clone(&grant) });
        let issue = self.issue_for(grant, code, false, now);
        Ok(Issue { refresh_token, ..issue })
    }

    /// What somebody is granted without a code.
    pub(super) fn issue(&mut self, grant: Grant, refreshable: bool, now: DateTime<Utc>) -> Issue {
        let grant = self.newest.shared(grant);
        self.issue_for(grant, None, refreshable, now)
    }

    fn issue_for(
        &mut self,
        grant: Arc<Grant>,
        code: Option<Arc<str>>,
        refreshable: bool,
        now: DateTime<Utc>,
    ) -> Issue {
        let access_token = Opaque::new();
        let expires_at = self.access_life.map(|life| now + life);
        self.access
            .insert(access_token, Access { code: code.clone(), grant: Arc::clone(&grant), expires_at });
        let refreshable = refreshable && self.refresh_tokens != RefreshTokens::Never;
        let refresh_token = refreshable.then(|| self.add_refresh(Arc::clone(&grant), code, now));
        Issue { access_token: access_token.text(), expires_in: self.access_life, refresh_token, grant }
    }

    fn add_refresh(&mut self, grant: Arc<Grant>, code: Option<Arc<str>>, now: DateTime<Utc>) -> String {
        let token = Opaque::new();
        let expires_at = self.refresh_idle_life.map(|idle| now + idle);
        self.refresh.insert(token, Refresh { code, grant, expires_at });
        token.text()
    }

    /// What a live access token stands for.
    pub(super) fn grant_of(&self, access_token: &str, now: DateTime<Utc>) -> Option<&Grant> {
        let live = |access: &&Access| access.expires_at.is_none_or(|expires_at| expires_at > now);
        self.access.get(access_token).filter(live).map(|access| access.grant.as_ref())
    }

    pub(super) fn user(&self, login: &str) -> Option<&User> {
        self.users.iter().find(|user| user.login == login)
    }
}

/// Counts only: everything else is or names a secret.
impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State")
            .field("users", &self.users.len())
            .field("codes", &self.codes.len())
            .field("tokens", &self.access.len())
            .finish_non_exhaustive()
    }
}
