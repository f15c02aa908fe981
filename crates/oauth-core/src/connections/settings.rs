//! Settings of connections, and the times derived from them.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use chrono::{DateTime, TimeDelta, Utc};

use crate::provider::provider::Provider;
use crate::token::token::Token;

#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) margin: Duration,
    pub(crate) jitter: Duration,
    pub(crate) lease: Duration,
    pub(crate) refresh_deadline: Duration,
    pub(crate) store_deadline: Duration,
    pub(crate) save_retry: (Duration, Duration),
    pub(crate) revalidate: Duration,
    pub(crate) api_retries: usize,
    pub(crate) max_retry_wait: Duration,
    pub(crate) cache_capacity: usize,
    pub(crate) max_token_calls: usize,
    pub(crate) refusal_window: Duration,
    pub(crate) incident_accounts: usize,
    pub(crate) clock_tolerance: Duration,
}

/// Most background refreshes of valid tokens at a time: a program that returns without
/// [`drain`](super::Connections::drain) loses no more.
pub(crate) const MAX_BACKGROUND_REFRESHES: usize = 4;
const DAY: Duration = Duration::from_secs(24 * 3_600);

impl Settings {
    /// Returns the defaults for a token call with this time limit.
    pub(crate) fn for_token_deadline(token_deadline: Duration) -> Self {
        let store_deadline = Duration::from_secs(10);
        let save_retry = (Duration::from_millis(200), Duration::from_secs(2));
        // Time for the call, a save and its first retry. Later retries extend the lease.
        let lease = token_deadline + 2 * store_deadline + Duration::from_secs(5);
        Self {
            margin: Duration::from_secs(300),
            jitter: Duration::from_secs(30),
            lease,
            // Longer than the lease and the call of a holder that crashed, and its next attempt to save.
            refresh_deadline: lease + token_deadline + Duration::from_secs(35),
            store_deadline,
            save_retry,
            revalidate: Duration::from_secs(60),
            api_retries: 2,
            max_retry_wait: Duration::from_secs(30),
            cache_capacity: 10_000,
            max_token_calls: 32,
            refusal_window: Duration::from_secs(600),
            incident_accounts: 2,
            clock_tolerance: Duration::from_secs(3_600),
        }
    }

    /// Returns the settings with each value inside the range in which it works, so that no sum overflows and
    /// no loop runs without a pause.
    pub(crate) fn clamped(mut self) -> Self {
        let (short, hour, year) = (Duration::from_millis(10), Duration::from_secs(3_600), 365 * DAY);
        self.margin = self.margin.min(year);
        self.jitter = self.jitter.min(year);
        self.lease = self.lease.clamp(10 * short, DAY);
        self.refresh_deadline = self.refresh_deadline.clamp(Duration::from_secs(1), hour);
        self.store_deadline = self.store_deadline.clamp(short, hour);
        let (shortest, longest) = self.save_retry;
        let longest = longest.clamp(short, Duration::from_secs(60));
        self.save_retry = (shortest.clamp(short, longest), longest);
        // A refresh can wait for another process and make its call after that.
        self.refresh_deadline = self.refresh_deadline.max(2 * self.longest_save());
        self.revalidate = self.revalidate.min(year);
        self.api_retries = self.api_retries.min(100);
        self.max_retry_wait = self.max_retry_wait.min(DAY);
        self.max_token_calls = self.max_token_calls.clamp(1, 1_024);
        self.refusal_window = self.refusal_window.min(DAY);
        self.incident_accounts = self.incident_accounts.max(2);
        self.clock_tolerance = self.clock_tolerance.min(year);
        self
    }

    /// Returns the time in which a process that holds a token response makes its next attempt to save it.
    pub(crate) fn longest_save(&self) -> Duration {
        // It renews its lease first. Pauses have a jitter of up to their own length.
        (2 * self.store_deadline + 2 * self.save_retry.1) * 11 / 10
    }

    /// Returns the time to refresh a token: `margin` before it expires and up to `jitter` earlier, but not
    /// before half of its lifetime has passed.
    pub(crate) fn due_at<P: Provider>(&self, token: &Token<P>, jitter: f64) -> Option<DateTime<Utc>> {
        let expires_at = token.expires_at()?;
        let lifetime = (expires_at - token.received_at()).to_std().unwrap_or_default();
        let early = (self.margin + self.jitter.mul_f64(jitter)).min(lifetime / 2);
        expires_at.checked_sub_signed(TimeDelta::from_std(early).ok()?)
    }

    /// Pauses between attempts to acquire a lease that another holder has.
    pub(crate) fn polls(&self) -> ExponentialBackoff {
        let longest = (self.lease / 10).clamp(Duration::from_millis(20), Duration::from_secs(2));
        endless(Duration::from_millis(20).min(longest), longest)
    }

    /// Pauses between attempts to save. Endless, because a token that is not saved would be lost.
    pub(crate) fn saves(&self) -> ExponentialBackoff {
        let (shortest, longest) = self.save_retry;
        endless(shortest, longest)
    }

    /// Pauses between attempts of an API call.
    pub(crate) fn api(&self) -> ExponentialBackoff {
        ExponentialBuilder::new()
            .with_min_delay(Duration::from_millis(200))
            .with_max_delay(self.max_retry_wait)
            .with_max_times(self.api_retries)
            .with_jitter()
            .build()
    }

    /// Pauses between attempts of a token call that was not sent.
    pub(crate) fn calls() -> ExponentialBackoff {
        ExponentialBuilder::new()
            .with_min_delay(Duration::from_millis(100))
            .with_max_times(2)
            .with_jitter()
            .build()
    }

    /// Returns the pause after this many consecutive failures of a connection.
    pub(crate) fn backoff(failures: u32) -> Duration {
        let longest =
            Duration::from_secs(1 << failures.saturating_sub(1).min(6)).min(Duration::from_secs(60));
        longest.mul_f64(0.5 + fastrand::f64() / 2.0)
    }
}

fn endless(shortest: Duration, longest: Duration) -> ExponentialBackoff {
    ExponentialBuilder::new()
        .with_min_delay(shortest)
        .with_max_delay(longest)
        .without_max_times()
        .with_jitter()
        .build()
}
