//! Statements on PostgreSQL.

use std::time::Duration;

use oauth_core::store::{StoreError, StoreErrorKind};
use sqlx::error::BoxDynError;
use sqlx::postgres::{PgPool, PgRow, PgTypeInfo, PgValueRef, Postgres};
use sqlx::{Decode, Executor, FromRow, Type};

use super::error::explain;
use crate::engine::Database;
use crate::query::{Query, SqlxQuery, bind};
use crate::rows::{DueRow, RecordRow, SummaryRow, Text};
use crate::statements::{Statements, due, longest_lease, next, record, statements, summary};

/// Longest wait for a response. Behind a broken network a server never responds.
const TIMEOUT: Duration = Duration::from_secs(30);

#[derive(Debug)]
pub(crate) struct PostgresDatabase {
    pub(super) pool: PgPool,
    /// Name of the database in messages.
    pub(super) place: String,
}

/// Runs a call with [`TIMEOUT`].
pub(super) async fn answered<T>(
    place: &str,
    call: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, StoreError> {
    tokio::time::timeout(TIMEOUT, call).await.unwrap_or_else(|_| {
        Err(StoreError::new(
            StoreErrorKind::Unavailable,
            format!(
                "{place}: no response in {} s, so the call may or may not have taken effect; check the server and the network",
                TIMEOUT.as_secs()
            ),
        ))
    })
}

impl Type<Postgres> for Text {
    fn type_info() -> PgTypeInfo {
        <str as Type<Postgres>>::type_info()
    }

    fn compatible(info: &PgTypeInfo) -> bool {
        <str as Type<Postgres>>::compatible(info)
    }
}

impl<'r> Decode<'r, Postgres> for Text {
    fn decode(value: PgValueRef<'r>) -> Result<Self, BoxDynError> {
        // The server stores valid text only.
        <String as Decode<'r, Postgres>>::decode(value).map(Self)
    }
}

fn bound(query: Query<'_>) -> SqlxQuery<Postgres> {
    bind(sqlx::query(query.statement), query.values)
}

impl PostgresDatabase {
    async fn rows<T>(&self, query: Query<'_>) -> Result<Vec<T>, StoreError>
    where
        T: for<'r> FromRow<'r, PgRow>,
    {
        answered(&self.place, async {
            let rows = self.pool.fetch_all(bound(query)).await;
            rows.and_then(|rows| rows.iter().map(T::from_row).collect())
                .map_err(|error| explain(error, &self.place))
        })
        .await
    }
}

impl Database for PostgresDatabase {
    const STATEMENTS: &'static Statements =
        &statements!("CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)");

    async fn records(&self, query: Query<'_>) -> Result<Vec<RecordRow>, StoreError> {
        self.rows(query).await
    }

    async fn summaries(&self, query: Query<'_>) -> Result<Vec<SummaryRow>, StoreError> {
        self.rows(query).await
    }

    async fn due(&self, query: Query<'_>) -> Result<Vec<DueRow>, StoreError> {
        self.rows(query).await
    }

    async fn numbers(&self, query: Query<'_>) -> Result<Vec<(i64,)>, StoreError> {
        self.rows(query).await
    }

    async fn change(&self, query: Query<'_>) -> Result<u64, StoreError> {
        answered(&self.place, async {
            let done = self.pool.execute(bound(query)).await;
            done.map(|done| done.rows_affected()).map_err(|error| explain(error, &self.place))
        })
        .await
    }

    async fn change_all(&self, queries: &[Query<'_>]) -> Result<u64, StoreError> {
        let explain = |error| explain(error, &self.place);
        answered(&self.place, async {
            let mut transaction = self.pool.begin().await.map_err(explain)?;
            let mut changed = 0;
            for query in queries {
                changed += transaction.execute(bound(*query)).await.map_err(explain)?.rows_affected();
            }
            transaction.commit().await.map_err(explain)?;
            Ok(changed)
        })
        .await
    }
}
