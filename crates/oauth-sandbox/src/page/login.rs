//! The login form.

use maud::{Markup, html};

use super::Page;

/// What a login page shows.
#[derive(Debug)]
pub(crate) struct LoginPage<'a> {
    /// The provider's name for people.
    pub(crate) provider: &'a str,
    /// Where the form is sent.
    pub(crate) action: &'a str,
    /// The name of the hidden field with the session's form token, and the token.
    pub(crate) form_token: (&'a str, &'a str),
    /// The label and the field name for the user.
    pub(crate) user: (&'a str, &'a str),
    /// What was typed as the user before.
    pub(crate) typed: &'a str,
    /// The field name for the password.
    pub(crate) password: &'a str,
    /// Why the form is shown again.
    pub(crate) message: Option<&'a str>,
    /// Accounts to try: `(what to type, password)`. They are made up, and a person has no other way to know them.
    pub(crate) accounts: &'a [(String, String)],
    /// More below the form, such as a way to sign up.
    pub(crate) more: Markup,
}

impl LoginPage<'_> {
    pub(crate) fn page(&self) -> Page {
        let (token_name, token) = self.form_token;
        let (user_label, user_name) = self.user;
        Page::new(
            self.provider,
            &format!("Log in to {}", self.provider),
            &html! {
                @if let Some(message) = self.message {
                    p.alert role="alert" { (message) }
                }
                form method="post" action=(self.action) {
                    input type="hidden" name=(token_name) value=(token);
                    label for="user" { (user_label) }
                    input #user type="text" name=(user_name) value=(self.typed) autocomplete="username"
                        autocapitalize="none" required autofocus;
                    label for="password" { "Password" }
                    input #password type="password" name=(self.password) autocomplete="current-password" required;
                    div.choices { button.main type="submit" { "Log in" } }
                }
                (self.more)
                @if !self.accounts.is_empty() {
                    h2 { "Accounts to try" }
                    table.stacks {
                        tr { th scope="col" { (user_label) } th scope="col" { "Password" } }
                        @for (user, password) in self.accounts {
                            tr {
                                td data-label=(user_label) { code { (user) } }
                                td data-label="Password" { code { (password) } }
                            }
                        }
                    }
                }
            },
        )
    }
}
