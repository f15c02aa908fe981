//! An attempt to connect, stored in the user's browser between connect and callback.

use oauth_core::{PendingAuthorization, Scopes, State};
use serde::{Deserialize, Serialize};

use crate::authorizer::param;
use crate::outcome::Outcome;
use crate::return_to::ReturnTo;

/// Contains secrets, so it leaves this process encrypted only.
#[derive(Serialize, Deserialize)]
pub(crate) struct LoginAttempt {
    pub(crate) provider: String,
    pub(crate) account: String,
    /// The query of the connect link, for another attempt.
    pub(crate) query: String,
    pub(crate) stage: Stage,
}

#[derive(Serialize, Deserialize)]
pub(crate) enum Stage {
    /// The user is at the provider.
    Pending(PendingAuthorization),
    /// The attempt is over. Kept so that reloading the page shows the same result and sends nothing.
    Ended(Outcome),
}

/// The outcome of a callback that did not end its attempt, with the attempt's id. It has a cookie of its own:
/// in the attempt's, a late or forged callback would replace the result of the real one.
#[derive(Serialize, Deserialize)]
pub(crate) struct LastOutcome {
    pub(crate) attempt: String,
    pub(crate) outcome: Outcome,
}

/// The presentation of the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Page,
    /// A window opened by the site (`mode=popup`): the result is posted to its opener.
    Popup,
    /// A frame (`mode=iframe`), for browsers without `Sec-Fetch-Dest`.
    Iframe,
}

impl Mode {
    pub(crate) fn of(query: Option<&str>) -> Self {
        match param(query, "mode").as_deref() {
            Some("popup") => Self::Popup,
            Some("iframe") => Self::Iframe,
            _ => Self::Page,
        }
    }
}

impl LoginAttempt {
    pub(crate) fn mode(&self) -> Mode {
        Mode::of(Some(&self.query))
    }

    pub(crate) fn return_to(&self) -> Option<ReturnTo> {
        param(Some(&self.query), "return_to").and_then(|path| ReturnTo::parse(&path))
    }
}

/// A public name of the attempt: 128 bits of its fingerprint are enough.
pub(crate) fn short_name(state: &State) -> String {
    let mut name = state.fingerprint();
    name.truncate(22);
    name
}

pub(crate) fn scope_names(scopes: &Scopes) -> Vec<String> {
    scopes.iter().map(ToString::to_string).collect()
}
