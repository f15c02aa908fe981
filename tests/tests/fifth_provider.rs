//! A fifth provider, declared in fewer than 40 lines without a change in oauth-core.
#![allow(clippy::unwrap_used)] // a test may panic

use oauth_testing::{CLIENT_SECRET, ManualClock, REFRESH_TOKEN, RecordingTransport, callback, json_response};

mod fifth {
    use oauth_core::{
        Bearer, Client, ClientAuth, CodeGrant, Dialect, FixedSite, NoExtra, Provider, ReusableRefreshToken,
        Scope, Scopes,
    };

    /// A provider with HTTP Basic client authentication, comma-separated scopes and lasting refresh tokens.
    #[derive(Debug)]
    pub(crate) struct Fifth;

    impl Provider for Fifth {
        const NAME: &'static str = "fifth";
        const DIALECT: Dialect =
            Dialect::rfc6749().client_auth(ClientAuth::BasicEncoded).scope_separator(',');
        type Site = FixedSite;
        type Extra = NoExtra;
        type Scheme = Bearer;
        type Renewal = ReusableRefreshToken;
    }

    impl CodeGrant for Fifth {
        type Connect = Scopes;
    }

    pub(crate) type Fifths = Client<Fifth>;
    pub(crate) const READ: Scope = Scope::from_static("orders:read");
    pub(crate) const WRITE: Scope = Scope::from_static("orders:write");

    pub(crate) fn site() -> FixedSite {
        FixedSite::new(
            "https://fifth.example/authorize",
            "https://fifth.example/token",
            "https://api.fifth.example",
        )
        .unwrap()
    }
}

#[test]
fn needs_fewer_than_forty_lines() {
    let source = include_str!("fifth_provider.rs");
    let declaration = source.split("mod fifth {").nth(1).unwrap().split("\n}").next().unwrap();
    let lines = declaration.lines().filter(|line| !line.trim().is_empty()).count();
    assert!(lines < 40, "{lines} lines");
}

#[tokio::test]
async fn connects_and_refreshes() {
    let transport = RecordingTransport::with_responses([
        json_response(
            200,
            r#"{"access_token":"canary-a","refresh_token":"canary-refresh-token","expires_in":60}"#,
        ),
        json_response(200, r#"{"access_token":"canary-b","expires_in":60,"scope":"orders:read"}"#),
    ]);
    let clock = ManualClock::default();
    let app = oauth_core::App::new("my client", CLIENT_SECRET, "https://app.example.com/cb");
    let client = fifth::Fifths::builder(fifth::site(), app)
        .transport(transport.clone())
        .clock(clock.clone())
        .build()
        .unwrap();
    let started = client.begin(&[fifth::READ, fifth::WRITE].into()).unwrap();
    insta::assert_snapshot!(oauth_testing::authorize_url(&started.url));
    let token =
        client.finish(&started.pending, &callback("https://app.example.com/cb", &started)).await.unwrap();
    clock.advance_secs(60);
    // A refresh response without a refresh token keeps the old one.
    let token = client.refresh(&token).await.unwrap();
    assert_eq!(token.refresh_token().unwrap().expose(), REFRESH_TOKEN);
    assert_eq!(token.scopes().to_string(), "orders:read");
    insta::assert_snapshot!(transport.text());
}
