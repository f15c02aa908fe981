//! A process that is killed, or stalls, at every point at which it can be.

use std::time::Duration;

use oauth_core::store::{ReconnectReason, RecordState};
use oauth_core::{ErrorKind, http::HeaderMap};
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;

use crate::support::World;

/// More points than a refresh has.
const POINTS: usize = 60;

fn process() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap()
}

/// A process that refreshes, as far as this point. It can go on, or be dropped.
fn stopped_at(point: usize, world: &World) -> (Runtime, JoinHandle<Result<HeaderMap, oauth_core::Error>>) {
    let process = process();
    let acme = world.machine().get("acme");
    let task = process.spawn(async move { acme.headers().await });
    process.block_on(async {
        for _ in 0..point {
            tokio::task::yield_now().await;
        }
    });
    (process, task)
}

fn world() -> World {
    let world = World::new();
    process().block_on(async {
        world.machine().insert("acme", world.token().await).await.unwrap();
    });
    world.expire();
    world.store.be_slow();
    world
}

fn generation(world: &World) -> u64 {
    process().block_on(world.record("acme")).generation
}

#[test]
fn killed_at_every_point() {
    let (mut untouched, mut saved, mut unknown) = (0, 0, 0);
    for point in 0..POINTS {
        let world = world();
        drop(stopped_at(point, &world));
        let (spent, kept) = (world.server.spent(), generation(&world) == 2);
        // By the store's clock, its lease and its call are over.
        world.clock.advance_secs(600);
        let next = process().block_on(world.machine().get("acme").headers());
        match (spent, kept, next) {
            (0, false, Ok(_)) => untouched += 1,
            (1, true, Ok(_)) => saved += 1,
            (1, false, Err(error)) => {
                assert_eq!(
                    error.kind(),
                    ErrorKind::NeedsReconnect(ReconnectReason::OutcomeUnknown),
                    "point {point}"
                );
                unknown += 1;
            }
            (spent, kept, next) => panic!("point {point}: spent {spent}, saved {kept}, then {next:?}"),
        }
        assert!(world.server.refreshes() <= 2, "point {point}");
    }
    assert!(untouched >= 6 && saved >= 6 && unknown >= 2, "{untouched} {saved} {unknown}");
}

#[test]
fn stalled_at_every_point_while_another_takes_over() {
    let mut revived = 0;
    for point in 0..POINTS {
        let world = world();
        let (process_one, task) = stopped_at(point, &world);
        let sent = world.server.refreshes();
        // Longer than the lease and the call; it is not too late for the rest.
        world.clock.advance_secs(90);
        let other = process().block_on(world.machine().get("acme").headers());
        if let Err(error) = &other {
            assert_eq!(
                error.kind(),
                ErrorKind::NeedsReconnect(ReconnectReason::OutcomeUnknown),
                "point {point}"
            );
            revived += 1;
        }
        // It wakes up, and always ends with a token that is good; so does everybody else.
        process_one.block_on(async {
            tokio::time::advance(Duration::from_secs(90)).await;
            task.await.unwrap().unwrap();
        });
        let in_vain = world.server.refreshes() - world.server.spent();
        assert!(in_vain <= sent, "point {point}: what others may have sent is not sent after a stop");
        let record = process().block_on(world.record("acme"));
        assert_eq!((record.state, record.intent), (RecordState::Active, None), "point {point}");
        process().block_on(world.machine().get("acme").send(&crate::support::Ping::<true>)).unwrap();
        assert_eq!(world.server.spent() as u64, record.generation - 1, "point {point}: none spent in vain");
    }
    assert!(revived >= 2, "{revived}");
}

/// Two processes at once, one started so many steps after the other.
#[test]
fn side_by_side_at_every_distance() {
    for distance in 0..POINTS {
        let world = world();
        process().block_on(async {
            let (one, two) = (world.machine().get("acme"), world.machine().get("acme"));
            let first = tokio::spawn(async move { one.headers().await });
            for _ in 0..distance {
                tokio::task::yield_now().await;
            }
            two.headers().await.unwrap();
            first.await.unwrap().unwrap();
        });
        assert_eq!((world.server.refreshes(), generation(&world)), (1, 2), "distance {distance}");
    }
}
