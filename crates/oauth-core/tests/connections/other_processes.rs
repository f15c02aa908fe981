//! What happens to a connection on another machine.

use std::time::Duration;

use oauth_core::connections::{ConnectionState, Connections};
use oauth_core::store::ReconnectReason;
use oauth_core::{ErrorKind, Scopes};

use crate::support::{Lasting, Ping, World, client_of, number};

#[tokio::test(start_paused = true)]
async fn removed_elsewhere() {
    let world = World::new();
    let (one, two) = (world.machine(), world.machine());
    let acme = one.insert("acme", world.token().await).await.unwrap();
    assert!(two.remove("acme").await.unwrap());
    assert!(!two.remove("acme").await.unwrap());
    assert_eq!(number(&acme.headers().await.unwrap()), 1, "not known yet");
    let before = world.store.loads();
    tokio::time::advance(Duration::from_secs(60)).await;
    acme.headers().await.unwrap();
    tokio::task::yield_now().await;
    tokio::task::yield_now().await;
    assert_eq!(world.store.loads(), before + 1, "the store was asked, off the hot path");
    assert_eq!(acme.headers().await.unwrap_err().kind(), ErrorKind::NotConnected);
    assert_eq!(acme.status().await.unwrap_err().kind(), ErrorKind::NotConnected);
    assert_eq!(world.events.take(), ["acme connected", "acme removed", "acme removed"]);
}

#[tokio::test(start_paused = true)]
async fn replaced_elsewhere() {
    let world = World::new();
    let (one, two) = (world.machine(), world.machine());
    let acme = one.insert("acme", world.token().await).await.unwrap();
    two.insert("acme", world.token().await).await.unwrap();
    assert_eq!(number(&acme.headers().await.unwrap()), 1);
    tokio::time::advance(Duration::from_secs(60)).await;
    acme.headers().await.unwrap();
    tokio::task::yield_now().await;
    tokio::task::yield_now().await;
    assert_eq!(number(&acme.headers().await.unwrap()), 2);
    // At once where the old one is refused.
    two.insert("acme", world.token().await).await.unwrap();
    world.server.revoke_all();
    two.insert("acme", world.token().await).await.unwrap();
    acme.send(&Ping::<true>).await.unwrap();
    assert_eq!((number(&acme.headers().await.unwrap()), world.server.refreshes()), (4, 0));
}

#[tokio::test(start_paused = true)]
async fn removed_while_it_is_refreshed() {
    let world = World::new();
    let (one, two) = (world.machine(), world.machine());
    let acme = one.insert("acme", world.token().await).await.unwrap();
    world.expire();
    let gate = std::sync::Arc::new(tokio::sync::Semaphore::new(0));
    world.server.next_token_call(crate::support::Twist::Held(std::sync::Arc::clone(&gate)));
    let refreshing = tokio::spawn({
        let acme = acme.clone();
        async move { acme.headers().await }
    });
    while world.server.refreshes() == 0 {
        tokio::task::yield_now().await;
    }
    two.remove("acme").await.unwrap();
    gate.add_permits(1);
    assert_eq!(refreshing.await.unwrap().unwrap_err().kind(), ErrorKind::NotConnected);
    assert_eq!(acme.headers().await.unwrap_err().kind(), ErrorKind::NotConnected);
}

#[tokio::test(start_paused = true)]
async fn a_provider_without_refresh() {
    let world = World::new();
    let client = client_of::<Lasting>(&world.server, &world.clock, "my-client");
    let machine = || -> Connections<Lasting> { world.settings(client.clone()).build() };
    let (one, two) = (machine(), machine());
    let good = |token: &oauth_core::Token<crate::support::Turning>| {
        client.import_token(token.access_token().expose(), Scopes::none()).unwrap()
    };
    let acme = one.insert("acme", good(&world.token().await)).await.unwrap();
    acme.send(&Ping::<true>).await.unwrap();

    // Refused, but replaced elsewhere meanwhile.
    world.server.revoke_all();
    two.insert("acme", good(&world.token().await)).await.unwrap();
    acme.send(&Ping::<true>).await.unwrap();
    assert_eq!(number(&acme.headers().await.unwrap()), 2);

    // Refused, and nothing newer is known.
    world.server.revoke_all();
    let error = acme.send(&Ping::<true>).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NeedsReconnect(ReconnectReason::TokenRefused));
    assert_eq!(
        two.get("acme").send(&Ping::<true>).await.unwrap_err().kind(),
        ErrorKind::NeedsReconnect(ReconnectReason::TokenRefused)
    );
    let status = acme.status().await.unwrap();
    assert!(matches!(
        status.state,
        ConnectionState::NeedsReconnect { reason: ReconnectReason::TokenRefused, .. }
    ));
    assert_eq!(world.server.refreshes(), 0);

    // A person connects again.
    acme.headers().await.unwrap_err();
    one.insert("acme", good(&world.token().await)).await.unwrap();
    acme.send(&Ping::<true>).await.unwrap();
}
