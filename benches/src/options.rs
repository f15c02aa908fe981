//! Options of a benchmark run.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::contender::Plan;

/// Options for all benchmarks.
#[derive(Clone, Debug)]
pub struct Options {
    /// Short trial run, never written to the page.
    pub quick: bool,
    /// Also measures peers in other languages, if their runtimes are installed.
    pub peers: bool,
}

impl Options {
    /// Plan for calls that take less than a millisecond.
    pub fn plan(&self) -> Plan {
        if self.quick {
            Plan { warm_up: Duration::from_millis(50), round: Duration::from_millis(5), rounds: 5 }
        } else {
            Plan { warm_up: Duration::from_millis(500), round: Duration::from_millis(25), rounds: 41 }
        }
    }

    /// Selects the value for full or quick runs.
    pub fn pick<T>(&self, full: T, quick: T) -> T {
        if self.quick { quick } else { full }
    }
}

/// Root of the repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("benches has a parent folder").to_owned()
}
