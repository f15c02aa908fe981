//! Clients, users, codes and tokens.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use tokio::sync::Semaphore;

use super::bookings::Booking;
use super::check_ins::CheckIn;
use super::fixtures::{self, Plan, SPACES, SpaceFixture};
use super::rate_limit::RateLimiter;
use super::subscriptions::{MAX_PENDING_CALLS, Subscription};
use super::{Rules, scopes};
use crate::bounded::{BoundedList, TokenMap, token_map};
use crate::client::Clients;
use crate::pkce;
use crate::provider::{ProviderSetup, ProviderState};
use crate::random;
use crate::token_error::TokenError;
use crate::user::User;

/// The lifetime of a code (a guess).
const CODE_LIFETIME: TimeDelta = TimeDelta::minutes(10);

#[derive(Clone, PartialEq, Eq)]
pub(super) struct Grant {
    /// [`User::login`].
    pub(super) user: String,
    pub(super) scopes: Vec<String>,
}

struct Code {
    grant: Grant,
    challenge: Option<String>,
    expires_at: DateTime<Utc>,
}

#[derive(Clone)]
pub(super) struct Token {
    pub(super) token: String,
    pub(super) grant: Grant,
    /// The subdomain of the space, for a space token.
    pub(super) space: Option<&'static str>,
}

/// A membership. Its check-in token is `card-` and the customer number.
pub(super) struct Member {
    pub(super) id: String,
    pub(super) space: &'static SpaceFixture,
    /// The [`User::login`] of the member's account, if there is one.
    pub(super) user: Option<String>,
    pub(super) name: String,
    pub(super) email: String,
    pub(super) company: &'static str,
    pub(super) number: usize,
    pub(super) plan: &'static Plan,
    /// Check-ins left. `None` means any number.
    pub(super) passes: Option<u32>,
    pub(super) confirmed_at: NaiveDate,
    pub(super) canceled_at: Option<NaiveDate>,
}

impl Member {
    /// A member since 2024, without an account.
    pub(super) fn new(
        space: &'static SpaceFixture,
        plan: &'static Plan,
        id: &str,
        name: &str,
        email: &str,
        number: usize,
    ) -> Self {
        Self {
            id: id.to_owned(),
            space,
            user: None,
            name: name.to_owned(),
            email: email.to_owned(),
            company: "",
            number,
            plan,
            passes: plan.passes,
            confirmed_at: NaiveDate::from_ymd_opt(2024, 2, 1).expect("a constant date"),
            canceled_at: None,
        }
    }

    pub(super) fn is_active(&self, day: NaiveDate) -> bool {
        self.canceled_at.is_none_or(|canceled_at| canceled_at > day)
    }
}

pub(crate) struct State {
    pub(super) users: BoundedList<User>,
    pub(super) clients: Clients,
    pub(super) client_scopes: Vec<String>,
    pub(super) rate_limiter: RateLimiter,
    /// User and subdomain of each admin who is not the owner.
    admins: Vec<(String, &'static str)>,
    codes: TokenMap<Code>,
    tokens: TokenMap<Token>,
    /// The registration token, which no other token displaces.
    registration: Option<Token>,
    pub(super) members: BoundedList<Member>,
    pub(super) bookings: BoundedList<Booking>,
    pub(super) check_ins: BoundedList<CheckIn>,
    pub(super) subscriptions: BoundedList<Subscription>,
    /// One permit for each webhook call that is not yet done.
    pub(super) pending_calls: Arc<Semaphore>,
}

impl ProviderState<Rules> for State {
    fn new(setup: &ProviderSetup<Rules>, now: DateTime<Utc>) -> Self {
        let users = BoundedList::pinned(fixtures::users());
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
            codes: token_map(),
            tokens: token_map(),
            registration: Some(registration),
            members: BoundedList::pinned(fixtures::members()),
            bookings: BoundedList::pinned(fixtures::bookings(now)),
            check_ins: BoundedList::default(),
            subscriptions: BoundedList::default(),
            pending_calls: Arc::new(Semaphore::new(MAX_PENDING_CALLS)),
        }
    }

    fn redirect_uris(&self) -> Vec<String> {
        self.clients.redirect_uris()
    }

    fn users(&self) -> Vec<User> {
        self.users.to_vec()
    }

    fn revoke_access(&mut self) {
        self.codes.clear();
        self.tokens.clear();
    }
}

impl State {
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

    pub(super) fn member(&self, id: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.id == id)
    }

    /// The user's membership in a space.
    pub(super) fn membership_of(&self, user: &str, space: &SpaceFixture) -> Option<&Member> {
        self.members.iter().find(|member| member.space.id == space.id && member.user.as_deref() == Some(user))
    }

    /// Removes the admin rights of a user, given by e-mail address or id. Returns whether there were any.
    /// Space tokens that the user created pass to the owner.
    pub(super) fn cut_admin_rights(&mut self, user: &str, subdomain: &str) -> bool {
        let Some(space) = SpaceFixture::find(subdomain) else { return false };
        let Some(user) = self.users.iter().find(|known| known.matches_login(user)) else { return false };
        let user = user.login.as_str();
        let is_right = |(admin, subdomain): &(String, &str)| admin == user && *subdomain == space.subdomain;
        let Some(at) = self.admins.iter().position(is_right) else { return false };
        for (_, token) in self.tokens.iter_mut() {
            if token.space == Some(space.subdomain) && token.grant.user == user {
                space.owner.clone_into(&mut token.grant.user);
            }
        }
        self.admins.remove(at);
        true
    }

    /// Issues a code. Earlier codes remain valid.
    pub(super) fn issue_code(
        &mut self,
        grant: Grant,
        challenge: Option<String>,
        now: DateTime<Utc>,
    ) -> String {
        let code = random::hex::<32>();
        let expires_at = now + CODE_LIFETIME;
        self.codes.insert(code.clone(), Code { grant, challenge, expires_at });
        code
    }

    /// Exchanges a code for a token and removes the code. A failed attempt does not consume the code.
    pub(super) fn exchange_code(
        &mut self,
        code: &str,
        verifier: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<Token, TokenError> {
        let invalid = |description| Err(TokenError::new("invalid_grant", description));
        let Some(found) = self.codes.peek(code) else {
            return invalid("the code is unknown or was redeemed before");
        };
        if found.expires_at <= now {
            return invalid("the code has expired");
        }
        if !pkce::verifier_matches(found.challenge.as_deref(), verifier) {
            return invalid("the code_verifier does not fit what the authorize URL said");
        }
        let grant = found.grant.clone();
        self.codes.remove(code);
        Ok(self.issue_token(grant, None))
    }

    pub(super) fn issue_token(&mut self, grant: Grant, space: Option<&'static str>) -> Token {
        let token = Token { token: random::hex::<32>(), grant, space };
        self.tokens.insert(token.token.clone(), token.clone());
        token
    }

    pub(super) fn token(&self, token: &str) -> Option<Token> {
        let registration = self.registration.as_ref().filter(|registration| registration.token == token);
        registration.or_else(|| self.tokens.peek(token)).cloned()
    }

    pub(super) fn revoke(&mut self, token: &str) -> bool {
        let registration = self.registration.take_if(|registration| registration.token == token);
        registration.is_some() || self.tokens.remove(token).is_some()
    }
}
