//! The orderly end.

use std::sync::Arc;

use oauth_core::ErrorKind;
use tokio::sync::Semaphore;

use crate::support::{Ping, Twist, World};

#[tokio::test(start_paused = true)]
async fn drain_waits_for_what_was_sent_and_refuses_everything_after() {
    let world = World::new();
    let connections = world.machine();
    let acme = connections.insert("acme", world.token().await).await.unwrap();
    world.expire();
    let gate = Arc::new(Semaphore::new(0));
    world.server.next_token_call(Twist::Held(Arc::clone(&gate)));
    let waiting = tokio::spawn({
        let acme = acme.clone();
        async move { acme.headers().await }
    });
    while world.server.refreshes() == 0 {
        tokio::task::yield_now().await;
    }
    let draining = tokio::spawn({
        let connections = connections.clone();
        async move { connections.drain().await }
    });
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
    assert!(!draining.is_finished());
    for error in [
        acme.headers().await.unwrap_err(),
        acme.send(&Ping::<true>).await.unwrap_err(),
        connections.insert("new", world.token().await).await.unwrap_err(),
        connections.remove("acme").await.unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::Closed);
    }
    gate.add_permits(1);
    draining.await.unwrap();
    assert_eq!(world.record("acme").await.generation, 2);
    waiting.await.unwrap().unwrap();
}

#[test]
fn a_runtime_that_goes_away_in_the_middle_leaves_no_flight_behind() {
    let world = World::new();
    let connections = world.machine();
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let first = runtime();
    let acme = first.block_on(async { connections.insert("acme", world.token().await).await.unwrap() });
    world.expire();
    first.block_on(async {
        world.server.next_token_call(Twist::Held(Arc::new(Semaphore::new(0))));
        let acme = acme.clone();
        tokio::spawn(async move { acme.headers().await });
        while world.server.refreshes() == 0 {
            tokio::task::yield_now().await;
        }
        // Until the server has acted, too.
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
    });
    drop(first);
    // The answer was lost with it: the lease and the deadline of the call pass, then it is tried once.
    world.clock.advance_secs(600);
    let error = runtime().block_on(acme.headers()).unwrap_err();
    assert!(error.needs_reconnect(), "{error}");
    runtime().block_on(connections.drain());
}

#[tokio::test(start_paused = true)]
async fn nothing_shows_a_secret() {
    let world = World::new();
    let connections = world.machine();
    let acme = connections.insert("acme", world.token().await).await.unwrap();
    world.expire();
    world.server.next_token_call(Twist::Answer(
        400,
        r#"{"error":"invalid_grant","error_description":"canary-refresh-1"}"#,
    ));
    let error = acme.headers().await.unwrap_err();
    let status = acme.status().await.unwrap();
    let shown = format!("{connections:?} {acme:?} {error} {error:?} {status:?} {:?}", world.events.take());
    assert!(!shown.contains("canary"), "{shown}");
}
