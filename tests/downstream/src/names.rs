//! Every public type of the provider crates and of `oauth-core`, by the path that this crate gives it.
//!
//! `cargo xtask api` compares the lists with what rustdoc finds.

/// The types of `oauth_core::common`, which every provider crate re-exports.
macro_rules! common {
    ($provider:ident) => {
        pub use crate::$provider::{
            AccessToken, App, At, AuthorizationCode, Call, CallbackFault, ClientId, ClientSecret, Clock,
            Encoding, Endpoint, Error, ErrorKind, Limits, NamedScope, NoExtra, OAuthCode, Obtained, Password,
            PasswordRequest, Pending, Raw, RedirectUri, RefreshToken, Scope, Scopes, ScopesFrom, Started,
            State, StateRule, StoredToken, SystemClock, TokenPlaced, Transport, TransportError,
        };
        #[cfg(feature = "connections")]
        pub use crate::$provider::{Connection, Connections, MemoryStore, TokenStore};

        /// `oauth_core::connections`.
        #[cfg(feature = "connections")]
        pub mod connections {
            pub use crate::$provider::connections::{
                AnyConnections, Connection, Connections, ConnectionsBuilder, Event, State, Status, Sweep,
                Swept, What,
            };
        }

        /// `oauth_core::store`.
        #[cfg(feature = "connections")]
        pub mod store {
            pub use crate::$provider::store::{
                Acquired, Content, Due, Intent, Key, MemoryStore, Owner, Record, RecordState, Saved,
                StoreError, StoreErrorKind, Summary, TokenStore, Why,
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
