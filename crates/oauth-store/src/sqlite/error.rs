//! SQLite errors, with help for operators.

use oauth_core::store::{StoreError, StoreErrorKind};
use sqlx::error::DatabaseError;

/// Result codes, without their extension: sqlite.org/rescode.html.
mod code {
    pub(super) const PERM: i32 = 3;
    pub(super) const BUSY: i32 = 5;
    pub(super) const LOCKED: i32 = 6;
    pub(super) const NOMEM: i32 = 7;
    pub(super) const READONLY: i32 = 8;
    pub(super) const IOERR: i32 = 10;
    pub(super) const CORRUPT: i32 = 11;
    pub(super) const FULL: i32 = 13;
    pub(super) const CANTOPEN: i32 = 14;
    pub(super) const AUTH: i32 = 23;
    pub(super) const NOTADB: i32 = 26;
    // With their extension.
    pub(super) const IOERR_WRITE: i32 = 778;
    pub(super) const IOERR_SHMSIZE: i32 = 4874;
}

pub(super) fn explain(error: sqlx::Error, place: &str) -> StoreError {
    let (kind, message) = describe(&error);
    StoreError::new(kind, format!("{place}: {message}")).with_source(error)
}

/// True if there was no space for a write. A quota is reported as a failed write.
pub(super) fn is_full(error: &sqlx::Error) -> bool {
    let code = code(error);
    code & 0xff == code::FULL || [code::IOERR_WRITE, code::IOERR_SHMSIZE].contains(&code)
}

/// The result code with its extension; 0 if the error is not SQLite's.
fn code(error: &sqlx::Error) -> i32 {
    let code = error.as_database_error().and_then(DatabaseError::code);
    code.and_then(|code| code.parse().ok()).unwrap_or_default()
}

fn describe(error: &sqlx::Error) -> (StoreErrorKind, &'static str) {
    use StoreErrorKind::{CannotWrite, Corrupt, Other, Unavailable};

    match error {
        sqlx::Error::Database(_) => match code(error) & 0xff {
            code::BUSY | code::LOCKED => (
                Unavailable,
                "another process locked it for too long; nothing was changed; check for a backup or a shell that holds it",
            ),
            code::FULL => (CannotWrite, "the disk is full; nothing was changed; free some space"),
            code::READONLY | code::PERM | code::AUTH => (
                CannotWrite,
                "it cannot be written; nothing was changed; check the permissions of the file and its folder",
            ),
            code::CANTOPEN => (
                CannotWrite,
                "it cannot be opened; check the permissions of the file and its folder, and the disk",
            ),
            code::IOERR => {
                (Unavailable, "the disk failed to read or write it; nothing was changed; check the disk")
            }
            code::NOMEM => (Unavailable, "out of memory; nothing was changed"),
            code::NOTADB => {
                (Corrupt, "the file is not a SQLite database; nothing was changed; check the path")
            }
            code::CORRUPT => (
                Corrupt,
                "the file is damaged; stop the programs that use it, and restore it from a backup or with SQLite's `.recover`",
            ),
            _ => (Other, "SQLite rejected the call"),
        },
        sqlx::Error::PoolTimedOut => (Unavailable, "no connection became free in time; nothing was changed"),
        sqlx::Error::PoolClosed => (Other, "the store is closed"),
        sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => {
            (Corrupt, "a record does not have the format of this version")
        }
        _ => (Other, "the call failed"),
    }
}
