//! Whole flows against the sandbox's GoCD, over http and over TLS with a private authority.
#![allow(clippy::unwrap_used)] // a test may panic

use std::time::Duration;

use gocd::api::{Cctray, CurrentUser, Version};
use gocd::{App, Client, Connect, Connections, ErrorKind, MemoryStore, Personal, Site};
use oauth_sandbox::{Fault, Gocd as Sandbox};
use oauth_testing::ManualClock;

fn client(sandbox: &Sandbox, site: Site) -> Client {
    let app = App::new(sandbox.client_id(), sandbox.client_secret(), sandbox.redirect_uris()[0].as_str());
    Client::new(site, app).unwrap()
}

async fn connect(sandbox: &Sandbox, gocd: &Client) -> gocd::Token {
    let started = gocd.begin(&Connect::new()).unwrap();
    let callback = sandbox.approve(started.url.as_str()).await.unwrap();
    gocd.finish(&started.pending, callback.as_str()).await.unwrap()
}

#[tokio::test]
async fn connect_call_refresh_call() {
    let sandbox = Sandbox::start().await.unwrap();
    let gocd = client(&sandbox, Site::at(sandbox.url()).unwrap());
    let first = connect(&sandbox, &gocd).await;
    // The lifetime counts from before the call, so it is a little shorter than the server's.
    let lifetime = (first.expires_at().unwrap() - first.received_at()).num_seconds();
    assert!((7_775_990..=7_776_000).contains(&lifetime), "{lifetime}");
    assert!(!gocd.send(&first, &Cctray).await.unwrap().projects.is_empty());
    assert!(!gocd.send(&first, &CurrentUser).await.unwrap().login_name.is_empty());
    assert!(!gocd.send(&first, &Version).await.unwrap().version.is_empty());

    let second = gocd.refresh(&first).await.unwrap();
    assert!(!gocd.send(&second, &Cctray).await.unwrap().projects.is_empty());
    // The refresh invalidates the old pair.
    assert_eq!(gocd.send(&first, &Cctray).await.unwrap_err().kind(), ErrorKind::TokenRefused);
    assert_eq!(gocd.refresh(&first).await.unwrap_err().kind(), ErrorKind::GrantRefused);
    assert_eq!(sandbox.journal().token_calls(), 3);
}

#[tokio::test]
async fn denied_consent_is_reported() {
    let sandbox = Sandbox::start().await.unwrap();
    let gocd = client(&sandbox, Site::at(sandbox.url()).unwrap());
    let started = gocd.begin(&Connect::new()).unwrap();
    let callback = sandbox.deny(started.url.as_str()).await.unwrap();
    let error = gocd.finish(&started.pending, callback.as_str()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Denied);
    assert_eq!(sandbox.journal().token_calls(), 0);
}

/// GoCD deletes the code before it checks the secret, so the user must authorize again.
#[tokio::test]
async fn wrong_secret_is_a_client_error() {
    let sandbox = Sandbox::start().await.unwrap();
    let app = App::new(sandbox.client_id(), "wrong", sandbox.redirect_uris()[0].as_str());
    let gocd = Client::new(Site::at(sandbox.url()).unwrap(), app).unwrap();
    let started = gocd.begin(&Connect::new()).unwrap();
    let callback = sandbox.approve(started.url.as_str()).await.unwrap();
    let error = gocd.finish(&started.pending, callback.as_str()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ClientRefused, "{error}");
    assert!(!error.needs_reconnect());
}

#[tokio::test]
async fn faults_are_told_apart() {
    let sandbox = Sandbox::start().await.unwrap();
    let gocd = client(&sandbox, Site::at(sandbox.url()).unwrap());
    let token = connect(&sandbox, &gocd).await;
    for (fault, kind) in [
        (Fault::DropRequest, ErrorKind::Unanswered),
        (Fault::TruncateBody, ErrorKind::Unanswered),
        (Fault::HtmlBadGateway, ErrorKind::Unavailable),
        (Fault::too_many_requests(Duration::from_secs(7)), ErrorKind::RateLimited),
    ] {
        sandbox.next_api_call(fault);
        let error = gocd.send(&token, &Cctray).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.is_transient());
        if kind == ErrorKind::RateLimited {
            assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
        }
    }
    // The response of a refresh is lost: the server has acted, and the old refresh token is gone.
    sandbox.next_token_call(Fault::DropResponse);
    assert_eq!(gocd.refresh(&token).await.unwrap_err().kind(), ErrorKind::Unanswered);
    assert_eq!(gocd.refresh(&token).await.unwrap_err().kind(), ErrorKind::GrantRefused);
}

#[tokio::test]
async fn tls_needs_the_private_authority() {
    let sandbox = Sandbox::builder().tls(true).start().await.unwrap();
    let untrusting = client(&sandbox, Site::at(sandbox.url()).unwrap());
    let started = untrusting.begin(&Connect::new()).unwrap();
    let callback = sandbox.approve(started.url.as_str()).await.unwrap();
    // Unknown authority: nothing was sent, so the code is still valid afterwards.
    let error = untrusting.finish(&started.pending, callback.as_str()).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::NotSent | ErrorKind::Setup), "{error}");

    let site = Site::at(sandbox.url()).unwrap().trusting(sandbox.ca_certificate_pem().unwrap());
    let gocd = client(&sandbox, site);
    let token = gocd.finish(&started.pending, callback.as_str()).await.unwrap();
    assert!(!gocd.send(&token, &Cctray).await.unwrap().projects.is_empty());
}

#[tokio::test]
async fn personal_access_tokens() {
    let sandbox = Sandbox::start().await.unwrap();
    let site = Site::at(sandbox.url()).unwrap();
    let me = Personal::client(site.clone(), sandbox.personal_access_token()).unwrap();
    assert!(!me.send(&CurrentUser).await.unwrap().login_name.is_empty());
    assert!(!me.send(&Cctray).await.unwrap().projects.is_empty());
    let wrong = Personal::client(site, "0".repeat(40)).unwrap();
    assert_eq!(wrong.send(&Cctray).await.unwrap_err().kind(), ErrorKind::TokenRefused);
}

#[tokio::test]
async fn refused_personal_token_needs_a_new_one() {
    let sandbox = Sandbox::start().await.unwrap();
    let wrong = Personal::client(Site::at(sandbox.url()).unwrap(), "0".repeat(40)).unwrap();
    let connections = Connections::new(wrong.client().clone(), MemoryStore::new());
    let ci = connections.insert("ci", wrong.token().clone()).await.unwrap();
    // The first call is refused, the second is not sent.
    for error in [
        wrong.send(&Cctray).await.unwrap_err(),
        ci.send(&Cctray).await.unwrap_err(),
        ci.send(&Cctray).await.unwrap_err(),
    ] {
        assert_eq!(error.help(), "make a new personal access token on the GoCD server", "{error}");
    }
}

#[tokio::test]
async fn expired_attempt_is_rejected() {
    let sandbox = Sandbox::start().await.unwrap();
    let clock = ManualClock::default();
    let app = App::new(sandbox.client_id(), sandbox.client_secret(), sandbox.redirect_uris()[0].as_str());
    let gocd = Client::builder(Site::at(sandbox.url()).unwrap(), app).clock(clock.clone()).build().unwrap();
    let started = gocd.begin(&Connect::new()).unwrap();
    let callback = sandbox.approve(started.url.as_str()).await.unwrap();
    clock.advance_secs(15 * 60 + 1);
    let error = gocd.finish(&started.pending, callback.as_str()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Callback(gocd::CallbackFault::TooOld));
    assert_eq!(sandbox.journal().token_calls(), 0);
}
