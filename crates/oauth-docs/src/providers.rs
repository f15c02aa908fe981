//! The portraits, one file a provider: its site, an example of a connection, and what only it has.

mod cobot;
mod cohortgo;
mod go1;
mod gocd;

use anyhow::Result;

use crate::portrait::Portrait;

/// All providers, in the order of the comparison table; GoCD's second way in is the last.
///
/// # Errors
/// If a flow cannot be played.
pub fn all() -> Result<Vec<Portrait>> {
    Ok(vec![
        cohortgo::portrait()?,
        cobot::portrait()?,
        go1::portrait()?,
        gocd::portrait()?,
        gocd::personal()?,
    ])
}
