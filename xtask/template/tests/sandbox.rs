//! Connect, call and refresh against a plain OAuth 2.0 server with the documented differences of Acme Orders.
//!
//! Settings here come from the documents, not from the declaration, so that changing a constant there fails a
//! test.
#![cfg(feature = "reqwest")]
#![allow(clippy::unwrap_used)] // a test may panic

use std::time::Duration;

use acme::{App, Client, ClockFn, ErrorKind, Scopes, Site, Token, api, scope};
use oauth_sandbox::plain::{ClientAuth, Pkce, RefreshTokens};
use oauth_sandbox::{Fault, Plain};

async fn sandbox() -> Plain {
    Plain::builder()
        .scopes(["orders:read", "orders:write"])
        .scope_separator(',')
        .client_auth(ClientAuth::Basic)
        .pkce(Pkce::Required)
        .access_token_life(Duration::from_secs(1800))
        .refresh_tokens(RefreshTokens::SingleUse)
        .refresh_token_idle_life(Duration::from_secs(30 * 86_400))
        .me_at("/users/self")
        .start()
        .await
        .unwrap()
}

fn client(sandbox: &Plain, secret: &str) -> Client {
    let site = Site::new(sandbox.authorize_url(), sandbox.token_url(), sandbox.api_url()).unwrap();
    let app = App::new(sandbox.client_id(), secret, sandbox.redirect_uris()[0].as_str());
    Client::builder(site, app).clock(ClockFn::new(sandbox.clock().into_fn())).build().unwrap()
}

fn requested_scopes() -> Scopes {
    Scopes::from([scope::ORDERS_READ, scope::ORDERS_WRITE])
}

async fn connect(sandbox: &Plain, client: &Client) -> Token {
    let started = client.begin(&requested_scopes()).unwrap();
    let callback = sandbox.approve(&started.url).await.unwrap();
    client.finish(&started.pending, callback.as_str()).await.unwrap()
}

#[tokio::test]
async fn connect_call_refresh_call() {
    let sandbox = sandbox().await;
    let client = client(&sandbox, sandbox.client_secret());
    let token = connect(&sandbox, &client).await;
    assert_eq!(token.scopes(), &requested_scopes());
    let me = client.send(&token, &api::Me).await.unwrap();
    assert_eq!(me["email"], sandbox.users()[0].email);

    sandbox.advance(Duration::from_secs(1800));
    assert_eq!(client.send(&token, &api::Me).await.unwrap_err().kind(), ErrorKind::Expired);
    let second = client.refresh(&token).await.unwrap();
    client.send(&second, &api::Me).await.unwrap();
    assert_eq!(client.refresh(&token).await.unwrap_err().kind(), ErrorKind::GrantRefused, "single use");

    sandbox.advance(Duration::from_secs(30 * 86_400 + 1));
    assert!(client.refresh(&second).await.unwrap_err().needs_reconnect());
}

#[tokio::test]
async fn rejects_denied_access_and_wrong_client() {
    let sandbox = sandbox().await;
    let denied = client(&sandbox, sandbox.client_secret());
    let started = denied.begin(&requested_scopes()).unwrap();
    let callback = sandbox.deny(&started.url).await.unwrap();
    let error = denied.finish(&started.pending, callback.as_str()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Denied);
    assert_eq!(sandbox.journal().token_calls(), 0);

    let wrong = client(&sandbox, "wrong");
    let started = wrong.begin(&requested_scopes()).unwrap();
    let callback = sandbox.approve(&started.url).await.unwrap();
    let error = wrong.finish(&started.pending, callback.as_str()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ClientRefused, "{error}");
}

#[tokio::test]
async fn faults_have_distinct_error_kinds() {
    let sandbox = sandbox().await;
    let client = client(&sandbox, sandbox.client_secret());
    let token = connect(&sandbox, &client).await;
    sandbox.next_api_call(Fault::HtmlBadGateway);
    assert_eq!(client.send(&token, &api::Me).await.unwrap_err().kind(), ErrorKind::Unavailable);
    sandbox.next_api_call(Fault::status(401, ""));
    // A bare 401 may be a gateway's: it does not say that the token is refused.
    assert_eq!(client.send(&token, &api::Me).await.unwrap_err().kind(), ErrorKind::Unauthorized);
    sandbox.next_token_call(Fault::DropResponse);
    assert_eq!(client.refresh(&token).await.unwrap_err().kind(), ErrorKind::Unanswered);
}
