//! The token endpoint: authorization codes, the password grant, and scopes.

use std::time::Duration;

use oauth_sandbox::Cobot;
use serde_json::{Value, json};

use super::{access_token, authorize_url, code, get, send, token, token_form};
use crate::support::{http, location, multipart_body, with_query};

#[tokio::test]
async fn token_response_has_two_fields() {
    let sandbox = Cobot::start().await.unwrap();
    let code = code(&sandbox, &[]).await;
    let request = http().post(sandbox.token_url()).form(&token_form(&sandbox, &[("code", &code)]));
    let response = request.send().await.unwrap();
    assert_eq!(response.headers()["content-type"], "application/json");
    assert_eq!(response.headers()["cache-control"], "no-store");
    let body: Value = response.json().await.unwrap();
    let access = body["access_token"].as_str().unwrap();
    assert!(access.len() == 64 && access.bytes().all(|byte| b"0123456789abcdef".contains(&byte)));
    assert_eq!(body, json!({ "access_token": access, "token_type": "bearer" }));
    // The token does not expire.
    sandbox.advance(Duration::from_secs(10 * 366 * 86_400));
    assert_eq!(get(&sandbox, "/user", access).await.0, 200);
}

#[tokio::test]
async fn accepts_parameters_in_body_or_query() {
    let sandbox = Cobot::start().await.unwrap();
    let url = sandbox.token_url();
    let codes = [code(&sandbox, &[]).await, code(&sandbox, &[]).await, code(&sandbox, &[]).await];
    let [form, query, multipart] = codes.each_ref().map(|code| token_form(&sandbox, &[("code", code)]));
    assert_eq!(send(http().post(url).form(&form)).await.0, 200);
    assert_eq!(send(http().post(with_query(url, &query))).await.0, 200);
    let request = http().post(url).header("content-type", "multipart/form-data; boundary=b");
    let request = request.body(multipart_body(&multipart));
    assert_eq!(send(request).await.0, 200);
    assert_eq!(http().get(url).send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn code_is_single_use_and_expires() {
    let sandbox = Cobot::start().await.unwrap();
    let first = code(&sandbox, &[]).await;
    let second = code(&sandbox, &[]).await;
    // A failed attempt does not consume the code, and the redirect URI is ignored.
    for change in [("client_secret", "wrong"), ("grant_type", "refresh_token")] {
        assert_ne!(token(&sandbox, &[("code", &first), change]).await.0, 200);
    }
    assert_eq!(token(&sandbox, &[("code", &first), ("redirect_uri", "http://other.example")]).await.0, 200);
    assert_eq!(token(&sandbox, &[("code", &first)]).await.0, 400);
    sandbox.advance(Duration::from_secs(590));
    assert_eq!(token(&sandbox, &[("code", &second)]).await.0, 200);
    let late = code(&sandbox, &[]).await;
    sandbox.advance(Duration::from_secs(600));
    let (status, body) = token(&sandbox, &[("code", &late)]).await;
    assert_eq!((status, body["error"].as_str()), (400, Some("invalid_grant")));
}

#[tokio::test]
async fn errors_follow_rfc_6749() {
    let sandbox = Cobot::start().await.unwrap();
    // Each case has a second error that is checked later.
    for (changes, status, error) in [
        (vec![("client_secret", "wrong"), ("grant_type", "x")], 401, "invalid_client"),
        (vec![("client_secret", "")], 401, "invalid_client"),
        (vec![("client_id", "wrong")], 401, "invalid_client"),
        (vec![("grant_type", "")], 400, "invalid_request"),
        (vec![("grant_type", "authorization-code")], 400, "unsupported_grant_type"),
        (vec![("grant_type", "refresh_token")], 400, "unsupported_grant_type"),
        (vec![("grant_type", "client_credentials")], 400, "unsupported_grant_type"),
        (vec![], 400, "invalid_request"),
        (vec![("code", "made-up")], 400, "invalid_grant"),
    ] {
        let (got, body) = token(&sandbox, &changes).await;
        assert_eq!((got, body["error"].as_str()), (status, Some(error)), "{changes:?}");
        assert!(body["error_description"].is_string());
    }
    // Credentials in a Basic header are ignored.
    let code = code(&sandbox, &[]).await;
    let form = [("grant_type", "authorization_code"), ("code", &code)];
    let basic =
        http().post(sandbox.token_url()).basic_auth(sandbox.client_id(), Some(sandbox.client_secret()));
    assert_eq!(send(basic.form(&form)).await.0, 401);
}

#[tokio::test]
async fn accepts_password_grant_in_query_or_body() {
    let sandbox = Cobot::start().await.unwrap();
    let nora = &sandbox.users()[0];
    let call = [
        ("grant_type", "password"),
        ("username", &nora.email),
        ("password", &nora.password),
        ("scope", "read_user read_memberships"),
    ];
    let in_query = http().post(with_query(sandbox.token_url(), &token_form(&sandbox, &call)));
    let (status, body) = send(in_query).await;
    assert_eq!(status, 200, "{body}");
    assert_eq!(body.as_object().unwrap().len(), 2);
    let (_, user) = get(&sandbox, "/user", body["access_token"].as_str().unwrap()).await;
    assert_eq!(user["email"], "nora@example.com");
    assert_eq!(token(&sandbox, &call).await.0, 200);
    for (change, error) in [
        (("username", ""), "invalid_request"),
        (("password", ""), "invalid_request"),
        (("username", "nobody@example.com"), "invalid_grant"),
        (("username", "user-nora"), "invalid_grant"),
        (("password", "wrong"), "invalid_grant"),
        (("scope", "read_user fly"), "invalid_scope"),
    ] {
        let changes = call.into_iter().chain([change]).collect::<Vec<_>>();
        let (status, body) = token(&sandbox, &changes).await;
        assert_eq!((status, body["error"].as_str()), (400, Some(error)), "{change:?}");
    }
    let journal = format!("{:?}", sandbox.journal());
    assert!(!journal.contains(&nora.password) && !journal.contains(sandbox.client_secret()), "{journal}");
}

#[tokio::test]
async fn token_keeps_scopes_when_client_scopes_change() {
    let sandbox = Cobot::builder().client_scopes(["read_user"]).start().await.unwrap();
    let scopes =
        async |token: &str| get(&sandbox, &format!("/access_tokens/{token}"), token).await.1["scope"].clone();
    let old = access_token(&sandbox, "read_user").await;
    let url = authorize_url(&sandbox, &[("scope", "read_user read_something_new")]);
    let refused = http().get(&url).send().await.unwrap();
    assert!(location(&refused).contains("?error=invalid_scope&"));

    sandbox.set_client_scopes(["read_user", "read_something_new"]);
    assert_eq!(sandbox.client_scopes(), ["read_user", "read_something_new"]);
    let new = access_token(&sandbox, "read_something_new  read_user read_user").await;
    sandbox.set_client_scopes(["write"]);
    assert_eq!(scopes(&old).await, json!(["read_user"]));
    assert_eq!(scopes(&new).await, json!(["read_something_new", "read_user"]));
    assert_eq!(scopes(sandbox.registration_token()).await, json!(["read_user"]));
    assert_eq!(get(&sandbox, "/user", &old).await.0, 200);
    sandbox.reset();
    assert_eq!(sandbox.client_scopes(), ["read_user"]);
    assert_eq!(get(&sandbox, "/user", &old).await.0, 401);
    assert_eq!(get(&sandbox, "/user", sandbox.registration_token()).await.0, 200);
}
