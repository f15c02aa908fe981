//! Clients, codes and tokens, without HTTP.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::fixtures::{self, Fixture, SPACES};
use super::rate::Rates;
use super::{Rules, scopes};
use crate::bounded_list::{BoundedList, MAX_CODES, MAX_OBJECTS, MAX_TOKENS};
use crate::bounded_map::BoundedMap;
use crate::bounded_map::LastValue;
use crate::client::Clients;
use crate::pkce;
use crate::provider::ProviderSetup;
use crate::random::{Hex, RandomValue as _};
use crate::user::User;

/// Seconds for which a code can be redeemed (a guess).
const CODE_LIFE: i64 = 600;

/// What a code or a token was issued for.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Grant {
    /// [`User::login`].
    pub(super) user: String,
    pub(super) scopes: Vec<String>,
}

/// What codes and tokens look like.
type CobotWord = Hex<32>;

struct Code {
    grant: Arc<Grant>,
    challenge: Option<String>,
    expires_at: i64,
}

/// An access token.
#[derive(Clone)]
pub(super) struct Token {
    pub(super) token: String,
    pub(super) grant: Arc<Grant>,
    /// The space that it belongs to, when it does not belong to a person.
    pub(super) space: Option<&'static str>,
}

/// A token, but for its word.
struct Held {
    grant: Arc<Grant>,
    space: Option<&'static str>,
}

/// Everything that changes.
pub struct State {
    pub(super) users: BoundedList<User>,
    /// There is one.
    pub(super) clients: Clients,
    pub(super) client_scopes: Vec<String>,
    pub(super) rates: Rates,
    /// User and subdomain, without the owners.
    admins: Vec<(String, &'static str)>,
    /// By what they are, as are the tokens.
    codes: BoundedMap<CobotWord, Code>,
    tokens: BoundedMap<CobotWord, Held>,
    /// The one that was there at the start, which never makes room.
    registration: Option<Token>,
    newest: LastValue<Grant>,
}

/// A code that cannot be redeemed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BadCode {
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
        let client_scopes = setup.options.client_scopes.clone().unwrap_or_else(scopes::known);
        let registration = Token {
            token: setup.credentials.registration_token.clone(),
            grant: Arc::new(Grant { user: users[0].login.clone(), scopes: client_scopes.clone() }),
            space: None,
        };
        Self {
            users,
            clients: Clients::new(
                &setup.credentials.client_id,
                &setup.credentials.client_secret,
                &setup.redirect_uris,
            ),
            client_scopes,
            rates: Rates::default(),
            admins: SPACES
                .iter()
                .flat_map(|space| space.admins.iter().map(|admin| ((*admin).to_owned(), space.subdomain)))
                .collect(),
            codes: BoundedMap::new(MAX_CODES),
            tokens: BoundedMap::new(MAX_TOKENS),
            registration: Some(registration),
            newest: LastValue::default(),
        }
    }

    pub(super) fn user(&self, login: &str) -> Option<&User> {
        self.users.iter().find(|user| user.login == login)
    }

    /// The scopes asked for in `text`, when the client may have them all.
    pub(super) fn granted(&self, text: &str) -> Option<Vec<String>> {
        let scopes = scopes::parse(text);
        scopes.iter().all(|scope| self.client_scopes.contains(scope)).then_some(scopes)
    }

    pub(super) fn is_admin(&self, user: &str, space: &Fixture) -> bool {
        space.owner == user
            || self.admins.iter().any(|(admin, subdomain)| admin == user && *subdomain == space.subdomain)
    }

    /// As [`cut_admin_rights`](Self::cut_admin_rights), by what people call the two.
    pub(super) fn cut(&mut self, user: &str, subdomain: &str) -> bool {
        let found =
            self.users.iter().find(|known| known.matches_login(user)).map(|known| known.login.clone());
        match (found, Fixture::named(subdomain)) {
            (Some(user), Some(space)) => self.cut_admin_rights(&user, space),
            _ => false,
        }
    }

    /// Whether there were any rights to cut. Tokens that `user` made for the space pass to its owner.
    fn cut_admin_rights(&mut self, user: &str, space: &Fixture) -> bool {
        let before = self.admins.len();
        self.admins.retain(|(admin, subdomain)| admin != user || *subdomain != space.subdomain);
        let cut = self.admins.len() < before;
        if cut {
            let handed_on =
                |token: &&mut Held| token.space == Some(space.subdomain) && token.grant.user == user;
            for token in self.tokens.iter_mut().filter(handed_on) {
                space.owner.clone_into(&mut Arc::make_mut(&mut token.grant).user);
            }
        }
        cut
    }

    /// Issues a code; earlier ones stay good.
    pub(super) fn issue_code(
        &mut self,
        grant: Grant,
        challenge: Option<String>,
        now: DateTime<Utc>,
    ) -> String {
        let (code, grant) = (CobotWord::new(), self.newest.shared(grant));
        let expires_at = now.timestamp() + CODE_LIFE;
        self.codes.insert(code, Code { grant, challenge, expires_at });
        code.text()
    }

    /// A token for a code, which is then spent. A failed attempt leaves it as it was.
    pub(super) fn redeem(
        &mut self,
        code: &str,
        verifier: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<Token, BadCode> {
        let found = self.codes.get(code).ok_or(BadCode::Unknown)?;
        if found.expires_at <= now.timestamp() {
            return Err(BadCode::Expired);
        }
        if !pkce::verifier_matches(found.challenge.as_deref(), verifier) {
            return Err(BadCode::Verifier);
        }
        let grant = Arc::clone(&found.grant);
        self.codes.remove(code);
        Ok(self.issue_token(grant, None))
    }

    /// What a person is granted without a code.
    pub(super) fn issue_token_for(&mut self, grant: Grant) -> Token {
        let grant = self.newest.shared(grant);
        self.issue_token(grant, None)
    }

    pub(super) fn issue_token(&mut self, grant: Arc<Grant>, space: Option<&'static str>) -> Token {
        let token = CobotWord::new();
        self.tokens.insert(token, Held { grant: Arc::clone(&grant), space });
        Token { token: token.text(), grant, space }
    }

    pub(super) fn token(&self, token: &str) -> Option<Token> {
        let registration = self.registration.as_ref().filter(|registration| registration.token == token);
        registration.cloned().or_else(|| {
            let Held { grant, space } = self.tokens.get(token)?;
            Some(Token { token: token.to_owned(), grant: Arc::clone(grant), space: *space })
        })
    }

    /// Whether there was such a token.
    pub(super) fn revoke(&mut self, token: &str) -> bool {
        let registration = self.registration.take_if(|registration| registration.token == token);
        registration.is_some() || self.tokens.remove(token).is_some()
    }
}

/// Counts only: everything else is or names a secret.
impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State")
            .field("users", &self.users.len())
            .field("codes", &self.codes.len())
            .field("tokens", &self.tokens.len())
            .finish_non_exhaustive()
    }
}
