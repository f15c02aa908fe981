//! docs/provider-facts.md 1d.

use std::time::Duration;

use oauth_sandbox::Gocd;
use serde_json::{Value, json};

use crate::support::{code, feed, http, pair, token, token_header, token_response, tokens};

fn refused(error: &str, description: &str) -> (u16, Value) {
    (400, json!({ "error": error, "error_description": description }))
}

#[tokio::test]
async fn success_is_exactly_three_members_and_two_headers() {
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
async fn every_refusal_in_its_order_and_words() {
    let sandbox = Gocd::start().await.unwrap();
    let wrong = [("client_secret", "wrong"), ("redirect_uri", "http://wrong.example"), ("code", "wrong")];
    let call = |changes: Vec<(&'static str, &'static str)>| {
        let sandbox = &sandbox;
        async move { token(sandbox, &changes).await }
    };
    // Each row repairs one thing more; what is wrong later is not looked at yet.
    let mut changes = vec![("grant_type", "authorization_code"), wrong[0], wrong[1], wrong[2]];
    let unsupported = refused("unsupported-grant-type", "Grant type authorization_code is not supported!");
    assert_eq!(call(changes.clone()).await, unsupported);
    changes[0] = ("grant_type", "");
    assert_eq!(
        call(changes.clone()).await,
        refused("unsupported-grant-type", "Grant type  is not supported!")
    );
    for (grant_type, last) in [
        ("authorization-code", "Authorization expired or invalid!"),
        ("refresh-token", "Refresh token is invalid!"),
    ] {
        let grant = ("grant_type", grant_type);
        let client = refused("invalid-client-credentials", "Invalid client credentials!");
        assert_eq!(call(vec![grant, wrong[0], wrong[1], wrong[2]]).await, client);
        assert_eq!(call(vec![grant, ("client_id", "x"), wrong[1], wrong[2]]).await, client);
        assert_eq!(call(vec![grant, ("client_secret", ""), wrong[2]]).await, client);
        let mismatch = refused("invalid-grant", "Redirect uri mismatch!");
        assert_eq!(call(vec![grant, wrong[1], wrong[2]]).await, mismatch);
        assert_eq!(call(vec![grant, ("redirect_uri", "127.0.0.1:8765/callback"), wrong[2]]).await, mismatch);
        assert_eq!(call(vec![grant, ("redirect_uri", ""), wrong[2]]).await, mismatch);
        assert_eq!(call(vec![grant, wrong[2]]).await, refused("invalid-grant", last));
        assert_eq!(call(vec![grant]).await, refused("invalid-grant", last));
    }
    let response = token_response(&sandbox, &[]).await;
    assert_eq!(response.headers()["content-type"], "application/json; charset=utf-8");
}

#[tokio::test]
async fn a_code_is_destroyed_by_any_call_that_names_it() {
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
            refused("invalid-grant", "Authorization expired or invalid!"),
            "after a wrong {mistake:?}"
        );
    }
    let code = code(&sandbox).await;
    assert_eq!(token(&sandbox, &[("code", &code)]).await.0, 200);
    assert_eq!(token(&sandbox, &[("code", &code)]).await.0, 400);
}

#[tokio::test]
async fn a_refresh_token_is_destroyed_with_its_pair_by_any_call_that_names_it() {
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
        assert_eq!(again, refused("invalid-grant", "Refresh token is invalid!"), "after a wrong {mistake:?}");
        assert_eq!(feed(&sandbox, &token_header(&access)).await, 401);
    }
    // Sent along with a good code, it goes too.
    let (_, refresh) = tokens(&sandbox).await;
    let call = [("code", code(&sandbox).await), ("refresh_token", refresh.clone())];
    let call = call.each_ref().map(|(name, value)| (*name, value.as_str()));
    assert_eq!(token(&sandbox, &call).await.0, 200);
    let again = [("grant_type", "refresh-token"), ("refresh_token", refresh.as_str())];
    assert_eq!(token(&sandbox, &again).await.0, 400);
}

#[tokio::test]
async fn refreshing_replaces_the_pair_and_works_long_after_it_expired() {
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
    assert_eq!(token(&sandbox, &call).await, refused("invalid-grant", "Refresh token is invalid!"));
}

#[tokio::test]
async fn one_pair_lives_per_person_and_client() {
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
async fn one_of_several_redirect_uris_must_be_the_same_in_both_steps() {
    let other = "http://127.0.0.1:4000/callback";
    let sandbox = Gocd::builder().redirect_uri(other).start().await.unwrap();
    let mismatch = refused("invalid-grant", "Redirect uri mismatch!");
    assert_eq!(token(&sandbox, &[("code", &code(&sandbox).await), ("redirect_uri", other)]).await, mismatch);
    let (_, refresh) = tokens(&sandbox).await;
    let call =
        [("grant_type", "refresh-token"), ("refresh_token", refresh.as_str()), ("redirect_uri", other)];
    assert_eq!(token(&sandbox, &call).await, mismatch);
}

#[tokio::test]
async fn the_token_endpoint_takes_posts_only() {
    let sandbox = Gocd::start().await.unwrap();
    assert_eq!(http().get(sandbox.token_url()).send().await.unwrap().status(), 404);
    assert_eq!(sandbox.journal().token_calls(), 0);
    let seed = sandbox.token_url().replace("/go/oauth/", "/oauth/");
    assert_eq!(http().post(seed).send().await.unwrap().status(), 400);
    assert_eq!(sandbox.journal().token_calls(), 1);
}
