//! Concurrent calls in one process, and their results under any schedule.

mod support;

use oauth_core::ErrorKind;
use oauth_core::store::ReconnectReason;
use tokio::task::{spawn, yield_now};

use support::TestSetup;

/// Four callers of one connection share one refresh.
pub(crate) async fn many_callers_share_one_refresh() {
    let setup = TestSetup::expired().await;
    let connections = setup.process();
    let callers: Vec<_> = (0..4).map(|_| spawn(setup.call(&connections))).collect();
    for caller in callers {
        assert_eq!(caller.await.unwrap().unwrap(), 2);
    }
    assert_eq!((setup.server.refreshes(), setup.store.leases()), (1, 1), "one flight");
    setup.settle(&connections).await;
}

/// A caller that arrives while a flight ends does not join it.
pub(crate) async fn callers_never_join_ended_flight() {
    let setup = TestSetup::expired().await;
    let connections = setup.process();
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
    assert!((2..=4).contains(&setup.server.refreshes()), "{}", setup.server.refreshes());
    setup.settle(&connections).await;
}

/// The caller that started the refresh is cancelled.
pub(crate) async fn refresh_survives_cancelled_first_caller() {
    let setup = TestSetup::expired().await;
    let connections = setup.process();
    let first = spawn(setup.call(&connections));
    let second = spawn(setup.call(&connections));
    yield_now().await;
    first.abort();
    assert_eq!(second.await.unwrap().unwrap(), 2);
    let _ = first.await;
    assert_eq!((setup.server.refreshes(), setup.store.leases()), (1, 1), "one flight");
    setup.settle(&connections).await;
}

/// The runtime ends during a flight: all callers return, and a later call can refresh.
pub(crate) async fn callers_return_when_runtime_ends() {
    let setup = TestSetup::expired().await;
    let connections = setup.process();
    let callers: Vec<_> = (0..2).map(|_| spawn(setup.call(&connections))).collect();
    let end = spawn(async {
        yield_now().await;
        tokio::runtime::end();
    });
    let lost = ErrorKind::NeedsReconnect(ReconnectReason::OutcomeUnknown);
    for caller in callers {
        match caller.await.unwrap() {
            Ok(number) => assert_eq!(number, 2),
            Err(error) => assert_eq!(error.kind(), lost),
        }
    }
    end.await.unwrap();
    match setup.call(&connections).await {
        Ok(number) => assert_eq!(number, 2),
        Err(error) => assert_eq!(error.kind(), lost),
    }
    assert_eq!(setup.server.spent(), 1);
    setup.settle(&connections).await;
}

/// The account is reconnected during a refresh, while another task watches the generation.
pub(crate) async fn insert_during_refresh_wins() {
    let setup = TestSetup::expired().await;
    let connections = setup.process();
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
    let caller = spawn(setup.call(&connections));
    let token = setup.token().await;
    let reconnect = spawn({
        let connections = connections.clone();
        async move { connections.insert("acme", token).await.map(drop) }
    });
    caller.await.unwrap().unwrap();
    reconnect.await.unwrap().unwrap();
    watcher.await.unwrap();
    setup.settle(&connections).await;
}

/// The connection is removed during a refresh.
pub(crate) async fn removal_during_refresh_wins() {
    let setup = TestSetup::expired().await;
    let connections = setup.process();
    let caller = spawn(setup.call(&connections));
    let remover = spawn({
        let connections = connections.clone();
        async move { connections.remove("acme").await }
    });
    if let Err(error) = caller.await.unwrap() {
        assert_eq!(error.kind(), ErrorKind::NotConnected);
    }
    assert!(remover.await.unwrap().unwrap());
    setup.settle(&connections).await;
    assert_eq!(support::generation(&connections.get("acme")), None);
}

/// A token that is due but valid is refreshed once, and no caller waits.
pub(crate) async fn due_token_serves_without_waiting() {
    let setup = TestSetup::due().await;
    let connections = setup.process();
    let callers: Vec<_> = (0..3).map(|_| spawn(setup.call(&connections))).collect();
    for caller in callers {
        assert!([1, 2].contains(&caller.await.unwrap().unwrap()));
    }
    while support::generation(&connections.get("acme")) < Some(2) {
        yield_now().await;
    }
    setup.settle(&connections).await;
    assert_eq!((setup.server.refreshes(), setup.store.leases()), (1, 1), "one flight");
}

/// The token is replaced while readers use it: no reader waits or sees an older token after a newer one.
pub(crate) async fn readers_never_see_older_token() {
    let setup = TestSetup::due().await;
    let connections = setup.process();
    // Loads the token into memory.
    setup.call(&connections).await.unwrap();
    let readers: Vec<_> = (0..2)
        .map(|_| {
            let setup = setup.clone();
            let connections = connections.clone();
            spawn(async move {
                let mut newest = 1;
                for _ in 0..6 {
                    let seen = support::poll_once(setup.call(&connections)).expect("a reader waits").unwrap();
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
    assert_eq!(setup.call(&connections).await.unwrap(), setup.server.refreshes() + 1);
    for reader in readers {
        reader.await.unwrap();
    }
    setup.settle(&connections).await;
}

/// The new token serves while its first save fails.
pub(crate) async fn token_serves_while_save_is_retried() {
    let setup = TestSetup::expired().await;
    let connections = setup.process();
    setup.store.fail_next_save();
    let callers: Vec<_> = (0..3).map(|_| spawn(setup.call(&connections))).collect();
    for caller in callers {
        assert_eq!(caller.await.unwrap().unwrap(), 2);
    }
    setup.settle(&connections).await;
    assert_eq!((setup.server.refreshes(), setup.store.leases()), (1, 1), "one flight");
}

/// Two processes on one store make one token call.
pub(crate) async fn two_processes_make_one_call() {
    let setup = TestSetup::expired().await;
    let (one, two) = (setup.process(), setup.process());
    let callers = [&one, &two, &one].map(|connections| spawn(setup.call(connections)));
    for caller in callers {
        assert_eq!(caller.await.unwrap().unwrap(), 2);
    }
    assert_eq!(setup.server.refreshes(), 1);
    setup.settle(&one).await;
    setup.settle(&two).await;
}

/// The application drains during calls: a spent token is saved, and all callers return.
pub(crate) async fn drain_saves_spent_token() {
    let setup = TestSetup::expired().await;
    let connections = setup.process();
    let callers: Vec<_> = (0..2).map(|_| spawn(setup.call(&connections))).collect();
    yield_now().await;
    connections.drain().await;
    let (spent, stored) = (setup.server.spent(), setup.stored().await.unwrap().0);
    assert_eq!(stored, 1 + spent as u64, "the new token is saved");
    let calls = setup.store.calls();
    for caller in callers {
        match caller.await.unwrap() {
            Ok(number) => assert_eq!(number, 2),
            Err(error) => assert_eq!(error.kind(), ErrorKind::Closed),
        }
    }
    assert_eq!((setup.store.calls(), setup.server.spent()), (calls, spent), "nothing is left to do");
}
