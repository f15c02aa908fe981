//! Cohort Go's guide "OAuth2", section "Requesting Authorization".

use oauth_sandbox::{CohortGo, Error};

use super::{BOTH_SCOPES, authorize_url};
use crate::support::{browser, form_token, http, location, parameter};

#[tokio::test]
async fn redirects_after_approval_and_denial() {
    let sandbox = CohortGo::start().await.unwrap();
    let redirect_uri = &sandbox.redirect_uris()[0];
    let callback = sandbox.approve(authorize_url(&sandbox, &[])).await.unwrap();
    let code = parameter(&callback, "code").unwrap();
    assert_eq!(callback.as_str(), format!("{redirect_uri}?code={code}&state=s+t%2F1"));
    let callback = sandbox.deny(authorize_url(&sandbox, &[])).await.unwrap();
    assert_eq!(callback.as_str(), format!("{redirect_uri}?error=access_denied&state=s+t%2F1"));
    let without_state = CohortGo::builder().echo_state(false).start().await.unwrap();
    for callback in [
        without_state.approve(authorize_url(&without_state, &[])).await.unwrap(),
        without_state.deny(authorize_url(&without_state, &[])).await.unwrap(),
    ] {
        assert_eq!(callback.query_pairs().count(), 1, "{callback}");
    }
}

#[tokio::test]
async fn rejects_unregistered_redirect_uri() {
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
        let error = sandbox.approve(url).await.unwrap_err();
        assert!(matches!(error, Error::Page { status: 400, .. }), "{error}");
    }
}

#[tokio::test]
async fn other_errors_redirect_to_application() {
    let sandbox = CohortGo::start().await.unwrap();
    for (wrong, error) in [
        (("response_type", ""), "unsupported_response_type"),
        (("response_type", "token"), "unsupported_response_type"),
        (("scope", "auto-create-users"), "invalid_scope"),
        (("scope", "act-as-user auto-create-users"), "invalid_scope"),
        (("scope", "everything"), "invalid_scope"),
        (("scope", "act-as-user, auto-create-users"), "invalid_scope"),
        (("scope", "act-as-user,"), "invalid_scope"),
        (("scope", "ACT-AS-USER"), "invalid_scope"),
        (("scope", "act_as_user"), "invalid_scope"),
    ] {
        let callback = sandbox.approve(authorize_url(&sandbox, &[wrong])).await.unwrap();
        assert_eq!(parameter(&callback, "error").as_deref(), Some(error), "{wrong:?}");
        assert_eq!(parameter(&callback, "state").as_deref(), Some("s t/1"));
    }
}

#[tokio::test]
async fn consent_page_shows_requested_access() {
    let sandbox = CohortGo::start().await.unwrap();
    let browser = browser(None);
    let url = authorize_url(&sandbox, &[]);
    assert_eq!(location(&browser.get(&url).send().await.unwrap()), "/login");
    let login = format!("{}/login", sandbox.url());
    let page = browser.get(&login).send().await.unwrap().text().await.unwrap();
    let form = [
        ("form_token", form_token(&page)),
        ("email", "ruth@brightwater.example"),
        ("password", "pay-the-fees"),
    ];
    let response = browser.post(&login).form(&form).send().await.unwrap();
    assert_eq!(format!("{}{}", sandbox.url(), location(&response)), url);
    let consent_page = async |scope: &str| {
        let url = authorize_url(&sandbox, &[("scope", scope)]);
        browser.get(url).send().await.unwrap().text().await.unwrap()
    };
    let any_user = "act as any user of the account Brightwater College";
    let page = consent_page("").await;
    assert!(page.contains("act as you in the account") && !page.contains("any user"), "{page}");
    let page = consent_page("act-as-user").await;
    assert!(page.contains(any_user) && !page.contains("create users"), "{page}");
    let page = consent_page(BOTH_SCOPES).await;
    assert!(page.contains(any_user) && page.contains("create users") && page.contains("'None'"), "{page}");
    // The decision requires the session's form token.
    let forged = browser.post(format!("{url}&decision=approve&form_token=made-up")).send().await.unwrap();
    assert_eq!(forged.status(), 422);
}
