//! A store that answers, but late.

use std::sync::Arc;
use std::time::Duration;

use oauth_core::ErrorKind;
use oauth_core::http::HeaderMap;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

use crate::support::{At_, Turning, World, number};

/// The default, with ordinary limits.
const LEASE: Duration = Duration::from_secs(55);

/// A refresh whose intent is recorded, and that has not heard so yet.
async fn announced(world: &World) -> (Arc<Semaphore>, JoinHandle<Result<HeaderMap, oauth_core::Error>>) {
    let machine = world.settings(world.client()).store_deadline(Duration::from_secs(86_400)).build();
    let acme = machine.insert("acme", world.token().await).await.unwrap();
    world.expire();
    let gate = Arc::new(Semaphore::new(0));
    world.store.hold(At_::AfterBegin, &gate);
    let refreshing = tokio::spawn(async move { acme.headers().await });
    while world.record("acme").await.intent.is_none() {
        tokio::task::yield_now().await;
    }
    (gate, refreshing)
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_under_a_lease_that_ran_out_before_the_store_answered() {
    // By the monotonic clock, or by the wall clock alone, as when the machine slept.
    for slept in [false, true] {
        let world = World::new();
        let (gate, refreshing) = announced(&world).await;
        if !slept {
            tokio::time::advance(LEASE).await;
        }
        world.clock.advance_secs(55);
        // Another takes the lease, and has the call to itself.
        assert_eq!(number(&world.machine().get("acme").headers().await.unwrap()), 2);
        gate.add_permits(1);
        assert_eq!(number(&refreshing.await.unwrap().unwrap()), 2);
        assert_eq!((world.server.refreshes(), world.record("acme").await.generation), (1, 2), "{slept}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_lease_that_is_nearly_over_is_lengthened_before_anything_is_sent() {
    let world = World::new();
    let (gate, refreshing) = announced(&world).await;
    world.clock.advance_secs(50);
    gate.add_permits(1);
    // The call takes as long as it may.
    let answer = Arc::new(Semaphore::new(0));
    world.server.next_token_call(crate::support::Twist::Held(Arc::clone(&answer)));
    while world.server.refreshes() == 0 {
        tokio::task::yield_now().await;
    }
    assert!(world.record("acme").await.intent.unwrap().age.is_zero(), "the intent is that of the call");
    world.clock.advance_secs(30);
    let other = world.settings(world.client()).refresh_deadline(Duration::ZERO).build();
    assert_eq!(other.get("acme").headers().await.unwrap_err().kind(), ErrorKind::Busy);
    answer.add_permits(1);
    assert_eq!(number(&refreshing.await.unwrap().unwrap()), 2);
    assert_eq!(world.server.refreshes(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_store_that_is_always_too_slow_is_told_and_nothing_is_sent() {
    let world = World::new();
    let machine = world.settings(world.client()).lease(Duration::from_secs(4)).build();
    let acme = machine.insert("acme", world.token().await).await.unwrap();
    world.expire();
    world.store.take(Duration::from_secs(2));
    let error = acme.headers().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Store);
    assert!(error.is_transient() && error.to_string().contains("lease of 4s"), "{error}");
    world.store.take(Duration::ZERO);
    assert_eq!((world.server.refreshes(), world.record("acme").await.intent), (0, None), "left as it was");
}

#[tokio::test(start_paused = true)]
async fn a_store_that_never_answers_holds_nobody_up() {
    let world = World::new();
    let machine: oauth_core::connections::Connections<Turning> = world.machine();
    let acme = machine.insert("acme", world.token().await).await.unwrap();
    world.expire();
    for at in [At_::Acquire, At_::AfterBegin] {
        world.store.hold(at, &Arc::new(Semaphore::new(0)));
        let began = tokio::time::Instant::now();
        let error = acme.headers().await.unwrap_err();
        assert_eq!((error.kind(), began.elapsed().as_secs()), (ErrorKind::Store, 10), "{error}");
        assert_eq!(world.server.refreshes(), 0, "{at:?}");
        tokio::time::advance(Duration::from_secs(60)).await;
    }
    // A save is tried again until it succeeds.
    world.store.hold(At_::Save, &Arc::new(Semaphore::new(0)));
    assert_eq!(number(&acme.headers().await.unwrap()), 2);
    machine.drain().await;
    assert_eq!((world.server.refreshes(), world.record("acme").await.generation), (1, 2));
}
