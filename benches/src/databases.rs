//! Databases for benchmarks: SQLite files, and a temporary PostgreSQL server.

use std::path::Path;
use std::time::Duration;

use anyhow::{Result, anyhow};
use oauth_store::{EncryptionKey, Keyring, Postgres, Sqlite};
use sqlx::postgres::{PgPool, PgPoolOptions};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};

#[allow(dead_code, reason = "the store's tests use more of it")]
#[path = "../../crates/oauth-store/tests/common/cluster.rs"]
mod cluster;

/// A PostgreSQL server, stopped on drop, with the tables of `oauth-store`.
#[derive(Debug)]
pub struct Server(cluster::Cluster);

impl Server {
    /// Starts the server.
    ///
    /// # Errors
    /// If PostgreSQL is not installed or does not start.
    pub fn start() -> Result<Self, String> {
        cluster::Cluster::start().map(Self)
    }

    /// An `oauth-store` on this server.
    pub async fn store(&self) -> Result<Postgres> {
        Ok(Postgres::connect(&self.0.url(), keyring()?).await?)
    }

    /// A sqlx pool on this server.
    pub async fn pool(&self) -> Result<PgPool> {
        Ok(PgPoolOptions::new().max_connections(8).connect(&self.0.url()).await?)
    }
}

fn keyring() -> Result<Keyring> {
    Ok(Keyring::new(EncryptionKey::generate().map_err(|error| anyhow!("no key: {error}"))?))
}

/// An `oauth-store` in a file.
pub async fn sqlite(file: &Path) -> Result<Sqlite> {
    Ok(Sqlite::open(file, keyring()?).await?)
}

/// sqlx on a file with the tables and durability settings of `oauth-store`: a pool with one writing
/// connection, and one for reading.
pub async fn bare_sqlite(file: &Path) -> Result<(SqlitePool, SqlitePool)> {
    sqlite(file).await?.close().await;
    let options = SqliteConnectOptions::new()
        .filename(file)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .pragma("secure_delete", "ON")
        .busy_timeout(Duration::from_secs(10));
    let pool = |connections| SqlitePoolOptions::new().max_connections(connections).test_before_acquire(false);
    Ok((pool(1).connect_with(options.clone()).await?, pool(4).connect_with(options).await?))
}
