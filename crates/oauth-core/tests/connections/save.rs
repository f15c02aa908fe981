//! Refreshed tokens that cannot be saved at once.

use oauth_core::ErrorKind;

use crate::support::{Setup, StorePoint, token_number};

#[tokio::test(start_paused = true)]
async fn unsaved_token_is_used_and_saved_later() {
    let (setup, connections, acme) = Setup::expired().await;
    setup.store.fail(StorePoint::Save, 3);
    assert_eq!(token_number(&acme.headers().await.unwrap()), 2, "used from memory");
    let status = acme.status().await.unwrap();
    assert!(!status.saved);
    assert_eq!(status.last_failure.unwrap().kind(), ErrorKind::Store);
    assert_eq!(connections.unsaved(), ["acme"]);
    assert_eq!(setup.record("acme").await.generation, 1);

    connections.drain().await;
    assert_eq!(setup.record("acme").await.generation, 2);
    assert_eq!(connections.unsaved(), [""; 0]);
    assert_eq!(setup.server.refreshes(), 1);
    assert_eq!(
        setup.events.take(),
        ["acme connected", "acme save failed", "acme save failed", "acme refreshed"],
        "the first two of three failures"
    );
    assert_eq!(token_number(&setup.machine().get("acme").headers().await.unwrap()), 2);
}

#[tokio::test(start_paused = true)]
async fn save_with_lost_response_is_recognized() {
    let (setup, connections, acme) = Setup::expired().await;
    setup.store.fail(StorePoint::AfterSave, 1);
    assert_eq!(token_number(&acme.headers().await.unwrap()), 2);
    connections.drain().await;
    let record = setup.record("acme").await;
    assert_eq!((record.generation, record.intent), (2, None));
    assert_eq!(connections.unsaved(), [""; 0]);
    assert_eq!(setup.events.take(), ["acme connected", "acme save failed", "acme refreshed"]);
}

#[tokio::test(start_paused = true)]
async fn store_failure_prevents_refresh_only() {
    let setup = Setup::new();
    let connections = setup.machine();
    let acme = connections.insert("acme", setup.token().await).await.unwrap();
    setup.store.fail(StorePoint::Acquire, 1_000);
    setup.store.fail(StorePoint::Load, 1_000);
    let cold = setup.machine().get("acme");
    let error = cold.headers().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Store);
    assert!(error.is_transient());
    setup.fall_due();
    assert_eq!(token_number(&acme.headers().await.unwrap()), 1);
    setup.clock.advance_secs(200);
    assert_eq!(acme.headers().await.unwrap_err().kind(), ErrorKind::Store);
    assert_eq!(setup.server.refreshes(), 0);

    setup.store.clear_failures();
    tokio::time::advance(std::time::Duration::from_secs(5)).await;
    assert_eq!(token_number(&acme.headers().await.unwrap()), 2);
    assert_eq!(token_number(&cold.headers().await.unwrap()), 2);
}
