//! Answers that nobody got, and holders that vanish or come back.

use std::sync::Arc;

use oauth_core::ErrorKind;
use oauth_core::store::{RecordState, Why};
use tokio::sync::Semaphore;

use crate::support::{Twist, World, number};

#[tokio::test(start_paused = true)]
async fn a_lost_reply_is_followed_by_one_attempt_and_then_the_outcome_is_unknown() {
    let world = World::new();
    let connections = world.machine();
    let acme = connections.insert("acme", world.token().await).await.unwrap();
    world.expire();
    world.server.next_token_call(Twist::ReplyLost);
    assert_eq!(acme.headers().await.unwrap_err().kind(), ErrorKind::Unanswered);
    assert_eq!(world.server.refreshes(), 1, "not tried again by the same holder");
    assert!(world.record("acme").await.intent.is_some());

    // The next holder waits until the first call must be over, then tries once.
    let began = tokio::time::Instant::now();
    let error = world.machine().get("acme").headers().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NeedsReconnect(Why::OutcomeUnknown));
    assert!(began.elapsed().as_secs() >= 30, "{:?}", began.elapsed());
    assert_eq!(world.server.refreshes(), 2);
    assert_eq!(
        world.events.take(),
        ["acme connected", "acme refresh failed Unanswered", "acme needs reconnect outcome_unknown"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_failing_server_that_did_nothing_costs_nothing() {
    let world = World::new();
    let acme = world.machine().insert("acme", world.token().await).await.unwrap();
    world.expire();
    world.server.next_token_call(Twist::Answer(503, "down"));
    assert_eq!(acme.headers().await.unwrap_err().kind(), ErrorKind::Unavailable);
    assert_eq!(number(&world.machine().get("acme").headers().await.unwrap()), 2);
    assert_eq!(world.record("acme").await.intent, None);
}

#[tokio::test(start_paused = true)]
async fn a_holder_that_stalled_saves_what_it_got_after_it_lost_its_lease() {
    let world = World::new();
    let one = world.machine();
    let acme = one.insert("acme", world.token().await).await.unwrap();
    world.expire();
    let gate = Arc::new(Semaphore::new(0));
    world.server.next_token_call(Twist::Held(Arc::clone(&gate)));
    let stalled = tokio::spawn(async move { acme.headers().await });
    while world.server.refreshes() == 0 {
        tokio::task::yield_now().await;
    }
    // By the store's clock its lease has run out, and its call must be over.
    world.clock.advance_secs(600);
    let two = world.machine();
    let error = two.get("acme").headers().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NeedsReconnect(Why::OutcomeUnknown));
    assert!(matches!(world.record("acme").await.state, RecordState::NeedsReconnect { .. }));

    gate.add_permits(1);
    assert_eq!(number(&stalled.await.unwrap().unwrap()), 2);
    let record = world.record("acme").await;
    assert_eq!((record.state, record.generation), (RecordState::Active, 2));
    // The other finds out by itself.
    tokio::time::advance(std::time::Duration::from_secs(60)).await;
    assert_eq!(number(&two.get("acme").headers().await.unwrap()), 2);
}

#[tokio::test(start_paused = true)]
async fn an_intent_of_a_process_that_died_before_it_sent_anything() {
    use oauth_core::store::{Acquired, Key, Owner, TokenStore as _};
    let world = World::new();
    let acme = world.machine().insert("acme", world.token().await).await.unwrap();
    world.expire();
    let key = Key::new("turning", "acme");
    let lease = std::time::Duration::from_secs(60);
    let Acquired::Granted { fence, .. } =
        world.store.acquire(&key, &Owner::new("dead"), lease).await.unwrap()
    else {
        panic!()
    };
    assert!(world.store.begin(&key, fence, 1).await.unwrap());
    world.clock.advance_secs(61);
    assert_eq!(number(&acme.headers().await.unwrap()), 2);
    assert_eq!(world.record("acme").await.intent, None);
}
