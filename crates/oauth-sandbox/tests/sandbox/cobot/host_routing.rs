//! Routing by host: `www`, subdomains of spaces, and a custom domain.

use oauth_sandbox::{Cobot, Sandbox};

use super::{authorize_url, code, get_in_space, query, request_to_host, token, token_form};
use crate::support::{http, location, parameter};

fn login_count(sandbox: &Cobot) -> usize {
    let login = |entry: &&oauth_sandbox::JournalEntry| entry.method == "POST" && entry.path == "/login";
    sandbox.journal().entries().iter().filter(login).count()
}

#[tokio::test]
async fn serves_known_hosts_only() {
    let sandbox = Cobot::start().await.unwrap();
    let path = format!("/oauth/authorize{}", query(&sandbox, &[]));
    for host in ["127.0.0.1", "localhost", "www.localhost", "betahaus.localhost"] {
        assert_eq!(
            location(&request_to_host(&sandbox, "GET", host, &path).send().await.unwrap()),
            "/login",
            "{host}"
        );
    }
    // Not names of this computer: rejected before routing, for any path.
    for host in ["cobot.me", "evil.example"] {
        for path in [&path, "/", "/api/user"] {
            assert_eq!(
                request_to_host(&sandbox, "GET", host, path).send().await.unwrap().status(),
                421,
                "{host}{path}"
            );
        }
    }
    for host in ["nowhere.localhost", "www.betahaus.localhost"] {
        for path in [&path, "/", "/login", "/api/user", "/api/memberships", "/api/spaces/betahaus"] {
            let status = request_to_host(&sandbox, "GET", host, path).send().await.unwrap().status();
            assert_eq!(status, 404, "{host}{path}");
        }
        assert_eq!(
            request_to_host(&sandbox, "POST", host, "/oauth/access_token").send().await.unwrap().status(),
            404
        );
    }
}

#[tokio::test]
async fn code_from_space_is_exchanged_on_www() {
    let sandbox = Cobot::start().await.unwrap();
    assert!(sandbox.space_url("betahaus").starts_with("http://betahaus.localhost:"));
    let url = format!("{}/oauth/authorize{}", sandbox.space_url("betahaus"), query(&sandbox, &[]));
    let callback = sandbox.approve(&url).await.unwrap();
    assert!(callback.as_str().starts_with(&sandbox.redirect_uris()[0]), "{callback}");
    let code = parameter(&callback, "code").unwrap();
    for host in ["betahaus.localhost", "harbour.localhost", "members.harbour-coworking.localhost"] {
        let form = token_form(&sandbox, &[("code", &code)]);
        let response =
            request_to_host(&sandbox, "POST", host, "/oauth/access_token").form(&form).send().await.unwrap();
        assert_eq!(response.status(), 404, "{host}");
    }
    assert_eq!(token(&sandbox, &[("code", &code)]).await.0, 200);
}

#[tokio::test]
async fn redirects_browser_to_custom_domain() {
    let sandbox = Cobot::start().await.unwrap();
    let harbour = sandbox.spaces().into_iter().find(|space| space.subdomain == "harbour").unwrap();
    let custom_url = harbour.custom_url.unwrap();
    let path = format!("/oauth/authorize{}", query(&sandbox, &[]));
    let response = request_to_host(&sandbox, "GET", "harbour.localhost", &path).send().await.unwrap();
    assert_eq!((response.status().as_u16(), location(&response)), (302, format!("{custom_url}{path}")));

    // A login on www is not valid on the custom domain, and vice versa.
    let browser = sandbox.browser();
    let space_authorize_url = format!("{}{path}", harbour.url);
    for (url, after) in [
        (authorize_url(&sandbox, &[]), 1),
        (space_authorize_url.clone(), 2),
        (space_authorize_url, 2),
        (authorize_url(&sandbox, &[]), 2),
    ] {
        let callback = browser.approve(&url).await.unwrap();
        assert!(parameter(&callback, "code").is_some());
        assert_eq!(login_count(&sandbox), after, "{url}");
    }
    // The API stays on the subdomain.
    let token = sandbox.registration_token();
    assert_eq!(get_in_space(&sandbox, "harbour", "/memberships", token).await.0, 200);
    assert_eq!(get_in_space(&sandbox, "members.harbour-coworking", "/memberships", token).await.0, 404);
}

#[tokio::test]
async fn redirect_to_custom_domain_works_over_tls() {
    let sandbox = Cobot::builder().tls(true).start().await.unwrap();
    let url = format!("{}/oauth/authorize{}", sandbox.space_url("harbour"), query(&sandbox, &[]));
    assert!(url.starts_with("https://harbour.localhost:"));
    assert!(parameter(&sandbox.approve(&url).await.unwrap(), "code").is_some());
}

#[tokio::test]
async fn each_host_has_a_home_page() {
    let sandbox = Cobot::start().await.unwrap();
    for host in ["localhost", "betahaus.localhost", "members.harbour-coworking.localhost"] {
        assert_eq!(location(&request_to_host(&sandbox, "GET", host, "/").send().await.unwrap()), "/login");
        let page =
            request_to_host(&sandbox, "GET", host, "/login").send().await.unwrap().text().await.unwrap();
        assert_eq!(page.contains("Harbour Coworking"), host.contains("harbour"), "{page}");
    }
}

#[tokio::test]
async fn combined_sandbox_includes_cobot() {
    let sandbox = Sandbox::start().await.unwrap();
    let cobot = sandbox.cobot();
    let card = &sandbox.manifest_json()["providers"]["cobot"];
    let url = cobot.url();
    for (name, expected) in [
        ("url", url.to_owned()),
        ("authorize_url", format!("{url}/oauth/authorize")),
        ("token_url", format!("{url}/oauth/access_token")),
        ("api_url", format!("{url}/api")),
        ("client_id", cobot.client_id().to_owned()),
        ("client_secret", cobot.client_secret().to_owned()),
    ] {
        assert_eq!(card[name], expected);
    }
    assert_eq!(card["users"][0]["email"], "nora@example.com");
    let journal = http()
        .get(format!("{}/cobot/journal", sandbox.control_url()))
        .header("x-sandbox-key", sandbox.control_key());
    assert_eq!(journal.send().await.unwrap().status(), 200);
    assert!(!code(cobot, &[]).await.is_empty());
}
