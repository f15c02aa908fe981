//! Rows of the database, and their conversion to records.

use std::time::Duration;

use chrono::{DateTime, Utc};
use oauth_core::store::{
    Content, Intent, Key, ReconnectReason, Record, RecordState, RecordSummary, StoreError, StoreErrorKind,
};

use crate::keyring::{Keyring, printable};

/// Text of a row. Invalid UTF-8 is replaced: an error would fail for all rows of a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text(pub String);

/// The columns of `record!`, in order. A tuple, because sqlx reads tuples from any database without a macro.
pub type RecordRow = (
    Text,
    Text,
    i64,
    i64,
    Option<i64>,
    Option<i64>,
    Option<Text>,
    Option<i64>,
    Option<i64>,
    Option<i64>,
    Option<i64>,
    Option<i64>,
    Option<Text>,
    Vec<u8>,
);

/// The columns of `summary!`, in order.
pub type SummaryRow = (Text, i64, Option<Text>, Option<i64>, Option<i64>, Option<i64>);

/// The columns of `due!`, in order.
pub type DueRow = (Text, i64, Option<i64>, Option<i64>);

/// A row with named columns.
pub(crate) struct Stored {
    pub(crate) key: Key,
    generation: i64,
    fence: i64,
    lease_left: Option<i64>,
    lease_length: Option<i64>,
    state: Option<Text>,
    state_at: Option<i64>,
    due_at: Option<i64>,
    lapses_at: Option<i64>,
    intent: Option<(i64, i64)>,
    key_id: Option<Text>,
    pub(crate) sealed: Vec<u8>,
}

impl From<RecordRow> for Stored {
    fn from(row: RecordRow) -> Self {
        let (provider, account, generation, fence, lease_left, lease_length, state, state_at, ..) = row;
        let (.., due_at, lapses_at, intent_fence, intent_age, key_id, sealed) = row;
        Self {
            key: Key::new(provider.0, account.0),
            generation,
            fence,
            lease_left,
            lease_length,
            state,
            state_at,
            due_at,
            lapses_at,
            // Half an intent is one, too: the token may have been sent.
            intent: (intent_fence.is_some() || intent_age.is_some())
                .then(|| (intent_fence.unwrap_or_default(), intent_age.unwrap_or_default())),
            key_id,
            sealed,
        }
    }
}

impl Stored {
    pub(crate) fn fence(&self) -> Result<u64, StoreError> {
        count(self.fence, &self.key)
    }

    /// Time left of the lease, for a caller whose own leases have this length.
    pub(crate) fn lease_left(&self, length: Duration) -> Option<Duration> {
        let left = self.lease_left?.min(self.longest_lease(length));
        Some(duration(left)).filter(|left| !left.is_zero())
    }

    /// True if the lease would last longer than it was granted for, after the clock was set back, or longer
    /// than the caller's own, after damage.
    pub(crate) fn lease_is_too_long(&self, length: Duration) -> bool {
        self.lease_left.is_some_and(|left| left > self.longest_lease(length))
    }

    fn longest_lease(&self, length: Duration) -> i64 {
        let length = micros(length);
        self.lease_length.filter(|granted| *granted > 0).map_or(length, |granted| granted.min(length))
    }

    /// Decrypts the content.
    pub(crate) fn open(&self, keyring: &Keyring) -> Result<Content, StoreError> {
        let key_id = self.key_id.as_ref().ok_or_else(|| corrupt(&self.key, "it names no encryption key"))?;
        keyring.open(&self.key, &key_id.0, &self.sealed).map(Content::new)
    }

    pub(crate) fn record(&self, keyring: &Keyring) -> Result<Record, StoreError> {
        self.with(self.open(keyring)?)
    }

    /// Returns the record with this content, which `open` has decrypted.
    pub(crate) fn with(&self, content: Content) -> Result<Record, StoreError> {
        let key = &self.key;
        let content = content
            .due_at(self.due_at.map(|at| time(at, key)).transpose()?)
            .lapses_at(self.lapses_at.map(|at| time(at, key)).transpose()?);
        let intent = match self.intent {
            Some((fence, age)) => Some(Intent::new(count(fence, key)?, duration(age))),
            None => None,
        };
        let state = state(self.state.as_ref(), self.state_at, key)?;
        Ok(Record::new(content, count(self.generation, key)?, state, intent))
    }
}

/// Never fails: a damaged record must not hide the others. Reading the record itself reports the damage.
pub(crate) fn summary(provider: &str, row: SummaryRow) -> RecordSummary {
    let (account, generation, word, state_at, due_at, lapses_at) = row;
    let key = Key::new(provider, account.0);
    let read = || -> Result<_, StoreError> {
        let times = [due_at, lapses_at].into_iter().flatten();
        times.map(|at| time(at, &key)).collect::<Result<Vec<_>, _>>()?;
        Ok((count(generation, &key)?, state(word.as_ref(), state_at, &key)?))
    };
    let nearest = |at: i64| {
        let end = if at < 0 { DateTime::<Utc>::MIN_UTC } else { DateTime::<Utc>::MAX_UTC };
        DateTime::from_timestamp_micros(at).unwrap_or(end)
    };
    let (generation, state) =
        read().unwrap_or_else(|_| (u64::try_from(generation).unwrap_or_default(), RecordState::Unreadable));
    RecordSummary::new(key.account, generation, state, due_at.map(nearest), lapses_at.map(nearest))
}

/// Like [`summary`], for a record that the statement selected as active.
pub(crate) fn due_summary(provider: &str, row: DueRow) -> RecordSummary {
    let (account, generation, due_at, lapses_at) = row;
    summary(provider, (account, generation, Some(Text(ACTIVE.to_owned())), None, due_at, lapses_at))
}

const ACTIVE: &str = "active";

/// A state as it is stored: its name, and since when.
pub(crate) fn state_words(state: RecordState) -> Result<(&'static str, Option<i64>), StoreError> {
    match state {
        RecordState::Active => Ok((ACTIVE, None)),
        RecordState::NeedsReconnect { reason, at } => Ok((reason.as_str(), Some(at.timestamp_micros()))),
        _ => Err(StoreError::new(
            StoreErrorKind::Other,
            "this version of oauth-store does not know the state; update it to match oauth-core",
        )),
    }
}

/// A duration for the database, at most a thousand years, so that no sum overflows.
pub(crate) fn micros(length: Duration) -> i64 {
    const MAX: i64 = 1_000 * 366 * 24 * 3600 * 1_000_000;
    i64::try_from(length.as_micros()).unwrap_or(MAX).min(MAX)
}

fn state(word: Option<&Text>, at: Option<i64>, key: &Key) -> Result<RecordState, StoreError> {
    let Text(word) = word.ok_or_else(|| corrupt(key, "it has no state"))?;
    if word == ACTIVE {
        return Ok(RecordState::Active);
    }
    let reason = ReconnectReason::parse(word).ok_or_else(|| {
        let word = printable(word);
        StoreError::new(
            StoreErrorKind::TooNew,
            format!("the record {key} has the state `{word}` of a newer version; update this program"),
        )
    })?;
    let at = at.ok_or_else(|| corrupt(key, "its state has no time"))?;
    Ok(RecordState::NeedsReconnect { reason, at: time(at, key)? })
}

/// Not negative, even if the database's clock was set back.
fn duration(micros: i64) -> Duration {
    Duration::from_micros(u64::try_from(micros).unwrap_or(0))
}

fn count(number: i64, key: &Key) -> Result<u64, StoreError> {
    u64::try_from(number).map_err(|_| corrupt(key, "one of its numbers is negative"))
}

fn time(micros: i64, key: &Key) -> Result<DateTime<Utc>, StoreError> {
    DateTime::from_timestamp_micros(micros).ok_or_else(|| corrupt(key, "one of its times is out of range"))
}

fn corrupt(key: &Key, reason: &str) -> StoreError {
    StoreError::new(
        StoreErrorKind::Corrupt,
        format!(
            "the record {key} is damaged: {reason}; restore it from a backup, or have the customer connect again"
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_round_trip() {
        let key = Key::new("go1", "acme");
        let text = |word: &str| Some(Text(word.to_owned()));
        let at = DateTime::from_timestamp_micros(1_800_000_000_123_456).unwrap();
        let needs = |reason| RecordState::NeedsReconnect { reason, at };
        for one in [
            RecordState::Active,
            needs(ReconnectReason::Revoked),
            needs(ReconnectReason::Lapsed),
            needs(ReconnectReason::OutcomeUnknown),
            needs(ReconnectReason::TokenRefused),
        ] {
            let (word, since) = state_words(one).unwrap();
            assert_eq!(state(text(word).as_ref(), since, &key).unwrap(), one);
        }
    }

    #[test]
    fn unknown_state_and_damage_have_different_kinds() {
        let key = Key::new("go1", "acme");
        let failed = |word: &str, key: &Key| state(Some(&Text(word.to_owned())), None, key).unwrap_err();
        assert_eq!(failed("paused", &key).kind(), StoreErrorKind::TooNew);
        let odd = format!("pau\r\nsed{}", "x".repeat(1_000));
        let error = failed(&odd, &Key::new("go1", "acme\nFAKE")).to_string();
        assert!(
            error.contains("`pau  sedx") && error.len() < 300 && !error.contains(char::is_control),
            "{error}"
        );
        assert_eq!(failed("revoked", &key).kind(), StoreErrorKind::Corrupt);
        assert_eq!(state(None, None, &key).unwrap_err().kind(), StoreErrorKind::Corrupt);
        assert_eq!(count(-1, &key).unwrap_err().kind(), StoreErrorKind::Corrupt);
        assert_eq!(time(i64::MAX, &key).unwrap_err().kind(), StoreErrorKind::Corrupt);
    }

    #[test]
    fn damaged_due_record_is_listed() {
        let found = due_summary("go1", (Text("acme".to_owned()), -1, Some(i64::MIN), Some(i64::MAX)));
        let shown = (found.account.as_str(), found.generation, found.state);
        assert_eq!(shown, ("acme", 0, RecordState::Unreadable));
        assert_eq!(found.due_at, Some(DateTime::<Utc>::MIN_UTC));
        assert_eq!(found.lapses_at, Some(DateTime::<Utc>::MAX_UTC));
    }

    #[test]
    fn durations_never_overflow() {
        assert_eq!(micros(Duration::from_millis(100)), 100_000);
        let now = 1_800_000_000_000_000_i64;
        assert!(now.checked_add(micros(Duration::MAX)).is_some());
        assert_eq!(duration(-5), Duration::ZERO);
    }
}
