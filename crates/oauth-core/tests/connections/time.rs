//! What time decides, and which time.

use std::time::Duration;

use oauth_core::ErrorKind;
use oauth_core::connections::State;

use crate::support::{LIFETIME, Twist, World, number};

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
    assert_eq!(acme.status().await.unwrap().state, State::Expired);
    assert_eq!(world.server.refreshes(), 1);
    // After a rest it is tried again.
    world.server.answer_always(None);
    tokio::time::advance(Duration::from_secs(61)).await;
    assert_eq!(number(&acme.headers().await.unwrap()), 2);
    let status = acme.status().await.unwrap();
    assert_eq!((status.state, status.last_failure.is_none()), (State::Active, true));
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

/// Each thinks otherwise of what time it is; the store has its own.
#[tokio::test(start_paused = true)]
async fn machines_whose_clocks_differ_by_five_minutes() {
    let world = World::new();
    let skewed = |seconds: i64| {
        let clock = oauth_testing::ManualClock::default();
        clock.advance_secs(seconds);
        let client = crate::support::client_of(&world.server, &clock, "my-client");
        (world.settings(client).build(), clock)
    };
    let machines = [skewed(-300), skewed(0), skewed(300)];
    let acme = machines[1].0.insert("acme", world.token().await).await.unwrap();
    drop(acme);
    for round in 0..20 {
        for (machine, clock) in &machines {
            clock.advance_secs(1_000);
            let headers = machine.get("acme").headers().await.unwrap();
            assert!(number(&headers) >= 1, "round {round}");
            tokio::task::yield_now().await;
        }
    }
    for (machine, _) in &machines {
        machine.drain().await;
    }
    // One for each hour that passed by some clock, never one that was refused.
    assert!((5..=8).contains(&world.server.refreshes()), "{}", world.server.refreshes());
    assert!(!world.events.take().iter().any(|event| event.contains("failed") || event.contains("needs")));
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
    for (days, why) in [(1, oauth_core::store::Why::Revoked), (91, oauth_core::store::Why::Lapsed)] {
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
            matches!(elsewhere.status().await.unwrap().state, State::NeedsReconnect { why: told, .. } if told == why)
        );
        assert_eq!(world.server.refreshes(), 1);
        assert_eq!(world.record("acme").await.generation, 1, "nothing is deleted");
    }
}
