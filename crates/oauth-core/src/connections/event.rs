//! What happens to connections, told.

use std::error::Error as _;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::error::Error;
use crate::error::reconnect_reason::ReconnectReason;

pub(super) type Listener = Box<dyn Fn(&Event<'_>) + Send + Sync>;

/// Where all of it is logged.
pub(super) const TARGET: &str = "oauth_core::connections";

/// Something happened to a connection. Holds no secret.
///
/// Each is told to the listener of [`on_event`](super::ConnectionsBuilder::on_event), and logged by `tracing` under the
/// target `oauth_core::connections`, with the fields `provider`, `account`, `event` and, where they are known,
/// `generation`, `error_kind`, `status`, `oauth_code`, `cause` and `why`. The message is what [`Display`](fmt::Display)
/// says.
///
/// ```
/// use oauth_core::connections::{Event, EventKind};
///
/// /// Which customers a person has to be asked about.
/// fn to_ask(event: &Event<'_>) -> Option<String> {
///     match event.kind {
///         EventKind::NeedsReconnect(why) => Some(format!("{} has to connect again: {why}", event.account)),
///         _ => None,
///     }
/// }
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct Event<'a> {
    /// The provider.
    pub provider: &'static str,
    /// The account.
    pub account: &'a str,
    /// Which of the account's tokens it is about, where that is known: they are counted from 1.
    pub generation: Option<u64>,
    /// What happened.
    pub kind: EventKind<'a>,
}

/// What happened.
#[derive(Debug)]
#[non_exhaustive]
pub enum EventKind<'a> {
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
    NeedsReconnect(ReconnectReason),
    /// The provider blames the client: nothing is refreshed until it is set right. See
    /// [`Connections::reconfigure`](super::Connections::reconfigure).
    ClientRefused(&'a Error),
    /// The connection was removed, here or elsewhere.
    Removed,
}

impl EventKind<'_> {
    /// A stable word, for logs and machines.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Connected => "connected",
            Self::Refreshed => "refreshed",
            Self::RefreshFailed(_) => "refresh_failed",
            Self::SaveFailed(_) => "save_failed",
            Self::NeedsReconnect(_) => "needs_reconnect",
            Self::ClientRefused(_) => "client_refused",
            Self::Removed => "removed",
        }
    }

    /// The error that it is about, if it is about one.
    pub const fn error(&self) -> Option<&Error> {
        match self {
            Self::RefreshFailed(error) | Self::SaveFailed(error) | Self::ClientRefused(error) => Some(error),
            Self::Connected | Self::Refreshed | Self::NeedsReconnect(_) | Self::Removed => None,
        }
    }
}

impl fmt::Display for Event<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}: ", self.provider, self.account)?;
        match &self.kind {
            EventKind::Connected => f.write_str("connected"),
            EventKind::Refreshed => f.write_str("refreshed"),
            EventKind::RefreshFailed(error) => write!(f, "not refreshed: {error}"),
            EventKind::SaveFailed(error) => write!(f, "refreshed but not saved yet: {error}"),
            EventKind::NeedsReconnect(why) => write!(f, "needs reconnecting: {why}"),
            EventKind::ClientRefused(error) => {
                write!(f, "the client was refused, nothing is refreshed now: {error}")
            }
            EventKind::Removed => f.write_str("removed"),
        }
    }
}

/// Tells the log, and whoever listens.
pub(super) fn tell(listener: Option<&Listener>, event: &Event<'_>) {
    let error = event.kind.error();
    let error_kind = error.map(|error| error.kind().as_str());
    let status = error.and_then(Error::status).map(|status| status.as_u16());
    let oauth_code = error.and_then(Error::oauth_code).map(tracing::field::display);
    let cause = error.and_then(Error::source).map(tracing::field::display);
    let why = if let EventKind::NeedsReconnect(why) = event.kind { Some(why.as_str()) } else { None };
    macro_rules! log {
        ($level:ident) => {
            tracing::$level!(
                target: TARGET,
                provider = event.provider,
                account = event.account,
                event = event.kind.as_str(),
                generation = event.generation,
                error_kind,
                status,
                oauth_code,
                cause,
                why,
                "{event}"
            )
        };
    }
    match &event.kind {
        EventKind::Connected | EventKind::Refreshed | EventKind::Removed => log!(info),
        EventKind::RefreshFailed(_) | EventKind::NeedsReconnect(_) => log!(warn),
        EventKind::SaveFailed(_) | EventKind::ClientRefused(_) => log!(error),
    }
    if let Some(listener) = listener {
        // It is called in the middle of a refresh: a panic there would lose the token that was just received.
        if catch_unwind(AssertUnwindSafe(|| listener(event))).is_err() {
            tracing::error!(target: TARGET, provider = event.provider, "the listener for events panicked");
        }
    }
}
