//! Statements on SQLite.

use std::sync::Arc;
use std::time::{Duration, Instant};

use oauth_core::store::StoreError;
use sqlx::error::BoxDynError;
use sqlx::sqlite::{
    Sqlite, SqliteConnectOptions, SqliteConnection, SqlitePool, SqliteRow, SqliteTypeInfo, SqliteValueRef,
};
use sqlx::{ConnectOptions, Connection, Decode, Executor, FromRow, Type};

use super::error::{explain, is_full};
use super::open_files::OpenFiles;
use super::reserve::{self, Reserve};
use crate::engine::Database;
use crate::query::{Access, Query, SqlxQuery, bind};
use crate::rows::{DueRow, RecordRow, SummaryRow, Text};
use crate::statements::{Statements, due, longest_lease, next, record, statements, summary};

/// Pause between attempts to truncate the `-wal` file, in which tokens can be saved.
const CHECKPOINT_PAUSE: Duration = Duration::from_millis(200);

#[derive(Debug)]
pub(crate) struct SqliteDatabase {
    pub(super) writer: SqlitePool,
    pub(super) readers: SqlitePool,
    /// Name of the store in messages.
    pub(super) place: String,
    pub(super) files: Arc<OpenFiles>,
    pub(super) reserve: Reserve,
    /// Options of a connection that truncates the `-wal` file.
    pub(super) checkpoints: SqliteConnectOptions,
    /// Longest wait for others that lock or read the store.
    pub(super) patience: Duration,
}

impl Type<Sqlite> for Text {
    fn type_info() -> SqliteTypeInfo {
        <str as Type<Sqlite>>::type_info()
    }
}

impl<'r> Decode<'r, Sqlite> for Text {
    fn decode(value: SqliteValueRef<'r>) -> Result<Self, BoxDynError> {
        let bytes = <&[u8] as Decode<'r, Sqlite>>::decode(value)?;
        Ok(Self(String::from_utf8_lossy(bytes).into_owned()))
    }
}

fn bound(query: Query<'_>) -> SqlxQuery<Sqlite> {
    bind(sqlx::query(query.statement), query.values)
}

/// Fetches all rows, even where there is at most one: SQLite commits with the last step of a statement, and
/// stopping earlier would hide a failed commit.
async fn fetch<'c, T>(
    executor: impl Executor<'c, Database = Sqlite>,
    query: Query<'_>,
) -> sqlx::Result<Vec<T>>
where
    T: for<'r> FromRow<'r, SqliteRow>,
{
    executor.fetch_all(bound(query)).await?.iter().map(T::from_row).collect()
}

impl SqliteDatabase {
    async fn rows<T>(&self, query: Query<'_>) -> Result<Vec<T>, StoreError>
    where
        T: for<'r> FromRow<'r, SqliteRow>,
    {
        let pool = match query.access {
            Access::Read => &self.readers,
            Access::Write | Access::Save => &self.writer,
        };
        self.watched(query.access, async {
            fetch(pool, query).await.map_err(|error| explain(error, &self.place))
        })
        .await
    }

    /// Writes a token.
    async fn save(&self, query: Query<'_>) -> Result<Vec<(i64,)>, StoreError> {
        self.watched(query.access, async {
            // One connection throughout, so that no other save of this process uses the space in between.
            let saved = match self.writer.acquire().await {
                Ok(mut writer) => self.save_on(&mut writer, query).await,
                Err(error) => Err(error),
            };
            saved.map_err(|error| explain(error, &self.place))
        })
        .await
    }

    /// On a full disk, uses the space that is reserved for this.
    async fn save_on(&self, writer: &mut SqliteConnection, query: Query<'_>) -> sqlx::Result<Vec<(i64,)>> {
        let mut rows = fetch(&mut *writer, query).await;
        if rows.as_ref().is_err_and(is_full) {
            let _space = self.reserve.give_up().await;
            rows = fetch(&mut *writer, query).await;
            if rows.as_ref().is_err_and(is_full) {
                self.reuse_wal(writer).await;
                rows = fetch(&mut *writer, query).await;
            }
        }
        if self.reserve.is_given_up() {
            self.reuse_wal(writer).await;
        }
        rows
    }

    /// Lets the next write overwrite the `-wal` file from its start instead of extending it, so that the
    /// space suffices for many tokens. Does not wait: another process may prevent it until the next save.
    async fn reuse_wal(&self, writer: &mut SqliteConnection) {
        let sizes = "SELECT page_count, page_size FROM pragma_page_count, pragma_page_size";
        let pages = fetch::<(i64, i64)>(&mut *writer, Query::read(sizes, &[])).await;
        let Ok(pages) = pages else { return };
        let (count, size) = pages.first().copied().unwrap_or_default();
        // A checkpoint extends the main file by pages that are new. They must not use up the space.
        let length = u64::try_from(count.saturating_mul(size)).unwrap_or_default();
        if length.saturating_sub(self.files.length()) <= reserve::SIZE as u64 / 2 {
            let _ = writer.execute("PRAGMA wal_checkpoint(PASSIVE)").await;
        }
    }

    /// Copies the `-wal` file to the main file and truncates it. Returns false if a reader or writer prevents
    /// it. Not on the connection that writes, whose waits are longer.
    async fn truncate_wal(&self) -> sqlx::Result<bool> {
        let mut connection = self.checkpoints.connect().await?;
        let checkpoint = Query::write("PRAGMA wal_checkpoint(TRUNCATE)", &[]);
        let rows = fetch::<(i64, i64, i64)>(&mut connection, checkpoint).await;
        connection.close().await?;
        // Its first column: sqlite.org/pragma.html#pragma_wal_checkpoint.
        Ok(rows?.first().is_some_and(|(busy, ..)| *busy == 0))
    }

    /// Fails if the store was removed or replaced before the call or during it. Connections that read are
    /// opened as needed, so they must not open another file either.
    async fn watched<T>(
        &self,
        access: Access,
        call: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        self.files.check()?;
        let result = call.await;
        self.files.check()?;
        let result = result?;
        if access != Access::Read {
            self.files.check_companions()?;
        }
        Ok(result)
    }
}

impl Database for SqliteDatabase {
    const STATEMENTS: &'static Statements =
        &statements!("CAST(unixepoch('now', 'subsec') * 1000000 AS INTEGER)");

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
        match query.access {
            Access::Save => self.save(query).await,
            _ => self.rows(query).await,
        }
    }

    async fn reserve_space(&self) -> Result<(), StoreError> {
        self.files.check()?;
        self.reserve.ensure().await
    }

    async fn truncate_log(&self) -> Result<bool, StoreError> {
        self.watched(Access::Write, async {
            let started = Instant::now();
            loop {
                let error = match self.truncate_wal().await {
                    Ok(true) => return Ok(true),
                    Ok(false) => None,
                    Err(error) => Some(explain(error, &self.place)),
                };
                if let Some(error) = error.filter(|error| !error.is_transient()) {
                    return Err(error);
                }
                if started.elapsed() >= self.patience {
                    return Ok(false);
                }
                tokio::time::sleep(CHECKPOINT_PAUSE).await;
            }
        })
        .await
    }

    async fn change(&self, query: Query<'_>) -> Result<u64, StoreError> {
        self.watched(query.access, async {
            let done = self.writer.execute(bound(query)).await;
            done.map(|done| done.rows_affected()).map_err(|error| explain(error, &self.place))
        })
        .await
    }

    async fn change_all(&self, queries: &[Query<'_>]) -> Result<u64, StoreError> {
        let explain = |error| explain(error, &self.place);
        self.watched(Access::Write, async {
            // Takes the write lock at once: upgrading a read lock may fail halfway.
            let mut transaction = self.writer.begin_with("BEGIN IMMEDIATE").await.map_err(explain)?;
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
