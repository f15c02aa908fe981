//! The key of the cookies.

use std::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use oauth_core::{Error, ErrorKind};

const LENGTH: usize = 32;

/// The key that encrypts attempts in cookies. `Debug` hides it.
///
/// All processes that may receive the callback of an attempt need the same key. It protects only attempts,
/// which last minutes: replacing it costs users who are connecting at that moment a second try.
///
/// ```
/// use oauth_web::CookieKey;
///
/// // Create your own key with `openssl rand -base64 32`.
/// let key = CookieKey::from_base64("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")?;
/// # Ok::<(), oauth_web::oauth_core::Error>(())
/// ```
#[derive(Clone)]
pub struct CookieKey(cookie::Key);

impl CookieKey {
    /// Generates a key from the operating system's random numbers: for a single process, and for tests.
    ///
    /// # Errors
    /// [`ErrorKind::Setup`] if the operating system provides none.
    pub fn generate() -> Result<Self, Error> {
        let mut bytes = [0; LENGTH];
        getrandom::fill(&mut bytes).map_err(|error| {
            Error::new(ErrorKind::Setup, "the operating system provides no random numbers")
                .with_help("give the process access to them, or use CookieKey::from_base64")
                .with_source(error)
        })?;
        Ok(Self::from_bytes(bytes))
    }

    /// Creates a key from 32 random bytes. Do not use a password.
    #[must_use]
    pub fn from_bytes(bytes: [u8; LENGTH]) -> Self {
        Self(cookie::Key::derive_from(&bytes))
    }

    /// Parses 32 bytes in base64.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] for any other text, which the error does not quote.
    pub fn from_base64(text: &str) -> Result<Self, Error> {
        let bytes = BASE64_STANDARD.decode(text.trim()).ok().and_then(|bytes| bytes.try_into().ok());
        bytes.map(Self::from_bytes).ok_or_else(|| {
            Error::invalid_input("the cookie key is not 32 bytes in base64")
                .with_help("create one with `openssl rand -base64 32`")
        })
    }

    pub(crate) fn as_key(&self) -> &cookie::Key {
        &self.0
    }
}

impl fmt::Debug for CookieKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CookieKey([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_is_32_bytes_and_never_shown() {
        let text = BASE64_STANDARD.encode([7; LENGTH]);
        let key = CookieKey::from_base64(&format!("{text}\n")).unwrap();
        assert_eq!(key.as_key(), CookieKey::from_bytes([7; LENGTH]).as_key());
        assert_eq!(format!("{key:?}"), "CookieKey([redacted])");
        let long = BASE64_STANDARD.encode([7; LENGTH + 1]);
        for bad in ["", "swordfish", &text[4..], &long] {
            let error = CookieKey::from_base64(bad).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidInput);
            assert!(bad.is_empty() || !format!("{error} {error:?}").contains(bad), "{error}");
        }
        assert_ne!(CookieKey::generate().unwrap().as_key(), CookieKey::generate().unwrap().as_key());
    }
}
