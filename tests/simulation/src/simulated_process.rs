//! Process: a tokio runtime of one thread with its own paused clock.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use oauth_core::{Never, SingleUseRefreshToken};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Notify;
use tokio::time::{Instant, advance, sleep_until};

use crate::application::{self, TestProvider};
use crate::random::Random;
use crate::simulation_state::{ProcessClock, ProcessHandle, SimulationState};

/// A running process.
pub(crate) struct SimulatedProcess {
    runtime: Runtime,
    handle: ProcessHandle,
    /// Simulated time up to which it has run.
    pub(crate) local_time: u64,
    pub(crate) is_stalled: bool,
    /// State of its `fastrand` generator, which all processes share as they run on one thread.
    fastrand_seed: u64,
}

impl SimulatedProcess {
    pub(crate) fn start(
        process: usize,
        now: u64,
        skew: Arc<AtomicI64>,
        state: &Arc<Mutex<SimulationState>>,
    ) -> std::io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_time().start_paused(true).build()?;
        let (seed, rules) = {
            let state = state.lock().unwrap_or_else(PoisonError::into_inner);
            (state.plan.seed, state.plan.rules)
        };
        let origin = runtime.block_on(async { Instant::now() });
        let clock = ProcessClock { origin, started_at: now, skew, ended_at: Arc::default() };
        let handle =
            ProcessHandle { process, clock, state: Arc::clone(state), sent: Arc::new(Notify::new()) };
        let program = handle.clone();
        runtime.spawn(async move {
            type Rotating<const SPENDS_FIRST: bool> = TestProvider<SingleUseRefreshToken<90>, SPENDS_FIRST>;
            let for_program = program.clone();
            let ended = match (rules.refreshes, rules.spends_first) {
                (true, true) => application::run::<Rotating<true>>(for_program, now).await,
                (true, false) => application::run::<Rotating<false>>(for_program, now).await,
                (false, _) => application::run::<TestProvider<Never, false>>(for_program, now).await,
            };
            if let Err(error) = ended {
                program.record(&format!("did not start: {error}"));
            }
        });
        let fastrand_seed = Random::keyed(seed, &[4, process as u64, now]).next();
        Ok(Self { runtime, handle, local_time: now, is_stalled: false, fastrand_seed })
    }

    /// Runs until the next event that may concern this process, at most until this time.
    pub(crate) fn run(&mut self, limit: u64) {
        fastrand::seed(self.fastrand_seed);
        let ProcessHandle { process, clock, sent, .. } = &self.handle;
        let next_event = || self.handle.state().next_event_of(*process);
        let until = next_event().unwrap_or(limit).min(limit);
        let end = clock.origin + Duration::from_millis(until - clock.started_at);
        self.runtime.block_on(async {
            loop {
                tokio::select! {
                    biased;
                    () = sleep_until(end) => return,
                    () = sent.notified() => {
                        if next_event().is_some_and(|at| at < until) {
                            return;
                        }
                    }
                }
            }
        });
        self.end_turn();
    }

    /// Continues after a stall: all its timers of that time fire at once.
    pub(crate) fn wake(&mut self, now: u64) {
        fastrand::seed(self.fastrand_seed);
        self.is_stalled = false;
        self.runtime.block_on(advance(Duration::from_millis(now.saturating_sub(self.local_time))));
        self.end_turn();
    }

    /// Ends the process at once.
    pub(crate) fn end(self, now: u64) {
        self.handle.clock.ended_at.store(now, Ordering::Relaxed);
    }

    fn end_turn(&mut self) {
        self.fastrand_seed = fastrand::get_seed();
        self.local_time = self.runtime.block_on(async { self.handle.clock.local_time() });
    }
}
