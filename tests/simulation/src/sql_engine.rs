//! The statements of `oauth-store` on an in-memory SQLite database with simulated time.

use std::fmt;
use std::future::{Future, ready};
use std::sync::{Arc, Mutex, PoisonError};

use oauth_core::Clock as _;
use oauth_core::store::{Key, StoreError, StoreErrorKind, TokenStore};
use oauth_store::Keyring;
use oauth_store::internal::{
    Database, DueRow, EngineStore, Query, RecordRow, STATEMENTS, SqlxQuery, Statements, SummaryRow, Value,
    bind,
};
use sqlx::sqlite::{Sqlite, SqliteConnectOptions, SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Executor as _, FromRow};

use crate::simulated_store::{Engine, finish};
use crate::simulation_state::SimulationClock;

const SCHEMA: [&str; 3] = [
    include_str!("../../../crates/oauth-store/migrations/sqlite/0001_connections.sql"),
    include_str!("../../../crates/oauth-store/migrations/sqlite/0002_used_once.sql"),
    include_str!("../../../crates/oauth-store/migrations/sqlite/0003_due_in_one_place.sql"),
];
/// Number of the parameter that replaces `$now`, after those of every statement.
const NOW: usize = 9;

/// The engine of `oauth-store`. Its rows are real, and so are backups and damage.
#[derive(Debug)]
pub(crate) struct SqlEngine {
    store: EngineStore<MemoryDatabase>,
    database: MemoryDatabase,
}

impl SqlEngine {
    pub(crate) fn new(clock: &SimulationClock) -> Self {
        let options = SqliteConnectOptions::new().in_memory(true).disable_statement_logging();
        let connection = finish(options.connect()).expect("an in-memory database");
        let database = MemoryDatabase { connection: Arc::new(Mutex::new(connection)), clock: clock.clone() };
        SCHEMA.into_iter().for_each(|statement| database.run(statement));
        let store = EngineStore::new(database.clone(), Keyring::plaintext_for_tests());
        Self { store, database }
    }
}

impl Engine for SqlEngine {
    fn store(&self) -> &dyn TokenStore {
        &self.store
    }

    fn back_up(&self) {
        self.database.run(
            "DROP TABLE IF EXISTS backup; CREATE TABLE backup AS SELECT * FROM oauth_connections; \
             UPDATE backup SET lease_owner = NULL, lease_until = NULL, lease_length = NULL",
        );
    }

    fn restore(&self) {
        self.database
            .run("DELETE FROM oauth_connections; INSERT INTO oauth_connections SELECT * FROM backup");
    }

    fn damage(&self, key: &Key) {
        let statement = "UPDATE oauth_connections SET state = 'unknown' WHERE provider = $1 AND account = $2";
        let values = [Value::Text(&key.provider), Value::Text(&key.account)];
        let changed = finish(self.database.change(Query::write(statement, &values)));
        changed.expect("a statement of the simulation");
    }
}

#[derive(Clone)]
struct MemoryDatabase {
    connection: Arc<Mutex<SqliteConnection>>,
    clock: SimulationClock,
}

impl fmt::Debug for MemoryDatabase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryDatabase").finish_non_exhaustive()
    }
}

impl MemoryDatabase {
    fn with<T>(
        &self,
        work: impl AsyncFnOnce(&mut SqliteConnection) -> Result<T, sqlx::Error>,
    ) -> Result<T, StoreError> {
        let mut connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        finish(work(&mut connection)).map_err(|error| {
            StoreError::new(StoreErrorKind::Other, "the in-memory database failed").with_source(error)
        })
    }

    fn run(&self, statement: &'static str) {
        let done = self.with(async |connection| connection.execute(sqlx::raw_sql(statement)).await);
        done.expect("a statement of the simulation");
    }

    fn bind(&self, query: Query<'_>) -> SqlxQuery<Sqlite> {
        let statement = query.statement.replace("$now", &format!("${NOW}"));
        let bound = bind(sqlx::query(AssertSqlSafe(statement)), query.values);
        let bound = (query.values.len() + 1..NOW).fold(bound, |bound, _| bound.bind(None::<i64>));
        bound.bind(self.clock.now().timestamp_micros())
    }

    fn rows<T>(&self, query: Query<'_>) -> Result<Vec<T>, StoreError>
    where
        T: for<'r> FromRow<'r, SqliteRow>,
    {
        let query = self.bind(query);
        self.with(async |connection| {
            let rows = connection.fetch_all(query).await?;
            rows.iter().map(T::from_row).collect()
        })
    }
}

impl Database for MemoryDatabase {
    const STATEMENTS: &'static Statements = &STATEMENTS;

    fn records(&self, query: Query<'_>) -> impl Future<Output = Result<Vec<RecordRow>, StoreError>> + Send {
        ready(self.rows(query))
    }

    fn summaries(
        &self,
        query: Query<'_>,
    ) -> impl Future<Output = Result<Vec<SummaryRow>, StoreError>> + Send {
        ready(self.rows(query))
    }

    fn due(&self, query: Query<'_>) -> impl Future<Output = Result<Vec<DueRow>, StoreError>> + Send {
        ready(self.rows(query))
    }

    fn numbers(&self, query: Query<'_>) -> impl Future<Output = Result<Vec<(i64,)>, StoreError>> + Send {
        ready(self.rows(query))
    }

    fn change(&self, query: Query<'_>) -> impl Future<Output = Result<u64, StoreError>> + Send {
        let query = self.bind(query);
        ready(self.with(async |connection| Ok(connection.execute(query).await?.rows_affected())))
    }

    fn change_all(&self, queries: &[Query<'_>]) -> impl Future<Output = Result<u64, StoreError>> + Send {
        ready(queries.iter().map(|query| finish(self.change(*query))).sum())
    }
}
