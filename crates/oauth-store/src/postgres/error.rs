//! PostgreSQL errors, with help for operators.

use oauth_core::store::{StoreError, StoreErrorKind};

pub(super) fn explain(error: sqlx::Error, place: &str) -> StoreError {
    let (kind, message) = describe(&error);
    StoreError::new(kind, format!("{place}: {message}")).with_source(error)
}

fn describe(error: &sqlx::Error) -> (StoreErrorKind, &'static str) {
    use StoreErrorKind::{Corrupt, Other, Unavailable};

    match error {
        sqlx::Error::Database(error) => by_state(error.code().as_deref().unwrap_or_default()),
        sqlx::Error::Io(_) | sqlx::Error::WorkerCrashed => (
            Unavailable,
            "the server cannot be reached; check that it runs, and the host and port of its URL",
        ),
        sqlx::Error::PoolTimedOut => (
            Unavailable,
            "no connection became free in time; check that the server runs, and its `max_connections`",
        ),
        sqlx::Error::Tls(_) => (
            Other,
            "TLS was requested but could not be negotiated; it needs the feature `postgres-rustls-ring` \
             and a certificate that this machine trusts",
        ),
        sqlx::Error::PoolClosed => (Other, "the store is closed"),
        sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => {
            (Corrupt, "a record does not have the format of this version")
        }
        _ => (Other, "the call failed"),
    }
}

/// By SQLSTATE: postgresql.org/docs/current/errcodes-appendix.html.
fn by_state(state: &str) -> (StoreErrorKind, &'static str) {
    use StoreErrorKind::{CannotWrite, Corrupt, Other, Unavailable};

    match state {
        // disk_full
        "53100" => (CannotWrite, "the server's disk is full; nothing was changed; free some space"),
        // read_only_sql_transaction
        "25006" => (
            CannotWrite,
            "the server is read-only; nothing was changed; check for a standby or `default_transaction_read_only`",
        ),
        // insufficient_privilege
        "42501" => {
            (CannotWrite, "the user lacks a privilege; nothing was changed; grant it the tables and schema")
        }
        // undefined_table, undefined_column
        "42P01" | "42703" => (
            Other,
            "the tables are missing or not those of this store; check the `search_path`, or connect again to create them",
        ),
        // invalid_catalog_name
        "3D000" => (Other, "the database does not exist; create it"),
        // query_canceled, lock_not_available
        "57014" | "55P03" => (
            Unavailable,
            "a lock or timeout stopped the call; nothing was changed; check what holds the locks",
        ),
        _ => match state.get(..2).unwrap_or_default() {
            // invalid_authorization_specification
            "28" => (Other, "the server denied access; check user and password in the URL, and pg_hba.conf"),
            // connection_exception, operator_intervention (shut down, starting)
            "08" | "57" => (Unavailable, "the server is stopping or starting; nothing was changed"),
            // insufficient_resources
            "53" => (Unavailable, "the server is out of connections or memory; nothing was changed"),
            // transaction_rollback (serialization failure, deadlock)
            "40" => (Unavailable, "a concurrent change interfered; nothing was changed"),
            // system_error (I/O)
            "58" => (Unavailable, "the server could not read or write its disk; check the disk"),
            // data_corrupted, index_corrupted
            "XX" => (Corrupt, "the server found corrupted data or an internal error; see its log"),
            _ => (Other, "the server rejected the call"),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sql_states_have_kinds() {
        for (state, kind) in [
            ("53100", StoreErrorKind::CannotWrite),
            ("53300", StoreErrorKind::Unavailable),
            ("57P01", StoreErrorKind::Unavailable),
            ("57P03", StoreErrorKind::Unavailable),
            ("08006", StoreErrorKind::Unavailable),
            ("40001", StoreErrorKind::Unavailable),
            ("25006", StoreErrorKind::CannotWrite),
            ("28P01", StoreErrorKind::Other),
            ("3D000", StoreErrorKind::Other),
            ("XX001", StoreErrorKind::Corrupt),
            ("22012", StoreErrorKind::Other),
            ("", StoreErrorKind::Other),
        ] {
            assert_eq!(by_state(state).0, kind, "{state}");
        }
    }
}
