//! What the API answers, and what comes of it.

use std::time::Duration;

use oauth_core::ErrorKind;

use crate::support::{Ping, Twist, World, number};

#[tokio::test(start_paused = true)]
async fn a_refused_token_is_refreshed_once_and_a_replayable_call_is_sent_again() {
    let world = World::new();
    let acme = world.machine().insert("acme", world.token().await).await.unwrap();
    world.server.next_api_call(Twist::Answer(401, "{}"));
    acme.send(&Ping::<true>).await.unwrap();
    assert_eq!((world.server.refreshes(), world.server.api_calls()), (1, 2));

    // An API that refuses every token has no token spent for each call.
    for _ in 0..20 {
        world.server.next_api_call(Twist::Answer(401, "{}"));
    }
    for _ in 0..10 {
        assert_eq!(acme.send(&Ping::<true>).await.unwrap_err().kind(), ErrorKind::TokenRefused);
    }
    assert_eq!((world.server.refreshes(), world.server.api_calls()), (1, 12));
}

#[tokio::test(start_paused = true)]
async fn a_call_that_may_not_be_replayed_is_not() {
    let world = World::new();
    let acme = world.machine().insert("acme", world.token().await).await.unwrap();
    world.server.next_api_call(Twist::Answer(401, "{}"));
    assert_eq!(acme.send(&Ping::<false>).await.unwrap_err().kind(), ErrorKind::TokenRefused);
    assert_eq!((world.server.refreshes(), world.server.api_calls()), (1, 1));
    acme.send(&Ping::<false>).await.unwrap();
    for (twist, kind, calls) in
        [(Twist::Answer(503, ""), ErrorKind::Unavailable, 1), (Twist::ReplyLost, ErrorKind::Unanswered, 1)]
    {
        let before = world.server.api_calls();
        world.server.next_api_call(twist);
        assert_eq!(acme.send(&Ping::<false>).await.unwrap_err().kind(), kind);
        assert_eq!(world.server.api_calls(), before + calls);
    }
    // What never left can be sent again.
    world.server.next_api_call(Twist::NotSent);
    acme.send(&Ping::<false>).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn many_refusals_at_once_are_one_refresh() {
    let world = World::new();
    let acme = world.machine().insert("acme", world.token().await).await.unwrap();
    for _ in 0..64 {
        world.server.next_api_call(Twist::Answer(401, "{}"));
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
    assert_eq!(world.server.refreshes(), 1);
}

#[tokio::test(start_paused = true)]
async fn forbidden_never_refreshes_and_transient_failures_are_retried() {
    let world = World::new();
    let acme = world.machine().insert("acme", world.token().await).await.unwrap();
    world.server.next_api_call(Twist::Answer(403, "{}"));
    assert_eq!(acme.send(&Ping::<true>).await.unwrap_err().kind(), ErrorKind::Forbidden);
    assert_eq!(world.server.api_calls(), 1);
    for twist in [Twist::Answer(503, ""), Twist::Answer(429, ""), Twist::ReplyLost, Twist::NotSent] {
        world.server.next_api_call(twist);
        acme.send(&Ping::<true>).await.unwrap();
    }
    for _ in 0..3 {
        world.server.next_api_call(Twist::Answer(503, ""));
    }
    assert_eq!(acme.send(&Ping::<true>).await.unwrap_err().kind(), ErrorKind::Unavailable);
    assert_eq!(world.server.refreshes(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_asks_for_time_gets_it() {
    let world = World::new();
    let acme = world.machine().insert("acme", world.token().await).await.unwrap();
    for status in [429, 503] {
        world.server.next_api_call(Twist::RetryAfter(status, 7));
        let began = tokio::time::Instant::now();
        acme.send(&Ping::<true>).await.unwrap();
        assert_eq!(began.elapsed().as_secs(), 7, "{status}");
    }
    // More than a caller waits for.
    world.server.next_api_call(Twist::RetryAfter(429, 31));
    let began = tokio::time::Instant::now();
    let error = acme.send(&Ping::<true>).await.unwrap_err();
    assert_eq!((error.kind(), error.retry_after()), (ErrorKind::RateLimited, Some(Duration::from_secs(31))));
    assert!(error.is_transient() && !error.needs_reconnect());
    assert_eq!((began.elapsed(), world.server.api_calls(), world.server.refreshes()), (Duration::ZERO, 5, 0));

    // The token endpoint is left alone as well, while the token serves.
    world.fall_due();
    world.server.next_token_call(Twist::RetryAfter(429, 120));
    for _ in 0..12 {
        assert_eq!(number(&acme.headers().await.unwrap()), 1);
        tokio::time::sleep(Duration::from_secs(10)).await;
        assert_eq!(world.server.refreshes(), 1);
    }
    while number(&acme.headers().await.unwrap()) == 1 {
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    assert_eq!(world.server.refreshes(), 2);
}

#[tokio::test(start_paused = true)]
async fn refresh_on_demand() {
    let world = World::new();
    let acme = world.machine().insert("acme", world.token().await).await.unwrap();
    acme.refresh().await.unwrap();
    assert_eq!(number(&acme.headers().await.unwrap()), 2);
    let adopted = world.client().import_token("canary-access-2", oauth_core::Scopes::none()).unwrap();
    let other = world.machine().insert("other", adopted).await.unwrap();
    assert_eq!(other.refresh().await.unwrap_err().kind(), ErrorKind::InvalidInput);
    other.headers().await.unwrap();
    // Its refusal means that a person is needed.
    world.server.revoke_all();
    tokio::time::advance(Duration::from_secs(1)).await;
    assert!(other.send(&Ping::<true>).await.unwrap_err().needs_reconnect());
}
