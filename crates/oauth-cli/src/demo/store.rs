//! Where the demo's connections live: one SQLite file, in a folder that is gone when the demo is over.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use oauth_core::store::{Key, Record, TokenStore as _};
use oauth_store::{EncryptionKey, Keyring, Sqlite};
use tempfile::TempDir;

const FILE: &str = "connections.db";

/// The file and its key.
pub(super) struct Store {
    folder: TempDir,
    key: EncryptionKey,
}

impl Store {
    /// A place for a new file, and a new key. Nobody else may enter the folder.
    pub(super) fn new() -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix("oauth-demo-").tempdir();
        let folder = folder.context("could not make a folder for the store")?;
        Ok(Self { folder, key: EncryptionKey::generate()? })
    }

    pub(super) fn path(&self) -> PathBuf {
        self.folder.path().join(FILE)
    }

    pub(super) fn key(&self) -> &EncryptionKey {
        &self.key
    }

    /// Opens the file, as any process that has the key can.
    pub(super) async fn open(&self) -> anyhow::Result<Sqlite> {
        Ok(Sqlite::open(self.path(), Keyring::new(self.key.clone())).await?)
    }

    /// What the file says about a connection now.
    pub(super) async fn record(&self, key: &Key) -> anyhow::Result<Record> {
        let store = self.open().await?;
        let record = store.load(key).await?;
        store.close().await;
        record.with_context(|| format!("{key} is not stored"))
    }

    /// The names of all files of the store.
    pub(super) fn files(&self) -> io::Result<Vec<String>> {
        let name = |entry: io::Result<fs::DirEntry>| Ok(entry?.file_name().to_string_lossy().into_owned());
        fs::read_dir(self.folder.path())?.map(name).collect()
    }

    /// What stands in them, `-wal` and `-shm` among them, for looking for what must not.
    pub(super) fn bytes(&self) -> io::Result<Bytes> {
        Bytes::below(self.folder.path())
    }
}

/// Whatever is on the disk.
pub(super) struct Bytes(Vec<u8>);

impl Bytes {
    fn below(folder: &Path) -> io::Result<Self> {
        let mut all = Vec::new();
        for entry in fs::read_dir(folder)? {
            all.extend(fs::read(entry?.path())?);
        }
        Ok(Self(all))
    }

    /// Whether `text` can be read there.
    pub(super) fn hold(&self, text: &str) -> bool {
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

    const TOKEN: &str = "a token that nobody may read";

    async fn on_disk(keyring: Keyring) -> Bytes {
        let store = Store::new().unwrap();
        let open = Sqlite::open(store.path(), keyring).await.unwrap();
        open.insert(&Key::new("go1", "acme-training"), Content::new(TOKEN)).await.unwrap();
        let meanwhile = store.bytes().unwrap();
        open.close().await;
        assert_eq!(store.files().unwrap(), [FILE]);
        let afterwards = store.bytes().unwrap();
        assert_eq!(meanwhile.hold(TOKEN), afterwards.hold(TOKEN));
        afterwards
    }

    #[tokio::test]
    async fn what_is_readable_is_found_and_what_is_encrypted_is_not() {
        let plain = on_disk(Keyring::plaintext_for_tests()).await;
        let sealed = on_disk(Keyring::new(EncryptionKey::generate().unwrap())).await;
        assert!(plain.hold(TOKEN) && plain.hold("acme-training"));
        assert!(!sealed.hold(TOKEN) && sealed.hold("acme-training"));
    }
}
