//! Provider that follows RFC 6749, for the tests of `oauth-core`.

use oauth_core::{App, Client, FixedSite, ReusableRefreshToken};
use oauth_testing::{CLIENT_SECRET, ManualClock, RecordingTransport, TestProvider};

pub(crate) type Plain = TestProvider<ReusableRefreshToken<30>>;

pub(crate) const REDIRECT_URI: &str = "https://app.example.com/callback";

pub(crate) fn site(host: &str) -> FixedSite {
    oauth_testing::site(&format!("https://{host}"))
}

pub(crate) fn app() -> App {
    App::new("my-client", CLIENT_SECRET, REDIRECT_URI)
}

#[allow(dead_code)] // not every test uses every helper
pub(crate) fn client(transport: &RecordingTransport, clock: &ManualClock) -> Client<Plain> {
    Client::builder(site("provider.example"), app())
        .transport(transport.clone())
        .clock(clock.clone())
        .build()
        .unwrap()
}
