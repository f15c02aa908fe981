//! Each response that this crate parses, and the errors of the token endpoint and the API.

#![allow(clippy::unwrap_used)] // clippy exempts tests, but not their helpers

mod common;

use common::{builder, client, connect, recorded, with_token};
use go1::api::{Account, LearningObjectType, LearningObjects, LifecycleState, Me, Validate};
use go1::http::Response;
use go1::{
    Client, Error, ErrorKind, PersistedToken, PortalPassword, ScopeSource, Scopes, Token, TokenOrigin, scope,
};
use oauth_testing::{ACCESS_TOKEN, PASSWORD, REFRESH_TOKEN, callback, json_response};

async fn connected(client: &Client) -> Result<Token, Error> {
    let started = client.begin(&connect()).unwrap();
    client.finish(&started.pending, &callback(common::REDIRECT_URI, &started)).await
}

#[tokio::test]
async fn code_exchange_returns_token() {
    let (client, _) = client([json_response(200, recorded!("token"))]);
    let token = connected(&client).await.unwrap();
    assert_eq!(token.access_token().expose(), ACCESS_TOKEN);
    assert_eq!(token.refresh_token().unwrap().expose(), REFRESH_TOKEN);
    assert_eq!((token.expires_at().unwrap() - token.received_at()).num_seconds(), 43_200);
    assert_eq!((token.lapses_at().unwrap() - token.received_at()).num_days(), 90);
    assert_eq!(token.scopes().to_string(), "user.read lo.read");
    assert_eq!(token.scope_source(), ScopeSource::Request);
    assert_eq!(token.issuer(), "https://auth.go1.com");
    assert!(!format!("{token:?}").contains("canary"));
}

#[tokio::test]
async fn response_decides_token_lifetime() {
    let (client, _) = client([json_response(200, recorded!("token_31_days"))]);
    let token = connected(&client).await.unwrap();
    assert_eq!((token.expires_at().unwrap() - token.received_at()).num_days(), 31);
}

#[tokio::test]
async fn refresh_returns_new_pair() {
    let (builder, transport, clock) =
        builder([json_response(200, recorded!("token")), json_response(200, recorded!("token_refreshed"))]);
    let client = builder.build().unwrap();
    let first = connected(&client).await.unwrap();
    clock.advance_secs(12 * 3_600);
    assert_eq!(client.send(&first, &Me).await.unwrap_err().kind(), ErrorKind::Expired);
    assert_eq!(transport.count(), 1, "an expired token is not sent");
    let second = client.refresh(&first).await.unwrap();
    assert_eq!(second.access_token().expose(), "canary-second-access-token");
    assert_eq!(second.refresh_token().unwrap().expose(), "canary-second-refresh-token");
    assert_eq!(second.scopes(), first.scopes());
    assert_eq!(
        second.lapses_at().unwrap() - first.lapses_at().unwrap(),
        second.received_at() - first.received_at()
    );
}

#[tokio::test]
async fn client_credentials_refresh_repeats_grant() {
    let response = || json_response(200, recorded!("token_client_credentials"));
    let (client, transport) = client([response(), response()]);
    let token = client.client_credentials(Scopes::none()).await.unwrap();
    assert_eq!(token.origin(), TokenOrigin::ClientCredentials);
    assert!(token.refresh_token().is_none() && token.lapses_at().is_none());
    client.refresh(&token).await.unwrap();
    assert_eq!(transport.text().matches("client_credentials").count(), 2);
}

#[tokio::test]
async fn stored_token_round_trips() {
    let (client, _) = client([json_response(200, recorded!("token"))]);
    let token = connected(&client).await.unwrap();
    let json = serde_json::to_string(&token.to_persisted().unwrap()).unwrap();
    let back = Token::from_persisted(serde_json::from_str::<PersistedToken>(&json).unwrap()).unwrap();
    assert_eq!(format!("{back:?}"), format!("{token:?}"));
    assert_eq!(back.refresh_token(), token.refresh_token());
}

#[tokio::test]
async fn token_endpoint_errors_have_kinds() {
    let mut out = String::new();
    for (status, name, json) in [
        (401, "error_refresh_token_dead", recorded!("error_refresh_token_dead")),
        (400, "error_refresh_token_dead_newer", recorded!("error_refresh_token_dead_newer")),
        (401, "error_refresh_token_dead_totara", recorded!("error_refresh_token_dead_totara")),
        (400, "error_refresh_token_missing", recorded!("error_refresh_token_missing")),
        (401, "error_client", recorded!("error_client")),
    ] {
        let (client, _) = client([json_response(200, recorded!("token")), json_response(status, json)]);
        let token = connected(&client).await.unwrap();
        let error = client.refresh(&token).await.unwrap_err();
        out += &format!("{name}, {status}, on a refresh\n  {:?}: {error}\n", error.kind());
        assert_eq!(error.needs_reconnect(), error.kind() == ErrorKind::GrantRefused);
    }
    for (name, json) in [
        ("error_code_spent", recorded!("error_code_spent")),
        ("error_redirect_uri", recorded!("error_redirect_uri")),
    ] {
        let (client, _) = common::client([json_response(400, json)]);
        let error = connected(&client).await.unwrap_err();
        out += &format!("{name}, 400, on a code exchange\n  {:?}: {error}\n", error.kind());
    }

    let (client, _) = common::client([json_response(401, recorded!("error_password"))]);
    let request = PortalPassword::new("example.mygo1.com", "admin@example.com", PASSWORD, Scopes::none());
    let error = client.password(request.unwrap()).await.unwrap_err();
    out += &format!("error_password, 401, on a password\n  {:?}: {error}\n", error.kind());

    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("token_endpoint_errors_have_kinds", out);
    });
}

#[tokio::test]
async fn me() {
    let (client, token, _) = with_token(200, recorded!("me"));
    let me = client.send(&token, &Me).await.unwrap();
    assert_eq!(me.id, "8191190");
    assert_eq!(me.email.as_deref(), Some("new.user@go1.com"));
    assert_eq!(me.first_name.as_deref(), Some("New"));
    assert_eq!(me.last_name.as_deref(), Some("User"));
    assert_eq!(me.other["full_name"], "New User");
    assert!(!format!("{me:?}").contains("New User"), "the values of `other` stay out of Debug");

    let (client, token, _) = with_token(200, r#"{"id":8191190}"#);
    let me = client.send(&token, &Me).await.unwrap();
    assert_eq!((me.id.as_str(), me.email), ("8191190", None));
}

#[tokio::test]
async fn account() {
    let (client, token, _) = with_token(200, recorded!("account"));
    let portal = client.send(&token, &Account).await.unwrap();
    assert_eq!(portal.id, "1234567");
    assert_eq!(portal.url.as_deref(), Some("example.mygo1.com"));
    let plan = portal.plan.unwrap();
    assert_eq!((plan.name.as_deref(), plan.kind.as_deref()), (Some("annual"), Some("premium")));
    assert_eq!(
        (plan.region.as_deref(), plan.active_user_count, plan.licensed_user_count),
        (Some("AU"), Some(1), Some(5))
    );
    assert_eq!(plan.renewal_date.unwrap().to_rfc3339(), "2027-05-11T02:55:30+00:00");
    let pricing = plan.pricing.unwrap();
    assert_eq!((pricing.currency.as_deref(), pricing.price), (Some("AUD"), Some(300.into())));
    assert_eq!((pricing.tax, pricing.tax_included), (Some(0.into()), Some(false)));
}

#[tokio::test]
async fn learning_objects() {
    let (client, token, _) = with_token(200, recorded!("learning_objects"));
    let asked = LearningObjects::new().limit(2);
    let page = client.send(&token, &asked).await.unwrap();
    assert_eq!((page.total, page.hits.len()), (3, 2));
    let first = &page.hits[0];
    assert_eq!((first.id.as_str(), first.lo_id.as_deref()), ("con_01HBYXF3HYPTG5Q1RJ7BPFAF23", Some("1234")));
    assert_eq!(first.updated_time.unwrap().to_rfc3339(), "2023-05-19T05:13:30.827+00:00");
    let core = first.core.as_ref().unwrap();
    assert_eq!(core.kind, Some(LearningObjectType::Course));
    assert_eq!(core.title.as_deref(), Some("Introduction to Programming"));
    assert_eq!(core.image.as_ref().unwrap().mimetype.as_deref(), Some("image/png"));
    assert_eq!(core.standalone, Some(true));
    assert_eq!(first.lifecycle.as_ref().unwrap().state, Some(LifecycleState::Published));
    assert_eq!((page.hits[1].id.as_str(), &page.hits[1].core), ("5678", &None));
    assert_eq!(asked.after(&page), Some(LearningObjects::new().limit(2).offset(2)));

    let (client, transport) = common::client([
        json_response(200, recorded!("learning_objects_scrolled")),
        json_response(200, r#"{"total":1,"hits":[]}"#),
    ]);
    let asked = LearningObjects::new().scroll();
    let page = client.send(&token, &asked).await.unwrap();
    client.send(&token, &asked.after(&page).unwrap()).await.unwrap();
    assert!(
        transport.text().contains("? use_scroll=true\n    ? scroll_id=scroll-2\n"),
        "{}",
        transport.text()
    );
}

#[tokio::test]
async fn bad_fields_cost_only_themselves() {
    let json = r#"{"total":"4","hits":[
        {"id":"1","created_time":"","updated_time":"0000-00-00 00:00:00","updated_media_time":1719792000,"core":[]},
        {"id":2,"created_time":null,"core":{"type":7,"title":null,"image":"x"}},
        {"lo_id":"3"},
        null
    ]}"#;
    let (client, token, _) = with_token(200, json);
    let page = client.send(&token, &LearningObjects::new()).await.unwrap();
    assert_eq!((page.total, page.hits.len(), page.unread()), (4, 2, 2));
    assert_eq!(page.other["hits"], serde_json::json!([{"lo_id": "3"}, null]));
    let first = &page.hits[0];
    assert_eq!((first.created_time, &first.core, first.unread()), (None, &None, 4));
    assert_eq!(first.other["updated_media_time"], 1_719_792_000);
    let second = page.hits[1].core.as_ref().unwrap();
    assert_eq!((second.kind.as_ref().unwrap().as_str(), &second.title, second.unread()), ("7", &None, 1));
    assert_eq!(LearningObjects::new().after(&page), None, "unread elements count as received");

    let json = r#"{"id":1,"plan":{"active_user_count":"5","licensed_user_count":"many","renewal_date":""}}"#;
    let (client, token, _) = with_token(200, json);
    let plan = client.send(&token, &Account).await.unwrap().plan.unwrap();
    assert_eq!((plan.active_user_count, plan.licensed_user_count, plan.unread()), (Some(5), None, 2));
    assert_eq!(plan.other["licensed_user_count"], "many");
}

#[tokio::test]
async fn error_document_with_status_200_is_an_error() {
    for json in [r#"{"error":"invalid_token"}"#, r#"{"message":"Unauthorized"}"#, "{}", r#"{"id":null}"#] {
        let (client, token, _) = with_token(200, json);
        let error = client.send(&token, &Me).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{json}");
        let (client, token, _) = with_token(200, json);
        let error = client.send(&token, &Account).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{json}");
    }
}

#[tokio::test]
async fn response_round_trips_through_json() {
    let (client, token, _) = with_token(200, recorded!("learning_objects"));
    let page = client.send(&token, &LearningObjects::new()).await.unwrap();
    let again = serde_json::from_str(&serde_json::to_string(&page).unwrap()).unwrap();
    assert_eq!(page, again);
}

#[tokio::test]
async fn validate_accepts_success_without_error() {
    for (status, body) in [(200, "{}"), (200, ""), (200, r#"{"user_id":1,"error":null}"#), (204, "")] {
        let (client, token, _) = with_token(status, body);
        client.send(&token, &Validate).await.unwrap();
    }
    for body in [
        recorded!("error_invalid_token"),
        r#"{"error":"invalid_token"}"#,
        r#"{"error_code":"x","message":"y"}"#,
        r#"{"errors":[{"message":"Invalid token"}]}"#,
        r#"{"message":"Missing scopes"}"#,
        "<html>Log in to the network</html>",
        "\n<!DOCTYPE html>",
    ] {
        let (client, token, _) = with_token(200, body);
        let error = client.send(&token, &Validate).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{body}: {error}");
    }
}

#[tokio::test]
async fn validate_refuses_token_by_evidence_only() {
    for body in [recorded!("error_invalid_token"), r#"{"error":"invalid_token"}"#] {
        let (client, token, _) = with_token(401, body);
        let error = client.send(&token, &Validate).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TokenRefused, "{body}");
    }
    for (status, challenge, expected) in [
        (401, r#"Bearer realm="go1", error="invalid_token""#, ErrorKind::TokenRefused),
        (403, r#"Basic realm="x", bearer error=invalid_token"#, ErrorKind::TokenRefused),
        (401, r#"Bearer error="insufficient_scope""#, ErrorKind::Forbidden),
        (401, r#"Bearer realm="gateway""#, ErrorKind::Unauthorized),
        (401, r#"Basic error="invalid_token""#, ErrorKind::Unauthorized),
        (401, r#"Bearer error="invalid_token"#, ErrorKind::Unauthorized),
    ] {
        let response = Response::builder().status(status).header("www-authenticate", challenge);
        let (client, _) = client([response.body(Vec::new()).unwrap()]);
        let token = client.import_token(ACCESS_TOKEN, [scope::LO_READ]).unwrap();
        let error = client.send(&token, &Validate).await.unwrap_err();
        assert_eq!(error.kind(), expected, "{status} {challenge}");
    }
    for (status, body, kind) in [
        (401, "", ErrorKind::Unauthorized),
        (401, "<html>Unauthorized</html>", ErrorKind::Unauthorized),
        (401, "Invalid token", ErrorKind::Unauthorized),
        (401, r#"{"message":"Unauthorized"}"#, ErrorKind::Unauthorized),
        (401, r#"{"message":"Missing scopes"}"#, ErrorKind::Forbidden),
        (403, "", ErrorKind::Forbidden),
        (403, "<html>Forbidden</html>", ErrorKind::Forbidden),
        (403, recorded!("error_invalid_token"), ErrorKind::Forbidden),
        (400, recorded!("error_invalid_token"), ErrorKind::ApiRefused),
        (302, "", ErrorKind::Redirected),
        (404, "", ErrorKind::ApiRefused),
        (429, "", ErrorKind::RateLimited),
        (503, "", ErrorKind::Unavailable),
    ] {
        let (client, token, _) = with_token(status, body);
        let error = client.send(&token, &Validate).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{status} {body}: {error}");
        assert_eq!(error.is_transient(), matches!(status, 429 | 503) || kind == ErrorKind::Unauthorized);
    }
}

#[tokio::test]
async fn api_errors_have_kinds() {
    let mut out = String::new();
    for (status, name, json) in [
        (401, "error_invalid_token", recorded!("error_invalid_token")),
        (401, "a token that lacks a scope", r#"{"message":"Missing scopes"}"#),
        (401, "a gateway", r#"{"message":"Unauthorized"}"#),
        (401, "a page of a gateway", "<html>Unauthorized</html>"),
        (409, "error_api", recorded!("error_api")),
        (404, "an expired scroll id", "{}"),
        (302, "a redirect", ""),
        (502, "a page of a proxy", "<html>Bad gateway</html>"),
        (200, "a page instead of JSON", "<html></html>"),
        (200, "no total", r#"{"hits":[]}"#),
        (200, "a total in words", r#"{"total":"many","hits":[]}"#),
        (200, "no list", r#"{"total":1}"#),
        (200, "an error document", r#"{"error":"invalid_token"}"#),
    ] {
        let (client, token, _) = with_token(status, json);
        let error = client.send(&token, &LearningObjects::new()).await.unwrap_err();
        out += &format!("{name}, {status}\n  {:?}: {error}\n", error.kind());
    }
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("api_errors_have_kinds", out);
    });
}

/// League's server says `invalid_request` or nothing at all; a gateway's 401 is no evidence about the client.
#[tokio::test]
async fn gateway_at_token_endpoint_blames_nobody() {
    for (status, body) in
        [(401, "<html>Unauthorized</html>"), (401, ""), (401, r#"{"message":"Unauthorized"}"#)]
    {
        let (client, _) = client([json_response(200, recorded!("token")), json_response(status, body)]);
        let token = connected(&client).await.unwrap();
        let error = client.refresh(&token).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.needs_reconnect()),
            (ErrorKind::Unavailable, false),
            "{body}: {error}"
        );
    }
}

#[tokio::test]
async fn invalid_request_is_not_sent() {
    let (client, token, transport) = with_token(200, recorded!("learning_objects"));
    for asked in [
        LearningObjects::new().limit(51),
        LearningObjects::new().offset(10_001),
        LearningObjects::new().scroll().offset(1),
        LearningObjects::new().filter("offset", "1"),
    ] {
        let error = client.send(&token, &asked).await.unwrap_err();
        assert_eq!((error.kind(), error.provider()), (ErrorKind::InvalidInput, Some("go1")));
    }
    let qa = Client::builder(go1::Site::qa(), common::app()).transport(transport.clone()).build().unwrap();
    assert_eq!(qa.send(&token, &Me).await.unwrap_err().kind(), ErrorKind::ForeignToken);
    assert_eq!(transport.count(), 0);
}

#[test]
fn a_scope_that_was_not_granted_is_seen() {
    let (client, _) = client([]);
    let token = client.import_token(ACCESS_TOKEN, [scope::USER_READ]).unwrap();
    assert_eq!(token.missing_scopes(&[scope::USER_READ, scope::LO_READ].into()).to_string(), "lo.read");
}
