//! Attempts that are finished: once, on whichever machine, and to the end.

use std::sync::Arc;

use oauth_core::connections::Connections;
use oauth_core::{App, CallbackFault, Client, CodeGrant, ErrorKind, FixedSite, Scopes, StartedAuthorization};
use oauth_testing::CLIENT_SECRET;
use tokio::sync::Semaphore;

use crate::support::{At_, Turning, Twist, World, number};

const REDIRECT_URI: &str = "https://app.example.com/callback";
const REPLAYED: ErrorKind = ErrorKind::Callback(CallbackFault::Replayed);

impl CodeGrant for Turning {
    type Connect = Scopes;
}

/// A client of its own for each machine: what one has in memory another has not.
fn machine(world: &World) -> Connections<Turning> {
    let base = "https://provider.example";
    let site = FixedSite::new(&format!("{base}/authorize"), &format!("{base}/token"), &format!("{base}/api"));
    let app = App::new("my-client", CLIENT_SECRET, REDIRECT_URI.parse().unwrap());
    let client = Client::builder(site.unwrap(), app)
        .transport(world.server.clone())
        .clock(world.clock.clone())
        .build()
        .unwrap();
    world.settings(client).build()
}

fn begun(machine: &Connections<Turning>) -> (StartedAuthorization, String) {
    let started = machine.client().begin(&Scopes::none()).unwrap();
    let callback = oauth_testing::callback(REDIRECT_URI, &started);
    (started, callback)
}

#[tokio::test]
async fn an_attempt_is_finished_once_on_whichever_machine() {
    let world = World::new();
    let (here, there) = (machine(&world), machine(&world));
    let (started, callback) = begun(&here);
    let acme = there.finish("acme", &started.pending, &callback).await.unwrap();
    assert_eq!(number(&acme.headers().await.unwrap()), 1);
    for machine in [&here, &there, &here] {
        let error = machine.finish("acme", &started.pending, &callback).await.unwrap_err();
        assert_eq!(error.kind(), REPLAYED, "{error}");
    }
    // A day later a machine whose clock stands still would take it yet.
    world.clock.advance_secs(14 * 60);
    assert_eq!(here.finish("acme", &started.pending, &callback).await.unwrap_err().kind(), REPLAYED);
    assert_eq!(world.server.issued(), 1, "nothing was sent by the others");
    assert_eq!(world.events.take(), ["acme connected"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_who_finish_at_once_one_does() {
    let world = World::new();
    let machines = [machine(&world), machine(&world), machine(&world)];
    let (started, callback) = begun(&machines[0]);
    let asking: Vec<_> = (0..12)
        .map(|n| {
            let (machine, pending, callback) =
                (machines[n % 3].clone(), started.pending.clone(), callback.clone());
            tokio::spawn(async move { machine.finish("acme", &pending, &callback).await.map(drop) })
        })
        .collect();
    let mut finished = 0;
    for asked in asking {
        match asked.await.unwrap() {
            Ok(()) => finished += 1,
            Err(error) => assert_eq!(error.kind(), REPLAYED, "{error}"),
        }
    }
    assert_eq!((finished, world.server.issued()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn without_the_store_nothing_is_sent_and_the_callback_may_come_again() {
    let world = World::new();
    let machine = machine(&world);
    let (started, callback) = begun(&machine);
    world.store.fail(At_::UseOnce, 1);
    let error = machine.finish("acme", &started.pending, &callback).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Store);
    assert_eq!(world.server.issued(), 0);
    machine.finish("acme", &started.pending, &callback).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_token_that_the_store_does_not_take_at_first_is_not_let_go() {
    let world = World::new();
    let machine = machine(&world);
    let (started, callback) = begun(&machine);
    world.store.fail(At_::Insert, 4);
    let acme = machine.finish("acme", &started.pending, &callback).await.unwrap();
    assert_eq!(number(&acme.headers().await.unwrap()), 1);
    assert_eq!(world.record("acme").await.generation, 1);

    // Nor for ever: the person waits.
    let (started, callback) = begun(&machine);
    world.store.fail(At_::Insert, 100);
    let error = machine.finish("acme", &started.pending, &callback).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Store, "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_call_that_did_not_leave_is_made_again() {
    let world = World::new();
    let machine = machine(&world);
    let (started, callback) = begun(&machine);
    world.server.next_token_call(Twist::NotSent);
    world.server.next_token_call(Twist::NotSent);
    machine.finish("acme", &started.pending, &callback).await.unwrap();

    let (started, callback) = begun(&machine);
    world.server.next_token_call(Twist::ReplyLost);
    let error = machine.finish("acme", &started.pending, &callback).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unanswered, "one that may have arrived is not");
    assert_eq!(world.server.issued(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_browser_that_is_closed_stops_nothing() {
    let world = World::new();
    let machine = machine(&world);
    let (started, callback) = begun(&machine);
    let gate = Arc::new(Semaphore::new(0));
    world.server.next_token_call(Twist::Held(Arc::clone(&gate)));
    let waiting = {
        let (machine, pending) = (machine.clone(), started.pending.clone());
        tokio::spawn(async move { machine.finish("acme", &pending, &callback).await.map(drop) })
    };
    while world.server.issued() == 0 {
        tokio::task::yield_now().await;
    }
    waiting.abort();
    assert!(waiting.await.unwrap_err().is_cancelled());
    gate.add_permits(1);
    machine.drain().await;
    assert_eq!(world.record("acme").await.generation, 1, "an orderly end waits for it");
}
