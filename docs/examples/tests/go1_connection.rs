//! Tests of a connection at Go1, against the sandbox.

use std::time::Duration;

use go1::{App, Client, ClockFn, Connect, Connections, ErrorKind, Go1, MemoryStore, Site, api, scope};
use oauth_sandbox::Fault;

type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Starts a Go1 for one test, and connects the account `acme`.
async fn connected() -> Result<(oauth_sandbox::Go1, Connections<Go1>)> {
    let sandbox = oauth_sandbox::Go1::start().await?;
    let clock = ClockFn::new(sandbox.clock().into_fn()); // a test advances time for both
    let app = App::new(sandbox.client_id(), sandbox.client_secret(), sandbox.redirect_uris()[0].as_str());
    let client = Client::builder(Site::at(sandbox.url())?, app).clock(clock.clone()).build()?;
    let connections = Connections::builder(client, MemoryStore::with_clock(clock))
        .refusal_window(Duration::ZERO) // believe the first refusal
        .build();
    let started = connections.client().begin(&Connect::new([scope::USER_READ]))?;
    let callback = sandbox.approve(&started.url).await?; // a user signs in and approves
    connections.finish("acme", &started.pending, callback.as_str()).await?;
    Ok((sandbox, connections))
}

#[tokio::test]
async fn expired_token_is_refreshed() -> Result {
    let (sandbox, connections) = connected().await?;
    sandbox.advance(Duration::from_secs(13 * 3600)); // longer than an access token is valid
    connections.get("acme").send(&api::Me).await?;
    assert_eq!(sandbox.journal().token_calls(), 2, "the code, and one refresh");
    Ok(())
}

#[tokio::test]
async fn user_denies_access() -> Result {
    let (sandbox, connections) = connected().await?;
    let started = connections.client().begin(&Connect::new([scope::USER_READ]))?;
    let callback = sandbox.deny(&started.url).await?;
    let error = connections.finish("other", &started.pending, callback.as_str()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Denied);
    assert_eq!(sandbox.journal().token_calls(), 1, "that of `acme`");
    Ok(())
}

#[tokio::test]
async fn user_revokes_access() -> Result {
    let (sandbox, connections) = connected().await?;
    sandbox.revoke_access();
    let error = connections.get("acme").send(&api::Me).await.unwrap_err();
    assert!(error.needs_reconnect(), "offer to connect again: {error}");
    Ok(())
}

#[tokio::test]
async fn rate_limit_says_when_to_try_again() -> Result {
    let (sandbox, connections) = connected().await?;
    sandbox.next_api_call(Fault::too_many_requests(Duration::from_secs(300)));
    let error = connections.get("acme").send(&api::Me).await.unwrap_err();
    assert_eq!((error.kind(), error.retry_after()), (ErrorKind::RateLimited, Some(Duration::from_secs(300))));
    assert!(error.is_transient() && !error.needs_reconnect());
    Ok(())
}

/// The worst failure for a single-use refresh token: Go1 spent it, and the response was lost. Without
/// `Connections`, the customer is lost.
#[tokio::test]
async fn lost_response_costs_a_bare_client_its_connection() -> Result {
    let (sandbox, connections) = connected().await?;
    let (go1, token) = (connections.client(), connections.get("acme").token().await?);
    sandbox.next_token_call(Fault::DropResponse);
    assert_eq!(go1.refresh(&token).await.unwrap_err().kind(), ErrorKind::Unanswered);
    let error = go1.refresh(&token).await.unwrap_err(); // the refresh token is spent
    assert_eq!(error.kind(), ErrorKind::GrantRefused);
    assert!(error.needs_reconnect());
    Ok(())
}
