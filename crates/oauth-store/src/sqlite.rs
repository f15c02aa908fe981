//! One file.

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
    // Of SQLite only: PostgreSQL reads its table ahead, and finds as many as quickly in a million as in a thousand.
    (3, "due in one place", include_str!("../migrations/sqlite/0003_due_in_one_place.sql")),
];

/// How long another process may hold the file before a call gives up.
const BUSY: Duration = Duration::from_secs(10);
/// How long a call waits for its turn among this process' own calls.
const TURN: Duration = Duration::from_secs(30);
const READERS: u32 = 4;

/// Connections in one SQLite file, for the processes of one machine. Clones share it.
///
/// The file is in WAL mode: readers never wait, and a token is on the disk when a save returns. It belongs on a local disk,
/// not on a network share.
#[derive(Clone, Debug)]
pub struct Sqlite {
    engine: std::sync::Arc<Engine<SqliteDatabase>>,
}

impl Sqlite {
    /// Opens a store, or makes one, readable and writable by the user who runs this and nobody else (`0600`, which an
    /// existing file is set to as well). The folder must be there.
    ///
    /// # Errors
    /// If the folder is not there, the file is none of ours or of a newer version, or it cannot be written.
    pub async fn open(path: impl AsRef<Path>, keyring: Keyring) -> Result<Self, StoreError> {
        Self::open_within(path.as_ref(), keyring, BUSY).await
    }

    async fn open_within(path: &Path, keyring: Keyring, busy: Duration) -> Result<Self, StoreError> {
        let place = format!("the SQLite store {}", path.display());
        file::prepare(path, &place)?;
        let options = SqliteConnectOptions::new()
            .filename(path)
            .journal_mode(SqliteJournalMode::Wal)
            // Not NORMAL: that forgets the last commits when the power fails, and with them the only live refresh token.
            .synchronous(SqliteSynchronous::Full)
            // Removed and replaced tokens are overwritten, so an old key's loss does not matter once keys were rotated.
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

    /// Ends orderly: waits for calls in flight, and leaves one file without its `-wal` unless another process has it open.
    pub async fn close(&self) {
        self.engine.database.readers.close().await;
        self.engine.database.writer.close().await;
    }
}

token_store!(Sqlite);

/// One connection only: calls of one process queue for it in order, instead of each sleeping until SQLite lets it in.
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
    let begun = Instant::now();
    loop {
        match pool.clone().connect_with(options.clone()).await {
            Ok(pool) => return Ok(pool),
            Err(error) => {
                let error = explain(error, place);
                if !error.is_transient() || begun.elapsed() > busy {
                    return Err(error);
                }
            }
        }
        // Many processes at a new file: SQLite does not wait for the one that switches it to WAL mode, so we do.
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// In one transaction that other processes wait for: SQLite's side of sqlx has no lock of its own for this.
async fn prepare(database: &SqliteDatabase) -> Result<(), StoreError> {
    let place = &database.place;
    let mut transaction =
        database.writer.begin_with("BEGIN IMMEDIATE").await.map_err(|error| explain(error, place))?;
    migrate(STEPS, &mut *transaction)
        .await
        .map_err(|error| explained(error, place, |error| explain(error, place)))?;
    transaction.commit().await.map_err(|error| explain(error, place))
}
