//! `oauth-store`'s own engine over a table in memory.
#![allow(unreachable_pub)] // the macro makes methods of a public type

use std::time::Duration;

use oauth_core::store::{
    AcquireOutcome, Content, DueQuery, Key, LeaseOwner, Record, RecordState, RecordSummary, SaveOutcome,
    StoreError,
};

use crate::engine::Engine;
use crate::keyring::Keyring;
use crate::table::Table;
use crate::token_store::token_store;

#[derive(Debug)]
pub(crate) struct Store {
    engine: Engine<Table>,
}

impl Store {
    pub(crate) fn over(database: Table, keyring: Keyring) -> Self {
        Self { engine: Engine { database, keyring } }
    }
}

token_store!(Store);
