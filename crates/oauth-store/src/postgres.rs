//! PostgreSQL store, shared by many machines.

mod database;
mod error;

use std::str::FromStr;
use std::time::Duration;

use oauth_core::store::{
    AcquireOutcome, Content, DueQuery, Key, LeaseOwner, Record, RecordState, RecordSummary, SaveOutcome,
    StoreError, StoreErrorKind,
};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, Executor};

use crate::Keyring;
use crate::engine::Engine;
use crate::migrations::{Step, explained, migrate};
use crate::token_store::token_store;
use database::{PostgresDatabase, answered};
use error::explain;

pub(crate) const STEPS: &[Step] = &[
    (1, "connections", include_str!("../migrations/postgres/0001_connections.sql")),
    (2, "used once", include_str!("../migrations/postgres/0002_used_once.sql")),
];

/// Longest wait for a pooled connection, new ones included.
const TURN: Duration = Duration::from_secs(10);
const CONNECTIONS: u32 = 8;

/// A store in a PostgreSQL database, for many machines. Clones share a pool of up to eight connections.
///
/// Requires PostgreSQL 12 or newer. It may be the application's own database: the store uses three tables,
/// `oauth_connections`, `oauth_used_once` and `_oauth_store_migrations`, in the first schema of the
/// `search_path`.
#[derive(Clone, Debug)]
pub struct Postgres {
    engine: std::sync::Arc<Engine<PostgresDatabase>>,
}

impl Postgres {
    /// Connects to a database, such as `postgres://user:password@host/database`, and creates missing tables.
    ///
    /// # Errors
    /// A [`StoreError`] if the server is unreachable or denies access, if the tables are of a newer version
    /// or cannot be created, or if there are records and all are encrypted with keys that the keyring does
    /// not have.
    pub async fn connect(url: &str, keyring: Keyring) -> Result<Self, StoreError> {
        let options = PgConnectOptions::from_str(url)
            .map_err(|_| {
                // The cause is dropped: it may quote the URL with its password.
                StoreError::new(
                    StoreErrorKind::Other,
                    "the PostgreSQL URL cannot be parsed; it looks like postgres://user:password@host/database",
                )
            })?
            .application_name("oauth-store")
            .disable_statement_logging();
        let name = options.get_database().unwrap_or(options.get_username());
        let place = format!("the PostgreSQL database {name} at {}", options.get_host());
        prepare(&options, &place).await?;
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(TURN)
            .after_connect(|connection, _| {
                Box::pin(async move {
                    // A token must be on disk when a save returns, whatever the server's default. Stricter
                    // settings stay.
                    connection
                        .execute(
                            "SELECT set_config('synchronous_commit', 'on', false) \
                             WHERE current_setting('synchronous_commit') = 'off'",
                        )
                        .await
                        .map(drop)
                })
            })
            .connect_lazy_with(options);
        let database = PostgresDatabase { pool, place };
        let engine = std::sync::Arc::new(Engine { database, keyring });
        engine.check_keys().await?;
        Ok(Self { engine })
    }

    /// Closes the store gracefully: waits for calls in flight, then closes the connections.
    pub async fn close(&self) {
        self.engine.database.pool.close().await;
    }
}

token_store!(Postgres);

/// Uses a separate connection: if a migration fails, its lock ends with the connection.
async fn prepare(options: &PgConnectOptions, place: &str) -> Result<(), StoreError> {
    let explain = |error| explain(error, place);
    let mut connection = answered(place, async { options.connect().await.map_err(explain) }).await?;
    // No timeout: another process' migration may take long.
    migrate(STEPS, &mut connection).await.map_err(|error| explained(error, place, explain))?;
    PgConnection::close(connection).await.map_err(explain)
}
