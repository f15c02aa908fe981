//! However many ask, there is one refresh.

use oauth_core::ErrorKind;
use tokio::sync::Semaphore;

use std::sync::Arc;

use crate::support::{Ping, Twist, World, number};

#[tokio::test(start_paused = true)]
async fn ten_thousand_callers_wait_for_one_call() {
    let world = World::new();
    let connections = world.machine();
    connections.insert("acme", world.token().await).await.unwrap();
    world.expire();
    let callers: Vec<_> = (0..10_000)
        .map(|_| {
            let acme = connections.get("acme");
            tokio::spawn(async move { number(&acme.headers().await.unwrap()) })
        })
        .collect();
    for caller in callers {
        assert_eq!(caller.await.unwrap(), 2);
    }
    assert_eq!(world.server.refreshes(), 1);
    assert_eq!(world.events.take(), ["acme connected", "acme refreshed"]);
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_callers_of_a_cold_connection_read_the_store_once() {
    let world = World::new();
    world.machine().insert("acme", world.token().await).await.unwrap();
    let connections = world.machine();
    let callers: Vec<_> = (0..10_000)
        .map(|_| {
            let acme = connections.get("acme");
            tokio::spawn(async move { number(&acme.headers().await.unwrap()) })
        })
        .collect();
    for caller in callers {
        assert_eq!(caller.await.unwrap(), 1);
    }
    assert_eq!((world.store.loads(), world.server.refreshes()), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn the_first_caller_gives_up_and_the_refresh_goes_on() {
    let world = World::new();
    let acme = world.machine().insert("acme", world.token().await).await.unwrap();
    world.expire();
    let gate = Arc::new(Semaphore::new(0));
    world.server.next_token_call(Twist::Held(Arc::clone(&gate)));
    let first = tokio::spawn({
        let acme = acme.clone();
        async move { acme.headers().await }
    });
    while world.server.refreshes() == 0 {
        tokio::task::yield_now().await;
    }
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    gate.add_permits(1);
    assert_eq!(number(&acme.headers().await.unwrap()), 2);
    assert_eq!(world.server.refreshes(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_due_token_serves_while_it_is_refreshed() {
    let world = World::new();
    let connections = world.machine();
    let acme = connections.insert("acme", world.token().await).await.unwrap();
    world.fall_due();
    let gate = Arc::new(Semaphore::new(0));
    world.server.next_token_call(Twist::Held(Arc::clone(&gate)));
    for _ in 0..100 {
        assert_eq!(number(&acme.headers().await.unwrap()), 1);
        tokio::task::yield_now().await;
    }
    gate.add_permits(1);
    connections.drain().await;
    assert_eq!(world.server.refreshes(), 1);
    assert_eq!(world.record("acme").await.generation, 2);
}

#[tokio::test(start_paused = true)]
async fn two_machines_make_one_call() {
    let world = World::new();
    let (one, two) = (world.machine(), world.machine());
    one.insert("acme", world.token().await).await.unwrap();
    assert_eq!(number(&two.get("acme").headers().await.unwrap()), 1);
    for expiry in 1..=50 {
        world.expire();
        let callers: Vec<_> = (0..64)
            .map(|n| {
                let acme = if n % 2 == 0 { one.get("acme") } else { two.get("acme") };
                tokio::spawn(async move { acme.headers().await.map(|headers| number(&headers)) })
            })
            .collect();
        for caller in callers {
            assert_eq!(caller.await.unwrap().unwrap(), expiry + 1);
        }
        assert_eq!(world.server.refreshes(), expiry);
    }
}

#[tokio::test(start_paused = true)]
async fn a_holder_that_does_not_finish_is_waited_for_but_not_for_ever() {
    let world = World::new();
    let acme = world.machine().insert("acme", world.token().await).await.unwrap();
    world.expire();
    let key = oauth_core::store::Key::new("turning", "acme");
    let owner = oauth_core::store::LeaseOwner::new("somebody");
    use oauth_core::store::TokenStore as _;
    world.store.acquire(&key, &owner, std::time::Duration::from_secs(3_600)).await.unwrap();
    assert_eq!(acme.headers().await.unwrap_err().kind(), ErrorKind::Busy);
    assert_eq!(acme.send(&Ping::<true>).await.unwrap_err().kind(), ErrorKind::Busy);
    assert_eq!(world.server.refreshes(), 0);
}
