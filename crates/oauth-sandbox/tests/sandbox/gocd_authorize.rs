//! The authorization endpoint (docs/provider-facts.md 1c).

use std::time::Duration;

use oauth_sandbox::{Error, Gocd};

use crate::support::{authorize_url, browser, http, location, parameter, token, with_query};

fn is_64_hex(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

#[tokio::test]
async fn approve_redirects_with_code_and_state() {
    let sandbox = Gocd::start().await.unwrap();
    assert!(is_64_hex(sandbox.client_id()) && is_64_hex(sandbox.client_secret()));
    let callback = sandbox.approve(authorize_url(&sandbox)).await.unwrap();
    let code = parameter(&callback, "code").unwrap();
    assert!(is_64_hex(&code));
    let redirect_uri = &sandbox.redirect_uris()[0];
    assert_eq!(callback.as_str(), format!("{redirect_uri}?code={code}&expires_in=3600&state=s+t%2F1"));
}

#[tokio::test]
async fn deny_redirects_without_state() {
    let sandbox = Gocd::start().await.unwrap();
    let callback = sandbox.deny(authorize_url(&sandbox)).await.unwrap();
    assert_eq!(callback.as_str(), format!("{}?error=access-denied", sandbox.redirect_uris()[0]));
}

#[tokio::test]
async fn redirect_omits_missing_state() {
    let sandbox = Gocd::start().await.unwrap();
    for state in ["", "&state=", "&state=%20"] {
        let url = authorize_url(&sandbox).replace("&state=s+t%2F1", state);
        let callback = sandbox.approve(url).await.unwrap();
        assert_eq!(callback.query_pairs().count(), 2, "{callback}");
    }
}

#[tokio::test]
async fn path_without_go_serves_same_page() {
    let sandbox = Gocd::start().await.unwrap();
    let url = authorize_url(&sandbox).replace("/go/oauth/", "/oauth/");
    let callback = sandbox.approve(url).await.unwrap();
    let code = parameter(&callback, "code").unwrap();
    assert_eq!(token(&sandbox, &[("code", &code)]).await.0, 200);
}

#[tokio::test]
async fn errors_go_to_supplied_uri_in_order() {
    let sandbox = Gocd::builder().auto_approve(true).start().await.unwrap();
    let (id, known) = (sandbox.client_id(), sandbox.redirect_uris()[0].clone());
    let elsewhere = "https://anywhere.example/x";
    // client_id, response_type, redirect_uri -> error. Each row is also wrong in everything that is checked
    // later.
    for (client_id, response_type, redirect_uri, error) in [
        ("", "token", elsewhere, "invalid-request"),
        ("unknown", " ", elsewhere, "invalid-request"),
        ("unknown", "token", elsewhere, "unsupported-response-type"),
        ("unknown", "code", elsewhere, "invalid-client-id"),
        (id, "code", elsewhere, "redirect-uri-mismatch"),
        (id, "code", &format!("{known}/"), "redirect-uri-mismatch"),
        (id, "code", &format!("{known}?x=1"), "redirect-uri-mismatch"),
    ] {
        let query = [
            ("client_id", client_id),
            ("response_type", response_type),
            ("redirect_uri", redirect_uri),
            ("state", "kept-back"),
        ];
        let response = http().get(with_query(sandbox.authorize_url(), &query)).send().await.unwrap();
        assert_eq!(response.status(), 302);
        assert_eq!(location(&response), format!("{redirect_uri}?error={error}"));
    }
}

#[tokio::test]
async fn missing_redirect_uri_is_checked_last() {
    let sandbox = Gocd::builder().auto_approve(true).start().await.unwrap();
    let response = http()
        .get(format!("{}?client_id=x&response_type=code", sandbox.authorize_url()))
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 400);
    assert_eq!(response.text().await.unwrap(), "You did not specify the 'redirect_uri' parameter!");
    let response = http()
        .get(format!("{}?client_id=x&response_type=token", sandbox.authorize_url()))
        .send()
        .await
        .unwrap();
    assert!(location(&response).ends_with("?error=unsupported-response-type"));
}

#[tokio::test]
async fn redirect_appends_second_question_mark() {
    let odd = "http://127.0.0.1:4000/callback?x=1";
    let sandbox = Gocd::builder().redirect_uri(odd).start().await.unwrap();
    assert_eq!(sandbox.redirect_uris(), ["http://127.0.0.1:8765/callback", odd]);
    let query = [("client_id", sandbox.client_id()), ("response_type", "code"), ("redirect_uri", odd)];
    let callback = sandbox.approve(with_query(sandbox.authorize_url(), &query)).await.unwrap();
    assert!(callback.as_str().starts_with("http://127.0.0.1:4000/callback?x=1?code="), "{callback}");
}

#[tokio::test]
async fn new_code_replaces_own_earlier_codes() {
    let sandbox = Gocd::start().await.unwrap();
    let victor = sandbox.browser().user("victor@example.com");
    let of_victor = parameter(&victor.approve(authorize_url(&sandbox)).await.unwrap(), "code").unwrap();
    let first = crate::support::code(&sandbox).await;
    let second = crate::support::code(&sandbox).await;
    let (status, body) = token(&sandbox, &[("code", &first)]).await;
    assert_eq!(
        (status, body["error_description"].as_str()),
        (400, Some("Authorization expired or invalid!"))
    );
    assert_eq!(token(&sandbox, &[("code", &second)]).await.0, 200);
    assert_eq!(token(&sandbox, &[("code", &of_victor)]).await.0, 200);
}

#[tokio::test]
async fn code_expires_after_an_hour() {
    let sandbox = Gocd::start().await.unwrap();
    for (seconds, status) in [(3590, 200), (3600, 400)] {
        let code = crate::support::code(&sandbox).await;
        sandbox.advance(Duration::from_secs(seconds));
        assert_eq!(token(&sandbox, &[("code", &code)]).await.0, status, "after {seconds} s");
    }
}

#[tokio::test]
async fn browser_flow_requires_login_and_form_token() {
    let sandbox = Gocd::start().await.unwrap();
    let url = authorize_url(&sandbox);
    let browser = browser(None);

    let response = browser.get(&url).send().await.unwrap();
    assert_eq!((response.status().as_u16(), location(&response).as_str()), (302, "/go/auth/login"));
    let origin = sandbox.url().trim_end_matches("/go");
    let page = browser.get(format!("{origin}/go/auth/login")).send().await.unwrap().text().await.unwrap();
    for part in ["<label for=\"password\"", "GoCD", "This is a sandbox", "lang=\"en\""] {
        assert!(page.contains(part), "{part} in {page}");
    }
    let form_token = between(&page, "name=\"authenticity_token\" value=\"", "\"");

    // A forged login form and a wrong password are rejected.
    let login = |form_token: String, password: &'static str| {
        let form = [
            ("authenticity_token", form_token),
            ("j_username", "ada".to_owned()),
            ("j_password", password.to_owned()),
        ];
        browser.post(format!("{origin}/go/auth/security_check")).form(&form).send()
    };
    assert_eq!(login("made-up".to_owned(), "build-the-thing").await.unwrap().status(), 422);
    let again = login(form_token.to_owned(), "wrong").await.unwrap();
    assert_eq!(again.status(), 401);
    let again = again.text().await.unwrap();
    assert!(again.contains("Wrong user name or password") && again.contains("value=\"ada\""), "{again}");

    // Logged in, and redirected to the requested page.
    let response = login(form_token.to_owned(), "build-the-thing").await.unwrap();
    assert_eq!(format!("{origin}{}", location(&response)), url);
    let response = browser.get(&url).send().await.unwrap();
    assert!(response.headers()["content-security-policy"].to_str().unwrap().contains("default-src 'none'"));
    let page = response.text().await.unwrap();
    assert!(page.contains("Sandbox application") && page.contains("Ada Okafor"), "{page}");
    let fresh = between(&page, "name=\"authenticity_token\" value=\"", "\"").to_owned();
    assert_ne!(fresh, form_token, "a login starts a new session");

    // The decision needs the session's form token, in the query or in the body, as in Rails.
    let decide = |form_token: &str, decision: &str| {
        let query = format!("{url}&authorize={decision}&authenticity_token={form_token}");
        browser.post(query).send()
    };
    assert_eq!(decide("", "Yes").await.unwrap().status(), 422);
    assert_eq!(decide(form_token, "Yes").await.unwrap().status(), 422);
    assert!(location(&decide(&fresh, "yes").await.unwrap()).ends_with("?error=access-denied"));
    assert!(location(&decide(&fresh, "Yes").await.unwrap()).contains("?code="));
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    text.split_once(before).unwrap().1.split_once(after).unwrap().0
}

#[tokio::test]
async fn consent_page_escapes_client_input() {
    let evil = "http://127.0.0.1:1/\"><script>alert(1)</script>";
    let sandbox = Gocd::builder().redirect_uri(evil).start().await.unwrap();
    let query = [("client_id", sandbox.client_id()), ("response_type", "code"), ("redirect_uri", evil)];
    // The browser uses an HTML parser: it submits the unchanged URI, and finds no script.
    let callback = sandbox.approve(with_query(sandbox.authorize_url(), &query)).await.unwrap();
    assert!(callback.as_str().contains("script") && parameter(&callback, "code").is_some(), "{callback}");
    let evil = "http://127.0.0.1:1/\r\nx: y";
    let query = [("client_id", "x"), ("response_type", "code"), ("redirect_uri", evil)];
    let error = sandbox.approve(with_query(sandbox.authorize_url(), &query)).await.unwrap_err();
    assert!(matches!(error, Error::Page { status: 400, .. }), "{error}");
}

#[tokio::test]
async fn browser_reports_why_flow_stopped() {
    let sandbox = Gocd::start().await.unwrap();
    let url = authorize_url(&sandbox);
    let error = sandbox.browser().password("wrong").approve(&url).await.unwrap_err();
    assert!(error.to_string().contains("Wrong user name or password"), "{error}");
    let error = sandbox.browser().user("nobody").approve(&url).await.unwrap_err();
    assert!(matches!(error, Error::NoSuchUser(_)), "{error}");
    let error = sandbox.approve("https://example.org/oauth/authorize").await.unwrap_err();
    assert!(matches!(error, Error::OutsideSandbox(_)), "{error}");
    // A logged-in user sees the consent page at once.
    let browser = sandbox.browser();
    browser.approve(&url).await.unwrap();
    let logins = |sandbox: &Gocd| {
        sandbox.journal().entries().iter().filter(|entry| entry.path == "/go/auth/security_check").count()
    };
    let before = logins(&sandbox);
    browser.deny(&url).await.unwrap();
    assert_eq!(logins(&sandbox), before);
}
