//! Each request of this crate, next to the example of Go1's own document.

#![allow(clippy::unwrap_used)] // clippy exempts tests, but not their helpers

mod common;

use common::{builder, client, connect, recorded, with_token};
use go1::api::{Account, LearningObjects, Me, Validate};
use go1::{Encoding, PortalPassword, Scopes, scope};
use oauth_testing::{PASSWORD, authorize_url, callback, json_response};

/// Asserts the snapshot `name`: the document's own example, then the request of this crate.
fn sent(name: &str, text: &str, document: &str) {
    let both = format!("# {document}\n\n# This crate sends:\n\n{text}");
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!(name, both);
    });
}

const CONNECT_GUIDE: &str = r"www.go1.com/developers/partners/concepts/connect-a-portal-via-oauth has:

curl --location --request POST 'https://auth.go1.com/oauth/token' \
--form 'client_id=<CLIENT_ID>' \
--form 'client_secret=<CLIENT_SECRET>' \
--form 'code=<AUTHORIZATION_CODE>' \
--form 'grant_type=authorization_code' \
--form 'redirect_uri=<REDIRECT_URI>'";

const REFRESH_PAGE: &str = r"The connect guide's words: client_id, client_secret, grant_type `with the value of refresh_token`, a refresh_token.
(Its example repeats the code exchange, which would not refresh anything.)

www.go1.com/developers/partners/concepts/refresh_token has:

curl --location --request POST 'https://auth.go1.com/oauth/token' \
--header 'Content-Type: application/x-www-form-urlencoded' \
--data-urlencode 'grant_type=refresh_token' \
--data-urlencode 'client_id=<CLIENT_ID>' \
--data-urlencode 'client_secret=<CLIENT_SECRET>' \
--data-urlencode 'refresh_token=<ACCESS_TOKEN>'";

const CLIENT_CREDENTIALS_PAGE: &str = r"www.go1.com/developers/partners/concepts/client_credentials has:

curl --location --request POST 'https://auth.go1.com/oauth/token' \
--header 'Content-Type: application/x-www-form-urlencoded' \
--data-urlencode 'client_id=<CLIENT_ID>' \
--data-urlencode 'client_secret=<CLIENT_SECRET>' \
--data-urlencode 'grant_type=client_credentials'";

const PASSWORD_PAGE: &str = r"www.go1.com/developers/partners/concepts/password_grant has:

curl --location --request POST 'https://auth.go1.com/oauth/token' \
--header 'Content-Type: application/x-www-form-urlencoded' \
--data-urlencode 'client_id=<CLIENT_ID>' \
--data-urlencode 'client_secret=<CLIENT_SECRET>' \
--data-urlencode 'grant_type=password' \
--data-urlencode 'portal_name=<PORTAL_URL>' \
--data-urlencode 'scope=<SCOPES>' \
--data-urlencode 'username=<PORTAL_ADMIN_EMAIL>' \
--data-urlencode 'password=<PORTAL_ADMIN_PASSWORD>'";

const REST_REFERENCE: &str = r"Go1's REST reference, version 2025-01-01: GET https://gateway.go1.com/learning-objects, header Api-Version: 2025-01-01,
`limit=20` and `offset=20`, `type[]=course&type[]=video`, `language[]=en-us`, `providers[]=150`, `collection=library`,
`created_time[min]=2024-07-01`, `use_scroll=true&scroll_id={next_scroll_id}`";

#[test]
fn authorize() {
    let (client, transport) = client([]);
    let started = client.begin(&connect()).unwrap();
    sent(
        "authorize",
        &authorize_url(&started.url),
        r"www.go1.com/developers/partners/concepts/connect-a-portal-via-oauth has:

https://auth.go1.com/oauth/authorize?client_id=<CLIENT_ID>&response_type=code&redirect_uri=<REDIRECT_URL>&scope=<SCOPES>&partner_portal_id=<PARTNER_PORTAL_ID>&state=<STATE_STRING>",
    );
    assert_eq!(transport.count(), 0);
}

async fn exchange(encoding: Option<Encoding>) -> String {
    let (mut builder, transport, _) = builder([json_response(200, recorded!("token"))]);
    if let Some(encoding) = encoding {
        builder = builder.encoding(encoding);
    }
    let client = builder.build().unwrap();
    let started = client.begin(&connect()).unwrap();
    client.finish(&started.pending, &callback(common::REDIRECT_URI, &started)).await.unwrap();
    transport.text()
}

#[tokio::test]
async fn code_exchange() {
    sent("code_exchange_multipart", &exchange(None).await, CONNECT_GUIDE);
    sent(
        "code_exchange_form",
        &exchange(Some(Encoding::Form)).await,
        "No page of Go1's shows the code exchange so; its pages on the other grants show them so, with --data-urlencode.",
    );
    sent(
        "code_exchange_json",
        &exchange(Some(Encoding::Json)).await,
        "No page of Go1's shows JSON; Totara's Go1 plug-in sends it to this endpoint.",
    );
}

#[tokio::test]
async fn refresh() {
    for (name, encoding) in [("refresh_multipart", Encoding::Multipart), ("refresh_form", Encoding::Form)] {
        let (builder, transport, _) = builder([
            json_response(200, recorded!("token")),
            json_response(200, recorded!("token_refreshed")),
        ]);
        let client = builder.encoding(encoding).build().unwrap();
        let started = client.begin(&connect()).unwrap();
        let token = client.finish(&started.pending, &callback(common::REDIRECT_URI, &started)).await.unwrap();
        client.refresh(&token).await.unwrap();
        let text = transport.text();
        let second = text.split("\n----\n").nth(1).unwrap();
        sent(name, second, REFRESH_PAGE);
    }
}

#[tokio::test]
async fn client_credentials() {
    for (name, encoding, scopes) in [
        ("client_credentials_multipart", Encoding::Multipart, Scopes::none()),
        ("client_credentials_form", Encoding::Form, Scopes::none()),
        (
            "client_credentials_form_with_scopes",
            Encoding::Form,
            [scope::LO_READ, scope::ENROLLMENT_READ].into(),
        ),
    ] {
        let (builder, transport, _) = builder([json_response(200, recorded!("token_client_credentials"))]);
        builder.encoding(encoding).build().unwrap().client_credentials(scopes).await.unwrap();
        sent(name, &transport.text(), CLIENT_CREDENTIALS_PAGE);
    }
}

#[tokio::test]
async fn password() {
    for (name, encoding) in [("password_multipart", Encoding::Multipart), ("password_form", Encoding::Form)] {
        let (builder, transport, _) = builder([json_response(200, recorded!("token"))]);
        let request = PortalPassword::new(
            "example.mygo1.com",
            "admin@example.com",
            PASSWORD,
            [scope::USER_READ, scope::LO_READ],
        )
        .unwrap();
        builder.encoding(encoding).build().unwrap().password(request).await.unwrap();
        sent(name, &transport.text(), PASSWORD_PAGE);
    }
}

const API_CALL: &str = r#"www.go1.com/developers/partners/concepts/client_credentials has:

curl -X POST -H "Authorization: Bearer <ACCESS_TOKEN>" "<https://api.go1.com/v2/ENDPOINT>"

The quick start guide's sample program gets https://api.go1.com/v2/me; other people's clients get /v2/account."#;

#[tokio::test]
async fn me() {
    let (client, token, transport) = with_token(200, recorded!("me"));
    client.send(&token, &Me).await.unwrap();
    sent("me", &transport.text(), API_CALL);
}

#[tokio::test]
async fn account() {
    let (client, token, transport) = with_token(200, recorded!("account"));
    client.send(&token, &Account).await.unwrap();
    sent("account", &transport.text(), API_CALL);
}

#[tokio::test]
async fn validate() {
    let (client, token, transport) = with_token(200, "");
    client.send(&token, &Validate).await.unwrap();
    sent(
        "validate",
        &transport.text(),
        "Go1's plug-in for Moodle gets https://auth.GO1.com/oauth/validate with `Authorization: Bearer …`.",
    );
}

#[tokio::test]
async fn learning_objects() {
    let all = LearningObjects::new();
    for (name, asked) in [
        ("learning_objects", all.clone()),
        (
            "learning_objects_page",
            all.clone().limit(20).offset(20).keyword("first aid").kind("course").kind("video"),
        ),
        (
            "learning_objects_filtered",
            all.clone()
                .language("en-us")
                .provider("150")
                .collection("library")
                .include("core")
                .include("lifecycle")
                .filter("created_time[min]", "2024-07-01"),
        ),
        ("learning_objects_scroll", all.clone().limit(5_000).scroll()),
        ("learning_objects_scroll_on", all.limit(5_000).scroll_from("scroll-2&x=1")),
    ] {
        let (client, token, transport) = with_token(200, recorded!("learning_objects"));
        client.send(&token, &asked).await.unwrap();
        sent(name, &transport.text(), REST_REFERENCE);
    }
}
