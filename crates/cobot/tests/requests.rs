//! Each request of this crate as a snapshot, with the document's own example as its description.
#![allow(clippy::unwrap_used)] // clippy exempts tests, but not their helpers

mod common;

use cobot::api::{CreateUser, RevokeToken, Space, SpaceToken, TokenInForm, TokenInQuery, TokenInfo, User};
use cobot::{AppFlow, Client, Cobot, Connect, Endpoint, ErrorKind, RawRequest, Site, http, scope};
use common::{REDIRECT_URI, client, client_at, client_in_query, recorded, scopes, token};
use oauth_testing::{PASSWORD, RecordingTransport, authorize_url, callback};

const GUIDE_CODE: &str = "https://dev.cobot.me/page/oauth-flow:
POST https://www.cobot.me/oauth/access_token, body
client_id=<your client id>&client_secret=<your secret>&grant_type=authorization_code&code=<the code from the previous step>
Ours adds PKCE's code_verifier.";

const GUIDE_APP_FLOW: &str = "https://dev.cobot.me/page/oauth-flow:
POST https://www.cobot.me/oauth/access_token
?scope=<scopes you need, separated by spaces>&grant_type=password&username=<email of the user>&password=<password of the user>&client_id=<client id of your app>&client_secret=<client secret of your app>";

/// Asserts a snapshot whose description quotes the document.
macro_rules! assert_documented_snapshot {
    ($name:expr, $document:expr, $text:expr) => {
        let text = $text;
        insta::with_settings!({description => $document, omit_expression => true}, {
            insta::assert_snapshot!($name, text);
        });
    };
}

#[test]
fn authorize_on_www() {
    let started = client(&RecordingTransport::default())
        .begin(&Connect::new([scope::READ_USER, scope::WRITE]))
        .unwrap();
    assert_documented_snapshot!(
        "authorize_www",
        "https://dev.cobot.me/page/oauth-flow:
https://www.cobot.me/oauth/authorize?response_type=code&client_id=<your app's client id>&redirect_uri=https://your-app.com/auth/callback&state=<optional parameter that gets passed back to you>&scope=<space separated scopes>
Ours adds PKCE's code_challenge (https://dev.cobot.me: S256 only).",
        authorize_url(&started.url)
    );
}

#[test]
fn authorize_on_a_space() {
    let transport = RecordingTransport::with_responses([recorded("token")]);
    let client = client(&transport);
    let connect = Connect::new([scope::READ_USER]).on_space("betahaus".parse().unwrap());
    let started = client.begin(&connect).unwrap();
    assert_documented_snapshot!(
        "authorize_space",
        "https://dev.cobot.me/page/oauth-flow:
Send the user to <space subdomain>.cobot.me/oauth/authorize and not to www.cobot.me/oauth/authorize.",
        authorize_url(&started.url)
    );
}

#[test]
fn authorize_without_scopes() {
    let started = client(&RecordingTransport::default()).begin(&Connect::new([])).unwrap();
    assert!(!started.url.query().unwrap().contains("scope"));
}

async fn exchange(client: &Client, connect: &Connect) {
    let started = client.begin(connect).unwrap();
    client.finish(&started.pending, &callback(REDIRECT_URI, &started)).await.unwrap();
}

#[tokio::test]
async fn code_exchange() {
    for (name, build) in
        [("exchange", client as fn(&RecordingTransport) -> Client), ("exchange_in_query", client_in_query)]
    {
        let transport = RecordingTransport::with_responses([recorded("token")]);
        exchange(&build(&transport), &Connect::new(scopes())).await;
        assert_documented_snapshot!(name, GUIDE_CODE, transport.text());
    }
}

#[tokio::test]
async fn code_from_space_is_exchanged_on_www() {
    let transport = RecordingTransport::with_responses([recorded("token")]);
    let client = client(&transport);
    let connect = Connect::new(scopes()).on_space("betahaus".parse().unwrap());
    exchange(&client, &connect).await;
    assert!(
        transport.text().starts_with("POST https://www.cobot.me/oauth/access_token\n"),
        "{}",
        transport.text()
    );
    assert!(!transport.text().contains("redirect_uri"));
}

#[tokio::test]
async fn app_flow_in_body_and_query() {
    let flow = || AppFlow::new("joe@doe.com", PASSWORD, scopes());
    for (name, flow) in [("app_flow", flow()), ("app_flow_in_query", flow().in_query())] {
        let transport = RecordingTransport::with_responses([recorded("token")]);
        client(&transport).password(flow).await.unwrap();
        assert_documented_snapshot!(name, GUIDE_APP_FLOW, transport.text());
    }
}

#[tokio::test]
async fn grant_code_is_exchanged() {
    let transport = RecordingTransport::with_responses([recorded("created_user"), recorded("token")]);
    let client = client(&transport);
    let joe = client.send(&token(&client), &CreateUser::new("joe@doe.com").password(PASSWORD)).await.unwrap();
    client.exchange_code(joe.grant_code, scopes()).await.unwrap();
    assert_documented_snapshot!(
        "grant_code",
        "https://dev.cobot.me/api-docs/users:
POST https://www.cobot.me/api/users {\"email\": \"joe@doe.com\", \"password\": \"abebfpiafge7p9gba9pebd8aovA#\"}
and the grant_code of the answer is exchanged like a code.",
        transport.text()
    );
}

/// Returns the request of one endpoint.
async fn sent<E: Endpoint<Cobot>>(endpoint: &E, response: &str) -> String {
    let transport = RecordingTransport::with_responses([recorded(response)]);
    let client = client(&transport);
    client.send(&token(&client), endpoint).await.map(|_| transport.text()).unwrap()
}

#[tokio::test]
async fn endpoints_send_documented_requests() {
    assert_documented_snapshot!(
        "user",
        "https://dev.cobot.me/api-docs/users: GET https://www.cobot.me/api/user
https://dev.cobot.me/page/oauth-flow: Authorization: Bearer <your access token>",
        sent(&User, "user").await
    );
    assert_documented_snapshot!(
        "space",
        "https://dev.cobot.me/api-docs/spaces: GET https://www.cobot.me/api/spaces/:subdomain",
        sent(&Space::named("co-up".parse().unwrap()), "space").await
    );
    assert_documented_snapshot!(
        "space_token",
        "https://dev.cobot.me/api-docs/access-tokens:
POST https://www.cobot.me/api/access_tokens/b66b599f…/space {\"space_id\": \"space-abc\"}",
        sent(&SpaceToken::of("space-abc"), "space_token").await
    );
    assert_documented_snapshot!(
        "token_info",
        "https://dev.cobot.me/api-docs/access-tokens: GET https://www.cobot.me/api/access_tokens/aa54807690762340764",
        [
            sent(&TokenInfo::own(), "token_info").await,
            sent(&TokenInfo::of("canary-other-token"), "token_info").await
        ]
        .join("----\n")
    );
    assert_documented_snapshot!(
        "revoke_token",
        "https://dev.cobot.me/api-docs/access-tokens: DELETE https://www.cobot.me/api/access_tokens/aa54807690762340764",
        [
            sent(&RevokeToken::own(), "token_revoked").await,
            sent(&RevokeToken::of("canary-other-token"), "token_revoked").await
        ]
        .join("----\n")
    );
    assert_documented_snapshot!(
        "create_user",
        "https://dev.cobot.me/api-docs/users: POST https://www.cobot.me/api/users
If you don't supply a password a random one will be generated.",
        sent(&CreateUser::new("joe@doe.com"), "created_user").await
    );
}

#[tokio::test]
async fn token_parameter_replaces_header() {
    const GUIDE: &str = "https://dev.cobot.me/page/oauth-flow: you can either send the token as a parameter called access_token";
    assert_documented_snapshot!("token_in_query", GUIDE, sent(&TokenInQuery(User), "user").await);
    let create = CreateUser::new("joe+x@doe.com").password(PASSWORD);
    assert_documented_snapshot!("token_in_form", GUIDE, sent(&TokenInForm(create), "created_user").await);
    assert_documented_snapshot!(
        "token_in_form_of_an_empty_body",
        GUIDE,
        sent(&TokenInForm(RevokeToken::own()), "token_revoked").await
    );
    let form = http::Request::post("https://co-up.cobot.me/api/activities?x=1")
        .header("content-type", "application/x-www-form-urlencoded; charset=utf-8")
        .body(b"text=hi+there".to_vec())
        .unwrap();
    assert_documented_snapshot!(
        "token_in_form_of_ones_own",
        GUIDE,
        sent(&TokenInForm(RawRequest::new(form.clone())), "user").await
    );
    assert_documented_snapshot!(
        "token_in_query_of_ones_own",
        GUIDE,
        sent(&TokenInQuery(RawRequest::new(form)), "user").await
    );
}

#[tokio::test]
async fn token_parameter_is_rejected_where_impossible() {
    let transport = RecordingTransport::default();
    let client = client(&transport);
    let token = token(&client);
    let post = |kind: &str, body: &str| {
        RawRequest::new(
            http::Request::post("https://www.cobot.me/api/users?access_token=x")
                .header("content-type", kind)
                .body(body.as_bytes().to_vec())
                .unwrap(),
        )
    };
    let mut errors = vec![
        client.send(&token, &TokenInForm(User)).await.map(drop).unwrap_err(),
        client.send(&token, &TokenInQuery(post("", ""))).await.map(drop).unwrap_err(),
        client.send(&token, &TokenInQuery(TokenInQuery(User))).await.map(drop).unwrap_err(),
    ];
    for (kind, body) in [
        ("application/json", r#"{"a":{"b":1}}"#),
        ("application/json", r#"{"a":null}"#),
        ("application/json", "[1]"),
        ("application/json", "{"),
        ("text/plain", "x"),
        ("application/x-www-form-urlencoded", "access_token=x"),
        ("application/json", r#"{"access_token":"x"}"#),
    ] {
        errors.push(client.send(&token, &TokenInForm(post(kind, body))).await.map(drop).unwrap_err());
    }
    for error in errors {
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
    }
    assert_eq!(transport.count(), 0);
}

#[tokio::test]
async fn test_base_changes_hosts_only() {
    let transport = RecordingTransport::with_responses([recorded("token"), recorded("space_token")]);
    let client = client_at(Site::at("http://127.0.0.1:4002").unwrap(), &transport);
    let connect = Connect::new(scopes()).on_space("co-up".parse().unwrap());
    let started = client.begin(&connect).unwrap();
    assert!(started.url.as_str().starts_with("http://co-up.localhost:4002/oauth/authorize?"));
    let token = client.finish(&started.pending, &callback(REDIRECT_URI, &started)).await.unwrap();
    client.send(&token, &SpaceToken::of("space-abc")).await.unwrap();
    let text = transport.text();
    assert!(text.contains("POST http://127.0.0.1:4002/oauth/access_token\n"), "{text}");
    assert!(text.contains("POST http://127.0.0.1:4002/api/access_tokens/[access-token]/space\n"), "{text}");
}

#[tokio::test]
async fn token_goes_to_no_other_host() {
    let transport = RecordingTransport::default();
    let client = client(&transport);
    for url in ["https://a.b.cobot.me/api", "https://cobot.me.evil.example/", "https://coworking.example/api"]
    {
        let raw = RawRequest::new(http::Request::get(url).body(Vec::new()).unwrap());
        let error = client.send(&token(&client), &TokenInQuery(raw)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ForeignHost, "{url}");
    }
    assert_eq!(transport.count(), 0);
}

#[test]
fn rejects_unsupported_encoding() {
    let error = cobot::Client::builder(Site::production(), common::app())
        .transport(RecordingTransport::default())
        .encoding(cobot::Encoding::Multipart)
        .build()
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
}
