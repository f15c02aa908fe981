//! The providers' own checks of a token: their requests, and the call that makes them.
#![allow(clippy::unwrap_used)] // a test may panic

use std::time::Duration;

use oauth_core::connections::Connections;
use oauth_core::store::MemoryStore;
use oauth_core::{App, Client, NoExtra, Provider, RawRequest, Scopes};
use oauth_testing::{RecordingTransport, json_response};

const API_CALL: &str = "https://HOST/things";

/// Two unexplained 401 responses to an API call, a minute apart, and the provider's refusal of the token.
async fn request<P: Provider<Extra = NoExtra>>(site: P::Site, api_host: &str, refusal: u16) -> String {
    let response = |status| json_response(status, r#"{"message":"denied"}"#);
    let transport = RecordingTransport::with_responses([response(401), response(401), response(refusal)]);
    let client = Client::<P>::builder(site, App::without_redirect("my-client", "canary-secret"))
        .transport(transport.clone())
        .build()
        .unwrap();
    let token = client.import_token("canary-token", Scopes::none()).unwrap();
    let connections = Connections::builder(client, MemoryStore::new()).build();
    let acme = connections.insert("acme", token).await.unwrap();
    let url = API_CALL.replace("HOST", api_host);
    let call = RawRequest::new(oauth_core::http::Request::get(url).body(Vec::new()).unwrap());
    assert!(acme.send(&call).await.unwrap_err().is_transient());
    tokio::time::advance(Duration::from_secs(60)).await;
    assert!(acme.send(&call).await.unwrap_err().needs_reconnect(), "{}", P::NAME);
    format!("── {}\n{}", P::NAME, transport.text().rsplit("GET ").next().unwrap())
}

#[tokio::test(start_paused = true)]
async fn unexplained_401_is_checked_with_provider() {
    let requests = [
        request::<cobot::Cobot>(cobot::Site::production(), "api.cobot.me", 404).await,
        request::<go1::Go1>(go1::Site::production(), "api.go1.com", 401).await,
        request::<gocd::Personal>(
            gocd::Site::at("https://go.example.com:8154").unwrap(),
            "go.example.com:8154",
            401,
        )
        .await,
    ];
    insta::assert_snapshot!(requests.join("\n"));
}
