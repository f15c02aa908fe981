//! The keys that encrypt records.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use oauth_core::store::{Key, StoreError, StoreErrorKind};

use crate::key::{EncryptionKey, random};

/// Format of an encrypted record, bound in as associated data so that a later format is never mistaken for
/// this one.
const FORM: &[u8] = b"oauth-store record, form 1\0";
const NONCE: usize = 24;
/// Key id of records without encryption. No key has this id: ids are hexadecimal.
const PLAINTEXT: &str = "plaintext";

/// A primary key that encrypts tokens, and older keys that only decrypt.
///
/// A record names its key. Saved tokens are always encrypted with the primary key, so records migrate as
/// tokens are refreshed; `rotate_keys` of a store migrates the rest.
///
/// To change the key while several processes run, so that each process can always read the others' records:
///
/// 1. In all processes: `Keyring::new(old).and_older(new)`.
/// 2. In all processes: `Keyring::new(new).and_older(old)`.
/// 3. Once: `rotate_keys`; then remove the old key.
///
/// ```
/// use oauth_store::{EncryptionKey, Keyring};
///
/// # let (old, new) = (EncryptionKey::generate()?, EncryptionKey::generate()?);
/// let keyring = Keyring::new(new).and_older(old);
/// # Ok::<(), oauth_store::StoreError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Keyring {
    /// `None` means no encryption.
    primary: Option<EncryptionKey>,
    older: Vec<EncryptionKey>,
}

/// An encrypted record.
pub(crate) struct Sealed {
    pub(crate) key_id: String,
    pub(crate) bytes: Vec<u8>,
}

impl Keyring {
    /// Creates a keyring that encrypts and decrypts with this key.
    pub fn new(primary: EncryptionKey) -> Self {
        Self { primary: Some(primary), older: Vec::new() }
    }

    /// Adds a key for decryption: an older key, or the next key that another process already encrypts with.
    #[must_use]
    pub fn and_older(mut self, key: EncryptionKey) -> Self {
        self.older.push(key);
        self
    }

    /// Stores tokens without encryption. **Anyone who can read the database, a backup or the disk has every
    /// token.**
    ///
    /// For tests that inspect stored data. A keyring with a key rejects such records, so a store cannot
    /// change from one to the other unnoticed.
    pub fn plaintext_for_tests() -> Self {
        Self { primary: None, older: Vec::new() }
    }

    pub(crate) fn primary_id(&self) -> &str {
        self.primary.as_ref().map_or(PLAINTEXT, EncryptionKey::id)
    }

    /// The ids of all keys, the primary first.
    pub(crate) fn ids(&self) -> impl Iterator<Item = &str> {
        [self.primary_id()].into_iter().chain(self.older.iter().map(EncryptionKey::id))
    }

    pub(crate) fn seal(&self, key: &Key, content: &[u8]) -> Result<Sealed, StoreError> {
        let key_id = self.primary_id().to_owned();
        let Some(primary) = &self.primary else {
            return Ok(Sealed { key_id, bytes: content.to_vec() });
        };
        let mut nonce = [0; NONCE];
        random(&mut nonce)?;
        let sealed = cipher(primary)
            .encrypt(&XNonce::from(nonce), Payload { msg: content, aad: &associated_data(key) })
            .map_err(|_| StoreError::new(StoreErrorKind::Other, format!("{key}: too long to encrypt")))?;
        let mut bytes = Vec::with_capacity(NONCE + sealed.len());
        bytes.extend_from_slice(&nonce);
        bytes.extend_from_slice(&sealed);
        Ok(Sealed { key_id, bytes })
    }

    pub(crate) fn open(&self, key: &Key, key_id: &str, sealed: &[u8]) -> Result<Vec<u8>, StoreError> {
        if self.primary.is_none() && key_id == PLAINTEXT {
            return Ok(sealed.to_vec());
        }
        let known = self.primary.iter().chain(&self.older).find(|known| known.id() == key_id);
        let Some(known) = known else { return Err(self.unknown(key, key_id)) };
        let corrupt = || {
            StoreError::new(
                StoreErrorKind::Corrupt,
                format!(
                    "the record {key} was changed, or copied from another account: it does not decrypt with its key {key_id}; \
                     restore it from a backup, or have the customer connect again"
                ),
            )
        };
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE>().ok_or_else(corrupt)?;
        cipher(known)
            .decrypt(&XNonce::from(*nonce), Payload { msg: sealed, aad: &associated_data(key) })
            .map_err(|_| corrupt())
    }

    fn unknown(&self, key: &Key, key_id: &str) -> StoreError {
        let known: Vec<&str> = self.primary.iter().chain(&self.older).map(EncryptionKey::id).collect();
        let named = printable(key_id);
        let message = if key_id == PLAINTEXT {
            format!(
                "the record {key} was stored without encryption by a keyring for tests; have the customer connect again"
            )
        } else if known.is_empty() {
            format!(
                "the record {key} is encrypted with the key {named}, but this keyring is for tests and has no keys"
            )
        } else {
            format!(
                "the record {key} is encrypted with the key {named}, but the keyring has {}; \
                 add the missing key with Keyring::and_older",
                known.join(", ")
            )
        };
        StoreError::new(StoreErrorKind::WrongKey, message)
    }
}

fn cipher(key: &EncryptionKey) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(key.bytes().into())
}

/// Binds a record to its key. The length prefix tells `a` + `bc` from `ab` + `c`.
fn associated_data(key: &Key) -> Vec<u8> {
    let mut data = FORM.to_vec();
    data.extend_from_slice(&(key.provider.len() as u64).to_be_bytes());
    data.extend_from_slice(key.provider.as_bytes());
    data.extend_from_slice(key.account.as_bytes());
    data
}

/// Text from the database must not break a log line.
pub(crate) fn printable(word: &str) -> String {
    word.chars().take(40).map(|c| if c.is_ascii_graphic() { c } else { ' ' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> EncryptionKey {
        EncryptionKey::from_bytes([byte; 32])
    }

    #[test]
    fn record_opens_only_in_its_own_row() {
        let ring = Keyring::new(key(1));
        let acme = Key::new("go1", "acme");
        let sealed = ring.seal(&acme, b"token").unwrap();
        assert_eq!(ring.open(&acme, &sealed.key_id, &sealed.bytes).unwrap(), b"token");
        assert!(!sealed.bytes.windows(5).any(|window| window == b"token"));
        assert_ne!(ring.seal(&acme, b"token").unwrap().bytes, sealed.bytes, "each nonce is unique");

        for other in [Key::new("go1", "acme2"), Key::new("go1a", "cme"), Key::new("gocd", "acme")] {
            let error = ring.open(&other, &sealed.key_id, &sealed.bytes).unwrap_err();
            assert_eq!(error.kind(), StoreErrorKind::Corrupt, "{other}");
        }
        for at in 0..sealed.bytes.len() {
            let mut changed = sealed.bytes.clone();
            changed[at] ^= 1;
            assert_eq!(
                ring.open(&acme, &sealed.key_id, &changed).unwrap_err().kind(),
                StoreErrorKind::Corrupt,
                "changed at {at}"
            );
            let cut = &sealed.bytes[..at];
            assert!(ring.open(&acme, &sealed.key_id, cut).is_err(), "cut at {at}");
        }
    }

    #[test]
    fn older_key_opens_and_primary_key_seals() {
        let acme = Key::new("go1", "acme");
        let old = Keyring::new(key(1)).seal(&acme, b"token").unwrap();
        let both = Keyring::new(key(2)).and_older(key(1));
        assert_eq!(both.open(&acme, &old.key_id, &old.bytes).unwrap(), b"token");
        assert_eq!(both.seal(&acme, b"token").unwrap().key_id, key(2).id());

        let forged = "\r\nFAKE \u{1b}[2J".repeat(100);
        let error = both.open(&acme, &forged, &old.bytes).unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::WrongKey);
        let line = error.to_string();
        assert!(!line.contains(char::is_control) && line.len() < 300, "{line:?}");

        let error = Keyring::new(key(2)).open(&acme, &old.key_id, &old.bytes).unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::WrongKey);
        assert!(
            error.to_string().contains(key(1).id()) && error.to_string().contains(key(2).id()),
            "{error}"
        );
    }

    #[test]
    fn plain_and_encrypted_records_are_never_confused() {
        let acme = Key::new("go1", "acme");
        let (plain, ring) = (Keyring::plaintext_for_tests(), Keyring::new(key(1)));
        let bare = plain.seal(&acme, b"token").unwrap();
        assert_eq!(plain.open(&acme, &bare.key_id, &bare.bytes).unwrap(), b"token");
        assert_eq!(ring.open(&acme, &bare.key_id, &bare.bytes).unwrap_err().kind(), StoreErrorKind::WrongKey);
        let sealed = ring.seal(&acme, b"token").unwrap();
        assert_eq!(
            plain.open(&acme, &sealed.key_id, &sealed.bytes).unwrap_err().kind(),
            StoreErrorKind::WrongKey
        );
    }
}
