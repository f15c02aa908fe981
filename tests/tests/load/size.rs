//! Size and duration of the run.

use std::time::Duration;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    pub(crate) connections: usize,
    /// Connections that fall due together.
    pub(crate) together: usize,
    /// Minimum number of rounds.
    pub(crate) rounds: usize,
    /// Minimum duration of the rounds.
    pub(crate) lasts: Duration,
    /// Deadline of a call, and so the duration of faults that hang.
    pub(crate) deadline: Duration,
    /// Memory limit of the client process in KiB.
    pub(crate) memory: u64,
}

impl Size {
    /// The size in `cargo test`.
    const SMALL: Self = Self {
        connections: 200,
        together: 20,
        rounds: 3,
        lasts: Duration::ZERO,
        deadline: Duration::from_secs(3),
        memory: 96 * 1024,
    };

    /// The size of `cargo xtask load`, for this many minutes.
    fn large(minutes: u64) -> Self {
        let lasts = Duration::from_secs(60 * minutes);
        let deadline = Duration::from_secs(5);
        Self { connections: 10_000, together: 1_000, rounds: 3, lasts, deadline, memory: 256 * 1024 }
    }

    pub(crate) fn from_environment() -> Self {
        match std::env::var("OAUTH_LOAD_MINUTES") {
            Ok(minutes) => Self::large(minutes.parse().expect("OAUTH_LOAD_MINUTES is a number of minutes")),
            Err(_) => Self::SMALL,
        }
    }

    pub(crate) fn groups(self) -> usize {
        self.connections / self.together
    }
}
