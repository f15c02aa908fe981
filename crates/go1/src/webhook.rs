//! Go1's webhooks: signatures and events.
//!
//! A webhook with a `secret_key` is sent with a header `Go1-Signature: t=…,v1=…`: the time of signing in
//! seconds since 1970, and the HMAC-SHA256 in hex, with the secret key, of that number, a dot and the body.
//!
//! ```
//! use go1::chrono::DateTime;
//! use go1::webhook::{SIGNATURE, Verifier, SignatureFault};
//!
//! let verifier = Verifier::new("my-secret-key");
//! let now = DateTime::from_timestamp(1_588_141_760, 0).unwrap(); // in production: Utc::now()
//!
//! assert_eq!(SIGNATURE, "go1-signature"); // the header's name
//! let header = "t=1588141753,v1=1aacf41b79ba1668dafaf9a81024211986418ff8d3fd4d78e5fbb36fbb4db5ba";
//! assert_eq!(verifier.verify(header, br#"{"id":"1"}"#, now), Ok(()));
//! assert_eq!(verifier.verify(header, br#"{"id":"2"}"#, now), Err(SignatureFault::Wrong));
//! ```
//!
//! [`Receiver`] accepts each signed request once. [`CreateWebhook`](crate::api::CreateWebhook) creates a
//! webhook.
//!
//! Source: <https://www.go1.com/developers/partners/concepts/webhook-signature-authentification> and
//! <https://developers.go1.com/docs/developer-tools/webhooks/security>; the 60 seconds are the default of
//! Go1's own verifier (<https://github.com/go1com/webhook-verifier-js>).

use std::fmt;
use std::time::Duration;

use hmac::{Hmac, Mac};
use oauth_core::chrono::{DateTime, Utc};
use sha2::Sha256;

mod event;
mod receiver;

pub use event::{CompletedEnrollment, DecommissionedContent, Event, EventData, EventType, RawEventData};
pub use receiver::Receiver;

/// The header that holds the signature, in lower case.
pub const SIGNATURE: &str = "go1-signature";

/// The default tolerance of a [`Verifier`].
pub const TOLERANCE: Duration = Duration::from_secs(60);

/// Checks the signatures of one webhook.
#[derive(Clone)]
pub struct Verifier {
    /// Initialized with the key, which is not stored.
    mac: Hmac<Sha256>,
    tolerance: Duration,
}

/// An error of webhook verification.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SignatureFault {
    /// The header is malformed.
    Unreadable,
    /// The header has no signature of version `v1`.
    OtherVersion,
    /// The signature does not match the body and the key.
    Wrong,
    /// The time of signing is too far in the past or the future, as in a replay.
    Stale,
    /// The signature is right, but the body is not an event.
    NoEvent,
}

impl fmt::Display for SignatureFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unreadable => "the webhook's signature cannot be parsed",
            Self::OtherVersion => "the webhook has no signature of version v1",
            Self::Wrong => "the webhook's signature is wrong",
            Self::Stale => "the webhook's signature is too old, or this machine's clock is wrong",
            Self::NoEvent => "the webhook's body is not an event",
        })
    }
}

impl std::error::Error for SignatureFault {}

impl Verifier {
    /// Creates a verifier with the webhook's `secret_key`. One line end after it, as files and pipes deliver
    /// it, is cut.
    #[allow(clippy::missing_panics_doc)] // HMAC accepts a key of any length (RFC 2104 section 3)
    pub fn new(secret_key: impl AsRef<[u8]>) -> Self {
        let key = secret_key.as_ref();
        let key = key.strip_suffix(b"\n").map_or(key, |key| key.strip_suffix(b"\r").unwrap_or(key));
        let mac = Hmac::new_from_slice(key).expect("HMAC accepts a key of any length");
        Self { mac, tolerance: TOLERANCE }
    }

    /// Sets the largest age of a signature, and its largest distance into the future. By default
    /// [`TOLERANCE`] (60 s).
    #[must_use]
    pub fn tolerance(mut self, tolerance: Duration) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// Verifies a webhook: the value of its header [`SIGNATURE`], and its unmodified body.
    ///
    /// # Errors
    /// A [`SignatureFault`] if the webhook may not be from Go1. Discard the body then.
    pub fn verify(&self, signature: &str, body: &[u8], now: DateTime<Utc>) -> Result<(), SignatureFault> {
        self.verified(signature, body, now).map(drop)
    }

    /// [`verify`](Self::verify). Returns the signature, which is another one for each time and body.
    fn verified(&self, signature: &str, body: &[u8], now: DateTime<Utc>) -> Result<[u8; 32], SignatureFault> {
        let signature = Signature::parse(signature)?;
        let mac = self.mac.clone().chain_update(signature.signed_at).chain_update(b".").chain_update(body);
        mac.verify_slice(&signature.v1).map_err(|_| SignatureFault::Wrong)?;
        // Checked last, so that only right signatures are reported as stale.
        let age = now.timestamp().abs_diff(signature.seconds);
        if age > self.tolerance.as_secs() {
            return Err(SignatureFault::Stale);
        }
        Ok(signature.v1)
    }

    /// [`verify`](Self::verify), then parses the event.
    ///
    /// # Errors
    /// As `verify`, and [`SignatureFault::NoEvent`].
    pub fn event(&self, signature: &str, body: &[u8], now: DateTime<Utc>) -> Result<Event, SignatureFault> {
        self.verify(signature, body, now)?;
        Event::parse(body)
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier").field("tolerance", &self.tolerance).finish_non_exhaustive()
    }
}

struct Signature<'a> {
    /// The original text, because it is part of the signed data.
    signed_at: &'a str,
    seconds: i64,
    v1: [u8; 32],
}

impl<'a> Signature<'a> {
    /// Parses `t=…` and `v1=…`, each once and in any order. Other parts are ignored.
    fn parse(header: &'a str) -> Result<Self, SignatureFault> {
        let (mut signed_at, mut v1) = (None, None);
        for part in header.split(',') {
            let (name, value) = part.trim().split_once('=').ok_or(SignatureFault::Unreadable)?;
            let field = match name {
                "t" => &mut signed_at,
                "v1" => &mut v1,
                _ => continue,
            };
            if field.replace(value).is_some() {
                return Err(SignatureFault::Unreadable);
            }
        }
        let signed_at = signed_at.ok_or(SignatureFault::Unreadable)?;
        if !signed_at.bytes().all(|b| b.is_ascii_digit()) {
            return Err(SignatureFault::Unreadable);
        }
        let seconds = signed_at.parse().map_err(|_| SignatureFault::Unreadable)?;
        let v1 = parse_hex(v1.ok_or(SignatureFault::OtherVersion)?).ok_or(SignatureFault::Unreadable)?;
        Ok(Self { signed_at, seconds, v1 })
    }
}

fn parse_hex(text: &str) -> Option<[u8; 32]> {
    let digits: Vec<u8> =
        text.chars().map(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok())).collect::<Option<_>>()?;
    let bytes: Vec<u8> = digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect();
    (digits.len() == 64).then(|| bytes.try_into().ok()).flatten()
}

#[cfg(test)]
mod tests;
