//! `Error`: the error type of all crates.

pub(crate) mod error_document;
pub(crate) mod oauth_code;
pub(crate) mod reconnect_reason;
pub(crate) mod unrecognized_response;

use std::borrow::Cow;
use std::convert::Infallible;
use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;

use self::oauth_code::OAuthCode;
use self::reconnect_reason::ReconnectReason;
use self::unrecognized_response::UnrecognizedResponse;

type Source = Box<dyn StdError + Send + Sync + 'static>;

/// An error: the failure, the provider and host, whether a retry may help, and the remedy.
///
/// `Display` shows all of it in one line. `Display`, `Debug` and every error in the `source()` chain hold no
/// token, code or client secret, and no URL whose path or query might hold one.
///
/// ```
/// use oauth_core::{ErrorKind, RedirectUri};
///
/// let error = RedirectUri::new("not a url").unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::InvalidInput);
/// assert!(!error.is_transient());
/// ```
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    what: Cow<'static, str>,
    provider: Option<&'static str>,
    host: Option<String>,
    status: Option<StatusCode>,
    code: Option<OAuthCode>,
    message: Option<String>,
    unrecognized: Option<UnrecognizedResponse>,
    retry_after: Option<Duration>,
    advice: Option<Cow<'static, str>>,
    needs_reconnect: bool,
    transient: bool,
    // Shared, because every caller that waited for one refresh gets its error.
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

/// The kinds of failure, by what a caller does about them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// An argument cannot be used (a URL, a scope, a header value, a setting).
    InvalidInput,
    /// The transport or the runtime is not set up: no crypto provider, an empty certificate store, a bad
    /// certificate, no tokio runtime.
    Setup,
    /// The user denied access at the provider's consent page (`access_denied`). Not a fault.
    Denied,
    /// The provider redirected the user back with an error other than a denial; see [`Error::oauth_code`].
    AuthorizationRefused,
    /// The callback is not acceptable. This call sent nothing. After `Replayed`, the first callback may have
    /// used the code.
    Callback(CallbackFault),
    /// The code, refresh token or password was refused. The user must connect again.
    GrantRefused,
    /// The provider refused the refresh token, and it is not known yet whether that is about this customer:
    /// see `ConnectionsBuilder::refusal_window`.
    RefusalUnconfirmed,
    /// The provider blames the client: its id, secret, grant or redirect URI. It is not about one customer.
    ClientRefused,
    /// The token endpoint refused the request for another reason; see [`Error::oauth_code`].
    RequestRefused,
    /// An API call was refused because of the token: it is unknown, revoked or expired at the provider.
    TokenRefused,
    /// An API call was refused with 401, and nothing in the response says that the token is the reason: a
    /// gateway may have sent it.
    Unauthorized,
    /// The token has expired by the local clock and was not sent.
    Expired,
    /// The token belongs to another provider, site or client, and was not sent.
    ForeignToken,
    /// The request would send the token to a host that is not the provider's. Nothing was sent.
    ForeignHost,
    /// The token was not granted a scope that the request needs. Nothing was sent.
    MissingScope,
    /// The API accepts the token and refuses the request: 403, or the token lacks a scope. A refresh does not
    /// help.
    Forbidden,
    /// The resource was changed since its entity tag was read (412). Nothing was changed by this call.
    PreconditionFailed,
    /// The API refused the request for another reason (any other 4xx).
    ApiRefused,
    /// Too many requests (429); see [`Error::retry_after`].
    RateLimited,
    /// The server failed (5xx, `server_error`, `temporarily_unavailable`), or works on the answer (202 to a
    /// `GET`).
    Unavailable,
    /// The request was not sent: name resolution, connection or TLS failed. The server has not seen it.
    NotSent,
    /// The request was sent and no complete response arrived. The server may have acted on it.
    Unanswered,
    /// The server responded with a redirect, which is never followed.
    Redirected,
    /// The response cannot be read.
    InvalidResponse,
    /// The target of a download failed, such as a full disk, or the server sent a part of the file without
    /// being asked.
    DownloadFailed,
    /// A request is not a webhook of the provider, or repeats an earlier one. Discard it.
    WebhookRefused,
    /// No connection is stored for this account, or it was removed.
    NotConnected,
    /// The customer has to connect again, for this reason. Nothing was sent.
    NeedsReconnect(ReconnectReason),
    /// Another process is refreshing this connection and has not finished in time.
    Busy,
    /// The store failed; see [`StoreError::kind`](crate::store::StoreError::kind) of the source.
    Store,
    /// The connections were drained and accept no new work.
    Closed,
}

/// The reason why a callback was rejected. Nothing is sent to the provider in any of these cases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CallbackFault {
    /// It cannot be parsed as a URL or query string.
    Unreadable,
    /// A parameter that may occur once occurs twice (RFC 6749 section 3.1).
    DuplicateParameter,
    /// It has no `state`.
    MissingState,
    /// Its `state` belongs to another attempt.
    WrongState,
    /// This attempt was finished before.
    Replayed,
    /// It has neither a code nor an error.
    MissingCode,
    /// It has both a code and an error.
    CodeAndError,
    /// The attempt was started for another provider.
    OtherProvider,
    /// The attempt was started at another site of the provider.
    OtherSite,
    /// The attempt was started for another client id or redirect URI.
    OtherClient,
    /// The attempt was started too long ago.
    TooOld,
    /// Its `iss` is missing or names another authorization server (RFC 9207).
    WrongIssuer,
}

impl fmt::Display for CallbackFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unreadable => "it is not a readable URL or query string",
            Self::DuplicateParameter => "a parameter occurs twice",
            Self::MissingState => "it has no state",
            Self::WrongState => "its state belongs to another attempt",
            Self::Replayed => "this attempt was already finished",
            Self::MissingCode => "it has neither a code nor an error",
            Self::CodeAndError => "it has both a code and an error",
            Self::OtherProvider => "the attempt was started for another provider",
            Self::OtherSite => "the attempt was started at another site",
            Self::OtherClient => "the attempt was started for another client or redirect URI",
            Self::TooOld => "the attempt was started too long ago",
            Self::WrongIssuer => "its `iss` is missing or names another authorization server",
        })
    }
}

impl ErrorKind {
    /// Returns a stable identifier for logs and programs.
    ///
    /// ```
    /// use oauth_core::{ErrorKind, store::ReconnectReason};
    ///
    /// assert_eq!(ErrorKind::RateLimited.as_str(), "rate_limited");
    /// assert_eq!(ErrorKind::NeedsReconnect(ReconnectReason::Revoked).as_str(), "needs_reconnect");
    /// ```
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidInput => "invalid_input",
            Self::Setup => "setup",
            Self::Denied => "denied",
            Self::AuthorizationRefused => "authorization_refused",
            Self::Callback(_) => "callback",
            Self::GrantRefused => "grant_refused",
            Self::RefusalUnconfirmed => "refusal_unconfirmed",
            Self::ClientRefused => "client_refused",
            Self::RequestRefused => "request_refused",
            Self::TokenRefused => "token_refused",
            Self::Unauthorized => "unauthorized",
            Self::Expired => "expired",
            Self::ForeignToken => "foreign_token",
            Self::ForeignHost => "foreign_host",
            Self::MissingScope => "missing_scope",
            Self::Forbidden => "forbidden",
            Self::PreconditionFailed => "precondition_failed",
            Self::ApiRefused => "api_refused",
            Self::RateLimited => "rate_limited",
            Self::Unavailable => "unavailable",
            Self::NotSent => "not_sent",
            Self::Unanswered => "unanswered",
            Self::Redirected => "redirected",
            Self::InvalidResponse => "invalid_response",
            Self::DownloadFailed => "download_failed",
            Self::WebhookRefused => "webhook_refused",
            Self::NotConnected => "not_connected",
            Self::NeedsReconnect(_) => "needs_reconnect",
            Self::Busy => "busy",
            Self::Store => "store",
            Self::Closed => "closed",
        }
    }

    /// The default remedy.
    const fn help(self) -> &'static str {
        match self {
            Self::InvalidInput => "correct the value",
            Self::Setup => "correct the TLS configuration",
            Self::Denied => "nothing is wrong: offer to connect again",
            Self::AuthorizationRefused => {
                "check the client's registration at the provider, then connect again"
            }
            Self::Callback(_) => "nothing was sent: start the connection again",
            Self::GrantRefused => "the customer must connect again",
            Self::RefusalUnconfirmed => {
                "try again later; the customer has to connect again only if the provider keeps refusing"
            }
            Self::ClientRefused => "check client id, client secret and redirect URI; no customer is at fault",
            Self::RequestRefused => "check the parameters of the request",
            Self::TokenRefused => "refresh the token, or have the customer connect again",
            Self::Unauthorized => "try again later; the response does not say that the token is refused",
            Self::Expired => "refresh the token first",
            Self::ForeignToken => "use the client that the token was issued to",
            Self::ForeignHost => "nothing was sent: check the URL, or allow the host by name",
            Self::MissingScope => "connect again and request the scope",
            Self::Forbidden => "the account lacks the right; refreshing does not help",
            Self::PreconditionFailed => "read the resource again, and repeat the change on it",
            Self::ApiRefused => "correct the request",
            Self::RateLimited => "wait, then try again",
            Self::Unavailable | Self::NotSent => "try again later",
            Self::Unanswered => "it is unknown whether the server acted; retry only if that is safe",
            Self::Redirected => "check the base URL; redirects are never followed",
            Self::InvalidResponse => {
                "the response was not understood; report it with the status and the provider"
            }
            Self::DownloadFailed => "check the target, then download again from the start",
            Self::WebhookRefused => {
                "check the webhook's secret key and the clock; if they are right, ignore the request"
            }
            Self::NotConnected => "have the customer connect first",
            Self::NeedsReconnect(_) => "the customer must connect again",
            Self::Busy => "try again later",
            Self::Store => "check the store",
            Self::Closed => "the application is shutting down; nothing is wrong",
        }
    }
}

impl Error {
    /// Creates an error, for authors of provider crates, endpoints and transports. `what` describes the
    /// failure and must not hold a secret.
    pub fn new(kind: ErrorKind, what: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Inner {
            kind,
            what: what.into(),
            provider: None,
            host: None,
            status: None,
            code: None,
            message: None,
            unrecognized: None,
            retry_after: None,
            advice: None,
            needs_reconnect: matches!(
                kind,
                ErrorKind::GrantRefused | ErrorKind::NeedsReconnect(_) | ErrorKind::NotConnected
            ),
            transient: matches!(
                kind,
                ErrorKind::RateLimited
                    | ErrorKind::Unavailable
                    | ErrorKind::NotSent
                    | ErrorKind::Unanswered
                    | ErrorKind::Busy
                    | ErrorKind::Unauthorized
                    | ErrorKind::RefusalUnconfirmed
            ),
            source: None,
        }))
    }

    /// Shorthand for [`ErrorKind::InvalidInput`].
    pub fn invalid_input(what: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::InvalidInput, what)
    }

    /// Replaces the remedy.
    #[must_use]
    pub fn with_help(mut self, advice: impl Into<Cow<'static, str>>) -> Self {
        self.0.advice = Some(advice.into());
        self
    }

    /// Marks that only a new connection helps. `help` is the dialect's
    /// [`reconnect_help`](crate::Dialect::reconnect_help).
    pub(crate) fn needing_reconnect(mut self, help: &'static str) -> Self {
        self.0.needs_reconnect = true;
        self.with_help(help)
    }

    /// Adds the cause, which must not show a secret.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Source>) -> Self {
        self.0.source = Some(Arc::from(source.into()));
        self
    }

    /// Adds the provider's name.
    #[must_use]
    pub fn with_provider(mut self, provider: &'static str) -> Self {
        self.0.provider.get_or_insert(provider);
        self
    }

    /// Adds the host (never a path or query).
    #[must_use]
    pub fn with_host(mut self, host: impl Into<String>) -> Self {
        self.0.host.get_or_insert(host.into());
        self
    }

    /// Prefixes the failed action.
    pub(crate) fn during(mut self, what: &str) -> Self {
        self.0.what = format!("{what}: {}", self.0.what).into();
        self
    }

    pub(crate) fn with_transient(mut self, transient: bool) -> Self {
        self.0.transient = transient;
        self
    }

    /// The same response, understood as another kind of error.
    pub(crate) fn with_kind(self, kind: ErrorKind, what: &'static str) -> Self {
        let Inner { provider, host, status, code, message, unrecognized, retry_after, .. } = *self.0;
        let Self(new) = Self::new(kind, what);
        Self(Box::new(Inner { provider, host, status, code, message, unrecognized, retry_after, ..*new }))
    }

    pub(crate) fn with_status(mut self, status: StatusCode) -> Self {
        self.0.status = Some(status);
        self
    }

    pub(crate) fn with_code(mut self, code: OAuthCode) -> Self {
        self.0.code = Some(code);
        self
    }

    pub(crate) fn with_message(mut self, message: Option<String>) -> Self {
        self.0.message = message;
        self
    }

    pub(crate) fn with_unrecognized(mut self, response: Option<UnrecognizedResponse>) -> Self {
        self.0.unrecognized = response;
        self
    }

    pub(crate) fn with_retry_after(mut self, after: Option<Duration>) -> Self {
        self.0.retry_after = after;
        self
    }

    /// The kind of failure.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The provider's name, where one is involved.
    pub fn provider(&self) -> Option<&'static str> {
        self.0.provider
    }

    /// The host that was, or would have been, called.
    pub fn host(&self) -> Option<&str> {
        self.0.host.as_deref()
    }

    /// The HTTP status of the response, if there was one.
    pub fn status(&self) -> Option<StatusCode> {
        self.0.status
    }

    /// The OAuth error code of the response (RFC 6749 sections 4.1.2.1 and 5.2), if there was one.
    pub fn oauth_code(&self) -> Option<&OAuthCode> {
        self.0.code.as_ref()
    }

    /// The provider's own message, shortened, with every secret of the request redacted.
    pub fn message(&self) -> Option<&str> {
        self.0.message.as_deref()
    }

    /// The response, without any value, if nothing that the provider declares explains it. Worth a report.
    pub fn unrecognized_response(&self) -> Option<&UnrecognizedResponse> {
        self.0.unrecognized.as_ref()
    }

    /// The remedy: the last part of `Display`, after `; `.
    pub fn help(&self) -> &str {
        self.0.advice.as_deref().unwrap_or_else(|| self.0.kind.help())
    }

    /// The wait that the server asked for (`Retry-After`, RFC 9110 section 10.2.3).
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Returns true if the same call may succeed later without any change.
    ///
    /// This includes [`ErrorKind::Unanswered`], although only idempotent calls are safe to retry then.
    pub fn is_transient(&self) -> bool {
        self.0.transient
    }

    /// The same error for another caller.
    pub(crate) fn copied(&self) -> Self {
        Self(self.0.clone())
    }

    /// Returns true if the customer has to connect again: the grant was refused, the token was refused by a
    /// provider without refresh tokens, or there is no such connection.
    pub fn needs_reconnect(&self) -> bool {
        self.0.needs_reconnect
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        if let Some(provider) = inner.provider {
            write!(f, "{provider}: ")?;
        }
        f.write_str(&inner.what)?;
        if let ErrorKind::Callback(fault) = inner.kind {
            write!(f, ": {fault}")?;
        }
        if let Some(host) = &inner.host {
            write!(f, " (at {host})")?;
        }
        if let Some(status) = inner.status {
            write!(f, ": status {}", status.as_u16())?;
        }
        if let Some(code) = &inner.code {
            write!(f, ": {code}")?;
        }
        if let Some(message) = &inner.message {
            write!(f, ": \"{message}\"")?;
        }
        if let Some(after) = inner.retry_after {
            write!(f, "; retry after {} s", after.as_secs())?;
        }
        write!(f, "; {}", self.help())
    }
}

/// Like `Display`, with the causes: what a `main` that returns the error prints. `{:#?}` shows the parts.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if f.alternate() {
            let mut debug = f.debug_struct("Error");
            debug.field("kind", &self.0.kind).field("says", &format_args!("{self}"));
            if let Some(source) = &self.0.source {
                debug.field("source", &format_args!("{source}"));
            }
            return debug.finish();
        }
        write!(f, "{self}")?;
        let mut source = self.source();
        while let Some(cause) = source {
            write!(f, "\n  caused by: {cause}")?;
            source = cause.source();
        }
        Ok(())
    }
}

impl From<Infallible> for Error {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}
