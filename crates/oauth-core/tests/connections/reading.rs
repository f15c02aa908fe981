//! A live token is read from memory, and that is all.

use std::hint::black_box;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use oauth_core::connections::Connection;
use oauth_core::http::HeaderMap;

use crate::support::{Turning, World, number};

/// What is there without waiting for anything.
fn at_once(connection: &Connection<Turning>) -> HeaderMap {
    match pin!(connection.headers()).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(headers) => headers.unwrap(),
        Poll::Pending => panic!("it waits"),
    }
}

#[tokio::test(start_paused = true)]
async fn it_waits_for_nothing_asks_no_store_and_allocates_only_the_headers() {
    let world = World::new();
    let acme = world.machine().insert("acme", world.token().await).await.unwrap();
    let before = world.store.calls();
    let headers = at_once(&acme);
    for _ in 0..1_000 {
        assert_eq!(number(&at_once(&acme)), 1);
    }
    let copy = allocation_counter::measure(|| drop(black_box(headers.clone())));
    let read = allocation_counter::measure(|| drop(black_box(at_once(&acme))));
    assert!(copy.count_total > 0, "it counts");
    assert_eq!((read.count_total, read.bytes_total), (copy.count_total, copy.bytes_total));
    // Nor is anything put off.
    tokio::time::sleep(Duration::from_secs(59)).await;
    assert_eq!((world.store.calls(), world.server.refreshes()), (before, 0));
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
