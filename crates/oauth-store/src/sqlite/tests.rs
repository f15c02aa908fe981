//! Failures that only the store's own connection can produce.

use std::path::PathBuf;

use oauth_core::store::{StoreErrorKind, TokenStore};
use sqlx::{Connection, Executor, SqliteConnection};

use super::*;
use crate::EncryptionKey;

/// A folder with a store.
struct Home(tempfile::TempDir);

impl Home {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("tokens.db")
    }

    async fn try_open(&self) -> Result<Sqlite, StoreError> {
        Sqlite::open_within(&self.path(), keyring(), Duration::from_millis(50), Missing::IsCreated).await
    }

    /// Another connection to the file.
    async fn connection(&self) -> SqliteConnection {
        SqliteConnection::connect(&format!("sqlite://{}", self.path().display())).await.unwrap()
    }
}

fn keyring() -> Keyring {
    Keyring::new(EncryptionKey::from_bytes([1; 32]))
}

/// A store with one record, whose content is `first`.
async fn store_with_record() -> (Home, Sqlite, Key) {
    let home = Home::new();
    let store = home.try_open().await.unwrap();
    let acme = Key::new("go1", "acme");
    store.insert(&acme, Content::new("first")).await.unwrap();
    (home, store, acme)
}

async fn run_pragma(store: &Sqlite, pragma: &'static str) {
    store.engine.database.writer.execute(pragma).await.unwrap();
}

#[tokio::test]
async fn full_disk_loses_nothing() {
    let (_home, store, acme) = store_with_record().await;

    // With no pages left, SQLite fails as on a full disk.
    run_pragma(&store, "PRAGMA max_page_count = 1").await;
    let error = store.save(&acme, 1, Content::new(vec![7; 100_000])).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::CannotWrite, "{error}");
    assert!(error.to_string().contains("disk is full"), "{error}");
    assert_eq!(store.load(&acme).await.unwrap().unwrap().content.bytes(), b"first");

    run_pragma(&store, "PRAGMA max_page_count = 100000").await;
    let saved = store.save(&acme, 1, Content::new(vec![7; 100_000])).await.unwrap();
    assert!(matches!(saved, SaveOutcome::Accepted { generation: 2 }), "{saved:?}");
}

#[tokio::test]
async fn intent_needs_reserve() {
    let (home, store, acme) = store_with_record().await;
    let lease = store.acquire(&acme, &LeaseOwner::new("me"), Duration::from_secs(600)).await.unwrap();
    let AcquireOutcome::Granted { fence, .. } = lease else { panic!("{lease:?}") };
    let reserve = beside(&home.path(), "-reserve");
    assert!(!reserve.exists(), "a program that only reads needs none");

    std::fs::create_dir(&reserve).unwrap();
    let error = store.record_intent(&acme, fence, 1).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::CannotWrite, "{error}");
    assert!(error.to_string().contains("no 256 KiB to reserve"), "{error}");
    assert_eq!(store.load(&acme).await.unwrap().unwrap().intent, None);

    std::fs::remove_dir(&reserve).unwrap();
    for damage in [None, Some(0), Some(1_000)] {
        match damage {
            None => drop(std::fs::remove_file(&reserve)),
            Some(length) => std::fs::write(&reserve, vec![0; length]).unwrap(),
        }
        assert!(store.record_intent(&acme, fence, 1).await.unwrap());
        let bytes = std::fs::read(&reserve).unwrap();
        assert_eq!(bytes.len(), reserve::SIZE);
        assert!(bytes.iter().filter(|byte| **byte == 0).count() < 2_000, "it can be stored in less space");
    }
    #[cfg(unix)]
    assert_eq!(
        std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&reserve).unwrap().permissions()) & 0o777,
        0o600
    );
}

#[tokio::test]
async fn read_only_file_is_reported() {
    let (_home, store, acme) = store_with_record().await;
    run_pragma(&store, "PRAGMA query_only = ON").await;
    let error = store.save(&acme, 1, Content::new("second")).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::CannotWrite, "{error}");
    assert_eq!(store.load(&acme).await.unwrap().unwrap().generation, 1);
}

#[tokio::test]
async fn locked_file_is_transient_and_readable() {
    let (home, store, acme) = store_with_record().await;

    let mut other = home.connection().await;
    other.execute("BEGIN IMMEDIATE").await.unwrap();
    let error = store.save(&acme, 1, Content::new("second")).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Unavailable, "{error}");
    assert!(error.is_transient());
    assert_eq!(store.load(&acme).await.unwrap().unwrap().generation, 1, "readers never wait");

    let error = home.try_open().await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Unavailable, "{error}");

    other.execute("ROLLBACK").await.unwrap();
    assert!(matches!(
        store.save(&acme, 1, Content::new("second")).await.unwrap(),
        SaveOutcome::Accepted { generation: 2 }
    ));
}

#[tokio::test]
async fn rotation_reports_kept_wal() {
    let (home, _store, _) = store_with_record().await;
    let mut reader = home.connection().await;
    reader.execute("BEGIN; SELECT * FROM oauth_connections").await.unwrap();
    let new = Keyring::new(EncryptionKey::from_bytes([2; 32])).and_older(EncryptionKey::from_bytes([1; 32]));
    let patience = Duration::from_millis(50);
    let rotating = Sqlite::open_within(&home.path(), new, patience, Missing::IsError).await.unwrap();
    let done = rotating.rotate_keys(|_| {}).await.unwrap();
    assert_eq!((done.reencrypted, done.wal_kept), (1, true), "{done:?}");
    reader.execute("ROLLBACK").await.unwrap();
    let done = rotating.rotate_keys(|_| {}).await.unwrap();
    assert_eq!((done.reencrypted, done.wal_kept), (0, false), "the next rotation truncates it");
    assert_eq!(std::fs::metadata(beside(&home.path(), "-wal")).unwrap().len(), 0);
}

#[tokio::test]
async fn saves_are_durable() {
    let (_home, store, _) = store_with_record().await;
    let set = |pragma: &'static str| {
        let writer = &store.engine.database.writer;
        async move { sqlx::query_scalar::<_, i64>(pragma).fetch_one(writer).await.unwrap() }
    };
    assert_eq!(set("PRAGMA synchronous").await, 2, "FULL");
    assert_eq!(set("PRAGMA secure_delete").await, 1);
    let mode: String =
        sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&store.engine.database.writer).await.unwrap();
    assert_eq!(mode, "wal");
}

#[tokio::test]
async fn cancelled_caller_leaves_nothing_locked() {
    let (_home, store, acme) = store_with_record().await;
    for steps in 0..20 {
        let mut save = Box::pin(store.insert(&acme, Content::new("again")));
        for _ in 0..steps {
            if futures_poll(&mut save).await {
                break;
            }
        }
        drop(save);
    }
    assert!(store.insert(&acme, Content::new("last")).await.unwrap() >= 2);
    assert_eq!(store.load(&acme).await.unwrap().unwrap().content.bytes(), b"last");
}

/// Polls once and yields. Returns `true` if the future is done.
async fn futures_poll<F: Future + Unpin>(future: &mut F) -> bool {
    let done = std::future::poll_fn(|context| {
        std::task::Poll::Ready(std::pin::Pin::new(&mut *future).poll(context).is_ready())
    })
    .await;
    tokio::task::yield_now().await;
    done
}
