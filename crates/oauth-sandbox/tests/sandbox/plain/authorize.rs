//! The authorization endpoint: RFC 6749 3.1, 4.1.1, 4.1.2; RFC 7636 4.3 and 4.4.1.

use oauth_sandbox::Plain;
use oauth_sandbox::plain::Pkce;

use super::authorize_url;
use crate::support::{CHALLENGE, http, location, parameter, with_query};

#[tokio::test]
async fn decision_returns_unchanged_state() {
    let sandbox = Plain::start().await.unwrap();
    let redirect_uri = sandbox.redirect_uris()[0].clone();
    let yes = sandbox.approve(authorize_url(&sandbox, &[])).await.unwrap();
    let code = parameter(&yes, "code").unwrap();
    assert_eq!(yes.as_str(), format!("{redirect_uri}?code={code}&state=s+t%2F1"));
    let no = sandbox.deny(authorize_url(&sandbox, &[])).await.unwrap();
    assert_eq!(parameter(&no, "error").as_deref(), Some("access_denied"));
    assert_eq!(parameter(&no, "state").as_deref(), Some("s t/1"));
    let stateless = sandbox.approve(authorize_url(&sandbox, &[("state", "")])).await.unwrap();
    assert_eq!(stateless.query_pairs().count(), 1, "{stateless}");
    // 3.1: a parameter without a value counts as missing.
    let empty = sandbox.approve(authorize_url(&sandbox, &[("state", "")]) + "&state=").await.unwrap();
    assert_eq!(empty.query_pairs().count(), 1, "{empty}");
}

#[tokio::test]
async fn unknown_client_or_redirect_uri_is_not_redirected() {
    let sandbox = Plain::builder().auto_approve(true).start().await.unwrap();
    let known = sandbox.redirect_uris()[0].clone();
    let (slash, longer) = (format!("{known}/"), format!("{known}?x=1"));
    for change in [
        ("client_id", "unknown"),
        ("client_id", ""),
        ("redirect_uri", "https://anywhere.example/"),
        ("redirect_uri", &slash),
        ("redirect_uri", &longer),
    ] {
        let response = http().get(authorize_url(&sandbox, &[change])).send().await.unwrap();
        assert_eq!(response.status(), 400, "{change:?}");
        assert!(response.headers().get("location").is_none());
    }
    let twice = authorize_url(&sandbox, &[]) + "&client_id=x";
    assert_eq!(http().get(twice).send().await.unwrap().status(), 400);
}

#[tokio::test]
async fn redirect_uri_is_optional_if_unique() {
    let with_query = "http://127.0.0.1:4000/cb?x=1";
    let one = Plain::builder().auto_approve(true).start().await.unwrap();
    let response = http().get(authorize_url(&one, &[("redirect_uri", "")])).send().await.unwrap();
    assert!(location(&response).starts_with(&format!("{}?code=", one.redirect_uris()[0])), "{response:?}");
    let two = Plain::builder().auto_approve(true).redirect_uri(with_query).start().await.unwrap();
    let response = http().get(authorize_url(&two, &[("redirect_uri", "")])).send().await.unwrap();
    assert_eq!(response.status(), 400);
    // 3.1.2: the redirect URI keeps its query.
    let response = http().get(authorize_url(&two, &[("redirect_uri", with_query)])).send().await.unwrap();
    assert!(location(&response).starts_with("http://127.0.0.1:4000/cb?x=1&code="), "{response:?}");
}

#[tokio::test]
async fn authorization_errors_are_redirected_with_state() {
    let sandbox = Plain::builder().auto_approve(true).start().await.unwrap();
    let good = authorize_url(&sandbox, &[]);
    for (url, error) in [
        (authorize_url(&sandbox, &[("response_type", "")]), "invalid_request"),
        (authorize_url(&sandbox, &[("response_type", "token")]), "unsupported_response_type"),
        (authorize_url(&sandbox, &[("scope", "read fly")]), "invalid_scope"),
        (authorize_url(&sandbox, &[("scope", "read,write")]), "invalid_scope"),
        (authorize_url(&sandbox, &[("scope", "read  write")]), "invalid_scope"),
        (format!("{good}&scope=read"), "invalid_request"),
        (authorize_url(&sandbox, &[("code_challenge", CHALLENGE)]), "invalid_request"),
        (
            authorize_url(&sandbox, &[("code_challenge", CHALLENGE), ("code_challenge_method", "plain")]),
            "invalid_request",
        ),
        (
            authorize_url(&sandbox, &[("code_challenge", "short"), ("code_challenge_method", "S256")]),
            "invalid_request",
        ),
    ] {
        let target = url::Url::parse(&location(&http().get(&url).send().await.unwrap())).unwrap();
        assert_eq!(parameter(&target, "error").as_deref(), Some(error), "{url}");
        assert_eq!(parameter(&target, "state").as_deref(), Some("s t/1"), "{url}");
        assert_eq!(parameter(&target, "code"), None);
    }
}

#[tokio::test]
async fn required_pkce_rejects_missing_challenge() {
    let sandbox = Plain::builder().auto_approve(true).pkce(Pkce::Required).start().await.unwrap();
    let error = |url: String| async move {
        let target = url::Url::parse(&location(&http().get(url).send().await.unwrap())).unwrap();
        parameter(&target, "error")
    };
    assert_eq!(error(authorize_url(&sandbox, &[])).await.as_deref(), Some("invalid_request"));
    let challenged = [("code_challenge", CHALLENGE), ("code_challenge_method", "S256")];
    assert_eq!(error(authorize_url(&sandbox, &challenged)).await, None);
    // A server without PKCE also ignores invalid challenges.
    let ignoring = Plain::builder().auto_approve(true).pkce(Pkce::Ignored).start().await.unwrap();
    assert_eq!(error(authorize_url(&ignoring, &[("code_challenge", "x")])).await, None);
}

#[tokio::test]
async fn scopes_support_separator_and_empty_list() {
    let comma = Plain::builder().scopes(["a:b", "c"]).scope_separator(',').start().await.unwrap();
    let callback = comma.approve(authorize_url(&comma, &[("scope", "a:b,c")])).await.unwrap();
    assert!(parameter(&callback, "code").is_some(), "{callback}");
    let callback = comma.approve(authorize_url(&comma, &[("scope", "a:b c")])).await.unwrap();
    assert_eq!(parameter(&callback, "error").as_deref(), Some("invalid_scope"));
    let none = Plain::builder().scopes([""; 0]).start().await.unwrap();
    assert!(
        parameter(&none.approve(authorize_url(&none, &[("scope", "")])).await.unwrap(), "code").is_some()
    );
}

/// 3.1: the endpoint may support `POST`. The decision needs the session's form token.
#[tokio::test]
async fn decision_requires_form_token() {
    let sandbox = Plain::start().await.unwrap();
    let url = with_query(&authorize_url(&sandbox, &[]), &[]) + "decision=approve";
    let response = http().post(url).send().await.unwrap();
    assert_eq!(location(&response), "/login");
}
