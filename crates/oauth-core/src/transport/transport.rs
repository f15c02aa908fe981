//! The contract of a transport, and its types.

use std::time::Duration;
use std::{fmt, io};

use async_trait::async_trait;

use crate::error::{Error, ErrorKind};
use crate::util::redact::sanitize;

/// Sends one request and returns its response.
///
/// Contract for implementors:
/// - Follow no redirect: return a 3xx response as it is.
/// - Fail when `call.deadline` has passed, and stop reading when the body exceeds `call.body_cap`.
/// - Return [`TransportError::NotSent`] only if the server cannot have seen the request, and
///   [`TransportError::Unanswered`] for every later failure. Refresh token rotation depends on it.
/// - Keep the URL's path and query, headers and bodies out of errors: they may hold secrets.
/// - Retry nothing. Log no path or query of the URL, no header and no body.
///
/// A transport for tests is a few lines:
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

    /// Sends `call.request`, and writes the body of a response that `sink` accepts to it as it arrives. The
    /// response then has no body. By default the body is written when it is complete.
    async fn stream(
        &self,
        call: Call,
        sink: &mut dyn BodySink,
    ) -> Result<http::Response<Vec<u8>>, TransportError> {
        let (head, body) = self.call(call).await?.into_parts();
        if !sink.accept(&head).map_err(TransportError::Sink)? {
            return Ok(http::Response::from_parts(head, body));
        }
        sink.write(&body).map_err(TransportError::Sink)?;
        Ok(http::Response::from_parts(head, Vec::new()))
    }
}

/// Takes the body of a response as it arrives; see [`Transport::stream`].
pub trait BodySink: Send {
    /// Returns true if the sink takes the body of this response.
    ///
    /// # Errors
    /// If the sink failed, or must not take the body.
    fn accept(&mut self, head: &http::response::Parts) -> io::Result<bool>;

    /// Takes the next bytes.
    ///
    /// # Errors
    /// If the sink failed.
    fn write(&mut self, chunk: &[u8]) -> io::Result<()>;
}

/// One request with its limits.
#[non_exhaustive]
pub struct Call {
    /// The complete request, absolute URL included.
    pub request: http::Request<Vec<u8>>,
    /// The time limit for connecting, sending and reading together.
    pub deadline: Duration,
    /// The size limit of the response's body, in bytes.
    pub body_cap: usize,
}

impl Call {
    /// Creates a call with these limits.
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

/// A call without a response.
#[derive(Debug)]
#[non_exhaustive]
pub enum TransportError {
    /// Name resolution, connecting or TLS failed: the server cannot have seen the request.
    NotSent(Box<dyn std::error::Error + Send + Sync>),
    /// The request may have arrived, but no complete response was received.
    Unanswered(Box<dyn std::error::Error + Send + Sync>),
    /// The response's body exceeds the limit. A retry would have the same result.
    BodyTooLarge {
        /// The limit, in bytes.
        limit: usize,
    },
    /// The sink of the body failed.
    Sink(io::Error),
    /// The transport's configuration does not allow the call. The server has not seen the request.
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
                Self::new(ErrorKind::Unanswered, format!("no complete response: {}", reason(&*source)))
                    .with_source(source)
            }
            TransportError::BodyTooLarge { limit } => Self::new(
                ErrorKind::InvalidResponse,
                format!("the response exceeds the limit of {limit} bytes"),
            )
            .with_help("raise the limit if such a response is expected"),
            TransportError::Sink(source) => {
                Self::new(ErrorKind::DownloadFailed, format!("the download failed: {source}"))
                    .with_source(source)
            }
            TransportError::Setup(error) => error,
        }
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotSent(source) => write!(f, "the request was not sent: {source}"),
            Self::Unanswered(source) => write!(f, "no complete response was received: {source}"),
            Self::BodyTooLarge { limit } => write!(f, "the response exceeds the limit of {limit} bytes"),
            Self::Sink(source) => write!(f, "the body could not be taken: {source}"),
            Self::Setup(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for TransportError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::NotSent(source) | Self::Unanswered(source) => Some(&**source),
            Self::BodyTooLarge { .. } => None,
            Self::Sink(source) => Some(source),
            Self::Setup(error) => Some(error),
        }
    }
}

/// Bounded, because the peer has a part in it: rustls lists all names of a wrong certificate.
fn reason(error: &(dyn std::error::Error + Send + Sync + 'static)) -> String {
    sanitize(&innermost(error).to_string(), 300)
}

/// The root cause is the informative one ("connection refused", "unknown issuer").
fn innermost<'a>(
    error: &'a (dyn std::error::Error + Send + Sync + 'static),
) -> &'a (dyn std::error::Error + 'static) {
    let mut inner: &'a (dyn std::error::Error + 'static) = error;
    while let Some(next) = inner.source() {
        inner = next;
    }
    inner
}

/// Time limit for connecting, including TLS. Well below any deadline, so that an unreachable server is
/// reported as "not sent" rather than "unanswered".
#[cfg(feature = "reqwest")]
pub(super) fn connect_timeout(limits: &Limits) -> Duration {
    Duration::from_secs(10).min(limits.token_deadline.min(limits.api_deadline) / 2)
}

/// Lifetime of idle connections. Shorter than on servers: a request on a connection that the server is
/// closing has an unknown outcome.
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
    /// Largest body of a token response, in bytes. 1 MiB.
    pub token_body: usize,
    /// Largest body of an API response, in bytes. 16 MiB.
    pub api_body: usize,
    /// Largest age of an attempt to connect at its callback. 15 min.
    pub attempt_age: Duration,
}

impl Limits {
    /// The limits with each time inside the range in which it works.
    pub(crate) fn clamped(mut self) -> Self {
        let (shortest, day) = (Duration::from_millis(10), Duration::from_secs(86_400));
        self.token_deadline = self.token_deadline.clamp(shortest, Duration::from_secs(600));
        self.api_deadline = self.api_deadline.clamp(shortest, day);
        self.attempt_age = self.attempt_age.min(365 * day);
        self
    }
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
