//! The public types of `oauth-core`, by way of a provider crate.

pub use crate::cobot::oauth_core::{
    AccessToken, App, AuthorizationCode, AuthorizationRequest, AuthorizedClient, Bearer, ByRefreshToken,
    Call, CallbackFault, CallbackField, Client, ClientAuth, ClientBuilder, ClientCredentialsGrant, ClientId,
    ClientSecret, Clock, CodeGrant, Connect, Dialect, DirectCode, Encoding, Endpoint, EndpointContext, Error,
    ErrorKind, Extra, FixedSite, Limits, Never, NoExtra, OAuthCode, Password, PasswordGrant, PasswordRequest,
    PendingAuthorization, PersistedToken, Pkce, PkceVerifier, Provider, RawRequest, RedirectUri,
    RedirectUriRule, RefreshToken, Refreshes, Refusal, Renewal, ReusableRefreshToken, Revocation, Scheme,
    Scope, ScopeSource, Scopes, SingleUseRefreshToken, Site, StartedAuthorization, State, StateRule,
    SystemClock, Token, TokenAlreadySet, TokenCheck, TokenOrigin, TokenRefusal, Transport, TransportError,
    UnrecognizedResponse, ZeroLifetime,
};
#[cfg(feature = "connections")]
pub use crate::cobot::oauth_core::{Connection, Connections};

/// `oauth_core::connections`.
#[cfg(feature = "connections")]
pub mod connections {
    pub use crate::cobot::oauth_core::connections::{
        Connection, ConnectionState, Connections, ConnectionsBuilder, DisconnectOutcome, DynConnections,
        Event, EventKind, Status, Sweep, SweepReport,
    };
}

/// `oauth_core::store`.
pub mod store {
    pub use crate::cobot::oauth_core::store::{
        AcquireOutcome, Content, DueQuery, Intent, Key, LeaseOwner, MemoryStore, ReconnectReason, Record,
        RecordState, RecordSummary, SaveOutcome, StoreError, StoreErrorKind, TokenStore,
    };
}
