//! Provider that follows RFC 6749, for the tests of `oauth-core`.

use oauth_core::{
    App, Bearer, Client, ClientCredentialsGrant, CodeGrant, Dialect, FixedSite, NoExtra, PasswordGrant,
    PasswordRequest, Pkce, Provider, ReusableRefreshToken, Scopes,
};
use oauth_testing::{CLIENT_SECRET, ManualClock, RecordingTransport};

#[derive(Debug)]
pub(crate) struct Plain;

impl Provider for Plain {
    const NAME: &'static str = "plain";
    const DIALECT: Dialect = Dialect::rfc6749().pkce(Pkce::S256);
    type Site = FixedSite;
    type Extra = NoExtra;
    type Scheme = Bearer;
    type Renewal = ReusableRefreshToken<30>;
}

impl CodeGrant for Plain {
    type Connect = Scopes;
}

impl PasswordGrant for Plain {
    type Request = PasswordRequest;
}

impl ClientCredentialsGrant for Plain {}

pub(crate) const REDIRECT_URI: &str = "https://app.example.com/callback";

pub(crate) fn site(host: &str) -> FixedSite {
    let base = format!("https://{host}");
    FixedSite::new(&format!("{base}/authorize"), &format!("{base}/token"), &format!("{base}/api")).unwrap()
}

pub(crate) fn app() -> App {
    App::new("my-client", CLIENT_SECRET, REDIRECT_URI.parse().unwrap())
}

#[allow(dead_code)] // not every test uses every helper
pub(crate) fn client(transport: &RecordingTransport, clock: &ManualClock) -> Client<Plain> {
    Client::builder(site("provider.example"), app())
        .transport(transport.clone())
        .clock(clock.clone())
        .build()
        .unwrap()
}
