//! The authorization endpoint on `www`.

use oauth_sandbox::{Cobot, Error};

use super::{authorize_url, code, query, token};
use crate::support::{CHALLENGE, VERIFIER, browser, form_token, http, location, parameter};

#[tokio::test]
async fn approval_and_denial_return_state() {
    let sandbox = Cobot::start().await.unwrap();
    let redirect_uri = sandbox.redirect_uris()[0].clone();
    let approved = sandbox.approve(authorize_url(&sandbox, &[])).await.unwrap();
    let code = parameter(&approved, "code").unwrap();
    assert_eq!(approved.as_str(), format!("{redirect_uri}?code={code}&state=s+t%2F1"));
    let denied = sandbox.deny(authorize_url(&sandbox, &[])).await.unwrap();
    assert_eq!(denied.as_str(), format!("{redirect_uri}?error=access_denied&state=s+t%2F1"));
    let stateless = sandbox.approve(authorize_url(&sandbox, &[("state", "")])).await.unwrap();
    assert_eq!(stateless.query_pairs().count(), 1, "{stateless}");
    let empty = sandbox.approve(authorize_url(&sandbox, &[("state", "")]) + "&state=").await.unwrap();
    assert_eq!(parameter(&empty, "state").as_deref(), Some(""));
}

#[tokio::test]
async fn rejects_unregistered_redirect_uri() {
    let with_query = "http://127.0.0.1:4000/cb?x=1";
    let sandbox = Cobot::builder().redirect_uri(with_query).auto_approve(true).start().await.unwrap();
    let known = sandbox.redirect_uris()[0].clone();
    let (slash, longer, fragment) = (format!("{known}/"), format!("{known}x?x=1"), format!("{known}?x=1#y"));
    for change in [
        ("client_id", "unknown"),
        ("client_id", ""),
        ("redirect_uri", ""),
        ("redirect_uri", "https://anywhere.example/"),
        ("redirect_uri", &slash),
        ("redirect_uri", &longer),
        ("redirect_uri", &fragment),
        ("redirect_uri", "http://127.0.0.1:4000/cb"),
        ("redirect_uri", "http://127.0.0.1:4000/cb?x=12"),
    ] {
        let response = http().get(authorize_url(&sandbox, &[change])).send().await.unwrap();
        assert_eq!(response.status(), 400, "{change:?}");
        assert!(response.headers().get("location").is_none());
    }
    let response = http().get(authorize_url(&sandbox, &[("redirect_uri", with_query)])).send().await.unwrap();
    assert!(location(&response).starts_with("http://127.0.0.1:4000/cb?x=1&code="), "{response:?}");
}

/// As Cobot's gem `omniauth_cobot` asks for a space, and another redirect URI in the token call.
#[tokio::test]
async fn registered_redirect_uri_may_have_more_query() {
    let given = "http://127.0.0.1:4000/cb?x=1";
    let sandbox = Cobot::builder().redirect_uri(given).start().await.unwrap();
    let known = sandbox.redirect_uris()[0].clone();
    for longer in
        [format!("{known}?cobot_space_subdomain=betahaus"), format!("{given}&cobot_space_subdomain=betahaus")]
    {
        let callback = sandbox.approve(authorize_url(&sandbox, &[("redirect_uri", &longer)])).await.unwrap();
        assert!(callback.as_str().starts_with(&format!("{longer}&code=")), "{callback}");
        let code = parameter(&callback, "code").unwrap();
        assert_eq!(token(&sandbox, &[("code", &code), ("redirect_uri", &known)]).await.0, 200);
    }
}

#[tokio::test]
async fn other_errors_redirect_to_application() {
    let sandbox = Cobot::builder().auto_approve(true).start().await.unwrap();
    for (change, error) in [
        (("response_type", ""), "invalid_request"),
        (("response_type", "token"), "unsupported_response_type"),
        (("scope", "read_user fly"), "invalid_scope"),
        (("code_challenge", CHALLENGE), "invalid_request"),
        (("code_challenge_method", "S256"), "invalid_request"),
    ] {
        let response = http().get(authorize_url(&sandbox, &[change])).send().await.unwrap();
        let target = location(&response);
        assert!(target.starts_with(&format!("{}?error={error}&", sandbox.redirect_uris()[0])), "{target}");
        assert!(target.ends_with("&state=s+t%2F1"), "{target}");
    }
    for pkce in [[VERIFIER, "plain"], [&CHALLENGE[1..], "S256"], ["", "S256"], [CHALLENGE, "s256"]] {
        let changes = [("code_challenge", pkce[0]), ("code_challenge_method", pkce[1])];
        let response = http().get(authorize_url(&sandbox, &changes)).send().await.unwrap();
        assert!(location(&response).contains("?error=invalid_request&"), "{pkce:?}");
    }
}

#[tokio::test]
async fn challenge_requires_its_verifier() {
    let sandbox = Cobot::start().await.unwrap();
    let pkce = [("code_challenge", CHALLENGE), ("code_challenge_method", "S256")];
    let with = code(&sandbox, &pkce).await;
    for wrong in ["", CHALLENGE, &VERIFIER[1..], &format!("{VERIFIER}x")] {
        let (status, body) = token(&sandbox, &[("code", &with), ("code_verifier", wrong)]).await;
        assert_eq!((status, body["error"].as_str()), (400, Some("invalid_grant")), "{wrong}");
    }
    assert_eq!(token(&sandbox, &[("code", &with), ("code_verifier", VERIFIER)]).await.0, 200);
    let without = code(&sandbox, &[]).await;
    assert_eq!(token(&sandbox, &[("code", &without), ("code_verifier", VERIFIER)]).await.0, 400);
    assert_eq!(token(&sandbox, &[("code", &without)]).await.0, 200);
}

#[tokio::test]
async fn browser_logs_in_and_sees_scopes() {
    let sandbox = Cobot::start().await.unwrap();
    let browser = browser(None);
    let url = authorize_url(&sandbox, &[]);
    let response = browser.get(&url).send().await.unwrap();
    assert_eq!((response.status().as_u16(), location(&response).as_str()), (302, "/login"));
    let login = format!("{}/login", sandbox.url());
    let page = browser.get(&login).send().await.unwrap().text().await.unwrap();
    let send = |form_token: &str, password: &str| {
        let form = [("form_token", form_token), ("email", "Nora@Example.com"), ("password", password)];
        browser.post(&login).form(&form).send()
    };
    assert_eq!(send("made-up", "flat-white-please").await.unwrap().status(), 422);
    assert_eq!(send(form_token(&page), "wrong").await.unwrap().status(), 401);
    let response = send(form_token(&page), "flat-white-please").await.unwrap();
    assert_eq!(location(&response), format!("/oauth/authorize{}", query(&sandbox, &[])));

    let page = browser.get(&url).send().await.unwrap().text().await.unwrap();
    for part in
        ["Sandbox application", "Nora Beckmann", "<code>read_user</code>", "<code>read_memberships</code>"]
    {
        assert!(page.contains(part), "{part} in {page}");
    }
    // The decision requires the session's form token.
    let forged = browser.post(format!("{url}&authorize=yes")).send().await.unwrap();
    assert_eq!(forged.status(), 422);
    let error = sandbox.browser().password("wrong").approve(&url).await.unwrap_err();
    assert!(matches!(error, Error::Page { status: 401, .. }), "{error}");
}
