//! Accounts, users, codes and tokens.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};

use super::Rules;
use super::act_as::NamedUser;
use super::invoices::Invoice;
use super::scope::Scopes;
use crate::bounded::{BoundedList, TokenMap, token_map};
use crate::client::Clients;
use crate::provider::{ProviderSetup, ProviderState};
use crate::random;
use crate::user::User;

/// Lifetime of an authorization code (a guess).
const CODE_LIFETIME: TimeDelta = TimeDelta::minutes(10);

const SYSTEM: &str = "System";

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Account {
    pub(super) name: &'static str,
    /// The path before `/api/v1` in the API base URL, which varies by customer.
    pub(super) prefix: &'static str,
    pub(super) default_branch: &'static str,
}

/// All customers. The first one's API has no path prefix.
pub(super) static ACCOUNTS: [Account; 2] = [
    Account { name: "Brightwater College", prefix: "", default_branch: "Main campus" },
    Account { name: "Lakeside Study Agents", prefix: "/lakeside", default_branch: "Head office" },
];

/// A user of an account, with or without a login.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct AccountUser {
    /// The user's number.
    pub id: u64,
    /// The account's name.
    pub account: String,
    /// The user's name.
    pub name: String,
    /// The e-mail address.
    pub email: String,
    /// The role. Users created by `X-Act-as-User` have the role `"None"`.
    pub role: String,
    /// The branch whose data the user can access.
    pub branch: String,
    /// `true` for the system user of an application that was granted `act-as-user`.
    pub system: bool,
    pub(super) password: Option<String>,
}

impl AccountUser {
    /// Returns `true` if the user can log in to the portal.
    #[must_use]
    pub fn can_log_in(&self) -> bool {
        self.password.is_some()
    }

    fn new(number: usize, account: &Account, name: &str, email: &str, role: &str) -> Self {
        Self {
            id: 4001 + number as u64,
            account: account.name.into(),
            name: name.into(),
            email: email.into(),
            role: role.into(),
            branch: account.default_branch.into(),
            system: role == SYSTEM,
            password: None,
        }
    }

    fn has_email(&self, account: &Account, email: &str) -> bool {
        self.account == account.name && self.email.eq_ignore_ascii_case(email)
    }

    fn login(&self) -> Option<User> {
        Some(User::new(&self.email, &self.name, &self.email, self.password.as_ref()?))
    }
}

impl fmt::Debug for AccountUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccountUser")
            .field("account", &self.account)
            .field("name", &self.name)
            .field("email", &self.email)
            .field("role", &self.role)
            .field("branch", &self.branch)
            .field("system", &self.system)
            .field("can_log_in", &self.can_log_in())
            .finish_non_exhaustive()
    }
}

/// A successfully authorized API call and the user it was made as.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AuthorizedCall {
    /// The account's name.
    pub account: String,
    /// The e-mail address of the user that the call was made as.
    pub user: String,
    /// The e-mail address of the token's owner. It differs from `user` if the call named another user.
    pub token_owner: String,
    /// `true` if the call created the user.
    pub created: bool,
    /// The HTTP method.
    pub method: String,
    /// The path.
    pub path: String,
}

#[derive(Clone, PartialEq, Eq)]
pub(super) struct Grant {
    pub(super) client_id: String,
    pub(super) account: &'static Account,
    /// The user's e-mail address.
    pub(super) user: String,
    pub(super) scopes: Scopes,
}

struct Code {
    grant: Grant,
    expires_at: DateTime<Utc>,
}

pub(crate) struct State {
    pub(super) clients: Clients,
    pub(super) users: BoundedList<AccountUser>,
    pub(super) authorized_calls: BoundedList<AuthorizedCall>,
    pub(super) invoices: BoundedList<Invoice>,
    pub(super) students: u64,
    codes: TokenMap<Code>,
    tokens: TokenMap<Grant>,
}

impl ProviderState<Rules> for State {
    fn new(setup: &ProviderSetup<Rules>, now: DateTime<Utc>) -> Self {
        let [brightwater, lakeside] = &ACCOUNTS;
        let users = [
            (brightwater, "Ruth Adeyemi", "ruth@brightwater.example", "Administrator", "pay-the-fees"),
            (brightwater, "Bob Smith", "bob.smith@brightwater.example", "Consultant", "book-a-payment"),
            (lakeside, "Tom Lund", "tom@lakeside.example", "Administrator", "find-a-school"),
        ];
        let users =
            users.into_iter().zip(0..).map(|((account, name, email, role, password), at)| AccountUser {
                password: Some(password.into()),
                ..AccountUser::new(at, account, name, email, role)
            });
        Self {
            clients: Clients::new(setup),
            users: BoundedList::pinned(users.collect()),
            authorized_calls: BoundedList::default(),
            invoices: super::invoices::initial(now),
            students: 0,
            codes: token_map(),
            tokens: token_map(),
        }
    }

    fn redirect_uris(&self) -> Vec<String> {
        self.clients.redirect_uris()
    }

    fn users(&self) -> Vec<User> {
        self.users.iter().filter_map(AccountUser::login).collect()
    }

    fn revoke_access(&mut self) {
        self.codes.clear();
        self.tokens.clear();
    }
}

impl State {
    fn add_user(&mut self, account: &Account, name: &str, email: &str, role: &str) -> AccountUser {
        let user = AccountUser::new(self.users.total_pushed(), account, name, email, role);
        self.users.push(user.clone());
        user
    }

    pub(super) fn account_of(&self, login: &str) -> Option<&'static Account> {
        let user = self.users.iter().find(|user| user.email == login)?;
        ACCOUNTS.iter().find(|account| account.name == user.account)
    }

    /// Finds a user by e-mail address. Excludes system users, because calls cannot act as them.
    pub(super) fn find(&self, account: &Account, email: &str) -> Option<&AccountUser> {
        self.users.iter().find(|user| !user.system && user.has_email(account, email))
    }

    /// Creates a user in the default branch, with the role 'None' and without a login.
    pub(super) fn create(&mut self, account: &Account, named: &NamedUser) -> AccountUser {
        self.add_user(account, &named.name, &named.email, "None")
    }

    /// Returns the e-mail address of the application's system user in an account. Creates the user if needed.
    fn system_user(&mut self, account: &Account, client_id: &str) -> String {
        let email = format!("system+{client_id}@{}.example", account.name.to_lowercase().replace(' ', "-"));
        if !self.users.iter().any(|user| user.has_email(account, &email)) {
            let name = self.clients.find(client_id).map_or("Application", |client| client.name.as_str());
            let name = format!("{name} (system user)");
            self.add_user(account, &name, &email, SYSTEM);
        }
        email
    }

    pub(super) fn issue_code(&mut self, grant: Grant, now: DateTime<Utc>) -> String {
        let code = random::opaque();
        self.codes.insert(code.clone(), Code { grant, expires_at: now + CODE_LIFETIME });
        code
    }

    /// Exchanges an application's code for a token and its grant. A failed attempt does not consume the code.
    pub(super) fn exchange_code(
        &mut self,
        client_id: &str,
        code: &str,
        now: DateTime<Utc>,
    ) -> Option<(String, Grant)> {
        let found = self.codes.peek(code)?;
        if found.grant.client_id != client_id || found.expires_at <= now {
            return None;
        }
        let mut grant = self.codes.remove(code)?.grant;
        if grant.scopes.act_as_user {
            grant.user = self.system_user(grant.account, client_id);
        }
        let token = random::opaque();
        self.tokens.insert(token.clone(), grant.clone());
        Some((token, grant))
    }

    pub(super) fn grant_of(&self, access_token: &str) -> Option<&Grant> {
        self.tokens.peek(access_token)
    }
}
