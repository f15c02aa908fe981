//! Running a scenario under both of shuttle's schedulers, the same way each time.

use std::future::Future;

use shuttle::scheduler::{PctScheduler, RandomScheduler};
use shuttle::{Config, MaxSteps, Runner};

/// Where both schedulers begin.
const SEED: u64 = 0x0a07_5eed;
/// How many times in a run the other scheduler, which keeps to priorities, lets somebody else go first.
const CHANGES: usize = 3;

fn config() -> Config {
    let mut config = Config::new();
    // It warns that it sees no memory reordered. Closing is ordered by the lock around the count of what is under way, and
    // nothing else hangs on the order of what is in no lock.
    config.silence_warnings = true;
    config.stack_size = 1 << 20;
    // More than any run needs: one that goes on for ever is a fault.
    config.max_steps = MaxSteps::FailAfter(200_000);
    config
}

/// How many runs each makes: more with `cargo xtask model`.
fn runs() -> usize {
    if std::env::var_os("OAUTH_LONG").is_some() { 5_000 } else { 200 }
}

/// Runs it.
pub(crate) fn scheduled<F: Future<Output = ()> + 'static>(scenario: fn() -> F) {
    let run = move || {
        fastrand::seed(SEED);
        tokio::time::reset();
        tokio::runtime::reset();
        shuttle::future::block_on(scenario());
    };
    Runner::new(RandomScheduler::new_from_seed(SEED, runs()), config()).run(run);
    Runner::new(PctScheduler::new_from_seed(SEED, CHANGES, runs()), config()).run(run);
}
