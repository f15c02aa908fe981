//! The page that lists connections, and the route that disconnects.

use std::time::Duration;

use axum::http::StatusCode;
use oauth_sandbox::Fault;
use serde_json::json;

use crate::support::{Browser, PROVIDERS, start};

const TITLES: [&str; 4] = ["Cobot", "Cohort Go", "Go1", "GoCD"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn list_shows_state_and_next_step() {
    let (scenario, machine) = start().await;
    let browser = Browser::at(&machine);
    let page = browser.get("/connections?account=acme&ticket=a%26b").await;
    assert_eq!((page.status, page.heading().as_str()), (StatusCode::OK, "Connections"));
    for title in TITLES {
        assert_eq!(page.section(title), format!("Not connected. | Connect {title}"));
    }
    // The link connects, and leads back to the same list.
    let begun = browser.get(&page.link("Connect Go1")).await;
    let callback = scenario.approve("go1", begun.location()).await;
    let back = browser.get(callback.as_str()).await.location().to_owned();
    assert_eq!(back, "/connections?account=acme&ticket=a%26b");
    assert_eq!(browser.get(&back).await.section("Go1"), "Connected. | Disconnect Go1");
    // A link that would be too long does not lead back.
    let long = format!("/connections?account=acme&ticket={}", "a".repeat(900));
    let begun = browser.get(&browser.get(&long).await.link("Connect GoCD")).await;
    assert_eq!(begun.status, StatusCode::SEE_OTHER, "{begun:?}");
    // Other accounts are not shown.
    let other = browser.also("x-customer", "other").get(&back).await;
    assert_eq!(other.section("Go1"), "Not connected. | Connect Go1");

    let narrow = json!({"access_token": "a", "refresh_token": "b", "expires_in": 3600, "scope": "user.read"});
    scenario.sandbox.go1().next_token_call(Fault::json(200, &narrow));
    scenario.connect(&browser, "go1", "?account=narrow").await;
    assert_eq!(
        browser.get("/connections?account=narrow").await.section("Go1"),
        "Connected, but not for everything. Missing: lo.read. | Connect again: Go1 | Disconnect Go1"
    );

    // An expired token is refreshed. A provider that is down is shown differently from a lost connection.
    scenario.sandbox.go1().advance(Duration::from_secs(13 * 3_600));
    scenario.sandbox.go1().next_token_call(Fault::status(503, "busy"));
    let down = browser.get(&back).await.section("Go1");
    assert!(down.starts_with("Connected, but Go1 cannot be reached at the moment."), "{down}");
    scenario.sandbox.go1().advance(Duration::from_secs(91 * 86_400));
    let there = scenario.machine().await;
    assert_eq!(
        browser.routed_to(&there).get(&back).await.section("Go1"),
        "Go1 no longer accepts this connection. Connect it again. | Connect again: Go1 | Disconnect Go1"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_provider_disconnects() {
    let (scenario, machine) = start().await;
    let browser = Browser::at(&machine);
    for (provider, title) in PROVIDERS.into_iter().zip(TITLES) {
        scenario.connect(&browser, provider, "?account=acme").await;
        scenario.connect(&browser, provider, "?account=other").await;
        let button = browser.get("/connections?account=acme").await.button(&format!("Disconnect {title}"));
        let page = browser.request("POST", &button).await;
        if provider == "cobot" {
            assert_eq!(page.location(), "/connections?account=acme", "the token is revoked");
        } else {
            assert_eq!(page.heading(), format!("{title} is disconnected"));
            assert!(page.body.contains("when you revoke it"), "it cannot be revoked: {page:?}");
            assert_eq!(page.link("Continue"), "/connections?account=acme");
        }
        let section = browser.get("/connections?account=acme").await.section(title);
        assert_eq!(section, format!("Not connected. | Connect {title}"));
        let others = browser.get("/connections?account=other").await.section(title);
        assert_eq!(others, format!("Connected. | Disconnect {title}"), "other accounts are kept");
        // A second click changes nothing.
        let again = browser.request("POST", &format!("/disconnect/{provider}/?account=acme")).await;
        assert_eq!(again.heading(), format!("{title} is disconnected"));
    }
    assert!(machine.go1.get("acme").status().await.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_own_pages_disconnect() {
    let (scenario, machine) = start().await;
    let browser = Browser::at(&machine);
    scenario.connect(&browser, "go1", "?account=acme").await;
    let link = "/disconnect/go1?account=acme&return_to=/courses";
    let own = machine.origin.as_str();
    for (site, origin, dest) in [
        (Some("cross-site"), Some(own), "document"),
        (Some("same-site"), None, "document"),
        (Some("none"), None, "document"),
        (None, Some("https://evil.example"), "document"),
        (None, Some("null"), "document"),
        (None, None, "document"),
        // A foreign page may show the site's page in a frame and cover its button.
        (Some("same-origin"), Some(own), "iframe"),
    ] {
        let mut foreign = browser.also("sec-fetch-dest", dest).without("sec-fetch-site");
        if let Some(site) = site {
            foreign = foreign.with("sec-fetch-site", site);
        }
        if let Some(origin) = origin {
            foreign = foreign.with("origin", origin);
        }
        let page = foreign.request("POST", link).await;
        assert_eq!((page.status, page.heading().as_str()), (StatusCode::OK, "Disconnect Go1?"), "{site:?}");
        assert_eq!(page.form_action(), link);
        assert_eq!((&page.headers["x-frame-options"], page.cookies().len()), (&"DENY".parse().unwrap(), 0));
    }
    for method in ["GET", "HEAD", "PUT", "DELETE"] {
        let page = browser.request(method, link).await;
        assert_eq!(
            (page.status, &page.headers["allow"]),
            (StatusCode::METHOD_NOT_ALLOWED, &"POST".parse().unwrap())
        );
    }
    for bad in ["https://evil.example/", "//evil.example"] {
        let page = browser.request("POST", &format!("/disconnect/go1?return_to={bad}")).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{bad}");
    }
    assert!(machine.go1.get("acme").status().await.is_ok(), "nothing is disconnected");
    let page = browser.request("POST", link).await;
    assert_eq!(page.heading(), "Go1 is disconnected");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn authorizer_decides_who_disconnects() {
    let (scenario, machine) = start().await;
    let browser = Browser::at(&machine);
    scenario.connect(&browser, "go1", "?account=acme").await;
    let guest = browser.also("x-customer", "guest");
    let page = guest.get("/connections?account=acme").await;
    assert_eq!(
        (page.status, page.heading().as_str()),
        (StatusCode::FORBIDDEN, "You cannot manage connections here")
    );
    let page = guest.request("POST", "/disconnect/go1?account=acme").await;
    assert_eq!(
        (page.status, page.heading().as_str()),
        (StatusCode::FORBIDDEN, "You cannot disconnect Go1 here")
    );
    let signed_out = browser.also("x-customer", "signed-out");
    assert_eq!(signed_out.get("/connections").await.location(), "/login");
    assert_eq!(signed_out.request("POST", "/disconnect/go1?account=acme").await.location(), "/login");
    // The account in the link is only a request.
    browser.also("x-customer", "other").request("POST", "/disconnect/go1?account=acme").await;
    assert!(machine.go1.get("acme").status().await.is_ok());
    let unknown = browser.request("POST", "/disconnect/unknown").await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn failed_revocation_keeps_the_connection() {
    let (scenario, machine) = start().await;
    let browser = Browser::at(&machine);
    scenario.connect(&browser, "cobot", "?account=acme").await;
    scenario.sandbox.cobot().next_api_call(Fault::status(403, "no"));
    let page = browser.request("POST", "/disconnect/cobot?account=acme&return_to=/courses").await;
    assert_eq!(
        (page.status, page.heading().as_str()),
        (StatusCode::INTERNAL_SERVER_ERROR, "Cobot was not disconnected")
    );
    assert_eq!(page.link("Back"), "/courses");
    let section = browser.get("/connections?account=acme").await.section("Cobot");
    assert_eq!(section, "Connected. | Disconnect Cobot");
    let page = browser.request("POST", &page.button("Try again")).await;
    assert_eq!(page.location(), "/courses");
}
