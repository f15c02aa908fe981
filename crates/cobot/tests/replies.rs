//! Every reply the crate reads, as recorded from the documents, and what it makes of others.
#![allow(clippy::unwrap_used)] // a test that panics is a test that fails

mod common;

use cobot::api::{CreateUser, RevokeToken, Space, SpaceToken, TokenInfo, User};
use cobot::{
    AppFlow, CallbackFault, Client, Cobot, Connect, Endpoint, Error, ErrorKind, OAuthCode, ScopeSource,
    Scopes, Token, TokenOrigin, scope,
};
use common::{REDIRECT_URI, answer, client, recorded, scopes, token};
use oauth_testing::{ACCESS_TOKEN, CODE, PASSWORD, Wire, callback};
use proptest::prelude::*;

async fn finish(reply: cobot::http::Response<Vec<u8>>) -> Result<Token, Error> {
    let client = client(&Wire::answering([reply]));
    let started = client.begin(&Connect::new(scopes())).unwrap();
    client.finish(&started.pending, &callback(REDIRECT_URI, &started)).await
}

#[tokio::test]
async fn the_token_reply_of_two_fields() {
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
async fn the_id_token_is_kept_and_not_shown() {
    let token = finish(recorded("token_with_id_token")).await.unwrap();
    assert_eq!(token.other()["id_token"], "canary-id-token");
    assert!(!format!("{token:?}").contains("canary-"));
}

#[tokio::test]
async fn bearer_is_read_in_any_case_and_other_types_are_refused() {
    for kind in ["bearer", "Bearer", "BEARER"] {
        let body = format!(r#"{{"access_token":"{ACCESS_TOKEN}","token_type":"{kind}"}}"#);
        assert!(finish(answer(200, &body)).await.is_ok(), "{kind}");
    }
    let error = finish(answer(200, r#"{"access_token":"x","token_type":"mac"}"#)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidResponse);
}

#[tokio::test]
async fn the_example_to_the_letter_is_not_json_and_says_so_without_the_token() {
    let error = finish(recorded("token_as_printed")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidResponse);
    insta::assert_snapshot!(error, @"cobot: exchanging the authorization code: the token response is neither a JSON object nor form-encoded (at www.cobot.me): status 200; the response was not understood; report it with the status and the provider");
}

#[tokio::test]
async fn refusals_of_the_token_endpoint() {
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
async fn the_app_flow_gives_a_token_of_the_scopes_asked_for() {
    let client = client(&Wire::answering([recorded("token")]));
    let token = client.password(AppFlow::new("joe@doe.com", PASSWORD, scopes())).await.unwrap();
    assert_eq!((token.origin(), token.scopes()), (TokenOrigin::Password, &scopes()));
}

#[tokio::test]
async fn callbacks() {
    let at = |query: &str| {
        let client = client(&Wire::answering([recorded("token")]));
        let started = client.begin(&Connect::new(scopes())).unwrap();
        let query = query.replace("STATE", started.pending.state().expose());
        async move { client.finish(&started.pending, &format!("{REDIRECT_URI}?{query}")).await }
    };
    // github.com/cobot/coworkers, config/environments/test_routes.rb: an extra `scope`, and `state` without a value.
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
async fn an_attempt_is_finished_once_and_at_its_own_site() {
    let wire = Wire::answering([recorded("token")]);
    let production = client(&wire);
    let started = production.begin(&Connect::new(scopes())).unwrap();
    let back = callback(REDIRECT_URI, &started);
    let elsewhere = common::client_at(cobot::Site::at("http://127.0.0.1:4002").unwrap(), &wire);
    let error = elsewhere.finish(&started.pending, &back).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Callback(CallbackFault::OtherSite));
    let token = production.finish(&started.pending, &back).await.unwrap();
    let error = production.finish(&started.pending, &back).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Callback(CallbackFault::Replayed));
    let error = elsewhere.send(&token, &User).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ForeignToken);
    assert_eq!(wire.count(), 1);
}

async fn ask<E: Endpoint<Cobot>>(
    endpoint: &E,
    reply: cobot::http::Response<Vec<u8>>,
) -> Result<E::Response, Error> {
    let client = client(&Wire::answering([reply]));
    client.send(&token(&client), endpoint).await
}

#[tokio::test]
async fn user() {
    let user = ask(&User, recorded("user")).await.unwrap();
    insta::assert_debug_snapshot!(user);
    assert_eq!(user.memberships[0].subdomain().unwrap().as_str(), "some-space");
    assert_eq!(user.admin_of[0].subdomain().unwrap().as_str(), "some-space");

    let bare = ask(&User, answer(200, r#"{"id":"user-x","email":null,"locale":"de"}"#)).await.unwrap();
    assert!(bare.email.is_none() && bare.memberships.is_empty() && bare.admin_of.is_empty());
    assert_eq!(bare.other["locale"], "de");
}

#[tokio::test]
async fn a_subdomain_in_a_reply_is_checked_before_a_host_is_built_from_it() {
    let body = r#"{"id":"u","admin_of":[{"space_subdomain":"evil.example/"}]}"#;
    let user = ask(&User, answer(200, body)).await.unwrap();
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

    // The same scopes as its parent, by the document's own words, where the answer names none or one that is none.
    let space = ask(&SpaceToken::of("s"), answer(201, r#"{"token":"t"}"#)).await.unwrap();
    assert_eq!(space.scopes(), &scopes());
    let space = ask(&SpaceToken::of("s"), answer(200, r#"{"token":"t","scope":["read","two words"]}"#))
        .await
        .unwrap();
    assert_eq!(space.scopes().to_string(), "read");
}

#[tokio::test]
async fn a_space_token_that_is_none_is_refused() {
    for body in [
        r#"{"token":""}"#,
        r#"{"token":"a\nb"}"#,
        r#"{"access_token":"canary-x"}"#,
        r#"{"token":7}"#,
        r#"{"token":"canary-x","scope":"read"}"#,
        "[]",
        "",
    ] {
        let error = ask(&SpaceToken::of("s"), answer(200, body)).await.unwrap_err();
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
    ask(&RevokeToken::of(CODE), answer(200, "{}")).await.unwrap();
}

#[tokio::test]
async fn create_user() {
    let joe = ask(&CreateUser::new("joe@doe.com"), recorded("created_user")).await.unwrap();
    assert_eq!(joe.grant_code.expose(), "canary-grant-code");
    insta::assert_debug_snapshot!(joe);

    let body = r#"{"id":"1","grant_code":"canary-code","password":"canary-password"}"#;
    let joe = ask(&CreateUser::new("joe@doe.com"), answer(201, body)).await.unwrap();
    assert_eq!(joe.other["password"], "canary-password");
    assert!(!format!("{joe:?}").contains("canary-"));
}

#[tokio::test]
async fn errors_of_the_api() {
    let mut said = String::new();
    for name in ["error_401", "error_403", "error_422", "error_429"] {
        let error = ask(&CreateUser::new("joe"), recorded(name)).await.unwrap_err();
        said += &format!("{name} {:?}, transient {}\n  {error}\n", error.kind(), error.is_transient());
    }
    insta::assert_snapshot!(said);
    let error = ask(&User, recorded("error_429")).await.unwrap_err();
    assert_eq!(error.retry_after().unwrap().as_secs(), 17);
    let error = ask(&CreateUser::new("joe"), recorded("error_422")).await.unwrap_err();
    assert_eq!((error.status().unwrap().as_u16(), error.message()), (422, Some(r#"{"email":"is invalid"}"#)));
}

#[tokio::test]
async fn malformed_answers_say_what_is_wrong() {
    let mut said = String::new();
    for body in [
        "",
        "<html>",
        "null",
        "[]",
        "{}",
        r#"{"id":7}"#,
        r#"{"id":"u","memberships":{}}"#,
        r#"{"id":"u","memberships":[{"id":"m"}]}"#,
        r#"{"id":"u","admin_of":[{"space_subdomain":["x"]}]}"#,
    ] {
        let error = ask(&User, answer(200, body)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{body}");
        said += &format!("{body}\n  {error}\n");
    }
    insta::assert_snapshot!(said);
}

fn co_up() -> Space {
    Space::named("co-up".parse().unwrap())
}

/// What a server might send: anything, and what looks nearly right.
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

async fn must_be_clear<E: Endpoint<Cobot>>(client: &Client, endpoint: &E) {
    if let Err(error) = client.send(&token(client), endpoint).await {
        assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{error}");
        assert!(!format!("{error} {error:?}").contains("canary-"), "{error}");
    }
}

proptest! {
    #[test]
    fn no_answer_makes_an_endpoint_panic_or_quote_it(body in bodies()) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let client = client(&Wire::answering(std::iter::repeat_with(|| answer(200, &body)).take(5)));
            must_be_clear(&client, &User).await;
            must_be_clear(&client, &co_up()).await;
            must_be_clear(&client, &SpaceToken::of("s")).await;
            must_be_clear(&client, &TokenInfo::own()).await;
            must_be_clear(&client, &CreateUser::new("joe")).await;
        });
    }

    #[test]
    fn no_token_reply_makes_it_panic_or_quote_it(body in bodies()) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        if let Err(error) = runtime.block_on(finish(answer(200, &body))) {
            prop_assert!(!format!("{error} {error:?}").contains("canary-"), "{}", error);
        }
    }

    #[test]
    fn any_space_id_is_written_as_json(id in ".{0,40}") {
        let wire = Wire::answering([recorded("space_token")]);
        let client = client(&wire);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(client.send(&token(&client), &SpaceToken::of(id.as_str()))).unwrap();
        let text = wire.text();
        let body: serde_json::Value = serde_json::from_str(text.rsplit("\n\n").next().unwrap()).unwrap();
        prop_assert_eq!(&body["space_id"], &id);
    }

    #[test]
    fn any_token_keeps_its_place_in_the_path(odd in "[ -~]{1,40}") {
        let client = client(&Wire::default());
        let token = client.import_token(odd.as_str(), scopes()).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let wire = Wire::answering([recorded("token_info")]);
        let client = common::client(&wire);
        match runtime.block_on(client.send(&token, &TokenInfo::own())) {
            Ok(_) => {
                let text = wire.text();
                let path = text.lines().next().unwrap().strip_prefix("GET https://www.cobot.me/api/access_tokens/");
                prop_assert!(path.is_some_and(|token| !token.contains(['/', '?', '#'])), "{}", text);
            }
            // `.` and `..` cannot stand in a path.
            Err(error) => prop_assert_eq!(error.kind(), ErrorKind::InvalidInput),
        }
    }
}
