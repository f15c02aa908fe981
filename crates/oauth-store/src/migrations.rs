//! Bringing a database to this version's schema.

use std::collections::BTreeMap;

use oauth_core::store::{StoreError, StoreErrorKind};
use sqlx::SqlSafeStr;
use sqlx::migrate::{Migrate, MigrateError, Migration, MigrationType};

/// Where it is noted which steps were taken. A name of our own: the application may keep its own tables in the same
/// database, by sqlx as well.
const NOTED: &str = "_oauth_store_migrations";

/// A step: its version, its name and its statements. One that was released is never changed: databases remember what
/// they ran.
pub(crate) type Step = (i64, &'static str, &'static str);

/// Takes the steps that were not taken yet, and none if a newer version was here.
///
/// What `sqlx::migrate::Migrator` does, by the same parts. Its own `run` makes futures that are not `Send`.
pub(crate) async fn migrate<C: Migrate + Send>(
    steps: &'static [Step],
    connection: &mut C,
) -> Result<(), MigrateError> {
    connection.lock().await?;
    connection.ensure_migrations_table(NOTED).await?;
    let mut taken: BTreeMap<_, _> = connection
        .list_applied_migrations(NOTED)
        .await?
        .into_iter()
        .map(|taken| (taken.version, taken.checksum))
        .collect();
    let steps: Vec<(Migration, _)> = steps
        .iter()
        .map(|&(version, name, sql)| {
            let kind = MigrationType::Simple;
            let step = Migration::new(version, name.into(), kind, sql.into_sql_str(), false);
            (step, taken.remove(&version))
        })
        .collect();
    if let Some((version, _)) = taken.pop_last() {
        return Err(MigrateError::VersionMissing(version));
    }
    for (step, taken) in &steps {
        match taken {
            Some(checksum) if *checksum == step.checksum => {}
            Some(_) => return Err(MigrateError::VersionMismatch(step.version)),
            None => {
                connection.apply(NOTED, step).await?;
            }
        }
    }
    connection.unlock().await
}

/// Says what stands in the way. `explain` knows the database's own errors.
pub(crate) fn explained(
    error: MigrateError,
    place: &str,
    explain: impl FnOnce(sqlx::Error) -> StoreError,
) -> StoreError {
    let (kind, what) = match &error {
        MigrateError::VersionMissing(version) => (
            StoreErrorKind::TooNew,
            format!(
                "{place} was written by a newer version of oauth-store (schema {version}); nothing was changed; \
                 bring this program up to date"
            ),
        ),
        MigrateError::VersionMismatch(version) => (
            StoreErrorKind::Corrupt,
            format!(
                "{place} has another schema {version} than this version of oauth-store; nothing was changed; \
                 it was made by an unreleased version, or by hand"
            ),
        ),
        MigrateError::Execute(_) | MigrateError::ExecuteMigration(..) => {
            return match error {
                MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => explain(error),
                error => StoreError::new(StoreErrorKind::Other, place).with_source(error),
            };
        }
        _ => (StoreErrorKind::Other, format!("{place} cannot be brought to this version's schema")),
    };
    StoreError::new(kind, what).with_source(error)
}

#[cfg(all(test, feature = "sqlite", feature = "postgres"))]
mod tests {
    use crate::{postgres, sqlite};

    #[test]
    fn both_databases_have_one_schema() {
        // The one step that only SQLite takes changes what its indexes hold, and no table.
        let only_sqlite = 3;
        let of_both: Vec<_> = sqlite::STEPS.iter().filter(|step| step.0 != only_sqlite).collect();
        assert_eq!(of_both.len() + 1, sqlite::STEPS.len());
        assert_eq!(of_both.len(), postgres::STEPS.len());
        for (sqlite, postgres) in of_both.into_iter().zip(postgres::STEPS) {
            assert_eq!((sqlite.0, sqlite.1), (postgres.0, postgres.1));
            let common = postgres
                .2
                .replace("BIGINT", "INTEGER")
                .replace("BYTEA", "BLOB")
                // SQLite compares bytes anyway, and checks types only when asked to.
                .replace(" COLLATE \"C\"", "")
                .replace("\n);", "\n) STRICT;");
            assert_eq!(sqlite.2, common);
        }
    }
}
