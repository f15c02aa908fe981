//! Valid and invalid base URLs.
#![allow(clippy::unwrap_used)] // a test may panic

use gocd::{ErrorKind, Site, TokenScheme};
use oauth_core::{AccessToken, Scheme};
use proptest::prelude::*;

#[test]
fn rejects_unusable_base_urls() {
    for bad in [
        "",
        "go.example.com",
        "go.example.com:8154",
        "//go.example.com",
        "http://go.example.com:8153/go",
        "ftp://go.example.com",
        "https://user@go.example.com",
        "https://go.example.com/go?x=1",
        "https://go.example.com/go#x",
        "https://",
        "javascript:alert(1)",
        "file:///etc/passwd",
    ] {
        let error = Site::at(bad).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{bad}: {error}");
    }
}

#[test]
fn all_endpoints_share_the_context_path() {
    for (base, authorize) in [
        ("https://go.example.com:8154", "https://go.example.com:8154/go/oauth/authorize"),
        ("https://go.example.com:8154/", "https://go.example.com:8154/go/oauth/authorize"),
        ("https://go.example.com/go/", "https://go.example.com/go/oauth/authorize"),
        ("http://127.0.0.1:3000/ci/gocd", "http://127.0.0.1:3000/ci/gocd/oauth/authorize"),
    ] {
        assert_eq!(Site::at(base).unwrap().authorize_url().as_str(), authorize);
    }
    let bare = Site::at("https://go.example.com/go").unwrap().without_context_path();
    assert_eq!(bare.authorize_url().as_str(), "https://go.example.com/oauth/authorize");
    assert_eq!(
        oauth_core::Site::<oauth_core::NoExtra>::token_url(&bare).as_str(),
        "https://go.example.com/oauth/token"
    );
}

proptest! {
    #[test]
    fn arbitrary_base_never_panics(base in ".{0,60}") {
        let _ = Site::at(base);
    }

    #[test]
    fn header_matches_scheme_exactly(token in ".{0,80}") {
        let plain = token.bytes().all(|b| (0x20..=0x7E).contains(&b)) && !token.contains(['"', '\\']);
        match TokenScheme::header(&AccessToken::new(token.clone())) {
            Ok((_, value)) => {
                prop_assert!(plain);
                prop_assert_eq!(value.to_str().unwrap(), format!("Token token=\"{token}\""));
            }
            Err(_) => prop_assert!(!plain),
        }
    }
}
