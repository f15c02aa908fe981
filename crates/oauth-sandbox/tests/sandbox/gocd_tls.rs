//! PROVIDERS.md 1b: the rows about HTTPS, with a private authority.

use oauth_sandbox::Gocd;
use oauth_sandbox::gocd::PlainHttp;

use crate::support::{authorize_url, browser, http, location, parameter, token_header};

#[tokio::test]
async fn the_whole_flow_over_tls_and_none_of_it_beside() {
    let sandbox = Gocd::builder().tls(true).start().await.unwrap();
    assert!(sandbox.url().starts_with("https://127.0.0.1:"));
    let callback = sandbox.approve(authorize_url(&sandbox)).await.unwrap();
    let code = parameter(&callback, "code").unwrap();

    // Trust in the authority is needed, and enough; by name and by address.
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

    // Plain HTTP: refused before anything happens, so the code is still good.
    for path in ["/oauth/token", "/oauth/authorize"] {
        let response = http().post(format!("{plain}{path}")).form(&form).send().await.unwrap();
        assert_eq!((response.status().as_u16(), response.text().await.unwrap().as_str()), (403, ""));
    }
    let response = trusting.post(by_name).form(&form).send().await.unwrap();
    let (access, _) = crate::support::pair(&response.json().await.unwrap());

    for (root, status) in [(sandbox.url(), 200), (plain, 500)] {
        let request =
            trusting.get(format!("{root}/cctray.xml")).header("authorization", token_header(&access));
        assert_eq!(request.send().await.unwrap().status(), status, "{root}");
    }
}

#[tokio::test]
async fn other_answers_to_plain_http() {
    let sandbox = Gocd::builder().tls(true).plain_http(PlainHttp::Redirect).start().await.unwrap();
    let plain = sandbox.plain_url().unwrap();
    let response = http().get(format!("{plain}/oauth/authorize?client_id=1")).send().await.unwrap();
    let secure = format!("{}?client_id=1", sandbox.authorize_url());
    assert_eq!((response.status().as_u16(), location(&response)), (302, secure));
    let sandbox = Gocd::builder().tls(true).plain_http(PlainHttp::NotFound).start().await.unwrap();
    let plain = sandbox.plain_url().unwrap();
    assert_eq!(http().post(format!("{plain}/oauth/token")).send().await.unwrap().status(), 404);
}
