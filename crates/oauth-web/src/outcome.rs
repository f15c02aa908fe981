//! What came of an attempt.

use axum::http::StatusCode;
use oauth_core::{CallbackFault, Error, ErrorKind, Scopes};
use serde::{Deserialize, Serialize};

/// What came of an attempt, as far as the person has to do something else about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It is connected, but for these scopes.
    Connected(Scopes),
    /// The person said no.
    Denied,
    /// It took too long.
    Expired,
    /// It was finished before.
    Replayed,
    /// This browser has not begun it, or has forgotten it.
    NotBegun,
    /// The callback is not an answer to what was begun.
    NotAccepted,
    /// The provider refused.
    Refused,
    /// The provider did not answer, or not as it should.
    Unavailable,
    /// The store failed.
    NotSaved,
    /// The application is set up wrongly.
    Misconfigured,
}

/// What is remembered of an attempt that is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Ended {
    Connected(Scopes),
    Denied,
    Failed,
}

impl Outcome {
    pub(crate) fn of(error: &Error) -> Self {
        match error.kind() {
            ErrorKind::Denied => Self::Denied,
            ErrorKind::Callback(CallbackFault::TooOld) => Self::Expired,
            ErrorKind::Callback(CallbackFault::Replayed) => Self::Replayed,
            ErrorKind::Callback(_) => Self::NotAccepted,
            ErrorKind::AuthorizationRefused | ErrorKind::GrantRefused | ErrorKind::RequestRefused => {
                Self::Refused
            }
            ErrorKind::Unavailable
            | ErrorKind::NotSent
            | ErrorKind::Unanswered
            | ErrorKind::RateLimited
            | ErrorKind::Redirected
            | ErrorKind::InvalidResponse => Self::Unavailable,
            ErrorKind::Store | ErrorKind::Closed | ErrorKind::Busy => Self::NotSaved,
            _ => Self::Misconfigured,
        }
    }

    /// Whether the attempt is over by it, so that the same callback will not do any more.
    pub(crate) fn ended(&self) -> Option<Ended> {
        match self {
            Self::Connected(missing) => Some(Ended::Connected(missing.clone())),
            Self::Denied => Some(Ended::Denied),
            Self::Refused | Self::Unavailable | Self::Misconfigured => Some(Ended::Failed),
            // What is said of these holds the next time as well; an unsaved one may yet be taken.
            Self::Expired | Self::Replayed | Self::NotBegun | Self::NotAccepted | Self::NotSaved => None,
        }
    }

    pub(crate) fn status(&self) -> StatusCode {
        match self {
            // A person's choice is no error.
            Self::Connected(_) | Self::Denied => StatusCode::OK,
            Self::Expired | Self::NotBegun | Self::NotAccepted => StatusCode::BAD_REQUEST,
            Self::Replayed => StatusCode::CONFLICT,
            Self::Refused | Self::Unavailable => StatusCode::BAD_GATEWAY,
            Self::NotSaved => StatusCode::SERVICE_UNAVAILABLE,
            Self::Misconfigured => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The word for it in the message to a pop-up's opener.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::Connected(_) => "connected",
            Self::Denied => "denied",
            Self::Expired => "expired",
            _ => "failed",
        }
    }
}

impl From<Ended> for Outcome {
    fn from(ended: Ended) -> Self {
        match ended {
            Ended::Connected(missing) => Self::Connected(missing),
            Ended::Denied => Self::Denied,
            Ended::Failed => Self::Replayed,
        }
    }
}
