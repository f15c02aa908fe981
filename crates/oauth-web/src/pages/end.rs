//! Pages after an attempt.

use std::time::Duration;

use axum::response::Response;

use super::{Page, Post, Site};
use crate::attempt::words;
use crate::outcome::Outcome;

/// The end of an attempt.
pub(crate) struct End<'a> {
    pub(crate) outcome: &'a Outcome,
    /// The provider's name for machines and for people.
    pub(crate) provider: (&'static str, &'a str),
    /// How long an attempt may take.
    pub(crate) age: Duration,
    /// The link that begins it again.
    pub(crate) again: String,
    /// Where the person goes on to, if the attempt is known to have come from somewhere.
    pub(crate) on: Option<String>,
    /// By what the log knows the attempt.
    pub(crate) reference: Option<&'a str>,
    /// The account, if the page stands in a pop-up.
    pub(crate) popup: Option<String>,
}

/// The page that says how it ended and what to do next.
pub(crate) fn ended(site: &Site, end: End<'_>) -> Response {
    let mut page = says(site, &end);
    if let Some(account) = end.popup {
        let nothing_left = match end.outcome {
            Outcome::Connected(missing) => missing.is_empty(),
            outcome => *outcome == Outcome::Denied,
        };
        if nothing_left {
            // For browsers without scripts: in this window there is nothing to go on to.
            page = page.says("You can close this window.");
            page.actions.clear();
        }
        let (provider, outcome) = (end.provider.0, end.outcome.word());
        page.post = Some(Post { provider, account, outcome, closes: nothing_left });
    }
    page.respond(site)
}

fn says(site: &Site, end: &End<'_>) -> Page {
    let title = end.provider.1;
    let (again, on) = (&end.again, end.on.as_ref().unwrap_or(&site.home));
    let page = |heading: String| Page::new(end.outcome.status(), heading);
    match end.outcome {
        Outcome::Connected(missing) if missing.is_empty() => page(format!("{title} is connected"))
            .says(format!("{} can use your {title} account from now on.", site.subject()))
            .offers("Continue", on),
        Outcome::Connected(missing) => page(format!("{title} is connected, but not for everything"))
            .says(format!(
                "{} asked for more than {title} granted. Missing: {}.",
                site.subject(),
                words(missing).join(", ")
            ))
            .says("You can connect again and grant it, or go on without what needs it.")
            .offers("Connect again", again)
            .offers("Continue", on),
        Outcome::Denied => page(format!("{title} was not connected"))
            .says(format!("You said no at {title}, so nothing was changed. You can connect it whenever you like."))
            .offers("Back", on)
            .offers(format!("Connect {title}"), again),
        Outcome::Expired => page("That took too long".to_owned())
            .says(format!(
                "For your safety, connecting {title} has to be finished within {}. Nothing was connected.",
                span(end.age)
            ))
            .says("Start again; it takes a minute.")
            .offers("Start again", again)
            .offers("Back", on),
        Outcome::Replayed => page("This was already finished".to_owned())
            .says(format!(
                "The same answer of {title} came a second time, so it was not used again. If {title} was connected, it \
                 still is."
            ))
            .says("Go back and look; if it is not connected, start again.")
            .offers("Back", on)
            .offers("Start again", again),
        Outcome::NotBegun => page("This was not started in this browser".to_owned())
            .says(format!(
                "Connecting {title} has to be started and finished in the same browser, with cookies allowed, within \
                 {}. Nothing was connected.",
                span(end.age)
            ))
            .says("If you started it here and it is not connected, start again.")
            .offers("Start again", again)
            .offers("Back", on),
        Outcome::NotAccepted => page(format!("That was not an answer of {title}"))
            .says("What came back does not belong to what was started here, so it was not used. Nothing was connected.")
            .offers("Start again", again)
            .offers("Back", on),
        Outcome::Refused => page(format!("{title} refused the connection"))
            .says("Nothing was connected. Start again; if that does not help, tell our support.")
            .with_reference(end)
            .offers("Start again", again)
            .offers("Back", on),
        Outcome::Unavailable => page(format!("{title} did not answer as it should"))
            .says("Nothing was connected. Wait a minute, then start again; if that does not help, tell our support.")
            .with_reference(end)
            .offers("Start again", again)
            .offers("Back", on),
        Outcome::NotSaved => page("The connection could not be saved".to_owned())
            .says("The fault is ours. Wait a minute, then start again; if that does not help, tell our support.")
            .with_reference(end)
            .offers("Start again", again)
            .offers("Back", on),
        Outcome::Misconfigured => page(format!("{title} cannot be connected at the moment"))
            .says("The fault is ours, and starting again will not help. Please tell our support.")
            .with_reference(end)
            .offers("Back", on),
    }
}

impl Page {
    /// By what the log knows the attempt, for the support.
    fn with_reference(self, end: &End<'_>) -> Self {
        match end.reference {
            Some(reference) => self.says(format!("The reference is {reference}.")),
            None => self,
        }
    }
}

/// A length of time for people.
fn span(age: Duration) -> String {
    match age.as_secs() {
        seconds if seconds < 120 => format!("{seconds} seconds"),
        seconds => format!("{} minutes", seconds / 60),
    }
}
