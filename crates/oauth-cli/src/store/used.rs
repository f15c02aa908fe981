//! Which store and which key this run uses.

use std::fs;

use super::key::{self, Keys, Place};
use super::{Lock, Store, Which};
use crate::failure::Failure;

/// The store that this run works on, not opened yet.
#[derive(Clone, Debug)]
pub(crate) struct Used {
    pub(crate) which: Which,
    /// Whether the operating system's keyring may be used for a new key.
    pub(crate) keyring: bool,
}

impl Used {
    /// Opens it. An SQLite file that is not there is made, and a key for it.
    pub(crate) async fn open_or_make(&self) -> Result<Store, Failure> {
        let Some(path) = self.which.file() else { return self.open().await };
        crate::private::make_folder(path)?;
        let lock = Lock::shared(path).await?;
        let keys = match key::find(&self.which)? {
            Some(place) => place.read().await?,
            None if self.has_content() => return Err(self.without_key()),
            None => key::make(path, self.keyring).await?,
        };
        Store::open(&self.which, &keys, Some(lock)).await
    }

    /// Opens it if there is one.
    pub(crate) async fn open_existing(&self) -> Result<Option<Store>, Failure> {
        if self.which.file().is_some_and(|path| !path.exists()) {
            return Ok(None);
        }
        self.open().await.map(Some)
    }

    async fn open(&self) -> Result<Store, Failure> {
        let lock = match self.which.file() {
            Some(path) => Some(Lock::shared(path).await?),
            None => None,
        };
        let keys = self.place()?.read().await?;
        Store::open(&self.which, &keys, lock).await
    }

    /// Where the keys of the store, which is there, come from.
    pub(crate) fn place(&self) -> Result<Place, Failure> {
        key::find(&self.which)?.ok_or_else(|| self.without_key())
    }

    /// For changing the keys: nobody else has the store open as long as this is held.
    pub(crate) fn alone(&self) -> Result<Option<Lock>, Failure> {
        self.which.file().map(Lock::alone).transpose()
    }

    pub(crate) async fn open_with(&self, keys: &Keys, lock: Option<Lock>) -> Result<Store, Failure> {
        Store::open(&self.which, keys, lock).await
    }

    fn has_content(&self) -> bool {
        self.which.file().and_then(|path| fs::metadata(path).ok()).is_some_and(|found| found.len() > 0)
    }

    fn without_key(&self) -> Failure {
        match self.which.file() {
            Some(path) => Failure::setup(format!("the key of the store {} is not there", path.display())).hint(
                format!(
                    "put it back as {}, or into the environment as {}; without it, move the store away and connect again",
                    key::file_of(path).display(),
                    key::VARIABLE
                ),
            ),
            None => Failure::setup("a store in PostgreSQL needs its key from outside").hint(format!(
                "set {} to the key that the other users of the database have (`openssl rand -base64 32` makes one), \
                 or {} to a file with it",
                key::VARIABLE,
                key::FILE_VARIABLE
            )),
        }
    }
}
