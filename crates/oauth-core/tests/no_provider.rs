//! `rustls-no-provider` without a crypto provider: an error with its remedy, no panic, and http on loopback
//! works.
//!
//! Needs this combination of features, so `cargo xtask features` runs it separately.
#![allow(clippy::unwrap_used)] // a test may panic
#![cfg(all(feature = "rustls-no-provider", not(feature = "rustls"), not(feature = "native-tls")))]

mod support;

use httpmock::prelude::*;
use oauth_core::{Client, ErrorKind, FixedSite, Scopes};
use support::{Plain, app, site};

#[tokio::test]
async fn https_needs_crypto_provider_but_loopback_works() {
    let client = Client::<Plain>::new(site("provider.example"), app()).unwrap();
    let error = client.client_credentials(Scopes::none()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Setup);
    assert!(error.to_string().contains("install_default"), "{error}");

    let server = MockServer::start_async().await;
    server
        .mock_async(|when, then| {
            when.method(POST).path("/token");
            then.status(200).body(r#"{"access_token":"canary-a"}"#);
        })
        .await;
    let base = server.base_url();
    let site = FixedSite::new(&format!("{base}/authorize"), &format!("{base}/token"), &format!("{base}/api"))
        .unwrap();
    Client::<Plain>::new(site, app()).unwrap().client_credentials(Scopes::none()).await.unwrap();
}

#[test]
fn rejects_reqwest_builder_without_crypto_provider() {
    let error = Client::<Plain>::builder(site("provider.example"), app())
        .with_reqwest_0_13(reqwest::Client::builder())
        .build()
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Setup);
}
