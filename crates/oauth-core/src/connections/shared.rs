//! What all handles of one [`Connections`](super::Connections) share.

use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use super::breaker::Breaker;
use super::cell::Cell;
use super::event::{Event, EventKind, Listener, tell};
use super::live::{Live, Now};
use super::mutation::mutated;
use super::name::Name;
use super::settings::Settings;
use super::stored::Stored;
use super::sync::{ArcSwap, AtomicBool, Mutex};
use crate::client::client::Client;
use crate::error::{Error, ErrorKind};
use crate::provider::provider::Provider;
use crate::store::{Key, Record, TokenStore};
use crate::util::clock::Clock;
use crate::util::clock::UnixMillis;

pub(super) struct Shared<P: Provider> {
    client: ArcSwap<Client<P>>,
    clock: Arc<dyn Clock>,
    pub(super) machine_clock: Option<UnixMillis>,
    pub(super) store: Stored,
    pub(super) settings: Settings,
    pub(super) breaker: Breaker,
    listener: Option<Listener>,
    cells: Mutex<Cells<P>>,
    closed: AtomicBool,
    closing: watch::Sender<bool>,
    under_way: watch::Sender<usize>,
}

struct Cells<P: Provider> {
    by_account: HashMap<Name, Arc<Cell<P>>>,
    /// At how many to look for those that nobody uses.
    tidy_at: usize,
}

/// A flight is under way as long as this exists.
pub(super) struct UnderWay<P: Provider>(Arc<Shared<P>>);

impl<P: Provider> Drop for UnderWay<P> {
    fn drop(&mut self) {
        self.0.under_way.send_modify(|count| *count -= 1);
    }
}

impl<P: Provider> Shared<P> {
    pub(super) fn new(
        client: Client<P>,
        store: Arc<dyn TokenStore>,
        settings: Settings,
        listener: Option<Listener>,
    ) -> Self {
        Self {
            machine_clock: UnixMillis::of(&*client.inner().clock),
            clock: Arc::clone(&client.inner().clock),
            client: ArcSwap::from_pointee(client),
            store: Stored::new(store, settings.store_deadline, settings.lease),
            breaker: Breaker::default(),
            listener,
            cells: Mutex::new(Cells { by_account: HashMap::new(), tidy_at: settings.cache_capacity }),
            settings,
            closed: AtomicBool::new(false),
            closing: watch::channel(false).0,
            under_way: watch::channel(0).0,
        }
    }

    pub(super) fn client(&self) -> Client<P> {
        Client::clone(&self.client.load())
    }

    pub(super) fn set_client(&self, client: Client<P>) {
        self.client.store(Arc::new(client));
    }

    pub(super) fn now(&self) -> Now {
        Now::by(&*self.clock)
    }

    pub(super) fn tell(&self, key: &Key, generation: Option<u64>, kind: EventKind<'_>) {
        tell(self.listener.as_ref(), &Event { provider: P::NAME, account: &key.account, generation, kind });
    }

    /// The one cell of an account.
    pub(super) fn cell(&self, account: &str) -> Arc<Cell<P>> {
        let mut cells = self.cells.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(cell) = cells.by_account.get(account.as_bytes()) {
            return Arc::clone(cell);
        }
        if cells.by_account.len() >= cells.tidy_at {
            // Those in use are held by a handle or a flight; under the lock nobody can come by another.
            cells.by_account.retain(|_, cell| Arc::strong_count(cell) > 1);
            cells.tidy_at = self.settings.cache_capacity.max(cells.by_account.len() * 2);
        }
        let cell = Arc::new(Cell::new(Key::new(P::NAME, account)));
        cells.by_account.insert(Name::new(account), Arc::clone(&cell));
        cell
    }

    /// The token of a record, made ready. One that is in memory already is not read again.
    pub(super) fn take(&self, cell: &Cell<P>, era: u64, record: &Record) -> Result<Arc<Live<P>>, Error> {
        if let Some(present) = cell.live()
            && present.saved
            && present.generation == record.generation
            && present.state == record.state
        {
            cell.confirm();
            return Ok(present);
        }
        match Live::read(record, &self.client(), &self.settings, self.now()) {
            Ok(live) => cell.publish(era, live),
            Err(error) => {
                if error.kind() == ErrorKind::ForeignToken {
                    // The account belongs to another client now; what is in memory has been replaced.
                    cell.lose(era);
                }
                Err(error)
            }
        }
    }

    /// Notes that a flight of this era found the record gone.
    pub(super) fn lose(&self, cell: &Cell<P>, era: u64) -> Error {
        if let Some(lost) = cell.lose(era) {
            self.tell(&cell.key, Some(lost), EventKind::Removed);
        }
        cell.missing()
    }

    pub(super) fn check_open(&self) -> Result<(), Error> {
        if self.closed.load(Ordering::Acquire) {
            return Err(Error::new(ErrorKind::Closed, "the connections were drained").with_provider(P::NAME));
        }
        Ok(())
    }

    /// Counts a flight, unless the connections are closed.
    pub(super) fn begin(self: &Arc<Self>) -> Result<UnderWay<P>, Error> {
        if mutated!(CountsLate) {
            self.check_open()?;
            self.under_way.send_modify(|count| *count += 1);
            return Ok(UnderWay(Arc::clone(self)));
        }
        self.under_way.send_modify(|count| *count += 1);
        let under_way = UnderWay(Arc::clone(self));
        // Counted before the look: so either this sees the end, or the end sees this.
        self.check_open()?;
        Ok(under_way)
    }

    /// Waits, unless the connections are closed meanwhile.
    pub(super) async fn pause(&self, duration: Duration) -> Result<(), Error> {
        let mut closing = self.closing.subscribe();
        let _ = tokio::time::timeout(duration, closing.wait_for(|closing| *closing)).await;
        self.check_open()
    }

    /// Begins nothing more, and waits for what is under way.
    pub(super) async fn drain(&self) {
        self.closed.store(true, Ordering::Release);
        self.closing.send_replace(true);
        let _ = self.under_way.subscribe().wait_for(|count| *count == 0).await;
    }

    /// The accounts whose newest token is only in memory.
    pub(super) fn unsaved(&self) -> Vec<String> {
        let cells = self.cells.lock().unwrap_or_else(PoisonError::into_inner);
        let unsaved = cells.by_account.values();
        unsaved
            .filter(|cell| cell.glance().as_ref().is_some_and(|live| !live.saved))
            .map(|cell| cell.key.account.clone())
            .collect()
    }
}
