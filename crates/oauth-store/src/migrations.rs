//! Schema migrations.

use std::collections::BTreeMap;

use oauth_core::store::{StoreError, StoreErrorKind};
use sqlx::SqlSafeStr;
use sqlx::migrate::{Migrate, MigrateError, Migration, MigrationType};

/// Table of applied migrations. Not sqlx's default name, which the application may use in the same database.
const APPLIED_TABLE: &str = "_oauth_store_migrations";

/// A migration: version, name and statements. A released migration never changes: databases store its
/// checksum.
pub(crate) type Step = (i64, &'static str, &'static str);

/// Applies the missing migrations, or none if a newer version used this database.
///
/// Uses the parts of `sqlx::migrate::Migrator`, whose `run` returns futures that are not `Send`.
pub(crate) async fn migrate<C: Migrate + Send>(
    steps: &'static [Step],
    connection: &mut C,
) -> Result<(), MigrateError> {
    connection.lock().await?;
    connection.ensure_migrations_table(APPLIED_TABLE).await?;
    let mut applied: BTreeMap<_, _> = connection
        .list_applied_migrations(APPLIED_TABLE)
        .await?
        .into_iter()
        .map(|applied| (applied.version, applied.checksum))
        .collect();
    let steps: Vec<(Migration, _)> = steps
        .iter()
        .map(|&(version, name, sql)| {
            let kind = MigrationType::Simple;
            let step = Migration::new(version, name.into(), kind, sql.into_sql_str(), false);
            (step, applied.remove(&version))
        })
        .collect();
    if let Some((version, _)) = applied.pop_last() {
        return Err(MigrateError::VersionMissing(version));
    }
    for (step, applied) in &steps {
        match applied {
            Some(checksum) if *checksum == step.checksum => {}
            Some(_) => return Err(MigrateError::VersionMismatch(step.version)),
            None => {
                connection.apply(APPLIED_TABLE, step).await?;
            }
        }
    }
    connection.unlock().await
}

/// Describes a failed migration. `explain` describes the database's own errors.
pub(crate) fn explained(
    error: MigrateError,
    place: &str,
    explain: impl FnOnce(sqlx::Error) -> StoreError,
) -> StoreError {
    let (kind, message) = match &error {
        MigrateError::VersionMissing(version) => (
            StoreErrorKind::TooNew,
            format!(
                "{place} was written by a newer version of oauth-store (schema {version}); nothing was changed; \
                 update this program"
            ),
        ),
        MigrateError::VersionMismatch(version) => (
            StoreErrorKind::Corrupt,
            format!(
                "{place} has a different schema {version} than this version of oauth-store; nothing was changed; \
                 it was made by an unreleased version or edited by hand"
            ),
        ),
        MigrateError::Execute(_) | MigrateError::ExecuteMigration(..) => {
            return match error {
                MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => explain(error),
                error => StoreError::new(StoreErrorKind::Other, place).with_source(error),
            };
        }
        _ => (StoreErrorKind::Other, format!("{place} cannot be migrated to this version's schema")),
    };
    StoreError::new(kind, message).with_source(error)
}

#[cfg(all(test, feature = "sqlite", feature = "postgres"))]
mod tests {
    use crate::{postgres, sqlite};

    #[test]
    fn databases_share_one_schema() {
        // The one migration of SQLite only changes indexes, not tables.
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
                // SQLite compares bytes by default, and checks types only in STRICT tables.
                .replace(" COLLATE \"C\"", "")
                .replace("\n);", "\n) STRICT;");
            assert_eq!(sqlite.2, common);
        }
    }
}
