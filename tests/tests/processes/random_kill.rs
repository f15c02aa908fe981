//! Processes are killed at random moments of a refresh.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::AddAssign;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use oauth_sandbox::Fault;

use crate::context::TestContext;
use crate::outcome::{Baseline, Recovery};
use crate::parallel::{PARALLEL, map_parallel};
use crate::process::Process;
use crate::protocol::{CallOutcome, Step, TestProvider, WorkerCommand};
use crate::scenario::Scenario;

/// Outcomes of kills.
#[derive(Clone, Copy, Debug, Default)]
struct Count {
    kills: usize,
    alive: usize,
    unknown: usize,
}

impl AddAssign for Count {
    fn add_assign(&mut self, other: Self) {
        self.kills += other.kills;
        self.alive += other.alive;
        self.unknown += other.unknown;
    }
}

/// Counts by the last step that the killed process reported; `None` if two were killed one after the other.
type Counts = BTreeMap<Option<Step>, Count>;

pub(crate) fn recovers_after_random_kills(context: &TestContext, kills: usize) -> String {
    let store = context.create_store();
    let (counts, done) = (Mutex::new(Counts::new()), AtomicUsize::new(0));
    let threads: Vec<usize> = (0..PARALLEL).collect();
    map_parallel(&threads, |thread| {
        let provider = if thread % 2 == 0 { TestProvider::Go1 } else { TestProvider::Gocd };
        let scenario = Scenario::new(&context.runtime, &store, provider);
        let mut rounds = KillRounds::new(scenario);
        while done.load(Ordering::Relaxed) < kills {
            let (key, count) = rounds.run_one();
            done.fetch_add(count.kills, Ordering::Relaxed);
            *counts.lock().unwrap().entry(key).or_default() += count;
        }
    });
    table(&counts.into_inner().unwrap())
}

fn table(counts: &Counts) -> String {
    let mut table = String::from("killed after                   kills  alive  outcome unknown\n");
    let mut sum = Count::default();
    let mut line = |name: &str, count: &Count| {
        let Count { kills, alive, unknown } = count;
        let _ = writeln!(table, "  {name:<28} {kills:>5}  {alive:>5}  {unknown:>5}");
    };
    for (key, count) in counts.iter().rev() {
        line(key.map_or("two, one after the other", Step::label), count);
        sum += *count;
    }
    line("all", &sum);
    table
}

/// One connection whose processes are killed one after the other.
struct KillRounds {
    scenario: Scenario,
    successor: Process,
    /// Duration of an undisturbed refresh.
    window: Duration,
}

impl KillRounds {
    fn new(scenario: Scenario) -> Self {
        let mut window = Duration::ZERO;
        for _ in 0..3 {
            let mut process = Process::start(&scenario.short_lived_config(None)).into_ready();
            scenario.expire();
            process.command(WorkerCommand::CallApi);
            assert!(process.reaches(Step::Acquiring));
            let begun = Instant::now();
            assert_eq!(process.api_outcome(), CallOutcome::Alive);
            window = window.max(begun.elapsed());
        }
        let successor = Process::start(&scenario.short_lived_config(None)).into_ready();
        Self { scenario, successor, window }
    }

    /// Kills one process or two, and checks the connection afterwards.
    fn run_one(&mut self) -> (Option<Step>, Count) {
        let Self { scenario, successor, window } = self;
        scenario.expire();
        let before = Baseline::of(scenario);
        let kills = if fastrand::u8(..4) == 0 { 2 } else { 1 };
        let killed: Vec<_> = (0..kills).map(|_| kill_during_refresh(scenario, *window)).collect();
        if fastrand::bool() {
            // One with nothing cached.
            *successor = Process::start(&scenario.short_lived_config(None)).into_ready();
        }
        let recovery = before.recovery(scenario, &killed, successor);
        let key = match &killed[..] {
            [one] => one.steps.last().copied(),
            _ => None,
        };
        if let Some(step) = key {
            let sent_once = before.calls(scenario).sent == 1;
            match step {
                Step::Acquiring | Step::Leased | Step::Saved | Step::Released => {
                    assert!(recovery == Recovery::Alive && sent_once, "{step:?}");
                }
                Step::IntentRecorded => assert_eq!(recovery, Recovery::Alive),
                Step::Sending | Step::ResponseRead | Step::Saving => {}
            }
        }
        if recovery == Recovery::OutcomeUnknown {
            scenario.connect();
        }
        let (alive, unknown) =
            (usize::from(recovery == Recovery::Alive), usize::from(recovery == Recovery::OutcomeUnknown));
        (key, Count { kills, alive, unknown })
    }
}

/// Kills a process during a refresh or shortly after it.
fn kill_during_refresh(scenario: &Scenario, window: Duration) -> Process {
    let mut process = Process::start(&scenario.short_lived_config(None)).into_ready();
    // Sometimes delays the request or the response.
    let delay = Duration::from_millis(fastrand::u64(..20));
    match fastrand::u8(..3) {
        0 => scenario.next_token_call(Fault::delay(delay)),
        1 => scenario.next_token_call(Fault::delay(delay).after_work()),
        _ => {}
    }
    process.command(WorkerCommand::CallApi);
    // After a kill of another process, the later steps come much later.
    let from = [Step::Acquiring, Step::Leased, Step::IntentRecorded][fastrand::usize(..3)];
    if process.reaches(from) {
        // Favours early moments, where most steps are.
        std::thread::sleep(window.mul_f64(fastrand::f64() * fastrand::f64()));
    }
    process.kill();
    process.wait_until_killed();
    process
}
