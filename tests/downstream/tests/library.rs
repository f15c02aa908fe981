//! The library's transport, endpoint and store in a client and its connections.
#![cfg(feature = "connections")]
#![allow(clippy::unwrap_used)] // a test may panic

use std::sync::Arc;

use downstream::cobot::{self, App, Client, Connections, MemoryStore, Site, TokenStore, serde_json};
use downstream::{CannedTransport, CountingStore, JsonRequest};

#[tokio::test]
async fn own_transport_endpoint_and_store_work_together() {
    let app = App::new("client", "canary-client-secret", "https://app.example.com/cb");
    let client = Client::builder(Site::production(), app)
        .transport(CannedTransport(r#"{"id":"one"}"#))
        .build()
        .unwrap();
    let token = client.import_token("canary-token", cobot::oauth_core::Scopes::default()).unwrap();
    let store = Arc::new(CountingStore::new(MemoryStore::default()));
    let connections = Connections::shared_builder(client, Arc::clone(&store) as Arc<dyn TokenStore>).build();
    let connection = connections.insert("acme", token).await.unwrap();

    let request = JsonRequest("https://www.cobot.me/api/things".parse().unwrap());
    let response: serde_json::Value = connection.send(&request).await.unwrap();
    assert_eq!(response["id"], "one");
    assert!(store.calls() > 0);
}
