//! A refreshed token that cannot be saved at once.

use oauth_core::ErrorKind;

use crate::support::{At_, World, number};

#[tokio::test(start_paused = true)]
async fn a_token_that_is_not_saved_yet_serves_and_is_saved_later() {
    let world = World::new();
    let connections = world.machine();
    let acme = connections.insert("acme", world.token().await).await.unwrap();
    world.expire();
    world.store.fail(At_::Save, 3);
    assert_eq!(number(&acme.headers().await.unwrap()), 2, "served from memory");
    let status = acme.status().await.unwrap();
    assert!(!status.saved);
    assert_eq!(status.last_failure.unwrap().kind(), ErrorKind::Store);
    assert_eq!(connections.unsaved(), ["acme"]);
    assert_eq!(world.record("acme").await.generation, 1);

    connections.drain().await;
    assert_eq!(world.record("acme").await.generation, 2);
    assert_eq!(connections.unsaved(), [""; 0]);
    assert_eq!(world.server.refreshes(), 1);
    assert_eq!(
        world.events.take(),
        ["acme connected", "acme save failed", "acme save failed", "acme save failed", "acme refreshed"]
    );
    assert_eq!(number(&world.machine().get("acme").headers().await.unwrap()), 2);
}

#[tokio::test(start_paused = true)]
async fn a_save_whose_answer_was_lost_took_place() {
    let world = World::new();
    let connections = world.machine();
    let acme = connections.insert("acme", world.token().await).await.unwrap();
    world.expire();
    world.store.fail(At_::AfterSave, 1);
    assert_eq!(number(&acme.headers().await.unwrap()), 2);
    connections.drain().await;
    let record = world.record("acme").await;
    assert_eq!((record.generation, record.intent), (2, None));
    assert_eq!(connections.unsaved(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_without_the_store_and_a_valid_token_serves_without_it() {
    let world = World::new();
    let connections = world.machine();
    let acme = connections.insert("acme", world.token().await).await.unwrap();
    world.store.fail(At_::Acquire, 1_000);
    world.store.fail(At_::Load, 1_000);
    let cold = world.machine().get("acme");
    let error = cold.headers().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Store);
    assert!(error.is_transient());
    world.fall_due();
    assert_eq!(number(&acme.headers().await.unwrap()), 1);
    world.clock.advance_secs(200);
    assert_eq!(acme.headers().await.unwrap_err().kind(), ErrorKind::Store);
    assert_eq!(world.server.refreshes(), 0);

    world.store.mend();
    tokio::time::advance(std::time::Duration::from_secs(5)).await;
    assert_eq!(number(&acme.headers().await.unwrap()), 2);
    assert_eq!(number(&cold.headers().await.unwrap()), 2);
}
