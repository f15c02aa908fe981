//! The token endpoint (Go1's "OAuth Connect Flow", step 4; docs/provider-facts.md 3a).

use std::time::Duration;

use oauth_sandbox::Go1;
use serde_json::{Value, json};

use super::{REFRESH, code, form, status, token, tokens};
use crate::support::{http, multipart_body, pair, send};

const HOUR: u64 = 3600;
const DAY: u64 = 24 * HOUR;

async fn refresh(sandbox: &Go1, refresh_token: &str) -> (u16, Value) {
    token(sandbox, &[REFRESH, ("refresh_token", refresh_token)]).await
}

fn assert_error(response: &(u16, Value), status: u16, error: &str) {
    assert_eq!((response.0, &response.1["error"]), (status, &json!(error)), "{}", response.1);
    assert!(
        response.1["message"].is_string() && response.1["error_description"].is_string(),
        "{}",
        response.1
    );
}

#[tokio::test]
async fn token_response_has_four_members_in_all_encodings() {
    let sandbox = Go1::start().await.unwrap();
    for encoding in ["multipart", "urlencoded", "json"] {
        let code = code(&sandbox).await;
        let form = form(&sandbox, &[("code", &code)]);
        let call = http().post(sandbox.token_url());
        let call = match encoding {
            "urlencoded" => call.form(&form),
            "json" => call.json(&form.into_iter().collect::<std::collections::BTreeMap<_, _>>()),
            _ => call.header("content-type", "multipart/form-data; boundary=b").body(multipart_body(&form)),
        };
        let (status, body) = send(call).await;
        assert_eq!(status, 200, "{encoding}: {body}");
        assert_eq!(body.as_object().unwrap().len(), 4, "{body}");
        assert_eq!((&body["token_type"], &body["expires_in"]), (&json!("Bearer"), &json!(43_200)));
        let (access, refresh) = pair(&body);
        assert_ne!(access, refresh);
    }
    let grant = [("grant_type", "client_credentials"), ("redirect_uri", "")];
    let response = http().post(sandbox.token_url()).form(&form(&sandbox, &grant)).send().await.unwrap();
    for (name, value) in [
        ("content-type", "application/json; charset=UTF-8"),
        ("pragma", "no-cache"),
        ("cache-control", "no-store"),
    ] {
        assert_eq!(response.headers()[name], value);
    }
    // The query is ignored.
    let query = crate::support::with_query(sandbox.token_url(), &form(&sandbox, &[("code", "x")]));
    let ignored = send(http().post(query)).await;
    assert_error(&ignored, 400, "unsupported_grant_type");
}

#[tokio::test]
async fn rejected_code_exchange_keeps_code() {
    let sandbox = Go1::start().await.unwrap();
    let (other, other_secret) = sandbox.register_client("Another application");
    let code = code(&sandbox).await;
    let good = [("code", code.as_str())];
    for (mistakes, status, error) in [
        (vec![("grant_type", "")], 400, "unsupported_grant_type"),
        (vec![("grant_type", "authorization-code")], 400, "unsupported_grant_type"),
        (vec![("client_id", "")], 400, "invalid_request"),
        (vec![("client_id", "unknown")], 401, "invalid_client"),
        (vec![("client_secret", "wrong")], 401, "invalid_client"),
        (vec![("client_secret", "")], 401, "invalid_client"),
        (vec![("client_id", other.as_str())], 401, "invalid_client"),
        (vec![("code", "")], 400, "invalid_request"),
        (vec![("code", "def502")], 400, "invalid_request"),
        (vec![("redirect_uri", "")], 400, "invalid_request"),
        (vec![("redirect_uri", "http://127.0.0.1:8765/callback/")], 401, "invalid_client"),
        (vec![("client_id", &other), ("client_secret", &other_secret)], 400, "invalid_request"),
    ] {
        let changes: Vec<_> = good.iter().chain(&mistakes).copied().collect();
        assert_error(&token(&sandbox, &changes).await, status, error);
    }
    assert_eq!(token(&sandbox, &good).await.0, 200);
    for (spent, hint) in [
        (code.as_str(), "Authorization code has been revoked"),
        ("garbage", "Cannot decrypt the authorization code"),
    ] {
        let again = token(&sandbox, &[("code", spent)]).await;
        assert_error(&again, 400, "invalid_request");
        assert_eq!(again.1["hint"], hint);
    }
}

#[tokio::test]
async fn code_expires_after_ten_minutes() {
    let sandbox = Go1::start().await.unwrap();
    for (seconds, expected) in [(590, 200), (600, 400)] {
        let code = code(&sandbox).await;
        sandbox.advance(Duration::from_secs(seconds));
        assert_eq!(token(&sandbox, &[("code", &code)]).await.0, expected, "after {seconds} s");
    }
}

#[tokio::test]
async fn refresh_rotates_both_tokens() {
    let sandbox = Go1::start().await.unwrap();
    let (access, first) = tokens(&sandbox).await;
    sandbox.advance(Duration::from_secs(12 * HOUR - 60));
    assert_eq!(status(&sandbox, &access).await, 200);
    sandbox.advance(Duration::from_secs(60));
    assert_eq!(status(&sandbox, &access).await, 401);
    let (_, body) = refresh(&sandbox, &first).await;
    let (new_access, second) = pair(&body);
    assert!(new_access != access && second != first, "both are new");
    assert_eq!(status(&sandbox, &new_access).await, 200);
    let again = refresh(&sandbox, &first).await;
    assert_error(&again, 401, "invalid_request");
    assert_eq!(again.1["message"], "The refresh token is invalid.");

    // A refresh revokes the access token issued with the refresh token.
    let (_, body) = refresh(&sandbox, &second).await;
    assert_eq!(status(&sandbox, &new_access).await, 401);
    // A refresh token lives for 90 days from its issue.
    let (_, third) = pair(&body);
    sandbox.advance(Duration::from_secs(90 * DAY - 60));
    let (_, fourth) = pair(&refresh(&sandbox, &third).await.1);
    sandbox.advance(Duration::from_secs(90 * DAY));
    assert_error(&refresh(&sandbox, &fourth).await, 401, "invalid_request");
}

#[tokio::test]
async fn refresh_rejects_other_client_and_scopes() {
    let sandbox = Go1::start().await.unwrap();
    let (other, other_secret) = sandbox.register_client("Another application");
    let (_, first) = tokens(&sandbox).await;
    let call = |changes: Vec<(&'static str, String)>| {
        let (sandbox, first) = (&sandbox, first.clone());
        async move {
            let mut all = vec![REFRESH, ("refresh_token", first.as_str())];
            all.extend(changes.iter().map(|(name, value)| (*name, value.as_str())));
            token(sandbox, &all).await
        }
    };
    assert_error(&call(vec![("refresh_token", String::new())]).await, 400, "invalid_request");
    let theirs = vec![("client_id", other), ("client_secret", other_secret)];
    assert_error(&call(theirs).await, 401, "invalid_request");
    assert_error(&call(vec![("scope", "lo.read lo.write".into())]).await, 400, "invalid_scope");
    let (_, body) = call(vec![("scope", "user.read".into())]).await;
    let (access, _) = pair(&body);
    assert_eq!(super::get(&sandbox, "/v2/me", &access).await.0, 200);
    assert_eq!(super::get(&sandbox, "/v2/account", &access).await.1["message"], "Missing scopes");
}

#[tokio::test]
async fn client_credentials_issue_no_refresh_token() {
    let sandbox = Go1::start().await.unwrap();
    let grant = ("grant_type", "client_credentials");
    let (status, body) = token(&sandbox, &[grant, ("redirect_uri", "")]).await;
    assert_eq!((status, body.as_object().unwrap().len()), (200, 3), "{body}");
    assert_eq!(body["expires_in"], 43_200);
    let access = body["access_token"].as_str().unwrap();
    let (_, account) = super::get(&sandbox, "/v2/account", access).await;
    assert_eq!(account["id"], sandbox.partner_portal_id());
    assert_eq!(super::get(&sandbox, "/v2/me", access).await.0, 403, "the token belongs to no user");
    assert_error(&token(&sandbox, &[grant, ("client_secret", "wrong")]).await, 401, "invalid_client");
    assert_error(&token(&sandbox, &[grant, ("scope", "everything")]).await, 400, "invalid_scope");

    // The same with HTTP Basic. A wrong secret gets a challenge.
    let basic = |secret: &str| {
        let call = http().post(sandbox.token_url()).basic_auth(sandbox.client_id(), Some(secret));
        call.form(&[grant])
    };
    assert_eq!(send(basic(sandbox.client_secret())).await.0, 200);
    let error = basic("wrong").send().await.unwrap();
    assert_eq!(error.headers()["www-authenticate"], "Basic realm=\"OAuth\"");
    assert_error(&send(basic("wrong")).await, 401, "invalid_client");
}

#[tokio::test]
async fn password_grant_requires_portal() {
    let sandbox = Go1::start().await.unwrap();
    let call = [
        ("grant_type", "password"),
        ("portal_name", "acme-training.mygo1.com"),
        ("username", "mia@acme-training.example"),
        ("password", "learn-something"),
        ("scope", "portal.read"),
    ];
    let (_, body) = token(&sandbox, &call).await;
    let (access, first) = pair(&body);
    assert_eq!(super::get(&sandbox, "/v2/account", &access).await.1["title"], "Acme Training");
    assert_eq!(refresh(&sandbox, &first).await.0, 200);
    for (wrong, error) in [
        (("portal_name", ""), "invalid_request"),
        (("portal_name", "northwind.mygo1.com"), "invalid_grant"),
        (("username", "noah@northwind.example"), "invalid_grant"),
        (("password", "wrong"), "invalid_grant"),
        (("password", ""), "invalid_request"),
        (("scope", "nonsense"), "invalid_scope"),
    ] {
        let changes: Vec<_> = call.iter().copied().chain([wrong]).collect();
        assert_error(&token(&sandbox, &changes).await, 400, error);
    }
    let text = serde_json::to_string(&sandbox.journal()).unwrap();
    assert!(text.contains("acme-training.mygo1.com") && !text.contains("learn-something"), "{text}");
    for secret in [&access, &first, sandbox.client_secret()] {
        assert!(!text.contains(secret));
    }
}
