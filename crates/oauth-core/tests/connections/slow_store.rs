//! Store that responds late or never.

use std::sync::Arc;
use std::time::Duration;

use oauth_core::ErrorKind;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

use crate::support::{RotatingProvider, Setup, StorePoint, spawn_caller, token_number};

/// Default with default limits.
const LEASE: Duration = Duration::from_secs(55);

/// Starts a refresh and stops it when its intent is recorded but the store has not responded yet.
async fn refresh_with_recorded_intent(
    setup: &Setup,
) -> (Arc<Semaphore>, JoinHandle<Result<usize, oauth_core::Error>>) {
    let machine = setup.settings(setup.client()).store_deadline(Duration::from_secs(86_400)).build();
    let acme = machine.insert("acme", setup.token().await).await.unwrap();
    setup.expire();
    let gate = Arc::new(Semaphore::new(0));
    setup.store.hold(StorePoint::AfterIntent, &gate);
    let refreshing = spawn_caller(&acme);
    while setup.record("acme").await.intent.is_none() {
        tokio::task::yield_now().await;
    }
    (gate, refreshing)
}

#[tokio::test(start_paused = true)]
async fn expired_lease_prevents_call() {
    // By both clocks, or by the wall clock alone, as after the machine slept.
    for slept in [false, true] {
        let setup = Setup::new();
        let (gate, refreshing) = refresh_with_recorded_intent(&setup).await;
        if !slept {
            tokio::time::advance(LEASE).await;
        }
        setup.clock.advance_secs(55);
        // Another process acquires the lease and makes the only call.
        assert_eq!(token_number(&setup.machine().get("acme").headers().await.unwrap()), 2);
        gate.add_permits(1);
        assert_eq!(refreshing.await.unwrap().unwrap(), 2);
        assert_eq!((setup.server.refreshes(), setup.record("acme").await.generation), (1, 2), "{slept}");
    }
}

#[tokio::test(start_paused = true)]
async fn old_lease_is_extended_before_call() {
    let setup = Setup::new();
    let (gate, refreshing) = refresh_with_recorded_intent(&setup).await;
    setup.clock.advance_secs(50);
    gate.add_permits(1);
    // The call lasts for its maximum time.
    let response = setup.server.delay_next_response();
    setup.server.wait_for_refresh().await;
    assert!(
        setup.record("acme").await.intent.unwrap().age.is_zero(),
        "the intent was recorded again for the call"
    );
    setup.clock.advance_secs(30);
    let other = setup
        .settings(setup.client())
        .refresh_deadline(Duration::ZERO)
        .store_deadline(Duration::ZERO)
        .save_retry(Duration::ZERO, Duration::ZERO)
        .build();
    assert_eq!(other.get("acme").headers().await.unwrap_err().kind(), ErrorKind::Busy);
    response.add_permits(1);
    assert_eq!(refreshing.await.unwrap().unwrap(), 2);
    assert_eq!(setup.server.refreshes(), 1);
}

#[tokio::test(start_paused = true)]
async fn slow_store_is_reported_and_prevents_call() {
    let setup = Setup::new();
    let machine = setup.settings(setup.client()).lease(Duration::from_secs(4)).build();
    let acme = machine.insert("acme", setup.token().await).await.unwrap();
    setup.expire();
    setup.store.set_delay(Duration::from_secs(2));
    let error = acme.headers().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Store);
    assert!(error.is_transient() && error.to_string().contains("lease of 4s"), "{error}");
    setup.store.set_delay(Duration::ZERO);
    assert_eq!(
        (setup.server.refreshes(), setup.record("acme").await.intent),
        (0, None),
        "the intent is cleared"
    );
}

#[tokio::test(start_paused = true)]
async fn unresponsive_store_fails_at_deadline() {
    let setup = Setup::new();
    let machine: oauth_core::connections::Connections<RotatingProvider> = setup.machine();
    let acme = machine.insert("acme", setup.token().await).await.unwrap();
    setup.expire();
    for at in [StorePoint::Acquire, StorePoint::AfterIntent] {
        setup.store.hold(at, &Arc::new(Semaphore::new(0)));
        let began = tokio::time::Instant::now();
        let error = acme.headers().await.unwrap_err();
        assert_eq!((error.kind(), began.elapsed().as_secs()), (ErrorKind::Store, 10), "{error}");
        assert_eq!(setup.server.refreshes(), 0, "{at:?}");
        tokio::time::advance(Duration::from_secs(60)).await;
    }
    // A save is retried until it succeeds.
    setup.store.hold(StorePoint::Save, &Arc::new(Semaphore::new(0)));
    assert_eq!(token_number(&acme.headers().await.unwrap()), 2);
    machine.drain().await;
    assert_eq!((setup.server.refreshes(), setup.record("acme").await.generation), (1, 2));
}
