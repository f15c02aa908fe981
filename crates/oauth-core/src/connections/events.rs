//! Events of connections, for the application's listener and the log.

use std::error::Error as _;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::error::Error;
use crate::error::reconnect_reason::ReconnectReason;
use crate::error::unrecognized_response::UnrecognizedResponse;

pub(super) type Listener = Box<dyn Fn(&Event<'_>) + Send + Sync>;

/// Target of all log lines about connections.
pub(super) const TARGET: &str = "oauth_core::connections";

/// Event of a connection. Contains no secrets.
///
/// Passed to the listener of [`on_event`](super::ConnectionsBuilder::on_event), and logged by `tracing` under
/// the target `oauth_core::connections`, with the fields `provider`, `account`, `event` and, if known,
/// `generation`, `error_kind`, `status`, `oauth_code`, `cause` and `why`. The log message is the event's
/// [`Display`](fmt::Display) text.
///
/// ```
/// use oauth_core::connections::{Event, EventKind};
///
/// /// Message for support if a customer has to connect again.
/// fn support_message(event: &Event<'_>) -> Option<String> {
///     match event.kind {
///         EventKind::NeedsReconnect(reason) => Some(format!("{} has to connect again: {reason}",
///         event.account)),
///         _ => None,
///     }
/// }
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct Event<'a> {
    /// Name of the provider.
    pub provider: &'static str,
    /// Name of the account.
    pub account: &'a str,
    /// Generation of the token, if known. The account's tokens are counted from 1.
    pub generation: Option<u64>,
    /// Kind of the event.
    pub kind: EventKind<'a>,
}

/// Kind of an event.
#[derive(Debug)]
#[non_exhaustive]
pub enum EventKind<'a> {
    /// The account was connected, for the first time or again.
    Connected,
    /// The token was refreshed and the new one is saved.
    Refreshed,
    /// The token was not refreshed. A valid token stays in use.
    RefreshFailed(&'a Error),
    /// The token was refreshed but is not saved yet. It is used from memory while saving is retried. A
    /// process that ends now loses it. Reported for the first, second, fourth, … attempt.
    SaveFailed(&'a Error),
    /// The customer has to connect again.
    NeedsReconnect(ReconnectReason),
    /// The provider refused the client. Nothing is refreshed until the client is corrected. See
    /// [`Connections::reconfigure`](super::Connections::reconfigure).
    ClientRefused(&'a Error),
    /// The provider or the way to it is in trouble. All refreshes wait, and are tried again by themselves.
    ProviderUnavailable(&'a Error),
    /// The provider refuses the refresh tokens of several customers at once, which is probably its own
    /// trouble. No customer has to connect again because of it; all refreshes wait. See
    /// [`refusal_window`](super::ConnectionsBuilder::refusal_window).
    RefusalIncident(&'a Error),
    /// The provider accepts refresh tokens again.
    ProviderRecovered,
    /// The store lost newer records, for example because it went back to a backup. The newer token of this
    /// process was written back, or, with an error, could not be.
    StoreWentBack(Option<&'a Error>),
    /// Stored tokens were received when a clock was far ahead. They are refreshed now: their recorded times
    /// are wrong.
    ClockWasAhead,
    /// A refresh ended before its outcome was known, because its runtime was shut down or it panicked. The
    /// next refresh decides if the customer has to connect again. See
    /// [`Connections::drain`](super::Connections::drain).
    RefreshInterrupted,
    /// The provider sent a response that nothing it declares explains. The call failed, and the connection is
    /// unchanged. Worth a report: the error responses of some providers are not documented.
    UnrecognizedResponse(&'a UnrecognizedResponse),
    /// The connection was removed, here or elsewhere.
    Removed,
}

impl EventKind<'_> {
    /// Returns a stable name for logs and programs.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Connected => "connected",
            Self::Refreshed => "refreshed",
            Self::RefreshFailed(_) => "refresh_failed",
            Self::SaveFailed(_) => "save_failed",
            Self::NeedsReconnect(_) => "needs_reconnect",
            Self::ClientRefused(_) => "client_refused",
            Self::ProviderUnavailable(_) => "provider_unavailable",
            Self::RefusalIncident(_) => "refusal_incident",
            Self::ProviderRecovered => "provider_recovered",
            Self::StoreWentBack(_) => "store_went_back",
            Self::ClockWasAhead => "clock_was_ahead",
            Self::RefreshInterrupted => "refresh_interrupted",
            Self::UnrecognizedResponse(_) => "unrecognized_response",
            Self::Removed => "removed",
        }
    }

    /// Returns the error of the event, if it has one.
    pub const fn error(&self) -> Option<&Error> {
        match self {
            Self::RefreshFailed(error)
            | Self::SaveFailed(error)
            | Self::ClientRefused(error)
            | Self::ProviderUnavailable(error)
            | Self::RefusalIncident(error) => Some(error),
            Self::StoreWentBack(error) => *error,
            Self::Connected
            | Self::Refreshed
            | Self::NeedsReconnect(_)
            | Self::ProviderRecovered
            | Self::ClockWasAhead
            | Self::RefreshInterrupted
            | Self::UnrecognizedResponse(_)
            | Self::Removed => None,
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
            EventKind::NeedsReconnect(reason) => write!(f, "needs reconnecting: {reason}"),
            EventKind::ClientRefused(error) => {
                write!(f, "the client was refused, nothing is refreshed now: {error}")
            }
            EventKind::ProviderUnavailable(error) => {
                write!(f, "the provider is in trouble, refreshes wait: {error}")
            }
            EventKind::RefusalIncident(error) => {
                write!(f, "several customers are refused, refreshes wait: {error}")
            }
            EventKind::ProviderRecovered => f.write_str("the provider accepts refresh tokens again"),
            EventKind::StoreWentBack(None) => {
                f.write_str("the store had lost the newest token; it was written back")
            }
            EventKind::StoreWentBack(Some(error)) => write!(f, "the store lost newer records: {error}"),
            EventKind::ClockWasAhead => {
                f.write_str("tokens were received when a clock was far ahead; they are refreshed now")
            }
            EventKind::RefreshInterrupted => f.write_str(
                "a refresh was interrupted and its outcome is unknown; drain before the program ends",
            ),
            EventKind::UnrecognizedResponse(response) => write!(f, "unrecognized response: {response}"),
            EventKind::Removed => f.write_str("removed"),
        }
    }
}

/// Logs an event and calls the listener.
pub(super) fn emit(listener: Option<&Listener>, event: &Event<'_>) {
    let error = event.kind.error();
    let error_kind = error.map(|error| error.kind().as_str());
    let unrecognized = match event.kind {
        EventKind::UnrecognizedResponse(response) => Some(response.status),
        _ => None,
    };
    let status = error.and_then(Error::status).or(unrecognized).map(|status| status.as_u16());
    let oauth_code = error.and_then(Error::oauth_code).map(tracing::field::display);
    let cause = error.and_then(Error::source).map(tracing::field::display);
    let why = match event.kind {
        EventKind::NeedsReconnect(reason) => Some(reason.as_str()),
        _ => None,
    };
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
        EventKind::Connected | EventKind::Refreshed | EventKind::ProviderRecovered | EventKind::Removed => {
            log!(info);
        }
        EventKind::RefreshFailed(_)
        | EventKind::NeedsReconnect(_)
        | EventKind::ClockWasAhead
        | EventKind::ProviderUnavailable(_)
        | EventKind::RefreshInterrupted
        | EventKind::StoreWentBack(None)
        | EventKind::UnrecognizedResponse(_) => log!(warn),
        EventKind::SaveFailed(_)
        | EventKind::ClientRefused(_)
        | EventKind::RefusalIncident(_)
        | EventKind::StoreWentBack(_) => log!(error),
    }
    if let Some(listener) = listener {
        // Called in the middle of a refresh: a panic would lose the token that was just received.
        if catch_unwind(AssertUnwindSafe(|| listener(event))).is_err() {
            tracing::error!(target: TARGET, provider = event.provider, "the event listener panicked");
        }
    }
}
