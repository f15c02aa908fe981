//! What PostgreSQL's errors mean for whoever runs the application.

use oauth_core::store::{StoreError, StoreErrorKind};

pub(super) fn explain(error: sqlx::Error, place: &str) -> StoreError {
    let (kind, what) = told(&error);
    StoreError::new(kind, format!("{place}: {what}")).with_source(error)
}

fn told(error: &sqlx::Error) -> (StoreErrorKind, &'static str) {
    use StoreErrorKind::{Corrupt, Other, Unavailable};

    match error {
        sqlx::Error::Database(error) => by_state(error.code().as_deref().unwrap_or_default()),
        sqlx::Error::Io(_) | sqlx::Error::WorkerCrashed => {
            (Unavailable, "the server cannot be reached; see that it runs, and the host and port of its URL")
        }
        sqlx::Error::PoolTimedOut => (
            Unavailable,
            "no connection was free or could be made in time; see that the server runs, and its `max_connections`",
        ),
        sqlx::Error::Tls(_) => (
            Other,
            "TLS was asked for and could not be agreed on; it needs the feature `postgres-rustls-ring`, \
             and a certificate that this machine trusts",
        ),
        sqlx::Error::PoolClosed => (Other, "it was closed"),
        sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => {
            (Corrupt, "a record is not of the form that this version writes")
        }
        _ => (Other, "the server could not answer"),
    }
}

/// By SQLSTATE: postgresql.org/docs/current/errcodes-appendix.html.
fn by_state(state: &str) -> (StoreErrorKind, &'static str) {
    use StoreErrorKind::{CannotWrite, Corrupt, Other, Unavailable};

    match state {
        // disk_full
        "53100" => (CannotWrite, "the server's disk is full; nothing was changed; make room, and it goes on"),
        // read_only_sql_transaction
        "25006" => (
            CannotWrite,
            "the server takes no changes; nothing was changed; is it a standby, or `default_transaction_read_only`?",
        ),
        // insufficient_privilege
        "42501" => {
            (CannotWrite, "this user may not do that; nothing was changed; grant it the tables and schema")
        }
        // undefined_table, undefined_column
        "42P01" | "42703" => (
            Other,
            "its tables are not there, or not ours; see the `search_path`, or connect again to make them",
        ),
        // invalid_catalog_name
        "3D000" => (Other, "there is no such database; create it"),
        // query_canceled, lock_not_available
        "57014" | "55P03" => {
            (Unavailable, "it took longer than it may; nothing was changed; see what holds the locks")
        }
        _ => match state.get(..2).unwrap_or_default() {
            // invalid_authorization_specification
            "28" => (
                Other,
                "the server does not let this user in; see user and password in its URL, and pg_hba.conf",
            ),
            // connection_exception, operator_intervention (shut down, starting)
            "08" | "57" => (Unavailable, "the server is stopping or starting; nothing was changed"),
            // insufficient_resources
            "53" => (Unavailable, "the server has no connections or no memory left; nothing was changed"),
            // transaction_rollback (serialization failure, deadlock)
            "40" => (Unavailable, "another change came in between; nothing was changed"),
            // system_error (I/O)
            "58" => (Unavailable, "the server could not read or write its disk; see the state of the disk"),
            // data_corrupted, index_corrupted
            "XX" => (Corrupt, "the server found damage, or a fault of its own; see its log"),
            _ => (Other, "the server refused"),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_failure_has_its_kind() {
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
