//! Types that users of every provider crate need.
//!
//! Each provider crate re-exports all of them, so that a team depends on that crate alone:
//!
//! ```
//! pub use oauth_core::reexports::*;
//! ```

pub use crate::{
    AccessToken, Amount, App, AuthorizationCode, Call, CallbackFault, ClientId, ClientSecret, Clock,
    CommaSeparated, ETag, Encoding, Endpoint, EndpointContext, Error, ErrorKind, Limits, List, Milliseconds,
    NoExtra, OAuthCode, Page, PagedEndpoint, Pages, Password, PasswordRequest, PendingAuthorization,
    PersistedToken, QueryValue, RawRequest, RedirectUri, RefreshToken, RequestBody, RequestBuilder, Scope,
    ScopeSource, Scopes, Secret, StartedAuthorization, State, StateRule, SystemClock, TokenAlreadySet,
    TokenOrigin, Transport, TransportError, WithETag, async_trait, chrono, get, http, join, json, json_api,
    json_request, request, serde_json, url,
};
#[cfg(feature = "connections")]
pub use crate::{
    connections::{self, Connection, Connections},
    store::{self, MemoryStore, TokenStore},
};
