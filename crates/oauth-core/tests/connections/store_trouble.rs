//! Trouble of the store and of clocks: lost records, outages, times from the future.

use std::time::Duration;

use oauth_core::chrono::TimeDelta;
use oauth_core::connections::{Connection, Sweep};
use oauth_core::store::{Content, Key, ReconnectReason, Record, TokenStore as _};
use oauth_core::{Clock as _, ErrorKind};
use tokio::time::Instant;

use crate::support::{LIFETIME, RotatingProvider, Setup, StorePoint, spawn_caller, token_number};

const DAY: i64 = 86_400;

/// Refreshes a connection this many times.
async fn refresh(setup: &Setup, acme: &Connection<RotatingProvider>, times: usize) {
    for _ in 0..times {
        setup.expire();
        acme.headers().await.unwrap();
    }
}

/// A connection that was refreshed this many times after a backup.
async fn refreshed_since_backup(times: usize) -> (Setup, Connection<RotatingProvider>, Record) {
    let setup = Setup::new();
    let acme = setup.connect().await;
    let backup = setup.record("acme").await;
    refresh(&setup, &acme, times).await;
    (setup, acme, backup)
}

/// Lets the next call compare the cached token with the store, in the background.
async fn revalidate(acme: &Connection<RotatingProvider>) {
    tokio::time::advance(Duration::from_secs(60)).await;
    let _ = acme.headers().await;
    tokio::time::sleep(Duration::from_secs(1)).await;
}

#[tokio::test(start_paused = true)]
async fn newer_token_is_written_back_to_store_that_went_back() {
    let setup = Setup::new();
    let (one, two) = (setup.machine(), setup.machine());
    let acme = one.insert("acme", setup.token().await).await.unwrap();
    refresh(&setup, &acme, 1).await;
    let backup = setup.record("acme").await;
    let stale = two.get("acme");
    stale.headers().await.unwrap();
    refresh(&setup, &acme, 3).await;
    setup.events.take();
    setup.store.go_back(&[("acme", &backup)]).await;
    assert_eq!(setup.record("acme").await.generation, 2);
    revalidate(&acme).await;
    assert_eq!(setup.events.take(), ["acme storewentback(none)"]);
    let record = setup.record("acme").await;
    assert!(record.generation > 5, "{}", record.generation);
    // Every process continues with the newest token.
    setup.expire();
    assert_eq!(token_number(&stale.headers().await.unwrap()), 6);
    revalidate(&acme).await;
    assert_eq!(token_number(&acme.headers().await.unwrap()), 6);
    assert_eq!(setup.events.take(), ["acme refreshed"]);
}

#[tokio::test(start_paused = true)]
async fn store_that_goes_back_during_a_refresh_gets_its_token() {
    let (setup, acme, backup) = refreshed_since_backup(2).await;
    setup.events.take();
    setup.expire();
    let (gate, caller) = setup.hold_refresh(&acme).await;
    setup.store.go_back(&[("acme", &backup)]).await;
    gate.add_permits(1);
    assert_eq!(caller.await.unwrap().unwrap(), 4);
    assert_eq!(setup.events.take(), ["acme storewentback(none)", "acme refreshed"]);
    setup.expire();
    assert_eq!(token_number(&setup.machine().get("acme").headers().await.unwrap()), 5);
}

/// Another process writes the predecessor back first.
#[tokio::test(start_paused = true)]
async fn written_back_predecessor_gives_way_to_its_successor() {
    let (setup, acme, backup) = refreshed_since_backup(2).await;
    let other = setup.machine().get("acme");
    assert_eq!(token_number(&other.headers().await.unwrap()), 3);
    setup.expire();
    let (gate, caller) = setup.hold_refresh(&acme).await;
    setup.store.go_back(&[("acme", &backup)]).await;
    let waiting = spawn_caller(&other);
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(setup.record("acme").await.generation, 4, "token 3 was written back");
    gate.add_permits(1);
    assert_eq!(caller.await.unwrap().unwrap(), 4);
    // The other process has waited for the call whose intent the store had lost.
    assert_eq!(waiting.await.unwrap().unwrap(), 4);
    assert_eq!((setup.server.refreshes(), setup.server.spent()), (3, 3));
}

#[tokio::test(start_paused = true)]
async fn connection_made_after_the_store_went_back_wins() {
    let (setup, acme, backup) = refreshed_since_backup(4).await;
    setup.store.go_back(&[("acme", &backup)]).await;
    setup.clock.advance_secs(10);
    // The user connects again, in another process.
    setup.connect().await;
    setup.events.take();
    revalidate(&acme).await;
    assert_eq!(token_number(&acme.headers().await.unwrap()), 6);
    refresh(&setup, &acme, 1).await;
    assert_eq!(setup.events.take(), ["acme refreshed"]);
}

#[tokio::test(start_paused = true)]
async fn older_connection_of_a_backup_is_not_used_silently() {
    let setup = Setup::new();
    let one = setup.machine();
    one.insert("acme", setup.token().await).await.unwrap();
    let backup = setup.record("acme").await;
    setup.clock.advance_secs(10);
    let acme = one.insert("acme", setup.token().await).await.unwrap();
    setup.store.go_back(&[("acme", &backup)]).await;
    setup.events.take();
    revalidate(&acme).await;
    assert_eq!(token_number(&acme.headers().await.unwrap()), 2, "a valid token stays in use");
    let events = setup.events.take();
    assert!(events[0].starts_with("acme storewentback(some("), "{events:?}");
    setup.expire();
    let error = acme.headers().await.unwrap_err();
    assert_eq!((error.kind(), error.is_transient()), (ErrorKind::Store, false), "{error}");
    assert_eq!(setup.server.refreshes(), 0, "no old token is sent");
    assert_eq!(setup.events.take(), [""; 0], "it was reported before");
}

/// Without refresh tokens, the lost connection ends with its token. What the store has may be a later one,
/// of a process whose clock is behind.
#[tokio::test(start_paused = true)]
async fn expired_token_hides_no_connection_of_the_store() {
    let setup = Setup::new();
    setup.server.issue_no_refresh_tokens();
    setup.server.state_lifetime(2 * LIFETIME);
    setup.connect().await;
    let stored = setup.record("acme").await;
    setup.clock.advance_secs(10);
    setup.server.state_lifetime(LIFETIME);
    let acme = setup.connect().await;
    setup.store.go_back(&[("acme", &stored)]).await;
    setup.expire();
    tokio::time::advance(Duration::from_secs(60)).await;
    assert_eq!(token_number(&acme.headers().await.unwrap()), 1);
}

/// An older connection of a backup, while the new token is on its way. It is used while it is valid, and
/// then the error says why.
#[tokio::test(start_paused = true)]
async fn older_connection_of_a_backup_is_not_overwritten_by_a_refresh() {
    let setup = Setup::new();
    let one = setup.settings(setup.client()).cache_capacity(1).build();
    one.insert("acme", setup.token().await).await.unwrap();
    let backup = setup.record("acme").await;
    setup.clock.advance_secs(10);
    let acme = one.insert("acme", setup.token().await).await.unwrap();
    setup.expire();
    let (gate, caller) = setup.hold_refresh(&acme).await;
    setup.store.go_back(&[("acme", &backup)]).await;
    setup.events.take();
    gate.add_permits(1);
    assert_eq!(caller.await.unwrap().unwrap(), 3);
    assert!(setup.events.take()[0].starts_with("acme storewentback(some("));
    // Not evicted, as it is nowhere else.
    for account in ["b", "c", "d"] {
        let _ = one.get(account).headers().await;
    }
    assert_eq!(one.unsaved(), ["acme"]);
    setup.expire();
    let error = one.get("acme").headers().await.unwrap_err();
    assert_eq!((error.kind(), error.is_transient()), (ErrorKind::Store, false), "{error}");
    assert!(error.to_string().contains("backup"), "{error}");
    assert_eq!(setup.server.refreshes(), 1);
    assert_eq!(setup.record("acme").await.generation, backup.generation);
}

/// The error of an insert does not say if the token was stored.
#[tokio::test(start_paused = true)]
async fn repeated_insert_replaces_no_successor() {
    let setup = Setup::new();
    let (one, two) = (setup.machine(), setup.machine());
    let token = setup.token().await;
    one.insert("acme", token.clone()).await.unwrap();
    setup.expire();
    two.get("acme").headers().await.unwrap();
    let acme = one.insert("acme", token).await.unwrap();
    assert_eq!(token_number(&acme.headers().await.unwrap()), 2);
    // The user has connected again.
    let acme = one.insert("acme", setup.token().await).await.unwrap();
    assert_eq!(token_number(&acme.headers().await.unwrap()), 3);
    assert_eq!(setup.server.refreshes(), 1);
}

#[tokio::test(start_paused = true)]
async fn repeated_insert_keeps_unsaved_successor() {
    let setup = Setup::new();
    let one = setup.machine();
    let token = setup.token().await;
    let acme = one.insert("acme", token.clone()).await.unwrap();
    setup.expire();
    setup.store.fail(StorePoint::Save, 3);
    acme.headers().await.unwrap();
    assert_eq!(one.unsaved(), ["acme"]);
    let acme = one.insert("acme", token).await.unwrap();
    assert_eq!(token_number(&acme.headers().await.unwrap()), 2);
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert!(one.unsaved().is_empty());
    assert_eq!(token_number(&setup.machine().get("acme").headers().await.unwrap()), 2);
}

/// The token of a connection that was given up may be good again.
#[tokio::test(start_paused = true)]
async fn inserted_token_revives_a_dead_connection_everywhere() {
    let setup = Setup::new();
    setup.server.state_lifetime(100 * LIFETIME);
    let (one, two) = (setup.machine(), setup.machine());
    let token = setup.token().await;
    let acme = one.insert("acme", token.clone()).await.unwrap();
    acme.refresh().await.unwrap();
    setup.server.revoke_all();
    acme.refresh().await.unwrap_err();
    let other = two.get("acme");
    other.headers().await.unwrap_err();
    let acme = one.insert("acme", token).await.unwrap();
    revalidate(&other).await;
    for connection in [acme, other] {
        assert_eq!(token_number(&connection.headers().await.unwrap()), 1);
    }
}

/// Found by the simulation, large seed 1716.
#[tokio::test(start_paused = true)]
async fn predecessor_of_a_dead_token_is_not_sent() {
    let setup = Setup::new();
    setup.server.state_lifetime(100 * LIFETIME);
    let (one, two) = (setup.machine(), setup.machine());
    let acme = one.insert("acme", setup.token().await).await.unwrap();
    let backup = setup.record("acme").await;
    acme.refresh().await.unwrap();
    let other = two.get("acme");
    other.headers().await.unwrap();
    acme.refresh().await.unwrap();
    setup.server.revoke_all();
    acme.refresh().await.unwrap_err();
    setup.store.go_back(&[("acme", &backup)]).await;
    // This process knows that the account is dead, and the other one writes back a token that was spent.
    revalidate(&acme).await;
    revalidate(&other).await;
    assert_eq!(token_number(&other.headers().await.unwrap()), 2);
    let refreshes = setup.server.refreshes();
    revalidate(&acme).await;
    setup.clock.advance_secs(100 * LIFETIME);
    let error = acme.headers().await.unwrap_err();
    assert!(error.needs_reconnect(), "{error}");
    assert_eq!(setup.server.refreshes(), refreshes);
}

/// While the store is down, no process can write back the token that it lost. Found by the simulation, large
/// seed 714.
#[tokio::test(start_paused = true)]
async fn predecessor_is_not_believed_dead_before_its_successor_can_be_written_back() {
    let setup = Setup::new();
    let [one, two] =
        [(); 2].map(|()| setup.settings(setup.client()).refusal_window(Duration::from_secs(600)).build());
    let acme = one.insert("acme", setup.token().await).await.unwrap();
    let backup = setup.record("acme").await;
    refresh(&setup, &acme, 1).await;
    let other = two.get("acme");
    other.headers().await.unwrap();
    refresh(&setup, &acme, 1).await;
    setup.store.go_back(&[("acme", &backup)]).await;
    setup.clock.advance_secs(-LIFETIME);
    revalidate(&other).await;
    assert_eq!(setup.record("acme").await.generation, 3, "token 2 was written back");
    setup.clock.advance_secs(LIFETIME);
    let unconfirmed = |error: oauth_core::Error| {
        assert_eq!(error.kind(), ErrorKind::RefusalUnconfirmed, "{error}");
    };
    unconfirmed(other.headers().await.unwrap_err());
    // The outage lasts for almost all of the refusal window.
    setup.store.fail(StorePoint::Load, 10_000);
    for pause in [10, 570] {
        tokio::time::sleep(Duration::from_secs(pause)).await;
        assert_eq!(two.get("else").headers().await.unwrap_err().kind(), ErrorKind::Store);
    }
    setup.store.clear_failures();
    tokio::time::sleep(Duration::from_secs(30)).await;
    unconfirmed(other.headers().await.unwrap_err());
    assert_eq!(token_number(&acme.headers().await.unwrap()), 3);
    revalidate(&acme).await;
    assert_eq!(token_number(&other.headers().await.unwrap()), 3);
}

/// Found by the simulation, large seed 1863.
#[tokio::test(start_paused = true)]
async fn lost_connection_of_a_clock_that_was_ahead_hides_no_later_one() {
    // Until that clock's time has come, and after.
    for (ahead, idle) in [(100 * DAY, 0), (DAY / 24, 0), (DAY / 24, 4000)] {
        let setup = Setup::new();
        let (one, two) = (setup.machine(), setup.machine());
        setup.clock.advance_secs(ahead);
        one.insert("acme", setup.token().await).await.unwrap();
        setup.clock.advance_secs(-ahead);
        let backup = setup.record("acme").await;
        // Their ordinals are later than the time of that clock.
        two.insert("acme", setup.token().await).await.unwrap();
        let acme = two.insert("acme", setup.token().await).await.unwrap();
        setup.store.go_back(&[("acme", &backup)]).await;
        revalidate(&acme).await;
        assert_eq!(token_number(&acme.headers().await.unwrap()), 3);
        setup.clock.advance_secs(60);
        one.insert("acme", setup.token().await).await.unwrap();
        setup.clock.advance_secs(idle);
        revalidate(&acme).await;
        let number = token_number(&acme.headers().await.unwrap());
        assert!(number >= 4, "{ahead} {idle}: {number}");
    }
}

/// Two processes that do not know of each other's connection give both the same ordinal. Found by the
/// simulation, large seeds 2152, 2277 and 2738.
#[tokio::test(start_paused = true)]
async fn unsaved_token_hides_no_connection_of_the_same_ordinal() {
    let setup = Setup::new();
    let (one, two) = (setup.machine(), setup.machine());
    setup.clock.advance_secs(100 * DAY);
    one.insert("acme", setup.token().await).await.unwrap();
    setup.clock.advance_secs(-100 * DAY);
    let backup = setup.record("acme").await;
    let acme = two.insert("acme", setup.token().await).await.unwrap();
    setup.expire();
    // The store goes back before the new token can be saved.
    let gate = setup.server.delay_next_response();
    let refreshing = spawn_caller(&acme);
    tokio::time::sleep(Duration::from_secs(1)).await;
    setup.store.go_back(&[("acme", &backup)]).await;
    gate.add_permits(1);
    assert_eq!(refreshing.await.unwrap().unwrap(), 3);

    setup.expire();
    one.insert("acme", setup.token().await).await.unwrap();
    // Longer than the pause after the failure.
    tokio::time::sleep(Duration::from_secs(600)).await;
    assert_eq!(token_number(&acme.headers().await.unwrap()), 4);
}

/// The time of that clock is past, so the connection looks like the later one. Found by the simulation, large
/// seed 428.
#[tokio::test(start_paused = true)]
async fn earlier_connection_of_a_clock_that_was_ahead_stays_the_earlier_one() {
    let setup = Setup::new();
    let (one, two) = (setup.machine(), setup.machine());
    setup.clock.advance_secs(DAY / 24);
    one.insert("acme", setup.token().await).await.unwrap();
    setup.clock.advance_secs(-DAY / 24);
    let backup = setup.record("acme").await;
    let acme = two.insert("acme", setup.token().await).await.unwrap();
    setup.clock.advance_secs(4000);
    setup.store.go_back(&[("acme", &backup)]).await;
    let error = acme.headers().await.unwrap_err();
    assert_eq!((error.kind(), setup.server.refreshes()), (ErrorKind::Store, 0), "{error}");
}

/// Connections are ordered by what they replaced, not by the time at which they were made.
#[tokio::test(start_paused = true)]
async fn clock_that_was_ahead_hides_no_later_connection() {
    let setup = Setup::new();
    let (one, two) = (setup.machine(), setup.machine());
    setup.clock.advance_secs(100 * DAY);
    let first = one.insert("acme", setup.token().await).await.unwrap();
    let backup = setup.record("acme").await;
    setup.clock.advance_secs(-100 * DAY);
    let acme = two.insert("acme", setup.token().await).await.unwrap();
    revalidate(&first).await;
    assert_eq!(token_number(&first.headers().await.unwrap()), 2);

    setup.events.take();
    setup.store.go_back(&[("acme", &backup)]).await;
    revalidate(&acme).await;
    assert_eq!(token_number(&acme.headers().await.unwrap()), 2);
    let events = setup.events.take();
    assert!(events[0].starts_with("acme storewentback(some("), "{events:?}");

    // Nothing is left that the next connection could be ordered by.
    one.remove("acme").await.unwrap();
    one.insert("acme", setup.token().await).await.unwrap();
    revalidate(&acme).await;
    assert_eq!(token_number(&acme.headers().await.unwrap()), 3);
}

#[tokio::test(start_paused = true)]
async fn clock_that_jumps_during_a_call_spoils_no_lifetime() {
    for jump in [10 * DAY, -10 * DAY] {
        let setup = Setup::new();
        let acme = setup.connect().await;
        setup.expire();
        let asked_at = setup.clock.now();
        let gate = setup.server.delay_next_response();
        let caller = tokio::spawn(async move { acme.token().await });
        tokio::time::sleep(Duration::from_secs(1)).await;
        setup.clock.advance_secs(jump);
        gate.add_permits(1);
        let token = caller.await.unwrap().unwrap();
        assert_eq!(token.received_at(), asked_at);
        assert_eq!(token.expires_at().unwrap() - asked_at, TimeDelta::seconds(LIFETIME));
    }
}

/// D2: a process that holds a response saves it before another process sends the spent token again.
#[tokio::test(start_paused = true)]
async fn saver_comes_first_after_an_outage_of_the_store() {
    for outage in [5_u64, 60, 600] {
        let setup = Setup::new();
        let (one, two) = (setup.machine(), setup.machine());
        let acme = one.insert("acme", setup.token().await).await.unwrap();
        setup.expire();
        setup.store.fail(StorePoint::Save, 10_000);
        acme.headers().await.unwrap();
        // The lease expires; the other process sees the store again first.
        setup.clock.advance_secs(600);
        tokio::time::advance(Duration::from_secs(outage)).await;
        let other = spawn_caller(&two.get("acme"));
        tokio::time::sleep(Duration::from_millis(100)).await;
        setup.store.clear_failures();
        assert_eq!(other.await.unwrap().unwrap(), 2, "{outage} s");
        assert_eq!((setup.server.refreshes(), setup.server.spent()), (1, 1), "{outage} s");
    }
}

/// D13: another process may have sent the predecessor of this token in doubt.
#[tokio::test(start_paused = true)]
async fn token_saved_after_its_lease_is_lost_with_unknown_outcome() {
    let (setup, _, acme) = Setup::expired().await;
    let (gate, caller) = setup.hold_refresh(&acme).await;
    // The process stands still for longer than its lease.
    setup.clock.advance_secs(600);
    gate.add_permits(1);
    caller.await.unwrap().unwrap();
    setup.server.revoke_all();
    setup.expire();
    let error = acme.headers().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NeedsReconnect(ReconnectReason::OutcomeUnknown));
}

/// D5: the wall clock was ahead when tokens were refreshed.
#[tokio::test(start_paused = true)]
async fn tokens_from_the_future_are_refreshed() {
    let setup = Setup::new();
    let connections = setup.machine();
    setup.insert_each(&connections, ["a", "b", "c"]).await;
    setup.clock.advance_secs(100 * DAY);
    let swept = connections.sweep(&Sweep::all()).await.unwrap();
    assert_eq!(swept.refreshed, 3, "{swept}");
    setup.clock.advance_secs(-100 * DAY);
    setup.events.take();
    // Also after a restart.
    let swept = setup.machine().sweep(&Sweep::lapsing()).await.unwrap();
    assert_eq!(swept.refreshed, 3, "{swept}");
    let events = setup.events.take();
    assert_eq!(events.iter().filter(|event| event.contains("clockwasahead")).count(), 1, "{events:?}");
    let lapses_at = setup.record("a").await.content.lapses_at.unwrap();
    assert_eq!((lapses_at - setup.clock.now()).num_days(), 90);
    let swept = setup.machine().sweep(&Sweep::lapsing()).await.unwrap();
    assert_eq!(swept.refreshed, 0, "{swept}");
}

#[tokio::test(start_paused = true)]
async fn clocks_that_differ_a_little_cause_no_refresh() {
    let setup = Setup::new();
    setup.clock.advance_secs(3_000);
    setup.machine().insert("a", setup.token().await).await.unwrap();
    setup.clock.advance_secs(-3_000);
    let swept = setup.machine().sweep(&Sweep::all()).await.unwrap();
    assert_eq!((swept.refreshed, setup.server.refreshes()), (0, 0), "{swept}");
}

#[tokio::test(start_paused = true)]
async fn unreadable_record_hurts_no_other_connection() {
    let setup = Setup::new();
    let connections = setup.machine();
    setup.insert_each(&connections, ["a", "b", "c"]).await;
    let due_at = setup.clock.now() + TimeDelta::seconds(10);
    let content = Content::new("not a token").due_at(Some(due_at));
    setup.store.insert(&Key::new("rotating", "b"), content).await.unwrap();
    setup.fall_due();
    let start = Instant::now();
    let swept = setup.machine().sweep(&Sweep::due()).await.unwrap();
    assert_eq!((swept.refreshed, swept.failed), (2, 1), "{swept}");
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
}
