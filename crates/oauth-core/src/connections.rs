//! Stored connections whose tokens are refreshed in time, once, and never lost.
//!
//! ```
//! # use oauth_core::{Client, Error, Provider, RawRequest, Token, connections::Connections, http,
//! store::MemoryStore};
//! # async fn example<P: Provider>(client: Client<P>, token: Token<P>) -> Result<(), Error> {
//! let connections = Connections::new(client, MemoryStore::new());
//! connections.insert("acme", token).await?;
//!
//! let acme = connections.get("acme");
//! let request = http::Request::get("https://api.example.com/me").body(Vec::new()).unwrap();
//! let me = acme.send(&RawRequest::new(request)).await?; // refreshes the token first if necessary
//! let headers = acme.headers().await?; // for another HTTP client
//! connections.drain().await; // waits for running refreshes and saves
//! # Ok(())
//! # }
//! ```
//!
//! A refresh takes these steps:
//!
//! 1. It acquires a lease in the store, so that one process at a time refreshes a connection.
//! 2. It reads the record again: another process may have saved a new token.
//! 3. It records its intent in the store.
//! 4. It calls the token endpoint.
//! 5. It saves the new token. This needs no lease, so a process that lost its lease can still save.
//! 6. It starts to use the new token.
//!
//! If the response to the call is lost, the next holder of the lease makes one more attempt. If that is
//! refused, and the refusal is believed after the
//! [`refusal_window`](ConnectionsBuilder::refusal_window), the connection needs reconnecting, with the
//! reason that the outcome is unknown. No failure deletes a record.

mod accounts;
mod builder;
mod cached_token;
mod check_call;
mod circuit_breaker;
mod connect;
mod connection;
mod disconnect;
mod doubts;
mod dyn_connections;
mod entry;
mod events;
mod lease;
mod metrics;
#[cfg(not(any(shuttle, planted_faults)))]
mod mutation;
#[cfg(any(shuttle, planted_faults))]
pub mod mutation;
mod need;
mod refresh;
mod registry;
mod save;
mod send;
mod settings;
mod shared_refresh;
mod shared_state;
mod single_flight;
mod status;
mod store_client;
mod stored_record;
mod suspicion;
mod sweep;
mod sync;
mod verdict;

pub use accounts::Accounts;
pub use builder::ConnectionsBuilder;
pub use connection::Connection;
pub use disconnect::DisconnectOutcome;
pub use dyn_connections::DynConnections;
pub use events::{Event, EventKind};
pub use registry::Connections;
pub use status::{ConnectionState, Status};
pub use sweep::{Sweep, SweepReport};
