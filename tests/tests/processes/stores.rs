//! Opens stores, and creates empty ones.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use oauth_core::store::TokenStore;
use oauth_store::{EncryptionKey, Keyring, Postgres, Sqlite};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

use crate::protocol::StoreLocation;

impl StoreLocation {
    /// Opens the store with its own connection pool, like another machine.
    pub(crate) async fn open(&self) -> Arc<dyn TokenStore> {
        let keyring = Keyring::new(EncryptionKey::from_bytes([7; 32]));
        match self {
            Self::Sqlite(path) => Arc::new(Sqlite::open(path, keyring).await.unwrap()),
            Self::Postgres(url) => Arc::new(Postgres::connect(url, keyring).await.unwrap()),
        }
    }
}

/// Creates an empty schema on a PostgreSQL server.
pub(crate) async fn create_schema(server: &str) -> StoreLocation {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = format!("oauth_processes_{}_{count}", std::process::id());
    let mut connection = PgConnection::connect(server).await.unwrap();
    connection.execute(AssertSqlSafe(format!("CREATE SCHEMA {name}"))).await.unwrap();
    let more = if server.contains('?') { '&' } else { '?' };
    StoreLocation::Postgres(format!("{server}{more}options[search_path]={name}"))
}
