//! URLs of Acme Orders: two fixed endpoints and one API host.
//!
//! For a sandbox or a proxy create another [`Site`](crate::Site): `Site::new(authorize_url, token_url,
//! api_url)`.

use oauth_core::FixedSite;

/// Acme Orders itself. An access token is sent to these origins only.
///
/// # Panics
/// Never: a test parses these URLs.
pub fn production() -> FixedSite {
    FixedSite::new(
        "https://login.acme.example/oauth2/authorize",
        "https://login.acme.example/oauth2/token",
        "https://api.acme.example/v1",
    )
    .expect("valid URLs")
}
