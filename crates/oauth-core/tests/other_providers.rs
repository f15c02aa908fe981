//! Providers besides the four of this workspace, declared from their public pages: what they send and accept.
#![allow(clippy::unwrap_used)] // a test may panic

use std::fmt::Debug;

use oauth_core::{
    App, Bearer, Client, ClientAuth, CodeGrant, Dialect, ErrorKind, FixedSite, Never, NoExtra, Provider,
    Refusal, ReusableRefreshToken, Scope, Scopes, SingleUseRefreshToken,
};
use oauth_testing::{CLIENT_SECRET, ManualClock, RecordingTransport, authorize_url, callback, json_response};

const REDIRECT_URI: &str = "https://app.example.com/callback";

/// Read 2026-12-01: <https://developers.google.com/identity/protocols/oauth2/web-server>;
/// <https://cloud.google.com/nodejs/docs/reference/google-auth-library/7.4.1/google-auth-library/generateauthurlopts>.
#[derive(Debug)]
struct Google;

impl Provider for Google {
    const NAME: &'static str = "google";
    const DIALECT: Dialect = Dialect::rfc6749()
        // Without `offline` there is no refresh token; without `consent`, at the first consent only
        // (<https://github.com/googleworkspace/apps-script-oauth2/pull/210>).
        .authorize_params(&[("access_type", "offline"), ("prompt", "consent")]);
    type Site = FixedSite;
    type Extra = NoExtra;
    type Scheme = Bearer;
    type Renewal = ReusableRefreshToken;
}

impl CodeGrant for Google {
    type Connect = Scopes;
}

/// Read 2026-12-01: <https://developers.strava.com/docs/authentication/>; the token URL in n8n's credentials of
/// Strava.
#[derive(Debug)]
struct Strava;

impl Provider for Strava {
    const NAME: &'static str = "strava";
    const DIALECT: Dialect = Dialect::rfc6749().scope_separator(',');
    type Site = FixedSite;
    type Extra = NoExtra;
    type Scheme = Bearer;
    type Renewal = SingleUseRefreshToken;
}

impl CodeGrant for Strava {
    type Connect = Scopes;
}

/// Read 2026-12-01: <https://docs.github.com/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps>;
/// <https://docs.github.com/apps/managing-oauth-apps/troubleshooting-oauth-app-access-token-request-errors/>.
#[derive(Debug)]
struct GitHub;

impl Provider for GitHub {
    const NAME: &'static str = "github";
    const DIALECT: Dialect = Dialect::rfc6749()
        // Errors come with status 200.
        .grant_refused(&[Refusal::new(200, "bad_verification_code")])
        .client_refused(&[Refusal::new(200, "incorrect_client_credentials")]);
    type Site = FixedSite;
    type Extra = NoExtra;
    type Scheme = Bearer;
    type Renewal = Never;
}

impl CodeGrant for GitHub {
    type Connect = Scopes;
}

/// Read 2026-12-01: <https://developers.zoom.us/docs/rooms/oauth/>; for the code exchange, Zoom's sample
/// <https://github.com/zoom/team-chat-shortcut-sample/blob/main/zoomOAuth.js>.
#[derive(Debug)]
struct Zoom;

impl Provider for Zoom {
    const NAME: &'static str = "zoom";
    const DIALECT: Dialect = Dialect::rfc6749().client_auth(ClientAuth::BasicRaw);
    type Site = FixedSite;
    type Extra = NoExtra;
    type Scheme = Bearer;
    type Renewal = SingleUseRefreshToken;
}

impl CodeGrant for Zoom {
    type Connect = Scopes;
}

fn client<P: Provider<Site = FixedSite>>(site: FixedSite, transport: &RecordingTransport) -> Client<P> {
    let app = App::new("my-client", CLIENT_SECRET, REDIRECT_URI.parse().unwrap());
    Client::builder(site, app).transport(transport.clone()).clock(ManualClock::default()).build().unwrap()
}

fn scopes(of: &[&'static str]) -> Scopes {
    of.iter().map(|scope| Scope::from_static(scope)).collect()
}

/// The authorize URL, the token calls of a connect and a refresh, and the token at the end.
async fn transcript<P>(site: FixedSite, of: &[&'static str], responses: [&str; 2]) -> String
where
    P: CodeGrant<Connect = Scopes> + Provider<Site = FixedSite> + oauth_core::Refreshes + Debug,
{
    let transport = RecordingTransport::with_responses(responses.map(|body| json_response(200, body)));
    let client = client::<P>(site, &transport);
    let started = client.begin(&scopes(of)).unwrap();
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

#[tokio::test]
async fn zoom() {
    let site = FixedSite::new(
        "https://zoom.us/oauth/authorize",
        "https://zoom.us/oauth/token",
        "https://api.zoom.us/v2",
    );
    let response = r#"{"access_token": "canary-access-token", "token_type": "bearer", "expires_in": 3599,
        "refresh_token": "canary-refresh-token", "scope": "user:read", "api_url": "https://api.zoom.us"}"#;
    insta::assert_snapshot!(transcript::<Zoom>(site.unwrap(), &["user:read"], [response, response]).await);
}

#[tokio::test]
async fn github() {
    let site = FixedSite::new(
        "https://github.com/login/oauth/authorize",
        "https://github.com/login/oauth/access_token",
        "https://api.github.com",
    );
    let site = site.unwrap();
    let token = r#"{"access_token": "canary-access-token", "scope": "repo,gist", "token_type": "bearer"}"#;
    let transport = RecordingTransport::with_responses([
        json_response(200, token),
        json_response(200, r#"{"error": "bad_verification_code"}"#),
        json_response(200, r#"{"error": "incorrect_client_credentials"}"#),
    ]);
    let client = client::<GitHub>(site, &transport);
    let connect = async || {
        let started = client.begin(&scopes(&["repo", "gist"])).unwrap();
        client.finish(&started.pending, &callback(REDIRECT_URI, &started)).await
    };
    let token = connect().await.unwrap();
    assert_eq!((token.scopes().to_string().as_str(), token.expires_at()), ("repo gist", None));
    assert_eq!(connect().await.unwrap_err().kind(), ErrorKind::GrantRefused);
    assert_eq!(connect().await.unwrap_err().kind(), ErrorKind::ClientRefused);
}
