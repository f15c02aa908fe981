//! `www`, spaces, and a space with a domain of its own.

use oauth_sandbox::{Cobot, Sandbox};

use super::{at, authorize_url, code, fields, get_at, query, token};
use crate::support::{http, location, parameter};

fn logins(sandbox: &Cobot) -> usize {
    let login = |entry: &&oauth_sandbox::JournalEntry| entry.method == "POST" && entry.path == "/login";
    sandbox.journal().entries().iter().filter(login).count()
}

#[tokio::test]
async fn www_has_three_names_and_strangers_have_none() {
    let sandbox = Cobot::start().await.unwrap();
    let path = format!("/oauth/authorize{}", query(&sandbox, &[]));
    for host in ["127.0.0.1", "localhost", "www.localhost", "betahaus.localhost"] {
        assert_eq!(location(&at(&sandbox, "GET", host, &path).send().await.unwrap()), "/login", "{host}");
    }
    // Not even a name of this computer: whatever the path, nothing of Cobot's is reached.
    for host in ["cobot.me", "evil.example"] {
        for path in [&path, "/", "/api/user"] {
            assert_eq!(at(&sandbox, "GET", host, path).send().await.unwrap().status(), 421, "{host}{path}");
        }
    }
    for host in ["nowhere.localhost", "www.betahaus.localhost"] {
        for path in [&path, "/", "/login", "/api/user", "/api/memberships", "/api/spaces/betahaus"] {
            let status = at(&sandbox, "GET", host, path).send().await.unwrap().status();
            assert_eq!(status, 404, "{host}{path}");
        }
        assert_eq!(at(&sandbox, "POST", host, "/oauth/access_token").send().await.unwrap().status(), 404);
    }
}

#[tokio::test]
async fn a_code_from_a_space_is_redeemed_on_www_only() {
    let sandbox = Cobot::start().await.unwrap();
    assert!(sandbox.space_url("betahaus").starts_with("http://betahaus.localhost:"));
    let url = format!("{}/oauth/authorize{}", sandbox.space_url("betahaus"), query(&sandbox, &[]));
    let callback = sandbox.approve(&url).await.unwrap();
    assert!(callback.as_str().starts_with(&sandbox.redirect_uris()[0]), "{callback}");
    let code = parameter(&callback, "code").unwrap();
    for host in ["betahaus.localhost", "harbour.localhost", "members.harbour-coworking.localhost"] {
        let form = fields(&sandbox, &[("code", &code)]);
        let response = at(&sandbox, "POST", host, "/oauth/access_token").form(&form).send().await.unwrap();
        assert_eq!(response.status(), 404, "{host}");
    }
    assert_eq!(token(&sandbox, &[("code", &code)]).await.0, 200);
}

#[tokio::test]
async fn a_space_with_a_domain_of_its_own_moves_the_browser_there() {
    let sandbox = Cobot::start().await.unwrap();
    let harbour = sandbox.spaces().into_iter().find(|space| space.subdomain == "harbour").unwrap();
    let own = harbour.custom_url.unwrap();
    let path = format!("/oauth/authorize{}", query(&sandbox, &[]));
    let response = at(&sandbox, "GET", "harbour.localhost", &path).send().await.unwrap();
    assert_eq!((response.status().as_u16(), location(&response)), (302, format!("{own}{path}")));

    // Who is logged in on www is not logged in there, and the other way round.
    let person = sandbox.browser();
    let on_the_space = format!("{}{path}", harbour.url);
    for (url, after) in [
        (authorize_url(&sandbox, &[]), 1),
        (on_the_space.clone(), 2),
        (on_the_space, 2),
        (authorize_url(&sandbox, &[]), 2),
    ] {
        let callback = person.approve(&url).await.unwrap();
        assert!(parameter(&callback, "code").is_some());
        assert_eq!(logins(&sandbox), after, "{url}");
    }
    // The API stays where it was.
    let token = sandbox.registration_token();
    assert_eq!(get_at(&sandbox, "harbour", "/memberships", token).await.0, 200);
    assert_eq!(get_at(&sandbox, "members.harbour-coworking", "/memberships", token).await.0, 404);
}

#[tokio::test]
async fn the_move_works_over_tls_too() {
    let sandbox = Cobot::builder().tls(true).start().await.unwrap();
    let url = format!("{}/oauth/authorize{}", sandbox.space_url("harbour"), query(&sandbox, &[]));
    assert!(url.starts_with("https://harbour.localhost:"));
    assert!(parameter(&sandbox.approve(&url).await.unwrap(), "code").is_some());
}

#[tokio::test]
async fn every_host_has_a_home_page() {
    let sandbox = Cobot::start().await.unwrap();
    for host in ["localhost", "betahaus.localhost", "members.harbour-coworking.localhost"] {
        assert_eq!(location(&at(&sandbox, "GET", host, "/").send().await.unwrap()), "/login");
        let page = at(&sandbox, "GET", host, "/login").send().await.unwrap().text().await.unwrap();
        assert_eq!(page.contains("Harbour Coworking"), host.contains("harbour"), "{page}");
    }
}

#[tokio::test]
async fn it_is_part_of_the_whole_sandbox() {
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
