//! Graceful shutdown.

use std::sync::Arc;

use oauth_core::ErrorKind;
use tokio::sync::Semaphore;

use crate::support::{Fault, Ping, Setup, spawn_caller};

#[tokio::test(start_paused = true)]
async fn drain_waits_for_refresh_and_rejects_new_work() {
    let (setup, connections, acme) = Setup::expired().await;
    let (gate, waiting) = setup.hold_refresh(&acme).await;
    let draining = tokio::spawn({
        let connections = connections.clone();
        async move { connections.drain().await }
    });
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
    assert!(!draining.is_finished());
    for error in [
        acme.headers().await.unwrap_err(),
        acme.send(&Ping::<true>).await.unwrap_err(),
        connections.insert("new", setup.token().await).await.unwrap_err(),
        connections.remove("acme").await.unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::Closed);
    }
    gate.add_permits(1);
    draining.await.unwrap();
    assert_eq!(setup.record("acme").await.generation, 2);
    waiting.await.unwrap().unwrap();
}

#[test]
fn dropped_runtime_leaves_no_flight() {
    let setup = Setup::new();
    let connections = setup.machine();
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let first = runtime();
    let acme = first.block_on(async { connections.insert("acme", setup.token().await).await.unwrap() });
    setup.expire();
    first.block_on(async {
        setup.server.next_token_call(Fault::DelayResponse(Arc::new(Semaphore::new(0))));
        let acme = acme.clone();
        spawn_caller(&acme);
        setup.server.wait_for_refresh().await;
        // Until the server has processed the call.
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
    });
    drop(first);
    // The response was lost with the runtime. After the lease and the call's deadline, one more attempt is
    // made.
    setup.clock.advance_secs(600);
    let error = runtime().block_on(acme.headers()).unwrap_err();
    assert!(error.needs_reconnect(), "{error}");
    runtime().block_on(connections.drain());
}

#[tokio::test(start_paused = true)]
async fn debug_and_errors_contain_no_secret() {
    let (setup, connections, acme) = Setup::expired().await;
    setup.server.next_token_call(Fault::Status(
        400,
        r#"{"error":"invalid_grant","error_description":"canary-refresh-1"}"#,
    ));
    let error = acme.headers().await.unwrap_err();
    let status = acme.status().await.unwrap();
    let shown = format!("{connections:?} {acme:?} {error} {error:?} {status:?} {:?}", setup.events.take());
    assert!(!shown.contains("canary"), "{shown}");
}
