//! OAuth2 providers, played faithfully on loopback: for demonstrations, and for the tests of any OAuth2 client.
//!
//! Each provider is written from its own documents and shares no code with the clients in this workspace, so that a wrong
//! constant in a client makes a test fail instead of being wrong on both sides. It is strict where the provider is, and odd where the
//! provider is. What no document says is marked as a **guess**.
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
//! let callback = sandbox.approve(&authorize_url).await?; // a person logs in and says yes
//! assert!(callback.query_pairs().any(|(name, _)| name == "code"));
//!
//! sandbox.advance(Duration::from_secs(2 * 3600)); // its own clock: the code has expired now
//! sandbox.next_token_call(oauth_sandbox::Fault::DropResponse); // scripted misfortune
//! assert_eq!(sandbox.journal().token_calls(), 0); // what it saw, secrets redacted
//! # Ok(())
//! # }
//! ```
//!
//! [`Plain`] plays no provider in particular: RFC 6749 to the letter, with switches for the ways in which real ones differ.
//!
//! [`Sandbox`] runs all providers together and offers the same controls over HTTP. Nothing here ever listens anywhere but on
//! loopback, and no request is looked at that names another computer in its `Host`. Of everything that is kept there is a most; beyond it
//! the oldest makes room, but for what is there at the start.
//!
//! # Control over HTTP
//!
//! Other processes control a [`Sandbox`] below [`Sandbox::control_url`], with the header `X-Sandbox-Key: `[`Sandbox::control_key`].
//! The README has all controls in one table; faults have the JSON form of [`Fault`].

mod bounded_list;
mod bounded_map;
mod browser;
mod builder;
mod callback;
mod client;
mod clock;
pub mod cobot;
pub mod cohortgo;
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
mod sandbox;
mod server;
mod server_handle;
mod session;
mod sync;
mod token_endpoint;
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
