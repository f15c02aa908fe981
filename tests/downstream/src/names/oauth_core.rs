//! The public types of `oauth-core`, by way of a provider crate.

pub use crate::cobot::oauth_core::{
    AccessToken, Amount, App, AuthorizationCode, AuthorizationRequest, AuthorizeEndpoint, AuthorizedClient,
    Bearer, BodySink, ByRefreshToken, Call, CallbackFault, CallbackField, Client, ClientAuth, ClientBuilder,
    ClientCredentialsGrant, ClientId, ClientSecret, Clock, ClockFn, CodeGrant, CommaSeparated, Connect,
    Dialect, DirectCode, DownloadTarget, Downloaded, ETag, Encoding, Endpoint, EndpointContext, Error,
    ErrorKind, Expiry, Extra, FileEndpoint, FixedSite, GrantType, IntoArgument, Limits, List, Milliseconds,
    Never, NoExtra, OAuthCode, Page, PagedEndpoint, Pages, Password, PasswordGrant, PasswordRequest,
    PendingAuthorization, PersistedToken, Pkce, PkceVerifier, Provider, QueryValue, RawRequest, RedirectUri,
    RedirectUriRule, RefreshToken, Refreshes, Refusal, Renewal, RequestBody, RequestBuilder,
    ReusableRefreshToken, Revocation, RevocationForm, Scheme, Scope, ScopeSource, Scopes, Secret,
    SingleUseRefreshToken, Site, StartedAuthorization, State, StateRule, SystemClock, Token, TokenAlreadySet,
    TokenCheck, TokenOrigin, TokenRefusal, Transport, TransportError, UnrecognizedResponse, WebhookReceiver,
    WithETag, ZeroLifetime,
};
#[cfg(feature = "connections")]
pub use crate::cobot::oauth_core::{Connection, Connections};

/// `oauth_core::connections`.
#[cfg(feature = "connections")]
pub mod connections {
    pub use crate::cobot::oauth_core::connections::{
        Accounts, Connection, ConnectionState, Connections, ConnectionsBuilder, DisconnectOutcome,
        DynConnections, Event, EventKind, Status, Sweep, SweepReport,
    };
}

/// `oauth_core::store`.
pub mod store {
    pub use crate::cobot::oauth_core::store::{
        AcquireOutcome, Content, DueQuery, Intent, Key, LeaseOwner, MemoryStore, ReconnectReason, Record,
        RecordState, RecordSummary, SaveOutcome, StoreError, StoreErrorKind, TokenStore,
    };
}
