//! Event loop over simulated time.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::plan::{Incident, MINUTE, Plan, SECOND, Trigger, Trouble};
use crate::simulated_process::SimulatedProcess;
use crate::simulated_provider::Revocation;
use crate::simulated_store::key_of;
use crate::simulation_state::{Event, SimulationClock, SimulationState};
use crate::violation::{Statistics, Violation, ViolationKind};

/// Most time by which a process runs ahead of the others.
const MAX_LEAD: u64 = 10 * MINUTE;
const MAX_STEPS: u64 = 5_000_000;
const MAX_WALL_TIME: Duration = Duration::from_secs(120);

/// Result of a run.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RunReport {
    /// Broken rules, in the order in which they were detected.
    pub violations: Vec<Violation>,
    /// Counts.
    pub statistics: Statistics,
    /// Hash of the whole trace.
    pub trace_hash: u64,
    /// The trace, or its last lines.
    pub trace: Vec<String>,
    /// Number of steps.
    pub steps: u64,
}

impl RunReport {
    /// Adds a violation if the same plan had another trace with another engine of the store.
    pub fn compare_with(&mut self, other: &Self) {
        if self.trace_hash != other.trace_hash {
            let message = format!("trace hash {:016x} with the other engine", other.trace_hash);
            let kind = ViolationKind::EnginesDiffer;
            self.violations.push(Violation { at: 0, step: self.steps, kind, message });
        }
    }
}

/// Runs a plan. `keeps_trace` keeps all lines of its trace, and not only the last ones.
///
/// # Panics
/// If the machine cannot provide a tokio runtime.
#[must_use]
pub fn simulate(plan: &Plan, keeps_trace: bool) -> RunReport {
    let watchdog = start_watchdog(plan.seed);
    let mut scheduler = Scheduler::new(plan, keeps_trace);
    scheduler.run();
    drop(watchdog);
    scheduler.finish()
}

/// Ends this program if a run hangs inside of a process, until the returned value is dropped.
fn start_watchdog(seed: u64) -> Sender<()> {
    let (running, ended) = channel();
    std::thread::spawn(move || {
        if ended.recv_timeout(2 * MAX_WALL_TIME) == Err(RecvTimeoutError::Timeout) {
            eprintln!("error: the run of seed {seed} hangs in a process");
            std::process::abort();
        }
    });
    running
}

/// Lets an event happen when every process has run at least up to its time.
///
/// A process runs up to the next event that may concern it: a message to or from it, or a fault. A message
/// takes at least a millisecond, so none can arrive in a process's past.
struct Scheduler {
    state: Arc<Mutex<SimulationState>>,
    clock: SimulationClock,
    processes: Vec<Option<SimulatedProcess>>,
    /// Error of each machine's wall clock, in milliseconds.
    skews: Vec<Arc<AtomicI64>>,
    length: u64,
    stops_at_violation: bool,
}

impl Scheduler {
    fn new(plan: &Plan, keeps_trace: bool) -> Self {
        let clock = SimulationClock::default();
        let mut state = SimulationState::new(plan, &clock, keeps_trace);
        for process in 0..plan.processes {
            state.schedule(0, Event::Start { process });
        }
        for fault in &plan.faults {
            if let Trigger::At(time) = fault.trigger {
                state.schedule(time, Event::Trouble { trouble: fault.trouble, reached_by: None });
            }
        }
        state.schedule(MINUTE, Event::CheckLiveness);
        Self {
            state: Arc::new(Mutex::new(state)),
            clock,
            processes: (0..plan.processes).map(|_| None).collect(),
            skews: (0..plan.processes).map(|_| Arc::default()).collect(),
            length: plan.length,
            stops_at_violation: plan.stops_at_violation,
        }
    }

    fn state(&self) -> MutexGuard<'_, SimulationState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&mut self) {
        let started = Instant::now();
        loop {
            let next = self.state().next_event_at();
            let Some(at) = next.filter(|at| *at <= self.length) else { return };
            let behind = self
                .processes
                .iter_mut()
                .flatten()
                .filter(|process| !process.is_stalled && process.local_time < at)
                .min_by_key(|process| process.local_time);
            if let Some(process) = behind {
                process.run(at + MAX_LEAD);
                continue;
            }
            let event = {
                let mut state = self.state();
                state.now = at;
                self.clock.0.store(at, Ordering::Relaxed);
                state.trace.flush(at);
                state.invariants.step += 1;
                if state.invariants.step > MAX_STEPS || started.elapsed() > MAX_WALL_TIME {
                    let message = format!("{} steps in {:?}", state.invariants.step, started.elapsed());
                    state.invariants.violate(at, ViolationKind::LimitExceeded, message);
                    return;
                }
                match state.pop() {
                    Some(Event::Message(message)) => {
                        message(&mut state);
                        None
                    }
                    Some(other) => Some(other),
                    None => return,
                }
            };
            if let Some(event) = event {
                self.handle(event, at);
            }
            if self.stops_at_violation && !self.state().invariants.violations.is_empty() {
                return;
            }
        }
    }

    fn handle(&mut self, event: Event, now: u64) {
        match event {
            Event::Message(message) => message(&mut self.state()),
            Event::Trouble { trouble, reached_by } => {
                self.state().record(format!("FAULT {trouble:?}"));
                self.cause(trouble, reached_by.unwrap_or_default(), now);
            }
            Event::Start { process } => self.start(process, now),
            Event::StallEnds { process } => {
                if let Some(process) = self.processes[process].as_mut().filter(|process| process.is_stalled) {
                    process.wake(now);
                }
            }
            Event::ClockStepEnds { process, by } => {
                self.skews[process].fetch_sub(by, Ordering::Relaxed);
            }
            Event::RestartAll => {
                for process in 0..self.processes.len() {
                    self.stop(process, now, None);
                    self.start(process, now);
                }
            }
            Event::CheckLiveness => {
                let mut state = self.state();
                let SimulationState { invariants, provider, plan, .. } = &mut *state;
                invariants.check_liveness(now, plan, provider);
                state.schedule(now + MINUTE, Event::CheckLiveness);
            }
        }
    }

    fn start(&mut self, process: usize, now: u64) {
        if self.processes[process].is_none() {
            let skew = Arc::clone(&self.skews[process]);
            let started = SimulatedProcess::start(process, now, skew, &self.state);
            self.processes[process] = Some(started.expect("a tokio runtime"));
        }
    }

    /// Ends a process, or makes it stand still for this time.
    fn stop(&mut self, process: usize, now: u64, stall: Option<u64>) {
        {
            self.state().invariants.process_stopped(now, process, stall);
        }
        match (stall, &mut self.processes[process]) {
            (Some(_), Some(running)) => running.is_stalled = true,
            (_, running) => running.take().into_iter().for_each(|process| process.end(now)),
        }
    }

    fn cause(&mut self, trouble: Trouble, reached_by: usize, now: u64) {
        if let Trouble::Kill { process, .. }
        | Trouble::Exit { process, .. }
        | Trouble::Stall { process, .. }
        | Trouble::StepClock { process, .. } = trouble
        {
            let process = process.unwrap_or(reached_by);
            let reached = self.processes[process].as_ref().map_or(now, |process| process.local_time);
            if reached > now {
                // The process has run ahead.
                let later = Event::Trouble { trouble, reached_by: Some(process) };
                return self.state().schedule(reached, later);
            }
        }
        match trouble {
            Trouble::Kill { process, restart_after } | Trouble::Exit { process, restart_after } => {
                let process = process.unwrap_or(reached_by);
                if matches!(trouble, Trouble::Exit { .. }) {
                    let mut state = self.state();
                    let SimulationState { invariants, provider, .. } = &mut *state;
                    invariants.check_exit(now, process, provider);
                }
                self.stop(process, now, None);
                let mut state = self.state();
                state.invariants.disturb(now + restart_after);
                state.schedule(now + restart_after, Event::Start { process });
            }
            Trouble::Stall { process, length } => {
                let process = process.unwrap_or(reached_by);
                if self.processes[process].as_ref().is_some_and(|process| !process.is_stalled) {
                    self.stop(process, now, Some(length));
                    self.state().schedule(now + length, Event::StallEnds { process });
                }
            }
            Trouble::StepClock { process, by, length } => {
                let process = process.unwrap_or(reached_by);
                self.skews[process].fetch_add(by, Ordering::Relaxed);
                let mut state = self.state();
                state.invariants.clock_stepped(now + length, by);
                state.invariants.disturb(now + length);
                state.schedule(now + length, Event::ClockStepEnds { process, by });
            }
            Trouble::StoreDown { length, hangs } => {
                let mut state = self.state();
                state.store.take_down(now + length, hangs);
                state.invariants.disturb(now + length);
            }
            Trouble::BackUpStore => {
                let mut state = self.state();
                state.store.engine.back_up();
                state.invariants.store_backed_up();
            }
            Trouble::RestoreStore => {
                let mut state = self.state();
                state.store.engine.restore();
                let SimulationState { invariants, provider, .. } = &mut *state;
                invariants.store_went_back(now, provider);
            }
            Trouble::DamageRow { account } => {
                let mut state = self.state();
                state.store.engine.damage(&key_of(account));
                // Of the others, liveness is still expected.
                state.invariants.disturb_account(account, u64::MAX / 2);
            }
            Trouble::Incident { incident, length } => {
                let mut state = self.state();
                state.provider.begin_incident(incident, now + length);
                state.invariants.disturb(now + length + SECOND);
                if incident == Incident::RefusesClient {
                    state.schedule(now + length, Event::RestartAll);
                }
            }
            Trouble::Revoke { account } => self.state().provider.revoke(account, Revocation::ByUser),
        }
    }

    fn finish(mut self) -> RunReport {
        let now = self.state().now;
        // The tasks of the processes refer to the state.
        for process in self.processes.drain(..).flatten() {
            process.end(now);
        }
        let mut state = self.state();
        let trace = std::mem::replace(&mut state.trace, crate::trace::Trace::new(false));
        let (trace_hash, trace) = trace.finish();
        RunReport {
            violations: std::mem::take(&mut state.invariants.violations),
            statistics: state.invariants.statistics,
            trace_hash,
            trace,
            steps: state.invariants.step,
        }
    }
}
