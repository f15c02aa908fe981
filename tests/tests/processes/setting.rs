//! What all tests of one kind of store share.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::runtime::Runtime;

use crate::place;
use crate::protocol::Place;
use crate::world::Shelf;

/// One kind of store, and the runtime of the sandboxes.
pub(crate) struct Setting {
    pub(crate) runtime: Arc<Runtime>,
    pub(crate) kind: Kind,
}

#[derive(Clone, Debug)]
pub(crate) enum Kind {
    /// Files in this folder.
    Sqlite(PathBuf),
    /// Schemas on this server.
    Postgres(String),
}

impl Setting {
    /// An empty store.
    pub(crate) fn shelf(&self) -> Shelf {
        let place = match &self.kind {
            Kind::Sqlite(folder) => {
                let folder = tempfile::Builder::new().tempdir_in(folder).unwrap().keep();
                Place::Sqlite(folder.join("tokens.db"))
            }
            Kind::Postgres(server) => self.runtime.block_on(place::schema(server)),
        };
        let store = self.runtime.block_on(place.open());
        Shelf { place, store }
    }
}
