//! Refused clients, and tokens of another client.

use std::time::Duration;

use oauth_core::ErrorKind;
use oauth_core::connections::Connections;

use crate::support::{
    Fault, NonRefreshingProvider, RotatingProvider, Setup, call_all, client_of, token_number,
};

#[tokio::test(start_paused = true)]
async fn refused_client_opens_circuit_breaker() {
    let setup = Setup::new();
    let connections = setup.machine();
    setup.insert_each(&connections, (0..1_000).map(|n| n.to_string())).await;
    setup.expire();
    setup.server.always_respond(Some((401, r#"{"error":"invalid_client"}"#)));
    for result in call_all((0..1_000).map(|n| connections.get(&format!("{n}")))).await {
        assert_eq!(result.unwrap_err().kind(), ErrorKind::ClientRefused);
    }
    assert_eq!(setup.server.refreshes(), 1);
    assert_eq!(connections.check_client().unwrap_err().kind(), ErrorKind::ClientRefused);
    // One call an hour finds out if the provider was wrong.
    for (seconds, refreshes) in [(3_500, 1), (100, 2), (3_500, 2), (100, 3)] {
        tokio::time::advance(Duration::from_secs(seconds)).await;
        for n in 0..10 {
            let error = connections.get(&format!("{n}")).headers().await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::ClientRefused);
        }
        assert_eq!(setup.server.refreshes(), refreshes);
    }

    setup.server.always_respond(None);
    let other_client = client_of::<RotatingProvider>(&setup.server, &setup.clock, "another-client");
    assert_eq!(connections.reconfigure(other_client).unwrap_err().kind(), ErrorKind::InvalidInput);
    connections.reconfigure(setup.client()).unwrap();
    for n in 0..1_000 {
        connections.get(&format!("{n}")).headers().await.unwrap();
    }
    assert_eq!(setup.server.refreshes(), 1_003);
}

/// A call that is under way when an incident begins still tells that the client is refused.
#[tokio::test(start_paused = true)]
async fn client_refused_as_an_incident_begins_opens_circuit_breaker() {
    let setup = Setup::new();
    let connections = setup.settings(setup.client()).refusal_window(Duration::from_secs(600)).build();
    setup.insert_each(&connections, ["a", "b", "c", "d"].map(str::to_owned)).await;
    setup.expire();
    let (invalid_grant, invalid_client) = (r#"{"error":"invalid_grant"}"#, r#"{"error":"invalid_client"}"#);
    setup.server.next_token_call(Fault::Status(400, invalid_grant));
    connections.get("a").headers().await.unwrap_err();
    connections.get("b").headers().await.unwrap();
    setup.events.take();
    setup.server.next_token_call(Fault::Status(401, invalid_client));
    setup.server.next_token_call(Fault::Status(400, invalid_grant));
    call_all(["c", "d"].map(|account| connections.get(account)).into_iter()).await;
    let events = setup.events.take();
    assert!(events.iter().any(|event| event.contains("refusalincident")), "{events:?}");
    assert_eq!(connections.check_client().unwrap_err().kind(), ErrorKind::ClientRefused);
}

/// A gateway's page is no evidence about the client, so other customers are still served.
#[tokio::test(start_paused = true)]
async fn response_without_code_opens_no_circuit_breaker() {
    let setup = Setup::new();
    let connections = setup.machine();
    let mut accounts = Vec::new();
    for account in ["a", "b", "c"] {
        accounts.push(connections.insert(account, setup.token().await).await.unwrap());
    }
    setup.expire();
    for body in ["<html>Unauthorized</html>", "", r#"{"message":"Unauthorized"}"#] {
        setup.events.take();
        setup.server.next_token_call(Fault::Status(401, body));
        let error = accounts[0].headers().await.unwrap_err();
        assert_eq!((error.kind(), error.is_transient()), (ErrorKind::Unavailable, true), "{error}");
        let events = setup.events.take();
        assert!(events[0].starts_with("a unrecognized status 401"), "{events:?}");
        connections.check_client().unwrap();
        tokio::time::advance(std::time::Duration::from_secs(60)).await;
    }
    for account in &accounts {
        account.headers().await.unwrap();
    }
    assert_eq!(setup.server.refreshes(), 6);
}

#[tokio::test(start_paused = true)]
async fn open_circuit_breaker_accepts_stored_token() {
    let setup = Setup::new();
    let (one, two) = (setup.machine(), setup.machine());
    let acme = one.insert("acme", setup.token().await).await.unwrap();
    let other = one.insert("other", setup.token().await).await.unwrap();
    setup.expire();
    setup.server.always_respond(Some((401, r#"{"error":"invalid_client"}"#)));
    other.headers().await.unwrap_err();
    setup.server.always_respond(None);
    two.get("acme").headers().await.unwrap();
    assert_eq!(token_number(&acme.headers().await.unwrap()), 3);
}

#[tokio::test(start_paused = true)]
async fn rejects_token_of_other_client() {
    let setup = Setup::new();
    let token = setup.token().await;
    let foreign =
        setup.settings(client_of::<RotatingProvider>(&setup.server, &setup.clock, "another-client")).build();
    assert_eq!(foreign.insert("acme", token.clone()).await.unwrap_err().kind(), ErrorKind::ForeignToken);
    setup.machine().insert("acme", token).await.unwrap();
    setup.expire();
    assert_eq!(foreign.get("acme").headers().await.unwrap_err().kind(), ErrorKind::ForeignToken);
    assert_eq!(foreign.get("acme").status().await.unwrap_err().kind(), ErrorKind::ForeignToken);
    // Records of another provider are not found.
    let other_provider: Connections<NonRefreshingProvider> =
        setup.settings(client_of(&setup.server, &setup.clock, "my-client")).build();
    assert_eq!(other_provider.get("acme").headers().await.unwrap_err().kind(), ErrorKind::NotConnected);
    assert_eq!(setup.server.refreshes(), 0);
    // The record is unchanged.
    assert_eq!(token_number(&setup.machine().get("acme").headers().await.unwrap()), 2);
}

#[tokio::test(start_paused = true)]
async fn account_taken_over_by_other_client_is_rejected() {
    let setup = Setup::new();
    let ours = setup.connect().await;
    let another = client_of::<RotatingProvider>(&setup.server, &setup.clock, "another-client");
    let token = another.import_token("canary-access-9", oauth_core::Scopes::none()).unwrap();
    setup.settings(another).build().insert("acme", token).await.unwrap();
    tokio::time::advance(std::time::Duration::from_secs(60)).await;
    ours.headers().await.unwrap();
    tokio::task::yield_now().await;
    tokio::task::yield_now().await;
    assert_eq!(ours.headers().await.unwrap_err().kind(), ErrorKind::ForeignToken);
    assert_eq!(ours.status().await.unwrap_err().kind(), ErrorKind::ForeignToken);
}
