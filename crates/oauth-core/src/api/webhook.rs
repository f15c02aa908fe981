//! `WebhookReceiver`: events that a provider sends to the application.

use http::HeaderMap;

use crate::error::Error;

/// Receives the webhooks of a provider: rejects requests that may not be the provider's, and parses the
/// others.
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
    /// [`ErrorKind::WebhookRefused`](crate::ErrorKind::WebhookRefused) if the request may not be the
    /// provider's, or repeats an earlier one;
    /// [`ErrorKind::InvalidResponse`](crate::ErrorKind::InvalidResponse) if it is the provider's and cannot
    /// be read.
    fn receive(&self, headers: &HeaderMap, body: &[u8]) -> Result<Self::Event, Error>;
}
