//! The token pair of a new portal.

use go1::api::{CreatePortal, NewPortal, NewPortalUserAccount, PortalSettings};
use go1::http::StatusCode;
use go1::{Client, Connections, ErrorKind, ScopeSource, Site, TokenOrigin, scope};
use oauth_testing::{ACCESS_TOKEN, ManualClock, RecordingTransport, json_response};

use super::common;

pub(crate) fn new_portal() -> NewPortal {
    NewPortal::new("AU", "Acme", "acme.mygo1.com", "Construction")
        .external_customer_id("customer-7")
        .timezone("Australia/Brisbane")
        .company_size(50u32)
        .settings(PortalSettings::new(true))
        .user_account(
            NewPortalUserAccount::new("ada@example.com", "ada@example.com", "Ada", "Example")
                .password("canary-portal-password"),
        )
}

fn recorded() -> serde_json::Value {
    let file = std::fs::read_to_string(super::path("tests/api/responses/create_portal.json")).unwrap();
    serde_json::from_str::<serde_json::Value>(&file).unwrap()["body"].take()
}

#[tokio::test]
async fn connection_keeps_token_of_new_portal() {
    let (transport, clock) = (
        RecordingTransport::with_responses([
            json_response(201, &recorded().to_string()),
            json_response(200, include_str!("../replies/token_refreshed.json")),
        ]),
        ManualClock::default(),
    );
    let builder = Client::builder(Site::production(), common::app()).clock(clock.clone());
    let client = builder.transport(transport.clone()).build().unwrap();
    let token = client.import_token(ACCESS_TOKEN, [scope::PORTAL_WRITE]).unwrap();
    let created = client.send(&token, &CreatePortal::new(new_portal())).await.unwrap();
    assert_eq!(created.portal.id, "123456");
    assert_eq!(created.user_account.as_ref().unwrap().id, "654321");
    let shown = format!("{created:?}{:?}", CreatePortal::new(new_portal()));
    assert!(!shown.contains("canary"), "{shown}");

    let token = created.token.unwrap();
    assert_eq!(token.access_token().expose(), "canary-portal-access-token");
    assert_eq!((token.origin(), token.scope_source()), (TokenOrigin::Derived, ScopeSource::Request));
    assert_eq!((token.expires_at().unwrap() - token.received_at()).num_hours(), 12);
    assert_eq!((token.lapses_at().unwrap() - token.received_at()).num_days(), 90);

    let connections = Connections::new(client, go1::store::MemoryStore::new());
    let connection = connections.insert(&created.portal.id, token).await.unwrap();
    connection.refresh().await.unwrap();
    let token = connection.token().await.unwrap();
    assert_eq!(token.access_token().expose(), "canary-second-access-token");
    assert!(transport.text().contains("[portal-refresh-token]"), "{}", transport.text());
}

#[tokio::test]
async fn portal_without_usable_token_is_returned() {
    let pair = "/user_account/oauth_token";
    for (pointer, value) in [
        (pair, serde_json::Value::Null),
        (pair, "canary".into()),
        ("/user_account/oauth_token/access_token", "".into()),
        ("/user_account/oauth_token/token_type", "mac".into()),
        ("/user_account", serde_json::Value::Null),
    ] {
        let mut body = recorded();
        *body.pointer_mut(pointer).unwrap() = value;
        let (client, token) =
            super::client(RecordingTransport::with_responses([json_response(201, &body.to_string())]));
        let created = client.send(&token, &CreatePortal::new(new_portal())).await.unwrap();
        assert!(created.token.is_none() && created.portal.id == "123456", "{pointer}");
        assert!(!format!("{created:?}").contains("canary"));
    }
}

#[tokio::test]
async fn echoed_password_is_redacted() {
    let json = r#"{"error_code":"INVALID","message":"canary-portal-password is too common"}"#;
    let (client, token) = super::client(RecordingTransport::with_responses([json_response(400, json)]));
    let error = client.send(&token, &CreatePortal::new(new_portal())).await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::ApiRefused, Some(StatusCode::BAD_REQUEST)));
    assert!(!format!("{error} {error:?}").contains("canary"), "{error}");
}
