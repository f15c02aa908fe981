//! Token info, revocation and space tokens.

use oauth_sandbox::{Cobot, RequestKind};
use serde_json::json;

use super::{access_token, create_space_token, get, get_in_space, send};
use crate::support::http;

#[tokio::test]
async fn token_is_looked_up_and_revoked() {
    let sandbox = Cobot::start().await.unwrap();
    let token = access_token(&sandbox, "read_user write").await;
    let path = format!("/access_tokens/{token}");
    assert_eq!(get(&sandbox, &path, &token).await, (200, json!({ "scope": ["read_user", "write"] })));
    assert_eq!(get(&sandbox, &path, "wrong").await.0, 401);
    assert_eq!(get(&sandbox, "/access_tokens/unknown", &token).await.0, 404);

    let delete =
        |bearer: &str| http().delete(format!("{}{path}", sandbox.api_url())).bearer_auth(bearer).send();
    let response = delete(&token).await.unwrap();
    assert_eq!(response.status(), 204);
    assert_eq!(response.bytes().await.unwrap().len(), 0);
    assert_eq!(get(&sandbox, "/user", &token).await.0, 401);
    assert_eq!(delete(&token).await.unwrap().status(), 401);
    assert_eq!(delete(sandbox.registration_token()).await.unwrap().status(), 404);
}

#[tokio::test]
async fn admin_creates_space_token() {
    let sandbox = Cobot::start().await.unwrap();
    let token = access_token(&sandbox, "read_user read_memberships").await;
    let (status, body) = create_space_token(&sandbox, &token, "space-betahaus").await;
    assert_eq!(status, 201);
    let space_token = body["token"].as_str().unwrap().to_owned();
    assert_eq!(space_token.len(), 64);
    let scope = ["read_user", "read_memberships"];
    assert_eq!(body, json!({ "scope": scope, "token": space_token, "client_id": sandbox.client_id() }));
    assert_eq!(get_in_space(&sandbox, "betahaus", "/memberships", &space_token).await.0, 200);
    assert_eq!(
        get_in_space(&sandbox, "harbour", "/memberships", &space_token).await.0,
        403,
        "valid in its own space only"
    );
    assert_eq!(create_space_token(&sandbox, &space_token, "space-harbour").await.0, 403);

    let form = http()
        .post(format!("{}/access_tokens/{token}/space", sandbox.api_url()))
        .bearer_auth(&token)
        .form(&[("space_id", "space-betahaus")]);
    assert_eq!(send(form).await.0, 201);
    for (space_id, status) in [("space-atelier", 403), ("betahaus", 404), ("", 422)] {
        assert_eq!(create_space_token(&sandbox, &token, space_id).await.0, status, "{space_id}");
    }
}

#[tokio::test]
async fn space_token_outlives_admin_rights() {
    let sandbox = Cobot::start().await.unwrap();
    let token = access_token(&sandbox, "read_user read_memberships").await;
    let space_token =
        create_space_token(&sandbox, &token, "space-betahaus").await.1["token"].as_str().unwrap().to_owned();
    assert_eq!(get(&sandbox, "/user", &space_token).await.1["id"], "user-nora");

    assert!(sandbox.cut_admin_rights("nora@example.com", "betahaus"));
    assert!(!sandbox.cut_admin_rights("user-nora", "betahaus"), "already removed");
    assert!(!sandbox.cut_admin_rights("user-tom", "betahaus"), "the owner keeps their rights");
    assert!(!sandbox.cut_admin_rights("user-nora", "nowhere"));

    let path = format!("/access_tokens/{token}");
    assert_eq!(
        get(&sandbox, &path, &token).await.1["scope"][1],
        "read_memberships",
        "the scopes are unchanged"
    );
    assert_eq!(get_in_space(&sandbox, "betahaus", "/memberships", &token).await.0, 403);
    assert_eq!(create_space_token(&sandbox, &token, "space-betahaus").await.0, 403);
    assert_eq!(get_in_space(&sandbox, "harbour", "/memberships", &token).await.0, 200, "another space");
    assert_eq!(get_in_space(&sandbox, "betahaus", "/memberships", &space_token).await.0, 200);
    assert_eq!(get(&sandbox, "/user", &space_token).await.1["id"], "user-tom");
    sandbox.reset();
    assert_eq!(get_in_space(&sandbox, "betahaus", "/memberships", sandbox.registration_token()).await.0, 200);
}

#[tokio::test]
async fn journal_redacts_token_in_path() {
    let sandbox = Cobot::start().await.unwrap();
    let token = access_token(&sandbox, "read_user").await;
    create_space_token(&sandbox, &token, "space-betahaus").await;
    get(&sandbox, &format!("/access_tokens/{token}"), &token).await;
    send(http().get(format!("{}/user?access_token={token}", sandbox.api_url()))).await;
    let journal = sandbox.journal();
    let text = format!("{} {journal:?} {sandbox:?}", serde_json::to_string(&journal).unwrap());
    for secret in [&token, sandbox.registration_token(), sandbox.client_secret()] {
        assert!(!text.contains(secret), "{text}");
    }
    assert_eq!((journal.token_calls(), journal.api_calls()), (1, 3));
    let space = journal.entries().iter().find(|entry| entry.kind == RequestKind::Api).unwrap();
    assert_eq!(space.path, "/api/access_tokens/***/space");
    assert_eq!((space.form[0].name.as_str(), space.form[0].value.as_str()), ("space_id", "space-betahaus"));
    assert_eq!(space.notes, ["acting as user-nora", "token issued for the space betahaus"]);
}
