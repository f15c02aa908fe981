//! Valid tokens are read from memory only.

use std::hint::black_box;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use oauth_core::connections::Connection;
use oauth_core::http::header::AUTHORIZATION;
use oauth_core::http::{HeaderMap, HeaderName, HeaderValue};
use oauth_core::{PasswordRequest, Scopes, SystemClock};
use oauth_testing::PASSWORD;

use crate::support::{RotatingProvider, Setup, client_with_clock, token_number};

/// Returns the result of a future that must not wait.
fn ready<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(ready) => ready,
        Poll::Pending => panic!("the future waits"),
    }
}

fn headers_now(connection: &Connection<RotatingProvider>) -> HeaderMap {
    ready(connection.headers()).unwrap()
}

fn read_header(name: &HeaderName, value: &HeaderValue) {
    assert!(value.is_sensitive());
    black_box((name, value));
}

#[tokio::test(start_paused = true)]
async fn valid_token_is_read_from_memory_only() {
    let setup = Setup::new();
    let with_system_clock = client_with_clock(&setup.server, SystemClock, "my-client");
    for client in [setup.client(), with_system_clock] {
        let connections = setup.settings(client).build();
        let request = PasswordRequest::new("bob", PASSWORD, Scopes::none());
        let token = connections.client().password(request).await.unwrap();
        let acme = connections.insert("acme", token).await.unwrap();
        let before = setup.store.calls();
        let headers = headers_now(&acme);
        for _ in 0..1_000 {
            assert_eq!(headers_now(&acme), headers);
        }
        let copy = allocation_counter::measure(|| drop(black_box(headers.clone())));
        let read = allocation_counter::measure(|| drop(black_box(headers_now(&acme))));
        assert!(copy.count_total > 0, "allocations are counted");
        assert_eq!((read.count_total, read.bytes_total), (copy.count_total, copy.bytes_total));
        let mut request = HeaderMap::with_capacity(8);
        request.insert(AUTHORIZATION, HeaderValue::from_static("Bearer old-token"));
        for (method, read) in [
            ("authorize", allocation_counter::measure(|| ready(acme.authorize(&mut request)).unwrap())),
            ("with_header", allocation_counter::measure(|| ready(acme.with_header(read_header)).unwrap())),
        ] {
            assert_eq!(read.count_total, 0, "{method} allocates");
        }
        assert_eq!(request, headers, "the header is replaced, not added");
        // No background work follows.
        tokio::time::sleep(Duration::from_secs(59)).await;
        assert_eq!((setup.store.calls(), setup.server.refreshes()), (before, 0));
    }
}

#[tokio::test(start_paused = true)]
async fn valid_token_never_waits_for_refresh() {
    let (setup, _, acme) = Setup::due().await;
    for at in [
        crate::support::StorePoint::Acquire,
        crate::support::StorePoint::AfterIntent,
        crate::support::StorePoint::Save,
    ] {
        let gate = std::sync::Arc::new(tokio::sync::Semaphore::new(0));
        setup.store.hold(at, &gate);
        let before = setup.store.calls();
        while setup.store.calls() == before {
            assert_eq!(token_number(&headers_now(&acme)), 1);
            tokio::task::yield_now().await;
        }
        for _ in 0..100 {
            assert_eq!(token_number(&headers_now(&acme)), 1, "{at:?}");
            tokio::task::yield_now().await;
        }
        gate.add_permits(1);
    }
    while token_number(&headers_now(&acme)) == 1 {
        tokio::task::yield_now().await;
    }
    assert_eq!(setup.server.refreshes(), 1);
}
