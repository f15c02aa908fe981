//! SQLite store, shared by the processes of one machine.

mod database;
mod error;
mod file;
#[cfg(test)]
mod tests;

use std::path::Path;
use std::time::{Duration, Instant};

use oauth_core::store::{
    AcquireOutcome, Content, DueQuery, Key, LeaseOwner, Record, RecordState, RecordSummary, SaveOutcome,
    StoreError,
};
use sqlx::ConnectOptions;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};

use crate::Keyring;
use crate::engine::Engine;
use crate::migrations::{Step, explained, migrate};
use crate::token_store::token_store;
use database::SqliteDatabase;
use error::explain;

pub(crate) const STEPS: &[Step] = &[
    (1, "connections", include_str!("../migrations/sqlite/0001_connections.sql")),
    (2, "used once", include_str!("../migrations/sqlite/0002_used_once.sql")),
    // SQLite only: PostgreSQL reads the table ahead, and is equally fast with a million rows.
    (3, "due in one place", include_str!("../migrations/sqlite/0003_due_in_one_place.sql")),
];

/// Longest wait for a lock that another process holds.
const BUSY: Duration = Duration::from_secs(10);
/// Longest wait for a pooled connection.
const TURN: Duration = Duration::from_secs(30);
const READERS: u32 = 4;

/// A store in one SQLite file, for the processes of one machine. Clones share it.
///
/// The file is in WAL mode: readers never wait, and a token is on disk when a save returns. Keep it on a
/// local disk, not on a network share.
#[derive(Clone, Debug)]
pub struct Sqlite {
    engine: std::sync::Arc<Engine<SqliteDatabase>>,
}

impl Sqlite {
    /// Opens a store, or creates it. The file is readable and writable by its owner only (mode `0600`, which
    /// is also set on an existing file). The folder must exist.
    ///
    /// # Errors
    /// A [`StoreError`] if the folder is missing, the file is not such a store or of a newer version, or it
    /// cannot be written.
    pub async fn open(path: impl AsRef<Path>, keyring: Keyring) -> Result<Self, StoreError> {
        Self::open_within(path.as_ref(), keyring, BUSY).await
    }

    async fn open_within(path: &Path, keyring: Keyring, busy: Duration) -> Result<Self, StoreError> {
        let place = format!("the SQLite store {}", path.display());
        file::prepare(path, &place)?;
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
        let database = SqliteDatabase {
            writer: writer(options.clone(), &place, busy).await?,
            readers: SqlitePoolOptions::new()
                .max_connections(READERS)
                .acquire_timeout(TURN)
                .test_before_acquire(false)
                .connect_lazy_with(options),
            place,
        };
        prepare(&database).await?;
        Ok(Self { engine: std::sync::Arc::new(Engine { database, keyring }) })
    }

    /// Closes the store gracefully: waits for calls in flight, and removes the `-wal` file unless another
    /// process uses it.
    pub async fn close(&self) {
        self.engine.database.readers.close().await;
        self.engine.database.writer.close().await;
    }
}

token_store!(Sqlite);

/// One connection, so that calls of this process queue in order instead of polling for SQLite's lock.
async fn writer(
    options: SqliteConnectOptions,
    place: &str,
    busy: Duration,
) -> Result<SqlitePool, StoreError> {
    let pool = SqlitePoolOptions::new()
        .max_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .acquire_timeout(TURN)
        .test_before_acquire(false);
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
