//! Providers besides the four of this workspace, declared from their public pages: what they send and accept.
#![allow(clippy::unwrap_used)] // a test may panic

use std::fmt::Debug;

use oauth_core::{
    App, Bearer, Client, CodeGrant, Dialect, FixedSite, NoExtra, Provider, ReusableRefreshToken, Scope,
    Scopes, SingleUseRefreshToken,
};
use oauth_testing::{CLIENT_SECRET, ManualClock, RecordingTransport, authorize_url, callback, json_response};

const REDIRECT_URI: &str = "https://app.example.com/callback";

/// <https://developers.google.com/identity/protocols/oauth2/web-server>, read 2026-12-01.
#[derive(Debug)]
struct Google;

impl Provider for Google {
    const NAME: &'static str = "google";
    const DIALECT: Dialect = Dialect::rfc6749()
        // Without the first there is no refresh token; without the second, at the first consent only.
        .authorize_params(&[("access_type", "offline"), ("prompt", "consent")]);
    type Site = FixedSite;
    type Extra = NoExtra;
    type Scheme = Bearer;
    type Renewal = ReusableRefreshToken;
}

impl CodeGrant for Google {
    type Connect = Scopes;
}

/// <https://developers.strava.com/docs/authentication/>, read 2026-12-01.
#[derive(Debug)]
struct Strava;

impl Provider for Strava {
    const NAME: &'static str = "strava";
    const DIALECT: Dialect = Dialect::rfc6749().scope_separator(',');
    type Site = FixedSite;
    type Extra = NoExtra;
    type Scheme = Bearer;
    // "Details About Requesting Access": the newest refresh token is to be used.
    type Renewal = SingleUseRefreshToken;
}

impl CodeGrant for Strava {
    type Connect = Scopes;
}

/// The authorize URL, the token calls of a connect and a refresh, and the token at the end.
async fn transcript<P>(site: FixedSite, scopes: &[&'static str], responses: [&str; 2]) -> String
where
    P: CodeGrant<Connect = Scopes> + Provider<Site = FixedSite> + oauth_core::Refreshes + Debug,
{
    let transport = RecordingTransport::with_responses(responses.map(|body| json_response(200, body)));
    let app = App::new("my-client", CLIENT_SECRET, REDIRECT_URI.parse().unwrap());
    let client = Client::<P>::builder(site, app)
        .transport(transport.clone())
        .clock(ManualClock::default())
        .build()
        .unwrap();
    let scopes: Scopes = scopes.iter().map(|scope| Scope::from_static(scope)).collect();
    let started = client.begin(&scopes).unwrap();
    let token = client.finish(&started.pending, &callback(REDIRECT_URI, &started)).await.unwrap();
    let token = client.refresh(&token).await.unwrap();
    format!("{}\n----\n{}\n----\n{token:?}\n", authorize_url(&started.url), transport.text())
}

#[tokio::test]
async fn google() {
    let site = FixedSite::new(
        "https://accounts.google.com/o/oauth2/v2/auth",
        "https://oauth2.googleapis.com/token",
        "https://www.googleapis.com",
    );
    let scope = "https://www.googleapis.com/auth/drive.metadata.readonly";
    let connected = format!(
        r#"{{"access_token": "canary-access-token", "expires_in": 3920, "token_type": "Bearer", "scope": "{scope}",
           "refresh_token": "canary-refresh-token"}}"#
    );
    let refreshed = connected.replace(r#""refresh_token": "canary-refresh-token""#, r#""later": 1"#);
    insta::assert_snapshot!(transcript::<Google>(site.unwrap(), &[scope], [&connected, &refreshed]).await);
}

#[tokio::test]
async fn strava() {
    let site = FixedSite::new(
        "https://www.strava.com/oauth/authorize",
        "https://www.strava.com/oauth/token",
        "https://www.strava.com/api/v3",
    );
    let response = r#"{"token_type": "Bearer", "expires_at": 1568775134, "expires_in": 21600,
        "refresh_token": "canary-refresh-token", "access_token": "canary-access-token"}"#;
    let scopes = ["read", "activity:read_all"];
    insta::assert_snapshot!(transcript::<Strava>(site.unwrap(), &scopes, [response, response]).await);
}
