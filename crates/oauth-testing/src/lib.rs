//! Shared helpers for the tests of the provider crates.
//!
//! All secrets in tests begin with `canary-` ([`CLIENT_SECRET`] and so on). The canonical text forms show
//! such a value as `[client-secret]`: a snapshot shows where a secret was but does not contain it, and a scan
//! of the snapshots for `canary-` proves that.

mod api_table;
mod canonical_text;
mod hooked_store;
mod leaks;
mod manual_clock;
mod recording_transport;
mod test_provider;

pub use api_table::{ApiTable, DocumentedCall, documented_calls};
pub use canonical_text::{authorize_url, request};
pub use hooked_store::{HookedStore, StoreCall, StoreHook};
pub use leaks::{CANARY, leaks, shown};
pub use manual_clock::ManualClock;
pub use recording_transport::{RecordingTransport, json_response, with_header};
pub use test_provider::{PlainDialect, TestDialect, TestProvider, site};

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

/// The callback URL of a successful authorization with [`CODE`].
pub fn callback(redirect_uri: &str, started: &oauth_core::StartedAuthorization) -> String {
    format!("{redirect_uri}?code={CODE}&state={}", started.pending.state().expose())
}
