//! Answers that nobody got, and holders that vanish or come back.

use std::sync::Arc;

use oauth_core::ErrorKind;
use oauth_core::store::{ReconnectReason, RecordState};
use tokio::sync::Semaphore;

use crate::support::{At_, Twist, World, number};

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
    assert_eq!(error.kind(), ErrorKind::NeedsReconnect(ReconnectReason::OutcomeUnknown));
    assert!(began.elapsed().as_secs() >= 30, "{:?}", began.elapsed());
    assert_eq!(world.server.refreshes(), 2);
    assert_eq!(
        world.events.take(),
        ["acme connected", "acme refresh failed Unanswered", "acme needs reconnect outcome_unknown"]
    );
}

/// The transport is to keep the deadline itself. A refresh ends also with one that does not.
#[tokio::test(start_paused = true)]
async fn an_answer_that_never_comes_is_lost_by_a_deadline() {
    let world = World::new();
    let connections = world.machine();
    let acme = connections.insert("acme", world.token().await).await.unwrap();
    world.expire();
    world.server.next_token_call(Twist::Held(Arc::new(Semaphore::new(0))));
    let began = tokio::time::Instant::now();
    assert_eq!(acme.headers().await.unwrap_err().kind(), ErrorKind::Unanswered);
    assert_eq!(began.elapsed().as_secs(), 35, "that of the call, and some grace");
    assert!(world.record("acme").await.intent.is_some());
    connections.drain().await;
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
    assert_eq!(error.kind(), ErrorKind::NeedsReconnect(ReconnectReason::OutcomeUnknown));
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
async fn a_holder_that_is_refused_after_it_lost_its_lease_says_nothing_and_takes_what_the_other_saves() {
    let world = World::new();
    let acme = world.machine().insert("acme", world.token().await).await.unwrap();
    world.expire();
    let (first, second) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
    world.server.next_token_call(Twist::Stuck(Arc::clone(&first)));
    world.server.next_token_call(Twist::Held(Arc::clone(&second)));
    let stalled = tokio::spawn(async move { acme.headers().await });
    while world.server.refreshes() == 0 {
        tokio::task::yield_now().await;
    }
    // Its lease runs out, and the other's call comes first.
    world.clock.advance_secs(600);
    let two = world.machine();
    let other = tokio::spawn(async move { two.get("acme").headers().await });
    while world.server.spent() == 0 {
        tokio::task::yield_now().await;
    }
    // Refused, it does not know that the other has a new token, not saved yet.
    first.add_permits(1);
    tokio::time::sleep(std::time::Duration::from_secs(5)).await;
    assert!(!stalled.is_finished());
    assert_eq!(world.record("acme").await.state, RecordState::Active);
    second.add_permits(1);
    assert_eq!(number(&other.await.unwrap().unwrap()), 2);
    assert_eq!(number(&stalled.await.unwrap().unwrap()), 2);
    assert_eq!(world.server.refreshes(), 2);
    assert_eq!(world.events.take(), ["acme connected", "acme refreshed"]);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_that_cannot_be_written_is_not_called_revoked() {
    let world = World::new();
    let acme = world.machine().insert("acme", world.token().await).await.unwrap();
    world.expire();
    world.server.revoke_all();
    world.store.fail(At_::SetState, 1);
    let error = acme.headers().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NeedsReconnect(ReconnectReason::OutcomeUnknown));
    // Nor by the next one: the intent is still there.
    let error = world.machine().get("acme").headers().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NeedsReconnect(ReconnectReason::OutcomeUnknown));
    assert_eq!(world.server.refreshes(), 2);
}

#[tokio::test(start_paused = true)]
async fn an_intent_of_a_process_that_died_before_it_sent_anything() {
    use oauth_core::store::{AcquireOutcome, Key, LeaseOwner, TokenStore as _};
    let world = World::new();
    let acme = world.machine().insert("acme", world.token().await).await.unwrap();
    world.expire();
    let key = Key::new("turning", "acme");
    let lease = std::time::Duration::from_secs(60);
    let AcquireOutcome::Granted { fence, .. } =
        world.store.acquire(&key, &LeaseOwner::new("dead"), lease).await.unwrap()
    else {
        panic!()
    };
    assert!(world.store.record_intent(&key, fence, 1).await.unwrap());
    world.clock.advance_secs(61);
    assert_eq!(number(&acme.headers().await.unwrap()), 2);
    assert_eq!(world.record("acme").await.intent, None);
}
