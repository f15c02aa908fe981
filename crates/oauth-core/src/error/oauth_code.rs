//! OAuth error codes in every provider's spelling.

use std::fmt;

/// An OAuth error code: RFC 6749 sections 4.1.2.1 and 5.2, RFC 6750 section 3.1, and servers' spellings.
///
/// Hyphens and underscores are equivalent: early drafts of OAuth 2.0 have `invalid-grant`.
///
/// ```
/// use oauth_core::OAuthCode;
///
/// assert_eq!(OAuthCode::parse("invalid-grant"), OAuthCode::InvalidGrant);
/// assert_eq!(OAuthCode::parse("invalid_grant"), OAuthCode::InvalidGrant);
/// assert_eq!(OAuthCode::parse("slow_down"), OAuthCode::Other("slow_down".into()));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OAuthCode {
    /// `invalid_request`
    InvalidRequest,
    /// `invalid_client`; also `invalid-client-credentials` and `invalid-client-id`
    InvalidClient,
    /// `invalid_grant`
    InvalidGrant,
    /// `unauthorized_client`
    UnauthorizedClient,
    /// `unsupported_grant_type`
    UnsupportedGrantType,
    /// `unsupported_response_type`
    UnsupportedResponseType,
    /// `invalid_scope`
    InvalidScope,
    /// `access_denied`
    AccessDenied,
    /// `server_error`
    ServerError,
    /// `temporarily_unavailable`
    TemporarilyUnavailable,
    /// `redirect_uri_mismatch`
    RedirectUriMismatch,
    /// `invalid_token` (RFC 6750)
    InvalidToken,
    /// `insufficient_scope` (RFC 6750)
    InsufficientScope,
    /// Any other code as the server sent it, shortened and without control characters.
    Other(String),
}

impl OAuthCode {
    /// Parses a code in either spelling.
    pub fn parse(code: &str) -> Self {
        match code.trim().to_ascii_lowercase().replace('-', "_").as_str() {
            "invalid_request" => Self::InvalidRequest,
            "invalid_client" | "invalid_client_credentials" | "invalid_client_id" => Self::InvalidClient,
            "invalid_grant" => Self::InvalidGrant,
            "unauthorized_client" => Self::UnauthorizedClient,
            "unsupported_grant_type" => Self::UnsupportedGrantType,
            "unsupported_response_type" => Self::UnsupportedResponseType,
            "invalid_scope" => Self::InvalidScope,
            "access_denied" => Self::AccessDenied,
            "server_error" => Self::ServerError,
            "temporarily_unavailable" => Self::TemporarilyUnavailable,
            "redirect_uri_mismatch" => Self::RedirectUriMismatch,
            "invalid_token" => Self::InvalidToken,
            "insufficient_scope" => Self::InsufficientScope,
            _ => Self::Other(crate::util::redact::sanitize(code, 64)),
        }
    }

    /// Parses a code of a response. It is classified first: a secret that occurs in the code's text must not
    /// hide what the code says. A known code is a fixed word and shows nothing; any other is redacted.
    pub(crate) fn redacted(code: &str, secrets: &[&str]) -> Self {
        match Self::parse(code) {
            Self::Other(_) => Self::Other(crate::util::redact::redact(code, secrets, 64)),
            known => known,
        }
    }

    /// The code in the RFC's spelling.
    pub fn as_str(&self) -> &str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::UnsupportedResponseType => "unsupported_response_type",
            Self::InvalidScope => "invalid_scope",
            Self::AccessDenied => "access_denied",
            Self::ServerError => "server_error",
            Self::TemporarilyUnavailable => "temporarily_unavailable",
            Self::RedirectUriMismatch => "redirect_uri_mismatch",
            Self::InvalidToken => "invalid_token",
            Self::InsufficientScope => "insufficient_scope",
            Self::Other(code) => code,
        }
    }

    /// Returns true if the code blames the client rather than one customer's grant.
    pub(crate) fn blames_client(&self) -> bool {
        matches!(
            self,
            Self::InvalidClient
                | Self::UnauthorizedClient
                | Self::UnsupportedGrantType
                | Self::UnsupportedResponseType
                | Self::RedirectUriMismatch
        )
    }
}

impl fmt::Display for OAuthCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
