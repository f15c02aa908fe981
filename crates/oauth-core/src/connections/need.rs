//! Requirements that a caller has of a connection's token.

use super::cached_token::{CachedToken, Now};
use crate::provider::provider::Provider;

#[derive(Clone, Copy, Debug)]
pub(super) enum Need {
    /// The token that the store has now, in any state.
    Reload,
    /// A token that can be sent.
    Valid,
    /// A token newer than this generation, which the API rejected.
    ReplaceRejected(u64),
    /// A token newer than this generation, requested by the application.
    NewerThan(u64),
}

impl Need {
    /// True for a token that arrived after this receipt, while the caller waited. It is used whatever
    /// lifetime the server states: a second refresh would bring another like it.
    pub(super) fn is_met_by_new<P: Provider>(self, cached: &CachedToken<P>, receipt: u64) -> bool {
        let is_newer = match self {
            Self::Reload | Self::Valid => true,
            Self::ReplaceRejected(generation) | Self::NewerThan(generation) => cached.generation > generation,
        };
        is_newer && cached.is_active() && cached.is_received_after(receipt)
    }

    pub(super) fn is_met_by<P: Provider>(self, cached: &CachedToken<P>, now: Now) -> bool {
        match self {
            Self::Reload => true,
            Self::Valid => cached.is_usable(now),
            Self::ReplaceRejected(generation) | Self::NewerThan(generation) => {
                cached.generation > generation && cached.is_usable(now)
            }
        }
    }
}
