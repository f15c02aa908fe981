//! What a token may do, its end, and tokens of spaces.

use oauth_sandbox::{Cobot, RequestKind};
use serde_json::json;

use super::{access, answer, for_space, get, get_at};
use crate::support::http;

#[tokio::test]
async fn a_token_can_be_looked_up_and_revoked() {
    let sandbox = Cobot::start().await.unwrap();
    let token = access(&sandbox, "read_user write").await;
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
async fn an_admin_gets_a_token_of_the_space() {
    let sandbox = Cobot::start().await.unwrap();
    let token = access(&sandbox, "read_user read_memberships").await;
    let (status, body) = for_space(&sandbox, &token, "space-betahaus").await;
    assert_eq!(status, 201);
    let of_the_space = body["token"].as_str().unwrap().to_owned();
    assert_eq!(of_the_space.len(), 64);
    let scope = ["read_user", "read_memberships"];
    assert_eq!(body, json!({ "scope": scope, "token": of_the_space, "client_id": sandbox.client_id() }));
    assert_eq!(get_at(&sandbox, "betahaus", "/memberships", &of_the_space).await.0, 200);
    assert_eq!(get_at(&sandbox, "harbour", "/memberships", &of_the_space).await.0, 403, "in its space only");
    assert_eq!(for_space(&sandbox, &of_the_space, "space-harbour").await.0, 403);

    let form = http()
        .post(format!("{}/access_tokens/{token}/space", sandbox.api_url()))
        .bearer_auth(&token)
        .form(&[("space_id", "space-betahaus")]);
    assert_eq!(answer(form).await.0, 201);
    for (space_id, status) in [("space-atelier", 403), ("betahaus", 404), ("", 422)] {
        assert_eq!(for_space(&sandbox, &token, space_id).await.0, status, "{space_id}");
    }
}

#[tokio::test]
async fn a_token_of_a_space_outlives_the_rights_of_its_maker() {
    let sandbox = Cobot::start().await.unwrap();
    let token = access(&sandbox, "read_user read_memberships").await;
    let of_the_space =
        for_space(&sandbox, &token, "space-betahaus").await.1["token"].as_str().unwrap().to_owned();
    assert_eq!(get(&sandbox, "/user", &of_the_space).await.1["id"], "user-nora");

    assert!(sandbox.cut_admin_rights("nora@example.com", "betahaus"));
    assert!(!sandbox.cut_admin_rights("user-nora", "betahaus"), "nothing left to cut");
    assert!(!sandbox.cut_admin_rights("user-tom", "betahaus"), "the owner stays");
    assert!(!sandbox.cut_admin_rights("user-nora", "nowhere"));

    let path = format!("/access_tokens/{token}");
    assert_eq!(get(&sandbox, &path, &token).await.1["scope"][1], "read_memberships", "on paper as before");
    assert_eq!(get_at(&sandbox, "betahaus", "/memberships", &token).await.0, 403);
    assert_eq!(for_space(&sandbox, &token, "space-betahaus").await.0, 403);
    assert_eq!(get_at(&sandbox, "harbour", "/memberships", &token).await.0, 200, "another space");
    assert_eq!(get_at(&sandbox, "betahaus", "/memberships", &of_the_space).await.0, 200);
    assert_eq!(get(&sandbox, "/user", &of_the_space).await.1["id"], "user-tom");
    sandbox.reset();
    assert_eq!(get_at(&sandbox, "betahaus", "/memberships", sandbox.registration_token()).await.0, 200);
}

#[tokio::test]
async fn the_token_in_the_path_stays_out_of_the_journal() {
    let sandbox = Cobot::start().await.unwrap();
    let token = access(&sandbox, "read_user").await;
    for_space(&sandbox, &token, "space-betahaus").await;
    get(&sandbox, &format!("/access_tokens/{token}"), &token).await;
    answer(http().get(format!("{}/user?access_token={token}", sandbox.api_url()))).await;
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
