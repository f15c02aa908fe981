//! Clients, users, codes and tokens, independent of HTTP.

use chrono::{DateTime, Utc};

use super::fixtures::{self, SPACES, SpaceFixture};
use super::rate_limit::RateLimiter;
use super::{Rules, scopes};
use crate::bounded_list::{BoundedList, MAX_CODES, MAX_OBJECTS, MAX_TOKENS};
use crate::bounded_map::BoundedMap;
use crate::client::Clients;
use crate::pkce;
use crate::provider::ProviderSetup;
use crate::random;
use crate::user::User;

/// Seconds until a code expires (a guess).
const CODE_LIFETIME: i64 = 600;

/// The user and scopes that a code or token was issued for.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Grant {
    /// [`User::login`].
    pub(super) user: String,
    pub(super) scopes: Vec<String>,
}

struct Code {
    grant: Grant,
    challenge: Option<String>,
    expires_at: i64,
}

/// An access token.
#[derive(Clone)]
pub(super) struct Token {
    pub(super) token: String,
    pub(super) grant: Grant,
    /// The subdomain of the space, for a space token.
    pub(super) space: Option<&'static str>,
}

/// Everything that changes while the sandbox runs.
pub(crate) struct State {
    pub(super) users: BoundedList<User>,
    pub(super) clients: Clients,
    pub(super) client_scopes: Vec<String>,
    pub(super) rate_limiter: RateLimiter,
    /// User and subdomain of each admin who is not the owner.
    admins: Vec<(String, &'static str)>,
    codes: BoundedMap<Code>,
    tokens: BoundedMap<Token>,
    /// The registration token, which no other token displaces.
    registration: Option<Token>,
}

/// The reason that a code exchange fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CodeError {
    Unknown,
    Expired,
    Verifier,
}

impl State {
    pub(super) fn new(setup: &ProviderSetup<Rules>) -> Self {
        let mut users = BoundedList::new(MAX_OBJECTS);
        for user in fixtures::users() {
            users.push(user);
        }
        users.pin_current();
        let client_scopes = setup.options.client_scopes.clone().unwrap_or_else(scopes::all);
        let registration = Token {
            token: setup.credentials.registration_token.clone(),
            grant: Grant { user: users[0].login.clone(), scopes: client_scopes.clone() },
            space: None,
        };
        Self {
            users,
            clients: Clients::new(setup),
            client_scopes,
            rate_limiter: RateLimiter::default(),
            admins: SPACES
                .iter()
                .flat_map(|space| space.admins.iter().map(|admin| ((*admin).to_owned(), space.subdomain)))
                .collect(),
            codes: BoundedMap::new(MAX_CODES),
            tokens: BoundedMap::new(MAX_TOKENS),
            registration: Some(registration),
        }
    }

    pub(super) fn user(&self, login: &str) -> Option<&User> {
        self.users.iter().find(|user| user.login == login)
    }

    /// Parses a `scope` parameter. `None` if the client is not registered for all of its scopes.
    pub(super) fn granted(&self, text: &str) -> Option<Vec<String>> {
        let scopes = scopes::parse(text);
        scopes.iter().all(|scope| self.client_scopes.contains(scope)).then_some(scopes)
    }

    pub(super) fn is_admin(&self, user: &str, space: &SpaceFixture) -> bool {
        space.owner == user
            || self.admins.iter().any(|(admin, subdomain)| admin == user && *subdomain == space.subdomain)
    }

    /// Removes the admin rights of a user, given by e-mail address or id. Returns whether there were any.
    pub(super) fn cut_admin_rights(&mut self, user: &str, subdomain: &str) -> bool {
        let found =
            self.users.iter().find(|known| known.matches_login(user)).map(|known| known.login.clone());
        match (found, SpaceFixture::find(subdomain)) {
            (Some(user), Some(space)) => self.remove_admin(&user, space),
            _ => false,
        }
    }

    /// Returns whether `user` was an admin. Space tokens that `user` created pass to the owner.
    fn remove_admin(&mut self, user: &str, space: &SpaceFixture) -> bool {
        let before = self.admins.len();
        self.admins.retain(|(admin, subdomain)| admin != user || *subdomain != space.subdomain);
        let removed = self.admins.len() < before;
        if removed {
            let passes_to_owner =
                |token: &&mut Token| token.space == Some(space.subdomain) && token.grant.user == user;
            for token in self.tokens.iter_mut().filter(passes_to_owner) {
                space.owner.clone_into(&mut token.grant.user);
            }
        }
        removed
    }

    /// Issues a code. Earlier codes remain valid.
    pub(super) fn issue_code(
        &mut self,
        grant: Grant,
        challenge: Option<String>,
        now: DateTime<Utc>,
    ) -> String {
        let code = random::hex::<32>();
        let expires_at = now.timestamp() + CODE_LIFETIME;
        self.codes.insert(&code, Code { grant, challenge, expires_at });
        code
    }

    /// Exchanges a code for a token and removes the code. A failed attempt does not consume the code.
    pub(super) fn exchange_code(
        &mut self,
        code: &str,
        verifier: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<Token, CodeError> {
        let found = self.codes.get(code).ok_or(CodeError::Unknown)?;
        if found.expires_at <= now.timestamp() {
            return Err(CodeError::Expired);
        }
        if !pkce::verifier_matches(found.challenge.as_deref(), verifier) {
            return Err(CodeError::Verifier);
        }
        let grant = found.grant.clone();
        self.codes.remove(code);
        Ok(self.issue_token(grant, None))
    }

    pub(super) fn issue_token(&mut self, grant: Grant, space: Option<&'static str>) -> Token {
        let token = Token { token: random::hex::<32>(), grant, space };
        self.tokens.insert(&token.token, token.clone());
        token
    }

    pub(super) fn token(&self, token: &str) -> Option<Token> {
        let registration = self.registration.as_ref().filter(|registration| registration.token == token);
        registration.or_else(|| self.tokens.get(token)).cloned()
    }

    /// Returns whether the token existed.
    pub(super) fn revoke(&mut self, token: &str) -> bool {
        let registration = self.registration.take_if(|registration| registration.token == token);
        registration.is_some() || self.tokens.remove(token).is_some()
    }
}
