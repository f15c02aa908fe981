//! Doubts about a token that cannot be refreshed: unexplained 401 responses to calls with it.

use std::time::Duration;

use tokio::time::Instant;

use super::cached_token::CachedToken;
use super::connection::Connection;
use crate::provider::provider::Provider;

/// Time between an unexplained 401 and the one that counts: a gateway's trouble is over by then.
const MIN_INTERVAL: Duration = Duration::from_secs(60);

/// The first unexplained 401 of each call since the last success.
#[derive(Debug, Default)]
pub(super) struct Doubts {
    generation: u64,
    /// Few: one for each kind of call, and boxed by `Vec` as most connections never have one.
    since: Vec<(&'static str, Instant)>,
}

impl Doubts {
    /// Records a 401 of this call. Returns true, once, if an earlier one is old enough to decide.
    fn record(&mut self, generation: u64, call: &'static str, now: Instant) -> bool {
        if self.generation != generation {
            *self = Self { generation, since: Vec::new() };
        }
        let Some(&(_, since)) = self.since.iter().find(|(earlier, _)| *earlier == call) else {
            self.since.push((call, now));
            return false;
        };
        let decides = now.saturating_duration_since(since) >= MIN_INTERVAL;
        if decides {
            self.since.clear();
        }
        decides
    }

    /// Ends all doubts: the API accepted a token.
    pub(super) fn clear(&mut self) {
        self.since.clear();
    }
}

/// The last two accounts that got an unexplained 401. Trouble of several accounts at once is the provider's.
#[derive(Debug, Default)]
pub(super) struct DoubtedAccounts {
    latest: Option<(String, Instant)>,
    other: Option<(String, Instant)>,
}

impl DoubtedAccounts {
    /// Records a 401 of this account. Returns true if another account had one within the last minute.
    fn record(&mut self, account: &str, now: Instant) -> bool {
        let latest = self.latest.replace((account.to_owned(), now));
        if latest.as_ref().is_some_and(|(latest, _)| latest != account) {
            self.other = latest;
        }
        self.other.as_ref().is_some_and(|(_, at)| now.saturating_duration_since(*at) < MIN_INTERVAL)
    }
}

impl<P: Provider> Connection<P> {
    /// Returns true if unexplained 401 responses amount to a refused token: the provider's own check refuses
    /// it, or, if there is none, the same idempotent call was refused at least a minute ago as well. Never if
    /// other accounts have the same trouble.
    pub(super) async fn is_refused_for_good(
        &self,
        refused: &CachedToken<P>,
        call: &'static str,
        is_idempotent: bool,
    ) -> bool {
        let now = Instant::now();
        let is_incident = self.shared.doubted_accounts().record(self.account(), now);
        let client = self.shared.client();
        let has_check = client.has_token_check(&refused.token);
        if !has_check && !is_idempotent {
            return false;
        }
        // A check decides about the token, whichever call raised the doubt.
        let call = if has_check { "" } else { call };
        let decides = self.entry.state().doubts.record(refused.generation, call, now);
        if !decides || is_incident || !has_check {
            return decides && !is_incident;
        }
        match client.check_token(&refused.token).await {
            Ok(is_valid) => !is_valid,
            Err(error) => {
                self.shared.emit_unrecognized(&self.entry.key, Some(refused.generation), &error);
                false
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn second_refusal_decides_after_a_minute() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut doubts = Doubts::default();
        for (generation, call, seconds, decides) in [
            (1, "GET /a", 0, false),
            (1, "GET /a", 59, false),
            (1, "GET /b", 60, false),
            (1, "GET /a", 60, true),
            // Decided once, and both calls begin anew.
            (1, "GET /b", 125, false),
            // Another token.
            (2, "GET /b", 200, false),
            (2, "GET /b", 260, true),
        ] {
            assert_eq!(doubts.record(generation, call, at(seconds)), decides, "{call} at {seconds}");
        }
        doubts.record(2, "GET /b", at(300));
        doubts.clear();
        assert!(!doubts.record(2, "GET /b", at(400)));
    }

    #[test]
    fn doubts_of_several_accounts_are_an_incident() {
        let start = Instant::now();
        let mut accounts = DoubtedAccounts::default();
        for (account, seconds, incident) in [
            ("a", 0, false),
            ("a", 60, false),
            ("b", 60, true),
            ("b", 119, true),
            ("b", 120, false),
            ("a", 200, false),
            ("b", 210, true),
        ] {
            let now = start + Duration::from_secs(seconds);
            assert_eq!(accounts.record(account, now), incident, "{account} at {seconds}");
        }
    }
}
