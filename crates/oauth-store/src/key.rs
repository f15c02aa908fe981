//! One key for encryption at rest.

use std::fmt;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use oauth_core::store::{StoreError, StoreErrorKind};
use secrecy::{ExposeSecret, SecretBox};
use sha2::{Digest, Sha256};

const LENGTH: usize = 32;

/// A key of 256 bits that tokens are encrypted with at rest. Wiped from memory with its last clone; `Debug` shows its id
/// only.
///
/// Keep it where the database is not: in the secret store of your platform, or a file of its own. Whoever has both has the
/// tokens; whoever loses it has to have every customer connect again.
///
/// ```
/// use oauth_store::EncryptionKey;
///
/// let key = EncryptionKey::generate()?; // once, when the application is set up
/// let kept = key.expose_base64(); // to be put where secrets are kept
/// let again = EncryptionKey::from_base64(&kept)?; // whenever the application starts
/// assert_eq!(again.id(), key.id());
/// # Ok::<(), oauth_store::StoreError>(())
/// ```
#[derive(Clone)]
pub struct EncryptionKey {
    id: String,
    secret: Arc<SecretBox<[u8; LENGTH]>>,
}

impl EncryptionKey {
    /// A new one, from the operating system's random numbers.
    ///
    /// # Errors
    /// If the operating system has none.
    pub fn generate() -> Result<Self, StoreError> {
        let mut drawn = Ok(());
        let secret = SecretBox::init_with_mut(|bytes: &mut [u8; LENGTH]| drawn = random(bytes));
        drawn.map(|()| Self::of(secret))
    }

    /// These bytes, which must be random: a password is no key.
    pub fn from_bytes(bytes: [u8; LENGTH]) -> Self {
        Self::of(SecretBox::new(Box::new(bytes)))
    }

    /// Reads 32 bytes in base64.
    ///
    /// # Errors
    /// If it is anything else. The error does not quote it.
    pub fn from_base64(text: &str) -> Result<Self, StoreError> {
        let mut known = Ok(());
        let secret = SecretBox::init_with_mut(|bytes: &mut [u8; LENGTH]| {
            // One byte more than a key has, so that a longer text is noticed.
            let mut room = SecretBox::new(Box::new([0_u8; LENGTH + 1]));
            let room = secrecy::ExposeSecretMut::expose_secret_mut(&mut room);
            known = match STANDARD.decode_slice(text.trim(), room) {
                Ok(LENGTH) => {
                    bytes.copy_from_slice(&room[..LENGTH]);
                    Ok(())
                }
                _ => Err(StoreError::new(
                    StoreErrorKind::Other,
                    "an encryption key is 32 random bytes in base64 (44 characters), and this is not; \
                     `openssl rand -base64 32` makes one",
                )),
            };
        });
        known.map(|()| Self::of(secret))
    }

    /// What [`from_base64`](Self::from_base64) reads. It is the secret itself.
    pub fn expose_base64(&self) -> String {
        STANDARD.encode(self.bytes())
    }

    /// What records name it by. It is made from the key by a one-way function, so it is the same everywhere and tells nothing.
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

/// Fills `bytes` from the operating system's random numbers.
pub(crate) fn random(bytes: &mut [u8]) -> Result<(), StoreError> {
    getrandom::fill(bytes).map_err(|error| {
        StoreError::new(StoreErrorKind::Other, "the operating system gives no random numbers")
            .with_source(error.to_string())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_32_bytes_are_a_key_and_nothing_shows_them() {
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
    fn each_generated_key_is_another() {
        assert_ne!(EncryptionKey::generate().unwrap().id(), EncryptionKey::generate().unwrap().id());
    }
}
