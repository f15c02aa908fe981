//! The store and key location selected for this run.

use std::fs;

use super::store_keys::{self, KeyLocation, StoreKeys};
use super::{Lock, Store, StoreAddress};
use crate::failure::Failure;

/// The selected store, not yet open.
#[derive(Clone, Debug)]
pub(crate) struct StoreLocation {
    pub(crate) address: StoreAddress,
    /// Allows a new key in the operating system's keyring.
    pub(crate) use_keyring: bool,
}

impl StoreLocation {
    /// Opens the store. Creates a missing SQLite file and its key.
    pub(crate) async fn open_or_create(&self) -> Result<Store, Failure> {
        let Some(path) = self.address.sqlite_file() else { return self.open().await };
        crate::private_file::create_parent_directory(path)?;
        let lock = Lock::shared(path).await?;
        let keys = match store_keys::find_location(&self.address)? {
            Some(location) => location.read().await?,
            None if self.is_not_empty() => return Err(self.missing_key()),
            None => store_keys::create(path, self.use_keyring).await?,
        };
        Store::create(path, &keys, Some(lock)).await
    }

    /// Opens the store if it exists.
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

    /// Finds the keys of an existing store.
    pub(crate) fn key_location(&self) -> Result<KeyLocation, Failure> {
        store_keys::find_location(&self.address)?.ok_or_else(|| self.missing_key())
    }

    /// Locks the store exclusively, for changing its keys.
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
            Some(path) => Failure::setup(format!("the key of the store {} is missing", path.display())).with_help(
                format!(
                    "restore it as {}, or set {}; without the key, move the store away and connect again",
                    store_keys::key_file(path).display(),
                    store_keys::KEY_VARIABLE
                ),
            ),
            None => Failure::setup("a PostgreSQL store needs its key from the environment").with_help(format!(
                "set {} to the key that other programs use for this database (`openssl rand -base64 32` creates one), \
                 or {} to the path of a file with it",
                store_keys::KEY_VARIABLE,
                store_keys::KEY_FILE_VARIABLE
            )),
        }
    }
}
