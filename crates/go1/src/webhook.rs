//! Whether a webhook really comes from Go1.
//!
//! A webhook that was made with a `secret_key` is sent with a header `Go1-Signature: t=…,v1=…`: when it was signed, in
//! seconds since 1970, and the HMAC-SHA256 of that number, a dot and the body, in hex, with the secret key.
//!
//! ```
//! use go1::chrono::DateTime;
//! use go1::webhook::{SIGNATURE, Verifier, SignatureFault};
//!
//! let verifier = Verifier::new("my-secret-key");
//! let now = DateTime::from_timestamp(1_588_141_760, 0).unwrap(); // in earnest: Utc::now()
//!
//! assert_eq!(SIGNATURE, "go1-signature"); // the header to look for
//! let header = "t=1588141753,v1=1aacf41b79ba1668dafaf9a81024211986418ff8d3fd4d78e5fbb36fbb4db5ba";
//! assert_eq!(verifier.verify(header, br#"{"id":"1"}"#, now), Ok(()));
//! assert_eq!(verifier.verify(header, br#"{"id":"2"}"#, now), Err(SignatureFault::Wrong));
//! ```
//!
//! Source: <https://www.go1.com/developers/partners/concepts/webhook-signature-authentification> and
//! <https://developers.go1.com/docs/developer-tools/webhooks/security>; the 60 seconds are the default of Go1's own
//! verifier (<https://github.com/go1com/webhook-verifier-js>).

use std::fmt;
use std::time::Duration;

use hmac::{Hmac, Mac};
use oauth_core::chrono::{DateTime, Utc};
use sha2::Sha256;

/// The header that holds the signature, in lower case.
pub const SIGNATURE: &str = "go1-signature";

/// How old a signature may be unless told otherwise.
pub const TOLERANCE: Duration = Duration::from_secs(60);

/// Checks the signatures of one webhook.
#[derive(Clone)]
pub struct Verifier {
    /// Keyed; the key itself is not kept.
    mac: Hmac<Sha256>,
    tolerance: Duration,
}

/// Why a webhook is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SignatureFault {
    /// The header is not `t=…,v1=…`.
    Unreadable,
    /// The header holds no signature of version `v1`.
    OtherVersion,
    /// The signature is not of this body, or not made with this key.
    Wrong,
    /// It was signed too long ago, or too far in the future: perhaps somebody sends an old one again.
    Stale,
}

impl fmt::Display for SignatureFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unreadable => "the webhook's signature cannot be read",
            Self::OtherVersion => "the webhook's signature is not of version v1",
            Self::Wrong => "the webhook's signature is wrong",
            Self::Stale => "the webhook's signature is too old, or this machine's clock is wrong",
        })
    }
}

impl std::error::Error for SignatureFault {}

impl Verifier {
    /// With the `secret_key` that the webhook was made with.
    #[allow(clippy::missing_panics_doc)] // it cannot: HMAC takes a key of any length (RFC 2104 section 3)
    pub fn new(secret_key: impl AsRef<[u8]>) -> Self {
        let mac = Hmac::new_from_slice(secret_key.as_ref()).expect("HMAC takes a key of any length");
        Self { mac, tolerance: TOLERANCE }
    }

    /// How old a signature may be, and how far in the future by a clock that differs. 60 s unless told otherwise.
    #[must_use]
    pub fn tolerance(mut self, tolerance: Duration) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// Checks one webhook: the value of its header [`SIGNATURE`], and its body exactly as it came.
    ///
    /// # Errors
    /// Why it is not believed. Nothing about the body should be used then.
    pub fn verify(&self, signature: &str, body: &[u8], now: DateTime<Utc>) -> Result<(), SignatureFault> {
        let signature = Signature::read(signature)?;
        let mac = self.mac.clone().chain_update(signature.signed_at).chain_update(b".").chain_update(body);
        mac.verify_slice(&signature.v1).map_err(|_| SignatureFault::Wrong)?;
        // After the signature, so that only what Go1 signed is ever called stale.
        let age = now.timestamp().abs_diff(signature.seconds);
        if age > self.tolerance.as_secs() {
            return Err(SignatureFault::Stale);
        }
        Ok(())
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier").field("tolerance", &self.tolerance).finish_non_exhaustive()
    }
}

/// The header's parts.
struct Signature<'a> {
    /// As it is written: it is part of what was signed.
    signed_at: &'a str,
    seconds: i64,
    v1: [u8; 32],
}

impl<'a> Signature<'a> {
    /// `t=…` and `v1=…` in any order, each once; parts of other names are left alone.
    fn read(header: &'a str) -> Result<Self, SignatureFault> {
        let (mut signed_at, mut v1) = (None, None);
        for part in header.split(',') {
            let (name, value) = part.trim().split_once('=').ok_or(SignatureFault::Unreadable)?;
            let slot = match name {
                "t" => &mut signed_at,
                "v1" => &mut v1,
                _ => continue,
            };
            if slot.replace(value).is_some() {
                return Err(SignatureFault::Unreadable);
            }
        }
        let signed_at = signed_at.ok_or(SignatureFault::Unreadable)?;
        if !signed_at.bytes().all(|b| b.is_ascii_digit()) {
            return Err(SignatureFault::Unreadable);
        }
        let seconds = signed_at.parse().map_err(|_| SignatureFault::Unreadable)?;
        let v1 = unhex(v1.ok_or(SignatureFault::OtherVersion)?).ok_or(SignatureFault::Unreadable)?;
        Ok(Self { signed_at, seconds, v1 })
    }
}

fn unhex(text: &str) -> Option<[u8; 32]> {
    let digits: Vec<u8> =
        text.chars().map(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok())).collect::<Option<_>>()?;
    let bytes: Vec<u8> = digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect();
    (digits.len() == 64).then(|| bytes.try_into().ok()).flatten()
}

#[cfg(test)]
mod tests;
