//! Responses of the API to calls through a connection.

use std::time::Duration;

use oauth_core::connections::{Connection, ConnectionState, Connections};
use oauth_core::store::ReconnectReason;
use oauth_core::{Error, ErrorKind, NoExtra, PasswordRequest, Provider, Scopes};
use oauth_testing::PASSWORD;

use crate::support::{
    CheckedProvider, CheckedSite, Fault, NonRefreshingProvider, Ping, Setup, ZeroLifetimeProvider, call_all,
    client_at, client_of, site, token_number,
};

const INVALID_TOKEN: &str = r#"Bearer error="invalid_token""#;

fn non_refreshing(setup: &Setup) -> Connections<NonRefreshingProvider> {
    setup.settings(client_of(&setup.server, &setup.clock, "my-client")).build()
}

/// Inserts a valid access token without a refresh token.
async fn insert_imported<P: Provider<Extra = NoExtra>>(
    setup: &Setup,
    connections: &Connections<P>,
    account: &str,
) -> Connection<P> {
    let access_token = setup.token().await.access_token().clone();
    let token = connections.client().import_token(access_token.expose(), Scopes::none()).unwrap();
    connections.insert(account, token).await.unwrap()
}

/// Sends a call whose first response is a fault, and returns the error.
async fn send_refused<const IDEMPOTENT: bool>(
    setup: &Setup,
    connection: &Connection<impl Provider>,
    fault: Fault,
) -> Error {
    setup.server.next_api_call(fault);
    connection.send(&Ping::<IDEMPOTENT>).await.unwrap_err()
}

#[tokio::test(start_paused = true)]
async fn refused_token_is_refreshed_once() {
    let setup = Setup::new();
    let acme = setup.connect().await;
    setup.server.next_api_call(Fault::Status(401, "{}"));
    acme.send(&Ping::<true>).await.unwrap();
    assert_eq!((setup.server.refreshes(), setup.server.api_calls()), (1, 2));

    // If the API refuses every token, further calls do not refresh again.
    for _ in 0..20 {
        setup.server.next_api_call(Fault::Challenge(401, INVALID_TOKEN));
    }
    for _ in 0..10 {
        assert_eq!(acme.send(&Ping::<true>).await.unwrap_err().kind(), ErrorKind::TokenRefused);
    }
    assert_eq!((setup.server.refreshes(), setup.server.api_calls()), (1, 12));
}

#[tokio::test(start_paused = true)]
async fn never_repeats_non_idempotent_call() {
    let setup = Setup::new();
    let acme = setup.connect().await;
    let error = send_refused::<false>(&setup, &acme, Fault::Status(401, "{}")).await;
    assert_eq!(error.kind(), ErrorKind::Unauthorized);
    assert_eq!((setup.server.refreshes(), setup.server.api_calls()), (1, 1));
    acme.send(&Ping::<false>).await.unwrap();
    for (fault, kind, calls) in
        [(Fault::Status(503, ""), ErrorKind::Unavailable, 1), (Fault::ResponseLost, ErrorKind::Unanswered, 1)]
    {
        let before = setup.server.api_calls();
        let error = send_refused::<false>(&setup, &acme, fault).await;
        assert_eq!(error.kind(), kind);
        assert_eq!(setup.server.api_calls(), before + calls);
    }
    // A call that was not sent can be repeated.
    setup.server.next_api_call(Fault::NotSent);
    acme.send(&Ping::<false>).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn concurrent_refusals_cause_one_refresh() {
    let setup = Setup::new();
    let acme = setup.connect().await;
    for _ in 0..64 {
        setup.server.next_api_call(Fault::Status(401, "{}"));
    }
    let calls: Vec<_> = (0..64)
        .map(|_| {
            let acme = acme.clone();
            tokio::spawn(async move { acme.send(&Ping::<true>).await })
        })
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    assert_eq!(setup.server.refreshes(), 1);
}

#[tokio::test(start_paused = true)]
async fn retries_transient_failures_only() {
    let setup = Setup::new();
    let acme = setup.connect().await;
    let error = send_refused::<true>(&setup, &acme, Fault::Status(403, "{}")).await;
    assert_eq!(error.kind(), ErrorKind::Forbidden);
    assert_eq!(setup.server.api_calls(), 1);
    for fault in [Fault::Status(503, ""), Fault::Status(429, ""), Fault::ResponseLost, Fault::NotSent] {
        setup.server.next_api_call(fault);
        acme.send(&Ping::<true>).await.unwrap();
    }
    for _ in 0..3 {
        setup.server.next_api_call(Fault::Status(503, ""));
    }
    assert_eq!(acme.send(&Ping::<true>).await.unwrap_err().kind(), ErrorKind::Unavailable);
    assert_eq!(setup.server.refreshes(), 0);
}

#[tokio::test(start_paused = true)]
async fn honors_retry_after() {
    let setup = Setup::new();
    let acme = setup.connect().await;
    for status in [429, 503] {
        setup.server.next_api_call(Fault::RetryAfter(status, 7));
        let began = tokio::time::Instant::now();
        acme.send(&Ping::<true>).await.unwrap();
        assert_eq!(began.elapsed().as_secs(), 7, "{status}");
    }
    // Longer than the maximum pause.
    setup.server.next_api_call(Fault::RetryAfter(429, 31));
    let began = tokio::time::Instant::now();
    let error = acme.send(&Ping::<true>).await.unwrap_err();
    assert_eq!((error.kind(), error.retry_after()), (ErrorKind::RateLimited, Some(Duration::from_secs(31))));
    assert!(error.is_transient() && !error.needs_reconnect());
    assert_eq!((began.elapsed(), setup.server.api_calls(), setup.server.refreshes()), (Duration::ZERO, 5, 0));

    // The token endpoint gets the requested pause too. The valid token stays in use.
    setup.fall_due();
    setup.server.next_token_call(Fault::RetryAfter(429, 120));
    for _ in 0..12 {
        assert_eq!(token_number(&acme.headers().await.unwrap()), 1);
        tokio::time::sleep(Duration::from_secs(10)).await;
        assert_eq!(setup.server.refreshes(), 1);
    }
    while token_number(&acme.headers().await.unwrap()) == 1 {
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    assert_eq!(setup.server.refreshes(), 2);
}

#[tokio::test(start_paused = true)]
async fn refreshes_on_demand() {
    let setup = Setup::new();
    let acme = setup.connect().await;
    acme.refresh().await.unwrap();
    assert_eq!(token_number(&acme.headers().await.unwrap()), 2);
    let imported = setup.client().import_token("canary-access-2", oauth_core::Scopes::none()).unwrap();
    let other = setup.machine().insert("other", imported).await.unwrap();
    assert_eq!(other.refresh().await.unwrap_err().kind(), ErrorKind::InvalidInput);
    other.headers().await.unwrap();
    // Without a refresh token, a refusal needs a reconnect.
    setup.server.revoke_all();
    tokio::time::advance(Duration::from_secs(1)).await;
    assert!(other.send(&Ping::<true>).await.unwrap_err().needs_reconnect());
}

/// Nothing was done by a request whose token was refused, so it can be sent again.
#[tokio::test(start_paused = true)]
async fn evident_refusal_repeats_any_call() {
    let setup = Setup::new();
    let acme = setup.connect().await;
    // RFC 6750 section 3.1 has 401, some servers send 403.
    for (status, refreshes) in [(401, 1), (403, 2)] {
        setup.server.next_api_call(Fault::Challenge(status, INVALID_TOKEN));
        acme.send(&Ping::<false>).await.unwrap();
        assert_eq!((setup.server.refreshes(), setup.server.api_calls()), (refreshes, 2 * refreshes));
        tokio::time::advance(Duration::from_secs(60)).await;
    }
}

/// A gateway or an outage: the call fails, the token stays, and an event says what was not understood.
#[tokio::test(start_paused = true)]
async fn unexplained_401_keeps_connection() {
    let setup = Setup::new();
    let connections = non_refreshing(&setup);
    let acme = insert_imported(&setup, &connections, "acme").await;
    setup.events.take();
    for fault in [
        Fault::Status(401, ""),
        Fault::Status(401, r#"{"message":"Unauthorized","canary":1}"#),
        Fault::Challenge(401, r#"Basic realm="gateway""#),
        Fault::Challenge(401, "Bearer"),
        Fault::Challenge(401, r#"Bearer error="invalid_token"#),
    ] {
        let calls = setup.server.api_calls();
        let error = send_refused::<true>(&setup, &acme, fault).await;
        assert_eq!(error.kind(), ErrorKind::Unauthorized);
        assert!(error.is_transient() && !error.needs_reconnect(), "{error}");
        assert_eq!(setup.server.api_calls(), calls + 1);
        acme.send(&Ping::<true>).await.unwrap();
    }
    assert_eq!(acme.status().await.unwrap().state, ConnectionState::Active);
    let events = setup.events.take();
    assert_eq!(events.len(), 5, "{events:?}");
    assert!(
        events[1].ends_with("unrecognized status 401, application/json, members `canary`, `message`"),
        "{}",
        events[1]
    );
}

/// Without a check of the provider, the same idempotent call decides, at least a minute later.
#[tokio::test(start_paused = true)]
async fn repeated_401_refuses_token_after_a_minute() {
    let setup = Setup::new();
    let connections = non_refreshing(&setup);
    let acme = insert_imported(&setup, &connections, "acme").await;
    let refuse = async |idempotent| {
        setup.server.next_api_call(Fault::Status(401, ""));
        match idempotent {
            true => acme.send(&Ping::<true>).await.unwrap_err(),
            false => acme.send(&Ping::<false>).await.unwrap_err(),
        }
    };
    assert!(refuse(true).await.is_transient());
    tokio::time::advance(Duration::from_secs(59)).await;
    assert!(refuse(true).await.is_transient());
    tokio::time::advance(Duration::from_secs(1)).await;
    assert!(refuse(false).await.is_transient());
    // A success ends the doubts.
    acme.send(&Ping::<true>).await.unwrap();
    assert!(refuse(true).await.is_transient());
    tokio::time::advance(Duration::from_secs(60)).await;
    assert!(refuse(true).await.needs_reconnect());
    assert_eq!(setup.server.api_calls(), 6);
    let state = acme.status().await.unwrap().state;
    assert!(
        matches!(state, ConnectionState::NeedsReconnect { reason: ReconnectReason::TokenRefused, .. }),
        "{state:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn provider_check_decides_about_doubted_token() {
    let setup = Setup::new();
    let client =
        client_at::<CheckedProvider>(CheckedSite(site()), &setup.server, setup.clock.clone(), "my-client");
    let connections: Connections<CheckedProvider> = setup.settings(client).build();
    for (check, is_refused) in [
        (None, false),
        (Some(Fault::Status(503, "")), false),
        (Some(Fault::Status(403, "")), false),
        (Some(Fault::NotSent), false),
        // A gateway's page.
        (Some(Fault::Status(401, "")), false),
        (Some(Fault::Status(404, "<html>Not found</html>")), false),
        (Some(Fault::Challenge(401, r#"Basic realm="gateway""#)), false),
        (Some(Fault::Status(401, r#"{"message":"no"}"#)), true),
        (Some(Fault::Status(404, r#"{"message":"no"}"#)), true),
        (Some(Fault::Challenge(403, INVALID_TOKEN)), true),
    ] {
        let case = format!("{check:?}");
        let acme = insert_imported(&setup, &connections, "acme").await;
        let calls = setup.server.api_calls();
        setup.server.next_api_call(Fault::Status(401, ""));
        assert!(acme.send(&Ping::<true>).await.unwrap_err().is_transient());
        tokio::time::advance(Duration::from_secs(60)).await;
        setup.server.next_api_call(Fault::Status(401, ""));
        check.into_iter().for_each(|fault| setup.server.next_api_call(fault));
        let error = acme.send(&Ping::<false>).await.unwrap_err();
        assert_eq!((error.needs_reconnect(), error.is_transient()), (is_refused, !is_refused), "{case}");
        assert!(!format!("{error} {error:?}").contains("canary"), "{error:?}");
        assert_eq!(setup.server.api_calls(), calls + 3, "{case}");
    }
}

/// Trouble of several accounts is an outage, unless another account has a success or the provider's check has
/// evidence.
#[tokio::test(start_paused = true)]
async fn outage_of_several_accounts_ends_no_connection() {
    let setup = Setup::new();
    let connections = non_refreshing(&setup);
    let mut accounts = Vec::new();
    for name in ["a", "b", "c"] {
        accounts.push(insert_imported(&setup, &connections, name).await);
    }
    for minute in 0..60 {
        for account in &accounts {
            setup.server.next_api_call(Fault::Status(401, r#"{"message":"Unauthorized"}"#));
            assert!(account.send(&Ping::<true>).await.unwrap_err().is_transient(), "{minute}");
        }
        tokio::time::advance(Duration::from_secs(60)).await;
    }
    // Only `a` is really refused.
    for account in &accounts[1..] {
        account.send(&Ping::<true>).await.unwrap();
    }
    let mut refusals = 0;
    let error = loop {
        setup.server.next_api_call(Fault::Status(401, ""));
        let error = accounts[0].send(&Ping::<true>).await.unwrap_err();
        refusals += 1;
        if !error.is_transient() {
            break error;
        }
        assert!(refusals < 5);
        tokio::time::advance(Duration::from_secs(60)).await;
    };
    assert!(error.needs_reconnect());
    assert_eq!(accounts[1].status().await.unwrap().state, ConnectionState::Active);
}

#[tokio::test(start_paused = true)]
async fn missing_scope_causes_no_refresh() {
    let setup = Setup::new();
    let acme = setup.connect().await;
    for status in [401, 403] {
        setup
            .server
            .next_api_call(Fault::Challenge(status, r#"Bearer error="insufficient_scope", scope="lo.read""#));
        let error = acme.send(&Ping::<true>).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Forbidden);
        assert!(error.help().contains("`lo.read`"), "{error}");
    }
    let error =
        send_refused::<true>(&setup, &acme, Fault::Status(401, r#"{"error":"insufficient_scope"}"#)).await;
    assert_eq!((error.kind(), error.help().contains('`')), (ErrorKind::Forbidden, false));
    assert_eq!((setup.server.refreshes(), setup.server.api_calls()), (0, 3));
    assert_eq!(acme.status().await.unwrap().state, ConnectionState::Active);
}

/// Whatever a server says about lifetimes: one call, at most one refresh.
#[tokio::test(start_paused = true)]
async fn send_refreshes_at_most_once() {
    for lifetime in [0, -1, 1] {
        let setup = Setup::new();
        setup.server.state_lifetime(lifetime);
        let acme = setup.connect().await;
        for _ in 0..5 {
            setup.clock.advance_secs(2);
            acme.send(&Ping::<true>).await.unwrap();
        }
        // By default, 0 and less mean that the lifetime is not stated.
        let refreshes = if lifetime > 0 { 5 } else { 0 };
        assert_eq!((setup.server.refreshes(), setup.server.api_calls()), (refreshes, 5), "{lifetime}");
    }

    let setup = Setup::new();
    setup.server.state_lifetime(0);
    let client = client_of::<ZeroLifetimeProvider>(&setup.server, &setup.clock, "my-client");
    let token = client.password(PasswordRequest::new("bob", PASSWORD, Scopes::none())).await.unwrap();
    let connections: Connections<ZeroLifetimeProvider> = setup.settings(client).build();
    let acme = connections.insert("acme", token).await.unwrap();
    for n in 1..=5 {
        acme.send(&Ping::<true>).await.unwrap();
        assert_eq!((setup.server.refreshes(), setup.server.api_calls()), (n, n));
    }
    // A retry uses the same token.
    setup.server.next_api_call(Fault::Status(503, ""));
    acme.send(&Ping::<true>).await.unwrap();
    assert_eq!((setup.server.refreshes(), setup.server.api_calls()), (6, 7));
    // A fresh token that is refused is not replaced by another.
    let error = send_refused::<true>(&setup, &acme, Fault::Challenge(401, INVALID_TOKEN)).await;
    assert_eq!(error.kind(), ErrorKind::TokenRefused);
    assert_eq!((setup.server.refreshes(), setup.server.api_calls()), (7, 8));
    // Callers at once share one refresh, and the cheap path does not loop either.
    for result in call_all((0..20).map(|_| acme.clone())).await {
        result.unwrap();
    }
    assert_eq!(setup.server.refreshes(), 8);
    acme.refresh().await.unwrap();
    assert_eq!(setup.server.refreshes(), 9);
}
