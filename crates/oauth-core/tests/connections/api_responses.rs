//! Responses of the API to calls through a connection.

use std::time::Duration;

use oauth_core::ErrorKind;

use crate::support::{Fault, Ping, Setup, token_number};

#[tokio::test(start_paused = true)]
async fn refused_token_is_refreshed_once() {
    let setup = Setup::new();
    let acme = setup.machine().insert("acme", setup.token().await).await.unwrap();
    setup.server.next_api_call(Fault::Status(401, "{}"));
    acme.send(&Ping::<true>).await.unwrap();
    assert_eq!((setup.server.refreshes(), setup.server.api_calls()), (1, 2));

    // If the API refuses every token, further calls do not refresh again.
    for _ in 0..20 {
        setup.server.next_api_call(Fault::Status(401, "{}"));
    }
    for _ in 0..10 {
        assert_eq!(acme.send(&Ping::<true>).await.unwrap_err().kind(), ErrorKind::TokenRefused);
    }
    assert_eq!((setup.server.refreshes(), setup.server.api_calls()), (1, 12));
}

#[tokio::test(start_paused = true)]
async fn never_repeats_non_idempotent_call() {
    let setup = Setup::new();
    let acme = setup.machine().insert("acme", setup.token().await).await.unwrap();
    setup.server.next_api_call(Fault::Status(401, "{}"));
    assert_eq!(acme.send(&Ping::<false>).await.unwrap_err().kind(), ErrorKind::TokenRefused);
    assert_eq!((setup.server.refreshes(), setup.server.api_calls()), (1, 1));
    acme.send(&Ping::<false>).await.unwrap();
    for (fault, kind, calls) in
        [(Fault::Status(503, ""), ErrorKind::Unavailable, 1), (Fault::ResponseLost, ErrorKind::Unanswered, 1)]
    {
        let before = setup.server.api_calls();
        setup.server.next_api_call(fault);
        assert_eq!(acme.send(&Ping::<false>).await.unwrap_err().kind(), kind);
        assert_eq!(setup.server.api_calls(), before + calls);
    }
    // A call that was not sent can be repeated.
    setup.server.next_api_call(Fault::NotSent);
    acme.send(&Ping::<false>).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn concurrent_refusals_cause_one_refresh() {
    let setup = Setup::new();
    let acme = setup.machine().insert("acme", setup.token().await).await.unwrap();
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
    let acme = setup.machine().insert("acme", setup.token().await).await.unwrap();
    setup.server.next_api_call(Fault::Status(403, "{}"));
    assert_eq!(acme.send(&Ping::<true>).await.unwrap_err().kind(), ErrorKind::Forbidden);
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
    let acme = setup.machine().insert("acme", setup.token().await).await.unwrap();
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
    let acme = setup.machine().insert("acme", setup.token().await).await.unwrap();
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
