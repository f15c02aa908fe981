//! Where the key of a store is: in the environment, in a file, or in the operating system's keyring.
//!
//! Beside an SQLite file `x.db` lies `x.db.key`, readable by its owner only. It holds the keys, or says that they are in the
//! keyring. So it is known where to look without asking a keyring, which may be slow, locked, or not there at all.

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use oauth_core::ClientSecret;
use oauth_store::{EncryptionKey, Keyring};

use super::StoreAddress;
use crate::failure::Failure;
use crate::private_file;

/// Holds the key itself, and older ones behind it.
pub(crate) const KEY_VARIABLE: &str = "OAUTH_STORE_KEY";
/// Names a file with it.
pub(crate) const KEY_FILE_VARIABLE: &str = "OAUTH_STORE_KEY_FILE";

/// The service that the keyring knows the keys by.
const SERVICE: &str = "oauth-cli";
/// What stands in the file in place of the keys.
const KEYRING_MARKER: &str = "in the keyring as ";

/// The keys of a store.
#[derive(Clone, Debug)]
pub(crate) struct StoreKeys {
    primary: EncryptionKey,
    older: Vec<EncryptionKey>,
}

impl StoreKeys {
    /// This one alone.
    pub(crate) fn single(primary: EncryptionKey) -> Self {
        Self { primary, older: Vec::new() }
    }

    fn parse(text: &str, location: &str) -> Result<Self, Failure> {
        let words = text.split(|c: char| c.is_whitespace() || c == ',').filter(|word| !word.is_empty());
        let mut keys = words
            .map(EncryptionKey::from_base64)
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| Failure::setup(format!("the key of the store, from {location}: {error}")))?
            .into_iter();
        let Some(primary) = keys.next() else {
            return Err(Failure::setup(format!("there is no key in {location}")));
        };
        Ok(Self { primary, older: keys.collect() })
    }

    /// Encrypts with the first, reads with all.
    pub(crate) fn keyring(&self) -> Keyring {
        self.older.iter().fold(Keyring::new(self.primary.clone()), |ring, key| ring.and_older(key.clone()))
    }

    /// The name of the key that is encrypted with. It tells nothing of the key.
    pub(crate) fn id(&self) -> &str {
        self.primary.id()
    }

    pub(crate) fn has_older(&self) -> bool {
        !self.older.is_empty()
    }

    /// A new key to encrypt with, in front of these.
    pub(crate) fn with_new_primary(&self) -> Result<Self, Failure> {
        let older = std::iter::once(self.primary.clone()).chain(self.older.iter().cloned()).collect();
        Ok(Self { primary: EncryptionKey::generate()?, older })
    }

    /// The key that is encrypted with, alone.
    pub(crate) fn primary_only(&self) -> Self {
        Self { primary: self.primary.clone(), older: Vec::new() }
    }

    /// Wiped when it is dropped.
    fn to_text(&self) -> ClientSecret {
        let keys = std::iter::once(&self.primary).chain(&self.older);
        keys.map(|key| key.expose_base64() + "\n").collect::<String>().into()
    }
}

/// Where the keys of a store are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum KeyLocation {
    Environment,
    File(PathBuf),
    /// The operating system's keyring, by this name.
    Keyring(String),
}

impl std::fmt::Display for KeyLocation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Environment => write!(f, "the environment ({KEY_VARIABLE})"),
            Self::File(path) => write!(f, "the file {}", path.display()),
            Self::Keyring(_) => f.write_str("the operating system's keyring"),
        }
    }
}

impl KeyLocation {
    pub(crate) async fn read(&self) -> Result<StoreKeys, Failure> {
        let text = match self {
            Self::Environment => env::var(KEY_VARIABLE)
                .map_err(|_| Failure::setup(format!("{KEY_VARIABLE} cannot be read as text")))?,
            Self::File(path) => read_key_file(path)?,
            Self::Keyring(name) => {
                let name = name.clone();
                with_keyring(move || keyring_entry(&name)?.get_password()).await.map_err(|why| {
                    Failure::setup(format!(
                        "the key of the store is in the operating system's keyring, which does not give it: {why}"
                    ))
                    .with_help(format!(
                        "unlock the keyring; or, where there is none, set {KEY_VARIABLE} to the key"
                    ))
                })?
            }
        };
        StoreKeys::parse(&text, &self.to_string())
    }

    /// Whether this program made it, and may change it.
    pub(crate) fn is_managed(&self) -> bool {
        match self {
            Self::Environment => false,
            // StoreArg from outside: others may read it too.
            Self::File(_) => env::var_os(KEY_FILE_VARIABLE).is_none_or(|path| path.is_empty()),
            Self::Keyring(_) => true,
        }
    }

    /// Puts other keys there. False where this program cannot.
    pub(crate) async fn write(&self, keys: &StoreKeys) -> Result<bool, Failure> {
        match self {
            Self::Environment => return Ok(false),
            Self::File(path) => drop(private_file::write(path, keys.to_text().expose(), false)?),
            Self::Keyring(name) => {
                let kept = with_keyring(store_in_keyring(name, keys)).await;
                let kept =
                    kept.map_err(|why| Failure::setup(format!("the keyring does not take the key: {why}")))?;
                if !kept {
                    return Err(Failure::setup("the keyring does not give back the key that it took")
                        .with_help("nothing was encrypted with it; see to the keyring, and try again"));
                }
            }
        }
        Ok(true)
    }
}

/// Where the keys of this store are, if there are any.
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

/// The file with the key, or with where it is.
pub(crate) fn key_file(store: &Path) -> PathBuf {
    let mut name = store.as_os_str().to_owned();
    name.push(".key");
    name.into()
}

/// A key for a new store: in the keyring if there is one, else in a file.
pub(super) async fn create(store: &Path, keyring: bool) -> Result<StoreKeys, Failure> {
    let keys = StoreKeys { primary: EncryptionKey::generate()?, older: Vec::new() };
    let path = key_file(store);
    // Its id: unlike the path, it is another for each store that is ever made.
    let name = format!("store key {}", keys.id());
    let in_keyring = keyring && { with_keyring(store_in_keyring(&name, &keys)).await == Ok(true) };
    let text = if in_keyring { format!("{KEYRING_MARKER}{name}\n").into() } else { keys.to_text() };
    if private_file::write(&path, text.expose(), true)? {
        return Ok(keys);
    }
    // Another process was quicker: there is one key for one store.
    if in_keyring {
        let _ = with_keyring(move || keyring_entry(&name)?.delete_credential()).await;
    }
    match find_location(&StoreAddress::Sqlite(store.to_owned()))? {
        Some(location) => location.read().await,
        None => Err(Failure::setup(format!("{} came and went", path.display()))),
    }
}

/// Whether there is a keyring that can be used, and why not.
pub(crate) async fn keyring_status() -> Result<(), String> {
    with_keyring(|| match keyring::Entry::store_status() {
        Ok(()) => Ok(()),
        Err(error) => Err(keyring::Error::NoStorageAccess(error.to_string().into())),
    })
    .await
}

/// Puts keys into the keyring. It must give back what it took: some take anything, and keep nothing.
fn store_in_keyring(name: &str, keys: &StoreKeys) -> impl FnOnce() -> keyring::Result<bool> + Send + 'static {
    let (name, keys) = (name.to_owned(), keys.clone());
    move || {
        let entry = keyring_entry(&name)?;
        let text = keys.to_text();
        entry.set_password(text.expose())?;
        let kept = ClientSecret::from(entry.get_password()?);
        Ok(kept == text)
    }
}

fn keyring_entry(name: &str) -> keyring::Result<keyring::Entry> {
    if let Err(error) = keyring::Entry::store_status() {
        return Err(keyring::Error::NoStorageAccess(error.to_string().into()));
    }
    keyring::Entry::new(SERVICE, name)
}

/// Keyrings block, perhaps until a person has typed a password elsewhere.
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
    private_file::check_permissions(path, "it holds the key of the store")?;
    fs::read_to_string(path).map_err(|error| {
        let what = format!("the key of the store, {}, cannot be read: {error}", path.display());
        match error.kind() {
            io::ErrorKind::NotFound => Failure::setup(what).with_help("make it, or name another file"),
            _ => Failure::setup(what),
        }
    })
}
