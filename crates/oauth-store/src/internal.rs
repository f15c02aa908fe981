//! The engine over any database, for this workspace's tests. Not part of the API.

use std::time::Duration;

use oauth_core::store::{
    AcquireOutcome, Content, DueQuery, Key, LeaseOwner, Record, RecordState, RecordSummary, SaveOutcome,
    StoreError,
};

pub use crate::engine::Database;
pub use crate::query::{Access, Query, Value};
#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub use crate::query::{SqlxQuery, bind};
pub use crate::rows::{DueRow, RecordRow, SummaryRow, Text};
pub use crate::statements::Statements;

use crate::Keyring;
use crate::engine::Engine;
use crate::rows::Stored;
use crate::statements::{due, longest_lease, next, record, statements, summary};
use crate::token_store::token_store;

/// Every statement, with the parameter `$now` for the time of the database in microseconds.
pub const STATEMENTS: Statements = statements!("$now");

/// A store over any database.
#[derive(Debug)]
pub struct EngineStore<D> {
    engine: Engine<D>,
}

impl<D: Database> EngineStore<D> {
    /// A store over `database`, encrypted by `keyring`.
    pub fn new(database: D, keyring: Keyring) -> Self {
        Self { engine: Engine { database, keyring } }
    }
}

token_store!(EngineStore<D>, D);

/// Encrypts the content of the record `key`. Returns the id of the encryption key and the encrypted bytes.
pub fn seal(keyring: &Keyring, key: &Key, content: &[u8]) -> Result<(String, Vec<u8>), StoreError> {
    keyring.seal(key, content).map(|sealed| (sealed.key_id, sealed.bytes))
}

/// Decrypts the content of the record `key`.
pub fn open(keyring: &Keyring, key: &Key, key_id: &str, sealed: &[u8]) -> Result<Vec<u8>, StoreError> {
    keyring.open(key, key_id, sealed)
}

/// The id of the key that encrypts new content.
pub fn primary_key_id(keyring: &Keyring) -> &str {
    keyring.primary_id()
}

/// Decrypts and parses a row.
pub fn read_record(row: RecordRow, keyring: &Keyring) -> Result<Record, StoreError> {
    Stored::from(row).record(keyring)
}

/// The remaining time of the lease in a row, if it has one, for a caller whose own leases have this length.
pub fn lease_left(row: RecordRow, length: Duration) -> Option<Duration> {
    Stored::from(row).lease_left(length)
}

/// The fence in a row.
pub fn fence(row: RecordRow) -> Result<u64, StoreError> {
    Stored::from(row).fence()
}
