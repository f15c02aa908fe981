//! Attempts to connect: finished once, across processes, and not interrupted.

use oauth_core::connections::Connections;
use oauth_core::{App, CallbackFault, Client, ErrorKind, Scopes, StartedAuthorization};
use oauth_testing::CLIENT_SECRET;

use crate::support::{Fault, RotatingProvider, Setup, StorePoint, site, token_number};

const REDIRECT_URI: &str = "https://app.example.com/callback";
const REPLAYED: ErrorKind = ErrorKind::Callback(CallbackFault::Replayed);

/// Connections of a separate process: with a separate client, whose memory is not shared.
fn machine(setup: &Setup) -> Connections<RotatingProvider> {
    let app = App::new("my-client", CLIENT_SECRET, REDIRECT_URI);
    let client = Client::builder(site(), app)
        .transport(setup.server.clone())
        .clock(setup.clock.clone())
        .build()
        .unwrap();
    setup.settings(client).build()
}

fn begin(machine: &Connections<RotatingProvider>) -> (StartedAuthorization, String) {
    let started = machine.client().begin(&Scopes::none()).unwrap();
    let callback = oauth_testing::callback(REDIRECT_URI, &started);
    (started, callback)
}

/// A process with an attempt to connect.
fn begun() -> (Setup, Connections<RotatingProvider>, StartedAuthorization, String) {
    let setup = Setup::new();
    let machine = machine(&setup);
    let (started, callback) = begin(&machine);
    (setup, machine, started, callback)
}

#[tokio::test]
async fn attempt_is_finished_once_across_processes() {
    let setup = Setup::new();
    let (here, there) = (machine(&setup), machine(&setup));
    let (started, callback) = begin(&here);
    let acme = there.finish("acme", &started.pending, &callback).await.unwrap();
    assert_eq!(token_number(&acme.headers().await.unwrap()), 1);
    for machine in [&here, &there, &here] {
        let error = machine.finish("acme", &started.pending, &callback).await.unwrap_err();
        assert_eq!(error.kind(), REPLAYED, "{error}");
    }
    // Still rejected shortly before the attempt expires.
    setup.clock.advance_secs(14 * 60);
    assert_eq!(here.finish("acme", &started.pending, &callback).await.unwrap_err().kind(), REPLAYED);
    assert_eq!(setup.server.issued(), 1, "the others sent nothing");
    assert_eq!(setup.events.take(), ["acme connected"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrent_finishes_accept_one() {
    let setup = Setup::new();
    let machines = [machine(&setup), machine(&setup), machine(&setup)];
    let (started, callback) = begin(&machines[0]);
    let tasks: Vec<_> = (0..12)
        .map(|n| {
            let (machine, pending, callback) =
                (machines[n % 3].clone(), started.pending.clone(), callback.clone());
            tokio::spawn(async move { machine.finish("acme", &pending, &callback).await.map(drop) })
        })
        .collect();
    let mut finished = 0;
    for task in tasks {
        match task.await.unwrap() {
            Ok(()) => finished += 1,
            Err(error) => assert_eq!(error.kind(), REPLAYED, "{error}"),
        }
    }
    assert_eq!((finished, setup.server.issued()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn failed_claim_sends_nothing_and_can_be_repeated() {
    let (setup, machine, started, callback) = begun();
    setup.store.fail(StorePoint::ClaimOnce, 1);
    let error = machine.finish("acme", &started.pending, &callback).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Store);
    assert_eq!(setup.server.issued(), 0);
    machine.finish("acme", &started.pending, &callback).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn retries_to_store_new_token() {
    let (setup, machine, started, callback) = begun();
    setup.store.fail(StorePoint::Insert, 4);
    let acme = machine.finish("acme", &started.pending, &callback).await.unwrap();
    assert_eq!(token_number(&acme.headers().await.unwrap()), 1);
    assert_eq!(setup.record("acme").await.generation, 1);

    // The retries end, because the user waits.
    let (started, callback) = begin(&machine);
    setup.store.fail(StorePoint::Insert, 100);
    let error = machine.finish("acme", &started.pending, &callback).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Store, "{error}");
}

#[tokio::test(start_paused = true)]
async fn retries_exchange_that_was_not_sent() {
    let (setup, machine, started, callback) = begun();
    setup.server.next_token_call(Fault::NotSent);
    setup.server.next_token_call(Fault::NotSent);
    machine.finish("acme", &started.pending, &callback).await.unwrap();

    let (started, callback) = begin(&machine);
    setup.server.next_token_call(Fault::ResponseLost);
    let error = machine.finish("acme", &started.pending, &callback).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unanswered, "a call that may have arrived is not repeated");
    assert_eq!(setup.server.issued(), 2);
}

#[tokio::test(start_paused = true)]
async fn exchange_continues_when_caller_is_cancelled() {
    let (setup, machine, started, callback) = begun();
    let gate = setup.server.delay_next_response();
    let waiting = {
        let (machine, pending) = (machine.clone(), started.pending.clone());
        tokio::spawn(async move { machine.finish("acme", &pending, &callback).await.map(drop) })
    };
    while setup.server.issued() == 0 {
        tokio::task::yield_now().await;
    }
    waiting.abort();
    assert!(waiting.await.unwrap_err().is_cancelled());
    gate.add_permits(1);
    machine.drain().await;
    assert_eq!(setup.record("acme").await.generation, 1, "drain waits for the exchange");
}
