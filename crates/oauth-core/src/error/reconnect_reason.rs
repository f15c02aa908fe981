//! Reasons why a connection needs a new authorization.

use std::fmt;

/// The reason why a customer has to connect again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ReconnectReason {
    /// The provider refused the refresh token, and no lost response explains it: access was revoked.
    Revoked,
    /// The refresh token lapsed because it was not used in time.
    Lapsed,
    /// The response to a refresh was lost, and the provider now refuses the refresh token, which that refresh
    /// probably spent. A process that still has the response can restore the connection.
    OutcomeUnknown,
    /// The provider refused the access token, and issues no refresh tokens.
    TokenRefused,
}

impl ReconnectReason {
    /// Returns a stable identifier for databases and programs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Revoked => "revoked",
            Self::Lapsed => "lapsed",
            Self::OutcomeUnknown => "outcome_unknown",
            Self::TokenRefused => "token_refused",
        }
    }

    /// Parses [`as_str`](Self::as_str).
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Revoked, Self::Lapsed, Self::OutcomeUnknown, Self::TokenRefused]
            .into_iter()
            .find(|reason| reason.as_str() == word)
    }
}

impl fmt::Display for ReconnectReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Revoked => "access was revoked",
            Self::Lapsed => "the refresh token lapsed unused",
            Self::OutcomeUnknown => "the outcome of a refresh is unknown",
            Self::TokenRefused => "the token was refused",
        })
    }
}
