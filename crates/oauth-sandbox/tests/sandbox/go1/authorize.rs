//! The authorization endpoint (Go1's "OAuth Connect Flow", steps 1 to 3).

use oauth_sandbox::{Error, Go1};

use super::{authorize_url, token};
use crate::support::{http, location, parameter};

#[tokio::test]
async fn approve_redirects_as_documented() {
    let sandbox = Go1::start().await.unwrap();
    let callback = sandbox.approve(authorize_url(&sandbox, &[])).await.unwrap();
    let code = parameter(&callback, "code").unwrap();
    assert!(code.starts_with("def502"), "{code}");
    let redirect_uri = &sandbox.redirect_uris()[0];
    assert_eq!(callback.as_str(), format!("{redirect_uri}/?code={code}&state=s+t%2F1"));
    let plain = Go1::builder().callback_slash(false).start().await.unwrap();
    let callback = plain.approve(authorize_url(&plain, &[("state", "")])).await.unwrap();
    assert!(callback.as_str().starts_with(&format!("{redirect_uri}?code=def502")), "{callback}");
    assert_eq!(callback.query_pairs().count(), 1, "no state was sent, none comes back: {callback}");
}

#[tokio::test]
async fn deny_redirects_with_state() {
    let sandbox = Go1::start().await.unwrap();
    let callback = sandbox.deny(authorize_url(&sandbox, &[])).await.unwrap();
    assert_eq!(parameter(&callback, "error").as_deref(), Some("access_denied"));
    assert_eq!(parameter(&callback, "state").as_deref(), Some("s t/1"));
    assert_eq!(parameter(&callback, "code"), None);
}

#[tokio::test]
async fn unregistered_redirect_uri_is_never_used() {
    let sandbox = Go1::builder().auto_approve(true).start().await.unwrap();
    let registered = sandbox.redirect_uris()[0].clone();
    for wrong in [
        [("client_id", "unknown")],
        [("client_id", "")],
        [("redirect_uri", "")],
        [("redirect_uri", "https://anywhere.example/")],
        [("redirect_uri", &format!("{registered}/"))],
        [("redirect_uri", &format!("{registered}?x=1"))],
        [("redirect_uri", &registered.to_uppercase())],
    ] {
        let response = http().get(authorize_url(&sandbox, &wrong)).send().await.unwrap();
        assert_eq!(response.status(), 400, "{wrong:?}");
        let error = sandbox.approve(authorize_url(&sandbox, &wrong)).await.unwrap_err();
        assert!(matches!(error, Error::Page { status: 400, .. }), "{error}");
    }
}

#[tokio::test]
async fn other_errors_are_redirected_with_state() {
    let sandbox = Go1::start().await.unwrap();
    for (wrong, error) in [
        (("response_type", ""), "unsupported_response_type"),
        (("response_type", "token"), "unsupported_response_type"),
        (("scope", "user.read,lo.read"), "invalid_scope"),
        (("scope", "user.read everything"), "invalid_scope"),
        (("partner_portal_id", "acme"), "invalid_request"),
        (("partner_portal_id", "-1"), "invalid_request"),
    ] {
        let callback = sandbox.approve(authorize_url(&sandbox, &[wrong])).await.unwrap();
        assert_eq!(parameter(&callback, "error").as_deref(), Some(error), "{wrong:?}");
        assert_eq!(parameter(&callback, "state").as_deref(), Some("s t/1"));
        assert!(callback.path().ends_with("/callback/"), "{callback}");
    }
}

#[tokio::test]
async fn consent_page_shows_request() {
    let sandbox = Go1::start().await.unwrap();
    let noah = sandbox.browser().user("noah@northwind.example");
    noah.deny(authorize_url(&sandbox, &[])).await.unwrap();
    let browser = crate::support::browser(None);
    let login = format!("{}/login", sandbox.url());
    let url = authorize_url(&sandbox, &[]);
    assert_eq!(location(&browser.get(&url).send().await.unwrap()), "/login");
    let page = browser.get(&login).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("href=\"/signup\""), "{page}");
    let form = [
        ("form_token", super::sign_up::form_token(&page)),
        ("email", "noah@northwind.example"),
        ("password", "teach-something"),
    ];
    let response = browser.post(&login).form(&form).send().await.unwrap();
    assert_eq!(format!("{}{}", sandbox.url(), location(&response)), url);
    let page = browser.get(&url).send().await.unwrap().text().await.unwrap();
    for part in ["Sandbox application", "Noah Berg", "northwind.mygo1.com", "See content", "7654321"] {
        assert!(page.contains(part), "{part} in {page}");
    }
    // The decision needs the form token of this session.
    let decide =
        |form_token: &str| browser.post(format!("{url}&decision=approve&form_token={form_token}")).send();
    assert_eq!(decide("made-up").await.unwrap().status(), 422);
    let response = decide(super::sign_up::form_token(&page)).await.unwrap();
    let callback = url::Url::parse(&location(&response)).unwrap();
    let code = parameter(&callback, "code").unwrap();
    assert_eq!(token(&sandbox, &[("code", &code)]).await.0, 200);
}
