//! `rustls-no-provider` without any crypto provider: an error with its remedy, never a panic, and loopback needs none.
//!
//! Only this combination of features can show it, so `cargo xtask features` runs it by itself.
#![allow(clippy::unwrap_used)] // a test may panic
#![cfg(all(feature = "rustls-no-provider", not(feature = "rustls"), not(feature = "native-tls")))]

mod support;

use httpmock::prelude::*;
use oauth_core::{Client, ErrorKind, FixedSite, Scopes};
use support::{Plain, app, site};

#[tokio::test]
async fn https_says_what_to_install_and_loopback_works() {
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
fn a_reqwest_builder_is_refused_rather_than_left_to_panic() {
    let error = Client::<Plain>::builder(site("provider.example"), app())
        .with_reqwest_0_13(reqwest::Client::builder())
        .build()
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Setup);
}
