//! A key for encryption at rest.

use std::fmt;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use oauth_core::store::{StoreError, StoreErrorKind};
use secrecy::{ExposeSecret, SecretBox};
use sha2::{Digest, Sha256};

const LENGTH: usize = 32;

/// A 256-bit key that encrypts tokens at rest. Wiped from memory with its last clone; `Debug` shows only its
/// id.
///
/// Keep it apart from the database: in the secret store of your platform, or in a separate file. With both,
/// an attacker has the tokens. Without the key, every customer has to connect again.
///
/// ```
/// use oauth_store::EncryptionKey;
///
/// let key = EncryptionKey::generate()?; // once, when the application is set up
/// let kept = key.expose_base64(); // stored with your secrets
/// let again = EncryptionKey::from_base64(&kept)?; // at each start
/// assert_eq!(again.id(), key.id());
/// # Ok::<(), oauth_store::StoreError>(())
/// ```
#[derive(Clone)]
pub struct EncryptionKey {
    id: String,
    secret: Arc<SecretBox<[u8; LENGTH]>>,
}

impl EncryptionKey {
    /// Generates a key from the operating system's random numbers.
    ///
    /// # Errors
    /// [`StoreErrorKind::Other`] if the operating system provides none.
    pub fn generate() -> Result<Self, StoreError> {
        let mut filled = Ok(());
        let secret = SecretBox::init_with_mut(|bytes: &mut [u8; LENGTH]| filled = random(bytes));
        filled.map(|()| Self::of(secret))
    }

    /// Creates a key from 32 random bytes. Do not use a password.
    pub fn from_bytes(bytes: [u8; LENGTH]) -> Self {
        Self::of(SecretBox::new(Box::new(bytes)))
    }

    /// Parses 32 bytes in base64.
    ///
    /// # Errors
    /// [`StoreErrorKind::Other`] for any other text, which the error does not quote.
    pub fn from_base64(text: &str) -> Result<Self, StoreError> {
        let mut parsed = Ok(());
        let secret = SecretBox::init_with_mut(|bytes: &mut [u8; LENGTH]| {
            // One byte longer than a key, to detect longer input.
            let mut buffer = SecretBox::new(Box::new([0_u8; LENGTH + 1]));
            let buffer = secrecy::ExposeSecretMut::expose_secret_mut(&mut buffer);
            parsed = match STANDARD.decode_slice(text.trim(), buffer) {
                Ok(LENGTH) => {
                    bytes.copy_from_slice(&buffer[..LENGTH]);
                    Ok(())
                }
                _ => Err(StoreError::new(
                    StoreErrorKind::Other,
                    "the encryption key is not 32 random bytes in base64 (44 characters); \
                     create one with `openssl rand -base64 32`",
                )),
            };
        });
        parsed.map(|()| Self::of(secret))
    }

    /// Returns the key in base64, as [`from_base64`](Self::from_base64) parses it. This is the secret itself.
    pub fn expose_base64(&self) -> String {
        STANDARD.encode(self.bytes())
    }

    /// Returns the key's id, by which records name it: a one-way hash that reveals nothing about the key.
    pub fn id(&self) -> &str {
        &self.id
    }

    pub(crate) fn bytes(&self) -> &[u8; LENGTH] {
        self.secret.expose_secret()
    }

    fn of(secret: SecretBox<[u8; LENGTH]>) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"oauth-store key id\0");
        hash.update(secret.expose_secret());
        let id = hash.finalize()[..8].iter().map(|byte| format!("{byte:02x}")).collect();
        Self { id, secret: Arc::new(secret) }
    }
}

impl fmt::Debug for EncryptionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EncryptionKey").field("id", &self.id).finish_non_exhaustive()
    }
}

pub(crate) fn random(bytes: &mut [u8]) -> Result<(), StoreError> {
    getrandom::fill(bytes).map_err(|error| {
        StoreError::new(StoreErrorKind::Other, "the operating system provides no random numbers")
            .with_source(error.to_string())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_is_32_bytes_and_never_shown() {
        let text = STANDARD.encode([7; 32]);
        let key = EncryptionKey::from_base64(&format!("{text}\n")).unwrap();
        assert_eq!(key.expose_base64(), text);
        assert_eq!(key.id(), EncryptionKey::from_bytes([7; 32]).id());
        assert_ne!(key.id(), EncryptionKey::from_bytes([8; 32]).id());
        assert!(!format!("{key:?}").contains(&text));
        for bad in
            [STANDARD.encode([7; 31]), STANDARD.encode([7; 33]), "not base64!".to_owned(), String::new()]
        {
            let error = EncryptionKey::from_base64(&bad).unwrap_err();
            assert!(bad.is_empty() || !format!("{error} {error:?}").contains(&bad));
        }
    }

    #[test]
    fn generated_keys_differ() {
        assert_ne!(EncryptionKey::generate().unwrap().id(), EncryptionKey::generate().unwrap().id());
    }
}
