//! `WebhookReceiver`: events that a provider sends to the application.

use http::HeaderMap;

use crate::error::Error;

/// Receives the webhooks of a provider: checks a request as far as the provider allows it, and parses its
/// event.
///
/// A signed webhook is the provider's. One of a provider that signs nothing may be forged, even if it passes
/// the checks: use it only as a reason to fetch the object with the customer's token. The documentation of
/// each receiver says what it checks.
///
/// The provider crate implements it, with what a check needs: a secret key, a clock, the provider's hosts.
///
/// ```
/// use oauth_core::{Error, ErrorKind, WebhookReceiver, http::HeaderMap};
///
/// struct ByKey(&'static str);
///
/// impl WebhookReceiver for ByKey {
///     type Event = String;
///
///     fn receive(&self, headers: &HeaderMap, body: &[u8]) -> Result<String, Error> {
///         if headers.get("x-key").is_none_or(|key| key != self.0) {
///             return Err(Error::new(ErrorKind::WebhookRefused, "the webhook has another key"));
///         }
///         Ok(String::from_utf8_lossy(body).into_owned())
///     }
/// }
/// ```
pub trait WebhookReceiver: Send + Sync + 'static {
    /// An event.
    type Event: Send;

    /// Checks one request and returns its event.
    ///
    /// # Errors
    /// [`ErrorKind::WebhookRefused`](crate::ErrorKind::WebhookRefused) if a check fails, or the request
    /// repeats an earlier one; [`ErrorKind::InvalidResponse`](crate::ErrorKind::InvalidResponse) if it
    /// cannot be read.
    fn receive(&self, headers: &HeaderMap, body: &[u8]) -> Result<Self::Event, Error>;
}
