//! Answers that blame the client, and tokens of another.

use oauth_core::ErrorKind;
use oauth_core::connections::Connections;

use crate::support::{Lasting, Turning, World, client_of, number};

#[tokio::test(start_paused = true)]
async fn a_wrong_secret_and_a_thousand_due_make_one_call() {
    let world = World::new();
    let connections = world.machine();
    for n in 0..1_000 {
        connections.insert(&format!("{n}"), world.token().await).await.unwrap();
    }
    world.expire();
    world.server.answer_always(Some((401, r#"{"error":"invalid_client"}"#)));
    let callers: Vec<_> = (0..1_000)
        .map(|n| {
            let one = connections.get(&format!("{n}"));
            tokio::spawn(async move { one.headers().await })
        })
        .collect();
    for caller in callers {
        assert_eq!(caller.await.unwrap().unwrap_err().kind(), ErrorKind::ClientRefused);
    }
    assert_eq!(world.server.refreshes(), 1);
    assert_eq!(connections.check_client().unwrap_err().kind(), ErrorKind::ClientRefused);
    // Not even later, until somebody sets it right.
    tokio::time::advance(std::time::Duration::from_secs(86_400)).await;
    assert_eq!(connections.get("7").headers().await.unwrap_err().kind(), ErrorKind::ClientRefused);
    assert_eq!(world.server.refreshes(), 1);

    world.server.answer_always(None);
    let stranger = client_of::<Turning>(&world.server, &world.clock, "another-client");
    assert_eq!(connections.reconfigure(stranger).unwrap_err().kind(), ErrorKind::InvalidInput);
    connections.reconfigure(world.client()).unwrap();
    for n in 0..1_000 {
        connections.get(&format!("{n}")).headers().await.unwrap();
    }
    assert_eq!(world.server.refreshes(), 1_001);
}

#[tokio::test(start_paused = true)]
async fn an_open_breaker_still_takes_what_another_machine_refreshed() {
    let world = World::new();
    let (one, two) = (world.machine(), world.machine());
    let acme = one.insert("acme", world.token().await).await.unwrap();
    let other = one.insert("other", world.token().await).await.unwrap();
    world.expire();
    world.server.answer_always(Some((401, r#"{"error":"invalid_client"}"#)));
    other.headers().await.unwrap_err();
    world.server.answer_always(None);
    two.get("acme").headers().await.unwrap();
    assert_eq!(number(&acme.headers().await.unwrap()), 3);
}

#[tokio::test(start_paused = true)]
async fn a_token_of_another_client_is_refused_before_anything_is_sent() {
    let world = World::new();
    let token = world.token().await;
    let foreign = world.settings(client_of::<Turning>(&world.server, &world.clock, "another-client")).build();
    assert_eq!(foreign.insert("acme", token.clone()).await.unwrap_err().kind(), ErrorKind::ForeignToken);
    world.machine().insert("acme", token).await.unwrap();
    world.expire();
    assert_eq!(foreign.get("acme").headers().await.unwrap_err().kind(), ErrorKind::ForeignToken);
    assert_eq!(foreign.get("acme").status().await.unwrap_err().kind(), ErrorKind::ForeignToken);
    // Another provider's rows are not even found.
    let lasting: Connections<Lasting> =
        world.settings(client_of(&world.server, &world.clock, "my-client")).build();
    assert_eq!(lasting.get("acme").headers().await.unwrap_err().kind(), ErrorKind::NotConnected);
    assert_eq!(world.server.refreshes(), 0);
    // Nothing was done to the row.
    assert_eq!(number(&world.machine().get("acme").headers().await.unwrap()), 2);
}

#[tokio::test(start_paused = true)]
async fn an_account_that_another_client_took_over_is_not_served_from_memory() {
    let world = World::new();
    let ours = world.machine().insert("acme", world.token().await).await.unwrap();
    let another = client_of::<Turning>(&world.server, &world.clock, "another-client");
    let token = another.import_token("canary-access-9", oauth_core::Scopes::none()).unwrap();
    world.settings(another).build().insert("acme", token).await.unwrap();
    tokio::time::advance(std::time::Duration::from_secs(60)).await;
    ours.headers().await.unwrap();
    tokio::task::yield_now().await;
    tokio::task::yield_now().await;
    assert_eq!(ours.headers().await.unwrap_err().kind(), ErrorKind::ForeignToken);
    assert_eq!(ours.status().await.unwrap_err().kind(), ErrorKind::ForeignToken);
}
