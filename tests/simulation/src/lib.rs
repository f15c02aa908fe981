//! Simulation of everything around the connections of `oauth-core`, from one seed and on one thread.
//!
//! The library runs as it ships. Simulated are the processes, their clocks, the store, the provider and the
//! network between them, together with their faults. [`simulate`] runs a [`Plan`] and checks the invariants
//! at each step. The same plan always has the same trace.
//!
//! Each process has a separate tokio runtime, so that it can be killed, can stand still, and has its own
//! clock.
//! turmoil simulates sockets, which the library reaches only through its `Transport`, and neither stalls nor
//! wall clocks. madsim replaces tokio, so that it would not run the library as it ships.

#![allow(clippy::print_stderr)] // of the watchdog

mod application;
mod invariants;
mod known_cases;
mod plan;
mod random;
mod scheduler;
mod simulated_network;
mod simulated_process;
mod simulated_provider;
mod simulated_store;
mod simulation_state;
mod trace;

pub use invariants::{Statistics, Violation, ViolationKind};
pub use known_cases::{CaseStatus, KNOWN_CASES, KnownCase};
pub use plan::Plan;
pub use scheduler::{RunReport, simulate};
