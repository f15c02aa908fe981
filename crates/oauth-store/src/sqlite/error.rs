//! What SQLite's errors mean for whoever runs the application.

use oauth_core::store::{StoreError, StoreErrorKind};

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
}

pub(super) fn explain(error: sqlx::Error, place: &str) -> StoreError {
    let (kind, what) = told(&error);
    StoreError::new(kind, format!("{place}: {what}")).with_source(error)
}

fn told(error: &sqlx::Error) -> (StoreErrorKind, &'static str) {
    use StoreErrorKind::{CannotWrite, Corrupt, Other, Unavailable};

    match error {
        sqlx::Error::Database(error) => {
            let code = error.code().and_then(|code| code.parse::<i32>().ok()).unwrap_or_default();
            match code & 0xff {
                code::BUSY | code::LOCKED => (
                    Unavailable,
                    "another process has it locked for too long; nothing was changed; see what holds it (a backup, a shell?)",
                ),
                code::FULL => {
                    (CannotWrite, "the disk is full; nothing was changed; make room, and it goes on")
                }
                code::READONLY | code::PERM | code::AUTH => (
                    CannotWrite,
                    "it may not be written; nothing was changed; see the permissions of the file and its folder",
                ),
                code::CANTOPEN => (
                    CannotWrite,
                    "it cannot be opened; see the permissions of the file and its folder, and that the disk is there",
                ),
                code::IOERR => (
                    Unavailable,
                    "the disk did not read or write it; nothing was changed; see the state of the disk",
                ),
                code::NOMEM => (Unavailable, "there is no memory left; nothing was changed"),
                code::NOTADB => {
                    (Corrupt, "this file is no SQLite database; nothing was changed; is the path right?")
                }
                code::CORRUPT => (
                    Corrupt,
                    "the file is damaged; stop what uses it, and restore it from a backup or with SQLite's `.recover`",
                ),
                _ => (Other, "SQLite refused"),
            }
        }
        sqlx::Error::PoolTimedOut => {
            (Unavailable, "calls queue up longer than they may wait; nothing was changed")
        }
        sqlx::Error::PoolClosed => (Other, "it was closed"),
        sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => {
            (Corrupt, "a record is not of the form that this version writes")
        }
        _ => (Other, "SQLite could not answer"),
    }
}
