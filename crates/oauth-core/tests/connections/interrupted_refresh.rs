//! Processes that are killed or stalled at every await point of a refresh.

use std::time::Duration;

use oauth_core::store::{ReconnectReason, RecordState};
use oauth_core::{ErrorKind, http::HeaderMap};
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;

use crate::support::{Setup, spawn_caller};

/// More await points than a refresh has.
const POINTS: usize = 60;

fn process() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap()
}

/// Starts a process that refreshes and stops it at this point. It can be continued or dropped.
fn stopped_at(point: usize, setup: &Setup) -> (Runtime, JoinHandle<Result<HeaderMap, oauth_core::Error>>) {
    let process = process();
    let acme = setup.machine().get("acme");
    let task = process.spawn(async move { acme.headers().await });
    process.block_on(async {
        for _ in 0..point {
            tokio::task::yield_now().await;
        }
    });
    (process, task)
}

fn setup() -> Setup {
    let setup = Setup::new();
    process().block_on(async {
        setup.connect().await;
    });
    setup.expire();
    setup.store.yield_at_each_call();
    setup
}

fn generation(setup: &Setup) -> u64 {
    process().block_on(setup.record("acme")).generation
}

#[test]
fn recovers_from_kill_at_every_point() {
    let (mut untouched, mut saved, mut unknown) = (0, 0, 0);
    for point in 0..POINTS {
        let setup = setup();
        drop(stopped_at(point, &setup));
        let (spent, kept) = (setup.server.spent(), generation(&setup) == 2);
        // By the store's clock, the lease has expired and the call must have ended.
        setup.clock.advance_secs(600);
        let next = process().block_on(setup.machine().get("acme").headers());
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
        assert!(setup.server.refreshes() <= 2, "point {point}");
    }
    assert!(untouched >= 6 && saved >= 6 && unknown >= 2, "{untouched} {saved} {unknown}");
}

#[test]
fn recovers_from_stall_at_every_point() {
    let mut revived = 0;
    for point in 0..POINTS {
        let setup = setup();
        let (process_one, task) = stopped_at(point, &setup);
        let sent = setup.server.refreshes();
        // Longer than the lease and the call, shorter than the refresh deadline.
        setup.clock.advance_secs(90);
        let other = process().block_on(setup.machine().get("acme").headers());
        if let Err(error) = &other {
            assert_eq!(
                error.kind(),
                ErrorKind::NeedsReconnect(ReconnectReason::OutcomeUnknown),
                "point {point}"
            );
            revived += 1;
        }
        // The stalled process continues and ends with a valid token, and so does every other process.
        process_one.block_on(async {
            tokio::time::advance(Duration::from_secs(90)).await;
            task.await.unwrap().unwrap();
        });
        let refused = setup.server.refreshes() - setup.server.spent();
        assert!(refused <= sent, "point {point}: a refresh token was sent again after the stall");
        let record = process().block_on(setup.record("acme"));
        assert_eq!((record.state, record.intent), (RecordState::Active, None), "point {point}");
        process().block_on(setup.machine().get("acme").send(&crate::support::Ping::<true>)).unwrap();
        assert_eq!(
            setup.server.spent() as u64,
            record.generation - 1,
            "point {point}: a spent token was not saved"
        );
    }
    assert!(revived >= 2, "{revived}");
}

/// Two concurrent processes, the second one started a number of steps after the first.
#[test]
fn two_processes_refresh_once_at_any_offset() {
    for distance in 0..POINTS {
        let setup = setup();
        process().block_on(async {
            let (one, two) = (setup.machine().get("acme"), setup.machine().get("acme"));
            let first = spawn_caller(&one);
            for _ in 0..distance {
                tokio::task::yield_now().await;
            }
            two.headers().await.unwrap();
            first.await.unwrap().unwrap();
        });
        assert_eq!((setup.server.refreshes(), generation(&setup)), (1, 2), "distance {distance}");
    }
}
