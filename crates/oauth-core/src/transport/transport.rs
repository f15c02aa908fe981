//! The contract of a transport, and its types.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;

use crate::error::{Error, ErrorKind};
use crate::util::redact::sanitize;

/// Sends one request and returns one answer.
///
/// Contract for implementors:
/// - Follow no redirect: return a 3xx as it is.
/// - Give up when `call.deadline` has passed, and stop reading when the body exceeds `call.body_cap`.
/// - Say [`TransportError::NotSent`] only if the server cannot have seen the request; [`TransportError::Unanswered`]
///   for everything later. Refresh tokens that are single use depend on it.
/// - Put no path or query of the URL, no header and no body into an error's text or source: they may hold secrets.
/// - Try nothing twice. Log neither the URL's path or query, nor headers, nor bodies.
///
/// A closure-like test transport is a few lines:
///
/// ```
/// use oauth_core::{Call, Transport, TransportError, http};
///
/// #[derive(Debug)]
/// struct Canned(&'static str);
///
/// #[oauth_core::async_trait]
/// impl Transport for Canned {
///     async fn call(&self, _call: Call) -> Result<http::Response<Vec<u8>>, TransportError> {
///         Ok(http::Response::new(self.0.as_bytes().to_vec()))
///     }
/// }
/// ```
#[async_trait]
pub trait Transport: fmt::Debug + Send + Sync + 'static {
    /// Sends `call.request`.
    async fn call(&self, call: Call) -> Result<http::Response<Vec<u8>>, TransportError>;
}

/// One request with its limits.
#[non_exhaustive]
pub struct Call {
    /// The complete request, absolute URL included.
    pub request: http::Request<Vec<u8>>,
    /// How long connecting, sending and reading may take together.
    pub deadline: Duration,
    /// How many bytes the answer's body may have.
    pub body_cap: usize,
}

impl Call {
    /// A call with these limits.
    pub fn new(request: http::Request<Vec<u8>>, deadline: Duration, body_cap: usize) -> Self {
        Self { request, deadline, body_cap }
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("method", self.request.method())
            .field("host", &self.request.uri().host())
            .field("deadline", &self.deadline)
            .field("body_cap", &self.body_cap)
            .finish_non_exhaustive()
    }
}

/// Why there is no answer.
#[derive(Debug)]
#[non_exhaustive]
pub enum TransportError {
    /// Name resolution, connecting or TLS failed: the server cannot have seen the request.
    NotSent(Box<dyn std::error::Error + Send + Sync>),
    /// The request may have arrived, but no complete answer came back.
    Unanswered(Box<dyn std::error::Error + Send + Sync>),
    /// The answer's body has more bytes than were allowed. Asking again brings the same.
    BodyTooLarge {
        /// The limit, in bytes.
        limit: usize,
    },
    /// It cannot be sent at all until the transport is set up differently. The server has not seen the request.
    Setup(Error),
}

impl From<TransportError> for Error {
    fn from(error: TransportError) -> Self {
        match error {
            TransportError::NotSent(source) => {
                Self::new(ErrorKind::NotSent, format!("no connection: {}", reason(&*source)))
                    .with_source(source)
            }
            TransportError::Unanswered(source) => {
                Self::new(ErrorKind::Unanswered, format!("no complete answer: {}", reason(&*source)))
                    .with_source(source)
            }
            TransportError::BodyTooLarge { limit } => Self::new(
                ErrorKind::InvalidResponse,
                format!("the answer has more than the {limit} bytes allowed"),
            )
            .with_help("raise the limit if such an answer is to be expected"),
            TransportError::Setup(error) => error,
        }
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotSent(source) => write!(f, "the request was not sent: {source}"),
            Self::Unanswered(source) => write!(f, "no complete answer came: {source}"),
            Self::BodyTooLarge { limit } => write!(f, "the answer has more than the {limit} bytes allowed"),
            Self::Setup(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for TransportError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::NotSent(source) | Self::Unanswered(source) => Some(&**source),
            Self::BodyTooLarge { .. } => None,
            Self::Setup(error) => Some(error),
        }
    }
}

/// In bounds, as the other side has a part in it: rustls lists all the names that a wrong certificate has.
fn reason(error: &(dyn std::error::Error + Send + Sync + 'static)) -> String {
    sanitize(&innermost(error).to_string(), 300)
}

/// The root cause says most ("connection refused", "unknown issuer"); what wraps it mostly repeats "error".
fn innermost<'a>(
    error: &'a (dyn std::error::Error + Send + Sync + 'static),
) -> &'a (dyn std::error::Error + 'static) {
    let mut inner: &'a (dyn std::error::Error + 'static) = error;
    while let Some(next) = inner.source() {
        inner = next;
    }
    inner
}

/// How long connecting may take, TLS included: well below any deadline, so that a server that cannot be reached shows
/// as "not sent" rather than as "unanswered".
#[cfg(feature = "reqwest")]
pub(super) fn connect_timeout(limits: &Limits) -> Duration {
    Duration::from_secs(10).min(limits.token_deadline.min(limits.api_deadline) / 2)
}

/// How long an idle connection is kept. Shorter than servers keep theirs, because a request that meets a connection the
/// server is just closing has an unknown outcome.
#[cfg(feature = "reqwest")]
pub(super) const POOL_IDLE: Duration = Duration::from_secs(15);

/// Deadlines and size limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Deadline of a token call. 30 s.
    pub token_deadline: Duration,
    /// Deadline of an API call. 60 s.
    pub api_deadline: Duration,
    /// Largest body of a token reply, in bytes. 1 MiB.
    pub token_body: usize,
    /// Largest body of an API reply, in bytes. 16 MiB.
    pub api_body: usize,
    /// How old an attempt may be when its callback comes. 15 min.
    pub attempt_age: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            token_deadline: Duration::from_secs(30),
            api_deadline: Duration::from_secs(60),
            token_body: 1 << 20,
            api_body: 16 << 20,
            attempt_age: Duration::from_secs(15 * 60),
        }
    }
}
