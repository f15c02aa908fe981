//! Go1's state: users, portals, codes and tokens.

use chrono::{DateTime, TimeDelta, Utc};

use crate::bounded_list::{BoundedList, MAX_CODES, MAX_OBJECTS, MAX_TOKENS};
use crate::bounded_map::BoundedMap;
use crate::client::Clients;
use crate::random;
use crate::user::User;

/// The lifetime of a code (guess: Go1 says "short-lived").
const CODE_LIFE: TimeDelta = TimeDelta::minutes(10);
/// The lifetime of an access token: 12 hours.
pub(super) const ACCESS_LIFE: TimeDelta = TimeDelta::seconds(43_200);
/// The lifetime of a refresh token.
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
}

/// A user and the user's portal.
#[derive(Clone)]
pub(super) struct Member {
    pub(super) id: u64,
    pub(super) user: User,
    /// [`Portal::id`].
    pub(super) portal: u64,
}

/// The authorization behind a code or a token.
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

/// The position of the next page of a scrolled list.
pub(super) struct Scroll {
    pub(super) id: String,
    pub(super) from: usize,
    pub(super) expires_at: DateTime<Utc>,
}

/// Go1's mutable state.
pub(crate) struct State {
    pub(super) clients: Clients,
    pub(super) members: BoundedList<Member>,
    pub(super) portals: BoundedList<Portal>,
    pub(super) scrolls: BoundedList<Scroll>,
    codes: BoundedMap<Code>,
    access: BoundedMap<AccessToken>,
    refresh: BoundedMap<RefreshToken>,
}

/// The result of a token call.
pub(super) struct IssuedTokens {
    pub(super) access_token: String,
    pub(super) refresh_token: Option<String>,
    pub(super) grant: Grant,
}

/// A rejected code or refresh token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum GrantError {
    Malformed,
    /// Unknown, too: the state holds only valid ones.
    Spent,
    Expired,
    OtherClient,
    RedirectUri,
    Scope(&'static str),
}

/// The sign-up form.
pub(super) struct SignUpForm<'a> {
    pub(super) organisation: &'a str,
    pub(super) name: &'a str,
    pub(super) email: &'a str,
    pub(super) password: &'a str,
    pub(super) partner_portal_id: Option<u64>,
}

impl State {
    pub(super) fn new(clients: Clients) -> Self {
        let mut state = Self {
            clients,
            members: BoundedList::new(MAX_OBJECTS),
            portals: BoundedList::new(MAX_OBJECTS),
            scrolls: BoundedList::new(MAX_OBJECTS),
            codes: BoundedMap::new(MAX_CODES),
            access: BoundedMap::new(MAX_TOKENS),
            refresh: BoundedMap::new(MAX_TOKENS),
        };
        state.add_portal(1_204_311, "Acme Training", "acme-training", None);
        state.add_portal(2_480_975, "Northwind Academy", "northwind", None);
        state.add_portal(PARTNER_PORTAL, "Sandbox Partner", "sandbox-partner", None);
        let (acme, northwind) = (state.portals[0].id, state.portals[1].id);
        state.add_member("Mia Tran", "mia@acme-training.example", "learn-something", acme);
        state.add_member("Noah Berg", "noah@northwind.example", "teach-something", northwind);
        state.portals.pin_current();
        state.members.pin_current();
        state
    }

    fn add_portal(&mut self, id: u64, name: &str, label: &str, partner_portal_id: Option<u64>) {
        let url = format!("{label}.mygo1.com");
        self.portals.push(Portal { id, name: name.into(), url, partner_portal_id });
    }

    fn add_member(&mut self, name: &str, email: &str, password: &str, portal: u64) {
        let id = 9_300_001 + self.members.total_pushed() as u64;
        self.members.push(Member { id, user: User::new(email, name, email, password), portal });
    }

    pub(super) fn member(&self, login: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.user.login == login)
    }

    pub(super) fn portal(&self, id: u64) -> Option<&Portal> {
        self.portals.iter().find(|portal| portal.id == id)
    }

    /// The user's portal.
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
    pub(super) fn sign_up(&mut self, form: &SignUpForm<'_>) -> Option<String> {
        if self.members.iter().any(|member| member.user.matches_login(form.email)) {
            return None;
        }
        let id = 5_000_001 + self.portals.total_pushed() as u64;
        let label = self.free_label(form.organisation);
        self.add_portal(id, form.organisation, &label, form.partner_portal_id);
        self.add_member(form.name, form.email, form.password, id);
        Some(form.email.to_owned())
    }

    /// An unused first label for the portal's host name.
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
        self.codes.remove_oldest_while(|code| code.expires_at <= now);
        let code = new_long_token();
        self.codes.insert(&code, Code { grant, redirect_uri, expires_at: now + CODE_LIFE });
        code
    }

    /// Redeems a code. A rejected call does not use up the code.
    pub(super) fn redeem(
        &mut self,
        client_id: &str,
        code: &str,
        redirect_uri: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<IssuedTokens, GrantError> {
        if !is_long_token(code) {
            return Err(GrantError::Malformed);
        }
        let found = self.codes.get(code).ok_or(GrantError::Spent)?;
        if found.redirect_uri.is_some() && redirect_uri.is_none() {
            return Err(GrantError::RedirectUri);
        }
        if found.expires_at <= now {
            return Err(GrantError::Expired);
        }
        if found.grant.client_id != client_id {
            return Err(GrantError::OtherClient);
        }
        if found.redirect_uri.as_deref() != redirect_uri {
            return Err(GrantError::RedirectUri);
        }
        let grant = found.grant.clone();
        self.codes.remove(code);
        Ok(self.issue_for(grant, true, now))
    }

    /// Uses up a refresh token and revokes the access token issued with it. A rejected call does not use up
    /// the token.
    pub(super) fn refresh(
        &mut self,
        client_id: &str,
        refresh_token: &str,
        scopes: Option<Vec<&'static str>>,
        now: DateTime<Utc>,
    ) -> Result<IssuedTokens, GrantError> {
        if !is_long_token(refresh_token) {
            return Err(GrantError::Malformed);
        }
        let found = self.refresh.get(refresh_token).ok_or(GrantError::Spent)?;
        if found.grant.client_id != client_id {
            return Err(GrantError::OtherClient);
        }
        if found.expires_at <= now {
            return Err(GrantError::Expired);
        }
        if let Some(scope) = scopes.iter().flatten().find(|scope| !found.grant.scopes.contains(scope)) {
            return Err(GrantError::Scope(scope));
        }
        let mut grant = found.grant.clone();
        self.access.remove(&found.access);
        self.refresh.remove(refresh_token);
        if let Some(scopes) = scopes {
            grant.scopes = scopes;
        }
        Ok(self.issue_for(grant, true, now))
    }

    pub(super) fn issue(&mut self, grant: Grant, refreshable: bool, now: DateTime<Utc>) -> IssuedTokens {
        self.issue_for(grant, refreshable, now)
    }

    fn issue_for(&mut self, grant: Grant, refreshable: bool, now: DateTime<Utc>) -> IssuedTokens {
        self.access.remove_oldest_while(|access| access.expires_at <= now);
        let access_token = random::opaque();
        let refresh_token = refreshable.then(|| {
            let token = new_long_token();
            let (access, grant) = (access_token.clone(), grant.clone());
            self.refresh.insert(&token, RefreshToken { access, grant, expires_at: now + REFRESH_LIFE });
            token
        });
        let expires_at = now + ACCESS_LIFE;
        self.access.insert(&access_token, AccessToken { grant: grant.clone(), expires_at });
        IssuedTokens { access_token, refresh_token, grant }
    }

    /// The grant of a valid access token.
    pub(super) fn grant_of(&self, access_token: &str, now: DateTime<Utc>) -> Option<&Grant> {
        self.access.get(access_token).filter(|access| access.expires_at > now).map(|access| &access.grant)
    }
}
