//! Snapshots of every request that this crate sends, each with the document it follows.
#![allow(clippy::unwrap_used)] // test helpers may panic

use acme::{App, Client, RedirectUri, Scopes, api, scope, site};
use oauth_testing::{
    ACCESS_TOKEN, CLIENT_SECRET, ManualClock, RecordingTransport, authorize_url, callback, json_response,
};

const REDIRECT_URI: &str = "https://app.example.com/callback";
const GUIDE: &str = "OAuth guide <https://docs.acme.example/oauth>, read on 2026-11-20";

/// Example of RFC 6749 section 5.1; replace it with the example of the provider's documentation.
const TOKEN: &str = include_str!("replies/token.json");

/// Compares a request with the snapshot `name`, which also names its source document.
fn sent(name: &str, document: &str, text: &str) {
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!(name, format!("# {document}\n\n# This crate sends:\n\n{text}"));
    });
}

fn client(transport: &RecordingTransport) -> Client {
    let app = App::new("client-id", CLIENT_SECRET, RedirectUri::new(REDIRECT_URI).unwrap());
    let clock = ManualClock::default();
    Client::builder(site::production(), app).transport(transport.clone()).clock(clock).build().unwrap()
}

#[tokio::test]
async fn connect_and_refresh() {
    let transport =
        RecordingTransport::with_responses([json_response(200, TOKEN), json_response(200, TOKEN)]);
    let client = client(&transport);
    let started = client.begin(&Scopes::from([scope::ORDERS_READ, scope::ORDERS_WRITE])).unwrap();
    sent("authorize", GUIDE, &authorize_url(&started.url));
    let token = client.finish(&started.pending, &callback(REDIRECT_URI, &started)).await.unwrap();
    assert_eq!(token.access_token().expose(), ACCESS_TOKEN);
    assert_eq!((token.expires_at().unwrap() - token.received_at()).num_seconds(), 1800);
    client.refresh(&token).await.unwrap();
    sent("token_calls", GUIDE, &transport.text());
}

#[tokio::test]
async fn me() {
    let transport = RecordingTransport::with_responses([json_response(200, "{}")]);
    let client = client(&transport);
    let token = client.import_token(ACCESS_TOKEN, Scopes::from([scope::ORDERS_READ])).unwrap();
    client.send(&token, &api::Me).await.unwrap();
    sent("me", GUIDE, &transport.text());
}
