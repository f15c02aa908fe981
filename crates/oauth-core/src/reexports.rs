//! Types that users of every provider crate need.
//!
//! Each provider crate re-exports all of them, so that a team depends on that crate alone:
//!
//! ```
//! pub use oauth_core::reexports::*;
//! ```

pub use crate::{
    AccessToken, Amount, App, AuthorizationCode, BodySink, Call, CallbackFault, ClientId, ClientSecret,
    Clock, ClockFn, CommaSeparated, DownloadTarget, Downloaded, ETag, Encoding, Endpoint, EndpointContext,
    Error, ErrorKind, IntoArgument, Limits, List, Milliseconds, NoExtra, OAuthCode, Page, PagedEndpoint,
    Pages, Password, PasswordRequest, PendingAuthorization, PersistedToken, QueryValue, RawRequest,
    RedirectUri, RefreshToken, RequestBody, RequestBuilder, Scope, ScopeSource, Scopes, Secret,
    StartedAuthorization, State, StateRule, SystemClock, TokenAlreadySet, TokenOrigin, Transport,
    TransportError, WebhookReceiver, WithETag, async_trait, chrono, get, http, join, json, json_api, json_at,
    json_request, request, serde_json, url,
};
#[cfg(feature = "connections")]
pub use crate::{
    connections::{self, Connection, Connections},
    store::{self, MemoryStore, TokenStore},
};
