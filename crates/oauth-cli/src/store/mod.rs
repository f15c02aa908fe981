//! The connection store: its address, keys and lock.

mod lock;
mod store_keys;
mod store_location;

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use oauth_core::store::TokenStore;
use oauth_store::{Postgres, Rotation, Sqlite, StoreError};

pub(crate) use store_keys::{StoreKeys, keyring_status};
pub(crate) use store_location::StoreLocation;

use crate::failure::Failure;
use lock::Lock;

/// The address of a store.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum StoreAddress {
    /// A SQLite file.
    Sqlite(PathBuf),
    /// A PostgreSQL URL, which may hold a password.
    Postgres(String),
}

impl StoreAddress {
    /// Returns the address without credentials.
    pub(crate) fn display_name(&self) -> String {
        match self {
            Self::Sqlite(path) => format!("sqlite:{}", path.display()),
            Self::Postgres(url) => match url::Url::parse(url) {
                Ok(url) => format!(
                    "postgres://{}{}",
                    url.host_str().unwrap_or_default(),
                    url.path().trim_end_matches('/')
                ),
                Err(_) => "postgres".to_owned(),
            },
        }
    }

    /// Returns the path of a SQLite store. Its key file is next to it.
    pub(crate) fn sqlite_file(&self) -> Option<&Path> {
        match self {
            Self::Sqlite(path) => Some(path),
            Self::Postgres(_) => None,
        }
    }
}

impl std::fmt::Debug for StoreAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.display_name())
    }
}

impl FromStr for StoreAddress {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            Some(("sqlite", path)) => {
                let path = path.strip_prefix("//").unwrap_or(path);
                if path.is_empty() {
                    return Err("`sqlite:` must be followed by a path".to_owned());
                }
                // Shells do not expand `~` after a colon.
                match (path.strip_prefix("~/"), path.starts_with('~')) {
                    (Some(below), _) => match crate::paths::home() {
                        Some(home) => Ok(Self::Sqlite(home.join(below))),
                        None => Err("the home directory is not known; write the full path".to_owned()),
                    },
                    (None, true) => Err("`~` is expanded only as `~/`; write the full path".to_owned()),
                    (None, false) => Ok(Self::Sqlite(path.into())),
                }
            }
            Some(("postgres" | "postgresql", _)) => Ok(Self::Postgres(text.to_owned())),
            _ => Err("expected sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE".to_owned()),
        }
    }
}

impl StoreAddress {
    /// Resolves a relative path against this directory.
    pub(crate) fn relative_to(self, folder: &Path) -> Self {
        match self {
            Self::Sqlite(path) => Self::Sqlite(folder.join(path)),
            other => other,
        }
    }
}

/// Returns the path of a file next to the store: its name with this suffix.
fn with_suffix(store: &Path, suffix: &str) -> PathBuf {
    let mut name = store.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// An open store.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    backend: Backend,
    _lock: Option<Arc<Lock>>,
}

#[derive(Clone, Debug)]
enum Backend {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

impl Store {
    /// Opens a SQLite store with these keys. Creates a missing file.
    pub(crate) async fn create(path: &Path, keys: &StoreKeys, lock: Option<Lock>) -> Result<Self, Failure> {
        let backend = Backend::Sqlite(Sqlite::open(path, keys.keyring()).await?);
        Ok(Self { backend, _lock: lock.map(Arc::new) })
    }

    /// Opens an existing store with these keys.
    pub(crate) async fn open(
        address: &StoreAddress,
        keys: &StoreKeys,
        lock: Option<Lock>,
    ) -> Result<Self, Failure> {
        let backend = match address {
            StoreAddress::Sqlite(path) => Backend::Sqlite(Sqlite::open_existing(path, keys.keyring()).await?),
            StoreAddress::Postgres(url) => Backend::Postgres(Postgres::connect(url, keys.keyring()).await?),
        };
        Ok(Self { backend, _lock: lock.map(Arc::new) })
    }

    pub(crate) fn shared(&self) -> Arc<dyn TokenStore> {
        match &self.backend {
            Backend::Sqlite(store) => Arc::new(store.clone()),
            Backend::Postgres(store) => Arc::new(store.clone()),
        }
    }

    pub(crate) async fn rotate(
        &self,
        progress: impl FnMut(&Rotation) + Send,
    ) -> Result<Rotation, StoreError> {
        match &self.backend {
            Backend::Sqlite(store) => store.rotate_keys(progress).await,
            Backend::Postgres(store) => store.rotate_keys(progress).await,
        }
    }

    pub(crate) async fn close(&self) {
        match &self.backend {
            Backend::Sqlite(store) => store.close().await,
            Backend::Postgres(store) => store.close().await,
        }
    }
}
