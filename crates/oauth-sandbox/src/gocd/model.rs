//! GoCD's state: clients, codes and tokens, as in the database of its `oauth2_provider` engine
//! (docs/provider-facts.md 1c, 1d), pipelines and agents.

mod agent;
mod clients;
mod fixtures;
mod personal;
mod pipeline;

use chrono::{DateTime, Utc};
use serde::Serialize;
use subtle::ConstantTimeEq as _;

use super::Rules;
use crate::bounded::{BoundedList, TokenMap, token_map};
use crate::params::Params;
use crate::provider::{ProviderSetup, ProviderState};
use crate::random;
use crate::token_error::TokenError;
use crate::user::User;

pub(super) use agent::Agent;
pub(super) use clients::ClientDraft;
pub(super) use fixtures::ENVIRONMENTS;
pub(super) use personal::{PersonalToken, Revocation};
pub(super) use pipeline::{JobRun, Pipeline, PipelineConfig, Refusal, Run, StageConfig, StageRun};

/// The number of the handle's client.
const FIRST_CLIENT: u64 = 1;
/// [`User::login`] of the only system administrator.
pub(super) const ADMIN: &str = "ada";

/// The lifetime of a code in seconds.
pub(super) const CODE_LIFE: i64 = 3600;
/// The `expires_in` of access tokens in seconds: 90 days.
const TOKEN_LIFE: i64 = 7_776_000;

#[derive(Clone)]
pub(super) struct Client {
    pub(super) number: u64,
    pub(super) name: String,
    pub(super) client_id: String,
    pub(super) client_secret: String,
    /// GoCD allows only one, see the module's documentation.
    pub(super) redirect_uris: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Grant {
    /// [`Client::number`].
    pub(super) client: u64,
    /// [`User::login`].
    pub(super) user: String,
    pub(super) redirect_uri: String,
}

struct Code {
    grant: Grant,
    expires_at: i64,
}

pub(super) struct Token {
    /// Identifies the token in lists and forms, matches never contain the token itself.
    pub(super) number: u64,
    pub(super) access_token: String,
    pub(super) grant: Grant,
    pub(super) expires_at: i64,
}

pub(crate) struct State {
    pub(super) clients: BoundedList<Client>,
    pub(super) users: Vec<User>,
    pub(super) started: DateTime<Utc>,
    pub(super) pipelines: Vec<Pipeline>,
    pub(super) agents: Vec<Agent>,
    codes: TokenMap<Code>,
    /// By refresh token.
    tokens: TokenMap<Token>,
    personal_tokens: BoundedList<PersonalToken>,
    /// Messages for the next page of a session, by the session's form token.
    flashes: TokenMap<&'static str>,
    /// The last number assigned to a client or token. Numbers are never reused.
    last_number: u64,
}

/// The response has exactly these fields, without `token_type`.
#[derive(Serialize)]
pub(super) struct IssuedTokens {
    access_token: String,
    expires_in: i64,
    refresh_token: String,
    #[serde(skip)]
    pub(super) user: String,
}

impl ProviderState<Rules> for State {
    fn new(setup: &ProviderSetup<Rules>, now: DateTime<Utc>) -> Self {
        let credentials = &setup.credentials;
        let client = Client {
            number: FIRST_CLIENT,
            name: "Sandbox application".into(),
            client_id: credentials.client_id.clone(),
            client_secret: credentials.client_secret.clone(),
            redirect_uris: setup.redirect_uris.clone(),
        };
        let personal_token = PersonalToken {
            number: FIRST_CLIENT + 1,
            token: credentials.personal_access_token.clone().unwrap_or_default(),
            owner: ADMIN.into(),
            description: Some("Sandbox token".into()),
            created_at: now,
            last_used_at: None,
            revoked: None,
        };
        Self {
            last_number: personal_token.number,
            started: now,
            pipelines: fixtures::pipelines(now),
            agents: fixtures::agents(),
            clients: BoundedList::pinned(vec![client]),
            users: vec![
                User::new("ada", "Ada Okafor", "ada@example.com", "build-the-thing"),
                User::new("victor", "Victor Lind", "victor@example.com", "only-looking"),
            ],
            codes: token_map(),
            tokens: token_map(),
            personal_tokens: BoundedList::pinned(vec![personal_token]),
            flashes: token_map(),
        }
    }

    /// Empty if an administrator has deleted the client.
    fn redirect_uris(&self) -> Vec<String> {
        self.client_number(FIRST_CLIENT).map(|client| client.redirect_uris.clone()).unwrap_or_default()
    }

    fn users(&self) -> Vec<User> {
        self.users.clone()
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

    pub(super) fn is_admin(&self, user: &User) -> bool {
        user.login == ADMIN
    }

    /// Brings all runs up to `now`.
    pub(super) fn advance_runs(&mut self, now: DateTime<Utc>) {
        let agents = self.building_agents();
        for pipeline in &mut self.pipelines {
            pipeline.advance(now, &agents);
        }
    }

    /// The UUIDs of the agents that jobs are assigned to.
    pub(super) fn building_agents(&self) -> Vec<&'static str> {
        self.agents.iter().filter(|agent| agent.builds()).map(|agent| agent.uuid).collect()
    }

    /// Shows `text` on the next page of the session with this form token.
    pub(super) fn set_flash(&mut self, form_token: &str, text: &'static str) {
        self.flashes.insert(form_token.to_owned(), text);
    }

    pub(super) fn take_flash(&mut self, form_token: &str) -> Option<&'static str> {
        self.flashes.remove(form_token)
    }

    fn next_number(&mut self) -> u64 {
        self.last_number += 1;
        self.last_number
    }

    pub(super) fn client(&self, client_id: &str) -> Option<&Client> {
        self.clients.iter().find(|client| client.client_id == client_id)
    }

    /// Issues a code and deletes the user's unused codes for this client.
    pub(super) fn issue_code(&mut self, grant: Grant, now: DateTime<Utc>) -> String {
        self.codes.retain(|_, code| !code.grant.same_pair(&grant));
        let code = random::hex::<32>();
        self.codes.insert(code.clone(), Code { grant, expires_at: now.timestamp() + CODE_LIFE });
        code
    }

    /// Processes a token call in GoCD's order: destroys code and refresh token first, checks afterwards.
    pub(super) fn token(&mut self, params: &Params, now: DateTime<Utc>) -> Result<IssuedTokens, TokenError> {
        let (grant_type, redirect_uri) = (params.text("grant_type"), params.text("redirect_uri"));
        let code = self.codes.remove(params.text("code"));
        let token = self.tokens.remove(params.text("refresh_token"));

        if !["authorization-code", "refresh-token"].contains(&grant_type) {
            let description = format!("Grant type {grant_type} is not supported!");
            return Err(TokenError::new("unsupported-grant-type", description));
        }
        let secret = params.text("client_secret").as_bytes();
        let client = self
            .client(params.text("client_id"))
            .filter(|client| client.client_secret.as_bytes().ct_eq(secret).into())
            .ok_or_else(|| TokenError::new("invalid-client-credentials", "Invalid client credentials!"))?;
        let invalid_grant = |description: &str| TokenError::new("invalid-grant", description);
        let number = client.number;
        let registered = client.redirect_uris.iter().any(|uri| uri == redirect_uri);
        let grant = if grant_type == "authorization-code" {
            code.map(|code| (code.grant, code.expires_at > now.timestamp()))
        } else {
            // GoCD does not check the expiry of refresh tokens.
            token.map(|token| (token.grant, true))
        };
        // GoCD compares with the client's only URI. The URI of the grant matters only if the client has
        // several.
        let same_uri = client.redirect_uris.len() == 1
            || grant.as_ref().is_none_or(|(grant, _)| grant.redirect_uri == redirect_uri);
        if !(registered && same_uri) {
            return Err(invalid_grant("Redirect uri mismatch!"));
        }
        match grant {
            Some((grant, true)) if grant.client == number => Ok(self.issue_token(grant, now)),
            _ if grant_type == "authorization-code" => {
                Err(invalid_grant("Authorization expired or invalid!"))
            }
            _ => Err(invalid_grant("Refresh token is invalid!")),
        }
    }

    fn issue_token(&mut self, grant: Grant, now: DateTime<Utc>) -> IssuedTokens {
        self.tokens.retain(|_, token| !token.grant.same_pair(&grant));
        let tokens = IssuedTokens {
            access_token: random::hex::<32>(),
            expires_in: TOKEN_LIFE,
            refresh_token: random::hex::<32>(),
            user: grant.user.clone(),
        };
        let number = self.next_number();
        let expires_at = now.timestamp() + TOKEN_LIFE;
        let stored = Token { number, access_token: tokens.access_token.clone(), grant, expires_at };
        self.tokens.insert(tokens.refresh_token.clone(), stored);
        tokens
    }

    pub(super) fn token_of(&self, access_token: &str) -> Option<&Token> {
        self.tokens.iter().map(|(_, token)| token).find(|token| token.access_token == access_token)
    }

    pub(super) fn tokens(&self) -> impl Iterator<Item = (&Token, &Client)> {
        self.tokens.iter().filter_map(|(_, token)| Some((token, self.client_number(token.grant.client)?)))
    }

    /// Revokes the tokens that match and returns their number.
    pub(super) fn revoke(&mut self, matches: impl Fn(&Token) -> bool) -> usize {
        let before = self.tokens.len();
        self.tokens.retain(|_, token| !matches(token));
        before - self.tokens.len()
    }
}

impl Grant {
    fn same_pair(&self, other: &Self) -> bool {
        self.client == other.client && self.user == other.user
    }
}
