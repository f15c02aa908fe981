//! The authorization endpoint (Go1's "OAuth Connect Flow", steps 1 to 3).

use oauth_sandbox::{Error, Go1};

use super::{authorize_url, token};
use crate::support::{form_token, http, location, parameter};

#[tokio::test]
async fn approve_redirects_as_documented() {
    let sandbox = Go1::start().await.unwrap();
    let callback = sandbox.approve(authorize_url(&sandbox, &[])).await.unwrap();
    let code = parameter(&callback, "code").unwrap();
    assert!(code.starts_with("def502"), "{code}");
    let redirect_uri = &sandbox.redirect_uris()[0];
    assert_eq!(callback.as_str(), format!("{redirect_uri}?code={code}&state=s+t%2F1"));
    let slash = Go1::builder().callback_slash(true).start().await.unwrap();
    let callback = slash.approve(authorize_url(&slash, &[("state", "")])).await.unwrap();
    assert!(callback.as_str().starts_with(&format!("{redirect_uri}/?code=def502")), "{callback}");
    assert_eq!(callback.query_pairs().count(), 1, "no state was sent, none comes back: {callback}");
}

#[tokio::test]
async fn deny_redirects_with_state() {
    let sandbox = Go1::start().await.unwrap();
    let callback = sandbox.deny(authorize_url(&sandbox, &[])).await.unwrap();
    assert_eq!(parameter(&callback, "error").as_deref(), Some("access_denied"));
    assert_eq!(parameter(&callback, "hint").as_deref(), Some("The user denied the request"));
    assert_eq!(parameter(&callback, "state").as_deref(), Some("s t/1"));
    assert_eq!(parameter(&callback, "code"), None);
}

/// league/oauth2-server 8.5 responds with JSON, never with a redirect, except for a scope.
#[tokio::test]
async fn errors_follow_league_oauth2_server() {
    let sandbox = Go1::builder().auto_approve(true).start().await.unwrap();
    let registered = sandbox.redirect_uris()[0].clone();
    for (wrong, status, error) in [
        (("client_id", "unknown"), 401, "invalid_client"),
        (("client_id", ""), 400, "invalid_request"),
        (("redirect_uri", "https://anywhere.example/"), 401, "invalid_client"),
        (("redirect_uri", &format!("{registered}/")), 401, "invalid_client"),
        (("redirect_uri", &format!("{registered}?x=1")), 401, "invalid_client"),
        (("redirect_uri", &registered.to_uppercase()), 401, "invalid_client"),
        (("response_type", ""), 400, "unsupported_grant_type"),
        (("response_type", "token"), 400, "unsupported_grant_type"),
        (("partner_portal_id", "acme"), 400, "invalid_request"),
        (("partner_portal_id", "-1"), 400, "invalid_request"),
    ] {
        let response = http().get(authorize_url(&sandbox, &[wrong])).send().await.unwrap();
        assert_eq!(response.status(), status, "{wrong:?}");
        assert_eq!(response.headers()["content-type"], "application/json");
        let body: serde_json::Value = response.json().await.unwrap();
        assert_eq!(body["error"], error, "{wrong:?}");
        assert_eq!(body["message"], body["error_description"]);
        let failed = sandbox.approve(authorize_url(&sandbox, &[wrong])).await.unwrap_err();
        assert!(matches!(failed, Error::Page { status: shown, .. } if shown == status), "{failed}");
    }
    for scope in ["user.read,lo.read", "user.read everything", "user.read LO.READ", "lo.read\tuser.read"] {
        let callback = sandbox.approve(authorize_url(&sandbox, &[("scope", scope)])).await.unwrap();
        assert!(callback.as_str().starts_with(&format!("{registered}?error=invalid_scope&")), "{callback}");
        let unknown = scope.rsplit(' ').next().unwrap();
        assert_eq!(parameter(&callback, "hint"), Some(format!("Check the `{unknown}` scope")));
        assert_eq!(parameter(&callback, "state"), None, "8.5 leaves it out");
    }
}

#[tokio::test]
async fn only_registered_redirect_uri_is_the_default() {
    let sandbox = Go1::start().await.unwrap();
    let callback = sandbox.approve(authorize_url(&sandbox, &[("redirect_uri", "")])).await.unwrap();
    assert!(callback.as_str().starts_with(&sandbox.redirect_uris()[0]), "{callback}");
    let code = parameter(&callback, "code").unwrap();
    // The token call leaves it out as well.
    assert_eq!(token(&sandbox, &[("code", &code)]).await.1["hint"], "Invalid redirect URI");
    assert_eq!(token(&sandbox, &[("code", &code), ("redirect_uri", "")]).await.0, 200);

    let several = Go1::builder().redirect_uri("http://127.0.0.1:4000/cb").start().await.unwrap();
    let error = several.approve(authorize_url(&several, &[("redirect_uri", "")])).await.unwrap_err();
    assert!(matches!(error, Error::Page { status: 401, .. }), "{error}");
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
        ("form_token", form_token(&page)),
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
    let response = decide(form_token(&page)).await.unwrap();
    let callback = url::Url::parse(&location(&response)).unwrap();
    let code = parameter(&callback, "code").unwrap();
    assert_eq!(token(&sandbox, &[("code", &code)]).await.0, 200);
}
