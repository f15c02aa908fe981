//! The protected resource: RFC 6750 2.1 and 3.

use std::time::Duration;

use oauth_sandbox::{Fault, Plain};
use serde_json::{Value, json};

use super::{code, me, token, tokens};
use crate::support::{http, parameter};

async fn challenge(sandbox: &Plain, authorization: Option<&str>) -> String {
    let mut call = http().get(format!("{}/me", sandbox.api_url()));
    if let Some(value) = authorization {
        call = call.header("authorization", value);
    }
    let response = call.send().await.unwrap();
    assert_eq!(response.status(), 401);
    response.headers()["www-authenticate"].to_str().unwrap().to_owned()
}

#[tokio::test]
async fn me_returns_user_and_scopes() {
    let sandbox = Plain::start().await.unwrap();
    let other = sandbox.browser().user("other@plain.example");
    let callback = other.approve(super::authorize_url(&sandbox, &[("scope", "read")])).await.unwrap();
    let (_, body) = token(&sandbox, &[("code", &parameter(&callback, "code").unwrap())]).await;
    let access = body["access_token"].as_str().unwrap();
    let call =
        http().get(format!("{}/me", sandbox.api_url())).header("authorization", format!("bearer {access}"));
    let me: Value = call.send().await.unwrap().json().await.unwrap();
    assert_eq!((&me["email"], &me["scopes"]), (&json!("other@plain.example"), &json!(["read"])));

    let (_, body) = token(&sandbox, &[("grant_type", "client_credentials")]).await;
    let access = body["access_token"].as_str().unwrap();
    let me: Value = http()
        .get(format!("{}/me", sandbox.api_url()))
        .bearer_auth(access)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!((&me["client_id"], &me["email"]), (&json!(sandbox.client_id()), &Value::Null));
}

#[tokio::test]
async fn me_distinguishes_missing_and_invalid_token() {
    let sandbox = Plain::start().await.unwrap();
    let (access, _) = tokens(&sandbox).await;
    assert_eq!(challenge(&sandbox, None).await, "Bearer realm=\"plain\"");
    assert_eq!(challenge(&sandbox, Some(&format!("Token {access}"))).await, "Bearer realm=\"plain\"");
    let invalid = "Bearer realm=\"plain\", error=\"invalid_token\"";
    assert_eq!(challenge(&sandbox, Some("Bearer unknown")).await, invalid);
    assert_eq!(me(&sandbox, &format!("Bearer {access}")).await, 200);
    sandbox.advance(Duration::from_secs(3600));
    assert_eq!(challenge(&sandbox, Some(&format!("Bearer {access}"))).await, invalid);
}

#[tokio::test]
async fn me_supports_custom_scheme_and_faults() {
    let sandbox =
        Plain::builder().authorization("Token token=\"…\"").me_at("/users/self").start().await.unwrap();
    let (_, body) = token(&sandbox, &[("code", &code(&sandbox, &[]).await)]).await;
    assert_eq!(body["token_type"], "Token");
    let access = body["access_token"].as_str().unwrap();
    let call = async |header: String| {
        let url = format!("{}/users/self", sandbox.api_url());
        http().get(url).header("authorization", header).send().await.unwrap().status().as_u16()
    };
    assert_eq!(call(format!("Bearer {access}")).await, 401);
    assert_eq!(call(format!("Token token=\"{access}\"")).await, 200);
    sandbox.next_api_call(Fault::status(503, ""));
    assert_eq!(call(format!("Token token=\"{access}\"")).await, 503);
    assert_eq!(me(&sandbox, "Bearer x").await, 404, "it has another path");
}
