//! Go1's state: users, portals, enrollments, webhooks, codes and tokens.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use super::Rules;
use super::enrollments::{self, Enrollment};
use super::events::Outbox;
use super::oauth_error::OAuthError;
use super::webhooks::Webhook;
use crate::bounded::{BoundedList, TokenMap, token_map};
use crate::client::Clients;
use crate::provider::{ProviderSetup, ProviderState};
use crate::random;
use crate::user::User;

/// The lifetime of a code (guess: Go1 says "short-lived").
const CODE_LIFE: TimeDelta = TimeDelta::minutes(10);
/// The lifetime of an access token: 12 hours.
const ACCESS_LIFE: TimeDelta = TimeDelta::seconds(43_200);
const REFRESH_LIFE: TimeDelta = TimeDelta::days(90);
/// The portal of the partner who registered the application.
pub(super) const PARTNER_PORTAL: u64 = 7_654_321;

/// A customer's account, which Go1 calls a portal.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Portal {
    /// The portal's number.
    pub id: u64,
    /// The display name.
    pub name: String,
    /// The host name, such as `acme.mygo1.com`. The password grant calls it `portal_name`.
    pub url: String,
    /// The linked partner: the `partner_portal_id` of the authorize URL that led to the sign-up.
    pub partner_portal_id: Option<u64>,
    pub(super) created_time: DateTime<Utc>,
}

impl Portal {
    fn new(id: u64, name: &str, label: &str, created_time: DateTime<Utc>) -> Self {
        let url = format!("{label}.mygo1.com");
        Self { id, name: name.into(), url, partner_portal_id: None, created_time }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Administrator,
    Learner,
}

impl Role {
    pub(super) fn v2_name(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::Learner => "learner",
        }
    }
}

#[derive(Clone)]
pub(super) struct Member {
    /// Identifier of the user account.
    pub(super) id: u64,
    pub(super) role: Role,
    pub(super) user: User,
    /// [`Portal::id`].
    pub(super) portal: u64,
}

impl Member {
    fn new(number: usize, name: &str, email: &str, password: &str, portal: u64) -> Self {
        let id = 9_300_001 + number as u64;
        Self { id, role: Role::Administrator, user: User::new(email, name, email, password), portal }
    }

    fn learner(self) -> Self {
        Self { role: Role::Learner, ..self }
    }

    /// Given name and family name.
    pub(super) fn names(&self) -> (&str, &str) {
        self.user.name.split_once(' ').unwrap_or((&self.user.name, ""))
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Grant {
    pub(super) client_id: String,
    /// [`User::login`]. `None` for client credentials.
    pub(super) user: Option<String>,
    pub(super) portal: u64,
    pub(super) scopes: Vec<&'static str>,
}

/// The prefix of Go1's codes and refresh tokens.
const PREFIX: &str = "def502";

fn new_long_token() -> String {
    format!("{PREFIX}{}", random::hex::<40>())
}

/// Checks the form of a code or a refresh token.
fn is_long_token(text: &str) -> bool {
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    text.strip_prefix(PREFIX).is_some_and(|digits| digits.len() == 80 && digits.bytes().all(is_digit))
}

struct Code {
    grant: Grant,
    /// `None` if the authorization request left it out.
    redirect_uri: Option<String>,
    expires_at: DateTime<Utc>,
}

struct AccessToken {
    grant: Grant,
    expires_at: DateTime<Utc>,
}

struct RefreshToken {
    /// The access token that was issued with it.
    access: String,
    grant: Grant,
    expires_at: DateTime<Utc>,
}

pub(super) struct Scroll {
    pub(super) from: usize,
    pub(super) expires_at: DateTime<Utc>,
}

pub(crate) struct State {
    pub(super) clients: Clients,
    pub(super) members: BoundedList<Member>,
    pub(super) portals: BoundedList<Portal>,
    pub(super) enrollments: BoundedList<Enrollment>,
    pub(super) webhooks: BoundedList<Webhook>,
    pub(super) outbox: Outbox,
    pub(super) scrolls: TokenMap<Scroll>,
    codes: TokenMap<Code>,
    access: TokenMap<AccessToken>,
    refresh: TokenMap<RefreshToken>,
}

/// The token response.
#[derive(Serialize)]
pub(super) struct IssuedTokens {
    token_type: &'static str,
    expires_in: i64,
    access_token: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    #[serde(skip)]
    pub(super) grant: Grant,
}

pub(super) struct SignUpForm<'a> {
    pub(super) organisation: &'a str,
    pub(super) name: &'a str,
    pub(super) email: &'a str,
    pub(super) password: &'a str,
    pub(super) partner_portal_id: Option<u64>,
}

impl ProviderState<Rules> for State {
    fn new(setup: &ProviderSetup<Rules>, now: DateTime<Utc>) -> Self {
        let (acme, northwind) = (1_204_311, 2_480_975);
        let last_year = now - TimeDelta::days(365);
        Self {
            clients: Clients::new(setup),
            members: BoundedList::pinned(vec![
                Member::new(0, "Mia Tran", "mia@acme-training.example", "learn-something", acme),
                Member::new(1, "Noah Berg", "noah@northwind.example", "teach-something", northwind),
                Member::new(2, "Lea Okafor", "lea@acme-training.example", "read-something", acme).learner(),
            ]),
            portals: BoundedList::pinned(vec![
                Portal::new(acme, "Acme Training", "acme-training", last_year),
                Portal::new(northwind, "Northwind Academy", "northwind", last_year),
                Portal::new(PARTNER_PORTAL, "Sandbox Partner", "sandbox-partner", last_year),
            ]),
            enrollments: BoundedList::pinned(enrollments::fixtures(acme, northwind, now)),
            webhooks: BoundedList::default(),
            outbox: Outbox::default(),
            scrolls: token_map(),
            codes: token_map(),
            access: token_map(),
            refresh: token_map(),
        }
    }

    fn redirect_uris(&self) -> Vec<String> {
        self.clients.redirect_uris()
    }

    fn users(&self) -> Vec<User> {
        self.members.iter().map(|member| member.user.clone()).collect()
    }

    fn revoke_access(&mut self) {
        self.codes.clear();
        self.access.clear();
        self.refresh.clear();
    }
}

impl State {
    pub(super) fn member(&self, login: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.user.login == login)
    }

    /// The user account with this identifier in a portal.
    pub(super) fn account(&self, portal: u64, id: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.portal == portal && member.id.to_string() == id)
    }

    pub(super) fn portal(&self, id: u64) -> Option<&Portal> {
        self.portals.iter().find(|portal| portal.id == id)
    }

    pub(super) fn portal_of(&self, user: &User) -> Option<&Portal> {
        self.portal(self.member(&user.login)?.portal)
    }

    /// The member of `portal` (a host name) with this login and password.
    pub(super) fn by_password(&self, portal: &str, typed: &str, password: &str) -> Option<&Member> {
        self.members.iter().find(|member| {
            let url = self.portal(member.portal).map(|portal| portal.url.as_str());
            url == Some(portal) && member.user.matches_login(typed) && member.user.password == password
        })
    }

    /// Creates a portal and its administrator. Returns `None` when the e-mail address is taken.
    pub(super) fn sign_up(&mut self, form: &SignUpForm<'_>, now: DateTime<Utc>) -> Option<String> {
        if self.members.iter().any(|member| member.user.matches_login(form.email)) {
            return None;
        }
        let id = 5_000_001 + self.portals.total_pushed() as u64;
        let label = self.free_label(form.organisation);
        let portal = Portal::new(id, form.organisation, &label, now);
        self.portals.push(Portal { partner_portal_id: form.partner_portal_id, ..portal });
        let number = self.members.total_pushed();
        self.members.push(Member::new(number, form.name, form.email, form.password, id));
        Some(form.email.to_owned())
    }

    fn free_label(&self, organisation: &str) -> String {
        let words = organisation.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
        let label = words.collect::<Vec<_>>().join("-").to_ascii_lowercase();
        let label = if label.is_empty() { "portal".to_owned() } else { label.chars().take(40).collect() };
        let taken = |label: &str| {
            self.portals.iter().any(|portal| portal.url.strip_suffix(".mygo1.com") == Some(label))
        };
        if !taken(&label) {
            return label;
        }
        (2_u32..).map(|n| format!("{label}-{n}")).find(|label| !taken(label)).unwrap_or(label)
    }

    pub(super) fn issue_code(
        &mut self,
        grant: Grant,
        redirect_uri: Option<String>,
        now: DateTime<Utc>,
    ) -> String {
        let code = new_long_token();
        self.codes.insert(code.clone(), Code { grant, redirect_uri, expires_at: now + CODE_LIFE });
        code
    }

    /// Redeems a code. A rejected call does not use up the code.
    pub(super) fn redeem(
        &mut self,
        client_id: &str,
        code: &str,
        redirect_uri: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<IssuedTokens, OAuthError> {
        let reject = |hint| Err(OAuthError::request(hint));
        if !is_long_token(code) {
            return reject("Cannot decrypt the authorization code");
        }
        let Some(found) = self.codes.peek(code) else {
            return reject("Authorization code has been revoked");
        };
        if found.redirect_uri.is_some() && redirect_uri.is_none() {
            return Err(OAuthError::parameter("redirect_uri"));
        }
        if found.expires_at <= now {
            return reject("Authorization code has expired");
        }
        if found.grant.client_id != client_id {
            return reject("Authorization code was not issued to this client");
        }
        if found.redirect_uri.as_deref() != redirect_uri {
            return reject("Invalid redirect URI");
        }
        let grant = found.grant.clone();
        self.codes.remove(code);
        Ok(self.issue(grant, true, now))
    }

    /// Uses up a refresh token and revokes the access token issued with it. A rejected call does not use up
    /// the token.
    pub(super) fn refresh(
        &mut self,
        client_id: &str,
        refresh_token: &str,
        scopes: Option<Vec<&'static str>>,
        now: DateTime<Utc>,
    ) -> Result<IssuedTokens, OAuthError> {
        let reject = |hint| Err(OAuthError::refresh(hint));
        if !is_long_token(refresh_token) {
            return reject("Cannot decrypt the refresh token");
        }
        let Some(found) = self.refresh.peek(refresh_token) else {
            return reject("Token has been revoked");
        };
        if found.grant.client_id != client_id {
            return reject("Token is not linked to client");
        }
        if found.expires_at <= now {
            return reject("Token has expired");
        }
        if let Some(scope) = scopes.iter().flatten().find(|scope| !found.grant.scopes.contains(scope)) {
            return Err(OAuthError::scope(scope));
        }
        let mut grant = found.grant.clone();
        self.access.remove(&found.access);
        self.refresh.remove(refresh_token);
        if let Some(scopes) = scopes {
            grant.scopes = scopes;
        }
        Ok(self.issue(grant, true, now))
    }

    pub(super) fn issue(&mut self, grant: Grant, refreshable: bool, now: DateTime<Utc>) -> IssuedTokens {
        let access_token = random::opaque();
        let refresh_token = refreshable.then(|| {
            let token = new_long_token();
            let (access, grant) = (access_token.clone(), grant.clone());
            let stored = RefreshToken { access, grant, expires_at: now + REFRESH_LIFE };
            self.refresh.insert(token.clone(), stored);
            token
        });
        let expires_at = now + ACCESS_LIFE;
        self.access.insert(access_token.clone(), AccessToken { grant: grant.clone(), expires_at });
        let expires_in = ACCESS_LIFE.num_seconds();
        IssuedTokens { token_type: "Bearer", expires_in, access_token, refresh_token, grant }
    }

    pub(super) fn grant_of(&self, access_token: &str, now: DateTime<Utc>) -> Option<&Grant> {
        self.access.peek(access_token).filter(|access| access.expires_at > now).map(|access| &access.grant)
    }
}
