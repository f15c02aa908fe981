//! Simulated OAuth2 providers on loopback, for demonstrations and for the tests of any OAuth2 client.
//!
//! Each provider follows its official documentation, with its strictness and its peculiarities. It shares no
//! code with the clients in this workspace: a wrong constant in a client makes a test fail instead of being
//! wrong on both sides. Behaviour that no document specifies is marked as a **guess**.
//!
//! ```
//! use std::time::Duration;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let sandbox = oauth_sandbox::Gocd::start().await?; // 127.0.0.1, any free port
//! let authorize_url = format!(
//!     "{}?client_id={}&response_type=code&state=xyz&redirect_uri={}",
//!     sandbox.authorize_url(),
//!     sandbox.client_id(),
//!     sandbox.redirect_uris()[0],
//! );
//! let callback = sandbox.approve(&authorize_url).await?; // a user logs in and approves
//! assert!(callback.query_pairs().any(|(name, _)| name == "code"));
//!
//! sandbox.advance(Duration::from_secs(2 * 3600)); // the sandbox's clock: the code has expired now
//! sandbox.next_token_call(oauth_sandbox::Fault::DropResponse); // a scripted fault
//! assert_eq!(sandbox.journal().token_calls(), 0); // the requests received, secrets redacted
//! # Ok(())
//! # }
//! ```
//!
//! [`Plain`] is no particular provider: it follows RFC 6749 strictly and has options for common deviations.
//!
//! [`Sandbox`] runs all providers together and offers the same controls over HTTP. It listens on loopback
//! only, and rejects requests whose `Host` header names another computer. Everything it stores has a size
//! limit: beyond it the oldest entries are removed, except those that exist from the start.
//!
//! # Code map
//!
//! - [`ServerHandle`] (`server_handle.rs`): one running provider, started by a [`Builder`]; [`Sandbox`]: all
//!   of them.
//! - `provider.rs`: the trait that a provider implements, and the shared state around it. The providers are
//!   `cobot/`, `cohortgo/`, `go1/`, `gocd/` and `plain/`; each has its endpoints in files, and its codes and
//!   tokens in `model.rs`.
//! - `consent_flow.rs`, `login_pages.rs`: the authorization endpoint and the login of all providers, each
//!   with a trait for a provider's differences.
//! - `server/`: sockets, TLS and the `Host` check; `middleware.rs`: body, journal and faults around each
//!   handler; `request.rs`: the request that a handler gets.
//! - `fault/`, `journal/`: scripted faults, and the record of received requests.
//! - `browser/`: the simulated browser; `page.rs`, `session.rs`: the layout of pages, and browser sessions.
//! - `control.rs`: control over HTTP.
//!
//! # Control over HTTP
//!
//! Other processes control a [`Sandbox`] below [`Sandbox::control_url`], with the header
//! `X-Sandbox-Key: `[`Sandbox::control_key`]. The README lists all controls; faults have the JSON form of
//! [`Fault`].

mod bounded;
mod browser;
mod builder;
mod callback;
mod client;
mod clock;
pub mod cobot;
pub mod cohortgo;
mod consent_flow;
mod control;
mod error;
mod fault;
pub mod go1;
pub mod gocd;
mod journal;
mod login_pages;
mod manifest;
mod middleware;
mod page;
mod params;
mod pkce;
pub mod plain;
mod provider;
mod random;
mod request;
mod sandbox;
mod server;
mod server_handle;
mod session;
mod sync;
mod token_error;
mod user;

pub use browser::Browser;
pub use builder::Builder;
pub use clock::SandboxClock;
pub use cobot::Cobot;
pub use cohortgo::CohortGo;
pub use error::Error;
pub use fault::{Fault, RedirectStatus};
pub use go1::Go1;
pub use gocd::Gocd;
pub use journal::{Journal, JournalEntry, Parameter, RequestKind};
pub use manifest::{ControlManifest, Manifest, ProviderManifest, UserManifest};
pub use plain::Plain;
pub use provider::SandboxProvider;
pub use sandbox::{Sandbox, SandboxBuilder};
pub use server_handle::ServerHandle;
pub use user::User;
