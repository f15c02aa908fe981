//! Every provider, from the link to the page at the end.

use axum::http::StatusCode;
use oauth_sandbox::Fault;
use serde_json::json;

use crate::support::{Browser, PROVIDERS, start};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_provider_connects_with_and_without_a_slash() {
    let (world, machine) = start().await;
    for (n, provider) in PROVIDERS.into_iter().enumerate() {
        let browser = Browser::at(&machine);
        let slash = if n % 2 == 0 { "" } else { "/" };
        let begun = browser.get(&format!("/connect/{provider}{slash}?account=acme")).await;
        assert_eq!(begun.status, StatusCode::SEE_OTHER);
        let mut callback = world.approve(provider, begun.location()).await;
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
        assert_eq!(world.token_calls(provider), 1, "{provider}");
    }
    let me = machine.go1.get("acme").send(&go1::api::Me).await.unwrap();
    assert!(me.email.is_some());
    machine.gocd.get("acme").send(&gocd::api::CurrentUser).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_goes_on_to_where_they_came_from() {
    let (world, machine) = start().await;
    let browser = Browser::at(&machine);
    let page = world.connect(&browser, "go1", "?account=acme&return_to=/courses%3Fpage=2%23top").await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
    assert_eq!(page.location(), "/courses?page=2#top");
    // Loaded again, as a restored tab is, it leads to the same place and asks nobody.
    assert!(browser.get("/courses").await.body.contains("of acme lacks []"));
    assert_eq!(world.token_calls("go1"), 1);

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
        assert!(page.cookies().is_empty() && browser.cookies().is_empty(), "nothing is begun");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_is_a_choice_and_ends_the_attempt() {
    let (world, machine) = start().await;
    for provider in PROVIDERS {
        let browser = Browser::at(&machine);
        let begun = browser.get(&format!("/connect/{provider}?account=acme&return_to=/courses")).await;
        let callback = world.deny(provider, begun.location()).await;
        let page = browser.get(callback.as_str()).await;
        assert_eq!(page.status, StatusCode::OK, "{provider}: {page:?}");
        assert!(page.heading().ends_with(" was not connected"), "{}", page.heading());
        assert_eq!(page.link("Back"), "/courses");
        let again = page.links().into_iter().find(|(text, _)| text.starts_with("Connect ")).unwrap().1;
        assert_eq!(again, format!("/connect/{provider}?account=acme&return_to=/courses"));
        assert_eq!(browser.get(callback.as_str()).await.heading(), page.heading(), "loaded again");
        assert_eq!(world.token_calls(provider), 0);

        // GoCD's refusals come without `state`, so anybody's page could forge one: such a one ends nothing.
        let approved = world.approve(provider, begun.location()).await;
        let late = browser.get(approved.as_str()).await;
        let is_connected = late.status == StatusCode::SEE_OTHER && late.location() == "/courses";
        assert_eq!(is_connected, provider == "gocd", "{provider}: {late:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn scopes_that_were_not_granted_are_named_and_can_be_asked_for_again() {
    let (world, machine) = start().await;
    let browser = Browser::at(&machine);
    let narrow = json!({"access_token": "narrow", "refresh_token": "r", "expires_in": 3600, "token_type": "Bearer", "scope": "user.read"});
    world.sandbox.go1().next_token_call(Fault::json(200, &narrow));
    let page = world.connect(&browser, "go1", "?account=acme&return_to=/courses").await;
    assert_eq!(page.status, StatusCode::OK, "no redirect past it");
    assert!(page.body.contains("Missing: lo.read."), "{}", page.body);
    assert_eq!(page.link("Continue"), "/courses");
    assert_eq!(page.link("Connect again"), "/connect/go1?account=acme&return_to=/courses");

    // A handler is told as well.
    assert_eq!(browser.get("/maybe").await.body, "connected, lacks [lo.read]");

    let begun = browser.get(&page.link("Connect again")).await;
    let callback = world.approve("go1", begun.location()).await;
    assert_eq!(browser.get(callback.as_str()).await.location(), "/courses");
    assert!(browser.get("/courses").await.body.contains("lacks []"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_fails_is_told_with_what_to_do() {
    let (world, machine) = start().await;
    let refused = json!({"error": "invalid_grant", "error_description": "no"});
    let client = json!({"error": "invalid_client", "error_description": "no"});
    for (fault, status, heading) in [
        (Fault::json(400, &refused), 502, "Go1 refused the connection"),
        (Fault::status(503, "busy"), 502, "Go1 did not answer as it should"),
        (Fault::DropResponse, 502, "Go1 did not answer as it should"),
        (Fault::status(200, "not JSON"), 502, "Go1 did not answer as it should"),
        (Fault::json(401, &client), 500, "Go1 cannot be connected at the moment"),
    ] {
        let browser = Browser::at(&machine);
        world.sandbox.go1().next_token_call(fault);
        let page = world.connect(&browser, "go1", "?account=acme").await;
        assert_eq!((page.status.as_u16(), page.heading().as_str()), (status, heading));
        assert!(page.body.contains("The reference is "), "{}", page.body);
        assert!(!page.links().is_empty());
        assert!(machine.go1.get("acme").status().await.is_err(), "nothing is connected");
    }
    // And what the provider itself sends people back with.
    let browser = Browser::at(&machine);
    for (error, heading) in [
        ("invalid_scope", "Go1 refused the connection"),
        ("temporarily_unavailable", "Go1 did not answer as it should"),
    ] {
        let begun = browser.get("/connect/go1").await;
        let state = begun.location().split("state=").nth(1).unwrap().split('&').next().unwrap();
        let page = browser.get(&format!("/callback/go1?error={error}&state={state}")).await;
        assert_eq!((page.status.as_u16(), page.heading().as_str()), (502, heading));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_application_decides_who_connects() {
    let (world, machine) = start().await;
    let guest = Browser::at(&machine).with("x-customer", "guest");
    let page = guest.get("/connect/go1?account=acme").await;
    assert_eq!(
        (page.status, page.heading().as_str()),
        (StatusCode::FORBIDDEN, "You cannot connect Go1 here")
    );
    assert!(page.body.contains("Only administrators connect accounts."));
    let nobody = Browser::at(&machine).with("x-customer", "nobody");
    let page = nobody.get("/connect/go1?account=acme").await;
    assert_eq!((page.status, page.location()), (StatusCode::SEE_OTHER, "/login"));
    assert!(guest.cookies().is_empty() && nobody.cookies().is_empty());

    // Whatever the link wishes.
    let bob = Browser::at(&machine).with("x-customer", "bobs-team");
    world.connect(&bob, "go1", "?account=acme").await;
    assert!(machine.go1.get("bobs-team").status().await.is_ok());
    assert!(machine.go1.get("acme").status().await.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pop_up_says_what_came_of_it() {
    let (world, machine) = start().await;
    let browser = Browser::at(&machine);
    let page = world.connect(&browser, "go1", "?account=acme&mode=popup&return_to=/courses").await;
    assert_eq!(page.status, StatusCode::OK, "the window does not go on by itself");
    let html = scraper::Html::parse_document(&page.body);
    let main = html.select(&scraper::Selector::parse("main").unwrap()).next().unwrap();
    let said = ["data-provider", "data-account", "data-outcome", "data-closes"].map(|name| main.attr(name));
    assert_eq!(said, [Some("go1"), Some("acme"), Some("connected"), Some("true")]);
    assert!(page.body.contains("You can close this window."), "without scripts");
    assert_eq!(html.select(&scraper::Selector::parse("script").unwrap()).count(), 1);

    // An account is text, whatever it looks like.
    let odd = "%3C/main%3E%3Cscript%3Ealert(1)%3C/script%3E%22%20onload=%22";
    let page = world.connect(&browser, "go1", &format!("?mode=popup&account={odd}")).await;
    let html = scraper::Html::parse_document(&page.body);
    let main = html.select(&scraper::Selector::parse("main").unwrap()).next().unwrap();
    assert_eq!(main.attr("data-account"), Some("</main><script>alert(1)</script>\" onload=\""));
    assert_eq!(html.select(&scraper::Selector::parse("script").unwrap()).count(), 1);

    let begun = browser.get("/connect/go1?mode=popup").await;
    let denied = browser.get(world.deny("go1", begun.location()).await.as_str()).await;
    assert!(denied.body.contains("data-outcome=\"denied\" data-closes=\"true\""), "{}", denied.body);
    world.sandbox.go1().next_token_call(Fault::status(503, "busy"));
    let failed = world.connect(&browser, "go1", "?mode=popup").await;
    assert!(
        failed.body.contains("data-outcome=\"failed\" data-closes=\"false\""),
        "there is something to read"
    );
    assert!(failed.link("Start again").contains("mode=popup"));
}
