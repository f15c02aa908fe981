//! The token endpoint (docs/provider-facts.md 1d).

use std::time::Duration;

use oauth_sandbox::Gocd;
use serde_json::{Value, json};

use crate::support::{code, feed, http, pair, token, token_header, token_response, tokens};

fn error_body(error: &str, description: &str) -> (u16, Value) {
    (400, json!({ "error": error, "error_description": description }))
}

#[tokio::test]
async fn success_has_three_members_and_two_headers() {
    let sandbox = Gocd::start().await.unwrap();
    let response = token_response(&sandbox, &[("code", &code(&sandbox).await)]).await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "application/json; charset=utf-8");
    assert_eq!(response.headers()["cache-control"], "private, max-age=0, must-revalidate");
    let body: Value = response.json().await.unwrap();
    assert_eq!(body.as_object().unwrap().len(), 3, "{body}");
    assert_eq!(body["expires_in"], 7_776_000);
    let (access, refresh) = pair(&body);
    for secret in [&access, &refresh] {
        assert!(secret.len() == 64 && secret.bytes().all(|byte| b"0123456789abcdef".contains(&byte)));
    }
    assert_ne!(access, refresh);
}

#[tokio::test]
async fn errors_have_documented_order_and_texts() {
    let sandbox = Gocd::start().await.unwrap();
    let wrong = [("client_secret", "wrong"), ("redirect_uri", "http://wrong.example"), ("code", "wrong")];
    let call = |changes: Vec<(&'static str, &'static str)>| {
        let sandbox = &sandbox;
        async move { token(sandbox, &changes).await }
    };
    // Each row corrects one more parameter; later checks have not run yet.
    let mut changes = vec![("grant_type", "authorization_code"), wrong[0], wrong[1], wrong[2]];
    let unsupported = error_body("unsupported-grant-type", "Grant type authorization_code is not supported!");
    assert_eq!(call(changes.clone()).await, unsupported);
    changes[0] = ("grant_type", "");
    assert_eq!(
        call(changes.clone()).await,
        error_body("unsupported-grant-type", "Grant type  is not supported!")
    );
    for (grant_type, last) in [
        ("authorization-code", "Authorization expired or invalid!"),
        ("refresh-token", "Refresh token is invalid!"),
    ] {
        let grant = ("grant_type", grant_type);
        let client = error_body("invalid-client-credentials", "Invalid client credentials!");
        assert_eq!(call(vec![grant, wrong[0], wrong[1], wrong[2]]).await, client);
        assert_eq!(call(vec![grant, ("client_id", "x"), wrong[1], wrong[2]]).await, client);
        assert_eq!(call(vec![grant, ("client_secret", ""), wrong[2]]).await, client);
        let mismatch = error_body("invalid-grant", "Redirect uri mismatch!");
        assert_eq!(call(vec![grant, wrong[1], wrong[2]]).await, mismatch);
        assert_eq!(call(vec![grant, ("redirect_uri", "127.0.0.1:8765/callback"), wrong[2]]).await, mismatch);
        assert_eq!(call(vec![grant, ("redirect_uri", ""), wrong[2]]).await, mismatch);
        assert_eq!(call(vec![grant, wrong[2]]).await, error_body("invalid-grant", last));
        assert_eq!(call(vec![grant]).await, error_body("invalid-grant", last));
    }
    let response = token_response(&sandbox, &[]).await;
    assert_eq!(response.headers()["content-type"], "application/json; charset=utf-8");
}

#[tokio::test]
async fn any_call_destroys_its_code() {
    let sandbox = Gocd::start().await.unwrap();
    for mistake in [
        ("grant_type", "authorization_code"),
        ("grant_type", "refresh-token"),
        ("client_secret", "wrong"),
        ("redirect_uri", "http://wrong.example"),
    ] {
        let code = code(&sandbox).await;
        assert_eq!(token(&sandbox, &[("code", &code), mistake]).await.0, 400);
        let again = token(&sandbox, &[("code", &code)]).await;
        assert_eq!(
            again,
            error_body("invalid-grant", "Authorization expired or invalid!"),
            "after a wrong {mistake:?}"
        );
    }
    let code = code(&sandbox).await;
    assert_eq!(token(&sandbox, &[("code", &code)]).await.0, 200);
    assert_eq!(token(&sandbox, &[("code", &code)]).await.0, 400);
}

#[tokio::test]
async fn any_call_destroys_its_refresh_token() {
    let sandbox = Gocd::start().await.unwrap();
    for mistake in [
        ("grant_type", "refresh_token"),
        ("grant_type", "authorization-code"),
        ("client_secret", "wrong"),
        ("redirect_uri", "http://wrong.example"),
    ] {
        let (access, refresh) = tokens(&sandbox).await;
        let call = [("grant_type", "refresh-token"), ("refresh_token", &refresh), mistake];
        assert_eq!(token(&sandbox, &call).await.0, 400);
        let again = token(&sandbox, &call[..2]).await;
        assert_eq!(
            again,
            error_body("invalid-grant", "Refresh token is invalid!"),
            "after a wrong {mistake:?}"
        );
        assert_eq!(feed(&sandbox, &token_header(&access)).await, 401);
    }
    // A refresh token sent with a valid code is destroyed too.
    let (_, refresh) = tokens(&sandbox).await;
    let call = [("code", code(&sandbox).await), ("refresh_token", refresh.clone())];
    let call = call.each_ref().map(|(name, value)| (*name, value.as_str()));
    assert_eq!(token(&sandbox, &call).await.0, 200);
    let again = [("grant_type", "refresh-token"), ("refresh_token", refresh.as_str())];
    assert_eq!(token(&sandbox, &again).await.0, 400);
}

#[tokio::test]
async fn refresh_replaces_pair_even_after_expiry() {
    let sandbox = Gocd::start().await.unwrap();
    let (access, refresh) = tokens(&sandbox).await;
    assert_eq!(feed(&sandbox, &token_header(&access)).await, 200);
    sandbox.advance(Duration::from_secs(400 * 86_400));
    let call = [("grant_type", "refresh-token"), ("refresh_token", refresh.as_str())];
    let (status, body) = token(&sandbox, &call).await;
    assert_eq!(status, 200);
    let (new_access, new_refresh) = pair(&body);
    assert!(new_access != access && new_refresh != refresh);
    assert_eq!(feed(&sandbox, &token_header(&access)).await, 401);
    assert_eq!(feed(&sandbox, &token_header(&new_access)).await, 200);
    assert_eq!(token(&sandbox, &call).await, error_body("invalid-grant", "Refresh token is invalid!"));
}

#[tokio::test]
async fn user_and_client_share_one_pair() {
    let sandbox = Gocd::start().await.unwrap();
    let (first, _) = tokens(&sandbox).await;
    let victor = sandbox.browser().user("victor");
    let callback = victor.approve(crate::support::authorize_url(&sandbox)).await.unwrap();
    let code = crate::support::parameter(&callback, "code").unwrap();
    let (of_victor, _) = pair(&token(&sandbox, &[("code", &code)]).await.1);
    assert_eq!(feed(&sandbox, &token_header(&first)).await, 200);
    let (second, _) = tokens(&sandbox).await;
    assert_eq!(feed(&sandbox, &token_header(&first)).await, 401);
    assert_eq!(feed(&sandbox, &token_header(&second)).await, 200);
    assert_eq!(feed(&sandbox, &token_header(&of_victor)).await, 200);
}

#[tokio::test]
async fn exchange_requires_same_redirect_uri() {
    let other = "http://127.0.0.1:4000/callback";
    let sandbox = Gocd::builder().redirect_uri(other).start().await.unwrap();
    let mismatch = error_body("invalid-grant", "Redirect uri mismatch!");
    assert_eq!(token(&sandbox, &[("code", &code(&sandbox).await), ("redirect_uri", other)]).await, mismatch);
    let (_, refresh) = tokens(&sandbox).await;
    let call =
        [("grant_type", "refresh-token"), ("refresh_token", refresh.as_str()), ("redirect_uri", other)];
    assert_eq!(token(&sandbox, &call).await, mismatch);
}

#[tokio::test]
async fn token_endpoint_accepts_post_only() {
    let sandbox = Gocd::start().await.unwrap();
    assert_eq!(http().get(sandbox.token_url()).send().await.unwrap().status(), 404);
    assert_eq!(sandbox.journal().token_calls(), 0);
    let documented = sandbox.token_url().replace("/go/oauth/", "/oauth/");
    assert_eq!(http().post(documented).send().await.unwrap().status(), 400);
    assert_eq!(sandbox.journal().token_calls(), 1);
}
