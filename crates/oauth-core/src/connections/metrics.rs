//! Metrics of connections, behind the feature `metrics`. Without it, every function here is empty.
//!
//! No label names an account.

/// Names of all metrics.
#[cfg(feature = "metrics")]
pub(super) mod name {
    pub(crate) const REFRESHES: &str = "oauth_refreshes_total";
    pub(crate) const EVENTS: &str = "oauth_events_total";
    pub(crate) const TOKEN_CALLS: &str = "oauth_token_calls_in_flight";
    pub(crate) const WAITING: &str = "oauth_waiting_callers";
    pub(crate) const LEASE_WAITS: &str = "oauth_lease_waits_total";
    pub(crate) const HELD_BACK: &str = "oauth_refreshes_held_back";
    pub(crate) const DUE: &str = "oauth_connections_due";
    pub(crate) const OVERDUE: &str = "oauth_connections_overdue";
    pub(crate) const CONNECTIONS: &str = "oauth_connections";
}

/// A number that goes up now, and down when this is dropped.
#[derive(Debug)]
pub(super) struct Gauge {
    #[cfg(feature = "metrics")]
    gauge: metrics::Gauge,
}

#[cfg(feature = "metrics")]
impl Drop for Gauge {
    fn drop(&mut self) {
        self.gauge.decrement(1.0);
    }
}

/// Numbers of connections in memory.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ConnectionCounts {
    pub(super) active: u32,
    pub(super) expired: u32,
    pub(super) needs_reconnect: u32,
    pub(super) refused_unconfirmed: u32,
    pub(super) unsaved: u32,
}

#[cfg(feature = "metrics")]
mod enabled {
    use metrics::{counter, gauge};

    use super::{ConnectionCounts, Gauge, name};

    fn raised(gauge: metrics::Gauge) -> Gauge {
        gauge.increment(1.0);
        Gauge { gauge }
    }

    pub(in super::super) fn refresh_ended(
        provider: &'static str,
        reason: &'static str,
        outcome: &'static str,
    ) {
        counter!(name::REFRESHES, "provider" => provider, "reason" => reason, "outcome" => outcome)
            .increment(1);
    }

    pub(in super::super) fn event(provider: &'static str, event: &'static str) {
        counter!(name::EVENTS, "provider" => provider, "event" => event).increment(1);
    }

    pub(in super::super) fn token_call(provider: &'static str) -> Gauge {
        raised(gauge!(name::TOKEN_CALLS, "provider" => provider))
    }

    pub(in super::super) fn waiting_caller(provider: &'static str) -> Gauge {
        raised(gauge!(name::WAITING, "provider" => provider))
    }

    pub(in super::super) fn lease_wait(provider: &'static str) {
        counter!(name::LEASE_WAITS, "provider" => provider).increment(1);
    }

    pub(in super::super) fn swept(
        provider: &'static str,
        (due, overdue): (usize, usize),
        is_held_back: bool,
        counts: ConnectionCounts,
    ) {
        let number = |number: usize| f64::from(u32::try_from(number).unwrap_or(u32::MAX));
        gauge!(name::DUE, "provider" => provider).set(number(due));
        gauge!(name::OVERDUE, "provider" => provider).set(number(overdue));
        gauge!(name::HELD_BACK, "provider" => provider).set(f64::from(u8::from(is_held_back)));
        for (state, number) in [
            ("active", counts.active),
            ("expired", counts.expired),
            ("needs_reconnect", counts.needs_reconnect),
            ("refusal_unconfirmed", counts.refused_unconfirmed),
            ("unsaved", counts.unsaved),
        ] {
            gauge!(name::CONNECTIONS, "provider" => provider, "state" => state).set(f64::from(number));
        }
    }
}

#[cfg(not(feature = "metrics"))]
mod enabled {
    use super::{ConnectionCounts, Gauge};

    pub(in super::super) fn refresh_ended(_: &'static str, _: &'static str, _: &'static str) {}

    pub(in super::super) fn event(_: &'static str, _: &'static str) {}

    pub(in super::super) fn token_call(_: &'static str) -> Gauge {
        Gauge {}
    }

    pub(in super::super) fn waiting_caller(_: &'static str) -> Gauge {
        Gauge {}
    }

    pub(in super::super) fn lease_wait(_: &'static str) {}

    pub(in super::super) fn swept(_: &'static str, _: (usize, usize), _: bool, _: ConnectionCounts) {}
}

pub(super) use enabled::{event, lease_wait, refresh_ended, swept, token_call, waiting_caller};
