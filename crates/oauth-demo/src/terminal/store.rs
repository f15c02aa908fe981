//! The demo's store: a SQLite file in a temporary folder.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use oauth_core::store::{Key, Record, TokenStore as _};
use oauth_store::{EncryptionKey, Keyring, Sqlite};
use tempfile::TempDir;

const FILE: &str = "connections.db";

/// The folder of the store's file, and the encryption key.
pub(super) struct DemoStore {
    folder: TempDir,
    key: EncryptionKey,
}

impl DemoStore {
    /// Creates a folder that only this user can access, and a new key.
    pub(super) fn new() -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix("oauth-demo-").tempdir();
        let folder = folder.context("could not create a folder for the store")?;
        Ok(Self { folder, key: EncryptionKey::generate()? })
    }

    pub(super) fn path(&self) -> PathBuf {
        self.folder.path().join(FILE)
    }

    pub(super) fn key(&self) -> &EncryptionKey {
        &self.key
    }

    /// Opens the file with the key.
    pub(super) async fn open(&self) -> anyhow::Result<Sqlite> {
        Ok(Sqlite::open(self.path(), Keyring::new(self.key.clone())).await?)
    }

    /// Loads a connection's record.
    pub(super) async fn record(&self, key: &Key) -> anyhow::Result<Record> {
        let store = self.open().await?;
        let record = store.load(key).await?;
        store.close().await;
        record.with_context(|| format!("{key} is not stored"))
    }

    /// The names of all files in the folder.
    pub(super) fn files(&self) -> io::Result<Vec<String>> {
        let name = |entry: io::Result<fs::DirEntry>| Ok(entry?.file_name().to_string_lossy().into_owned());
        fs::read_dir(self.folder.path())?.map(name).collect()
    }

    /// The content of all files, including `-wal` and `-shm`, to search for secrets.
    pub(super) fn bytes(&self) -> io::Result<StoreBytes> {
        StoreBytes::below(self.folder.path())
    }
}

/// The content of the store's files.
pub(super) struct StoreBytes(Vec<u8>);

impl StoreBytes {
    fn below(folder: &Path) -> io::Result<Self> {
        let mut all = Vec::new();
        for entry in fs::read_dir(folder)? {
            all.extend(fs::read(entry?.path())?);
        }
        Ok(Self(all))
    }

    /// Returns `true` if the files contain `text` in plain text.
    pub(super) fn contains(&self, text: &str) -> bool {
        let Some(first) = text.as_bytes().first() else { return true };
        let mut rest = &self.0[..];
        while let Some(at) = rest.iter().position(|byte| byte == first) {
            rest = &rest[at..];
            if rest.starts_with(text.as_bytes()) {
                return true;
            }
            rest = &rest[1..];
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use oauth_core::store::Content;

    use super::*;

    const TOKEN: &str = "a token that must be encrypted";

    async fn on_disk(keyring: Keyring) -> StoreBytes {
        let store = DemoStore::new().unwrap();
        let open = Sqlite::open(store.path(), keyring).await.unwrap();
        open.insert(&Key::new("go1", "acme-training"), Content::new(TOKEN)).await.unwrap();
        let while_open = store.bytes().unwrap();
        open.close().await;
        assert_eq!(store.files().unwrap(), [FILE]);
        let closed = store.bytes().unwrap();
        assert_eq!(while_open.contains(TOKEN), closed.contains(TOKEN));
        closed
    }

    #[tokio::test]
    async fn finds_plain_text_but_not_encrypted_token() {
        let plain = on_disk(Keyring::plaintext_for_tests()).await;
        let encrypted = on_disk(Keyring::new(EncryptionKey::generate().unwrap())).await;
        assert!(plain.contains(TOKEN) && plain.contains("acme-training"));
        assert!(!encrypted.contains(TOKEN) && encrypted.contains("acme-training"));
    }
}
