//! The token endpoint: RFC 6749 2.3, 3.2, 4.1.3, 4.3, 4.4, 5 and 6; RFC 7636 4.6. The revocation endpoint:
//! RFC
//! 7009.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use oauth_sandbox::plain::{ClientAuth, Pkce, RedirectUri, RefreshTokens};
use oauth_sandbox::{Fault, Plain};
use serde_json::{Value, json};
use url::form_urlencoded;

use super::{REFRESH, assert_error, authorize_url, code, form, is_good, token, token_call, tokens};
use crate::support::{CHALLENGE, VERIFIER, http, send};

fn encoded(part: &str) -> String {
    form_urlencoded::byte_serialize(part.as_bytes()).collect()
}

fn basic(id: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
}

/// A client-credentials call with this `Authorization` header and `more` in the body.
async fn by_header(sandbox: &Plain, header: &str, more: &[(&str, &str)]) -> (u16, Value) {
    let mut form = vec![("grant_type", "client_credentials")];
    form.extend(more);
    send(http().post(sandbox.token_url()).header("authorization", header).form(&form)).await
}

#[tokio::test]
async fn code_exchange_returns_token_response() {
    let sandbox = Plain::start().await.unwrap();
    let code = code(&sandbox, &[]).await;
    let response = token_call(&sandbox, &[("code", &code)]).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["cache-control"], "no-store");
    assert_eq!(response.headers()["pragma"], "no-cache");
    let body: Value = response.json().await.unwrap();
    let names: Vec<_> = body.as_object().unwrap().keys().collect();
    assert_eq!(
        names,
        ["access_token", "expires_in", "refresh_token", "token_type"],
        "no scope: it is the requested one"
    );
    assert_eq!((&body["token_type"], &body["expires_in"]), (&json!("Bearer"), &json!(3600)));
    assert!(is_good(&sandbox, body["access_token"].as_str().unwrap()).await);
}

#[tokio::test]
async fn response_names_scopes_if_not_requested() {
    let sandbox = Plain::builder().scopes(["a", "b"]).scope_separator(',').start().await.unwrap();
    let code = code(&sandbox, &[("scope", "")]).await;
    assert_eq!(token(&sandbox, &[("code", &code)]).await.1["scope"], "a,b");
}

#[tokio::test]
async fn code_reuse_revokes_its_tokens() {
    let sandbox = Plain::start().await.unwrap();
    let code = code(&sandbox, &[]).await;
    let (_, body) = token(&sandbox, &[("code", &code)]).await;
    let (access, refresh) = crate::support::pair(&body);
    let (_, body) = token(&sandbox, &[REFRESH, ("refresh_token", &refresh)]).await;
    let second = body["access_token"].as_str().unwrap().to_owned();
    let (other, _) = tokens(&sandbox).await;
    assert!(is_good(&sandbox, &access).await && is_good(&sandbox, &second).await);
    assert_error(&token(&sandbox, &[("code", &code)]).await, 400, "invalid_grant");
    assert!(!is_good(&sandbox, &access).await && !is_good(&sandbox, &second).await);
    assert!(is_good(&sandbox, &other).await, "this token came from another code");
    assert_error(&token(&sandbox, &[REFRESH, ("refresh_token", &refresh)]).await, 400, "invalid_grant");
}

#[tokio::test]
async fn code_exchange_rejects_mismatches() {
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
        assert_error(&token(&sandbox, &changes).await, 400, error);
    }
    // 3.2: no repeated parameter.
    let mut twice = form(&sandbox, &[("code", &good)]);
    twice.push(("code", &good));
    assert_error(&send(http().post(sandbox.token_url()).form(&twice)).await, 400, "invalid_request");
    // The rejected calls do not use up the code, but it expires.
    sandbox.advance(Duration::from_secs(601));
    assert_error(&token(&sandbox, &[("code", &good)]).await, 400, "invalid_grant");
}

#[tokio::test]
async fn token_endpoint_accepts_urlencoded_body_only() {
    let sandbox = Plain::start().await.unwrap();
    let good = code(&sandbox, &[]).await;
    let form = form(&sandbox, &[("code", &good)]);
    let object: serde_json::Map<_, _> = form.iter().map(|(n, v)| ((*n).to_owned(), json!(v))).collect();
    for call in [
        http().post(sandbox.token_url()).json(&object),
        http().post(crate::support::with_query(sandbox.token_url(), &form)),
    ] {
        assert_error(&send(call).await, 400, "invalid_request");
    }
    // 2.3.1: credentials in the query do not authenticate.
    let query = [("client_id", sandbox.client_id()), ("client_secret", sandbox.client_secret())];
    let call = http()
        .post(crate::support::with_query(sandbox.token_url(), &query))
        .form(&[("grant_type", "client_credentials")]);
    assert_error(&send(call).await, 401, "invalid_client");
    assert_eq!(http().get(sandbox.token_url()).send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn client_authenticates_by_header_or_body() {
    let sandbox = Plain::start().await.unwrap();
    let (id, secret) = (sandbox.client_id(), sandbox.client_secret());
    let good = basic(&encoded(id), &encoded(secret));
    assert_ne!(good, basic(id, secret), "these credentials show whether a client encodes them");
    assert_eq!(by_header(&sandbox, &good, &[]).await.0, 200);
    assert_eq!(by_header(&sandbox, &good, &[("client_id", id)]).await.0, 200);
    assert_error(&by_header(&sandbox, &good, &[("client_id", "other")]).await, 400, "invalid_request");
    assert_error(&by_header(&sandbox, &good, &[("client_secret", secret)]).await, 400, "invalid_request");
    for bad in
        [basic(id, secret), basic(&encoded(id), "wrong"), "Basic ?".to_owned(), format!("Bearer {secret}")]
    {
        assert_error(&by_header(&sandbox, &bad, &[]).await, 401, "invalid_client");
    }
    let wrong = || token_call(&sandbox, &[("client_secret", "wrong"), ("code", "x")]);
    let response = wrong().send().await.unwrap();
    assert!(response.headers()["www-authenticate"].to_str().unwrap().starts_with("Basic "));
    assert_error(&send(wrong()).await, 401, "invalid_client");
}

#[tokio::test]
async fn client_auth_accepts_configured_method_only() {
    let in_body = [("grant_type", "client_credentials"), ("redirect_uri", "")];
    for (method, body, encoded_basic, raw_basic) in [
        (ClientAuth::Body, 200, 401, 401),
        (ClientAuth::Basic, 401, 200, 401),
        (ClientAuth::BasicRaw, 401, 401, 200),
        (ClientAuth::Public, 401, 401, 401),
    ] {
        let sandbox = Plain::builder().client_auth(method).start().await.unwrap();
        let (id, secret) = (sandbox.client_id(), sandbox.client_secret());
        assert_eq!(token(&sandbox, &in_body).await.0, body, "{method:?}");
        assert_eq!(by_header(&sandbox, &basic(&encoded(id), &encoded(secret)), &[]).await.0, encoded_basic);
        assert_eq!(by_header(&sandbox, &basic(id, secret), &[]).await.0, raw_basic, "{method:?}");
    }
    let public = Plain::builder().client_auth(ClientAuth::Public).start().await.unwrap();
    let code = code(&public, &[]).await;
    assert_eq!(token(&public, &[("code", &code), ("client_secret", "")]).await.0, 200);
    let own = [("grant_type", "client_credentials"), ("client_secret", "")];
    assert_error(&token(&public, &own).await, 400, "unauthorized_client");
}

#[tokio::test]
async fn reusable_refresh_token_expires_when_idle() {
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
    assert!(is_good(&sandbox, &last).await, "access tokens live for an hour");
    assert!(!is_good(&sandbox, &first).await);
    sandbox.advance(Duration::from_secs(100));
    assert_error(&token(&sandbox, &[REFRESH, ("refresh_token", &refresh)]).await, 400, "invalid_grant");
}

#[tokio::test]
async fn single_use_refresh_token_is_lost_with_response() {
    let sandbox = Plain::builder().refresh_tokens(RefreshTokens::SingleUse).start().await.unwrap();
    let (_, first) = tokens(&sandbox).await;
    let (_, body) = token(&sandbox, &[REFRESH, ("refresh_token", &first)]).await;
    let (_, second) = crate::support::pair(&body);
    assert_error(&token(&sandbox, &[REFRESH, ("refresh_token", &first)]).await, 400, "invalid_grant");
    // 6: no scope that was not granted; fewer only narrow the access token.
    let narrowed = [REFRESH, ("refresh_token", &second), ("scope", "read")];
    let (_, body) = token(&sandbox, &narrowed).await;
    let (_, third) = crate::support::pair(&body);
    sandbox.next_token_call(Fault::DropResponse);
    assert!(token_call(&sandbox, &[REFRESH, ("refresh_token", &third)]).send().await.is_err());
    assert_error(&token(&sandbox, &[REFRESH, ("refresh_token", &third)]).await, 400, "invalid_grant");
    assert_eq!(sandbox.journal().token_calls(), 6);
}

#[tokio::test]
async fn refresh_rejects_additional_scopes() {
    let sandbox = Plain::start().await.unwrap();
    let code = code(&sandbox, &[("scope", "read")]).await;
    let (_, body) = token(&sandbox, &[("code", &code)]).await;
    let (_, refresh) = crate::support::pair(&body);
    for scope in ["write", "read write", "fly"] {
        let changes = [REFRESH, ("refresh_token", refresh.as_str()), ("scope", scope)];
        assert_error(&token(&sandbox, &changes).await, 400, "invalid_scope");
    }
    assert_eq!(token(&sandbox, &[REFRESH, ("refresh_token", &refresh), ("scope", "read")]).await.0, 200);
    assert_error(&token(&sandbox, &[REFRESH]).await, 400, "invalid_request");
}

#[tokio::test]
async fn password_and_client_credentials_grants_issue_tokens() {
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
    assert_error(&token(&sandbox, &wrong).await, 400, "invalid_grant");

    let own = [("grant_type", "client_credentials"), ("scope", "read")];
    let (status, body) = token(&sandbox, &own).await;
    assert_eq!((status, body.get("refresh_token"), body.get("scope")), (200, None, None), "4.4.3: {body}");
    assert_error(&token(&sandbox, &[own[0], ("scope", "fly")]).await, 400, "invalid_scope");
}

#[tokio::test]
async fn challenge_needs_matching_verifier() {
    let sandbox = Plain::start().await.unwrap();
    let challenged = [("code_challenge", CHALLENGE), ("code_challenge_method", "S256")];
    let good = code(&sandbox, &challenged).await;
    for verifier in ["", CHALLENGE] {
        let changes = [("code", good.as_str()), ("code_verifier", verifier)];
        assert_error(&token(&sandbox, &changes).await, 400, "invalid_grant");
    }
    assert_eq!(token(&sandbox, &[("code", &good), ("code_verifier", VERIFIER)]).await.0, 200);
    let without = code(&sandbox, &[]).await;
    let changes = [("code", without.as_str()), ("code_verifier", VERIFIER)];
    assert_error(&token(&sandbox, &changes).await, 400, "invalid_grant");

    let ignoring = Plain::builder().pkce(Pkce::Ignored).start().await.unwrap();
    let unchecked = code(&ignoring, &challenged).await;
    assert_eq!(token(&ignoring, &[("code", &unchecked)]).await.0, 200);
}

#[tokio::test]
async fn token_calls_support_redirect_uri_and_grant_options() {
    let sandbox = Plain::builder()
        .code_grant("authorization-code")
        .refresh_grant("refresh-token")
        .redirect_uri_on(RedirectUri::OnEveryTokenCall)
        .start()
        .await
        .unwrap();
    let good = code(&sandbox, &[]).await;
    assert_error(&token(&sandbox, &[("code", &good)]).await, 400, "unsupported_grant_type");
    let (_, body) = token(&sandbox, &[("grant_type", "authorization-code"), ("code", &good)]).await;
    let (_, refresh) = crate::support::pair(&body);
    let renew = [("grant_type", "refresh-token"), ("refresh_token", refresh.as_str())];
    let without = [renew[0], renew[1], ("redirect_uri", "")];
    assert_error(&token(&sandbox, &without).await, 400, "invalid_request");
    assert_eq!(token(&sandbox, &renew).await.0, 200);

    let never = Plain::builder().redirect_uri_on(RedirectUri::Never).start().await.unwrap();
    let good = code(&never, &[]).await;
    assert_error(&token(&never, &[("code", &good)]).await, 400, "invalid_grant");
    assert_eq!(token(&never, &[("code", &good), ("redirect_uri", "")]).await.0, 200);
}

#[tokio::test]
async fn response_omits_refresh_token_and_expiry() {
    let sandbox =
        Plain::builder().refresh_tokens(RefreshTokens::Never).access_token_life(None).start().await.unwrap();
    let (_, body) = token(&sandbox, &[("code", &code(&sandbox, &[]).await)]).await;
    assert_eq!((body.get("refresh_token"), body.get("expires_in")), (None, None), "{body}");
    sandbox.advance(Duration::from_secs(3650 * 86_400));
    assert!(is_good(&sandbox, body["access_token"].as_str().unwrap()).await);
}

#[tokio::test]
async fn journal_hides_secrets_and_reset_revokes_tokens() {
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

/// RFC 7009 2.1 and 2.2.
#[tokio::test]
async fn revocation_ends_the_tokens_of_a_code() {
    let sandbox = Plain::start().await.unwrap();
    let revoke = async |secret: &str, token: &str| {
        let form = [("client_id", sandbox.client_id()), ("client_secret", secret), ("token", token)];
        let call = http().post(format!("{}/oauth/revoke", sandbox.url())).form(&form);
        call.send().await.unwrap().status().as_u16()
    };
    for by_refresh_token in [true, false] {
        let (other, _) = tokens(&sandbox).await;
        let (access_token, refresh_token) = tokens(&sandbox).await;
        let given = if by_refresh_token { &refresh_token } else { &access_token };
        assert_eq!(revoke("wrong", given).await, 401);
        assert_eq!(revoke(sandbox.client_secret(), "").await, 400);
        assert!(is_good(&sandbox, &access_token).await);
        for token in [given, given, "unknown"] {
            assert_eq!(revoke(sandbox.client_secret(), token).await, 200);
        }
        assert!(!is_good(&sandbox, &access_token).await);
        let refused = token(&sandbox, &[REFRESH, ("refresh_token", &refresh_token)]).await;
        assert_error(&refused, 400, "invalid_grant");
        assert!(is_good(&sandbox, &other).await, "another code's token stays");
    }
}
