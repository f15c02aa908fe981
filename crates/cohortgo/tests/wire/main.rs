//! Requests on the wire, as reviewed snapshots, and the parsing of responses. No network.
#![allow(clippy::unwrap_used)] // clippy exempts tests, but not their helpers

mod act_as;
mod api;
mod connect;
mod refused;
mod secrets;
mod token;

use cohortgo::{Account, App, AuthorizedClient, Client, Site, Token, scope};
use oauth_testing::{ACCESS_TOKEN, CLIENT_SECRET, ManualClock, RecordingTransport};

/// The redirect URI of the guide's examples.
pub(crate) const REDIRECT_URI: &str = "https://example.org/oauth2/code";

/// The client of the guide's examples, on a recording transport.
pub(crate) fn client(site: Site, transport: &RecordingTransport) -> Client {
    let app = App::new("some-test-app", CLIENT_SECRET, REDIRECT_URI);
    Client::builder(site, app).transport(transport.clone()).clock(ManualClock::default()).build().unwrap()
}

/// A customer of production whose API is at the demo host of the guides.
pub(crate) fn acme(transport: &RecordingTransport, acting: bool) -> AuthorizedClient {
    customer_at("https://demo.s.portal.cohortgo.com/api/v1", transport, acting)
}

pub(crate) fn customer_at(
    api_base_url: &str,
    transport: &RecordingTransport,
    acting: bool,
) -> AuthorizedClient {
    let client = client(Site::production(), transport);
    let token = token_at(&client, api_base_url, acting);
    client.authorized(token)
}

pub(crate) fn token_at(client: &Client, api_base_url: &str, acting: bool) -> Token {
    let scopes = if acting { vec![scope::ACT_AS_USER] } else { vec![] };
    client.import_token_with(ACCESS_TOKEN, scopes, Account::at(api_base_url.parse().unwrap())).unwrap()
}

/// A recorded response with this status.
pub(crate) fn recorded(status: u16, file: &str) -> cohortgo::http::Response<Vec<u8>> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/replies").join(file);
    oauth_testing::json_response(status, &std::fs::read_to_string(path).unwrap())
}

/// Asserts a snapshot whose description quotes the document's own example.
macro_rules! assert_documented_snapshot {
    ($document:expr, $text:expr) => {{
        let text = $text;
        insta::with_settings!({ description => $document, omit_expression => true }, {
            insta::assert_snapshot!(text);
        })
    }};
}
pub(crate) use assert_documented_snapshot;
