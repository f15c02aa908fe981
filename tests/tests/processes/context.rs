//! The environment of the tests over one kind of store.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::runtime::Runtime;

use crate::protocol::StoreLocation;
use crate::scenario::TestStore;
use crate::stores;

/// A kind of store, and the runtime of the sandboxes.
pub(crate) struct TestContext {
    pub(crate) runtime: Arc<Runtime>,
    pub(crate) kind: StoreKind,
}

#[derive(Clone, Debug)]
pub(crate) enum StoreKind {
    /// Files in this folder.
    Sqlite(PathBuf),
    /// Schemas on this server.
    Postgres(String),
}

impl TestContext {
    /// Creates an empty store.
    pub(crate) fn create_store(&self) -> TestStore {
        let location = match &self.kind {
            StoreKind::Sqlite(folder) => {
                let folder = tempfile::Builder::new().tempdir_in(folder).unwrap().keep();
                StoreLocation::Sqlite(folder.join("tokens.db"))
            }
            StoreKind::Postgres(server) => self.runtime.block_on(stores::create_schema(server)),
        };
        let store = self.runtime.block_on(location.open());
        TestStore { location, store }
    }
}
