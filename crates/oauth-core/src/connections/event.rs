//! What happens to connections, told.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::Error;
use crate::store::Why;

pub(super) type Listener = Box<dyn Fn(&Event<'_>) + Send + Sync>;

/// Something happened to a connection. Holds no secret.
#[derive(Debug)]
#[non_exhaustive]
pub struct Event<'a> {
    /// The provider.
    pub provider: &'static str,
    /// The account.
    pub account: &'a str,
    /// What happened.
    pub what: What<'a>,
}

/// What happened.
#[derive(Debug)]
#[non_exhaustive]
pub enum What<'a> {
    /// A person connected, or connected anew.
    Connected,
    /// The token was refreshed, and the new one saved.
    Refreshed,
    /// The token was not refreshed. A valid one goes on serving.
    RefreshFailed(&'a Error),
    /// The token was refreshed, but not saved yet. It serves from memory while saving it is tried again: a process that
    /// ends now loses it.
    SaveFailed(&'a Error),
    /// The customer has to connect again.
    NeedsReconnect(Why),
    /// The provider blames the client: nothing is refreshed until it is set right. See
    /// [`Connections::reconfigure`](super::Connections::reconfigure).
    ClientRefused(&'a Error),
    /// The connection was removed, here or elsewhere.
    Removed,
}

impl fmt::Display for Event<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}: ", self.provider, self.account)?;
        match &self.what {
            What::Connected => f.write_str("connected"),
            What::Refreshed => f.write_str("refreshed"),
            What::RefreshFailed(error) => write!(f, "not refreshed: {error}"),
            What::SaveFailed(error) => write!(f, "refreshed but not saved yet: {error}"),
            What::NeedsReconnect(why) => write!(f, "needs reconnecting: {why}"),
            What::ClientRefused(error) => {
                write!(f, "the client was refused, nothing is refreshed now: {error}")
            }
            What::Removed => f.write_str("removed"),
        }
    }
}

/// Tells the log, and whoever listens.
pub(super) fn tell(listener: Option<&Listener>, event: &Event<'_>) {
    match &event.what {
        What::Connected | What::Refreshed | What::Removed => tracing::info!("{event}"),
        What::RefreshFailed(_) | What::NeedsReconnect(_) => tracing::warn!("{event}"),
        What::SaveFailed(_) | What::ClientRefused(_) => tracing::error!("{event}"),
    }
    if let Some(listener) = listener {
        // It is called in the middle of a refresh: a panic there would lose the token that was just received.
        if catch_unwind(AssertUnwindSafe(|| listener(event))).is_err() {
            tracing::error!("the listener for events of {} panicked", event.provider);
        }
    }
}
