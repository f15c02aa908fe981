//! Types that users of every provider crate need.
//!
//! Each provider crate re-exports all of them, so that a team depends on that crate alone:
//!
//! ```
//! pub use oauth_core::reexports::*;
//! ```

pub use crate::{
    AccessToken, App, AuthorizationCode, Call, CallbackFault, ClientId, ClientSecret, Clock, Encoding,
    Endpoint, EndpointContext, Error, ErrorKind, Limits, NoExtra, OAuthCode, Password, PasswordRequest,
    PendingAuthorization, PersistedToken, RawRequest, RedirectUri, RefreshToken, Scope, ScopeSource, Scopes,
    StartedAuthorization, State, StateRule, SystemClock, TokenAlreadySet, TokenOrigin, Transport,
    TransportError, async_trait, chrono, get, http, join, json, json_request, request, serde_json, url,
};
#[cfg(feature = "connections")]
pub use crate::{
    connections::{self, Connection, Connections},
    store::{self, MemoryStore, TokenStore},
};
