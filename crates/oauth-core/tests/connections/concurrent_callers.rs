//! Concurrent callers share one refresh.

use std::time::Duration;

use oauth_core::ErrorKind;
use oauth_core::store::{Key, LeaseOwner, TokenStore as _};

use crate::support::{Ping, Setup, call_all, token_number};

#[tokio::test(start_paused = true)]
async fn concurrent_callers_share_one_refresh() {
    let setup = Setup::new();
    let connections = setup.machine();
    connections.insert("acme", setup.token().await).await.unwrap();
    setup.expire();
    for result in call_all((0..10_000).map(|_| connections.get("acme"))).await {
        assert_eq!(result.unwrap(), 2);
    }
    assert_eq!(setup.server.refreshes(), 1);
    assert_eq!(setup.events.take(), ["acme connected", "acme refreshed"]);
}

#[tokio::test(start_paused = true)]
async fn concurrent_callers_share_one_load() {
    let setup = Setup::new();
    setup.connect().await;
    let loads = setup.store.loads();
    let connections = setup.machine();
    for result in call_all((0..10_000).map(|_| connections.get("acme"))).await {
        assert_eq!(result.unwrap(), 1);
    }
    assert_eq!((setup.store.loads() - loads, setup.server.refreshes()), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn refresh_continues_when_caller_is_cancelled() {
    let (setup, _, acme) = Setup::expired().await;
    let (gate, first) = setup.hold_refresh(&acme).await;
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    gate.add_permits(1);
    assert_eq!(token_number(&acme.headers().await.unwrap()), 2);
    assert_eq!(setup.server.refreshes(), 1);
}

#[tokio::test(start_paused = true)]
async fn due_token_is_used_during_refresh() {
    let (setup, connections, acme) = Setup::due().await;
    let gate = setup.server.delay_next_response();
    for _ in 0..100 {
        assert_eq!(token_number(&acme.headers().await.unwrap()), 1);
        tokio::task::yield_now().await;
    }
    gate.add_permits(1);
    connections.drain().await;
    assert_eq!(setup.server.refreshes(), 1);
    assert_eq!(setup.record("acme").await.generation, 2);
}

#[tokio::test(start_paused = true)]
async fn two_processes_share_one_refresh() {
    let setup = Setup::new();
    let (one, two) = (setup.machine(), setup.machine());
    one.insert("acme", setup.token().await).await.unwrap();
    assert_eq!(token_number(&two.get("acme").headers().await.unwrap()), 1);
    for expiry in 1..=50 {
        setup.expire();
        let callers = (0..64).map(|n| if n % 2 == 0 { one.get("acme") } else { two.get("acme") });
        for result in call_all(callers).await {
            assert_eq!(result.unwrap(), expiry + 1);
        }
        assert_eq!(setup.server.refreshes(), expiry);
    }
}

#[tokio::test(start_paused = true)]
async fn waits_for_other_holder_until_deadline() {
    let (setup, _, acme) = Setup::expired().await;
    let owner = LeaseOwner::new("another process");
    setup.store.acquire(&Key::new("rotating", "acme"), &owner, Duration::from_secs(3_600)).await.unwrap();
    assert_eq!(acme.headers().await.unwrap_err().kind(), ErrorKind::Busy);
    assert_eq!(acme.send(&Ping::<true>).await.unwrap_err().kind(), ErrorKind::Busy);
    assert_eq!(setup.server.refreshes(), 0);
}
