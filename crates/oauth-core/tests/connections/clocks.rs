//! What time decides, and which time.

use std::time::Duration;

use oauth_core::connections::{ConnectionState, Connections};
use oauth_core::{ErrorKind, Scopes};
use oauth_testing::ManualClock;

use crate::support::{At_, LIFETIME, Ping, Turning, Twist, World, client_of, number};

#[tokio::test(start_paused = true)]
async fn a_valid_token_serves_while_refreshing_fails_and_an_expired_one_is_never_sent() {
    let world = World::new();
    let connections = world.machine();
    let acme = connections.insert("acme", world.token().await).await.unwrap();
    world.fall_due();
    world.server.answer_always(Some((429, r#"{"error":"slow_down"}"#)));
    for _ in 0..100 {
        assert_eq!(number(&acme.headers().await.unwrap()), 1);
        tokio::task::yield_now().await;
    }
    assert_eq!(world.server.refreshes(), 1, "a failed refresh is not tried again at once");
    assert_eq!(acme.status().await.unwrap().last_failure.unwrap().kind(), ErrorKind::RateLimited);
    world.clock.advance_secs(200);
    assert_eq!(acme.headers().await.unwrap_err().kind(), ErrorKind::RateLimited);
    assert_eq!(acme.status().await.unwrap().state, ConnectionState::Expired);
    assert_eq!(world.server.refreshes(), 1);
    // After a rest it is tried again.
    world.server.answer_always(None);
    tokio::time::advance(Duration::from_secs(61)).await;
    assert_eq!(number(&acme.headers().await.unwrap()), 2);
    let status = acme.status().await.unwrap();
    assert_eq!((status.state, status.last_failure.is_none()), (ConnectionState::Active, true));
}

#[tokio::test(start_paused = true)]
async fn a_valid_token_serves_the_first_who_asks_although_refreshing_fails_before_anybody_looks() {
    let world = World::new();
    world.machine().insert("acme", world.token().await).await.unwrap();
    world.fall_due();
    // Of a machine that has nothing in memory yet.
    let first = async || world.machine().get("acme").headers().await;
    world.store.fail(At_::Acquire, 1);
    assert_eq!(number(&first().await.unwrap()), 1);
    world.server.answer_always(Some((429, r#"{"error":"slow_down"}"#)));
    assert_eq!(number(&first().await.unwrap()), 1);
    world.expire();
    assert_eq!(first().await.unwrap_err().kind(), ErrorKind::RateLimited);
}

#[tokio::test(start_paused = true)]
async fn the_margin_is_never_more_than_half_of_the_lifetime() {
    let world = World::new();
    let connections = world.settings(world.client()).margin(Duration::from_secs(86_400)).build();
    let acme = connections.insert("acme", world.token().await).await.unwrap();
    world.clock.advance_secs(LIFETIME / 2 - 1);
    for _ in 0..100 {
        acme.headers().await.unwrap();
        tokio::task::yield_now().await;
    }
    assert_eq!(world.server.refreshes(), 0);
    world.clock.advance_secs(1);
    acme.headers().await.unwrap();
    while world.server.refreshes() == 0 {
        tokio::task::yield_now().await;
    }
    connections.drain().await;
    assert_eq!(world.server.refreshes(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_set_back_makes_no_token_live_longer() {
    let world = World::new();
    let acme = world.machine().insert("acme", world.token().await).await.unwrap();
    world.clock.advance_secs(-86_400);
    assert_eq!(number(&acme.headers().await.unwrap()), 1);
    tokio::time::advance(Duration::from_secs(LIFETIME.unsigned_abs())).await;
    assert_eq!(number(&acme.headers().await.unwrap()), 2);
}

#[tokio::test(start_paused = true)]
async fn a_machine_that_slept_trusts_the_wall_clock() {
    let world = World::new();
    let acme = world.machine().insert("acme", world.token().await).await.unwrap();
    // Monotonic time stood still.
    world.clock.advance_secs(LIFETIME * 10);
    assert_eq!(number(&acme.headers().await.unwrap()), 2);
}

/// Time that passes everywhere: for the provider, the store and every machine.
async fn pass(seconds: u64, clocks: &[&ManualClock]) {
    for clock in clocks {
        clock.advance_secs(seconds.try_into().unwrap());
    }
    tokio::time::advance(Duration::from_secs(seconds)).await;
}

/// A machine whose clock is so many seconds ahead.
fn skewed(world: &World, seconds: i64) -> (Connections<Turning>, ManualClock) {
    let clock = ManualClock::default();
    clock.advance_secs(seconds);
    (world.settings(client_of(&world.server, &clock, "my-client")).build(), clock)
}

/// Each thinks otherwise of what time it is; the provider and the store have their own.
#[tokio::test(start_paused = true)]
async fn machines_whose_clocks_differ_by_five_minutes() {
    let world = World::new();
    let machines = [skewed(&world, -300), skewed(&world, 0), skewed(&world, 300)];
    machines[1].0.insert("acme", world.token().await).await.unwrap();
    let clocks: Vec<_> = machines.iter().map(|(_, clock)| clock).chain([&world.clock]).collect();
    let hours = 20;
    for _ in 0..hours * 36 {
        pass(100, &clocks).await;
        for (machine, _) in &machines {
            machine.get("acme").send(&Ping::<true>).await.unwrap();
        }
    }
    for (machine, _) in &machines {
        machine.drain().await;
    }
    // A token lives an hour, and is refreshed 300 s early; by a clock that is ten minutes ahead of the one that it was
    // received by, ten minutes earlier still.
    let refreshes = world.server.refreshes();
    assert!((hours..=hours * 3_600 / 2_700).contains(&refreshes), "{refreshes}");
    assert_eq!(world.server.spent(), world.server.refreshes(), "none was refused");
    let events = world.events.take();
    assert!(events.iter().all(|event| event == "acme connected" || event == "acme refreshed"), "{events:?}");
}

/// The other way round: who is behind thinks that the token of one who is ahead lives ten minutes longer than it does.
#[tokio::test(start_paused = true)]
async fn a_machine_that_is_behind_recovers_from_the_token_of_one_that_is_ahead() {
    let world = World::new();
    let (ahead, ahead_clock) = skewed(&world, 300);
    let (behind, behind_clock) = skewed(&world, -300);
    let client = client_of::<Turning>(&world.server, &ahead_clock, "my-client");
    let token =
        client.password(oauth_core::PasswordRequest::new("bob", oauth_testing::PASSWORD, Scopes::none()));
    ahead.insert("acme", token.await.unwrap()).await.unwrap();
    pass(900, &[&world.clock, &behind_clock]).await;
    for _ in 0..91 {
        pass(100, &[&world.clock, &behind_clock]).await;
        behind.get("acme").send(&Ping::<true>).await.unwrap();
    }
    assert_eq!((world.server.refreshes(), world.server.spent()), (2, 2));
    assert_eq!(world.server.api_calls(), 92, "one was refused, and sent again");
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_jumps_ahead_and_back_costs_one_refresh_and_no_token_lives_longer() {
    let world = World::new();
    let (machine, clock) = skewed(&world, 0);
    machine.insert("acme", world.token().await).await.unwrap();
    clock.advance_secs(86_400);
    machine.get("acme").send(&Ping::<true>).await.unwrap();
    assert_eq!(world.server.refreshes(), 1, "it seemed to have expired");
    clock.advance_secs(-86_400);
    // As it is, and as a process finds it that knows nothing of the jump.
    let restarted = world.settings(client_of(&world.server, &clock, "my-client")).build();
    for machine in [&machine, &restarted] {
        machine.get("acme").send(&Ping::<true>).await.unwrap();
    }
    assert_eq!((world.server.refreshes(), world.server.api_calls()), (1, 3));
    pass(LIFETIME.unsigned_abs(), &[&world.clock, &clock]).await;
    for machine in [&machine, &restarted] {
        machine.get("acme").send(&Ping::<true>).await.unwrap();
    }
    assert_eq!((world.server.refreshes(), world.server.api_calls()), (2, 5), "no expired token was sent");
}

#[tokio::test(start_paused = true)]
async fn not_sent_is_tried_again_by_the_same_holder_and_leaves_no_doubt() {
    let world = World::new();
    let acme = world.machine().insert("acme", world.token().await).await.unwrap();
    world.expire();
    world.server.next_token_call(Twist::NotSent);
    world.server.next_token_call(Twist::NotSent);
    assert_eq!(number(&acme.headers().await.unwrap()), 2);
    assert_eq!(world.server.refreshes(), 3);

    world.expire();
    for _ in 0..3 {
        world.server.next_token_call(Twist::NotSent);
    }
    assert_eq!(acme.headers().await.unwrap_err().kind(), ErrorKind::NotSent);
    assert_eq!(world.record("acme").await.intent, None);
}

#[tokio::test(start_paused = true)]
async fn a_refused_refresh_token_was_revoked_or_has_lapsed() {
    for (days, why) in
        [(1, oauth_core::store::ReconnectReason::Revoked), (91, oauth_core::store::ReconnectReason::Lapsed)]
    {
        let world = World::new();
        let acme = world.machine().insert("acme", world.token().await).await.unwrap();
        world.clock.advance_secs(days * 86_400);
        world.server.revoke_all();
        let error = acme.headers().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NeedsReconnect(why));
        assert!(error.needs_reconnect() && !error.is_transient(), "{error}");
        // Known from now on, here and elsewhere, and nothing is sent for it.
        assert_eq!(acme.headers().await.unwrap_err().kind(), ErrorKind::NeedsReconnect(why));
        let elsewhere = world.machine().get("acme");
        assert_eq!(elsewhere.headers().await.unwrap_err().kind(), ErrorKind::NeedsReconnect(why));
        assert!(
            matches!(elsewhere.status().await.unwrap().state, ConnectionState::NeedsReconnect { reason: told, .. } if told == why)
        );
        assert_eq!(world.server.refreshes(), 1);
        assert_eq!(world.record("acme").await.generation, 1, "nothing is deleted");
    }
}
