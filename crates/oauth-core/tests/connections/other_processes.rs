//! Changes to a connection by another process.

use std::time::Duration;

use oauth_core::connections::{ConnectionState, Connections};
use oauth_core::store::ReconnectReason;
use oauth_core::{ErrorKind, Scopes};

use crate::support::{NonRefreshingProvider, Ping, Setup, client_of, token_number};

#[tokio::test(start_paused = true)]
async fn detects_removal_by_other_process() {
    let setup = Setup::new();
    let (one, two) = (setup.machine(), setup.machine());
    let acme = one.insert("acme", setup.token().await).await.unwrap();
    assert!(two.remove("acme").await.unwrap());
    assert!(!two.remove("acme").await.unwrap());
    assert_eq!(token_number(&acme.headers().await.unwrap()), 1, "the removal is not known yet");
    let before = setup.store.loads();
    tokio::time::advance(Duration::from_secs(60)).await;
    acme.headers().await.unwrap();
    tokio::task::yield_now().await;
    tokio::task::yield_now().await;
    assert_eq!(setup.store.loads(), before + 1, "the store was read in the background");
    assert_eq!(acme.headers().await.unwrap_err().kind(), ErrorKind::NotConnected);
    assert_eq!(acme.status().await.unwrap_err().kind(), ErrorKind::NotConnected);
    assert_eq!(setup.events.take(), ["acme connected", "acme removed", "acme removed"]);
}

#[tokio::test(start_paused = true)]
async fn detects_replacement_by_other_process() {
    let setup = Setup::new();
    let (one, two) = (setup.machine(), setup.machine());
    let acme = one.insert("acme", setup.token().await).await.unwrap();
    two.insert("acme", setup.token().await).await.unwrap();
    assert_eq!(token_number(&acme.headers().await.unwrap()), 1);
    tokio::time::advance(Duration::from_secs(60)).await;
    acme.headers().await.unwrap();
    tokio::task::yield_now().await;
    tokio::task::yield_now().await;
    assert_eq!(token_number(&acme.headers().await.unwrap()), 2);
    // Without delay if the API refuses the old token.
    two.insert("acme", setup.token().await).await.unwrap();
    setup.server.revoke_all();
    two.insert("acme", setup.token().await).await.unwrap();
    acme.send(&Ping::<true>).await.unwrap();
    assert_eq!((token_number(&acme.headers().await.unwrap()), setup.server.refreshes()), (4, 0));
}

/// The generations of a connection that was removed begin anew. Found by the simulation, large seed 3581.
#[tokio::test(start_paused = true)]
async fn refused_token_is_replaced_by_one_of_a_lower_generation() {
    for refreshes in [0, 3] {
        let setup = Setup::new();
        let (one, two) = (setup.machine(), setup.machine());
        let acme = one.insert("acme", setup.token().await).await.unwrap();
        for _ in 0..refreshes {
            acme.refresh().await.unwrap();
        }
        setup.server.revoke_all();
        two.remove("acme").await.unwrap();
        two.insert("acme", setup.token().await).await.unwrap();
        acme.send(&Ping::<true>).await.unwrap();
        assert_eq!(setup.server.refreshes(), refreshes);
    }
}

#[tokio::test(start_paused = true)]
async fn removal_during_refresh_wins() {
    let setup = Setup::new();
    let (one, two) = (setup.machine(), setup.machine());
    let acme = one.insert("acme", setup.token().await).await.unwrap();
    setup.expire();
    let (gate, refreshing) = setup.hold_refresh(&acme).await;
    two.remove("acme").await.unwrap();
    gate.add_permits(1);
    assert_eq!(refreshing.await.unwrap().unwrap_err().kind(), ErrorKind::NotConnected);
    assert_eq!(acme.headers().await.unwrap_err().kind(), ErrorKind::NotConnected);
}

#[tokio::test(start_paused = true)]
async fn provider_without_refresh_needs_reconnect_after_refusal() {
    let setup = Setup::new();
    let client = client_of::<NonRefreshingProvider>(&setup.server, &setup.clock, "my-client");
    let machine = || -> Connections<NonRefreshingProvider> { setup.settings(client.clone()).build() };
    let (one, two) = (machine(), machine());
    let imported = |token: &oauth_core::Token<crate::support::RotatingProvider>| {
        client.import_token(token.access_token().expose(), Scopes::none()).unwrap()
    };
    let acme = one.insert("acme", imported(&setup.token().await)).await.unwrap();
    acme.send(&Ping::<true>).await.unwrap();

    // Refused, but another process has stored a new token.
    setup.server.revoke_all();
    two.insert("acme", imported(&setup.token().await)).await.unwrap();
    acme.send(&Ping::<true>).await.unwrap();
    assert_eq!(token_number(&acme.headers().await.unwrap()), 2);

    // Refused, and there is no newer token.
    setup.server.revoke_all();
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
    assert_eq!(setup.server.refreshes(), 0);

    // The user connects again.
    acme.headers().await.unwrap_err();
    one.insert("acme", imported(&setup.token().await)).await.unwrap();
    acme.send(&Ping::<true>).await.unwrap();
}
