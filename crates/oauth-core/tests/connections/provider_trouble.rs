//! Trouble of the provider, which is shared by all connections: refusals, outages, requests to wait.

use std::sync::Arc;
use std::time::Duration;

use oauth_core::connections::{ConnectionState, Connections, Sweep};
use oauth_core::store::{ReconnectReason, RecordState};
use oauth_core::{Error, ErrorKind, Scopes, Token};
use tokio::sync::Semaphore;

use crate::support::{Fault, LIFETIME, RotatingProvider, Setup, SpendingProvider, client_of, token_number};

const WINDOW: Duration = Duration::from_secs(600);
const INVALID_GRANT: Option<(u16, &str)> = Some((400, r#"{"error":"invalid_grant"}"#));

/// Connections that believe a refusal after the default time.
fn patient(setup: &Setup) -> Connections<RotatingProvider> {
    setup.settings(setup.client()).refusal_window(WINDOW).build()
}

async fn insert_accounts(setup: &Setup, connections: &Connections<RotatingProvider>, count: usize) {
    for n in 0..count {
        connections.insert(&format!("{n}"), setup.token().await).await.unwrap();
    }
    setup.events.take();
}

/// Uses all connections at once, and returns the errors.
async fn use_all(connections: &Connections<RotatingProvider>, count: usize) -> Vec<Error> {
    let callers: Vec<_> = (0..count)
        .map(|n| {
            let one = connections.get(&format!("{n}"));
            tokio::spawn(async move { one.headers().await })
        })
        .collect();
    let mut errors = Vec::new();
    for caller in callers {
        errors.extend(caller.await.unwrap().err());
    }
    errors
}

async fn wait(setup: &Setup, duration: Duration) {
    tokio::time::advance(duration).await;
    setup.clock.advance_secs(i64::try_from(duration.as_secs()).unwrap());
}

#[tokio::test(start_paused = true)]
async fn single_refusal_is_believed_after_the_window() {
    let setup = Setup::new();
    let acme = patient(&setup).insert("acme", setup.token().await).await.unwrap();
    setup.fall_due();
    setup.server.revoke_all();
    setup.server.always_respond(INVALID_GRANT);
    acme.headers().await.unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(setup.server.refreshes(), 1);
    // The valid access token stays in use, and the refused refresh token is not sent again.
    assert_eq!(token_number(&acme.headers().await.unwrap()), 1);
    assert_eq!(acme.status().await.unwrap().state, ConnectionState::Active);
    wait(&setup, Duration::from_secs(300)).await;
    let error = acme.headers().await.unwrap_err();
    assert_eq!((error.kind(), error.is_transient()), (ErrorKind::RefusalUnconfirmed, true));
    assert!(!error.needs_reconnect());
    let left = error.retry_after().unwrap();
    assert!((250..=300).contains(&left.as_secs()), "{left:?}");
    assert_eq!(setup.record("acme").await.state, RecordState::Active);
    assert_eq!(setup.server.refreshes(), 1);
    wait(&setup, left).await;
    let error = acme.headers().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NeedsReconnect(ReconnectReason::Revoked));
    assert_eq!(setup.server.refreshes(), 2, "it was sent once more");
    assert_eq!(
        setup.events.take(),
        ["acme connected", "acme refresh failed RefusalUnconfirmed", "acme needs reconnect revoked"]
    );
}

#[tokio::test(start_paused = true)]
async fn accepted_token_ends_the_suspicion() {
    let setup = Setup::new();
    let acme = patient(&setup).insert("acme", setup.token().await).await.unwrap();
    setup.expire();
    setup.server.next_token_call(Fault::Status(400, r#"{"error":"invalid_grant"}"#));
    assert_eq!(acme.headers().await.unwrap_err().kind(), ErrorKind::RefusalUnconfirmed);
    wait(&setup, WINDOW).await;
    acme.headers().await.unwrap();
    // A later refusal is about another token, and has a window of its own.
    setup.expire();
    setup.server.next_token_call(Fault::Status(400, r#"{"error":"invalid_grant"}"#));
    assert_eq!(acme.headers().await.unwrap_err().kind(), ErrorKind::RefusalUnconfirmed);
}

#[tokio::test(start_paused = true)]
async fn new_connection_ends_the_suspicion() {
    let setup = Setup::new();
    let connections = patient(&setup);
    let acme = connections.insert("acme", setup.token().await).await.unwrap();
    setup.expire();
    setup.server.next_token_call(Fault::Status(400, r#"{"error":"invalid_grant"}"#));
    assert_eq!(acme.headers().await.unwrap_err().kind(), ErrorKind::RefusalUnconfirmed);
    connections.insert("acme", setup.token().await).await.unwrap();
    acme.headers().await.unwrap();
    // The same in another process.
    setup.expire();
    setup.server.next_token_call(Fault::Status(400, r#"{"error":"invalid_grant"}"#));
    assert_eq!(acme.headers().await.unwrap_err().kind(), ErrorKind::RefusalUnconfirmed);
    setup.machine().insert("acme", setup.token().await).await.unwrap();
    wait(&setup, Duration::from_secs(60)).await;
    acme.headers().await.unwrap();
}

/// D1 of the field cases: an hour in which the provider refuses everybody.
#[tokio::test(start_paused = true)]
async fn refusals_of_several_customers_are_an_incident() {
    let setup = Setup::new();
    let connections = patient(&setup);
    insert_accounts(&setup, &connections, 50).await;
    setup.expire();
    setup.server.always_respond(INVALID_GRANT);
    for _ in 0..60 {
        for error in use_all(&connections, 50).await {
            assert_eq!(
                (error.kind(), error.is_transient()),
                (ErrorKind::RefusalUnconfirmed, true),
                "{error}"
            );
            assert!(error.retry_after().is_some());
        }
        wait(&setup, Duration::from_secs(60)).await;
    }
    let calls = setup.server.refreshes();
    assert!((10..=70).contains(&calls), "{calls} calls in an hour");
    let swept = connections.sweep(&Sweep::due()).await.unwrap();
    assert_eq!((swept.refreshed, swept.needs_reconnect), (0, 0), "{swept}");
    for n in 0..50 {
        assert_eq!(setup.record(&format!("{n}")).await.state, RecordState::Active);
    }
    setup.server.always_respond(None);
    wait(&setup, Duration::from_secs(60)).await;
    assert!(use_all(&connections, 50).await.len() < 50, "the first success ends the incident");
    assert!(use_all(&connections, 50).await.is_empty(), "all are served");
    let events = setup.events.take();
    for (event, count) in [("refusalincident", 1), ("providerrecovered", 1), ("needs reconnect", 0)] {
        assert_eq!(events.iter().filter(|one| one.contains(event)).count(), count, "{event}: {events:?}");
    }
    assert!(events.len() < 200, "no event for each held call: {}", events.len());
}

#[tokio::test(start_paused = true)]
async fn dead_tokens_are_found_after_an_incident() {
    let setup = Setup::new();
    let connections = patient(&setup);
    insert_accounts(&setup, &connections, 20).await;
    setup.expire();
    setup.server.always_respond(INVALID_GRANT);
    use_all(&connections, 20).await;
    // Two of them were revoked meanwhile.
    setup.server.revoke(&["canary-refresh-1", "canary-refresh-2"]);
    setup.server.always_respond(None);
    wait(&setup, Duration::from_secs(60)).await;
    let mut dead = 0;
    for _ in 0..30 {
        let errors = use_all(&connections, 20).await;
        let is_dead = |error: &&Error| error.needs_reconnect();
        dead = errors.iter().filter(is_dead).count();
        assert!(errors.len() <= 2, "{errors:?}");
        wait(&setup, Duration::from_secs(60)).await;
    }
    assert_eq!(dead, 2);
    assert!(use_all(&connections, 20).await.len() == 2, "all others are served");
}

#[tokio::test(start_paused = true)]
async fn refusals_are_believed_after_a_day_without_success() {
    let setup = Setup::new();
    let connections = patient(&setup);
    insert_accounts(&setup, &connections, 3).await;
    setup.expire();
    setup.server.revoke_all();
    setup.server.always_respond(INVALID_GRANT);
    let mut dead = Vec::new();
    for minute in 0..25 * 60 {
        let errors = use_all(&connections, 3).await;
        dead.extend(errors.iter().filter(|error| error.needs_reconnect()).map(|_| minute));
        wait(&setup, Duration::from_secs(60)).await;
        if dead.len() >= 3 {
            break;
        }
    }
    assert_eq!(dead.len(), 3, "no new incident begins");
    assert!(dead.iter().all(|minute| (24 * 60..24 * 60 + 20).contains(minute)), "{dead:?}");
    let events = setup.events.take();
    assert_eq!(events.iter().filter(|event| event.contains("refusalincident")).count(), 1, "{events:?}");
}

/// GoCD destroys a refresh token before it checks anything.
#[tokio::test(start_paused = true)]
async fn refusals_far_apart_are_one_incident_where_a_call_may_destroy_a_token() {
    let setup = Setup::new();
    let connections = setup
        .settings(client_of::<SpendingProvider>(&setup.server, &setup.clock, "my-client"))
        .refusal_window(WINDOW)
        .build();
    let connect = async |account: &str| {
        let request = oauth_core::PasswordRequest::new("bob", oauth_testing::PASSWORD, Scopes::none());
        let token = connections.client().password(request).await.unwrap();
        connections.insert(account, token).await.unwrap()
    };
    let (a, b) = (connect("a").await, connect("b").await);
    setup.expire();
    let c = connect("c").await;
    setup.server.always_respond(INVALID_GRANT);
    a.headers().await.unwrap_err();
    wait(&setup, 3 * WINDOW).await;
    b.headers().await.unwrap_err();
    wait(&setup, 2 * WINDOW).await;
    for one in [&a, &b] {
        assert_eq!(one.headers().await.unwrap_err().kind(), ErrorKind::RefusalUnconfirmed);
    }
    setup.server.always_respond(None);
    setup.expire();
    for one in [&c, &a, &b] {
        one.headers().await.unwrap();
    }
}

/// A success stays evidence about the provider when the client is corrected after it.
#[tokio::test(start_paused = true)]
async fn corrected_client_makes_no_refusal_believable() {
    let setup = Setup::new();
    let client = || client_of::<SpendingProvider>(&setup.server, &setup.clock, "my-client");
    let connections = setup.settings(client()).refusal_window(WINDOW).build();
    let connect = async |account: &str| {
        let request = oauth_core::PasswordRequest::new("bob", oauth_testing::PASSWORD, Scopes::none());
        let token = connections.client().password(request).await.unwrap();
        connections.insert(account, token).await.unwrap()
    };
    let (a, b) = (connect("a").await, connect("b").await);
    setup.expire();
    setup.server.next_token_call(Fault::Status(400, r#"{"error":"invalid_grant"}"#));
    a.headers().await.unwrap_err();
    wait(&setup, Duration::from_secs(60)).await;
    b.headers().await.unwrap();
    connections.reconfigure(client()).unwrap();
    wait(&setup, WINDOW).await;
    a.headers().await.unwrap();
}

/// The evidence that a customer gave ends with its connection.
#[tokio::test(start_paused = true)]
async fn reconnected_customer_is_no_part_of_an_incident() {
    let setup = Setup::new();
    let connections = patient(&setup);
    insert_accounts(&setup, &connections, 2).await;
    setup.expire();
    let refuse = Fault::Status(400, r#"{"error":"invalid_grant"}"#);
    setup.server.next_token_call(refuse);
    connections.get("0").headers().await.unwrap_err();
    connections.insert("0", setup.token().await).await.unwrap();
    setup.server.next_token_call(Fault::Status(400, r#"{"error":"invalid_grant"}"#));
    connections.get("1").headers().await.unwrap_err();
    assert!(setup.events.take().iter().all(|event| !event.contains("refusalincident")));
}

/// GoCD destroys a refresh token before it checks anything.
#[tokio::test(start_paused = true)]
async fn refused_token_is_no_probe_where_a_call_may_destroy_it() {
    let setup = Setup::new();
    let connections = setup
        .settings(client_of::<SpendingProvider>(&setup.server, &setup.clock, "my-client"))
        .refusal_window(WINDOW)
        .build();
    let token = async || -> Token<SpendingProvider> {
        let request = oauth_core::PasswordRequest::new("bob", oauth_testing::PASSWORD, Scopes::none());
        connections.client().password(request).await.unwrap()
    };
    let a = connections.insert("a", token().await).await.unwrap();
    setup.expire();
    setup.server.next_token_call(Fault::Status(400, r#"{"error":"invalid_grant"}"#));
    a.headers().await.unwrap_err();
    wait(&setup, WINDOW).await;
    let before = setup.server.refreshes();
    let error = a.headers().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NeedsReconnect(ReconnectReason::Revoked), "{error}");
    assert_eq!(setup.server.refreshes(), before, "the window decides, not another call");

    // In an incident, a success of another account decides.
    let b = connections.insert("b", token().await).await.unwrap();
    let c = connections.insert("c", token().await).await.unwrap();
    setup.expire();
    let d = connections.insert("d", token().await).await.unwrap();
    setup.server.always_respond(INVALID_GRANT);
    for one in [&b, &c] {
        assert_eq!(one.headers().await.unwrap_err().kind(), ErrorKind::RefusalUnconfirmed);
    }
    let before = setup.server.refreshes();
    for _ in 0..30 {
        wait(&setup, Duration::from_secs(60)).await;
        for one in [&b, &c] {
            assert_eq!(one.headers().await.unwrap_err().kind(), ErrorKind::RefusalUnconfirmed);
        }
    }
    assert_eq!(setup.server.refreshes(), before);
    setup.server.always_respond(None);
    setup.clock.advance_secs(LIFETIME);
    d.headers().await.unwrap();
    for one in [&b, &c] {
        one.headers().await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn outage_holds_back_all_connections() {
    let setup = Setup::new();
    let connections = patient(&setup);
    insert_accounts(&setup, &connections, 200).await;
    setup.expire();
    setup.server.always_respond(Some((503, "")));
    let mut calls = Vec::new();
    for _ in 0..60 {
        let errors = use_all(&connections, 200).await;
        assert_eq!(errors.len(), 200);
        assert!(errors.iter().all(Error::is_transient));
        calls.push(setup.server.refreshes());
        wait(&setup, Duration::from_secs(60)).await;
    }
    assert_eq!(calls[0], 3, "three failures in a row are an outage");
    assert!(calls[59] <= 3 + 60 * 2, "{calls:?}");
    setup.server.always_respond(None);
    assert!(use_all(&connections, 200).await.is_empty());
    let events = setup.events.take();
    for (event, count) in [("providerunavailable", 1), ("providerrecovered", 1)] {
        assert_eq!(events.iter().filter(|one| one.contains(event)).count(), count, "{event}: {events:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn one_request_to_wait_holds_back_all_connections() {
    let setup = Setup::new();
    let connections = patient(&setup);
    insert_accounts(&setup, &connections, 100).await;
    setup.expire();
    setup.server.next_token_call(Fault::RetryAfter(429, 30));
    let errors = use_all(&connections, 100).await;
    assert_eq!((errors.len(), setup.server.refreshes()), (100, 1));
    wait(&setup, Duration::from_secs(29)).await;
    let errors = use_all(&connections, 100).await;
    assert_eq!((errors.len(), setup.server.refreshes()), (100, 1));
    assert_eq!(errors[7].retry_after(), Some(Duration::from_secs(1)), "{}", errors[7]);
    wait(&setup, Duration::from_secs(1)).await;
    assert!(use_all(&connections, 100).await.is_empty());
    assert_eq!(setup.server.refreshes(), 101);
}

#[tokio::test(start_paused = true)]
async fn token_calls_in_flight_are_limited_and_ramp_up() {
    let setup = Setup::new();
    let connections = setup.settings(setup.client()).max_token_calls(8).build();
    insert_accounts(&setup, &connections, 100).await;
    setup.expire();
    let gate = Arc::new(Semaphore::new(0));
    for _ in 0..100 {
        setup.server.next_token_call(Fault::DelayRequest(Arc::clone(&gate)));
    }
    let callers = tokio::spawn({
        let connections = connections.clone();
        async move { use_all(&connections, 100).await }
    });
    let (mut done, mut in_flight) = (0, Vec::new());
    while done < 100 {
        tokio::time::sleep(Duration::from_millis(10)).await;
        let running = setup.server.refreshes() - done;
        in_flight.push(running);
        gate.add_permits(running);
        done += running;
    }
    assert!(callers.await.unwrap().is_empty());
    assert_eq!(in_flight[..5], [1, 2, 8, 8, 8]);
    assert!(in_flight.iter().all(|calls| *calls <= 8), "{in_flight:?}");
}

/// D3: a program that returns without `drain` loses few connections.
#[tokio::test(start_paused = true)]
async fn few_valid_tokens_are_refreshed_in_the_background() {
    let setup = Setup::new();
    let connections = setup.machine();
    insert_accounts(&setup, &connections, 20).await;
    setup.expire();
    use_all(&connections, 20).await;
    setup.fall_due();
    let before = setup.server.refreshes();
    let gate = Arc::new(Semaphore::new(0));
    for _ in 0..20 {
        setup.server.next_token_call(Fault::DelayRequest(Arc::clone(&gate)));
    }
    assert!(use_all(&connections, 20).await.is_empty());
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(setup.server.refreshes() - before, 4);
    // A caller of an expired token does not wait for a place among them.
    setup.clock.advance_secs(300);
    let waiting = connections.get("19");
    let waiting = tokio::spawn(async move { waiting.headers().await });
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(setup.server.refreshes() - before, 5);
    gate.add_permits(20);
    waiting.await.unwrap().unwrap();
}

#[test]
fn interrupted_refresh_is_reported_and_its_outcome_unknown() {
    let setup = Setup::new();
    let runtime =
        || tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    let program = runtime();
    program.block_on(async {
        let acme = setup.machine().insert("acme", setup.token().await).await.unwrap();
        setup.events.take();
        setup.expire();
        setup.server.next_token_call(Fault::DelayResponse(Arc::new(Semaphore::new(0))));
        tokio::spawn(async move { acme.headers().await });
        tokio::time::sleep(Duration::from_secs(1)).await;
    });
    // The program returns without `drain`.
    drop(program);
    assert_eq!(setup.events.take(), ["acme refreshinterrupted"]);
    setup.clock.advance_secs(600);
    let error = runtime().block_on(setup.machine().get("acme").headers()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NeedsReconnect(ReconnectReason::OutcomeUnknown));
}

/// The response arrived, so nothing is in flight that a corrected client would have to wait for.
#[tokio::test(start_paused = true)]
async fn corrected_client_continues_at_once() {
    let setup = Setup::new();
    let connections = setup.machine();
    let acme = connections.insert("acme", setup.token().await).await.unwrap();
    setup.expire();
    setup.server.next_token_call(Fault::Status(401, r#"{"error":"invalid_client"}"#));
    assert_eq!(acme.headers().await.unwrap_err().kind(), ErrorKind::ClientRefused);
    connections.reconfigure(setup.client()).unwrap();
    let start = tokio::time::Instant::now();
    acme.headers().await.unwrap();
    assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
}
