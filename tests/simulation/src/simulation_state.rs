//! State of a run, and the messages on their way between processes, store and provider.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use oauth_core::Clock;
use oauth_core::chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::invariants::Invariants;
use crate::memory_engine::MemoryEngine;
use crate::plan::{Plan, Step, StoreEngine, Trigger, Trouble};
use crate::random::Random;
use crate::simulated_provider::SimulatedProvider;
use crate::simulated_store::StoreCondition;
use crate::sql_engine::SqlEngine;
use crate::trace::Trace;

/// Account of an event that is not about one account.
pub(crate) const NO_ACCOUNT: usize = usize::MAX;

pub(crate) enum Event {
    /// A message arrives.
    Message(Box<dyn FnOnce(&mut SimulationState) + Send>),
    Trouble {
        trouble: Trouble,
        reached_by: Option<usize>,
    },
    Start {
        process: usize,
    },
    StallEnds {
        process: usize,
    },
    ClockStepEnds {
        process: usize,
        by: i64,
    },
    RestartAll,
    CheckLiveness,
}

/// Position of an event: faults precede messages of the same time, and the order of messages does not depend
/// on the order in which tasks of a process ran.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct EventKey {
    at: u64,
    is_message: bool,
    process: usize,
    account: usize,
    sequence: u64,
}

pub(crate) struct SimulationState {
    pub(crate) plan: Plan,
    pub(crate) now: u64,
    pub(crate) provider: SimulatedProvider,
    pub(crate) store: StoreCondition,
    pub(crate) invariants: Invariants,
    pub(crate) trace: Trace,
    /// Keeps what waits for a response that never comes.
    pub(crate) never_answered: Vec<Box<dyn std::any::Any + Send>>,
    queue: BTreeMap<EventKey, Event>,
    /// Positions of each process's messages, and under `None` of the events that may concern every process.
    positions: BTreeMap<Option<usize>, BTreeSet<EventKey>>,
    sequence: u64,
    draws: BTreeMap<(usize, usize), u64>,
    /// For each fault, how often its step was reached.
    reached: Vec<u64>,
}

impl SimulationState {
    pub(crate) fn new(plan: &Plan, clock: &SimulationClock, keeps_trace: bool) -> Self {
        Self {
            now: 0,
            provider: SimulatedProvider::new(plan.rules),
            store: StoreCondition::new(match plan.engine {
                StoreEngine::Memory => Arc::new(MemoryEngine::new(clock)),
                StoreEngine::Sql => Arc::new(SqlEngine::new(clock)),
            }),
            invariants: Invariants::new(plan),
            trace: Trace::new(keeps_trace),
            never_answered: Vec::new(),
            queue: BTreeMap::new(),
            positions: BTreeMap::new(),
            sequence: 0,
            draws: BTreeMap::new(),
            reached: vec![0; plan.faults.len()],
            plan: plan.clone(),
        }
    }

    /// Returns the generator for the next message of a process about an account.
    pub(crate) fn random(&mut self, process: usize, account: usize) -> Random {
        let draws = self.draws.entry((process, account)).or_default();
        *draws += 1;
        Random::keyed(self.plan.seed, &[2, process as u64, account as u64, *draws])
    }

    pub(crate) fn send(
        &mut self,
        at: u64,
        process: usize,
        account: usize,
        message: impl FnOnce(&mut Self) + Send + 'static,
    ) {
        self.insert(at, process, account, Event::Message(Box::new(message)));
    }

    pub(crate) fn schedule(&mut self, at: u64, event: Event) {
        self.insert(at, 0, 0, event);
    }

    fn insert(&mut self, at: u64, process: usize, account: usize, event: Event) {
        self.sequence += 1;
        let is_message = matches!(event, Event::Message(_));
        let key = EventKey { at, is_message, process, account, sequence: self.sequence };
        if !matches!(event, Event::CheckLiveness) {
            self.positions.entry(is_message.then_some(process)).or_default().insert(key);
        }
        self.queue.insert(key, event);
    }

    /// Returns the time of the next event that may concern a process.
    pub(crate) fn next_event_of(&self, process: usize) -> Option<u64> {
        let first = |of| self.positions.get(&of).and_then(BTreeSet::first).map(|key| key.at);
        [first(Some(process)), first(None)].into_iter().flatten().min()
    }

    pub(crate) fn next_event_at(&self) -> Option<u64> {
        self.queue.keys().next().map(|key| key.at)
    }

    pub(crate) fn pop(&mut self) -> Option<Event> {
        let (key, event) = self.queue.pop_first()?;
        if let Some(positions) = self.positions.get_mut(&key.is_message.then_some(key.process)) {
            positions.remove(&key);
        }
        Some(event)
    }

    pub(crate) fn record(&mut self, line: String) {
        self.trace.record(self.now, line);
    }

    /// Records that a refresh has reached a step, and causes the faults that wait for it.
    pub(crate) fn reach(&mut self, step: Step, process: usize) {
        let mut caused = Vec::new();
        for (fault, reached) in self.plan.faults.iter().zip(&mut self.reached) {
            if let Trigger::Step { step: at, nth, after } = fault.trigger
                && at == step
                && self.now >= after
            {
                *reached += 1;
                caused.extend((*reached == nth).then_some(fault.trouble));
            }
        }
        for trouble in caused {
            self.schedule(self.now, Event::Trouble { trouble, reached_by: Some(process) });
        }
    }
}

impl fmt::Debug for SimulationState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SimulationState").field("now", &self.now).finish_non_exhaustive()
    }
}

/// Start of simulated time.
fn start() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_454)
}

/// Clock of the database and the provider: the time of the current event.
#[derive(Clone, Debug, Default)]
pub(crate) struct SimulationClock(pub(crate) Arc<AtomicU64>);

impl Clock for SimulationClock {
    fn now(&self) -> DateTime<Utc> {
        start() + Duration::from_millis(self.0.load(Ordering::Relaxed))
    }
}

/// Wall clock of a process, which can be stepped.
#[derive(Clone, Debug)]
pub(crate) struct ProcessClock {
    pub(crate) origin: Instant,
    pub(crate) started_at: u64,
    pub(crate) skew: Arc<AtomicI64>,
    /// Time at which the process ended, or 0.
    pub(crate) ended_at: Arc<AtomicU64>,
}

impl ProcessClock {
    /// Returns the simulated time up to which the process has run.
    pub(crate) fn local_time(&self) -> u64 {
        match self.ended_at.load(Ordering::Relaxed) {
            0 => self.started_at + u64::try_from(self.origin.elapsed().as_millis()).unwrap_or_default(),
            ended_at => ended_at,
        }
    }
}

impl Clock for ProcessClock {
    fn now(&self) -> DateTime<Utc> {
        start()
            + Duration::from_millis(self.local_time())
            + TimeDelta::milliseconds(self.skew.load(Ordering::Relaxed))
    }
}

/// Access of a process to the simulation.
#[derive(Clone, Debug)]
pub(crate) struct ProcessHandle {
    pub(crate) process: usize,
    pub(crate) clock: ProcessClock,
    pub(crate) state: Arc<Mutex<SimulationState>>,
    /// Ends the process's turn, as it has sent a message.
    pub(crate) sent: Arc<Notify>,
}

impl ProcessHandle {
    pub(crate) fn state(&self) -> MutexGuard<'_, SimulationState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn record(&self, line: &str) {
        let at = self.clock.local_time();
        self.state().trace.record(at, format!("p{} {line}", self.process));
    }
}
