//! What is remembered of an attempt between connect and callback, in the browser that began it.

use oauth_core::{PendingAuthorization, Scopes, State};
use serde::{Deserialize, Serialize};

use crate::authorizer::param;
use crate::outcome::Ended;
use crate::return_to::ReturnTo;

/// An attempt. It holds secrets, and leaves this process encrypted only.
#[derive(Serialize, Deserialize)]
pub(crate) struct Attempt {
    pub(crate) provider: String,
    pub(crate) account: String,
    /// The query of the link that began it, to begin it again with.
    pub(crate) query: String,
    pub(crate) stage: Stage,
}

#[derive(Serialize, Deserialize)]
pub(crate) enum Stage {
    /// The person is at the provider.
    Pending(PendingAuthorization),
    /// The person came back; kept so that a page that is loaded again says the same and sends nothing.
    Ended(Ended),
}

/// How the pages are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Page,
    /// In a window that the site opened (`mode=popup`): the result is posted to its opener.
    Popup,
    /// In a frame (`mode=iframe`), for browsers that do not tell.
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

impl Attempt {
    pub(crate) fn mode(&self) -> Mode {
        Mode::of(Some(&self.query))
    }

    pub(crate) fn return_to(&self) -> Option<ReturnTo> {
        param(Some(&self.query), "return_to").and_then(|path| ReturnTo::read(&path))
    }
}

/// What an attempt is called where everybody can read it. 128 bits of its name are as good as all.
pub(crate) fn short_name(state: &State) -> String {
    let mut name = state.fingerprint();
    name.truncate(22);
    name
}

/// Which scopes are missing, for people.
pub(crate) fn words(scopes: &Scopes) -> Vec<String> {
    scopes.iter().map(ToString::to_string).collect()
}
