//! Runs a scenario under two of shuttle's schedulers, reproducibly.

use std::future::Future;

use shuttle::scheduler::{PctScheduler, RandomScheduler};
use shuttle::{Config, MaxSteps, Runner};

/// Seed of both schedulers.
const SEED: u64 = 0x0a07_5eed;
/// Number of priority changes per run of the PCT scheduler.
const PRIORITY_CHANGES: usize = 3;

fn config() -> Config {
    let mut config = Config::new();
    // Shuttle warns that it does not model weak orderings. Closing needs an order, and uses a lock.
    config.silence_warnings = true;
    config.stack_size = 1 << 20;
    // More than any run needs, so that an endless run fails.
    config.max_steps = MaxSteps::FailAfter(200_000);
    config
}

/// Number of runs per scheduler, more in `cargo xtask interleavings`.
fn runs() -> usize {
    if std::env::var_os("OAUTH_LONG").is_some() { 5_000 } else { 500 }
}

/// Runs the scenario under both schedulers.
pub(crate) fn explore<F: Future<Output = ()> + 'static>(scenario: fn() -> F) {
    let run = move || {
        fastrand::seed(SEED);
        tokio::time::reset();
        tokio::runtime::reset();
        shuttle::future::block_on(scenario());
    };
    Runner::new(RandomScheduler::new_from_seed(SEED, runs()), config()).run(run);
    Runner::new(PctScheduler::new_from_seed(SEED, PRIORITY_CHANGES, runs()), config()).run(run);
}
