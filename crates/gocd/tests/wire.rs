//! Each request of this crate on the wire, and the parsing of each response.
//!
//! Snapshots begin with the document's own example (GoCD's OAuth page).
#![allow(clippy::unwrap_used)] // a test may panic

use gocd::api::{Cctray, CurrentUser, Version};
use gocd::{App, Client, Connect, ErrorKind, OAuthCode, Personal, Site, Token};
use oauth_testing::{
    ACCESS_TOKEN, CLIENT_SECRET, CODE, ManualClock, REFRESH_TOKEN, RecordingTransport, callback,
    json_response, with_header,
};

const CLIENT_ID: &str = "ac212ddea07c6ac009d26de8090f5918f73ae648dc3676b1f00aeeae4fca67e1";
const REDIRECT_URI: &str = "http://www.my_redirect_uri.com";

fn client(transport: &RecordingTransport) -> Client {
    client_with(transport, ManualClock::default())
}

fn client_with(transport: &RecordingTransport, clock: ManualClock) -> Client {
    let site = Site::at("https://www.your-go-server.com:8154").unwrap();
    let app = App::new(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI);
    Client::builder(site, app).transport(transport.clone()).clock(clock).build().unwrap()
}

fn token_response() -> oauth_core::http::Response<Vec<u8>> {
    json_response(200, include_str!("replies/token.json"))
}

async fn connected(client: &Client) -> Token {
    let started = client.begin(&Connect::new()).unwrap();
    client.finish(&started.pending, &callback(REDIRECT_URI, &started)).await.unwrap()
}

/// Asserts the snapshot `name`: the document's own example, then the request of this crate.
fn sent(name: &str, text: &str, document: &str) {
    let both = format!("# {document}\n\n# This crate sends:\n\n{text}");
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!(name, both);
    });
}

const AUTHORIZE_PAGE: &str =
    "GoCD's OAuth page has (and `/go` before `/oauth` in its token example; `state` is ours):

https://www.your-go-server.com:8154/oauth/authorize?redirect_uri=http://www.my_redirect_uri.com&client_id=\
ac212ddea07c6ac009d26de8090f5918f73ae648dc3676b1f00aeeae4fca67e1&response_type=code";

const TOKEN_PAGE: &str = "GoCD's OAuth page has, for the code (its redirect_uri lacks the scheme, which the server would refuse):

curl https://www.your-go-server:8154/go/oauth/token -d \"code=26a7…&grant_type=authorization-code&client_id=\
ac212ddea07c6ac009d26de8090f5918f73ae648dc3676b1f00aeeae4fca67e1&client_secret=d1b5…&redirect_uri=\
www.my_redirect_uri.com\" -v

For a refresh it has none; the server's tokens_controller.rb takes `refresh-token` with the same redirect_uri.";

const USE_PAGE: &str = "GoCD's OAuth page has:

curl -H 'Authorization: Token token=\"f180…\"' https://www.your-go-server.com:8154/go/cctray.xml

api.gocd.org has for the others: GET /go/api/current_user and /go/api/version with `Accept: application/vnd.go.cd.v1+json`.";

const ACCESS_TOKENS_PAGE: &str = "docs.gocd.org, \"Access Tokens\", has: `Authorization: bearer <token>`.";

#[test]
fn authorize_url() {
    let started = client(&RecordingTransport::default()).begin(&Connect::new()).unwrap();
    sent("authorize_url", &oauth_testing::authorize_url(&started.url), AUTHORIZE_PAGE);
}

#[tokio::test]
async fn code_exchange_and_refresh() {
    let clock = ManualClock::default();
    let transport = RecordingTransport::with_responses([token_response(), token_response()]);
    let client = client_with(&transport, clock.clone());
    let token = connected(&client).await;
    assert_eq!(token.access_token().expose(), ACCESS_TOKEN);
    assert_eq!(token.refresh_token().unwrap().expose(), REFRESH_TOKEN);
    assert_eq!((token.expires_at().unwrap() - token.received_at()).num_seconds(), 3529);
    assert_eq!(token.lapses_at(), None); // GoCD never checks a refresh token's age

    clock.advance_secs(3529);
    assert_eq!(client.headers(&token).unwrap_err().kind(), ErrorKind::Expired);
    let token = client.refresh(&token).await.unwrap();
    assert!(client.headers(&token).is_ok());
    sent("code_exchange_and_refresh", &transport.text(), TOKEN_PAGE);
}

#[tokio::test]
async fn endpoints_accept_oauth_token() {
    let transport = RecordingTransport::with_responses([
        token_response(),
        json_response(200, include_str!("replies/cctray.xml")),
        json_response(200, include_str!("replies/current_user.json")),
        json_response(200, include_str!("replies/version.json")),
    ]);
    let client = client(&transport);
    let token = connected(&client).await;
    let feed = client.send(&token, &Cctray).await.unwrap();
    let user = client.send(&token, &CurrentUser).await.unwrap();
    let version = client.send(&token, &Version).await.unwrap();
    sent("endpoints_accept_oauth_token", &transport.text(), USE_PAGE);
    insta::assert_debug_snapshot!("responses", (feed, user, version));
}

#[tokio::test]
async fn endpoints_accept_personal_access_token() {
    let transport =
        RecordingTransport::with_responses([json_response(200, include_str!("replies/current_user.json"))]);
    let client = oauth_core::Client::<Personal>::builder(
        Site::at("https://go.example.com:8154").unwrap().without_context_path(),
        App::none(),
    )
    .transport(transport.clone())
    .build()
    .unwrap();
    let user = Personal::authorize(&client, ACCESS_TOKEN).unwrap().send(&CurrentUser).await.unwrap();
    assert_eq!(user.login_name, "jdoe");
    sent("endpoints_accept_personal_access_token", &transport.text(), ACCESS_TOKENS_PAGE);
}

/// The texts are those of GoCD's `tokens_controller.rb`; all have status 400.
#[tokio::test]
async fn token_endpoint_errors_are_told_apart() {
    for (error, description, kind, code) in [
        (
            "invalid-grant",
            "Authorization expired or invalid!",
            ErrorKind::GrantRefused,
            OAuthCode::InvalidGrant,
        ),
        ("invalid-grant", "Refresh token is invalid!", ErrorKind::GrantRefused, OAuthCode::InvalidGrant),
        ("invalid-grant", "Redirect uri mismatch!", ErrorKind::ClientRefused, OAuthCode::InvalidGrant),
        (
            "invalid-client-credentials",
            "Invalid client credentials!",
            ErrorKind::ClientRefused,
            OAuthCode::InvalidClient,
        ),
        (
            "unsupported-grant-type",
            "Grant type X is not supported!",
            ErrorKind::ClientRefused,
            OAuthCode::UnsupportedGrantType,
        ),
    ] {
        let body = format!(r#"{{"error":"{error}","error_description":"{description}"}}"#);
        let transport = RecordingTransport::with_responses([json_response(400, &body)]);
        let client = client(&transport);
        let started = client.begin(&Connect::new()).unwrap();
        let error = client.finish(&started.pending, &callback(REDIRECT_URI, &started)).await.unwrap_err();
        assert_eq!((error.kind(), error.oauth_code()), (kind, Some(&code)), "{error}");
        assert_eq!(error.message(), Some(description));
        assert_eq!(error.needs_reconnect(), kind == ErrorKind::GrantRefused);
    }
}

#[tokio::test]
async fn rejects_token_that_header_cannot_hold() {
    for token in [r#"canary-a\"b"#, r"canary-a\\b"] {
        let transport = RecordingTransport::with_responses([json_response(
            200,
            &format!(r#"{{"access_token":"{token}"}}"#),
        )]);
        let client = client(&transport);
        let started = client.begin(&Connect::new()).unwrap();
        let error = client.finish(&started.pending, &callback(REDIRECT_URI, &started)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidResponse);
        assert!(error.to_string().contains("header cannot hold"), "{error}");
    }
    let client = client(&RecordingTransport::default());
    let error = client.import_token("a\"b", []).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    let error = client.import_token("Token token=\"canary-a\"", []).unwrap_err();
    assert!(error.to_string().contains("begins with `Token token=`"), "{error}");
}

/// The page shows the response as a Ruby hash. If a server really sends one, its token must not be shown.
#[tokio::test]
async fn non_json_response_is_not_shown() {
    let body = format!("{{:access_token => {ACCESS_TOKEN}, :expires_in => 3529}}");
    let transport = RecordingTransport::with_responses([json_response(200, &body)]);
    let client = client(&transport);
    let started = client.begin(&Connect::new()).unwrap();
    let error = client.finish(&started.pending, &callback(REDIRECT_URI, &started)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidResponse);
    assert!(!format!("{error} {error:?}").contains("canary"), "{error:?}");
}

#[tokio::test]
async fn callbacks_parse_as_gocd_sends_them() {
    let transport = RecordingTransport::with_responses([token_response(), token_response()]);
    let client = client(&transport);

    // Denials have no `state`: they are reported, but do not end the attempt.
    let started = client.begin(&Connect::new()).unwrap();
    for (query, kind) in [
        ("error=access-denied", ErrorKind::Denied),
        ("error=invalid-client-id", ErrorKind::AuthorizationRefused),
        ("error=redirect-uri-mismatch", ErrorKind::AuthorizationRefused),
        ("error=unsupported-response-type", ErrorKind::AuthorizationRefused),
    ] {
        let error = client.finish(&started.pending, &format!("{REDIRECT_URI}?{query}")).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
    }
    // A code without `state` is rejected.
    let error = client.finish(&started.pending, &format!("{REDIRECT_URI}?code={CODE}")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Callback(gocd::CallbackFault::MissingState));
    assert_eq!(transport.count(), 0);

    // `expires_in` is the code's; the second `?` comes from a redirect URI with a query.
    let state = started.pending.state();
    let url = format!("{REDIRECT_URI}?x=1?code={CODE}&expires_in=3600&state={}", state.expose());
    let token = client.finish(&started.pending, &url).await.unwrap();
    assert_eq!((token.expires_at().unwrap() - token.received_at()).num_seconds(), 3529);
}

#[tokio::test]
async fn refused_token_shows_as_own_401_or_login_redirect() {
    let redirect = |to: &str| with_header(json_response(302, ""), "location", to);
    let challenge =
        |status, challenge: &str| with_header(json_response(status, ""), "www-authenticate", challenge);
    for (response, kind) in [
        (challenge(401, r#"Basic realm="GoCD""#), ErrorKind::TokenRefused),
        (challenge(401, r#"Negotiate, basic Realm="GoCD""#), ErrorKind::TokenRefused),
        (challenge(401, r#"Basic realm="proxy""#), ErrorKind::Unauthorized),
        // The server challenges users without a right, too.
        (challenge(403, r#"Basic realm="GoCD""#), ErrorKind::Forbidden),
        (json_response(401, ""), ErrorKind::Unauthorized),
        (redirect("https://www.your-go-server.com:8154/go/auth/login"), ErrorKind::TokenRefused),
        (redirect("/go/auth/login"), ErrorKind::TokenRefused),
        // Behind a TLS proxy the server may not know its own address (gocd/gocd#3229, #741). Nothing is sent
        // there.
        (redirect("http://www.your-go-server.com/go/auth/login"), ErrorKind::TokenRefused),
        (redirect("http://www.your-go-server.com:8153/go/auth/login"), ErrorKind::TokenRefused),
        (redirect("https://WWW.your-go-server.com/go/auth/login;jsessionid=1a?x=y"), ErrorKind::TokenRefused),
        (redirect("//www.your-go-server.com/go/auth/login/"), ErrorKind::TokenRefused),
        (redirect("https://sso.your-go-server.com/go/auth/login"), ErrorKind::Redirected),
        (redirect("https://www.your-go-server.com.evil.example/go/auth/login"), ErrorKind::Redirected),
        (redirect("/go/go/auth/login"), ErrorKind::TokenRefused),
        (redirect("/go/auth/login-help"), ErrorKind::Redirected),
        // Another application of the same host.
        (redirect("/sso/auth/login"), ErrorKind::Redirected),
        (redirect("/auth/login"), ErrorKind::Redirected),
        (redirect("/go/?to=/auth/login"), ErrorKind::Redirected),
        (redirect("https://evil.example/?x"), ErrorKind::Redirected),
        (json_response(403, ""), ErrorKind::Forbidden),
        (
            json_response(404, "The url you are trying to reach appears to be incorrect."),
            ErrorKind::ApiRefused,
        ),
        (json_response(503, ""), ErrorKind::Unavailable),
        (json_response(200, "<html><body>Login</body></html>"), ErrorKind::InvalidResponse),
    ] {
        let transport = RecordingTransport::with_responses([token_response(), response]);
        let client = client(&transport);
        let token = connected(&client).await;
        let error = client.send(&token, &Cctray).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
    }
}

#[tokio::test]
async fn token_of_another_server_is_not_sent() {
    let transport = RecordingTransport::with_responses([token_response()]);
    let token = connected(&client(&transport)).await;
    let other = |site: &str, id: &str| {
        let app = App::new(id, CLIENT_SECRET, REDIRECT_URI);
        Client::builder(Site::at(site).unwrap(), app).transport(transport.clone()).build().unwrap()
    };
    for client in [
        other("https://www.your-go-server.com:9154", CLIENT_ID),
        other("https://evil.example:8154", CLIENT_ID),
        other("https://www.your-go-server.com:8154", "another"),
    ] {
        let error = client.send(&token, &Cctray).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ForeignToken, "{error}");
        assert_eq!(client.refresh(&token).await.unwrap_err().kind(), ErrorKind::ForeignToken);
    }
    assert_eq!(transport.count(), 1);
}

#[tokio::test]
async fn null_fields_of_the_user_are_absent() {
    let transport = RecordingTransport::with_responses([
        json_response(200, r#"{"login_name":"jdoe","enabled":null,"email":null,"checkin_aliases":null}"#),
        json_response(200, r#"{"login_name":"jdoe","enabled":"yes","checkin_aliases":["j",{}]}"#),
        json_response(200, r#"{"message":"You are not authenticated!"}"#),
    ]);
    let site = Site::at("https://go.example.com:8154").unwrap();
    let client =
        oauth_core::Client::<Personal>::builder(site, App::none()).transport(transport).build().unwrap();
    let user = Personal::authorize(&client, ACCESS_TOKEN).unwrap();
    let read = user.send(&CurrentUser).await.unwrap();
    assert_eq!((read.enabled, read.email, read.checkin_aliases.len(), read.other.len()), (None, None, 0, 0));
    let read = user.send(&CurrentUser).await.unwrap();
    assert_eq!(
        (read.enabled, read.checkin_aliases.as_slice(), read.other.len()),
        (None, &["j".to_owned()][..], 2)
    );
    assert_eq!(user.send(&CurrentUser).await.unwrap_err().kind(), ErrorKind::InvalidResponse);
}
