//! Shared test helpers.
#![allow(dead_code, clippy::unwrap_used)]

use cobot::http::{HeaderName, HeaderValue, Response, StatusCode};
use cobot::{App, Client, Encoding, RedirectUri, Scopes, Site, Token, Transport, scope};
use oauth_testing::{ACCESS_TOKEN, CLIENT_SECRET, ManualClock, RecordingTransport};

/// The redirect URI of the document's examples.
pub(crate) const REDIRECT_URI: &str = "https://your-app.com/auth/callback";

/// A client for `site` that records its requests.
pub(crate) fn client_at(site: Site, transport: &RecordingTransport) -> Client {
    builder(site, transport).build().unwrap()
}

/// A client for www.cobot.me with another transport.
pub(crate) fn client_by(transport: impl Transport) -> Client {
    Client::builder(Site::production(), app()).transport(transport).build().unwrap()
}

/// A client for www.cobot.me.
pub(crate) fn client(transport: &RecordingTransport) -> Client {
    client_at(Site::production(), transport)
}

/// A client for www.cobot.me that sends the parameters of token calls in the query.
pub(crate) fn client_in_query(transport: &RecordingTransport) -> Client {
    builder(Site::production(), transport).encoding(Encoding::Query).build().unwrap()
}

fn builder(site: Site, transport: &RecordingTransport) -> cobot::ClientBuilder {
    Client::builder(site, app()).transport(transport.clone()).clock(ManualClock::default())
}

/// The app of all tests.
pub(crate) fn app() -> App {
    App::new("test-client", CLIENT_SECRET, RedirectUri::new(REDIRECT_URI).unwrap())
}

/// The token of all tests.
pub(crate) fn token(client: &Client) -> Token {
    client.import_token(ACCESS_TOKEN, scopes()).unwrap()
}

/// The scopes of all tests.
pub(crate) fn scopes() -> Scopes {
    Scopes::from([scope::READ_USER, scope::WRITE])
}

/// Returns the response recorded in `tests/replies/NAME.json`.
pub(crate) fn recorded(name: &str) -> Response<Vec<u8>> {
    let path = format!("{}/tests/replies/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let file: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert!(!file["source"].as_str().unwrap().is_empty(), "{name} names no source");
    let body = match (&file["body"], &file["text"]) {
        (serde_json::Value::Null, serde_json::Value::String(text)) => text.clone(),
        (body, serde_json::Value::Null) => body.to_string(),
        _ => panic!("{name} has neither body nor text, or both"),
    };
    let status = u16::try_from(file["status"].as_u64().unwrap()).unwrap();
    let mut recorded = response(status, &body);
    for (name, value) in file["headers"].as_object().into_iter().flatten() {
        recorded.headers_mut().insert(
            name.parse::<HeaderName>().unwrap(),
            HeaderValue::from_str(value.as_str().unwrap()).unwrap(),
        );
    }
    recorded
}

/// A response with this status and body.
pub(crate) fn response(status: u16, body: &str) -> Response<Vec<u8>> {
    let mut response = Response::new(body.as_bytes().to_vec());
    *response.status_mut() = StatusCode::from_u16(status).unwrap();
    response
}
