//! How a run was asked for.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::rounds::Plan;

/// What all benchmarks go by.
#[derive(Clone, Debug)]
pub struct Options {
    /// Shorter, and never put on the page: to see that everything works.
    pub quick: bool,
    /// Peers that are not in Rust as well, where their runtimes are.
    pub peers: bool,
}

impl Options {
    /// Rounds of so long each for things that take less than a millisecond.
    pub fn plan(&self) -> Plan {
        if self.quick {
            Plan { warm_up: Duration::from_millis(50), round: Duration::from_millis(5), rounds: 5 }
        } else {
            Plan { warm_up: Duration::from_millis(500), round: Duration::from_millis(25), rounds: 41 }
        }
    }

    /// One of two numbers.
    pub fn pick<T>(&self, full: T, quick: T) -> T {
        if self.quick { quick } else { full }
    }
}

/// The repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the benches lie in the repository").to_owned()
}
