//! How many, and for how long.

use std::time::Duration;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    pub(crate) connections: usize,
    /// Connections that fall due at the same moment.
    pub(crate) together: usize,
    /// Rounds in which some fall due, at least.
    pub(crate) rounds: usize,
    /// Until then there are more rounds.
    pub(crate) lasts: Duration,
    /// How long a call may take. Faults that hang take that long, and what is in doubt is left alone for so long.
    pub(crate) deadline: Duration,
    /// The most memory that the client's process may ever have, in KiB.
    pub(crate) memory: u64,
}

impl Size {
    /// What every `cargo test` does.
    const SMALL: Self = Self {
        connections: 200,
        together: 20,
        rounds: 3,
        lasts: Duration::ZERO,
        deadline: Duration::from_secs(3),
        memory: 96 * 1024,
    };

    /// As the issue has it, for so many minutes.
    fn large(minutes: u64) -> Self {
        let lasts = Duration::from_secs(60 * minutes);
        let deadline = Duration::from_secs(5);
        Self { connections: 10_000, together: 1_000, rounds: 3, lasts, deadline, memory: 256 * 1024 }
    }

    pub(crate) fn of_environment() -> Self {
        match std::env::var("OAUTH_LOAD_MINUTES") {
            Ok(minutes) => Self::large(minutes.parse().expect("OAUTH_LOAD_MINUTES is a number of minutes")),
            Err(_) => Self::SMALL,
        }
    }

    pub(crate) fn groups(self) -> usize {
        self.connections / self.together
    }
}
