//! The question whether an application may act for the person.

use maud::{Markup, html};

use super::Page;

/// What a consent page shows.
#[derive(Debug)]
pub(crate) struct ConsentPage<'a> {
    /// The provider's name for people.
    pub(crate) provider: &'a str,
    /// The application's name.
    pub(crate) application: &'a str,
    /// Who is asked.
    pub(crate) user: &'a str,
    /// Where the browser goes afterwards.
    pub(crate) redirect_uri: &'a str,
    /// What the application will be able to do.
    pub(crate) rights: Markup,
    /// Where the form is sent.
    pub(crate) action: &'a str,
    /// Fields that go along unseen.
    pub(crate) hidden: &'a [(&'a str, &'a str)],
    /// The name of the two buttons, and the values for yes and no.
    pub(crate) decision: (&'a str, &'a str, &'a str),
}

impl ConsentPage<'_> {
    /// The buttons are marked with `data-decision`, by which [`Browser`](crate::Browser) finds them.
    pub(crate) fn page(&self) -> Page {
        let (name, yes, no) = self.decision;
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
                        button.main type="submit" name=(name) value=(yes) data-decision="approve" { "Yes, authorize" }
                        button type="submit" name=(name) value=(no) data-decision="deny" { "No" }
                    }
                }
            },
        )
    }
}
