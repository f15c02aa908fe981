//! HTTPS with a private certificate authority (docs/provider-facts.md 1b).

use std::error::Error as _;

use oauth_sandbox::Gocd;
use oauth_sandbox::gocd::PlainHttp;
use reqwest::Method;

use crate::support::{authorize_url, browser, http, location, parameter, token_header, trusting_only};

#[tokio::test]
async fn flow_works_over_tls_only() {
    let sandbox = Gocd::builder().tls(true).start().await.unwrap();
    assert!(sandbox.url().starts_with("https://127.0.0.1:"));
    let callback = sandbox.approve(authorize_url(&sandbox)).await.unwrap();
    let code = parameter(&callback, "code").unwrap();

    // A client has to trust the authority, by name and by address.
    assert!(http().get(sandbox.url()).send().await.unwrap_err().is_connect());
    let trusting = browser(sandbox.ca_certificate_pem());
    let by_name = sandbox.token_url().replace("127.0.0.1", "localhost");
    let redirect_uri = &sandbox.redirect_uris()[0];
    let form = [
        ("grant_type", "authorization-code"),
        ("code", &code),
        ("client_id", sandbox.client_id()),
        ("client_secret", sandbox.client_secret()),
        ("redirect_uri", redirect_uri),
    ];
    let plain = sandbox.plain_url().unwrap();
    assert!(plain.starts_with("http://") && plain.ends_with("/go"));

    // Plain HTTP is rejected before the code is destroyed.
    for path in ["/oauth/token", "/oauth/authorize"] {
        let response = http().post(format!("{plain}{path}")).form(&form).send().await.unwrap();
        assert_eq!((response.status().as_u16(), response.text().await.unwrap().as_str()), (403, ""));
    }
    let response = trusting.post(by_name).form(&form).send().await.unwrap();
    let (access, _) = crate::support::pair(&response.json().await.unwrap());

    for path in ["cctray.xml", "api/current_user", "api/version"] {
        for (root, status) in [(sandbox.url(), 200), (plain, 500)] {
            let request = trusting
                .get(format!("{root}/{path}"))
                .header("accept", "application/vnd.go.cd+json")
                .header("authorization", token_header(&access));
            assert_eq!(request.send().await.unwrap().status(), status, "{root}/{path}");
        }
    }
    // The rule applies to OAuth only.
    let personal = format!("Bearer {}", sandbox.personal_access_token());
    let request = http().get(format!("{plain}/cctray.xml")).header("authorization", personal);
    assert_eq!(request.send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn admin_and_user_pages_require_https() {
    for (plain_http, status) in
        [(PlainHttp::Forbidden, 403), (PlainHttp::NotFound, 404), (PlainHttp::Redirect, 302)]
    {
        let sandbox = Gocd::builder().tls(true).plain_http(plain_http).start().await.unwrap();
        let (secure, plain) = (sandbox.url().to_owned(), sandbox.plain_url().unwrap().to_owned());
        let admin = &sandbox.users()[0];
        for (method, path) in [
            (Method::GET, "/oauth/admin/clients"),
            (Method::GET, "/oauth/admin/clients/1/edit"),
            (Method::GET, "/admin/oauth/clients"),
            (Method::GET, "/oauth/admin/clients.xml"),
            (Method::DELETE, "/oauth/admin/clients/1.xml"),
            (Method::DELETE, "/oauth/admin/user_tokens/revoke_by_admin?user_id=ada"),
            (Method::GET, "/oauth/user_tokens"),
            (Method::DELETE, "/oauth/user_tokens/revoke/1"),
        ] {
            let request = http().request(method, format!("{plain}{path}"));
            let response = request.basic_auth(&admin.login, Some(&admin.password)).send().await.unwrap();
            assert_eq!(response.status(), status, "{path}");
            if status == 302 {
                assert_eq!(location(&response), format!("{secure}{path}"));
            } else {
                assert_eq!(response.text().await.unwrap().is_empty(), status == 403);
            }
        }
        // The same works over HTTPS, in a browser and by the same call.
        let html = sandbox.browser().open(sandbox.admin_url()).await.unwrap();
        assert!(html.contains(sandbox.client_secret()));
        let trusting = browser(sandbox.ca_certificate_pem());
        let request = trusting.delete(format!("{secure}/oauth/admin/clients/1.xml"));
        let response = request.basic_auth(&admin.login, Some(&admin.password)).send().await.unwrap();
        assert_eq!(response.status(), 200);
    }
}

#[tokio::test]
async fn certificate_needs_own_authority_and_names() {
    let sandbox = Gocd::builder().tls(true).start().await.unwrap();
    let other = Gocd::builder().tls(true).start().await.unwrap();
    let login = |host: &str| format!("{}/auth/login", sandbox.url().replace("127.0.0.1", host));
    let ca = sandbox.ca_certificate_pem();
    for host in ["127.0.0.1", "localhost"] {
        assert_eq!(browser(ca).get(login(host)).send().await.unwrap().status(), 200, "{host}");
    }
    // The rustls error is at the end of the chain of sources.
    let why = |error: reqwest::Error| {
        let mut text = String::new();
        let mut cause = error.source();
        while let Some(error) = cause {
            text = format!("{text} {error:?}");
            cause = error.source();
        }
        text
    };
    for ca in [None, other.ca_certificate_pem()] {
        let error = browser(ca).get(login("127.0.0.1")).send().await.unwrap_err();
        assert!(error.is_connect());
        let why = why(error);
        assert!(why.contains("UnknownIssuer") || why.contains("BadSignature"), "{why}");
    }
    let port = url::Url::parse(sandbox.url()).unwrap().port().unwrap();
    let elsewhere = trusting_only(ca).resolve("gocd.example", ([127, 0, 0, 1], port).into()).build().unwrap();
    let error = elsewhere.get(login("gocd.example")).send().await.unwrap_err();
    assert!(error.is_connect());
    let why = why(error);
    assert!(why.contains("NotValidForName"), "{why}");
    // Plain HTTP on the TLS port gets no page.
    assert!(http().get(login("127.0.0.1").replace("https:", "http:")).send().await.is_err());
}

#[tokio::test]
async fn plain_http_option_selects_response() {
    let sandbox = Gocd::builder().tls(true).plain_http(PlainHttp::Redirect).start().await.unwrap();
    let plain = sandbox.plain_url().unwrap();
    let response = http().get(format!("{plain}/oauth/authorize?client_id=1")).send().await.unwrap();
    let secure = format!("{}?client_id=1", sandbox.authorize_url());
    assert_eq!((response.status().as_u16(), location(&response)), (302, secure));
    let sandbox = Gocd::builder().tls(true).plain_http(PlainHttp::NotFound).start().await.unwrap();
    let plain = sandbox.plain_url().unwrap();
    assert_eq!(http().post(format!("{plain}/oauth/token")).send().await.unwrap().status(), 404);
}
