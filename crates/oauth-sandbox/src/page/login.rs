//! The login form.

use maud::{Markup, html};

use super::Page;

/// The login page's content.
#[derive(Debug)]
pub(crate) struct LoginPage<'a> {
    /// The provider's display name.
    pub(crate) provider: &'a str,
    /// The URL that the form is sent to.
    pub(crate) action: &'a str,
    /// The name of the hidden field with the session's form token, and the token.
    pub(crate) form_token: (&'a str, &'a str),
    /// The user field's label and name.
    pub(crate) user_field: (&'a str, &'a str),
    /// The user field's value from the previous attempt.
    pub(crate) typed_user: &'a str,
    /// The password field's name.
    pub(crate) password_field: &'a str,
    /// The error of the previous attempt.
    pub(crate) message: Option<&'a str>,
    /// User and password of the sandbox's accounts, shown because they are made up.
    pub(crate) accounts: &'a [(String, String)],
    /// Content below the form, such as a link to the sign-up page.
    pub(crate) more: Markup,
}

impl LoginPage<'_> {
    pub(crate) fn page(&self) -> Page {
        let (token_name, token) = self.form_token;
        let (user_label, user_name) = self.user_field;
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
                    input #user type="text" name=(user_name) value=(self.typed_user) autocomplete="username"
                        autocapitalize="none" required autofocus;
                    label for="password" { "Password" }
                    input #password type="password" name=(self.password_field) autocomplete="current-password" required;
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
