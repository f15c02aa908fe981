//! Lease that a refresh holds.

use std::time::Duration;

use super::cached_token::Now;
use super::mutation::mutated;

pub(super) struct HeldLease {
    pub(super) fence: u64,
    /// Time before the request for the lease or for its last extension: the lease started no earlier.
    pub(super) requested_at: Now,
}

impl HeldLease {
    /// The larger age of both clocks: monotonic time stops while a machine sleeps, a wall clock can be set
    /// back.
    pub(super) fn age(&self, now: Now) -> Duration {
        let by_wall_clock = (now.wall - self.requested_at.wall).to_std().unwrap_or_default();
        if mutated!(TrustsWallClock) {
            return by_wall_clock;
        }
        now.monotonic.saturating_duration_since(self.requested_at.monotonic).max(by_wall_clock)
    }
}
