//! Store that all processes share: slow, down for a while, or set back to a backup.

use std::collections::BTreeSet;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use oauth_core::store::{
    AcquireOutcome, Content, DueQuery, Key, LeaseOwner, MemoryStore, Record, RecordState, RecordSummary,
    SaveOutcome, StoreError, StoreErrorKind, TokenStore,
};
use tokio::sync::oneshot;

use crate::plan::{SECOND, Step};
use crate::simulated_provider::{TokenId, token_id};
use crate::simulation_state::{NO_ACCOUNT, ProcessHandle, SimulationClock, SimulationState};

/// Name of the simulated provider.
pub(crate) const PROVIDER: &str = "simulated";

/// Shared store with its condition. Its engine never waits.
#[derive(Debug)]
pub(crate) struct StoreCondition {
    engine: Arc<dyn TokenStore>,
    clock: SimulationClock,
    down_until: u64,
    hangs: bool,
    damaged: BTreeSet<usize>,
    backup: Vec<(Key, Record)>,
}

impl StoreCondition {
    pub(crate) fn new(clock: &SimulationClock) -> Self {
        Self {
            engine: Arc::new(MemoryStore::with_clock(clock.clone())),
            clock: clock.clone(),
            down_until: 0,
            hangs: false,
            damaged: BTreeSet::new(),
            backup: Vec::new(),
        }
    }

    pub(crate) fn take_down(&mut self, until: u64, hangs: bool) {
        (self.down_until, self.hangs) = (until, hangs);
    }

    pub(crate) fn damage(&mut self, account: usize) {
        self.damaged.insert(account);
    }

    /// Returns the accounts whose record is active.
    pub(crate) fn active_accounts(&self) -> Vec<usize> {
        let all = finish(self.engine.list(PROVIDER, None, usize::MAX)).unwrap_or_default();
        let active = all.into_iter().filter(|one| one.state == RecordState::Active);
        active.map(|one| account_number(&one.account)).collect()
    }

    pub(crate) fn back_up(&mut self) {
        let all = finish(self.engine.list(PROVIDER, None, usize::MAX)).unwrap_or_default();
        self.backup = all
            .into_iter()
            .filter_map(|one| {
                let key = Key::new(PROVIDER, one.account);
                let record = finish(self.engine.load(&key)).ok().flatten()?;
                Some((key, record))
            })
            .collect();
    }

    /// Replaces the engine by one with the records of the backup.
    pub(crate) fn restore(&mut self) {
        let engine = MemoryStore::with_clock(self.clock.clone());
        for (key, record) in &self.backup {
            for _ in 0..record.generation {
                let _ = finish(engine.insert(key, record.content.clone()));
            }
            let owner = LeaseOwner::new("backup");
            let lease = finish(engine.acquire(key, &owner, Duration::from_secs(1)));
            let Ok(AcquireOutcome::Granted { fence, .. }) = lease else { continue };
            if record.state != RecordState::Active {
                let _ = finish(engine.set_state(key, fence, record.generation, record.state));
            } else if record.intent.is_some() {
                let _ = finish(engine.record_intent(key, fence, record.generation));
            }
            let _ = finish(engine.release(key, fence));
        }
        self.engine = Arc::new(engine);
    }
}

/// Returns the output of a future that never waits.
fn finish<T>(work: impl Future<Output = T>) -> T {
    match pin!(work).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => unreachable!("an operation of the engine waited"),
    }
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
        let SimulationState { invariants, provider, now, .. } = state;
        invariants.refusal_not_stored(*now, process, account, provider);
    }
    let result = if is_down && state.store.hangs {
        state.never_answered.push(Box::new(sender));
        return None;
    } else if is_down || fails == Some(true) {
        Err(unavailable())
    } else if state.store.damaged.contains(&account) && operation != "insert" {
        Err(corrupt())
    } else {
        let engine = Arc::clone(&state.store.engine);
        work(&*engine, state).and_then(|done| if fails.is_some() { Err(unavailable()) } else { Ok(done) })
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

fn corrupt() -> StoreError {
    StoreError::new(StoreErrorKind::Corrupt, "a record cannot be read")
}

/// Fails as a whole if one of the rows is damaged, as the SQL stores do.
fn readable(state: &SimulationState, found: Vec<RecordSummary>) -> Result<Vec<RecordSummary>, StoreError> {
    let is_damaged = |one: &RecordSummary| state.store.damaged.contains(&account_number(&one.account));
    if found.iter().any(is_damaged) { Err(corrupt()) } else { Ok(found) }
}

#[oauth_core::async_trait]
impl TokenStore for SimulatedStore {
    async fn load(&self, key: &Key) -> Result<Option<Record>, StoreError> {
        let for_engine = key.clone();
        self.perform("load", Some(key), move |engine, _| finish(engine.load(&for_engine))).await
    }

    async fn insert(&self, key: &Key, content: Content) -> Result<u64, StoreError> {
        let for_engine = key.clone();
        let work = move |engine: &dyn TokenStore, state: &mut SimulationState| {
            if let Some(token) = stored_token(&content) {
                state.invariants.stored(token);
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
                state.invariants.stored(token);
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
        self.perform("acquire", Some(key), work).await
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
            let recorded = finish(engine.record_intent(&for_engine, fence, from));
            if matches!(recorded, Ok(true)) {
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
        let for_engine = key.clone();
        let work = move |engine: &dyn TokenStore, state: &mut SimulationState| {
            let record = finish(engine.load(&for_engine))?;
            let changed = finish(engine.set_state(&for_engine, fence, from, new));
            let token = record.and_then(|record| stored_token(&record.content));
            if let (Some(token), Ok(true)) = (token, &changed) {
                state.invariants.stored(token);
            }
            if let (Some(token), Ok(true), RecordState::NeedsReconnect { reason, .. }) =
                (token, &changed, new)
            {
                state.invariants.statistics.lost += 1;
                let SimulationState { invariants, provider, now, .. } = state;
                invariants.check_loss(*now, token, reason, provider);
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
        let work = move |engine: &dyn TokenStore, state: &mut SimulationState| {
            readable(state, finish(engine.list(&provider, after.as_deref(), limit))?)
        };
        self.perform("list", None, work).await
    }

    async fn due(&self, query: &DueQuery, limit: usize) -> Result<Vec<RecordSummary>, StoreError> {
        let query = query.clone();
        let work = move |engine: &dyn TokenStore, state: &mut SimulationState| {
            readable(state, finish(engine.due(&query, limit))?)
        };
        self.perform("due", None, work).await
    }
}
