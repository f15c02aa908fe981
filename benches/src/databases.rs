//! Databases for benchmarks: SQLite files, and a temporary PostgreSQL server.

use std::path::Path;
use std::time::Duration;

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
    pub async fn store(&self) -> Postgres {
        Postgres::connect(&self.0.url(), keyring()).await.expect("a store")
    }

    /// A sqlx pool on this server.
    pub async fn pool(&self) -> PgPool {
        PgPoolOptions::new().max_connections(8).connect(&self.0.url()).await.expect("a pool")
    }
}

fn keyring() -> Keyring {
    Keyring::new(EncryptionKey::generate().expect("a key"))
}

/// An `oauth-store` in a file.
pub async fn sqlite(file: &Path) -> Sqlite {
    Sqlite::open(file, keyring()).await.expect("a store")
}

/// sqlx on the file of an `oauth-store`, with the same settings for durability.
pub async fn bare_sqlite(file: &Path) -> SqlitePool {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .pragma("secure_delete", "ON")
        .busy_timeout(Duration::from_secs(10));
    let pool = SqlitePoolOptions::new().max_connections(1).test_before_acquire(false);
    pool.connect_with(options).await.expect("a pool")
}
