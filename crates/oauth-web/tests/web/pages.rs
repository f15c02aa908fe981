//! Every page as a person reads it, and as a browser gets it.

use std::time::Duration;

use oauth_sandbox::Fault;

use crate::support::{Browser, Page, start};

/// The page without what is the same on all, and without what is made up anew each time.
fn shown(page: &Page) -> String {
    let without = |pattern: &str, text: &str, with: &str| {
        regex::Regex::new(pattern).unwrap().replace_all(text, with).into_owned()
    };
    let text = without("(?s)<style>.*?</style>", &page.body, "<style>…</style>");
    let text = without("(?s)<script>.*?</script>", &text, "<script>…</script>");
    let text = without("The reference is [A-Za-z0-9_-]{8}", &text, "The reference is [reference]");
    let text = without("(<(?:p|h1|ul|li|main|body|head|title|meta|link|style|script)[ >])", &text, "\n$1");
    format!("{}\n{text}\n", page.status)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_pages() {
    let (world, machine) = start().await;
    let browser = Browser::at(&machine);
    let link = "?account=acme&return_to=/courses%3Fpage%3D2";
    let mut pages = Vec::new();
    pages.push(("connected", world.connect(&browser, "go1", "?account=acme").await));
    let narrow = serde_json::json!({"access_token": "a", "refresh_token": "b", "expires_in": 3600, "scope": "user.read"});
    world.sandbox.go1().next_token_call(Fault::json(200, &narrow));
    pages.push(("connected_but_for_a_scope", world.connect(&browser, "go1", link).await));
    pages.push(("connected_in_a_pop_up", world.connect(&browser, "cobot", "?account=acme&mode=popup").await));

    let begun = browser.get(&format!("/connect/cohortgo{link}")).await;
    let callback = world.deny("cohortgo", begun.location()).await;
    pages.push(("denied", browser.get(callback.as_str()).await));
    let begun = browser.get(&format!("/connect/go1{link}")).await;
    let callback = world.approve("go1", begun.location()).await;
    world.sandbox.go1().advance(Duration::from_secs(3_600));
    pages.push(("expired", browser.get(callback.as_str()).await));
    pages.push(("another_browser", Browser::at(&machine).get(callback.as_str()).await));

    let begun = browser.get(&format!("/connect/gocd{link}")).await;
    let cookies = browser.cookies();
    let callback = world.approve("gocd", begun.location()).await;
    browser.get(callback.as_str()).await;
    let thief = Browser::at(&machine);
    thief.plant(&cookies);
    pages.push(("replayed", thief.get(callback.as_str()).await));
    let begun = browser.get(&format!("/connect/gocd{link}")).await;
    let state = begun.location().split("state=").nth(1).unwrap().split('&').next().unwrap();
    pages.push(("not_an_answer", browser.get(&format!("/callback/gocd?state={state}")).await));

    for (name, fault) in [
        ("refused_by_the_provider", Fault::status(400, r#"{"error":"invalid_grant"}"#)),
        ("no_answer", Fault::DropResponse),
        ("misconfigured", Fault::status(401, r#"{"error":"invalid_client"}"#)),
    ] {
        world.sandbox.go1().next_token_call(fault);
        pages.push((name, world.connect(&browser, "go1", link).await));
    }
    let guest = Browser::at(&machine).with("x-customer", "guest");
    pages.push(("not_allowed", guest.get(&format!("/connect/go1{link}")).await));
    pages.push(("broken_link", browser.get("/connect/go1?return_to=https://evil.example/").await));
    pages.push(("no_such_provider", browser.get("/connect/unheard-of").await));
    let framed = Browser::at(&machine).with("sec-fetch-dest", "iframe");
    pages.push(("in_a_frame", framed.get(&format!("/connect/cobot{link}")).await));

    for (name, page) in &pages {
        readable(name, page);
        insta::assert_snapshot!(*name, shown(page));
    }
}

/// What a screen reader and a keyboard need, as far as a page's source tells.
fn readable(name: &str, page: &Page) {
    let html = scraper::Html::parse_document(&page.body);
    let count = |selector: &str| html.select(&scraper::Selector::parse(selector).unwrap()).count();
    assert_eq!(count("html[lang=en]"), 1, "{name}");
    assert_eq!(count("main"), 1, "{name}");
    assert_eq!(count("head > title"), 1, "{name}");
    assert_eq!(count("meta[name=viewport]"), 1, "{name}");
    let heading = page.heading();
    let title: String =
        html.select(&scraper::Selector::parse("title").unwrap()).flat_map(|title| title.text()).collect();
    assert!(title.starts_with(&heading), "{name}: the title is what is read first: {title}");
    let links = page.links();
    assert!(links.iter().all(|(text, _)| !text.trim().is_empty()), "{name}");
    // Every page leads on, but for a window that has nothing left to do.
    assert!(!links.is_empty() || page.body.contains("You can close this window."), "{name}");
    assert_eq!(count("[tabindex], [onclick], [role=button], [aria-hidden]"), 0, "{name}: plain links do it");
}
