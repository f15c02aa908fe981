//! The token request and its response (Cohort Go's guide "OAuth2").

use std::time::Duration;

use oauth_sandbox::CohortGo;
use serde_json::json;

use super::{BOTH_SCOPES, code, connect, token};

#[tokio::test]
async fn token_response_has_exactly_five_fields() {
    let sandbox = CohortGo::start().await.unwrap();
    for scope in ["", "act-as-user", BOTH_SCOPES] {
        let (status, mut body) = token(&sandbox, &[("code", &code(&sandbox, scope).await)]).await;
        let access_token = body["access_token"].take();
        assert!(access_token.as_str().unwrap().len() > 20);
        let base_url = sandbox.api_url().strip_suffix("/api/v1").unwrap();
        let expected = json!({
            "access_token": null,
            "token_type": "bearer",
            "scope": scope,
            "api_base_url": sandbox.api_url(),
            "base_url": base_url,
        });
        assert_eq!((status, body), (200, expected));
        assert_ne!(base_url, sandbox.url(), "the API is not on the portal");
    }
}

#[tokio::test]
async fn invalid_request_does_not_consume_code() {
    let sandbox = CohortGo::start().await.unwrap();
    let (other, other_secret) = sandbox.register_client("Other application");
    let code = code(&sandbox, "").await;
    let good = [("code", code.as_str())];
    for (errors, status, error) in [
        (vec![("grant_type", "")], 400, "invalid_request"),
        (vec![("grant_type", "refresh_token")], 400, "unsupported_grant_type"),
        (vec![("mode", "")], 400, "invalid_request"),
        (vec![("mode", "browser")], 400, "invalid_request"),
        (vec![("client_id", "")], 401, "invalid_client"),
        (vec![("client_secret", "")], 401, "invalid_client"),
        (vec![("client_secret", "wrong")], 401, "invalid_client"),
        (vec![("client_id", other.as_str())], 401, "invalid_client"),
        (vec![("code", "")], 400, "invalid_request"),
        (vec![("code", "wrong")], 400, "invalid_grant"),
        (vec![("client_id", &other), ("client_secret", &other_secret)], 400, "invalid_grant"),
    ] {
        let changes: Vec<_> = good.iter().chain(&errors).copied().collect();
        let (got, body) = token(&sandbox, &changes).await;
        assert_eq!((got, &body["error"]), (status, &json!(error)), "{errors:?}");
    }
    assert_eq!(token(&sandbox, &good).await.0, 200, "without a redirect_uri");
    assert_eq!(token(&sandbox, &good).await.1["error"], "invalid_grant");
}

#[tokio::test]
async fn code_expires_and_token_does_not() {
    let sandbox = CohortGo::start().await.unwrap();
    for (seconds, status) in [(590, 200), (600, 400)] {
        let code = code(&sandbox, "").await;
        sandbox.advance(Duration::from_secs(seconds));
        assert_eq!(token(&sandbox, &[("code", &code)]).await.0, status, "after {seconds} s");
    }
    let connection = connect(&sandbox, "ruth@brightwater.example", "").await;
    sandbox.advance(Duration::from_secs(5 * 365 * 86_400));
    assert_eq!(connection.get("/services/payments/agent_invoices.json").await.0, 200);
}

#[tokio::test]
async fn api_base_url_can_be_poisoned() {
    let evil = "https://evil.example/api/v1";
    let sandbox = CohortGo::builder().poisoned_api_base_url(evil).start().await.unwrap();
    assert_eq!(connect(&sandbox, "ruth@brightwater.example", "").await.api, evil);
}
