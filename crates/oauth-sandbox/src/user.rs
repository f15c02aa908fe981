//! Users of a provider.

use std::fmt;

/// A user who can log in. The password is made up and protects nothing.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct User {
    /// The account name. GoCD's login form takes it as well as the e-mail address.
    pub login: String,
    /// The name shown on pages.
    pub name: String,
    /// The e-mail address. Every login form takes it.
    pub email: String,
    /// The password.
    pub password: String,
}

impl User {
    pub(crate) fn new(login: &str, name: &str, email: &str, password: &str) -> Self {
        Self { login: login.into(), name: name.into(), email: email.into(), password: password.into() }
    }

    /// Checks `typed` in a login form against user name and e-mail address.
    pub(crate) fn matches_login(&self, typed: &str) -> bool {
        let typed = typed.trim();
        self.login == typed || self.email.eq_ignore_ascii_case(typed)
    }
}

impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("User")
            .field("login", &self.login)
            .field("name", &self.name)
            .field("email", &self.email)
            .finish_non_exhaustive()
    }
}
