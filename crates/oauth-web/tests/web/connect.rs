//! The connect flow of each provider, from the link to the last page.

use axum::http::StatusCode;
use oauth_sandbox::Fault;
use serde_json::json;

use crate::support::{Browser, PROVIDERS, start};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_provider_connects_with_or_without_slash() {
    let (scenario, machine) = start().await;
    for (n, provider) in PROVIDERS.into_iter().enumerate() {
        let browser = Browser::at(&machine);
        let slash = if n % 2 == 0 { "" } else { "/" };
        let begun = browser.get(&format!("/connect/{provider}{slash}?account=acme")).await;
        assert_eq!(begun.status, StatusCode::SEE_OTHER);
        let mut callback = scenario.approve(provider, begun.location()).await;
        let flipped = match callback.path().strip_suffix('/') {
            Some(path) => path.to_owned(),
            None => format!("{}/", callback.path()),
        };
        if n > 1 {
            callback.set_path(&flipped);
        }
        let page = browser.get(callback.as_str()).await;
        assert_eq!(page.status, StatusCode::OK, "{page:?}");
        assert!(page.heading().ends_with(" is connected"), "{}", page.heading());
        assert_eq!(page.link("Continue"), "/settings");
        assert_eq!(scenario.token_calls(provider), 1, "{provider}");
    }
    let me = machine.go1.get("acme").send(&go1::api::Me).await.unwrap();
    assert!(me.email.is_some());
    machine.gocd.get("acme").send(&gocd::api::CurrentUser).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn user_returns_to_requested_path() {
    let (scenario, machine) = start().await;
    let browser = Browser::at(&machine);
    let page = scenario.connect(&browser, "go1", "?account=acme&return_to=/courses%3Fpage=2%23top").await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
    assert_eq!(page.location(), "/courses?page=2#top");
    // The handler uses the connection without another token request.
    assert!(browser.get("/courses").await.body.contains("of acme lacks []"));
    assert_eq!(scenario.token_calls("go1"), 1);

    for bad in [
        "https://evil.example/",
        "//evil.example",
        "/%5Cevil.example",
        "/.//evil.example",
        "javascript:alert(1)",
    ] {
        let browser = Browser::at(&machine);
        let page = browser.get(&format!("/connect/go1?return_to={bad}")).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{bad}");
        assert_eq!(page.heading(), "This link does not work");
        assert!(page.cookies().is_empty() && browser.cookies().is_empty(), "no attempt begins");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn denial_ends_the_attempt() {
    let (scenario, machine) = start().await;
    for provider in PROVIDERS {
        let browser = Browser::at(&machine);
        let begun = browser.get(&format!("/connect/{provider}?account=acme&return_to=/courses")).await;
        let callback = scenario.deny(provider, begun.location()).await;
        let page = browser.get(callback.as_str()).await;
        assert_eq!(page.status, StatusCode::OK, "{provider}: {page:?}");
        assert!(page.heading().ends_with(" was not connected"), "{}", page.heading());
        assert_eq!(page.link("Back"), "/courses");
        let again = page.links().into_iter().find(|(text, _)| text.starts_with("Connect ")).unwrap().1;
        assert_eq!(again, format!("/connect/{provider}?account=acme&return_to=/courses"));
        assert_eq!(browser.get(callback.as_str()).await.heading(), page.heading(), "after a reload");
        assert_eq!(scenario.token_calls(provider), 0);

        // GoCD omits `state` in denials, so any page could forge one: it does not end the attempt.
        let approved = scenario.approve(provider, begun.location()).await;
        let late = browser.get(approved.as_str()).await;
        let is_connected = late.status == StatusCode::SEE_OTHER && late.location() == "/courses";
        assert_eq!(is_connected, provider == "gocd", "{provider}: {late:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn missing_scopes_are_shown_and_requested_again() {
    let (scenario, machine) = start().await;
    let browser = Browser::at(&machine);
    let narrow = json!({"access_token": "narrow", "refresh_token": "r", "expires_in": 3600, "token_type": "Bearer", "scope": "user.read"});
    scenario.sandbox.go1().next_token_call(Fault::json(200, &narrow));
    let page = scenario.connect(&browser, "go1", "?account=acme&return_to=/courses").await;
    assert_eq!(page.status, StatusCode::OK, "a page instead of a redirect");
    assert!(page.body.contains("Missing: lo.read."), "{}", page.body);
    assert_eq!(page.link("Continue"), "/courses");
    assert_eq!(page.link("Connect again"), "/connect/go1?account=acme&return_to=/courses");

    // Handlers see the missing scope too.
    assert_eq!(browser.get("/maybe").await.body, "connected, lacks [lo.read]");

    let begun = browser.get(&page.link("Connect again")).await;
    let callback = scenario.approve("go1", begun.location()).await;
    assert_eq!(browser.get(callback.as_str()).await.location(), "/courses");
    assert!(browser.get("/courses").await.body.contains("lacks []"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn failure_page_shows_the_next_step() {
    let (scenario, machine) = start().await;
    let refused = json!({"error": "invalid_grant", "error_description": "no"});
    let client = json!({"error": "invalid_client", "error_description": "no"});
    for (fault, status, heading) in [
        (Fault::json(400, &refused), 502, "Go1 refused the connection"),
        (Fault::status(503, "busy"), 502, "Go1 did not respond correctly"),
        (Fault::DropResponse, 502, "Go1 did not respond correctly"),
        (Fault::status(200, "not JSON"), 502, "Go1 did not respond correctly"),
        (Fault::json(401, &client), 500, "Go1 cannot be connected at the moment"),
    ] {
        let browser = Browser::at(&machine);
        scenario.sandbox.go1().next_token_call(fault);
        let page = scenario.connect(&browser, "go1", "?account=acme").await;
        assert_eq!((page.status.as_u16(), page.heading().as_str()), (status, heading));
        assert!(page.body.contains("The reference is "), "{}", page.body);
        assert!(!page.links().is_empty());
        assert!(machine.go1.get("acme").status().await.is_err(), "nothing is connected");
    }
    // Errors in the callback itself.
    let browser = Browser::at(&machine);
    for (error, heading) in [
        ("invalid_scope", "Go1 refused the connection"),
        ("temporarily_unavailable", "Go1 did not respond correctly"),
    ] {
        let begun = browser.get("/connect/go1").await;
        let state = begun.location().split("state=").nth(1).unwrap().split('&').next().unwrap();
        let page = browser.get(&format!("/callback/go1?error={error}&state={state}")).await;
        assert_eq!((page.status.as_u16(), page.heading().as_str()), (502, heading));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn authorizer_decides_who_connects() {
    let (scenario, machine) = start().await;
    let guest = Browser::at(&machine).with("x-customer", "guest");
    let page = guest.get("/connect/go1?account=acme").await;
    assert_eq!(
        (page.status, page.heading().as_str()),
        (StatusCode::FORBIDDEN, "You cannot connect Go1 here")
    );
    assert!(page.body.contains("Only administrators connect accounts."));
    let signed_out = Browser::at(&machine).with("x-customer", "signed-out");
    let page = signed_out.get("/connect/go1?account=acme").await;
    assert_eq!((page.status, page.location()), (StatusCode::SEE_OTHER, "/login"));
    assert!(guest.cookies().is_empty() && signed_out.cookies().is_empty());

    // The account in the link does not matter.
    let bob = Browser::at(&machine).with("x-customer", "bobs-team");
    scenario.connect(&bob, "go1", "?account=acme").await;
    assert!(machine.go1.get("bobs-team").status().await.is_ok());
    assert!(machine.go1.get("acme").status().await.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn popup_contains_its_outcome() {
    let (scenario, machine) = start().await;
    let browser = Browser::at(&machine);
    let page = scenario.connect(&browser, "go1", "?account=acme&mode=popup&return_to=/courses").await;
    assert_eq!(page.status, StatusCode::OK, "a pop-up is not redirected");
    let html = scraper::Html::parse_document(&page.body);
    let main = html.select(&scraper::Selector::parse("main").unwrap()).next().unwrap();
    let data = ["data-provider", "data-account", "data-outcome", "data-closes"].map(|name| main.attr(name));
    assert_eq!(data, [Some("go1"), Some("acme"), Some("connected"), Some("true")]);
    assert!(page.body.contains("You can close this window."), "without scripts");
    assert_eq!(html.select(&scraper::Selector::parse("script").unwrap()).count(), 1);

    // HTML in an account name is escaped.
    let odd = "%3C/main%3E%3Cscript%3Ealert(1)%3C/script%3E%22%20onload=%22";
    let page = scenario.connect(&browser, "go1", &format!("?mode=popup&account={odd}")).await;
    let html = scraper::Html::parse_document(&page.body);
    let main = html.select(&scraper::Selector::parse("main").unwrap()).next().unwrap();
    assert_eq!(main.attr("data-account"), Some("</main><script>alert(1)</script>\" onload=\""));
    assert_eq!(html.select(&scraper::Selector::parse("script").unwrap()).count(), 1);

    let begun = browser.get("/connect/go1?mode=popup").await;
    let denied = browser.get(scenario.deny("go1", begun.location()).await.as_str()).await;
    assert!(denied.body.contains("data-outcome=\"denied\" data-closes=\"true\""), "{}", denied.body);
    scenario.sandbox.go1().next_token_call(Fault::status(503, "busy"));
    let failed = scenario.connect(&browser, "go1", "?mode=popup").await;
    assert!(failed.body.contains("data-outcome=\"failed\" data-closes=\"false\""), "the window stays open");
    assert!(failed.link("Start again").contains("mode=popup"));
}
