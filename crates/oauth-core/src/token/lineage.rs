//! Descent of a stored token, which tells a newer token from an older one when a store has lost records.

#[cfg(feature = "connections")]
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
#[cfg(feature = "connections")]
use sha2::{Digest as _, Sha256};

#[cfg(feature = "connections")]
use crate::token::token::TokenData;

/// The authorization that a token descends from, and the refreshes since.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Lineage {
    /// Random number, drawn when the account was connected. 0: unknown.
    #[serde(default)]
    incarnation: u64,
    /// Orders the connections of an account, whatever clocks say: the time at which it was connected, in
    /// milliseconds, and more than the ordinal of the connection that it replaced.
    #[serde(default)]
    ordinal: u64,
    /// Milliseconds by which the ordinal exceeds that time.
    #[serde(default, skip_serializing_if = "is_zero")]
    ahead: u64,
    #[serde(default)]
    refreshes: u64,
    /// Digest of the token that the account was connected with, as an insert that seemed to fail may be
    /// repeated. 0: unknown.
    #[serde(default)]
    first_token: u64,
    /// True if another process may have sent the predecessor again before this token was saved. Some
    /// providers then revoke this one (RFC 9700 section 4.14.2).
    #[serde(default, skip_serializing_if = "is_false")]
    overtaken: bool,
    /// True if it was written back to a store that had lost it, perhaps with the intent of a call that is
    /// under way.
    #[serde(default, skip_serializing_if = "is_false")]
    written_back: bool,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // The form that serde calls.
fn is_false(value: &bool) -> bool {
    !value
}

#[allow(clippy::trivially_copy_pass_by_ref)] // The form that serde calls.
fn is_zero(value: &u64) -> bool {
    *value == 0
}

#[cfg(feature = "connections")]
impl Lineage {
    /// Begins the lineage of an account that is connected with this token now, after these connections.
    pub(crate) fn begin(
        token: &TokenData,
        now: DateTime<Utc>,
        earlier: impl IntoIterator<Item = Self>,
    ) -> Self {
        let ordinals = earlier.into_iter().map(|earlier| earlier.ordinal.saturating_add(1));
        let ordinal = ordinals.fold(milliseconds(now), u64::max);
        let (ahead, first_token) = (ordinal - milliseconds(now), digest(token));
        Self { incarnation: fastrand::u64(1..), ordinal, ahead, first_token, ..Self::default() }
    }

    /// True if the account was connected with the same token.
    pub(crate) fn began_with_same_token(self, other: Self) -> bool {
        self.first_token != 0 && self.first_token == other.first_token
    }

    /// True if the token that the account was connected with has been refreshed.
    pub(crate) fn is_refreshed(self) -> bool {
        self.refreshes > 0
    }

    /// The lineage of the next token.
    pub(crate) fn next(self, overtaken: bool) -> Self {
        Self { refreshes: self.refreshes.saturating_add(1), overtaken, written_back: false, ..self }
    }

    pub(crate) fn is_overtaken(self) -> bool {
        self.overtaken
    }

    pub(crate) fn is_written_back(self) -> bool {
        self.written_back
    }

    /// The same token, written back to a store that had lost it. Another process may have sent the
    /// predecessor that the store had meanwhile.
    pub(crate) fn written_back(self) -> Self {
        Self { overtaken: true, written_back: true, ..self }
    }

    /// True for the same token.
    pub(crate) fn is_same_token(self, other: Self) -> bool {
        (self.incarnation, self.refreshes) == (other.incarnation, other.refreshes)
    }

    /// True if a token of this lineage descends from one of the other.
    pub(crate) fn descends_from(self, other: Self) -> bool {
        self.is_same_connection(other) && self.refreshes > other.refreshes
    }

    /// True if this is a later connection of the account.
    pub(crate) fn is_later_connection_than(self, other: Self) -> bool {
        // Two processes give the same ordinal if neither knows of the other's connection.
        let order = |lineage: Self| (lineage.ordinal, lineage.connected_at());
        !self.is_same_connection(other) && order(self) > order(other)
    }

    /// True if the ordinal is of a clock that was ahead: of this clock, or of the one of the connection.
    pub(crate) fn is_ahead(self, now: DateTime<Utc>) -> bool {
        // Clocks of processes differ by seconds.
        const TOLERANCE: u64 = 600_000;
        self.is_later_than(now) || self.ahead > TOLERANCE
    }

    /// True if the ordinal is later than this time.
    pub(crate) fn is_later_than(self, time: DateTime<Utc>) -> bool {
        self.ordinal > milliseconds(time)
    }

    /// True if the ordinal is later than the time of the connection: it follows another ordinal.
    pub(crate) fn is_after_its_time(self) -> bool {
        self.ahead > 0
    }

    /// The time at which the account was connected, by the clock of then; in milliseconds.
    pub(crate) fn connected_at(self) -> u64 {
        self.ordinal.saturating_sub(self.ahead)
    }

    /// True if no other authorization lies in between.
    pub(crate) fn is_same_connection(self, other: Self) -> bool {
        self.incarnation != 0 && self.incarnation == other.incarnation
    }
}

#[cfg(feature = "connections")]
fn digest(token: &TokenData) -> u64 {
    let refresh_token = token.refresh_token.as_ref().map_or("", |token| token.expose());
    let received_at = token.received_at.timestamp_nanos_opt().unwrap_or_default();
    let digest = Sha256::new()
        .chain_update(token.access_token.expose())
        .chain_update([0])
        .chain_update(refresh_token)
        .chain_update(received_at.to_be_bytes())
        .finalize();
    let [a, b, c, d, e, f, g, h, ..]: [u8; 32] = digest.into();
    u64::from_be_bytes([a, b, c, d, e, f, g, h]).max(1)
}

#[cfg(feature = "connections")]
pub(crate) fn milliseconds(at: DateTime<Utc>) -> u64 {
    u64::try_from(at.timestamp_millis()).unwrap_or_default()
}

impl Lineage {
    pub(crate) fn is_unknown(&self) -> bool {
        *self == Self::default()
    }
}
