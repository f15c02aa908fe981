//! A live token is read from memory, and that is all.

use std::hint::black_box;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use oauth_core::connections::Connection;
use oauth_core::http::header::AUTHORIZATION;
use oauth_core::http::{HeaderMap, HeaderName, HeaderValue};
use oauth_core::{PasswordRequest, Scopes, SystemClock};
use oauth_testing::PASSWORD;

use crate::support::{Turning, World, client_by, number};

/// What is there without waiting for anything.
fn ready<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(ready) => ready,
        Poll::Pending => panic!("it waits"),
    }
}

fn at_once(connection: &Connection<Turning>) -> HeaderMap {
    ready(connection.headers()).unwrap()
}

fn look(name: &HeaderName, value: &HeaderValue) {
    assert!(value.is_sensitive());
    black_box((name, value));
}

#[tokio::test(start_paused = true)]
async fn it_waits_for_nothing_asks_no_store_and_allocates_only_the_headers() {
    let world = World::new();
    let by_the_machine = client_by(&world.server, SystemClock, "my-client");
    // The machine's clock goes its own way, which is a shorter one.
    for client in [world.client(), by_the_machine] {
        let connections = world.settings(client).build();
        let request = PasswordRequest::new("bob", PASSWORD, Scopes::none());
        let token = connections.client().password(request).await.unwrap();
        let acme = connections.insert("acme", token).await.unwrap();
        let before = world.store.calls();
        let headers = at_once(&acme);
        for _ in 0..1_000 {
            assert_eq!(at_once(&acme), headers);
        }
        let copy = allocation_counter::measure(|| drop(black_box(headers.clone())));
        let read = allocation_counter::measure(|| drop(black_box(at_once(&acme))));
        assert!(copy.count_total > 0, "it counts");
        assert_eq!((read.count_total, read.bytes_total), (copy.count_total, copy.bytes_total));
        let mut request = HeaderMap::with_capacity(8);
        request.insert(AUTHORIZATION, HeaderValue::from_static("Bearer of-yesterday"));
        for (what, read) in [
            ("authorize", allocation_counter::measure(|| ready(acme.authorize(&mut request)).unwrap())),
            ("with_header", allocation_counter::measure(|| ready(acme.with_header(look)).unwrap())),
        ] {
            assert_eq!(read.count_total, 0, "{what} allocates");
        }
        assert_eq!(request, headers, "the header is replaced, not added");
        // Nor is anything put off.
        tokio::time::sleep(Duration::from_secs(59)).await;
        assert_eq!((world.store.calls(), world.server.refreshes()), (before, 0));
    }
}

#[tokio::test(start_paused = true)]
async fn nor_does_it_wait_while_a_refresh_is_under_way() {
    let world = World::new();
    let acme = world.machine().insert("acme", world.token().await).await.unwrap();
    world.fall_due();
    for at in [crate::support::At_::Acquire, crate::support::At_::AfterBegin, crate::support::At_::Save] {
        let gate = std::sync::Arc::new(tokio::sync::Semaphore::new(0));
        world.store.hold(at, &gate);
        let before = world.store.calls();
        while world.store.calls() == before {
            assert_eq!(number(&at_once(&acme)), 1);
            tokio::task::yield_now().await;
        }
        for _ in 0..100 {
            assert_eq!(number(&at_once(&acme)), 1, "{at:?}");
            tokio::task::yield_now().await;
        }
        gate.add_permits(1);
    }
    while number(&at_once(&acme)) == 1 {
        tokio::task::yield_now().await;
    }
    assert_eq!(world.server.refreshes(), 1);
}
