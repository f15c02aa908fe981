//! Storage of connections, and the rules by which processes share it.

mod contract;
mod memory;
#[cfg(feature = "store-suite")]
pub mod suite;

pub use contract::{
    AcquireOutcome, Content, DueQuery, Intent, Key, LeaseOwner, Record, RecordState, RecordSummary,
    SaveOutcome, StoreError, StoreErrorKind, TokenStore,
};
pub use memory::MemoryStore;

pub use crate::error::reconnect_reason::ReconnectReason;
