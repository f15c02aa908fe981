//! Lost responses, and holders that crash or stall.

use std::sync::Arc;
use std::time::Duration;

use oauth_core::ErrorKind;
use oauth_core::store::{ReconnectReason, RecordState};
use tokio::sync::Semaphore;

use crate::support::{Fault, Setup, StorePoint, spawn_caller, token_number};

#[tokio::test(start_paused = true)]
async fn lost_response_allows_one_more_attempt() {
    let (setup, _, acme) = Setup::expired().await;
    setup.server.next_token_call(Fault::ResponseLost);
    assert_eq!(acme.headers().await.unwrap_err().kind(), ErrorKind::Unanswered);
    assert_eq!(setup.server.refreshes(), 1, "the same holder makes no second attempt");
    assert!(setup.record("acme").await.intent.is_some());

    // The next holder waits until the first call must have ended, then makes one attempt.
    let began = tokio::time::Instant::now();
    let error = setup.machine().get("acme").headers().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NeedsReconnect(ReconnectReason::OutcomeUnknown));
    assert!(began.elapsed().as_secs() >= 30, "{:?}", began.elapsed());
    assert_eq!(setup.server.refreshes(), 2);
    assert_eq!(
        setup.events.take(),
        ["acme connected", "acme refresh failed Unanswered", "acme needs reconnect outcome_unknown"]
    );
}

/// Some transports do not apply the deadline. The refresh ends all the same.
#[tokio::test(start_paused = true)]
async fn missing_response_ends_at_deadline() {
    let (setup, connections, acme) = Setup::expired().await;
    setup.server.next_token_call(Fault::DelayResponse(Arc::new(Semaphore::new(0))));
    let began = tokio::time::Instant::now();
    assert_eq!(acme.headers().await.unwrap_err().kind(), ErrorKind::Unanswered);
    assert_eq!(began.elapsed().as_secs(), 35, "the deadline of the call plus 5 s");
    assert!(setup.record("acme").await.intent.is_some());
    connections.drain().await;
}

#[tokio::test(start_paused = true)]
async fn failed_call_without_effect_is_retried() {
    let (setup, _, acme) = Setup::expired().await;
    setup.server.next_token_call(Fault::Status(503, "down"));
    assert_eq!(acme.headers().await.unwrap_err().kind(), ErrorKind::Unavailable);
    assert_eq!(token_number(&setup.machine().get("acme").headers().await.unwrap()), 2);
    assert_eq!(setup.record("acme").await.intent, None);
}

#[tokio::test(start_paused = true)]
async fn stalled_holder_saves_without_lease() {
    let (setup, _, acme) = Setup::expired().await;
    let (gate, stalled) = setup.hold_refresh(&acme).await;
    // By the store's clock, the lease has expired and the call must have ended.
    setup.clock.advance_secs(600);
    let two = setup.machine();
    let error = two.get("acme").headers().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NeedsReconnect(ReconnectReason::OutcomeUnknown));
    assert!(matches!(setup.record("acme").await.state, RecordState::NeedsReconnect { .. }));

    gate.add_permits(1);
    assert_eq!(stalled.await.unwrap().unwrap(), 2);
    let record = setup.record("acme").await;
    assert_eq!((record.state, record.generation), (RecordState::Active, 2));
    // The other process detects the new token without a refresh.
    tokio::time::advance(std::time::Duration::from_secs(60)).await;
    assert_eq!(token_number(&two.get("acme").headers().await.unwrap()), 2);
}

#[tokio::test(start_paused = true)]
async fn refused_holder_without_lease_uses_saved_token() {
    let (setup, _, acme) = Setup::expired().await;
    let (first, second) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
    setup.server.next_token_call(Fault::DelayRequest(Arc::clone(&first)));
    setup.server.next_token_call(Fault::DelayResponse(Arc::clone(&second)));
    let stalled = spawn_caller(&acme);
    setup.server.wait_for_refresh().await;
    // The lease expires, and the other process sends its call first.
    setup.clock.advance_secs(600);
    let two = setup.machine();
    let other = spawn_caller(&two.get("acme"));
    while setup.server.spent() == 0 {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    // The stalled holder is refused. It does not know that the other has a new token that is not saved yet.
    first.add_permits(1);
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert!(!stalled.is_finished());
    assert_eq!(setup.record("acme").await.state, RecordState::Active);
    second.add_permits(1);
    assert_eq!(other.await.unwrap().unwrap(), 2);
    assert_eq!(stalled.await.unwrap().unwrap(), 2);
    assert_eq!(setup.server.refreshes(), 2);
    assert_eq!(setup.events.take(), ["acme connected", "acme refreshed"]);
}

#[tokio::test(start_paused = true)]
async fn unstored_refusal_is_not_reported_as_revoked() {
    let (setup, _, acme) = Setup::expired().await;
    setup.server.revoke_all();
    setup.store.fail(StorePoint::SetState, 1);
    let error = acme.headers().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NeedsReconnect(ReconnectReason::OutcomeUnknown));
    // The next holder reports the same: the intent is still recorded.
    let error = setup.machine().get("acme").headers().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NeedsReconnect(ReconnectReason::OutcomeUnknown));
    assert_eq!(setup.server.refreshes(), 2);
}

#[tokio::test(start_paused = true)]
async fn intent_of_crashed_process_allows_refresh() {
    use oauth_core::store::{AcquireOutcome, Key, LeaseOwner, TokenStore as _};
    let (setup, _, acme) = Setup::expired().await;
    let key = Key::new("rotating", "acme");
    let lease = std::time::Duration::from_secs(60);
    let AcquireOutcome::Granted { fence, .. } =
        setup.store.acquire(&key, &LeaseOwner::new("dead"), lease).await.unwrap()
    else {
        panic!()
    };
    assert!(setup.store.record_intent(&key, fence, 1).await.unwrap());
    setup.clock.advance_secs(61);
    assert_eq!(token_number(&acme.headers().await.unwrap()), 2);
    assert_eq!(setup.record("acme").await.intent, None);
}
