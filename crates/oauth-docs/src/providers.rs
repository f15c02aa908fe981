//! The portraits, one file per provider: its site, an example connection and its own facts.

mod cobot;
mod cohortgo;
mod go1;
mod gocd;

use anyhow::Result;

use crate::portrait::Portrait;
use crate::provider_facts::ProviderFacts;

/// In the order of the comparison table. `cargo xtask new-provider` adds a line.
#[rustfmt::skip] // one per line
const PORTRAITS: &[fn() -> Result<Portrait>] = &[
    cohortgo::portrait,
    cobot::portrait,
    go1::portrait,
    gocd::portrait,
    gocd::personal,
];

/// The portraits of all providers, with their entries of the facts file.
///
/// # Errors
/// If a flow cannot be recorded, or the facts file cannot be read.
pub fn all() -> Result<Vec<Portrait>> {
    let file = ProviderFacts::read(&crate::repository())?;
    PORTRAITS.iter().map(|portrait| Ok(portrait()?.with_entries_of(&file))).collect()
}
