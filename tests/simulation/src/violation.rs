//! Broken rules, and counts of a run.

use std::fmt;

/// Kind of a broken rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ViolationKind {
    /// A refresh token was sent again, although no response was lost and no rule about refusals allows it.
    SpentTokenSent,
    /// A token was refreshed that was neither due nor refused.
    NeedlessRefresh,
    /// A connection needs reconnecting although its refresh token is still good.
    GoodTokenAbandoned,
    /// A connection was lost although no response was lost, and no process died or stood still.
    Lost,
    /// A connection was lost, and the reason is wrong.
    WrongReason,
    /// A process reported that a connection needs reconnecting, and the store does not say so, or no longer.
    FalseReport,
    /// A call failed although the stored access token is valid and nothing was out of order.
    CallFailed,
    /// A connection was due and nothing was out of order, but it was neither refreshed in time nor given up.
    NotRefreshed,
    /// Too many token calls were in flight.
    TooManyCalls,
    /// Too many token calls were sent while the provider had asked to wait.
    RetryAfterIgnored,
    /// A program that returned without drain had more refreshes in flight than it may lose.
    TooManyLostAtExit,
    /// The trace depends on the engine of the store.
    EnginesDiffer,
    /// The run had too many steps, or took too long.
    LimitExceeded,
}

/// A broken rule.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Violation {
    /// Simulated time in milliseconds.
    pub at: u64,
    /// Number of the step of the run.
    pub step: u64,
    /// Kind.
    pub kind: ViolationKind,
    /// Account and circumstances.
    pub message: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = crate::trace::clock_time(self.at);
        write!(f, "step {} at {time}: {:?}: {}", self.step, self.kind, self.message)
    }
}

/// Counts of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Statistics {
    /// Refresh requests that arrived at the provider.
    pub refresh_requests: u64,
    /// Refreshes that the provider made.
    pub refreshes: u64,
    /// Times that a connection was marked as needing a reconnect.
    pub lost: u64,
    /// Most token calls in flight of one process.
    pub peak_in_flight: usize,
    /// Most token calls that arrived in one second.
    pub peak_per_second: u64,
    /// Refresh requests during incidents.
    pub incident_requests: u64,
    /// Longest time from the end of an incident to the last refresh of a token that had expired by then, in
    /// milliseconds.
    pub recovery: u64,
}

impl fmt::Display for Statistics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            refresh_requests,
            refreshes,
            lost,
            peak_in_flight,
            peak_per_second,
            incident_requests,
            recovery,
        } = self;
        write!(
            f,
            "{refresh_requests} refresh requests, {refreshes} refreshes, {lost} lost, at most {peak_in_flight} calls \
             in flight and {peak_per_second} a second, {incident_requests} requests during incidents, {recovery} ms \
             to recovery"
        )
    }
}
