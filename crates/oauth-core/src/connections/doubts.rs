//! Doubts about a token that cannot be refreshed: unexplained 401 responses to calls with it.

use std::time::Duration;

use tokio::time::Instant;

use super::cached_token::TokenVersion;

/// Time between an unexplained 401 and the one that counts: a gateway's trouble is over by then.
const MIN_INTERVAL: Duration = Duration::from_secs(60);

/// The first unexplained 401 of each kind of call since the last success.
#[derive(Debug, Default)]
pub(super) struct Doubts {
    version: TokenVersion,
    since: Vec<(&'static str, Instant)>,
}

impl Doubts {
    /// Records a 401 of this call. Returns, once, the start of a doubt that is old enough to decide.
    pub(super) fn record(
        &mut self,
        version: TokenVersion,
        call: &'static str,
        now: Instant,
    ) -> Option<Instant> {
        if self.version != version {
            *self = Self { version, since: Vec::new() };
        }
        let Some(&(_, since)) = self.since.iter().find(|(earlier, _)| *earlier == call) else {
            self.since.push((call, now));
            return None;
        };
        if now.saturating_duration_since(since) < MIN_INTERVAL {
            return None;
        }
        self.since.clear();
        Some(since)
    }

    /// Ends all doubts: the API accepted a token.
    pub(super) fn clear(&mut self) {
        self.since.clear();
    }
}

/// Last unexplained 401 and last success at a provider, which tell an outage from a dead token.
#[derive(Debug, Default)]
pub(super) struct ProviderDoubts {
    latest: Option<(String, Instant)>,
    /// The latest of another account than `latest`.
    other: Option<(String, Instant)>,
    succeeded_at: Option<Instant>,
}

impl ProviderDoubts {
    pub(super) fn record(&mut self, account: &str, now: Instant) {
        let latest = self.latest.replace((account.to_owned(), now));
        if latest.as_ref().is_some_and(|(latest, _)| latest != account) {
            self.other = latest;
        }
    }

    pub(super) fn record_success(&mut self, now: Instant) {
        self.succeeded_at = Some(now);
    }

    /// True if other accounts had the same trouble since then, and none had a success.
    pub(super) fn is_incident_since(&self, since: Instant) -> bool {
        self.other.as_ref().is_some_and(|(_, at)| *at >= since)
            && self.succeeded_at.is_none_or(|at| at < since)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn second_refusal_decides_after_a_minute() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let version = |generation| TokenVersion { generation, ..TokenVersion::default() };
        let mut doubts = Doubts::default();
        for (generation, call, seconds, since) in [
            (1, "GET /a", 0, None),
            (1, "GET /a", 59, None),
            (1, "GET /b", 60, None),
            (1, "GET /a", 60, Some(0)),
            // Decided once, and both calls begin anew.
            (1, "GET /b", 125, None),
            // Another token.
            (2, "GET /b", 200, None),
            (2, "GET /b", 260, Some(200)),
        ] {
            let decided = doubts.record(version(generation), call, at(seconds));
            assert_eq!(decided, since.map(at), "{call} at {seconds}");
        }
        doubts.record(version(2), "GET /b", at(300));
        doubts.clear();
        assert_eq!(doubts.record(version(2), "GET /b", at(400)), None);
    }

    #[test]
    fn several_accounts_without_success_are_an_incident() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut doubts = ProviderDoubts::default();
        doubts.record("a", at(10));
        doubts.record("a", at(70));
        assert!(!doubts.is_incident_since(at(10)));
        doubts.record("b", at(80));
        doubts.record("b", at(90));
        assert!(doubts.is_incident_since(at(10)) && !doubts.is_incident_since(at(71)));
        doubts.record_success(at(9));
        assert!(doubts.is_incident_since(at(10)));
        doubts.record_success(at(85));
        assert!(!doubts.is_incident_since(at(10)));
    }
}
