//! RFC 6749 2.3, 3.2, 4.1.3, 4.3, 4.4, 5 and 6; RFC 7636 4.6.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use oauth_sandbox::plain::{ClientAuth, Pkce, RedirectUri, RefreshTokens};
use oauth_sandbox::{Fault, Plain};
use serde_json::{Value, json};
use url::form_urlencoded;

use super::{
    CHALLENGE, REFRESH, VERIFIER, answer, authorize_url, code, form, is_good, is_refused, token, token_call,
    tokens,
};
use crate::support::http;

fn encoded(part: &str) -> String {
    form_urlencoded::byte_serialize(part.as_bytes()).collect()
}

fn basic(id: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
}

/// A client-credentials call with nothing in the body but `more`, and this header.
async fn by_header(sandbox: &Plain, header: &str, more: &[(&str, &str)]) -> (u16, Value) {
    let mut form = vec![("grant_type", "client_credentials")];
    form.extend(more);
    answer(http().post(sandbox.token_url()).header("authorization", header).form(&form).send().await.unwrap())
        .await
}

#[tokio::test]
async fn a_code_gives_the_reply_of_section_5_1() {
    let sandbox = Plain::start().await.unwrap();
    let code = code(&sandbox, &[]).await;
    let response = token_call(&sandbox, &[("code", &code)]).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["cache-control"], "no-store");
    assert_eq!(response.headers()["pragma"], "no-cache");
    let body: Value = response.json().await.unwrap();
    let names: Vec<_> = body.as_object().unwrap().keys().collect();
    assert_eq!(names, ["access_token", "expires_in", "refresh_token", "token_type"], "the scope is as asked");
    assert_eq!((&body["token_type"], &body["expires_in"]), (&json!("Bearer"), &json!(3600)));
    assert!(is_good(&sandbox, body["access_token"].as_str().unwrap()).await);
}

#[tokio::test]
async fn the_reply_names_scopes_that_were_not_asked_for() {
    let sandbox = Plain::builder().scopes(["a", "b"]).scope_separator(',').start().await.unwrap();
    let code = code(&sandbox, &[("scope", "")]).await;
    assert_eq!(token(&sandbox, &[("code", &code)]).await.1["scope"], "a,b");
}

#[tokio::test]
async fn a_code_is_good_once_and_used_again_it_takes_its_tokens_along() {
    let sandbox = Plain::start().await.unwrap();
    let code = code(&sandbox, &[]).await;
    let (_, body) = token(&sandbox, &[("code", &code)]).await;
    let (access, refresh) = crate::support::pair(&body);
    let (_, body) = token(&sandbox, &[REFRESH, ("refresh_token", &refresh)]).await;
    let second = body["access_token"].as_str().unwrap().to_owned();
    let (other, _) = tokens(&sandbox).await;
    assert!(is_good(&sandbox, &access).await && is_good(&sandbox, &second).await);
    is_refused(&token(&sandbox, &[("code", &code)]).await, 400, "invalid_grant");
    assert!(!is_good(&sandbox, &access).await && !is_good(&sandbox, &second).await);
    assert!(is_good(&sandbox, &other).await, "that one came from another code");
    is_refused(&token(&sandbox, &[REFRESH, ("refresh_token", &refresh)]).await, 400, "invalid_grant");
}

#[tokio::test]
async fn what_a_code_is_refused_for() {
    let sandbox = Plain::builder().redirect_uri("http://127.0.0.1:4000/cb").start().await.unwrap();
    let good = code(&sandbox, &[]).await;
    for (changes, error) in [
        (vec![("code", "")], "invalid_request"),
        (vec![("code", "unknown")], "invalid_grant"),
        (vec![("code", &good), ("redirect_uri", "")], "invalid_grant"),
        (vec![("code", &good), ("redirect_uri", "http://127.0.0.1:4000/cb")], "invalid_grant"),
        (vec![("code", &good), ("grant_type", "")], "invalid_request"),
        (vec![("code", &good), ("grant_type", "code")], "unsupported_grant_type"),
    ] {
        is_refused(&token(&sandbox, &changes).await, 400, error);
    }
    // 3.2: no parameter twice.
    let mut twice = form(&sandbox, &[("code", &good)]);
    twice.push(("code", &good));
    let response = http().post(sandbox.token_url()).form(&twice).send().await.unwrap();
    is_refused(&answer(response).await, 400, "invalid_request");
    // None of that has spent it; time does.
    sandbox.advance(Duration::from_secs(601));
    is_refused(&token(&sandbox, &[("code", &good)]).await, 400, "invalid_grant");
}

#[tokio::test]
async fn only_a_form_in_the_body_counts() {
    let sandbox = Plain::start().await.unwrap();
    let good = code(&sandbox, &[]).await;
    let form = form(&sandbox, &[("code", &good)]);
    let object: serde_json::Map<_, _> = form.iter().map(|(n, v)| ((*n).to_owned(), json!(v))).collect();
    for call in [
        http().post(sandbox.token_url()).json(&object),
        http().post(crate::support::with_query(sandbox.token_url(), &form)),
    ] {
        is_refused(&answer(call.send().await.unwrap()).await, 400, "invalid_request");
    }
    // 2.3.1: credentials in the query do not authenticate.
    let query = [("client_id", sandbox.client_id()), ("client_secret", sandbox.client_secret())];
    let call = http()
        .post(crate::support::with_query(sandbox.token_url(), &query))
        .form(&[("grant_type", "client_credentials")]);
    is_refused(&answer(call.send().await.unwrap()).await, 401, "invalid_client");
    assert_eq!(http().get(sandbox.token_url()).send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn the_client_authenticates_in_one_of_the_two_ways() {
    let sandbox = Plain::start().await.unwrap();
    let (id, secret) = (sandbox.client_id(), sandbox.client_secret());
    let good = basic(&encoded(id), &encoded(secret));
    assert_ne!(good, basic(id, secret), "these credentials show whether a client encodes them");
    assert_eq!(by_header(&sandbox, &good, &[]).await.0, 200);
    assert_eq!(by_header(&sandbox, &good, &[("client_id", id)]).await.0, 200);
    is_refused(&by_header(&sandbox, &good, &[("client_id", "other")]).await, 400, "invalid_request");
    is_refused(&by_header(&sandbox, &good, &[("client_secret", secret)]).await, 400, "invalid_request");
    for bad in
        [basic(id, secret), basic(&encoded(id), "wrong"), "Basic ?".to_owned(), format!("Bearer {secret}")]
    {
        is_refused(&by_header(&sandbox, &bad, &[]).await, 401, "invalid_client");
    }
    let response = token_call(&sandbox, &[("client_secret", "wrong"), ("code", "x")]).send().await.unwrap();
    assert!(response.headers()["www-authenticate"].to_str().unwrap().starts_with("Basic "));
    is_refused(&answer(response).await, 401, "invalid_client");
}

#[tokio::test]
async fn a_server_may_take_one_way_only() {
    let in_body = [("grant_type", "client_credentials"), ("redirect_uri", "")];
    for (way, body, encoded_basic, raw_basic) in [
        (ClientAuth::Body, 200, 401, 401),
        (ClientAuth::Basic, 401, 200, 401),
        (ClientAuth::BasicRaw, 401, 401, 200),
        (ClientAuth::Public, 401, 401, 401),
    ] {
        let sandbox = Plain::builder().client_auth(way).start().await.unwrap();
        let (id, secret) = (sandbox.client_id(), sandbox.client_secret());
        assert_eq!(token(&sandbox, &in_body).await.0, body, "{way:?}");
        assert_eq!(by_header(&sandbox, &basic(&encoded(id), &encoded(secret)), &[]).await.0, encoded_basic);
        assert_eq!(by_header(&sandbox, &basic(id, secret), &[]).await.0, raw_basic, "{way:?}");
    }
    let public = Plain::builder().client_auth(ClientAuth::Public).start().await.unwrap();
    let code = code(&public, &[]).await;
    assert_eq!(token(&public, &[("code", &code), ("client_secret", "")]).await.0, 200);
    let own = [("grant_type", "client_credentials"), ("client_secret", "")];
    is_refused(&token(&public, &own).await, 400, "unauthorized_client");
}

#[tokio::test]
async fn reusable_refresh_tokens() {
    let sandbox = Plain::builder().refresh_token_idle_life(Duration::from_secs(1000)).start().await.unwrap();
    let (first, refresh) = tokens(&sandbox).await;
    let mut last = first.clone();
    for _ in 0..3 {
        sandbox.advance(Duration::from_secs(900));
        let (status, body) = token(&sandbox, &[REFRESH, ("refresh_token", &refresh)]).await;
        assert_eq!((status, body.get("refresh_token")), (200, None), "{body}");
        last = body["access_token"].as_str().unwrap().to_owned();
    }
    sandbox.advance(Duration::from_secs(901));
    assert!(is_good(&sandbox, &last).await, "it lives for an hour");
    assert!(!is_good(&sandbox, &first).await);
    sandbox.advance(Duration::from_secs(100));
    is_refused(&token(&sandbox, &[REFRESH, ("refresh_token", &refresh)]).await, 400, "invalid_grant");
}

#[tokio::test]
async fn single_use_refresh_tokens_and_a_reply_that_is_lost() {
    let sandbox = Plain::builder().refresh_tokens(RefreshTokens::SingleUse).start().await.unwrap();
    let (_, first) = tokens(&sandbox).await;
    let (_, body) = token(&sandbox, &[REFRESH, ("refresh_token", &first)]).await;
    let (_, second) = crate::support::pair(&body);
    is_refused(&token(&sandbox, &[REFRESH, ("refresh_token", &first)]).await, 400, "invalid_grant");
    // 6: no scope that was not granted; fewer only narrow the access token.
    let narrowed = [REFRESH, ("refresh_token", &second), ("scope", "read")];
    let (_, body) = token(&sandbox, &narrowed).await;
    let (_, third) = crate::support::pair(&body);
    sandbox.next_token_call(Fault::DropResponse);
    assert!(token_call(&sandbox, &[REFRESH, ("refresh_token", &third)]).send().await.is_err());
    is_refused(&token(&sandbox, &[REFRESH, ("refresh_token", &third)]).await, 400, "invalid_grant");
    assert_eq!(sandbox.journal().token_calls(), 6);
}

#[tokio::test]
async fn a_refresh_asks_for_no_more_than_was_granted() {
    let sandbox = Plain::start().await.unwrap();
    let code = code(&sandbox, &[("scope", "read")]).await;
    let (_, body) = token(&sandbox, &[("code", &code)]).await;
    let (_, refresh) = crate::support::pair(&body);
    for scope in ["write", "read write", "fly"] {
        let changes = [REFRESH, ("refresh_token", refresh.as_str()), ("scope", scope)];
        is_refused(&token(&sandbox, &changes).await, 400, "invalid_scope");
    }
    assert_eq!(token(&sandbox, &[REFRESH, ("refresh_token", &refresh), ("scope", "read")]).await.0, 200);
    is_refused(&token(&sandbox, &[REFRESH]).await, 400, "invalid_request");
}

#[tokio::test]
async fn passwords_and_the_clients_own_credentials() {
    let sandbox = Plain::start().await.unwrap();
    let owner = sandbox.users().remove(0);
    let password = [
        ("grant_type", "password"),
        ("username", owner.email.as_str()),
        ("password", &owner.password),
        ("redirect_uri", ""),
    ];
    let (status, body) = token(&sandbox, &password).await;
    assert_eq!((status, &body["scope"]), (200, &json!("read write")), "{body}");
    assert!(body["refresh_token"].is_string());
    let wrong = [password[0], password[1], ("password", "wrong")];
    is_refused(&token(&sandbox, &wrong).await, 400, "invalid_grant");

    let own = [("grant_type", "client_credentials"), ("scope", "read")];
    let (status, body) = token(&sandbox, &own).await;
    assert_eq!((status, body.get("refresh_token"), body.get("scope")), (200, None, None), "4.4.3: {body}");
    is_refused(&token(&sandbox, &[own[0], ("scope", "fly")]).await, 400, "invalid_scope");
}

#[tokio::test]
async fn a_challenge_is_answered_by_its_verifier_only() {
    let sandbox = Plain::start().await.unwrap();
    let challenged = [("code_challenge", CHALLENGE), ("code_challenge_method", "S256")];
    let good = code(&sandbox, &challenged).await;
    for verifier in ["", CHALLENGE] {
        let changes = [("code", good.as_str()), ("code_verifier", verifier)];
        is_refused(&token(&sandbox, &changes).await, 400, "invalid_grant");
    }
    assert_eq!(token(&sandbox, &[("code", &good), ("code_verifier", VERIFIER)]).await.0, 200);
    let without = code(&sandbox, &[]).await;
    let changes = [("code", without.as_str()), ("code_verifier", VERIFIER)];
    is_refused(&token(&sandbox, &changes).await, 400, "invalid_grant");

    let ignoring = Plain::builder().pkce(Pkce::Ignored).start().await.unwrap();
    let unchecked = code(&ignoring, &challenged).await;
    assert_eq!(token(&ignoring, &[("code", &unchecked)]).await.0, 200);
}

#[tokio::test]
async fn other_ways_with_the_redirect_uri_and_other_grant_names() {
    let sandbox = Plain::builder()
        .code_grant("authorization-code")
        .refresh_grant("refresh-token")
        .redirect_uri_on(RedirectUri::OnEveryTokenCall)
        .start()
        .await
        .unwrap();
    let good = code(&sandbox, &[]).await;
    is_refused(&token(&sandbox, &[("code", &good)]).await, 400, "unsupported_grant_type");
    let (_, body) = token(&sandbox, &[("grant_type", "authorization-code"), ("code", &good)]).await;
    let (_, refresh) = crate::support::pair(&body);
    let renew = [("grant_type", "refresh-token"), ("refresh_token", refresh.as_str())];
    let without = [renew[0], renew[1], ("redirect_uri", "")];
    is_refused(&token(&sandbox, &without).await, 400, "invalid_request");
    assert_eq!(token(&sandbox, &renew).await.0, 200);

    let never = Plain::builder().redirect_uri_on(RedirectUri::Never).start().await.unwrap();
    let good = code(&never, &[]).await;
    is_refused(&token(&never, &[("code", &good)]).await, 400, "invalid_grant");
    assert_eq!(token(&never, &[("code", &good), ("redirect_uri", "")]).await.0, 200);
}

#[tokio::test]
async fn a_server_without_refresh_tokens_or_expiry_says_neither() {
    let sandbox =
        Plain::builder().refresh_tokens(RefreshTokens::Never).access_token_life(None).start().await.unwrap();
    let (_, body) = token(&sandbox, &[("code", &code(&sandbox, &[]).await)]).await;
    assert_eq!((body.get("refresh_token"), body.get("expires_in")), (None, None), "{body}");
    sandbox.advance(Duration::from_secs(3650 * 86_400));
    assert!(is_good(&sandbox, body["access_token"].as_str().unwrap()).await);
}

#[tokio::test]
async fn no_secret_reaches_the_journal_and_a_reset_forgets_everything() {
    let sandbox = Plain::start().await.unwrap();
    let (access, refresh) = tokens(&sandbox).await;
    assert!(is_good(&sandbox, &access).await);
    let text = serde_json::to_string(&sandbox.journal()).unwrap() + &format!("{sandbox:?}");
    for secret in [access.as_str(), &refresh, sandbox.client_secret(), &sandbox.users()[0].password] {
        assert!(!text.contains(secret), "{text}");
    }
    assert!(text.contains("code issued for owner@plain.example"), "{text}");
    sandbox.reset();
    assert!(!is_good(&sandbox, &access).await);
    assert!(sandbox.approve(authorize_url(&sandbox, &[])).await.is_ok());
}
