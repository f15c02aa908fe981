//! The public types of `oauth-core`, by way of a provider crate.

pub use crate::cobot::oauth_core::{
    AccessToken, App, At, Authorization, AuthorizationCode, Authorized, Bearer, Call, CallbackFault, Client,
    ClientAuth, ClientBuilder, ClientCredentialsGrant, ClientId, ClientSecret, Clock, CodeGrant, Connect,
    Dialect, DirectCode, Encoding, Endpoint, Error, ErrorKind, Extra, FixedSite, Limits, NamedScope, Never,
    NoExtra, OAuthCode, Obtained, Password, PasswordGrant, PasswordRequest, Pending, Pkce, PkceVerifier,
    Provider, Raw, RedirectUri, RedirectUriRule, RefreshToken, Refreshes, Refusal, Renewal,
    ReusableRefreshToken, Scheme, Scope, Scopes, ScopesFrom, SingleUseRefreshToken, Site, Started, State,
    StateRule, StoredToken, SystemClock, Token, TokenPlaced, TokenRefusal, Transport, TransportError,
};
#[cfg(feature = "connections")]
pub use crate::cobot::oauth_core::{Connection, Connections};

/// `oauth_core::connections`.
#[cfg(feature = "connections")]
pub mod connections {
    pub use crate::cobot::oauth_core::connections::{
        AnyConnections, Connection, Connections, ConnectionsBuilder, Event, State, Status, Sweep, Swept, What,
    };
}

/// `oauth_core::facts`.
pub mod facts {
    pub use crate::cobot::oauth_core::facts::{By, Document, Entry, Fact, How, Source};
}

/// `oauth_core::renewal`.
pub mod renewal {
    pub use crate::cobot::oauth_core::renewal::{
        ByRefreshToken, Never, Renewal, ReusableRefreshToken, SingleUseRefreshToken,
    };
}

/// `oauth_core::store`.
pub mod store {
    pub use crate::cobot::oauth_core::store::{
        Acquired, Content, Due, Intent, Key, MemoryStore, Owner, Record, RecordState, Saved, StoreError,
        StoreErrorKind, Summary, TokenStore, Why,
    };
}
