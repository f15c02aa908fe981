//! The key of the cookies.

use std::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use oauth_core::{Error, ErrorKind};

const LENGTH: usize = 32;

/// What the cookies are encrypted with in which an attempt travels between connect and callback. `Debug` shows nothing of
/// it.
///
/// Every process that may get the callback of an attempt needs the same key. It protects attempts only, which last
/// minutes: one that is changed costs those who are connecting at that moment a second try.
///
/// ```
/// use oauth_web::CookieKey;
///
/// let key = CookieKey::from_base64("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")?; // `openssl rand -base64 32`
/// # Ok::<(), oauth_web::oauth_core::Error>(())
/// ```
#[derive(Clone)]
pub struct CookieKey(cookie::Key);

impl CookieKey {
    /// A key of this process alone, from the operating system's random numbers: for one process, and for tests.
    ///
    /// # Errors
    /// [`ErrorKind::Setup`] if the operating system has none.
    pub fn generate() -> Result<Self, Error> {
        let mut bytes = [0; LENGTH];
        getrandom::fill(&mut bytes).map_err(|error| {
            Error::new(ErrorKind::Setup, "the operating system gives no random numbers")
                .with_help("give the process access to them, or a key of your own")
                .with_source(error)
        })?;
        Ok(Self::from_bytes(bytes))
    }

    /// These bytes, which must be random: a password is no key.
    #[must_use]
    pub fn from_bytes(bytes: [u8; LENGTH]) -> Self {
        Self(cookie::Key::derive_from(&bytes))
    }

    /// Reads 32 bytes in base64.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] if it is anything else. The error does not quote it.
    pub fn from_base64(text: &str) -> Result<Self, Error> {
        let bytes = BASE64_STANDARD.decode(text.trim()).ok().and_then(|bytes| bytes.try_into().ok());
        bytes.map(Self::from_bytes).ok_or_else(|| {
            Error::invalid_input("the key of the cookies is not 32 bytes in base64")
                .with_help("make one with `openssl rand -base64 32`")
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
    fn only_32_bytes_are_a_key_and_none_is_shown() {
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
