//! The SQLite store: the checks of both stores, and checks of the file.
#![cfg(feature = "sqlite")]
// Clippy exempts tests, but not their helpers.
#![allow(clippy::unwrap_used)]

mod common;
// The crate's own statements, whose query plans are checked.
#[allow(dead_code, unreachable_pub)]
#[path = "../src/query.rs"]
mod query;
#[allow(dead_code, unreachable_pub)]
#[path = "../src/statements.rs"]
mod statements;

use std::collections::HashSet;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::DateTime;
use common::{Store, TestDatabase, for_every_check, key, ring};
use oauth_core::store::{
    AcquireOutcome, Content, DueQuery, Key, LeaseOwner, RecordState, SaveOutcome, StoreError, StoreErrorKind,
    TokenStore,
};
use oauth_store::{Keyring, Rotation, Sqlite};
use query::{Value, bind};
use sqlx::{AssertSqlSafe, Connection, Executor, Row, SqliteConnection};
use statements::{due, longest_lease, next, record, statements, summary};

struct Folder {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

fn folder() -> Folder {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tokens.db");
    Folder { _folder: folder, path }
}

impl Folder {
    async fn connection(&self) -> SqliteConnection {
        SqliteConnection::connect(&format!("sqlite://{}", self.path.display())).await.unwrap()
    }

    /// The path with a suffix.
    fn beside(&self, suffix: &str) -> PathBuf {
        format!("{}{suffix}", self.path.display()).into()
    }

    /// Returns all bytes of all files in the folder.
    fn all_bytes(&self) -> Vec<u8> {
        let files = fs::read_dir(self.path.parent().unwrap()).unwrap();
        files.flat_map(|file| fs::read(file.unwrap().path()).unwrap()).collect()
    }

    /// Returns `true` if the file, its `-wal` or its `-shm` contains these bytes.
    fn holds(&self, bytes: &[u8]) -> bool {
        ["", "-wal", "-shm"]
            .map(|suffix| self.beside(suffix))
            .iter()
            .any(|file| fs::read(file).unwrap_or_default().windows(bytes.len()).any(|window| window == bytes))
    }
}

#[async_trait]
impl Store for Sqlite {
    async fn rotate(&self, pages: &mut Vec<Rotation>) -> Result<Rotation, StoreError> {
        self.rotate_keys(|page| pages.push(page.clone())).await
    }
}

#[async_trait]
impl TestDatabase for Folder {
    async fn open(&self, keyring: Keyring) -> Result<Arc<dyn Store>, StoreError> {
        Ok(Arc::new(Sqlite::open(&self.path, keyring).await?))
    }

    async fn tamper(&self, statement: &str) {
        self.connection().await.execute(AssertSqlSafe(statement.to_owned())).await.unwrap();
    }

    async fn plan(&self, statement: &'static str, parameters: &[Value<'_>]) -> String {
        let explain = sqlx::query(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {statement}")));
        let rows = bind(explain, parameters).fetch_all(&mut self.connection().await).await.unwrap();
        rows.iter().map(|row| row.get::<String, _>("detail")).collect::<Vec<_>>().join("\n")
    }
}

macro_rules! tests {
    ($($check:ident),* $(,)?) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $check() {
                common::$check(&folder()).await;
            }
        )*
    };
}
for_every_check!(tests);

#[tokio::test]
async fn statements_use_indexes() {
    let fill = "INSERT INTO oauth_connections \
                (provider, account, generation, fence, state, due_at, lapses_at, key_id, sealed) \
                WITH RECURSIVE n(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n < 20000) \
                SELECT 'go1', printf('%07d', n), 1, 1, 'active', n * 1000, n * 2000, 'k', x'00' FROM n; \
                INSERT INTO oauth_used_once SELECT account, generation * 9000000000000000 FROM oauth_connections";
    let all = statements!("CAST(unixepoch('now', 'subsec') * 1000000 AS INTEGER)");
    common::statements_use_indexes(&folder(), &all, fill, "USING COVERING INDEX ").await;
}

#[tokio::test]
async fn earlier_file_gets_covering_indexes() {
    let folder = folder();
    Sqlite::open(&folder.path, ring()).await.unwrap().close().await;
    for statement in [
        "DROP INDEX oauth_connections_due",
        "DROP INDEX oauth_connections_lapsing",
        "CREATE INDEX oauth_connections_due ON oauth_connections (provider, due_at, account) \
         WHERE state = 'active' AND due_at IS NOT NULL",
        "CREATE INDEX oauth_connections_lapsing ON oauth_connections (provider, lapses_at, account) \
         WHERE state = 'active' AND lapses_at IS NOT NULL",
        "DELETE FROM _oauth_store_migrations WHERE version = 3",
    ] {
        folder.tamper(statement).await;
    }
    let all = statements!("0");
    let parameters = [Value::Text("go1"), Value::Number(50), Value::Number(1_000)];
    for statement in [all.due, all.lapsing] {
        let plan = folder.plan(statement, &parameters).await;
        assert!(!plan.contains("COVERING INDEX"), "{plan}");
    }
    Sqlite::open(&folder.path, ring()).await.unwrap();
    for statement in [all.due, all.lapsing] {
        let plan = folder.plan(statement, &parameters).await;
        assert!(plan.contains("COVERING INDEX"), "{plan}");
    }
}

#[tokio::test]
async fn disk_has_no_readable_token() {
    let token = "a-token-that-nobody-may-read";
    for (keyring, readable) in [(ring(), false), (Keyring::plaintext_for_tests(), true)] {
        let folder = folder();
        let store = Sqlite::open(&folder.path, keyring).await.unwrap();
        let acme = Key::new("go1", "an-account-that-may-be-read");
        store.insert(&acme, Content::new(token)).await.unwrap();
        for closed in [false, true] {
            assert_eq!(folder.holds(token.as_bytes()), readable, "closed: {closed}");
            assert!(folder.holds(acme.account.as_bytes()), "the search finds what is there");
            store.close().await;
        }
    }
}

/// Content that is encrypted with an old key, which may be known to others.
#[tokio::test]
async fn key_rotation_leaves_no_old_content() {
    let folder = folder();
    let old = Sqlite::open(&folder.path, ring()).await.unwrap();
    // Short content, and content that fills several pages.
    for (n, length) in (0..12).map(|n| (n, [50, 2_000, 9_000, 40_000][n % 4])) {
        let (acme, content) = (Key::new("go1", format!("{n:02}")), vec![7; length]);
        for _ in 0..2 {
            old.insert(&acme, Content::new(content.clone())).await.unwrap();
        }
    }
    // Removed and replaced content is erased, too.
    old.remove(&Key::new("go1", "11")).await.unwrap();
    let sealed: Vec<(Vec<u8>,)> =
        sqlx::query_as("SELECT sealed FROM oauth_connections WHERE sealed IS NOT NULL")
            .fetch_all(&mut folder.connection().await)
            .await
            .unwrap();
    assert_eq!(sealed.len(), 11);
    // A part of each ciphertext, since long ones are divided into pages.
    let count = || {
        let bytes = folder.all_bytes();
        let parts: HashSet<&[u8]> = sealed.iter().map(|(sealed,)| &sealed[4..36]).collect();
        bytes.windows(32).filter(|window| parts.contains(window)).count()
    };
    assert!(count() >= 11, "the search finds what is there");

    let new = Sqlite::open(&folder.path, Keyring::new(key(2)).and_older(key(1))).await.unwrap();
    let done = new.rotate_keys(|_| {}).await.unwrap();
    assert_eq!((done.reencrypted, done.wal_kept), (11, false), "{done:?}");
    assert_eq!(fs::metadata(folder.beside("-wal")).unwrap().len(), 0);
    assert_eq!(count(), 0);
    assert_eq!(new.load(&Key::new("go1", "03")).await.unwrap().unwrap().content.bytes(), [7; 40_000]);
}

#[tokio::test]
async fn reader_delays_erasure_but_no_save() {
    let folder = folder();
    let acme = Key::new("go1", "acme");
    Sqlite::open(&folder.path, ring()).await.unwrap().insert(&acme, Content::new("first")).await.unwrap();
    let store = Sqlite::open(&folder.path, Keyring::new(key(2)).and_older(key(1))).await.unwrap();
    let mut reader = folder.connection().await;
    reader.execute("BEGIN; SELECT * FROM oauth_connections").await.unwrap();
    let rotating = tokio::spawn({
        let store = store.clone();
        async move { store.rotate_keys(|_| {}).await.unwrap() }
    });
    for generation in 1..6 {
        let saved = store.save(&acme, generation, Content::new("next")).await.unwrap();
        assert!(matches!(saved, SaveOutcome::Accepted { .. }), "{saved:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(!rotating.is_finished(), "the log is truncated under a reader");
    reader.execute("ROLLBACK").await.unwrap();
    let done = rotating.await.unwrap();
    assert!(!done.wal_kept, "{done:?}");
}

#[tokio::test]
async fn debug_hides_secrets() {
    let folder = folder();
    let store = Sqlite::open(&folder.path, ring().and_older(key(9))).await.unwrap();
    let shown = format!("{store:?} {:?} {:?}", ring(), key(1));
    for secret in [key(1).expose_base64(), format!("{:?}", [1; 32]), "1, 1, 1".to_owned()] {
        assert!(!shown.contains(&secret), "{shown}");
    }
    assert!(shown.contains(key(1).id()));
}

#[cfg(unix)]
#[tokio::test]
async fn files_are_readable_by_owner_only() {
    use std::os::unix::fs::PermissionsExt;

    let folder = folder();
    for _ in 0..2 {
        let store = Sqlite::open(&folder.path, ring()).await.unwrap();
        store.insert(&Key::new("go1", "acme"), Content::new("token")).await.unwrap();
        for suffix in ["", "-wal", "-shm"] {
            let mode = fs::metadata(folder.beside(suffix)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{suffix:?}");
        }
        store.close().await;
        assert!(!folder.path.with_extension("db-wal").exists(), "one file is left");
        // As after a restore from a backup.
        fs::set_permissions(&folder.path, fs::Permissions::from_mode(0o644)).unwrap();
    }
}

#[tokio::test]
async fn rejects_unusable_path() {
    let folder = folder();
    let missing = folder.path.with_file_name("mispelt").join("tokens.db");
    let error = Sqlite::open(&missing, ring()).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Other);
    assert!(error.to_string().contains("does not exist"), "{error}");
    assert!(!missing.parent().unwrap().exists());

    let error = Sqlite::open(folder.path.parent().unwrap(), ring()).await.unwrap_err();
    assert!(error.to_string().contains("it is a folder"), "{error}");
}

#[tokio::test]
async fn open_existing_creates_no_file() {
    let folder = folder();
    let error = Sqlite::open_existing(&folder.path, ring()).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Other);
    assert!(error.to_string().contains("does not exist; correct the path"), "{error}");
    assert_eq!(fs::read_dir(folder.path.parent().unwrap()).unwrap().count(), 0);

    let acme = Key::new("go1", "acme");
    let store = Sqlite::open(&folder.path, ring()).await.unwrap();
    store.insert(&acme, Content::new("token")).await.unwrap();
    let other = Sqlite::open_existing(&folder.path, ring()).await.unwrap();
    assert!(other.load(&acme).await.unwrap().is_some());
}

/// A store with one record, which is leased.
#[cfg(unix)]
struct OpenStore {
    folder: Folder,
    store: Sqlite,
    acme: Key,
    fence: u64,
}

#[cfg(unix)]
impl OpenStore {
    async fn new() -> Self {
        let folder = folder();
        let store = Sqlite::open(&folder.path, ring()).await.unwrap();
        let acme = Key::new("go1", "acme");
        store.insert(&acme, Content::new("first")).await.unwrap();
        let owner = LeaseOwner::new("me");
        let lease = store.acquire(&acme, &owner, Duration::from_secs(600)).await.unwrap();
        let AcquireOutcome::Granted { fence, .. } = lease else { panic!("{lease:?}") };
        Self { folder, store, acme, fence }
    }

    async fn save(&self) -> Result<SaveOutcome, StoreError> {
        self.store.save(&self.acme, 1, Content::new("second")).await
    }

    async fn assert_writes_fail(&self) {
        let Self { store, acme, fence, .. } = self;
        let acquired = store.acquire(acme, &LeaseOwner::new("b"), Duration::from_secs(600)).await;
        for (name, result) in [
            ("acquire", acquired.map(drop)),
            ("intent", store.record_intent(acme, *fence, 1).await.map(drop)),
            ("save", self.save().await.map(drop)),
            ("insert", store.insert(&Key::new("go1", "other"), Content::new("new")).await.map(drop)),
        ] {
            let error = result.unwrap_err();
            assert_eq!(error.kind(), StoreErrorKind::Replaced, "{name}: {error}");
            assert!(error.to_string().contains("move it back") && !error.is_transient(), "{error}");
        }
    }
}

#[cfg(unix)]
#[tokio::test]
async fn removed_file_is_noticed_before_write() {
    let open = OpenStore::new().await;
    fs::remove_file(&open.folder.path).unwrap();
    open.assert_writes_fail().await;
    assert_eq!(open.store.load(&open.acme).await.unwrap_err().kind(), StoreErrorKind::Replaced);
    assert!(!open.folder.path.exists(), "no empty store takes its place");
}

#[cfg(unix)]
#[tokio::test]
async fn moved_file_can_be_moved_back() {
    let open = OpenStore::new().await;
    let elsewhere = open.folder.beside("-moved");
    fs::rename(&open.folder.path, &elsewhere).unwrap();
    open.assert_writes_fail().await;
    fs::rename(&elsewhere, &open.folder.path).unwrap();
    // A caller that has kept its token in memory saves it now.
    let saved = open.save().await.unwrap();
    assert!(matches!(saved, SaveOutcome::Accepted { generation: 2 }), "{saved:?}");
    let reopened = Sqlite::open(&open.folder.path, ring()).await.unwrap();
    let record = reopened.load(&open.acme).await.unwrap().unwrap();
    assert_eq!((record.content.bytes(), record.intent), (&b"second"[..], None));
}

#[cfg(unix)]
#[tokio::test]
async fn replacing_file_is_left_unchanged() {
    let open = OpenStore::new().await;
    let restored = folder();
    let backup = Sqlite::open(&restored.path, ring()).await.unwrap();
    backup.insert(&open.acme, Content::new("backup")).await.unwrap();
    backup.close().await;
    let before = fs::read(&restored.path).unwrap();
    fs::rename(&restored.path, &open.folder.path).unwrap();
    open.assert_writes_fail().await;
    // Connections that read are opened as needed, and must not open the other file.
    for _ in 0..8 {
        let error = open.store.load(&open.acme).await.unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Replaced, "{error}");
    }
    assert_eq!(fs::read(&open.folder.path).unwrap(), before);
}

#[cfg(unix)]
#[tokio::test]
async fn symbolic_link_to_other_file_is_noticed() {
    let (folder, other) = (folder(), folder());
    for path in [&folder.path, &other.path] {
        Sqlite::open(path, ring()).await.unwrap().close().await;
    }
    let link = folder.beside("-current");
    std::os::unix::fs::symlink(&folder.path, &link).unwrap();
    let store = Sqlite::open(&link, ring()).await.unwrap();
    store.insert(&Key::new("go1", "acme"), Content::new("token")).await.unwrap();
    fs::remove_file(&link).unwrap();
    std::os::unix::fs::symlink(&other.path, &link).unwrap();
    let error = store.insert(&Key::new("go1", "acme"), Content::new("token")).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Replaced, "{error}");
}

/// Recent commits are in the `-wal` file, locks of the processes in the `-shm` file.
#[cfg(unix)]
#[tokio::test]
async fn removed_companion_file_is_noticed() {
    for suffix in ["-wal", "-shm"] {
        let open = OpenStore::new().await;
        let (file, elsewhere) = (open.folder.beside(suffix), open.folder.beside("-moved"));
        fs::rename(&file, &elsewhere).unwrap();
        open.assert_writes_fail().await;
        fs::rename(&elsewhere, &file).unwrap();
        // SQLite has written to the moved file, so the save took effect. Its caller recognizes the content.
        let SaveOutcome::Superseded { record } = open.save().await.unwrap() else { panic!("{suffix}") };
        assert_eq!(record.content.bytes(), b"second", "{suffix}");
    }
}

#[tokio::test]
async fn other_processes_and_checkpoints_replace_no_file() {
    let folder = folder();
    let store = Sqlite::open(&folder.path, ring()).await.unwrap();
    let acme = Key::new("go1", "acme");
    for round in 1..10 {
        let other = Sqlite::open(&folder.path, ring()).await.unwrap();
        assert_eq!(other.insert(&acme, Content::new("token")).await.unwrap(), 2 * round - 1);
        other.close().await;
        folder.tamper("PRAGMA wal_checkpoint(TRUNCATE)").await;
        folder.tamper("VACUUM").await;
        assert_eq!(store.insert(&acme, Content::new("token")).await.unwrap(), 2 * round);
    }
    store.close().await;
    let error = store.insert(&acme, Content::new("token")).await.unwrap_err();
    assert!(error.to_string().contains("the store is closed"), "{error}");
}

#[tokio::test]
async fn other_files_are_left_unchanged() {
    let folder = folder();
    let text = "A text file that is not a database and must not be changed. ".repeat(20);
    fs::write(&folder.path, &text).unwrap();
    let error = Sqlite::open(&folder.path, ring()).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Corrupt, "{error}");
    assert!(error.to_string().contains("not a SQLite database"), "{error}");
    assert_eq!(fs::read_to_string(&folder.path).unwrap(), text);
}

/// SQLite does not check text, and a changed bit in a file can make it invalid.
#[tokio::test]
async fn invalid_text_hides_no_other_record() {
    let folder = folder();
    let store = Sqlite::open(&folder.path, ring()).await.unwrap();
    let due = DateTime::from_timestamp(1_000, 0);
    for account in ["a", "b", "c", "d", "z"] {
        store.insert(&Key::new("go1", account), Content::new("token").due_at(due)).await.unwrap();
    }
    for change in [
        "account = CAST(x'62ff' AS TEXT) WHERE account = 'b'",
        "state = CAST(x'ff' AS TEXT) WHERE account = 'c'",
        "key_id = CAST(x'ff' AS TEXT) WHERE account = 'd'",
    ] {
        folder.tamper(&format!("UPDATE oauth_connections SET {change}")).await;
    }
    let listed = store.list("go1", None, 9).await.unwrap();
    let accounts: Vec<&str> = listed.iter().map(|one| one.account.as_str()).collect();
    assert_eq!(accounts, ["a", "b\u{fffd}", "c", "d", "z"]);
    assert_eq!(listed[2].state, RecordState::Unreadable);
    let query = DueQuery::new("go1").due_by(due.unwrap());
    let found = store.due(&query, 9).await.unwrap();
    assert_eq!(
        found.iter().map(|one| one.account.as_str()).collect::<Vec<_>>(),
        ["a", "b\u{fffd}", "d", "z"]
    );

    let rotating = Sqlite::open(&folder.path, Keyring::new(key(2)).and_older(key(1))).await.unwrap();
    let done = rotating.rotate_keys(|_| {}).await.unwrap();
    assert_eq!((done.found, done.reencrypted), (5, 3), "{done:?}");
    assert_eq!(done.unreadable, ["b\u{fffd}", "d"].map(|account| Key::new("go1", account)));
    assert_eq!(done.damaged, [Key::new("go1", "c")]);
}

#[tokio::test]
async fn damaged_file_is_reported() {
    let folder = folder();
    let store = Sqlite::open(&folder.path, ring()).await.unwrap();
    for n in 0..200 {
        store.insert(&Key::new("go1", format!("{n}")), Content::new(vec![7; 1_000])).await.unwrap();
    }
    store.close().await;
    let mut bytes = fs::read(&folder.path).unwrap();
    // All pages but the first, which marks the file as a database.
    bytes[4096..].fill(0xa5);
    fs::write(&folder.path, bytes).unwrap();
    let error = match Sqlite::open(&folder.path, ring()).await {
        Ok(store) => store.load(&Key::new("go1", "7")).await.unwrap_err(),
        Err(error) => error,
    };
    assert_eq!(error.kind(), StoreErrorKind::Corrupt, "{error}");
}
