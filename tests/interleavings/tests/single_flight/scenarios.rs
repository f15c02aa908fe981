//! What the callers of one process do at once, and what must come of it whoever runs when.

mod support;

use oauth_core::ErrorKind;
use oauth_core::store::ReconnectReason;
use tokio::task::{spawn, yield_now};

use support::World;

/// One connection, four callers: one of them refreshes.
pub(crate) async fn many_callers() {
    let world = World::expired().await;
    let connections = world.machine();
    let callers: Vec<_> = (0..4).map(|_| spawn(world.caller(&connections))).collect();
    for caller in callers {
        assert_eq!(caller.await.unwrap().unwrap(), 2);
    }
    assert_eq!((world.server.refreshes(), world.store.acquired()), (1, 1), "one flight");
    world.settle(&connections).await;
}

/// Whoever is woken by a flight, or comes when it lands, never joins one that is over.
pub(crate) async fn callers_at_the_moment_of_landing() {
    let world = World::expired().await;
    let connections = world.machine();
    let callers: Vec<_> = (0..3)
        .map(|_| {
            let acme = connections.get("acme");
            spawn(async move {
                acme.headers().await.unwrap();
                acme.refresh().await.unwrap();
            })
        })
        .collect();
    for caller in callers {
        caller.await.unwrap();
    }
    assert!((2..=4).contains(&world.server.refreshes()), "{}", world.server.refreshes());
    world.settle(&connections).await;
}

/// The one that started it gives up.
pub(crate) async fn the_first_caller_gives_up() {
    let world = World::expired().await;
    let connections = world.machine();
    let first = spawn(world.caller(&connections));
    let second = spawn(world.caller(&connections));
    yield_now().await;
    first.abort();
    assert_eq!(second.await.unwrap().unwrap(), 2);
    let _ = first.await;
    assert_eq!((world.server.refreshes(), world.store.acquired()), (1, 1), "one flight");
    world.settle(&connections).await;
}

/// The runtime of the flight ends in the middle of it, as when a task panics: nobody waits for ever, and the next one can.
pub(crate) async fn the_runtime_goes_away() {
    let world = World::expired().await;
    let connections = world.machine();
    let callers: Vec<_> = (0..2).map(|_| spawn(world.caller(&connections))).collect();
    let end = spawn(async {
        yield_now().await;
        tokio::runtime::goes_away();
    });
    let lost = ErrorKind::NeedsReconnect(ReconnectReason::OutcomeUnknown);
    for caller in callers {
        match caller.await.unwrap() {
            Ok(number) => assert_eq!(number, 2),
            Err(error) => assert_eq!(error.kind(), lost),
        }
    }
    end.await.unwrap();
    match world.caller(&connections).await {
        Ok(number) => assert_eq!(number, 2),
        Err(error) => assert_eq!(error.kind(), lost),
    }
    assert_eq!(world.server.spent(), 1);
    world.settle(&connections).await;
}

/// A person connects again while a refresh is under way, and somebody watches.
pub(crate) async fn a_person_connects_meanwhile() {
    let world = World::expired().await;
    let connections = world.machine();
    let watcher = spawn({
        let acme = connections.get("acme");
        async move {
            let mut newest = None;
            for _ in 0..8 {
                let seen = support::generation(&acme);
                assert!(seen >= newest, "{seen:?} after {newest:?}");
                newest = seen;
                yield_now().await;
            }
        }
    });
    let caller = spawn(world.caller(&connections));
    let token = world.token().await;
    let person = spawn({
        let connections = connections.clone();
        async move { connections.insert("acme", token).await.map(drop) }
    });
    caller.await.unwrap().unwrap();
    person.await.unwrap().unwrap();
    watcher.await.unwrap();
    world.settle(&connections).await;
}

/// It is removed while a refresh is under way.
pub(crate) async fn removed_meanwhile() {
    let world = World::expired().await;
    let connections = world.machine();
    let caller = spawn(world.caller(&connections));
    let remover = spawn({
        let connections = connections.clone();
        async move { connections.remove("acme").await }
    });
    if let Err(error) = caller.await.unwrap() {
        assert_eq!(error.kind(), ErrorKind::NotConnected);
    }
    assert!(remover.await.unwrap().unwrap());
    world.settle(&connections).await;
    assert_eq!(support::generation(&connections.get("acme")), None);
}

/// The token is due and still good: nobody waits, and it is refreshed once.
pub(crate) async fn nobody_waits_for_a_token_that_is_due() {
    let world = World::due().await;
    let connections = world.machine();
    let callers: Vec<_> = (0..3).map(|_| spawn(world.caller(&connections))).collect();
    for caller in callers {
        assert!([1, 2].contains(&caller.await.unwrap().unwrap()));
    }
    while support::generation(&connections.get("acme")) < Some(2) {
        yield_now().await;
    }
    world.settle(&connections).await;
    assert_eq!((world.server.refreshes(), world.store.acquired()), (1, 1), "one flight");
}

/// The token is swapped under those who read it on the hot path: nobody waits, and nobody sees an older one after a newer one.
pub(crate) async fn readers_while_the_token_is_swapped() {
    let world = World::due().await;
    let connections = world.machine();
    // From here on it is in memory.
    world.caller(&connections).await.unwrap();
    let readers: Vec<_> = (0..2)
        .map(|_| {
            let world = world.clone();
            let connections = connections.clone();
            spawn(async move {
                let mut newest = 1;
                for _ in 0..6 {
                    let seen = support::at_once(world.caller(&connections)).expect("a reader waits").unwrap();
                    assert!((newest..=4).contains(&seen), "{seen} after {newest}");
                    newest = seen;
                    yield_now().await;
                }
            })
        })
        .collect();
    let acme = connections.get("acme");
    acme.refresh().await.unwrap();
    acme.refresh().await.unwrap();
    assert_eq!(world.caller(&connections).await.unwrap(), world.server.refreshes() + 1);
    for reader in readers {
        reader.await.unwrap();
    }
    world.settle(&connections).await;
}

/// The store takes the new token only at the second attempt: it serves meanwhile.
pub(crate) async fn a_save_that_fails_at_first() {
    let world = World::expired().await;
    let connections = world.machine();
    world.store.fail_next_save();
    let callers: Vec<_> = (0..3).map(|_| spawn(world.caller(&connections))).collect();
    for caller in callers {
        assert_eq!(caller.await.unwrap().unwrap(), 2);
    }
    world.settle(&connections).await;
    assert_eq!((world.server.refreshes(), world.store.acquired()), (1, 1), "one flight");
}

/// Two processes on one store: one call.
pub(crate) async fn two_processes() {
    let world = World::expired().await;
    let (one, two) = (world.machine(), world.machine());
    let callers = [&one, &two, &one].map(|connections| spawn(world.caller(connections)));
    for caller in callers {
        assert_eq!(caller.await.unwrap().unwrap(), 2);
    }
    assert_eq!(world.server.refreshes(), 1);
    world.settle(&one).await;
    world.settle(&two).await;
}

/// The application ends while callers come: what was spent is saved, and nobody waits for ever.
pub(crate) async fn drained_meanwhile() {
    let world = World::expired().await;
    let connections = world.machine();
    let callers: Vec<_> = (0..2).map(|_| spawn(world.caller(&connections))).collect();
    yield_now().await;
    connections.drain().await;
    let (spent, stored) = (world.server.spent(), world.stored().await.unwrap().0);
    assert_eq!(stored, 1 + spent as u64, "what was spent is saved");
    let asked = world.store.asked();
    for caller in callers {
        match caller.await.unwrap() {
            Ok(number) => assert_eq!(number, 2),
            Err(error) => assert_eq!(error.kind(), ErrorKind::Closed),
        }
    }
    assert_eq!((world.store.asked(), world.server.spent()), (asked, spent), "nothing is left to do");
}
