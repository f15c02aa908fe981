//! What several unit tests need.

/// An HTTP client for plain http on this machine.
pub(crate) fn http() -> reqwest::Client {
    // reqwest wants one even for plain http. Another test may have been quicker, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().build().unwrap()
}
