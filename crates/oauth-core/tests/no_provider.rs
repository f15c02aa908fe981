//! `rustls-no-provider` without a crypto provider: an error with its remedy, no panic. http on loopback
//! fails in the same way, because reqwest sets up TLS in any case.
//!
//! Needs this combination of features, so `cargo xtask features` runs it separately.
#![allow(clippy::unwrap_used)] // a test may panic
#![cfg(all(feature = "rustls-no-provider", not(feature = "rustls"), not(feature = "native-tls")))]

mod support;

use oauth_core::{Client, ErrorKind, Scopes};
use support::{Plain, app, site};

#[tokio::test]
async fn call_without_crypto_provider_names_remedy() {
    for site in [site("provider.example"), oauth_testing::site("http://127.0.0.1:9")] {
        let client = Client::<Plain>::new(site, app()).unwrap();
        let error = client.client_credentials(Scopes::none()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Setup);
        assert!(error.to_string().contains("install_default"), "{error}");
    }
}

#[test]
fn rejects_reqwest_builder_without_crypto_provider() {
    let error = Client::<Plain>::builder(site("provider.example"), app())
        .with_reqwest_0_13(reqwest::Client::builder())
        .build()
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Setup);
}
