//! Each recorded response of the documents, and malformed ones.
#![allow(clippy::unwrap_used)] // clippy exempts tests, but not their helpers

mod common;

use cobot::api::{
    ChangeOwnPlan, CreateUser, Memberships, PlanChange, RevokeToken, Space, SpaceToken, TokenInfo, User,
};
use cobot::{
    AppFlow, CallbackFault, Client, Cobot, Connect, Endpoint, Error, ErrorKind, OAuthCode, ScopeSource,
    Scopes, Subdomain, Token, TokenOrigin, scope,
};
use common::{REDIRECT_URI, client, recorded, response, scopes, token};
use oauth_testing::{ACCESS_TOKEN, CODE, PASSWORD, RecordingTransport, callback, with_header};
use proptest::prelude::*;

async fn finish(response: cobot::http::Response<Vec<u8>>) -> Result<Token, Error> {
    let client = client(&RecordingTransport::with_responses([response]));
    let started = client.begin(&Connect::new(scopes())).unwrap();
    client.finish(&started.pending, &callback(REDIRECT_URI, &started)).await
}

#[tokio::test]
async fn token_response_with_two_fields() {
    let token = finish(recorded("token")).await.unwrap();
    assert_eq!(token.access_token().expose(), ACCESS_TOKEN);
    assert_eq!(token.expires_at(), None);
    assert!(token.refresh_token().is_none());
    assert_eq!((token.scopes(), token.scope_source()), (&scopes(), ScopeSource::Request));
    assert_eq!(token.origin(), TokenOrigin::AuthorizationCode);
    assert_eq!(token.issuer(), "https://www.cobot.me");

    let wanted = Scopes::from([scope::READ_USER, scope::READ_BOOKINGS]);
    assert_eq!(token.missing_scopes(&wanted), Scopes::from([scope::READ_BOOKINGS]));

    let stored = serde_json::to_string(&token.to_persisted().unwrap()).unwrap();
    let back = Token::from_persisted(serde_json::from_str(&stored).unwrap()).unwrap();
    assert_eq!(format!("{back:?}"), format!("{token:?}"));
}

#[tokio::test]
async fn id_token_is_kept_and_not_shown() {
    let token = finish(recorded("token_with_id_token")).await.unwrap();
    assert_eq!(token.other()["id_token"], "canary-id-token");
    assert!(!format!("{token:?}").contains("canary-"));
}

#[tokio::test]
async fn token_type_must_be_bearer_in_any_case() {
    for kind in ["bearer", "Bearer", "BEARER"] {
        let body = format!(r#"{{"access_token":"{ACCESS_TOKEN}","token_type":"{kind}"}}"#);
        assert!(finish(response(200, &body)).await.is_ok(), "{kind}");
    }
    let error = finish(response(200, r#"{"access_token":"x","token_type":"mac"}"#)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidResponse);
}

#[tokio::test]
async fn documented_example_is_not_json() {
    let error = finish(recorded("token_as_printed")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidResponse);
    insta::assert_snapshot!(error, @"cobot: exchanging the authorization code: the token response is neither a JSON object nor form-encoded (at www.cobot.me): status 200; the response was not understood; report it with the status and the provider");
}

#[tokio::test]
async fn token_endpoint_errors_have_kinds() {
    let error = finish(recorded("token_error_invalid_grant")).await.unwrap_err();
    assert_eq!((error.kind(), error.oauth_code()), (ErrorKind::GrantRefused, Some(&OAuthCode::InvalidGrant)));
    assert!(error.needs_reconnect());

    let error = finish(recorded("token_error_invalid_client")).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.oauth_code()),
        (ErrorKind::ClientRefused, Some(&OAuthCode::InvalidClient))
    );
    assert!(!error.needs_reconnect());

    let error = finish(recorded("error_429")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RateLimited);
    assert_eq!(error.retry_after().unwrap().as_secs(), 17);
}

#[tokio::test]
async fn app_flow_token_has_requested_scopes() {
    let client = client(&RecordingTransport::with_responses([recorded("token")]));
    let token = client.password(AppFlow::new("joe@doe.com", PASSWORD, scopes())).await.unwrap();
    assert_eq!((token.origin(), token.scopes()), (TokenOrigin::Password, &scopes()));
}

#[tokio::test]
async fn accepts_documented_callbacks() {
    let at = |query: &str| {
        let client = client(&RecordingTransport::with_responses([recorded("token")]));
        let started = client.begin(&Connect::new(scopes())).unwrap();
        let query = query.replace("STATE", started.pending.state().expose());
        async move { client.finish(&started.pending, &format!("{REDIRECT_URI}?{query}")).await }
    };
    // github.com/cobot/coworkers, config/environments/test_routes.rb: an extra `scope`, and an empty `state`.
    assert!(at("code=x&scope=read&state=STATE").await.is_ok());
    for (query, kind) in [
        ("code=x&scope=read&state", ErrorKind::Callback(CallbackFault::MissingState)),
        ("code=x", ErrorKind::Callback(CallbackFault::MissingState)),
        ("code=x&state=y", ErrorKind::Callback(CallbackFault::WrongState)),
        ("state=STATE", ErrorKind::Callback(CallbackFault::MissingCode)),
        ("code=x&error=access_denied&state=STATE", ErrorKind::Callback(CallbackFault::CodeAndError)),
        ("code=x&code=y&state=STATE", ErrorKind::Callback(CallbackFault::DuplicateParameter)),
        ("error=access_denied&state=STATE", ErrorKind::Denied),
        ("error=invalid_scope&state=STATE", ErrorKind::AuthorizationRefused),
    ] {
        assert_eq!(at(query).await.unwrap_err().kind(), kind, "{query}");
    }
}

#[tokio::test]
async fn attempt_finishes_once_at_its_own_site() {
    let transport = RecordingTransport::with_responses([recorded("token")]);
    let production = client(&transport);
    let started = production.begin(&Connect::new(scopes())).unwrap();
    let back = callback(REDIRECT_URI, &started);
    let elsewhere = common::client_at(cobot::Site::at("http://127.0.0.1:4002").unwrap(), &transport);
    let error = elsewhere.finish(&started.pending, &back).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Callback(CallbackFault::OtherSite));
    let token = production.finish(&started.pending, &back).await.unwrap();
    let error = production.finish(&started.pending, &back).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Callback(CallbackFault::Replayed));
    let error = elsewhere.send(&token, &User).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ForeignToken);
    assert_eq!(transport.count(), 1);
}

async fn ask<E: Endpoint<Cobot>>(
    endpoint: &E,
    response: cobot::http::Response<Vec<u8>>,
) -> Result<E::Response, Error> {
    let client = client(&RecordingTransport::with_responses([response]));
    client.send(&token(&client), endpoint).await
}

#[tokio::test]
async fn user() {
    let user = ask(&User, recorded("user")).await.unwrap();
    insta::assert_debug_snapshot!(user);
    assert_eq!(user.memberships[0].subdomain().unwrap().as_str(), "some-space");
    assert_eq!(user.admin_of[0].subdomain().unwrap().as_str(), "some-space");

    let bare = ask(&User, response(200, r#"{"id":"user-x","email":null,"locale":"de"}"#)).await.unwrap();
    assert!(bare.email.is_none() && bare.memberships.is_empty() && bare.admin_of.is_empty());
    assert_eq!(bare.other["locale"], "de");
}

#[tokio::test]
async fn subdomain_in_response_is_validated() {
    let body = r#"{"id":"u","admin_of":[{"space_subdomain":"evil.example/"}]}"#;
    let user = ask(&User, response(200, body)).await.unwrap();
    assert_eq!(user.admin_of[0].subdomain().unwrap_err().kind(), ErrorKind::InvalidInput);
}

#[tokio::test]
async fn space() {
    insta::assert_debug_snapshot!(ask(&co_up(), recorded("space")).await.unwrap());
}

#[tokio::test]
async fn space_token() {
    let space = ask(&SpaceToken::of("space-abc"), recorded("space_token")).await.unwrap();
    assert_eq!(space.access_token().expose(), "canary-space-token");
    assert_eq!(space.scopes().to_string(), "read_activities read_user");
    assert_eq!((space.origin(), space.scope_source()), (TokenOrigin::Derived, ScopeSource::Response));
    assert_eq!((space.issuer(), space.client_id().as_str()), ("https://www.cobot.me", "test-client"));

    // The scopes of the original token, as documented, if the response has none or an invalid one.
    let space = ask(&SpaceToken::of("s"), response(201, r#"{"token":"t"}"#)).await.unwrap();
    assert_eq!((space.scopes(), space.scope_source()), (&scopes(), ScopeSource::Request));
    let space = ask(&SpaceToken::of("s"), response(200, r#"{"token":"t","scope":["read","two words"]}"#))
        .await
        .unwrap();
    assert_eq!(space.scopes().to_string(), "read");
}

#[tokio::test]
async fn umbrella_scope_does_not_refuse_finer_ones() {
    let read_only = || response(200, r#"{"token":"t","scope":["read"]}"#);
    let transport = RecordingTransport::with_responses([read_only(), response(200, "[]")]);
    let client = client(&transport);
    let space = client.send(&token(&client), &SpaceToken::of("s")).await.unwrap();
    assert_eq!(space.scope_source(), ScopeSource::Response);
    let subdomain: Subdomain = "co-up".parse().unwrap();
    client.send(&space, &Memberships::new(subdomain.clone())).await.unwrap();
    let change = ChangeOwnPlan::new(subdomain, PlanChange::new("plan-1"));
    let error = client.send(&space, &change).await.unwrap_err();
    assert_eq!((error.kind(), transport.count()), (ErrorKind::MissingScope, 2));
}

#[tokio::test]
async fn rejects_malformed_space_token() {
    for body in [
        r#"{"token":""}"#,
        r#"{"token":"a\nb"}"#,
        r#"{"access_token":"canary-x"}"#,
        r#"{"token":7}"#,
        r#"{"token":"canary-x","scope":"read"}"#,
        "[]",
        "",
    ] {
        let error = ask(&SpaceToken::of("s"), response(200, body)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{body}");
        assert!(!format!("{error:?}").contains("canary-"), "{error}");
    }
}

#[tokio::test]
async fn token_info() {
    let info = ask(&TokenInfo::own(), recorded("token_info")).await.unwrap();
    assert_eq!(info.scopes.to_string(), "read_user write_invocies");
    assert_eq!(scopes().missing_from(&info.scopes), Scopes::from([scope::WRITE]));
}

#[tokio::test]
async fn revoke_token() {
    ask(&RevokeToken::own(), recorded("token_revoked")).await.unwrap();
    ask(&RevokeToken::of(CODE), response(200, "{}")).await.unwrap();
}

#[tokio::test]
async fn create_user() {
    let joe = ask(&CreateUser::new("joe@doe.com"), recorded("created_user")).await.unwrap();
    assert_eq!(joe.grant_code.expose(), "canary-grant-code");
    insta::assert_debug_snapshot!(joe);

    let body = r#"{"id":"1","grant_code":"canary-code","password":"canary-password"}"#;
    let joe = ask(&CreateUser::new("joe@doe.com"), response(201, body)).await.unwrap();
    assert_eq!(joe.other["password"], "canary-password");
    assert!(!format!("{joe:?}").contains("canary-"));
}

#[tokio::test]
async fn api_errors_have_kinds() {
    let mut report = String::new();
    for name in ["error_401", "error_403", "error_422", "error_429"] {
        let error = ask(&CreateUser::new("joe"), recorded(name)).await.unwrap_err();
        report += &format!("{name} {:?}, transient {}\n  {error}\n", error.kind(), error.is_transient());
    }
    insta::assert_snapshot!(report);
    let error = ask(&User, recorded("error_429")).await.unwrap_err();
    assert_eq!(error.retry_after().unwrap().as_secs(), 17);
    let error = ask(&CreateUser::new("joe"), recorded("error_422")).await.unwrap_err();
    assert_eq!((error.status().unwrap().as_u16(), error.message()), (422, Some(r#"{"email":"is invalid"}"#)));
}

/// Cobot issues no refresh tokens: a wrong verdict would disconnect the customer for good.
#[tokio::test]
async fn only_evidence_refuses_token() {
    let challenge =
        |status, challenge: &str| with_header(response(status, ""), "www-authenticate", challenge);
    for (response, kind) in [
        (response(401, "HTTP Basic: Access denied."), ErrorKind::Unauthorized),
        (challenge(401, r#"Basic realm="gateway""#), ErrorKind::Unauthorized),
        (response(401, r#"{"error":"unauthorized"}"#), ErrorKind::Unauthorized),
        (response(500, r#"{"error":"invalid_token"}"#), ErrorKind::Unavailable),
        (response(422, r#"{"error":"invalid_token"}"#), ErrorKind::ApiRefused),
        (challenge(503, r#"Bearer error="invalid_token""#), ErrorKind::Unavailable),
        (
            challenge(401, r#"Basic realm="a", Bearer realm="b", error="invalid_token""#),
            ErrorKind::TokenRefused,
        ),
        (challenge(403, "Bearer error=invalid_token"), ErrorKind::TokenRefused),
        (response(401, r#"{"error":"invalid_token"}"#), ErrorKind::TokenRefused),
        (challenge(401, r#"Bearer error="insufficient_scope", scope="write admin""#), ErrorKind::Forbidden),
        (response(403, r#"{"error":"insufficient_scope"}"#), ErrorKind::Forbidden),
    ] {
        let shown = format!("{response:?}");
        let error = ask(&User, response).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{shown}: {error}");
        assert_eq!(error.needs_reconnect(), kind == ErrorKind::TokenRefused, "{shown}");
        assert_eq!(error.unrecognized_response().is_some(), kind == ErrorKind::Unauthorized, "{shown}");
        // The token has `write` already.
        assert_eq!(error.help().contains("`admin`"), shown.contains("admin"), "{shown}: {error}");
    }
}

#[tokio::test]
async fn malformed_responses_give_clear_errors() {
    let mut report = String::new();
    for body in [
        "",
        "<html>",
        "null",
        "[]",
        "{}",
        r#"{"id":[]}"#,
        r#"{"error":"invalid_token"}"#,
        r#"{"message":"Unauthorized"}"#,
    ] {
        let error = ask(&User, response(200, body)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{body}");
        report += &format!("{body}\n  {error}\n");
    }
    insta::assert_snapshot!(report);
}

#[tokio::test]
async fn bad_membership_is_kept_raw_and_counted() {
    let json = r#"{"id":7,"email":null,"memberships":[
        {"id":"m","space_subdomain":null},{"id":"n","space_subdomain":"co-up","space_name":["x"]}
    ],"admin_of":[{"space_subdomain":["x"]}]}"#;
    let user = ask(&User, response(200, json)).await.unwrap();
    assert_eq!((user.id.as_str(), user.email.as_deref(), user.unread()), ("7", None, 2));
    assert_eq!((user.memberships.len(), user.memberships[0].id.as_str()), (1, "n"));
    assert_eq!((user.memberships[0].unread(), &user.memberships[0].space_name), (1, &None));
    assert_eq!(user.other["memberships"][0]["id"], "m");

    for json in [r#"{"id":"u","memberships":null,"admin_of":null}"#, r#"{"id":"u","memberships":[]}"#] {
        let user = ask(&User, response(200, json)).await.unwrap();
        assert!(user.memberships.is_empty() && user.admin_of.is_empty() && user.unread() == 0, "{json}");
    }
    let user = ask(&User, response(200, r#"{"id":"u","memberships":{}}"#)).await.unwrap();
    assert_eq!((user.memberships.len(), user.unread()), (0, 1));
}

fn co_up() -> Space {
    Space::named("co-up".parse().unwrap())
}

/// Arbitrary bodies, and almost valid ones.
fn bodies() -> impl Strategy<Value = String> {
    let value = prop_oneof![
        Just("null".to_owned()),
        Just("7".to_owned()),
        Just("[]".to_owned()),
        Just("{}".to_owned()),
        Just(r#""canary-value""#.to_owned()),
        Just(r#"["canary-value",null]"#.to_owned()),
        Just(r#"[{"id":"canary-value"}]"#.to_owned()),
    ];
    let name = prop_oneof![
        Just("id"),
        Just("email"),
        Just("token"),
        Just("scope"),
        Just("grant_code"),
        Just("memberships"),
        Just("admin_of"),
        Just("access_token"),
        Just("token_type"),
        Just("x"),
    ];
    let object = proptest::collection::vec((name, value), 0..6).prop_map(|pairs| {
        let pairs: Vec<_> = pairs.iter().map(|(name, value)| format!("{name:?}:{value}")).collect();
        format!("{{{}}}", pairs.join(","))
    });
    prop_oneof![object, ".{0,60}", "[{}\\[\\]\",:a-z0-9 ]{0,60}"]
}

async fn assert_clear_error<E: Endpoint<Cobot>>(client: &Client, endpoint: &E) {
    if let Err(error) = client.send(&token(client), endpoint).await {
        assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{error}");
        assert!(!format!("{error} {error:?}").contains("canary-"), "{error}");
    }
}

proptest! {
    #[test]
    fn arbitrary_responses_never_panic_or_leak(body in bodies()) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let client = client(&RecordingTransport::with_responses(std::iter::repeat_with(|| response(200, &body)).take(5)));
            assert_clear_error(&client, &User).await;
            assert_clear_error(&client, &co_up()).await;
            assert_clear_error(&client, &SpaceToken::of("s")).await;
            assert_clear_error(&client, &TokenInfo::own()).await;
            assert_clear_error(&client, &CreateUser::new("joe")).await;
        });
    }

    #[test]
    fn arbitrary_token_responses_never_panic_or_leak(body in bodies()) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        if let Err(error) = runtime.block_on(finish(response(200, &body))) {
            prop_assert!(!format!("{error} {error:?}").contains("canary-"), "{}", error);
        }
    }

    #[test]
    fn space_id_is_json_encoded(id in ".{0,40}") {
        let transport = RecordingTransport::with_responses([recorded("space_token")]);
        let client = client(&transport);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(client.send(&token(&client), &SpaceToken::of(id.as_str()))).unwrap();
        let text = transport.text();
        let body: serde_json::Value = serde_json::from_str(text.rsplit("\n\n").next().unwrap()).unwrap();
        prop_assert_eq!(&body["space_id"], &id);
    }

    #[test]
    fn token_stays_one_path_segment(odd in "[ -~]{1,40}") {
        let client = client(&RecordingTransport::default());
        let token = client.import_token(odd.as_str(), scopes()).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let transport = RecordingTransport::with_responses([recorded("token_info")]);
        let client = common::client(&transport);
        match runtime.block_on(client.send(&token, &TokenInfo::own())) {
            Ok(_) => {
                let text = transport.text();
                let path = text.lines().next().unwrap().strip_prefix("GET https://www.cobot.me/api/access_tokens/");
                prop_assert!(path.is_some_and(|token| !token.contains(['/', '?', '#'])), "{}", text);
            }
            // `.` and `..` are not path segments.
            Err(error) => prop_assert_eq!(error.kind(), ErrorKind::InvalidInput),
        }
    }
}
