//! Settings that none of the four providers uses, in one provider that uses all of them.
#![allow(clippy::unwrap_used)] // a test may panic

use std::sync::Arc;
use std::time::Duration;

use oauth_core::connections::{Connections, DisconnectOutcome};
use oauth_core::http::Response;
use oauth_core::store::MemoryStore;
use oauth_core::{
    App, Bearer, Call, CallbackFault, Client, ClientAuth, ClientCredentialsGrant, CodeGrant, Dialect,
    ErrorKind, Expiry, FixedSite, GrantType, NoExtra, Provider, Scopes, SingleUseRefreshToken, Transport,
    TransportError,
};
use oauth_testing::{CLIENT_SECRET, ManualClock, RecordingTransport, authorize_url, callback, json_response};
use tokio::sync::Semaphore;

const REDIRECT_URI: &str = "https://app.example.com/callback";

/// Each setting has the form of a provider that is named beside it.
#[derive(Debug)]
struct Unusual;

impl Provider for Unusual {
    const NAME: &'static str = "unusual";
    const DIALECT: Dialect = Dialect::rfc6749()
        .client_auth(ClientAuth::BasicSecret) // Stripe
        .client_credentials_grant("account_credentials") // Zoom
        .scope_on_refresh(true) // Microsoft
        .authorize_fragment("wechat_redirect") // WeChat
        .token_headers(&[("unusual-version", "2026-03-11")]) // Notion
        .grant_params(&[(GrantType::RefreshToken, "short_lived", "true")]) // Square
        .param_names(&[("client_id", "client_key"), ("scope", "user_scope"), ("response_type", "")]) // TikTok, Slack
        .response_members(&[
            ("access_token", "/authed_user/access_token"), // Slack
            ("refresh_token", "/authed_user/refresh_token"),
            ("expires_in", "/expires_at"), // Square
        ])
        .expiry(Expiry::Time);
    type Site = FixedSite;
    type Extra = NoExtra;
    type Scheme = Bearer;
    type Renewal = SingleUseRefreshToken;
}

impl CodeGrant for Unusual {
    type Connect = Scopes;
}

impl ClientCredentialsGrant for Unusual {}

fn site() -> FixedSite {
    FixedSite::from_template(
        "acme",
        "https://{shop}.unusual.example/authorize",
        "https://{shop}.unusual.example/token",
        "https://api.unusual.example",
    )
    .unwrap()
    .with_refresh_url("https://{shop}.unusual.example/refresh") // Figma
    .unwrap()
    .with_revocation_url("https://{shop}.unusual.example/revoke")
    .unwrap()
    .with_callback_issuer("https://acme.unusual.example/issuer")
    .with_token_param("audience", "https://api.unusual.example") // Auth0
}

fn client(site: FixedSite, transport: &(impl Transport + Clone)) -> Client<Unusual> {
    let app = App::new("my-client", CLIENT_SECRET, REDIRECT_URI);
    Client::builder(site, app).transport(transport.clone()).clock(ManualClock::default()).build().unwrap()
}

const TOKEN: &str = r#"{"access_token": "canary-bot-token", "token_type": "bearer", "scope": "read",
    "authed_user": {"access_token": "canary-access-token", "refresh_token": "canary-refresh-token"},
    "expires_at": "2033-05-18T03:33:20Z"}"#;

fn with_issuer(callback: &str) -> String {
    format!("{callback}&iss=https%3A%2F%2Facme.unusual.example%2Fissuer")
}

#[tokio::test]
async fn every_setting_is_sent_and_read() {
    let transport = RecordingTransport::with_responses([
        json_response(200, TOKEN),
        json_response(200, TOKEN),
        json_response(200, TOKEN),
        json_response(503, ""),
        json_response(200, ""),
    ]);
    let client = client(site(), &transport);
    let started = client.begin(&"read write".parse().unwrap()).unwrap();
    let url = with_issuer(&callback(REDIRECT_URI, &started));
    let token = client.finish(&started.pending, &url).await.unwrap();
    let token = client.refresh(&token).await.unwrap();
    assert_eq!(token.expires_at().unwrap().to_rfc3339(), "2033-05-18T03:33:20+00:00");
    client.client_credentials("read".parse::<Scopes>().unwrap()).await.unwrap();

    // A revocation that fails keeps the connection.
    let connections = Connections::new(client, MemoryStore::new());
    connections.insert("acme", token).await.unwrap();
    let error = connections.disconnect("acme").await.unwrap_err();
    assert_eq!((error.kind(), error.host()), (ErrorKind::Unavailable, Some("acme.unusual.example")));
    assert_eq!(connections.disconnect("acme").await.unwrap(), DisconnectOutcome::Revoked);
    assert_eq!(connections.disconnect("acme").await.unwrap_err().kind(), ErrorKind::NotConnected);
    insta::assert_snapshot!(format!("{}\n----\n{}", authorize_url(&started.url), transport.text()));
}

/// RFC 9207 section 2.4.
#[tokio::test]
async fn callback_of_another_issuer_sends_nothing() {
    let transport = RecordingTransport::with_responses([json_response(200, TOKEN)]);
    let client = client(site(), &transport);
    let started = client.begin(&Scopes::none()).unwrap();
    let url = callback(REDIRECT_URI, &started);
    let denied = format!("{REDIRECT_URI}?error=access_denied&state={}", started.pending.state().expose());
    for (url, fault) in [
        (url.clone(), CallbackFault::WrongIssuer),
        (format!("{url}&iss="), CallbackFault::WrongIssuer),
        (format!("{url}&iss=https%3A%2F%2Facme.unusual.example"), CallbackFault::WrongIssuer),
        (with_issuer(&with_issuer(&url)), CallbackFault::DuplicateParameter),
        (denied, CallbackFault::WrongIssuer),
    ] {
        let error = client.finish(&started.pending, &url).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Callback(fault), "{url}");
    }
    assert_eq!(transport.count(), 0);
    client.finish(&started.pending, &with_issuer(&url)).await.unwrap();
}

/// RFC 7009 section 2.1 lets the server refuse a client, and section 2.2 knows no invalid token.
#[tokio::test]
async fn refused_revocation_is_told_apart() {
    for (response, kind) in [
        (json_response(400, r#"{"error":"invalid_grant"}"#), None),
        (
            json_response(400, r#"{"error":"invalid_token","error_description":"Token expired or revoked"}"#),
            None,
        ),
        (json_response(200, "<html>"), None),
        (json_response(200, r#"{"ok":true,"error":false,"errcode":0,"errmsg":"ok"}"#), None),
        (json_response(401, r#"{"error":"invalid_client"}"#), Some(ErrorKind::ClientRefused)),
        (json_response(200, r#"{"error":"invalid_client"}"#), Some(ErrorKind::ClientRefused)),
        (json_response(400, r#"{"error":"unsupported_token_type"}"#), Some(ErrorKind::RequestRefused)),
        (json_response(302, ""), Some(ErrorKind::Redirected)),
    ] {
        let transport = RecordingTransport::with_responses([json_response(200, TOKEN), response]);
        let client = client(site(), &transport);
        let started = client.begin(&Scopes::none()).unwrap();
        let url = with_issuer(&callback(REDIRECT_URI, &started));
        let token = client.finish(&started.pending, &url).await.unwrap();
        let connections = Connections::new(client, MemoryStore::new());
        connections.insert("acme", token).await.unwrap();
        let result = connections.disconnect("acme").await;
        assert_eq!(result.as_ref().err().map(|error| error.kind()), kind);
        assert!(!format!("{result:?}").contains("canary"), "{result:?}");
    }
}

/// Holds the response to each refresh until it gets a permit.
#[derive(Clone, Debug)]
struct SlowRefresh(RecordingTransport, Arc<Semaphore>);

#[oauth_core::async_trait]
impl Transport for SlowRefresh {
    async fn call(&self, call: Call) -> Result<Response<Vec<u8>>, TransportError> {
        let is_refresh = call.request.uri().path() == "/refresh";
        let response = self.0.call(call).await;
        if is_refresh {
            self.1.acquire().await.unwrap().forget();
        }
        response
    }
}

/// Another process refreshes the token meanwhile: the new one is revoked.
#[tokio::test(start_paused = true)]
async fn disconnect_waits_for_a_refresh_under_way() {
    let refreshed = TOKEN.replace("canary-refresh-token", "canary-refresh-token-2");
    let recorder = RecordingTransport::with_responses([
        json_response(200, TOKEN),
        json_response(200, &refreshed),
        json_response(200, ""),
    ]);
    let gate = Arc::new(Semaphore::new(0));
    let transport = SlowRefresh(recorder.clone(), Arc::clone(&gate));
    let client = client(site(), &transport);
    let started = client.begin(&Scopes::none()).unwrap();
    let url = with_issuer(&callback(REDIRECT_URI, &started));
    let token = client.finish(&started.pending, &url).await.unwrap();
    let store = MemoryStore::new();
    let [one, two] = [(); 2].map(|()| Connections::new(client.clone(), store.clone()));
    let acme = one.insert("acme", token).await.unwrap();
    let refresh = tokio::spawn(async move { acme.refresh().await });
    tokio::time::sleep(Duration::from_secs(1)).await;
    let disconnect = tokio::spawn(async move { two.disconnect("acme").await });
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(recorder.count(), 2, "nothing is revoked yet");
    gate.add_permits(1);
    refresh.await.unwrap().unwrap();
    assert_eq!(disconnect.await.unwrap().unwrap(), DisconnectOutcome::Revoked);
    let text = recorder.text();
    let revocation = text.rsplit("----").next().unwrap();
    assert!(revocation.contains("/revoke") && revocation.contains("refresh-token-2"), "{revocation}");
}
