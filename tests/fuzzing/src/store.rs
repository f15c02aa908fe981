//! `oauth-store`'s own engine over a table in memory.
#![allow(unreachable_pub)] // the macro makes methods of a public type

use std::time::Duration;

use oauth_core::store::{
    Acquired, Content, Due, Key, Owner, Record, RecordState, Saved, StoreError, Summary,
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
