//! Every public type of the provider crates and of `oauth-core`, by the path that this crate gives it.
//!
//! A type that is removed or moved no longer compiles here. Add new types.

/// The types of `oauth_core::reexports`, which every provider crate re-exports.
macro_rules! common {
    ($provider:ident) => {
        pub use crate::$provider::{
            AccessToken, App, AuthorizationCode, Call, CallbackFault, ClientId, ClientSecret, Clock, ClockFn,
            Encoding, Endpoint, EndpointContext, Error, ErrorKind, Limits, NoExtra, OAuthCode, Password,
            PasswordRequest, PendingAuthorization, PersistedToken, RawRequest, RedirectUri, RefreshToken,
            Scope, ScopeSource, Scopes, StartedAuthorization, State, StateRule, SystemClock, TokenAlreadySet,
            TokenOrigin, Transport, TransportError,
        };
        #[cfg(feature = "connections")]
        pub use crate::$provider::{Connection, Connections, MemoryStore, TokenStore};

        /// `oauth_core::connections`.
        #[cfg(feature = "connections")]
        pub mod connections {
            pub use crate::$provider::connections::{
                Connection, ConnectionState, Connections, ConnectionsBuilder, DisconnectOutcome,
                DynConnections, Event, EventKind, Status, Sweep, SweepReport,
            };
        }

        /// `oauth_core::store`.
        #[cfg(feature = "connections")]
        pub mod store {
            pub use crate::$provider::store::{
                AcquireOutcome, Content, DueQuery, Intent, Key, LeaseOwner, MemoryStore, ReconnectReason,
                Record, RecordState, RecordSummary, SaveOutcome, StoreError, StoreErrorKind, TokenStore,
            };
        }
    };
}
use common;

pub mod cobot;
pub mod cohortgo;
pub mod go1;
pub mod gocd;
pub mod oauth_core;
