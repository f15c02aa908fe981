//! Where the tests' stores are.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use oauth_core::store::TokenStore;
use oauth_store::{EncryptionKey, Keyring, Postgres, Sqlite};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

use crate::protocol::Place;

impl Place {
    /// Another pool of connections, as another machine would have.
    pub(crate) async fn open(&self) -> Arc<dyn TokenStore> {
        let keyring = Keyring::new(EncryptionKey::from_bytes([7; 32]));
        match self {
            Self::Sqlite(path) => Arc::new(Sqlite::open(path, keyring).await.unwrap()),
            Self::Postgres(url) => Arc::new(Postgres::connect(url, keyring).await.unwrap()),
        }
    }
}

/// An empty schema on a PostgreSQL server.
pub(crate) async fn schema(server: &str) -> Place {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = format!("oauth_processes_{}_{count}", std::process::id());
    let mut connection = PgConnection::connect(server).await.unwrap();
    connection.execute(AssertSqlSafe(format!("CREATE SCHEMA {name}"))).await.unwrap();
    let more = if server.contains('?') { '&' } else { '?' };
    Place::Postgres(format!("{server}{more}options[search_path]={name}"))
}
