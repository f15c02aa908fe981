//! The keeper.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use oauth_core::connections::{Connections, DynConnections, Sweep};
use oauth_core::{ErrorKind, Scopes};

use crate::support::{Lasting, Twist, World, client_of};

async fn many(world: &World, connections: &Connections<crate::support::Turning>, count: usize) {
    for n in 0..count {
        connections.insert(&format!("{n:03}"), world.token().await).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_due_is_refreshed_once_by_however_many_machines() {
    let world = World::new();
    many(&world, &world.machine(), 250).await;
    let quiet = world.machine().sweep(&Sweep::due()).await.unwrap();
    assert_eq!((quiet.refreshed, world.server.refreshes()), (0, 0), "nothing is due yet");
    world.fall_due();
    let sweeps: Vec<_> = (0..4)
        .map(|_| {
            let machine = world.machine();
            tokio::spawn(async move { machine.sweep(&Sweep::due().page(20)).await.unwrap() })
        })
        .collect();
    for sweep in sweeps {
        let swept = sweep.await.unwrap();
        assert_eq!(
            (swept.failed, swept.needs_reconnect, swept.stopped_by.is_none()),
            (0, 0, true),
            "{swept}"
        );
    }
    assert_eq!(world.server.refreshes(), 250);
    for n in 0..250 {
        assert_eq!(world.record(&format!("{n:03}")).await.generation, 2);
    }
}

#[tokio::test(start_paused = true)]
async fn quiet_customers_are_not_lost() {
    let world = World::new();
    let connections = world.machine();
    many(&world, &connections, 5).await;
    world.clock.advance_secs(74 * 86_400);
    assert_eq!(connections.sweep(&Sweep::lapsing()).await.unwrap().refreshed, 0, "74 of 90 days: not yet");
    world.clock.advance_secs(86_400);
    assert_eq!(connections.sweep(&Sweep::lapsing()).await.unwrap().refreshed, 5);
    assert_eq!(connections.sweep(&Sweep::lapsing()).await.unwrap().refreshed, 0);
    world.clock.advance_secs(50 * 86_400);
    assert_eq!(
        connections
            .sweep(&Sweep::lapsing().within(Duration::from_secs(41 * 86_400)))
            .await
            .unwrap()
            .refreshed,
        5
    );
}

#[tokio::test(start_paused = true)]
async fn it_starts_with_one_and_widens_with_success() {
    let world = World::new();
    let connections = world.machine();
    many(&world, &connections, 40).await;
    world.fall_due();
    let gates: Vec<_> = (0..40).map(|_| Arc::new(tokio::sync::Semaphore::new(0))).collect();
    for gate in &gates {
        world.server.next_token_call(Twist::Held(Arc::clone(gate)));
    }
    let told = Arc::new(AtomicUsize::new(0));
    let sweep = Sweep::due().max_concurrent(4).spread(Duration::ZERO).on_progress({
        let told = Arc::clone(&told);
        move |swept| told.store(swept.refreshed, Ordering::Relaxed)
    });
    let sweeping = tokio::spawn(async move { connections.sweep(&sweep).await.unwrap() });
    let mut widths = Vec::new();
    for (ended, gate) in gates.iter().enumerate() {
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        widths.push(world.server.refreshes() - ended);
        gate.add_permits(1);
    }
    let swept = sweeping.await.unwrap();
    assert_eq!((swept.refreshed, told.load(Ordering::Relaxed)), (40, 40));
    assert_eq!(widths[0], 1, "{widths:?}");
    assert_eq!(widths[1], 2, "{widths:?}");
    assert_eq!(widths.iter().max(), Some(&4), "{widths:?}");
}

#[tokio::test(start_paused = true)]
async fn refreshes_are_spread_and_the_end_does_not_wait_for_them() {
    let world = World::new();
    let connections = world.machine();
    many(&world, &connections, 50).await;
    world.fall_due();
    let spread = Duration::from_secs(10);
    let times = Arc::new(Mutex::new(vec![tokio::time::Instant::now()]));
    let sweep = Sweep::due().max_concurrent(1).spread(spread).on_progress({
        let times = Arc::clone(&times);
        move |_| times.lock().unwrap().push(tokio::time::Instant::now())
    });
    assert_eq!(connections.sweep(&sweep).await.unwrap().refreshed, 50);
    let times = std::mem::take(&mut *times.lock().unwrap());
    let mut pauses: Vec<_> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    pauses.sort();
    // That 50 of them are all in one half happens once in 10^15 runs.
    assert!(pauses[0] < spread / 2 && pauses[49] > spread / 2, "{pauses:?}");
    assert!(pauses[49] <= spread + Duration::from_millis(1), "{pauses:?}");

    world.fall_due();
    let began = tokio::time::Instant::now();
    let slow = Sweep::due().spread(Duration::from_secs(86_400));
    let sweeping = tokio::spawn({
        let connections = connections.clone();
        async move { connections.sweep(&slow).await }
    });
    tokio::task::yield_now().await;
    connections.drain().await;
    assert_eq!(sweeping.await.unwrap().unwrap().stopped_by.unwrap().kind(), ErrorKind::Closed);
    assert_eq!((world.server.refreshes(), began.elapsed()), (50, Duration::ZERO));
}

/// What the store is asked depends on what is due.
#[tokio::test(start_paused = true)]
async fn its_cost_grows_with_what_is_due_and_not_with_what_is_stored() {
    let mut costs = Vec::new();
    for (stored, due) in [(10, 0), (3_000, 0), (10, 7), (3_000, 7)] {
        let world = World::new();
        let connections = world.machine();
        many(&world, &connections, due).await;
        world.fall_due();
        for n in due..stored {
            connections.insert(&format!("later-{n}"), world.token().await).await.unwrap();
        }
        let before = world.store.calls();
        let swept = connections.sweep(&Sweep::all()).await.unwrap();
        assert_eq!((swept.refreshed, world.server.refreshes()), (due, due));
        costs.push(world.store.calls() - before);
    }
    // What is due is read once; each takes the lease, the intent, the save, and the lease given back.
    assert_eq!(costs, [1, 1, 1 + 7 * 4, 1 + 7 * 4]);
}

#[tokio::test(start_paused = true)]
async fn a_wrong_secret_costs_one_call_and_stops_the_sweep() {
    let world = World::new();
    let connections = world.machine();
    many(&world, &connections, 1_000).await;
    world.fall_due();
    world.server.answer_always(Some((401, r#"{"error":"invalid_client"}"#)));
    let swept = connections.sweep(&Sweep::all()).await.unwrap();
    assert_eq!(swept.stopped_by.unwrap().kind(), ErrorKind::ClientRefused);
    assert_eq!((swept.failed, world.server.refreshes()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn some_that_fail_keep_nobody_else_from_being_refreshed() {
    let world = World::new();
    let connections = world.machine();
    many(&world, &connections, 30).await;
    world.fall_due();
    for n in 0..9 {
        world.server.next_token_call(if n % 2 == 0 {
            Twist::Answer(503, "")
        } else {
            Twist::Answer(400, r#"{"error":"invalid_grant"}"#)
        });
    }
    let swept = connections.sweep(&Sweep::due().page(3)).await.unwrap();
    assert_eq!((swept.refreshed, swept.failed, swept.needs_reconnect), (21, 5, 4), "{swept}");

    // A provider that is down is not asked for every connection there is.
    world.expire();
    let before = world.server.refreshes();
    world.server.answer_always(Some((500, "")));
    let swept = world.machine().sweep(&Sweep::due()).await.unwrap();
    assert_eq!(swept.stopped_by.unwrap().kind(), ErrorKind::Unavailable);
    assert!(world.server.refreshes() - before <= 12, "{}", world.server.refreshes() - before);
}

#[tokio::test(start_paused = true)]
async fn keep_goes_on_until_the_end() {
    let world = World::new();
    let connections = world.machine();
    many(&world, &connections, 3).await;
    let keeping = tokio::spawn({
        let connections = connections.clone();
        async move { connections.run_periodically(Sweep::all(), Duration::from_secs(60)).await }
    });
    for round in 1..=3 {
        world.expire();
        // The runtime's clock is paused, so this passes at once.
        tokio::time::sleep(Duration::from_secs(100)).await;
        assert_eq!(world.server.refreshes(), 3 * round);
    }
    connections.drain().await;
    keeping.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn connections_of_any_provider() {
    let world = World::new();
    let turning = world.machine();
    let client = client_of::<Lasting>(&world.server, &world.clock, "my-client");
    let lasting = world.settings(client.clone()).build();
    turning.insert("acme", world.token().await).await.unwrap();
    lasting.insert("space", client.import_token("canary-access-1", Scopes::none()).unwrap()).await.unwrap();
    let all: Vec<Box<dyn DynConnections>> = vec![Box::new(turning), Box::new(lasting)];
    let shown = Mutex::new(Vec::new());
    for connections in &all {
        for one in connections.list(None, 10).await.unwrap() {
            let refreshed = connections.refresh(&one.account).await.map_err(|error| error.kind());
            let status = connections.status(&one.account).await.unwrap();
            shown.lock().unwrap().push(format!(
                "{}/{}: {:?}, generation {}, {refreshed:?}",
                connections.provider(),
                one.account,
                status.state,
                status.generation
            ));
        }
        assert_eq!(connections.sweep(&Sweep::all()).await.unwrap().refreshed, 0);
        assert!(connections.remove("acme").await.is_ok());
        connections.drain().await;
    }
    assert_eq!(
        *shown.lock().unwrap(),
        [
            "turning/acme: Active, generation 2, Ok(())",
            "lasting/space: Active, generation 1, Err(InvalidInput)"
        ]
    );
}
