//! docs/provider-facts.md 1c.

use std::time::Duration;

use oauth_sandbox::{Error, Gocd};

use crate::support::{authorize_url, browser, http, location, parameter, token, with_query};

fn is_64_hex(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

#[tokio::test]
async fn a_person_says_yes() {
    let sandbox = Gocd::start().await.unwrap();
    assert!(is_64_hex(sandbox.client_id()) && is_64_hex(sandbox.client_secret()));
    let callback = sandbox.approve(authorize_url(&sandbox)).await.unwrap();
    let code = parameter(&callback, "code").unwrap();
    assert!(is_64_hex(&code));
    let redirect_uri = &sandbox.redirect_uris()[0];
    assert_eq!(callback.as_str(), format!("{redirect_uri}?code={code}&expires_in=3600&state=s+t%2F1"));
}

#[tokio::test]
async fn a_person_says_no_and_the_state_is_lost() {
    let sandbox = Gocd::start().await.unwrap();
    let callback = sandbox.deny(authorize_url(&sandbox)).await.unwrap();
    assert_eq!(callback.as_str(), format!("{}?error=access-denied", sandbox.redirect_uris()[0]));
}

#[tokio::test]
async fn without_a_state_none_is_sent() {
    let sandbox = Gocd::start().await.unwrap();
    for state in ["", "&state=", "&state=%20"] {
        let url = authorize_url(&sandbox).replace("&state=s+t%2F1", state);
        let callback = sandbox.approve(url).await.unwrap();
        assert_eq!(callback.query_pairs().count(), 2, "{callback}");
    }
}

#[tokio::test]
async fn the_seeds_path_without_go_is_the_same() {
    let sandbox = Gocd::start().await.unwrap();
    let url = authorize_url(&sandbox).replace("/go/oauth/", "/oauth/");
    let callback = sandbox.approve(url).await.unwrap();
    let code = parameter(&callback, "code").unwrap();
    assert_eq!(token(&sandbox, &[("code", &code)]).await.0, 200);
}

#[tokio::test]
async fn refusals_come_in_order_and_go_to_whatever_uri_was_supplied() {
    let sandbox = Gocd::builder().auto_approve(true).start().await.unwrap();
    let (id, known) = (sandbox.client_id(), sandbox.redirect_uris()[0].clone());
    let elsewhere = "https://anywhere.example/x";
    // client_id, response_type, redirect_uri -> error. Each row is wrong in everything that is checked later, too.
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
async fn a_missing_redirect_uri_is_a_plain_400_but_only_after_the_others() {
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
async fn a_second_question_mark_is_glued_on() {
    let odd = "http://127.0.0.1:4000/callback?x=1";
    let sandbox = Gocd::builder().redirect_uri(odd).start().await.unwrap();
    assert_eq!(sandbox.redirect_uris(), ["http://127.0.0.1:8765/callback", odd]);
    let query = [("client_id", sandbox.client_id()), ("response_type", "code"), ("redirect_uri", odd)];
    let callback = sandbox.approve(with_query(sandbox.authorize_url(), &query)).await.unwrap();
    assert!(callback.as_str().starts_with("http://127.0.0.1:4000/callback?x=1?code="), "{callback}");
}

#[tokio::test]
async fn a_new_code_ends_the_persons_earlier_ones_only() {
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
async fn a_code_lives_for_an_hour() {
    let sandbox = Gocd::start().await.unwrap();
    for (seconds, status) in [(3590, 200), (3600, 400)] {
        let code = crate::support::code(&sandbox).await;
        sandbox.advance(Duration::from_secs(seconds));
        assert_eq!(token(&sandbox, &[("code", &code)]).await.0, status, "after {seconds} s");
    }
}

#[tokio::test]
async fn a_browser_gets_a_login_then_a_question_with_a_form_token() {
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

    // A login form from elsewhere, then a wrong password: not in.
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

    // In, and back to where the person wanted to go.
    let response = login(form_token.to_owned(), "build-the-thing").await.unwrap();
    assert_eq!(format!("{origin}{}", location(&response)), url);
    let response = browser.get(&url).send().await.unwrap();
    assert!(response.headers()["content-security-policy"].to_str().unwrap().contains("default-src 'none'"));
    let page = response.text().await.unwrap();
    assert!(page.contains("Sandbox application") && page.contains("Ada Okafor"), "{page}");
    let fresh = between(&page, "name=\"authenticity_token\" value=\"", "\"").to_owned();
    assert_ne!(fresh, form_token, "a login starts a new session");

    // The decision needs the token of this session; a query is as good as a form, as in Rails.
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
async fn what_a_client_supplies_is_escaped_on_the_page() {
    let evil = "http://127.0.0.1:1/\"><script>alert(1)</script>";
    let sandbox = Gocd::builder().redirect_uri(evil).start().await.unwrap();
    let query = [("client_id", sandbox.client_id()), ("response_type", "code"), ("redirect_uri", evil)];
    // The person reads the form with an HTML parser: the URI arrives whole, and no script stood in between.
    let callback = sandbox.approve(with_query(sandbox.authorize_url(), &query)).await.unwrap();
    assert!(callback.as_str().contains("script") && parameter(&callback, "code").is_some(), "{callback}");
    let evil = "http://127.0.0.1:1/\r\nx: y";
    let query = [("client_id", "x"), ("response_type", "code"), ("redirect_uri", evil)];
    let stopped = sandbox.approve(with_query(sandbox.authorize_url(), &query)).await.unwrap_err();
    assert!(matches!(stopped, Error::Page { status: 400, .. }), "{stopped}");
}

#[tokio::test]
async fn people_who_cannot_get_through_are_told_why() {
    let sandbox = Gocd::start().await.unwrap();
    let url = authorize_url(&sandbox);
    let stopped = sandbox.browser().password("wrong").approve(&url).await.unwrap_err();
    assert!(stopped.to_string().contains("Wrong user name or password"), "{stopped}");
    let stopped = sandbox.browser().user("nobody").approve(&url).await.unwrap_err();
    assert!(matches!(stopped, Error::NoSuchUser(_)), "{stopped}");
    let stopped = sandbox.approve("https://example.org/oauth/authorize").await.unwrap_err();
    assert!(matches!(stopped, Error::OutsideSandbox(_)), "{stopped}");
    // Somebody who is logged in already is asked straight away.
    let person = sandbox.browser();
    person.approve(&url).await.unwrap();
    let logins = |sandbox: &Gocd| {
        sandbox.journal().entries().iter().filter(|entry| entry.path == "/go/auth/security_check").count()
    };
    let before = logins(&sandbox);
    person.deny(&url).await.unwrap();
    assert_eq!(logins(&sandbox), before);
}
