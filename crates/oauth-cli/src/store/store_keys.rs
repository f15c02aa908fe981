//! Keys of a store, from the environment, a file or the operating system's keyring.
//!
//! The key file of a SQLite store `x.db` is `x.db.key`, readable by its owner only. It holds the keys, or a
//! marker that they are in the keyring. So no keyring is queried without need: it may be slow, locked or
//! missing.

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use oauth_core::ClientSecret;
use oauth_store::{EncryptionKey, Keyring};

use super::{StoreAddress, with_suffix};
use crate::failure::Failure;
use crate::private_file;

/// Environment variable with the key, optionally followed by older keys.
pub(crate) const KEY_VARIABLE: &str = "OAUTH_STORE_KEY";
/// Environment variable with the path of a key file.
pub(crate) const KEY_FILE_VARIABLE: &str = "OAUTH_STORE_KEY_FILE";

/// Service name of keyring entries.
const SERVICE: &str = "oauth-cli";
/// Content of the key file, before the entry's name, if the keys are in the keyring.
const KEYRING_MARKER: &str = "in the keyring as ";

/// The keys of a store.
#[derive(Clone, Debug)]
pub(crate) struct StoreKeys {
    primary: EncryptionKey,
    older: Vec<EncryptionKey>,
}

impl StoreKeys {
    /// A single key.
    pub(crate) fn single(primary: EncryptionKey) -> Self {
        Self { primary, older: Vec::new() }
    }

    fn parse(text: &str, location: &str) -> Result<Self, Failure> {
        let words = text.split(|c: char| c.is_whitespace() || c == ',').filter(|word| !word.is_empty());
        let mut keys = words
            .map(EncryptionKey::from_base64)
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| Failure::setup(format!("invalid store key in {location}: {error}")))?
            .into_iter();
        let Some(primary) = keys.next() else {
            return Err(Failure::setup(format!("there is no key in {location}")));
        };
        Ok(Self { primary, older: keys.collect() })
    }

    /// Converts to a keyring of `oauth-store`: encrypts with the first key, decrypts with all.
    pub(crate) fn keyring(&self) -> Keyring {
        self.older.iter().fold(Keyring::new(self.primary.clone()), |ring, key| ring.and_older(key.clone()))
    }

    /// Returns the id of the encrypting key. It reveals nothing about the key.
    pub(crate) fn id(&self) -> &str {
        self.primary.id()
    }

    pub(crate) fn has_older(&self) -> bool {
        !self.older.is_empty()
    }

    /// Adds a new encrypting key; the existing keys become older keys.
    pub(crate) fn with_new_primary(&self) -> Result<Self, Failure> {
        let older = std::iter::once(self.primary.clone()).chain(self.older.iter().cloned()).collect();
        Ok(Self { primary: EncryptionKey::generate()?, older })
    }

    /// Keeps only the encrypting key.
    pub(crate) fn primary_only(&self) -> Self {
        Self::single(self.primary.clone())
    }

    /// One key per line. Wiped on drop.
    fn to_text(&self) -> ClientSecret {
        let keys = std::iter::once(&self.primary).chain(&self.older);
        keys.map(|key| key.expose_base64() + "\n").collect::<String>().into()
    }
}

/// The location of a store's keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum KeyLocation {
    Environment,
    File(PathBuf),
    /// The keyring entry of this name.
    Keyring(String),
}

impl std::fmt::Display for KeyLocation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Environment => write!(f, "the environment variable {KEY_VARIABLE}"),
            Self::File(path) => write!(f, "the file {}", path.display()),
            Self::Keyring(_) => f.write_str("the operating system's keyring"),
        }
    }
}

impl KeyLocation {
    pub(crate) async fn read(&self) -> Result<StoreKeys, Failure> {
        let text = match self {
            Self::Environment => env::var(KEY_VARIABLE)
                .map_err(|_| Failure::setup(format!("{KEY_VARIABLE} is not valid UTF-8")))?,
            Self::File(path) => read_key_file(path)?,
            Self::Keyring(name) => {
                let name = name.clone();
                with_keyring(move || keyring_entry(&name)?.get_password()).await.map_err(|error| {
                    Failure::setup(format!(
                        "cannot read the store key from the operating system's keyring: {error}"
                    ))
                    .with_help(format!("unlock the keyring, or set {KEY_VARIABLE} to the key"))
                })?
            }
        };
        StoreKeys::parse(&text, &self.to_string())
    }

    /// Returns whether this program created the keys and may change them.
    pub(crate) fn is_managed(&self) -> bool {
        match self {
            Self::Environment => false,
            // A file named by the user may be shared with other programs.
            Self::File(_) => env::var_os(KEY_FILE_VARIABLE).is_none_or(|path| path.is_empty()),
            Self::Keyring(_) => true,
        }
    }

    /// Replaces the keys. Returns false if this program cannot.
    pub(crate) async fn write(&self, keys: &StoreKeys) -> Result<bool, Failure> {
        match self {
            Self::Environment => return Ok(false),
            Self::File(path) => drop(private_file::write(path, keys.to_text().expose(), false)?),
            Self::Keyring(name) => {
                let stored = with_keyring(store_in_keyring(name, keys)).await;
                let stored = stored.map_err(|error| {
                    Failure::setup(format!("cannot write the key to the keyring: {error}"))
                })?;
                if !stored {
                    return Err(Failure::setup("the keyring did not keep the key")
                        .with_help("nothing was encrypted with it; check the keyring and try again"));
                }
            }
        }
        Ok(true)
    }
}

/// Finds the location of this store's keys, if there are any.
pub(crate) fn find_location(address: &StoreAddress) -> Result<Option<KeyLocation>, Failure> {
    if env::var_os(KEY_VARIABLE).is_some_and(|value| !value.is_empty()) {
        return Ok(Some(KeyLocation::Environment));
    }
    if let Some(path) = env::var_os(KEY_FILE_VARIABLE).filter(|path| !path.is_empty()) {
        return Ok(Some(KeyLocation::File(path.into())));
    }
    let Some(path) = address.sqlite_file().map(key_file) else { return Ok(None) };
    if !path.exists() {
        return Ok(None);
    }
    let text = read_key_file(&path)?;
    Ok(Some(match text.trim().strip_prefix(KEYRING_MARKER) {
        Some(name) => KeyLocation::Keyring(name.to_owned()),
        None => KeyLocation::File(path),
    }))
}

/// Returns the path of the key file.
pub(crate) fn key_file(store: &Path) -> PathBuf {
    with_suffix(store, ".key")
}

/// Creates a key for a new store: in the keyring if available, otherwise in the key file.
pub(super) async fn create(store: &Path, keyring: bool) -> Result<StoreKeys, Failure> {
    let keys = StoreKeys::single(EncryptionKey::generate()?);
    let path = key_file(store);
    // Named by key id, which is unique; a path can be reused.
    let name = format!("store key {}", keys.id());
    let in_keyring = keyring && { with_keyring(store_in_keyring(&name, &keys)).await == Ok(true) };
    let text = if in_keyring { format!("{KEYRING_MARKER}{name}\n").into() } else { keys.to_text() };
    if private_file::write(&path, text.expose(), true)? {
        return Ok(keys);
    }
    // Another process created the key first: use that one.
    if in_keyring {
        let _ = with_keyring(move || keyring_entry(&name)?.delete_credential()).await;
    }
    match find_location(&StoreAddress::Sqlite(store.to_owned()))? {
        Some(location) => location.read().await,
        None => {
            Err(Failure::setup(format!("{} was removed while the store was being created", path.display())))
        }
    }
}

/// Returns an error message if no keyring is available.
pub(crate) async fn keyring_status() -> Result<(), String> {
    with_keyring(|| match keyring::Entry::store_status() {
        Ok(()) => Ok(()),
        Err(error) => Err(keyring::Error::NoStorageAccess(error.to_string().into())),
    })
    .await
}

/// Stores keys in the keyring and reads them back: some keyrings accept any value and keep nothing.
fn store_in_keyring(name: &str, keys: &StoreKeys) -> impl FnOnce() -> keyring::Result<bool> + Send + 'static {
    let (name, keys) = (name.to_owned(), keys.clone());
    move || {
        let entry = keyring_entry(&name)?;
        let text = keys.to_text();
        entry.set_password(text.expose())?;
        let read_back = ClientSecret::from(entry.get_password()?);
        Ok(read_back == text)
    }
}

fn keyring_entry(name: &str) -> keyring::Result<keyring::Entry> {
    if let Err(error) = keyring::Entry::store_status() {
        return Err(keyring::Error::NoStorageAccess(error.to_string().into()));
    }
    keyring::Entry::new(SERVICE, name)
}

/// Runs keyring calls on a blocking thread: they may wait for the user to unlock it.
async fn with_keyring<T: Send + 'static>(
    work: impl FnOnce() -> keyring::Result<T> + Send + 'static,
) -> Result<T, String> {
    match tokio::task::spawn_blocking(work).await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err("it failed".to_owned()),
    }
}

fn read_key_file(path: &Path) -> Result<String, Failure> {
    private_file::check_permissions(path, "it holds the store key")?;
    fs::read_to_string(path).map_err(|error| {
        let message = format!("cannot read the store key {}: {error}", path.display());
        match error.kind() {
            io::ErrorKind::NotFound => {
                Failure::setup(message).with_help("create the file, or set another path")
            }
            _ => Failure::setup(message),
        }
    })
}
