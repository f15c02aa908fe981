//! Pages shown after an attempt.

use std::time::Duration;

use axum::response::Response;

use super::page::{LinkKind, Page, PageKind, PopupResult, Site};
use crate::login_attempt::scope_names;
use crate::outcome::Outcome;

pub(crate) struct End<'a> {
    pub(crate) outcome: &'a Outcome,
    /// The provider's name and title.
    pub(crate) provider: (&'static str, &'static str),
    /// Longest duration of an attempt.
    pub(crate) age: Duration,
    /// Link for another attempt.
    pub(crate) again: String,
    /// Path of the way back, if the attempt has one.
    pub(crate) return_to: Option<String>,
    /// The attempt's reference in the log.
    pub(crate) reference: Option<&'a str>,
    /// The account, if the page is shown in a pop-up.
    pub(crate) popup: Option<String>,
}

pub(crate) fn attempt_ended(site: &Site, end: End<'_>) -> Response {
    let mut page = page_of(site, &end);
    if let Some(account) = end.popup {
        let closes = match end.outcome {
            Outcome::Connected(missing) => missing.is_empty(),
            outcome => *outcome == Outcome::Denied,
        };
        if closes {
            // For browsers without scripts: the window has no next page.
            page = page.paragraph("You can close this window.");
            page.links.clear();
        }
        let (provider, outcome) = (end.provider.0, end.outcome.name());
        page.popup_result = Some(PopupResult { provider, account, outcome, closes });
    }
    page.respond(site)
}

fn page_of(site: &Site, end: &End<'_>) -> Page {
    let title = end.provider.1;
    let (again, back) = (&end.again, end.return_to.as_ref().unwrap_or(&site.home));
    let page = |heading: String| Page::new(kind(end), end.outcome.status(), Some(title), heading);
    match end.outcome {
        Outcome::Connected(missing) if missing.is_empty() => page(format!("{title} is connected"))
            .paragraph(format!("{} can use your {title} account from now on.", site.subject()))
            .link(LinkKind::Continue, back),
        Outcome::Connected(missing) => page(format!("{title} is connected, but not for everything"))
            .paragraph(format!(
                "{} requested more than {title} granted. Missing: {}.",
                site.subject(),
                scope_names(missing).join(", ")
            ))
            .paragraph("You can connect again and grant it, or continue without the features that need it.")
            .link(LinkKind::ConnectAgain, again)
            .link(LinkKind::Continue, back),
        Outcome::Denied => page(format!("{title} was not connected"))
            .paragraph(format!("You denied access at {title}, so nothing was changed. You can connect it at any time."))
            .link(LinkKind::Back, back)
            .link(LinkKind::Connect, again),
        Outcome::Expired => page("That took too long".to_owned())
            .paragraph(format!(
                "For your safety, connecting {title} has to be finished within {}. Nothing was connected.",
                span(end.age)
            ))
            .paragraph("Start again; it takes a minute.")
            .link(LinkKind::StartAgain, again)
            .link(LinkKind::Back, back),
        Outcome::Replayed => page("This was already finished".to_owned())
            .paragraph(format!(
                "{title} sent the same response a second time, so it was not used again. If {title} was connected, it \
                 still is."
            ))
            .paragraph("Go back and check; if it is not connected, start again.")
            .link(LinkKind::Back, back)
            .link(LinkKind::StartAgain, again),
        Outcome::NotBegun => page("This was not started in this browser".to_owned())
            .paragraph(format!(
                "Connecting {title} has to be started and finished in the same browser, with cookies allowed, within \
                 {}. Nothing was connected.",
                span(end.age)
            ))
            .paragraph("If you started it here and it is not connected, start again.")
            .link(LinkKind::StartAgain, again)
            .link(LinkKind::Back, back),
        Outcome::OtherAccount => page("You are signed in differently now".to_owned())
            .paragraph(format!(
                "Connecting {title} was started for another account of {}. Nothing was connected.",
                site.name_in_sentence()
            ))
            .paragraph("Start again for the present account, or sign in as before first.")
            .link(LinkKind::StartAgain, again)
            .link(LinkKind::Back, back),
        Outcome::NotAllowed(reason) => page(format!("You cannot connect {title} here"))
            .paragraph(reason)
            .link(LinkKind::Back, back),
        Outcome::NotAccepted => page(format!("This response of {title} cannot be used"))
            .paragraph("It does not belong to the connection that was started here. Nothing was connected.")
            .link(LinkKind::StartAgain, again)
            .link(LinkKind::Back, back),
        Outcome::Refused => page(format!("{title} refused the connection"))
            .paragraph("Nothing was connected. Start again; if that does not help, contact our support.")
            .with_reference(end)
            .link(LinkKind::StartAgain, again)
            .link(LinkKind::Back, back),
        Outcome::Unavailable => page(format!("{title} did not respond correctly"))
            .paragraph("Nothing was connected. Wait a minute, then start again; if that does not help, contact our support.")
            .with_reference(end)
            .link(LinkKind::StartAgain, again)
            .link(LinkKind::Back, back),
        Outcome::NotSaved => page("The connection could not be saved".to_owned())
            .paragraph("This is our fault. Wait a minute, then start again; if that does not help, contact our support.")
            .with_reference(end)
            .link(LinkKind::StartAgain, again)
            .link(LinkKind::Back, back),
        Outcome::Misconfigured => page(format!("{title} cannot be connected at the moment"))
            .paragraph("This is our fault, and starting again will not help. Please contact our support.")
            .with_reference(end)
            .link(LinkKind::Back, back),
    }
}

fn kind(end: &End<'_>) -> PageKind {
    match end.outcome {
        Outcome::Connected(missing) if missing.is_empty() => PageKind::Connected,
        Outcome::Connected(missing) => PageKind::ConnectedWithout(missing.clone()),
        Outcome::Denied => PageKind::Denied,
        Outcome::Expired => PageKind::Expired(end.age),
        Outcome::Replayed => PageKind::Replayed,
        Outcome::NotBegun => PageKind::NotBegun(end.age),
        Outcome::OtherAccount => PageKind::OtherAccount,
        Outcome::NotAllowed(_) => PageKind::NotAllowed,
        Outcome::NotAccepted => PageKind::NotAccepted,
        Outcome::Refused => PageKind::Refused,
        Outcome::Unavailable => PageKind::Unavailable,
        Outcome::NotSaved => PageKind::NotSaved,
        Outcome::Misconfigured => PageKind::Misconfigured,
    }
}

impl Page {
    fn with_reference(self, end: &End<'_>) -> Self {
        match end.reference {
            Some(reference) => Self { reference: Some(reference.to_owned()), ..self }
                .paragraph(format!("The reference is {reference}.")),
            None => self,
        }
    }
}

fn span(age: Duration) -> String {
    match age.as_secs() {
        seconds if seconds < 120 => format!("{seconds} seconds"),
        seconds => format!("{} minutes", seconds / 60),
    }
}
