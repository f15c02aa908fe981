//! The store that the commands work on.

mod key;
mod lock;
mod used;

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use oauth_core::store::TokenStore;
use oauth_store::{Postgres, Rotation, Sqlite, StoreError};

pub(crate) use key::{Keys, keyring_status};
pub(crate) use used::Used;

use crate::failure::Failure;
use lock::Lock;

/// Which store.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Which {
    /// One file.
    Sqlite(PathBuf),
    /// A database, by its URL. That may hold a password.
    Postgres(String),
}

impl Which {
    /// Its name for people.
    pub(crate) fn shown(&self) -> String {
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

    /// The file beside which its key is.
    pub(crate) fn file(&self) -> Option<&Path> {
        match self {
            Self::Sqlite(path) => Some(path),
            Self::Postgres(_) => None,
        }
    }
}

impl std::fmt::Debug for Which {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.shown())
    }
}

impl FromStr for Which {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            Some(("sqlite", path)) => {
                let path = path.strip_prefix("//").unwrap_or(path);
                if path.is_empty() {
                    return Err("`sqlite:` must be followed by a path".to_owned());
                }
                // Shells leave it as it is behind a colon.
                match (path.strip_prefix("~/"), path.starts_with('~')) {
                    (Some(below), _) => match crate::place::home() {
                        Some(home) => Ok(Self::Sqlite(home.join(below))),
                        None => {
                            Err("the home folder of this user is not known: write the path out".to_owned())
                        }
                    },
                    (None, true) => Err("only `~/` is understood: write the path out".to_owned()),
                    (None, false) => Ok(Self::Sqlite(path.into())),
                }
            }
            Some(("postgres" | "postgresql", _)) => Ok(Self::Postgres(text.to_owned())),
            _ => Err("a store is sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE".to_owned()),
        }
    }
}

impl Which {
    /// The same, where a relative path is one below this folder.
    pub(crate) fn below(self, folder: &Path) -> Self {
        match self {
            Self::Sqlite(path) => Self::Sqlite(folder.join(path)),
            other => other,
        }
    }
}

/// An open store.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    kind: Kind,
    _lock: Option<Arc<Lock>>,
}

#[derive(Clone, Debug)]
enum Kind {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

impl Store {
    /// Opens it, with keys that were found before. Makes an SQLite file that is not there.
    pub(crate) async fn open(which: &Which, keys: &Keys, lock: Option<Lock>) -> Result<Self, Failure> {
        let kind = match which {
            Which::Sqlite(path) => Kind::Sqlite(Sqlite::open(path, keys.ring()).await?),
            Which::Postgres(url) => Kind::Postgres(Postgres::connect(url, keys.ring()).await?),
        };
        Ok(Self { kind, _lock: lock.map(Arc::new) })
    }

    pub(crate) fn shared(&self) -> Arc<dyn TokenStore> {
        match &self.kind {
            Kind::Sqlite(store) => Arc::new(store.clone()),
            Kind::Postgres(store) => Arc::new(store.clone()),
        }
    }

    pub(crate) async fn rotate(
        &self,
        progress: impl FnMut(&Rotation) + Send,
    ) -> Result<Rotation, StoreError> {
        match &self.kind {
            Kind::Sqlite(store) => store.rotate_keys(progress).await,
            Kind::Postgres(store) => store.rotate_keys(progress).await,
        }
    }

    pub(crate) async fn close(&self) {
        match &self.kind {
            Kind::Sqlite(store) => store.close().await,
            Kind::Postgres(store) => store.close().await,
        }
    }
}
