//! The code exchange, its responses, and the stored token.

use cohortgo::{Connect, Error, ErrorKind, ScopeSource, Site, Token, scope};
use oauth_testing::{ACCESS_TOKEN, RecordingTransport, callback, json_response};

use crate::{REDIRECT_URI, assert_documented_snapshot, client, recorded};

async fn exchange(transport: &RecordingTransport, connect: &Connect) -> Result<Token, Error> {
    let client = client(Site::production(), transport);
    let started = client.begin(connect).unwrap();
    client.finish(&started.pending, &callback(REDIRECT_URI, &started)).await
}

async fn parse(json: &str) -> Result<Token, Error> {
    exchange(&RecordingTransport::with_responses([json_response(200, json)]), &Connect::new()).await
}

#[tokio::test]
async fn code_exchange() {
    let transport = RecordingTransport::with_responses([recorded(200, "token.json")]);
    exchange(&transport, &Connect::new()).await.unwrap();
    assert_documented_snapshot!(
        "The guide: POST to https://portal.cohortgo.com/oauth2/token with client_id, grant_type=authorization_code, \
         mode=server, code, client_secret; no redirect_uri. It does not say how the body is encoded; RFC 6749 does.",
        transport.text()
    );
}

#[tokio::test]
async fn guide_response_is_parsed() {
    let token = exchange(&RecordingTransport::with_responses([recorded(200, "token.json")]), &Connect::new())
        .await
        .unwrap();
    assert_eq!(token.access_token().expose(), ACCESS_TOKEN);
    assert!(token.scopes().is_empty());
    assert_eq!(token.scope_source(), ScopeSource::Response);
    assert_eq!((token.expires_at(), token.refresh_token().is_some()), (None, false));
    assert_eq!(token.extra().api_base_url.as_str(), "https://portal.cohortgo.com/api/v1");
    assert_eq!(token.extra().base_url.as_ref().unwrap().as_str(), "https://portal.cohortgo.com/");
    assert!(token.other().is_empty(), "{:?}", token.other());
}

#[tokio::test]
async fn scopes_parse_with_commas_and_spaces() {
    for scope in ["act-as-user,auto-create-users", "act-as-user auto-create-users"] {
        let json = format!(
            r#"{{"access_token":"t","scope":"{scope}","api_base_url":"https://portal.cohortgo.com/api/v1"}}"#
        );
        let token = parse(&json).await.unwrap();
        assert!(token.scopes().contains(&scope::ACT_AS_USER));
        assert!(token.scopes().contains(&scope::AUTO_CREATE_USERS));
    }
}

#[tokio::test]
async fn missing_scope_field_grants_requested_scopes() {
    let transport = RecordingTransport::with_responses([json_response(
        200,
        r#"{"access_token":"t","api_base_url":"https://portal.cohortgo.com/api/v1"}"#,
    )]);
    let token = exchange(&transport, &Connect::acting_as_users()).await.unwrap();
    assert!(token.scopes().contains(&scope::ACT_AS_USER));
    assert_eq!(token.scope_source(), ScopeSource::Request);
}

#[tokio::test]
async fn account_is_stored_with_token() {
    let transport = RecordingTransport::with_responses([recorded(200, "token_acting.json")]);
    let token = exchange(&transport, &Connect::acting_as_users().creating_users()).await.unwrap();
    let stored = cohortgo::serde_json::to_string(&token.to_persisted().unwrap()).unwrap();
    let back = Token::from_persisted(cohortgo::serde_json::from_str(&stored).unwrap()).unwrap();
    assert_eq!(back.extra(), token.extra());
    assert_eq!(back.extra().api_base_url.as_str(), "https://demo.s.portal.cohortgo.com/api/v1");
    assert_eq!(back.scopes(), token.scopes());
}

#[tokio::test]
async fn malformed_portal_address_keeps_token() {
    for base_url in ["null", "\"\"", "\"portal\"", "5"] {
        let json = format!(
            r#"{{"access_token":"t","api_base_url":"https://portal.cohortgo.com/api/v1","base_url":{base_url}}}"#
        );
        assert_eq!(parse(&json).await.unwrap().extra().base_url, None, "{base_url}");
    }
}

#[tokio::test]
async fn malformed_responses_give_clear_errors() {
    let mut out = String::new();
    for json in [
        "",
        "[]",
        "<html>",
        // The guide's sample, byte for byte.
        "{ access_token: \"canary-access-token\", token_type: 'bearer' }",
        "{}",
        r#"{"access_token":"canary-access-token"}"#,
        r#"{"access_token":"canary-access-token","api_base_url":null}"#,
        r#"{"access_token":"canary-access-token","api_base_url":"/api/v1"}"#,
        r#"{"access_token":"canary-access-token","api_base_url":5}"#,
        r#"{"access_token":5,"api_base_url":"https://portal.cohortgo.com/api/v1"}"#,
        r#"{"access_token":"","api_base_url":"https://portal.cohortgo.com/api/v1"}"#,
        r#"{"access_token":"t","token_type":"mac","api_base_url":"https://portal.cohortgo.com/api/v1"}"#,
    ] {
        let error = parse(json).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{json}");
        out += &format!("{}\n  {error}\n", json.replace("canary-", ""));
    }
    insta::assert_snapshot!(out);
}

#[tokio::test]
async fn token_endpoint_errors_are_told_apart() {
    let mut out = String::new();
    for (response, kind) in [
        (recorded(400, "token_error.json"), ErrorKind::GrantRefused),
        (json_response(401, r#"{"error":"invalid_client"}"#), ErrorKind::ClientRefused),
        (json_response(400, r#"{"error":"invalid_request"}"#), ErrorKind::RequestRefused),
        (json_response(200, r#"{"error":"invalid_grant"}"#), ErrorKind::GrantRefused),
        (json_response(302, ""), ErrorKind::Redirected),
        (json_response(429, ""), ErrorKind::RateLimited),
        (json_response(502, "<html>Bad gateway</html>"), ErrorKind::Unavailable),
    ] {
        let transport = RecordingTransport::with_responses([response]);
        let error = exchange(&transport, &Connect::new()).await.unwrap_err();
        assert_eq!(error.kind(), kind);
        assert_eq!(transport.count(), 1, "no call is repeated");
        out += &format!("{error}\n");
    }
    insta::assert_snapshot!(out);
}
