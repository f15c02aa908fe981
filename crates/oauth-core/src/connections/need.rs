//! Requirements that a caller has of a connection's token.

use super::cached_token::{CachedToken, Now, TokenVersion};
use crate::provider::provider::Provider;

#[derive(Clone, Copy, Debug)]
pub(super) enum Need {
    /// The token that the store has now, in any state.
    Reload,
    /// A token that can be sent.
    Valid,
    /// A token that replaces this one, which the API rejected.
    ReplaceRejected(TokenVersion),
    /// A token that replaces this one, requested by the application.
    Replace(TokenVersion),
    /// A token of another generation than this one, which a listing of the store showed.
    ReplaceListed(u64),
}

impl Need {
    /// True for a token that arrived after this receipt, while the caller waited. It is used whatever
    /// lifetime the server states: a second refresh would bring another like it.
    pub(super) fn is_met_by_new<P: Provider>(self, cached: &CachedToken<P>, receipt: u64) -> bool {
        self.allows(cached) && cached.is_active() && cached.is_received_after(receipt)
    }

    pub(super) fn is_met_by<P: Provider>(self, cached: &CachedToken<P>, now: Now) -> bool {
        match self {
            Self::Reload => true,
            _ => self.allows(cached) && cached.is_usable(now),
        }
    }

    /// True unless this is the token that the caller wants to replace.
    fn allows<P: Provider>(self, cached: &CachedToken<P>) -> bool {
        match self {
            Self::Reload | Self::Valid => true,
            Self::ReplaceRejected(version) | Self::Replace(version) => cached.replaces(version),
            Self::ReplaceListed(generation) => cached.generation != generation,
        }
    }
}
