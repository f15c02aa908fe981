//! Clients, codes and tokens, without HTTP: what GoCD's `oauth2_provider` engine keeps in its database (docs/provider-facts.md 1c, 1d).

mod clients;
mod personal;

use std::fmt;

use chrono::{DateTime, Utc};
use subtle::ConstantTimeEq as _;

use crate::bounded_list::{BoundedList, MAX_CODES, MAX_OBJECTS, MAX_TOKENS};
use crate::random;
use crate::user::User;

pub(super) use clients::Draft;
pub(super) use personal::{Filter, Personal, Revoked};

/// The one system administrator's [`User::login`].
pub(super) const ADMIN: &str = "ada";

/// Seconds for which a code can be redeemed.
pub(super) const CODE_LIFE: i64 = 3600;
/// Seconds that an access token is said to live: 90 days.
pub(super) const TOKEN_LIFE: i64 = 7_776_000;

/// A registered application.
#[derive(Clone)]
pub(super) struct Client {
    pub(super) number: u64,
    pub(super) name: String,
    pub(super) client_id: String,
    pub(super) client_secret: String,
    /// GoCD has one; see the module's documentation.
    pub(super) redirect_uris: Vec<String>,
}

/// What a code or a pair of tokens was issued for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Grant {
    /// [`Client::number`].
    pub(super) client: u64,
    /// [`User::login`].
    pub(super) user: String,
    pub(super) redirect_uri: String,
}

struct Code {
    code: String,
    grant: Grant,
    expires_at: i64,
}

pub(super) struct Token {
    /// What lists and forms call it by; the token itself is not shown to anybody again.
    pub(super) number: u64,
    pub(super) access_token: String,
    pub(super) refresh_token: String,
    pub(super) grant: Grant,
    pub(super) expires_at: i64,
}

/// Everything that changes.
pub struct State {
    pub(super) clients: BoundedList<Client>,
    pub(super) users: Vec<User>,
    pub(super) started: DateTime<Utc>,
    codes: BoundedList<Code>,
    tokens: BoundedList<Token>,
    personal: BoundedList<Personal>,
    /// What the next page of a session says once, by the session's form token.
    flashes: BoundedList<(String, &'static str)>,
    /// The last number given to a client or token: none is given twice.
    last_number: u64,
}

/// What a token call sends. Empty and missing are the same: neither can be found.
pub(super) struct TokenCall<'a> {
    pub(super) grant_type: &'a str,
    pub(super) client_id: &'a str,
    pub(super) client_secret: &'a str,
    pub(super) redirect_uri: &'a str,
    pub(super) code: &'a str,
    pub(super) refresh_token: &'a str,
}

/// Why a token call is refused; all are status 400.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) error: &'static str,
    pub(super) description: String,
}

/// What a token call is given.
pub(super) struct Issue {
    pub(super) access_token: String,
    pub(super) refresh_token: String,
    pub(super) user: String,
}

impl State {
    pub(super) fn new(client: Client, personal: Personal) -> Self {
        let (mut clients, mut tokens) = (BoundedList::new(MAX_OBJECTS), BoundedList::new(MAX_OBJECTS));
        let (last_number, started) = (client.number.max(personal.number), personal.created_at);
        clients.push(client);
        clients.pin_current();
        tokens.push(personal);
        tokens.pin_current();
        Self {
            last_number,
            clients,
            users: vec![
                User::new("ada", "Ada Okafor", "ada@example.com", "build-the-thing"),
                User::new("victor", "Victor Lind", "victor@example.com", "only-looking"),
            ],
            started,
            codes: BoundedList::new(MAX_CODES),
            tokens: BoundedList::new(MAX_TOKENS),
            personal: tokens,
            flashes: BoundedList::new(MAX_OBJECTS),
        }
    }

    pub(super) fn user(&self, login: &str) -> Option<&User> {
        self.users.iter().find(|user| user.login == login)
    }

    pub(super) fn is_admin(&self, user: &User) -> bool {
        user.login == ADMIN
    }

    /// Says `text` on the next page of the session with this form token.
    pub(super) fn set_flash(&mut self, form_token: &str, text: &'static str) {
        self.take_flash(form_token);
        self.flashes.push((form_token.to_owned(), text));
    }

    pub(super) fn take_flash(&mut self, form_token: &str) -> Option<&'static str> {
        self.flashes.remove_first(|(session, _)| session == form_token).map(|(_, text)| text)
    }

    fn next_number(&mut self) -> u64 {
        self.last_number += 1;
        self.last_number
    }

    pub(super) fn client(&self, client_id: &str) -> Option<&Client> {
        self.clients.iter().find(|client| client.client_id == client_id)
    }

    /// Issues a code; the person's earlier unused codes for this client are gone. Gives the code and its life in seconds.
    pub(super) fn issue_code(&mut self, grant: Grant, now: DateTime<Utc>) -> (String, i64) {
        self.codes.retain(|code| !code.grant.same_pair(&grant));
        let code = random::hex::<32>();
        self.codes.push(Code { code: code.clone(), grant, expires_at: now.timestamp() + CODE_LIFE });
        (code, CODE_LIFE)
    }

    /// The token endpoint's one action, in GoCD's order: destroy, then check.
    pub(super) fn token(&mut self, call: &TokenCall<'_>, now: DateTime<Utc>) -> Result<Issue, Refusal> {
        let code = self.codes.remove_first(|code| code.code == call.code);
        let token = self.tokens.remove_first(|token| token.refresh_token == call.refresh_token);

        if !["authorization-code", "refresh-token"].contains(&call.grant_type) {
            let description = format!("Grant type {} is not supported!", call.grant_type);
            return Err(Refusal { error: "unsupported-grant-type", description });
        }
        let client = self
            .client(call.client_id)
            .filter(|client| client.client_secret.as_bytes().ct_eq(call.client_secret.as_bytes()).into())
            .ok_or_else(|| Refusal {
                error: "invalid-client-credentials",
                description: "Invalid client credentials!".into(),
            })?;
        let invalid_grant =
            |description: &str| Refusal { error: "invalid-grant", description: description.into() };
        let number = client.number;
        let registered = client.redirect_uris.iter().any(|uri| uri == call.redirect_uri);
        let grant = if call.grant_type == "authorization-code" {
            code.map(|code| (code.grant, code.expires_at > now.timestamp()))
        } else {
            // No expiry test here, on purpose.
            token.map(|token| (token.grant, true))
        };
        // GoCD has one URI for each client and compares with that; which one a code went to matters only among several.
        let its_own = client.redirect_uris.len() == 1
            || grant.as_ref().is_none_or(|(grant, _)| grant.redirect_uri == call.redirect_uri);
        if !(registered && its_own) {
            return Err(invalid_grant("Redirect uri mismatch!"));
        }
        match grant {
            Some((grant, true)) if grant.client == number => Ok(self.issue_token(grant, now)),
            _ if call.grant_type == "authorization-code" => {
                Err(invalid_grant("Authorization expired or invalid!"))
            }
            _ => Err(invalid_grant("Refresh token is invalid!")),
        }
    }

    fn issue_token(&mut self, grant: Grant, now: DateTime<Utc>) -> Issue {
        self.tokens.retain(|token| !token.grant.same_pair(&grant));
        let issue = Issue {
            access_token: random::hex::<32>(),
            refresh_token: random::hex::<32>(),
            user: grant.user.clone(),
        };
        let number = self.next_number();
        self.tokens.push(Token {
            number,
            access_token: issue.access_token.clone(),
            refresh_token: issue.refresh_token.clone(),
            grant,
            expires_at: now.timestamp() + TOKEN_LIFE,
        });
        issue
    }

    pub(super) fn token_of(&self, access_token: &str) -> Option<&Token> {
        self.tokens.iter().find(|token| token.access_token == access_token)
    }

    /// The live tokens with the clients they were issued to.
    pub(super) fn tokens(&self) -> impl Iterator<Item = (&Token, &Client)> {
        self.tokens.iter().filter_map(|token| Some((token, self.client_number(token.grant.client)?)))
    }

    /// Revokes the tokens that `which` names, and says how many those were.
    pub(super) fn revoke(&mut self, which: impl Fn(&Token) -> bool) -> usize {
        let before = self.tokens.len();
        self.tokens.retain(|token| !which(token));
        before - self.tokens.len()
    }
}

impl Grant {
    fn same_pair(&self, other: &Self) -> bool {
        self.client == other.client && self.user == other.user
    }
}

/// Counts only: everything else is or names a secret.
impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State")
            .field("clients", &self.clients.len())
            .field("codes", &self.codes.len())
            .field("tokens", &self.tokens.len())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("number", &self.number)
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
