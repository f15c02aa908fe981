//! Which store and which key this run uses.

use std::fs;

use super::store_keys::{self, KeyLocation, StoreKeys};
use super::{Lock, Store, StoreAddress};
use crate::failure::Failure;

/// The store that this run works on, not opened yet.
#[derive(Clone, Debug)]
pub(crate) struct StoreLocation {
    pub(crate) address: StoreAddress,
    /// Whether the operating system's keyring may be used for a new key.
    pub(crate) use_keyring: bool,
}

impl StoreLocation {
    /// Opens it. An SQLite file that is not there is made, and a key for it.
    pub(crate) async fn open_or_create(&self) -> Result<Store, Failure> {
        let Some(path) = self.address.sqlite_file() else { return self.open().await };
        crate::private_file::create_parent_directory(path)?;
        let lock = Lock::shared(path).await?;
        let keys = match store_keys::find_location(&self.address)? {
            Some(location) => location.read().await?,
            None if self.is_not_empty() => return Err(self.missing_key()),
            None => store_keys::create(path, self.use_keyring).await?,
        };
        Store::open(&self.address, &keys, Some(lock)).await
    }

    /// Opens it if there is one.
    pub(crate) async fn open_existing(&self) -> Result<Option<Store>, Failure> {
        if self.address.sqlite_file().is_some_and(|path| !path.exists()) {
            return Ok(None);
        }
        self.open().await.map(Some)
    }

    async fn open(&self) -> Result<Store, Failure> {
        let lock = match self.address.sqlite_file() {
            Some(path) => Some(Lock::shared(path).await?),
            None => None,
        };
        let keys = self.key_location()?.read().await?;
        Store::open(&self.address, &keys, lock).await
    }

    /// Where the keys of the store, which is there, come from.
    pub(crate) fn key_location(&self) -> Result<KeyLocation, Failure> {
        store_keys::find_location(&self.address)?.ok_or_else(|| self.missing_key())
    }

    /// For changing the keys: nobody else has the store open as long as this is held.
    pub(crate) fn lock_exclusive(&self) -> Result<Option<Lock>, Failure> {
        self.address.sqlite_file().map(Lock::exclusive).transpose()
    }

    pub(crate) async fn open_with(&self, keys: &StoreKeys, lock: Option<Lock>) -> Result<Store, Failure> {
        Store::open(&self.address, keys, lock).await
    }

    fn is_not_empty(&self) -> bool {
        self.address
            .sqlite_file()
            .and_then(|path| fs::metadata(path).ok())
            .is_some_and(|found| found.len() > 0)
    }

    fn missing_key(&self) -> Failure {
        match self.address.sqlite_file() {
            Some(path) => Failure::setup(format!("the key of the store {} is not there", path.display())).with_help(
                format!(
                    "put it back as {}, or into the environment as {}; without it, move the store away and connect again",
                    store_keys::key_file(path).display(),
                    store_keys::KEY_VARIABLE
                ),
            ),
            None => Failure::setup("a store in PostgreSQL needs its key from outside").with_help(format!(
                "set {} to the key that the other users of the database have (`openssl rand -base64 32` makes one), \
                 or {} to a file with it",
                store_keys::KEY_VARIABLE,
                store_keys::KEY_FILE_VARIABLE
            )),
        }
    }
}
