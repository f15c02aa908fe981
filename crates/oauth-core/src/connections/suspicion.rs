//! Suspicion that a refresh token is dead, until the refusal is believed.

use std::time::Duration;

use tokio::time::Instant;

use crate::error::reconnect_reason::ReconnectReason;
use crate::error::{Error, ErrorKind};
use crate::provider::provider::Provider;
use crate::token::lineage::Lineage;

/// The refusal of a refresh token.
#[derive(Clone, Copy, Debug)]
pub(super) struct Suspicion {
    pub(super) lineage: Lineage,
    pub(super) first_refused_at: Instant,
    pub(super) last_refused_at: Instant,
    /// Number of tokens that the provider had accepted before the first refusal.
    pub(super) accepted_before: u64,
    /// Reason for the customer to connect again, if the refusal is believed.
    pub(super) reason: ReconnectReason,
    /// True if it is believed, and could not be stored yet.
    pub(super) is_final: bool,
}

/// The error of a refused refresh token that is decided about after this time.
pub(super) fn unconfirmed<P: Provider>(left: Duration) -> Error {
    Error::new(
        ErrorKind::RefusalUnconfirmed,
        "the provider refused the refresh token, which is not believed yet",
    )
    .with_provider(P::NAME)
    .with_retry_after(Some(left))
}
