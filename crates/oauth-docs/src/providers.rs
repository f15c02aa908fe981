//! The portraits, one file a provider: its site, an example of a connection, and what only it has.

mod cobot;
mod cohortgo;
mod go1;
mod gocd;

use anyhow::Result;

use crate::portrait::Portrait;

/// In the order of the comparison table; GoCD's second way in is the last. `cargo xtask new-provider` adds a line.
#[rustfmt::skip] // one a line
const PORTRAITS: &[fn() -> Result<Portrait>] = &[
    cohortgo::portrait,
    cobot::portrait,
    go1::portrait,
    gocd::portrait,
    gocd::personal,
];

/// All providers.
///
/// # Errors
/// If a flow cannot be played.
pub fn all() -> Result<Vec<Portrait>> {
    PORTRAITS.iter().map(|portrait| portrait()).collect()
}
