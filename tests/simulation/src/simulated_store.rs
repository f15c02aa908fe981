//! Store that all processes share: slow, down for a while, or set back to a backup.

use std::fmt::Debug;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;
use std::time::Duration;

use oauth_core::store::{
    AcquireOutcome, Content, DueQuery, Key, LeaseOwner, Record, RecordState, RecordSummary, SaveOutcome,
    StoreError, StoreErrorKind, TokenStore,
};
use tokio::sync::oneshot;

use crate::plan::{SECOND, Step};
use crate::simulated_provider::{TokenId, token_id};
use crate::simulation_state::{NO_ACCOUNT, ProcessHandle, SimulationState};

/// Name of the simulated provider.
pub(crate) const PROVIDER: &str = "simulated";

/// A store whose records a fault can change.
pub(crate) trait Engine: Debug + Send + Sync {
    fn store(&self) -> &dyn TokenStore;
    fn back_up(&self);
    /// Puts back all records of the backup, if there is one. Their leases have ended.
    fn restore(&self);
    /// Gives a record an unknown state.
    fn damage(&self, key: &Key);
}

/// Shared store with its condition.
#[derive(Debug)]
pub(crate) struct StoreCondition {
    pub(crate) engine: Arc<dyn Engine>,
    down_until: u64,
    hangs: bool,
}

impl StoreCondition {
    pub(crate) fn new(engine: Arc<dyn Engine>) -> Self {
        Self { engine, down_until: 0, hangs: false }
    }

    pub(crate) fn take_down(&mut self, until: u64, hangs: bool) {
        (self.down_until, self.hangs) = (until.max(self.down_until), hangs);
    }
}

/// Waits for a future outside of the processes, for which no time passes meanwhile.
pub(crate) fn finish<T>(work: impl Future<Output = T>) -> T {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut work = pin!(work);
    loop {
        match work.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(output) => return output,
            Poll::Pending => std::thread::park(),
        }
    }
}

pub(crate) fn key_of(account: usize) -> Key {
    Key::new(PROVIDER, format!("a{account}"))
}

fn account_number(account: &str) -> usize {
    account.trim_start_matches('a').parse().unwrap_or(NO_ACCOUNT)
}

fn stored_token(content: &Content) -> Option<TokenId> {
    let text = String::from_utf8_lossy(content.bytes());
    token_id(&text, "rt-").or_else(|| token_id(&text, "at-"))
}

/// The shared store, as one process sees it.
#[derive(Debug)]
pub(crate) struct SimulatedStore(pub(crate) ProcessHandle);

/// True if the outcome of a call with another lease is unknown.
fn has_other_intent(engine: &dyn TokenStore, key: &Key, fence: u64) -> bool {
    let record = finish(engine.load(key)).ok().flatten();
    record.and_then(|record| record.intent).is_some_and(|intent| intent.fence != fence)
}

type Reply<T> = oneshot::Sender<Result<T, StoreError>>;

impl SimulatedStore {
    /// Sends an operation to the store, which performs it when it arrives.
    async fn perform<T: Send + 'static>(
        &self,
        operation: &'static str,
        key: Option<&Key>,
        work: impl FnOnce(&dyn TokenStore, &mut SimulationState) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let process = self.0.process;
        let account = key.map_or(NO_ACCOUNT, |key| account_number(&key.account));
        let (sender, receiver) = oneshot::channel();
        {
            let at = self.0.clock.local_time();
            let mut state = self.0.state();
            let mut random = state.random(process, account);
            let rates = state.plan.rates;
            let is_slow = random.chance(rates.store_slow);
            let (there, back) = (random.between(1, 10), random.between(1, 10));
            let there = if is_slow { random.between(SECOND, 9 * SECOND) } else { there };
            let fails = random.chance(rates.store_fails).then(|| random.chance(500));
            state.send(at + there, process, account, move |state| {
                if let Some(reply) = handle(state, process, account, (operation, fails), sender, work) {
                    state.send(state.now + back, process, account, |_| reply());
                }
            });
        }
        self.0.sent.notify_one();
        receiver.await.unwrap_or_else(|_| Err(unavailable()))
    }

    fn note_read(&self, record: Option<&Record>) {
        if let Some(token) = record.and_then(|record| stored_token(&record.content)) {
            self.0.state().invariants.token_read(self.0.process, token);
        }
    }
}

/// Performs an operation. Returns its reply, unless the store hangs. `fails` says if it fails, and if before
/// it has an effect.
fn handle<T: Send + 'static>(
    state: &mut SimulationState,
    process: usize,
    account: usize,
    (operation, fails): (&'static str, Option<bool>),
    sender: Reply<T>,
    work: impl FnOnce(&dyn TokenStore, &mut SimulationState) -> Result<T, StoreError>,
) -> Option<impl FnOnce() + Send + 'static> {
    let is_down = state.now < state.store.down_until;
    if operation == "set state" && (is_down || fails.is_some()) {
        state.invariants.decision_not_stored(state.now, account);
    }
    if fails.is_some() {
        state.invariants.store_failed(process, account);
    }
    let result = if is_down && state.store.hangs {
        state.never_answered.push(Box::new(sender));
        return None;
    } else if is_down || fails == Some(true) {
        Err(unavailable())
    } else {
        let engine = Arc::clone(&state.store.engine);
        work(engine.store(), state)
            .and_then(|done| if fails.is_some() { Err(unavailable()) } else { Ok(done) })
    };
    if account != NO_ACCOUNT {
        let outcome = if result.is_ok() { "" } else { ": failed" };
        state.record(format!("p{process} {operation} a{account}{outcome}"));
        if fails.is_some() {
            state.invariants.disturb_account(account, state.now);
        }
    } else if fails.is_some() {
        state.invariants.disturb(state.now);
    }
    Some(move || drop(sender.send(result)))
}

fn unavailable() -> StoreError {
    StoreError::new(StoreErrorKind::Unavailable, "the store is down")
}

#[oauth_core::async_trait]
impl TokenStore for SimulatedStore {
    async fn load(&self, key: &Key) -> Result<Option<Record>, StoreError> {
        let for_engine = key.clone();
        let loaded =
            self.perform("load", Some(key), move |engine, _| finish(engine.load(&for_engine))).await?;
        self.note_read(loaded.as_ref());
        Ok(loaded)
    }

    async fn insert(&self, key: &Key, content: Content) -> Result<u64, StoreError> {
        let (for_engine, process) = (key.clone(), self.0.process);
        let work = move |engine: &dyn TokenStore, state: &mut SimulationState| {
            if let Some(token) = stored_token(&content) {
                state.invariants.token_stored(state.now, token, state.plan.lease());
                state.invariants.token_read(process, token);
            }
            state.invariants.connected(account_number(&for_engine.account), state.now);
            finish(engine.insert(&for_engine, content))
        };
        self.perform("insert", Some(key), work).await
    }

    async fn save(&self, key: &Key, from: u64, content: Content) -> Result<SaveOutcome, StoreError> {
        let (for_engine, process) = (key.clone(), self.0.process);
        let work = move |engine: &dyn TokenStore, state: &mut SimulationState| {
            let token = stored_token(&content);
            let outcome = finish(engine.save(&for_engine, from, content));
            if let (Some(token), Ok(SaveOutcome::Accepted { .. })) = (token, &outcome) {
                state.invariants.token_stored(state.now, token, state.plan.lease());
                state.reach(Step::TokenSaved, process);
            }
            outcome
        };
        self.perform("save", Some(key), work).await
    }

    async fn remove(&self, key: &Key) -> Result<bool, StoreError> {
        let for_engine = key.clone();
        self.perform("remove", Some(key), move |engine, _| finish(engine.remove(&for_engine))).await
    }

    async fn acquire(
        &self,
        key: &Key,
        owner: &LeaseOwner,
        length: Duration,
    ) -> Result<AcquireOutcome, StoreError> {
        let (for_engine, owner) = (key.clone(), owner.clone());
        let work = move |engine: &dyn TokenStore, _: &mut SimulationState| {
            finish(engine.acquire(&for_engine, &owner, length))
        };
        let acquired = self.perform("acquire", Some(key), work).await?;
        if let AcquireOutcome::Granted { record, .. } | AcquireOutcome::Held { record, .. } = &acquired {
            self.note_read(Some(record));
        }
        Ok(acquired)
    }

    async fn renew(&self, key: &Key, fence: u64, length: Duration) -> Result<bool, StoreError> {
        let for_engine = key.clone();
        self.perform("renew", Some(key), move |engine, _| finish(engine.renew(&for_engine, fence, length)))
            .await
    }

    async fn release(&self, key: &Key, fence: u64) -> Result<(), StoreError> {
        let for_engine = key.clone();
        self.perform("release", Some(key), move |engine, _| finish(engine.release(&for_engine, fence))).await
    }

    async fn record_intent(&self, key: &Key, fence: u64, from: u64) -> Result<bool, StoreError> {
        let (for_engine, process) = (key.clone(), self.0.process);
        let work = move |engine: &dyn TokenStore, state: &mut SimulationState| {
            let has_doubt = has_other_intent(engine, &for_engine, fence);
            let recorded = finish(engine.record_intent(&for_engine, fence, from));
            if matches!(recorded, Ok(true)) {
                if has_doubt {
                    state.invariants.has_doubt(account_number(&for_engine.account));
                }
                state.invariants.intent_recorded(process, account_number(&for_engine.account));
                state.reach(Step::IntentRecorded, process);
            }
            recorded
        };
        self.perform("record intent", Some(key), work).await
    }

    async fn set_state(
        &self,
        key: &Key,
        fence: u64,
        from: u64,
        new: RecordState,
    ) -> Result<bool, StoreError> {
        let (for_engine, process) = (key.clone(), self.0.process);
        let work = move |engine: &dyn TokenStore, state: &mut SimulationState| {
            let account = account_number(&for_engine.account);
            let has_doubt = has_other_intent(engine, &for_engine, fence);
            let changed = finish(engine.set_state(&for_engine, fence, from, new));
            let SimulationState { invariants, provider, now, .. } = state;
            match (&changed, new) {
                (Ok(true), RecordState::NeedsReconnect { reason, .. }) => {
                    if has_doubt {
                        invariants.has_doubt(account);
                    }
                    invariants.check_loss(*now, process, account, reason, provider);
                }
                (Ok(false), _) => invariants.decision_not_stored(*now, account),
                _ => {}
            }
            changed
        };
        self.perform("set state", Some(key), work).await
    }

    async fn list(
        &self,
        provider: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<RecordSummary>, StoreError> {
        let (provider, after) = (provider.to_owned(), after.map(str::to_owned));
        let work = move |engine: &dyn TokenStore, _: &mut SimulationState| {
            finish(engine.list(&provider, after.as_deref(), limit))
        };
        self.perform("list", None, work).await
    }

    async fn due(&self, query: &DueQuery, limit: usize) -> Result<Vec<RecordSummary>, StoreError> {
        let query = query.clone();
        self.perform("due", None, move |engine, _| finish(engine.due(&query, limit))).await
    }
}
