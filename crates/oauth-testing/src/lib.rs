//! What the tests of the provider crates share.
//!
//! Secrets in tests all begin with `canary-` ([`CLIENT_SECRET`] and so on). The canonical text forms show such a value
//! as `[client-secret]`, so a snapshot shows where a secret stood without holding it, and a scan of the snapshots for
//! `canary-` proves that.

mod canary;
mod clock;
mod text;
mod wire;

pub use canary::{CANARY, leaks, shown};
pub use clock::ManualClock;
pub use text::{authorize_url, request};
pub use wire::{Wire, reply};

/// The client secret of all tests.
pub const CLIENT_SECRET: &str = "canary-client-secret";
/// The authorization code of all tests.
pub const CODE: &str = "canary-code";
/// The access token of all tests.
pub const ACCESS_TOKEN: &str = "canary-access-token";
/// The refresh token of all tests.
pub const REFRESH_TOKEN: &str = "canary-refresh-token";
/// The password of all tests.
pub const PASSWORD: &str = "canary-password";

/// The callback that answers `started` with [`CODE`].
pub fn callback(redirect_uri: &str, started: &oauth_core::StartedAuthorization) -> String {
    format!("{redirect_uri}?code={CODE}&state={}", started.pending.state().expose())
}
