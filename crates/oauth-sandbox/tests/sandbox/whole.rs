//! The whole sandbox: options of each provider, and code for any provider.

use std::time::Duration;

use oauth_sandbox::{Gocd, RequestKind, Sandbox, SandboxClock, SandboxProvider, ServerHandle};

use crate::support::{authorize_url, feed, http, token, token_header, tokens, with_query};

#[tokio::test]
async fn builder_configures_each_provider() {
    let builder = Sandbox::builder()
        .cohortgo(|cohortgo| cohortgo.echo_state(false))
        .cobot(|cobot| cobot.client_scopes(["read_user"]))
        .go1(|go1| go1.callback_slash(false))
        .gocd(|gocd| gocd.late_acl(true));
    let sandbox = builder.clone().redirect_uri("http://127.0.0.1:4000/cb").start().await.unwrap();
    assert_eq!(sandbox.cobot().client_scopes(), ["read_user"]);
    assert_eq!(sandbox.gocd().redirect_uris()[1], "http://127.0.0.1:4000/cb");

    let (access, _) = tokens(sandbox.gocd()).await;
    assert_eq!(feed(sandbox.gocd(), &token_header(&access)).await, 403);
    let go1 = sandbox.go1();
    let query = [
        ("client_id", go1.client_id()),
        ("response_type", "code"),
        ("redirect_uri", "http://127.0.0.1:4000/cb"),
    ];
    let callback = go1.approve(with_query(go1.authorize_url(), &query)).await.unwrap();
    assert_eq!(callback.path(), "/cb");

    // The later call wins.
    let sandbox = builder.auto_approve(true).gocd(|gocd| gocd.auto_approve(false)).start().await.unwrap();
    let response = http().get(authorize_url(sandbox.gocd())).send().await.unwrap();
    assert!(!response.headers()["location"].to_str().unwrap().contains("code="));
}

/// Checks clock and journal of any provider, and returns its names.
async fn check_provider<P: SandboxProvider>(sandbox: &ServerHandle<P>) -> (&'static str, &'static str) {
    fn shareable<T: Clone + std::fmt::Debug + Send + Sync + 'static>(_: &T) {}
    let clock: SandboxClock = sandbox.clock();
    shareable(&clock);
    let before = sandbox.now();
    clock.advance(Duration::from_secs(3600));
    assert!((sandbox.now() - before).num_seconds() >= 3600);
    sandbox.advance(Duration::from_secs(3600));
    assert!((clock.now() - before).num_seconds() >= 7200);
    sandbox.reset();
    assert!((clock.now() - before).num_seconds() < 1000);

    http().get(sandbox.url()).header("host", "betahaus.localhost:1").send().await.unwrap();
    let journal = sandbox.journal();
    let [entry] = journal.entries() else { panic!("{journal:?}") };
    assert_eq!((entry.kind, entry.host.as_str()), (RequestKind::Page, "betahaus.localhost:1"));
    (sandbox.name(), sandbox.title())
}

#[tokio::test]
async fn users_revoke_access() {
    let gocd = Gocd::start().await.unwrap();
    let (access, refresh) = tokens(&gocd).await;
    assert_eq!(feed(&gocd, &token_header(&access)).await, 200);
    gocd.revoke_access();
    assert_eq!(feed(&gocd, &token_header(&access)).await, 401);
    let call = [("grant_type", "refresh-token"), ("refresh_token", refresh.as_str())];
    assert_ne!(token(&gocd, &call).await.0, 200);
    // The user can approve again.
    let (access, _) = tokens(&gocd).await;
    assert_eq!(feed(&gocd, &token_header(&access)).await, 200);
}

#[tokio::test]
async fn generic_function_accepts_every_provider() {
    let sandbox = Sandbox::start().await.unwrap();
    assert_eq!(check_provider(sandbox.cohortgo()).await, ("cohortgo", "Cohort Go"));
    assert_eq!(check_provider(sandbox.cobot()).await, ("cobot", "Cobot"));
    assert_eq!(check_provider(sandbox.go1()).await, ("go1", "Go1"));
    assert_eq!(check_provider(sandbox.gocd()).await, ("gocd", "GoCD"));
}
