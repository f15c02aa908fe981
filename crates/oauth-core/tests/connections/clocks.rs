//! Expiry, and clocks that differ or change.

use std::time::Duration;

use oauth_core::connections::{ConnectionState, Connections};
use oauth_core::{ErrorKind, Scopes};
use oauth_testing::ManualClock;

use crate::support::{Fault, LIFETIME, Ping, RotatingProvider, Setup, StorePoint, client_of, token_number};

#[tokio::test(start_paused = true)]
async fn failed_refresh_keeps_valid_token() {
    let (setup, _, acme) = Setup::due().await;
    setup.server.always_respond(Some((429, r#"{"error":"slow_down"}"#)));
    for _ in 0..100 {
        assert_eq!(token_number(&acme.headers().await.unwrap()), 1);
        tokio::task::yield_now().await;
    }
    assert_eq!(setup.server.refreshes(), 1, "a failed refresh is not retried at once");
    assert_eq!(acme.status().await.unwrap().last_failure.unwrap().kind(), ErrorKind::RateLimited);
    setup.clock.advance_secs(200);
    assert_eq!(acme.headers().await.unwrap_err().kind(), ErrorKind::RateLimited);
    assert_eq!(acme.status().await.unwrap().state, ConnectionState::Expired);
    assert_eq!(setup.server.refreshes(), 1);
    // Retried after the backoff.
    setup.server.always_respond(None);
    tokio::time::advance(Duration::from_secs(61)).await;
    assert_eq!(token_number(&acme.headers().await.unwrap()), 2);
    let status = acme.status().await.unwrap();
    assert_eq!((status.state, status.last_failure.is_none()), (ConnectionState::Active, true));
}

#[tokio::test(start_paused = true)]
async fn first_caller_gets_valid_token_when_refresh_fails() {
    let setup = Setup::new();
    setup.connect().await;
    setup.fall_due();
    // In a process that has no token in memory.
    let first = async || setup.machine().get("acme").headers().await;
    setup.store.fail(StorePoint::Acquire, 1);
    assert_eq!(token_number(&first().await.unwrap()), 1);
    setup.server.always_respond(Some((429, r#"{"error":"slow_down"}"#)));
    assert_eq!(token_number(&first().await.unwrap()), 1);
    setup.expire();
    assert_eq!(first().await.unwrap_err().kind(), ErrorKind::RateLimited);
}

#[tokio::test(start_paused = true)]
async fn margin_is_at_most_half_the_lifetime() {
    let setup = Setup::new();
    let connections = setup.settings(setup.client()).margin(Duration::from_secs(86_400)).build();
    let acme = connections.insert("acme", setup.token().await).await.unwrap();
    setup.clock.advance_secs(LIFETIME / 2 - 1);
    for _ in 0..100 {
        acme.headers().await.unwrap();
        tokio::task::yield_now().await;
    }
    assert_eq!(setup.server.refreshes(), 0);
    setup.clock.advance_secs(1);
    acme.headers().await.unwrap();
    setup.server.wait_for_refresh().await;
    connections.drain().await;
    assert_eq!(setup.server.refreshes(), 1);
}

#[tokio::test(start_paused = true)]
async fn clock_set_back_does_not_extend_token() {
    let setup = Setup::new();
    let acme = setup.connect().await;
    setup.clock.advance_secs(-86_400);
    assert_eq!(token_number(&acme.headers().await.unwrap()), 1);
    tokio::time::advance(Duration::from_secs(LIFETIME.unsigned_abs())).await;
    assert_eq!(token_number(&acme.headers().await.unwrap()), 2);
}

#[tokio::test(start_paused = true)]
async fn wall_clock_expires_token_after_sleep() {
    let setup = Setup::new();
    let acme = setup.connect().await;
    // Monotonic time has stopped meanwhile.
    setup.clock.advance_secs(LIFETIME * 10);
    assert_eq!(token_number(&acme.headers().await.unwrap()), 2);
}

/// Advances the clocks of the provider, the store and every machine.
async fn advance_all(seconds: u64, clocks: &[&ManualClock]) {
    for clock in clocks {
        clock.advance_secs(seconds.try_into().unwrap());
    }
    tokio::time::advance(Duration::from_secs(seconds)).await;
}

/// Connections of a machine whose clock is ahead by this many seconds.
fn skewed(setup: &Setup, seconds: i64) -> (Connections<RotatingProvider>, ManualClock) {
    let clock = ManualClock::default();
    clock.advance_secs(seconds);
    (setup.settings(client_of(&setup.server, &clock, "my-client")).build(), clock)
}

#[tokio::test(start_paused = true)]
async fn tolerates_clocks_that_differ_by_five_minutes() {
    let setup = Setup::new();
    let machines = [skewed(&setup, -300), skewed(&setup, 0), skewed(&setup, 300)];
    machines[1].0.insert("acme", setup.token().await).await.unwrap();
    let clocks: Vec<_> = machines.iter().map(|(_, clock)| clock).chain([&setup.clock]).collect();
    let hours = 20;
    for _ in 0..hours * 36 {
        advance_all(100, &clocks).await;
        for (machine, _) in &machines {
            machine.get("acme").send(&Ping::<true>).await.unwrap();
        }
    }
    for (machine, _) in &machines {
        machine.drain().await;
    }
    // A token lives an hour and is refreshed 300 s early, or 900 s by a clock that is ten minutes ahead of
    // the clock by which it was received.
    let refreshes = setup.server.refreshes();
    assert!((hours..=hours * 3_600 / 2_700).contains(&refreshes), "{refreshes}");
    assert_eq!(setup.server.spent(), setup.server.refreshes(), "no refresh was refused");
    let events = setup.events.take();
    assert!(events.iter().all(|event| event == "acme connected" || event == "acme refreshed"), "{events:?}");
}

/// The slow clock expects the token of the fast one to live ten minutes longer than it does.
#[tokio::test(start_paused = true)]
async fn slow_clock_recovers_from_token_of_fast_clock() {
    let setup = Setup::new();
    let (ahead, ahead_clock) = skewed(&setup, 300);
    let (behind, behind_clock) = skewed(&setup, -300);
    let client = client_of::<RotatingProvider>(&setup.server, &ahead_clock, "my-client");
    let token =
        client.password(oauth_core::PasswordRequest::new("bob", oauth_testing::PASSWORD, Scopes::none()));
    ahead.insert("acme", token.await.unwrap()).await.unwrap();
    advance_all(900, &[&setup.clock, &behind_clock]).await;
    for _ in 0..91 {
        advance_all(100, &[&setup.clock, &behind_clock]).await;
        behind.get("acme").send(&Ping::<true>).await.unwrap();
    }
    assert_eq!((setup.server.refreshes(), setup.server.spent()), (2, 2));
    assert_eq!(setup.server.api_calls(), 92, "one call was refused and repeated");
}

#[tokio::test(start_paused = true)]
async fn clock_jump_costs_one_refresh() {
    let setup = Setup::new();
    let (machine, clock) = skewed(&setup, 0);
    machine.insert("acme", setup.token().await).await.unwrap();
    clock.advance_secs(86_400);
    machine.get("acme").send(&Ping::<true>).await.unwrap();
    assert_eq!(setup.server.refreshes(), 1, "the token seemed to have expired");
    clock.advance_secs(-86_400);
    // In this process, and in a new one that has not seen the jump.
    let restarted = setup.settings(client_of(&setup.server, &clock, "my-client")).build();
    for machine in [&machine, &restarted] {
        machine.get("acme").send(&Ping::<true>).await.unwrap();
    }
    assert_eq!((setup.server.refreshes(), setup.server.api_calls()), (1, 3));
    advance_all(LIFETIME.unsigned_abs(), &[&setup.clock, &clock]).await;
    for machine in [&machine, &restarted] {
        machine.get("acme").send(&Ping::<true>).await.unwrap();
    }
    assert_eq!((setup.server.refreshes(), setup.server.api_calls()), (2, 5), "no expired token was sent");
}

#[tokio::test(start_paused = true)]
async fn unsent_call_is_retried_and_clears_intent() {
    let (setup, _, acme) = Setup::expired().await;
    setup.server.next_token_call(Fault::NotSent);
    setup.server.next_token_call(Fault::NotSent);
    assert_eq!(token_number(&acme.headers().await.unwrap()), 2);
    assert_eq!(setup.server.refreshes(), 3);

    setup.expire();
    for _ in 0..3 {
        setup.server.next_token_call(Fault::NotSent);
    }
    assert_eq!(acme.headers().await.unwrap_err().kind(), ErrorKind::NotSent);
    assert_eq!(setup.record("acme").await.intent, None);
}

#[tokio::test(start_paused = true)]
async fn refused_grant_needs_reconnect_with_reason() {
    for (days, expected) in
        [(1, oauth_core::store::ReconnectReason::Revoked), (91, oauth_core::store::ReconnectReason::Lapsed)]
    {
        let setup = Setup::new();
        let acme = setup.connect().await;
        setup.clock.advance_secs(days * 86_400);
        setup.server.revoke_all();
        let error = acme.headers().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NeedsReconnect(expected));
        assert!(error.needs_reconnect() && !error.is_transient(), "{error}");
        // Stored, so no process sends anything for it.
        assert_eq!(acme.headers().await.unwrap_err().kind(), ErrorKind::NeedsReconnect(expected));
        let elsewhere = setup.machine().get("acme");
        assert_eq!(elsewhere.headers().await.unwrap_err().kind(), ErrorKind::NeedsReconnect(expected));
        assert!(
            matches!(elsewhere.status().await.unwrap().state, ConnectionState::NeedsReconnect { reason, .. } if reason == expected)
        );
        assert_eq!(setup.server.refreshes(), 1);
        assert_eq!(setup.record("acme").await.generation, 1, "nothing is deleted");
    }
}
