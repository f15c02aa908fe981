//! The outcome of an attempt.

use axum::http::StatusCode;
use oauth_core::{CallbackFault, Error, ErrorKind, Scopes};
use serde::{Deserialize, Serialize};

/// The outcome of an attempt, by the user's next step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Outcome {
    /// Connected, without these scopes.
    Connected(Scopes),
    /// The user denied access.
    Denied,
    /// The attempt took too long.
    Expired,
    /// The attempt was already finished.
    Replayed,
    /// This browser has no such attempt.
    NotBegun,
    /// The visitor may no longer connect the attempt's account: the sign-in changed.
    OtherAccount,
    /// The authorizer refused, for this reason.
    NotAllowed(String),
    /// The callback does not match the attempt.
    NotAccepted,
    /// The provider refused.
    Refused,
    /// The provider was unreachable or its response invalid.
    Unavailable,
    /// The store failed.
    NotSaved,
    /// The application's configuration is wrong.
    Misconfigured,
}

impl Outcome {
    pub(crate) fn new(error: &Error) -> Self {
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

    /// Returns `true` if the attempt is over and its callback is useless from now on.
    pub(crate) fn is_final(&self) -> bool {
        match self {
            Self::Connected(_) | Self::Denied | Self::Refused | Self::Unavailable | Self::Misconfigured => {
                true
            }
            // The same check fails again next time; an unsaved attempt may still succeed.
            Self::Expired
            | Self::Replayed
            | Self::NotBegun
            | Self::OtherAccount
            | Self::NotAllowed(_)
            | Self::NotAccepted
            | Self::NotSaved => false,
        }
    }

    pub(crate) fn status(&self) -> StatusCode {
        match self {
            // A denial is the user's choice, not an error.
            Self::Connected(_) | Self::Denied => StatusCode::OK,
            Self::Expired | Self::NotBegun | Self::NotAccepted => StatusCode::BAD_REQUEST,
            Self::NotAllowed(_) => StatusCode::FORBIDDEN,
            Self::Replayed | Self::OtherAccount => StatusCode::CONFLICT,
            Self::Refused | Self::Unavailable => StatusCode::BAD_GATEWAY,
            Self::NotSaved => StatusCode::SERVICE_UNAVAILABLE,
            Self::Misconfigured => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The outcome's name in the message to a pop-up's opener.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Connected(_) => "connected",
            Self::Denied => "denied",
            Self::Expired => "expired",
            _ => "failed",
        }
    }
}
