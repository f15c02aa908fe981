//! Seed 000, "Requesting Authorization".

use oauth_sandbox::{CohortGo, Error};

use super::{BOTH, authorize_url};
use crate::support::{browser, http, location, parameter};

#[tokio::test]
async fn a_person_says_yes_or_no() {
    let sandbox = CohortGo::start().await.unwrap();
    let redirect_uri = &sandbox.redirect_uris()[0];
    let callback = sandbox.approve(authorize_url(&sandbox, &[])).await.unwrap();
    let code = parameter(&callback, "code").unwrap();
    assert_eq!(callback.as_str(), format!("{redirect_uri}?code={code}&state=s+t%2F1"));
    let callback = sandbox.deny(authorize_url(&sandbox, &[])).await.unwrap();
    assert_eq!(callback.as_str(), format!("{redirect_uri}?error=access_denied&state=s+t%2F1"));
    let silent = CohortGo::builder().echo_state(false).start().await.unwrap();
    for callback in [
        silent.approve(authorize_url(&silent, &[])).await.unwrap(),
        silent.deny(authorize_url(&silent, &[])).await.unwrap(),
    ] {
        assert_eq!(callback.query_pairs().count(), 1, "{callback}");
    }
}

#[tokio::test]
async fn nothing_is_sent_to_a_redirect_uri_that_is_not_registered() {
    let sandbox = CohortGo::builder().auto_approve(true).start().await.unwrap();
    let registered = sandbox.redirect_uris()[0].clone();
    for wrong in [
        ("client_id", ""),
        ("client_id", "some-test-app"),
        ("redirect_uri", ""),
        ("redirect_uri", "https://example.org/oauth2/code"),
        ("redirect_uri", &format!("{registered}/")),
    ] {
        let url = authorize_url(&sandbox, &[wrong]);
        assert_eq!(http().get(&url).send().await.unwrap().status(), 400, "{wrong:?}");
        let stopped = sandbox.approve(url).await.unwrap_err();
        assert!(matches!(stopped, Error::Page { status: 400, .. }), "{stopped}");
    }
}

#[tokio::test]
async fn what_else_is_wrong_is_told_to_the_application() {
    let sandbox = CohortGo::start().await.unwrap();
    for (wrong, error) in [
        (("response_type", ""), "unsupported_response_type"),
        (("response_type", "token"), "unsupported_response_type"),
        (("scope", "auto-create-users"), "invalid_scope"),
        (("scope", "act-as-user auto-create-users"), "invalid_scope"),
        (("scope", "everything"), "invalid_scope"),
    ] {
        let callback = sandbox.approve(authorize_url(&sandbox, &[wrong])).await.unwrap();
        assert_eq!(parameter(&callback, "error").as_deref(), Some(error), "{wrong:?}");
        assert_eq!(parameter(&callback, "state").as_deref(), Some("s t/1"));
    }
}

#[tokio::test]
async fn the_question_says_how_far_the_application_will_reach() {
    let sandbox = CohortGo::start().await.unwrap();
    let browser = browser(None);
    let url = authorize_url(&sandbox, &[]);
    assert_eq!(location(&browser.get(&url).send().await.unwrap()), "/login");
    let login = format!("{}/login", sandbox.url());
    let page = browser.get(&login).send().await.unwrap().text().await.unwrap();
    let form_token = page.split_once("name=\"form_token\" value=\"").unwrap().1.split_once('"').unwrap().0;
    let form =
        [("form_token", form_token), ("email", "ruth@brightwater.example"), ("password", "pay-the-fees")];
    let response = browser.post(&login).form(&form).send().await.unwrap();
    assert_eq!(format!("{}{}", sandbox.url(), location(&response)), url);
    let question = async |scope: &str| {
        let url = authorize_url(&sandbox, &[("scope", scope)]);
        browser.get(url).send().await.unwrap().text().await.unwrap()
    };
    let any_user = "act as any user of the account Brightwater College";
    let page = question("").await;
    assert!(page.contains("act as you in the account") && !page.contains("any user"), "{page}");
    let page = question("act-as-user").await;
    assert!(page.contains(any_user) && !page.contains("create users"), "{page}");
    let page = question(BOTH).await;
    assert!(page.contains(any_user) && page.contains("create users") && page.contains("'None'"), "{page}");
    // The decision needs the form token of this session.
    let forged = browser.post(format!("{url}&decision=approve&form_token=made-up")).send().await.unwrap();
    assert_eq!(forged.status(), 422);
}
