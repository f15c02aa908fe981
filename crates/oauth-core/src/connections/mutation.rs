//! Deliberate faults in the code. `tests/interleavings` and `tests/simulation` enable one at a time to check
//! that they find it.
//!
//! Compiled under `cfg(shuttle)` and `cfg(planted_faults)` only. In every other build `mutated!` is the
//! literal `false`.

#[cfg(any(shuttle, planted_faults))]
use std::cell::Cell;

/// A fault that can be enabled for the current thread.
#[cfg(any(shuttle, planted_faults))]
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
    /// Any number of calls may be in flight.
    LimitsNoCalls,
    /// Calls run in parallel right after trouble.
    ResumesAllAtOnce,
    /// Trouble of the provider holds no calls back.
    HoldsNothingBack,
    /// Calls continue after the provider has refused the client.
    IgnoresClientRefusal,
    /// Refusals of several accounts are no incident.
    FindsNoIncident,
    /// An incident begins anew after its longest time.
    RepeatsIncident,
    /// The first refusal is believed.
    BelievesFirstRefusal,
    /// A refused token is sent again without a pause.
    SendsRefusedAgain,
    /// The intent of another process is ignored.
    IgnoresIntent,
    /// No intent is recorded.
    RecordsNoIntent,
    /// A call without a response is repeated at once.
    ResendsUnanswered,
    /// The intent of a call without a response is cleared.
    ClearsIntentOfUnanswered,
    /// Nothing waits for another process that may hold the new token.
    WaitsForNoSaver,
    /// A lease is not extended before a call.
    TrustsOldLease,
    /// The age of a lease is measured by the wall clock only.
    TrustsWallClock,
    /// The token is not checked again after the lease was granted.
    ChecksTokenOnce,
    /// Saving is tried once.
    SavesOnce,
    /// A token counts as saved although saving it has failed.
    IgnoresFailedSave,
    /// A newer token is not written back to a store that lost it.
    WritesNothingBack,
    /// A doubtful outcome is not named as the reason.
    NamesNoDoubt,
    /// A token that was saved late does not say so.
    ForgetsLateSave,
    /// Tokens that were received in the future are not refreshed.
    IgnoresClockAhead,
    /// Any number of valid tokens is refreshed in the background.
    RefreshesAllInBackground,
}

#[cfg(any(shuttle, planted_faults))]
thread_local! {
    static ENABLED: Cell<Option<Mutation>> = const { Cell::new(None) };
}

#[cfg(any(shuttle, planted_faults))]
impl Mutation {
    /// The faults of refreshes, which the simulation finds. The others need threads that run at a time.
    pub const OF_REFRESHES: &[Self] = &[
        Self::LimitsNoCalls,
        Self::ResumesAllAtOnce,
        Self::HoldsNothingBack,
        Self::IgnoresClientRefusal,
        Self::FindsNoIncident,
        Self::RepeatsIncident,
        Self::BelievesFirstRefusal,
        Self::SendsRefusedAgain,
        Self::IgnoresIntent,
        Self::RecordsNoIntent,
        Self::ResendsUnanswered,
        Self::ClearsIntentOfUnanswered,
        Self::WaitsForNoSaver,
        Self::TrustsOldLease,
        Self::TrustsWallClock,
        Self::ChecksTokenOnce,
        Self::SavesOnce,
        Self::IgnoresFailedSave,
        Self::WritesNothingBack,
        Self::NamesNoDoubt,
        Self::ForgetsLateSave,
        Self::IgnoresClockAhead,
        Self::RefreshesAllInBackground,
    ];

    /// Enables this mutation, and no other, for the current thread.
    pub fn enable(self) {
        ENABLED.set(Some(self));
    }

    /// Enables this mutation, or none, for the current thread.
    pub fn enable_only(mutation: Option<Self>) {
        ENABLED.set(mutation);
    }

    pub(super) fn is_enabled(self) -> bool {
        ENABLED.get() == Some(self)
    }
}

/// `mutated!(Name)`: whether this [`Mutation`] is enabled.
#[cfg(any(shuttle, planted_faults))]
macro_rules! mutated {
    ($name:ident) => {
        super::mutation::Mutation::$name.is_enabled()
    };
}

/// `mutated!(Name)`: `false`.
#[cfg(not(any(shuttle, planted_faults)))]
macro_rules! mutated {
    ($name:ident) => {
        false
    };
}

pub(super) use mutated;
