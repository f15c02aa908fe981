//! SQLite store, shared by the processes of one machine.

mod database;
mod error;
mod file;
mod open_files;
mod reserve;
#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use oauth_core::store::{
    AcquireOutcome, Content, DueQuery, Key, LeaseOwner, Record, RecordState, RecordSummary, SaveOutcome,
    StoreError,
};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{ConnectOptions, Executor};

use crate::Keyring;
use crate::engine::Engine;
use crate::migrations::{Step, explained, migrate};
use crate::token_store::token_store;
use database::SqliteDatabase;
use error::explain;
use file::Missing;
use open_files::{OpenFiles, beside};
use reserve::Reserve;

pub(crate) const STEPS: &[Step] = &[
    (1, "connections", include_str!("../migrations/sqlite/0001_connections.sql")),
    (2, "used once", include_str!("../migrations/sqlite/0002_used_once.sql")),
    // SQLite only: PostgreSQL reads the table ahead, and is equally fast with a million rows.
    (3, "due in one place", include_str!("../migrations/sqlite/0003_due_in_one_place.sql")),
];

/// Longest wait for a lock that another process holds.
const BUSY: Duration = Duration::from_secs(10);
/// Longest wait of one attempt to truncate the `-wal` file. Meanwhile no token can be saved.
const CHECKPOINT_WAIT: Duration = Duration::from_millis(100);
/// Longest wait for a pooled connection.
const TURN: Duration = Duration::from_secs(30);
const READERS: u32 = 4;

/// A store in one SQLite file, for the processes of one machine. Clones share it.
///
/// The file is in WAL mode: readers never wait, and a token is on disk when a save returns. Keep it on a
/// local disk, not on a network share.
///
/// On a full disk no token is refreshed, and a token that was refreshed before is saved: a file of 256 KiB
/// beside the store, with the suffix `-reserve`, keeps space for this.
///
/// If the file is removed or replaced while it is open, every call fails with
/// [`StoreErrorKind::Replaced`](oauth_core::store::StoreErrorKind::Replaced): what SQLite writes to such a
/// file is lost.
#[derive(Clone, Debug)]
pub struct Sqlite {
    engine: Arc<Engine<SqliteDatabase>>,
}

impl Sqlite {
    /// Opens a store, or creates it. The file is readable and writable by its owner only (mode `0600`, which
    /// is also set on an existing file). The folder must exist.
    ///
    /// # Errors
    /// A [`StoreError`] if the folder is missing, the file is not such a store or of a newer version, it
    /// cannot be written, or it has records and all are encrypted with keys that the keyring does not have.
    pub async fn open(path: impl AsRef<Path>, keyring: Keyring) -> Result<Self, StoreError> {
        Self::open_within(path.as_ref(), keyring, BUSY, Missing::IsCreated).await
    }

    /// Opens a store that exists. Creates no file, so that a misspelt path is an error.
    ///
    /// # Errors
    /// As [`open`](Self::open), and if there is no file of this name.
    pub async fn open_existing(path: impl AsRef<Path>, keyring: Keyring) -> Result<Self, StoreError> {
        Self::open_within(path.as_ref(), keyring, BUSY, Missing::IsError).await
    }

    async fn open_within(
        path: &Path,
        keyring: Keyring,
        busy: Duration,
        missing: Missing,
    ) -> Result<Self, StoreError> {
        let place = format!("the SQLite store {}", path.display());
        // Not affected by a later change of the current directory.
        let path = &std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        file::prepare(path, &place, missing)?;
        let options = SqliteConnectOptions::new()
            .filename(path)
            .journal_mode(SqliteJournalMode::Wal)
            // Not NORMAL: a power failure would lose the last commits, and with them the only valid refresh
            // token.
            .synchronous(SqliteSynchronous::Full)
            // Old tokens are overwritten on disk, so a leaked old key reveals nothing after a key rotation.
            .pragma("secure_delete", "ON")
            .busy_timeout(busy)
            .disable_statement_logging();
        let (files, writer) = open_writer(path, &options, &place, busy).await?;
        let database = SqliteDatabase {
            writer,
            readers: SqlitePoolOptions::new()
                .max_connections(READERS)
                .acquire_timeout(TURN)
                .test_before_acquire(false)
                .connect_lazy_with(options.clone()),
            checkpoints: options.busy_timeout(CHECKPOINT_WAIT),
            patience: busy,
            reserve: Reserve::new(beside(&files.resolved, "-reserve"), &place),
            place,
            files,
        };
        prepare(&database).await?;
        let engine = Arc::new(Engine { database, keyring });
        engine.check_keys().await?;
        Ok(Self { engine })
    }

    /// Closes the store gracefully: waits for calls in flight, and removes the `-wal` file unless another
    /// process uses it.
    pub async fn close(&self) {
        self.engine.database.readers.close().await;
        self.engine.database.writer.close().await;
    }
}

token_store!(Sqlite);

/// Opens the file, and records which one it is.
async fn open_writer(
    path: &Path,
    options: &SqliteConnectOptions,
    place: &str,
    busy: Duration,
) -> Result<(Arc<OpenFiles>, SqlitePool), StoreError> {
    let mut tries = 3;
    loop {
        let files = Arc::new(OpenFiles::new(path, place)?);
        let writer = writer(options.clone(), &files, place, busy).await?;
        match files.check() {
            Ok(()) => return Ok((files, writer)),
            Err(error) if tries == 1 => return Err(error),
            // Replaced while SQLite opened it; or an overlay file system has copied it because it was opened.
            Err(_) => writer.close().await,
        }
        tries -= 1;
    }
}

/// One connection, so that calls of this process queue in order instead of polling for SQLite's lock.
async fn writer(
    options: SqliteConnectOptions,
    files: &Arc<OpenFiles>,
    place: &str,
    busy: Duration,
) -> Result<SqlitePool, StoreError> {
    let pool = SqlitePoolOptions::new()
        .max_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .acquire_timeout(TURN)
        .test_before_acquire(false)
        .after_connect({
            let files = Arc::clone(files);
            move |connection, _| {
                let files = Arc::clone(&files);
                Box::pin(async move {
                    // Reading creates the files beside the store.
                    connection.execute("SELECT count(*) FROM sqlite_schema").await?;
                    Ok(files.record_companions()?)
                })
            }
        });
    let started = Instant::now();
    loop {
        match pool.clone().connect_with(options.clone()).await {
            Ok(pool) => return Ok(pool),
            Err(error) => {
                let error = explain(error, place);
                if !error.is_transient() || started.elapsed() > busy {
                    return Err(error);
                }
            }
        }
        // SQLite does not wait while another process switches a new file to WAL mode.
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Runs in a transaction that other processes wait for: sqlx has no migration lock for SQLite.
async fn prepare(database: &SqliteDatabase) -> Result<(), StoreError> {
    let place = &database.place;
    let mut transaction =
        database.writer.begin_with("BEGIN IMMEDIATE").await.map_err(|error| explain(error, place))?;
    migrate(STEPS, &mut *transaction)
        .await
        .map_err(|error| explained(error, place, |error| explain(error, place)))?;
    transaction.commit().await.map_err(|error| explain(error, place))
}
