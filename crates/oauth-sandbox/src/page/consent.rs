//! The consent page.

use maud::{Markup, html};

use super::Page;

/// The consent page's content.
#[derive(Debug)]
pub(crate) struct ConsentPage<'a> {
    /// The provider's display name.
    pub(crate) provider: &'a str,
    /// The application's name.
    pub(crate) application: &'a str,
    /// The logged-in user's name.
    pub(crate) user: &'a str,
    /// The redirect target after the decision.
    pub(crate) redirect_uri: &'a str,
    /// The permissions that the application asks for.
    pub(crate) rights: Markup,
    /// The URL that the form is sent to.
    pub(crate) action: &'a str,
    /// Hidden form fields.
    pub(crate) hidden: &'a [(&'a str, &'a str)],
    /// The name of both buttons, the value to approve, and the value to deny.
    pub(crate) decision: (&'a str, &'a str, &'a str),
}

impl ConsentPage<'_> {
    /// [`Browser`](crate::Browser) finds the buttons by their `data-decision` attribute.
    pub(crate) fn page(&self) -> Page {
        let (name, approve, deny) = self.decision;
        Page::new(
            self.provider,
            &format!("Authorize {}?", self.application),
            &html! {
                p {
                    strong { (self.application) } " wants to access " (self.provider) " on your behalf. You are "
                    strong { (self.user) } "."
                }
                (self.rights)
                p { "Afterwards you go to " code { (self.redirect_uri) } }
                form method="post" action=(self.action) {
                    @for (name, value) in self.hidden {
                        input type="hidden" name=(name) value=(value);
                    }
                    div.choices {
                        button.main type="submit" name=(name) value=(approve) data-decision="approve" { "Yes, authorize" }
                        button type="submit" name=(name) value=(deny) data-decision="deny" { "No" }
                    }
                }
            },
        )
    }
}
