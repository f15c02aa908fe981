//! Shared test helpers.
#![allow(dead_code)] // each test file uses a part of it

use go1::http::Response;
use go1::{App, Client, ClientBuilder, Connect, RedirectUri, Site, Token, scope};
use oauth_testing::{ACCESS_TOKEN, CLIENT_SECRET, ManualClock, RecordingTransport, json_response};

pub(crate) const REDIRECT_URI: &str = "https://app.example.com/go1/callback";

/// A file of `tests/replies`.
macro_rules! recorded {
    ($name:literal) => {
        include_str!(concat!("replies/", $name, ".json"))
    };
}
pub(crate) use recorded;

pub(crate) fn app() -> App {
    App::new("client-id", CLIENT_SECRET, RedirectUri::new(REDIRECT_URI).unwrap())
}

/// A client of the production site with these responses, and the record of its requests.
pub(crate) fn builder(
    responses: impl IntoIterator<Item = Response<Vec<u8>>>,
) -> (ClientBuilder, RecordingTransport, ManualClock) {
    let (transport, clock) = (RecordingTransport::with_responses(responses), ManualClock::default());
    let builder =
        Client::builder(Site::production(), app()).transport(transport.clone()).clock(clock.clone());
    (builder, transport, clock)
}

pub(crate) fn client(responses: impl IntoIterator<Item = Response<Vec<u8>>>) -> (Client, RecordingTransport) {
    let (builder, transport, _) = builder(responses);
    (builder.build().unwrap(), transport)
}

/// A client with one response, and a token to send.
pub(crate) fn with_token(status: u16, json: &str) -> (Client, Token, RecordingTransport) {
    let (client, transport) = client([json_response(status, json)]);
    let token = client.import_token(ACCESS_TOKEN, [scope::LO_READ]).unwrap();
    (client, token, transport)
}

pub(crate) fn connect() -> Connect {
    Connect::new([scope::USER_READ, scope::LO_READ]).partner_portal(7_654_321)
}
