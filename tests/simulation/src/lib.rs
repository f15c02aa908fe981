//! Simulation of everything around the connections of `oauth-core`, from one seed and on one thread.
//!
//! The library runs as it ships. Simulated are the processes, their clocks, the store, the provider and the
//! network between them, together with their faults. [`simulate`] runs a [`Plan`] and checks the invariants
//! at each step. The same plan always has the same trace.
//!
//! It is neither turmoil nor madsim. Each process has its own tokio runtime, so that it can be killed, can stand
//! still, and has its own wall clock. turmoil simulates sockets, below the library's `Transport`, and has no
//! stalls; madsim replaces tokio, so that not the library as it ships would run.

#![allow(clippy::print_stderr)] // of the watchdog

mod application;
mod invariants;
mod known_cases;
mod memory_engine;
mod plan;
#[cfg(planted_faults)]
mod planted;
mod process_view;
mod random;
mod scheduler;
mod simulated_network;
mod simulated_process;
mod simulated_provider;
mod simulated_store;
mod simulation_state;
mod sql_engine;
mod trace;
mod violation;

pub use known_cases::{CaseStatus, KNOWN_CASES, KnownCase};
pub use plan::{Plan, StoreEngine};
#[cfg(planted_faults)]
pub use planted::{check_planted_faults, search_planted_faults};
pub use scheduler::{RunReport, simulate};
pub use violation::{Statistics, Violation, ViolationKind};
