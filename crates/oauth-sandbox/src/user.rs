//! The people who have an account in a sandbox.

use std::fmt;

/// Somebody who can log in. The password is made up and protects nothing.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct User {
    /// What the person types in the login form besides the e-mail address, where the provider has user names (GoCD).
    pub login: String,
    /// The person's name as pages show it.
    pub name: String,
    /// The e-mail address; every login form takes it.
    pub email: String,
    /// The password.
    pub password: String,
}

impl User {
    pub(crate) fn new(login: &str, name: &str, email: &str, password: &str) -> Self {
        Self { login: login.into(), name: name.into(), email: email.into(), password: password.into() }
    }

    /// Whether `typed` in a login form means this person.
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
