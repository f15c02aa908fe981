//! Deliberate faults in the code, which `tests/interleavings` enables to check that its tests find them.
//!
//! Compiled under `cfg(shuttle)` only. In every other build `mutated!` is the literal `false`.

#[cfg(shuttle)]
use std::cell::Cell;

/// A fault that can be enabled for the current thread.
#[cfg(shuttle)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mutation {
    /// Waiters wake before the flight is cleared, and join a flight that has ended.
    WakesWaitersEarly,
    /// A flight whose task ends early is not cleared.
    KeepsEndedFlight,
    /// Checking for a flight and starting one are two steps.
    StartsInTwoSteps,
    /// A flight overwrites an insert or a removal that happened while it ran.
    IgnoresEpoch,
    /// The epoch is checked under the lock, the token is replaced without it.
    PublishesUnlocked,
    /// The old token is cleared before the new one is stored.
    ClearsBeforeStoring,
    /// An operation is counted after the check that the connections are open.
    CountsLate,
}

#[cfg(shuttle)]
thread_local! {
    static ENABLED: Cell<Option<Mutation>> = const { Cell::new(None) };
}

#[cfg(shuttle)]
impl Mutation {
    /// Enables this mutation, and no other, for the current thread.
    pub fn enable(self) {
        ENABLED.set(Some(self));
    }

    pub(super) fn is_enabled(self) -> bool {
        ENABLED.get() == Some(self)
    }
}

/// `mutated!(Name)`: whether this [`Mutation`] is enabled.
#[cfg(shuttle)]
macro_rules! mutated {
    ($name:ident) => {
        super::mutation::Mutation::$name.is_enabled()
    };
}

/// `mutated!(Name)`: `false`.
#[cfg(not(shuttle))]
macro_rules! mutated {
    ($name:ident) => {
        false
    };
}

pub(super) use mutated;
