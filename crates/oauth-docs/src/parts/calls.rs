//! The typed API calls of a provider crate.

use super::facts::{checked_on, cited};
use super::table;
use crate::portrait::Portrait;

pub(super) fn table(portrait: &Portrait) -> String {
    let rows = portrait
        .calls
        .iter()
        .map(|entry| vec![format!("`{}`", entry.call), cited(&entry.sources), checked_on(&entry.sources)]);
    table::table(&["Call", "Source", "Checked"], rows)
}
