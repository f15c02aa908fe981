//! When both clocks last found nothing to do about the token in memory.

use std::sync::atomic::Ordering;

use super::sync::AtomicU64;

/// The wall clock and the monotonic one are both asked before a token is used: the one decides, and a wall clock that was
/// set back makes no token live longer. That is two looks at a clock for each request, which is most of what the header
/// costs; so for a moment after both were asked the wall clock alone will do.
pub(super) struct Settled(AtomicU64);

impl Settled {
    pub(super) fn never() -> Self {
        Self(AtomicU64::new(0))
    }

    /// Whether that was at most so many milliseconds before `unix_millis`.
    pub(super) fn lately(&self, unix_millis: i64, within: u64) -> bool {
        // Of a clock that was set back the difference is huge.
        unix_millis.cast_unsigned().wrapping_sub(self.0.load(Ordering::Relaxed)) < within
    }

    pub(super) fn at(&self, unix_millis: i64) {
        self.0.store(unix_millis.cast_unsigned(), Ordering::Relaxed);
    }
}

#[cfg(all(test, not(shuttle)))]
mod tests {
    use super::*;

    #[test]
    fn only_for_a_moment_and_never_by_a_clock_that_was_set_back() {
        let settled = Settled::never();
        let now = 1_800_000_000_000;
        assert!(!settled.lately(now, 1_000), "nobody has looked yet");
        settled.at(now);
        for (at, lately) in [
            (now, true),
            (now + 999, true),
            (now + 1_000, false),
            (now - 1, false),
            (now - 3_600_000, false),
            (0, false),
            (i64::MIN, false),
            (i64::MAX, false),
        ] {
            assert_eq!(settled.lately(at, 1_000), lately, "{at}");
        }
        assert!(!settled.lately(now, 0), "where the store is asked each time");
    }
}
