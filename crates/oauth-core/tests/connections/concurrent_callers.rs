//! Concurrent callers share one refresh.

use oauth_core::ErrorKind;
use tokio::sync::Semaphore;

use std::sync::Arc;

use crate::support::{Fault, Ping, Setup, token_number};

#[tokio::test(start_paused = true)]
async fn concurrent_callers_share_one_refresh() {
    let setup = Setup::new();
    let connections = setup.machine();
    connections.insert("acme", setup.token().await).await.unwrap();
    setup.expire();
    let callers: Vec<_> = (0..10_000)
        .map(|_| {
            let acme = connections.get("acme");
            tokio::spawn(async move { token_number(&acme.headers().await.unwrap()) })
        })
        .collect();
    for caller in callers {
        assert_eq!(caller.await.unwrap(), 2);
    }
    assert_eq!(setup.server.refreshes(), 1);
    assert_eq!(setup.events.take(), ["acme connected", "acme refreshed"]);
}

#[tokio::test(start_paused = true)]
async fn concurrent_callers_share_one_load() {
    let setup = Setup::new();
    setup.machine().insert("acme", setup.token().await).await.unwrap();
    let loads = setup.store.loads();
    let connections = setup.machine();
    let callers: Vec<_> = (0..10_000)
        .map(|_| {
            let acme = connections.get("acme");
            tokio::spawn(async move { token_number(&acme.headers().await.unwrap()) })
        })
        .collect();
    for caller in callers {
        assert_eq!(caller.await.unwrap(), 1);
    }
    assert_eq!((setup.store.loads() - loads, setup.server.refreshes()), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn refresh_continues_when_caller_is_cancelled() {
    let setup = Setup::new();
    let acme = setup.machine().insert("acme", setup.token().await).await.unwrap();
    setup.expire();
    let gate = Arc::new(Semaphore::new(0));
    setup.server.next_token_call(Fault::DelayResponse(Arc::clone(&gate)));
    let first = tokio::spawn({
        let acme = acme.clone();
        async move { acme.headers().await }
    });
    while setup.server.refreshes() == 0 {
        tokio::task::yield_now().await;
    }
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    gate.add_permits(1);
    assert_eq!(token_number(&acme.headers().await.unwrap()), 2);
    assert_eq!(setup.server.refreshes(), 1);
}

#[tokio::test(start_paused = true)]
async fn due_token_is_used_during_refresh() {
    let setup = Setup::new();
    let connections = setup.machine();
    let acme = connections.insert("acme", setup.token().await).await.unwrap();
    setup.fall_due();
    let gate = Arc::new(Semaphore::new(0));
    setup.server.next_token_call(Fault::DelayResponse(Arc::clone(&gate)));
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
        let callers: Vec<_> = (0..64)
            .map(|n| {
                let acme = if n % 2 == 0 { one.get("acme") } else { two.get("acme") };
                tokio::spawn(async move { acme.headers().await.map(|headers| token_number(&headers)) })
            })
            .collect();
        for caller in callers {
            assert_eq!(caller.await.unwrap().unwrap(), expiry + 1);
        }
        assert_eq!(setup.server.refreshes(), expiry);
    }
}

#[tokio::test(start_paused = true)]
async fn waits_for_other_holder_until_deadline() {
    let setup = Setup::new();
    let acme = setup.machine().insert("acme", setup.token().await).await.unwrap();
    setup.expire();
    let key = oauth_core::store::Key::new("rotating", "acme");
    let owner = oauth_core::store::LeaseOwner::new("another process");
    use oauth_core::store::TokenStore as _;
    setup.store.acquire(&key, &owner, std::time::Duration::from_secs(3_600)).await.unwrap();
    assert_eq!(acme.headers().await.unwrap_err().kind(), ErrorKind::Busy);
    assert_eq!(acme.send(&Ping::<true>).await.unwrap_err().kind(), ErrorKind::Busy);
    assert_eq!(setup.server.refreshes(), 0);
}
