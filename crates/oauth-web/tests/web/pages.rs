//! Snapshots and accessibility of all pages.

use std::time::Duration;

use oauth_sandbox::Fault;

use crate::support::{Browser, Page, start};

/// Removes styles, scripts and random values from the page.
fn normalized(page: &Page) -> String {
    let without = |pattern: &str, text: &str, with: &str| {
        regex::Regex::new(pattern).unwrap().replace_all(text, with).into_owned()
    };
    let text = without("(?s)<style>.*?</style>", &page.body, "<style>…</style>");
    let text = without("(?s)<script>.*?</script>", &text, "<script>…</script>");
    let text = without("The reference is [A-Za-z0-9_-]{8}", &text, "The reference is [reference]");
    let text = without(
        "(<(?:p|h1|h2|section|ul|li|main|body|head|title|meta|link|style|script)[ >])",
        &text,
        "\n$1",
    );
    format!("{}\n{text}\n", page.status)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_match_snapshots() {
    let (scenario, machine) = start().await;
    let browser = Browser::at(&machine);
    let link = "?account=acme&return_to=/courses%3Fpage%3D2";
    let mut pages = Vec::new();
    pages.push(("connected", scenario.connect(&browser, "go1", "?account=acme").await));
    let narrow = serde_json::json!({"access_token": "a", "refresh_token": "b", "expires_in": 3600, "scope": "user.read"});
    scenario.sandbox.go1().next_token_call(Fault::json(200, &narrow));
    pages.push(("missing_scope", scenario.connect(&browser, "go1", link).await));
    pages.push(("connected_in_popup", scenario.connect(&browser, "cobot", "?account=acme&mode=popup").await));

    let begun = browser.get(&format!("/connect/cohortgo{link}")).await;
    let callback = scenario.deny("cohortgo", begun.location()).await;
    pages.push(("denied", browser.get(callback.as_str()).await));
    let begun = browser.get(&format!("/connect/go1{link}")).await;
    let callback = scenario.approve("go1", begun.location()).await;
    scenario.sandbox.go1().advance(Duration::from_secs(3_600));
    pages.push(("expired", browser.get(callback.as_str()).await));
    pages.push(("another_browser", Browser::at(&machine).get(callback.as_str()).await));

    let begun = browser.get(&format!("/connect/gocd{link}")).await;
    let cookies = browser.cookies();
    let callback = scenario.approve("gocd", begun.location()).await;
    browser.get(callback.as_str()).await;
    let thief = Browser::at(&machine);
    thief.add_cookies(&cookies);
    pages.push(("replayed", thief.get(callback.as_str()).await));
    let begun = browser.get(&format!("/connect/gocd{link}")).await;
    let state = begun.location().split("state=").nth(1).unwrap().split('&').next().unwrap();
    pages.push(("unusable_response", browser.get(&format!("/callback/gocd?state={state}")).await));

    for (name, fault) in [
        ("refused", Fault::status(400, r#"{"error":"invalid_grant"}"#)),
        ("unavailable", Fault::DropResponse),
        ("misconfigured", Fault::status(401, r#"{"error":"invalid_client"}"#)),
    ] {
        scenario.sandbox.go1().next_token_call(fault);
        pages.push((name, scenario.connect(&browser, "go1", link).await));
    }
    let guest = Browser::at(&machine).with("x-customer", "guest");
    pages.push(("not_allowed", guest.get(&format!("/connect/go1{link}")).await));
    pages.push(("broken_link", browser.get("/connect/go1?return_to=https://evil.example/").await));
    pages.push(("unknown_provider", browser.get("/connect/unheard-of").await));
    let framed = Browser::at(&machine).with("sec-fetch-dest", "iframe");
    pages.push(("framed", framed.get(&format!("/connect/cobot{link}")).await));

    pages.push((
        "confirm",
        browser.also("sec-fetch-site", "cross-site").get(&format!("/connect/go1{link}")).await,
    ));
    pages.push(("not_in_advance", browser.also("sec-purpose", "prefetch").get("/callback/go1?code=1").await));
    let begun = browser.also("x-customer", "acme").get(&format!("/connect/go1{link}")).await;
    let callback = scenario.approve("go1", begun.location()).await;
    pages.push(("other_account", browser.also("x-customer", "other").get(callback.as_str()).await));

    pages.push(("connections", browser.get("/connections?account=acme").await));
    let foreign = browser.also("sec-fetch-site", "cross-site");
    pages.push(("confirm_disconnect", foreign.request("POST", "/disconnect/go1?account=acme").await));
    pages.push(("disconnected", browser.request("POST", "/disconnect/go1?account=acme").await));
    scenario.sandbox.cobot().next_api_call(Fault::status(403, "no"));
    pages.push(("not_disconnected", browser.request("POST", "/disconnect/cobot?account=acme").await));

    for (name, page) in &pages {
        assert_accessible(name, page);
        insta::assert_snapshot!(*name, normalized(page));
    }
}

/// Checks the HTML for screen readers and keyboards.
fn assert_accessible(name: &str, page: &Page) {
    let html = scraper::Html::parse_document(&page.body);
    let count = |selector: &str| html.select(&scraper::Selector::parse(selector).unwrap()).count();
    assert_eq!(count("html[lang=en]"), 1, "{name}");
    assert_eq!(count("main"), 1, "{name}");
    assert_eq!(count("head > title"), 1, "{name}");
    assert_eq!(count("meta[name=viewport]"), 1, "{name}");
    let heading = page.heading();
    let title: String =
        html.select(&scraper::Selector::parse("title").unwrap()).flat_map(|title| title.text()).collect();
    assert!(title.starts_with(&heading), "{name}: screen readers read the title first: {title}");
    let links = page.links();
    assert!(links.iter().all(|(text, _)| !text.trim().is_empty()), "{name}");
    // Each page has a link, except a pop-up that can be closed.
    assert!(!links.is_empty() || page.body.contains("You can close this window."), "{name}");
    assert_eq!(
        count("[tabindex], [onclick], [role=button], [aria-hidden]"),
        0,
        "{name}: plain links are enough"
    );
}
